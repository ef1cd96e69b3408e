//! Dead work made pending again in bulk, in SQLite.

use serde::Serialize;
use serde_json::json as value;
use sqlx::SqliteConnection;

use super::audit::{self, Changed};
use super::{SqliteStore, Tried, changed, json, millis};
use crate::domain::audit::Change;
use crate::domain::award::AwardKind;
use crate::domain::outbox::BulkRedrive;
use crate::store::outbox::BulkRedriven;

/// Entries that one statement takes at most.
const SLICE: u32 = 5_000;

/// An entry as the statements take it.
#[derive(Serialize)]
struct Revived<'a> {
    outbox_id: &'a str,
    run_at: i64,
}

impl SqliteStore {
    /// One transaction however many there are: the record of the change tells what happened, all of it.
    pub(super) async fn try_redrive_dead(&self, wish: &BulkRedrive, change: &Change) -> Tried<BulkRedriven> {
        let mut tx = self.write().await?;
        let mut done = BulkRedriven::default();
        let mut after = String::new();
        while done.redriven < wish.limit {
            let slice = dead_entries(&mut tx, wish, &after, SLICE.min(wish.limit - done.redriven)).await?;
            let Some((last, _)) = slice.last() else { break };
            after.clone_from(last);
            let mut revived = Vec::with_capacity(slice.len());
            for (outbox_id, _) in &slice {
                let due_at = wish.due_at(change.at, done.redriven);
                revived.push(Revived { outbox_id, run_at: millis(due_at) });
                done = BulkRedriven { redriven: done.redriven + 1, last_due_at: Some(due_at) };
            }
            revive(&mut tx, &revived, &slice).await?;
        }
        if done.redriven > 0 {
            audit::write(&mut tx, change, &record(wish, &done)).await?;
        }
        tx.commit().await?;
        Ok(done)
    }
}

/// Dead entries with their award records after one of them, oldest first.
async fn dead_entries(
    tx: &mut SqliteConnection,
    wish: &BulkRedrive,
    after: &str,
    limit: u32,
) -> Tried<Vec<(String, String)>> {
    Ok(sqlx::query_as(
        r"SELECT outbox_id, award_record_id
            FROM outbox INDEXED BY outbox_dead
           WHERE state = 'dead'
             AND outbox_id > ?1
             AND (?2 IS NULL OR instr(last_error, ?2) > 0)
             AND (?3 IS NULL OR EXISTS (SELECT 1
                                          FROM promised_award
                                         WHERE promised_award.award_record_id = outbox.award_record_id
                                           AND promised_award.kind = ?3))
           ORDER BY outbox_id
           LIMIT ?4",
    )
    .bind(after)
    .bind(&wish.error_contains)
    .bind(wish.kind.map(AwardKind::as_str))
    .bind(limit)
    .fetch_all(tx)
    .await?)
}

async fn revive(tx: &mut SqliteConnection, revived: &[Revived<'_>], slice: &[(String, String)]) -> Tried<()> {
    let pending = sqlx::query(
        r"UPDATE outbox
             SET state = 'pending', run_at = revived.value ->> 'run_at', due_at = revived.value ->> 'run_at',
                 wake_at = revived.value ->> 'run_at', attempts = 0, redrives = redrives + 1, ended_at = NULL
            FROM json_each(?1) AS revived
           WHERE outbox.outbox_id = revived.value ->> 'outbox_id'
             AND outbox.state = 'dead'",
    )
    .bind(json(revived)?)
    .execute(&mut *tx)
    .await?;
    changed("redrive dead work", pending.rows_affected(), slice.len())?;
    let award_record_ids: Vec<_> = slice.iter().map(|(_, award_record_id)| award_record_id).collect();
    sqlx::query(
        r"UPDATE award_record
             SET state = CASE
                         WHEN (SELECT kind FROM draw WHERE draw.draw_id = award_record.draw_id) = 'webhook'
                         THEN 'dispatched'
                         ELSE 'pending'
                         END
           WHERE award_record_id IN (SELECT value FROM json_each(?1))
             AND state = 'dead'",
    )
    .bind(json(&award_record_ids)?)
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
