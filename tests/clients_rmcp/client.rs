//! A client of rmcp, connected in one of four ways, and what it hears.

use std::collections::VecDeque;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
    ElicitationAction, ErrorCode, Implementation, LoggingMessageNotificationParam, ProgressNotificationParam,
    ProtocolVersion, RequestMetaObject, ResourceUpdatedNotificationParam, ServerNotification, SubscriptionFilter,
};
use rmcp::service::{
    ClientLifecycleMode, ClientServiceExt, NotificationContext, RequestContext, RunningService, ServiceError,
    Subscription,
};
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// No test waits longer than this for what has to come; it is not a measure of speed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A way to connect.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    pub http: bool,
    pub modern: bool,
}

const WAYS: [Way; 4] = [
    Way { http: false, modern: false },
    Way { http: false, modern: true },
    Way { http: true, modern: false },
    Way { http: true, modern: true },
];

pub fn definitions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/definitions")
}

/// Asks the same of a client in each way, with the definitions of that folder.
pub async fn each_of(definitions: &Path, check: impl AsyncFn(&mut Client)) {
    for way in WAYS {
        println!("{way:?}");
        let mut client = Client::connect(way, definitions).await;
        within(check(&mut client)).await;
        client.service.cancel().await.unwrap();
    }
}

pub async fn each(check: impl AsyncFn(&mut Client)) {
    each_of(&definitions(), check).await;
}

pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("it takes for ever")
}

/// A city that no other test uses.
pub fn a_city() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("Tooldoo-rmcp-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// What the server says that is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Tools,
    Resources,
    Prompts,
    Updated(String),
    Progress(f64, Option<f64>, Option<String>),
    Logged(String, Value),
}

/// Hears everything, and answers questions in order; no answer is a refusal.
#[derive(Clone)]
pub struct Ears {
    heard: UnboundedSender<Told>,
    person: Arc<Mutex<Person>>,
}

#[derive(Default)]
pub struct Person {
    pub answers: VecDeque<Option<Value>>,
    pub asked: Vec<String>,
}

