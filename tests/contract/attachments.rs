//! Attachments: content, type, and who may read them.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("ir.attachment: content in Base64, its size, checksum and type", content),
        case!("ir.attachment: content as a text", text),
        case!("ir.attachment: the type by the name, else by the first bytes", types),
        case!("ir.attachment: `bin_size` gives the size in place of the content", 14, 19, sizes),
        case!("ir.attachment: an address in place of content", address),
        case!("ir.attachment: new content replaces the old", replaced),
        case!("ir.attachment: is read by whoever may read its record", seen),
        case!("ir.attachment: goes with its record", gone),
        case!("ir.attachment: the content of a field is one, found by who asks for fields", of_field),
    ]
}

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async fn make(odoo: &Odoo, mut values: Value) -> i64 {
    values["name"] = values.get("name").cloned().unwrap_or_else(|| json!(odoo.tag));
    odoo.make("ir.attachment", values).await
}

async fn content(odoo: &Odoo) {
    let id = make(odoo, json!({"name": "hello.txt", "datas": "aGVsbG8="})).await;
    let fields = ["name", "datas", "type", "mimetype", "file_size", "checksum", "res_model", "res_id", "url", "public"];
    let row = odoo.read("ir.attachment", id, &fields).await;
    assert_eq!(
        (&row["name"], &row["datas"], &row["type"]),
        (&json!("hello.txt"), &json!("aGVsbG8="), &json!("binary"))
    );
    assert_eq!((&row["mimetype"], &row["file_size"]), (&json!("text/plain"), &json!(5)));
    assert_eq!(row["checksum"], "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    assert_eq!((&row["res_model"], &row["res_id"]), (&json!(false), &json!(0)));
    assert_eq!((&row["url"], &row["public"]), (&json!(false), &json!(false)));
}

async fn text(odoo: &Odoo) {
    let id = make(odoo, json!({"name": "greeting.txt", "raw": "héllo"})).await;
    let row = odoo.read("ir.attachment", id, &["raw", "datas", "file_size"]).await;
    assert_eq!((&row["raw"], &row["datas"]), (&json!("héllo"), &json!("aMOpbGxv")));
    assert_eq!(row["file_size"], 6);
}

async fn types(odoo: &Odoo) {
    for (name, datas, expected) in [
        ("report.pdf", "aGVsbG8=", "application/pdf"),
        ("table.csv", "YTtiCg==", "text/csv"),
        ("picture", PNG, "image/png"),
        ("scan", "JVBERi0xLjQK", "application/pdf"),
        ("data.json", "e30=", "application/json"),
    ] {
        let id = make(odoo, json!({"name": name, "datas": datas})).await;
        let found = odoo.read("ir.attachment", id, &["mimetype"]).await["mimetype"].clone();
        assert_eq!(found, expected, "{name}");
    }
    let id = make(odoo, json!({"name": "odd.bin", "datas": "AAECAw==", "mimetype": "application/x-odd"})).await;
    assert_eq!(odoo.read("ir.attachment", id, &["mimetype"]).await["mimetype"], "application/x-odd");
}

async fn sizes(odoo: &Odoo) {
    let id = make(odoo, json!({"name": "hello.txt", "datas": "aGVsbG8="})).await;
    let arguments = json!({"ids": [id], "fields": ["datas"], "context": {"bin_size": true}});
    assert_eq!(odoo.ok("ir.attachment", "read", arguments).await[0]["datas"], "5.00 bytes");
}

async fn address(odoo: &Odoo) {
    let id = make(odoo, json!({"type": "url", "url": "https://www.example.com/terms.html"})).await;
    let row = odoo.read("ir.attachment", id, &["type", "url", "datas"]).await;
    assert_eq!((&row["type"], &row["url"]), (&json!("url"), &json!("https://www.example.com/terms.html")));
    assert_eq!(row["datas"], "");
    let arguments = json!({"ids": [id], "fields": ["datas"], "context": {"bin_size": true}});
    assert_eq!(odoo.ok("ir.attachment", "read", arguments).await[0]["datas"], false);
}

async fn replaced(odoo: &Odoo) {
    let id = make(odoo, json!({"name": "hello.txt", "datas": "aGVsbG8="})).await;
    odoo.ok("ir.attachment", "write", json!({"ids": [id], "vals": {"datas": "YnllIQ=="}})).await;
    let row = odoo.read("ir.attachment", id, &["datas", "file_size", "checksum"]).await;
    assert_eq!((&row["datas"], &row["file_size"]), (&json!("YnllIQ=="), &json!(4)));
    assert_ne!(row["checksum"], "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
}

async fn seen(odoo: &Odoo) {
    let lead = odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    let partner = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let on =
        async |model: &str, id: i64| make(odoo, json!({"datas": "aGVsbG8=", "res_model": model, "res_id": id})).await;
    let (hidden, open) = (on("crm.lead", lead).await, on("res.partner", partner).await);
    let found = odoo.call(Who::Employee, "ir.attachment", "search", json!({"domain": [["name", "=", odoo.tag]]})).await;
    assert_eq!(found.unwrap(), json!([open]));
    let arguments = json!({"ids": [hidden], "fields": ["datas"]});
    let fault = odoo.call(Who::Employee, "ir.attachment", "read", arguments).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "", 403);
    let values = json!({"name": odoo.tag, "datas": "aGVsbG8=", "res_model": "crm.lead", "res_id": lead});
    let fault = odoo.call(Who::Employee, "ir.attachment", "create", json!({"vals_list": [values]})).await.unwrap_err();
    fault.is("odoo.exceptions.AccessError", "", 403);
}

async fn gone(odoo: &Odoo) {
    let partner = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let id = make(odoo, json!({"datas": "aGVsbG8=", "res_model": "res.partner", "res_id": partner})).await;
    odoo.ok("res.partner", "unlink", json!({"ids": [partner]})).await;
    assert_eq!(odoo.count("ir.attachment", json!([["id", "=", id]])).await, 0);
}

async fn of_field(odoo: &Odoo) {
    let partner = odoo.make("res.partner", json!({"name": odoo.tag, "image_1920": PNG})).await;
    let of_record = json!([["res_model", "=", "res.partner"], ["res_id", "=", partner]]);
    assert_eq!(odoo.count("ir.attachment", of_record).await, 0);
    let of_field =
        json!([["res_model", "=", "res.partner"], ["res_id", "=", partner], ["res_field", "=", "image_1920"]]);
    let arguments = json!({"domain": of_field, "fields": ["mimetype", "file_size"]});
    let rows = odoo.ok("ir.attachment", "search_read", arguments).await;
    if odoo.version < 15 {
        assert_eq!(rows, json!([]), "14 shows them to nobody");
        return;
    }
    assert_eq!(rows[0]["mimetype"], "image/png", "{rows}");
    assert!(rows[0]["file_size"].as_i64().unwrap() > 60);
}
