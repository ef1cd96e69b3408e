//! What was looked at, and what was found.

use std::collections::BTreeMap;
use std::fmt;

/// A promise that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Check {
    /// What it is called.
    pub(super) name: &'static str,
    /// What must hold, in one sentence.
    pub(super) says: &'static str,
}

/// What one check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The check.
    pub check: &'static str,
    /// What must hold, in one sentence.
    pub says: &'static str,
    /// Rows, requests or awards that it was held against. None: it proved nothing.
    pub rows: u64,
    /// Those for which it does not hold.
    pub violations: u64,
}

/// A row for which a check does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which check.
    pub check: &'static str,
    /// The row: its table, and its key in it. Of answers and calls, whose they are.
    pub row: String,
    /// What is wrong with it, with the numbers.
    pub found: String,
}

/// What the evidence proves, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Every check, by name.
    pub checked: Vec<Checked>,
    /// Rows that break one, at most [`Self::NAMED_MAX`] for each, by check.
    pub violations: Vec<Violation>,
}

impl Report {
    /// Rows that are named for one check. More are counted.
    pub const NAMED_MAX: u64 = 100;

    /// Whether every check holds.
    pub fn holds(&self) -> bool {
        self.checked.iter().all(|checked| checked.violations == 0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Checked { check, says, rows, violations } in &self.checked {
            let verdict = if *violations == 0 { "holds".to_owned() } else { format!("{violations} VIOLATIONS") };
            writeln!(f, "{check:<24} {rows:>9} looked at, {verdict}: {says}")?;
        }
        for Violation { check, row, found } in &self.violations {
            writeln!(f, "VIOLATION of {check}: {row}: {found}")?;
        }
        let violations: u64 = self.checked.iter().map(|checked| checked.violations).sum();
        writeln!(f, "{} checks, {violations} violations", self.checked.len())
    }
}

/// A report in the making.
#[derive(Debug, Default)]
pub(super) struct Findings {
    checks: BTreeMap<Check, Finding>,
}

#[derive(Debug, Default)]
struct Finding {
    rows: u64,
    violations: u64,
    named: Vec<(String, String)>,
}

impl Findings {
    /// So many more were held against a check.
    pub(super) fn looked(&mut self, check: Check, rows: u64) {
        self.checks.entry(check).or_default().rows += rows;
    }

    /// A row breaks a check.
    pub(super) fn found(&mut self, check: Check, row: impl Into<String>, found: impl Into<String>) {
        let finding = self.checks.entry(check).or_default();
        finding.violations += 1;
        if finding.violations <= Report::NAMED_MAX {
            finding.named.push((row.into(), found.into()));
        }
    }

    /// What was found in another database.
    pub(super) fn add(&mut self, other: Self) {
        for (check, theirs) in other.checks {
            let mine = self.checks.entry(check).or_default();
            mine.rows += theirs.rows;
            mine.violations += theirs.violations;
            let room = usize::try_from(Report::NAMED_MAX).unwrap_or(usize::MAX).saturating_sub(mine.named.len());
            mine.named.extend(theirs.named.into_iter().take(room));
        }
    }

    pub(super) fn report(self) -> Report {
        let mut report = Report { checked: Vec::new(), violations: Vec::new() };
        for (Check { name: check, says }, Finding { rows, violations, named }) in self.checks {
            report.checked.push(Checked { check, says, rows, violations });
            report.violations.extend(named.into_iter().map(|(row, found)| Violation { check, row, found }));
        }
        report
    }
}
