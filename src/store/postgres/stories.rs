//! Everything that one draw caused, in Postgres, of one snapshot.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::{FromRow, PgConnection};
use ulid::Ulid;
use uuid::Uuid;

use super::outbox::{EntryRow, read_awards};
use super::rows::{DrawRow, OrderRow};
use super::{PostgresStore, Tried, points, ulid, uuid};
use crate::domain::calendar::Timestamp;
use crate::domain::draw::{Draw, RechargeOrder};
use crate::domain::id::{AwardRecordId, DrawId, OutboxId, UserId};
use crate::domain::ledger::{Account, Entry};
use crate::domain::outbox::{Attempt, OutboxEntry};
use crate::domain::story::{DrawStory, TimelineFilter, TimelineItem};
use crate::fault::Fault;
use crate::store::stories::StoryStore;
use crate::store::{Page, Stored};

#[async_trait]
impl StoryStore for PostgresStore {
    async fn draw_story(&self, draw_id: DrawId) -> Stored<Option<DrawStory>> {
        async {
            let mut tx = self.snapshot().await?;
            let mut stories = read_stories(&mut tx, &[uuid(draw_id.ulid())]).await?;
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

/// What leads from draws to what they caused, column by column.
#[derive(Default)]
struct Causes<'a> {
    user_ids: Vec<&'a str>,
    activity_ids: Vec<&'a str>,
    account_ids: Vec<String>,
    /// The keys of their effects: the ids of the promises in full.
    keys: Vec<String>,
}

impl<'a> Causes<'a> {
    fn of(draws: &'a [Draw]) -> Self {
        let mut causes = Self::default();
        for draw in draws {
            causes.user_ids.push(draw.user_id.as_str());
            causes.activity_ids.push(draw.activity_id.as_str());
            causes.account_ids.push(Account::User(draw.user_id.clone()).key());
            causes.keys.push(draw.award_record_id.to_string());
        }
        causes
    }
}

/// The stories of these draws, in no order; unknown ones are left out.
pub(super) async fn read_stories(tx: &mut PgConnection, ids: &[Uuid]) -> Tried<Vec<DrawStory>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<DrawRow> = sqlx::query_as(
        r"SELECT live_draw.*
            FROM live_draw
           WHERE draw_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    let draws = rows.iter().map(DrawRow::read).collect::<Tried<Vec<Draw>>>()?;
    let award_ids: Vec<_> = draws.iter().map(|draw| uuid(draw.award_record_id.ulid())).collect();
    let causes = Causes::of(&draws);
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

/// The work that fulfils each of the awards.
async fn read_work(tx: &mut PgConnection, award_ids: &[Uuid]) -> Tried<HashMap<AwardRecordId, OutboxEntry>> {
    let rows: Vec<EntryRow> = sqlx::query_as(
        r"SELECT outbox_id, award_record_id, user_id, state, run_at, attempts, last_error, wanted_back, created_at,
                 ended_at
            FROM outbox
           WHERE award_record_id = ANY($1)",
    )
    .bind(award_ids)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.read().map(|entry| (entry.award_record_id, entry))).collect()
}

#[derive(FromRow)]
struct AttemptRow {
    outbox_id: Uuid,
    lease: i64,
    award_record_id: Uuid,
    began_at: Timestamp,
    ended_at: Timestamp,
    outcome: String,
    detail: Option<String>,
    reference: Option<String>,
}

impl AttemptRow {
    fn read(self) -> Tried<Attempt> {
        Ok(Attempt {
            outbox_id: OutboxId::from_ulid(ulid(self.outbox_id)),
            lease: u32::try_from(self.lease)?,
            award_record_id: AwardRecordId::from_ulid(ulid(self.award_record_id)),
            began_at: self.began_at,
            ended_at: self.ended_at,
            outcome: self.outcome.parse()?,
            detail: self.detail,
            reference: self.reference,
        })
    }
}

/// The logged attempts for each of the awards, oldest first.
async fn read_attempts(tx: &mut PgConnection, award_ids: &[Uuid]) -> Tried<HashMap<AwardRecordId, Vec<Attempt>>> {
    let rows: Vec<AttemptRow> = sqlx::query_as(
        r"SELECT outbox_id, lease, award_record_id, began_at, ended_at, outcome, detail, reference
            FROM attempt
           WHERE award_record_id = ANY($1)
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
async fn read_caused_entries(tx: &mut PgConnection, causes: &Causes<'_>) -> Tried<HashMap<String, Vec<Entry>>> {
    let rows: Vec<points::EntryRow> = sqlx::query_as(
        r"SELECT entry.transfer_id, entry.amount, entry.balance, transfer.reason, transfer.key, transfer.note,
                 transfer.created_at
            FROM UNNEST($1::text[], $2::text[]) AS cause (key, account_id)
            JOIN transfer
              ON transfer.reason = 'award'
             AND transfer.key = cause.key
            JOIN entry
              ON entry.transfer_id = transfer.transfer_id
             AND entry.account_id = cause.account_id
           ORDER BY entry.transfer_id",
    )
    .bind(&causes.keys)
    .bind(&causes.account_ids)
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
async fn read_caused_orders(tx: &mut PgConnection, causes: &Causes<'_>) -> Tried<HashMap<String, Vec<RechargeOrder>>> {
    let rows: Vec<OrderRow> = sqlx::query_as(
        r"SELECT live_recharge_order.*
            FROM UNNEST($1::text[], $2::text[], $3::text[]) AS cause (key, user_id, activity_id)
            JOIN live_recharge_order
              ON live_recharge_order.user_id = cause.user_id
             AND live_recharge_order.activity_id = cause.activity_id
             AND live_recharge_order.source = 'award'
             AND live_recharge_order.source_key = cause.key
           ORDER BY live_recharge_order.recharge_order_id",
    )
    .bind(&causes.keys)
    .bind(&causes.user_ids)
    .bind(&causes.activity_ids)
    .fetch_all(tx)
    .await?;
    let mut orders: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let order = row.read()?;
        orders.entry(order.source.parts().1).or_default().push(order);
    }
    Ok(orders)
}
