//! Where plans wait: bounded, for a while, each to be claimed once.

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::{LIFETIME, Plan};
use crate::odoo::{Error, Kind};

/// All plans together take no more than this; the least used go first.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// One plan takes no more than this.
const LARGEST: usize = 4 * 1024 * 1024;

/// Who claims a plan, and for which call.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The plan's id, as the client gave it.
    pub id: &'a str,
    /// Who claims it.
    pub caller: &'a str,
    /// For which call.
    pub subject: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Why a plan is not given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is none of that id.
    Unknown,
    /// It is somebody else's.
    OtherCaller,
    /// It was made for another tool or for other arguments.
    OtherCall,
    /// It ran already, or was declined.
    Used,
    /// It waited for too long.
    Expired,
    /// It is too large to be kept.
    TooLarge,
    /// The store cannot be reached.
    Unreachable,
}

/// Keeps plans. An interface, so that several servers may share one store.
pub trait Plans: Send + Sync + std::fmt::Debug {
    /// Keeps a plan until it expires, or there is no more room.
    fn put(&self, plan: Plan) -> BoxFuture<'_, Result<(), Refusal>>;

    /// The plan, if this claim may have it. It stays.
    fn peek<'a>(&'a self, claim: Claim<'a>) -> BoxFuture<'a, Result<Plan, Refusal>>;

    /// The plan, once: of two claims at the same time one is refused. A claim that is refused leaves it as it is.
    fn take<'a>(&'a self, claim: Claim<'a>) -> BoxFuture<'a, Result<Plan, Refusal>>;
}

/// In the memory of this process.
#[derive(Debug)]
pub struct Memory {
    plans: Cache<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    plan: std::sync::Arc<Plan>,
    used: bool,
    size: u32,
}

impl Default for Memory {
    fn default() -> Self {
        let plans = Cache::builder()
            .max_capacity(MOST_BYTES)
            // A plan that was just made is the one that somebody is looking at: it is never refused for older ones.
            .eviction_policy(EvictionPolicy::lru())
            .weigher(|_, entry: &Entry| entry.size)
            // Kept after they expire, so that who comes late is told so.
            .time_to_live(LIFETIME * 2)
            .build();
        Self { plans }
    }
}

fn judge(entry: Option<&Entry>, claim: Claim<'_>) -> Result<Plan, Refusal> {
    let entry = entry.ok_or(Refusal::Unknown)?;
    let plan = &entry.plan;
    if plan.caller != claim.caller {
        return Err(Refusal::OtherCaller);
    }
    if entry.used {
        return Err(Refusal::Used);
    }
    if plan.expires <= claim.now {
        return Err(Refusal::Expired);
    }
    if plan.subject != claim.subject {
        return Err(Refusal::OtherCall);
    }
    Ok(Plan::clone(plan))
}

impl Plans for Memory {
    fn put(&self, plan: Plan) -> BoxFuture<'_, Result<(), Refusal>> {
        let size = serde_json::to_vec(&plan).map_or(usize::MAX, |bytes| bytes.len());
        if size > LARGEST {
            return std::future::ready(Err(Refusal::TooLarge)).boxed();
        }
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        self.plans.insert(plan.id.clone(), Entry { plan: plan.into(), used: false, size });
        std::future::ready(Ok(())).boxed()
    }

    fn peek<'a>(&'a self, claim: Claim<'a>) -> BoxFuture<'a, Result<Plan, Refusal>> {
        std::future::ready(judge(self.plans.get(claim.id).as_ref(), claim)).boxed()
    }

    fn take<'a>(&'a self, claim: Claim<'a>) -> BoxFuture<'a, Result<Plan, Refusal>> {
        let mut taken = Err(Refusal::Unknown);
        let entry = self.plans.entry(claim.id.to_owned());
        entry.and_compute_with(|entry| {
            let entry = entry.map(moka::Entry::into_value);
            taken = judge(entry.as_ref(), claim);
            match (entry, &taken) {
                (Some(entry), Ok(_)) => Op::Put(Entry { used: true, ..entry }),
                _ => Op::Nop,
            }
        });
        std::future::ready(taken).boxed()
    }
}

