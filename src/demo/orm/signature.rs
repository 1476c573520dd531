//! Which methods there are, and what their arguments are called in which version.

use serde_json::{Map, Value};

use crate::demo::{model::Model, registry::Registry};

/// A method's name and parameters, as Python's signature has them.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Signature {
    /// As Python's messages name it: `BaseModel.search`.
    pub(in crate::demo) name: &'static str,
    /// Whether it is called on the model and not on records.
    pub(in crate::demo) of_model: bool,
    /// Whether it changes nothing.
    pub(in crate::demo) reads: bool,
    /// The parameters; those without a default end in `!`. A last `**` takes any others.
    params: &'static [&'static str],
}

/// Arguments by the names that the newest version has.
pub(in crate::demo) type Arguments = Map<String, Value>;

/// Names of parameters that differ from version to version, and the name that the code here uses.
const RENAMED: [(&str, &str, &str); 5] = [
    ("search", "args", "domain"),
    ("search_count", "args", "domain"),
    ("name_search", "args", "domain"),
    ("default_get", "fields_list", "fields"),
    ("read_group", "orderby", "order"),
];

const fn signature(name: &'static str, of_model: bool, reads: bool, params: &'static [&'static str]) -> Signature {
    Signature { name, of_model, reads, params }
}

/// The method, if this version's model has it.
pub(in crate::demo) fn method(registry: &Registry, model: &Model, method: &str) -> Option<Signature> {
    let major = registry.profile.major();
    let old = major < 15;
    Some(match method {
        "search" if old => signature("search", true, true, &["args!", "offset", "limit", "order", "count"]),
        "search" => signature("search", true, true, &["domain!", "offset", "limit", "order"]),
        "search_count" if old => signature("search_count", true, true, &["args!"]),
        "search_count" => signature("search_count", true, true, &["domain!", "limit"]),
        "search_read" if old => signature("search_read", true, true, &["domain", "fields", "offset", "limit", "order"]),
        "search_read" => signature("search_read", true, true, &["domain", "fields", "offset", "limit", "order", "**"]),
        "read" => signature("read", false, true, &["fields", "load"]),
        "web_read" if major >= 17 => signature("web_read", false, true, &["specification!"]),
        "web_search_read" if major >= 17 => signature(
            "web_search_read",
            true,
            true,
            &["domain!", "specification!", "offset", "limit", "order", "count_limit"],
        ),
        "web_search_read" => {
            signature("web_search_read", true, true, &["domain", "fields", "offset", "limit", "order"])
        }
        "read_group" => signature(
            "read_group",
            true,
            true,
            &["domain!", "fields!", "groupby!", "offset", "limit", "orderby", "lazy"],
        ),
        "formatted_read_group" if major >= 19 => signature(
            "formatted_read_group",
            true,
            true,
            &["domain!", "groupby", "aggregates", "having", "offset", "limit", "order"],
        ),
        "name_search" if major >= 19 => signature("name_search", true, true, &["name", "domain", "operator", "limit"]),
        "name_search" => signature("name_search", true, true, &["name", "args", "operator", "limit"]),
        "name_get" if major < 18 => signature("name_get", false, true, &[]),
        "name_create" => signature("name_create", true, false, &["name!"]),
        "fields_get" => signature("fields_get", true, true, &["allfields", "attributes"]),
        "default_get" if major >= 19 => signature("default_get", true, true, &["fields!"]),
        "default_get" => signature("default_get", true, true, &["fields_list!"]),
        "create" => signature("create", true, false, &["vals_list!"]),
        "write" => signature("write", false, false, &["vals!"]),
        "unlink" => signature("unlink", false, false, &[]),
        "copy" => signature("copy", false, false, &["default"]),
        "get_metadata" => signature("get_metadata", false, true, &[]),
        "check_access_rights" => signature("check_access_rights", true, true, &["operation!", "raise_exception"]),
        "has_access" if major >= 18 => signature("has_access", false, true, &["operation!"]),
        "get_views" if major >= 16 => signature("get_views", true, true, &["views!", "options"]),
        "get_view" if major >= 16 => signature("get_view", true, true, &["view_id", "view_type", "**"]),
        "load_views" if major < 16 => signature("load_views", true, true, &["views!", "options"]),
        "fields_view_get" if major < 16 => {
            signature("fields_view_get", true, true, &["view_id", "view_type", "toolbar", "submenu"])
        }
        "action_archive" | "action_unarchive" | "toggle_active" if model.archivable() => match method {
            "action_archive" => signature("action_archive", false, false, &[]),
            "action_unarchive" => signature("action_unarchive", false, false, &[]),
            _ => signature("toggle_active", false, false, &[]),
        },
        "message_post" if model.has("thread") => signature("message_post", false, false, &["**"]),
        "message_subscribe" if model.has("thread") => {
            signature("message_subscribe", false, false, &["partner_ids", "subtype_ids", "**"])
        }
        "message_unsubscribe" if model.has("thread") => {
            signature("message_unsubscribe", false, false, &["partner_ids", "**"])
        }
        "activity_schedule" if model.has("activity") => {
            signature("activity_schedule", false, false, &["act_type_xmlid", "date_deadline", "summary", "note", "**"])
        }
        _ => return special(major, model, method),
    })
}

fn special(major: u8, model: &Model, method: &str) -> Option<Signature> {
    Some(match (model.name.as_str(), method) {
        ("hr.leave" | "hr.leave.allocation", "action_approve") if major != 17 || model.name == "hr.leave" => {
            signature("action_approve", false, false, if major >= 18 { &["check_state"] } else { &[] })
        }
        ("hr.leave" | "hr.leave.allocation", "action_validate") if major < 18 => {
            signature("action_validate", false, false, &[])
        }
        ("hr.leave" | "hr.leave.allocation", "action_refuse") => signature("action_refuse", false, false, &[]),
        ("hr.leave" | "hr.leave.allocation", "action_draft") if major < 18 => {
            signature("action_draft", false, false, &[])
        }
        ("hr.leave" | "hr.leave.allocation", "action_confirm") if major < 18 => {
            signature("action_confirm", false, false, &[])
        }
        ("crm.lead.lost", "action_lost_reason_apply") => signature("action_lost_reason_apply", false, false, &[]),
        ("sale.order.cancel", "action_cancel") => signature("action_cancel", false, false, &[]),
        ("sale.order.cancel", "action_send_mail_and_cancel") if major >= 15 => {
            signature("action_send_mail_and_cancel", false, false, &[])
        }
        ("mail.activity", "action_feedback") => {
            signature("action_feedback", false, false, &["feedback", "attachment_ids"])
        }
        ("mail.activity", "action_done") => signature("action_done", false, false, &[]),
        ("res.users", "context_get") => signature("context_get", true, true, &[]),
        ("res.users", "has_group") => signature("has_group", major < 18, true, &["group_ext_id!"]),
        ("ir.config_parameter", "get_param") => signature("get_param", true, true, &["key!", "default"]),
        ("ir.config_parameter", "set_param") => signature("set_param", true, false, &["key!", "value!"]),
        ("ir.model.data", "check_object_reference") => {
            signature("check_object_reference", true, true, &["module!", "xml_id!", "raise_on_access_error"])
        }
        ("ir.model", "get_available_models") if major >= 17 => signature("get_available_models", true, true, &[]),
        ("crm.lead", "action_set_lost") => signature("action_set_lost", false, false, &["**"]),
        ("crm.lead", "action_set_won") => signature("action_set_won", false, false, &[]),
        ("crm.lead", "action_set_won_rainbowman") => signature("action_set_won_rainbowman", false, false, &[]),
        ("sale.order", "action_confirm") => signature("action_confirm", false, false, &[]),
        ("sale.order", "action_cancel") => signature("action_cancel", false, false, &[]),
        ("sale.order", "action_draft") => signature("action_draft", false, false, &[]),
        ("purchase.order", "button_confirm") => signature("button_confirm", false, false, &[]),
        ("purchase.order", "button_cancel") => signature("button_cancel", false, false, &[]),
        ("purchase.order", "button_draft") => signature("button_draft", false, false, &[]),
        ("account.move", "action_post") => signature("action_post", false, false, &[]),
        ("account.move", "button_draft") => signature("button_draft", false, false, &[]),
        ("account.move", "button_cancel") => signature("button_cancel", false, false, &[]),
        ("sale.order", "action_quotation_send") => signature("action_quotation_send", false, false, &[]),
        _ => return None,
    })
}

/// The names of all methods that some model has.
const ALL: [&str; 41] = [
    "action_archive",
    "action_cancel",
    "action_confirm",
    "action_draft",
    "action_post",
    "action_quotation_send",
    "action_set_lost",
    "action_set_won",
    "action_set_won_rainbowman",
    "action_unarchive",
    "button_cancel",
    "button_confirm",
    "button_draft",
    "check_access_rights",
    "check_object_reference",
    "context_get",
    "copy",
    "create",
    "default_get",
    "fields_get",
    "fields_view_get",
    "get_available_models",
    "get_metadata",
    "get_param",
    "get_view",
    "get_views",
    "has_access",
    "has_group",
    "name_create",
    "name_get",
    "name_search",
    "read",
    "search",
    "search_count",
    "search_read",
    "set_param",
    "toggle_active",
    "unlink",
    "web_read",
    "web_search_read",
    "write",
];

/// The public methods of a model, by name.
pub(in crate::demo) fn methods(registry: &Registry, model: &Model) -> Vec<&'static str> {
    ALL.into_iter().filter(|name| method(registry, model, name).is_some()).collect()
}

