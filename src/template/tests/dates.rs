//! Dates in the user's zone. Now is Tuesday 2026-03-10, noon, in Brussels; clocks go forward on 2026-03-29 at 2:00.

use super::*;

fn at(now: &str, source: &str) -> Value {
    let scope = Scope::new(now.parse().unwrap(), TimeZone::get("Europe/Brussels").unwrap());
    compile(source).evaluate(&scope).unwrap().given().unwrap()
}

#[test]
fn today_and_now_are_the_users() {
    gives("{{ today() }}", json!({}), json!("2026-03-10"));
    gives("{{ now() }}", json!({}), json!("2026-03-10T12:00:00+01:00"));
    assert_eq!(at("2026-03-10T23:30:00Z", "{{ today() }}"), json!("2026-03-11"));
    assert_eq!(at("2026-07-10T22:30:00.75Z", "{{ now() }}"), json!("2026-07-11T00:30:00+02:00"));
}

#[test]
fn they_can_be_moved() {
    gives("{{ today(days=-10) }}", json!({}), json!("2026-02-28"));
    gives("{{ today(weeks=1) }}", json!({}), json!("2026-03-17"));
    gives("{{ today(months=-1) }}", json!({}), json!("2026-02-10"));
    gives("{{ today(years=1, months=1, days=1) }}", json!({}), json!("2027-04-11"));
    gives("{{ today(hours=-13) }}", json!({}), json!("2026-03-09"));
    gives("{{ now(hours=36) }}", json!({}), json!("2026-03-12T00:00:00+01:00"));
    gives("{{ today(days=n) }}", json!({"n": 2}), json!("2026-03-12"));
    assert_eq!(at("2026-03-31T12:00:00Z", "{{ today(months=-1) }}"), json!("2026-02-28"));
}

#[test]
fn clocks_that_change_keep_the_hour_of_the_day() {
    assert_eq!(at("2026-03-28T11:00:00Z", "{{ now(days=1) }}"), json!("2026-03-29T12:00:00+02:00"));
    assert_eq!(at("2026-03-28T11:00:00Z", "{{ now(hours=24) }}"), json!("2026-03-29T13:00:00+02:00"));
    gives("{{ '2026-03-28T12:00:00+01:00' | shift(days=1) }}", json!({}), json!("2026-03-29T12:00:00+02:00"));
    gives("{{ '2026-03-28T11:00:00Z' | shift(hours=24) }}", json!({}), json!("2026-03-29T13:00:00+02:00"));
    gives("{{ '2026-03-28 12:00:00' | shift(hours=24) }}", json!({}), json!("2026-03-29 13:00:00"));
}

#[test]
fn units_start_and_end() {
    gives("{{ start_of('week') }} {{ end_of('week') }}", json!({}), json!("2026-03-09 2026-03-15"));
    gives("{{ start_of('month') }} {{ end_of('month') }}", json!({}), json!("2026-03-01 2026-03-31"));
    gives("{{ start_of('quarter') }} {{ end_of('quarter') }}", json!({}), json!("2026-01-01 2026-03-31"));
    gives("{{ start_of('year') }} {{ end_of('year') }}", json!({}), json!("2026-01-01 2026-12-31"));
    gives("{{ start_of('week', -1) }} {{ end_of('week', n=1) }}", json!({}), json!("2026-03-02 2026-03-22"));
    gives("{{ start_of('month', -1) }} {{ end_of('month', -1) }}", json!({}), json!("2026-02-01 2026-02-28"));
    gives("{{ start_of('quarter', 1) }} {{ end_of('quarter', 1) }}", json!({}), json!("2026-04-01 2026-06-30"));
    gives("{{ start_of('year', -2) }} {{ end_of(unit='year', n=2) }}", json!({}), json!("2024-01-01 2028-12-31"));
    assert_eq!(at("2026-03-15T12:00:00Z", "{{ start_of('week') }}"), json!("2026-03-09"), "Sunday ends the week");
    assert_eq!(at("2026-03-16T12:00:00Z", "{{ start_of('week') }}"), json!("2026-03-16"), "Monday begins it");
    assert_eq!(at("2026-12-31T12:00:00Z", "{{ end_of('quarter') }}"), json!("2026-12-31"));
}

#[test]
fn shift_keeps_the_kind_of_date() {
    gives("{{ d | shift(days=7) }}", json!({"d": "2026-02-25"}), json!("2026-03-04"));
    gives("{{ d | shift(months=1) }}", json!({"d": "2026-01-31"}), json!("2026-02-28"));
    gives("{{ d | shift(days=-1) }}", json!({"d": "2026-03-01T08:30:00"}), json!("2026-02-28T08:30:00"));
    gives("{{ d | shift(days=-1) }}", json!({"d": "2026-03-01T08:30:00Z"}), json!("2026-02-28T09:30:00+01:00"));
    gives("{{ today() | shift(weeks=1) }}", json!({}), json!("2026-03-17"));
    gives("{{ d | map('shift', days=1) | list }}", json!({"d": ["2026-01-01"]}), json!(["2026-01-02"]));
}

#[test]
fn what_cannot_be_is_said() {
    let message = |source: &str| error(source, json!({"d": "soon"})).to_string();
    assert_eq!(message("{{ d | shift(days=1) }}"), "`soon` is not an ISO date or time (in `d | shift(days=1)`)");
    assert_eq!(
        message("{{ today() | shift(hours=1) }}"),
        "a day cannot be shifted by hours (in `today() | shift(hours=1)`)"
    );
    assert_eq!(message("{{ today(days=1.5) }}"), "`days` takes a whole number (in `today(days=1.5)`)");
    assert_eq!(message("{{ today(years=99999) }}"), "the date is out of range (in `today(years=99999)`)");
    assert_eq!(
        message("{{ today(years=9223372036854775807) }}"),
        "the date is out of range (in `today(years=9223372036854775807)`)"
    );
    assert!(message("{{ today(day=1) }}").contains("day"), "{}", message("{{ today(day=1) }}"));
    assert!(message("{{ today(1) }}").contains("takes only"));
    assert!(message("{{ start_of(d) }}").contains("`soon` is not one of the units"));
    assert!(message("{{ start_of('month', 9223372036854775807) }}").contains("out of range"));
    assert!(message("{{ end_of('quarter', 9223372036854775807) }}").contains("out of range"));
    let fault = fault("{{ start_of('mont') }}");
    assert_eq!(
        fault.message,
        "`mont` is not one of the units `week`, `month`, `quarter`, `year`; did you mean `month`?"
    );
    assert_eq!(fault.range, Some(12..18));
}
