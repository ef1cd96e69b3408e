//! What one database of several does beside the port: locks over all of them, copies of the catalog, buckets.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::books::violations;
use super::catalog::{Elsewhere, VersionRow};
use super::rows::stock_item;
use super::stock::count_used;
use super::{Lock, PostgresStore, Tried, audit, changed, ulid, uuid, wins};
use crate::domain::award::AwardKind;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::id::{ActivityId, AwardRecordId, Version};
use crate::domain::reconcile::{Invariant, Violation};
use crate::domain::stock::{Epoch, StockItem, StockTotal};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::catalog::{NewVersion, Published, StoredVersion};
use crate::store::sharded::{BucketMap, CatalogCopy, CouponAward, Held, Shard, TakenCode};

/// A lock over all databases is let go where its holder does nothing for so long.
pub(super) const HELD_MAX: Duration = Duration::from_mins(1);
/// What Postgres says where a lock was waited for in vain.
pub(super) const LOCK_NOT_AVAILABLE: &str = "55P03";

#[async_trait]
impl Shard for PostgresStore {
    async fn hold_catalog(&self, activity_id: &ActivityId) -> Stored<Held> {
        self.hold(Lock::Named("catalog of all", activity_id.as_str())).await.map_err(Fault::doing("hold a catalog"))
    }

    async fn catalog_copy(&self, activity_id: &ActivityId) -> Stored<Option<CatalogCopy>> {
        async {
            let mut tx = self.snapshot().await?;
            let copy = read_copy(&mut tx, activity_id).await?;
            tx.rollback().await?;
            Ok(copy)
        }
        .await
        .map_err(Fault::doing::<super::Cause>("read a catalog"))
    }

    async fn take_copy(&self, copy: &CatalogCopy) -> Stored<bool> {
        self.try_take_copy(copy).await.map_err(Fault::doing("copy a catalog"))
    }

    async fn publish_beside(
        &self,
        new: &NewVersion,
        seen: Option<Epoch>,
        elsewhere: &[u64],
    ) -> Stored<Option<Published>> {
        self.try_publish(new, Some(Elsewhere { seen, used: elsewhere }))
            .await
            .map_err(Fault::doing("publish a campaign"))
    }

    async fn lift_epoch(&self, activity_id: &ActivityId, epoch: Epoch) -> Stored<()> {
        self.try_lift(activity_id, epoch).await.map_err(Fault::doing("raise the stock epoch"))
    }

    async fn used_units(&self, activity_id: &ActivityId, items: &[StockItem]) -> Stored<Vec<u64>> {
        async {
            let mut connection = self.pool.acquire().await?;
            count_used(&mut connection, activity_id, items).await
        }
        .await
        .map_err(Fault::doing("count used units"))
    }

    async fn actor_names(&self, actors: &[String]) -> Stored<HashMap<String, String>> {
        async {
            let mut connection = self.pool.acquire().await?;
            audit::names(&mut connection, actors).await
        }
        .await
        .map_err(Fault::doing("read the names of actors"))
    }

