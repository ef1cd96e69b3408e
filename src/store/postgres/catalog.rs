//! Campaign documents in Postgres: drafts, versions, heads and seeds.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json as value};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::audit::{self, Changed};
use super::stock::count_used;
use super::{Lock, PostgresStore, Tried, column, wins};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState};
use crate::domain::document::CampaignDocument;
use crate::domain::id::{ActivityId, Version, WorkflowId};
use crate::domain::roll::{DaySeed, SeedChain};
use crate::domain::source::DocumentSource;
use crate::domain::stock::{Epoch, StockTotal};
use crate::fault::Fault;
use crate::store::catalog::{
    CatalogStore, Closed, Closing, Draft, DraftDiscarded, DraftLine, NewVersion, Published, Saver, StateChanged,
    StockShort, StoredVersion,
};
use crate::store::{Page, Stored};

#[async_trait]
impl CatalogStore for PostgresStore {
    async fn publish(&self, new: &NewVersion) -> Stored<Published> {
        let published = self.try_publish(new, None).await.map_err(Fault::doing("publish a campaign"))?;
        published.ok_or_else(|| Fault { doing: "publish a campaign", cause: "it was not judged".into() })
    }

    async fn heads(&self, activity_ids: &[ActivityId]) -> Stored<Vec<ActivityHead>> {
        async {
            let mut connection = self.pool.acquire().await?;
            read_heads(&mut connection, &column(activity_ids, ActivityId::as_str)).await
        }
        .await
        .map_err(Fault::doing("read the heads of activities"))
    }

    async fn all_heads(&self) -> Stored<Vec<ActivityHead>> {
        let rows: Vec<HeadRow> = sqlx::query_as(
            r"SELECT activity.activity_id, activity.version, activity.state, stock_epoch.epoch
                FROM activity
                JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id
               ORDER BY activity.activity_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("read the heads of all activities"))?;
        rows.iter().map(HeadRow::read).collect::<Tried<_>>().map_err(Fault::doing("read the heads of all activities"))
    }

    async fn version(&self, activity_id: &ActivityId, version: Version) -> Stored<Option<StoredVersion>> {
        let row: Option<VersionRow> = sqlx::query_as(
            r"SELECT version, document, source, published_by, published_at
                FROM campaign_version
               WHERE activity_id = $1
                 AND version = $2",
        )
        .bind(activity_id.as_str())
        .bind(i64::from(version.0))
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read a campaign version"))?;
        row.map(VersionRow::read).transpose().map_err(Fault::doing("read a campaign version"))
    }

