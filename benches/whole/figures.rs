//! Figures, their spread, and how they are written down.

use std::fmt;
use std::time::Duration;

/// A table of figures under a heading.
#[derive(Debug)]
pub struct Section {
    pub title: &'static str,
    pub head: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n", self.title)?;
        writeln!(f, "| {} |", self.head.join(" | "))?;
        // What is measured stands left, the figures right.
        let rule = |(at, _)| if at == 0 { "---" } else { "---:" };
        writeln!(f, "| {} |", self.head.iter().enumerate().map(rule).collect::<Vec<_>>().join(" | "))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        writeln!(f)
    }
}

/// The middle one.
pub fn median<T: Copy + PartialOrd>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("no figure is a NaN"));
    sorted[sorted.len() / 2]
}

/// The least and the most.
pub fn spread<T: Copy + PartialOrd>(values: &[T]) -> (T, T) {
    let pick = |wins: fn(&T, &T) -> bool| {
        values.iter().copied().reduce(|best, next| if wins(&next, &best) { next } else { best }).expect("figures")
    };
    (pick(|a, b| a < b), pick(|a, b| a > b))
}

pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// "1.234 (1.200 … 1.300)".
pub fn with_spread(values: &[f64], digits: usize) -> String {
    let (least, most) = spread(values);
    format!("{:.digits$} ({least:.digits$} … {most:.digits$})", median(values))
}

/// Where the figures stand in the page.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");
const BEGIN: &str = "<!-- figures: written by `cargo bench --bench whole -- --save` -->\n";
const END: &str = "<!-- end of figures -->";

/// Puts the figures in the place of the older ones.
pub fn save(figures: &str) {
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (before, rest) = page.split_once(BEGIN).expect("the page says where figures begin");
    let (_, after) = rest.split_once(END).expect("the page says where figures end");
    std::fs::write(PAGE, format!("{before}{BEGIN}\n{figures}{END}{after}")).expect("the page can be written");
    eprintln!("saved to {PAGE}");
}
