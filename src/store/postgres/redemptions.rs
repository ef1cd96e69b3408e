//! Redemptions in Postgres: the debit, the order and the exchange in one transaction, and back in one.

use std::iter;

use async_trait::async_trait;
use chrono::NaiveDate;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Lock, PostgresStore, Tried, before, bucket, catalog, changed, ledger, recharges, stock, ulid, uuid};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::id::{ActivityId, RechargeOrderId, RedemptionId, RequestId, SkuId, UserId, Version};
use crate::domain::ledger::TransferReason;
use crate::domain::points::Points;
use crate::domain::redemption::RedemptionOrder;
use crate::fault::Fault;
use crate::store::draws::{NewRecharge, Recharged};
use crate::store::redemptions::{NewRedemption, Redeemed, RedemptionReversal, RedemptionReversed, RedemptionStore};
use crate::store::{Page, Stored};

#[async_trait]
impl RedemptionStore for PostgresStore {
    async fn record_redemption(&self, new: &NewRedemption) -> Stored<Redeemed> {
        self.try_redeem(new).await.map_err(Fault::doing("record a redemption"))
    }

    async fn reverse_redemption(&self, new: &RedemptionReversal) -> Stored<RedemptionReversed> {
        self.try_reverse_redemption(new).await.map_err(Fault::doing("reverse a redemption"))
    }

    async fn redemption_of(&self, user_id: &UserId, request_id: &RequestId) -> Stored<Option<RedemptionOrder>> {
        async { by_request(&mut *self.pool.acquire().await?, user_id, request_id).await }
            .await
            .map_err(Fault::doing("read a redemption"))
    }

    async fn redemption(&self, redemption_id: RedemptionId) -> Stored<Option<RedemptionOrder>> {
        async { by_id(&mut *self.pool.acquire().await?, redemption_id).await }
            .await
            .map_err(Fault::doing("read a redemption"))
    }

    async fn redemptions_of(&self, user_id: &UserId, page: &Page<RedemptionId>) -> Stored<Vec<RedemptionOrder>> {
        let rows: Vec<RedemptionRow> = sqlx::query_as(
            r"SELECT *
                FROM redemption_order
               WHERE user_id = $1
                 AND redemption_id < $2
               ORDER BY redemption_id DESC
               LIMIT $3",
        )
        .bind(user_id.as_str())
        .bind(before(page.after.map(RedemptionId::ulid)))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list a user's redemptions"))?;
        rows.iter().map(RedemptionRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's redemptions"))
    }
}

#[derive(FromRow)]
pub(super) struct RedemptionRow {
    redemption_id: Uuid,
    user_id: String,
    activity_id: String,
    version: i64,
    request_id: String,
    sku: String,
    draws: i64,
    price: i64,
    recharge_order_id: Uuid,
    day: NaiveDate,
    created_at: Timestamp,
    reversed_at: Option<Timestamp>,
}

impl RedemptionRow {
    pub(super) fn read(&self) -> Tried<RedemptionOrder> {
        Ok(RedemptionOrder {
            redemption_id: RedemptionId::from_ulid(ulid(self.redemption_id)),
            user_id: UserId::new(&self.user_id)?,
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(u32::try_from(self.version)?),
            request_id: RequestId::new(&self.request_id)?,
            sku: SkuId::new(&self.sku)?,
            draws: u32::try_from(self.draws)?,
            price: Points::from_hundredths(self.price),
            recharge_order_id: RechargeOrderId::from_ulid(ulid(self.recharge_order_id)),
            day: Day::from(self.day),
            created_at: self.created_at,
            reversed_at: self.reversed_at,
        })
    }
}

async fn by_request(
    connection: &mut PgConnection,
    user_id: &UserId,
    request_id: &RequestId,
) -> Tried<Option<RedemptionOrder>> {
    let row: Option<RedemptionRow> = sqlx::query_as(
        r"SELECT *
            FROM redemption_order
           WHERE user_id = $1
             AND request_id = $2",
    )
    .bind(user_id.as_str())
    .bind(request_id.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.read()).transpose()
}

async fn by_id(connection: &mut PgConnection, redemption_id: RedemptionId) -> Tried<Option<RedemptionOrder>> {
    let row: Option<RedemptionRow> = sqlx::query_as(
        r"SELECT *
            FROM redemption_order
           WHERE redemption_id = $1",
    )
    .bind(uuid(redemption_id.ulid()))
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.read()).transpose()
}

impl PostgresStore {
    /// Dropped before it commits, the transaction leaves nothing: whatever refuses, refuses all of it.
    async fn try_redeem(&self, new: &NewRedemption) -> Tried<Redeemed> {
        let order = &new.order;
        let mut tx = self.write([Lock::User(&order.user_id), Lock::ActivityStays(&order.activity_id)]).await?;
        if let Some(earlier) = by_request(&mut tx, &order.user_id, &order.request_id).await? {
            return Ok(Redeemed::Earlier(earlier));
        }
        let held = catalog::hold(&mut tx, iter::once(&order.activity_id)).await?;
        let activity = held.get(order.activity_id.as_str());
        if !activity.is_some_and(|activity| activity.is_open() && !activity.has_sealed(order.day)) {
            return Ok(Redeemed::Moved);
        }
        let recharge = [NewRecharge { order: order.recharge(), epoch: new.epoch }];
        let (answers, orders) = recharges::judge(&mut tx, &recharge).await?;
        match answers.as_slice() {
            [Recharged::Committed] => {}
            [Recharged::Stale] => return Ok(Redeemed::Stale),
            [Recharged::Full] => return Ok(Redeemed::Full),
            other => return Err(format!("the order of a new redemption was judged {other:?}").into()),
        }
        let debit = ledger::Debit {
            transfer_id: new.transfer_id,
            user_id: &order.user_id,
            amount: order.price,
            reason: TransferReason::Redemption,
            key: order.redemption_id.to_string(),
            asked: ledger::Asked::default(),
        };
        match ledger::debit(&mut tx, &[debit], order.created_at).await?.as_slice() {
            [ledger::Debited::Committed] => {}
            [ledger::Debited::Short { balance }] => return Ok(Redeemed::Short { balance: *balance }),
            other => return Err(format!("the debit of a new redemption was answered {other:?}").into()),
        }
        match recharges::grant(&mut tx, &orders).await {
            Ok(granted) => changed("recharge_order", u64::try_from(granted)?, 1)?,
            // A void row took the order's key after it was judged.
            Err(cause) if stock::was_voided(&cause) => return Ok(Redeemed::Stale),
            Err(cause) => return Err(cause),
        }
        insert(&mut tx, order).await?;
        tx.commit().await?;
        Ok(Redeemed::Committed)
    }

