//! Dates in the user's zone: `today`, `now`, `start_of`, `end_of` and `shift`. All give ISO text.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use minijinja::value::{Kwargs, Value};
use minijinja::{Error as MiniError, ErrorKind};

use super::suggest;

/// The moment of the call, and the user's zone.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    now: Zoned,
}

/// The units of `start_of` and `end_of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Week,
    Month,
    Quarter,
    Year,
}

impl Clock {
    /// The same moment in another zone.
    pub(super) fn in_zone(&self, zone: TimeZone) -> Self {
        Self { now: self.now.with_time_zone(zone) }
    }
}

impl Unit {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        Ok(match text {
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            other => {
                let hint = suggest::nearest(other, ["week", "month", "quarter", "year"])
                    .map(|unit| format!("; did you mean `{unit}`?"))
                    .unwrap_or_default();
                return Err(format!("`{other}` is not one of the units `week`, `month`, `quarter`, `year`{hint}"));
            }
        })
    }
}

/// `days=`, `weeks=`, `months=`, `years=`, `hours=`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shift {
    years: i64,
    months: i64,
    weeks: i64,
    days: i64,
    hours: i64,
}

impl Shift {
    pub(super) fn read(kwargs: &Kwargs) -> Result<Self, MiniError> {
        let get = |name: &str| -> Result<i64, MiniError> {
            match kwargs.get::<Option<Value>>(name)? {
                None => Ok(0),
                Some(value) => whole(&value).ok_or_else(|| invalid(format!("`{name}` takes a whole number"))),
            }
        };
        Ok(Self {
            years: get("years")?,
            months: get("months")?,
            weeks: get("weeks")?,
            days: get("days")?,
            hours: get("hours")?,
        })
    }

    fn span(&self) -> Result<Span, jiff::Error> {
        Span::new()
            .try_years(self.years)?
            .try_months(self.months)?
            .try_weeks(self.weeks)?
            .try_days(self.days)?
            .try_hours(self.hours)
    }
}

fn whole(value: &Value) -> Option<i64> {
    if value.is_number() { value.as_i64() } else { None }
}

fn invalid(message: impl Into<String>) -> MiniError {
    MiniError::new(ErrorKind::InvalidOperation, message.into())
}

fn out_of_range(_: jiff::Error) -> String {
    "the date is out of range".to_owned()
}

impl Clock {
    pub(super) fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { now: now.to_zoned(zone) }
    }

    /// One of the functions, by its name.
    pub(super) fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, MiniError> {
        let (positional, kwargs): (&[Value], Kwargs) = minijinja::value::from_args(arguments)?;
        let text = match function {
            "today" | "now" => {
                if !positional.is_empty() {
                    return Err(invalid(format!(
                        "`{function}` takes only `days=`, `weeks=`, `months=`, `years=`, `hours=`"
                    )));
                }
                let shift = Shift::read(&kwargs)?;
                kwargs.assert_all_used()?;
                let moment = self.moved(&self.now, &shift).map_err(invalid)?;
                if function == "today" { moment.date().to_string() } else { moment_text(&moment) }
            }
            _ => {
                let first = positional.first().cloned().map_or_else(|| kwargs.get::<Value>("unit"), Ok)?;
                let unit = Unit::read(first.as_str().unwrap_or_default()).map_err(invalid)?;
                let count = match positional.get(1) {
                    Some(count) => Some(count.clone()),
                    None => kwargs.get::<Option<Value>>("n")?,
                };
                if positional.len() > 2 {
                    return Err(invalid(format!("`{function}` takes a unit and how many units away")));
                }
                kwargs.assert_all_used()?;
                let count = match count {
                    None => 0,
                    Some(count) => {
                        whole(&count).ok_or_else(|| invalid(format!("`{function}` takes a whole number of units")))?
                    }
                };
                let day = if function == "start_of" {
                    self.start_of(unit, count)
                } else {
                    // The day before the next unit starts.
                    count
                        .checked_add(1)
                        .ok_or_else(|| "the date is out of range".to_owned())
                        .and_then(|next| self.start_of(unit, next))
                        .and_then(|next| next.yesterday().map_err(out_of_range))
                };
                day.map_err(invalid)?.to_string()
            }
        };
        Ok(Value::from(text))
    }

    fn moved(&self, moment: &Zoned, shift: &Shift) -> Result<Zoned, String> {
        shift.span().and_then(|span| moment.checked_add(span)).map_err(out_of_range)
    }

    fn start_of(&self, unit: Unit, count: i64) -> Result<Date, String> {
        let today = self.now.date();
        let first = |date: Date| date.first_of_month();
        let start = match unit {
            Unit::Week => {
                today.checked_sub(Span::new().days(today.weekday().since(Weekday::Monday))).map_err(out_of_range)?
            }
            Unit::Month => first(today),
            Unit::Quarter => {
                first(today).checked_sub(Span::new().months((today.month() - 1) % 3)).map_err(out_of_range)?
            }
            Unit::Year => today.first_of_year(),
        };
        let span = match unit {
            Unit::Week => Span::new().try_weeks(count),
            Unit::Month => Span::new().try_months(count),
            Unit::Quarter => Span::new().try_months(count.saturating_mul(3)),
            Unit::Year => Span::new().try_years(count),
        };
        span.and_then(|span| start.checked_add(span)).map_err(out_of_range)
    }

    /// Moves a date, a local time or a moment, and gives the same kind. A moment is counted, and given, in the user's zone.
    pub(super) fn shift(&self, text: &str, shift: &Shift) -> Result<String, String> {
        let text = text.trim();
        let unreadable = || format!("`{}` is not an ISO date or time", text.chars().take(40).collect::<String>());
        if !text.contains(':') {
            let date: Date = text.parse().map_err(|_| unreadable())?;
            if shift.hours != 0 {
                return Err("a day cannot be shifted by hours".to_owned());
            }
            return shift
                .span()
                .and_then(|span| date.checked_add(span))
                .map(|date| date.to_string())
                .map_err(out_of_range);
        }
        let zone = self.now.time_zone().clone();
        if let Ok(moment) = text.parse::<Timestamp>() {
            return self.moved(&moment.to_zoned(zone), shift).map(|moment| moment_text(&moment));
        }
        let local: DateTime = text.parse().map_err(|_| unreadable())?;
        let moment = local.to_zoned(zone).map_err(out_of_range)?;
        let moved = self.moved(&moment, shift)?.datetime();
        let separator = if text.contains('T') { "T" } else { " " };
        Ok(moved.strftime(&format!("%Y-%m-%d{separator}%H:%M:%S")).to_string())
    }
}

fn moment_text(moment: &Zoned) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
