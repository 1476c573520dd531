//! Prompts that single persons keep: read from their folders, kept and deleted for the caller, and put into the catalog.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::Service;
use crate::access::Caller;
use crate::catalog::{Facts, Known};
use crate::definition::prompt::Prompt;
use crate::odoo::{Error, Kind, Patience};
use crate::operation::Keeper;
use crate::personal::{Kept, Saved, Store};
use crate::source::{Diagnostic, Look, render};

/// The prompts of all persons.
pub(super) struct Personal {
    store: Arc<Store>,
    prompts: ArcSwap<Vec<Arc<Prompt>>>,
    /// Held from the first look at the folders until what was seen is in `prompts`: what was seen before never takes the place of what
    /// was seen after it.
    reading: Mutex<()>,
    /// Tells that there are others now: then the catalog wants to be replaced by itself.
    news: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Personal").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Personal {
    pub(super) fn new(store: Store) -> Self {
        let (prompts, reading) = (ArcSwap::default(), Mutex::default());
        let personal = Self { store: Arc::new(store), prompts, reading, news: OnceLock::new() };
        personal.read();
        personal
    }

    pub(super) fn prompts(&self) -> Arc<Vec<Arc<Prompt>>> {
        self.prompts.load_full()
    }

    /// Reads all folders.
    fn read(&self) {
        let _alone = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let (prompts, found) = self.store.load();
        log(&found);
        self.prompts.store(Arc::new(prompts.into_iter().map(Arc::new).collect()));
    }

    fn tell(&self) {
        if let Some(news) = self.news.get() {
            news();
        }
    }
}

fn log(found: &[Diagnostic]) {
    for diagnostic in found {
        tracing::warn!("{}", render(diagnostic, Look::Plain).trim());
    }
}

impl Service {
    /// From now on `news` is called when there are other personal prompts: then the catalog wants to be replaced by itself.
    pub fn on_personal_news(&self, news: impl Fn() + Send + Sync + 'static) {
        if let Some(personal) = &self.personal {
            // Who comes second is told nothing: there is one process.
            let _ = personal.news.set(Box::new(news));
        }
    }

    /// Reads the personal prompts again: somebody may have changed their files.
    pub fn reread_personal(&self) {
        if let Some(personal) = &self.personal {
            personal.read();
            personal.tell();
        }
    }

    /// What keeps prompts for this caller.
    pub(super) fn keeping<'a>(&'a self, caller: &'a Caller) -> Option<Keeping<'a>> {
        self.personal.as_ref().map(|personal| Keeping { service: self, personal, caller })
    }

    /// The login of a caller: what the door knows, else that of whom the default instance is used as.
    async fn login(&self, caller: &Caller, patience: &Patience) -> Result<String, Error> {
        if let Some(login) = &caller.login {
            return Ok(login.clone());
        }
        let Some(instance) = self.instances.get(&self.default_instance) else {
            return Err(Error::new(Kind::Unavailable, "Nobody knows who you are: no Odoo is configured."));
        };
        let login = instance.client.user(patience).await?.login.clone();
        // What is kept now shall be seen now, however long the rest takes to be learnt.
        let news = Facts { login: Some(login.clone()), ..Facts::default() };
        self.known.rcu(|known| Known::clone(known).with(&self.default_instance, &news));
        Ok(login)
    }
}

/// One caller's prompts.
pub(super) struct Keeping<'a> {
    service: &'a Service,
    personal: &'a Personal,
    caller: &'a Caller,
}

impl Keeping<'_> {
    /// Does something with the files of the caller, and puts what comes of it into service.
    async fn change<T: Send + 'static>(
        &self,
        patience: &Patience,
        change: impl FnOnce(&Store, &str) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let owner = self.service.login(self.caller, patience).await?;
        let store = self.personal.store.clone();
        // Files are written to disk, and the disk may be slow.
        let work = tokio::task::spawn_blocking(move || change(&store, &owner)).await;
        let done =
            work.map_err(|error| Error::new(Kind::Internal, format!("The prompt could not be kept: {error}.")))??;
        self.personal.read();
        self.personal.tell();
        Ok(done)
    }
}

impl Keeper for Keeping<'_> {
    fn save<'a>(&'a self, kept: Kept, overwrite: bool, patience: &'a Patience) -> BoxFuture<'a, Result<Saved, Error>> {
        async move {
            if self.service.catalog.load().has_shared_prompt(&kept.name) {
                let message = format!("`{}` is the name of a prompt that is for all.", kept.name);
                return Err(Error::new(Kind::Conflict, message).hint("Take another name."));
            }
            self.change(patience, move |store, owner| store.save(owner, &kept, overwrite)).await
        }
        .boxed()
    }

    fn delete<'a>(&'a self, name: String, patience: &'a Patience) -> BoxFuture<'a, Result<(), Error>> {
        self.change(patience, move |store, owner| store.delete(owner, &name)).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_who_keep_something_at_once_nobody_is_left_out() {
        for _ in 0..30 {
            let directory = tempfile::tempdir().unwrap();
            let personal = Personal::new(Store::new(directory.path().join("people")));
            std::thread::scope(|scope| {
                for number in 0..6 {
                    let personal = &personal;
                    scope.spawn(move || {
                        let name = format!("mine_{number}");
                        let kept = Kept { name, text: "Hello.".to_owned(), ..Kept::default() };
                        personal.store.save(&format!("person{number}"), &kept, false).unwrap();
                        personal.read();
                    });
                }
            });
            assert_eq!(personal.prompts().len(), 6);
        }
    }
}
