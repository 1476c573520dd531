//! Tools: called, asked in the middle, told how far they are, given up.

use serde_json::{Value, json};

use super::client::{Told, a_city, each, refused, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_asks_and_is_confirmed() {
    each(async |client| {
        let city = a_city();
        client.will_say([Some(json!({"city": city})), None, Some(json!({}))]);
        assert_eq!(client.works("find_city", json!({})).await["count"], 0);
        let given = json!({"name": city, "city": city});
        let declined = client.call("move_contact", given.clone()).await;
        assert!(text(&declined).contains("declined"), "{declined:?}");
        assert_eq!(client.works("move_contact", given).await["records"][0]["city"], city);
        assert_eq!(client.works("find_city", json!({"city": city})).await["count"], 1);
        assert_eq!(client.asked().len(), 3);
        let (code, error) = refused(client.service.call_tool(client.params("no_such_tool", json!({}))).await);
        assert_eq!(code.0, -32602, "{error:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_tells_how_far_it_is_and_logs_what_was_asked_for() {
    each(async |client| {
        if !client.way.modern {
            let level = rmcp::model::SetLevelRequestParams::new(rmcp::model::LoggingLevel::Info);
            client.service.set_level(level).await.unwrap();
        }
        assert_eq!(client.says("count_to_three", json!({})).await, "Counted to three.");
        let mut told = Vec::new();
        while told.len() < 4 {
            told.push(client.told.recv().await.unwrap());
        }
        let mut progress: Vec<_> = told.iter().filter(|one| matches!(one, Told::Progress(..))).collect();
        // The client hands each notification to a task of its own.
        progress.sort_by(|a, b| format!("{a:?}").cmp(&format!("{b:?}")));
        let step = |at, text: &str| Told::Progress(at, Some(3.0), Some(text.to_owned()));
        assert_eq!(progress, [&step(1.0, "One of three"), &step(2.0, "Two of three"), &step(3.0, "Three of three")]);
        let logged: Vec<_> = told.iter().filter(|one| matches!(one, Told::Logged(..))).collect();
        assert_eq!(logged, [&Told::Logged("warning".to_owned(), Value::from("Counted to two"))]);
        assert!(client.told.try_recv().is_err(), "what is for debugging was not asked for");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_given_up_writes_nothing() {
    each(async |client| {
        let city = a_city();
        {
            let call = client.service.call_tool(client.params("add_contact_slowly", json!({"city": city})));
            tokio::pin!(call);
            tokio::select! {
                ended = &mut call => panic!("{ended:?}"),
                told = client.told.recv() => assert!(matches!(told, Some(Told::Progress(..))), "{told:?}"),
            }
        }
        // Longer than the call would have waited.
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(client.works("find_city", json!({"city": city})).await["count"], 0);
        client.works("add_contact_slowly", json!({"city": city})).await;
        assert_eq!(client.works("find_city", json!({"city": city})).await["count"], 1);
    })
    .await;
}
