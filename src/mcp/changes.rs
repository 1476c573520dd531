//! One listener of the newest revision: what it is told, and when.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;

use rmcp::model::SubscriptionFilter;
use rmcp::service::SubscriptionContext;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::Hub;
use super::subscriptions::{Refused, Subscriptions};
use crate::access::Caller;
use crate::catalog::{Catalog, Changes};
use crate::conversation::List;

/// A listener that was accepted: taken in before its client is told so, so that no change falls in between.
pub(super) struct Accepted {
    /// The catalogs to come, and the one that the client knows.
    news: watch::Receiver<Arc<Catalog>>,
    seen: Arc<Catalog>,
    subscriptions: Arc<Subscriptions>,
}

/// The lists that differ.
pub(super) fn lists(changes: Changes) -> impl Iterator<Item = List> {
    let all = [(changes.tools, List::Tools), (changes.resources, List::Resources), (changes.prompts, List::Prompts)];
    all.into_iter().filter_map(|(changed, list)| changed.then_some(list))
}

impl Accepted {
    /// With those of the resources that are asked for which this caller can subscribe to.
    pub(super) fn new(hub: &Hub, caller: &Arc<Caller>, requested: &SubscriptionFilter) -> Self {
        let mut news = hub.news();
        let seen = news.borrow_and_update().clone();
        let subscriptions = Subscriptions::new(caller.clone());
        for uri in requested.resource_subscriptions.iter().flatten() {
            let Err(refused) = subscriptions.admit(hub, &seen, uri, true) else { continue };
            tracing::debug!(uri, ?refused, "a subscription is left out");
            // Nor is there room for any other.
            if matches!(refused, Refused::TooMany | Refused::TooManyOfAll) {
                break;
            }
        }
        Self { news, seen, subscriptions }
    }

    /// What is accepted of the request.
    pub(super) fn filter(&self, requested: &SubscriptionFilter) -> SubscriptionFilter {
        let mut filter = requested.clone();
        if let Some(uris) = &mut filter.resource_subscriptions {
            uris.retain(|uri| self.subscriptions.holds(uri));
        }
        filter
    }

    /// Whether this was accepted for that listener.
    pub(super) fn is_of(&self, accepted: &SubscriptionFilter) -> bool {
        let uris: BTreeSet<&str> = accepted.resource_subscriptions.iter().flatten().map(String::as_str).collect();
        self.subscriptions.is_of(&uris)
    }

    /// Tells the listener of changes until it goes away, or the server stops.
    pub(super) async fn listen(self, hub: &Hub, caller: &Caller, subscription: &SubscriptionContext) {
        let Self { mut news, mut seen, subscriptions } = self;
        let mut announced = hub.announced();
        let keeping_up = async {
            match subscriptions.is_empty() {
                true => std::future::pending().await,
                false => subscriptions.keep_up(hub).await,
            }
        };
        let mut keeping_up = pin!(keeping_up);
        loop {
            let changed: Vec<List> = tokio::select! {
                list = announced.recv() => match list {
                    Ok(list) => vec![list],
                    // What was missed may have been any of them.
                    Err(RecvError::Lagged(_)) => vec![List::Tools, List::Resources, List::Prompts],
                    // The hub outlives its clients.
                    Err(RecvError::Closed) => return,
                },
                () = subscription.cancelled() => return,
                () = hub.closed() => return,
                () = &mut keeping_up => return,
                uri = subscriptions.mailbox.next() => {
                    if subscription.sink().notify_resource_updated(&*uri).await.is_err() {
                        return;
                    }
                    continue;
                }
                more = news.changed() => {
                    if more.is_err() {
                        return;
                    }
                    let now = news.borrow_and_update().clone();
                    let changes = seen.changes(&now, caller);
                    seen = now;
                    lists(changes).collect()
                }
            };
            for list in changed.into_iter().filter(|list| wants(subscription.accepted(), *list)) {
                let sink = subscription.sink();
                let told = match list {
                    List::Tools => sink.notify_tool_list_changed().await,
                    List::Resources => sink.notify_resource_list_changed().await,
                    List::Prompts => sink.notify_prompt_list_changed().await,
                };
                if told.is_err() {
                    return;
                }
            }
        }
    }
}

fn wants(filter: &SubscriptionFilter, list: List) -> bool {
    let wanted = match list {
        List::Tools => filter.tools_list_changed,
        List::Resources => filter.resources_list_changed,
        List::Prompts => filter.prompts_list_changed,
    };
    wanted == Some(true)
}