impl Signature {
    /// Arguments by name, from those given by position and by name.
    ///
    /// # Errors
    /// A sentence as Python's: too many, unknown, given twice, missing. The caller decides which exception it is.
    pub(in crate::demo) fn bind(
        &self,
        args: &[Value],
        kwargs: &Map<String, Value>,
        style: Style,
    ) -> Result<Arguments, String> {
        let open = self.params.contains(&"**");
        let names: Vec<&str> =
            self.params.iter().filter(|name| **name != "**").map(|name| name.trim_end_matches('!')).collect();
        let full = format!("BaseModel.{}()", self.name);
        if args.len() > names.len() {
            let required = self.params.iter().filter(|name| name.ends_with('!')).count();
            let most = names.len() + 1;
            let takes =
                if required + 1 == most { format!("{most}") } else { format!("from {} to {most}", required + 1) };
            return Err(format!("{full} takes {takes} positional arguments but {} were given", args.len() + 1));
        }
        let mut bound = Arguments::new();
        for (name, given) in names.iter().zip(args) {
            bound.insert((*name).to_owned(), given.clone());
        }
        for (name, given) in kwargs {
            if bound.contains_key(name) {
                return Err(format!("{full} got multiple values for argument '{name}'"));
            }
            if !open && !names.contains(&name.as_str()) {
                return Err(match style {
                    Style::Signature => format!("got an unexpected keyword argument '{name}'"),
                    Style::Call => format!("{full} got an unexpected keyword argument '{name}'"),
                });
            }
            bound.insert(name.clone(), given.clone());
        }
        let missing: Vec<&str> = self
            .params
            .iter()
            .filter_map(|name| name.strip_suffix('!'))
            .filter(|name| !bound.contains_key(*name))
            .collect();
        if let Some(first) = missing.first() {
            return Err(match style {
                Style::Signature => format!("missing a required argument: '{first}'"),
                Style::Call => {
                    let plural = if missing.len() == 1 { "" } else { "s" };
                    let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
                    format!(
                        "{full} missing {} required positional argument{plural}: {}",
                        missing.len(),
                        quoted.join(" and ")
                    )
                }
            });
        }
        for (method, old, new) in RENAMED {
            if method == self.name
                && let Some(given) = bound.remove(old)
            {
                bound.insert(new.to_owned(), given);
            }
        }
        Ok(bound)
    }
}

/// Whose words a wrong argument gets: Python's `inspect.signature` (JSON-2) or Python's call (JSON-RPC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Style {
    Signature,
    Call,
}
