//! Reading a resource: a call of the tool behind it, whose answer is what the resource holds.

use super::Service;
use super::cache::Remembered;
use crate::answer::Contents;
use crate::catalog::Found;
use crate::conversation::Outcome;
use crate::definition::operation::Operation;
use crate::mcp::{Reading, Request};
use crate::odoo::{Error, Kind};

impl Service {
    /// Reads a resource that the caller sees. It holds at least one thing.
    ///
    /// # Errors
    /// Every kind of the definition language; `not_found` where it holds nothing.
    pub async fn read(&self, found: &Found, request: Request<'_>) -> Result<Outcome<Reading>, Error> {
        let Found { resource, offered, arguments, uri } = found;
        let instance = self.instance_of(offered);
        let key =
            self.settings.enabled.then(|| self.answers.key(offered, instance, request.caller, arguments)).flatten();
        let Remembered { answer, fresh } = match key.as_ref().and_then(|key| self.answers.get(key)) {
            Some(known) => known,
            None => match self.attempt(offered, arguments.clone(), request.into()).await? {
                Outcome::Ask { questions, plan } => return Ok(Outcome::Ask { questions, plan }),
                Outcome::Answer(answer) => {
                    let fresh = key.as_ref().and(offered.tool.cache).unwrap_or_default();
                    if let Some(key) = key {
                        self.answers.put(key, &offered.tool, &answer);
                    }
                    Remembered { answer, fresh }
                }
            },
        };
        let mut contents = Contents::of(&answer, resource.mime_type.as_deref());
        if let (Some(Operation::Field(_)), Some(mime_type)) = (offered.tool.operation(), &resource.mime_type) {
            // What the author says of a file is truer than what its bytes tell.
            contents.iter_mut().for_each(|part| part.mime_type = Some(mime_type.clone()));
        }
        if contents.is_empty() {
            return Err(Error::new(Kind::NotFound, format!("There is nothing at `{uri}`.")));
        }
        Ok(Outcome::Answer(Reading { contents, fresh }))
    }
}