impl ClientHandler for Ears {
    fn get_info(&self) -> ClientConfig {
        let capabilities = ClientCapabilities::builder().enable_elicitation().enable_tasks().build();
        ClientConfig::new(capabilities, Implementation::new("tests", "0"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            return Err(ErrorData::internal_error("no form", None));
        };
        let mut person = self.person.lock().unwrap();
        person.asked.push(message);
        Ok(match person.answers.pop_front().expect("one question too many") {
            Some(answer) => ElicitResult::new(ElicitationAction::Accept).with_content(answer),
            None => ElicitResult::new(ElicitationAction::Decline),
        })
    }

    async fn on_progress(&self, told: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        let _ = self.heard.send(Told::Progress(told.progress, told.total, told.message));
    }

    async fn on_logging_message(&self, told: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        let level = serde_json::to_value(told.level).unwrap();
        let _ = self.heard.send(Told::Logged(level.as_str().unwrap().to_owned(), told.data));
    }

    async fn on_resource_updated(&self, told: ResourceUpdatedNotificationParam, _: NotificationContext<RoleClient>) {
        let _ = self.heard.send(Told::Updated(told.uri));
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        let _ = self.heard.send(Told::Tools);
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        let _ = self.heard.send(Told::Resources);
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        let _ = self.heard.send(Told::Prompts);
    }
}

pub struct Client {
    pub way: Way,
    pub service: RunningService<RoleClient, Ears>,
    pub told: UnboundedReceiver<Told>,
    pub person: Arc<Mutex<Person>>,
    /// A server that listens; over stdio the client has started it itself.
    _server: Option<Child>,
}

impl Client {
    async fn connect(way: Way, definitions: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
        command.args(["demo", "--definitions"]).arg(definitions).env_clear().kill_on_drop(true);
        let (heard, told) = unbounded_channel();
        let person = Arc::<Mutex<Person>>::default();
        let ears = Ears { heard, person: person.clone() };
        let newest = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
        let mode = if way.modern { newest } else { ClientLifecycleMode::Initialize };
        let (service, server) = if way.http {
            command.args(["--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::piped());
            let mut server = command.stderr(Stdio::null()).spawn().unwrap();
            let mut said = BufReader::new(server.stdout.take().unwrap()).lines();
            let url = loop {
                let line = within(said.next_line()).await.unwrap().expect("it serves");
                if let Some(rest) = line.strip_prefix("MCP is served at ") {
                    break rest.split(". ").next().unwrap().to_owned();
                }
            };
            tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
            let transport = StreamableHttpClientTransport::from_uri(url);
            (within(ears.serve_with_lifecycle(transport, mode)).await.unwrap(), Some(server))
        } else {
            command.arg("--stdio");
            let (transport, _) = TokioChildProcess::builder(command).stderr(Stdio::null()).spawn().unwrap();
            (within(ears.serve_with_lifecycle(transport, mode)).await.unwrap(), None)
        };
        Self { way, service, told, person, _server: server }
    }

    /// What the person will say, to the questions to come.
    pub fn will_say(&self, answers: impl IntoIterator<Item = Option<Value>>) {
        *self.person.lock().unwrap() = Person { answers: answers.into_iter().collect(), asked: Vec::new() };
    }

    pub fn asked(&self) -> Vec<String> {
        self.person.lock().unwrap().asked.clone()
    }

    /// The log of every call is wanted from this level on: at the newest revision each request says so.
    pub fn params(&self, tool: &str, arguments: Value) -> CallToolRequestParams {
        let mut params = CallToolRequestParams::new(tool.to_owned()).with_arguments(object(arguments));
        if self.way.modern {
            let mut meta = RequestMetaObject::default();
            meta.set_log_level(rmcp::model::LoggingLevel::Info);
            params.meta = Some(meta);
        }
        params
    }

    pub async fn call(&self, tool: &str, arguments: Value) -> CallToolResult {
        self.service.call_tool(self.params(tool, arguments)).await.unwrap()
    }

    /// The text of a call that must work.
    pub async fn says(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_ne!(result.is_error, Some(true), "{tool}: {result:?}");
        text(&result)
    }

    /// A call that must work and answers JSON.
    pub async fn works(&self, tool: &str, arguments: Value) -> Value {
        serde_json::from_str(&self.says(tool, arguments).await).unwrap()
    }

    /// Creates a contact; gives its id.
    pub async fn contact(&self, name: &str, city: &str) -> i64 {
        let made = self.works("add_contact", json!({"name": name, "city": city})).await;
        made["records"][0]["id"].as_i64().unwrap()
    }

    /// From now on the server tells of its lists, and of these addresses.
    pub async fn hears(&mut self, addresses: &[String]) -> Hearing<'_> {
        if !self.way.modern {
            return Hearing { told: &mut self.told, events: None };
        }
        let mut filter = SubscriptionFilter::default();
        filter.tools_list_changed = Some(true);
        filter.resources_list_changed = Some(true);
        filter.prompts_list_changed = Some(true);
        filter.resource_subscriptions = (!addresses.is_empty()).then(|| addresses.to_vec());
        let events = self.service.listen(filter).await.unwrap();
        Hearing { told: &mut self.told, events: Some(events) }
    }
}

/// Until it is dropped.
pub struct Hearing<'c> {
    told: &'c mut UnboundedReceiver<Told>,
    events: Option<Subscription>,
}

impl Hearing<'_> {
    /// The next change.
    pub async fn next(&mut self) -> Told {
        let Some(events) = &mut self.events else { return self.told.recv().await.expect("the server is there") };
        match events.next().await.unwrap().expect("the stream goes on") {
            ServerNotification::ToolListChangedNotification(_) => Told::Tools,
            ServerNotification::ResourceListChangedNotification(_) => Told::Resources,
            ServerNotification::PromptListChangedNotification(_) => Told::Prompts,
            ServerNotification::ResourceUpdatedNotification(told) => Told::Updated(told.params.uri),
            other => panic!("{other:?}"),
        }
    }
}

pub fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

pub fn text(result: &CallToolResult) -> String {
    result.content.iter().filter_map(|block| Some(block.as_text()?.text.clone())).collect::<Vec<_>>().join("\n")
}

/// The error that a request must be answered with.
pub fn refused<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> (ErrorCode, ErrorData) {
    match result {
        Err(ServiceError::McpError(error)) => (error.code, error),
        other => panic!("not refused: {other:?}"),
    }
}
