//! The operation tables.

use crate::source::{Node, Table};
use crate::template::{self, Templated};

use super::super::language::WRITE;
use super::super::operation::{
    Attachments, Call, Content, Create, DefaultGet, FieldEntry, FieldList, FieldsGet, NameSearch, Named, Operation,
    Read, ReadGroup, SavePrompt, SearchCount, SearchRead, Server, Unlink, Write, Writes,
};
use super::super::tool::Paging;
use super::super::values::{Clear, Ids, Values};
use super::Builder;
use super::fields::field_name;
use super::values::is_empty_table;

/// Rows without a `limit`.
const DEFAULT_LIMIT: u32 = 20;

/// The most that one call may ask for, where the author does not say.
const DEFAULT_MAX: u32 = 100;

impl Builder<'_> {
    pub(super) fn operation(&mut self, key: &str, body: &Node) -> Option<Operation> {
        if key == "content" {
            let blocks = body.as_array()?;
            if blocks.is_empty() {
                self.sink.error(&body.place, "`content` is empty");
            }
            let blocks: Vec<_> = blocks.iter().map(|block| self.content_block(block)).collect();
            return Some(Operation::Content(Content {
                blocks: blocks.into_iter().collect::<Option<_>>()?,
                is_error: false,
            }));
        }
        let table = body.as_table()?;
        Some(match key {
            "search_read" => Operation::SearchRead(self.search_read(table)),
            "read" => Operation::Read(Read { ids: self.required_ids(table)?, fields: self.fields(table, "fields") }),
            "search_count" => Operation::SearchCount(SearchCount { domain: self.domain_of(table) }),
            "read_group" => Operation::ReadGroup(self.read_group(table)?),
            "name_search" => Operation::NameSearch(self.name_search(table)),
            "fields_get" => Operation::FieldsGet(FieldsGet {
                fields: table.get("fields").and_then(|node| self.names_list(node, "fields")),
                attributes: table.get("attributes").and_then(|node| self.names_list(node, "attributes")),
                query: table.get("query").map(|node| self.templated(node)),
            }),
            "default_get" => Operation::DefaultGet(self.default_get(table)),
            "create" => {
                let each = self.each(table);
                let values = table.get("values").and_then(|node| self.within(table, |it| it.values(node)));
                if let (Some(each), Some(Values::Given(_))) = (table.get("each"), &values) {
                    self.sink
                        .error(&each.place, "`each` goes with a table of `values`")
                        .hint("`values` may be a template that gives the list by itself; then leave `each` out");
                }
                let returns = self.fields(table, "return");
                Operation::Create(Create { values: values?, each, returns })
            }
            "write" => self.write(table)?,
            "unlink" => Operation::Unlink(Unlink { ids: self.required_ids(table)? }),
            "call" => self.call(table)?,
            "message_post" => Operation::MessagePost(self.message_post(table)?),
            "attach" => Operation::Attach(self.attach(table)?),
            "attachments" => {
                Operation::Attachments(Attachments { ids: self.required_ids(table)?, limit: limit(table) })
            }
            "report" => Operation::Report(self.report(table)?),
            "server" => Operation::Server(self.server(table)?),
            // Reported as not supported yet.
            _ => return None,
        })
    }

    fn search_read(&mut self, table: &Table) -> SearchRead {
        SearchRead {
            domain: self.domain_of(table),
            fields: self.fields(table, "fields"),
            order: table.get("order").and_then(|node| self.order(node)),
            limit: limit(table),
            page: page(table),
            count: table.get("count").and_then(Node::as_bool).unwrap_or(true),
        }
    }

    fn read_group(&mut self, table: &Table) -> Option<ReadGroup> {
        let domain = self.domain_of(table);
        let group_by = table.get("group_by").and_then(|node| {
            let group_by = self.names_list(node, "group_by")?;
            self.needed("group_by", node, &group_by);
            Some(group_by)
        });
        Some(ReadGroup {
            domain,
            aggregates: table.get("aggregates").and_then(|node| self.names_list(node, "aggregates")),
            order: table.get("order").and_then(|node| self.order(node)),
            limit: limit(table),
            page: page(table),
            group_by: group_by?,
        })
    }

    fn name_search(&mut self, table: &Table) -> NameSearch {
        NameSearch {
            text: table.get("text").map_or_else(|| Templated::Literal("".into()), |node| self.templated(node)),
            domain: self.domain_of(table),
            limit: limit(table),
            page: page(table),
        }
    }

    fn default_get(&mut self, table: &Table) -> DefaultGet {
        let fields = self.fields(table, "fields");
        if let FieldList::Listed(entries) = &fields {
            for FieldEntry { name, nested } in entries {
                if let (Some(_), Some(node)) = (nested, table.get("fields")) {
                    let name = name.alternatives.join("|");
                    self.sink
                        .error(&node.place, format!("`default_get` has no nested fields, but `{name}` has some"))
                        .hint(format!("write `\"{name}\"`"));
                }
            }
        }
        DefaultGet { fields }
    }

    fn write(&mut self, table: &Table) -> Option<Operation> {
        let ids = self.required_ids(table);
        let values = table.get("values").and_then(|node| {
            if is_empty_table(node) {
                self.sink
                    .error(&node.place, "`values` is empty: there is nothing to write")
                    .hint("e.g. `values.stage_id = \"{{ stage }}\"`");
            }
            self.values(node)
        });
        let clear = clear(table);
        let returns = self.fields(table, "return");
        if table.get("values").is_some() && values.is_none() {
            return None;
        }
        Some(Operation::Write(Write { ids: ids?, values, clear, returns }))
    }

    fn call(&mut self, table: &Table) -> Option<Operation> {
        let method = table.get("method").and_then(|node| self.method(node));
        let ids = table.get("ids").and_then(|node| self.ids(node));
        let kwargs = table.get("kwargs").and_then(|node| self.kwargs(node));
        let args = table.get("args").and_then(|node| self.args(node));
        let writes = match table.get("writes") {
            None => Writes::Fixed(true),
            Some(node) => match (node.as_bool(), node.as_str()) {
                (Some(fixed), _) => Writes::Fixed(fixed),
                (None, Some(text)) if template::is_template(text) => Writes::When(self.expression(node, "writes")?),
                _ => {
                    self.sink
                        .error(&node.place, "`writes` cannot be a plain string")
                        .hint("`true`, `false`, or one single `{{ expression }}`");
                    return None;
                }
            },
        };
        Some(Operation::Call(Call { method: method?, ids, kwargs, args, writes }))
    }

    /// What keeping a prompt cannot do without.
    fn of_prompt(&mut self, table: &Table, key: &str) -> Option<Templated> {
        let Some(node) = table.get(key) else {
            let place = table.key_place("what")?.clone();
            let hint = format!("e.g. `{key} = \"{{{{ {key} }}}}\"`, in the same table");
            self.sink.missing(&place, format!("`{key}` is missing: it says which prompt, and what it says"), hint);
            return None;
        };
        let value = self.templated(node);
        self.needed(key, node, &value);
        Some(value)
    }

    fn server(&mut self, table: &Table) -> Option<Server> {
        let what = table.get("what").and_then(Node::as_str)?;
        let takes: &[&str] = match what {
            "modules" | "models" => &["query", "limit", "page"],
            "access" => &["model"],
            "save_prompt" => &["name", "title", "description", "text", "arguments", "overwrite"],
            "delete_prompt" => &["name"],
            _ => &[],
        };
        let of_prompts = ["name", "title", "description", "text", "arguments", "overwrite"];
        for key in ["model", "query", "limit", "page"].into_iter().chain(of_prompts) {
            if let Some(place) = table.key_place(key).filter(|_| !takes.contains(&key)) {
                let with = match key {
                    "model" => "`access`",
                    "name" => "`save_prompt` and `delete_prompt`",
                    key if of_prompts.contains(&key) => "`save_prompt`",
                    _ => "`modules` and `models`",
                };
                self.sink
                    .error(place, format!("`{key}` has no meaning for `what = \"{what}\"`"))
                    .hint(format!("it goes with {with}; remove it"));
            }
        }
        Some(match what {
            "info" => Server::Info,
            "modules" => Server::Modules(self.named(table)),
            "models" => Server::Models(self.named(table)),
            "access" => {
                let Some(node) = table.get("model") else {
                    let place = table.key_place("what")?.clone();
                    self.sink.missing(
                        &place,
                        "`model` is missing: `access` is about a model",
                        "e.g. `model = \"{{ model }}\"`, in the same table",
                    );
                    return None;
                };
                let model = self.model(node)?;
                self.needed("model", node, &model);
                Server::Access(model)
            }
            "save_prompt" => {
                let name = self.of_prompt(table, "name");
                let text = self.of_prompt(table, "text");
                let mut given = |key: &str| table.get(key).map(|node| self.templated(node));
                Server::SavePrompt(Box::new(SavePrompt {
                    title: given("title"),
                    description: given("description"),
                    arguments: given("arguments"),
                    overwrite: given("overwrite"),
                    name: name?,
                    text: text?,
                }))
            }
            "delete_prompt" => Server::DeletePrompt(self.of_prompt(table, "name")?),
            // Reported as unknown, or as not supported yet.
            _ => return None,
        })
    }

    fn named(&mut self, table: &Table) -> Named {
        Named { query: table.get("query").map(|node| self.templated(node)), limit: limit(table) }
    }

    fn method(&mut self, node: &Node) -> Option<Templated> {
        let name = node.as_str()?;
        if template::is_template(name) {
            let method = Templated::Template(self.expression(node, "method")?);
            self.needed("method", node, &method);
            return Some(method);
        }
        if name.starts_with('_') {
            self.sink
                .error(&node.place, format!("the method `{name}` is private"))
                .hint("Odoo refuses methods that begin with `_` from outside");
        } else if !(name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        {
            self.sink.error(&node.place, format!("`{name}` is not the name of a method")).hint("e.g. `action_confirm`");
        }
        Some(Templated::Literal(name.into()))
    }

    pub(super) fn required_ids(&mut self, table: &Table) -> Option<Ids> {
        table.get("ids").and_then(|node| self.ids(node))
    }

    fn domain_of(&mut self, table: &Table) -> Option<crate::domain::DomainTemplate> {
        table.get("domain").and_then(|node| self.domain(node))
    }

    /// The words of `clear` that a `write` adds to the arguments. Says so where it has nothing to write at all.
    pub(super) fn clear_of(&mut self, key: &str, node: &Node) -> Vec<String> {
        let Some(table) = node.as_table().filter(|_| key == "write") else { return Vec::new() };
        let Some(written) = table.get("clear") else {
            if table.get("values").is_none() && !WRITE.misspelt_in(table, "values") {
                let message = "`values` is missing in `[tool.write]`";
                self.sink.missing(&node.place, message, "what is written, e.g. `values.stage_id = \"{{ stage }}\"`");
            }
            return Vec::new();
        };
        let Some(words) = written.as_table() else { return Vec::new() };
        if words.entries.is_empty() {
            self.sink
                .error(&written.place, "`clear` is empty")
                .hint("words and the fields that they empty, e.g. `clear = { deadline = \"date_deadline\" }`");
        }
        let mut fields: Vec<(&str, &Node)> = Vec::new();
        for (word, place, node) in words.iter() {
            if !template::is_identifier(word) {
                self.sink
                    .error(place, format!("`{word}` is not a word that a caller could give"))
                    .hint("letters, digits and `_`, beginning with a letter");
            }
            let Some(field) = node.as_str() else { continue };
            if let Err(error) = field_name(field) {
                self.sink
                    .error(&node.place, error.to_string())
                    .hint("the field that is emptied, e.g. `deadline = \"date_deadline\"`");
            } else if let Some((other, first)) = fields.iter().find(|(_, known)| known.as_str() == Some(field)) {
                self.sink
                    .error(&node.place, format!("`{field}` is emptied by two words, `{other}` and `{word}`"))
                    .hint("remove one of them")
                    .related(&first.place, "the first");
            } else {
                fields.push((word, node));
            }
        }
        clear(table).into_iter().map(|clear| clear.word).collect()
    }

    /// The paging of the tool's operation, before its templates are read: `limit` and `offset` are names then.
    pub(super) fn paging_of(&mut self, key: &str, table: &Table) -> Option<Paging> {
        let table = table.get(key)?.as_table()?;
        let pages = match key {
            "search_read" | "read_group" | "name_search" | "attachments" => true,
            "server" => matches!(table.get("what").and_then(Node::as_str), Some("modules" | "models")),
            _ => false,
        };
        if !pages {
            return None;
        }
        if let Some((node, limit)) = table.get("limit").and_then(|node| Some((node, node.as_table()?))) {
            let number = |key: &str| limit.get(key).and_then(Node::as_integer);
            if let (Some(default), Some(max)) = (number("default"), number("max"))
                && default > max
            {
                let place = limit.get("default").map_or(&node.place, |default| &default.place);
                self.sink
                    .error(place, format!("the default limit {default} is more than the maximum {max}"))
                    .hint("raise `max`, or lower `default`");
            }
        }
        page(table).then(|| limit(table))
    }
}

