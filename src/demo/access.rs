//! Who may do what: rights on models, record rules, fields of groups.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    domain::{Node, Test, compile},
    env::Env,
    errors::{Fault, Outcome},
    field::Field,
    model::{Model, Rule, Through},
    value,
};

/// What is done with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
    Create,
    Unlink,
}

impl Mode {
    fn letter(self) -> char {
        match self {
            Self::Read => 'r',
            Self::Write => 'w',
            Self::Create => 'c',
            Self::Unlink => 'd',
        }
    }

    /// By Odoo's name: `read`, `write`, `create`, `unlink`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "read" => Self::Read,
            "write" => Self::Write,
            "create" => Self::Create,
            "unlink" => Self::Unlink,
            _ => return None,
        })
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read => "access",
            Self::Write => "modify",
            Self::Create => "create",
            Self::Unlink => "delete",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Create => "create",
            Self::Unlink => "unlink",
        }
    }
}

/// Whether the caller may do this with the model at all.
pub(super) fn allowed(env: &Env<'_>, model: &Model, mode: Mode) -> bool {
    env.context.su
        || model
            .access
            .iter()
            .any(|(group, rights)| (group == "*" || env.context.in_group(group)) && rights.contains(mode.letter()))
}

/// Refuses what [`allowed`] denies, unless it is reading a model that is public to a group of the caller.
///
/// # Errors
/// `AccessError`, with the groups that may.
pub(super) fn check(env: &Env<'_>, model: &Model, mode: Mode) -> Outcome<()> {
    let public = mode == Mode::Read && model.public.iter().any(|group| env.context.in_group(group));
    if public { Ok(()) } else { granted(env, model, mode) }
}

/// Refuses what [`allowed`] denies, also where the records are read all the same.
///
/// # Errors
/// As [`check`].
pub(super) fn granted(env: &Env<'_>, model: &Model, mode: Mode) -> Outcome<()> {
    if allowed(env, model, mode) {
        return Ok(());
    }
    let may = model.access.iter().filter(|(_, rights)| rights.contains(mode.letter()));
    let mut groups: Vec<String> = may.map(|(group, _)| format!("\t- {}", env.registry.groups.label(group))).collect();
    groups.sort();
    let who = if groups.is_empty() {
        "No group currently allows this operation.".to_owned()
    } else {
        format!("This operation is allowed for the following groups:\n{}", groups.join("\n"))
    };
    Err(Fault::access(format!(
        "You are not allowed to {} '{}' ({}) records.\n\n{who}\n\nContact your administrator to request access if necessary.",
        mode.verb(),
        model.label(env.lang()),
        model.name
    )))
}

/// The rules that bind the caller here, as one domain.
pub(super) fn rules(env: &Env<'_>, model: &Model, mode: Mode) -> Outcome<Option<Node>> {
    if env.context.su || model.rules.is_empty() {
        return Ok(None);
    }
    let applies = |rule: &&Rule| rule.holds(mode.letter());
    let mut all = Vec::new();
    let mut any = Vec::new();
    for rule in model.rules.iter().filter(applies) {
        let grouped = rule.group.is_some();
        if rule.group.as_deref().is_some_and(|group| !env.context.in_group(group)) {
            continue;
        }
        // Odoo evaluates every rule with the companies at hand, whether it names them or not.
        check_companies(env)?;
        let node = Node::parse(&filled(env, &rule.domain), env.major())?;
        if grouped { any.push(node) } else { all.push(node) }
    }
    if !any.is_empty() {
        all.push(Node::Any(any));
    }
    Ok((!all.is_empty()).then_some(Node::All(all)))
}

