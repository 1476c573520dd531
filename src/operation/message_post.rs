//! `message_post`: a message in the discussion of records.
//!
//! What is sent is HTML of our own, made from the escaped text: Odoo 14 and 15 keep given HTML as it is, later versions escape what
//! they are not told to be HTML, and lose the line breaks of what they escape.

use serde_json::{Map, Value, json};

use super::faults::cut;
use super::files::text_of;
use super::needed::{needed, optional};
use super::prepared::{Body, Outline, Planned};
use super::run::Run;
use super::{fitting, ids, lookup, read};
use crate::answer;
use crate::definition::operation::MessagePost;
use crate::definition::values::Ids;
use crate::odoo::{Applied, Effect, Error, Kind, Request, Version};

/// The first version that is told what is HTML.
const TOLD: Version = Version::new(16, 0);

/// As much of the text as a person is shown who confirms it, in characters.
const SHOWN: usize = 300;

/// The records, and the arguments of the method.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
    /// As it was given, for people.
    text: String,
    kwargs: Map<String, Value>,
    context: Map<String, Value>,
}

/// Resolves the records, the partners and the subtype, and makes HTML of the text.
///
/// # Errors
/// What is missing or is none; `invalid_arguments` for an empty text, and for a model without discussions.
pub(super) async fn prepare(definition: &MessagePost, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let ids = ids::of(&definition.ids, &model, run).await?;
    if !run.metadata(&model).await?.fields.contains_key("message_ids") {
        return Err(Error::new(Kind::InvalidArguments, format!("Records of `{model}` have no discussion to post in."))
            .hint("Odoo keeps messages on orders, leads, tasks, contacts and the like; post on one of those."));
    }
    let body = text_of("body", needed("body", &definition.body, run)?)?;
    if body.trim().is_empty() {
        return Err(Error::new(Kind::InvalidArguments, "`body` is empty, and a message says something."));
    }
    let is_html = match optional("body_is_html", definition.body_is_html.as_ref(), &run.scope)? {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Bool(true)) => true,
        Some(other) => {
            return Err(Error::new(Kind::InvalidArguments, format!("`body_is_html` is true or false, not {other}.")));
        }
    };
    let mut kwargs = Map::new();
    let html = if is_html { body.clone() } else { html_of_text(&body) };
    kwargs.insert("body".to_owned(), html.into());
    kwargs.insert("message_type".to_owned(), "comment".into());
    kwargs.insert("subtype_xmlid".to_owned(), subtype(definition, run).await?.into());
    if let Some(partners) = partners(definition, run).await? {
        kwargs.insert("partner_ids".to_owned(), json!(partners));
    }
    if run.instance.client.version(&run.patience).await? >= TOLD {
        kwargs.insert("body_is_html".to_owned(), true.into());
    }
    let context = fitting::context(&model, run).await?;
    Ok(Prepared { model, ids, text: body, kwargs, context })
}

/// The external id of the message's subtype. Odoo would post as a note what names none that there is.
async fn subtype(definition: &MessagePost, run: &Run<'_>) -> Result<String, Error> {
    let word = match optional("subtype", definition.subtype.as_ref(), &run.scope)? {
        None | Some(Value::Null) => return Ok("mail.mt_note".to_owned()),
        Some(word) => text_of("subtype", word)?,
    };
    match word.trim() {
        "note" => Ok("mail.mt_note".to_owned()),
        "comment" => Ok("mail.mt_comment".to_owned()),
        external if ids::looks_external(external) => {
            let (model, _) = run.instance.client.xml_id(external, &run.patience).await?;
            if model == "mail.message.subtype" {
                return Ok(external.to_owned());
            }
            Err(wrong_subtype(&format!("`{external}` is a record of `{model}`, not a subtype of messages.")))
        }
        other => Err(wrong_subtype(&format!("`{other}` is not a subtype of messages."))),
    }
}

fn wrong_subtype(sentence: &str) -> Error {
    Error::new(Kind::InvalidArguments, sentence)
        .hint("Give `note` (for colleagues), `comment` (mailed to followers), or the external id of a subtype.")
}

