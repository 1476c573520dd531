//! Prompts, and what is offered for their arguments.

use rmcp::model::{GetPromptRequestParams, GetPromptResult};
use serde_json::{Value, json};

use super::client::{Client, a_city, each, object, refused};

async fn said(client: &Client, name: &str, arguments: Value) -> Vec<String> {
    let params = GetPromptRequestParams::new(name).with_arguments(object(arguments));
    texts(&client.service.get_prompt(params).await.unwrap())
}

fn texts(result: &GetPromptResult) -> Vec<String> {
    result.messages.iter().map(|message| message.content.as_text().unwrap().text.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_listed_and_used_with_live_data() {
    each(async |client| {
        let prompts = client.service.list_all_prompts().await.unwrap();
        let names: Vec<_> = prompts.iter().map(|prompt| prompt.name.as_str()).collect();
        assert_eq!(names, ["greet_someone", "write_to_city"]);
        let arguments = prompts[1].arguments.clone().unwrap();
        assert_eq!((arguments[0].name.as_str(), arguments[0].required), ("city", Some(true)));
        let city = a_city();
        client.contact("Ada", &city).await;
        client.contact("Grace", &city).await;
        let messages = said(client, "write_to_city", json!({"city": city, "tone": "firm"})).await;
        assert_eq!(
            messages,
            [format!("Write a firm letter to 2 contacts in {city}: Ada, Grace"), "What is it about?".to_owned()]
        );
        client.will_say([Some(json!({"name": "Grace"}))]);
        assert_eq!(said(client, "greet_someone", json!({})).await, ["Say hello to Grace."]);
        assert_eq!(client.asked(), ["Who is greeted?"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_prompt_lacks_is_named() {
    each(async |client| {
        let params = GetPromptRequestParams::new("write_to_city").with_arguments(object(json!({"tone": "firm"})));
        let (code, error) = refused(client.service.get_prompt(params).await);
        assert!(code.0 == -32602 && error.message.contains("`city`"), "{error:?}");
        let (code, error) = refused(client.service.get_prompt(GetPromptRequestParams::new("no_such_prompt")).await);
        assert!(code.0 == -32602 && error.message.contains("no_such_prompt"), "{error:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_and_variables_are_completed() {
    each(async |client| {
        let service = &client.service;
        let tones = service.complete_prompt_simple("write_to_city", "tone", "f").await.unwrap();
        assert_eq!(tones, ["formal", "friendly", "firm"]);
        let city = a_city();
        client.contact(&city, &city).await;
        // Other tests' cities begin alike, but are not on this Odoo.
        let typed = &city[..city.len() - 2];
        assert_eq!(
            service.complete_prompt_simple("write_to_city", "city", typed).await.unwrap(),
            std::slice::from_ref(&city)
        );
        let list = "clients://contacts{?city,limit}";
        assert_eq!(service.complete_resource_simple(list, "city", typed).await.unwrap(), [city]);
        let ids = service.complete_resource_simple("clients://contact/{id}", "id", "azure").await.unwrap();
        assert!(ids.iter().all(|id| id.parse::<i64>().is_ok()) && !ids.is_empty(), "{ids:?}");
        let (code, _) = refused(service.complete_prompt_simple("no_such_prompt", "tone", "f").await);
        assert_eq!(code.0, -32602);
    })
    .await;
}
