//! What is grouped by and what is computed: the specifications as the caller sends them, checked.

use crate::demo::{
    access,
    domain::Part,
    env::Env,
    errors::{Fault, Outcome},
    field::{Field, Kind},
    model::Model,
};

/// A grouping as asked for: `stage_id`, `create_date:month`, `partner_id.country_id`.
#[derive(Debug)]
pub(super) struct Grouping<'m> {
    pub(super) spec: String,
    pub(super) path: String,
    pub(super) field: &'m Field,
    pub(super) unit: Option<String>,
}

/// An aggregate as asked for: `__count`, `amount_total:sum`.
#[derive(Debug)]
pub(super) struct Aggregate<'m> {
    pub(super) spec: String,
    pub(super) field: Option<&'m Field>,
    pub(super) function: String,
}

/// A grouping, if the field can be grouped by.
pub(super) fn grouping<'m>(env: &Env<'_>, model: &'m Model, spec: &str) -> Outcome<Grouping<'m>>
where
    'static: 'm,
{
    let (path, unit) = spec.split_once(':').map_or((spec, None), |(path, unit)| (path, Some(unit.to_owned())));
    let field = at_path(env, model, path)?;
    if env.major() < 15 {
        // Only columns of the model's own table.
        if path.contains('.') {
            return Err(Fault::value(format!("Invalid field '{path}' on model '{}'", model.name)));
        }
        if field.kind.many() || !field.store {
            return Err(Fault::assertion(
                "Fields in 'groupby' must be regular database-persisted fields (no function or related fields), or function fields with store=True",
            ));
        }
    }
    if !field.store && !field.is_groupable() && field.path().is_none() {
        return Err(Fault::value(format!(
            "Cannot convert {}.{} to SQL because it is not stored",
            model.name, field.name
        )));
    }
    let dated = matches!(field.kind, Kind::Date | Kind::Datetime);
    let unit = match (dated, unit) {
        (true, None) if env.major() >= 19 => {
            return Err(Fault::value(format!("Granularity not set on a date(time) field: '{spec}'")));
        }
        (true, None) => Some("month".to_owned()),
        (_, unit) => unit,
    };
    if let Some(unit) = &unit {
        let known = matches!(unit.as_str(), "hour" | "day" | "week" | "month" | "quarter" | "year")
            || Part::named(unit).is_some();
        if !dated || !known {
            return Err(Fault::value(format!("Granularity not supported: '{spec}'")));
        }
    }
    Ok(Grouping { spec: spec.to_owned(), path: path.to_owned(), field, unit })
}

fn at_path<'m>(env: &Env<'_>, model: &'m Model, path: &str) -> Outcome<&'m Field>
where
    'static: 'm,
{
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let field =
        model.field(first).ok_or_else(|| Fault::value(format!("Invalid field '{first}' on model '{}'", model.name)))?;
    access::check_field(env, model, field, "read")?;
    match rest {
        None => Ok(field),
        Some(rest) => {
            let comodel = field.relation.as_deref().and_then(|relation| env.registry.model(relation));
            at_path(
                env,
                comodel.ok_or_else(|| Fault::value(format!("Invalid field '{path}' on model '{}'", model.name)))?,
                rest,
            )
        }
    }
}

/// An aggregate, if the field and the function fit.
pub(super) fn aggregate<'m>(env: &Env<'_>, model: &'m Model, spec: &str) -> Outcome<Aggregate<'m>> {
    if spec == "__count" {
        return Ok(Aggregate { spec: spec.into(), field: None, function: "count".into() });
    }
    let (name, function) = spec
        .split_once(':')
        .ok_or_else(|| Fault::value(format!("Invalid aggregate/order_by specification '{spec}'.")))?;
    let field =
        model.field(name).ok_or_else(|| Fault::value(format!("Invalid field '{name}' on model '{}'", model.name)))?;
    access::check_field(env, model, field, "read")?;
    let known = [
        "sum",
        "avg",
        "max",
        "min",
        "bool_and",
        "bool_or",
        "array_agg",
        "array_agg_distinct",
        "recordset",
        "count",
        "count_distinct",
        "sum_currency",
    ];
    if !known.contains(&function) {
        return Err(Fault::value(format!("Invalid aggregate method '{function}' for '{spec}'.")));
    }
    if !field.store {
        return Err(Fault::value(format!(
            "Cannot convert {}.{} to SQL because it is not stored",
            model.name, field.name
        )));
    }
    if matches!(function, "sum" | "avg") && !field.kind.numeric() {
        return Err(Fault::database(
            "psycopg2.errors.UndefinedFunction",
            format!("function {function}({}) does not exist\n", field.kind.name()),
        ));
    }
    let spec = if function == "recordset" { format!("{name}:array_agg") } else { spec.to_owned() };
    Ok(Aggregate { spec, field: Some(field), function: function.into() })
}

/// `field`, `field:function`, `alias:function(field)`: the key of the answer, and the aggregate.
pub(super) fn alias(model: &Model, spec: &str) -> Option<(String, String)> {
    if let Some((alias, rest)) = spec.split_once(':') {
        return Some(match rest.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
            Some((function, field)) => (alias.to_owned(), format!("{field}:{function}")),
            None => (alias.to_owned(), spec.to_owned()),
        });
    }
    // Places in an order are added up for who asks for just that, whatever `fields_get` of 14 says of them.
    let field = model.field(spec).filter(|field| field.name != "sequence")?;
    let function = field.aggregator.clone().or_else(|| field.kind.numeric().then(|| "sum".to_owned()));
    let function = function.filter(|function| function != "none" && field.store && field.name != "id")?;
    Some((spec.to_owned(), format!("{spec}:{function}")))
}