    async fn versions(&self, activity_id: &ActivityId) -> Stored<Vec<StoredVersion>> {
        let rows: Vec<VersionRow> = sqlx::query_as(
            r"SELECT version, document, source, published_by, published_at
                FROM campaign_version
               WHERE activity_id = $1
               ORDER BY version DESC",
        )
        .bind(activity_id.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list campaign versions"))?;
        rows.into_iter().map(VersionRow::read).collect::<Tried<_>>().map_err(Fault::doing("list campaign versions"))
    }

    async fn save_draft(
        &self,
        activity_id: &ActivityId,
        document: &CampaignDocument,
        source: Option<&DocumentSource>,
        change: &Change,
    ) -> Stored<Draft> {
        self.try_save_draft(activity_id, (document, source), change).await.map_err(Fault::doing("save a draft"))
    }

    async fn discard_draft(
        &self,
        activity_id: &ActivityId,
        seen: Option<&str>,
        change: &Change,
    ) -> Stored<DraftDiscarded> {
        self.try_discard_draft(activity_id, seen, change).await.map_err(Fault::doing("discard a draft"))
    }

    async fn draft(&self, activity_id: &ActivityId) -> Stored<Option<Draft>> {
        async {
            let mut connection = self.pool.acquire().await?;
            read_draft(&mut connection, activity_id).await
        }
        .await
        .map_err(Fault::doing("read a draft"))
    }

    async fn drafts(&self, page: &Page<ActivityId>) -> Stored<Vec<DraftLine>> {
        self.list_drafts(page).await.map_err(Fault::doing("list drafts"))
    }

    async fn seed_chains(&self, activity_id: &ActivityId) -> Stored<Vec<SeedChain>> {
        async {
            let mut connection = self.pool.acquire().await?;
            read_chains(&mut connection, activity_id).await
        }
        .await
        .map_err(Fault::doing("read the seed chains"))
    }

    async fn reveal_seeds(&self, activity_id: &ActivityId, before: Day) -> Stored<Day> {
        self.try_reveal(activity_id, before).await.map_err(Fault::doing("reveal seeds"))
    }

    async fn secret_from(&self, activity_id: &ActivityId) -> Stored<Option<Day>> {
        let secret_from: Option<NaiveDate> = sqlx::query_scalar(
            r"SELECT secret_from
                FROM activity
               WHERE activity_id = $1
                 AND secret_from IS NOT NULL",
        )
        .bind(activity_id.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read which seeds are secret"))?;
        Ok(secret_from.map(Day::from))
    }

    async fn change_state(
        &self,
        activity_id: &ActivityId,
        wanted: ActivityState,
        change: &Change,
    ) -> Stored<StateChanged> {
        self.try_change_state(activity_id, wanted, change).await.map_err(Fault::doing("change an activity's state"))
    }

    async fn close_activity(&self, closing: &Closing, change: &Change) -> Stored<Closed> {
        self.try_close(closing, change).await.map_err(Fault::doing("close an activity"))
    }

    async fn reopen_activity(&self, activity_id: &ActivityId, closed_by: WorkflowId, change: &Change) -> Stored<bool> {
        self.try_reopen(activity_id, closed_by, change).await.map_err(Fault::doing("open an activity again"))
    }

    async fn ended_activities(&self, now: Timestamp) -> Stored<Vec<ActivityId>> {
        self.read_ended(now).await.map_err(Fault::doing("look for ended activities"))
    }

    async fn staged_activities(&self, channel: &str, source: &str) -> Stored<Vec<(ActivityHead, Timestamp)>> {
        self.read_staged(channel, source).await.map_err(Fault::doing("read the activities of a stage"))
    }

    async fn align_catalog(&self) -> Stored<u64> {
        Ok(0)
    }
}

#[derive(FromRow)]
struct HeadRow {
    activity_id: String,
    version: i64,
    state: String,
    epoch: i64,
}

impl HeadRow {
    fn read(&self) -> Tried<ActivityHead> {
        Ok(ActivityHead {
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(u32::try_from(self.version)?),
            state: self.state.parse()?,
            epoch: Epoch(self.epoch),
        })
    }
}

/// The head of an activity beside something else, where there is one.
#[derive(FromRow)]
pub(super) struct MaybeHead {
    version: Option<i64>,
    state: Option<String>,
    epoch: Option<i64>,
}

impl MaybeHead {
    /// The head of that activity.
    pub(super) fn read(&self, activity_id: &ActivityId) -> Tried<Option<ActivityHead>> {
        let (Some(version), Some(state), Some(epoch)) = (self.version, &self.state, self.epoch) else {
            return Ok(None);
        };
        Ok(Some(ActivityHead {
            activity_id: activity_id.clone(),
            version: Version(u32::try_from(version)?),
            state: state.parse()?,
            epoch: Epoch(epoch),
        }))
    }
}

#[derive(FromRow)]
pub(super) struct VersionRow {
    version: i64,
    document: Json<CampaignDocument>,
    source: Option<Json<DocumentSource>>,
    published_by: String,
    published_at: Timestamp,
}

impl VersionRow {
    pub(super) fn read(self) -> Tried<StoredVersion> {
        Ok(StoredVersion {
            version: Version(u32::try_from(self.version)?),
            document: self.document.0,
            source: self.source.map(|source| source.0),
            published_by: self.published_by,
            published_at: self.published_at,
        })
    }
}

/// What the catalog says of an activity, and says until the transaction ends.
#[derive(FromRow, Deserialize)]
pub(super) struct Held {
    activity_id: String,
    epoch: i64,
    state: String,
    sealed_before: Option<NaiveDate>,
}

impl Held {
    pub(super) fn activity_id(&self) -> &str {
        &self.activity_id
    }

    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == ActivityState::Open.as_str()
    }

    /// Whether the activity's books are closed.
    pub(super) fn is_settled(&self) -> bool {
        self.state == ActivityState::Settled.as_str()
    }

    /// Whether the day takes no draws any more.
    pub(super) fn has_sealed(&self, day: Day) -> bool {
        self.sealed_before.is_some_and(|before| Day::from(before) > day)
    }
}

/// Reads what a user's transaction depends on, and holds it: whoever changes it waits until the transaction ends. Unknown
/// activities are left out; judge by what this gives, and not by what a later statement may find.
///
/// The transaction should have [`Lock::ActivityStays`] of each, so that waiting changes get their turn. Rows are locked by
/// activity, the epoch before its activity: whoever locks both to change them does so in the same order.
pub(super) async fn hold(
    tx: &mut PgConnection,
    activity_ids: impl Iterator<Item = &ActivityId>,
) -> Tried<HashMap<String, Held>> {
    let activity_ids: BTreeSet<_> = activity_ids.map(ActivityId::as_str).collect();
    let rows: Vec<Held> = sqlx::query_as(
        r"SELECT activity.activity_id, stock_epoch.epoch, activity.state, activity.sealed_before
            FROM stock_epoch
            JOIN activity ON activity.activity_id = stock_epoch.activity_id
           WHERE stock_epoch.activity_id = ANY($1)
           ORDER BY stock_epoch.activity_id
             FOR SHARE",
    )
    .bind(activity_ids.into_iter().collect::<Vec<_>>())
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|held| (held.activity_id.clone(), held)).collect())
}

