//! Files on their way between Odoo and an answer: names, types, base64, and the MCP blocks that carry or point to them.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::definition::operation::is_mime_type;
use crate::odoo::{Error, Kind};

/// The largest file that goes through this server, in bytes.
pub(super) const LARGEST: usize = 10_000_000;

/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 150;

/// What stays as it is in the last part of a URI.
const IN_A_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// With or without the `=` at the end: models leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A value as text: numbers and booleans as they are written.
///
/// # Errors
/// `invalid_arguments` for a list, a table and null.
pub(super) fn text_of(key: &str, value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(Error::new(Kind::InvalidArguments, format!("`{key}` is a text, not {}.", super::faults::quote(&value))))
        }
    }
}

/// A name for a file that is one on every system: `INV/2026/0001` is `INV_2026_0001`.
///
/// # Errors
/// `invalid_arguments` where nothing of it is left.
pub(super) fn file_name(key: &str, given: &str) -> Result<String, Error> {
    let forbidden =
        |letter: char| letter.is_control() || matches!(letter, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = given.trim().chars().map(|letter| if forbidden(letter) { '_' } else { letter }).collect();
    let name = shortened(name.trim_start_matches('.').trim());
    if name.chars().all(|letter| matches!(letter, '_' | '.' | ' ')) {
        return Err(
            Error::new(Kind::InvalidArguments, format!("`{key}` is not the name of a file.")).hint("e.g. `offer.pdf`.")
        );
    }
    Ok(name)
}

/// At most so many characters, the extension kept.
fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).filter(|extension| extension.len() <= 10);
    let extension = extension.map_or_else(String::new, |extension| format!(".{extension}"));
    let stem: String = name.chars().take(LONGEST_NAME - extension.len()).collect();
    stem + &extension
}

/// The type that a file's name says, where it says one.
pub(super) fn type_of_name(name: &str) -> Option<String> {
    mime_guess::from_path(name).first_raw().map(str::to_owned)
}

/// A given type, without its parameters.
///
/// # Errors
/// `invalid_arguments` for what is none.
pub(super) fn mime_type(given: &str) -> Result<String, Error> {
    let plain = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if is_mime_type(&plain) {
        return Ok(plain);
    }
    Err(Error::new(
        Kind::InvalidArguments,
        format!("`mime_type` is something like `text/csv`, not {}.", super::faults::quote(&given.into())),
    ))
}

/// The bytes of a file that somebody gave as base64, and the type that a `data:` URI says.
///
/// # Errors
/// `invalid_arguments` for what is no base64, and for a file that is empty or too large.
pub(super) fn decoded(key: &str, given: &str) -> Result<(Vec<u8>, Option<String>), Error> {
    let (kind, data) = match given.trim().strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
        Some((kind, data)) => (mime_type(kind).ok(), data),
        None => (None, given),
    };
    let data: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if data.len() / 4 * 3 > LARGEST + 3 {
        return Err(too_large(key, data.len() / 4 * 3));
    }
    let bytes = BASE64.decode(&data).map_err(|error| {
        Error::new(Kind::InvalidArguments, format!("`{key}` is not base64: {}.", wrong_base64(&error)))
            .hint("Give the file's bytes in base64 (RFC 4648); a text goes into `text`, where the tool has it.")
    })?;
    checked(key, bytes.len())?;
    Ok((bytes, kind))
}

fn wrong_base64(error: &base64::DecodeError) -> String {
    match error {
        base64::DecodeError::InvalidByte(at, byte) if byte.is_ascii_graphic() => {
            format!("character {} is `{}`", at + 1, char::from(*byte))
        }
        base64::DecodeError::InvalidByte(at, _) => format!("character {} is none of its letters", at + 1),
        _ => "it is cut or garbled at its end".to_owned(),
    }
}

/// Refuses a file that is empty or too large.
///
/// # Errors
/// `invalid_arguments`.
pub(super) fn checked(key: &str, size: usize) -> Result<(), Error> {
    match size {
        0 => Err(Error::new(Kind::InvalidArguments, format!("`{key}` is empty: there is nothing to attach."))),
        size if size > LARGEST => Err(too_large(key, size)),
        _ => Ok(()),
    }
}

