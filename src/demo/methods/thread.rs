//! Chatter: messages, followers, and what is logged by itself. What follows a change of a tracked field is not logged here.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::demo::{
    clock,
    env::{Env, Tx},
    errors::{Fault, Outcome},
    field::Kind,
    model::Model,
    orm::{search, write},
    value,
};

/// The value of a computed field of messages, followers and of who has them, by the word in its definition.
pub(super) fn value(env: &Env<'_>, model: &Model, id: i64, word: &str) -> Option<Value> {
    Some(match word {
        "thread_followers" => json!(followers(env, model, id)),
        "thread_follows" => json!(partner(env).is_some_and(|own| followers(env, model, id).contains(&own))),
        "thread_has_message" => json!(!value::ids(&env.get(model, id, "message_ids")).is_empty()),
        "thread_zero" => json!(0),
        "thread_attachments" => json!(belonging(env, "ir.attachment", model, id).len()),
        "thread_preview" => json!(preview(&env.text(model, id, "body"))),
        "thread_record_name" => owner(env, model, id).map_or(Value::Null, |(owner, id)| json!(env.name(owner, id))),
        "thread_follower_name" => {
            let partners = env.registry.model("res.partner")?;
            env.link(model, id, "partner_id").map_or(Value::Null, |id| json!(env.name(partners, id)))
        }
        _ => return None,
    })
}

/// The record that a message, an attachment or an activity belongs to.
pub(super) fn owner(env: &Env<'_>, model: &Model, id: i64) -> Option<(&'static Model, i64)> {
    let through = model.through.as_ref()?;
    let owner = env.registry.model(&env.text(model, id, &through.model))?;
    let target = value::id(&env.get(model, id, &through.id))?;
    env.store.has(&owner.name, target).then_some((owner, target))
}

/// The records of a model, such as messages, that belong to a record.
pub(super) fn belonging(env: &Env<'_>, kind: &str, model: &Model, id: i64) -> Vec<i64> {
    let Some(kind) = env.registry.model(kind) else {
        return Vec::new();
    };
    let (of_model, of_id) = match &kind.through {
        Some(through) => (through.model.as_str(), through.id.as_str()),
        None => ("res_model", "res_id"),
    };
    let belongs = |other: &i64| {
        env.store.get(&kind.name, *other).is_some_and(|row| {
            row.get(of_id).and_then(value::id) == Some(id)
                && row.get(of_model).and_then(value::text) == Some(&model.name)
        })
    };
    env.store.ids(&kind.name).into_iter().filter(belongs).collect()
}

/// The caller's partner.
pub(super) fn partner(env: &Env<'_>) -> Option<i64> {
    partner_of(env, env.context.uid)
}

fn partner_of(env: &Env<'_>, user: i64) -> Option<i64> {
    env.store.get("res.users", user)?.get("partner_id").and_then(value::id)
}

fn followers(env: &Env<'_>, model: &Model, id: i64) -> Vec<i64> {
    let partner = |follower: i64| env.store.get("mail.followers", follower)?.get("partner_id").and_then(value::id);
    belonging(env, "mail.followers", model, id).into_iter().filter_map(partner).collect()
}

