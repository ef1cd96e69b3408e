//! Redemptions in SQLite: the debit, the order and the exchange in one transaction, and back in one.

use async_trait::async_trait;
use sqlx::{FromRow, SqliteConnection};

use super::rows::ulid;
use super::{SqliteStore, Tried, changed, instant, ledger, millis, recharges};
use crate::domain::bucket::Bucket;
use crate::domain::id::{ActivityId, RechargeOrderId, RedemptionId, RequestId, SkuId, UserId, Version};
use crate::domain::ledger::TransferReason;
use crate::domain::points::Points;
use crate::domain::redemption::RedemptionOrder;
use crate::fault::Fault;
use crate::store::draws::{NewRecharge, Recharged};
use crate::store::redemptions::{NewRedemption, Redeemed, RedemptionReversal, RedemptionReversed, RedemptionStore};
use crate::store::{Page, Stored};

#[async_trait]
impl RedemptionStore for SqliteStore {
    async fn record_redemption(&self, new: &NewRedemption) -> Stored<Redeemed> {
        self.try_redeem(new).await.map_err(Fault::doing("record a redemption"))
    }

    async fn reverse_redemption(&self, new: &RedemptionReversal) -> Stored<RedemptionReversed> {
        self.try_reverse_redemption(new).await.map_err(Fault::doing("reverse a redemption"))
    }

    async fn redemption_of(&self, user_id: &UserId, request_id: &RequestId) -> Stored<Option<RedemptionOrder>> {
        async { by_request(&mut *self.readers.acquire().await?, user_id, request_id).await }
            .await
            .map_err(Fault::doing("read a redemption"))
    }

    async fn redemption(&self, redemption_id: RedemptionId) -> Stored<Option<RedemptionOrder>> {
        async { by_id(&mut *self.readers.acquire().await?, redemption_id).await }
            .await
            .map_err(Fault::doing("read a redemption"))
    }

    async fn redemptions_of(&self, user_id: &UserId, page: &Page<RedemptionId>) -> Stored<Vec<RedemptionOrder>> {
        let rows: Vec<RedemptionRow> = sqlx::query_as(
            r"SELECT *
                FROM redemption_order
               WHERE user_id = ?1
                 AND redemption_id < ?2
               ORDER BY redemption_id DESC
               LIMIT ?3",
        )
        .bind(user_id.as_str())
        .bind(super::before(page.after.map(RedemptionId::ulid)))
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list a user's redemptions"))?;
        rows.iter().map(RedemptionRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's redemptions"))
    }
}

#[derive(FromRow)]
pub(super) struct RedemptionRow {
    redemption_id: String,
    user_id: String,
    activity_id: String,
    version: u32,
    request_id: String,
    sku: String,
    draws: u32,
    price: i64,
    recharge_order_id: String,
    day: String,
    created_at: i64,
    reversed_at: Option<i64>,
}

impl RedemptionRow {
    pub(super) fn read(&self) -> Tried<RedemptionOrder> {
        Ok(RedemptionOrder {
            redemption_id: RedemptionId::from_ulid(ulid(&self.redemption_id)?),
            user_id: UserId::new(&self.user_id)?,
            activity_id: ActivityId::new(&self.activity_id)?,
            version: Version(self.version),
            request_id: RequestId::new(&self.request_id)?,
            sku: SkuId::new(&self.sku)?,
            draws: self.draws,
            price: Points::from_hundredths(self.price),
            recharge_order_id: RechargeOrderId::from_ulid(ulid(&self.recharge_order_id)?),
            day: self.day.parse()?,
            created_at: instant(self.created_at)?,
            reversed_at: self.reversed_at.map(instant).transpose()?,
        })
    }
}

async fn by_request(
    connection: &mut SqliteConnection,
    user_id: &UserId,
    request_id: &RequestId,
) -> Tried<Option<RedemptionOrder>> {
    let row: Option<RedemptionRow> = sqlx::query_as(
        r"SELECT *
            FROM redemption_order
           WHERE user_id = ?1
             AND request_id = ?2",
    )
    .bind(user_id.as_str())
    .bind(request_id.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.read()).transpose()
}

async fn by_id(connection: &mut SqliteConnection, redemption_id: RedemptionId) -> Tried<Option<RedemptionOrder>> {
    let row: Option<RedemptionRow> = sqlx::query_as(
        r"SELECT *
            FROM redemption_order
           WHERE redemption_id = ?1",
    )
    .bind(redemption_id.ulid().to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.read()).transpose()
}

impl SqliteStore {
    /// Dropped before it commits, the transaction leaves nothing: whatever refuses, refuses all of it.
    async fn try_redeem(&self, new: &NewRedemption) -> Tried<Redeemed> {
        let order = &new.order;
        let mut tx = self.write().await?;
        if let Some(earlier) = by_request(&mut tx, &order.user_id, &order.request_id).await? {
            return Ok(Redeemed::Earlier(earlier));
        }
        let is_open: bool = sqlx::query_scalar(
            r"SELECT EXISTS (SELECT 1
                               FROM activity
                              WHERE activity_id = ?1
                                AND state = 'open'
                                AND COALESCE(sealed_before, '') <= ?2)",
        )
        .bind(order.activity_id.as_str())
        .bind(order.day.to_string())
        .fetch_one(&mut *tx)
        .await?;
        if !is_open {
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
        let granted = recharges::grant(&mut tx, &orders).await?;
        changed("recharge_order", u64::try_from(granted)?, 1)?;
        insert(&mut tx, order).await?;
        tx.commit().await?;
        Ok(Redeemed::Committed)
    }

