//! Promised work in SQLite: who is woken for it, who holds it, and how it ends.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};

use super::rows::{AwardRow, ulid};
use super::{SqliteStore, Tried, instant, json, ledger, millis, recharges};
use crate::domain::award::{AwardRecord, AwardState, PrizeValue};
use crate::domain::calendar::Timestamp;
use crate::domain::draw::{RechargeOrder, RechargeSource};
use crate::domain::id::{AwardRecordId, OutboxId, UserId};
use crate::domain::ledger::TransferReason;
use crate::domain::outbox::{AttemptOutcome, Delivery, OutboxEntry, OutboxState};
use crate::fault::Fault;
use crate::store::outbox::{DueQuestion, Finish, Lease, OutboxStore, Redriven};
use crate::store::{Page, Stored};

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn due_outbox(&self, question: &DueQuestion) -> Stored<Vec<OutboxId>> {
        let mut woken: Vec<(String, i64)> = sqlx::query_as(
            r"UPDATE outbox
                 SET wake_at = ?2
               WHERE outbox_id IN (SELECT outbox_id
                                     FROM outbox
                                    WHERE due_at <= ?1
                                      AND wake_at <= ?1
                                    ORDER BY due_at
                                    LIMIT ?3)
              RETURNING outbox_id, due_at",
        )
        .bind(millis(question.now))
        .bind(millis(question.wake_again_at))
        .bind(question.limit)
        .fetch_all(&self.writer)
        .await
        .map_err(Fault::doing("look for due work"))?;
        woken.sort_unstable_by(|(id, due_at), (other_id, other_due_at)| (due_at, id).cmp(&(other_due_at, other_id)));
        woken
            .iter()
            .map(|(outbox_id, _)| Ok(OutboxId::from_ulid(ulid(outbox_id)?)))
            .collect::<Tried<_>>()
            .map_err(Fault::doing("look for due work"))
    }

    async fn lease_outbox(&self, lease: &Lease) -> Stored<Vec<Delivery>> {
        self.try_lease(lease).await.map_err(Fault::doing("lease work"))
    }

    async fn mark_dispatched(&self, deliveries: &[Delivery]) -> Stored<()> {
        let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.award.award_record_id.ulid().to_string()).collect();
        let ids = json(&ids).map_err(Fault::doing("mark awards as dispatched"))?;
        sqlx::query(
            r"UPDATE award_record
                 SET state = 'dispatched'
               WHERE award_record_id IN (SELECT value FROM json_each(?1))
                 AND state = 'pending'",
        )
        .bind(ids)
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("mark awards as dispatched"))?;
        Ok(())
    }

    async fn finish_attempts(&self, finishes: &[Finish], now: Timestamp) -> Stored<()> {
        self.try_finish(finishes, now).await.map_err(Fault::doing("finish attempts"))
    }

    async fn outbox(&self, state: Option<OutboxState>, page: &Page<OutboxId>) -> Stored<Vec<OutboxEntry>> {
        let rows = self.list_entries(state, page).await.map_err(Fault::doing("list promised work"))?;
        rows.iter().map(EntryRow::read).collect::<Tried<_>>().map_err(Fault::doing("list promised work"))
    }

    async fn redrive(&self, outbox_id: OutboxId, now: Timestamp) -> Stored<Redriven> {
        self.try_redrive(outbox_id, now).await.map_err(Fault::doing("redrive work"))
    }

    async fn outbox_counts(&self) -> Stored<Vec<(OutboxState, u64)>> {
        // One count for each partial index: none reads the table.
        let rows: Vec<(String, i64)> = sqlx::query_as(
            r"SELECT state, COUNT(*) FROM outbox WHERE due_at IS NOT NULL GROUP BY state
               UNION ALL
              SELECT 'done', COUNT(*) FROM outbox WHERE state = 'done'
               UNION ALL
              SELECT 'dead', COUNT(*) FROM outbox WHERE state = 'dead'",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("count promised work"))?;
        let found: HashMap<_, _> = rows.into_iter().collect();
        [OutboxState::Pending, OutboxState::Leased, OutboxState::Done, OutboxState::Dead]
            .into_iter()
            .map(|state| Ok((state, u64::try_from(found.get(state.as_str()).copied().unwrap_or(0))?)))
            .collect::<Tried<_>>()
            .map_err(Fault::doing("count promised work"))
    }

    async fn prune_outbox(&self, before: Timestamp, limit: u32) -> Stored<u64> {
        let pruned = sqlx::query(
            r"DELETE FROM outbox
               WHERE outbox_id IN (SELECT outbox_id
                                     FROM outbox
                                    WHERE state = 'done'
                                      AND ended_at < ?1
                                    ORDER BY ended_at
                                    LIMIT ?2)",
        )
        .bind(millis(before))
        .bind(limit)
        .execute(&self.writer)
        .await
        .map_err(Fault::doing("prune finished work"))?;
        Ok(pruned.rows_affected())
    }
}

#[derive(FromRow)]
struct EntryRow {
    outbox_id: String,
    award_record_id: String,
    user_id: String,
    state: String,
    run_at: i64,
    attempts: u32,
    last_error: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
}

impl EntryRow {
    fn read(&self) -> Tried<OutboxEntry> {
        Ok(OutboxEntry {
            outbox_id: OutboxId::from_ulid(ulid(&self.outbox_id)?),
            award_record_id: AwardRecordId::from_ulid(ulid(&self.award_record_id)?),
            user_id: UserId::new(&self.user_id)?,
            state: self.state.parse()?,
            run_at: instant(self.run_at)?,
            attempts: self.attempts,
            last_error: self.last_error.clone(),
            created_at: instant(self.created_at)?,
            ended_at: self.ended_at.map(instant).transpose()?,
        })
    }
}

