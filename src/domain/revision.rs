//! What one campaign document says differently from another, for those who review it.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::document::CampaignDocument;

impl CampaignDocument {
    /// SHA-256 of the document as JSON, in hexadecimal. Two documents that say the same have the same one, however they were
    /// written.
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(self).expect("a document is JSON");
        hex::encode(Sha256::digest(text))
    }

    /// The top-level parts that differ from those of an earlier document, by name; all of them without an earlier one.
    pub fn parts_unlike(&self, before: Option<&Self>) -> Vec<String> {
        let (before, after) = (before.map(parts).unwrap_or_default(), parts(self));
        let mut names: Vec<_> = before.keys().chain(after.keys()).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| before.get(name) != after.get(name));
        names
    }
}

fn parts(document: &CampaignDocument) -> Map<String, Value> {
    match serde_json::to_value(document) {
        Ok(Value::Object(parts)) => parts,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{self, Format};

    #[test]
    fn parts_that_differ_are_named_and_only_they() {
        let text = include_str!("../../campaigns/demo-100301.toml");
        let before = document::parse(text, Format::Toml).expect("valid");
        let mut after = before.clone();
        assert_eq!((after.digest(), after.parts_unlike(Some(&before))), (before.digest(), Vec::new()));
        after.title = "spring".into();
        after.blacklist = None;
        assert_ne!(after.digest(), before.digest());
        assert_eq!(after.parts_unlike(Some(&before)), ["blacklist", "title"]);
        assert!(before.parts_unlike(None).contains(&"awards".to_owned()));
    }
}