    async fn recalled_coupons(&self, after: Option<AwardRecordId>, limit: u32) -> Stored<Vec<AwardRecordId>> {
        let found: Vec<Uuid> = sqlx::query_scalar(
            r"SELECT award_record.award_record_id
                FROM award_record
                JOIN draw ON draw.draw_id = award_record.draw_id
               WHERE award_record.state = 'recalled'
                 AND draw.kind = 'coupon'
                 AND award_record.award_record_id > $1
               ORDER BY award_record.award_record_id
               LIMIT $2",
        )
        .bind(after.map_or(Uuid::nil(), |after| uuid(after.ulid())))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("look for recalled coupons"))?;
        Ok(found.into_iter().map(|id| AwardRecordId::from_ulid(ulid(id))).collect())
    }

    async fn coupon_awards(&self, after: Option<AwardRecordId>, limit: u32) -> Stored<Vec<CouponAward>> {
        self.read_coupon_awards(after, limit).await.map_err(Fault::doing("read coupon awards"))
    }

    async fn award_kinds(&self, award_record_ids: &[AwardRecordId]) -> Stored<Vec<(AwardRecordId, AwardKind)>> {
        self.read_award_kinds(award_record_ids).await.map_err(Fault::doing("read the kinds of awards"))
    }

    async fn taken_codes(&self, award_record_ids: &[AwardRecordId]) -> Stored<HashMap<AwardRecordId, TakenCode>> {
        self.read_taken_codes(award_record_ids).await.map_err(Fault::doing("read taken codes"))
    }

    async fn codes_after(&self, after: Option<AwardRecordId>, limit: u32) -> Stored<Vec<TakenCode>> {
        self.read_codes_after(after, limit).await.map_err(Fault::doing("read taken codes"))
    }

    async fn pool_violations(&self, limit: u32) -> Stored<Vec<Violation>> {
        let found = self.pool_differences(limit).await.map_err(Fault::doing("compare pools with their codes"))?;
        Ok(violations(Invariant::Awards, found))
    }

    async fn has(&self, buckets: &[Bucket]) -> Stored<bool> {
        let numbers = numbers(buckets);
        let held: i64 = sqlx::query_scalar(
            r"SELECT COUNT(*)
                FROM bucket_home
               WHERE bucket = ANY($1)
                 AND state IN ('home', 'leaving')",
        )
        .bind(&numbers)
        .fetch_one(&self.pool)
        .await
        .map_err(Fault::doing("read the buckets"))?;
        Ok(usize::try_from(held) == Ok(numbers.len()))
    }

    async fn found(&self, shards: usize) -> Stored<Uuid> {
        self.try_found(shards).await.map_err(Fault::doing("found an installation"))
    }

    async fn bucket_map(&self) -> Stored<BucketMap> {
        async {
            let shards: Vec<i16> = sqlx::query_scalar(
                r"SELECT shard
                    FROM bucket_map
                   ORDER BY bucket",
            )
            .fetch_all(&self.pool)
            .await?;
            let shards: Result<Vec<usize>, _> = shards.into_iter().map(usize::try_from).collect();
            Ok(BucketMap::read(shards?)?)
        }
        .await
        .map_err(Fault::doing::<super::Cause>("read the bucket map"))
    }

    async fn join(&self, installation: Uuid, number: usize, buckets: &[Bucket]) -> Stored<()> {
        self.try_join(installation, number, buckets)
            .await
            .map_err(Fault::doing("take a database into the installation"))
    }
}

/// Whether all of the buckets live here.
pub(super) async fn is_home(connection: &mut PgConnection, buckets: &[Bucket]) -> Tried<bool> {
    let numbers = numbers(buckets);
    let home: i64 = sqlx::query_scalar(
        r"SELECT COUNT(*)
            FROM bucket_home
           WHERE bucket = ANY($1)
             AND state = 'home'",
    )
    .bind(&numbers)
    .fetch_one(connection)
    .await?;
    Ok(usize::try_from(home)? == numbers.len())
}

