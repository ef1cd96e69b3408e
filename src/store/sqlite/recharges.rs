//! Grants of quota in SQLite: by request, and by awards of draws.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};

use super::rows::OrderRow;
use super::{Tried, json, millis};
use crate::domain::bucket::Bucket;
use crate::domain::draw::RechargeOrder;
use crate::domain::stock::Epoch;
use crate::store::draws::{NewRecharge, Recharged};

/// An order as the statements read it.
#[derive(Serialize)]
struct OrderJson<'a> {
    recharge_order_id: String,
    bucket: u16,
    user_id: &'a str,
    activity_id: &'a str,
    sku: &'a str,
    draws: u32,
    source: &'static str,
    source_key: String,
    created_at: i64,
    epoch: i64,
}

impl<'a> OrderJson<'a> {
    fn of(order: &'a RechargeOrder, epoch: Epoch) -> Self {
        let (source, source_key) = order.source.parts();
        Self {
            recharge_order_id: order.recharge_order_id.ulid().to_string(),
            bucket: Bucket::of(&order.user_id).number(),
            user_id: order.user_id.as_str(),
            activity_id: order.activity_id.as_str(),
            sku: order.sku.as_str(),
            draws: order.draws,
            source,
            source_key,
            created_at: millis(order.created_at),
            epoch: epoch.0,
        }
    }
}

#[derive(FromRow)]
struct EarlierRow {
    number: i64,
    #[sqlx(flatten)]
    order: OrderRow,
}

/// Tells what becomes of each grant, and which orders are to be written.
pub(super) async fn judge<'a>(
    tx: &mut SqliteConnection,
    recharges: &'a [NewRecharge],
) -> Tried<(Vec<Recharged>, Vec<&'a RechargeOrder>)> {
    let batch: Vec<_> = recharges.iter().map(|new| OrderJson::of(&new.order, new.epoch)).collect();
    let batch = json(&batch)?;
    let rows: Vec<EarlierRow> = sqlx::query_as(
        r"SELECT batch.key AS number, live_recharge_order.*
            FROM json_each(?1) AS batch
           CROSS JOIN live_recharge_order
              ON live_recharge_order.user_id = batch.value ->> 'user_id'
             AND live_recharge_order.activity_id = batch.value ->> 'activity_id'
             AND live_recharge_order.source = batch.value ->> 'source'
             AND live_recharge_order.source_key = batch.value ->> 'source_key'",
    )
    .bind(&batch)
    .fetch_all(&mut *tx)
    .await?;
    let stale: HashSet<i64> = sqlx::query_scalar(
        r"SELECT batch.key
            FROM json_each(?1) AS batch
            LEFT JOIN stock_epoch
              ON stock_epoch.activity_id = batch.value ->> 'activity_id'
           WHERE stock_epoch.epoch IS NOT batch.value ->> 'epoch'
              OR EXISTS (SELECT 1
                           FROM recharge_order
                          WHERE recharge_order.recharge_order_id = batch.value ->> 'recharge_order_id'
                            AND recharge_order.void = 1)",
    )
    .bind(&batch)
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();

    let not_open: HashSet<i64> = sqlx::query_scalar(
        r"SELECT batch.key
            FROM json_each(?1) AS batch
            LEFT JOIN activity
              ON activity.activity_id = batch.value ->> 'activity_id'
           WHERE activity.state IS NOT 'open'",
    )
    .bind(&batch)
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();

    let full: HashSet<i64> = sqlx::query_scalar(
        r"SELECT batch.key
            FROM json_each(?1) AS batch
            JOIN quota
              ON quota.user_id = batch.value ->> 'user_id'
             AND quota.activity_id = batch.value ->> 'activity_id'
           WHERE quota.granted + (batch.value ->> 'draws') > 4294967295",
    )
    .bind(&batch)
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();

    let mut earlier: HashMap<i64, RechargeOrder> = HashMap::new();
    for row in &rows {
        earlier.insert(row.number, row.order.read()?);
    }
    let (mut answers, mut orders) = (Vec::new(), Vec::new());
    // A batch gathers concurrent callers: two of them may carry the same source.
    let mut in_batch: HashMap<_, &RechargeOrder> = HashMap::new();
    for (number, new) in (0_i64..).zip(recharges) {
        let order = &new.order;
        let source = (&order.user_id, &order.activity_id, &order.source);
        let answer = match (earlier.remove(&number), in_batch.get(&source)) {
            (Some(first), _) => Recharged::Earlier(first),
            (None, Some(first)) => Recharged::Earlier(RechargeOrder::clone(first)),
            (None, None) if stale.contains(&number) => Recharged::Stale,
            (None, None) if not_open.contains(&number) => Recharged::NotOpen,
            (None, None) if full.contains(&number) => Recharged::Full,
            (None, None) => {
                in_batch.insert(source, order);
                orders.push(order);
                Recharged::Committed
            }
        };
        answers.push(answer);
    }
    Ok((answers, orders))
}

/// Writes orders whose source was not used before, and grants their draws. Gives how many were new.
pub(super) async fn grant(tx: &mut SqliteConnection, orders: &[&RechargeOrder]) -> Tried<usize> {
    let batch: Vec<_> = orders.iter().map(|order| OrderJson::of(order, Epoch(0))).collect();
    let new: HashSet<String> = sqlx::query_scalar(
        r"INSERT INTO recharge_order (recharge_order_id, bucket, user_id, activity_id, sku, draws, source, source_key,
                                      created_at)
          SELECT value ->> 'recharge_order_id', value ->> 'bucket', value ->> 'user_id', value ->> 'activity_id',
                 value ->> 'sku', value ->> 'draws', value ->> 'source', value ->> 'source_key',
                 value ->> 'created_at'
            FROM json_each(?1)
           WHERE TRUE
          ON CONFLICT (user_id, activity_id, source, source_key) WHERE void = 0 DO NOTHING
          RETURNING recharge_order_id",
    )
    .bind(json(&batch)?)
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();
    let granted: Vec<_> = batch.iter().filter(|order| new.contains(&order.recharge_order_id)).collect();
    sqlx::query(
        r"INSERT INTO quota (user_id, activity_id, bucket, granted, used)
          SELECT value ->> 'user_id', value ->> 'activity_id', value ->> 'bucket', SUM(value ->> 'draws'), 0
            FROM json_each(?1)
           WHERE TRUE
           GROUP BY value ->> 'user_id', value ->> 'activity_id'
          ON CONFLICT (user_id, activity_id) DO UPDATE
             SET granted = granted + excluded.granted",
    )
    .bind(json(&granted)?)
    .execute(&mut *tx)
    .await?;
    Ok(granted.len())
}
