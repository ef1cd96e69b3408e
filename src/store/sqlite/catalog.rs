//! Campaign documents in SQLite: drafts, versions, heads and seeds.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, json as value};
use sqlx::{FromRow, SqliteConnection};

use super::audit::{self, Changed};
use super::rows::stock_item;
use super::{SqliteStore, Tried, instant, json, millis, wins};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState};
use crate::domain::document::CampaignDocument;
use crate::domain::id::{ActivityId, Version, WorkflowId};
use crate::domain::roll::SeedChain;
use crate::domain::source::DocumentSource;
use crate::domain::stock::{Epoch, StockTotal};
use crate::fault::Fault;
use crate::store::catalog::{
    CatalogStore, Closed, Closing, Draft, DraftDiscarded, DraftLine, NewVersion, Published, Saver, StateChanged,
    StockShort, StoredVersion,
};
use crate::store::{Page, Stored};

#[async_trait]
impl CatalogStore for SqliteStore {
    async fn publish(&self, new: &NewVersion) -> Stored<Published> {
        self.try_publish(new).await.map_err(Fault::doing("publish a campaign"))
    }

    async fn heads(&self, activity_ids: &[ActivityId]) -> Stored<Vec<ActivityHead>> {
        async {
            let mut connection = self.readers.acquire().await?;
            read_heads(&mut connection, &json(activity_ids)?).await
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
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("read the heads of all activities"))?;
        rows.iter().map(HeadRow::read).collect::<Tried<_>>().map_err(Fault::doing("read the heads of all activities"))
    }

    async fn version(&self, activity_id: &ActivityId, version: Version) -> Stored<Option<StoredVersion>> {
        let row: Option<VersionRow> = sqlx::query_as(
            r"SELECT version, document, source, published_by, published_at
                FROM campaign_version
               WHERE activity_id = ?1
                 AND version = ?2",
        )
        .bind(activity_id.as_str())
        .bind(version.0)
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("read a campaign version"))?;
        row.map(|row| row.read()).transpose().map_err(Fault::doing("read a campaign version"))
    }

    async fn versions(&self, activity_id: &ActivityId) -> Stored<Vec<StoredVersion>> {
        let rows: Vec<VersionRow> = sqlx::query_as(
            r"SELECT version, document, source, published_by, published_at
                FROM campaign_version
               WHERE activity_id = ?1
               ORDER BY version DESC",
        )
        .bind(activity_id.as_str())
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list campaign versions"))?;
        rows.iter().map(VersionRow::read).collect::<Tried<_>>().map_err(Fault::doing("list campaign versions"))
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
            let mut connection = self.readers.acquire().await?;
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
            let mut connection = self.readers.acquire().await?;
            read_chains(&mut connection, activity_id).await
        }
        .await
        .map_err(Fault::doing("read the seed chains"))
    }

    async fn reveal_seeds(&self, activity_id: &ActivityId, before: Day) -> Stored<Day> {
        let secret_from: String = sqlx::query_scalar(
            r"UPDATE activity
                 SET secret_from = MAX(COALESCE(secret_from, ?2), ?2),
                     sealed_before = MAX(COALESCE(sealed_before, ?2), ?2)
               WHERE activity_id = ?1
              RETURNING secret_from",
        )
        .bind(activity_id.as_str())
        .bind(before.to_string())
        .fetch_one(&self.writer)
        .await
        .map_err(Fault::doing("reveal seeds"))?;
        secret_from.parse().map_err(Fault::doing("reveal seeds"))
    }

    async fn secret_from(&self, activity_id: &ActivityId) -> Stored<Option<Day>> {
        let secret_from: Option<String> = sqlx::query_scalar(
            r"SELECT secret_from
                FROM activity
               WHERE activity_id = ?1
                 AND secret_from IS NOT NULL",
        )
        .bind(activity_id.as_str())
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("read which seeds are secret"))?;
        secret_from.map(|day| day.parse()).transpose().map_err(Fault::doing("read which seeds are secret"))
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
    version: u32,
    state: String,
    epoch: i64,
}

impl HeadRow {
    fn read(&self) -> Tried<ActivityHead> {
        Ok(ActivityHead {
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(self.version),
            state: self.state.parse()?,
            epoch: Epoch(self.epoch),
        })
    }
}

#[derive(FromRow)]
struct VersionRow {
    version: u32,
    document: String,
    source: Option<String>,
    published_by: String,
    published_at: i64,
}

impl VersionRow {
    fn read(&self) -> Tried<StoredVersion> {
        Ok(StoredVersion {
            version: Version(self.version),
            document: serde_json::from_str(&self.document)?,
            source: self.source.as_deref().map(serde_json::from_str).transpose()?,
            published_by: self.published_by.clone(),
            published_at: instant(self.published_at)?,
        })
    }
}

