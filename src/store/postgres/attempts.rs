//! How attempts end in Postgres: their effects, each once, and what is left to do.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;
use uuid::Uuid;

use super::leases::lock_work;
use super::outbox::read_awards;
use super::{Lock, PostgresStore, Tried, ledger, recharges, uuid};
use crate::domain::award::{AwardRecord, AwardState, PrizeValue};
use crate::domain::calendar::Timestamp;
use crate::domain::draw::{RechargeOrder, RechargeSource};
use crate::domain::id::{AwardRecordId, UserId};
use crate::domain::ledger::TransferReason;
use crate::domain::outbox::{AttemptOutcome, OutboxState};
use crate::store::outbox::Finish;

impl PostgresStore {
    /// Writes effects first and the ends of attempts after them: an effect happened even where its attempt came late.
    pub(super) async fn try_finish(&self, finishes: &[Finish], now: Timestamp) -> Tried<()> {
        let ids: Vec<Uuid> = finishes.iter().map(|finish| uuid(finish.result.award_record_id.ulid())).collect();
        let owners: Vec<UserId> = self.winners(&ids).await?;
        let buckets = finishes.iter().map(|finish| Lock::Bucket(finish.result.outbox_id.bucket()));
        let mut tx = self.write(owners.iter().map(Lock::User).chain(buckets)).await?;
        let awards = read_awards(&mut tx, &ids).await?;
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

    /// Who won the awards. That never changes, so it may be asked before anything is locked.
    pub(super) async fn winners(&self, award_record_ids: &[Uuid]) -> Tried<Vec<UserId>> {
        let winners: Vec<String> = sqlx::query_scalar(
            r"SELECT DISTINCT user_id
                FROM award_record
               WHERE award_record_id = ANY($1)",
        )
        .bind(award_record_ids)
        .fetch_all(&self.pool)
        .await?;
        winners.iter().map(|winner| Ok(UserId::new(winner)?)).collect()
    }
}

struct Delivered<'a> {
    award_record_id: Uuid,
    reference: Option<&'a str>,
}

/// What the results cause beside the ends of their attempts.
struct Effects<'a> {
    credits: Vec<ledger::Credit<'a>>,
    orders: Vec<RechargeOrder>,
    delivered: Vec<Delivered<'a>>,
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
        self.delivered.push(Delivered { award_record_id: uuid(award_record_id.ulid()), reference });
        Ok(())
    }
}

