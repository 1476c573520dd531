//! The configuration as it is found: flags, environment, file.

use std::fs;

use secrecy::ExposeSecret as _;

use super::*;
use crate::odoo::Protocol;
use crate::source::{Look, render};

/// A configuration file in a directory of its own, and what is loaded with it.
struct Fixture {
    directory: tempfile::TempDir,
    options: Options,
}

impl Fixture {
    fn new(text: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let config = directory.path().join("config.toml");
        fs::write(&config, text).expect("the file is written");
        let options = Options { config: Some(config), ..Options::default() };
        Self { directory, options }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.options.environment.insert(name.into(), value.into());
        self
    }

    fn load(&self) -> (Config, Vec<String>) {
        match load(&self.options) {
            Ok((config, warnings)) => (config, warnings.iter().map(|warning| warning.message.clone()).collect()),
            Err(diagnostics) => panic!("{diagnostics:#?}"),
        }
    }

    /// Everything that is wrong, as it is shown, without the directory's name.
    fn errors(&self) -> String {
        let Err(diagnostics) = load(&self.options) else { panic!("nothing is wrong") };
        let shown: Vec<_> = diagnostics.iter().map(|diagnostic| render(diagnostic, Look::Plain)).collect();
        shown.join("\n").replace(&format!("{}/", self.directory.path().display()), "")
    }
}

fn environment(variables: &[(&str, &str)]) -> Options {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Options { environment, ..Options::default() }
}

fn secret(secret: Option<&Secret>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let read = runtime.block_on(secret.expect("a secret").read());
    read.map_or_else(|error| error.to_string(), |secret| secret.expose_secret().to_owned())
}

#[test]
fn four_variables_are_enough() {
    let options = environment(&[
        ("ODOO_URL", "https://example.odoo.com/"),
        ("ODOO_DB", "example"),
        ("ODOO_USERNAME", "bot"),
        ("ODOO_API_KEY", "k3y"),
    ]);
    let (config, warnings) = load(&options).expect("it loads");
    assert!(warnings.is_empty());
    let instance = config.default_instance().expect("there is one");
    assert_eq!(instance.url, "https://example.odoo.com");
    assert_eq!((instance.database.as_deref(), instance.username.as_deref()), (Some("example"), Some("bot")));
    assert_eq!(secret(instance.api_key.as_ref()), "k3y");
    assert!(!format!("{config:?}").contains("k3y"), "a secret is never printed");
    assert_eq!((config.http.listen.as_str(), config.http.path.as_str()), ("127.0.0.1:8080", "/mcp"));
    assert_eq!(config.definitions.paths, None);
    assert!(config.definitions.reload && config.server.enabled && !config.server.read_only);
}

#[test]
fn without_an_address_only_what_needs_odoo_fails() {
    let (config, _) = load(&Options::default()).expect("it loads");
    let error = config.default_instance().expect_err("no address");
    assert!(error.hint.is_some_and(|hint| hint.contains("ODOO_URL")));
}

const WHOLE: &str = r#"
default_instance = "prod"
[instances.prod]
url = "https://odoo.example.com/odoo"
database = "prod"
username = "bot"
api_key = { file = "key" }
password = { command = ["echo", "s3cret"] }
protocol = "jsonrpc"
timeout = "5s"
max_connections = 2
max_response = "1MiB"
tls = { ca_file = "ca.pem" }
context = { lang = "fr_FR" }
[instances.test]
url = "http://127.0.0.1:8069"
[definitions]
paths = ["tools.d"]
reload = false
[server]
name = "sales"
instructions = "Ask first."
enabled = false
read_only = true
max_answer_bytes = 5000
max_records = 50
structured = true
[http]
listen = "[::1]:9000"
path = "/odoo"
allowed_hosts = ["mcp.example.com"]
allowed_origins = ["https://app.example.com"]
max_body = "1MB"
[limits]
sessions = { max = 5, idle = "10m" }
[cache]
metadata = "1m"
max_entries = 7
[log]
level = "debug"
format = "json"
"#;