/// The heads of the activities in a JSON array of ids.
pub(super) async fn read_heads(connection: &mut SqliteConnection, activity_ids: &str) -> Tried<Vec<ActivityHead>> {
    let rows: Vec<HeadRow> = sqlx::query_as(
        r"SELECT activity.activity_id, activity.version, activity.state, stock_epoch.epoch
            FROM activity
            JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id
           WHERE activity.activity_id IN (SELECT value FROM json_each(?1))",
    )
    .bind(activity_ids)
    .fetch_all(connection)
    .await?;
    rows.iter().map(HeadRow::read).collect()
}

#[derive(FromRow)]
struct DraftRow {
    document: String,
    source: Option<String>,
    updated_at: i64,
    saved_by: String,
    saved_by_name: Option<String>,
}

pub(super) async fn read_draft(connection: &mut SqliteConnection, activity_id: &ActivityId) -> Tried<Option<Draft>> {
    let row: Option<DraftRow> = sqlx::query_as(
        r"SELECT document, source, updated_at, saved_by, saved_by_name
            FROM named_draft
           WHERE activity_id = ?1",
    )
    .bind(activity_id.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Draft {
            activity_id: activity_id.clone(),
            document: serde_json::from_str(&row.document)?,
            source: row.source.as_deref().map(serde_json::from_str).transpose()?,
            updated_at: instant(row.updated_at)?,
            saved_by: Saver { actor: row.saved_by, name: row.saved_by_name },
        })
    })
    .transpose()
}

async fn read_chains(connection: &mut SqliteConnection, activity_id: &ActivityId) -> Tried<Vec<SeedChain>> {
    let rows: Vec<(String, u32, String)> = sqlx::query_as(
        r"SELECT first_day, days, last_seed
            FROM seed_chain
           WHERE activity_id = ?1
           ORDER BY first_day",
    )
    .bind(activity_id.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|(first_day, days, last_seed)| {
            Ok(SeedChain { first_day: first_day.parse()?, days: *days, last_seed: last_seed.parse()? })
        })
        .collect()
}

/// What the record of a change says of a draft.
pub(super) fn shown(draft: &Draft) -> Value {
    value!({ "document_hash": draft.document.digest(), "saved_by": draft.saved_by.actor })
}

impl SqliteStore {
    async fn try_save_draft(
        &self,
        activity_id: &ActivityId,
        (document, source): (&CampaignDocument, Option<&DocumentSource>),
        change: &Change,
    ) -> Tried<Draft> {
        let mut tx = self.write().await?;
        let before = read_draft(&mut tx, activity_id).await?;
        sqlx::query(
            r"INSERT INTO campaign_draft (activity_id, document, source, updated_at, saved_by)
              VALUES (?1, ?2, ?3, ?4, ?5)
              ON CONFLICT (activity_id) DO UPDATE
                 SET document = excluded.document, source = excluded.source, updated_at = excluded.updated_at,
                     saved_by = excluded.saved_by",
        )
        .bind(activity_id.as_str())
        .bind(json(document)?)
        .bind(source.map(json).transpose()?)
        .bind(millis(change.at))
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

    async fn try_publish(&self, new: &NewVersion) -> Tried<Published> {
        let mut tx = self.write().await?;
        let current: Option<(u32, String, String)> = sqlx::query_as(
            r"SELECT activity.version, activity.state, campaign_version.document
                FROM activity
                JOIN campaign_version
                  ON campaign_version.activity_id = activity.activity_id
                 AND campaign_version.version = activity.version
               WHERE activity.activity_id = ?1",
        )
        .bind(new.activity_id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        let mut version = Version(1);
        let mut before = None;
        if let Some((current, state, document)) = current {
            let document: CampaignDocument = serde_json::from_str(&document)?;
            if document == new.document {
                return Ok(Published::Unchanged(Version(current)));
            }
            if matches!(state.parse()?, ActivityState::Closed | ActivityState::Settled) {
                return Ok(Published::Over);
            }
            version = Version(current + 1);
            before = Some((Version(current), document));
        }
        let short = stock_short(&mut tx, new).await?;
        if !short.is_empty() {
            return Ok(Published::StockBelowUsed(short));
        }
        write_version(&mut tx, new, version).await?;
        let stock_changed = replace_stock(&mut tx, new).await?;
        let limits_changed =
            wins::replace(&mut tx, &new.activity_id, before.as_ref().map(|(_, document)| document), &new.document)
                .await?;
        sqlx::query(
            r"INSERT INTO stock_epoch (activity_id, epoch)
              VALUES (?1, 1)
              ON CONFLICT (activity_id) DO UPDATE
                 SET epoch = epoch + ?2",
        )
        .bind(new.activity_id.as_str())
        .bind(i64::from(stock_changed || limits_changed))
        .execute(&mut *tx)
        .await?;
        cover_days(&mut tx, new).await?;
        if read_draft(&mut tx, &new.activity_id).await?.is_some_and(|draft| draft.document == new.document) {
            sqlx::query(r"DELETE FROM campaign_draft WHERE activity_id = ?1")
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
        Ok(Published::Version(version))
    }
}

#[derive(Serialize)]
struct ItemJson<'a> {
    kind: &'static str,
    item_id: &'a str,
    position: usize,
    total: u64,
}

fn items(stock: &[StockTotal]) -> Tried<String> {
    let items = stock.iter().enumerate().map(|(position, stock)| ItemJson {
        kind: stock.item.kind(),
        item_id: stock.item.id(),
        position,
        total: stock.total,
    });
    json(&items.collect::<Vec<_>>())
}

/// Items of which more is used than the new document would allow.
async fn stock_short(tx: &mut SqliteConnection, new: &NewVersion) -> Tried<Vec<StockShort>> {
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        r"SELECT kind, item_id, total, used
            FROM (SELECT key,
                         value ->> 'kind' AS kind,
                         value ->> 'item_id' AS item_id,
                         value ->> 'total' AS total,
                         CASE value ->> 'kind'
                         WHEN 'award' THEN (SELECT COUNT(*)
                                              FROM draw
                                             WHERE draw.void = 0
                                               AND draw.activity_id = ?1
                                               AND draw.award_id = value ->> 'item_id')
                                         - (SELECT COUNT(*)
                                              FROM award_record
                                             CROSS JOIN draw ON draw.draw_id = award_record.draw_id
                                             WHERE award_record.state = 'recalled'
                                               AND draw.activity_id = ?1
                                               AND draw.award_id = value ->> 'item_id')
                         ELSE (SELECT COUNT(*)
                                 FROM recharge_order
                                WHERE recharge_order.void = 0
                                  AND recharge_order.reversed_at IS NULL
                                  AND recharge_order.source IN ('request', 'redemption')
                                  AND recharge_order.activity_id = ?1
                                  AND recharge_order.sku = value ->> 'item_id')
                         END AS used
                    FROM json_each(?2))
           WHERE used > total
           ORDER BY key",
    )
    .bind(new.activity_id.as_str())
    .bind(items(&new.stock)?)
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|(kind, item_id, total, used)| {
            Ok(StockShort {
                item: stock_item(&kind, &item_id)?,
                total: u64::try_from(total)?,
                used: u64::try_from(used)?,
            })
        })
        .collect()
}

