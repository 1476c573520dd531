//! The form that a method asks to be filled in next: a wizard, as fields and buttons that a following call can use.
//!
//! A method that opens a wizard has run and done nothing yet. Who reads its answer creates a record of the wizard's model with
//! values, in the context that the action carries, and calls one of the buttons on it. Nothing here can make the call fail: what
//! cannot be learnt is left out, and said.

mod form;

use serde_json::{Map, Value, json};

use self::form::Form;
use super::default_get;
use super::fields::{Selection, Wanted, select};
use super::names::written;
use super::read;
use super::run::Run;
use crate::answer;
use crate::definition::operation::FieldEntry;
use crate::odoo::{Effect, Error, Request, is_model_name};

/// A dialog that an action would open.
pub(super) struct Dialog {
    model: String,
    /// The record that it shows, where it is there already.
    id: Option<i64>,
    /// Which form, where the action says.
    view: Option<i64>,
    context: Map<String, Value>,
}

impl Dialog {
    /// The dialog that this result of a method opens, if it opens one.
    pub(super) fn of(result: &Value) -> Option<Self> {
        let text = |key: &str| result.get(key).and_then(Value::as_str);
        if text("type") != Some("ir.actions.act_window") || text("target") != Some("new") {
            return None;
        }
        let model = text("res_model").filter(|model| is_model_name(model))?;
        let views = result.get("views").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let form = views.iter().find(|view| view.get(1).and_then(Value::as_str) == Some("form"));
        let modes = text("view_mode").unwrap_or("form");
        if form.is_none() && !modes.split(',').any(|mode| mode.trim() == "form") {
            return None;
        }
        let id = |value: Option<&Value>| value.and_then(|value| value.as_i64().or_else(|| value.get(0)?.as_i64()));
        Some(Self {
            model: model.to_owned(),
            id: id(result.get("res_id")).filter(|id| *id > 0),
            view: id(form.and_then(|view| view.get(0))).or_else(|| id(result.get("view_id"))),
            context: result.get("context").and_then(Value::as_object).cloned().unwrap_or_default(),
        })
    }

    /// The records that the method was called on, in the context of the dialog that it opens: Odoo's screen puts them there, and most
    /// wizards know from nowhere else what they are for. Where the action names such records itself, those are meant.
    pub(super) fn start_from(result: &mut Value, model: &str, ids: &[i64]) {
        let (Some(first), Some(_)) = (ids.first(), Self::of(result)) else { return };
        let Some(action) = result.as_object_mut() else { return };
        let context = action.entry("context").or_insert_with(|| json!({}));
        if !context.is_object() {
            // An expression of Python's, which the screen would evaluate.
            *context = json!({});
        }
        let active = json!({"active_model": model, "active_id": first, "active_ids": ids});
        let (Some(context), Value::Object(active)) = (context.as_object_mut(), active) else { return };
        if !active.keys().any(|key| context.contains_key(key)) {
            context.extend(active);
        }
    }

    /// Adds to a described action what its form asks for.
    pub(super) async fn describe(self, said: &mut Map<String, Value>, run: &Run<'_>) {
        let model = &self.model;
        let note = match self.form(run).await {
            Ok((form, fields)) if fields.is_empty() && form.buttons.is_empty() => return,
            Ok((form, fields)) => {
                said.insert("fields".to_owned(), fields.into());
                if form.more > 0 {
                    said.insert("more_fields".to_owned(), form.more.into());
                }
                said.insert("buttons".to_owned(), form.buttons.into());
                match self.id {
                    Some(id) => format!(
                        "The method ran, and Odoo's screen would now ask for this; nothing of it has happened. To go on, change the \
                         record {id} of `{model}` and call one of the buttons on it."
                    ),
                    None => format!(
                        "The method ran, and Odoo's screen would now ask for this; nothing of it has happened. To go on, create a \
                         record of `{model}` in this context and call one of the buttons on it."
                    ),
                }
            }
            Err(error) => {
                format!("The method ran. Odoo's screen would now open a form, which cannot be described: {error}")
            }
        };
        said.insert("note".to_owned(), note.into());
    }

