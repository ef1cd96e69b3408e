//! Refusals and failures as HTTP answers: RFC 9457 problem bodies with stable codes.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::domain::api_key::Scope;
use crate::domain::points::Points;
use crate::domain::quota::QuotaLimit;
use crate::domain::refusal::Refusal;
use crate::domain::text_form;
use crate::domain::validate::DocumentFault;
use crate::fault::{Error, Fault};
use crate::outage;

/// Every code a problem can have. Part of the public contract: a code never changes its meaning or its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "titles say what each one means, docs/http-api.md what to do about it")]
pub enum Code {
    InvalidRequest,
    MalformedJson,
    IdempotencyKeyMissing,
    Unauthenticated,
    Forbidden,
    CsrfFailed,
    NotFound,
    MethodNotAllowed,
    ActivityNotOpen,
    ActivityNotStarted,
    ActivityEnded,
    QuotaExhausted,
    UserBlocked,
    SkuSoldOut,
    ClaimExpired,
    InsufficientPoints,
    Conflict,
    SecondPersonNeeded,
    PayloadTooLarge,
    UnsupportedMediaType,
    RequestReused,
    InvalidDocument,
    TooManyAttempts,
    Internal,
    TryAgain,
    NotReady,
}

text_form!(Code {
    InvalidRequest => "invalid_request",
    MalformedJson => "malformed_json",
    IdempotencyKeyMissing => "idempotency_key_missing",
    Unauthenticated => "unauthenticated",
    Forbidden => "forbidden",
    CsrfFailed => "csrf_failed",
    NotFound => "not_found",
    MethodNotAllowed => "method_not_allowed",
    ActivityNotOpen => "activity_not_open",
    ActivityNotStarted => "activity_not_started",
    ActivityEnded => "activity_ended",
    QuotaExhausted => "quota_exhausted",
    UserBlocked => "user_blocked",
    SkuSoldOut => "sku_sold_out",
    ClaimExpired => "claim_expired",
    InsufficientPoints => "insufficient_points",
    Conflict => "conflict",
    SecondPersonNeeded => "second_person_needed",
    PayloadTooLarge => "payload_too_large",
    UnsupportedMediaType => "unsupported_media_type",
    RequestReused => "request_reused",
    InvalidDocument => "invalid_document",
    TooManyAttempts => "too_many_attempts",
    Internal => "internal",
    TryAgain => "try_again",
    NotReady => "not_ready",
});

impl Code {
    /// Every code there is, by status.
    pub const ALL: [Self; 26] = [
        Self::InvalidRequest,
        Self::MalformedJson,
        Self::IdempotencyKeyMissing,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::CsrfFailed,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::ActivityNotOpen,
        Self::ActivityNotStarted,
        Self::ActivityEnded,
        Self::QuotaExhausted,
        Self::UserBlocked,
        Self::SkuSoldOut,
        Self::ClaimExpired,
        Self::InsufficientPoints,
        Self::Conflict,
        Self::SecondPersonNeeded,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::RequestReused,
        Self::InvalidDocument,
        Self::TooManyAttempts,
        Self::Internal,
        Self::TryAgain,
        Self::NotReady,
    ];

    /// The code of a refusal: the one place where expected answers become HTTP.
    pub const fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::InvalidRequest { .. } => Self::InvalidRequest,
            Refusal::Unauthenticated => Self::Unauthenticated,
            Refusal::Forbidden { .. } | Refusal::NotTheirs { .. } => Self::Forbidden,
            Refusal::CsrfFailed { .. } => Self::CsrfFailed,
            Refusal::TooManyAttempts { .. } => Self::TooManyAttempts,
            Refusal::SecondPersonNeeded { .. } => Self::SecondPersonNeeded,
            Refusal::Unknown { .. } => Self::NotFound,
            Refusal::ActivityNotOpen { .. } => Self::ActivityNotOpen,
            Refusal::ActivityNotStarted { .. } => Self::ActivityNotStarted,
            Refusal::ActivityEnded { .. } => Self::ActivityEnded,
            Refusal::QuotaExhausted { .. } => Self::QuotaExhausted,
            Refusal::UserBlocked { .. } => Self::UserBlocked,
            Refusal::SkuSoldOut { .. } => Self::SkuSoldOut,
            Refusal::ClaimExpired { .. } => Self::ClaimExpired,
            Refusal::InsufficientPoints { .. } => Self::InsufficientPoints,
            Refusal::RequestReused => Self::RequestReused,
            Refusal::TryAgain => Self::TryAgain,
            Refusal::InvalidDocument { .. } => Self::InvalidDocument,
            Refusal::Conflict { .. } => Self::Conflict,
        }
    }

    /// The status it is sent with.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest | Self::MalformedJson | Self::IdempotencyKeyMissing => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::CsrfFailed => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ActivityNotOpen
            | Self::ActivityNotStarted
            | Self::ActivityEnded
            | Self::QuotaExhausted
            | Self::UserBlocked
            | Self::SkuSoldOut
            | Self::ClaimExpired
            | Self::InsufficientPoints
            | Self::Conflict
            | Self::SecondPersonNeeded => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RequestReused | Self::InvalidDocument => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TryAgain | Self::NotReady => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What it means, the same for every problem of this code.
    pub const fn title(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request is not valid",
            Self::MalformedJson => "The body is not JSON",
            Self::IdempotencyKeyMissing => "The Idempotency-Key header is missing",
            Self::Unauthenticated => "A known credential is needed",
            Self::Forbidden => "The caller may not do this",
            Self::CsrfFailed => "The request may come from another origin",
            Self::NotFound => "There is no such thing",
            Self::MethodNotAllowed => "The route does not take this method",
            Self::ActivityNotOpen => "The activity is not open",
            Self::ActivityNotStarted => "The activity has not started",
            Self::ActivityEnded => "The activity is over",
            Self::QuotaExhausted => "The user has too few draws left",
            Self::UserBlocked => "The user may not draw",
            Self::SkuSoldOut => "The SKU is sold out",
            Self::ClaimExpired => "The award can no longer be claimed",
            Self::InsufficientPoints => "The user holds too few points",
            Self::Conflict => "The state of the thing does not allow it",
            Self::SecondPersonNeeded => "Publishing takes a second person",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body is of a type the route does not take",
            Self::RequestReused => "The Idempotency-Key was used with another body",
            Self::InvalidDocument => "The campaign document has faults",
            Self::TooManyAttempts => "Too many wrong passwords",
            Self::Internal => "Something broke",
            Self::TryAgain => "The service cannot do this right now",
            Self::NotReady => "The process cannot serve yet",
        }
    }
}

