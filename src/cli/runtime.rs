//! Puts the parts together: configuration, Odoo clients, definitions, and the hub that serves them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use indexmap::IndexMap;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::{Error, bundles};
use crate::access::Caller;
use crate::catalog::Catalog;
use crate::config::{self, Config, InstanceConfig, Options, Secret};
use crate::definition::resource::scheme_of;
use crate::definition::{self, load_embedded};
use crate::mcp::{Hub, Identity};
use crate::odoo::{Client, Credential, Source, Unreadable, settings};
use crate::operation::Instance;
use crate::personal::Store;
use crate::reload::{self, Definitions, Loaded, Reloader, Status};
use crate::service::{self, Service};
use crate::source::{Look, render};

/// A server without a transport.
pub(super) struct Runtime {
    pub(super) config: Config,
    pub(super) hub: Arc<Hub>,
    pub(super) status: Arc<Status>,
    service: Arc<Service>,
    definitions: Arc<Definitions>,
}

/// Loads the configuration and begins to log.
pub(super) fn configure(options: &Options) -> Result<Config, Error> {
    let (config, warnings) = config::load(options).map_err(Error::Diagnostics)?;
    super::logging::start(&config.log);
    for warning in &warnings {
        tracing::warn!("{}", render(warning, Look::Plain).trim());
    }
    Ok(config)
}

/// The definitions that this configuration names, and how they are read: the one path for a start and every reload.
pub(super) fn definitions(config: &Config) -> Arc<Definitions> {
    let config = config.clone();
    let paths = config.definitions.paths.clone().unwrap_or_default();
    Definitions::new(paths, move || {
        let mut loaded = config.definitions.paths.as_deref().map_or_else(load_embedded, definition::load);
        loaded.diagnostics.extend(loaded.definitions.misfits(&config));
        if loaded.has_errors() {
            return Err(loaded.diagnostics);
        }
        Ok(Loaded { catalog: Catalog::of(loaded.definitions), diagnostics: loaded.diagnostics })
    })
}

impl Runtime {
    /// Everything that a start checks: definitions, secrets, settings. Odoo is not asked.
    pub(super) async fn new(config: Config) -> Result<Self, Error> {
        let definitions = definitions(&config);
        let loaded = definitions.load().map_err(Error::Diagnostics)?;
        for warning in &loaded.diagnostics {
            tracing::warn!("{}", render(warning, Look::Plain).trim());
        }
        config.default_instance().map_err(|missing| Error::Diagnostics(vec![*missing]))?;
        let mut instances = IndexMap::new();
        for (name, settings) in &config.instances {
            let client = client(name, settings, &config).await?;
            let instance = Instance::new(client).with_scheme(scheme_of(name, &config.default_instance));
            instances.insert(name.clone(), Arc::new(instance));
        }
        let limit = config.instances.values().map(|instance| instance.timeout).max().unwrap_or(Duration::from_secs(30));
        let settings = service::Settings {
            enabled: config.server.enabled,
            max_answer_bytes: config.server.max_answer_bytes,
            max_records: config.server.max_records,
            structured: config.server.structured,
        };
        let service = Service::new(instances, config.default_instance.clone(), settings);
        let service = Arc::new(match &config.definitions.personal {
            Some(directory) => service.with_personal(Store::new(directory.clone())),
            None => service,
        });
        let identity = Identity { name: config.server.name.clone(), instructions: config.server.instructions.clone() };
        let hub = Hub::new(service.clone(), identity, limit);
        // The hub holds the service.
        let weak = Arc::downgrade(&hub);
        service.on_personal_news(move || {
            if let Some(hub) = weak.upgrade() {
                hub.refresh();
            }
        });
        let status = Arc::new(Status::new(loaded.catalog.len(), &loaded.diagnostics));
        hub.replace(loaded.catalog);
        Ok(Self { config, hub, status, service, definitions })
    }

