{
    "name": "Knowledge (of the tests)",
    "summary": "The models of Odoo Enterprise's Knowledge that the shipped tools use",
    "version": "1.0",
    "author": "The tests",
    "license": "LGPL-3",
    "depends": ["mail"],
    "data": ["security/ir.model.access.csv", "security/security.xml"],
    "demo": ["data/demo.xml"],
    "post_init_hook": "post_init",
}
