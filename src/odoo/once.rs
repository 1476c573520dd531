//! One request for many: whoever asks while the first is under way gets its answer. Errors are not kept.

use std::future::Future;
use std::hash::Hash;

use moka::future::Cache;

use super::error::{Error, Kind};
use super::request::{Ended, Patience};

/// The value at `key`, made by `make` when it is not there. Several callers share one `make`.
///
/// The one whose `make` runs may go away or run out of time; that is its own affair, so whoever waited then begins anew.
/// The cache's future is boxed: it holds `make` several times over, and every call awaits some.
pub(super) async fn shared<K, V, F, M>(
    cache: &Cache<K, V>,
    key: K,
    patience: &Patience,
    mut make: M,
) -> Result<V, Error>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    F: Future<Output = Result<V, Error>>,
    M: FnMut() -> F,
{
    if let Some(value) = cache.get(&key).await {
        return Ok(value);
    }
    loop {
        let asking = Box::pin(cache.try_get_with(key.clone(), Box::pin(make())));
        match patience.limit(asking).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) if is_anothers(&error) && patience.ended().is_none() => {}
            Ok(Err(error)) => return Err((*error).clone()),
            Err(ended) => return Err(given_up(ended)),
        }
    }
}

/// Whether this is the end of somebody's patience.
fn is_anothers(error: &Error) -> bool {
    matches!(error.kind, Kind::Timeout | Kind::Cancelled)
}

/// The error of a wait that was given up before anything was sent on behalf of the caller.
pub(super) fn given_up(ended: Ended) -> Error {
    match ended {
        Ended::Deadline => {
            Error::new(Kind::Timeout, "Odoo did not answer in time.").hint("Ask for less, or raise `timeout`.")
        }
        Ended::Cancelled => Error::new(Kind::Cancelled, "The call was cancelled."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn many_callers_make_it_once_and_an_error_is_not_kept() {
        let (cache, made) = (Cache::<u8, usize>::new(4), AtomicUsize::new(0));
        let patience = Patience::lasting(Duration::from_secs(60));
        let ask = || {
            shared(&cache, 1, &patience, || async {
                tokio::task::yield_now().await;
                match made.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(Error::new(Kind::Unavailable, "down")),
                    n => Ok(n),
                }
            })
        };
        let (a, b) = tokio::join!(ask(), ask());
        assert!(a.is_err() && b.is_err());
        assert_eq!(made.load(Ordering::SeqCst), 1);
        let (a, b) = tokio::join!(ask(), ask());
        assert_eq!((a.unwrap(), b.unwrap()), (1, 1));
        assert_eq!(made.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn one_callers_cancellation_is_not_anothers() {
        let cache = Cache::<u8, usize>::new(4);
        let (hasty, calm) = (Patience::lasting(Duration::from_secs(60)), Patience::lasting(Duration::from_secs(60)));
        let made = AtomicUsize::new(0);
        let make = |patience: Patience| {
            let made = &made;
            move || {
                let patience = patience.clone();
                async move {
                    made.fetch_add(1, Ordering::SeqCst);
                    if made.load(Ordering::SeqCst) == 1 {
                        patience.cancelled.cancelled().await;
                        return Err(Error::new(Kind::Cancelled, "gone"));
                    }
                    Ok(7)
                }
            }
        };
        let (first, second, ()) = tokio::join!(
            shared(&cache, 1, &hasty, make(hasty.clone())),
            shared(&cache, 1, &calm, make(calm.clone())),
            async {
                tokio::task::yield_now().await;
                hasty.cancelled.cancel();
            }
        );
        assert_eq!(first.unwrap_err().kind, Kind::Cancelled);
        assert_eq!(second.unwrap(), 7);
    }
}
