//! The real binary, in an environment of its own.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::line::PATIENCE;

/// `tooldoo` with these arguments, and no environment but what the test sets.
pub fn tooldoo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tooldoo"));
    command.args(arguments).env_clear().kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The variables of an Odoo that is not there.
pub fn unreachable_odoo(command: &mut Command) -> &mut Command {
    command.envs([("ODOO_URL", "http://127.0.0.1:1"), ("ODOO_DB", "x"), ("ODOO_USERNAME", "x"), ("ODOO_API_KEY", "x")])
}

/// A server over stdio.
pub struct Process {
    pub child: Child,
    pub input: Option<ChildStdin>,
    pub output: Lines<BufReader<ChildStdout>>,
    pub errors: ChildStderr,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let errors = child.stderr.take().unwrap();
        Self { child, input, output, errors }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        let writing = self.input.as_mut().unwrap().write_all(bytes);
        tokio::time::timeout(PATIENCE, writing).await.unwrap().unwrap();
    }

    pub async fn ask(&mut self, message: &Value) -> Value {
        self.write(format!("{message}\n").as_bytes()).await;
        loop {
            let answer = self.next().await.expect("the server went away");
            if answer["id"] == message["id"] {
                return answer;
            }
        }
    }

    /// The next frame; anything else on stdout fails the test.
    pub async fn next(&mut self) -> Option<Value> {
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await.unwrap().unwrap()?;
        let frame: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a frame: {line}"));
        assert_eq!(frame["jsonrpc"], "2.0", "not a frame: {line}");
        Some(frame)
    }

    /// Closes the input, and waits for the end. Gives the exit status and what was said on stderr.
    pub async fn end(mut self) -> (Option<i32>, String) {
        self.input = None;
        while self.next().await.is_some() {}
        self.ended().await
    }

    pub async fn ended(mut self) -> (Option<i32>, String) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        let mut said = String::new();
        self.errors.read_to_string(&mut said).await.unwrap();
        (status.code(), said)
    }

    pub fn signal(&self, signal: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

/// A definition file with one tool that needs no Odoo.
pub fn definition(name: &str, text: &str) -> String {
    format!(
        "[[tool]]\nname = \"{name}\"\ndescription = \"Says what its file says\"\n[[tool.content]]\ntype = \"text\"\ntext = \"{text}\"\n"
    )
}

pub fn save(directory: &Path, file: &str, text: &str) {
    std::fs::write(directory.join(file), text).unwrap();
}
