//! The six invariants, evaluated over everything there is.

use chrono::TimeDelta;

use super::App;
use crate::domain::draw::Draw;
use crate::domain::receipt::Replayed;
use crate::domain::reconcile::{Invariant, Violation};
use crate::domain::roll::{Roll, RollKey};
use crate::fault::Result;

/// One invariant with the rows for which it does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which invariant.
    pub invariant: Invariant,
    /// The rows, at most `reconcile.rows_max`. None: it holds.
    pub violations: Vec<Violation>,
}

/// All six invariants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// In the order of [`Invariant::ALL`].
    pub findings: Vec<Finding>,
    /// Activities whose counters were compared with SQL. None in a process that has not loaded them, such as a command beside
    /// an embedded server; then only SQL is checked.
    pub counters_compared: u64,
    /// Draws that were replayed.
    pub draws_replayed: u64,
}

impl Report {
    /// Rows named over all invariants.
    pub fn violations(&self) -> usize {
        self.findings.iter().map(|finding| finding.violations.len()).sum()
    }
}

/// Draws that replay reads at a time.
const REPLAY_BATCH: u32 = 5_000;

impl App {
    /// Evaluates all six invariants, draws replayed included.
    ///
    /// # Errors
    /// A fault of the stores.
    pub async fn reconcile(&self) -> Result<Report> {
        let mut report = self.reconcile_books().await?;
        let (mut violations, draws_replayed) = self.replay_draws().await?;
        violations.extend(self.different_settlements(Invariant::Replay).await?);
        violations.truncate(self.inner.config.reconcile.rows_max as usize);
        report.findings.push(Finding { invariant: Invariant::Replay, violations });
        report.draws_replayed = draws_replayed;
        Ok(report)
    }

    /// Evaluates every invariant but replay, which reads all draws.
    ///
    /// # Errors
    /// A fault of the stores.
    pub async fn reconcile_books(&self) -> Result<Report> {
        let rows_max = self.inner.config.reconcile.rows_max;
        let overdue = TimeDelta::seconds(i64::from(self.inner.config.reconcile.overdue_seconds));
        let overdue_before = self.inner.sources.now() - overdue;
        let store = &self.inner.store;
        let mut quota = store.quota_violations(rows_max).await?;
        quota.extend(self.limit_violations().await?);
        let mut ledger = store.ledger_violations(rows_max).await?;
        ledger.extend(store.redemption_violations(rows_max).await?);
        ledger.extend(store.rebate_violations(rows_max).await?);
        quota.extend(store.win_violations(rows_max).await?);
        quota.extend(self.different_settlements(Invariant::Quota).await?);
        let mut awards = store.award_violations(rows_max).await?;
        awards.extend(store.code_violations(overdue_before, rows_max).await?);
        awards.extend(store.goods_violations(rows_max).await?);
        awards.extend(self.different_settlements(Invariant::Awards).await?);
        let (stock, counters_compared) = self.stock_violations().await?;
        let by_invariant = [
            (Invariant::Stock, stock),
            (Invariant::Quota, quota),
            (Invariant::Ledger, ledger),
            (Invariant::Awards, awards),
            (Invariant::Outbox, store.outbox_violations(overdue_before, rows_max).await?),
        ];
        let findings = by_invariant.map(|(invariant, mut violations)| {
            violations.truncate(rows_max as usize);
            Finding { invariant, violations }
        });
        Ok(Report { findings: findings.into(), counters_compared, draws_replayed: 0 })
    }

    /// Settled days that differ by rows of this invariant first.
    async fn different_settlements(&self, invariant: Invariant) -> Result<Vec<Violation>> {
        let mut found = self.inner.store.different_settlements(self.inner.config.reconcile.rows_max).await?;
        found.retain(|violation| violation.invariant == invariant);
        Ok(found)
    }

    /// Rows, and the number of activities whose counters were compared.
    async fn stock_violations(&self) -> Result<(Vec<Violation>, u64)> {
        let mut compared = 0;
        let mut violations = self.inner.store.oversold_items(self.inner.config.reconcile.rows_max).await?;
        for head in self.inner.store.all_heads().await? {
            if let Some(differences) = self.compare_stock(&head.activity_id, head.epoch).await? {
                compared += 1;
                violations.extend(differences.into_iter().map(|detail| Violation {
                    invariant: Invariant::Stock,
                    subject: format!("activity {}", head.activity_id),
                    detail,
                }));
            }
        }
        Ok((violations, compared))
    }

    /// Day and month counts against the highest limit that any version set: a later version may lower it below what was
    /// drawn under an earlier one.
    async fn limit_violations(&self) -> Result<Vec<Violation>> {
        let (store, rows_max) = (&self.inner.store, self.inner.config.reconcile.rows_max);
        let mut violations = Vec::new();
        for limits in store.activity_limits().await? {
            violations.extend(store.limit_violations(&limits, rows_max).await?);
        }
        Ok(violations)
    }

    /// Decides every draw again from its version, facts and roll, and makes its roll again from the day's seed.
    async fn replay_draws(&self) -> Result<(Vec<Violation>, u64)> {
        let rows_max = self.inner.config.reconcile.rows_max as usize;
        let (mut violations, mut replayed, mut after) = (Vec::new(), 0, None);
        loop {
            let draws = self.inner.store.draws_after(after, REPLAY_BATCH).await?;
            let Some(last) = draws.last() else { break };
            after = Some(last.draw_id);
            replayed += draws.len() as u64;
            for draw in &draws {
                // A draw whose version or seed cannot be had any more is named like one that was decided otherwise.
                let replayed =
                    self.replay(draw).await.unwrap_or_else(|error| Some(format!("cannot be replayed: {error}")));
                if let Some(detail) = replayed
                    && violations.len() < rows_max
                {
                    let subject = draw.draw_id.to_string();
                    violations.push(Violation { invariant: Invariant::Replay, subject, detail });
                }
            }
            tokio::task::yield_now().await;
        }
        Ok((violations, replayed))
    }

    pub(super) async fn replay(&self, draw: &Draw) -> Result<Option<String>> {
        let campaign = self.campaign(&draw.activity_id, draw.version).await?;
        let seed = self.day_seed(&draw.activity_id, draw.day).await?;
        let key = RollKey {
            activity_id: &draw.activity_id,
            user_id: &draw.user_id,
            request_id: &draw.request_id,
            index: draw.index,
        };
        let roll = Roll::new(&seed, &key);
        if roll != draw.roll {
            return Ok(Some(format!("the day's seed gives the roll {roll}, the record says {}", draw.roll)));
        }
        let recorded = Replayed {
            user_id: &draw.user_id,
            used_before: draw.used_before,
            used_today_before: draw.used_today_before,
            standing: &draw.standing,
            roll: draw.roll,
            reason: &draw.reason,
            award_id: &draw.award_id,
            value: &draw.value,
        };
        Ok(recorded.differs_from(&campaign.strategy))
    }
}