/// A rule's domain with the caller's values in the places of `user.id` and `company_ids`.
fn filled(env: &Env<'_>, domain: &Value) -> Value {
    match domain {
        Value::String(text) if text == "user.id" => json!(env.context.uid),
        Value::String(text) if text == "user.partner_id" => {
            let partner =
                env.store.get("res.users", env.context.uid).and_then(|user| user.get("partner_id")).and_then(value::id);
            json!(partner)
        }
        Value::String(text) if text == "company_ids" => json!(env.context.companies),
        Value::String(text) if text == "company_ids + [False]" => {
            let mut companies: Vec<Value> = env.context.companies.iter().map(|id| json!(id)).collect();
            companies.push(Value::Bool(false));
            Value::Array(companies)
        }
        // Of a condition the value only: a field may be called `company_ids` too.
        Value::Array(items) => match items.as_slice() {
            [Value::String(field), Value::String(operator), value] => json!([field, operator, filled(env, value)]),
            items => Value::Array(items.iter().map(|item| filled(env, item)).collect()),
        },
        other => other.clone(),
    }
}

/// Those of the records that the caller reaches through the records they belong to; all of them, of a model without [`Through`].
pub(super) fn reached(env: &Env<'_>, model: &Model, ids: Vec<i64>, mode: Mode) -> Vec<i64> {
    let Some(through) = model.through.as_ref().filter(|_| !env.context.su) else {
        return ids;
    };
    if !env.context.in_group("base.group_user") {
        let public = |id: &i64| mode == Mode::Read && is_public(env, model, through, *id);
        return ids.into_iter().filter(public).collect();
    }
    let partner =
        env.store.get("res.users", env.context.uid).and_then(|user| user.get("partner_id")).and_then(value::id);
    let sudo = env.sudo().active_test(false);
    let own = |id: i64| {
        through.own.iter().filter_map(|name| model.field(name)).any(|field| {
            let mine = if field.relation.as_deref() == Some("res.users") { Some(env.context.uid) } else { partner };
            mine.is_some_and(|mine| value::ids(&sudo.value(model, id, field)).contains(&mine))
        })
    };
    // Of each model once: whether the caller may, and the test of its records.
    let mut known: HashMap<String, Option<Vec<i64>>> = HashMap::new();
    let mut kept = Vec::with_capacity(ids.len());
    for id in ids {
        let owner = sudo.text(model, id, &through.model);
        let target = value::id(&sudo.get(model, id, &through.id));
        if !field_seen(env, model, id, &owner) {
            continue;
        }
        let there = match (env.registry.model(&owner), target) {
            (Some(owner), Some(target)) => {
                let mode = asked(owner, model, mode);
                let seen = known.entry(owner.name.clone()).or_insert_with(|| seen(env, owner, mode));
                seen.as_ref().is_some_and(|seen| seen.contains(&target)) || !env.store.has(&owner.name, target)
            }
            // What belongs to nothing is its maker's; until 14 an attachment was everyone's.
            _ => {
                let maker = sudo.link(model, id, "create_uid") == Some(env.context.uid);
                maker || env.context.in_group("base.group_system") || env.major() < 15 && model.name == "ir.attachment"
            }
        };
        if there || mode != Mode::Create && own(id) || mode == Mode::Read && is_public(env, model, through, id) {
            kept.push(id);
        }
    }
    kept
}

/// What the record behind a message or an attachment is asked for: making or removing one is a change of the record. Some models let those
/// who read a record write to its chatter.
fn asked(owner: &Model, model: &Model, mode: Mode) -> Mode {
    let talks = matches!(
        owner.name.as_str(),
        "account.move" | "hr.employee" | "hr.leave" | "hr.leave.allocation" | "project.task"
    );
    match mode {
        Mode::Read => Mode::Read,
        _ if model.name != "ir.attachment" && talks => Mode::Read,
        _ => Mode::Write,
    }
}

/// Whether the caller sees the field that an attachment is the content of. Until 14 only administrators did.
fn field_seen(env: &Env<'_>, model: &Model, id: i64, owner: &str) -> bool {
    let name = env.sudo().text(model, id, "res_field");
    if name.is_empty() || env.context.in_group("base.group_system") {
        return true;
    }
    let field = env.registry.model(owner).and_then(|owner| owner.field(&name));
    env.major() >= 15 && field.is_some_and(|field| sees(env, field))
}