/// Calls awards delivered, whatever became of them meanwhile: the winner has them.
async fn deliver(tx: &mut PgConnection, delivered: &[Delivered<'_>], now: Timestamp) -> Tried<()> {
    let ids: Vec<Uuid> = delivered.iter().map(|delivered| delivered.award_record_id).collect();
    let references: Vec<Option<&str>> = delivered.iter().map(|delivered| delivered.reference).collect();
    sqlx::query(
        r"UPDATE award_record
             SET state = 'delivered', delivered_at = $3, reference = batch.reference
            FROM UNNEST($1::uuid[], $2::text[]) AS batch (award_record_id, reference)
           WHERE award_record.award_record_id = batch.award_record_id
             AND award_record.state IN ('pending', 'dispatched', 'dead')",
    )
    .bind(ids)
    .bind(references)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// How attempts leave their entries, by column.
#[derive(Default)]
struct EndColumns<'a> {
    outbox_ids: Vec<Uuid>,
    leases: Vec<i64>,
    states: Vec<&'static str>,
    run_ats: Vec<Option<Timestamp>>,
    given_back: Vec<i64>,
    errors: Vec<Option<&'a str>>,
    ended_ats: Vec<Option<Timestamp>>,
}

impl<'a> EndColumns<'a> {
    fn add(&mut self, finish: &'a Finish, had: &HashSet<AwardRecordId>, now: Timestamp) {
        let done = (OutboxState::Done, None, 0, None);
        let (state, run_at, given_back, error) = match &finish.result.outcome {
            // Whatever this attempt met, the winner has the award.
            _ if had.contains(&finish.result.award_record_id) => done,
            AttemptOutcome::CreditPoints | AttemptOutcome::GrantDraws | AttemptOutcome::Delivered { .. } => done,
            AttemptOutcome::Retry { run_at, error } => (OutboxState::Pending, Some(*run_at), 0, Some(error)),
            AttemptOutcome::Snooze { run_at, reason } => (OutboxState::Pending, Some(*run_at), 1, Some(reason)),
            AttemptOutcome::Dead { error } => (OutboxState::Dead, None, 0, Some(error)),
        };
        self.outbox_ids.push(uuid(finish.result.outbox_id.ulid()));
        self.leases.push(i64::from(finish.result.lease));
        self.states.push(state.as_str());
        self.run_ats.push(run_at);
        self.given_back.push(given_back);
        self.errors.push(error.map(String::as_str));
        self.ended_ats.push(run_at.is_none().then_some(now));
    }
}

/// Ends the attempts that still hold their entries, and gives up the awards of those that gave up.
async fn end_attempts(
    tx: &mut PgConnection,
    finishes: &[Finish],
    had: &HashSet<AwardRecordId>,
    now: Timestamp,
) -> Tried<()> {
    let mut ends = EndColumns::default();
    for finish in finishes {
        ends.add(finish, had, now);
    }
    lock_work(tx, &ends.outbox_ids).await?;
    let ended: Vec<(Uuid, String)> = sqlx::query_as(
        r"UPDATE outbox
             SET state = batch.state,
                 run_at = COALESCE(batch.run_at, outbox.run_at),
                 due_at = batch.run_at,
                 wake_at = COALESCE(batch.run_at, outbox.wake_at),
                 attempts = outbox.attempts - batch.given_back,
                 last_error = COALESCE(batch.error, outbox.last_error),
                 ended_at = batch.ended_at
            FROM UNNEST($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[],
                        $7::timestamptz[])
              AS batch (outbox_id, lease, state, run_at, given_back, error, ended_at)
           WHERE outbox.outbox_id = batch.outbox_id
             AND outbox.state = 'leased'
             AND outbox.leases = batch.lease
          RETURNING outbox.award_record_id, outbox.state",
    )
    .bind(&ends.outbox_ids)
    .bind(&ends.leases)
    .bind(&ends.states)
    .bind(&ends.run_ats)
    .bind(&ends.given_back)
    .bind(&ends.errors)
    .bind(&ends.ended_ats)
    .fetch_all(&mut *tx)
    .await?;
    let dead = ended.into_iter().filter(|(_, state)| state == OutboxState::Dead.as_str());
    let dead: Vec<Uuid> = dead.map(|(award_record_id, _)| award_record_id).collect();
    sqlx::query(
        r"UPDATE award_record
             SET state = 'dead'
           WHERE award_record_id = ANY($1)
             AND state IN ('pending', 'dispatched')",
    )
    .bind(dead)
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Attempts as the log keeps them, by column.
#[derive(Default)]
struct AttemptColumns<'a> {
    outbox_ids: Vec<Uuid>,
    leases: Vec<i64>,
    buckets: Vec<i16>,
    award_record_ids: Vec<Uuid>,
    began_ats: Vec<Timestamp>,
    outcomes: Vec<&'static str>,
    details: Vec<Option<&'a str>>,
    references: Vec<Option<&'a str>>,
}

/// Logs the attempts that are worth it. A result that is written again, after a failure nobody knows the outcome of, is the one
/// that is there.
async fn log(tx: &mut PgConnection, finishes: &[Finish], now: Timestamp) -> Tried<()> {
    let mut attempts = AttemptColumns::default();
    for result in finishes.iter().map(|finish| &finish.result) {
        let Some((outcome, detail, reference)) = result.outcome.logged() else { continue };
        attempts.outbox_ids.push(uuid(result.outbox_id.ulid()));
        attempts.leases.push(i64::from(result.lease));
        attempts.buckets.push(result.award_record_id.bucket().number().cast_signed());
        attempts.award_record_ids.push(uuid(result.award_record_id.ulid()));
        attempts.began_ats.push(result.began_at);
        attempts.outcomes.push(outcome.as_str());
        attempts.details.push(detail);
        attempts.references.push(reference);
    }
    if attempts.outbox_ids.is_empty() {
        return Ok(());
    }
    sqlx::query(
        r"INSERT INTO attempt (outbox_id, lease, bucket, award_record_id, began_at, ended_at, outcome, detail, reference)
          SELECT batch.outbox_id, batch.lease, batch.bucket, batch.award_record_id, batch.began_at, $9, batch.outcome,
                 batch.detail, batch.reference
            FROM UNNEST($1::uuid[], $2::bigint[], $3::smallint[], $4::uuid[], $5::timestamptz[], $6::text[],
                        $7::text[], $8::text[])
              AS batch (outbox_id, lease, bucket, award_record_id, began_at, outcome, detail, reference)
          ON CONFLICT (outbox_id, lease) DO NOTHING",
    )
    .bind(&attempts.outbox_ids)
    .bind(&attempts.leases)
    .bind(&attempts.buckets)
    .bind(&attempts.award_record_ids)
    .bind(&attempts.began_ats)
    .bind(&attempts.outcomes)
    .bind(&attempts.details)
    .bind(&attempts.references)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
