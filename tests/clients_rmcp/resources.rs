//! Resources: listed, read, and watched.

use base64::Engine as _;
use rmcp::model::{ReadResourceRequestParams, ResourceContents};
use serde_json::{Value, json};

use super::client::{Client, Told, a_city, each, refused};

/// One grey pixel.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

async fn read(client: &Client, uri: &str) -> ResourceContents {
    let mut result = client.service.read_resource(ReadResourceRequestParams::new(uri)).await.unwrap();
    assert_eq!(result.contents.len(), 1, "{result:?}");
    result.contents.remove(0)
}

async fn text(client: &Client, uri: &str) -> (String, String) {
    match read(client, uri).await {
        ResourceContents::TextResourceContents { text, mime_type, .. } => (text, mime_type.unwrap()),
        other => panic!("{other:?}"),
    }
}

async fn records(client: &Client, uri: &str) -> Vec<Value> {
    let (text, mime_type) = text(client, uri).await;
    assert_eq!(mime_type, "application/json");
    serde_json::from_str::<Value>(&text).unwrap()["records"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_of_every_kind_are_listed_and_read() {
    each(async |client| {
        let resources = client.service.list_all_resources().await.unwrap();
        let mut fixed: Vec<_> = resources.iter().map(|one| one.uri.as_str()).collect();
        fixed.sort_unstable();
        assert_eq!(fixed, ["clients://ask/contacts", "clients://policy/returns"]);
        let templates = client.service.list_all_resource_templates().await.unwrap();
        let mut templates: Vec<_> = templates.iter().map(|one| one.uri_template.as_str()).collect();
        templates.sort_unstable();
        let contact = "clients://contact/{id}";
        assert_eq!(templates, [contact, "clients://contact/{id}/picture", "clients://contacts{?city,limit}"]);

        let (policy, mime_type) = text(client, "clients://policy/returns").await;
        assert!(policy.contains("*30 days*") && mime_type == "text/markdown", "{policy}");
        let city = a_city();
        let made = json!({"name": format!("{city} B"), "city": city, "picture": PICTURE});
        let id = client.works("add_contact", made).await["records"][0]["id"].clone();
        client.contact(&format!("{city} A"), &city).await;
        client.contact(&format!("{city} C"), &city).await;
        let record = records(client, &format!("clients://contact/{id}")).await;
        assert_eq!(record, [json!({"id": id, "name": format!("{city} B"), "city": city})]);
        let list = records(client, &format!("clients://contacts?city={city}")).await;
        assert_eq!(
            list.iter().map(|one| one["name"].clone()).collect::<Vec<_>>(),
            [format!("{city} A"), format!("{city} B")]
        );
        assert_eq!(records(client, &format!("clients://contacts?city={city}&limit=3")).await.len(), 3);
        match read(client, &format!("clients://contact/{id}/picture")).await {
            ResourceContents::BlobResourceContents { blob, mime_type, .. } => {
                let bytes = base64::engine::general_purpose::STANDARD.decode(blob).unwrap();
                assert!(bytes.starts_with(b"\x89PNG"), "{mime_type:?}");
                assert_eq!(mime_type.as_deref(), Some("image/png"));
            }
            other => panic!("{other:?}"),
        }
        client.will_say([Some(json!({"city": city}))]);
        assert_eq!(records(client, "clients://ask/contacts").await.len(), 3);
        assert_eq!(client.asked(), ["Which city?"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_has_the_code_of_the_revision() {
    each(async |client| {
        for uri in ["clients://contact/999999999", "clients://nothing/here", "clients://contact/1/nothing"] {
            let read = client.service.read_resource(ReadResourceRequestParams::new(uri)).await;
            let (code, error) = refused(read);
            assert_eq!(code.0, if client.way.modern { -32602 } else { -32002 }, "{uri}: {error:?}");
            assert_eq!(error.data.unwrap()["uri"], uri);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_record_is_heard() {
    each(async |client| {
        let city = a_city();
        let (id, other) = (client.contact(&city, &city).await, client.contact(&city, &city).await);
        let uri = format!("clients://contact/{id}");
        if !client.way.modern {
            client.service.subscribe(rmcp::model::SubscribeRequestParams::new(&uri)).await.unwrap();
        }
        let service = client.service.peer().clone();
        let call = |tool: &'static str, arguments: Value| {
            let params = client.params(tool, arguments);
            let service = service.clone();
            async move {
                let done = service.call_tool_once(params).await;
                assert!(done.is_ok(), "{done:?}");
            }
        };
        let moved = a_city();
        let (move_other, move_it) = (
            call("change_city", json!({"id": other, "city": moved})),
            call("change_city", json!({"id": id, "city": moved})),
        );
        let remove = call("remove_contact", json!({"id": id}));
        let mut heard = client.hears(std::slice::from_ref(&uri)).await;
        move_other.await;
        move_it.await;
        assert_eq!(heard.next().await, Told::Updated(uri.clone()));
        remove.await;
        assert_eq!(heard.next().await, Told::Updated(uri.clone()));
        drop(heard);
        let (code, _) = refused(client.service.read_resource(ReadResourceRequestParams::new(&uri)).await);
        assert_eq!(code.0, if client.way.modern { -32602 } else { -32002 });
    })
    .await;
}