/// Waits until no transaction relies on the epoch, and keeps others from it: draws and orders that use units are there by
/// now, or wait for the end of this transaction. Nothing happens where the activity is new.
pub(super) async fn hold_back(tx: &mut PgConnection, activity_id: &ActivityId) -> Tried<()> {
    sqlx::query(
        r"SELECT epoch
            FROM stock_epoch
           WHERE activity_id = $1
             FOR UPDATE",
    )
    .bind(activity_id.as_str())
    .execute(tx)
    .await?;
    Ok(())
}

/// The heads of these activities.
pub(super) async fn read_heads(connection: &mut PgConnection, activity_ids: &[&str]) -> Tried<Vec<ActivityHead>> {
    let rows: Vec<HeadRow> = sqlx::query_as(
        r"SELECT activity.activity_id, activity.version, activity.state, stock_epoch.epoch
            FROM activity
            JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id
           WHERE activity.activity_id = ANY($1)",
    )
    .bind(activity_ids)
    .fetch_all(connection)
    .await?;
    rows.iter().map(HeadRow::read).collect()
}

#[derive(FromRow)]
struct DraftRow {
    document: Json<CampaignDocument>,
    source: Option<Json<DocumentSource>>,
    updated_at: Timestamp,
    saved_by: String,
}

pub(super) async fn read_draft(connection: &mut PgConnection, activity_id: &ActivityId) -> Tried<Option<Draft>> {
    let row: Option<DraftRow> = sqlx::query_as(
        r"SELECT document, source, updated_at, saved_by
            FROM campaign_draft
           WHERE activity_id = $1",
    )
    .bind(activity_id.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let name = audit::names(connection, std::slice::from_ref(&row.saved_by)).await?.remove(&row.saved_by);
    Ok(Some(Draft {
        activity_id: activity_id.clone(),
        document: row.document.0,
        source: row.source.map(|source| source.0),
        updated_at: row.updated_at,
        saved_by: Saver { actor: row.saved_by, name },
    }))
}

async fn read_chains(connection: &mut PgConnection, activity_id: &ActivityId) -> Tried<Vec<SeedChain>> {
    let rows: Vec<(NaiveDate, i64, [u8; 32])> = sqlx::query_as(
        r"SELECT first_day, days, last_seed
            FROM seed_chain
           WHERE activity_id = $1
           ORDER BY first_day",
    )
    .bind(activity_id.as_str())
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(first_day, days, last_seed)| {
            let days = u32::try_from(days)?;
            Ok(SeedChain { first_day: Day::from(first_day), days, last_seed: DaySeed(last_seed) })
        })
        .collect()
}