/// The body of every answer that is not 2xx, as RFC 9457 has it. `code` is what programs look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `urn:big-market:problem:` and the code.
    #[schema(value_type = String, example = "urn:big-market:problem:quota_exhausted")]
    pub r#type: ProblemType,
    /// What the code means, the same for every problem of this code.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: Code,
    /// What is wrong this time and how to mend it, for people.
    pub detail: String,
    /// Every fault that was found, with `invalid_request` and `invalid_document`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub faults: Vec<ProblemFault>,
    /// The scope that is needed, with `forbidden` where a scope would help.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scope: Option<Scope>,
    /// The limit that is short, with `quota_exhausted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub limit: Option<QuotaLimit>,
    /// Draws that limit leaves, with `quota_exhausted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub left: Option<u32>,
    /// Seconds to wait, with `too_many_attempts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub wait_seconds: Option<u32>,
    /// Points the user holds, a decimal with two places, with `insufficient_points`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = String)]
    pub balance: Option<Points>,
    /// Where the body stops being JSON, with `malformed_json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub position: Option<Box<Position>>,
}

/// The URI of a kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemType(Code);

impl Serialize for ProblemType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("urn:big-market:problem:{}", self.0))
    }
}

/// One fault of a request or of a campaign document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ProblemFault {
    /// A fault of the request.
    Field {
        /// Path of the field in the body; a header or a parameter by its name; empty for the whole body.
        field: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// A fault of the campaign document.
    Document(DocumentFault),
}

/// A place in a text, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in bytes.
    pub column: usize,
}

impl Problem {
    /// A problem with nothing but a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            r#type: ProblemType(code),
            title: code.title(),
            status: code.status().as_u16(),
            code,
            detail: detail.into(),
            faults: Vec::new(),
            scope: None,
            limit: None,
            left: None,
            wait_seconds: None,
            balance: None,
            position: None,
        }
    }

    /// What a caller is told about a failure: nothing of its cause.
    pub(super) fn internal() -> Self {
        Self::new(Code::Internal, "the server failed; the log line with this answer's X-Request-Id says why")
    }

    /// The challenge that goes with `unauthenticated` and `forbidden` (RFC 6750).
    fn challenge(&self) -> Option<String> {
        match (self.code, self.scope) {
            (Code::Unauthenticated, _) => Some("Bearer realm=\"big-market\"".into()),
            (Code::Forbidden, Some(scope)) => {
                Some(format!("Bearer realm=\"big-market\", error=\"insufficient_scope\", scope=\"{scope}\""))
            }
            (Code::Forbidden, None) => Some("Bearer realm=\"big-market\", error=\"insufficient_scope\"".into()),
            _ => None,
        }
    }

    /// Seconds after which a repeat may help.
    fn retry_after(&self) -> Option<u32> {
        let unavailable = self.code.status() == StatusCode::SERVICE_UNAVAILABLE;
        self.wait_seconds.or_else(|| unavailable.then_some(1))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let problem = Self::new(Code::of(&refusal), refusal.to_string());
        match refusal {
            Refusal::InvalidRequest { faults } => {
                let faults = faults.into_iter();
                let faults = faults.map(|fault| ProblemFault::Field { field: fault.field, message: fault.message });
                Self { faults: faults.collect(), ..problem }
            }
            Refusal::InvalidDocument { faults } => {
                Self { faults: faults.into_iter().map(ProblemFault::Document).collect(), ..problem }
            }
            Refusal::Forbidden { scope } => Self { scope: Some(scope), ..problem },
            Refusal::TooManyAttempts { wait_seconds } => Self { wait_seconds: Some(wait_seconds), ..problem },
            Refusal::QuotaExhausted { limit, left, .. } => Self { limit: Some(limit), left: Some(left), ..problem },
            Refusal::InsufficientPoints { balance, .. } => Self { balance: Some(balance), ..problem },
            _ => problem,
        }
    }
}

