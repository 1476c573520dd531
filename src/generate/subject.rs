//! What a live Odoo knows of one model, as far as its tools are made of it. Everything is asked as the instance's own login, so
//! that what it may not see is not there.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::{join, join_all, try_join_all};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::asker::{Asker, Models};
use super::view::{self, Button, Required, Shown};
use super::words;
use crate::odoo::metadata::{Field, FieldType, Model};
use crate::odoo::{Error, Kind, Version};
use crate::source::nearest;

/// A model's fields, and which of them a new record needs.
#[derive(Debug)]
pub(super) struct Described {
    /// Its fields.
    pub(super) model: Arc<Model>,
    /// What Odoo computes of other fields.
    computed: HashSet<String>,
    /// What a new record begins with.
    defaults: HashSet<String>,
    version: Version,
}

/// What the `create` of a model of Odoo's own fills in. From 16 on the fields tell.
const MADE: &[(&str, &[&str])] = &[
    ("sale.order", &["partner_invoice_id", "partner_shipping_id", "pricelist_id"]),
    ("sale.order.line", &["name"]),
    ("purchase.order.line", &["name", "product_uom", "date_planned"]),
];

impl Described {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.model.fields.get(name)
    }

    /// Whether a new record cannot be without a value that only the caller has.
    pub(super) fn is_needed(&self, field: &Field, shown: Required) -> bool {
        // An empty number is 0, an empty boolean false.
        let empty_is_a_value =
            matches!(field.kind, FieldType::Boolean | FieldType::Integer | FieldType::Float | FieldType::Monetary);
        let wanted = (field.required && !empty_is_a_value) || shown == Required::Always;
        wanted && !self.is_filled_in(field)
    }

    /// Whether it is a field of a record that Odoo makes with this one: computed of it, and yet the caller's to give.
    pub(super) fn is_of_made(&self, field: &Field) -> bool {
        let through = field.through.as_deref().and_then(|name| self.field(name));
        through.is_some_and(|through| self.model.makes(through)) && !self.defaults.contains(&field.name)
    }

    /// Whether Odoo has a value where the caller gives none.
    pub(super) fn is_filled_in(&self, field: &Field) -> bool {
        let whole = self.model.makes(field);
        self.defaults.contains(&field.name) || self.computed.contains(&field.name) || self.is_made(field) || whole
    }

    /// Whether `create` of the model fills it in, though no field says that it is made of others.
    fn is_made(&self, field: &Field) -> bool {
        let old = self.version.major < 16;
        old && MADE.iter().any(|(model, fields)| *model == self.model.name && fields.contains(&field.name.as_str()))
    }

    async fn ask(name: &str, asker: &Asker<'_>) -> Result<Self, Error> {
        let model = asker.model(name).await?;
        let facts = asker.try_execute(name, "fields_get", json!({"attributes": ["depends"]})).await?;
        let having = |holds: &dyn Fn(&Value) -> bool| {
            let facts = facts.as_ref().and_then(Value::as_object).into_iter().flatten();
            facts.filter(|(_, facts)| holds(facts)).map(|(name, _)| name.clone()).collect::<HashSet<_>>()
        };
        let filled = |value: Option<&Value>| value.and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        let computed = having(&|facts| filled(facts.get("depends")));
        let names: Vec<String> =
            model.fields.values().filter(|field| !is_odoos_own(field)).map(|field| field.name.clone()).collect();
        let defaults = match asker.default_get(name, &names).await {
            Ok(values) => values.into_iter().filter(|(_, value)| !is_empty(value)).map(|(name, _)| name).collect(),
            Err(error) if error.kind.is_of_the_connection() => return Err(error),
            Err(_) => HashSet::new(),
        };
        Ok(Self { model, computed, defaults, version: asker.version().await? })
    }
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false)) || value.as_str() == Some("")
}

/// Fields by which Odoo keeps its books, and those of the chatter: no business of a tool.
pub(super) fn is_odoos_own(field: &Field) -> bool {
    const NAMES: &[&str] = &[
        "id",
        "__last_update",
        "create_uid",
        "write_uid",
        "write_date",
        "has_message",
        "my_activity_date_deadline",
        "rating_ids",
        "website_message_ids",
        "color",
        "xml_id",
        "duplicated_order_ids",
    ];
    let name = field.name.as_str();
    NAMES.contains(&name)
        || ["message_", "activity_", "rating_", "access_", "website_meta_", "display_name_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        || field.relation.as_deref().is_some_and(|model| model.starts_with("mail.") || model.starts_with("bus."))
        || is_secret(name)
        || name.starts_with("json_")
}

fn is_secret(name: &str) -> bool {
    name.contains("password") || name.contains("api_key") || name.ends_with("_token") || name.ends_with("_secret")
}

/// Whether answers and arguments can hold it.
pub(super) fn is_speakable(field: &Field) -> bool {
    !matches!(
        field.kind,
        FieldType::Binary
            | FieldType::Json
            | FieldType::Properties
            | FieldType::PropertiesDefinition
            | FieldType::Other(_)
    )
}

/// What this login may do with the records of a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    pub(super) create: bool,
    pub(super) write: bool,
    pub(super) unlink: bool,
}

