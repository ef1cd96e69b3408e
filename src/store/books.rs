//! The port for reconciliation: reads over whole tables that find rows for which an invariant does not hold.

use async_trait::async_trait;

use super::Stored;
use crate::domain::calendar::Timestamp;
use crate::domain::draw::Draw;
use crate::domain::id::DrawId;
use crate::domain::reconcile::Violation;

/// What reconciliation reads. Each method names at most `limit` rows, and is exact when it names none.
#[async_trait]
pub trait BookStore {
    /// Items with more rows than their total.
    async fn oversold_items(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Accounts of draws that differ from the draws and orders behind them, or exceed them.
    async fn quota_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Counted wins of limited awards that differ from the draws behind them, wins beyond the limit of the version that
    /// decided them, and draws that were decided from another number of wins than there were.
    async fn win_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Transfers that do not balance and balances that differ from their entries.
    async fn ledger_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Draws without exactly one award record, and award records whose effect or work does not agree with their state.
    async fn award_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Coupon awards whose codes do not agree with their state, their pool or what their winners were shown, codes that belong to
    /// no coupon award, and pools whose counts differ from their codes. A recalled award may keep its code for a while: it is
    /// named where it was recalled, and took the code, before `swept_before`. No code is part of what is said.
    async fn code_violations(&self, swept_before: Timestamp, limit: u32) -> Stored<Vec<Violation>>;

    /// Claims of goods that differ from their awards: claimed or shipped where the award is another user's, another kind or in
    /// another state; and delivered goods that nobody claimed.
    async fn goods_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Redemptions that differ from their debit, their order or what took them back, and debits and orders without theirs.
    async fn redemption_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Behaviours that earned nothing, and orders and credits of behaviours that are not there.
    async fn rebate_violations(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Entries that were due, or whose lease ended, before `overdue_before`.
    async fn outbox_violations(&self, overdue_before: Timestamp, limit: u32) -> Stored<Vec<Violation>>;

    /// Settled days whose books differ by what holds of them, each with the invariant and the first of its rows.
    async fn different_settlements(&self, limit: u32) -> Stored<Vec<Violation>>;

    /// Draws in the order of their ids, after the one given: what replay reads, part by part.
    async fn draws_after(&self, after: Option<DrawId>, limit: u32) -> Stored<Vec<Draw>>;

    /// The limits that each activity's draws are checked against; activities that never had any are left out.
    async fn activity_limits(&self) -> Stored<Vec<ActivityLimits>>;

    /// Users and their draws in a day or month that exceed the limit given, for one activity.
    async fn limit_violations(&self, limits: &ActivityLimits, limit: u32) -> Stored<Vec<Violation>>;
}

/// The limits an activity's draws are checked against: for each day and month the highest that held at any time, since a
/// later version may lower them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityLimits {
    /// The activity.
    pub activity_id: crate::domain::id::ActivityId,
    /// The highest day limit of any version; nothing where some version had none.
    pub day: Option<u32>,
    /// The highest month limit of any version; nothing where some version had none.
    pub month: Option<u32>,
}
