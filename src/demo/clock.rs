//! Odoo's dates: text in UTC, `2026-03-10 12:00:00`, and days, `2026-03-10`. Also the relative days of the sample data.

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

/// A moment as Odoo stores it.
pub(super) fn print(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Now, in UTC, without fractions.
pub(super) fn now() -> DateTime {
    utc(Timestamp::now())
}

/// A moment in UTC, without fractions.
pub(super) fn utc(moment: Timestamp) -> DateTime {
    let now = TimeZone::UTC.to_datetime(moment);
    now.with().subsec_nanosecond(0).build().unwrap_or(now)
}

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum When {
    /// A day.
    Day(Date),
    /// A moment in UTC.
    Moment(DateTime),
}

/// A day or a moment in ISO notation, as Python's `fromisoformat` takes it, without an offset.
pub(super) fn parse(text: &str) -> Option<When> {
    if text.len() == 10 {
        return text.parse::<Date>().ok().map(When::Day);
    }
    if text.len() < 16 || text.ends_with('Z') {
        return None;
    }
    let whole = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    whole.replacen(' ', "T", 1).parse::<DateTime>().ok().map(When::Moment)
}

/// The first moment of a day in a zone, in UTC.
pub(super) fn start_of_day(day: Date, zone: Option<&str>) -> DateTime {
    let midnight = day.to_datetime(Time::midnight());
    to_utc(midnight, zone)
}

/// A local time as UTC.
pub(super) fn to_utc(local: DateTime, zone: Option<&str>) -> DateTime {
    zone_of(zone).to_zoned(local).map_or(local, |zoned| TimeZone::UTC.to_datetime(zoned.timestamp()))
}

/// A UTC time as local time.
pub(super) fn to_local(utc: DateTime, zone: Option<&str>) -> DateTime {
    TimeZone::UTC.to_zoned(utc).map_or(utc, |zoned| zone_of(zone).to_datetime(zoned.timestamp()))
}

fn zone_of(zone: Option<&str>) -> TimeZone {
    zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// `today`, `-3d`, `+2w 10:00`, `-1m`: a day counted from today, as the sample data says it, with a time of day.
pub(super) fn relative(text: &str, today: Date) -> Option<(Date, Option<Time>)> {
    let (days, time) = match text.split_once(' ') {
        Some((days, time)) => (days, Some(format!("{time}:00").parse::<Time>().ok()?)),
        None => (text, None),
    };
    if days == "today" {
        return Some((today, time));
    }
    let unit = days.chars().last()?;
    let number: i64 = days.strip_suffix(unit)?.parse().ok()?;
    let span = match unit {
        'd' => Span::new().days(number),
        'w' => Span::new().weeks(number),
        'm' => Span::new().months(number),
        'y' => Span::new().years(number),
        _ => return None,
    };
    Some((today.checked_add(span).ok()?, time))
}

/// A term of Odoo 19's relative dates in domains: `today`, `now`, then `-30d`, `+1w`, `=1d` …; only what this server's users would send.
pub(super) fn phrase(text: &str, now: DateTime, zone: Option<&str>) -> Option<When> {
    let mut words = text.split_whitespace();
    let local = to_local(now, zone);
    let mut at = match words.next()? {
        "today" => local.date().to_datetime(Time::midnight()),
        "now" => local,
        word if word.starts_with(['+', '-']) => shift(local, word)?,
        _ => return None,
    };
    let is_day = text.trim_start().starts_with("today");
    for word in words {
        at = shift(at, word)?;
    }
    Some(if is_day && at.time() == Time::midnight() { When::Day(at.date()) } else { When::Moment(to_utc(at, zone)) })
}

fn shift(at: DateTime, word: &str) -> Option<DateTime> {
    let unit = word.chars().last()?;
    let number: i64 = word.strip_suffix(unit)?.parse().ok()?;
    let span = match unit {
        'd' => Span::new().days(number),
        'w' => Span::new().weeks(number),
        'm' => Span::new().months(number),
        'y' => Span::new().years(number),
        'H' => Span::new().hours(number),
        'M' => Span::new().minutes(number),
        'S' => Span::new().seconds(number),
        _ => return None,
    };
    at.checked_add(span).ok()
}