    /// The form, and what is to be said of each of its fields.
    async fn form(&self, run: &Run<'_>) -> Result<(Form, Vec<Value>), Error> {
        let arch = self.arch(run).await?;
        let model = run.metadata(&self.model).await?;
        let form = Form::read(&arch, &model);
        let names: Vec<&str> = form.shown.iter().map(|shown| shown.name.as_str()).collect();
        let entry = |name: &&str| FieldEntry { name: written(name), nested: None };
        let entries: Vec<FieldEntry> = names.iter().map(entry).collect();
        let selection = select(Wanted::Listed(&entries), &model, run).await?;
        // The form is worth telling without them.
        let values = self.values(selection, run).await.unwrap_or_default();
        let key = if self.id.is_some() { "value" } else { "default" };
        let fields = form.shown.iter().filter_map(|shown| shown.described(&model, key, values.get(&shown.name)));
        let fields = fields.collect();
        Ok((form, fields))
    }

    /// The form's view as XML.
    async fn arch(&self, run: &Run<'_>) -> Result<String, Error> {
        let view = self.view.map_or(Value::Bool(false), Value::from);
        let (method, kwargs) = if run.instance.client.version(&run.patience).await?.major >= 16 {
            ("get_views", json!({"views": [[view, "form"]]}))
        } else {
            ("fields_view_get", json!({"view_id": view, "view_type": "form"}))
        };
        let mut request = Request::new(self.model.clone(), method, Effect::Read);
        request.kwargs = kwargs.as_object().cloned().unwrap_or_default();
        request.context = self.context(run);
        let answer = run.instance.client.execute(&request, &run.patience).await?;
        let arch = answer.pointer("/views/form/arch").or_else(|| answer.get("arch")).and_then(Value::as_str);
        Ok(arch.unwrap_or_default().to_owned())
    }

    /// What the fields hold, or would begin with.
    async fn values(&self, selection: Selection, run: &Run<'_>) -> Result<Map<String, Value>, Error> {
        if let Some(id) = self.id {
            let rows = read::by_id(run, &self.model, &[id], &selection).await?;
            let mut records = answer::records(rows, &selection, &run.zone, run.links);
            let record = records.get_mut("records").and_then(|records| records.get_mut(0)).map(Value::take);
            return Ok(record.and_then(|record| record.as_object().cloned()).unwrap_or_default());
        }
        let context = self.context(run);
        let prepared = default_get::Prepared { model: self.model.clone(), selection, context };
        let mut body = prepared.run(run).await?;
        Ok(match body.answer.remove("defaults") {
            Some(Value::Object(defaults)) => defaults,
            _ => Map::new(),
        })
    }

    fn context(&self, run: &Run<'_>) -> Map<String, Value> {
        let mut context = self.context.clone();
        // The companies that the call may see stay those of the call.
        let own = |key: &str| key == "allowed_company_ids" || !self.context.contains_key(key);
        context.extend(run.context.iter().filter(|(key, _)| own(key)).map(|(key, value)| (key.clone(), value.clone())));
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dialog_with_a_form_is_one() {
        let action = |more: Value| {
            let mut action = json!({"type": "ir.actions.act_window", "res_model": "crm.lead.lost", "target": "new",
                "view_mode": "form", "view_id": [7, "x"], "context": {"active_ids": [1]}});
            action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Dialog::of(&action)
        };
        let dialog = action(json!({"views": [[9, "form"]], "res_id": 4})).unwrap();
        assert_eq!((dialog.view, dialog.id, dialog.context.len()), (Some(9), Some(4), 1));
        let dialog =
            action(json!({"views": [[false, "form"]], "res_id": false, "context": "{'active_id': active_id}"}))
                .unwrap();
        assert_eq!((dialog.view, dialog.id, dialog.context.len()), (Some(7), None, 0));
        for other in [
            json!({"target": "current"}),
            json!({"view_mode": "list,kanban"}),
            json!({"res_model": "../x"}),
            json!({"type": "ir.actions.client"}),
        ] {
            assert!(action(other.clone()).is_none(), "{other}");
        }
        assert!(Dialog::of(&json!(true)).is_none());
    }

    #[test]
    fn a_dialog_starts_from_the_records_of_the_call() {
        let opened = |context: Value, target: &str| {
            let mut action = json!({"type": "ir.actions.act_window", "res_model": "account.move.reversal", "target": target,
                "view_mode": "list,form", "context": context});
            Dialog::start_from(&mut action, "account.move", &[4, 5]);
            action["context"].take()
        };
        let active = json!({"active_model": "account.move", "active_id": 4, "active_ids": [4, 5]});
        assert_eq!(opened(json!("{}"), "new"), active);
        assert_eq!(opened(json!(false), "new"), active);
        let others = json!({"active_model": "account.move.line", "active_ids": [9], "default_x": 1});
        assert_eq!(opened(others.clone(), "new"), others, "what the action says itself");
        assert_eq!(opened(json!({"x": 1}), "current"), json!({"x": 1}), "no dialog");
    }
}