/// What the record of a change says of a draft.
pub(super) fn shown(draft: &Draft) -> Value {
    value!({ "document_hash": draft.document.digest(), "saved_by": draft.saved_by.actor })
}

impl PostgresStore {
    async fn try_save_draft(
        &self,
        activity_id: &ActivityId,
        (document, source): (&CampaignDocument, Option<&DocumentSource>),
        change: &Change,
    ) -> Tried<Draft> {
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        let before = read_draft(&mut tx, activity_id).await?;
        sqlx::query(
            r"INSERT INTO campaign_draft (activity_id, document, source, updated_at, saved_by)
              VALUES ($1, $2, $3, $4, $5)
              ON CONFLICT (activity_id) DO UPDATE
                 SET document = excluded.document, source = excluded.source, updated_at = excluded.updated_at,
                     saved_by = excluded.saved_by",
        )
        .bind(activity_id.as_str())
        .bind(Json(document))
        .bind(source.map(Json))
        .bind(change.at)
        .bind(change.actor.to_string())
        .execute(&mut *tx)
        .await?;
        let after = read_draft(&mut tx, activity_id).await?.ok_or("the draft just saved is not there")?;
        if before.as_ref().is_none_or(|before| shown(before) != shown(&after)) {
            let mut saved = shown(&after);
            saved["changed"] = document.parts_unlike(before.as_ref().map(|before| &before.document)).into();
            let changed = Changed {
                action: "draft.save",
                subject: format!("activity {activity_id}"),
                before: before.as_ref().map(shown),
                after: Some(saved),
            };
            audit::write(&mut tx, change, &changed).await?;
        }
        tx.commit().await?;
        Ok(after)
    }

