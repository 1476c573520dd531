{
    "name": "Helpdesk (of the tests)",
    "summary": "The models of Odoo Enterprise's Helpdesk that the shipped tools use",
    "version": "1.0",
    "author": "The tests",
    "license": "LGPL-3",
    "depends": ["mail"],
    "data": ["security/security.xml", "security/ir.model.access.csv", "data/data.xml"],
    "demo": ["data/demo.xml"],
    "post_init_hook": "post_init",
}
