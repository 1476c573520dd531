//! One sensible call of every shipped tool, and what has to come of it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::client::{Server, Target};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// `demo` of Odoo's demo data.
    Employee,
    Administrator,
}

/// What has to come of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// An answer with content.
    Works,
    /// An error of this kind, and nothing is written.
    Fails(&'static str),
}

/// One row of the table.
pub struct Call {
    pub tool: &'static str,
    pub arguments: fn(&mut Server, &Target) -> Value,
    pub expected: fn(&Target, Who) -> Expected,
    /// A model that not every Odoo has: where it is not, the tool is not listed.
    pub needs: Option<&'static str>,
    /// The model of what it creates, to be removed again.
    pub creates: Option<&'static str>,
}

/// Works for everybody, everywhere.
fn works(_: &Target, _: Who) -> Expected {
    Expected::Works
}

/// A person has to confirm it, whoever calls.
fn confirmed(_: &Target, _: Who) -> Expected {
    Expected::Fails("confirmation_required")
}

/// In 14 an ordinary user may not read the modules.
fn modules(target: &Target, who: Who) -> Expected {
    if target.version < 15 && who == Who::Employee { Expected::Fails("access_denied") } else { Expected::Works }
}

const fn reads(tool: &'static str, arguments: fn(&mut Server, &Target) -> Value) -> Call {
    Call { tool, arguments, expected: works, needs: None, creates: None }
}

const fn creates(tool: &'static str, model: &'static str, arguments: fn(&mut Server, &Target) -> Value) -> Call {
    Call { tool, arguments, expected: works, needs: None, creates: Some(model) }
}

impl Call {
    /// Whether its model is one of those that are not there.
    pub fn lacks(&self, absent: &BTreeSet<&str>) -> bool {
        self.needs.is_some_and(|model| absent.contains(model))
    }

    const fn expecting(mut self, expected: fn(&Target, Who) -> Expected) -> Self {
        self.expected = expected;
        self
    }

    const fn needing(mut self, model: &'static str) -> Self {
        self.needs = Some(model);
        self
    }
}

/// Everything that ships.
pub const CALLS: &[Call] = &[
    // contacts
    reads("search_contacts", |_, _| json!({"query": "azure"})),
    reads(
        "get_contact",
        |server, _| json!({"contact_id": first(server, "search_contacts", json!({"query": "azure"}))}),
    ),
    creates(
        "create_contact",
        "res.partner",
        |_, target| json!({"name": named(target), "country": "BE", "company": "Azure Interior"}),
    ),
    // crm
    reads("search_crm_leads", |_, _| json!({"stage": "open"})),
    reads("get_crm_lead", |server, _| json!({"lead_id": first(server, "search_crm_leads", json!({}))})),
    creates(
        "create_crm_lead",
        "crm.lead",
        |_, target| json!({"name": named(target), "customer": "Azure Interior", "tags": ["Product"]}),
    ),
    reads("update_crm_lead", |server, _| {
        // What it has already: the demo data stays as it is.
        let lead = record(server, "search_crm_leads", json!({"mine": true}));
        json!({"lead_id": lead["id"], "name": lead["name"]})
    }),
    reads("list_crm_stages", |_, _| json!({})),
    // sales
    reads("search_sales_orders", |_, _| json!({"customer": "gemini"})),
    reads("get_sales_order", |server, _| json!({"order": first(server, "search_sales_orders", json!({}))})),
    creates(
        "create_sales_order",
        "sale.order",
        |_, _| json!({"customer": "Azure Interior", "lines": [{"product": "FURN_8888", "quantity": 2}]}),
    ),
    // products and inventory
    reads("search_products", |_, _| json!({"query": "desk"})),
    reads("get_product", |server, _| json!({"product_id": first(server, "search_products", json!({"query": "desk"}))})),
    reads("get_product_stock", |_, _| json!({"product": "FURN_8888"})),
    reads("search_inventory", |_, _| json!({})),
    reads("get_stock_moves", |_, _| json!({})),
    reads("list_internal_locations", |_, _| json!({})),
    // project
    reads("list_projects", |_, _| json!({})),
    reads("get_project", |server, _| json!({"project_id": first(server, "list_projects", json!({}))})),
    reads("search_tasks", |_, _| json!({"stage": "open"})),
    reads("get_task", |server, _| json!({"task_id": first(server, "search_tasks", json!({}))})),
    creates(
        "create_task",
        "project.task",
        // A task of a project that was sold could not be removed again.
        |server, target| {
            let project = first(server, "list_projects", json!({"query": "Office Design"}));
            json!({"name": named(target), "project": project})
        },
    ),
    reads("update_task", |server, _| {
        let task = record(server, "search_tasks", json!({"mine": true}));
        json!({"task_id": task["id"], "name": task["name"]})
    }),
    reads("list_task_stages", |_, _| json!({})),
    // helpdesk
    reads("search_helpdesk_tickets", |_, _| json!({})).needing("helpdesk.ticket"),
    reads("get_helpdesk_ticket", |server, _| json!({"ticket_id": first(server, "search_helpdesk_tickets", json!({}))}))
        .needing("helpdesk.ticket"),
    creates(
        "create_helpdesk_ticket",
        "helpdesk.ticket",
        |_, target| json!({"subject": named(target), "customer": "Azure Interior"}),
    )
    .needing("helpdesk.ticket"),
    reads("update_helpdesk_ticket", |server, _| {
        let ticket = record(server, "search_helpdesk_tickets", json!({}));
        json!({"ticket_id": ticket["id"], "subject": ticket["name"]})
    })
    .needing("helpdesk.ticket"),
    reads("list_helpdesk_teams", |_, _| json!({})).needing("helpdesk.ticket"),
    // knowledge
    reads("search_knowledge_articles", |_, _| json!({})).needing("knowledge.article"),
    reads(
        "get_knowledge_article",
        |server, _| json!({"article_id": first(server, "search_knowledge_articles", json!({}))}),
    )
    .needing("knowledge.article"),
    creates(
        "create_knowledge_article",
        "knowledge.article",
        |_, target| json!({"title": named(target), "text": "A *text*"}),
    )
    .needing("knowledge.article"),
    reads("update_knowledge_article", |server, _| {
        // An article of the company's that everybody may edit.
        let article = record(server, "search_knowledge_articles", json!({"query": "Discount Policy"}));
        json!({"article_id": article["id"], "title": article["name"]})
    })
    .needing("knowledge.article"),
    // purchase
    reads("search_purchase_orders", |_, _| json!({"state": "ordered"})),
    reads(
        "get_purchase_order",
        |server, _| json!({"order": record(server, "search_purchase_orders", json!({}))["name"]}),
    ),
    // finance: in 14 the employee of the demo data is an accountant, later a salesperson with invoices of the own
    reads("search_invoices", |_, _| json!({"state": "unpaid"})),
    reads("get_invoice", |server, _| json!({"invoice": first(server, "search_invoices", json!({}))})),
    reads("list_overdue_invoices", |_, _| json!({})),
    // employees
    reads("search_employees", |_, _| json!({"department": "research"})),
    reads(
        "get_employee",
        |server, _| json!({"employee_id": first(server, "search_employees", json!({"query": "marc"}))}),
    ),
    reads("list_departments", |_, _| json!({})),
    // any model
    reads("odoo_search", |_, _| json!({"model": "res.partner", "domain": "[[\"is_company\", \"=\", true]]"})),
    reads("odoo_get_record", |_, _| json!({"model": "res.company", "id": 1})),
    reads("odoo_connect", |_, _| json!({})),
    reads("odoo_read", |_, _| json!({"model": "res.partner", "ids": [1], "fields": ["name", "email"]})),
    reads("odoo_count", |_, _| json!({"model": "res.partner"})),
    reads("odoo_read_group", |_, _| json!({"model": "crm.lead", "group_by": ["stage_id"]})),
    reads("odoo_get_models", |_, _| json!({"query": "partner"})),
    reads("odoo_get_fields", |_, _| json!({"model": "res.partner", "query": "mail"})),
    reads("odoo_default_get", |_, _| json!({"model": "crm.lead", "fields": ["type", "user_id"]})),
    reads("odoo_list_modules", |_, _| json!({})).expecting(modules),
    reads("odoo_list_companies", |_, _| json!({})),
    // anything, by hand
    creates(
        "odoo_create",
        "res.partner",
        |_, target| json!({"model": "res.partner", "values": {"name": named(target)}}),
    ),
    reads("odoo_write", |server, _| {
        let lead = record(server, "search_crm_leads", json!({"mine": true}));
        json!({"model": "crm.lead", "ids": [lead["id"]], "values": {"name": lead["name"]}})
    }),
    reads(
        "odoo_unlink",
        |server, _| json!({"model": "crm.lead", "ids": [first(server, "search_crm_leads", json!({"mine": true}))]}),
    )
    .expecting(confirmed),
    reads("odoo_call", |server, _| {
        let lead = first(server, "search_crm_leads", json!({"mine": true}));
        json!({"model": "crm.lead", "method": "action_set_won", "ids": [lead]})
    })
    .expecting(confirmed),
];