    async fn try_reveal(&self, activity_id: &ActivityId, before: Day) -> Tried<Day> {
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        let secret_from: NaiveDate = sqlx::query_scalar(
            r"UPDATE activity
                 SET secret_from = GREATEST(secret_from, $2),
                     sealed_before = GREATEST(sealed_before, $2)
               WHERE activity_id = $1
              RETURNING secret_from",
        )
        .bind(activity_id.as_str())
        .bind(NaiveDate::from(before))
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Day::from(secret_from))
    }

    /// Publishes. Nothing where units were counted elsewhere under an epoch that has risen since.
    pub(super) async fn try_publish(
        &self,
        new: &NewVersion,
        elsewhere: Option<Elsewhere<'_>>,
    ) -> Tried<Option<Published>> {
        let mut tx = self.write([Lock::Activity(&new.activity_id)]).await?;
        // What is counted below stays so until this is committed.
        hold_back(&mut tx, &new.activity_id).await?;
        if let Some(elsewhere) = elsewhere
            && read_epoch(&mut tx, &new.activity_id).await? != elsewhere.seen
        {
            return Ok(None);
        }
        let current: Option<(i64, String, Json<CampaignDocument>)> = sqlx::query_as(
            r"SELECT activity.version, activity.state, campaign_version.document
                FROM activity
                JOIN campaign_version
                  ON campaign_version.activity_id = activity.activity_id
                 AND campaign_version.version = activity.version
               WHERE activity.activity_id = $1",
        )
        .bind(new.activity_id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        let mut version = Version(1);
        let mut before = None;
        if let Some((current, state, document)) = current {
            let current = u32::try_from(current)?;
            if document.0 == new.document {
                return Ok(Some(Published::Unchanged(Version(current))));
            }
            if matches!(state.parse()?, ActivityState::Closed | ActivityState::Settled) {
                return Ok(Some(Published::Over));
            }
            version = Version(current + 1);
            before = Some((Version(current), document.0));
        }
        let short = stock_short(&mut tx, new, elsewhere.map_or(&[], |elsewhere| elsewhere.used)).await?;
        if !short.is_empty() {
            return Ok(Some(Published::StockBelowUsed(short)));
        }
        write_version(&mut tx, new, version).await?;
        let stock_changed = replace_stock(&mut tx, new, &Items::of(&new.stock)?).await?;
        let limits_changed =
            wins::replace(&mut tx, &new.activity_id, before.as_ref().map(|(_, document)| document), &new.document)
                .await?;
        sqlx::query(
            r"INSERT INTO stock_epoch (activity_id, epoch)
              VALUES ($1, 1)
              ON CONFLICT (activity_id) DO UPDATE
                 SET epoch = stock_epoch.epoch + $2",
        )
        .bind(new.activity_id.as_str())
        .bind(i64::from(stock_changed || limits_changed))
        .execute(&mut *tx)
        .await?;
        cover_days(&mut tx, new).await?;
        if read_draft(&mut tx, &new.activity_id).await?.is_some_and(|draft| draft.document == new.document) {
            sqlx::query(r"DELETE FROM campaign_draft WHERE activity_id = $1")
                .bind(new.activity_id.as_str())
                .execute(&mut *tx)
                .await?;
        }
        let changed = Changed {
            action: "campaign.publish",
            subject: format!("activity {}", new.activity_id),
            after: Some(value!({
                "version": version,
                "document_hash": new.document.digest(),
                "changed": new.document.parts_unlike(before.as_ref().map(|(_, document)| document)),
            })),
            before: before
                .map(|(version, document)| value!({ "version": version, "document_hash": document.digest() })),
        };
        audit::write(&mut tx, &new.change, &changed).await?;
        tx.commit().await?;
        Ok(Some(Published::Version(version)))
    }
}

/// What a version counts, column by column.
struct Items<'a> {
    kinds: Vec<&'static str>,
    item_ids: Vec<&'a str>,
    positions: Vec<i64>,
    totals: Vec<i64>,
}

impl<'a> Items<'a> {
    fn of(stock: &'a [StockTotal]) -> Tried<Self> {
        Ok(Self {
            kinds: column(stock, |stock| stock.item.kind()),
            item_ids: column(stock, |stock| stock.item.id()),
            positions: (0..).take(stock.len()).collect(),
            totals: stock.iter().map(|stock| i64::try_from(stock.total)).collect::<Result<_, _>>()?,
        })
    }
}

/// What other databases use, and the epoch under which it was counted.
#[derive(Clone, Copy)]
pub(super) struct Elsewhere<'a> {
    pub(super) seen: Option<Epoch>,
    pub(super) used: &'a [u64],
}

async fn read_epoch(tx: &mut PgConnection, activity_id: &ActivityId) -> Tried<Option<Epoch>> {
    let epoch: Option<i64> = sqlx::query_scalar(
        r"SELECT epoch
            FROM stock_epoch
           WHERE activity_id = $1",
    )
    .bind(activity_id.as_str())
    .fetch_optional(tx)
    .await?;
    Ok(epoch.map(Epoch))
}