    /// For one command, as a client of the bundles that `--bundle` names. `tool`: the one that is needed, else all are learnt.
    pub(super) async fn for_command(
        options: &Options,
        bundles: &[String],
        tool: Option<&str>,
    ) -> Result<(Self, Caller), Error> {
        let runtime = Self::new(configure(options)?).await?;
        let bundles = bundles::named(bundles);
        bundles::check(&runtime.hub.snapshot(), &bundles)?;
        runtime.learn(tool).await;
        let caller = runtime.caller(bundles);
        Ok((runtime, caller))
    }

    /// What serves the calls.
    pub(super) fn service(&self) -> &Service {
        &self.service
    }

    /// A caller that this process itself stands for.
    pub(super) fn caller(&self, bundles: Vec<String>) -> Caller {
        Caller { bundles, read_only: self.config.server.read_only, login: None }
    }

    /// What goes on beside the connections, until `stop`: following the files, and learning what each Odoo is and has.
    pub(super) fn follow(&self, stop: &CancellationToken) {
        let service = self.service.clone();
        let reloader = Reloader::new(self.definitions.clone(), self.hub.clone(), self.status.clone())
            .before(move || service.retry());
        tokio::spawn(reloader.run(self.config.definitions.reload, stop.clone()));
        if let Some(directory) = &self.config.definitions.personal {
            let service = self.service.clone();
            let paths = if self.config.definitions.reload { vec![directory.clone()] } else { Vec::new() };
            tokio::spawn(reload::follow(paths, move || service.reread_personal(), stop.clone()));
        }
        for (name, _) in self.service.instances() {
            let hub = self.hub.clone();
            let learning = self.service.follow(name, move || hub.refresh());
            tokio::spawn(stop.clone().run_until_cancelled_owned(learning));
        }
    }

    /// For one command: what Odoo is and has decides which tools there are, all or those of one name.
    pub(super) async fn learn(&self, tool: Option<&str>) {
        self.service.learn_once(tool).await;
        self.hub.refresh();
    }
}

/// A secret of the configuration that can be read again.
struct Rereadable(Secret);

impl Source for Rereadable {
    fn read(&self) -> BoxFuture<'_, Result<SecretString, Unreadable>> {
        async { self.0.read().await.map_err(|error| Unreadable(error.to_string())) }.boxed()
    }
}

/// A client for a configured Odoo. Nothing is sent.
pub(super) async fn client(name: &str, instance: &InstanceConfig, config: &Config) -> Result<Client, Error> {
    let secret = async |key: &str, secret: &Option<Secret>| match secret {
        None => Ok::<_, Error>(None),
        Some(Secret::Value(value)) => Ok(Some(Credential::from(value.clone()))),
        Some(kept) => {
            // A file that cannot be read stops the start. A command may be slow, and the client waits for its answer.
            if matches!(kept, Secret::File(_)) {
                kept.read().await.map_err(|error| {
                    Error::Instance(format!("The `{key}` of the Odoo `{name}` cannot be read: {error}."))
                })?;
            }
            Ok(Some(Credential::Read(Arc::new(Rereadable(kept.clone())))))
        }
    };
    let settings = settings::Settings {
        name: name.to_owned(),
        url: instance.url.clone(),
        database: instance.database.clone(),
        username: instance.username.clone(),
        api_key: secret("api_key", &instance.api_key).await?,
        password: secret("password", &instance.password).await?,
        protocol: match instance.protocol {
            config::Protocol::Auto => settings::Protocol::Auto,
            config::Protocol::Json2 => settings::Protocol::Json2,
            config::Protocol::JsonRpc => settings::Protocol::JsonRpc,
        },
        timeout: instance.timeout,
        max_connections: instance.max_connections,
        max_response: instance.max_response,
        verify_tls: instance.tls.verify,
        ca_file: instance.tls.ca_file.clone(),
        company_ids: instance.company_ids.clone(),
        context: instance.context.clone(),
        metadata_ttl: config.cache.metadata,
        metadata_max: config.cache.max_entries,
    };
    Client::new(settings).map_err(|error| {
        let hint = error.hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default();
        Error::Instance(format!("{error}{hint}"))
    })
}

/// Where the definitions lie, for people.
pub(super) fn origin(paths: Option<&[PathBuf]>) -> String {
    match paths {
        None => "the built-in definitions".to_owned(),
        Some(paths) => paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", "),
    }
}
