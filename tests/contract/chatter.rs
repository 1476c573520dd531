//! Chatter: messages, followers, activities.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("mail: a message is posted on a record and is among its messages", posted),
        case!("mail: from 16 on the body of a message is text, unless it is said to be HTML", 16, escaped),
        case!("mail: before 16 the body of a message is HTML", 14, 15, raw),
        case!("mail: a message answers its number, before 19 not in a list", answers),
        case!("mail: a message is for one record, and names no model of its own", one),
        case!("mail: a message brings attachments and recipients", attached),
        case!("mail: a new record is followed by its maker, and says that it was made", followed),
        case!("mail: partners follow a record and leave it", subscribed),
        case!("mail: messages are read by whoever may read the record", seen),
        case!("mail: messages go with their record", gone),
        case!("mail: an activity is planned, is the record's next, and leaves a message when it is done", planned),
        case!("mail: before 19 the answer of `activity_schedule` is a text", 14, 18, text),
        case!("mail: an unknown argument of a message is refused", 17, unknown),
        case!("mail: models without a chatter have no `message_post`", without),
    ]
}

/// The id of the message that an answer names.
fn id(answer: &Value) -> i64 {
    answer.as_i64().or_else(|| answer[0].as_i64()).unwrap_or_else(|| panic!("no id: {answer}"))
}

async fn partner(odoo: &Odoo) -> i64 {
    odoo.make("res.partner", json!({"name": odoo.tag})).await
}

async fn post(odoo: &Odoo, model: &str, record: i64, mut arguments: Value) -> i64 {
    arguments["ids"] = json!([record]);
    id(&odoo.ok(model, "message_post", arguments).await)
}

async fn posted(odoo: &Odoo) {
    let record = partner(odoo).await;
    let arguments = json!({"body": "Called, nobody there", "message_type": "comment", "subtype_xmlid": "mail.mt_note"});
    let message = post(odoo, "res.partner", record, arguments).await;
    let fields = ["model", "res_id", "body", "message_type", "subtype_id", "author_id", "date", "record_name"];
    let row = odoo.read("mail.message", message, &fields).await;
    assert_eq!((&row["model"], &row["res_id"]), (&json!("res.partner"), &json!(record)));
    assert!(row["body"].as_str().unwrap().contains("Called, nobody there"), "{row:?}");
    assert_eq!(row["message_type"], "comment");
    assert_eq!(row["subtype_id"], json!([odoo.reference("mail.mt_note").await, "Note"]));
    let own = odoo.read("res.users", odoo.uid(Who::Admin).await, &["partner_id"]).await;
    assert_eq!(row["author_id"][0], own["partner_id"][0]);
    assert!(row["date"].is_string());
    assert_eq!(row["record_name"], json!(odoo.tag));
    let record = odoo.read("res.partner", record, &["message_ids"]).await;
    assert_eq!(record["message_ids"][0], message, "the newest comes first");
    for model in ["crm.lead", "project.task", "helpdesk.ticket"] {
        let record = odoo.make(model, json!({"name": odoo.tag})).await;
        let message = post(odoo, model, record, json!({"body": "x", "subtype_xmlid": "mail.mt_comment"})).await;
        assert_eq!(odoo.read("mail.message", message, &["model"]).await["model"], model);
    }
}

async fn body(odoo: &Odoo, arguments: Value) -> String {
    let record = partner(odoo).await;
    let message = post(odoo, "res.partner", record, arguments).await;
    odoo.read("mail.message", message, &["body"]).await["body"].as_str().unwrap().to_owned()
}

async fn escaped(odoo: &Odoo) {
    let text = body(odoo, json!({"body": "<b>bold</b> & plain"})).await;
    assert!(text.contains("&lt;b&gt;bold&lt;/b&gt; &amp; plain"), "{text}");
    let html = body(odoo, json!({"body": "<p><b>bold</b></p>", "body_is_html": true})).await;
    assert!(html.contains("<b>bold</b>"), "{html}");
}

async fn raw(odoo: &Odoo) {
    let html = body(odoo, json!({"body": "<p><b>bold</b></p>"})).await;
    assert!(html.contains("<b>bold</b>"), "{html}");
}

