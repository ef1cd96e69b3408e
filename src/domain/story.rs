//! What became of a user: each draw, redemption and behaviour with everything it caused, and what happened beside them.

use serde::Serialize;
use ulid::Ulid;

use super::award::AwardRecord;
use super::behaviour::Behaviour;
use super::calendar::Timestamp;
use super::draw::{Draw, RechargeOrder};
use super::ledger::Entry;
use super::outbox::{Attempt, OutboxEntry};
use super::redemption::RedemptionOrder;
use super::text_form;

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

/// What an item of a timeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// A draw.
    Draw,
    /// An exchange of points for draws.
    Redemption,
    /// A rewarded behaviour.
    Behaviour,
    /// A grant of draws that none of these caused.
    Recharge,
    /// A movement of points that none of these caused.
    Points,
}

text_form!(TimelineKind {
    Draw => "draw",
    Redemption => "redemption",
    Behaviour => "behaviour",
    Recharge => "recharge",
    Points => "points",
});

/// Which items of a timeline are wanted; all, where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimelineFilter {
    /// Only items of this kind.
    pub kind: Option<TimelineKind>,
    /// Only items that began at or after this instant.
    pub since: Option<Timestamp>,
    /// Only items that began before this instant.
    pub before: Option<Timestamp>,
}

impl TimelineFilter {
    /// The least id that is wanted.
    pub fn least(&self) -> Ulid {
        self.since.map_or_else(Ulid::nil, least_id)
    }

    /// What every wanted id is below, of a part that follows `after`; none, where they may be as great as they like.
    pub fn beyond(&self, after: Option<Ulid>) -> Option<Ulid> {
        let before = self.before.map(least_id);
        match (after, before) {
            (Some(after), Some(before)) => Some(after.min(before)),
            (after, before) => after.or(before),
        }
    }
}

/// The least id of an instant: ids begin with the time they were minted at, in milliseconds.
fn least_id(at: Timestamp) -> Ulid {
    const MILLIS_MAX: u64 = (1 << Ulid::TIME_BITS) - 1;
    Ulid::from_parts(u64::try_from(at.timestamp_millis()).unwrap_or(0).min(MILLIS_MAX), 0)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_filter_without_times_bounds_nothing() {
        let last = Ulid::from_parts(7, 7);
        let all = TimelineFilter::default();
        assert_eq!((all.least(), all.beyond(None), all.beyond(Some(last))), (Ulid::nil(), None, Some(last)));
    }

    #[test]
    fn times_bound_ids_to_the_millisecond() {
        let filter = TimelineFilter {
            since: Some(at("1970-01-01T00:00:01Z")),
            before: Some(at("1970-01-01T00:00:02.500Z")),
            kind: None,
        };
        assert_eq!(filter.least(), Ulid::from_parts(1000, 0));
        assert_eq!(filter.beyond(None), Some(Ulid::from_parts(2500, 0)));
        let within = Ulid::from_parts(1700, 1);
        assert_eq!(filter.beyond(Some(within)), Some(within), "a part begins where the one before ended");
        assert_eq!(filter.beyond(Some(Ulid::from_parts(9000, 1))), Some(Ulid::from_parts(2500, 0)));
    }

    #[test]
    fn times_that_no_id_has_bound_as_the_nearest_do() {
        let filter =
            TimelineFilter { since: Some(at("1969-01-01T00:00:00Z")), before: Some(Timestamp::MAX_UTC), kind: None };
        assert_eq!(filter.least(), Ulid::nil());
        assert_eq!(filter.beyond(None), Some(Ulid::from_parts((1 << 48) - 1, 0)));
    }
}
