//! From a file that is saved to the client that is told.

use std::io::BufRead;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::Effort;
use crate::figures::{Section, milliseconds, with_spread};
use crate::odoo::Embedded;
use crate::server::{Server, command};
use crate::start::catalog;

/// Until nothing is left over from the save before.
const QUIET: Duration = Duration::from_millis(1500);

pub fn measure(effort: Effort) -> Section {
    let odoo = Embedded::start(19);
    let target = odoo.target("json2");
    let rows = [1, 1000].map(|tools| {
        let directory = catalog(tools);
        let server = Server::stdio_of(command(&target).arg("--definitions").arg(directory.path()));
        let (_process, _input, output) = server.into_pipes();
        let (send, told) = mpsc::channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let took: Vec<f64> = (0..effort.saves)
            .map(|save| {
                std::thread::sleep(QUIET);
                told.try_iter().for_each(drop);
                let text = format!(
                    "[[tool]]\nname = \"saved\"\ndescription = \"Save {save}\"\n[[tool.content]]\ntype = \"text\"\ntext = \"x\"\n"
                );
                let begin = Instant::now();
                std::fs::write(directory.path().join("saved.toml"), text).expect("a file");
                let told = told.recv_timeout(Duration::from_secs(30)).expect("a notification");
                assert!(told.contains("notifications/tools/list_changed"), "something else: {told}");
                milliseconds(begin.elapsed())
            })
            .collect();
        let name = if tools == 1 { "the shipped tools".to_owned() } else { format!("about {tools} tools") };
        vec![name, with_spread(&took, 0)]
    });
    Section {
        title: "Saved file to `notifications/tools/list_changed`",
        head: vec!["catalog", "ms (least … most)"],
        rows: rows.to_vec(),
    }
}
