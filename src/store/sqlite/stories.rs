//! Everything that one draw caused, in SQLite, of one snapshot.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};
use ulid::Ulid;

use super::outbox::{EntryRow, read_awards};
use super::rows::{DrawRow, OrderRow, ulid};
use super::{SqliteStore, Tried, instant, json, points};
use crate::domain::draw::{Draw, RechargeOrder};
use crate::domain::id::{AwardRecordId, DrawId, OutboxId, UserId};
use crate::domain::ledger::{Account, Entry};
use crate::domain::outbox::{Attempt, OutboxEntry};
use crate::domain::story::{DrawStory, TimelineFilter, TimelineItem};
use crate::fault::Fault;
use crate::store::stories::StoryStore;
use crate::store::{Page, Stored};

#[async_trait]
impl StoryStore for SqliteStore {
    async fn draw_story(&self, draw_id: DrawId) -> Stored<Option<DrawStory>> {
        async {
            let mut tx = self.readers.begin().await?;
            let mut stories = read_stories(&mut tx, &[draw_id.ulid().to_string()]).await?;
            tx.rollback().await?;
            Ok(stories.pop())
        }
        .await
        .map_err(Fault::doing::<super::Cause>("read the story of a draw"))
    }

    async fn timeline(
        &self,
        user_id: &UserId,
        filter: &TimelineFilter,
        page: &Page<Ulid>,
    ) -> Stored<Vec<TimelineItem>> {
        self.read_timeline(user_id, filter, page).await.map_err(Fault::doing("read a user's timeline"))
    }
}

/// What leads from a draw to what it caused.
#[derive(Serialize)]
struct CauseJson<'a> {
    award_record_id: String,
    user_id: &'a str,
    activity_id: &'a str,
    account_id: String,
    /// The key of its effects: the id of the promise in full.
    key: String,
}

/// The stories of these draws, in no order; unknown ones are left out.
pub(super) async fn read_stories(tx: &mut SqliteConnection, ids: &[String]) -> Tried<Vec<DrawStory>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<DrawRow> = sqlx::query_as(
        r"SELECT live_draw.*
            FROM live_draw
           WHERE draw_id IN (SELECT value FROM json_each(?1))",
    )
    .bind(json(ids)?)
    .fetch_all(&mut *tx)
    .await?;
    let draws = rows.iter().map(DrawRow::read).collect::<Tried<Vec<Draw>>>()?;
    let award_ids: Vec<_> = draws.iter().map(|draw| draw.award_record_id.ulid().to_string()).collect();
    let causes: Vec<_> = draws
        .iter()
        .map(|draw| CauseJson {
            award_record_id: draw.award_record_id.ulid().to_string(),
            user_id: draw.user_id.as_str(),
            activity_id: draw.activity_id.as_str(),
            account_id: Account::User(draw.user_id.clone()).key(),
            key: draw.award_record_id.to_string(),
        })
        .collect();
    let (award_ids, causes) = (json(&award_ids)?, json(&causes)?);
    let mut awards = read_awards(&mut *tx, &award_ids).await?;
    let mut work = read_work(&mut *tx, &award_ids).await?;
    let mut attempts = read_attempts(&mut *tx, &award_ids).await?;
    let mut entries = read_caused_entries(&mut *tx, &causes).await?;
    let mut orders = read_caused_orders(&mut *tx, &causes).await?;
    draws
        .into_iter()
        .map(|draw| {
            let award_record_id = draw.award_record_id;
            let award = awards.remove(&award_record_id);
            Ok(DrawStory {
                award: award.ok_or_else(|| format!("{} promises an award that is not there", draw.draw_id))?,
                work: work.remove(&award_record_id),
                attempts: attempts.remove(&award_record_id).unwrap_or_default(),
                entries: entries.remove(&award_record_id.to_string()).unwrap_or_default(),
                orders: orders.remove(&award_record_id.to_string()).unwrap_or_default(),
                draw,
            })
        })
        .collect()
}