impl SqliteStore {
    /// Dead and open entries are few among many that are done, so each kind of list reads its own index.
    async fn list_entries(
        &self,
        state: Option<OutboxState>,
        page: &Page<OutboxId>,
    ) -> Result<Vec<EntryRow>, sqlx::Error> {
        let query = match state {
            Some(OutboxState::Dead) => sqlx::query_as(
                r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, created_at, ended_at
                    FROM outbox
                   WHERE state = 'dead'
                     AND state = ?1
                     AND outbox_id < ?2
                   ORDER BY outbox_id DESC
                   LIMIT ?3",
            ),
            Some(OutboxState::Pending | OutboxState::Leased) => sqlx::query_as(
                r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, created_at, ended_at
                    FROM outbox INDEXED BY outbox_due
                   WHERE due_at IS NOT NULL
                     AND state = ?1
                     AND outbox_id < ?2
                   ORDER BY outbox_id DESC
                   LIMIT ?3",
            ),
            Some(OutboxState::Done) | None => sqlx::query_as(
                r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, created_at, ended_at
                    FROM outbox
                   WHERE (?1 IS NULL OR state = ?1)
                     AND outbox_id < ?2
                   ORDER BY outbox_id DESC
                   LIMIT ?3",
            ),
        };
        query
            .bind(state.map(OutboxState::as_str))
            .bind(super::before(page.after.map(OutboxId::ulid)))
            .bind(page.limit)
            .fetch_all(&self.readers)
            .await
    }

    async fn try_lease(&self, lease: &Lease) -> Tried<Vec<Delivery>> {
        let wanted: Vec<_> = lease.outbox_ids.iter().map(|outbox_id| outbox_id.ulid().to_string()).collect();
        let mut tx = self.write().await?;
        // An entry is due by its own time while pending and by its lease's end while leased: one condition for both.
        let leased: Vec<(String, String, u32)> = sqlx::query_as(
            r"UPDATE outbox
                 SET state = 'leased', due_at = ?3, wake_at = ?3, attempts = attempts + 1
               WHERE outbox_id IN (SELECT value FROM json_each(?1))
                 AND due_at <= ?2
              RETURNING outbox_id, award_record_id, attempts",
        )
        .bind(json(&wanted)?)
        .bind(millis(lease.now))
        .bind(millis(lease.until))
        .fetch_all(&mut *tx)
        .await?;
        let award_ids: HashSet<_> = leased.iter().map(|(_, award_record_id, _)| award_record_id).collect();
        let awards = read_awards(&mut tx, &json(&award_ids)?).await?;
        tx.commit().await?;

        let mut deliveries = HashMap::new();
        for (outbox_id, award_record_id, attempt) in &leased {
            let outbox_id = OutboxId::from_ulid(ulid(outbox_id)?);
            let award = awards
                .get(&AwardRecordId::from_ulid(ulid(award_record_id)?))
                .ok_or_else(|| format!("{outbox_id} promises an award that is not there"))?;
            deliveries.insert(outbox_id, Delivery { outbox_id, attempt: *attempt, award: award.clone() });
        }
        Ok(lease.outbox_ids.iter().filter_map(|outbox_id| deliveries.remove(outbox_id)).collect())
    }

    async fn try_finish(&self, finishes: &[Finish], now: Timestamp) -> Tried<()> {
        let ids: HashSet<_> = finishes.iter().map(|finish| finish.result.award_record_id.ulid().to_string()).collect();
        let mut tx = self.write().await?;
        let awards = read_awards(&mut tx, &json(&ids)?).await?;
        let effects = Effects::of(finishes, &awards, now)?;
        ledger::credit(&mut tx, &effects.credits, now).await?;
        let orders: Vec<_> = effects.orders.iter().collect();
        recharges::grant(&mut tx, &orders).await?;
        deliver(&mut tx, &effects.delivered, now).await?;
        end_attempts(&mut tx, finishes, &effects.had, now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_redrive(&self, outbox_id: OutboxId, now: Timestamp) -> Tried<Redriven> {
        let mut tx = self.write().await?;
        let award_record_id: Option<String> = sqlx::query_scalar(
            r"UPDATE outbox
                 SET state = 'pending', run_at = ?2, due_at = ?2, wake_at = ?2, attempts = 0, ended_at = NULL
               WHERE outbox_id = ?1
                 AND state = 'dead'
              RETURNING award_record_id",
        )
        .bind(outbox_id.ulid().to_string())
        .bind(millis(now))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(award_record_id) = award_record_id else {
            let state: Option<String> = sqlx::query_scalar(
                r"SELECT state
                    FROM outbox
                   WHERE outbox_id = ?1",
            )
            .bind(outbox_id.ulid().to_string())
            .fetch_optional(&mut *tx)
            .await?;
            return Ok(match state {
                Some(state) => Redriven::NotDead(state.parse()?),
                None => Redriven::Unknown,
            });
        };
        sqlx::query(
            r"UPDATE award_record
                 SET state = 'pending'
               WHERE award_record_id = ?1
                 AND state = 'dead'",
        )
        .bind(award_record_id)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Redriven::Pending)
    }
}

async fn read_awards(tx: &mut SqliteConnection, ids: &str) -> Tried<HashMap<AwardRecordId, AwardRecord>> {
    let rows: Vec<AwardRow> = sqlx::query_as(
        r"SELECT *
            FROM promised_award
           WHERE award_record_id IN (SELECT value FROM json_each(?1))",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.read().map(|award| (award.award_record_id, award))).collect()
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
            (AttemptOutcome::Delivered { reference }, _) => reference.as_deref(),
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
    attempt: u32,
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
            attempt: finish.result.attempt,
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
             AND outbox.attempts = batch.value ->> 'attempt'
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