    async fn try_reverse_redemption(&self, new: &RedemptionReversal) -> Tried<RedemptionReversed> {
        let mut tx = self.write().await?;
        let Some(mut order) = by_id(&mut tx, new.redemption_id).await? else { return Ok(RedemptionReversed::Unknown) };
        if order.reversed_at.is_some() {
            return Ok(RedemptionReversed::Earlier(order));
        }
        let (epoch, is_settled): (i64, bool) = sqlx::query_as(
            r"SELECT stock_epoch.epoch, activity.state = 'settled'
                FROM activity
                JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id
               WHERE activity.activity_id = ?1",
        )
        .bind(order.activity_id.as_str())
        .fetch_one(&mut *tx)
        .await?;
        if is_settled {
            return Ok(RedemptionReversed::Settled);
        }
        if epoch != new.epoch.0 {
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

async fn insert(tx: &mut SqliteConnection, order: &RedemptionOrder) -> Tried<()> {
    let inserted = sqlx::query(
        r"INSERT INTO redemption_order (redemption_id, user_id, bucket, activity_id, version, request_id, sku, draws, price,
                                        recharge_order_id, day, created_at)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )
    .bind(order.redemption_id.ulid().to_string())
    .bind(order.user_id.as_str())
    .bind(Bucket::of(&order.user_id).number())
    .bind(order.activity_id.as_str())
    .bind(order.version.0)
    .bind(order.request_id.as_str())
    .bind(order.sku.as_str())
    .bind(order.draws)
    .bind(order.price.hundredths())
    .bind(order.recharge_order_id.ulid().to_string())
    .bind(order.day.to_string())
    .bind(millis(order.created_at))
    .execute(tx)
    .await?;
    changed("redemption_order", inserted.rows_affected(), 1)
}

/// Takes granted draws back, as far as they are unused. Otherwise gives how many the user has left, and takes none.
async fn take_back(tx: &mut SqliteConnection, order: &RedemptionOrder) -> Tried<Option<u32>> {
    let taken = sqlx::query(
        r"UPDATE quota
             SET granted = granted - ?3
           WHERE user_id = ?1
             AND activity_id = ?2
             AND granted - ?3 >= used",
    )
    .bind(order.user_id.as_str())
    .bind(order.activity_id.as_str())
    .bind(order.draws)
    .execute(&mut *tx)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let left: u32 = sqlx::query_scalar(
        r"SELECT granted - used
            FROM quota
           WHERE user_id = ?1
             AND activity_id = ?2",
    )
    .bind(order.user_id.as_str())
    .bind(order.activity_id.as_str())
    .fetch_one(tx)
    .await?;
    Ok(Some(left))
}

async fn mark_reversed(tx: &mut SqliteConnection, order: &RedemptionOrder) -> Tried<()> {
    let reversed = sqlx::query(
        r"UPDATE recharge_order
             SET reversed_at = ?2
           WHERE recharge_order_id = ?1
             AND void = 0
             AND reversed_at IS NULL",
    )
    .bind(order.recharge_order_id.ulid().to_string())
    .bind(order.reversed_at.map(millis))
    .execute(&mut *tx)
    .await?;
    changed("recharge_order", reversed.rows_affected(), 1)?;
    let reversed = sqlx::query(
        r"UPDATE redemption_order
             SET reversed_at = ?2
           WHERE redemption_id = ?1
             AND reversed_at IS NULL",
    )
    .bind(order.redemption_id.ulid().to_string())
    .bind(order.reversed_at.map(millis))
    .execute(tx)
    .await?;
    changed("redemption_order", reversed.rows_affected(), 1)
}
