//! A compiled domain: what is left to ask of one record.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashSet},
};

use serde_json::Value;

use crate::demo::{env::Env, field::Kind, model::Model, value};

/// A question to one record.
#[derive(Clone, Debug)]
pub(in crate::demo) enum Test {
    Const(bool),
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
    /// The record is one of these.
    Ids(HashSet<i64>),
    /// The relation leads to one of these; with `empty`, or nowhere.
    Linked {
        field: String,
        ids: HashSet<i64>,
        empty: bool,
    },
    /// The value is one of these; with `empty`, or there is none.
    In {
        field: String,
        values: Vec<Key>,
        empty: bool,
    },
    /// The text of the value has this form.
    Like {
        field: String,
        pattern: Pattern,
    },
    /// The value stands in this relation to `than`; with `empty`, or there is none.
    Compare {
        field: String,
        how: Compare,
        than: Key,
        empty: bool,
    },
    /// A part of a date (`month_number` …) is one of these.
    Part {
        field: String,
        part: Part,
        how: Compare,
        than: i64,
    },
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Compare {
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Equal,
    Different,
}

/// A part of a date that a domain may ask for, as `create_date.month_number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Part {
    Year,
    Quarter,
    Month,
    IsoWeek,
    DayOfYear,
    DayOfMonth,
    DayOfWeek,
    Hour,
    Minute,
    Second,
}

impl Part {
    /// By Odoo's name.
    pub(in crate::demo) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "year_number" => Self::Year,
            "quarter_number" => Self::Quarter,
            "month_number" => Self::Month,
            "iso_week_number" => Self::IsoWeek,
            "day_of_year" => Self::DayOfYear,
            "day_of_month" => Self::DayOfMonth,
            "day_of_week" => Self::DayOfWeek,
            "hour_number" => Self::Hour,
            "minute_number" => Self::Minute,
            "second_number" => Self::Second,
            _ => return None,
        })
    }

    /// The number, of a day or a moment as text, in the caller's zone.
    pub(in crate::demo) fn of(self, text: &str, zone: Option<&str>) -> Option<i64> {
        use crate::demo::clock::{When, parse, to_local};
        let at = match parse(text)? {
            When::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
            When::Moment(utc) => to_local(utc, zone),
        };
        Some(match self {
            Self::Year => i64::from(at.year()),
            Self::Quarter => i64::from((at.month() + 2) / 3),
            Self::Month => i64::from(at.month()),
            Self::IsoWeek => i64::from(at.date().iso_week_date().week()),
            Self::DayOfYear => i64::from(at.day_of_year()),
            Self::DayOfMonth => i64::from(at.day()),
            Self::DayOfWeek => i64::from(at.weekday().to_sunday_zero_offset()),
            Self::Hour => i64::from(at.hour()),
            Self::Minute => i64::from(at.minute()),
            Self::Second => i64::from(at.second()),
        })
    }
}

/// A value that can be compared: PostgreSQL's view of it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) enum Key {
    Number(f64),
    Text(String),
    Flag(bool),
}

impl Key {
    /// The key of a stored value; none of an empty one.
    pub(in crate::demo) fn of(found: &Value) -> Option<Self> {
        Some(match found {
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(number.as_f64()?),
            Value::String(text) => Self::Text(text.clone()),
            _ => return None,
        })
    }

    /// Numbers by size, texts by code point (databases of Odoo have the C collation), false before true.
    pub(in crate::demo) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => left.total_cmp(right),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Flag(left), Self::Flag(right)) => left.cmp(right),
            _ => Ordering::Equal,
        }
    }
}

impl Compare {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::More => order.is_gt(),
            Self::MoreOrEqual => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Different => order.is_ne(),
        }
    }
}

/// An SQL `LIKE` pattern: `%`, `_`, and `\` before a letter that stands for itself.
#[derive(Clone, Debug)]
pub(in crate::demo) struct Pattern {
    tokens: Vec<Token>,
    fold: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Any,
    One,
    Letter(char),
}

impl Pattern {
    /// The pattern of a text; `fold`: case does not matter.
    pub(in crate::demo) fn new(text: &str, fold: bool) -> Self {
        let mut tokens = Vec::new();
        let folded = if fold { text.to_lowercase() } else { text.to_owned() };
        let mut letters = folded.chars();
        while let Some(letter) = letters.next() {
            tokens.push(match letter {
                '%' => Token::Any,
                '_' => Token::One,
                '\\' => Token::Letter(letters.next().unwrap_or('\\')),
                letter => Token::Letter(letter),
            });
        }
        Self { tokens, fold }
    }

    /// Whether the whole text has the form.
    pub(in crate::demo) fn matches(&self, text: &str) -> bool {
        let letters: Vec<char> = if self.fold { text.to_lowercase().chars().collect() } else { text.chars().collect() };
        // The places of the text that the pattern so far can have reached.
        let mut reached: BTreeSet<usize> = BTreeSet::from([0]);
        for token in &self.tokens {
            if reached.is_empty() {
                return false;
            }
            reached = match token {
                Token::Any => reached.first().map(|first| (*first..=letters.len()).collect()).unwrap_or_default(),
                Token::One => reached.iter().filter(|at| **at < letters.len()).map(|at| at + 1).collect(),
                Token::Letter(letter) => {
                    reached.iter().filter(|at| letters.get(**at) == Some(letter)).map(|at| at + 1).collect()
                }
            };
        }
        reached.contains(&letters.len())
    }
}

impl Test {
    /// Whether a record passes.
    pub(in crate::demo) fn passes(&self, env: &Env<'_>, model: &Model, id: i64) -> bool {
        match self {
            Self::Const(flag) => *flag,
            Self::Not(test) => !test.passes(env, model, id),
            Self::All(tests) => tests.iter().all(|test| test.passes(env, model, id)),
            Self::Any(tests) => tests.iter().any(|test| test.passes(env, model, id)),
            Self::Ids(ids) => ids.contains(&id),
            Self::Linked { field, ids, empty } => {
                let found = value::ids(&env.get(model, id, field));
                if found.is_empty() { *empty } else { found.iter().any(|id| ids.contains(id)) }
            }
            Self::In { field, values, empty } => match Key::of(&env.get(model, id, field)) {
                None => *empty,
                Some(key) => values.contains(&key),
            },
            Self::Like { field, pattern } => {
                let kind = model.field(field).map(|field| field.kind);
                match env.get(model, id, field) {
                    Value::Null => false,
                    Value::String(text) => pattern.matches(&text),
                    Value::Bool(flag) if kind == Some(Kind::Boolean) => {
                        pattern.matches(if flag { "true" } else { "false" })
                    }
                    other => pattern.matches(&other.to_string()),
                }
            }
            Self::Compare { field, how, than, empty } => match Key::of(&env.get(model, id, field)) {
                None => *empty,
                Some(key) => how.holds(key.order(than)),
            },
            Self::Part { field, part, how, than } => match env.get(model, id, field) {
                Value::String(text) => {
                    // In the zone that the call names, whatever the user's own is.
                    let zone = env.context.raw.get("tz").and_then(Value::as_str);
                    part.of(&text, zone).is_some_and(|number| how.holds(number.cmp(than)))
                }
                _ => *how == Compare::Different,
            },
        }
    }
}
