"""What every client must see, whichever server and transport it talks to."""

TOOLS = [
    "create_contact",
    "create_crm_lead",
    "get_contact",
    "get_crm_lead",
    "list_crm_stages",
    "odoo_get_record",
    "odoo_search",
    "search_contacts",
    "search_crm_leads",
    "update_crm_lead",
]

# Two arguments that the tool does not have, and one of a wrong type.
WRONG = {"nonsense": 1, "absurd": 2, "limit": "many"}
