//! Closing the books: which days are over, what they came to, whether their books agree, and the last report of an activity.

use chrono::TimeDelta;

use super::App;
use super::catalog::unknown_activity;
use crate::domain::audit::Actor;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState, Campaign};
use crate::domain::id::{ActivityId, Version};
use crate::domain::reconcile::{Invariant, Violation};
use crate::domain::refusal::Refusal;
use crate::domain::settlement::{
    ActivityReport, ActivityTotals, DayFound, Money, RollUp, Settlement, SettlementState, StockLeft,
};
use crate::domain::workflow::{SETTLE_DAY, WorkflowData, WorkflowState};
use crate::fault::{Error, Result};
use crate::store::Page;
use crate::store::settlement::{DayQuestion, Settled};

/// The first step of settling a day.
pub const SEAL: &str = "seal";
/// Days of one activity that one run of the job starts to settle; the next run goes on.
const DAYS_MAX: usize = 100;
/// Draws that replay reads at a time.
const REPLAY_BATCH: u32 = 5_000;
/// Settlements that a report reads at a time.
const SETTLEMENTS_BATCH: u32 = 200;

/// What stands between a closed activity and its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unsettled {
    /// Days that are not settled yet.
    pub days: usize,
    /// Of these, days whose settlement is stuck.
    pub stuck: usize,
}

/// The subject of the workflow that settles a day.
pub fn day_subject(activity_id: &ActivityId, day: Day) -> String {
    format!("{activity_id}/{day}")
}

impl App {
    /// Starts to settle every day that is over and is not settled yet. Gives how many were started.
    ///
    /// # Errors
    /// A fault of the store; what was started stays started.
    pub async fn settle_days(&self) -> Result<usize> {
        let now = self.inner.sources.now();
        let mut started = 0;
        for head in self.inner.store.all_heads().await? {
            if head.state == ActivityState::Settled {
                continue;
            }
            match self.settle_days_of(&head, now).await {
                Ok(days) => started += days,
                // One document that can no longer be read must not keep the books of all others open.
                Err(error) => {
                    tracing::error!(activity.id = %head.activity_id, %error, "settled no day of {}", head.activity_id);
                }
            }
        }
        Ok(started)
    }

    async fn settle_days_of(&self, head: &ActivityHead, now: Timestamp) -> Result<usize> {
        let campaign = self.campaign(&head.activity_id, head.version).await?;
        let today = Day::at(now, campaign.time_zone);
        let days = self.days_of(&campaign, today).await?;
        let over: Vec<Day> = days.into_iter().filter(|day| *day < today).collect();
        Ok(self.start_settling(&head.activity_id, &over).await?.days)
    }

    /// The days of an activity that can have books, up to `through`: from its first publication or its first draw, within its
    /// window or up to its last draw.
    async fn days_of(&self, campaign: &Campaign, through: Day) -> Result<Vec<Day>> {
        let activity_id = &campaign.activity_id;
        let first_version = self.inner.store.version(activity_id, Version(1)).await?;
        let first_version = first_version.ok_or_else(|| unknown_activity(activity_id))?;
        let published = Day::at(first_version.published_at, campaign.time_zone);
        let (window_first, window_last) = campaign.days();
        let (mut first, mut last) = (window_first.max(published), window_last.min(through));
        // Clocks may have run ahead, and windows may have been shortened: where there is a draw there are books.
        if let Some((drawn_first, drawn_last)) = self.inner.store.drawn_days(activity_id).await? {
            (first, last) = (first.min(drawn_first), last.max(drawn_last));
        }
        let count = u64::try_from(last.since(first) + 1).unwrap_or(0);
        Ok((0..count).map(|after| first.plus(after)).collect())
    }

    /// Starts to settle those of the days that are not settled. `days` of the answer were started or are under way.
    async fn start_settling(&self, activity_id: &ActivityId, days: &[Day]) -> Result<Unsettled> {
        let mut unsettled = Unsettled::default();
        for day in self.inner.store.unsettled_days(activity_id, days).await?.into_iter().take(DAYS_MAX) {
            let (kind, subject) = ((SETTLE_DAY, SEAL), day_subject(activity_id, day));
            let new = self.new_workflow(kind, subject, None, super::Driver::Job, WorkflowData::new());
            let run = self.start_workflow(&new).await?;
            unsettled.days += 1;
            unsettled.stuck += usize::from(run.state == WorkflowState::Stuck);
        }
        Ok(unsettled)
    }

