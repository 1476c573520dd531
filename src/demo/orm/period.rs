//! Periods of time: where a day or a moment belongs when records are grouped by month, week …, and what the period is called.

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime, Time},
};
use serde_json::{Value, json};

use crate::demo::{
    clock::{self, When},
    domain::Part,
    env::Env,
    field::Kind,
};

/// The start of the period that a day or moment lies in (of a moment: in UTC, of the caller's local period), or the number of a part.
pub(super) fn bucket(env: &Env<'_>, text: &str, kind: Kind, unit: &str) -> Value {
    let zone = env.context.raw.get("tz").and_then(Value::as_str);
    if let Some(part) = Part::named(unit) {
        #[expect(clippy::cast_precision_loss, reason = "parts of dates are small")]
        return part.of(text, zone).map_or(Value::Bool(false), |number| json!(number as f64));
    }
    let local = match clock::parse(text) {
        Some(When::Moment(at)) => clock::to_local(at, zone),
        Some(When::Day(day)) => day.to_datetime(Time::midnight()),
        None => return Value::Bool(false),
    };
    let start = start(env, local, unit);
    match kind {
        Kind::Date => json!(start.date().to_string()),
        _ => json!(clock::print(clock::to_utc(start, zone))),
    }
}

fn start(env: &Env<'_>, at: DateTime, unit: &str) -> DateTime {
    let first_of = |month: i8| Date::new(at.year(), month, 1).unwrap_or(at.date()).to_datetime(Time::midnight());
    match unit {
        "hour" => at.with().minute(0).second(0).subsec_nanosecond(0).build().unwrap_or(at),
        "week" => {
            let back = if env.major() >= 19 {
                week_offset(env, at.date())
            } else {
                i64::from(at.weekday().to_monday_zero_offset())
            };
            let day = at.date().checked_sub(Span::new().days(back)).unwrap_or(at.date());
            day.to_datetime(Time::midnight())
        }
        "month" => first_of(at.month()),
        "quarter" => first_of((at.month() - 1) / 3 * 3 + 1),
        "year" => first_of(1),
        _ => at.date().to_datetime(Time::midnight()),
    }
}

/// Days since the week began, on the day that the language says (19).
fn week_offset(env: &Env<'_>, day: Date) -> i64 {
    let lang = env.lang().unwrap_or("en_US");
    let first = env.registry.model("res.lang").and_then(|langs| {
        let ids = env.store.ids("res.lang");
        let id = ids.into_iter().find(|id| env.get(langs, *id, "code") == json!(lang))?;
        env.text(langs, id, "week_start").parse::<i64>().ok()
    });
    (i64::from(day.weekday().to_monday_one_offset()) - first.unwrap_or(7)).rem_euclid(7)
}

pub(super) fn next(at: DateTime, unit: &str) -> DateTime {
    let span = match unit {
        "hour" => 1.hour(),
        "week" => 7.days(),
        "month" => 1.month(),
        "quarter" => 3.months(),
        "year" => 1.year(),
        _ => 1.day(),
    };
    at.checked_add(span).unwrap_or(at)
}

pub(super) fn label(env: &Env<'_>, key: &str, unit: &str) -> String {
    let zone = env.context.raw.get("tz").and_then(Value::as_str);
    let at = match clock::parse(key) {
        Some(When::Day(day)) => day.to_datetime(Time::midnight()),
        Some(When::Moment(at)) => clock::to_local(at, zone),
        None => return key.to_owned(),
    };
    let french = env.lang().is_some_and(|lang| lang.starts_with("fr"));
    let month = |long: bool| {
        let names = if long { FRENCH } else { FRENCH_SHORT };
        let place = usize::try_from(at.month() - 1).unwrap_or_default();
        let name = names.get(place).copied().unwrap_or_default();
        if french { name.to_owned() } else { at.strftime(if long { "%B" } else { "%b" }).to_string() }
    };
    match unit {
        "hour" => format!("{} {}", at.strftime("%I:00 %d"), month(false)),
        "day" => format!("{} {} {}", at.strftime("%d"), month(false), at.year()),
        "week" => {
            // Babel counts weeks by the language: in English the week of the first of January is the first.
            let sunday = at.weekday() == jiff::civil::Weekday::Sunday;
            if sunday {
                let end = at.date().checked_add(6.days()).unwrap_or(at.date());
                let first = Date::new(end.year(), 1, 1).unwrap_or(end);
                let start_of_first =
                    first.checked_sub(i64::from(first.weekday().to_sunday_zero_offset()).days()).unwrap_or(first);
                let days = at.date().since(start_of_first).map_or(0, |span| span.get_days());
                format!("W{} {}", days / 7 + 1, end.year())
            } else {
                let week = at.date().iso_week_date();
                format!("W{} {}", week.week(), week.year())
            }
        }
        "quarter" => format!("{}{} {}", if french { "T" } else { "Q" }, (at.month() + 2) / 3, at.year()),
        "year" => at.year().to_string(),
        _ => format!("{} {}", month(true), at.year()),
    }
}

/// The months as Babel writes them, which Odoo takes the labels of groups from.
const FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const FRENCH_SHORT: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
