//! The Odoo domain as a tree: parse, prune, validate, print.
