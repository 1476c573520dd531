//! Shaping what Odoo answered into what a model reads: records, dates, budget, formats.
