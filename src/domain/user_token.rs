//! Tokens of end users: short-lived, and good for one user in one activity.

use std::fmt;

use super::calendar::Timestamp;
use super::id::{ActivityId, UserId};

/// Seconds that a token may live, at least and at most.
pub const TOKEN_SECONDS: std::ops::RangeInclusive<u32> = 60..=86_400;
/// Seconds that a token lives where nobody says.
pub const TOKEN_SECONDS_DEFAULT: u32 = 3_600;

/// Whom a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserToken {
    /// The user.
    pub user_id: UserId,
    /// The activity.
    pub activity_id: ActivityId,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

/// What signs tokens. Whoever has it can speak for every user.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenSecret(pub [u8; 32]);

impl fmt::Debug for TokenSecret {
    /// Hides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(..)")
    }
}