/// A name that no record of the demo data has.
fn named(target: &Target) -> String {
    format!("Tooldoo Test {} {}", target.name, std::process::id())
}

/// The first record that a search answers.
fn record(server: &mut Server, tool: &str, mut arguments: Value) -> Value {
    arguments["limit"] = json!(1);
    let answer = server.call(tool, arguments);
    answer["records"].get(0).unwrap_or_else(|| panic!("{tool} finds nothing to go on with")).clone()
}

fn first(server: &mut Server, tool: &str, arguments: Value) -> Value {
    record(server, tool, arguments)["id"].clone()
}

/// Whatever an answer lists, it lists something, and every record has an id.
pub fn has_content(tool: &str, answer: &Map<String, Value>) {
    let mut seen = false;
    for key in ["records", "groups", "ids", "models", "modules", "apps"] {
        if let Some(list) = answer.get(key).and_then(Value::as_array) {
            assert!(!list.is_empty(), "{tool} answers no {key}: {answer:?}");
            seen = true;
        }
    }
    for record in answer.get("records").and_then(Value::as_array).into_iter().flatten() {
        assert!(record["id"].is_i64(), "{tool}: {record}");
        assert!(record.as_object().unwrap().len() > 1, "{tool} says nothing of a record: {record}");
    }
    for key in ["fields", "defaults"] {
        if let Some(table) = answer.get(key) {
            let filled = table.as_object().map(Map::len).or_else(|| table.as_array().map(Vec::len));
            assert!(filled.is_some_and(|filled| filled > 0), "{tool} answers no {key}: {answer:?}");
            seen = true;
        }
    }
    if let Some(count) = answer.get("count") {
        assert!(count.as_u64().is_some_and(|count| count > 0), "{tool}: {answer:?}");
        seen = true;
    }
    // What the server says of itself has names of its own.
    assert!(seen || tool.starts_with("odoo_") && answer.len() > 1, "{tool}: {answer:?}");
}

/// Removes what a call created; an employee may not, the administrator may.
pub fn remove(administrator: &mut Server, call: &Call, answer: &Map<String, Value>) {
    if let Some(model) = call.creates {
        administrator.call("probe_unlink", json!({"model": model, "ids": answer["ids"]}));
    }
}