/// Writes the document and makes it current. A new activity opens; a state somebody chose stays.
async fn write_version(tx: &mut SqliteConnection, new: &NewVersion, version: Version) -> Tried<()> {
    sqlx::query(
        r"INSERT INTO campaign_version (activity_id, version, document, source, published_by, published_at)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(new.activity_id.as_str())
    .bind(version.0)
    .bind(json(&new.document)?)
    .bind(new.source.as_ref().map(json).transpose()?)
    .bind(&new.published_by)
    .bind(millis(new.change.at))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO activity (activity_id, version, state, closes_at)
          VALUES (?1, ?2, 'open', ?3)
          ON CONFLICT (activity_id) DO UPDATE
             SET version = excluded.version, closes_at = excluded.closes_at",
    )
    .bind(new.activity_id.as_str())
    .bind(version.0)
    .bind(millis(new.closes_at))
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Makes the counted items those of the new version. Tells whether any was added, removed or given another total.
async fn replace_stock(tx: &mut SqliteConnection, new: &NewVersion) -> Tried<bool> {
    let items = items(&new.stock)?;
    let removed = sqlx::query(
        r"DELETE FROM stock_item
           WHERE activity_id = ?1
             AND (kind, item_id) NOT IN (SELECT value ->> 'kind', value ->> 'item_id' FROM json_each(?2))",
    )
    .bind(new.activity_id.as_str())
    .bind(&items)
    .execute(&mut *tx)
    .await?;
    let changed = sqlx::query(
        r"INSERT INTO stock_item (activity_id, kind, item_id, position, total)
          SELECT ?1, value ->> 'kind', value ->> 'item_id', value ->> 'position', value ->> 'total'
            FROM json_each(?2)
           WHERE TRUE
          ON CONFLICT (activity_id, kind, item_id) DO UPDATE
             SET total = excluded.total
           WHERE stock_item.total <> excluded.total",
    )
    .bind(new.activity_id.as_str())
    .bind(&items)
    .execute(&mut *tx)
    .await?;
    // The order in which items are shown is no reason for a new epoch.
    sqlx::query(
        r"UPDATE stock_item
             SET position = item.value ->> 'position'
            FROM json_each(?2) AS item
           WHERE stock_item.activity_id = ?1
             AND stock_item.kind = item.value ->> 'kind'
             AND stock_item.item_id = item.value ->> 'item_id'",
    )
    .bind(new.activity_id.as_str())
    .bind(&items)
    .execute(&mut *tx)
    .await?;
    Ok(removed.rows_affected() + changed.rows_affected() > 0)
}

/// Adds chains for the days of the window that none covers.
async fn cover_days(tx: &mut SqliteConnection, new: &NewVersion) -> Tried<()> {
    let existing = read_chains(&mut *tx, &new.activity_id).await?;
    for chain in SeedChain::covering(&existing, new.days, new.last_seed) {
        sqlx::query(
            r"INSERT INTO seed_chain (activity_id, first_day, days, last_seed)
              VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(new.activity_id.as_str())
        .bind(chain.first_day.to_string())
        .bind(chain.days)
        .bind(chain.last_seed.to_string())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
