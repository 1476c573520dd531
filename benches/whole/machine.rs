//! On what was measured.

use std::fmt::Write as _;

/// The machine, how busy it was, and which build, as a list.
pub fn describe() -> String {
    let mut out = String::new();
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = line_of("/proc/meminfo", "MemTotal")
        .and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(String::new, |kilobytes| format!(", {:.0} GB memory", kilobytes / 1_048_576.0));
    let load = std::fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|line| Some(line.split_whitespace().next()?.to_owned()))
        .unwrap_or_else(|| "unknown".to_owned());
    let system = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let write = writeln!(
        out,
        "tooldoo {}, release profile, {} {}. {cpus} virtual CPUs ({model}){memory}. Load average of the machine before: {load}.\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        system.trim(),
    );
    write.expect("a String takes everything");
    out
}

fn line_of(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
