//! The Odoo operations behind tools, and the executor that runs them.
