//! The port for draws and quota.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::award::{AwardRecord, AwardState};
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::ActivityHead;
use crate::domain::draw::{Draw, RechargeOrder};
use crate::domain::id::{ActivityId, AwardRecordId, DrawId, OutboxId, RequestId, UserId};
use crate::domain::quota::Quota;
use crate::domain::standing::Standing;
use crate::domain::stock::Epoch;

/// A user in an activity, with the requests and the day that facts are wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsQuestion {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub activity_id: ActivityId,
    /// The local day, whose month is meant too.
    pub day: Day,
    /// Requests that may have been answered before.
    pub request_ids: Vec<RequestId>,
}

/// What SQL says about a user in an activity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The account; all zero where there is none.
    pub quota: Quota,
    /// The user's list, and wins of the awards that the activity's current version limits. Wins move only with `quota`.
    pub standing: Standing,
    /// Draws recorded under the requests asked about, by request and index.
    pub earlier: Vec<Draw>,
}

/// Draws of one user in one activity, to be recorded together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawGroup {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub activity_id: ActivityId,
    /// The day all of them count in.
    pub day: Day,
    /// The account they were decided from. Invariant: recorded only if it still has these used counts.
    pub decided_from: Quota,
    /// The stock epoch their units were claimed under.
    pub epoch: Epoch,
    /// At least one, in the order they were decided.
    pub draws: Vec<NewDraw>,
}

/// A draw to be recorded, with the promise of its award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraw {
    /// The draw.
    pub draw: Draw,
    /// How often one user may win its award, in the version that decided: such a win is counted.
    pub per_user: Option<u32>,
    /// When its award may be dispatched.
    pub dispatch_at: Timestamp,
    /// The work that dispatches it. Nothing where there is nothing to deliver: the award is delivered at once.
    pub outbox_id: Option<OutboxId>,
    /// When the relay should look for the work, if the wake-up after this transaction is lost.
    pub wake_at: Timestamp,
}

/// What became of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// All its draws are recorded.
    Committed,
    /// The user's account is not what it was decided from, a request was answered meanwhile, or a draw id was voided:
    /// nothing of the group was written. Decide again.
    Moved,
    /// The stock epoch has risen: nothing of the group was written. Reserve again.
    Stale,
    /// The day is sealed: nothing of the group was written. Decide again with today's day.
    DayOver,
    /// The activity is not open: nothing of the group was written. Decide again, and refuse.
    NotOpen,
}

/// A grant to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecharge {
    /// The order.
    pub order: RechargeOrder,
    /// The stock epoch it was decided under. Checked where the SKU is not counted too: a version that begins to count it
    /// raises the epoch, and counts what committed before.
    pub epoch: Epoch,
}

/// What became of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recharged {
    /// The draws are granted.
    Committed,
    /// The source was used before: this is the order it made. Nothing was written.
    Earlier(RechargeOrder),
    /// The stock epoch has risen, or the order id was voided: nothing was written. Reserve again.
    Stale,
    /// The account would hold more draws than it can count: nothing was written.
    Full,
    /// The activity is not open: nothing was written.
    NotOpen,
}

/// Draws, newest first, each with the state of its award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawWithAward {
    /// The draw.
    pub draw: Draw,
    /// Where the promise of its award stands.
    pub award_state: AwardState,
}

/// What is remembered of draws and quota.
#[async_trait]
pub trait DrawStore {
    /// Facts for each question, in order, and the heads of the activities asked about. One snapshot for all.
    async fn draw_facts(&self, questions: &[FactsQuestion]) -> Stored<(Vec<ActivityHead>, Vec<Facts>)>;

    /// Records the groups that still can be, in one transaction: quota, wins, draws, award records and outbox. Gives what became
    /// of each, in order. A user and activity appear in at most one group.
    async fn record_draws(&self, groups: &[DrawGroup]) -> Stored<Vec<Recorded>>;

    /// Records grants in one transaction: orders and quota. Gives what became of each, in order.
    async fn record_recharges(&self, recharges: &[NewRecharge]) -> Stored<Vec<Recharged>>;

    /// The order a request made, where it made one.
    async fn recharge_of(
        &self,
        user_id: &UserId,
        activity_id: &ActivityId,
        request_id: &RequestId,
    ) -> Stored<Option<RechargeOrder>>;

    /// One draw.
    async fn draw(&self, draw_id: DrawId) -> Stored<Option<DrawWithAward>>;

    /// A user's draws over all activities, newest first.
    async fn draws_of(&self, user_id: &UserId, page: &Page<DrawId>) -> Stored<Vec<DrawWithAward>>;

    /// Draws of an activity that won something, newest first, among its latest two hundred.
    async fn latest_wins(&self, activity_id: &ActivityId, limit: u32) -> Stored<Vec<Draw>>;

    /// A user's awards over all activities, newest first.
    async fn awards_of(&self, user_id: &UserId, page: &Page<AwardRecordId>) -> Stored<Vec<AwardRecord>>;
}
