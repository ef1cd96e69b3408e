//! How attempts end in SQLite: their effects, each once, and what is left to do.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::SqliteConnection;

use super::outbox::read_awards;
use super::{SqliteStore, Tried, json, ledger, millis, recharges};
use crate::domain::award::{AwardRecord, AwardState, PrizeValue};
use crate::domain::calendar::Timestamp;
use crate::domain::draw::{RechargeOrder, RechargeSource};
use crate::domain::id::AwardRecordId;
use crate::domain::ledger::TransferReason;
use crate::domain::outbox::{AttemptOutcome, OutboxState};
use crate::store::outbox::Finish;

impl SqliteStore {
    /// Writes effects first and the ends of attempts after them: an effect happened even where its attempt came late. Nobody was promised
    /// more than the draw did: what a failure of power takes back is delivered again, under the same keys.
    pub(super) async fn try_finish(&self, finishes: &[Finish], now: Timestamp) -> Tried<()> {
        let ids: HashSet<_> = finishes.iter().map(|finish| finish.result.award_record_id.ulid().to_string()).collect();
        let mut tx = self.write_hastily().await?;
        let awards = read_awards(&mut tx, &json(&ids)?).await?;
        let effects = Effects::of(finishes, &awards, now)?;
        ledger::credit(&mut tx, &effects.credits, now).await?;
        let orders: Vec<_> = effects.orders.iter().collect();
        recharges::grant(&mut tx, &orders).await?;
        deliver(&mut tx, &effects.delivered, now).await?;
        end_attempts(&mut tx, finishes, &effects.had, now).await?;
        log(&mut tx, finishes, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

#[derive(Serialize)]
struct DeliveredJson<'a> {
    award_record_id: String,
    reference: Option<&'a str>,
}

/// What the results cause beside the ends of their attempts.
struct Effects<'a> {
    credits: Vec<ledger::Credit<'a>>,
    orders: Vec<RechargeOrder>,
    delivered: Vec<DeliveredJson<'a>>,
    /// Awards that the winner has, before or with these results: nothing is left to do for them.
    had: HashSet<AwardRecordId>,
}

impl<'a> Effects<'a> {
    fn of(finishes: &'a [Finish], awards: &'a HashMap<AwardRecordId, AwardRecord>, now: Timestamp) -> Tried<Self> {
        let mut effects = Self { credits: Vec::new(), orders: Vec::new(), delivered: Vec::new(), had: HashSet::new() };
        for finish in finishes {
            let award_record_id = finish.result.award_record_id;
            let award = awards.get(&award_record_id).ok_or_else(|| format!("{award_record_id} was never promised"))?;
            match award.state {
                AwardState::Delivered => {
                    effects.had.insert(award_record_id);
                }
                AwardState::Recalled => {}
                // Two attempts may bring the same award in one call: the first is the one that counts.
                AwardState::Pending | AwardState::Dispatched | AwardState::Dead => {
                    if !effects.had.contains(&award_record_id) {
                        effects.add(finish, award, now)?;
                    }
                }
            }
        }
        Ok(effects)
    }

