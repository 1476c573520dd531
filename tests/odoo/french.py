"""Run inside `odoo shell`, after the keys: French is switched on, and a few records have a French name.

No translation file is loaded: that takes minutes, and the tests need a handful of names. These are

| record | English | French |
|---|---|---|
| `base.be` | Belgium | Belgique |
| `base.de` | Germany | Allemagne |
| `base.us` | United States | États-Unis |
| `crm.stage_lead1` | New | Nouveau |
| `crm.stage_lead2` | Qualified | Qualifié |
| `crm.stage_lead4` | Won | Gagné |
| `crm.lost_reason_1` | Too expensive | Trop cher |
| `sales_team.categ_oppor1` | Product | Produit |
| `sales_team.categ_oppor6` | Training | Formation |
| `product.product_delivery_01`, and its template | Office Chair | Chaise de bureau |
"""

NAMES = {
    "base.be": "Belgique",
    "base.de": "Allemagne",
    "base.us": "États-Unis",
    "crm.stage_lead1": "Nouveau",
    "crm.stage_lead2": "Qualifié",
    "crm.stage_lead4": "Gagné",
    "crm.lost_reason_1": "Trop cher",
    "sales_team.categ_oppor1": "Produit",
    "sales_team.categ_oppor6": "Formation",
    "product.product_delivery_01": "Chaise de bureau",
}
env["res.lang"]._activate_lang("fr_FR")  # noqa: F821 (`env` is the shell's)
for external_id, french in NAMES.items():
    env.ref(external_id).with_context(lang="fr_FR").name = french  # noqa: F821
env.cr.commit()  # noqa: F821
