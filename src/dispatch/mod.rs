//! Who delivers: the port to the channels an award reaches its winner by.

pub mod coupon;
pub mod draws;
pub mod goods;
pub mod guard;
pub mod points;
pub mod receiver;
pub mod signature;
pub mod webhook;

use async_trait::async_trait;

use crate::domain::award::{AwardKind, Prize};
use crate::domain::outbox::{Delivery, FailureClass};

/// One way to deliver awards.
#[async_trait]
pub trait Channel: Send + Sync {
    /// The kind of award it delivers.
    fn kind(&self) -> AwardKind;

    /// Whether delivering calls somebody outside, so that the award is marked as dispatched before it is tried.
    fn reaches_outside(&self) -> bool;

    /// Tries to deliver one award. `prize` is what the document version that promised it says. Every try of one award
    /// carries the same key, the award record's id.
    async fn deliver(&self, delivery: &Delivery, prize: &Prize) -> Attempted;
}

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempted {
    /// The winner gets the points or draws when the result is written.
    CreditPoints,
    /// The winner gets the draws when the result is written.
    GrantDraws,
    /// A third party has taken it.
    Delivered {
        /// Its own reference, where it gave one.
        reference: Option<String>,
        /// What it answered, without secrets, for people.
        reply: Option<String>,
    },
    /// It did not work.
    Failed {
        /// Whether trying again can help.
        class: FailureClass,
        /// Why, without secrets.
        error: String,
    },
    /// Nobody claimed it in time: it is to be taken back.
    Expired {
        /// Why, for people.
        reason: String,
    },
    /// Not now, and not counted as an attempt.
    NotYet {
        /// Seconds until it makes sense to ask again.
        seconds: u32,
        /// Why.
        reason: String,
    },
}
