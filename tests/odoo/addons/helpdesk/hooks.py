"""What Enterprise does in its data files, where the names differ between the versions: the users' groups, and the list views."""

from odoo import SUPERUSER_ID, api, fields
from odoo.release import version_info

ODOO = version_info[0]
COLUMNS = {
    "helpdesk.ticket": ["name", "team_id", "user_id", "partner_id", "priority", "stage_id"],
    "helpdesk.team": ["name", "company_id"],
    "helpdesk.stage": ["name", "fold", "team_ids"],
}


def post_init(env, registry=None):
    """Called with a cursor and the registry before Odoo 17, and with the environment since."""
    if registry is not None:
        env = api.Environment(env, SUPERUSER_ID, {})
    groups = "groups_id" if ODOO < 19 else "group_ids"
    for user, group in (("base.user_admin", "manager"), ("base.user_demo", "user")):
        found = env.ref(user, raise_if_not_found=False)
        if found:
            found.write({groups: [(4, env.ref("helpdesk.group_helpdesk_" + group).id)]})
    if ODOO < 16:
        env["helpdesk.stage"].search([("fold", "=", True)]).write({"is_close": True})
        closed = env["helpdesk.ticket"].search([("stage_id.is_close", "=", True)])
        closed.write({"close_date": fields.Datetime.now()})
    tag = "tree" if ODOO < 18 else "list"
    for model, columns in COLUMNS.items():
        cells = "".join('<field name="%s"/>' % column for column in columns)
        env["ir.ui.view"].create({"name": model + ".list", "model": model, "arch": "<%s>%s</%s>" % (tag, cells, tag)})