impl From<Fault> for Problem {
    /// Logs the failure: this is where it is handled.
    fn from(fault: Fault) -> Self {
        if outage::may_pass(&fault) {
            tracing::warn!(error = %fault, "a request is to be tried again: {fault}");
            return Refusal::TryAgain.into();
        }
        tracing::error!(error = %fault, "a request failed: {fault}");
        Self::internal()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refusal(refusal) => refusal.into(),
            Error::Fault(fault) => fault.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let mut response = (status, axum::Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Timestamp;
    use crate::domain::campaign::ActivityState;
    use crate::domain::id::{ActivityId, SkuId, UserId};

    fn one_of_each() -> Vec<Refusal> {
        let activity_id = ActivityId::new("a").expect("valid");
        let at = "2026-01-01T00:00:00Z".parse().expect("valid");
        vec![
            Refusal::invalid("user_id", "must not be empty"),
            Refusal::Unauthenticated,
            Refusal::Forbidden { scope: Scope::DrawsWrite },
            Refusal::NotTheirs { what: "user" },
            Refusal::CsrfFailed { message: "no" },
            Refusal::TooManyAttempts { wait_seconds: 30 },
            Refusal::SecondPersonNeeded { message: "no".into() },
            Refusal::Unknown { what: "draw", id: "x".into() },
            Refusal::ActivityNotOpen { activity_id: activity_id.clone(), state: ActivityState::Paused },
            Refusal::ActivityNotStarted { activity_id: activity_id.clone(), opens_at: at },
            Refusal::ActivityEnded { activity_id: activity_id.clone(), closes_at: at },
            Refusal::UserBlocked { activity_id, user_id: UserId::new("ann").expect("valid") },
            Refusal::QuotaExhausted { limit: QuotaLimit::Day, wanted: 2, left: 1 },
            Refusal::SkuSoldOut { sku: SkuId::new("s").expect("valid") },
            Refusal::ClaimExpired { claim_by: Timestamp::UNIX_EPOCH },
            Refusal::InsufficientPoints { wanted: Points::MAX, balance: Points::ZERO },
            Refusal::RequestReused,
            Refusal::TryAgain,
            Refusal::InvalidDocument { faults: Vec::new() },
            Refusal::Conflict { message: "no".into() },
        ]
    }

    #[test]
    fn every_refusal_keeps_its_stable_code() {
        for refusal in one_of_each() {
            assert_eq!(Code::of(&refusal).as_str(), refusal.code());
        }
    }

    #[test]
    fn every_code_is_a_status_that_says_no_and_has_one_spelling() {
        for code in Code::ALL {
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code}");
            assert_eq!(serde_json::to_value(code).expect("JSON"), code.as_str());
            assert_eq!(code.as_str().parse(), Ok(code));
        }
    }

    #[test]
    fn a_failure_tells_nothing_of_its_cause() {
        let fault = Fault { doing: "read the catalog", cause: "password=hunter2".into() };
        let body = serde_json::to_string(&Problem::from(fault)).expect("JSON");
        assert!(!body.contains("hunter2") && !body.contains("catalog"), "{body}");
    }

    #[test]
    fn headers_go_with_codes() {
        let header = |problem: Problem, name| problem.into_response().headers().get(name).cloned();
        let refusal = |refusal: Refusal| Problem::from(refusal);
        assert_eq!(header(refusal(Refusal::TryAgain), header::RETRY_AFTER), Some(HeaderValue::from_static("1")));
        assert!(header(refusal(Refusal::Unauthenticated), header::WWW_AUTHENTICATE).is_some());
        let forbidden = header(refusal(Refusal::Forbidden { scope: Scope::DrawsWrite }), header::WWW_AUTHENTICATE);
        assert!(forbidden.expect("a challenge").to_str().expect("ASCII").contains("scope=\"draws:write\""));
        assert_eq!(header(refusal(Refusal::RequestReused), header::RETRY_AFTER), None);
        let wait = header(refusal(Refusal::TooManyAttempts { wait_seconds: 30 }), header::RETRY_AFTER);
        assert_eq!(wait, Some(HeaderValue::from_static("30")));
        assert!(header(refusal(Refusal::NotTheirs { what: "user" }), header::WWW_AUTHENTICATE).is_some());
        assert_eq!(header(refusal(Refusal::CsrfFailed { message: "no" }), header::WWW_AUTHENTICATE), None);
    }
}
