//! The records that a campaign writes of what its clients and receivers saw, a line of JSON each.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a client heard of one request that it sent, or that it heard nothing. A request that is repeated with the same key makes a
/// record each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// When the request was sent, in milliseconds since 1970 by the clock that all clients share.
    pub sent_at: i64,
    /// When the whole answer was there, or the client gave up.
    pub at: i64,
    /// The server it was sent to, for people.
    pub server: String,
    /// The method, for people.
    pub method: String,
    /// The path, for people.
    pub path: String,
    /// What was asked for.
    pub kind: Kind,
    /// Whom it was asked for.
    pub user_id: String,
    /// In which activity, where the request names one.
    pub activity_id: Option<String>,
    /// The Idempotency-Key. Of a behaviour, its business key, where it was sent.
    pub request_id: Option<String>,
    /// The JSON body that was sent. Null where there was none.
    pub wish: Value,
    /// The status of the answer. Null where there was none, also where the connection broke in the middle of one.
    pub status: Option<u16>,
    /// The body of the answer as text, byte for byte: what a proxy says in between need not be JSON.
    pub body: Option<String>,
}

/// What a client asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `POST /v1/activities/{id}/draws`.
    Draw,
    /// `POST /v1/activities/{id}/recharges`.
    Recharge,
    /// `POST /v1/redemptions`.
    Redemption,
    /// `POST /v1/users/{id}/points/earn`.
    Earn,
    /// `POST /v1/users/{id}/points/spend`.
    Spend,
    /// `POST /v1/behaviours`.
    Behaviour,
    /// Anything else. It is not looked at.
    Other,
}

/// One call that a receiver of webhooks got and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// When it was answered, in milliseconds since 1970.
    pub at: i64,
    /// The Idempotency-Key.
    pub key: String,
    /// The award record that the body names. Null where the body cannot be read.
    pub award_record_id: Option<String>,
    /// The status it answered, or wanted to: what it decided counts, whether or not the answer arrived.
    pub status: u16,
    /// The body it got, byte for byte.
    pub body: String,
}

/// What an answer means to who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It was done.
    Acknowledged,
    /// It was not done.
    Refused,
    /// Nobody knows.
    Unknown,
}

impl Heard {
    /// Only a problem of the application itself says that nothing was done: a proxy in between may not know.
    pub(super) fn meaning(&self) -> Meaning {
        match self.status {
            Some(200..=299) => Meaning::Acknowledged,
            Some(400..=499) if self.problem().is_some() => Meaning::Refused,
            _ => Meaning::Unknown,
        }
    }

    /// The code of the problem it was answered with.
    pub(super) fn problem(&self) -> Option<String> {
        let body: Value = serde_json::from_str(self.body.as_deref()?).ok()?;
        body.get("code")?.as_str().map(str::to_owned)
    }
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Draw => "draw",
            Self::Recharge => "recharge",
            Self::Redemption => "redemption",
            Self::Earn => "earn",
            Self::Spend => "spend",
            Self::Behaviour => "behaviour",
            Self::Other => "other",
        }
    }
}
