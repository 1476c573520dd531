"""Teams, stages and tickets."""

from odoo import api, fields, models
from odoo.release import version_info

ODOO = version_info[0]
PRIORITIES = [
    ("0", "All" if ODOO < 16 else "Low priority"),
    ("1", "Low priority" if ODOO < 16 else "Medium priority"),
    ("2", "High priority"),
    ("3", "Urgent"),
]


class HelpdeskStage(models.Model):
    _name = "helpdesk.stage"
    _description = "Helpdesk Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    # Since 16 a folded stage is a closing one.
    if ODOO < 16:
        is_close = fields.Boolean("Closing Stage")
    fold = fields.Boolean("Folded in Kanban")
    team_ids = fields.Many2many("helpdesk.team", relation="team_stage_rel", string="Helpdesk Teams")

    def closes(self):
        self.ensure_one()
        return self.is_close if ODOO < 16 else self.fold


class HelpdeskTeam(models.Model):
    _name = "helpdesk.team"
    _inherit = ["mail.thread"]
    _description = "Helpdesk Team"
    _order = "sequence, name"

    name = fields.Char("Helpdesk Team", required=True, translate=True)
    active = fields.Boolean(default=True)
    description = (fields.Text if ODOO < 15 else fields.Html)("About Team", translate=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    sequence = fields.Integer(default=10)
    color = fields.Integer("Color Index", default=1)
    stage_ids = fields.Many2many("helpdesk.stage", relation="team_stage_rel", string="Stages")
    member_ids = fields.Many2many("res.users", string="Team Members", default=lambda self: self.env.user)
    ticket_ids = fields.One2many("helpdesk.ticket", "team_id", string="Tickets")
    unassigned_tickets = fields.Integer(compute="_compute_tickets")
    if ODOO >= 15:
        open_ticket_count = fields.Integer("# Open Tickets", compute="_compute_tickets")

    def _compute_tickets(self):
        for team in self:
            is_open = team.ticket_ids.filtered(lambda ticket: not ticket.stage_id or not ticket.stage_id.closes())
            team.unassigned_tickets = len(is_open.filtered(lambda ticket: not ticket.user_id))
            if ODOO >= 15:
                team.open_ticket_count = len(is_open)


class HelpdeskTicketType(models.Model):
    _name = "helpdesk.ticket.type"
    _description = "Helpdesk Ticket Type"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)


class HelpdeskTag(models.Model):
    _name = "helpdesk.tag"
    _description = "Helpdesk Tags"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Helpdesk Ticket"
    _order = "priority desc, id desc"

    name = fields.Char("Subject", required=True, index=True)
    active = fields.Boolean(default=True)
    team_id = fields.Many2one("helpdesk.team", string="Helpdesk Team", index=True, default=lambda self: self._default_team())
    description = (fields.Text if ODOO < 15 else fields.Html)()
    ticket_type_id = fields.Many2one("helpdesk.ticket.type", string="Type")
    tag_ids = fields.Many2many("helpdesk.tag", string="Tags")
    company_id = fields.Many2one(related="team_id.company_id", string="Company", store=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Assigned to", index=True)
    partner_id = fields.Many2one("res.partner", string="Customer")
    partner_name = fields.Char("Customer Name", compute="_compute_partner", store=True, readonly=False)
    partner_email = fields.Char("Customer Email", compute="_compute_partner", store=True, readonly=False)
    if ODOO >= 15:
        partner_phone = fields.Char("Customer Phone", compute="_compute_partner", store=True, readonly=False)
    priority = fields.Selection(PRIORITIES, default="0")
    stage_id = fields.Many2one(
        "helpdesk.stage",
        string="Stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        index=True,
        copy=False,
        domain="[('team_ids', '=', team_id)]",
    )
    kanban_state = fields.Selection([("normal", "Grey"), ("done", "Green"), ("blocked", "Red")], default="normal", required=True)
    assign_date = fields.Datetime("First assignment date")
    close_date = fields.Datetime("Close date", copy=False)
    date_last_stage_update = fields.Datetime("Last Stage Update", copy=False, readonly=True)
    if ODOO >= 16:
        ticket_ref = fields.Char("Ticket IDs Sequence", copy=False, readonly=True, index=True)

    def _default_team(self):
        teams = self.env["helpdesk.team"]
        return teams.search([("member_ids", "in", self.env.uid)], limit=1) or teams.search([], limit=1)

    @api.depends("partner_id")
    def _compute_partner(self):
        for ticket in self:
            if ticket.partner_id:
                ticket.partner_name = ticket.partner_id.name
                ticket.partner_email = ticket.partner_id.email
                if ODOO >= 15:
                    ticket.partner_phone = ticket.partner_id.phone
            else:
                ticket.partner_name = ticket.partner_name
                ticket.partner_email = ticket.partner_email
                if ODOO >= 15:
                    ticket.partner_phone = ticket.partner_phone

    @api.depends("team_id")
    def _compute_stage_id(self):
        for ticket in self:
            stages = ticket.team_id.stage_ids.sorted()
            ticket.stage_id = ticket.stage_id if ticket.stage_id and ticket.stage_id in stages else stages[:1]

    if ODOO < 17:

        def name_get(self):
            return [(ticket.id, "%s (#%s)" % (ticket.name, ticket.id if ODOO < 16 else ticket.ticket_ref)) for ticket in self]

    else:

        @api.depends("name", "ticket_ref")
        def _compute_display_name(self):
            for ticket in self:
                ticket.display_name = "%s (#%s)" % (ticket.name, ticket.ticket_ref) if ticket.ticket_ref else ticket.name

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        for vals in vals_list:
            if vals.get("user_id"):
                vals.setdefault("assign_date", now)
            vals.setdefault("date_last_stage_update", now)
            if ODOO >= 16:
                vals["ticket_ref"] = self.env["ir.sequence"].sudo().next_by_code("helpdesk.ticket")
        tickets = super().create(vals_list)
        tickets.filtered(lambda ticket: ticket.stage_id and ticket.stage_id.closes()).write({"close_date": now})
        return tickets

    def write(self, vals):
        now = fields.Datetime.now()
        if vals.get("stage_id"):
            closes = self.env["helpdesk.stage"].browse(vals["stage_id"]).closes()
            vals = dict(vals, date_last_stage_update=now, close_date=now if closes else False)
        if vals.get("user_id"):
            self.filtered(lambda ticket: not ticket.assign_date).write({"assign_date": now})
        return super().write(vals)
