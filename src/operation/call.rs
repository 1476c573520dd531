//! `call`: any method of the model.

use serde_json::{Map, Value, json};

use super::needed::{needed, optional, value_of};
use super::prepared::{Body, Outline, Planned};
use super::run::Run;
use super::wizard::Dialog;
use super::{fitting, ids};
use crate::answer;
use crate::definition::operation::{Call, Writes};
use crate::odoo::{Effect, Error, Kind, Request, check_method_name, shown};
use crate::template::Outcome;

/// The request.
pub(super) struct Prepared {
    request: Request,
}

/// Evaluates method, records and arguments.
///
/// # Errors
/// What is missing or of the wrong type; `not_found` for no records (Odoo answers "true" to `action_confirm` of nothing).
pub(super) async fn prepare(definition: &Call, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let method = match needed("method", &definition.method, run)? {
        Value::String(method) => {
            // Before a person is asked to confirm what could never be called.
            check_method_name(&method)?;
            method
        }
        other => {
            return Err(Error::new(Kind::InvalidArguments, format!("`method` is the name of a method, not {other}.")));
        }
    };
    let ids = match &definition.ids {
        Some(ids) => Some(ids::of(ids, &model, run).await?),
        None => None,
    };
    let kwargs = match optional("kwargs", definition.kwargs.as_ref(), &run.scope)? {
        Some(Value::Object(kwargs)) => kwargs,
        Some(other) => {
            return Err(Error::new(
                Kind::InvalidArguments,
                format!("`kwargs` is a table of named arguments, not {other}."),
            ));
        }
        None => Map::new(),
    };
    if kwargs.contains_key("context") {
        // Only the caller's own table can have it, and a context says as whom and in which company a call runs.
        return Err(Error::new(Kind::InvalidArguments, "`kwargs` may not have a `context`.")
            .hint("The tool's definition gives the context. Leave it out."));
    }
    if kwargs.contains_key("ids") {
        // The newer protocol would take them for the records of the call, which are checked and confirmed.
        return Err(Error::new(Kind::InvalidArguments, "`kwargs` may not have `ids`.")
            .hint("The records that a method is called on are given as `ids` of the tool."));
    }
    let args = match &definition.args {
        Some(args) => match value_of("args", args.evaluate_arguments(&run.scope)?)? {
            Some(Value::Array(args)) => args,
            Some(other) => {
                return Err(Error::new(Kind::InvalidArguments, format!("`args` is a list of arguments, not {other}.")));
            }
            None => Vec::new(),
        },
        None => Vec::new(),
    };
    let effect = match &definition.writes {
        Writes::Fixed(false) => Effect::Read,
        Writes::Fixed(true) => Effect::Write,
        Writes::When(template) => match template.evaluate(&run.scope)? {
            Outcome::Given(Value::Bool(false)) => Effect::Read,
            // Not known to be harmless is not harmless.
            _ => Effect::Write,
        },
    };
    let context = fitting::context(&model, run).await?;
    Ok(Prepared { request: Request { model, method, ids, args, kwargs, context, effect } })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        Outline {
            effect: self.request.effect,
            what: format!("Calling `{}` of `{}`", self.request.method, self.request.model),
            ids: self.request.ids.clone().unwrap_or_default(),
        }
    }

    pub(super) fn planned(&self) -> Planned {
        let Request { model, method, ids, args, kwargs, context, .. } = &self.request;
        let mut arguments: Map<String, Value> =
            kwargs.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect();
        if !args.is_empty() {
            // The arguments of `change_password` have no names.
            arguments.insert("args".to_owned(), shown(method, &json!(args)));
        }
        Planned {
            arguments,
            model: ids.is_some().then(|| model.clone()),
            values: Vec::new(),
            payload: json!(["call", model, method, ids, args, kwargs, context]),
        }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let mut result = run.instance.client.execute(&self.request, &run.patience).await?;
        Dialog::start_from(&mut result, &self.request.model, self.request.ids.as_deref().unwrap_or_default());
        let dialog = Dialog::of(&result);
        let mut result = answer::result(result);
        // What another step answers is the model and the context of the form; nobody reads the rest.
        if let (Some(dialog), Some(said), true) = (dialog, result.as_object_mut(), run.answers()) {
            dialog.describe(said, run).await;
        }
        Ok(Body::of([("result", result)]))
    }
}