fn numbers(buckets: &[Bucket]) -> Vec<i16> {
    let mut numbers: Vec<i16> = buckets.iter().map(|bucket| bucket.number().cast_signed()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

async fn read_identity(connection: &mut PgConnection) -> Tried<Option<(Uuid, i16)>> {
    let query = sqlx::query_as(r"SELECT installation, number FROM shard_identity");
    Ok(query.fetch_optional(connection).await?)
}

/// Makes a database that is new the home of these buckets alone.
async fn keep_buckets(tx: &mut PgConnection, buckets: &[Bucket]) -> Tried<()> {
    sqlx::query(
        r"DELETE FROM bucket_home
           WHERE bucket <> ALL($1)",
    )
    .bind(numbers(buckets))
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct ActivityRow {
    revision: i64,
    version: i64,
    state: String,
    closes_at: Timestamp,
    secret_from: Option<NaiveDate>,
    sealed_before: Option<NaiveDate>,
    epoch: i64,
}

async fn read_copy(connection: &mut PgConnection, activity_id: &ActivityId) -> Tried<Option<CatalogCopy>> {
    let row: Option<ActivityRow> = sqlx::query_as(
        r"SELECT activity.revision, activity.version, activity.state, activity.closes_at, activity.secret_from, activity.sealed_before,
                 stock_epoch.epoch
            FROM activity
            JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id
           WHERE activity.activity_id = $1",
    )
    .bind(activity_id.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let stock: Vec<(String, String, i64)> = sqlx::query_as(
        r"SELECT kind, item_id, total
            FROM stock_item
           WHERE activity_id = $1
           ORDER BY position",
    )
    .bind(activity_id.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let versions: Vec<VersionRow> = sqlx::query_as(
        r"SELECT version, document, source, published_by, published_at
            FROM campaign_version
           WHERE activity_id = $1
           ORDER BY version",
    )
    .bind(activity_id.as_str())
    .fetch_all(&mut *connection)
    .await?;
    Ok(Some(CatalogCopy {
        activity_id: activity_id.clone(),
        revision: row.revision,
        version: Version(u32::try_from(row.version)?),
        state: row.state.parse()?,
        closes_at: row.closes_at,
        secret_from: row.secret_from.map(Day::from),
        sealed_before: row.sealed_before.map(Day::from),
        epoch: Epoch(row.epoch),
        stock: stock
            .into_iter()
            .map(|(kind, item_id, total)| {
                Ok(StockTotal { item: stock_item(&kind, &item_id)?, total: u64::try_from(total)? })
            })
            .collect::<Tried<_>>()?,
        versions: versions.into_iter().map(VersionRow::read).collect::<Tried<_>>()?,
    }))
}

impl PostgresStore {
    async fn try_found(&self, shards: usize) -> Tried<Uuid> {
        let mut tx = self.write([Lock::Named("installation", "")]).await?;
        let identity = read_identity(&mut tx).await?;
        if let Some((installation, number)) = identity {
            if number != 0 {
                return Err(format!(
                    "the first of store.shards is database {number} of its installation; name database 0 first"
                )
                .into());
            }
            return Ok(installation);
        }
        let map: Vec<i16> =
            Bucket::all().map(|bucket| i16::try_from(BucketMap::even(shards).of(bucket))).collect::<Result<_, _>>()?;
        sqlx::query(
            r"INSERT INTO bucket_map (bucket, shard)
              SELECT number - 1, shard
                FROM UNNEST($1::smallint[]) WITH ORDINALITY AS mapped (shard, number)",
        )
        .bind(map)
        .execute(&mut *tx)
        .await?;
        let installation: Uuid = sqlx::query_scalar(
            r"INSERT INTO shard_identity (installation, number)
              VALUES (gen_random_uuid(), 0)
              RETURNING installation",
        )
        .fetch_one(&mut *tx)
        .await?;
        keep_buckets(&mut tx, &BucketMap::even(shards).buckets_of(0)).await?;
        tx.commit().await?;
        Ok(installation)
    }

    async fn try_join(&self, installation: Uuid, number: usize, buckets: &[Bucket]) -> Tried<()> {
        let wanted = (installation, i16::try_from(number)?);
        let mut tx = self.write([Lock::Named("installation", "")]).await?;
        match read_identity(&mut tx).await? {
            Some(identity) if identity == wanted => return Ok(()),
            Some((other, _)) if other != installation => {
                return Err(format!("database {number} of store.shards belongs to another installation").into());
            }
            Some((_, is)) => {
                return Err(
                    format!("database {number} of store.shards was number {is} before; keep their order").into()
                );
            }
            None => {}
        }
        sqlx::query(
            r"INSERT INTO shard_identity (installation, number)
              VALUES ($1, $2)",
        )
        .bind(installation)
        .bind(wanted.1)
        .execute(&mut *tx)
        .await?;
        keep_buckets(&mut tx, buckets).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Waits for a lock, for a while, and keeps it until what is given back is dropped, or this process is gone or hangs. It has a
    /// connection of its own, from a pool of its own: whoever holds it needs others, and they must not be used up by
    /// those who wait.
    pub(super) async fn hold(&self, lock: Lock<'_>) -> Tried<Held> {
        let mut tx = self.holders.begin().await?;
        self.bound(&mut tx).await?;
        let held = sqlx::query(r"SELECT pg_advisory_xact_lock($1)").bind(lock.number()).execute(&mut *tx).await;
        match held {
            Ok(_) => Ok(Box::new(tx)),
            // Whoever has it may hang: it is nobody's to wait for it for ever.
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
                Ok(Box::new(()))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn try_lift(&self, activity_id: &ActivityId, epoch: Epoch) -> Tried<()> {
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        sqlx::query(
            r"UPDATE stock_epoch
                 SET epoch = $2
               WHERE activity_id = $1
                 AND epoch < $2",
        )
        .bind(activity_id.as_str())
        .bind(epoch.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_take_copy(&self, copy: &CatalogCopy) -> Tried<bool> {
        let mut tx = self.write([Lock::Activity(&copy.activity_id)]).await?;
        let mine = read_copy(&mut tx, &copy.activity_id).await?;
        let same = mine.as_ref().is_some_and(|mine| {
            let epoch = mine.epoch.0.max(copy.epoch.0);
            *mine == CatalogCopy { epoch: Epoch(epoch), ..copy.clone() } && mine.epoch.0 >= copy.epoch.0
        });
        if same {
            tx.rollback().await?;
            return Ok(false);
        }
        // Users' transactions hold this row while they write under what it says.
        sqlx::query(
            r"INSERT INTO stock_epoch (activity_id, epoch)
              VALUES ($1, $2)
              ON CONFLICT (activity_id) DO UPDATE
                 SET epoch = GREATEST(stock_epoch.epoch, excluded.epoch)",
        )
        .bind(copy.activity_id.as_str())
        .bind(copy.epoch.0)
        .execute(&mut *tx)
        .await?;
        let taken = sqlx::query(
            r"INSERT INTO activity (activity_id, revision, version, state, closes_at, secret_from, sealed_before)
              VALUES ($1, $2, $3, $4, $5, $6, $7)
              ON CONFLICT (activity_id) DO UPDATE
                 SET revision = excluded.revision, version = excluded.version, state = excluded.state,
                     closes_at = excluded.closes_at, secret_from = excluded.secret_from,
                     sealed_before = excluded.sealed_before
               WHERE activity.revision < excluded.revision",
        )
        .bind(copy.activity_id.as_str())
        .bind(copy.revision)
        .bind(i64::from(copy.version.0))
        .bind(copy.state.as_str())
        .bind(copy.closes_at)
        .bind(copy.secret_from.map(NaiveDate::from))
        .bind(copy.sealed_before.map(NaiveDate::from))
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 0 {
            // Somebody brought a newer one; its epoch may still be older.
            tx.commit().await?;
            return Ok(true);
        }
        write_versions(&mut tx, copy, mine.as_ref()).await?;
        write_stock(&mut tx, copy).await?;
        let document_of = |copy: &CatalogCopy| {
            copy.versions.iter().find(|stored| stored.version == copy.version).map(|stored| stored.document.clone())
        };
        let before = mine.as_ref().and_then(document_of);
        let after = document_of(copy).ok_or("a catalog without its current version")?;
        wins::replace(&mut tx, &copy.activity_id, before.as_ref(), &after).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Adds the versions that are not here yet.
async fn write_versions(tx: &mut PgConnection, copy: &CatalogCopy, mine: Option<&CatalogCopy>) -> Tried<()> {
    let known = |stored: &StoredVersion| mine.is_some_and(|mine| mine.versions.contains(stored));
    for stored in copy.versions.iter().filter(|stored| !known(stored)) {
        let written = sqlx::query(
            r"INSERT INTO campaign_version (activity_id, version, document, source, published_by, published_at)
              VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(copy.activity_id.as_str())
        .bind(i64::from(stored.version.0))
        .bind(Json(&stored.document))
        .bind(stored.source.as_ref().map(Json))
        .bind(&stored.published_by)
        .bind(stored.published_at)
        .execute(&mut *tx)
        .await?;
        changed("campaign_version", written.rows_affected(), 1)?;
    }
    Ok(())
}

/// Makes the counted items those of the copy.
async fn write_stock(tx: &mut PgConnection, copy: &CatalogCopy) -> Tried<()> {
    let kinds: Vec<&str> = copy.stock.iter().map(|stock| stock.item.kind()).collect();
    let item_ids: Vec<&str> = copy.stock.iter().map(|stock| stock.item.id()).collect();
    let totals: Vec<i64> = copy.stock.iter().map(|stock| i64::try_from(stock.total)).collect::<Result<_, _>>()?;
    sqlx::query(r"DELETE FROM stock_item WHERE activity_id = $1")
        .bind(copy.activity_id.as_str())
        .execute(&mut *tx)
        .await?;
    let written = sqlx::query(
        r"INSERT INTO stock_item (activity_id, kind, item_id, position, total)
          SELECT $1, item.kind, item.item_id, item.number - 1, item.total
            FROM UNNEST($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS item (kind, item_id, total, number)",
    )
    .bind(copy.activity_id.as_str())
    .bind(kinds)
    .bind(item_ids)
    .bind(totals)
    .execute(&mut *tx)
    .await?;
    changed("stock_item", written.rows_affected(), copy.stock.len())
}
