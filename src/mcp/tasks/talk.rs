//! The client of a call that may become a task. Until it is one, questions go out with the answer to the request, as ever; after
//! that they stand in what `tasks/get` says, and the call waits until `tasks/update` brings the answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::model::{ClientCapabilities, Task};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::super::dialogue::{self, Told};
use super::super::hub::Hub;
use super::Started;
use crate::conversation::{Asked, Conversation, List, Question, Reply};
use crate::odoo::{Error, Kind};
use crate::operation::plan::LIFETIME;

pub(super) struct Talk {
    hub: Arc<Hub>,
    id: String,
    capabilities: ClientCapabilities,
    /// What came with the request.
    told: Told,
    /// Who waits for the answer to the request: gone once there is one.
    request: Mutex<Option<oneshot::Sender<Started>>>,
    stop: CancellationToken,
    waited: Mutex<Duration>,
    waiting: Mutex<Option<Instant>>,
}

impl Talk {
    pub(super) fn new(
        hub: Arc<Hub>,
        id: String,
        capabilities: ClientCapabilities,
        told: Told,
        request: oneshot::Sender<Started>,
        stop: CancellationToken,
    ) -> Self {
        let request = Mutex::new(Some(request));
        Self { hub, id, capabilities, told, request, stop, waited: Mutex::default(), waiting: Mutex::default() }
    }

    /// Who waits for the answer to the request, where it was not answered yet: the call came to an end before it was a task.
    pub(super) fn request(&self) -> Option<oneshot::Sender<Started>> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn is_task(&self) -> bool {
        self.request.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Asks, and waits until all is answered: what does not fit its question is asked for again.
    async fn put(&self, questions: &[Question]) -> Result<Vec<Reply>, Error> {
        let mut replies: Vec<Option<Reply>> = questions.iter().map(|question| self.told.reply(question)).collect();
        loop {
            let open: Vec<(&Question, &mut Option<Reply>)> =
                questions.iter().zip(&mut replies).filter(|(_, reply)| reply.is_none()).collect();
            if open.is_empty() {
                return Ok(replies.into_iter().flatten().collect());
            }
            let mut requests = Vec::with_capacity(open.len());
            for (question, _) in &open {
                let request = dialogue::request(question)
                    .ok_or_else(|| dialogue::broken(question, "it is no form of this protocol"))?;
                requests.push((question.key.clone(), request));
            }
            let answers = self.hub.tasks.store().ask(&self.id, requests);
            for ((question, reply), answer) in open.into_iter().zip(answers) {
                // Nobody to answer: the task is being cancelled.
                let answer: Value = answer.await.map_err(|_| cancelled())?;
                *reply = dialogue::replied(question, &answer);
            }
        }
    }

    fn wait(&self, now: bool) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = waiting.take() {
            *self.waited.lock().unwrap_or_else(PoisonError::into_inner) += since.elapsed();
        }
        *waiting = now.then(Instant::now);
    }
}

fn cancelled() -> Error {
    Error::new(Kind::Cancelled, "The call was cancelled.")
}

impl Conversation for Talk {
    fn can(&self, capability: &str) -> bool {
        dialogue::can(&self.capabilities, capability)
    }

    fn ask<'a>(&'a self, questions: &'a [Question]) -> BoxFuture<'a, Result<Asked, Error>> {
        async move {
            if !self.is_task() {
                return Ok(self.told.answers(questions));
            }
            self.wait(true);
            let answered = tokio::select! {
                replies = self.put(questions) => replies,
                () = self.stop.cancelled() => Err(cancelled()),
                () = tokio::time::sleep(LIFETIME) => {
                    let minutes = LIFETIME.as_secs() / 60;
                    Err(Error::new(Kind::Timeout, format!("Nobody answered the question within {minutes} minutes.")))
                }
            };
            self.wait(false);
            self.hub.tasks.store().withdraw(&self.id);
            answered.map(Asked::Answered)
        }
        .boxed()
    }

    fn begins(&self) {
        let Some(task) = self.hub.tasks.store().seed(&self.id, Instant::now()) else { return };
        if let Some(request) = self.request() {
            let task: Task = task;
            // Nobody would ever ask for it.
            if request.send(Started::Task(task)).is_err() {
                self.stop.cancel();
            }
        }
    }

    fn plan(&self) -> Option<String> {
        self.told.plan()
    }

    fn waited(&self) -> Duration {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = *self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        waited + waiting.map(|since| since.elapsed()).unwrap_or_default()
    }

    fn progress(&self, at: f64, total: Option<f64>, text: Option<String>) -> BoxFuture<'_, ()> {
        let far = match total {
            Some(total) => format!("{at} of {total}"),
            None => at.to_string(),
        };
        let message = text.map_or_else(|| far.clone(), |text| format!("{text} ({far})"));
        self.hub.tasks.store().say(&self.id, message);
        std::future::ready(()).boxed()
    }

    fn notify(&self, list: List) {
        self.hub.announce(list);
    }
}
