//! People who run campaigns: what they may do, how they prove who they are, and when guessing is stopped.

use std::collections::BTreeSet;
use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::api_key::Scope;
use super::audit::Actor;
use super::calendar::Timestamp;
use super::id::{InvalidId, OperatorId};
use super::principal::Principal;
use super::text_form;

/// What an operator may do: a set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks at everything and changes nothing.
    Viewer,
    /// Runs campaigns and helps users.
    Operator,
    /// May do everything, other people's accounts and API keys included.
    Admin,
}

text_form!(Role {
    Viewer => "viewer",
    Operator => "operator",
    Admin => "admin",
});

impl Role {
    /// Every role there is, the weakest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    const VIEWER: [Scope; 3] = [Scope::ActivitiesRead, Scope::UsersRead, Scope::OperationsRead];
    /// What operators may do beyond looking. Drawing, reporting behaviours and giving tokens are for the business's servers.
    const OPERATOR: [Scope; 6] = [
        Scope::CampaignsWrite,
        Scope::OperationsWrite,
        Scope::RechargesWrite,
        Scope::PointsWrite,
        Scope::RedemptionsWrite,
        Scope::AwardsWrite,
    ];

    /// What it allows. Each role allows all that weaker ones do.
    pub fn scopes(self) -> BTreeSet<Scope> {
        match self {
            Self::Viewer => Self::VIEWER.into(),
            Self::Operator => Self::VIEWER.into_iter().chain(Self::OPERATOR).collect(),
            Self::Admin => Scope::ALL.into(),
        }
    }
}

/// What an operator is called. Two names that differ in case only are the same name.
#[derive(Debug, Clone)]
pub struct OperatorName(String);

impl OperatorName {
    /// Characters of a name at most.
    pub const CHARS_MAX: usize = 64;

    /// Checks and keeps the text.
    ///
    /// # Errors
    /// [`InvalidId`] where it is empty, too long, holds a control character, or begins or ends with white space.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let count = text.chars().count();
        if count == 0 || count > Self::CHARS_MAX || text.chars().any(char::is_control) || text.trim() != text {
            let max = Self::CHARS_MAX;
            return Err(InvalidId(format!("must be 1 to {max} printable characters without white space around them")));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text by which names are compared.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for OperatorName {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for OperatorName {}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password as somebody typed it. It is never written anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Characters of a password, at least and at most.
    pub const CHARS: std::ops::RangeInclusive<usize> = 12..=128;

    /// Checks the length of one that is to be kept.
    ///
    /// # Errors
    /// [`InvalidId`] where it is too short or too long.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let (min, max) = (Self::CHARS.start(), Self::CHARS.end());
        if Self::CHARS.contains(&text.chars().count()) {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidId(format!("must be {min} to {max} characters")))
    }

    /// What is hashed.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    /// Hides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// The argon2id hash of a password, as a PHC string with its own salt and costs.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    /// Hides it: whoever has it can guess at leisure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// A person who runs campaigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The person.
    pub operator_id: OperatorId,
    /// What they are called.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// When they were added.
    pub created_at: Timestamp,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// Until when no password is looked at, because of too many wrong ones.
    pub locked_until: Option<Timestamp>,
}

impl Operator {
    /// As one who asks for something.
    pub fn principal(&self) -> Principal {
        Principal { actor: Actor::Operator(self.operator_id), name: self.name.to_string(), scopes: self.role.scopes() }
    }
}

/// When guessing passwords is stopped, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// Wrong passwords in a row before the first lock.
    pub attempts_max: u32,
    /// How long the first lock lasts; each further wrong password doubles it. Seconds.
    pub first_seconds: u32,
    /// The longest lock. Seconds.
    pub seconds_max: u32,
}

impl Lockout {
    /// Until when nothing more is tried, after so many attempts in a row of which the last began `now`.
    pub fn locked_until(&self, attempts: u32, now: Timestamp) -> Option<Timestamp> {
        let beyond = attempts.checked_sub(self.attempts_max)?;
        let seconds = u64::from(self.first_seconds).checked_shl(beyond.min(32)).unwrap_or(u64::MAX);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX).min(self.seconds_max);
        Some(now + TimeDelta::seconds(i64::from(seconds)))
    }
}

/// SHA-256 of a session's token. The token itself is in its cookie and nowhere else; it holds 256 random bits, so that a slow
/// hash would add nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionHash(pub [u8; 32]);

impl SessionHash {
    /// The hash of a token as a browser presents it.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// Somebody who signed in, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What the session is known by.
    pub hash: SessionHash,
    /// Who signed in.
    pub operator: Operator,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, give or take a little.
    pub last_seen_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_allows_all_that_weaker_ones_do() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0].scopes().is_subset(&pair[1].scopes()) && pair[0].scopes() != pair[1].scopes(), "{pair:?}");
        }
        assert!(Role::Viewer.scopes().iter().all(|scope| scope.as_str().ends_with(":read")));
        assert_eq!(Role::Admin.scopes(), Scope::ALL.into());
        for held_back in [Scope::KeysWrite, Scope::OperatorsWrite, Scope::TokensWrite, Scope::DrawsWrite] {
            assert!(!Role::Operator.scopes().contains(&held_back), "{held_back}");
        }
    }

    #[test]
    fn locks_double_up_to_the_longest() {
        let lockout = Lockout { attempts_max: 3, first_seconds: 30, seconds_max: 100 };
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let seconds = |attempts| lockout.locked_until(attempts, now).map(|until| (until - now).num_seconds());
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 99].map(seconds),
            [None, None, Some(30), Some(60), Some(100), Some(100), Some(100)]
        );
        assert_eq!(lockout.locked_until(u32::MAX, now).map(|until| (until - now).num_seconds()), Some(100));
    }

    #[test]
    fn names_differ_by_more_than_case_and_passwords_hide_themselves() {
        let name = |text| OperatorName::new(text).expect("valid");
        assert_eq!(name("Änne"), name("änne"));
        for bad in ["", " a", "a ", "a\nb", &"x".repeat(65)] {
            assert!(OperatorName::new(bad).is_err(), "{bad:?}");
        }
        assert!(Password::new(&"x".repeat(11)).is_err() && Password::new(&"x".repeat(129)).is_err());
        let password = Password::new("correct horse").expect("long enough");
        let hash = PasswordHash("$argon2id$secret".into());
        assert!(!format!("{password:?}{hash:?}").contains("horse") && !format!("{hash:?}").contains("secret"));
    }
}
