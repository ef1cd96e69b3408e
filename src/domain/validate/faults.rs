//! Collecting faults, so that an operator mends a document once and not fault by fault.

use std::ops::RangeInclusive;
use std::str::FromStr;

use super::DocumentFault;
use crate::domain::id::InvalidId;
use crate::domain::points::Points;

/// The fields of a document in the order it lists them.
const FIELDS: [&str; 15] = [
    "activity",
    "title",
    "description",
    "opens_at",
    "closes_at",
    "time_zone",
    "strategy",
    "limits",
    "points_expire_after_days",
    "awards",
    "tiers",
    "blacklist",
    "skus",
    "rebates",
    "stages",
];

/// What has been found so far.
///
/// Invariant: a reader that has no value to give has added a fault that says why.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<DocumentFault>,
}

impl Faults {
    /// Notes a fault.
    pub(super) fn add(&mut self, path: impl Into<String>, message: impl Into<String>, mend: impl Into<String>) {
        self.found.push(DocumentFault { path: path.into(), message: message.into(), mend: mend.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything found, as the document lists it.
    pub(super) fn in_document_order(mut self) -> Vec<DocumentFault> {
        self.found.sort_by_cached_key(|fault| place(&fault.path));
        self.found
    }

    /// Reads an id or a name: what appears in paths and keys.
    pub(super) fn id<Id: FromStr<Err = InvalidId>>(&mut self, path: impl Into<String>, text: &str) -> Option<Id> {
        self.checked(path, text, "Use 1 to 64 letters, digits, '.', '_' and '-'.")
    }

    /// Reads the id of a user: any text the business uses.
    pub(super) fn user<Id: FromStr<Err = InvalidId>>(&mut self, path: impl Into<String>, text: &str) -> Option<Id> {
        self.checked(path, text, "Use 1 to 128 bytes of printable text without white space at its ends.")
    }

    fn checked<Id: FromStr<Err = InvalidId>>(&mut self, path: impl Into<String>, text: &str, mend: &str) -> Option<Id> {
        match text.parse() {
            Ok(id) => Some(id),
            Err(InvalidId(why)) => {
                // The id's own message ends in a mend for callers who have no document to look at.
                let why = why.split(';').next().unwrap_or_default();
                self.add(path, format!("the id {} {why}", quoted(text)), mend);
                None
            }
        }
    }

    /// Checks a line that users read.
    pub(super) fn title(&mut self, path: impl Into<String>, text: &str, chars_max: usize) {
        let path = path.into();
        if text.trim().is_empty() {
            self.add(path, "is empty, and users read it", "Write what it is in a few words.");
        } else {
            self.label(path, text, chars_max);
        }
    }

    /// Checks a line that may be empty.
    pub(super) fn label(&mut self, path: impl Into<String>, text: &str, chars_max: usize) {
        let path = path.into();
        if text.chars().any(char::is_control) {
            self.add(path.clone(), "holds a control character", "Write it on one line, without tabs.");
        }
        self.length(path, text, chars_max);
    }

    /// Checks that a text is not too long.
    pub(super) fn length(&mut self, path: impl Into<String>, text: &str, chars_max: usize) {
        let chars = text.chars().count();
        if chars > chars_max {
            let mend = format!("Shorten it to at most {chars_max} characters.");
            self.add(path, format!("is {chars} characters long"), mend);
        }
    }

    /// Checks how many entries a list has.
    pub(super) fn count(&mut self, path: &str, entries: usize, bounds: RangeInclusive<usize>) {
        if !bounds.contains(&entries) {
            let mend = match (bounds.start(), bounds.end()) {
                (1, _) if entries == 0 => "Name at least one, or remove the part that needs it.".to_owned(),
                (_, most) => format!("Keep at most {most}."),
            };
            self.add(path, format!("has {entries} entries"), mend);
        }
    }

    /// Checks the stock of something; none is without limit, and 0 is sold out.
    pub(super) fn stock(&mut self, path: impl Into<String>, stock: Option<u64>) {
        if stock.is_some_and(|stock| stock > super::STOCK_MAX) {
            let mend = format!("Use at most {}, or remove it for a stock without limit.", super::STOCK_MAX);
            self.add(path, format!("a stock of {} is more than can be counted", stock.unwrap_or_default()), mend);
        }
    }

    /// Reads an amount of points, which may be zero.
    pub(super) fn price(&mut self, path: impl Into<String>, text: &str) -> Option<Points> {
        match text.parse() {
            Ok(points) => Some(points),
            Err(invalid) => {
                let mend =
                    format!("Write a decimal with at most two places from 0 to {}, such as \"12.50\".", Points::MAX);
                self.add(path, format!("{} {invalid}", quoted(text)), mend);
                None
            }
        }
    }

    /// Reads an amount of points that is credited to somebody: the ledger moves no zeros.
    pub(super) fn points(&mut self, path: impl Into<String>, text: &str) -> Option<Points> {
        let path = path.into();
        let points = self.price(path.clone(), text)?;
        if points <= Points::ZERO {
            self.add(path, "is nothing, and a transfer of nothing cannot be made", "Write at least \"0.01\".");
            return None;
        }
        Some(points)
    }
}

/// A text as a message shows it: in quotes, and short whatever was sent.
pub(super) fn quoted(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Where a path stands in a document: the number of its field, and of the entry within it.
fn place(path: &str) -> (usize, usize) {
    let name_end = path.find(['.', '[']).unwrap_or(path.len());
    let field = FIELDS.iter().position(|field| *field == &path[..name_end]).unwrap_or(FIELDS.len());
    let entry = path[name_end..].strip_prefix('[').and_then(|rest| rest.split(']').next());
    (field, entry.and_then(|number| number.parse().ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::CampaignDocument;

    #[test]
    fn faults_are_listed_as_the_document_lists_its_fields() {
        let mut faults = Faults::default();
        for path in ["stages", "awards[10].id", "awards[2].weight", "awards", "awards[2].id", "title"] {
            faults.add(path, "", "");
        }
        let paths: Vec<_> = faults.in_document_order().into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["title", "awards", "awards[2].weight", "awards[2].id", "awards[10].id", "stages"]);
    }

    #[test]
    fn every_field_of_a_document_has_a_place() {
        let schema = serde_json::to_value(schemars::schema_for!(CampaignDocument)).unwrap();
        let fields = schema["properties"].as_object().unwrap();
        assert_eq!(fields.len(), FIELDS.len());
        for field in fields.keys() {
            assert!(FIELDS.contains(&field.as_str()), "add {field} to FIELDS");
        }
    }
}
