//! What every argument of the shipped tools means that its schema does not say: which are names, days, ids.

use serde_json::{Value, json};

/// What an argument means, and with it what is wrong for it.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// Any text is right: it is what a field gets.
    Text,
    /// Any number is right, a negative one too.
    Amount,
    /// Part of a name that a search compares: nobody's name finds nothing, and that is the answer.
    Part,
    /// A day, or a moment.
    Day,
    /// The id of a record, or several.
    Id,
    /// A name that is looked up, and one that several have; none where the demo data has none.
    Name(Option<&'static str>),
    /// The same of few: the error tells which there are.
    Few(Option<&'static str>),
    /// What it may not be, and the kind of the error.
    Not(fn() -> Value, &'static str),
}

use Meaning::{Amount, Day, Few, Id, Name, Not, Part, Text};

const CUSTOMER: Meaning = Name(Some("an"));
const USER: Meaning = Name(Some("a"));
const MODEL: Meaning = Not(|| json!("no.such.model"), "unknown_model");
const FIELDS: Meaning = Not(|| json!(["no_such_field"]), "unknown_field");
const ORDER: Meaning = Not(|| json!("no_such_field desc"), "unknown_field");
const DOMAIN: Meaning = Not(|| json!("[[\"name\", \"resembles\", 1]]"), "invalid_arguments");
const VALUES: Meaning = Not(|| json!({"no_such_field": 1}), "unknown_field");

/// Tool by tool, every argument but those whose schema says it all: enums, flags, and numbers with bounds.
pub const MEANINGS: &[(&str, &[(&str, Meaning)])] = &[
    // contacts
    (
        "search_contacts",
        &[
            ("query", Part),
            ("company", Name(None)),
            ("tag", Few(None)),
            ("city", Part),
            ("country", Name(Some("land"))),
            ("created_after", Day),
            ("created_before", Day),
            ("salesperson", Name(None)),
        ],
    ),
    ("get_contact", &[("contact_id", Id)]),
    (
        "create_contact",
        &[
            ("name", Text),
            ("company", Name(Some("e"))),
            ("job_title", Text),
            ("email", Text),
            ("phone", Text),
            ("website", Text),
            ("street", Text),
            ("zip", Text),
            ("city", Text),
            ("state", Name(None)),
            ("country", Name(Some("land"))),
            ("tax_id", Text),
            ("tags", Name(Some("e"))),
            ("notes", Text),
        ],
    ),
    // crm
    (
        "search_crm_leads",
        &[
            ("query", Part),
            ("stage", Few(None)),
            ("customer", Name(None)),
            ("salesperson", Name(None)),
            ("team", Few(None)),
            ("min_revenue", Amount),
            ("created_after", Day),
            ("created_before", Day),
        ],
    ),
    ("get_crm_lead", &[("lead_id", Id)]),
    (
        "create_crm_lead",
        &[
            ("name", Text),
            ("customer", CUSTOMER),
            ("company_name", Text),
            ("contact_name", Text),
            ("email", Text),
            ("phone", Text),
            ("stage", Few(Some("o"))),
            ("salesperson", USER),
            ("team", Few(Some("e"))),
            ("deadline", Day),
            ("tags", Name(Some("e"))),
            ("notes", Text),
        ],
    ),
    (
        "update_crm_lead",
        &[
            ("lead_id", Id),
            ("name", Text),
            ("stage", Few(Some("o"))),
            ("customer", CUSTOMER),
            ("salesperson", USER),
            ("team", Few(Some("e"))),
            ("deadline", Day),
            ("tags", Name(Some("e"))),
            ("notes", Text),
        ],
    ),
    ("list_crm_stages", &[]),
    // sales
    (
        "search_sales_orders",
        &[
            ("query", Part),
            ("customer", Name(None)),
            ("product", Name(None)),
            ("salesperson", Name(None)),
            ("team", Few(None)),
            ("created_after", Day),
            ("created_before", Day),
            ("ordered_after", Day),
            ("ordered_before", Day),
        ],
    ),
    ("get_sales_order", &[("order", Name(Some("S0000")))]),
    (
        "create_sales_order",
        &[
            ("customer", CUSTOMER),
            ("reference", Text),
            ("salesperson", USER),
            ("valid_until", Day),
            ("delivery", Day),
            ("notes", Text),
            ("lines.product", Name(Some("Chair"))),
            ("lines.price", Amount),
        ],
    ),
    // products and inventory
    ("search_products", &[("query", Part), ("category", Few(None))]),
    ("get_product", &[("product_id", Id)]),
    ("get_product_stock", &[("product", Name(Some("Chair"))), ("location", Name(Some("WH/Stock/")))]),
    ("search_inventory", &[("product", Name(None)), ("location", Part), ("lot", Part)]),
    (
        "get_stock_moves",
        &[("query", Part), ("product", Name(None)), ("location", Part), ("date_after", Day), ("date_before", Day)],
    ),
    ("list_internal_locations", &[("query", Part)]),
    // project
    ("list_projects", &[("query", Part), ("customer", Name(None)), ("manager", Name(None)), ("tag", Name(None))]),
    ("get_project", &[("project_id", Id)]),
    (
        "search_tasks",
        &[
            ("query", Part),
            ("project", Name(None)),
            ("stage", Few(None)),
            ("assignee", Name(None)),
            ("customer", Name(None)),
            ("tag", Name(None)),
            ("deadline_after", Day),
            ("deadline_before", Day),
            ("created_after", Day),
            ("created_before", Day),
        ],
    ),
    ("get_task", &[("task_id", Id)]),
    (
        "create_task",
        &[
            ("name", Text),
            ("project", Name(Some("e"))),
            ("stage", Few(Some("n"))),
            ("assignees", USER),
            ("customer", CUSTOMER),
            ("deadline", Day),
            ("tags", Name(Some("e"))),
            ("parent_task", Name(Some("e"))),
            ("description", Text),
        ],
    ),
    (
        "update_task",
        &[
            ("task_id", Id),
            ("name", Text),
            ("project", Name(Some("e"))),
            ("stage", Few(Some("n"))),
            ("state", Not(|| json!("Nobody & Sons"), "invalid_arguments")),
            ("assignees", USER),
            ("customer", CUSTOMER),
            ("deadline", Day),
            ("tags", Name(Some("e"))),
            ("description", Text),
        ],
    ),
    ("list_task_stages", &[("project", Name(None))]),
    // helpdesk
    (
        "search_helpdesk_tickets",
        &[
            ("query", Part),
            ("stage", Few(None)),
            ("team", Few(None)),
            ("assignee", Name(None)),
            ("customer", Name(None)),
            ("kind", Few(None)),
            ("tag", Name(None)),
            ("created_after", Day),
            ("created_before", Day),
        ],
    ),
    ("get_helpdesk_ticket", &[("ticket_id", Id)]),
    (
        "create_helpdesk_ticket",
        &[
            ("subject", Text),
            ("description", Text),
            ("customer", CUSTOMER),
            ("email", Text),
            ("team", Few(Some("u"))),
            ("assignee", USER),
            ("kind", Few(Some("s"))),
            ("tags", Name(Some("e"))),
        ],
    ),
    (
        "update_helpdesk_ticket",
        &[
            ("ticket_id", Id),
            ("subject", Text),
            ("team", Few(Some("u"))),
            ("stage", Few(Some("e"))),
            ("assignee", USER),
            ("customer", CUSTOMER),
            ("kind", Few(Some("s"))),
            ("tags", Name(Some("e"))),
            ("description", Text),
        ],
    ),
    ("list_helpdesk_teams", &[]),
    // knowledge
    ("search_knowledge_articles", &[("query", Part), ("topic", Part), ("edited_after", Day)]),
    ("get_knowledge_article", &[("article_id", Id)]),
    ("create_knowledge_article", &[("title", Text), ("text", Text), ("parent", Name(Some("e"))), ("icon", Text)]),
    (
        "update_knowledge_article",
        &[("article_id", Id), ("title", Text), ("text", Text), ("parent", Name(Some("e"))), ("icon", Text)],
    ),
    // purchase
    (
        "search_purchase_orders",
        &[
            ("query", Part),
            ("vendor", Name(None)),
            ("product", Name(None)),
            ("buyer", Name(None)),
            ("created_after", Day),
            ("created_before", Day),
            ("ordered_after", Day),
            ("ordered_before", Day),
        ],
    ),
    ("get_purchase_order", &[("order", Name(Some("P0000")))]),
    // finance
    (
        "search_invoices",
        &[
            ("query", Part),
            ("customer", Name(None)),
            ("salesperson", Name(None)),
            ("product", Name(None)),
            ("invoiced_after", Day),
            ("invoiced_before", Day),
            ("due_before", Day),
        ],
    ),
    ("get_invoice", &[("invoice", Name(Some("INV/20")))]),
    ("list_overdue_invoices", &[("customer", Name(None)), ("salesperson", Name(None))]),
    // employees
    ("search_employees", &[("query", Part), ("department", Part), ("job", Part), ("manager", Part)]),
    ("get_employee", &[("employee_id", Id)]),
    ("list_departments", &[("query", Part)]),
    // any model
    ("odoo_search", &[("model", MODEL), ("domain", DOMAIN), ("fields", FIELDS), ("order", ORDER)]),
    ("odoo_get_record", &[("model", MODEL), ("id", Id), ("fields", FIELDS)]),
    ("odoo_connect", &[]),
    ("odoo_read", &[("model", MODEL), ("ids", Id), ("fields", FIELDS)]),
    ("odoo_count", &[("model", MODEL), ("domain", DOMAIN)]),
    (
        "odoo_read_group",
        &[
            ("model", MODEL),
            ("group_by", FIELDS),
            ("aggregates", Not(|| json!(["no_such_field:sum"]), "unknown_field")),
            ("domain", DOMAIN),
            ("order", Not(|| json!("no_such_field desc"), "invalid_arguments")),
        ],
    ),
    ("odoo_get_models", &[("query", Part)]),
    ("odoo_get_fields", &[("model", MODEL), ("query", Part), ("fields", FIELDS)]),
    ("odoo_default_get", &[("model", MODEL), ("fields", FIELDS)]),
    ("odoo_list_modules", &[("query", Part)]),
    ("odoo_list_companies", &[]),
    // anything, by hand
    ("odoo_create", &[("model", MODEL), ("values", VALUES)]),
    ("odoo_write", &[("model", MODEL), ("ids", Id), ("values", VALUES)]),
    ("odoo_unlink", &[("model", MODEL), ("ids", Id)]),
    (
        "odoo_call",
        &[
            ("model", MODEL),
            ("method", Not(|| json!("_compute_display_name"), "invalid_arguments")),
            ("ids", Id),
            ("kwargs", Not(|| json!({"no_such_argument": 1}), "confirmation_required")),
        ],
    ),
];
