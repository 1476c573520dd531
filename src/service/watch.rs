//! What to look at to hear when a resource changes.

use super::Service;
use crate::catalog::Found;
use crate::mcp::Request;
use crate::odoo::Error;
use crate::operation::{self, ToolCall};
use crate::watch::Subject;

impl Service {
    /// What to look at to hear when a resource changes; `None` where it reads no records. Asks Odoo only what the resource's own
    /// lookups need.
    ///
    /// # Errors
    /// Those of reading it, before it reads; `unsupported` where its changes cannot be heard of.
    pub async fn watched(&self, found: &Found, request: Request<'_>) -> Result<Option<Subject>, Error> {
        let Found { offered, arguments, .. } = found;
        let watched = async |call: ToolCall<'_>| operation::watched(call).await;
        let watched = self.called(offered, arguments.clone(), request.into(), watched).await?;
        let instance = self.instances.get(self.instance_of(offered));
        Ok(watched.zip(instance).map(|(watched, instance)| Subject { instance: instance.clone(), watched }))
    }
}
