//! One tool: what it needs, its lookups, its operations.

use std::sync::Arc;

use super::live::Live;
use super::presence;
use super::supplied::Arguments;
use crate::definition::language::OPERATIONS;
use crate::definition::tool::Tool;
use crate::odoo::{Error, Kind, Model};
use crate::operation::fit::Metadata;
use crate::source::{Diagnostic, Node, Place, Sink, Table};
use crate::template;

/// The operations on records that exist, of which a person sees something before they are carried out.
const WRITES: [&str; 5] = ["write", "unlink", "call", "message_post", "attach"];

/// A tool while it is checked.
pub(super) struct Check<'a> {
    pub(super) live: &'a Live<'a>,
    pub(super) sink: Sink,
    /// What it is called that is checked: a tool, a resource, a prompt.
    pub(super) sort: &'static str,
    /// What its arguments are declared to be.
    pub(super) arguments: Arguments<'a>,
}

/// Where a model is named, or the place of what implies it.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) place: &'a Place,
}

/// Everything that is wrong with a tool on this Odoo.
pub(super) async fn check(sort: &'static str, tool: &Tool, table: &Table, live: &Live<'_>) -> Vec<Diagnostic> {
    let mut sink = Sink::new();
    sink.definition = Some(format!("{sort} `{}`", tool.name));
    let mut check = Check { live, sink, sort, arguments: Arguments::new(table.get("input")) };
    if presence::judge(tool, table, &mut check).await {
        check.whole(table).await;
    }
    check.sink.finish()
}

impl<'a> Check<'a> {
    async fn whole(&mut self, table: &'a Table) {
        let model = table.get("model").and_then(literal);
        self.lookups(table, model.as_ref()).await;
        self.company(table).await;
        for part in table.get("step").and_then(Node::as_array).unwrap_or_default().iter().filter_map(Node::as_table) {
            let own = part.get("model").map_or_else(|| table.get("model").and_then(literal), literal);
            self.lookups(part, own.as_ref()).await;
            self.part(part, own.as_ref()).await;
        }
        self.part(table, model.as_ref()).await;
        self.shown(table).await;
        self.completes(table).await;
    }

    /// The fields that a person sees before the first write.
    async fn shown(&mut self, table: &'a Table) {
        let Some(show) = table.get("confirm").and_then(|confirm| confirm.child("show")) else { return };
        let steps = table.get("step").and_then(Node::as_array).unwrap_or_default().iter().filter_map(Node::as_table);
        let writes = |part: &&Table| WRITES.iter().any(|name| part.get(name).is_some());
        let model = steps.chain([table]).find(writes).and_then(|part| part.get("model"));
        let Some(named) = model.or_else(|| table.get("model")).and_then(literal) else { return };
        if let Ok(model) = self.live.model(named.name).await {
            self.fields(show, &model).await;
        }
    }

    /// The operation of a tool, or of one of its steps.
    async fn part(&mut self, table: &'a Table, model: Option<&Named<'a>>) {
        let operation = OPERATIONS.iter().find_map(|name| Some((*name, table.key_place(name)?, table.get(name)?)));
        let Some((name, place, node)) = operation else { return };
        let Some(body) = node.as_table() else { return };
        match name {
            "content" | "step" => {}
            "server" => self.server(body).await,
            name => {
                let Some(model) = model else { return };
                if let Some(model) = self.model(model).await {
                    self.operation(name, place, body, &model).await;
                }
            }
        }
    }

    async fn lookups(&mut self, table: &'a Table, own: Option<&Named<'a>>) {
        for (_, _, node) in table.get("lookup").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
            let named = match node.child("model") {
                Some(model) => literal(model),
                None => own.map(|own| Named { name: own.name, place: own.place }),
            };
            let Some(named) = named else { continue };
            if let (Some(model), Some(domain)) = (self.model(&named).await, node.child("domain")) {
                self.domain(domain, &model).await;
            }
        }
    }

    async fn company(&mut self, table: &'a Table) {
        if let Some(node) = table.get("company").filter(|node| !is_templated(node))
            && let Some(error) = self.live.company(&node.to_json()).await
        {
            self.fault(&node.place, error);
        }
    }

    /// What Odoo says of a model. `None` where it says nothing, after a finding.
    pub(super) async fn model(&mut self, named: &Named<'_>) -> Option<Arc<Model>> {
        match self.live.model(named.name).await {
            Ok(model) => Some(model),
            Err(error) if error.kind == Kind::UnknownModel => {
                let near = presence::similar_model(named.name, self.live).await;
                let hint = near.map_or_else(
                    || {
                        format!(
                            "name it in `requires`, and the {} is offered only where it is: `requires = [\"{}\"]`",
                            self.sort, named.name
                        )
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("this Odoo has no model `{}`", named.name);
                self.sink.error(named.place, message).hint(hint);
                None
            }
            Err(error) if error.kind.is_of_the_connection() => None,
            Err(error) => {
                let message = format!("the fields of `{}` cannot be read: {}", named.name, sentence(&error.message));
                self.sink.warning(named.place, message).hint("check with a login that may");
                None
            }
        }
    }

    /// What a call would be refused for.
    pub(super) fn fault(&mut self, place: &Place, error: Error) {
        if !error.kind.is_of_the_connection() {
            self.sink.push(said(Diagnostic::error(""), place, error));
        }
    }

    /// What some calls would be refused for.
    pub(super) fn doubt(&mut self, place: &Place, error: Error) -> &mut Diagnostic {
        self.sink.push(said(Diagnostic::warning(""), place, error))
    }
}

/// The error of a call in the words of a diagnostic: no full stop, and what was meant in the hint.
fn said(mut diagnostic: Diagnostic, place: &Place, error: Error) -> Diagnostic {
    diagnostic.place = Some(place.clone());
    let (message, meant) = match error.message.split_once("; did you mean ") {
        Some((message, meant)) => (message, Some(format!("did you mean {}?", meant.trim_end_matches(['?', '.'])))),
        None => (error.message.as_str(), None),
    };
    diagnostic.message = sentence(message).replace(", or it is not yours to see", ", or this login may not see it");
    diagnostic.hint = meant.or_else(|| error.hint.as_deref().map(as_hint));
    diagnostic
}

fn sentence(text: &str) -> &str {
    text.trim_end_matches('.')
}

/// A hint of a call as diagnostics write theirs.
pub(super) fn as_hint(hint: &str) -> String {
    let mut letters = sentence(hint).chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

/// A name that is no template.
pub(super) fn literal(node: &Node) -> Option<Named<'_>> {
    let name = node.as_str().filter(|text| !template::is_template(text))?;
    Some(Named { name, place: &node.place })
}

/// Whether some string inside is a template.
pub(super) fn is_templated(node: &Node) -> bool {
    node.as_str().is_some_and(template::is_template)
        || node.as_array().unwrap_or_default().iter().any(is_templated)
        || node.as_table().into_iter().flat_map(Table::iter).any(|(_, _, value)| is_templated(value))
}