    fn add(&mut self, finish: &'a Finish, award: &'a AwardRecord, now: Timestamp) -> Tried<()> {
        let award_record_id = award.award_record_id;
        let reference = match (&finish.result.outcome, &award.value) {
            (AttemptOutcome::CreditPoints, PrizeValue::Points { amount }) => {
                self.credits.push(ledger::Credit {
                    transfer_id: finish.transfer_id,
                    user_id: &award.user_id,
                    amount: *amount,
                    reason: TransferReason::Award,
                    key: award_record_id.to_string(),
                    expires_at: finish.points_expire_at,
                    asked: ledger::Asked::default(),
                });
                None
            }
            (AttemptOutcome::GrantDraws, PrizeValue::Draws { sku, draws }) => {
                self.orders.push(RechargeOrder {
                    recharge_order_id: finish.recharge_order_id,
                    user_id: award.user_id.clone(),
                    activity_id: award.activity_id.clone(),
                    sku: sku.clone(),
                    draws: *draws,
                    source: RechargeSource::Award { award_record_id },
                    created_at: now,
                });
                None
            }
            (AttemptOutcome::CreditPoints | AttemptOutcome::GrantDraws, value) => {
                return Err(format!("{award_record_id} is {value:?}: it cannot be given that way").into());
            }
            (AttemptOutcome::Delivered { reference, .. }, _) => reference.as_deref(),
            (AttemptOutcome::Retry { .. } | AttemptOutcome::Snooze { .. } | AttemptOutcome::Dead { .. }, _) => {
                return Ok(());
            }
        };
        self.had.insert(award_record_id);
        self.delivered.push(DeliveredJson { award_record_id: award_record_id.ulid().to_string(), reference });
        Ok(())
    }
}

/// Calls awards delivered, whatever became of them meanwhile: the winner has them.
async fn deliver(tx: &mut SqliteConnection, delivered: &[DeliveredJson<'_>], now: Timestamp) -> Tried<()> {
    sqlx::query(
        r"UPDATE award_record
             SET state = 'delivered', delivered_at = ?2, reference = batch.value ->> 'reference'
            FROM json_each(?1) AS batch
           WHERE award_record.award_record_id = batch.value ->> 'award_record_id'
             AND award_record.state IN ('pending', 'dispatched', 'dead')",
    )
    .bind(json(delivered)?)
    .bind(millis(now))
    .execute(tx)
    .await?;
    Ok(())
}

/// How an attempt leaves its entry.
#[derive(Serialize)]
struct EndJson<'a> {
    outbox_id: String,
    lease: u32,
    state: &'static str,
    run_at: Option<i64>,
    given_back: u32,
    error: Option<&'a str>,
    ended_at: Option<i64>,
}

impl<'a> EndJson<'a> {
    fn of(finish: &'a Finish, had: &HashSet<AwardRecordId>, now: Timestamp) -> Self {
        let done = (OutboxState::Done, None, 0, None);
        let (state, run_at, given_back, error) = match &finish.result.outcome {
            // Whatever this attempt met, the winner has the award.
            _ if had.contains(&finish.result.award_record_id) => done,
            AttemptOutcome::CreditPoints | AttemptOutcome::GrantDraws | AttemptOutcome::Delivered { .. } => done,
            AttemptOutcome::Retry { run_at, error } => (OutboxState::Pending, Some(*run_at), 0, Some(error)),
            AttemptOutcome::Snooze { run_at, reason } => (OutboxState::Pending, Some(*run_at), 1, Some(reason)),
            AttemptOutcome::Dead { error } => (OutboxState::Dead, None, 0, Some(error)),
        };
        Self {
            outbox_id: finish.result.outbox_id.ulid().to_string(),
            lease: finish.result.lease,
            state: state.as_str(),
            run_at: run_at.map(millis),
            given_back,
            error: error.map(String::as_str),
            ended_at: run_at.is_none().then(|| millis(now)),
        }
    }
}

/// Ends the attempts that still hold their entries, and gives up the awards of those that gave up.
async fn end_attempts(
    tx: &mut SqliteConnection,
    finishes: &[Finish],
    had: &HashSet<AwardRecordId>,
    now: Timestamp,
) -> Tried<()> {
    let ends: Vec<_> = finishes.iter().map(|finish| EndJson::of(finish, had, now)).collect();
    let ended: Vec<(String, String)> = sqlx::query_as(
        r"UPDATE outbox
             SET state = batch.value ->> 'state',
                 run_at = COALESCE(batch.value ->> 'run_at', run_at),
                 due_at = batch.value ->> 'run_at',
                 wake_at = COALESCE(batch.value ->> 'run_at', wake_at),
                 attempts = attempts - (batch.value ->> 'given_back'),
                 last_error = COALESCE(batch.value ->> 'error', last_error),
                 ended_at = batch.value ->> 'ended_at'
            FROM json_each(?1) AS batch
           WHERE outbox.outbox_id = batch.value ->> 'outbox_id'
             AND outbox.state = 'leased'
             AND outbox.leases = batch.value ->> 'lease'
          RETURNING award_record_id, state",
    )
    .bind(json(&ends)?)
    .fetch_all(&mut *tx)
    .await?;
    let dead: Vec<_> = ended
        .iter()
        .filter(|(_, state)| state == OutboxState::Dead.as_str())
        .map(|(award_record_id, _)| award_record_id)
        .collect();
    sqlx::query(
        r"UPDATE award_record
             SET state = 'dead'
           WHERE award_record_id IN (SELECT value FROM json_each(?1))
             AND state IN ('pending', 'dispatched')",
    )
    .bind(json(&dead)?)
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// An attempt as the log keeps it.
#[derive(Serialize)]
struct AttemptJson<'a> {
    outbox_id: String,
    lease: u32,
    bucket: u16,
    award_record_id: String,
    began_at: i64,
    outcome: &'static str,
    detail: Option<&'a str>,
    reference: Option<&'a str>,
}

/// Logs the attempts that are worth it. A result that is written again, after a failure nobody knows the outcome of, is the one
/// that is there.
async fn log(tx: &mut SqliteConnection, finishes: &[Finish], now: Timestamp) -> Tried<()> {
    let attempts: Vec<_> = finishes
        .iter()
        .filter_map(|finish| {
            let result = &finish.result;
            let (outcome, detail, reference) = result.outcome.logged()?;
            Some(AttemptJson {
                outbox_id: result.outbox_id.ulid().to_string(),
                lease: result.lease,
                bucket: result.award_record_id.bucket().number(),
                award_record_id: result.award_record_id.ulid().to_string(),
                began_at: millis(result.began_at),
                outcome: outcome.as_str(),
                detail,
                reference,
            })
        })
        .collect();
    if attempts.is_empty() {
        return Ok(());
    }
    sqlx::query(
        r"INSERT INTO attempt (outbox_id, lease, bucket, award_record_id, began_at, ended_at, outcome, detail, reference)
          SELECT value ->> 'outbox_id', value ->> 'lease', value ->> 'bucket', value ->> 'award_record_id',
                 value ->> 'began_at', ?2, value ->> 'outcome', value ->> 'detail', value ->> 'reference'
            FROM json_each(?1)
           WHERE TRUE
          ON CONFLICT (outbox_id, lease) DO NOTHING",
    )
    .bind(json(&attempts)?)
    .bind(millis(now))
    .execute(tx)
    .await?;
    Ok(())
}