    async fn try_reverse_redemption(&self, new: &RedemptionReversal) -> Tried<RedemptionReversed> {
        // Whose it is and where never changes: it tells what to lock, and the rest is read again.
        let found = by_id(&mut *self.pool.acquire().await?, new.redemption_id).await?;
        let Some(RedemptionOrder { user_id, activity_id, .. }) = found else {
            return Ok(RedemptionReversed::Unknown);
        };
        let mut tx = self.write([Lock::User(&user_id), Lock::ActivityStays(&activity_id)]).await?;
        let Some(mut order) = by_id(&mut tx, new.redemption_id).await? else { return Ok(RedemptionReversed::Unknown) };
        if order.reversed_at.is_some() {
            return Ok(RedemptionReversed::Earlier(order));
        }
        let held = catalog::hold(&mut tx, iter::once(&activity_id)).await?;
        let activity = held.get(activity_id.as_str()).ok_or("a redemption in no activity")?;
        if activity.is_settled() {
            return Ok(RedemptionReversed::Settled);
        }
        if activity.epoch() != new.epoch {
            return Ok(RedemptionReversed::Stale);
        }
        if let Some(left) = take_back(&mut tx, &order).await? {
            return Ok(RedemptionReversed::DrawsUsed { left });
        }
        order.reversed_at = Some(new.at);
        mark_reversed(&mut tx, &order).await?;
        let key = order.redemption_id.to_string();
        let restore = ledger::Restore {
            transfer_id: new.transfer_id,
            user_id: &order.user_id,
            reason: TransferReason::Reversal,
            key: key.clone(),
            debit: (TransferReason::Redemption, &key),
            asked: ledger::Asked::default(),
        };
        let restored = ledger::restore(&mut tx, &restore, new.at).await?;
        if restored != ledger::Restored::Committed(order.price) {
            return Err(format!("the points of {key} were not all there to restore: {restored:?}").into());
        }
        tx.commit().await?;
        Ok(RedemptionReversed::Committed(order))
    }
}

async fn insert(tx: &mut PgConnection, order: &RedemptionOrder) -> Tried<()> {
    let inserted = sqlx::query(
        r"INSERT INTO redemption_order (redemption_id, user_id, bucket, activity_id, version, request_id, sku, draws, price,
                                        recharge_order_id, day, created_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(uuid(order.redemption_id.ulid()))
    .bind(order.user_id.as_str())
    .bind(bucket(Bucket::of(&order.user_id)))
    .bind(order.activity_id.as_str())
    .bind(i64::from(order.version.0))
    .bind(order.request_id.as_str())
    .bind(order.sku.as_str())
    .bind(i64::from(order.draws))
    .bind(order.price.hundredths())
    .bind(uuid(order.recharge_order_id.ulid()))
    .bind(NaiveDate::from(order.day))
    .bind(order.created_at)
    .execute(tx)
    .await?;
    changed("redemption_order", inserted.rows_affected(), 1)
}

/// Takes granted draws back, as far as they are unused. Otherwise gives how many the user has left, and takes none.
async fn take_back(tx: &mut PgConnection, order: &RedemptionOrder) -> Tried<Option<u32>> {
    let taken = sqlx::query(
        r"UPDATE quota
             SET granted = granted - $3
           WHERE user_id = $1
             AND activity_id = $2
             AND granted - $3 >= used",
    )
    .bind(order.user_id.as_str())
    .bind(order.activity_id.as_str())
    .bind(i64::from(order.draws))
    .execute(&mut *tx)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let left: i64 = sqlx::query_scalar(
        r"SELECT granted - used
            FROM quota
           WHERE user_id = $1
             AND activity_id = $2",
    )
    .bind(order.user_id.as_str())
    .bind(order.activity_id.as_str())
    .fetch_one(tx)
    .await?;
    Ok(Some(u32::try_from(left)?))
}

async fn mark_reversed(tx: &mut PgConnection, order: &RedemptionOrder) -> Tried<()> {
    let reversed = sqlx::query(
        r"UPDATE recharge_order
             SET reversed_at = $2
           WHERE recharge_order_id = $1
             AND NOT void
             AND reversed_at IS NULL",
    )
    .bind(uuid(order.recharge_order_id.ulid()))
    .bind(order.reversed_at)
    .execute(&mut *tx)
    .await?;
    changed("recharge_order", reversed.rows_affected(), 1)?;
    let reversed = sqlx::query(
        r"UPDATE redemption_order
             SET reversed_at = $2
           WHERE redemption_id = $1
             AND reversed_at IS NULL",
    )
    .bind(uuid(order.redemption_id.ulid()))
    .bind(order.reversed_at)
    .execute(tx)
    .await?;
    changed("redemption_order", reversed.rows_affected(), 1)
}
