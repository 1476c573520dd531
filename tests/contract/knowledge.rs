//! What the tools rely on in knowledge, which came with Odoo 16. A real Odoo has it from the addon of `tests/odoo/addons`: Odoo Enterprise itself
//! is not run.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("knowledge: an article takes permission, category and root from the one above it", 16, tree),
        case!("knowledge: an article is called by its icon and title, and found by its title", 16, names),
        case!("knowledge: a text that changes says who edited it", 16, edited),
        case!("knowledge: favorites are the caller's own", 16, favorites),
        case!("knowledge: who may read and change an article", 16, rights),
    ]
}

async fn tree(odoo: &Odoo) {
    let root = odoo.make("knowledge.article", json!({"name": odoo.tag})).await;
    let row = odoo
        .read("knowledge.article", root, &["internal_permission", "category", "root_article_id", "is_locked"])
        .await;
    assert_eq!((&row["internal_permission"], &row["category"]), (&json!("write"), &json!("workspace")));
    assert_eq!((&row["root_article_id"][0], &row["is_locked"]), (&json!(root), &json!(false)));
    let child = odoo.make("knowledge.article", json!({"name": odoo.tag, "parent_id": root})).await;
    let row = odoo
        .read(
            "knowledge.article",
            child,
            &["internal_permission", "inherited_permission", "category", "root_article_id"],
        )
        .await;
    assert_eq!((&row["internal_permission"], &row["inherited_permission"]), (&json!(false), &json!("write")));
    assert_eq!((&row["category"], &row["root_article_id"][0]), (&json!("workspace"), &json!(root)));
    assert_eq!(odoo.read("knowledge.article", root, &["child_ids"]).await["child_ids"], json!([child]));
    assert_eq!(odoo.count("knowledge.article", json!([["root_article_id", "=", root]])).await, 2);
}

async fn names(odoo: &Odoo) {
    let article = odoo.make("knowledge.article", json!({"name": odoo.tag, "icon": "🔑"})).await;
    let plain = odoo.make("knowledge.article", json!({"name": format!("{} plain", odoo.tag)})).await;
    let shown = async |id: i64| -> Value {
        odoo.read("knowledge.article", id, &["display_name"]).await["display_name"].clone()
    };
    assert_eq!(shown(article).await, format!("🔑 {}", odoo.tag));
    assert_eq!(shown(plain).await, format!("📄 {} plain", odoo.tag));
    let found =
        odoo.ok("knowledge.article", "name_search", json!({"name": odoo.tag, "domain": [], "operator": "="})).await;
    assert_eq!(found, json!([[article, format!("🔑 {}", odoo.tag)]]));
}

async fn edited(odoo: &Odoo) {
    let article = odoo.make("knowledge.article", json!({"name": odoo.tag, "body": "<p>one</p>"})).await;
    let employee = odoo.uid(Who::Employee).await;
    let write = async |vals: Value| {
        odoo.call(Who::Employee, "knowledge.article", "write", json!({"ids": [article], "vals": vals})).await.unwrap()
    };
    write(json!({"name": format!("{} new", odoo.tag)})).await;
    let admin = odoo.uid(Who::Admin).await;
    assert_eq!(odoo.read("knowledge.article", article, &["last_edition_uid"]).await["last_edition_uid"][0], admin);
    write(json!({"body": "<p>two</p>"})).await;
    let row = odoo.read("knowledge.article", article, &["last_edition_uid", "body"]).await;
    assert_eq!((&row["last_edition_uid"][0], &row["body"]), (&json!(employee), &json!("<p>two</p>")));
}

async fn favorites(odoo: &Odoo) {
    let article = odoo.make("knowledge.article", json!({"name": odoo.tag})).await;
    let domain = json!([["id", "=", article], ["is_user_favorite", "=", true]]);
    assert_eq!(odoo.count("knowledge.article", domain.clone()).await, 0);
    odoo.make("knowledge.article.favorite", json!({"article_id": article})).await;
    assert_eq!(odoo.count("knowledge.article", domain.clone()).await, 1);
    let theirs =
        odoo.call(Who::Employee, "knowledge.article", "search_count", json!({"domain": domain})).await.unwrap();
    assert_eq!(theirs, 0);
    let row = odoo.read("knowledge.article", article, &["is_user_favorite", "favorite_count"]).await;
    assert_eq!((&row["is_user_favorite"], &row["favorite_count"]), (&json!(true), &json!(1)));
}

async fn rights(odoo: &Odoo) {
    let shut = odoo.make("knowledge.article", json!({"name": odoo.tag, "internal_permission": "none"})).await;
    let read = odoo.make("knowledge.article", json!({"name": odoo.tag, "internal_permission": "read"})).await;
    assert_eq!(odoo.read("knowledge.article", shut, &["category"]).await["category"], "private");
    let domain = json!([["id", "in", [shut, read]]]);
    let found = odoo.call(Who::Employee, "knowledge.article", "search", json!({"domain": domain})).await.unwrap();
    assert_eq!(found, json!([read]));
    let change = json!({"ids": [read], "vals": {"name": "x"}});
    let fault = odoo.call(Who::Employee, "knowledge.article", "write", change).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "knowledge.article", 403);
    let child = json!({"vals_list": [{"name": odoo.tag, "parent_id": read}]});
    let fault = odoo.call(Who::Employee, "knowledge.article", "create", child).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "knowledge.article", 403);
}
