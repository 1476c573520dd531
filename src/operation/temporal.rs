//! Days and moments: what a caller writes, what Odoo stores (UTC), what an answer shows (the user's zone).

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Parts of a date that are numbers: Odoo 18 and later compare them and group by them.
pub(super) const DATE_NUMBERS: [&str; 10] = [
    "year_number",
    "quarter_number",
    "month_number",
    "iso_week_number",
    "day_of_week",
    "day_of_month",
    "day_of_year",
    "hour_number",
    "minute_number",
    "second_number",
];

/// A text longer than this is no date.
const LONGEST: usize = 64;

/// What a date text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A day: `2026-03-10`.
    Day(Date),
    /// A moment, to the second.
    Moment(Timestamp),
}

/// Reads a day, an ISO 8601 moment with offset or `Z`, or a local time (also Odoo's `YYYY-MM-DD HH:MM:SS`) in the zone.
/// A local time that the clock skips or repeats is read as the calendar convention has it (RFC 5545).
/// Nothing else is a date: no relative words, no other orders of day and month.
#[must_use]
pub fn read(text: &str, zone: &TimeZone) -> Option<When> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let looks_like_one = bytes.len() <= LONGEST
        && bytes.iter().take(4).all(u8::is_ascii_digit)
        && bytes.get(4) == Some(&b'-')
        && !text.starts_with("0000");
    if !looks_like_one {
        return None;
    }
    if bytes.len() == 10 {
        return text.parse().ok().map(When::Day);
    }
    let moment = match text.parse::<Timestamp>() {
        Ok(moment) => moment,
        Err(_) => {
            let local: DateTime = text.parse().ok()?;
            zone.to_ambiguous_zoned(local).compatible().ok()?.timestamp()
        }
    };
    (1..=9999).contains(&TimeZone::UTC.to_datetime(moment).year()).then_some(When::Moment(moment))
}

/// As Odoo takes and gives a moment: UTC `YYYY-MM-DD HH:MM:SS`.
#[must_use]
pub fn odoo_moment(moment: Timestamp) -> String {
    TimeZone::UTC.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The first moment of the day in the zone; `None` at the end of time.
#[must_use]
pub fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let start = day.to_zoned(zone.clone()).ok()?.timestamp();
    (1..=9999).contains(&TimeZone::UTC.to_datetime(start).year()).then_some(start)
}

/// The first moment of the next day in the zone; `None` at the end of time.
#[must_use]
pub fn end_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    start_of(day.checked_add(1.day()).ok()?, zone)
}

/// The day of a moment in the zone.
#[must_use]
pub fn day_of(when: When, zone: &TimeZone) -> Date {
    match when {
        When::Day(day) => day,
        When::Moment(moment) => zone.to_datetime(moment).date(),
    }
}

/// Odoo's UTC text as an answer shows it: `2026-03-10T12:00:00+01:00`. What is no such text stays as it is.
#[must_use]
pub fn shown(text: &str, zone: &TimeZone) -> String {
    let Ok(utc) = text.parse::<DateTime>() else { return text.to_owned() };
    let Ok(zoned) = TimeZone::UTC.to_ambiguous_zoned(utc).compatible() else { return text.to_owned() };
    zoned.with_time_zone(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brussels() -> TimeZone {
        TimeZone::get("Europe/Brussels").unwrap()
    }

    fn moment(text: &str) -> Option<String> {
        match read(text, &brussels())? {
            When::Moment(moment) => Some(odoo_moment(moment)),
            When::Day(day) => Some(day.to_string()),
        }
    }

    #[test]
    fn every_spelling_of_a_moment_becomes_utc() {
        assert_eq!(moment("2026-07-01T10:00:00Z").as_deref(), Some("2026-07-01 10:00:00"));
        assert_eq!(moment("2026-07-01T10:00:00.5-05:00").as_deref(), Some("2026-07-01 15:00:00"));
        assert_eq!(moment("2026-07-01 10:00:00").as_deref(), Some("2026-07-01 08:00:00"));
        assert_eq!(moment("2026-01-01T10:00").as_deref(), Some("2026-01-01 09:00:00"));
        assert_eq!(moment(" 2026-07-01 ").as_deref(), Some("2026-07-01"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "today -30d",
            "",
            "2026",
            "01/07/2026",
            "2026-13-01",
            "2026-02-30",
            "0000-01-01",
            "now",
            "2026-07-01 25:00:00",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
        assert_eq!(moment(&"2".repeat(100_000)), None);
    }

    #[test]
    fn a_skipped_hour_and_the_end_of_time_do_not_fail() {
        assert_eq!(moment("2026-03-29 02:30:00").as_deref(), Some("2026-03-29 01:30:00"));
        assert!(end_of("9999-12-31".parse().unwrap(), &brussels()).is_none());
        assert_eq!(moment("0001-01-01 00:00:00"), None);
    }

    #[test]
    fn an_answer_shows_the_users_zone() {
        assert_eq!(shown("2026-07-01 08:00:00", &brussels()), "2026-07-01T10:00:00+02:00");
        assert_eq!(shown("2026-01-01 08:00:00", &TimeZone::UTC), "2026-01-01T08:00:00+00:00");
        assert_eq!(shown("soon", &brussels()), "soon");
    }
}