/// The text of a body, in short.
fn preview(body: &str) -> String {
    let mut text = String::new();
    let mut within = false;
    for letter in body.chars() {
        match letter {
            '<' => within = true,
            '>' => within = false,
            letter if !within => text.push(letter),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() > 190 { words.chars().take(187).chain("[…]".chars()).collect() } else { words }
}

/// Adds a follower, once.
pub(super) fn follow(tx: &mut Tx<'_>, model: &Model, id: i64, partner: i64) -> Outcome<()> {
    let Some(kind) = tx.registry.model("mail.followers") else {
        return Ok(());
    };
    if !tx.store.has("res.partner", partner) || followers(&tx.env(), model, id).contains(&partner) {
        return Ok(());
    }
    let subtypes: Vec<i64> = tx.store.named("mail.mt_comment").map(|(_, id)| id).into_iter().collect();
    let values =
        json!({"res_model": model.name, "res_id": id, "partner_id": partner, "subtype_ids": [[6, 0, subtypes]]});
    let values = values.as_object().cloned().unwrap_or_default();
    write::create(&mut tx.sudo(), kind, &[values]).map(drop)
}

/// What a new record with a chatter gets: followers, and a note that says so.
pub(super) fn created(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) -> Outcome<()> {
    let asked = |tx: &Tx<'_>, key: &str| tx.context.raw.get(key).is_some_and(value::truthy);
    if asked(tx, "tracking_disable") {
        return Ok(());
    }
    let portal = !tx.context.in_group("base.group_user") && tx.env().major() >= 15;
    if let Some(own) = partner(&tx.env()).filter(|_| !asked(tx, "mail_create_nosubscribe") && !portal) {
        follow(tx, model, id, own)?;
    }
    responsible(tx, model, id, values)?;
    if asked(tx, "mail_create_nolog") {
        return Ok(());
    }
    let (label, subtype) = match model.name.as_str() {
        "crm.lead" => ("Lead/Opportunity created".to_owned(), "crm.mt_lead_create"),
        "project.task" => ("Task Created".to_owned(), "project.mt_task_new"),
        _ => (format!("{} created", model.label(tx.context.lang.as_deref())), "mail.mt_note"),
    };
    let body = if subtype == "mail.mt_note" {
        label
    } else {
        format!("<div summary=\"o_mail_notification\"><p>{label}</p></div>")
    };
    let subtype = tx.store.named(subtype).map(|(_, id)| id);
    let Some(messages) = tx.registry.model("mail.message") else {
        return Ok(());
    };
    let values = json!({"model": model.name, "res_id": id, "body": body, "message_type": "notification", "subtype_id": subtype, "is_internal": true});
    write::create(&mut tx.sudo(), messages, &[values.as_object().cloned().unwrap_or_default()]).map(drop)
}

/// Whoever becomes responsible for a record follows it.
pub(super) fn responsible(tx: &mut Tx<'_>, model: &'static Model, id: i64, values: &Map<String, Value>) -> Outcome<()> {
    for name in ["user_id", "user_ids"] {
        let users = |kind: Kind| kind == Kind::Many2one || model.name == "project.task";
        let field =
            model.field(name).filter(|field| field.relation.as_deref() == Some("res.users") && users(field.kind));
        let Some(field) = field.filter(|_| values.get(name).is_some_and(value::truthy)) else {
            continue;
        };
        for user in value::ids(&tx.env().sudo().value(model, id, field)) {
            if let Some(partner) = partner_of(&tx.env(), user) {
                follow(tx, model, id, partner)?;
            }
        }
    }
    Ok(())
}

/// What goes with a record: its messages and followers, its attachments and activities.
pub(super) fn gone(tx: &mut Tx<'_>, model: &Model, id: i64) -> Outcome<()> {
    for kind in ["mail.message", "mail.followers", "mail.activity", "ir.attachment"] {
        let Some(kind) = tx.registry.model(kind).filter(|kind| kind.name != model.name) else {
            continue;
        };
        let left = belonging(&tx.env(), &kind.name, model, id);
        write::unlink(&mut tx.sudo(), kind, &left)?;
    }
    Ok(())
}

/// Values that a new message takes from its author and its record.
pub(super) fn prefill(env: &Env<'_>, values: &mut Map<String, Value>) {
    let sudo = env.sudo();
    let author = match values.get("author_id") {
        Some(given) => value::id(given),
        None => partner(env),
    };
    if let Some((partners, author)) = env.registry.model("res.partner").zip(author) {
        values.entry("author_id").or_insert(json!(author));
        let from = format!("\"{}\" <{}>", sudo.text(partners, author, "name"), sudo.text(partners, author, "email"));
        values.entry("email_from").or_insert(json!(from));
        values.entry("reply_to").or_insert(json!(from));
    }
    let record = values.get("res_id").and_then(value::id).unwrap_or_default();
    let owner = values.get("model").map(value::str).unwrap_or_default();
    let stamp = clock::print(env.context.now).replace([' ', ':'], "-");
    let place =
        format!("<{stamp}-{}-openerp-{record}-{owner}@yourcompany.example.com>", env.store.ids("mail.message").len());
    values.entry("message_id").or_insert(json!(place));
}

/// Arguments of `message_post` beside the fields of a message, from 16 on: others are refused.
const KNOWN: [&str; 31] = [
    "attachment_ids",
    "attachments",
    "author_id",
    "body",
    "body_is_html",
    "email_from",
    "force_email_company",
    "force_email_lang",
    "force_record_name",
    "force_send",
    "incoming_email_cc",
    "incoming_email_to",
    "mail_auto_delete",
    "message_type",
    "model_description",
    "notify_author",
    "notify_author_mention",
    "notify_skip_followers",
    "outgoing_email_to",
    "parent_id",
    "partner_ids",
    "resend_existing",
    "scheduled_date",
    "send_after_commit",
    "skip_existing",
    "subject",
    "subtitles",
    "subtype_id",
    "subtype_xmlid",
    "email_layout_xmlid",
    "canned_response_ids",
];

/// `message_post`
pub(super) fn post(tx: &mut Tx<'_>, model: &'static Model, ids: &[i64], kwargs: &Map<String, Value>) -> Outcome<Value> {
    let major = tx.env().major();
    let messages = tx.registry.model("mail.message").ok_or_else(|| Fault::key("mail.message"))?;
    let &[id] = ids else {
        return Err(Fault::value(format!(
            "Expected singleton: {}{}",
            model.name,
            if ids.is_empty() { "()".into() } else { value::tuple(ids) }
        )));
    };
    write::exist(tx, model, &[id])?;
    let given = |name: &str| kwargs.get(name).filter(|given| value::truthy(given));
    refuse(major, messages, kwargs)?;
    let attached = integers(given("attachment_ids"), "attachments records", major)?;
    let partners = integers(given("partner_ids"), "partners", major)?;
    let body = kwargs.get("body").map(value::str).unwrap_or_default();
    // From 16 on a text is a text: markup comes only from whom may send it as such.
    let markup = major < 16 || given("body_is_html").is_some() && tx.context.in_group("base.group_user");
    let body = if markup { body } else { body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") };
    let subtype = match given("subtype_xmlid").map(value::str) {
        Some(name) => {
            let found = tx.store.named(&name).filter(|(model, _)| *model == "mail.message.subtype").map(|(_, id)| id);
            Some(found.ok_or_else(|| Fault::value(format!("External ID not found in the system: {name}")))?)
        }
        None => given("subtype_id").and_then(value::id).or_else(|| tx.store.named("mail.mt_note").map(|(_, id)| id)),
    };
    let kind = kwargs.get("message_type").map_or_else(|| "notification".to_owned(), value::str);
    let author = given("author_id").and_then(value::id).or_else(|| partner(&tx.env()));
    let comment = tx.store.named("mail.mt_comment").map(|(_, id)| id);
    let mut notified = partners.clone();
    if subtype == comment {
        notified.extend(followers(&tx.env(), model, id));
    }
    notified.retain(|partner| Some(*partner) != author);
    let attached = attach(tx, model, id, given("attachments"), attached)?;
    let mut values = kwargs.clone();
    values.retain(|name, _| messages.field(name).is_some());
    let parent = parent(&tx.env(), model, id, given("parent_id").and_then(value::id));
    values.extend(
        json!({
            "author_id": author, "model": model.name, "res_id": id, "body": body, "message_type": kind, "subtype_id": subtype,
            "parent_id": parent, "partner_ids": [[6, 0, partners]], "notified_partner_ids": [[6, 0, notified]],
            "attachment_ids": [[6, 0, attached]],
        })
        .as_object()
        .cloned()
        .unwrap_or_default(),
    );
    let made = write::create(tx, messages, &[values])?;
    let silent = matches!(kind.as_str(), "notification" | "user_notification" | "auto_comment" | "out_of_office");
    let left =
        tx.context.raw.get(if major < 15 { "mail_create_nosubscribe" } else { "mail_post_autofollow_author_skip" });
    let follows = !silent && !left.is_some_and(value::truthy) && (major < 18 || subtype == comment);
    if let Some(author) = author.filter(|_| follows) {
        follow(tx, model, id, author)?;
    }
    Ok(if major >= 19 { json!(made) } else { json!(made.first()) })
}

fn refuse(major: u8, messages: &Model, kwargs: &Map<String, Value>) -> Outcome<()> {
    if kwargs.get("message_type").is_some_and(|kind| kind == "user_notification") {
        return Err(Fault::value(match major {
            15.. => "Use message_notify to send a notification to an user.",
            _ => "message_post should only be call to post message on record. Use message_notify instead",
        }));
    }
    if major < 16 {
        return match ["model", "res_id", "subtype"].into_iter().find(|name| kwargs.contains_key(*name)) {
            Some("subtype") => Err(Fault::value(
                "message_post doesn't support subtype parameter anymore. Please give a valid subtype_id or subtype_xmlid value instead.",
            )),
            Some(_) => Err(Fault::value(
                "message_post doesn't support model and res_id parameters anymore. Please call message_post on record.",
            )),
            None => Ok(()),
        };
    }
    let unknown = |name: &&String| {
        matches!(name.as_str(), "model" | "res_id" | "subtype")
            || !KNOWN.contains(&name.as_str()) && messages.field(name).is_none()
    };
    let unknown: Vec<&str> = kwargs.keys().filter(unknown).map(String::as_str).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Fault::value(format!("Those values are not supported when posting or notifying: {}", unknown.join(", "))))
}

fn integers(given: Option<&Value>, what: &str, major: u8) -> Outcome<Vec<i64>> {
    let Some(given) = given else {
        return Ok(Vec::new());
    };
    let ids = value::ids(given);
    if given.as_array().is_some_and(|items| items.len() == ids.len()) {
        return Ok(ids);
    }
    Err(Fault::value(match major {
        15.. => format!("Posting a message should receive {what} as a list of IDs (received {})", value::repr(given)),
        _ => "message_post partner_ids and channel_ids must be integer list, not commands".into(),
    }))
}

/// The message that a new one answers.
fn parent(env: &Env<'_>, model: &Model, id: i64, given: Option<i64>) -> Option<i64> {
    let messages = env.registry.model("mail.message")?;
    let all = belonging(env, "mail.message", model, id);
    if let Some(given) = given.filter(|given| all.contains(given)) {
        return Some(given);
    }
    if env.major() < 15 {
        return all.first().copied();
    }
    let spoken = |id: &&i64| matches!(env.sudo().text(messages, **id, "message_type").as_str(), "comment" | "email");
    all.iter().rev().find(spoken).or_else(|| all.last()).copied()
}

/// The attachments of a message: those that are there, and new ones from pairs of name and content.
fn attach(tx: &mut Tx<'_>, model: &Model, id: i64, given: Option<&Value>, mut there: Vec<i64>) -> Outcome<Vec<i64>> {
    let Some(kind) = tx.registry.model("ir.attachment") else {
        return Ok(there);
    };
    for pair in given.and_then(Value::as_array).into_iter().flatten() {
        let [name, content, ..] = pair.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(Fault::value(format!(
                "Posting a message should receive attachments as a list of list or tuples (received {})",
                value::repr(pair)
            )));
        };
        let datas = STANDARD.encode(value::str(content));
        let values = json!({"name": value::str(name), "datas": datas, "res_model": model.name, "res_id": id});
        there.extend(write::create(tx, kind, &[values.as_object().cloned().unwrap_or_default()])?);
    }
    Ok(there)
}

/// `message_subscribe`, `message_unsubscribe`
pub(super) fn subscribe(
    tx: &mut Tx<'_>,
    model: &'static Model,
    ids: &[i64],
    kwargs: &Map<String, Value>,
    follows: bool,
) -> Outcome<Value> {
    write::exist(tx, model, ids)?;
    let partners = kwargs.get("partner_ids").map(value::ids).unwrap_or_default();
    let own = partner(&tx.env());
    // Whoever may read a record may follow it; others are for who may change it.
    let mode = if partners.iter().all(|one| Some(*one) == own) {
        crate::demo::access::Mode::Read
    } else {
        crate::demo::access::Mode::Write
    };
    crate::demo::access::check_records(&tx.env(), model, ids, mode)?;
    for id in ids.iter().copied() {
        for partner in partners.iter().copied() {
            if follows {
                follow(tx, model, id, partner)?;
                continue;
            }
            let Some(kind) = tx.registry.model("mail.followers") else { continue };
            let mut theirs = belonging(&tx.env(), "mail.followers", model, id);
            theirs.retain(|one| tx.env().sudo().link(kind, *one, "partner_id") == Some(partner));
            write::unlink(&mut tx.sudo(), kind, &theirs)?;
        }
    }
    Ok(json!(true))
}

/// The records of a kind that belong to a record, in the kind's order.
pub(super) fn ordered(env: &Env<'_>, kind: &Model, model: &Model, id: i64) -> Vec<i64> {
    let mut ids = belonging(env, &kind.name, model, id);
    search::sort(&env.sudo(), kind, &mut ids, &kind.order);
    ids
}