impl Refusal {
    /// For the model: what is wrong, and what to do.
    #[must_use]
    pub fn error(self, id: &str) -> Error {
        let again = "Call again without `plan` for a new plan, and show that one to the person.";
        let (kind, message, hint) = match self {
            Self::Unknown => (Kind::NotFound, format!("There is no plan `{id}`."), again),
            Self::OtherCaller => {
                (Kind::AccessDenied, format!("The plan `{id}` was made by another caller, so nothing was done."), again)
            }
            Self::OtherCall => (
                Kind::InvalidArguments,
                format!("The plan `{id}` was made for another tool or for other arguments, so nothing was done."),
                "Give the same arguments as for the plan, or call without `plan` for a new one.",
            ),
            Self::Used => (
                Kind::Conflict,
                format!("The plan `{id}` has run or was declined: a plan runs once, and nothing was done now."),
                "Read the records to see what became of it; call without `plan` for a new one.",
            ),
            Self::Expired => (Kind::Conflict, format!("The plan `{id}` has expired, so nothing was done."), again),
            Self::TooLarge => (
                Kind::InvalidArguments,
                "The plan is too large to be kept, so nothing was done.".to_owned(),
                "Do it for fewer records at once.",
            ),
            Self::Unreachable => (
                Kind::Unavailable,
                "The store of plans cannot be reached, so nothing was done.".to_owned(),
                "Try again in a while.",
            ),
        };
        Error::new(kind, message).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Marks;
    use super::*;

    fn plan(expires: &str) -> Plan {
        Plan {
            id: "p1".to_owned(),
            caller: "alice".to_owned(),
            subject: "cancel 1, 2".to_owned(),
            expires: expires.parse().unwrap(),
            now: Timestamp::UNIX_EPOCH,
            question: String::new(),
            step: 0,
            variables: Vec::new(),
            found: Vec::new(),
            payload: String::new(),
            marks: Marks::default(),
        }
    }

    fn claim<'a>() -> Claim<'a> {
        Claim { id: "p1", caller: "alice", subject: "cancel 1, 2", now: "2026-03-01T12:00:00Z".parse().unwrap() }
    }

    #[tokio::test]
    async fn each_refusal_is_another_one_and_leaves_the_plan() {
        let store = Memory::default();
        store.put(plan("2026-03-01T12:05:00Z")).await.unwrap();
        let refused = async |claim| store.take(claim).await.err();
        assert_eq!(refused(Claim { id: "p2", ..claim() }).await, Some(Refusal::Unknown));
        assert_eq!(refused(Claim { caller: "bob", ..claim() }).await, Some(Refusal::OtherCaller));
        assert_eq!(refused(Claim { subject: "cancel 3", ..claim() }).await, Some(Refusal::OtherCall));
        let late = "2026-03-01T12:05:00Z".parse().unwrap();
        assert_eq!(refused(Claim { now: late, ..claim() }).await, Some(Refusal::Expired));
        assert!(store.peek(claim()).await.is_ok());
        assert!(store.take(claim()).await.is_ok());
        assert_eq!(refused(claim()).await, Some(Refusal::Used));
        let sentences: std::collections::BTreeSet<String> =
            [Refusal::Unknown, Refusal::OtherCaller, Refusal::OtherCall, Refusal::Used, Refusal::Expired]
                .map(|refusal| refusal.error("p1").message)
                .into();
        assert_eq!(sentences.len(), 5);
    }

    #[tokio::test]
    async fn many_plans_take_bounded_memory_and_the_newest_are_kept() {
        let store = Memory::default();
        let question = "x".repeat(1024 * 1024);
        for n in 0..200 {
            let plan = Plan { id: format!("p{n}"), question: question.clone(), ..plan("2026-03-01T12:05:00Z") };
            store.put(plan).await.unwrap();
            let id = format!("p{n}");
            assert!(store.peek(Claim { id: &id, ..claim() }).await.is_ok(), "{n} is not there");
            store.plans.run_pending_tasks();
        }
        assert!(store.plans.weighted_size() <= MOST_BYTES);
        assert_eq!(store.peek(claim()).await.err(), Some(Refusal::Unknown));
        let id = "p199";
        assert!(store.take(Claim { id, ..claim() }).await.is_ok());
        let huge = Plan { question: "x".repeat(LARGEST), ..plan("2026-03-01T12:05:00Z") };
        assert_eq!(store.put(huge).await.err(), Some(Refusal::TooLarge));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_claims_at_once_one_wins() {
        let store = Arc::new(Memory::default());
        store.put(plan("2026-03-01T12:05:00Z")).await.unwrap();
        let claims = (0..50).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.take(claim()).await.is_ok() })
        });
        let won = futures::future::join_all(claims).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
        assert_eq!(won, 1);
    }
}
