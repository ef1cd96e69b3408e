//! Closed books: settled days with their corrections, and the last report of an activity.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, NoBody, PathText, PathTexts, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::{Date, Time};
use crate::app::App;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::id::ActivityId;
use crate::domain::reconcile::{Invariant, Violation};
use crate::domain::settlement::{
    ActivityReport, AwardTotals, Correction, RollUp, Settlement, SettlementState, StockLeft, SumChange,
};

/// What happened within one local day, or within several, added up.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RollUpBody {
    /// Draws made.
    draws: u64,
    /// Draws that won something.
    winners: u64,
    /// Users who drew.
    users: u64,
    /// Points that were won, delivered or not.
    #[schema(example = "120.50")]
    points_awarded: String,
    /// Points that behaviours of the day earned.
    #[schema(example = "10.00")]
    points_rebated: String,
    /// Points that were exchanged for draws.
    #[schema(example = "20.00")]
    points_redeemed: String,
    /// Points of exchanges taken back on this day, made on this day or earlier.
    #[schema(example = "0.00")]
    points_returned: String,
    /// What the awards that were won cost, by `cost` of the documents that decided them.
    #[schema(example = "1999.00")]
    cost: String,
    /// Draws granted, by what granted them: `request`, `award`, `redemption`, `rebate`.
    draws_granted: BTreeMap<String, u64>,
    /// Draws taken back with the orders that had granted them.
    draws_reversed: u64,
}

/// A row by which books, draws and replay differ.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DifferenceBody {
    /// The invariant it breaks.
    invariant: Invariant,
    /// The row, by its name.
    subject: String,
    /// What is wrong with it, with the numbers.
    detail: String,
}

/// A sum that a correction changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SumChangeBody {
    /// Which sum.
    #[schema(example = "draws_reversed")]
    field: String,
    /// What held before; amounts in hundredths.
    before: serde_json::Value,
    /// What holds since; amounts in hundredths.
    after: serde_json::Value,
}

/// What a later look at a settled day found instead.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CorrectionBody {
    /// Its number among the day's corrections, from 1. The last one holds.
    number: u32,
    /// Whether books, draws and replay agreed then.
    state: SettlementState,
    /// The sums that are others than before.
    changes: Vec<SumChangeBody>,
    /// All sums since.
    sums: RollUpBody,
    /// The rows that differed then.
    differences: Vec<DifferenceBody>,
    /// When it was made.
    created_at: Time,
}

/// The closed books of one local day. They never change: what is found later is a correction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SettlementBody {
    /// The day, in the activity's time zone.
    day: Date,
    /// Whether books, draws and replay agreed when it was settled.
    state: SettlementState,
    /// What the day came to when it was settled.
    sums: RollUpBody,
    /// The rows that differed; empty where everything agreed.
    differences: Vec<DifferenceBody>,
    /// When it was settled.
    settled_at: Time,
    /// What was found later, first to last.
    corrections: Vec<CorrectionBody>,
}

/// The outcome of a look at a settled day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckBody {
    /// Whether a correction was added; otherwise what holds was found again.
    corrected: bool,
    /// The day with all its corrections.
    settlement: SettlementBody,
}

/// Where the promises of one award stand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwardTotalsBody {
    /// The award.
    award_id: String,
    /// Times it was won.
    won: u64,
    /// Promised, nothing has left the house.
    pending: u64,
    /// Sent, not known to have arrived.
    dispatched: u64,
    /// The winner has it.
    delivered: u64,
    /// Taken back before it was delivered.
    recalled: u64,
    /// Given up.
    dead: u64,
}

/// What is left of a counted item.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StockLeftBody {
    /// `award` or `sku`.
    kind: String,
    /// The item.
    id: String,
    /// How many there were over the activity's whole life.
    total: u64,
    /// How many were used.
    used: u64,
    /// How many are left.
    left: u64,
}

/// The last word about an activity.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportOfActivityBody {
    /// The activity.
    activity_id: String,
    /// When it was made.
    created_at: Time,
    /// Days that were settled.
    days: u64,
    /// Days whose books differ by what holds of them.
    days_different: u64,
    /// The sums of all days; its `users` are those of each day, added up.
    sums: RollUpBody,
    /// Users who drew in the activity.
    users: u64,
    /// Draws that users were granted and that were not taken back.
    draws_granted: u64,
    /// Draws that were used.
    draws_used: u64,
    /// Draws that were granted and not used.
    draws_unused: u64,
    /// Points that were won and delivered.
    #[schema(example = "120.50")]
    points_issued: String,
    /// Where the promises stand, by award.
    awards: Vec<AwardTotalsBody>,
    /// What is left of everything that was counted.
    stock: Vec<StockLeftBody>,
    /// What does not hold, by row.
    violations: Vec<DifferenceBody>,
}

impl From<&RollUp> for RollUpBody {
    fn from(roll_up: &RollUp) -> Self {
        Self {
            draws: roll_up.draws,
            winners: roll_up.winners,
            users: roll_up.users,
            points_awarded: roll_up.points_awarded.to_string(),
            points_rebated: roll_up.points_rebated.to_string(),
            points_redeemed: roll_up.points_redeemed.to_string(),
            points_returned: roll_up.points_returned.to_string(),
            cost: roll_up.cost.to_string(),
            draws_granted: roll_up.draws_granted.clone(),
            draws_reversed: roll_up.draws_reversed,
        }
    }
}