    /// Step `settle` of closing: starts to settle every day there is of a closed activity, today's too. Gives what is missing.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn settle_all_days(&self, activity_id: &ActivityId) -> Result<Unsettled> {
        let (_, campaign) = self.current(activity_id).await?;
        let today = Day::at(self.inner.sources.now(), campaign.time_zone);
        let days = self.days_of(&campaign, today).await?;
        self.start_settling(activity_id, &days).await
    }

    /// Step `seal`: from now on no draw of this day or an earlier one can be recorded.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn seal_day(&self, activity_id: &ActivityId, day: Day) -> Result<()> {
        self.inner.store.seal_days(activity_id, day.plus(1)).await?;
        Ok(())
    }

    /// Step `roll_up`: adds up a day. One shard holds all users yet; with more, their sums are added here.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn roll_up_day(&self, activity_id: &ActivityId, day: Day) -> Result<RollUp> {
        Ok(self.add_up_day(activity_id, day).await?.0)
    }

    /// The sums, and the draws that accounts count for the day.
    async fn add_up_day(&self, activity_id: &ActivityId, day: Day) -> Result<(RollUp, u64)> {
        let (_, current) = self.current(activity_id).await?;
        let is_first = self.days_of(&current, day).await?.first() == Some(&day);
        let zone = current.time_zone;
        // Draws may be obtained before the first day: they belong to it.
        let from = if is_first { Timestamp::UNIX_EPOCH } else { day.starts_at(zone) };
        let question = DayQuestion { activity_id: activity_id.clone(), day, from, until: day.plus(1).starts_at(zone) };
        let rows = self.inner.store.day_rows(&question).await?;
        let mut cost = Money::ZERO;
        for awards in &rows.awards {
            let campaign = self.campaign(activity_id, awards.version).await?;
            cost = cost.plus(campaign.cost_of(&awards.award_id).times(awards.won));
        }
        Ok((RollUp { cost, ..rows.roll_up }, rows.booked))
    }

    /// Step `compare`: decides every draw of the day again, and compares draws, accounts, awards and `roll_up` with each other.
    /// Gives the rows that differ, at most `reconcile.rows_max`.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn compare_day(&self, activity_id: &ActivityId, day: Day, roll_up: &RollUp) -> Result<Vec<Violation>> {
        let rows_max = self.inner.config.reconcile.rows_max;
        let mut differences = self.inner.store.day_differences(activity_id, day, rows_max).await?;
        let (again, booked) = self.add_up_day(activity_id, day).await?;
        let (mut replayed, mut after) = (0, None);
        loop {
            let draws = self.inner.store.draws_of_day(activity_id, day, after, REPLAY_BATCH).await?;
            let Some(last) = draws.last() else { break };
            after = Some(last.draw_id);
            replayed += draws.len() as u64;
            for draw in &draws {
                let differs = match self.replay(draw).await {
                    Ok(differs) => differs,
                    Err(Error::Refusal(refusal)) => Some(format!("cannot be replayed: {refusal}")),
                    // Something was away. Settlements never change, so none is written on a guess.
                    Err(fault) => return Err(fault),
                };
                differences.extend(differs.map(|detail| Violation {
                    invariant: Invariant::Replay,
                    subject: draw.draw_id.to_string(),
                    detail,
                }));
            }
            tokio::task::yield_now().await;
        }
        if (roll_up.draws, again.draws, booked) != (replayed, replayed, replayed) {
            differences.push(Violation {
                invariant: Invariant::Quota,
                subject: format!("activity {activity_id} on {day}"),
                detail: format!(
                    "{} draws were added up, the accounts count {booked}, {replayed} are there",
                    roll_up.draws
                ),
            });
        }
        differences.truncate(rows_max as usize);
        Ok(differences)
    }

    /// Step `write`: settles a sealed day; of a settled one, appends a correction where something else was found.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn write_settlement(&self, actor: &Actor, found: &DayFound) -> Result<Settled> {
        let settled = self.inner.store.settle_day(found, &self.change(actor)).await?;
        let DayFound { activity_id, day, .. } = found;
        if settled != Settled::Unchanged && found.state() == SettlementState::Different {
            let rows = found.differences.len();
            tracing::error!(activity.id = %activity_id, %day, "{rows} rows differ in the books of {activity_id} on {day}");
        }
        if let Settled::Corrected(number) = settled {
            tracing::warn!(activity.id = %activity_id, %day, "correction {number} of {activity_id} on {day}");
        }
        Ok(settled)
    }

    /// Step `reveal`: the day's seed becomes public, and with it those of all earlier days.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn reveal_day(&self, activity_id: &ActivityId, day: Day) -> Result<()> {
        self.inner.store.reveal_seeds(activity_id, day.plus(1)).await?;
        Ok(())
    }

    /// Step `reveal` of closing: makes every seed of a closed activity public. Nothing can be drawn by them any more.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn reveal_all(&self, activity_id: &ActivityId) -> Result<()> {
        let chains = self.inner.store.seed_chains(activity_id).await?;
        if let Some(end) = chains.iter().map(|chain| chain.first_day.plus(chain.days.into())).max() {
            self.inner.store.reveal_seeds(activity_id, end).await?;
        }
        Ok(())
    }

    /// Looks at a settled day again. Appends a correction where something else is found than what holds; the settlement itself
    /// never changes. Repeated, it adds nothing. Tells whether it did.
    ///
    /// # Errors
    /// A refusal where the day is not settled; a fault of the store.
    pub async fn check_settlement(
        &self,
        actor: &Actor,
        activity_id: &ActivityId,
        day: Day,
    ) -> Result<(Settlement, bool)> {
        self.settlement(activity_id, day).await?;
        let roll_up = self.roll_up_day(activity_id, day).await?;
        let differences = self.compare_day(activity_id, day, &roll_up).await?;
        let found = DayFound { activity_id: activity_id.clone(), day, roll_up, differences };
        let settled = self.write_settlement(actor, &found).await?;
        Ok((self.settlement(activity_id, day).await?, matches!(settled, Settled::Corrected(_))))
    }

    async fn settlement(&self, activity_id: &ActivityId, day: Day) -> Result<Settlement> {
        let unknown = || Refusal::Unknown { what: "settlement", id: day_subject(activity_id, day) };
        Ok(self.inner.store.settlement(activity_id, day).await?.ok_or_else(unknown)?)
    }

    /// Settled days with their corrections, newest first.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn settlements(&self, activity_id: &ActivityId, page: &Page<Day>) -> Result<Vec<Settlement>> {
        self.current(activity_id).await?;
        Ok(self.inner.store.settlements(activity_id, page).await?)
    }

    /// Step `report`: adds up the whole activity, keeps that and calls the activity settled. Repeated, the first report stays.
    ///
    /// # Errors
    /// A refusal where the activity is unknown or not closed; a fault of the store.
    pub async fn settle_activity(&self, activity_id: &ActivityId) -> Result<()> {
        let report = self.make_report(activity_id).await?;
        if self.inner.store.settle_activity(activity_id, &report, self.inner.sources.now()).await? {
            tracing::info!(activity.id = %activity_id, "settled activity {activity_id}");
            return Ok(());
        }
        let message = format!("activity {activity_id} is not closed, so it cannot be settled");
        Err(Refusal::Conflict { message }.into())
    }

    async fn make_report(&self, activity_id: &ActivityId) -> Result<ActivityReport> {
        let mut report = ActivityReport {
            totals: self.inner.store.activity_totals(activity_id).await?,
            ..ActivityReport::default()
        };
        let mut after = None;
        loop {
            let page = Page { after, limit: SETTLEMENTS_BATCH };
            let settlements = self.inner.store.settlements(activity_id, &page).await?;
            let Some(last) = settlements.last() else { break };
            after = Some(last.found.day);
            for settlement in &settlements {
                let holds = settlement.last();
                report.days += 1;
                report.days_different += u64::from(holds.state() == SettlementState::Different);
                report.sums = report.sums.plus(&holds.roll_up);
                report.violations.extend(holds.differences.iter().cloned());
            }
        }
        for truth in self.inner.store.stock_truth(activity_id).await? {
            if truth.used > truth.total {
                report.violations.push(Violation {
                    invariant: Invariant::Stock,
                    subject: format!("activity {activity_id} {}", truth.item),
                    detail: format!("{} rows where the total is {}", truth.used, truth.total),
                });
            }
            let (kind, id) = (truth.item.kind().to_owned(), truth.item.id().to_owned());
            report.stock.push(StockLeft { kind, id, total: truth.total, used: truth.used });
        }
        report.violations.truncate(self.inner.config.reconcile.rows_max as usize);
        Ok(report)
    }

    /// The report of a settled activity, and when it was made.
    ///
    /// # Errors
    /// A refusal where the activity is unknown or not settled yet; a fault of the store.
    pub async fn activity_report(&self, activity_id: &ActivityId) -> Result<(ActivityReport, Timestamp)> {
        let (head, _) = self.current(activity_id).await?;
        let missing = || Refusal::Conflict {
            message: format!("activity {activity_id} is {}; its report is made when it is settled", head.state),
        };
        Ok(self.inner.store.activity_report(activity_id).await?.ok_or_else(missing)?)
    }

    /// What an activity's rows come to so far.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn activity_totals(&self, activity_id: &ActivityId) -> Result<ActivityTotals> {
        self.current(activity_id).await?;
        Ok(self.inner.store.activity_totals(activity_id).await?)
    }

    /// When a step that waits for others looks again.
    pub fn soon(&self) -> Timestamp {
        self.inner.sources.now() + TimeDelta::seconds(2)
    }
}
