//! Dead work made pending again in bulk, in Postgres.

use std::collections::BTreeSet;

use serde_json::json as value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{self, Changed};
use super::{Lock, PostgresStore, Tried, changed};
use crate::domain::audit::Change;
use crate::domain::award::AwardKind;
use crate::domain::calendar::Timestamp;
use crate::domain::id::UserId;
use crate::domain::outbox::BulkRedrive;
use crate::store::outbox::BulkRedriven;

/// Entries that one statement takes at most.
const SLICE: usize = 5_000;

/// A dead entry, whose award it promises, and whose it is.
type DeadEntry = (Uuid, Uuid, String);

impl PostgresStore {
    /// One transaction however many there are: the record of the change tells what happened, all of it.
    pub(super) async fn try_redrive_dead(&self, wish: &BulkRedrive, change: &Change) -> Tried<BulkRedriven> {
        loop {
            // Found before they are locked, because only their owners can be locked; those that are dead no more are left out then.
            let found = self.dead_entries(wish).await?;
            let done = self.redrive_found(&found, wish, change).await?;
            // Where somebody else took them all there may be others, which are this wish's to take.
            if done.redriven > 0 || found.is_empty() {
                return Ok(done);
            }
        }
    }

    async fn redrive_found(&self, found: &[DeadEntry], wish: &BulkRedrive, change: &Change) -> Tried<BulkRedriven> {
        let owners = found.iter().map(|(.., owner)| UserId::new(owner)).collect::<Result<BTreeSet<_>, _>>()?;
        let mut tx = self.write(owners.iter().map(Lock::User)).await?;
        let mut done = BulkRedriven::default();
        for slice in found.chunks(SLICE) {
            let mut revived = Revived::default();
            for (outbox_id, award_record_id) in still_dead(&mut tx, slice).await? {
                let due_at = wish.due_at(change.at, done.redriven);
                revived.outbox_ids.push(outbox_id);
                revived.award_record_ids.push(award_record_id);
                revived.run_ats.push(due_at);
                done = BulkRedriven { redriven: done.redriven + 1, last_due_at: Some(due_at) };
            }
            revive(&mut tx, &revived).await?;
        }
        if done.redriven > 0 {
            audit::write(&mut tx, change, &record(wish, &done)).await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Dead entries, oldest first.
    async fn dead_entries(&self, wish: &BulkRedrive) -> Tried<Vec<DeadEntry>> {
        Ok(sqlx::query_as(
            r"SELECT outbox_id, award_record_id, user_id
                FROM outbox
               WHERE state = 'dead'
                 AND ($1::text IS NULL OR strpos(last_error, $1) > 0)
                 AND ($2::text IS NULL OR EXISTS (SELECT 1
                                                    FROM promised_award
                                                   WHERE promised_award.award_record_id = outbox.award_record_id
                                                     AND promised_award.kind = $2))
               ORDER BY outbox_id
               LIMIT $3",
        )
        .bind(&wish.error_contains)
        .bind(wish.kind.map(AwardKind::as_str))
        .bind(i64::from(wish.limit))
        .fetch_all(&self.pool)
        .await?)
    }
}

/// Those of the entries that are dead, oldest first, locked.
async fn still_dead(tx: &mut PgConnection, slice: &[DeadEntry]) -> Tried<Vec<(Uuid, Uuid)>> {
    let outbox_ids: Vec<Uuid> = slice.iter().map(|(outbox_id, ..)| *outbox_id).collect();
    Ok(sqlx::query_as(
        r"SELECT outbox_id, award_record_id
            FROM outbox
           WHERE outbox_id = ANY($1)
             AND state = 'dead'
           ORDER BY outbox_id
             FOR UPDATE",
    )
    .bind(outbox_ids)
    .fetch_all(tx)
    .await?)
}

/// Entries that are to be pending again, by column.
#[derive(Default)]
struct Revived {
    outbox_ids: Vec<Uuid>,
    award_record_ids: Vec<Uuid>,
    run_ats: Vec<Timestamp>,
}

async fn revive(tx: &mut PgConnection, revived: &Revived) -> Tried<()> {
    let pending = sqlx::query(
        r"UPDATE outbox
             SET state = 'pending', run_at = revived.run_at, due_at = revived.run_at, wake_at = revived.run_at,
                 attempts = 0, redrives = redrives + 1, ended_at = NULL
            FROM UNNEST($1::uuid[], $2::timestamptz[]) AS revived (outbox_id, run_at)
           WHERE outbox.outbox_id = revived.outbox_id
             AND outbox.state = 'dead'",
    )
    .bind(&revived.outbox_ids)
    .bind(&revived.run_ats)
    .execute(&mut *tx)
    .await?;
    changed("redrive dead work", pending.rows_affected(), revived.outbox_ids.len())?;
    sqlx::query(
        r"UPDATE award_record
             SET state = CASE
                         WHEN (SELECT kind FROM draw WHERE draw.draw_id = award_record.draw_id) = 'webhook'
                         THEN 'dispatched'
                         ELSE 'pending'
                         END
           WHERE award_record_id = ANY($1)
             AND state = 'dead'",
    )
    .bind(&revived.award_record_ids)
    .execute(tx)
    .await?;
    Ok(())
}

fn record(wish: &BulkRedrive, done: &BulkRedriven) -> Changed {
    Changed {
        action: "outbox.redrive_dead",
        subject: "outbox".into(),
        before: None,
        after: Some(value!({
            "per_second": wish.per_second,
            "kind": wish.kind,
            "error_contains": wish.error_contains,
            "limit": wish.limit,
            "redriven": done.redriven,
            "last_due_at": done.last_due_at,
        })),
    }
}
