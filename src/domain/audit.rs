//! Who changed what: the record behind every change an operator or a server of the business makes.

use std::fmt;

use super::calendar::Timestamp;
use super::id::{ApiKeyId, AuditId, OperatorId, UserId};

/// Who makes a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A server of the business, by its key.
    ApiKey(ApiKeyId),
    /// A person who signed in.
    Operator(OperatorId),
    /// An end user, by a token.
    User(UserId),
    /// The product itself or its command line, in a word such as `demo`.
    System(&'static str),
}

impl fmt::Display for Actor {
    /// The text SQL keeps: the id, `user:` and the id, or `system:` and the word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiKey(id) => id.fmt(f),
            Self::Operator(id) => id.fmt(f),
            Self::User(id) => write!(f, "user:{id}"),
            Self::System(word) => write!(f, "system:{word}"),
        }
    }
}

/// A change about to be made: who, when, and the name of its record. Written in the transaction that makes the change; a change
/// that turns out to change nothing leaves no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Names the record.
    pub audit_id: AuditId,
    /// Who.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
}

/// The record of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The record.
    pub audit_id: AuditId,
    /// Who, as [`Actor`] writes itself.
    pub actor: String,
    /// What people call who did it, where it is a key or an operator.
    pub actor_name: Option<String>,
    /// What was done, as a noun and a verb: `activity.pause`.
    pub action: String,
    /// To what: an id with its kind, such as `activity 100301`.
    pub subject: String,
    /// What it was; nothing where it was not there. Never a secret.
    pub before: Option<serde_json::Value>,
    /// What it is since; nothing where it is gone.
    pub after: Option<serde_json::Value>,
    /// When.
    pub created_at: Timestamp,
}
