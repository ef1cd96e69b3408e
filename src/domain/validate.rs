//! From a campaign document to a campaign, or to every fault it has.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::campaign::Campaign;
use super::document::CampaignDocument;

/// One fault of a campaign document: where it is, what is wrong, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DocumentFault {
    /// Path into the document, such as `awards[2].weight`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.path, self.message, self.mend)
    }
}

/// Checks a document and makes it ready to decide draws.
///
/// # Errors
/// Every fault the document has, in document order, not only the first.
pub fn compile(_document: &CampaignDocument) -> Result<Campaign, Vec<DocumentFault>> {
    Err(Vec::new())
}

/// The path and name of every webhook endpoint a document uses.
pub fn webhook_endpoints(_document: &CampaignDocument) -> impl Iterator<Item = (String, String)> {
    std::iter::empty()
}
