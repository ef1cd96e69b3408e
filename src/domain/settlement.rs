//! Closed books: what one local day came to, what its books say, and what a whole activity came to.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::calendar::{Day, Timestamp};
use super::id::{ActivityId, AwardId, Version};
use super::points::{InvalidPoints, Points};
use super::reconcile::Violation;
use super::text_form;

/// An amount of money in hundredths, in whatever currency the business counts its costs. `"12.34"` in documents, `1234` in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// None.
    pub const ZERO: Self = Self(0);

    /// From hundredths.
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// In hundredths.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// So many times this. Stops at the largest amount instead of turning over.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// Both together. Stops at the largest amount instead of turning over.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Points::from_hundredths(self.0).fmt(f)
    }
}

impl FromStr for Money {
    type Err = InvalidPoints;

    /// Reads what amounts of points are written like.
    fn from_str(text: &str) -> Result<Self, InvalidPoints> {
        text.parse::<Points>().map(|amount| Self(amount.hundredths()))
    }
}

/// Sums of points, kept as hundredths: they may be larger than one transfer, and below zero.
mod hundredths {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Points;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    pub(super) fn serialize<S: Serializer>(points: &Points, serializer: S) -> Result<S::Ok, S::Error> {
        points.hundredths().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Points, D::Error> {
        i64::deserialize(deserializer).map(Points::from_hundredths)
    }
}

/// What happened in an activity within one local day, added up. A new field needs a default: stored days do not have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RollUp {
    /// Draws made.
    pub draws: u64,
    /// Draws that won something.
    pub winners: u64,
    /// Users who drew.
    pub users: u64,
    /// Points that were won, delivered or not.
    #[serde(with = "hundredths")]
    pub points_awarded: Points,
    /// Points that behaviours of the day earned, by the ledger.
    #[serde(with = "hundredths")]
    pub points_rebated: Points,
    /// Points that were exchanged for draws.
    #[serde(with = "hundredths")]
    pub points_redeemed: Points,
    /// Points of exchanges taken back on this day, made on this day or earlier.
    #[serde(with = "hundredths")]
    pub points_returned: Points,
    /// What the awards that were won cost by the documents that decided them.
    pub cost: Money,
    /// Draws granted, by what granted them: `request`, `award`, `redemption`, `rebate`.
    pub draws_granted: BTreeMap<String, u64>,
    /// Draws taken back with the orders that granted them, on this day or earlier.
    pub draws_reversed: u64,
}

/// A sum that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumChange {
    /// Which, by the name of its field in a [`RollUp`].
    pub field: String,
    /// What was settled, or corrected to.
    pub before: Value,
    /// What the rows say since.
    pub after: Value,
}

impl RollUp {
    /// Both together. Users are added as well: right for the shards of one day, where a user lives in one of them.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.draws += other.draws;
        self.winners += other.winners;
        self.users += other.users;
        let add =
            |one: Points, more: Points| Points::from_hundredths(one.hundredths().saturating_add(more.hundredths()));
        self.points_awarded = add(self.points_awarded, other.points_awarded);
        self.points_rebated = add(self.points_rebated, other.points_rebated);
        self.points_redeemed = add(self.points_redeemed, other.points_redeemed);
        self.points_returned = add(self.points_returned, other.points_returned);
        self.cost = self.cost.plus(other.cost);
        for (source, draws) in &other.draws_granted {
            *self.draws_granted.entry(source.clone()).or_default() += draws;
        }
        self.draws_reversed += other.draws_reversed;
        self
    }

    /// The sums that are others in `after`.
    pub fn changes(&self, after: &Self) -> Vec<SumChange> {
        let fields = |roll_up: &Self| match serde_json::to_value(roll_up) {
            Ok(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let (before, after) = (fields(self), fields(after));
        let change = |(field, after): (String, Value)| {
            let before = before.get(&field).cloned().unwrap_or_default();
            (before != after).then_some(SumChange { field, before, after })
        };
        after.into_iter().filter_map(change).collect()
    }
}

/// Awards of one kind that one version decided within a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardsWon {
    /// Whose document says what it costs.
    pub version: Version,
    /// The award.
    pub award_id: AwardId,
    /// How many were won.
    pub won: u64,
}

/// Whether a day's books agree with its draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettlementState {
    /// They do.
    Balanced,
    /// They do not; the rows are named.
    Different,
}