fn differences(rows: &[Violation]) -> Vec<DifferenceBody> {
    let body = |row: &Violation| DifferenceBody {
        invariant: row.invariant,
        subject: row.subject.clone(),
        detail: row.detail.clone(),
    };
    rows.iter().map(body).collect()
}

fn correction(before: &RollUp, correction: &Correction) -> CorrectionBody {
    let changes = before.changes(&correction.found.roll_up);
    let body = |SumChange { field, before, after }| SumChangeBody { field, before, after };
    CorrectionBody {
        number: correction.number,
        state: correction.found.state(),
        changes: changes.into_iter().map(body).collect(),
        sums: (&correction.found.roll_up).into(),
        differences: differences(&correction.found.differences),
        created_at: Time(correction.created_at),
    }
}

impl From<&Settlement> for SettlementBody {
    fn from(settlement: &Settlement) -> Self {
        let befores = std::iter::once(&settlement.found).chain(settlement.corrections.iter().map(|one| &one.found));
        let corrections = befores.zip(&settlement.corrections);
        Self {
            day: Date(settlement.found.day),
            state: settlement.found.state(),
            sums: (&settlement.found.roll_up).into(),
            differences: differences(&settlement.found.differences),
            settled_at: Time(settlement.settled_at),
            corrections: corrections.map(|(before, one)| correction(&before.roll_up, one)).collect(),
        }
    }
}

impl From<AwardTotals> for AwardTotalsBody {
    fn from(totals: AwardTotals) -> Self {
        let AwardTotals { award_id, won, pending, dispatched, delivered, recalled, dead } = totals;
        Self { award_id, won, pending, dispatched, delivered, recalled, dead }
    }
}

impl From<StockLeft> for StockLeftBody {
    fn from(stock: StockLeft) -> Self {
        let left = stock.total.saturating_sub(stock.used);
        Self { kind: stock.kind, id: stock.id, total: stock.total, used: stock.used, left }
    }
}

fn report_body(activity_id: &ActivityId, report: ActivityReport, created_at: Timestamp) -> ReportOfActivityBody {
    let totals = report.totals;
    ReportOfActivityBody {
        activity_id: activity_id.to_string(),
        created_at: Time(created_at),
        days: report.days,
        days_different: report.days_different,
        sums: (&report.sums).into(),
        users: totals.users,
        draws_granted: totals.draws_granted,
        draws_used: totals.draws_used,
        draws_unused: totals.draws_granted.saturating_sub(totals.draws_used),
        points_issued: totals.points_issued.to_string(),
        awards: totals.awards.into_iter().map(Into::into).collect(),
        stock: report.stock.into_iter().map(Into::into).collect(),
        violations: differences(&report.violations),
    }
}

/// List settled days
///
/// Newest first, each with what was found later.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/settlements",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The activity."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before: a day."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the days.", body = Part<SettlementBody>)),
)]
pub(super) async fn settlements(
    State(app): State<App>,
    PathText(id): PathText,
    query: QueryText,
) -> Result<Json<Part<SettlementBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["cursor", "limit"]);
    let read = (faults.read::<ActivityId>("id", &id), PageWish::<Day>::read(&mut faults, &query), faults.is_empty());
    let (Some(activity_id), Some(wish), true) = read else { return Err(faults.refuse()) };
    let rows = app.settlements(&activity_id, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.found.day);
    let next_cursor = next.map(|day| day.to_string());
    Ok(Json(Part { items: rows.iter().map(Into::into).collect(), next_cursor }))
}

/// Check a settled day
///
/// Decides its draws again, adds it up again and compares with the books. Where something else is found than what holds, a
/// correction is added; the settlement itself never changes.
#[utoipa::path(
    post,
    path = "/admin/activities/{id}/settlements/{day}/check",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The activity."),
        ("day" = String, Path, format = Date, description = "The day, in the activity's time zone."),
    ),
    responses((status = 200, description = "What was found.", body = CheckBody)),
)]
pub(super) async fn check_settlement(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathTexts(path): PathTexts<2>,
    NoBody: NoBody,
) -> Result<Json<CheckBody>, Problem> {
    let [id, day] = path;
    let mut faults = Faults::default();
    let read = (faults.read::<ActivityId>("id", &id), faults.read::<Day>("day", &day));
    let (Some(activity_id), Some(day)) = read else { return Err(faults.refuse()) };
    let (settlement, corrected) = app.check_settlement(&caller.actor(), &activity_id, day).await?;
    Ok(Json(CheckBody { corrected, settlement: (&settlement).into() }))
}

/// Get the report of a settled activity
///
/// The totals of its whole life, made once when it was settled.
#[utoipa::path(
    get,
    path = "/admin/activities/{id}/report",
    tag = "operations",
    params(("id" = String, Path, description = "The activity.")),
    responses((status = 200, description = "The report.", body = ReportOfActivityBody)),
)]
pub(super) async fn report(
    State(app): State<App>,
    PathText(id): PathText,
) -> Result<Json<ReportOfActivityBody>, Problem> {
    let mut faults = Faults::default();
    let Some(activity_id) = faults.read::<ActivityId>("id", &id) else { return Err(faults.refuse()) };
    let (report, created_at) = app.activity_report(&activity_id).await?;
    Ok(Json(report_body(&activity_id, report, created_at)))
}