/// The work that fulfils each of the awards in a JSON array of ids.
async fn read_work(tx: &mut SqliteConnection, award_ids: &str) -> Tried<HashMap<AwardRecordId, OutboxEntry>> {
    let rows: Vec<EntryRow> = sqlx::query_as(
        r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, wanted_back, created_at, ended_at
            FROM outbox
           WHERE award_record_id IN (SELECT value FROM json_each(?1))",
    )
    .bind(award_ids)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.read().map(|entry| (entry.award_record_id, entry))).collect()
}

#[derive(FromRow)]
struct AttemptRow {
    outbox_id: String,
    lease: u32,
    award_record_id: String,
    began_at: i64,
    ended_at: i64,
    outcome: String,
    detail: Option<String>,
    reference: Option<String>,
}

impl AttemptRow {
    fn read(self) -> Tried<Attempt> {
        Ok(Attempt {
            outbox_id: OutboxId::from_ulid(ulid(&self.outbox_id)?),
            lease: self.lease,
            award_record_id: AwardRecordId::from_ulid(ulid(&self.award_record_id)?),
            began_at: instant(self.began_at)?,
            ended_at: instant(self.ended_at)?,
            outcome: self.outcome.parse()?,
            detail: self.detail,
            reference: self.reference,
        })
    }
}

/// The logged attempts for each of the awards in a JSON array of ids, oldest first.
async fn read_attempts(tx: &mut SqliteConnection, award_ids: &str) -> Tried<HashMap<AwardRecordId, Vec<Attempt>>> {
    let rows: Vec<AttemptRow> = sqlx::query_as(
        r"SELECT outbox_id, lease, award_record_id, began_at, ended_at, outcome, detail, reference
            FROM attempt
           WHERE award_record_id IN (SELECT value FROM json_each(?1))
           ORDER BY award_record_id, lease",
    )
    .bind(award_ids)
    .fetch_all(tx)
    .await?;
    let mut attempts: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let attempt = row.read()?;
        attempts.entry(attempt.award_record_id).or_default().push(attempt);
    }
    Ok(attempts)
}

/// The winners' lines that each award caused, by its key.
async fn read_caused_entries(tx: &mut SqliteConnection, causes: &str) -> Tried<HashMap<String, Vec<Entry>>> {
    let rows: Vec<points::EntryRow> = sqlx::query_as(
        r"SELECT entry.transfer_id, entry.amount, entry.balance, transfer.reason, transfer.key, transfer.note,
                 transfer.created_at
            FROM json_each(?1) AS cause
           CROSS JOIN transfer
              ON transfer.reason = 'award'
             AND transfer.key = cause.value ->> 'key'
           CROSS JOIN entry
              ON entry.transfer_id = transfer.transfer_id
             AND entry.account_id = cause.value ->> 'account_id'
           ORDER BY entry.transfer_id",
    )
    .bind(causes)
    .fetch_all(tx)
    .await?;
    let mut entries: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let entry = row.read()?;
        entries.entry(entry.key.clone()).or_default().push(entry);
    }
    Ok(entries)
}

/// The grants that each award caused, by its key.
async fn read_caused_orders(tx: &mut SqliteConnection, causes: &str) -> Tried<HashMap<String, Vec<RechargeOrder>>> {
    let rows: Vec<OrderRow> = sqlx::query_as(
        r"SELECT live_recharge_order.*
            FROM json_each(?1) AS cause
           CROSS JOIN live_recharge_order
              ON live_recharge_order.user_id = cause.value ->> 'user_id'
             AND live_recharge_order.activity_id = cause.value ->> 'activity_id'
             AND live_recharge_order.source = 'award'
             AND live_recharge_order.source_key = cause.value ->> 'key'
           ORDER BY live_recharge_order.recharge_order_id",
    )
    .bind(causes)
    .fetch_all(tx)
    .await?;
    let mut orders: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let order = row.read()?;
        orders.entry(order.source.parts().1).or_default().push(order);
    }
    Ok(orders)
}
