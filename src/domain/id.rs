//! The names of things: one type for each id, text forms that explain themselves in a log line.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

use super::bucket::Bucket;

/// Why a text is not an id. The message names the rule that was broken and says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidId(pub String);

/// Who may appear in a text id.
#[derive(Clone, Copy)]
enum Alphabet {
    /// Any text a business uses for its users and requests, without control characters.
    Printable,
    /// Letters, digits, `.`, `_` and `-`: safe in a URL path and in a key.
    Url,
}

fn check(text: &str, bytes_max: usize, alphabet: Alphabet) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId("must not be empty".into()));
    }
    if text.len() > bytes_max {
        return Err(InvalidId(format!("is {} bytes long; use at most {bytes_max}", text.len())));
    }
    match alphabet {
        Alphabet::Printable => {
            if text.chars().any(char::is_control) {
                return Err(InvalidId("contains a control character; use printable characters only".into()));
            }
            if text.trim() != text {
                return Err(InvalidId("begins or ends with white space; remove it".into()));
            }
        }
        Alphabet::Url => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            if let Some(other) = text.chars().find(|c| !allowed(*c)) {
                return Err(InvalidId(format!("contains {other:?}; use letters, digits, '.', '_' and '-' only")));
            }
        }
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $bytes_max:literal, $alphabet:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The longest accepted text, in bytes.
            pub const BYTES_MAX: usize = $bytes_max;

            /// Checks and keeps the text.
            ///
            /// # Errors
            /// [`InvalidId`] when the text is empty, too long or holds a character that is not allowed.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                check(text, Self::BYTES_MAX, $alphabet)?;
                Ok(Self(text.into()))
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

text_id!(
    /// A user of the business, in the business's own words.
    UserId, 128, Alphabet::Printable
);
text_id!(
    /// The caller's idempotency key. It belongs to the user and activity it was sent for.
    RequestId, 128, Alphabet::Printable
);
text_id!(
    /// The business's own name of one behaviour of a user, such as a payment's number; the day of a daily one.
    BusinessKey, 128, Alphabet::Printable
);
text_id!(
    /// An activity, as its campaign document names it.
    ActivityId, 64, Alphabet::Url
);
text_id!(
    /// An award of a strategy, as the campaign document names it.
    AwardId, 64, Alphabet::Url
);
text_id!(
    /// What a user obtains to get draws, as the campaign document names it.
    SkuId, 64, Alphabet::Url
);
text_id!(
    /// What a campaign document calls a behaviour, a channel, a source, an endpoint or a pool.
    Name, 64, Alphabet::Url
);

macro_rules! minted_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Ulid);

        impl $name {
            /// What every text form of this id begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Names a freshly minted ULID.
            pub const fn from_ulid(ulid: Ulid) -> Self {
                Self(ulid)
            }

            /// The id without its prefix, as the store keeps it.
            pub const fn ulid(self) -> Ulid {
                self.0
            }

            /// The bucket of the user who owns the thing: the last ten bits.
            pub fn bucket(self) -> Bucket {
                Bucket::of_ulid(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|ulid| Ulid::from_string(ulid).ok())
                    .map(Self)
                    .ok_or_else(|| {
                        InvalidId(concat!(
                            "must look like ", $prefix, "_ and 26 letters and digits, as the server gave it"
                        ).into())
                    })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

minted_id!(
    /// One spent draw.
    DrawId, "draw"
);
minted_id!(
    /// One grant of quota.
    RechargeOrderId, "rech"
);
minted_id!(
    /// The promise of one award.
    AwardRecordId, "award"
);
minted_id!(
    /// Work promised in the same transaction as a fact.
    OutboxId, "out"
);
minted_id!(
    /// One balanced movement of points.
    TransferId, "xfer"
);
minted_id!(
    /// One credential of a business's server.
    ApiKeyId, "key"
);
minted_id!(
    /// One person who runs campaigns.
    OperatorId, "oper"
);
minted_id!(
    /// The record of one change.
    AuditId, "audit"
);
minted_id!(
    /// One exchange of points for the draws of a SKU.
    RedemptionId, "rdm"
);
minted_id!(
    /// One behaviour that a user showed.
    BehaviourId, "beh"
);
minted_id!(
    /// Points set aside until they are captured or released.
    HoldId, "hold"
);
minted_id!(
    /// One run of a workflow.
    WorkflowId, "flow"
);
minted_id!(
    /// One start of a process.
    ProcessId, "proc"
);

/// The number of a published campaign document, counted from 1 for each activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_text_and_name_their_kind() {
        let id: DrawId = "draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ".parse().expect("valid");
        assert_eq!(id.to_string(), "draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ");
        assert!("rech_01J9ZZZZZZZZZZZZZZZZZZZZZZ".parse::<DrawId>().is_err());
    }

    #[test]
    fn text_ids_refuse_what_would_break_a_log_line_or_a_key() {
        for bad in ["", "a\nb", " a", "a ", "\u{7f}", &"x".repeat(129)] {
            assert!(UserId::new(bad).is_err(), "{bad:?}");
        }
        assert!(UserId::new("用户 1").is_ok());
        for bad in ["a b", "a/b", "用户", ""] {
            assert!(ActivityId::new(bad).is_err(), "{bad:?}");
        }
        assert!(ActivityId::new("spring-2026_v1.2").is_ok());
    }
}
