//! A configuration that is wrong: what stops a start, and in which words.

use crate::common::process::tooldoo;
use crate::server::KEY;
use crate::{path, run};

fn write(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    (directory, file)
}

#[tokio::test]
async fn a_variable_that_is_not_set_is_named_with_its_key_and_place() {
    let (_directory, file) = write(
        "[instances.main]\nurl = \"https://example.odoo.com\"\nusername = \"bot\"\napi_key = { env = \"ERP_KEY\" }\n",
    );
    for command in ["serve", "check", "list"] {
        for value in [None, Some(""), Some("  ")] {
            let mut start = tooldoo(&[command, "--config", path(&file)]);
            start.envs(value.map(|value| ("ERP_KEY", value)));
            let (status, out, err) = run(start).await;
            let said = out + &err;
            assert_eq!(status, 1, "{command}: {said}");
            for part in ["`instances.main.api_key`", "`ERP_KEY`", "config.toml:4:19"] {
                assert!(said.contains(part), "{command}: {part} is not in {said}");
            }
            assert!(said.contains(if value.is_some() { "which is empty" } else { "which is not set" }), "{said}");
        }
    }
}

#[tokio::test]
async fn a_start_without_credentials_is_one_sentence_and_what_to_do() {
    let url = ("ODOO_URL", "http://127.0.0.1:1");
    for (variables, words) in [
        (vec![], ["no address of an Odoo is known", "`ODOO_URL`"]),
        (vec![url], ["it has neither an API key nor a password", "`ODOO_API_KEY`"]),
        (vec![url, ("ODOO_USERNAME", "bot")], ["it has neither an API key nor a password", "`ODOO_API_KEY`"]),
        (
            vec![url, ("ODOO_PASSWORD", "correct horse")],
            ["needs a login, and the Odoo `main` has none", "`ODOO_USERNAME`"],
        ),
        (
            vec![url, ("ODOO_API_KEY", KEY), ("TOOLDOO_INSTANCES__MAIN__PROTOCOL", "jsonrpc")],
            ["needs a login, and the Odoo `main` has none", "`ODOO_USERNAME`"],
        ),
    ] {
        for arguments in [["serve", "--stdio"].as_slice(), &["serve", "--http", "--listen", "127.0.0.1:0"]] {
            let mut start = tooldoo(arguments);
            start.envs(variables.clone());
            let (status, out, err) = run(start).await;
            assert_eq!((status, out.as_str()), (1, ""), "{err}");
            assert!(words.iter().all(|words| err.contains(words)), "{words:?} are not in {err}");
            assert!(err.lines().count() <= 8, "{err}");
        }
    }
}

#[tokio::test]
async fn ten_mistakes_in_a_configuration_are_told_at_once() {
    let (_directory, file) = write(
        "default_instance = \"nope\"\nnonsense = 1\n\
         [instances.main]\nurl = 7\nprotocol = \"soap\"\ntimeout = \"soon\"\napi_key = { env = \"NOT_SET\" }\npassword = { file = \"gone\" }\n\
         [server]\nread_only = \"yes\"\nmax_records = -1\n\
         [http]\nlisten = \"here\"\n[log]\nlevel = \"loud\"\n",
    );
    let (status, _, err) = run(tooldoo(&["serve", "--config", path(&file)])).await;
    assert_eq!(status, 1);
    for place in [":1:", ":2:", ":4:", ":5:", ":6:", ":7:", ":8:", ":10:", ":11:", ":13:", ":15:"] {
        assert!(err.contains(&format!("config.toml{place}")), "{place} is not in {err}");
    }
}
