"""Articles, their members and favorites."""

from odoo import api, fields, models
from odoo.release import version_info

ODOO = version_info[0]
RECURSIVE = {"recursive": True} if ODOO >= 15 else {}
PERMISSIONS = [("write", "Can edit"), ("read", "Can read"), ("none", "No access")]


class KnowledgeArticleMember(models.Model):
    _name = "knowledge.article.member"
    _description = "Article Member"

    article_id = fields.Many2one("knowledge.article", required=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade", index=True)
    permission = fields.Selection(PERMISSIONS, required=True, default="read")


class KnowledgeArticleFavorite(models.Model):
    _name = "knowledge.article.favorite"
    _description = "Favorite Article"

    article_id = fields.Many2one("knowledge.article", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", default=lambda self: self.env.user)
    sequence = fields.Integer(default=0)


class KnowledgeArticle(models.Model):
    _name = "knowledge.article"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Knowledge Article"
    _parent_store = True
    _order = "favorite_count desc, write_date desc, id desc"

    active = fields.Boolean(default=True)
    name = fields.Char("Title", index=True)
    body = fields.Html(sanitize=True)
    icon = fields.Char("Emoji")
    is_locked = fields.Boolean("Locked")
    full_width = fields.Boolean()
    sequence = fields.Integer(default=0, copy=False)
    parent_id = fields.Many2one("knowledge.article", string="Parent Article", ondelete="cascade", index=True)
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("knowledge.article", "parent_id", string="Child Articles")
    root_article_id = fields.Many2one(
        "knowledge.article", string="Menu Article", compute="_compute_root", store=True, **RECURSIVE
    )
    internal_permission = fields.Selection(PERMISSIONS, copy=False)
    inherited_permission = fields.Selection(PERMISSIONS, compute="_compute_inherited_permission", store=True, **RECURSIVE)
    category = fields.Selection(
        [("workspace", "Workspace"), ("private", "Private"), ("shared", "Shared")],
        compute="_compute_category",
        store=True,
        **RECURSIVE
    )
    article_member_ids = fields.One2many("knowledge.article.member", "article_id", string="Members")
    favorite_ids = fields.One2many("knowledge.article.favorite", "article_id", string="Favorite Articles", copy=False)
    is_user_favorite = fields.Boolean(compute="_compute_is_user_favorite", search="_search_is_user_favorite")
    favorite_count = fields.Integer("#Is Favorite", compute="_compute_favorite_count", store=True)
    last_edition_uid = fields.Many2one("res.users", string="Last Edited by", readonly=True, copy=False)
    last_edition_date = fields.Datetime("Last Edited on", readonly=True, copy=False)
    article_url = fields.Char("Article URL", compute="_compute_article_url")

    @api.depends("parent_id", "parent_id.root_article_id")
    def _compute_root(self):
        for article in self:
            article.root_article_id = article.parent_id.root_article_id or article

    @api.depends("parent_id", "parent_id.inherited_permission", "internal_permission")
    def _compute_inherited_permission(self):
        for article in self:
            article.inherited_permission = article.internal_permission or article.parent_id.inherited_permission

    @api.depends("parent_id", "parent_id.category", "internal_permission", "article_member_ids")
    def _compute_category(self):
        for article in self:
            if article.parent_id:
                article.category = article.parent_id.category
            elif article.internal_permission != "none":
                article.category = "workspace"
            else:
                article.category = "shared" if len(article.article_member_ids) > 1 else "private"

    @api.depends_context("uid")
    @api.depends("favorite_ids.user_id")
    def _compute_is_user_favorite(self):
        for article in self:
            article.is_user_favorite = self.env.user in article.favorite_ids.user_id

    def _search_is_user_favorite(self, operator, value):
        found = self.env["knowledge.article.favorite"].search([("user_id", "=", self.env.uid)]).article_id.ids
        if operator in ("in", "not in"):
            wanted = (operator == "in") == (True in value)
        else:
            wanted = (operator == "=") == bool(value)
        return [("id", "in" if wanted else "not in", found)]

    @api.depends("favorite_ids")
    def _compute_favorite_count(self):
        for article in self:
            article.favorite_count = len(article.favorite_ids)

    def _compute_article_url(self):
        for article in self:
            article.article_url = "%s/knowledge/article/%s" % (article.get_base_url(), article.id)

    def _shown(self):
        return "%s %s" % (self.icon or "📄", self.name or "Untitled")

    if ODOO < 17:

        def name_get(self):
            return [(article.id, article._shown()) for article in self]

    else:

        @api.depends("name", "icon")
        def _compute_display_name(self):
            for article in self:
                article.display_name = article._shown()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # An article at the root that says nothing else is one of the workspace.
            if not vals.get("parent_id") and not vals.get("internal_permission"):
                vals["internal_permission"] = "write"
            vals.update(last_edition_uid=self.env.uid, last_edition_date=fields.Datetime.now())
        return super().create(vals_list)

    def write(self, vals):
        if "body" in vals:
            vals = dict(vals, last_edition_uid=self.env.uid, last_edition_date=fields.Datetime.now())
        return super().write(vals)
