//! `[[tool.test]]`, `[[resource.test]]`, `[[prompt.test]]`: a call, a reading or a use, and what has to come of it.
//!
//! Serving needs none of this, so it is not made when definitions are loaded, but when somebody asks:
//! [`Loaded::examples`](super::Loaded::examples).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::source::Place;
use crate::template::Templated;

/// The tests of one definition; at least one.
#[derive(Debug)]
pub struct Examples {
    /// Whose they are.
    pub of: Of,
    /// In the order written.
    pub examples: Vec<Example>,
}

/// What is tested, by its position among those of its sort in the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its name")]
pub enum Of {
    Tool(usize),
    Resource(usize),
    Prompt(usize),
}

impl Of {
    /// What a message calls it.
    #[must_use]
    pub fn sort(self) -> &'static str {
        match self {
            Self::Tool(_) => "tool",
            Self::Resource(_) => "resource",
            Self::Prompt(_) => "prompt",
        }
    }
}

/// One test.
#[derive(Debug)]
pub struct Example {
    /// What it shows.
    pub name: Option<String>,
    /// What the caller gives: a table.
    pub arguments: Templated,
    /// Where the arguments stand; where they do not, as `place`.
    pub arguments_place: Place,
    /// What has to come of it; never empty.
    pub expect: Vec<Expectation>,
    /// When it is called; `None` is when it is.
    pub now: Option<Moment>,
    /// The Odoo login of the caller.
    pub user: Option<(String, Place)>,
    /// The bundle of the caller.
    pub bundle: Option<(String, Place)>,
    /// What the person answers, by the name of the question.
    pub answers: Vec<(String, Templated)>,
    /// The person confirms.
    pub confirmed: bool,
    /// It may run against a live Odoo even if its tool writes.
    pub live: bool,
    /// Where it begins.
    pub place: Place,
}

/// One thing that has to come of a call.
#[derive(Debug)]
pub struct Expectation {
    /// What.
    pub what: What,
    /// Where it is written.
    pub place: Place,
}

/// What has to come of a call.
#[derive(Debug)]
pub enum What {
    /// The answer's text has this piece.
    Text(String),
    /// It does not have this piece.
    NotText(String),
    /// The answer has so many records.
    Records(u64),
    /// The call ends with an error of this kind.
    Error(String),
    /// A request like this went to Odoo: a table.
    Call(Templated),
}

/// A moment as an author writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// With an offset.
    Fixed(Timestamp),
    /// In the zone of the user.
    Local(DateTime),
}

impl Moment {
    /// Reads ISO 8601: a moment with offset, a local time, or a day, which is its beginning.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(Self::Fixed(moment));
        }
        // A civil time would be read from what has an offset that is wrong, and lose it.
        let day_end = 10;
        let time = text.get(day_end..)?;
        if time.contains(['Z', 'z', '+', '-', '[']) {
            return None;
        }
        text.parse::<DateTime>().ok().map(Self::Local)
    }

    /// The moment for a user of that zone. `None` where the calendar ends.
    #[must_use]
    pub fn in_zone(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Fixed(moment) => Some(moment),
            Self::Local(local) => zone.to_timestamp(local).ok(),
        }
    }
}

impl Example {
    /// What it expects the call to end with, if with an error.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.expect.iter().find_map(|expectation| match &expectation.what {
            What::Error(kind) => Some(kind.as_str()),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days_local_times_or_fixed() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let read = |text: &str| Some(Moment::parse(text)?.in_zone(&zone)?.to_string());
        assert_eq!(read("2026-03-10T12:00:00").as_deref(), Some("2026-03-10T11:00:00Z"));
        assert_eq!(read("2026-03-10 12:00").as_deref(), Some("2026-03-10T11:00:00Z"));
        assert_eq!(read("2026-07-10").as_deref(), Some("2026-07-09T22:00:00Z"));
        assert_eq!(read("2026-03-10T12:00:00+05:00").as_deref(), Some("2026-03-10T07:00:00Z"));
        for wrong in ["tomorrow", "2026-02-30", "12:00:00", "2026-03-10T12:00:00+99:00", ""] {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }
}
