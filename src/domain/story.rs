//! What became of a user: each draw, redemption and behaviour with everything it caused, and what happened beside them.

use ulid::Ulid;

use super::award::AwardRecord;
use super::behaviour::Behaviour;
use super::draw::{Draw, RechargeOrder};
use super::ledger::Entry;
use super::outbox::{Attempt, OutboxEntry};
use super::redemption::RedemptionOrder;

/// One draw from its facts to its last effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawStory {
    /// What was drawn, from which facts, and why.
    pub draw: Draw,
    /// The promise of what was won.
    pub award: AwardRecord,
    /// The work that fulfils it. Nothing where nothing is to be delivered, and after `retention.outbox_days`.
    pub work: Option<OutboxEntry>,
    /// Attempts that reached somebody outside or failed, oldest first, for `retention.attempts_days`.
    pub attempts: Vec<Attempt>,
    /// Lines of the winner's account that it caused, oldest first.
    pub entries: Vec<Entry>,
    /// Grants of draws that it caused, oldest first.
    pub orders: Vec<RechargeOrder>,
}

/// One exchange of points for draws, with everything it caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionStory {
    /// The exchange, and whether it was taken back.
    pub order: RedemptionOrder,
    /// Lines of the user's account that it caused, oldest first: the debit, and what restored it where it was taken back.
    pub entries: Vec<Entry>,
    /// The grant of its draws.
    pub orders: Vec<RechargeOrder>,
}

/// One behaviour that was rewarded, with everything it caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourStory {
    /// The record of it.
    pub behaviour: Behaviour,
    /// Lines of the user's account that it caused, oldest first.
    pub entries: Vec<Entry>,
    /// Grants of draws that it caused, oldest first.
    pub orders: Vec<RechargeOrder>,
}

/// One thing that happened to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineItem {
    /// A draw with everything it caused.
    Draw(Box<DrawStory>),
    /// An exchange of points for draws, with everything it caused.
    Redemption(Box<RedemptionStory>),
    /// A rewarded behaviour with everything it caused.
    Behaviour(Box<BehaviourStory>),
    /// A grant of draws that none of these caused.
    Recharge(RechargeOrder),
    /// A movement of points that none of these caused.
    Points(Entry),
}

impl TimelineItem {
    /// What orders the timeline: ids begin with the time they were minted at.
    pub fn ulid(&self) -> Ulid {
        match self {
            Self::Draw(story) => story.draw.draw_id.ulid(),
            Self::Redemption(story) => story.order.redemption_id.ulid(),
            Self::Behaviour(story) => story.behaviour.behaviour_id.ulid(),
            Self::Recharge(order) => order.recharge_order_id.ulid(),
            Self::Points(entry) => entry.transfer_id.ulid(),
        }
    }
}
