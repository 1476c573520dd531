//! MCP hints: derived from the operation, or the author's where they do not contradict it.

use crate::source::{Node, Table};

use super::super::operation::{Operation, Writes};
use super::super::step::Step;
use super::super::tool::Annotations;
use super::Builder;

impl Builder<'_> {
    /// The four hints, all decided. `None` without an operation to derive them from.
    pub(super) fn annotations(&mut self, table: &Table, steps: &[Step]) -> Option<Annotations> {
        let operations: Vec<&Operation> = steps.iter().filter_map(Step::operation).collect();
        // The one that a contradiction is with: the first that writes, else the first.
        let operation = *operations.iter().find(|operation| operation.may_write()).or(operations.first())?;
        let derived = of_all(&operations);
        let Some(hints) = table.get("annotations").and_then(Node::as_table) else { return Some(derived) };
        let hint = |key: &str| hints.get(key).and_then(|node| Some((node, node.as_bool()?)));
        let said = |key: &str, derived: bool| hint(key).map_or(derived, |(_, said)| said);
        let name = operation.name();

        if let Some((node, said)) = hint("readOnlyHint").filter(|(_, said)| *said != derived.read_only) {
            let does = if derived.read_only { "only reads" } else { "writes" };
            let fix = match operation {
                Operation::Call(_) if said => "a method that changes nothing is declared with `writes = false`",
                _ => "leave the hint out: it follows from the operation",
            };
            self.sink
                .error(&node.place, format!("`readOnlyHint = {said}` contradicts `{name}`, which {does}"))
                .hint(fix);
        }
        if let Some((node, _)) = hint("destructiveHint").filter(|(_, said)| *said && derived.read_only) {
            self.sink
                .error(&node.place, format!("`destructiveHint = true` contradicts `{name}`, which only reads"))
                .hint("leave the hint out: it follows from the operation");
        }
        if let Some((node, _)) = hint("destructiveHint")
            .filter(|(_, said)| !*said && operations.iter().any(|operation| matches!(operation, Operation::Unlink(_))))
        {
            self.sink
                .error(&node.place, "`destructiveHint = false` contradicts `unlink`, which deletes")
                .hint("leave the hint out: it follows from the operation");
        }
        Some(Annotations {
            read_only: derived.read_only,
            destructive: said("destructiveHint", derived.destructive),
            idempotent: said("idempotentHint", derived.idempotent),
            open_world: said("openWorldHint", derived.open_world),
        })
    }
}

/// What several operations are together: as far-reaching as the most far-reaching of them, and as safe to repeat as the least.
fn of_all(operations: &[&Operation]) -> Annotations {
    let all: Vec<Annotations> = operations.iter().map(|operation| derived(operation)).collect();
    let read_only = all.iter().all(|one| one.read_only);
    let writes = all.iter().filter(|one| !one.read_only);
    Annotations {
        read_only,
        destructive: all.iter().any(|one| one.destructive),
        idempotent: read_only || writes.clone().all(|one| one.idempotent),
        open_world: all.iter().any(|one| one.open_world),
    }
}

/// What the operation itself says. The hints are those of the MCP specification: `destructive` is "not only additive",
/// `idempotent` "again with the same arguments has no further effect".
fn derived(operation: &Operation) -> Annotations {
    let read_only = !operation.may_write();
    let (destructive, idempotent) = match operation {
        Operation::Create(_) | Operation::MessagePost(_) | Operation::Attach(_) => (false, false),
        Operation::Write(_) | Operation::Unlink(_) => (true, true),
        _ => (!read_only, read_only),
    };
    // A method may send mail, and a message does; everything else stays inside Odoo.
    Annotations {
        read_only,
        destructive,
        idempotent,
        open_world: matches!(operation, Operation::Call(_) | Operation::MessagePost(_)) && !read_only,
    }
}

impl Operation {
    /// The key of its table, which is the Odoo method that it stands for.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SearchRead(_) => "search_read",
            Self::Read(_) | Self::Field(_) => "read",
            Self::SearchCount(_) => "search_count",
            Self::ReadGroup(_) => "read_group",
            Self::NameSearch(_) => "name_search",
            Self::FieldsGet(_) => "fields_get",
            Self::DefaultGet(_) => "default_get",
            Self::Create(_) => "create",
            Self::Write(_) => "write",
            Self::Unlink(_) => "unlink",
            Self::Call(_) => "call",
            Self::MessagePost(_) => "message_post",
            Self::Attach(_) => "attach",
            Self::Attachments(_) => "attachments",
            Self::Report(_) => "report",
            Self::Server(_) => "server",
            Self::Content(_) => "content",
        }
    }

    /// Whether some call of it may change something.
    #[must_use]
    pub fn may_write(&self) -> bool {
        match self {
            Self::Create(_) | Self::Write(_) | Self::Unlink(_) | Self::MessagePost(_) | Self::Attach(_) => true,
            Self::Call(call) => !matches!(call.writes, Writes::Fixed(false)),
            // Not in Odoo, but for good all the same.
            Self::Server(server) => server.is_personal(),
            _ => false,
        }
    }
}
