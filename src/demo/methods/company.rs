//! Records of one company do not lead to records of another (`_check_company`).

use serde_json::{Map, Value};

use crate::demo::{
    env::Env,
    errors::{Fault, Outcome},
    field::Field,
    model::Model,
    value,
};

fn checked(model: &Model) -> impl Iterator<Item = &Field> {
    model.fields.values().filter(|field| field.check_company)
}

/// Whether a write of these values may bring companies together that do not belong together.
pub(super) fn concerned(model: &Model, values: &Map<String, Value>) -> bool {
    checked(model).any(|field| values.contains_key("company_id") || values.contains_key(&field.name))
}

/// Refuses relations to records that belong to another company than the record does.
pub(super) fn consistent(env: &Env<'_>, model: &Model, id: i64) -> Outcome<()> {
    let sudo = env.sudo();
    let company = sudo.link(model, id, "company_id");
    let companies = env.registry.model("res.company");
    let shown = companies.zip(company).map(|(companies, company)| sudo.name(companies, company)).unwrap_or_default();
    let mut lines = Vec::new();
    for field in checked(model) {
        let Some((comodel, other)) =
            field.relation.as_deref().and_then(|name| env.registry.model(name)).zip(sudo.link(model, id, &field.name))
        else {
            continue;
        };
        let fits = if comodel.name == "res.users" {
            company.is_none_or(|company| value::ids(&sudo.get(comodel, other, "company_ids")).contains(&company))
        } else {
            sudo.link(comodel, other, "company_id").is_none_or(|own| Some(own) == company)
        };
        if !fits {
            lines.push(line(&sudo, model, id, field, &shown, &sudo.name(comodel, other)));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    Err(Fault::user(match env.major() {
        17.. => format!(
            "Uh-oh! You’ve got some company inconsistencies here:\n{}\nTo avoid a mess, no company crossover is allowed!",
            lines.join("\n")
        ),
        _ => format!("Incompatible companies on records:\n{}", lines.join("\n")),
    }))
}

fn line(env: &Env<'_>, model: &Model, id: i64, field: &Field, company: &str, other: &str) -> String {
    let (record, label, name) = (env.name(model, id), field.label(env.lang()), &field.name);
    let other = value::repr_text(other);
    if env.major() >= 17 {
        return format!(
            "- “{record}” belongs to company “{company}” while “{label}” ({name}: {other}) belongs to another company."
        );
    }
    format!(
        "- {} belongs to company {} and {} ({name}: {other}) belongs to another company.",
        value::repr_text(&record),
        value::repr_text(company),
        value::repr_text(label)
    )
}
