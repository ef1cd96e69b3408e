//! Expected answers that are "no", each with a stable public code.

use super::calendar::Timestamp;
use super::campaign::ActivityState;
use super::id::{ActivityId, SkuId, UserId};
use super::points::Points;
use super::quota::QuotaLimit;
use super::validate::DocumentFault;

/// One fault of a request: where it is and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Path of the field, such as `user_id`; a header or query parameter by its name; empty for the whole body.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// An expected "no". A refusal is an answer: nothing was written, and the code is part of the public contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request cannot be understood.
    #[error("the request is not valid: {}", faults.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; "))]
    InvalidRequest {
        /// Every fault found.
        faults: Vec<FieldFault>,
    },
    /// No credential, or one that is not known.
    #[error("send a known credential as 'Authorization: Bearer KEY', or sign in")]
    Unauthenticated,
    /// The credential does not allow this.
    #[error("the caller lacks the scope {scope}")]
    Forbidden {
        /// The scope that is needed.
        scope: super::api_key::Scope,
    },
    /// The token speaks for another user or another activity.
    #[error("this token speaks for one user in one activity; the request names another {what}, or none")]
    NotTheirs {
        /// `user`, `activity` or `business key`.
        what: &'static str,
    },
    /// A page of another origin may have sent this.
    #[error("{message}")]
    CsrfFailed {
        /// What is missing and what to send.
        message: &'static str,
    },
    /// Too many wrong passwords in a row.
    #[error("too many wrong passwords; wait {wait_seconds} seconds")]
    TooManyAttempts {
        /// How long no password is looked at.
        wait_seconds: u32,
    },
    /// Publishing takes somebody else than who saved the draft.
    #[error("{message}")]
    SecondPersonNeeded {
        /// Who saved it, and who may publish it.
        message: String,
    },
    /// There is no such thing.
    #[error("there is no {what} {id:?}")]
    Unknown {
        /// The kind of thing.
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// The activity is paused, closed or settled.
    #[error("activity {activity_id} is {state}; it accepts this only while it is open")]
    ActivityNotOpen {
        /// Which activity.
        activity_id: ActivityId,
        /// Its state.
        state: ActivityState,
    },
    /// The window has not begun.
    #[error("activity {activity_id} opens at {}", opens_at.to_rfc3339())]
    ActivityNotStarted {
        /// Which activity.
        activity_id: ActivityId,
        /// When it opens.
        opens_at: Timestamp,
    },
    /// The window is over.
    #[error("activity {activity_id} closed at {}", closes_at.to_rfc3339())]
    ActivityEnded {
        /// Which activity.
        activity_id: ActivityId,
        /// When it closed.
        closes_at: Timestamp,
    },
    /// The user has too few draws left.
    #[error("{wanted} draws were asked for and the {limit} limit leaves {left}")]
    QuotaExhausted {
        /// Which limit is short.
        limit: QuotaLimit,
        /// Draws asked for.
        wanted: u32,
        /// Draws that limit leaves.
        left: u32,
    },
    /// The user is on the black list, and the document names no award for that.
    #[error("user {user_id} may not draw in activity {activity_id}")]
    UserBlocked {
        /// Where.
        activity_id: ActivityId,
        /// Who.
        user_id: UserId,
    },
    /// All units of the SKU are gone.
    #[error("SKU {sku} is sold out")]
    SkuSoldOut {
        /// Which SKU.
        sku: SkuId,
    },
    /// Goods can no longer be claimed.
    #[error("this award could be claimed until {}", claim_by.to_rfc3339())]
    ClaimExpired {
        /// The first instant at which it could not.
        claim_by: Timestamp,
    },
    /// The user holds fewer points than are wanted.
    #[error("{wanted} points are wanted and the balance is {balance}")]
    InsufficientPoints {
        /// Points wanted.
        wanted: Points,
        /// Points the user holds; what is set aside is not among them.
        balance: Points,
    },
    /// The idempotency key was used for another body.
    #[error("this Idempotency-Key was used with another body; send the same body or a new key")]
    RequestReused,
    /// The store or the counters cannot answer right now. Whether the request was recorded is not known: a repeat tells.
    #[error("the service cannot do this right now; repeat the request with the same Idempotency-Key")]
    TryAgain,
    /// The campaign document has faults.
    #[error("the campaign document has {} fault{}", faults.len(), if faults.len() == 1 { "" } else { "s" })]
    InvalidDocument {
        /// Every fault found.
        faults: Vec<DocumentFault>,
    },
    /// The state of the thing does not allow it.
    #[error("{message}")]
    Conflict {
        /// What stands in the way and what to do.
        message: String,
    },
}

impl Refusal {
    /// The stable public code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest { .. } => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden { .. } | Self::NotTheirs { .. } => "forbidden",
            Self::CsrfFailed { .. } => "csrf_failed",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::SecondPersonNeeded { .. } => "second_person_needed",
            Self::Unknown { .. } => "not_found",
            Self::ActivityNotOpen { .. } => "activity_not_open",
            Self::ActivityNotStarted { .. } => "activity_not_started",
            Self::ActivityEnded { .. } => "activity_ended",
            Self::QuotaExhausted { .. } => "quota_exhausted",
            Self::UserBlocked { .. } => "user_blocked",
            Self::SkuSoldOut { .. } => "sku_sold_out",
            Self::ClaimExpired { .. } => "claim_expired",
            Self::InsufficientPoints { .. } => "insufficient_points",
            Self::RequestReused => "request_reused",
            Self::TryAgain => "try_again",
            Self::InvalidDocument { .. } => "invalid_document",
            Self::Conflict { .. } => "conflict",
        }
    }

    /// A request with one fault.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::InvalidRequest { faults: vec![FieldFault { field: field.into(), message: message.into() }] }
    }
}