/// The lines of a record that its form shows as a list.
#[derive(Debug)]
pub(super) struct Lines {
    /// Their model.
    pub(super) described: Described,
    /// This login may make new ones.
    pub(super) may_create: bool,
}

/// One model.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) described: Described,
    /// What people call a record of it.
    pub(super) label: String,
    pub(super) version: Version,
    pub(super) rights: Rights,
    /// Its list's columns.
    pub(super) list: Vec<Shown>,
    /// Its form's fields.
    pub(super) form: Vec<Shown>,
    /// The form's buttons.
    pub(super) buttons: Vec<Button>,
    /// The models of its relations that this login may read.
    readable: HashSet<String>,
    /// By field.
    pub(super) lines: IndexMap<String, Lines>,
}

impl Subject {
    /// Asks for all of it. `wanted` are the only fields, where it is not empty.
    ///
    /// # Errors
    /// A model that is not there or has no records, fields that are not there; else what Odoo or the way to it said.
    pub(super) async fn ask(name: &str, wanted: &[String], models: &Models, asker: &Asker<'_>) -> Result<Self, Error> {
        let described = Described::ask(name, asker).await.map_err(|error| unknown(error, name, models))?;
        has_records(name, models, asker).await?;
        let version = asker.version().await?;
        let (list, form) = join(view(name, "list", asker), view(name, "form", asker)).await;
        let (list, (form, buttons)) = (view::list(&list?), view::form(&form?));
        let (list, form) = choose(&described, wanted, list, form)?;
        let rights = try_join_all(["create", "write", "unlink"].map(|operation| asker.may(name, operation))).await?;
        let rights = Rights {
            create: rights.first() == Some(&true),
            write: rights.get(1) == Some(&true),
            unlink: rights.get(2) == Some(&true),
        };
        let label = models.label(name).map(words::plain).filter(|label| !label.is_empty());
        let label = label.unwrap_or_else(|| words::stem(name).join(" "));
        let mut subject = Self {
            described,
            label: words::singular(&words::lower(&label)),
            version,
            rights,
            list,
            form,
            buttons,
            readable: HashSet::new(),
            lines: IndexMap::new(),
        };
        subject.ask_lines(asker).await?;
        subject.ask_readable(asker).await?;
        Ok(subject)
    }

    /// The list's and the form's fields, each once: what matters.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&Field, &Shown)> {
        let in_form = |shown: &Shown| self.form.iter().find(|other| other.name == shown.name);
        let listed = self.list.iter().map(move |shown| in_form(shown).unwrap_or(shown));
        let only_in_form = self.form.iter().filter(|shown| !self.list.iter().any(|other| other.name == shown.name));
        listed.chain(only_in_form).filter_map(|shown| Some((self.described.field(&shown.name)?, shown)))
    }

    /// What Odoo requires of a record and no view shows.
    pub(super) fn required_unseen(&self) -> impl Iterator<Item = &Field> {
        let seen: HashSet<&str> = self.shown().map(|(field, _)| field.name.as_str()).collect();
        self.described.model.fields.values().filter(move |field| field.required && !seen.contains(field.name.as_str()))
    }

    /// Whether the records behind a relation may be read; true of a field that is none.
    pub(super) fn is_readable(&self, field: &Field) -> bool {
        field.relation.as_ref().is_none_or(|model| self.readable.contains(model))
    }

    async fn ask_lines(&mut self, asker: &Asker<'_>) -> Result<(), Error> {
        let lines: Vec<(String, String)> = self
            .form
            .iter()
            .filter(|shown| !shown.columns.is_empty())
            .filter_map(|shown| {
                let field = self.described.field(&shown.name).filter(|field| field.kind == FieldType::One2many)?;
                Some((shown.name.clone(), field.relation.clone()?))
            })
            .collect();
        let asked = join_all(lines.into_iter().map(|(field, model)| async move {
            if !asker.may(&model, "read").await? {
                return Ok(None);
            }
            let (described, may_create) = join(Described::ask(&model, asker), asker.may(&model, "create")).await;
            match described {
                Ok(described) => Ok(Some((field, Lines { described, may_create: may_create? }))),
                Err(error) if error.kind.is_of_the_connection() => Err(error),
                Err(_) => Ok(None),
            }
        }));
        for lines in asked.await {
            self.lines.extend(lines?);
        }
        Ok(())
    }

    async fn ask_readable(&mut self, asker: &Asker<'_>) -> Result<(), Error> {
        let shown = self.shown().map(|(field, _)| field);
        let needed = self.described.model.fields.values().filter(|field| field.required);
        let columns = self.lines.iter().flat_map(|(name, lines)| {
            let shown = self.form.iter().filter(move |shown| shown.name == *name);
            shown.flat_map(|shown| &shown.columns).filter_map(|column| lines.described.field(&column.name))
        });
        let all = shown.chain(needed).chain(columns).filter_map(|field| field.relation.clone());
        let mut models: Vec<String> = all.collect::<HashSet<_>>().into_iter().collect();
        models.sort();
        let rights = try_join_all(models.iter().map(|model| asker.may(model, "read"))).await?;
        self.readable = models.into_iter().zip(rights).filter(|(_, may)| *may).map(|(model, _)| model).collect();
        Ok(())
    }
}

