//! What became of a user: each draw with everything it caused, and what happened beside draws.

use ulid::Ulid;

use super::award::AwardRecord;
use super::draw::{Draw, RechargeOrder};
use super::ledger::Entry;
use super::outbox::{Attempt, OutboxEntry};

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

/// One thing that happened to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineItem {
    /// A draw with everything it caused.
    Draw(Box<DrawStory>),
    /// A grant of draws that no draw caused.
    Recharge(RechargeOrder),
    /// A movement of points that no draw caused.
    Points(Entry),
}

impl TimelineItem {
    /// What orders the timeline: ids begin with the time they were minted at.
    pub fn ulid(&self) -> Ulid {
        match self {
            Self::Draw(story) => story.draw.draw_id.ulid(),
            Self::Recharge(order) => order.recharge_order_id.ulid(),
            Self::Points(entry) => entry.transfer_id.ulid(),
        }
    }
}
