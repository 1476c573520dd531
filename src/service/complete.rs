//! What may stand where a person is typing.
//!
//! A person types faster than an Odoo answers. So what was found for the letters before is kept for a few seconds, for that
//! caller alone, and where it was all there is, the next letter asks nothing.

mod rank;

use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::sync::Cache;

use super::Service;
use crate::definition::complete::Complete;
use crate::mcp::{Completing, Request, Suggestions};
use crate::odoo::{Error, Kind, Patience};
use crate::operation::ToolCall;
use crate::operation::complete::{self, Asking, Candidate, Candidates};
use rank::{Fit, Typed};

/// The most values of one answer: MCP's own limit.
const MOST: usize = 100;
/// Nobody waits longer for a suggestion.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer than the pauses of somebody who types, shorter than anybody's notion of "just now".
const KEPT: Duration = Duration::from_secs(10);
/// Bytes of all that is kept.
const ROOM: u64 = 4_000_000;
/// A longer question, one with much of what else was filled in, is asked each time: looking for what was found for fewer letters
/// would take longer.
const LONGEST_QUESTION: usize = 16 * 1024;
/// Nothing that somebody would be offered is called so.
const LONGEST: usize = 200;

/// What Odoo found lately, by the question and the text.
#[derive(Debug, Clone)]
pub(super) struct Lately(Cache<String, Arc<Candidates>>);

impl Default for Lately {
    fn default() -> Self {
        let weight = |key: &String, found: &Arc<Candidates>| {
            let size = |one: &Candidate| one.value.len() + one.label.as_ref().map_or(0, String::len) + 64;
            u32::try_from(key.len() + found.list.iter().map(size).sum::<usize>() + 128).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().weigher(weight).max_capacity(ROOM).time_to_live(KEPT).build())
    }
}

impl Service {
    /// What may stand where a person is typing, the best first: at most one request to Odoo, and often none.
    ///
    /// # Errors
    /// Those of the connection, and of a definition that does not fit its Odoo. What the caller may not read is no error:
    /// there is nothing to offer then.
    pub async fn complete(&self, completing: Completing<'_>, request: Request<'_>) -> Result<Suggestions, Error> {
        self.switched_on()?;
        if completing.typed.len() > LONGEST {
            return Ok(nothing());
        }
        let typed = Typed::new(completing.typed);
        if let Complete::Values(values) = completing.complete {
            let list = values.iter().map(|value| Candidate { value: value.clone(), label: None }).collect();
            return Ok(suggest(&typed, &Candidates { list, whole: true, by_text: false }, false));
        }
        self.of_records(completing, request, &typed).await
    }

    async fn of_records(
        &self,
        completing: Completing<'_>,
        request: Request<'_>,
        typed: &Typed,
    ) -> Result<Suggestions, Error> {
        let Completing { complete, offered, of_address, typed: text, arguments } = completing;
        let suggestions = async |call: ToolCall<'_>| {
            let Some(instance) = call.instance else {
                return Err(Error::new(Kind::Unavailable, "No Odoo is configured for this.")
                    .hint("Set `ODOO_URL` and its login, or `[instances]` in the configuration."));
            };
            let timeout = offered.tool.timeout.unwrap_or_else(|| instance.client.timeout()).min(PATIENCE);
            let deadline = Instant::now() + timeout;
            let patience = Patience { deadline, cancelled: call.cancelled.clone(), watch: None };
            let asking = complete::prepare(&call, instance, complete, of_address, patience).await?;
            let Some(asking) = asking else { return Ok(nothing()) };
            // What was written since is not hidden by what was found before.
            let question =
                format!("{}\n{}\n{}", call.caller, self.answers.writes(self.instance_of(offered)), asking.key());
            let (found, by_text) = self.lately.ask(&asking, &question, text.trim(), typed).await?;
            Ok(suggest(typed, &found, by_text))
        };
        self.called(offered, arguments.clone(), request.into(), suggestions).await
    }
}

impl Lately {
    /// What there is for this text, and whether Odoo itself found all of it by just this text.
    async fn ask(
        &self,
        asking: &Asking<'_>,
        question: &str,
        text: &str,
        typed: &Typed,
    ) -> Result<(Arc<Candidates>, bool), Error> {
        if question.len() > LONGEST_QUESTION {
            let found = asking.ask(text).await?;
            let by_text = found.by_text;
            return Ok((Arc::new(found), by_text));
        }
        let key = |text: &str| format!("{question}\n{}", text.to_lowercase());
        if let Some(found) = self.0.get(&key(text)) {
            let by_text = found.by_text;
            return Ok((found, by_text));
        }
        // All that there is for fewer letters has all that there is for more, as far as it can be seen: what Odoo finds elsewhere,
        // in a reference or an address, only Odoo finds. So it has the word where nothing that is seen has the text.
        for (at, _) in text.char_indices().rev() {
            let Some(found) = self.0.get(&key(text.get(..at).unwrap_or_default())) else { continue };
            let unsearchable = at == 0 && !found.by_text;
            let is_seen = || found.list.iter().any(|one| typed.fit(one).is_some_and(Fit::is_plain));
            if unsearchable || (found.whole && is_seen()) {
                return Ok((found, false));
            }
        }
        let found = Arc::new(asking.ask(text).await?);
        if found.list.is_empty() && found.by_text && !text.is_empty() {
            // Nothing is called so. Of the first that there are, and often there are no others, some may nearly be called so.
            let all = match self.0.get(&key("")) {
                Some(all) => all,
                None => {
                    let all = Arc::new(asking.ask("").await?);
                    self.0.insert(key(""), all.clone());
                    all
                }
            };
            let like = Arc::new(Candidates { list: all.list.clone(), whole: true, by_text: false });
            self.0.insert(key(text), like.clone());
            return Ok((like, false));
        }
        // What no text narrowed is what there is for every text.
        self.0.insert(key(if found.by_text { text } else { "" }), found.clone());
        let by_text = found.by_text;
        Ok((found, by_text))
    }
}

fn nothing() -> Suggestions {
    Suggestions { total: Some(0), ..Suggestions::default() }
}

/// The best of them. `by_text`: Odoo found them by the text, also those of which it cannot be seen why; they come last.
fn suggest(typed: &Typed, found: &Candidates, by_text: bool) -> Suggestions {
    let mut fitting: Vec<(Option<Fit>, &Candidate)> = match typed.is_empty() {
        true => found.list.iter().map(|one| (Some(Fit::Same), one)).collect(),
        false => {
            found.list.iter().map(|one| (typed.fit(one), one)).filter(|(fit, _)| by_text || fit.is_some()).collect()
        }
    };
    // Stable: what fits equally well stays in the order of its author, or of Odoo.
    fitting.sort_by_key(|(fit, _)| (fit.is_none(), *fit));
    let total = fitting.len();
    let shown = fitting.iter().take(MOST);
    let labels = shown.clone().filter_map(|(_, one)| Some((one.value.clone(), one.label.clone()?))).collect();
    Suggestions {
        values: shown.map(|(_, one)| one.value.clone()).collect(),
        labels,
        total: u32::try_from(total).ok().filter(|_| found.whole),
        has_more: total > MOST || !found.whole,
    }
}
