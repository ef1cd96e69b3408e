//! The port for the record of changes. Records are written by the methods that make the changes, in their transactions.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::audit::AuditEntry;
use crate::domain::id::AuditId;

/// Which records are wanted. All of them without a filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Only those of this actor, as it writes itself.
    pub actor: Option<String>,
    /// Only those about this subject.
    pub subject: Option<String>,
}

/// What is remembered of changes.
#[async_trait]
pub trait AuditStore {
    /// Records, newest first.
    async fn audit(&self, filter: &AuditFilter, page: &Page<AuditId>) -> Stored<Vec<AuditEntry>>;
}
