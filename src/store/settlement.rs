//! The port for closed books: sealed days, settlements with their corrections, and the last report of an activity.

use async_trait::async_trait;
use ulid::Ulid;

use super::{Page, Stored};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::draw::Draw;
use crate::domain::id::{ActivityId, DrawId};
use crate::domain::reconcile::Violation;
use crate::domain::settlement::{ActivityReport, ActivityTotals, AwardsWon, DayFound, RollUp, Settlement};

/// A local day of an activity, with the instants between which orders belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayQuestion {
    /// The activity.
    pub activity_id: ActivityId,
    /// The day.
    pub day: Day,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// A short while of an activity's draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhileQuestion {
    /// The activity.
    pub activity_id: ActivityId,
    /// The local days it touches.
    pub days: Vec<Day>,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl WhileQuestion {
    /// The least id that is minted within it, and the least that is minted after it.
    pub fn ids(&self) -> (Ulid, Ulid) {
        let least = |at: Timestamp| Ulid::from_parts(u64::try_from(at.timestamp_millis()).unwrap_or(0), 0);
        (least(self.from), least(self.until))
    }
}

/// What the rows of one shard say about a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRows {
    /// Everything but the cost, which documents know.
    pub roll_up: RollUp,
    /// What was won, by version and award.
    pub awards: Vec<AwardsWon>,
    /// Draws that the accounts count for the day.
    pub booked: u64,
}

/// What became of a wish to settle a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is settled now.
    Written,
    /// It is settled already, and what was found is what holds: nothing was written.
    Unchanged,
    /// It is settled already, and this correction of this number holds now.
    Corrected(u32),
}

/// What is remembered of closed books.
#[async_trait]
pub trait SettlementStore {
    /// Seals every day before `before`: no draw of such a day can be recorded any more, though its seed is still secret. Days are
    /// never unsealed. Gives the first day that is not sealed.
    async fn seal_days(&self, activity_id: &ActivityId, before: Day) -> Stored<Day>;

    /// Those of the days that are not settled, in order.
    async fn unsettled_days(&self, activity_id: &ActivityId, days: &[Day]) -> Stored<Vec<Day>>;

    /// The first and the last day that has a draw.
    async fn drawn_days(&self, activity_id: &ActivityId) -> Stored<Option<(Day, Day)>>;

    /// Adds up a day. One snapshot.
    async fn day_rows(&self, question: &DayQuestion) -> Stored<DayRows>;

    /// Draws of a day in the order of their ids, after the one given: what replay reads, part by part.
    async fn draws_of_day(
        &self,
        activity_id: &ActivityId,
        day: Day,
        after: Option<DrawId>,
        limit: u32,
    ) -> Stored<Vec<Draw>>;

    /// Accounts that count another number of draws for the day than there are, and draws without an award record of their own. At
    /// most `limit` rows.
    async fn day_differences(&self, activity_id: &ActivityId, day: Day, limit: u32) -> Stored<Vec<Violation>>;

    /// Settles a sealed day, or compares what was found with what holds and appends a correction where it differs. Repeated, it
    /// is `Unchanged`. Only a correction leaves a record of the change: settling follows from time alone.
    async fn settle_day(&self, found: &DayFound, change: &Change) -> Stored<Settled>;

    /// One settled day with its corrections.
    async fn settlement(&self, activity_id: &ActivityId, day: Day) -> Stored<Option<Settlement>>;

    /// Settled days with their corrections, newest first.
    async fn settlements(&self, activity_id: &ActivityId, page: &Page<Day>) -> Stored<Vec<Settlement>>;

    /// What an activity's rows come to over its whole life.
    async fn activity_totals(&self, activity_id: &ActivityId) -> Stored<ActivityTotals>;

    /// Draws whose ids were minted within a short while. Reads so many entries of an index, however long the activity has run. While
    /// buckets move, draws of theirs may be counted twice or not at all.
    async fn draws_within(&self, question: &WhileQuestion) -> Stored<u64>;

    /// Keeps the report of a closed activity and calls it settled. Repeated, the first report stays. Gives whether it is settled:
    /// nothing is written about one that is not closed.
    async fn settle_activity(&self, activity_id: &ActivityId, report: &ActivityReport, now: Timestamp) -> Stored<bool>;

    /// The report of a settled activity, and when it was made.
    async fn activity_report(&self, activity_id: &ActivityId) -> Stored<Option<(ActivityReport, Timestamp)>>;
}
