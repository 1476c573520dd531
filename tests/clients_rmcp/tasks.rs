//! Tasks of the newest revision: a call that goes on without the request that began it.

use rmcp::model::{CallToolResponse, CancelTaskParams, DetailedTask, GetTaskParams, TaskPayload, TaskStatus};
use serde_json::json;

use super::client::{Client, a_city, each, text};

async fn begun(client: &Client, city: &str) -> String {
    let params = client.params("count_in_background", json!({"city": city}));
    match client.service.call_tool_once(params).await.unwrap() {
        CallToolResponse::Task(created) => created.task.task_id,
        other => panic!("no task: {other:?}"),
    }
}

async fn ended(client: &Client, id: &str) -> DetailedTask {
    loop {
        let task = client.service.get_task(GetTaskParams::new(id)).await.unwrap().task;
        if task.status().is_terminal() {
            return task;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_begun_asked_for_and_cancelled() {
    each(async |client| {
        let city = a_city();
        client.contact(&city, &city).await;
        // The older revisions have no such tasks: there the call is a call.
        if !client.way.modern {
            let called = client.call("count_in_background", json!({"city": city})).await;
            assert!(text(&called).contains("\"count\":1"), "{called:?}");
            return;
        }
        let id = begun(client, &city).await;
        match ended(client, &id).await.payload {
            TaskPayload::Completed { result } => {
                assert!(json!(result).to_string().contains("\\\"count\\\":1"), "{result:?}");
            }
            other => panic!("{other:?}"),
        }
        let id = begun(client, &city).await;
        client.service.cancel_task(CancelTaskParams::new(&id)).await.unwrap();
        assert_eq!(ended(client, &id).await.status(), TaskStatus::Cancelled);
    })
    .await;
}
