//! What a call in waiting costs: its future is held by every task that makes one, and lies on the stack while it is built.

use serde_json::{Map, json};
use tooldoo::odoo::{Effect, Request, Search, Specification};

use crate::server::Server;

#[tokio::test]
async fn the_futures_of_all_calls_are_small() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = server.client();
    let patience = client.patience();
    let context = Map::new();
    let request = Request::new("res.partner", "read", Effect::Read);
    let search = Search {
        model: "res.partner".into(),
        domain: json!([]),
        specification: Specification::default(),
        order: None,
        offset: 0,
        limit: None,
        count: true,
        context: Map::new(),
    };
    let sizes = [
        ("version", size_of_val(&client.version(&patience))),
        ("user", size_of_val(&client.user(&patience))),
        ("model", size_of_val(&client.model("res.partner", &patience))),
        ("execute", size_of_val(&client.execute(&request, &patience))),
        ("search_read", size_of_val(&client.search_read(&search, &patience))),
        ("search_count", size_of_val(&client.search_count("res.partner", json!([]), &context, &patience))),
        ("create", size_of_val(&client.create("res.partner", vec![], &context, &patience))),
        ("write", size_of_val(&client.write("res.partner", &[1], Map::new(), &context, &patience))),
        ("unlink", size_of_val(&client.unlink("res.partner", &[1], &context, &patience))),
        ("default_get", size_of_val(&client.default_get("res.partner", &[], &context, &patience))),
        ("xml_id", size_of_val(&client.xml_id("base.be", &patience))),
        ("name_search", size_of_val(&client.name_search("res.partner", "", json!([]), "=", 1, &context, &patience))),
    ];
    let large: Vec<_> = sizes.iter().filter(|(_, size)| *size > 4096).collect();
    assert!(large.is_empty(), "{large:?} of {sizes:?}");
}