#[test]
fn every_key_of_the_file_is_carried_out() {
    let fixture = Fixture::new(WHOLE);
    let root = fixture.directory.path().to_owned();
    fs::write(root.join("key"), "fr0m-file\n").expect("written");
    fs::write(root.join("ca.pem"), "").expect("written");
    let (config, warnings) = fixture.load();
    assert!(warnings.is_empty(), "{warnings:?}");
    let prod = config.default_instance().expect("there");
    assert_eq!(prod.url, "https://odoo.example.com/odoo");
    assert_eq!(secret(prod.api_key.as_ref()), "fr0m-file");
    assert_eq!(secret(prod.password.as_ref()), "s3cret");
    assert_eq!(
        (prod.protocol, prod.timeout.as_secs(), prod.max_connections, prod.max_response),
        (Protocol::JsonRpc, 5, 2, 1 << 20)
    );
    assert_eq!((prod.verify_tls, prod.ca_file.as_deref()), (true, Some(root.join("ca.pem").as_path())));
    assert_eq!(prod.context.get("lang").and_then(|lang| lang.as_str()), Some("fr_FR"));
    assert_eq!(config.instances.get("test").expect("there").url, "http://127.0.0.1:8069");
    assert_eq!(
        config.definitions,
        DefinitionsConfig { paths: Some(vec![root.join("tools.d")]), reload: false, personal: None }
    );
    assert_eq!(
        config.server,
        ServerConfig {
            name: "sales".into(),
            instructions: Some("Ask first.".into()),
            enabled: false,
            read_only: true,
            max_answer_bytes: 5000,
            max_records: 50,
            structured: true,
        }
    );
    assert_eq!(
        config.http,
        HttpConfig {
            listen: "[::1]:9000".into(),
            listen_origin: "http.listen".into(),
            path: "/odoo".into(),
            allowed_hosts: vec!["mcp.example.com".into()],
            allowed_origins: vec!["https://app.example.com".into()],
            max_body: 1_000_000,
        }
    );
    assert_eq!(config.limits, LimitsConfig { max_sessions: 5, session_idle: std::time::Duration::from_secs(600) });
    assert_eq!(config.cache, CacheConfig { metadata: std::time::Duration::from_secs(60), max_entries: 7 });
    assert_eq!(config.log, LogConfig { level: "debug".into(), format: LogFormat::Json });
}