text_form!(SettlementState { Balanced => "balanced", Different => "different" });

/// What a look at a day that is over found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFound {
    /// The activity.
    pub activity_id: ActivityId,
    /// The day.
    pub day: Day,
    /// What it came to.
    pub roll_up: RollUp,
    /// Rows by which books, draws and replay differ; empty where they agree.
    pub differences: Vec<Violation>,
}

impl DayFound {
    /// Whether everything agrees.
    pub const fn state(&self) -> SettlementState {
        if self.differences.is_empty() { SettlementState::Balanced } else { SettlementState::Different }
    }
}

/// The closed books of one day, with every correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// What was found when it was settled.
    pub found: DayFound,
    /// When that was.
    pub settled_at: Timestamp,
    /// What was found later, first to last. The last one holds.
    pub corrections: Vec<Correction>,
}

/// What a later look at a settled day found instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its number among the day's corrections, from 1.
    pub number: u32,
    /// What was found.
    pub found: DayFound,
    /// When.
    pub created_at: Timestamp,
}

impl Settlement {
    /// What holds: the last correction, or what was settled.
    pub fn last(&self) -> &DayFound {
        self.corrections.last().map_or(&self.found, |correction| &correction.found)
    }
}

/// Where all promises of one award stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AwardTotals {
    /// The award.
    pub award_id: String,
    /// Times it was won.
    pub won: u64,
    /// Promised, nothing has left the house.
    pub pending: u64,
    /// Sent, not known to have arrived.
    pub dispatched: u64,
    /// The winner has it.
    pub delivered: u64,
    /// Taken back before it was delivered.
    pub recalled: u64,
    /// Given up.
    pub dead: u64,
}

/// What is left of a counted item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLeft {
    /// `award` or `sku`.
    pub kind: String,
    /// The item, as the document names it.
    pub id: String,
    /// How many there were over the activity's whole life.
    pub total: u64,
    /// How many were used.
    pub used: u64,
}

/// What an activity's rows come to over its whole life.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityTotals {
    /// Users who drew.
    pub users: u64,
    /// Draws that users were granted.
    pub draws_granted: u64,
    /// Draws that were used.
    pub draws_used: u64,
    /// Points that were won and delivered.
    #[serde(with = "hundredths")]
    pub points_issued: Points,
    /// Where the promises stand, by award.
    pub awards: Vec<AwardTotals>,
}

/// The last word about an activity. A new field needs a default: stored reports do not have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityReport {
    /// Days that were settled.
    pub days: u64,
    /// Days whose books differ, by what holds.
    pub days_different: u64,
    /// The sums of all days. Its users are users of each day: those of the activity are in `totals`.
    pub sums: RollUp,
    /// What the rows come to.
    pub totals: ActivityTotals,
    /// What is left of everything that was counted.
    pub stock: Vec<StockLeft>,
    /// What does not hold, by row.
    pub violations: Vec<Violation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_up_and_changes_name_their_field() {
        let day = |draws: u64, cost: i64, granted: u64| RollUp {
            draws,
            cost: Money::from_hundredths(cost),
            points_awarded: Points::from_hundredths(50),
            draws_granted: [("request".to_owned(), granted)].into(),
            ..RollUp::default()
        };
        let both = day(2, 300, 5).plus(&day(3, 401, 6));
        assert_eq!((both.draws, both.cost.to_string(), both.draws_granted["request"]), (5, "7.01".to_owned(), 11));
        assert_eq!(both.points_awarded.to_string(), "1.00");
        assert_eq!(both.changes(&both), []);
        let changes = both.changes(&RollUp { draws: 6, ..both.clone() });
        let change = SumChange { field: "draws".into(), before: 5.into(), after: 6.into() };
        assert_eq!(changes, [change]);
        let text = serde_json::to_string(&both).expect("JSON");
        assert_eq!(serde_json::from_str::<RollUp>(&text).expect("the same"), both);
    }

    #[test]
    fn stored_days_without_a_new_field_can_be_read() {
        assert_eq!(serde_json::from_str::<RollUp>("{}").expect("all defaults"), RollUp::default());
    }

    #[test]
    fn money_is_exact() {
        assert_eq!("12.5".parse::<Money>().expect("money").times(3).to_string(), "37.50");
        assert_eq!(Money::from_hundredths(i64::MAX).times(2), Money::from_hundredths(i64::MAX));
        assert!("-1".parse::<Money>().is_err());
    }
}