fn is_public(env: &Env<'_>, model: &Model, through: &Through, id: i64) -> bool {
    through.public.as_deref().is_some_and(|flag| env.sudo().get(model, id, flag) == json!(true))
}

/// The records that the caller may see, or change.
fn seen(env: &Env<'_>, model: &Model, mode: Mode) -> Option<Vec<i64>> {
    granted(env, model, mode).ok()?;
    let mut ids = env.store.ids(&model.name);
    if let Some(node) = rules(env, model, mode).ok()? {
        let sudo = env.sudo().active_test(false);
        let test = compile(&sudo, model, &node).ok()?;
        ids.retain(|id| test.passes(&sudo, model, *id));
    }
    Some(ids)
}

/// Refuses records that a rule keeps from the caller. Records that do not exist are not its matter.
///
/// # Errors
/// `AccessError` that names the records.
pub(super) fn check_records(env: &Env<'_>, model: &Model, ids: &[i64], mode: Mode) -> Outcome<()> {
    check(env, model, mode)?;
    if let Some(through) = &model.through {
        let there: Vec<i64> = ids.iter().copied().filter(|id| env.store.has(&model.name, *id)).collect();
        if reached(env, model, there.clone(), mode).len() < there.len() {
            return Err(Fault::access(through.refusal.replace("{operation}", mode.name())));
        }
    }
    let Some(node) = rules(env, model, mode)? else {
        return Ok(());
    };
    let test: Test = compile(&env.sudo(), model, &node)?;
    let sudo = env.sudo().active_test(false);
    let refused: Vec<i64> =
        ids.iter().copied().filter(|id| env.store.has(&model.name, *id) && !test.passes(&sudo, model, *id)).collect();
    if refused.is_empty() {
        return Ok(());
    }
    let user = env.registry.model("res.users").map(|users| sudo.name(users, env.context.uid)).unwrap_or_default();
    if env.major() < 15 {
        return Err(restricted(env, model, &refused, mode, &user));
    }
    let (note, suggested) = company_note(env, model, &refused, mode)?;
    let what = format!("{} ({})", model.label(env.lang()), model.name);
    let verb = mode.name();
    // In debug mode Odoo names records and rules; over RPC without it, only the model.
    let mut fault = Fault::access(format!(
        "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, {user} (id={}) doesn't have '{verb}' access to:\n- {what}\n\nIf you really, really need access, perhaps you can win over your friendly administrator with a batch of freshly baked cookies.{note}",
        env.context.uid
    ));
    if let Some(suggested) = suggested {
        fault.context.insert("suggested_company".into(), suggested);
    }
    Err(fault)
}

/// What 14 says of records that a rule keeps from the caller: to who may see technical features which ones, and by which rules.
fn restricted(env: &Env<'_>, model: &Model, refused: &[i64], mode: Mode, user: &str) -> Fault {
    let sudo = env.sudo().active_test(false);
    let mut said = format!(
        "Due to security restrictions, you are not allowed to {} '{}' ({}) records.",
        mode.verb(),
        model.label(env.lang()),
        model.name
    );
    if env.context.in_group("base.group_no_one") {
        let records: Vec<String> =
            refused.iter().take(6).map(|id| format!("{} (id={id})", sudo.name(model, *id))).collect();
        let met = |rule: &&Rule| {
            let bound = rule.group.as_deref().is_none_or(|group| env.context.in_group(group));
            let node = Node::parse(&filled(env, &rule.domain), env.major());
            let test = node.and_then(|node| compile(&sudo, model, &node));
            let passes = |test: Test| refused.iter().all(|id| test.passes(&sudo, model, *id));
            rule.holds(mode.letter()) && bound && !test.is_ok_and(passes)
        };
        let rules: Vec<&Rule> = model.rules.iter().filter(met).collect();
        let names: Vec<String> = rules.iter().map(|rule| format!("- {}", rule.name)).collect();
        said += &format!(
            "\n\nRecords: {}\nUser: {user} (id={})\n\nThis restriction is due to the following rules:\n{}",
            records.join(", "),
            env.context.uid,
            names.join("\n")
        );
        if rules.iter().any(|rule| rule.names("company_id")) {
            said += "\n\nNote: this might be a multi-company issue.";
        }
    }
    Fault::access(format!("{said}\n\nContact your administrator to request access if necessary."))
}