/// The partners who are told, by id, external id or name; `None` where nobody is named.
async fn partners(definition: &MessagePost, run: &Run<'_>) -> Result<Option<Vec<i64>>, Error> {
    const PARTNER: &str = "res.partner";
    let (templated, domain) = match &definition.partner_ids {
        None => return Ok(None),
        Some(Ids::Given(templated)) => (templated, None),
        Some(Ids::Lookup(spot)) => (&spot.matches, spot.domain.as_ref()),
    };
    let names = match optional("partner_ids", Some(templated), &run.scope)? {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(names)) if names.is_empty() => return Ok(None),
        Some(names) => names,
    };
    let domain = fitting::domain(domain, PARTNER, run).await?;
    let argument = run.scope.first_argument(templated.names());
    lookup::named(lookup::find_each(run, PARTNER, &names, domain).await, argument.as_deref()).map(Some)
}

/// A text as HTML that shows it: nothing in it is markup, and its lines stay lines.
fn html_of_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    html.push_str("<p>");
    for letter in text.trim_end().replace("\r\n", "\n").chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\r' => html.push_str("<br/>"),
            letter => html.push(letter),
        }
    }
    html.push_str("</p>");
    html
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        let what = format!("Posting “{}” on `{}`", cut(self.text.trim(), SHOWN), self.model);
        Outline { effect: Effect::Write, what, ids: self.ids.clone() }
    }

    pub(super) fn planned(&self) -> Planned {
        Planned {
            model: Some(self.model.clone()),
            // The person reads all of it, not only how it begins.
            arguments: Map::from_iter([("message".to_owned(), json!(self.text.trim()))]),
            values: Vec::new(),
            payload: json!(["message_post", self.model, self.ids, self.kwargs, self.context]),
        }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        if self.ids.len() > 1 {
            // Each record is a call, and a transaction, of its own: what is not there is found before the first.
            read::all_there(run, &self.model, &self.ids).await?;
        }
        let mut messages: Vec<i64> = Vec::with_capacity(self.ids.len());
        for (position, id) in self.ids.iter().enumerate() {
            let request = Request {
                model: self.model.clone(),
                method: "message_post".to_owned(),
                ids: Some(vec![*id]),
                args: Vec::new(),
                kwargs: self.kwargs.clone(),
                context: self.context.clone(),
                effect: Effect::Write,
            };
            let posted = run.instance.client.execute(&request, &run.patience).await.and_then(|said| message_id(&said));
            match posted {
                Ok(message) => messages.push(message),
                Err(error) => return Err(self.partly(error, position, &messages)),
            }
        }
        Ok(Body::of([("ids", json!(messages))]))
    }

    /// The error of one record, which says on which others the message stands already.
    fn partly(&self, mut error: Error, position: usize, messages: &[i64]) -> Error {
        let Some(before) = self.ids.get(..position).filter(|before| !before.is_empty()) else { return error };
        let list: Vec<String> = before.iter().map(ToString::to_string).collect();
        error.message = format!("{} The message was posted before that on {}.", error.message, list.join(", "));
        if error.applied == Applied::No {
            error.applied = Applied::Yes;
        }
        error.details.insert("posted_on".to_owned(), json!(before));
        error.details.insert("message_ids".to_owned(), json!(messages));
        error
    }
}

/// The id of the message, in any of the shapes of Odoo's versions: `5`, `[5]`, the text `mail.message(5,)`.
fn message_id(said: &Value) -> Result<i64, Error> {
    let said = answer::result(said.clone());
    let id = said.as_i64().or_else(|| said.get(0)?.as_i64());
    id.ok_or_else(|| {
        Error::new(Kind::OdooError, "The message was posted, but Odoo did not say which it is.")
            .hint("A module of this Odoo may have changed `message_post`. Do not post it again.")
            .applied(Applied::Yes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_as_it_is_line_by_line() {
        let html = html_of_text("<b>Tom & \"Jerry\"</b>\r\nline 2\n\nit's line 4\n");
        assert_eq!(html, "<p>&lt;b&gt;Tom &amp; &quot;Jerry&quot;&lt;/b&gt;<br/>line 2<br/><br/>it&#39;s line 4</p>");
    }

    #[test]
    fn the_message_has_an_id_on_every_version() {
        for said in [json!(5), json!([5]), json!("mail.message(5,)")] {
            assert_eq!(message_id(&said).unwrap(), 5, "{said}");
        }
        for said in [json!(true), json!("done"), json!([]), Value::Null] {
            assert_eq!(message_id(&said).unwrap_err().applied, Applied::Yes, "{said}");
        }
    }
}
