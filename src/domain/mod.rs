//! Types, rules and state machines. Pure: no async, no I/O, no clock, no randomness.

pub mod api_key;
pub mod audit;
pub mod award;
pub mod behaviour;
pub mod bucket;
pub mod calendar;
pub mod campaign;
pub mod coupon;
pub mod cron;
pub mod document;
pub mod draw;
pub mod goods;
pub mod id;
pub mod ledger;
pub mod operator;
pub mod outbox;
pub mod points;
pub mod principal;
pub mod process;
pub mod quota;
pub mod receipt;
pub mod reconcile;
pub mod redemption;
pub mod refusal;
pub mod revision;
pub mod roll;
pub mod settlement;
pub mod source;
pub mod standing;
pub mod stock;
pub mod story;
pub mod strategy;
pub mod user_token;
pub mod validate;
pub mod weight;
pub mod workflow;

/// A word that is not one of those a type knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not known here; use one of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What is understood.
    pub known: &'static [&'static str],
}

/// Gives an enum one word for each variant, which SQL, JSON and logs share.
macro_rules! text_form {
    ($name:ident { $($variant:ident => $text:literal),+ $(,)? }) => {
        impl $name {
            /// The word SQL and JSON use.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = crate::domain::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err(crate::domain::UnknownWord {
                        word: other.into(),
                        known: &[$($text),+],
                    }),
                }
            }
        }
    };
}
pub(crate) use text_form;
