//! The port for behaviours: what users did, and what it earned them.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::behaviour::Behaviour;
use crate::domain::calendar::{Month, Timestamp};
use crate::domain::draw::RechargeOrder;
use crate::domain::id::{ActivityId, BehaviourId, BusinessKey, Name, TransferId, UserId};
use crate::domain::points::Points;

/// A behaviour to be recorded, with all it earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBehaviour {
    /// The record.
    pub behaviour: Behaviour,
    /// Draws it earns: orders whose source is the behaviour and a part of it.
    pub orders: Vec<RechargeOrder>,
    /// Points it earns.
    pub credits: Vec<EarnedPoints>,
}

/// Points that a behaviour earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarnedPoints {
    /// The transfer that credits them.
    pub transfer_id: TransferId,
    /// How many, above zero.
    pub amount: Points,
    /// Which of the things the behaviour earned, from 0.
    pub part: u32,
    /// When what is left of them expires; nothing where they never do.
    pub expires_at: Option<Timestamp>,
}

/// What became of behaviours that were reported together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BehavioursRecorded {
    /// All are recorded, and everything they earn is granted and credited.
    Committed,
    /// One of them is recorded already, the day before is not what its streak was counted from, its activity is not open, or
    /// its day's seed is revealed: nothing was written. Decide again.
    Moved,
    /// An account would hold more draws than it can count: nothing was written.
    Full,
}

/// Which of a user's behaviours are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourFilter {
    /// Whose.
    pub user_id: UserId,
    /// Where.
    pub activity_id: ActivityId,
    /// Which behaviour.
    pub behaviour: Name,
    /// Those whose day lies in this month.
    pub month: Month,
}

/// What is remembered of behaviours.
#[async_trait]
pub trait BehaviourStore {
    /// A user's records of a behaviour under any of these keys, in any activity, and all that were reported together with
    /// them. Oldest first.
    async fn behaviours_with(&self, user_id: &UserId, behaviour: &Name, keys: &[BusinessKey])
    -> Stored<Vec<Behaviour>>;

    /// Records behaviours of one user with the draws and points they earn, all in one transaction or none. Repeated, it
    /// answers `Moved` and writes nothing: [`Self::behaviours_with`] then tells what the first call recorded.
    async fn record_behaviours(&self, new: &[NewBehaviour]) -> Stored<BehavioursRecorded>;

    /// A user's behaviours in one activity and month, newest first.
    async fn behaviours_of(&self, filter: &BehaviourFilter, page: &Page<BehaviourId>) -> Stored<Vec<Behaviour>>;
}
