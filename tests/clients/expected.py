"""What every client must see, whichever server and transport it talks to."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

APPS = {
    "contacts": ["create_contact", "get_contact", "search_contacts"],
    "crm": ["create_crm_lead", "get_crm_lead", "list_crm_stages", "search_crm_leads", "update_crm_lead"],
    "employees": ["get_employee", "list_departments", "search_employees"],
    "helpdesk": [
        "create_helpdesk_ticket",
        "get_helpdesk_ticket",
        "list_helpdesk_teams",
        "search_helpdesk_tickets",
        "update_helpdesk_ticket",
    ],
    "inventory": ["get_stock_moves", "list_internal_locations", "search_inventory"],
    "knowledge": [
        "create_knowledge_article",
        "get_knowledge_article",
        "search_knowledge_articles",
        "update_knowledge_article",
    ],
    "products": ["get_product", "get_product_stock", "search_products"],
    "project": [
        "create_task",
        "get_project",
        "get_task",
        "list_projects",
        "list_task_stages",
        "search_tasks",
        "update_task",
    ],
    "purchase": ["get_purchase_order", "search_purchase_orders"],
    "sales": ["create_sales_order", "get_sales_order", "search_sales_orders"],
}
ANY_MODEL = ["odoo_get_record", "odoo_search"]

# What a client sees that names no bundle.
TOOLS = sorted([*(name for names in APPS.values() for name in names), *ANY_MODEL])

BUNDLES = {
    **APPS,
    "default": TOOLS,
    "generic": [
        "odoo_connect",
        "odoo_count",
        "odoo_default_get",
        "odoo_get_fields",
        "odoo_get_models",
        "odoo_get_record",
        "odoo_list_companies",
        "odoo_list_modules",
        "odoo_read",
        "odoo_read_group",
        "odoo_search",
    ],
    "admin": ["odoo_call", "odoo_create", "odoo_unlink", "odoo_write"],
    "finance": ["get_invoice", "list_overdue_invoices", "search_invoices"],
    "prompts": ["delete_my_prompt", "save_my_prompt"],
}
# Nothing in them reads records.
NOT_READING = ("admin", "prompts")

WRITING = ("create_", "update_", "delete_", "save_", *BUNDLES["admin"])

# What a client can read that names no bundle.
RESOURCES = ["odoo:///companies", "odoo:///modules", "odoo:///server"]
TEMPLATES = [
    "odoo:///access/{model}",
    "odoo:///fields/{model}",
    "odoo://ir.attachment/{id}",
    "odoo://{model}/{id}",
    "odoo://{model}/{id}/{field}",
    "odoo://{model}{?domain,limit,offset}",
]

# Two arguments that the tool does not have, and one of a wrong type.
WRONG = {"nonsense": 1, "absurd": 2, "limit": "many"}


def tools(bundle):
    """The names that `a` or `a+b` lists, in order: each once."""
    return sorted({name for part in bundle.split("+") for name in BUNDLES[part]})


@dataclass
class Read:
    """A call of a reading tool, text that its answer must hold, and the tool that reads the first record found."""

    tool: str
    arguments: dict
    holds: tuple[str, ...]
    get: str | None = None
    key: str | None = None


# At least one of each app. The words are in the demo data of every version.
READS = [
    Read("search_contacts", {"query": "azure"}, ("Azure Interior", "Fremont"), "get_contact", "contact_id"),
    Read("search_crm_leads", {"query": "25 desks"}, ("Pricing for 25 desks",), "get_crm_lead", "lead_id"),
    Read("list_crm_stages", {}, ("Qualified", "Won")),
    Read("search_employees", {"query": "marc demo"}, ("Marc Demo", "Experienced Developer"), "get_employee", "employee_id"),
    Read(
        "search_helpdesk_tickets",
        {"query": "kitchen"},
        ("Kitchen collapsing", "Customer Care"),
        "get_helpdesk_ticket",
        "ticket_id",
    ),
    Read("search_inventory", {"product": "large cabinet"}, ("E-COM07", "WH/Stock")),
    Read("list_internal_locations", {}, ("WH/Stock",)),
    Read(
        "search_knowledge_articles",
        {"query": "holidays"},
        ("Time Off and Holidays",),
        "get_knowledge_article",
        "article_id",
    ),
    Read("search_products", {"query": "E-COM07"}, ("Large Cabinet",), "get_product", "product_id"),
    Read("search_tasks", {"project": "office design"}, ("Office Design",), "get_task", "task_id"),
    Read("list_projects", {"query": "office"}, ("Office Design",), "get_project", "project_id"),
    Read("search_purchase_orders", {"vendor": "ready mat"}, ("Ready Mat",), "get_purchase_order", "order"),
    Read("search_sales_orders", {"query": "S00004"}, ("S00004", "Gemini Furniture"), "get_sales_order", "order"),
    Read("search_invoices", {"kind": "invoice"}, ("out_invoice", "amount_total"), "get_invoice", "invoice"),
    Read("odoo_search", {"model": "res.partner", "domain": '[["name", "=", "Azure Interior"]]'}, ("Azure Interior",)),
    Read("odoo_connect", {}, ("Mitchell Admin", "My Company (San Francisco)")),
    Read("odoo_read_group", {"model": "res.partner", "group_by": ["country_id"]}, ("United States",)),
    Read("odoo_get_fields", {"model": "res.partner", "query": "email"}, ("Email",)),
]


def shipped_bundles(folder: Path):
    """Every bundle that a shipped file declares, or that a shipped tool says it is in."""
    found = set()
    for file in folder.rglob("*.toml"):
        content = tomllib.loads(file.read_text())
        found.update(bundle["name"] for bundle in content.get("bundle", []))
        for table in (content.get("defaults", {}), *content.get("tool", [])):
            found.update(table.get("bundles", []))
    return sorted(found)