async fn answers(odoo: &Odoo) {
    let record = partner(odoo).await;
    let answer = odoo.ok("res.partner", "message_post", json!({"ids": [record], "body": "x"})).await;
    if odoo.version >= 19 {
        assert!(answer[0].is_i64() && answer.as_array().unwrap().len() == 1, "{answer}");
    } else if odoo.version < 18 {
        assert!(answer.is_i64(), "{answer}");
    }
    let row = odoo.read("mail.message", id(&answer), &["message_type", "subtype_id"]).await;
    assert_eq!(row["message_type"], "notification", "unless the caller says otherwise");
    if odoo.version >= 17 {
        assert_eq!(row["subtype_id"][1], "Note");
    }
}

async fn one(odoo: &Odoo) {
    let (first, second) = (partner(odoo).await, partner(odoo).await);
    for ids in [json!([first, second]), json!([])] {
        let fault = odoo.fault("res.partner", "message_post", json!({"ids": ids, "body": "x"})).await;
        assert!(fault.message.contains("singleton"), "{fault:?}");
    }
    let arguments = json!({"ids": [first], "body": "x", "model": "res.users"});
    assert_eq!(odoo.fault("res.partner", "message_post", arguments).await.name, "builtins.ValueError");
    let arguments = json!({"ids": [first], "body": "x", "message_type": "user_notification"});
    assert_eq!(odoo.fault("res.partner", "message_post", arguments).await.name, "builtins.ValueError");
}

async fn attached(odoo: &Odoo) {
    let (record, other) = (partner(odoo).await, partner(odoo).await);
    let file = json!({"name": "quote.txt", "datas": "aGVsbG8=", "res_model": "res.partner", "res_id": record});
    let file = odoo.make("ir.attachment", file).await;
    let arguments = json!({"body": "x", "attachment_ids": [file], "partner_ids": [other]});
    let message = post(odoo, "res.partner", record, arguments).await;
    let row = odoo.read("mail.message", message, &["attachment_ids", "partner_ids"]).await;
    assert_eq!((&row["attachment_ids"], &row["partner_ids"]), (&json!([file]), &json!([other])));
    let arguments = json!({"ids": [record], "body": "x", "partner_ids": ["somebody"]});
    assert_eq!(odoo.fault("res.partner", "message_post", arguments).await.name, "builtins.ValueError");
}

async fn followed(odoo: &Odoo) {
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    let row = odoo
        .read("crm.lead", lead, &["message_ids", "message_follower_ids", "message_partner_ids", "message_is_follower"])
        .await;
    let own = odoo.read("res.users", odoo.uid(Who::Admin).await, &["partner_id"]).await["partner_id"][0].clone();
    assert!(row["message_partner_ids"].as_array().unwrap().contains(&own), "{row:?}");
    assert_eq!(row["message_is_follower"], true);
    let follower = row["message_follower_ids"][0].as_i64().unwrap();
    let follower = odoo.read("mail.followers", follower, &["res_model", "res_id", "partner_id"]).await;
    assert_eq!((&follower["res_model"], &follower["res_id"]), (&json!("crm.lead"), &json!(lead)));
    let log = row["message_ids"].as_array().unwrap().last().unwrap().as_i64().unwrap();
    assert_eq!(odoo.read("mail.message", log, &["message_type"]).await["message_type"], "notification");
    let values = json!({"vals_list": [{"name": odoo.tag}], "context": {"tracking_disable": true}});
    let quiet = odoo.ok("crm.lead", "create", values).await[0].as_i64().unwrap();
    odoo.keep("crm.lead", quiet);
    let row = odoo.read("crm.lead", quiet, &["message_ids", "message_follower_ids"]).await;
    assert_eq!((&row["message_ids"], &row["message_follower_ids"]), (&json!([]), &json!([])));
}

async fn subscribed(odoo: &Odoo) {
    let (record, other) = (partner(odoo).await, partner(odoo).await);
    let followers =
        async || odoo.read("res.partner", record, &["message_partner_ids"]).await["message_partner_ids"].clone();
    for _ in 0..2 {
        odoo.ok("res.partner", "message_subscribe", json!({"ids": [record], "partner_ids": [other]})).await;
        let found = followers().await;
        assert_eq!(found.as_array().unwrap().iter().filter(|one| **one == other).count(), 1, "{found}");
    }
    odoo.ok("res.partner", "message_unsubscribe", json!({"ids": [record], "partner_ids": [other]})).await;
    assert!(!followers().await.as_array().unwrap().contains(&json!(other)));
}