/// The wanted fields as the views show them, or the views' own.
fn choose(
    described: &Described,
    wanted: &[String],
    list: Vec<Shown>,
    form: Vec<Shown>,
) -> Result<(Vec<Shown>, Vec<Shown>), Error> {
    let own = |shown: &Shown| described.field(&shown.name).is_some_and(|field| !is_odoos_own(field));
    if wanted.is_empty() {
        let mut form: Vec<Shown> = form.into_iter().filter(own).collect();
        // Somebody made these for this very Odoo; views do not always show them.
        let custom = described.model.fields.values().filter(|field| field.name.starts_with("x_") && field.store);
        let custom: Vec<Shown> = custom
            .filter(|field| !form.iter().chain(&list).any(|shown| shown.name == field.name))
            .map(|field| Shown::plain(&field.name))
            .collect();
        form.extend(custom);
        return Ok((list.into_iter().filter(own).collect(), form));
    }
    let mut chosen = Vec::new();
    for name in wanted {
        if described.field(name).is_none() {
            let model = &described.model.name;
            let error = Error::new(
                Kind::UnknownField,
                format!("`{model}` has no field `{name}`, or this user may not see it."),
            );
            let names = described.model.fields.keys().map(String::as_str);
            return Err(match nearest(name, names) {
                Some(meant) => error.hint(format!("Did you mean `{meant}`?")),
                None => error.hint("Leave out `--fields` for those that Odoo's own views show."),
            });
        }
        let shown = form.iter().chain(&list).find(|shown| shown.name == *name);
        chosen.push(Shown { hidden_column: false, ..shown.cloned().unwrap_or_else(|| Shown::plain(name)) });
    }
    Ok((chosen.clone(), chosen))
}

/// A view, as far as there is one.
async fn view(model: &str, kind: &str, asker: &Asker<'_>) -> Result<Value, Error> {
    let version = asker.version().await?;
    let kind = if kind == "list" && version.major < 18 { "tree" } else { kind };
    let method = if version.major >= 16 { "get_view" } else { "fields_view_get" };
    Ok(asker.try_execute(model, method, json!({"view_type": kind})).await?.unwrap_or_default())
}

fn unknown(error: Error, name: &str, models: &Models) -> Error {
    if error.kind != Kind::UnknownModel && error.kind != Kind::InvalidArguments {
        return error;
    }
    let hint = match models.meant(name) {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None => "A model has its technical name here, e.g. `sale.order`; Odoo shows it in debug mode.".to_owned(),
    };
    Error::new(Kind::UnknownModel, format!("This Odoo has no model `{name}`.")).hint(hint)
}

/// Refuses what has no records that tools could be about.
async fn has_records(name: &str, models: &Models, asker: &Asker<'_>) -> Result<(), Error> {
    if !asker.may(name, "read").await? {
        return Err(Error::new(Kind::AccessDenied, format!("This user may not read records of `{name}`."))
            .hint("Where nobody may, the model is an abstract one: it has no records, only others that build on it."));
    }
    if models.is_wizard(name) {
        let message =
            format!("`{name}` is a wizard: Odoo forgets its records, so there is nothing to search or change.");
        return Err(Error::new(Kind::Unsupported, message)
            .hint("Write a tool that calls the method behind the wizard, or that creates one and calls its button."));
    }
    let none = json!({"domain": [["id", "=", 0]], "fields": ["id"], "limit": 1, "order": "id"});
    match asker.execute(name, "search_read", none).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind.is_of_the_connection() || error.kind == Kind::AccessDenied => Err(error),
        Err(error) => Err(Error::new(
            Kind::Unsupported,
            format!("`{name}` has no records that can be searched: {}", error.message),
        )
        .hint("An abstract model has none: name one that builds on it.")),
    }
}
