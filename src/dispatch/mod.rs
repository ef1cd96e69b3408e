//! Who delivers: the port to the channels an award reaches its winner by.

pub mod coupon;
pub mod draws;
mod endpoint;
pub mod goods;
pub mod guard;
pub mod points;
pub mod receiver;
pub mod signature;
pub mod webhook;

use async_trait::async_trait;

use crate::domain::award::{AwardKind, AwardRecord, Prize};
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

    /// Whether such a prize is to be delivered by [`Channel::stage`] instead, one call after the other.
    fn stages(&self, _prize: &Prize) -> bool {
        false
    }

    /// Makes one call of a staged delivery. Every try of one call carries the same key. It works for any prize of the channel that
    /// was once staged, whatever [`Channel::stages`] says by now.
    async fn stage(&self, _call: &StageCall<'_>, _prize: &Prize) -> Attempted {
        let error = format!("awards of kind {} are not reserved", self.kind());
        Attempted::Failed { class: FailureClass::Permanent, error }
    }
}

/// One call of a delivery that a third party reserves first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Keep one for the winner.
    Reserve,
    /// Send it to the winner.
    Send,
    /// It is the winner's for good.
    Confirm,
    /// Let go of it, however far it came. Nothing where nothing was reserved.
    Release,
}

impl Stage {
    /// The word in the key of the call.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Send => "send",
            Self::Confirm => "confirm",
            Self::Release => "release",
        }
    }
}

/// What a call of a staged delivery is about.
#[derive(Debug, Clone, Copy)]
pub struct StageCall<'a> {
    /// Which call.
    pub stage: Stage,
    /// The round of the work: what follows a release is reserved anew in the next one.
    pub round: u32,
    /// What the third party calls its reservation, where it said so.
    pub reservation: Option<&'a str>,
    /// The award.
    pub award: &'a AwardRecord,
}

impl StageCall<'_> {
    /// The key of the call, the same on every try.
    pub fn key(&self) -> String {
        format!("{}-{}-{}", self.award.award_record_id, self.round, self.stage.as_str())
    }
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