/// What the error says where a rule on companies refused: the company to switch to, if there is one.
fn company_note(env: &Env<'_>, model: &Model, refused: &[i64], mode: Mode) -> Outcome<(String, Option<Value>)> {
    let sudo = env.sudo().active_test(false);
    let mut by_company = false;
    for rule in model.rules.iter().filter(|rule| rule.holds(mode.letter()) && rule.names("company_id")) {
        let bound = rule.group.as_deref().is_none_or(|group| env.context.in_group(group));
        let test = compile(&sudo, model, &Node::parse(&filled(env, &rule.domain), env.major())?)?;
        by_company |= bound && !refused.iter().all(|id| test.passes(&sudo, model, *id));
    }
    if !by_company {
        return Ok((String::new(), None));
    }
    let mut companies: Vec<i64> = refused.iter().take(6).filter_map(|id| sudo.link(model, *id, "company_id")).collect();
    companies.sort_unstable();
    companies.dedup();
    let own = env.store.get("res.users", env.context.uid).and_then(|user| user.get("company_ids")).map(value::ids);
    Ok(match companies.as_slice() {
        [] => (String::new(), None),
        [one] if own.unwrap_or_default().contains(one) => {
            let name = env.registry.model("res.company").map(|model| sudo.name(model, *one)).unwrap_or_default();
            let note = format!(
                "\n\nThis seems to be a multi-company issue, you might be able to access the record by switching to the company: {name}."
            );
            (note, Some(json!({"id": one, "display_name": name})))
        }
        [_] => {
            let note = "\n\nThis seems to be a multi-company issue, but you do not have access to the proper company to access the record anyhow.";
            (note.into(), None)
        }
        _ => {
            let note = "\n\nNote: this might be a multi-company issue. Switching company may help - in Odoo, not in real life!";
            (note.into(), None)
        }
    })
}

/// Whether the caller may see the field.
pub(super) fn sees(env: &Env<'_>, field: &Field) -> bool {
    env.context.su || field.groups.is_empty() || field.groups.iter().any(|group| env.context.in_group(group))
}

/// Refuses a field of a group that the caller is not in.
///
/// # Errors
/// `AccessError` that names the field.
pub(super) fn check_field(env: &Env<'_>, model: &Model, field: &Field, operation: &str) -> Outcome<()> {
    if sees(env, field) {
        return Ok(());
    }
    let allowed: Vec<&str> = field.groups.iter().map(|group| env.registry.groups.label(group)).collect();
    Err(Fault::access(format!(
        "You do not have enough rights to access the field \"{}\" on {} ({}). Please contact your system administrator.\n\nOperation: {operation}\nUser: {}\nGroups: allowed for groups {}",
        field.name,
        model.label(env.lang()),
        model.name,
        env.context.uid,
        allowed.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
    )))
}

/// Refuses companies in the context that are not the caller's. Odoo notices them where it needs the companies: for record rules, defaults and
/// new records.
///
/// # Errors
/// `AccessError`.
pub(super) fn check_companies(env: &Env<'_>) -> Outcome<()> {
    if env.context.su || !env.context.foreign_companies {
        return Ok(());
    }
    Err(Fault::access("Access to unauthorized or invalid companies."))
}
