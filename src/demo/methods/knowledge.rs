//! Knowledge: what articles inherit from those above them.

use serde_json::{Map, Value, json};

use crate::demo::{clock, env::Env, model::Model, value};

/// Values that a new article starts with.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let given = |field: &str| values.get(field).is_some_and(value::truthy);
    // An article at the root that says nothing else is one of the workspace.
    if !given("parent_id") && !given("internal_permission") {
        values.insert("internal_permission".into(), json!("write"));
    }
    edited(env, values);
}

/// Values that a change brings with it.
pub(super) fn before_write(env: &Env<'_>, values: &mut Map<String, Value>) {
    if values.contains_key("body") {
        edited(env, values);
    }
}

fn edited(env: &Env<'_>, values: &mut Map<String, Value>) {
    values.insert("last_edition_uid".into(), json!(env.context.uid));
    values.insert("last_edition_date".into(), json!(clock::print(env.context.now)));
}

/// The values that articles compute.
pub(super) fn computed(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Value {
    let above = env.link(model, id, "parent_id");
    match (word, above) {
        ("article_root", None) => json!(id),
        ("article_permission", _) => match env.get(model, id, "internal_permission") {
            Value::Null => above.map_or(Value::Null, |above| computed(env, model, above, word)),
            own => own,
        },
        ("article_category", None) => {
            let members = value::ids(&env.get(model, id, "article_member_ids")).len();
            json!(match env.get(model, id, "internal_permission").as_str() {
                Some("none") if members > 1 => "shared",
                Some("none") => "private",
                _ => "workspace",
            })
        }
        ("article_root" | "article_category", Some(above)) => computed(env, model, above, word),
        ("article_favorite", _) => {
            let favorites = env.registry.model("knowledge.article.favorite");
            let ids = value::ids(&env.get(model, id, "favorite_ids"));
            json!(favorites.is_some_and(|favorites| {
                ids.iter().any(|favorite| env.link(favorites, *favorite, "user_id") == Some(env.context.uid))
            }))
        }
        ("article_url", _) => {
            let base = env
                .registry
                .model("ir.config_parameter")
                .and_then(|parameters| {
                    let ids = env.store.ids(&parameters.name);
                    let one = ids.into_iter().find(|one| env.text(parameters, *one, "key") == "web.base.url")?;
                    Some(env.text(parameters, one, "value"))
                })
                .unwrap_or_default();
            json!(format!("{base}/knowledge/article/{id}"))
        }
        _ => Value::Null,
    }
}
