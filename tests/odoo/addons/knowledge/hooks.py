"""The list view, whose tag differs between the versions."""

from odoo import SUPERUSER_ID, api
from odoo.release import version_info

COLUMNS = ["name", "parent_id", "category", "last_edition_uid", "last_edition_date"]


def post_init(env, registry=None):
    """Called with a cursor and the registry before Odoo 17, and with the environment since."""
    if registry is not None:
        env = api.Environment(env, SUPERUSER_ID, {})
    tag = "tree" if version_info[0] < 18 else "list"
    fields = "".join('<field name="%s"/>' % column for column in COLUMNS)
    arch = "<%s>%s</%s>" % (tag, fields, tag)
    env["ir.ui.view"].create({"name": "knowledge.article.list", "model": "knowledge.article", "arch": arch})