async fn seen(odoo: &Odoo) {
    // Marc Demo sells his own leads: this one is the administrator's.
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    let message = post(odoo, "crm.lead", lead, json!({"body": "between us"})).await;
    let found = odoo.call(Who::Employee, "mail.message", "search", json!({"domain": [["id", "=", message]]})).await;
    let fault = odoo.call(Who::Employee, "mail.message", "read", json!({"ids": [message], "fields": ["body"]})).await;
    assert_eq!(found.unwrap(), json!([]));
    fault.unwrap_err().is("odoo.exceptions.AccessError", "", 403);
    let open = partner(odoo).await;
    let message = post(odoo, "res.partner", open, json!({"body": "for all"})).await;
    let rows = odoo.call(Who::Employee, "mail.message", "read", json!({"ids": [message], "fields": ["body"]})).await;
    assert!(rows.unwrap()[0]["body"].as_str().unwrap().contains("for all"));
    let refused = odoo.call(Who::Employee, "crm.lead", "message_post", json!({"ids": [lead], "body": "x"})).await;
    assert_eq!(refused.unwrap_err().name, "odoo.exceptions.AccessError");
}

async fn gone(odoo: &Odoo) {
    let record = partner(odoo).await;
    let message = post(odoo, "res.partner", record, json!({"body": "x"})).await;
    odoo.ok("res.partner", "unlink", json!({"ids": [record]})).await;
    assert_eq!(odoo.count("mail.message", json!([["id", "=", message]])).await, 0);
    assert_eq!(
        odoo.count("mail.followers", json!([["res_model", "=", "res.partner"], ["res_id", "=", record]])).await,
        0
    );
}

async fn planned(odoo: &Odoo) {
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    let arguments = json!({"ids": [lead], "act_type_xmlid": "mail.mail_activity_data_call", "summary": "Call back", "date_deadline": "2031-05-10", "user_id": odoo.uid(Who::Admin).await});
    odoo.ok("crm.lead", "activity_schedule", arguments).await;
    let row = odoo
        .read(
            "crm.lead",
            lead,
            &["activity_ids", "activity_state", "activity_date_deadline", "activity_summary", "activity_type_id"],
        )
        .await;
    assert_eq!((&row["activity_state"], &row["activity_date_deadline"]), (&json!("planned"), &json!("2031-05-10")));
    assert_eq!((&row["activity_summary"], &row["activity_type_id"][1]), (&json!("Call back"), &json!("Call")));
    let activity = row["activity_ids"][0].as_i64().unwrap();
    let fields = ["res_model", "res_id", "res_name", "state", "user_id", "display_name"];
    let activity_row = odoo.read("mail.activity", activity, &fields).await;
    assert_eq!((&activity_row["res_model"], &activity_row["res_id"]), (&json!("crm.lead"), &json!(lead)));
    assert_eq!((&activity_row["res_name"], &activity_row["display_name"]), (&json!(odoo.tag), &json!("Call back")));
    let message =
        odoo.ok("mail.activity", "action_feedback", json!({"ids": [activity], "feedback": "They will buy"})).await;
    let body = odoo.read("mail.message", message.as_i64().unwrap(), &["body"]).await["body"].clone();
    assert!(body.as_str().unwrap().contains("They will buy"), "{body}");
    assert_eq!(odoo.read("crm.lead", lead, &["activity_ids"]).await["activity_ids"], json!([]));
}

async fn text(odoo: &Odoo) {
    let record = partner(odoo).await;
    let arguments = json!({"ids": [record], "act_type_xmlid": "mail.mail_activity_data_todo"});
    let answer = odoo.ok("res.partner", "activity_schedule", arguments).await;
    assert!(answer.as_str().unwrap().starts_with("mail.activity("), "{answer}");
}

async fn unknown(odoo: &Odoo) {
    let record = partner(odoo).await;
    let fault = odoo.fault("res.partner", "message_post", json!({"ids": [record], "body": "x", "bogus": 1})).await;
    fault.is("builtins.ValueError", "bogus", 500);
}

async fn without(odoo: &Odoo) {
    let country = odoo.reference("base.be").await;
    let fault = odoo.fault("res.country", "message_post", json!({"ids": [country], "body": "x"})).await;
    assert!(fault.message.contains("message_post"), "{fault:?}");
}
