//! Files that are saved while the client is connected, and lists that come in pages.

use std::path::Path;

use rmcp::model::{GetPromptRequestParams, ReadResourceRequestParams};
use serde_json::json;

use super::client::{Told, each_of};

/// As editors do: never half a file.
fn save(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(".draft~"), text).unwrap();
    std::fs::rename(folder.join(".draft~"), folder.join(name)).unwrap();
}

fn tool(season: &str) -> String {
    let head = "[[tool]]\nname = \"opening_hours\"\n[[tool.content]]\ntype = \"text\"\n";
    head.replace("[[tool.", &format!("description = \"Say when the shop is open in {season}.\"\n[[tool."))
        + &format!("text = \"Open in {season}\"\n")
}

fn prompt(season: &str) -> String {
    format!(
        "[[prompt]]\nname = \"invite\"\ndescription = \"Invite a customer in {season}.\"\n[[prompt.message]]\nrole = \"user\"\ntext = \"We meet in {season}\"\n"
    )
}

fn resource(season: &str) -> String {
    format!(
        "[[resource]]\nname = \"price_list\"\ndescription = \"The prices of {season}.\"\nuri = \"clients://prices\"\nmime_type = \"text/plain\"\n[[resource.content]]\ntype = \"text\"\ntext = \"Prices of {season}\"\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_file_is_heard_of_and_used() {
    let files = tempfile::tempdir().unwrap();
    save(files.path(), "tool.toml", &tool("spring"));
    each_of(files.path(), async |client| {
        let service = client.service.peer().clone();
        let mut heard = client.hears(&[]).await;
        for season in ["winter", "summer"] {
            save(files.path(), "tool.toml", &tool(season));
            assert_eq!(heard.next().await, Told::Tools);
            let tools = service.list_all_tools().await.unwrap();
            assert!(tools[0].description.as_ref().unwrap().contains(season), "{tools:?}");
            save(files.path(), "prompt.toml", &prompt(season));
            assert_eq!(heard.next().await, Told::Prompts);
            let prompts = service.list_all_prompts().await.unwrap();
            assert!(prompts[0].description.as_ref().unwrap().contains(season), "{prompts:?}");
            save(files.path(), "resource.toml", &resource(season));
            assert_eq!(heard.next().await, Told::Resources);
            let resources = service.list_all_resources().await.unwrap();
            assert!(resources[0].description.as_ref().unwrap().contains(season), "{resources:?}");
        }
        drop(heard);
        assert_eq!(client.says("opening_hours", json!({})).await, "Open in summer");
        let used = client.service.get_prompt(GetPromptRequestParams::new("invite")).await.unwrap();
        assert_eq!(used.messages[0].content.as_text().unwrap().text, "We meet in summer");
        let read = client.service.read_resource(ReadResourceRequestParams::new("clients://prices")).await.unwrap();
        assert!(format!("{read:?}").contains("Prices of summer"), "{read:?}");
        std::fs::remove_file(files.path().join("prompt.toml")).unwrap();
        std::fs::remove_file(files.path().join("resource.toml")).unwrap();
        save(files.path(), "tool.toml", &tool("spring"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_many_pages_are_put_together() {
    let files = tempfile::tempdir().unwrap();
    let many: String = (0..350).map(|n| tool("summer").replace("opening_hours", &format!("hours_{n:03}"))).collect();
    save(files.path(), "many.toml", &many);
    each_of(files.path(), async |client| {
        let tools = client.service.list_all_tools().await.unwrap();
        let names: Vec<_> = tools.iter().map(|tool| tool.name.to_string()).collect();
        assert_eq!(names, (0..350).map(|n| format!("hours_{n:03}")).collect::<Vec<_>>());
    })
    .await;
}