/// Items of which more is used, here and `elsewhere`, than the new document would allow.
async fn stock_short(tx: &mut PgConnection, new: &NewVersion, elsewhere: &[u64]) -> Tried<Vec<StockShort>> {
    let used = count_used(tx, &new.activity_id, &column(&new.stock, |stock| stock.item.clone())).await?;
    let elsewhere = elsewhere.iter().chain(std::iter::repeat(&0));
    let all = new.stock.iter().zip(used.iter().zip(elsewhere).map(|(here, elsewhere)| here + elsewhere));
    let short = all.filter(|(stock, used)| *used > stock.total);
    Ok(short.map(|(stock, used)| StockShort { item: stock.item.clone(), total: stock.total, used }).collect())
}

/// Writes the document and makes it current. A new activity opens; a state somebody chose stays.
async fn write_version(tx: &mut PgConnection, new: &NewVersion, version: Version) -> Tried<()> {
    sqlx::query(
        r"INSERT INTO campaign_version (activity_id, version, document, source, published_by, published_at)
          VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.activity_id.as_str())
    .bind(i64::from(version.0))
    .bind(Json(&new.document))
    .bind(new.source.as_ref().map(Json))
    .bind(&new.published_by)
    .bind(new.change.at)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO activity (activity_id, version, state, closes_at)
          VALUES ($1, $2, 'open', $3)
          ON CONFLICT (activity_id) DO UPDATE
             SET version = excluded.version, closes_at = excluded.closes_at",
    )
    .bind(new.activity_id.as_str())
    .bind(i64::from(version.0))
    .bind(new.closes_at)
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Makes the counted items those of the new version. Tells whether any was added, removed or given another total.
async fn replace_stock(tx: &mut PgConnection, new: &NewVersion, items: &Items<'_>) -> Tried<bool> {
    let removed = sqlx::query(
        r"DELETE FROM stock_item
           WHERE activity_id = $1
             AND (kind, item_id) NOT IN (SELECT kind, item_id
                                           FROM UNNEST($2::text[], $3::text[]) AS item (kind, item_id))",
    )
    .bind(new.activity_id.as_str())
    .bind(&items.kinds)
    .bind(&items.item_ids)
    .execute(&mut *tx)
    .await?;
    let changed = sqlx::query(
        r"INSERT INTO stock_item (activity_id, kind, item_id, position, total)
          SELECT $1, kind, item_id, position, total
            FROM UNNEST($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS item (kind, item_id, position, total)
          ON CONFLICT (activity_id, kind, item_id) DO UPDATE
             SET total = excluded.total
           WHERE stock_item.total <> excluded.total",
    )
    .bind(new.activity_id.as_str())
    .bind(&items.kinds)
    .bind(&items.item_ids)
    .bind(&items.positions)
    .bind(&items.totals)
    .execute(&mut *tx)
    .await?;
    // The order in which items are shown is no reason for a new epoch.
    sqlx::query(
        r"UPDATE stock_item
             SET position = item.position
            FROM UNNEST($2::text[], $3::text[], $4::bigint[]) AS item (kind, item_id, position)
           WHERE stock_item.activity_id = $1
             AND stock_item.kind = item.kind
             AND stock_item.item_id = item.item_id",
    )
    .bind(new.activity_id.as_str())
    .bind(&items.kinds)
    .bind(&items.item_ids)
    .bind(&items.positions)
    .execute(&mut *tx)
    .await?;
    Ok(removed.rows_affected() + changed.rows_affected() > 0)
}

/// Adds chains for the days of the window that none covers.
async fn cover_days(tx: &mut PgConnection, new: &NewVersion) -> Tried<()> {
    let existing = read_chains(&mut *tx, &new.activity_id).await?;
    for chain in SeedChain::covering(&existing, new.days, new.last_seed) {
        sqlx::query(
            r"INSERT INTO seed_chain (activity_id, first_day, days, last_seed)
              VALUES ($1, $2, $3, $4)",
        )
        .bind(new.activity_id.as_str())
        .bind(NaiveDate::from(chain.first_day))
        .bind(i64::from(chain.days))
        .bind(chain.last_seed.0)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
