//! Attachments: content in either form, size, checksum and type of it; and the attachments that hold the binary fields of records.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use super::thread::{belonging, owner};
use crate::demo::{
    env::{Env, Tx},
    errors::{Fault, Outcome},
    field::{Field, Kind},
    model::Model,
    orm::write,
    value,
};

/// Where the content of an attachment lies in its row, in Base64: beside its fields, as Odoo keeps it beside its database.
const CONTENT: &str = "_content";

/// The value of a computed field of attachments, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Option<Value> {
    let content = || env.store.get(&model.name, id)?.get(CONTENT).cloned();
    Some(match word {
        // An attachment without content has an empty one.
        "attachment_datas" => content().filter(|content| !content.is_null()).unwrap_or_else(|| json!("")),
        "attachment_raw" => content().map_or(Value::Null, |content| json!(raw(&content))),
        "attachment_record_name" => owner(env, model, id).map_or(Value::Null, |(owner, id)| json!(env.name(owner, id))),
        _ => return None,
    })
}

/// Content as a text; bytes that are no UTF-8 as Latin-1, which is how 14 falls back.
fn raw(content: &Value) -> String {
    let bytes = decoded(content);
    String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}

fn decoded(content: &Value) -> Vec<u8> {
    let text: String = value::str(content).chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    STANDARD.decode(text).unwrap_or_default()
}

/// Refuses to print bytes that are no text, as Python does from 15 on.
pub(in crate::demo) fn printable(env: &Env<'_>, model: &Model, ids: &[i64], fields: &[&Field]) -> Outcome<()> {
    if model.name != "ir.attachment" || env.major() < 15 || !fields.iter().any(|field| field.name == "raw") {
        return Ok(());
    }
    if env.context.raw.get("bin_size").is_some_and(value::truthy) {
        return Ok(());
    }
    for id in ids {
        let content = env.store.get(&model.name, *id).and_then(|row| row.get(CONTENT)).cloned().unwrap_or_default();
        if let Err(error) = String::from_utf8(decoded(&content)) {
            let place = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(place).copied().unwrap_or_default();
            return Err(Fault::database(
                "builtins.UnicodeDecodeError",
                format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {place}: invalid start byte"),
            ));
        }
    }
    Ok(())
}

/// What a binary field shows where the context asks for its size alone.
pub(in crate::demo) fn size_only(env: &Env<'_>, field: &Field, found: &Value) -> Option<Value> {
    let asked = |key: &str| env.context.raw.get(key).is_some_and(value::truthy);
    if field.kind != Kind::Binary || !asked("bin_size") && !asked(&format!("bin_size_{}", field.name)) {
        return None;
    }
    let length = if field.name == "raw" { value::str(found).len() } else { decoded(found).len() };
    Some(if length == 0 { json!(false) } else { json!(human(length)) })
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn human(bytes: usize) -> String {
    let (mut size, mut unit) = (bytes as f64, "bytes");
    for next in ["Kb", "Mb", "Gb", "Tb"] {
        if size < 1024.0 {
            break;
        }
        size /= 1024.0;
        unit = next;
    }
    format!("{size:.2} {unit}")
}

/// What follows from the content given to an attachment: `raw` before `datas`.
pub(super) fn keep(tx: &mut Tx<'_>, model: &Model, id: i64, values: &Map<String, Value>, new: bool) {
    let given = |name: &str| values.get(name).filter(|given| value::truthy(given));
    if values.contains_key("raw") || values.contains_key("datas") {
        let bytes = match (given("raw"), given("datas")) {
            (Some(raw), _) => Some(value::str(raw).into_bytes()),
            (None, Some(datas)) => Some(decoded(datas)),
            (None, None) => None,
        };
        let checksum = bytes.as_ref().map(|bytes| {
            let digest = Sha1::digest(bytes);
            digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        });
        let size = bytes.as_ref().map_or(0, Vec::len);
        let place = checksum.as_ref().map(|sum| format!("{}/{sum}", sum.get(..2).unwrap_or_default()));
        let mut set = |field: &str, found: Value| tx.store.set(&model.name, id, field, found);
        set(CONTENT, json!(bytes.map(|bytes| STANDARD.encode(bytes))));
        set("checksum", json!(checksum));
        set("file_size", json!(size));
        set("store_fname", json!(place));
    }
    if new || ["raw", "datas", "mimetype", "url"].iter().any(|name| values.contains_key(*name)) {
        let found = mimetype(&tx.env(), model, id, values);
        tx.store.set(&model.name, id, "mimetype", json!(found));
    }
}

/// The type: the one given, else by the name, the address, the first bytes. Markup of whoever may not change views is shown as text.
fn mimetype(env: &Env<'_>, model: &Model, id: i64, values: &Map<String, Value>) -> String {
    let text = |name: &str| env.sudo().text(model, id, name);
    let given = values.get("mimetype").filter(|given| value::truthy(given)).map(value::str);
    let content = env.store.get(&model.name, id).and_then(|row| row.get(CONTENT)).map(decoded).unwrap_or_default();
    let by_name = || by_ending(&text("name")).or_else(|| by_ending(text("url").split('?').next().unwrap_or_default()));
    let found = given.or_else(|| by_name().map(str::to_owned)).unwrap_or_else(|| by_content(&content).to_owned());
    let found = found.to_lowercase();
    let markup = found.contains("ht") || found.contains("xml") && !found.contains("openxmlformats");
    if markup && !env.context.su && !env.context.in_group("base.group_system") { "text/plain".into() } else { found }
}

fn by_ending(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_lowercase().as_str() {
        "txt" | "log" | "text" => "text/plain",
        "csv" => "text/csv",
        "md" => "text/markdown",
        "htm" | "html" => "text/html",
        "xml" => "text/xml",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "bmp" => "image/bmp",
        "webp" => "image/webp",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "eml" => "message/rfc822",
        "ics" => "text/calendar",
        "vcf" => "text/x-vcard",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        _ => return None,
    })
}

fn by_content(bytes: &[u8]) -> &'static str {
    let table: [(&[u8], &str); 8] = [
        (b"%PDF", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"BM", "image/bmp"),
        (b"PK\x03\x04", "application/zip"),
        (b"<", "text/xml"),
    ];
    let known = table.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind);
    let text = || !bytes.is_empty() && std::str::from_utf8(bytes).is_ok();
    known.unwrap_or_else(|| if text() { "text/plain" } else { "application/octet-stream" })
}

/// A binary field of a record is an attachment that names the field.
pub(super) fn of_fields(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) -> Outcome<()> {
    let Some(kind) = tx.registry.model("ir.attachment").filter(|kind| kind.name != model.name) else {
        return Ok(());
    };
    let kept = |name: &&String| model.field(name).is_some_and(|field| field.kind == Kind::Binary && !field.derived());
    for name in values.keys().filter(kept) {
        let mut before = belonging(&tx.env(), &kind.name, model, id);
        before.retain(|one| tx.env().sudo().text(kind, *one, "res_field") == *name);
        write::unlink(&mut tx.sudo(), kind, &before)?;
        let Some(given) = values.get(name).filter(|given| value::truthy(given)) else { continue };
        let made = json!({"name": name, "res_field": name, "res_model": model.name, "res_id": id, "datas": given});
        write::create(&mut tx.sudo(), kind, &[made.as_object().cloned().unwrap_or_default()])?;
    }
    Ok(())
}

/// Attachments of fields are found only by who asks for them.
pub(in crate::demo) fn of_a_field(env: &Env<'_>, model: &Model, id: i64) -> bool {
    model.name == "ir.attachment" && !env.sudo().get(model, id, "res_field").is_null()
}