/// `clear = { salesperson = "user_id" }`.
fn clear(table: &Table) -> Vec<Clear> {
    let words = table.get("clear").and_then(Node::as_table);
    let clear = |word: &str, field: &Node| Some(Clear { word: word.to_owned(), field: field.as_str()?.to_owned() });
    words.into_iter().flat_map(Table::iter).filter_map(|(word, _, field)| clear(word, field)).collect()
}

fn page(table: &Table) -> bool {
    table.get("page").and_then(Node::as_bool).unwrap_or(true)
}

/// `limit = 50`, `limit = { default, max }`, or none of them.
fn limit(table: &Table) -> Paging {
    // What is out of range was reported with the structure.
    let small =
        |node: &Node| node.as_integer().and_then(|number| u32::try_from(number).ok()).map(|number| number.max(1));
    let Some(node) = table.get("limit") else { return Paging { default: DEFAULT_LIMIT, max: DEFAULT_MAX } };
    if let Some(number) = small(node) {
        return Paging { default: number, max: number };
    }
    let key = |key: &str| node.as_table().and_then(|table| small(table.get(key)?));
    match (key("default"), key("max")) {
        (Some(default), Some(max)) => Paging { default, max },
        (Some(default), None) => Paging { default, max: default.max(DEFAULT_MAX) },
        (None, Some(max)) => Paging { default: max.min(DEFAULT_LIMIT), max },
        (None, None) => Paging { default: DEFAULT_LIMIT, max: DEFAULT_MAX },
    }
}
