//! What a run measured: figures beside their targets, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use serde::Serialize;

use super::cost::{Cost, Statement};
use super::load::{Met, as_f64};

/// Characters of a statement that are shown.
const STATEMENT_SHOWN: usize = 110;

/// What a figure is to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, ">= {least}"),
            Self::AtMost(most) => write!(f, "<= {most}"),
        }
    }
}

/// One figure, measured as often as the run was repeated.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) unit: &'static str,
    pub(super) target: Option<Target>,
    pub(super) median: f64,
    /// In the order they were measured.
    pub(super) values: Vec<f64>,
    pub(super) is_met: Option<bool>,
}

/// What a stretch of load came to.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Stretch {
    pub(super) name: String,
    /// Requests that were to come each second, where they came at a rate.
    pub(super) offered: Option<f64>,
    /// Answers that say yes, each second.
    pub(super) rate: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) p999_ms: f64,
    pub(super) max_ms: f64,
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) failed: u64,
    pub(super) seconds: f64,
    pub(super) cost: Option<Cost>,
}

impl Stretch {
    pub(super) fn of(name: impl Into<String>, offered: Option<f64>, met: &Met, cost: Option<Cost>) -> Self {
        Self {
            name: name.into(),
            offered,
            rate: met.rate(),
            p50_ms: met.millis(0.5),
            p99_ms: met.millis(0.99),
            p999_ms: met.millis(0.999),
            max_ms: met.millis(1.0),
            statuses: met.statuses.clone(),
            failed: met.failed,
            seconds: met.seconds,
            cost,
        }
    }

    /// How one draw went and what it cost, in a line.
    pub(super) fn tell(&self) -> String {
        let mut told = vec![format!(
            "{:<28} {:>8.0}/s  p50 {:>7.2}  p99 {:>7.2}  p99.9 {:>7.2} ms",
            self.name, self.rate, self.p50_ms, self.p99_ms, self.p999_ms
        )];
        let done: u64 = self.statuses.range(200..300).map(|(_, times)| times).sum();
        if let Some(cost) = &self.cost {
            let each = |count: u64| as_f64(count) / as_f64(done.max(1));
            told.push(format!(
                "each: {:.3} statements, {:.3} Redis calls, {:.0} bytes of log",
                each(cost.statements),
                each(cost.redis_calls),
                each(cost.log_bytes)
            ));
            let micros = |seconds: f64| seconds * 1e6 / as_f64(done.max(1));
            let processes = cost.processor_seconds.iter();
            told.extend(processes.map(|(name, seconds)| format!("{name} {:.0} us", micros(*seconds))));
        }
        let refused: Vec<_> = self.statuses.iter().filter(|(status, _)| !(200..300).contains(*status)).collect();
        if !refused.is_empty() || self.failed > 0 {
            told.push(format!("not done: {refused:?}, {} without answer", self.failed));
        }
        told.join("  ")
    }
}

/// Everything of a run.
#[derive(Debug, Serialize)]
pub(super) struct Results {
    pub(super) machine: BTreeMap<&'static str, String>,
    /// What was asked for.
    pub(super) plan: BTreeMap<&'static str, String>,
    pub(super) figures: Vec<Figure>,
    pub(super) stretches: Vec<Stretch>,
    /// What Postgres was busy with, longest first.
    pub(super) statements: Vec<Statement>,
    /// Rows that break an invariant afterwards, by what was measured.
    pub(super) violations: BTreeMap<String, usize>,
}

impl Results {
    pub(super) fn new(plan: BTreeMap<&'static str, String>) -> Self {
        let machine = super::machine::describe();
        Self {
            machine,
            plan,
            figures: Vec::new(),
            stretches: Vec::new(),
            statements: Vec::new(),
            violations: BTreeMap::new(),
        }
    }

    /// Adds a value to a figure, which is begun with its first.
    pub(super) fn figure(&mut self, name: &str, unit: &'static str, target: Option<Target>, value: f64) {
        let place = self.figures.iter().position(|figure| figure.name == name).unwrap_or_else(|| {
            let (name, values) = (name.to_owned(), Vec::new());
            self.figures.push(Figure { name, unit, target, median: 0.0, values, is_met: None });
            self.figures.len() - 1
        });
        let figure = &mut self.figures[place];
        figure.values.push(value);
        figure.median = median(&figure.values);
        figure.is_met = figure.target.map(|target| target.is_met(figure.median));
    }

    /// The median of a figure; not a number where it was not measured.
    pub(super) fn median(&self, name: &str) -> f64 {
        self.figures.iter().find(|figure| figure.name == name).map_or(f64::NAN, |figure| figure.median)
    }

    /// Tells of a stretch as it ends, and keeps it.
    pub(super) fn stretch(&mut self, stretch: Stretch) {
        println!("{}", stretch.tell());
        self.stretches.push(stretch);
    }

    /// Tells what Postgres was busy with, and keeps it.
    pub(super) fn statements(&mut self, statements: Vec<Statement>) {
        for Statement { text, calls, millis } in &statements {
            let each = millis / as_f64((*calls).max(1));
            println!(
                "{millis:>9.0} ms in {calls:>8} calls of {each:>8.3} ms: {}",
                text.chars().take(STATEMENT_SHOWN).collect::<String>()
            );
        }
        self.statements = statements;
    }

    /// Figures beside their targets, as a table of Markdown.
    pub(super) fn table(&self) -> String {
        let mut lines = vec![
            "| figure | median | least to most | target | |".to_owned(),
            "| --- | ---: | ---: | ---: | --- |".to_owned(),
        ];
        for Figure { name, unit, target, median, values, is_met } in &self.figures {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let target = target.map(|target| target.to_string()).unwrap_or_default();
            let verdict = is_met.map_or("", |is_met| if is_met { "met" } else { "**missed**" });
            lines.push(format!(
                "| {name} | {} {unit} | {} to {} | {target} | {verdict} |",
                digits(*median),
                digits(least),
                digits(most)
            ));
        }
        lines.join("\n")
    }
}

/// Three digits that say something.
fn digits(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        ..0.1 => format!("{value:.4}"),
        ..10.0 => format!("{value:.2}"),
        ..1000.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length.is_multiple_of(2) => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_judged_by_its_median() {
        let mut results = Results::new(BTreeMap::new());
        for value in [9.0, 2.0, 3.5] {
            results.figure("ratio", "", Some(Target::AtLeast(3.0)), value);
        }
        results.figure("latency", "ms", Some(Target::AtMost(20.0)), 20.5);
        results.figure("rate", "/s", None, 12_345.6);
        let table = results.table();
        assert!(table.contains("| ratio | 3.50  | 2.00 to 9.00 | >= 3 | met |"), "{table}");
        assert!(table.contains("| latency | 20.5 ms | 20.5 to 20.5 | <= 20 | **missed** |"), "{table}");
        assert!(table.contains("| rate | 12346 /s | 12346 to 12346 |  |  |"), "{table}");
        assert!(results.median("none").is_nan());
    }

    #[test]
    fn the_median_of_two_lies_between_them() {
        assert_eq!(digits(median(&[1.0, 2.0])), "1.50");
    }
}