fn too_large(key: &str, size: usize) -> Error {
    let message = format!("`{key}` is a file of {size} bytes, and at most {LARGEST} are taken.");
    Error::new(Kind::InvalidArguments, message).hint("Attach it in Odoo, or give a `url` where the tool has it.")
}

/// Bytes as Odoo and MCP take them.
pub(super) fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The bytes that Odoo gave as base64.
pub(super) fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    BASE64.decode(value.as_str()?.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>()).ok()
}

/// What a printed report is called among resources.
pub(super) fn report_uri(report: &str, ids: &[i64], name: &str) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("odoo://report/{report}/{}/{}", ids.join(","), utf8_percent_encode(name, IN_A_NAME))
}

/// A block that points to a file.
pub(super) fn link(uri: &str, name: &str, mime_type: Option<&str>, size: Option<u64>) -> Value {
    let mut block = Map::new();
    for (key, value) in [("type", "resource_link"), ("uri", uri), ("name", name)] {
        block.insert(key.to_owned(), value.into());
    }
    block.extend(mime_type.map(|mime_type| ("mimeType".to_owned(), mime_type.into())));
    block.extend(size.map(|size| ("size".to_owned(), size.into())));
    Value::Object(block)
}

/// A block that carries a file of any kind.
pub(super) fn blob(uri: &str, mime_type: &str, bytes: &[u8]) -> Value {
    json!({"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "blob": encoded(bytes)}})
}

/// A block that carries a text.
pub(super) fn text(uri: &str, mime_type: &str, text: &str) -> Value {
    json!({"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": text}})
}

/// The type of an image that models see, by its bytes: what an image claims to be is not trusted, for one wrong image makes a whole
/// conversation unreadable.
pub(super) fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Types whose files are texts, beside `text/…`.
const TEXTS: [&str; 9] = [
    "application/json",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/sql",
    "application/javascript",
    "application/x-sh",
    "image/svg+xml",
];

/// Whether a file of that type is a text.
pub(super) fn is_text(mime_type: &str) -> bool {
    mime_type.starts_with("text/") || TEXTS.contains(&mime_type)
}

/// The type of a file: as it was said to be, what its bytes tell, or its name.
pub(super) fn type_of(bytes: &[u8], said: Option<&str>, name: Option<&str>) -> String {
    const ANY: &str = "application/octet-stream";
    if let Some(said) = said.and_then(|said| mime_type(said).ok()).filter(|said| said != ANY) {
        return said;
    }
    let by_name = || name.and_then(type_of_name);
    let told = infer::get(bytes).map(|kind| kind.mime_type().to_owned());
    // What is packed says more by its name.
    let told = match told {
        Some(told) if matches!(told.as_str(), "application/zip" | "text/xml") => by_name().or(Some(told)),
        told => told.or_else(by_name),
    };
    told.unwrap_or_else(|| match std::str::from_utf8(bytes) {
        Ok(text) if text.trim_start().starts_with("<svg") => "image/svg+xml".to_owned(),
        Ok(text) if !text.contains('\0') => "text/plain".to_owned(),
        _ => ANY.to_owned(),
    })
}

/// How many pages a PDF has, where its page objects can be seen: `wkhtmltopdf` writes them in the open.
pub(super) fn pages(pdf: &[u8]) -> Option<usize> {
    let mut count = 0;
    for (at, window) in pdf.windows(5).enumerate() {
        if window != b"/Type" {
            continue;
        }
        let rest = pdf.get(at + 5..).unwrap_or_default();
        let rest = rest.trim_ascii_start();
        if rest.strip_prefix(b"/Page").is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphabetic)) {
            count += 1;
        }
    }
    (count > 0).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_file_name_on_every_system() {
        for (given, name) in [
            ("offer.pdf", "offer.pdf"),
            ("INV/2026/0001.pdf", "INV_2026_0001.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..\\x\n?.txt", "_x__.txt"),
            (" Übersicht 2026.xlsx ", "Übersicht 2026.xlsx"),
        ] {
            assert_eq!(file_name("name", given).unwrap(), name);
        }
        for nothing in ["", "...", "/", " . "] {
            assert_eq!(file_name("name", nothing).unwrap_err().kind, Kind::InvalidArguments, "{nothing:?}");
        }
        let long = file_name("name", &format!("{}.pdf", "é".repeat(400))).unwrap();
        assert_eq!(long.chars().count(), LONGEST_NAME);
        assert!(long.ends_with(".pdf"));
    }

    #[test]
    fn base64_is_taken_as_people_write_it_and_nothing_else() {
        for given in ["aGVsbG8=", "aGVsbG8", " aGVs\n bG8= ", "data:text/plain;base64,aGVsbG8="] {
            assert_eq!(decoded("data", given).unwrap().0, b"hello", "{given}");
        }
        assert_eq!(decoded("data", "data:text/csv;base64,aGVsbG8=").unwrap().1.as_deref(), Some("text/csv"));
        for wrong in ["hello!", "a", "aGVsbG8_", "<html>", "data:text/plain,hello"] {
            let error = decoded("data", wrong).unwrap_err();
            assert_eq!(error.kind, Kind::InvalidArguments, "{wrong}");
            assert!(error.message.contains("is not base64"), "{error}");
        }
        assert!(decoded("data", "").unwrap_err().message.contains("empty"));
        let large = "AAAA".repeat(LARGEST / 3 + 10);
        assert!(decoded("data", &large).unwrap_err().message.contains("at most 10000000"));
    }

    #[test]
    fn a_type_follows_from_a_name() {
        assert_eq!(type_of_name("a.pdf").as_deref(), Some("application/pdf"));
        assert_eq!(type_of_name("A.CSV").as_deref(), Some("text/csv"));
        assert_eq!(type_of_name("README"), None);
        assert_eq!(mime_type("Text/CSV; charset=utf-8").unwrap(), "text/csv");
        assert!(mime_type("csv").is_err() && mime_type("a/b\r\nc").is_err());
    }

    #[test]
    fn what_is_found_is_a_uri_whatever_the_name() {
        let uri = report_uri("sale.report_saleorder", &[7, 3], "Order S0001/ä ?#.pdf");
        assert_eq!(uri, "odoo://report/sale.report_saleorder/7,3/Order%20S0001%2F%C3%A4%20%3F%23.pdf");
    }

    #[test]
    fn the_type_of_a_file_is_what_was_said_or_its_bytes_or_its_name() {
        let png = b"\x89PNG\r\n\x1a\nrest";
        assert_eq!(type_of(png, None, None), "image/png");
        assert_eq!(type_of(png, Some("application/octet-stream"), Some("a.pdf")), "image/png");
        assert_eq!(type_of(png, Some("image/x-own"), None), "image/x-own");
        assert_eq!(type_of(b"%PDF-1.7", None, None), "application/pdf");
        assert_eq!(type_of(b"a,b", None, Some("a.csv")), "text/csv");
        assert_eq!(type_of(b"a,b", None, None), "text/plain");
        assert_eq!(type_of(b" <svg xmlns=''/>", None, None), "image/svg+xml");
        assert_eq!(type_of(&[0, 1, 255], None, None), "application/octet-stream");
        assert_eq!(type_of(&[0, 1, 255], Some("no type"), None), "application/octet-stream");
    }

    #[test]
    fn images_and_pages_are_known_by_their_bytes() {
        assert_eq!(image_type(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(image_type(b"RIFF1234WEBPVP8 "), Some("image/webp"));
        assert_eq!(image_type(b"<svg/>"), None);
        assert_eq!(pages(b"<< /Type /Pages >> << /Type /Page /X >> <</Type/Page>>"), Some(2));
        assert_eq!(pages(b"%PDF-1.7 compressed"), None);
    }
}