#[test]
fn json_is_read_too() {
    let fixture = Fixture::new("");
    let path = fixture.directory.path().join("config.json");
    fs::write(&path, r#"{"server": {"name": "sales"}}"#).expect("written");
    let (config, _) = load(&Options { config: Some(path), ..Options::default() }).expect("it loads");
    assert_eq!(config.server.name, "sales");
}

#[test]
fn the_file_is_the_flags_the_variables_or_the_users() {
    let fixture = Fixture::new("[server]\nname = \"flag\"\n");
    let root = fixture.directory.path();
    fs::create_dir(root.join("tooldoo")).expect("made");
    fs::write(root.join("tooldoo/config.toml"), "[server]\nname = \"user\"\n").expect("written");
    fs::write(root.join("other.toml"), "[server]\nname = \"variable\"\n").expect("written");
    let name = |options: &Options| load(options).expect("it loads").0.server.name;
    let mut options = Options { user_directory: Some(root.to_owned()), ..Options::default() };
    assert_eq!(name(&options), "user");
    options.environment.insert("TOOLDOO_CONFIG".into(), root.join("other.toml").display().to_string());
    assert_eq!(name(&options), "variable");
    options.config = fixture.options.config.clone();
    assert_eq!(name(&options), "flag");
    options.config = Some(root.join("gone.toml"));
    assert!(load(&options).is_err(), "a file that is named must be there");
}

#[test]
fn a_flag_is_before_a_variable_is_before_the_file() {
    let mut fixture = Fixture::new("[http]\nlisten = \"127.0.0.1:1\"\n").with("TOOLDOO_HTTP__LISTEN", "127.0.0.1:2");
    let (config, _) = fixture.load();
    assert_eq!(
        (config.http.listen.as_str(), config.http.listen_origin.as_str()),
        ("127.0.0.1:2", "TOOLDOO_HTTP__LISTEN")
    );
    fixture.options.listen = Some("127.0.0.1:3".into());
    let (config, _) = fixture.load();
    assert_eq!((config.http.listen.as_str(), config.http.listen_origin.as_str()), ("127.0.0.1:3", "--listen"));
}

#[test]
fn every_kind_of_key_has_a_variable() {
    let options = environment(&[
        ("TOOLDOO_SERVER__READ_ONLY", "true"),
        ("TOOLDOO_SERVER__MAX_RECORDS", "9"),
        ("TOOLDOO_SERVER__NAME", "12"),
        ("TOOLDOO_DEFINITIONS__PATHS", r#"["a", "b"]"#),
        ("TOOLDOO_HTTP__MAX_BODY", "5000"),
        ("TOOLDOO_LIMITS__SESSIONS", r#"{ max = 3 }"#),
        ("TOOLDOO_CACHE__METADATA", "30s"),
        ("TOOLDOO_INSTANCES__MAIN__URL", "https://example.com"),
        ("TOOLDOO_INSTANCES__MAIN__API_KEY", "pl4in"),
        ("TOOLDOO_INSTANCES__MAIN__PASSWORD", "{ env = \"PW\" }"),
        ("PW", "w0rd"),
        ("TOOLDOO_TEST_ODOO_URL", "for tests"),
    ]);
    let (config, _) = load(&options).expect("it loads");
    assert!(config.server.read_only);
    assert_eq!((config.server.max_records, config.server.name.as_str()), (9, "12"));
    // What a variable says is relative to the working directory.
    assert_eq!(config.definitions.paths, Some(vec!["a".into(), "b".into()]));
    assert_eq!((config.http.max_body, config.limits.max_sessions), (5000, 3));
    let instance = config.default_instance().expect("there");
    assert_eq!(secret(instance.api_key.as_ref()), "pl4in");
    assert_eq!(secret(instance.password.as_ref()), "w0rd");
}

#[test]
fn odoo_variables_fill_only_what_the_file_leaves_open() {
    let fixture = Fixture::new("[instances.prod]\nurl = \"https://file.example.com\"\ntimeout = \"7s\"\n")
        .with("ODOO_URL", "https://variable.example.com")
        .with("ODOO_DATABASE", "db")
        .with("ODOO_USER", "bot")
        .with("ODOO_TIMEOUT", "12")
        .with("ODOO_VERIFY_SSL", "0")
        .with("ODOO_API_KEY", "");
    let (config, warnings) = fixture.load();
    // The only instance is the default one.
    assert_eq!(config.default_instance, "prod");
    let instance = config.default_instance().expect("there");
    assert_eq!((instance.url.as_str(), instance.timeout.as_secs()), ("https://file.example.com", 7));
    assert_eq!((instance.database.as_deref(), instance.username.as_deref()), (Some("db"), Some("bot")));
    assert!(!instance.verify_tls && instance.api_key.is_none());
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let (config, _) =
        load(&environment(&[("ODOO_URL", "http://localhost:8069"), ("ODOO_TIMEOUT", "12")])).expect("it loads");
    assert_eq!(config.default_instance().expect("there").timeout.as_secs(), 12);
}

#[test]
fn names_of_other_servers_keep_working() {
    let load = |variables: &[(&str, &str)]| load(&environment(variables)).expect("it loads").0;
    for value in ["http", "streamable-http", "streamable_http"] {
        assert_eq!(load(&[("MCP_TRANSPORT", value)]).transport, Some(Transport::Http));
    }
    assert_eq!(load(&[("MCP_TRANSPORT", "stdio")]).transport, Some(Transport::Stdio));
    assert_eq!(load(&[("MCP_HOST", "localhost"), ("MCP_PORT", "9000"), ("PORT", "1")]).http.listen, "localhost:9000");
    let config = load(&[("PORT", "7000"), ("MCP_HTTP_PATH", "/x")]);
    assert_eq!((config.http.listen.as_str(), config.http.listen_origin.as_str()), ("127.0.0.1:7000", "PORT"));
    assert_eq!(config.http.path, "/x");
    assert_eq!(load(&[("MCP_HOST", "::1")]).http.listen, "[::1]:8080");
}

#[test]
fn an_env_file_fills_in_what_is_not_set() {
    let fixture = Fixture::new("");
    let path = fixture.directory.path().join("odoo.env");
    fs::write(
        &path,
        "# comment\nexport ODOO_URL='https://a.example.com'\nODOO_DB=\"my db\"\nODOO_USERNAME=bot # who\n",
    )
    .expect("written");
    let mut options = Options { env_file: Some(path.clone()), ..environment(&[("ODOO_DB", "set")]) };
    let (config, _) = load(&options).expect("it loads");
    let instance = config.default_instance().expect("there");
    assert_eq!(
        (instance.url.as_str(), instance.database.as_deref(), instance.username.as_deref()),
        ("https://a.example.com", Some("set"), Some("bot"))
    );
    fs::write(&path, "ODOO_URL=x\ns3cret\n").expect("written");
    let diagnostics = load(&options).expect_err("a line that is no assignment");
    assert!(diagnostics.iter().any(|diagnostic| diagnostic.message.contains("line 2")), "{diagnostics:?}");
    assert!(!format!("{diagnostics:?}").contains("s3cret"));
    options.env_file = Some(fixture.directory.path().join("gone.env"));
    assert!(load(&options).is_err());
}

#[test]
fn beyond_loopback_nothing_listens() {
    let listen = |variables: &[(&str, &str)], http: bool| load(&Options { http, ..environment(variables) });
    let refused = |variables: &[(&str, &str)]| {
        let diagnostics = listen(variables, true).expect_err("refused");
        diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect::<String>()
    };
    assert!(refused(&[("MCP_HOST", "0.0.0.0")]).contains("`MCP_HOST`"));
    assert!(refused(&[("TOOLDOO_HTTP__LISTEN", "192.0.2.1:80")]).contains("`TOOLDOO_HTTP__LISTEN`"));
    assert!(refused(&[("TOOLDOO_HTTP__LISTEN", "[::]:80")]).contains("`[::]`"));
    assert!(listen(&[("MCP_TRANSPORT", "http"), ("MCP_HOST", "0.0.0.0")], false).is_err());
    // Over stdio nothing listens: the variable may stay from another server.
    assert_eq!(listen(&[("MCP_HOST", "0.0.0.0")], false).expect("a warning").1.len(), 1);
    for fine in ["127.0.0.2:1", "localhost:1", "[::1]:1"] {
        assert!(listen(&[("TOOLDOO_HTTP__LISTEN", fine)], true).is_ok(), "{fine}");
    }
}

#[test]
fn plain_http_beyond_loopback_is_warned_of() {
    let warnings = |url: &str| load(&environment(&[("ODOO_URL", url)])).expect("it loads").1.len();
    assert_eq!(warnings("http://odoo.example.com"), 1);
    assert_eq!(warnings("http://localhost:8069"), 0);
    assert_eq!(warnings("http://[::1]:8069"), 0);
    assert_eq!(warnings("https://odoo.example.com"), 0);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let text = r#"
default_instance = "prdo"
colour = "red"
[instances.prod]
url = "odoo.example.com"
api_key = { env = "ODOO_KEY" }
password = "s3cret"
protocol = "xmlrpc"
timeout = 30
company_ids = [1]
[instances.other]
username = "bot"
api_key = { env = "A", file = "b" }
tls = { verify = "no", cert = "x" }
[http]
listen = "8080"
path = "mcp"
allowed_origins = ["https://app.example.com/x", "*"]
max_body = "4 bananas"
[server]
max_records = 0
[access]
identity = "shared"
[log]
level = "verbose"
"#;
    let fixture =
        Fixture::new(text).with("ODOO_API_KEY", "set").with("TOOLDOO_SERVR__NAME", "x").with("MCP_TRANSPORT", "sse");
    let shown = fixture.errors();
    assert!(!shown.contains("s3cret"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_variable_that_is_not_set_is_named_with_its_key() {
    let fixture = Fixture::new("[instances.main]\nurl = \"https://example.com\"\napi_key = { env = \"ODOO_KEY\" }\n");
    insta::assert_snapshot!(fixture.errors());
}

#[test]
fn wrong_variables_are_shown_like_lines() {
    let options = environment(&[
        ("TOOLDOO_SERVER__MAX_RECORDS", "many"),
        ("TOOLDOO_LOG__LEVEL", "loud"),
        ("TOOLDOO_ACCESS_KEY", "s3cret"),
        ("MCP_TRANSPORT", "htpp"),
        ("MCP_PORT", "http"),
        ("ODOO_SSL_VERIFY", "perhaps"),
    ]);
    let diagnostics = load(&options).expect_err("wrong");
    let shown: Vec<_> = diagnostics.iter().map(|diagnostic| render(diagnostic, Look::Plain)).collect();
    let shown = shown.join("\n");
    assert!(!shown.contains("s3cret"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_command_that_fails_says_so_without_its_output() {
    let command =
        |words: &[&str]| secret(Some(&Secret::Command(words.iter().map(|word| (*word).to_owned()).collect())));
    assert!(command(&["false"]).contains("failed"));
    assert!(command(&["no-such-program-here"]).contains("cannot be run"));
    assert!(command(&["true"]).contains("empty"));
}

#[test]
fn the_example_that_ships_has_no_problems() {
    let config = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let (_, warnings) = load(&Options { config: Some(config), ..Options::default() }).expect("it loads");
    assert!(warnings.is_empty());
}

/// What is read for all is not one person's: and two persons with a prompt of one name would stop every reload.
#[test]
fn what_persons_keep_is_not_read_for_all() {
    for (paths, personal, is_shared) in [
        ("[\"tools.d\"]", "tools.d/people", true),
        ("[\"a\", \"tools.d\"]", "tools.d", true),
        ("[\".\"]", "people", true),
        ("[\"tools.d/../tools.d\"]", "tools.d/x/../people", true),
        ("[\"tools.d\"]", "people", false),
        ("[\"tools.d\"]", "tools.d2", false),
        ("[\"tools.d\"]", "tools.d/_people", false),
    ] {
        let fixture = Fixture::new(&format!(
            "[definitions]\npaths = {paths}\npersonal = \"{personal}\"\n[instances.main]\nurl = \"http://localhost\"\n"
        ));
        fs::create_dir(fixture.directory.path().join("tools.d")).expect("made");
        if is_shared {
            assert!(fixture.errors().contains("what one person keeps"), "{personal}: {}", fixture.errors());
        } else {
            fixture.load();
        }
    }
    let mut fixture =
        Fixture::new("[definitions]\npersonal = \"people\"\n[instances.main]\nurl = \"http://localhost\"\n");
    fixture.load();
    fixture.options.definitions = vec![fixture.directory.path().to_owned()];
    assert!(fixture.errors().contains("`personal` lies in"), "{}", fixture.errors());
}
