//! Grants of quota in Postgres: by request, and by awards of draws.

use std::collections::{HashMap, HashSet};

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::rows::OrderRow;
use super::{Tried, bucket, catalog, column, uuid};
use crate::domain::bucket::Bucket;
use crate::domain::draw::RechargeOrder;
use crate::store::draws::{NewRecharge, Recharged};

#[derive(FromRow)]
struct EarlierRow {
    number: i64,
    #[sqlx(flatten)]
    order: OrderRow,
}

/// Tells what becomes of each grant, and which orders are to be written. The caller has the users of all to itself; what it
/// says stays true until the transaction ends, but that a claim may be ended: then the write fails, see
/// [`super::stock::was_voided`].
pub(super) async fn judge<'a>(
    tx: &mut PgConnection,
    recharges: &'a [NewRecharge],
) -> Tried<(Vec<Recharged>, Vec<&'a RechargeOrder>)> {
    let held = catalog::hold(&mut *tx, recharges.iter().map(|new| &new.order.activity_id)).await?;
    let mut earlier = earlier(&mut *tx, recharges).await?;
    let void: HashSet<Uuid> = sqlx::query_scalar(
        r"SELECT recharge_order_id
            FROM recharge_order
           WHERE recharge_order_id = ANY($1)
             AND void",
    )
    .bind(column(recharges, |new| uuid(new.order.recharge_order_id.ulid())))
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();
    let full: HashSet<i64> = sqlx::query_scalar(
        r"SELECT batch.number
            FROM UNNEST($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY
              AS batch (user_id, activity_id, draws, number)
            JOIN quota
              ON quota.user_id = batch.user_id
             AND quota.activity_id = batch.activity_id
           WHERE quota.granted + batch.draws > 4294967295",
    )
    .bind(column(recharges, |new| new.order.user_id.as_str()))
    .bind(column(recharges, |new| new.order.activity_id.as_str()))
    .bind(column(recharges, |new| i64::from(new.order.draws)))
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();

    let (mut answers, mut orders) = (Vec::new(), Vec::new());
    // A batch gathers concurrent callers: two of them may carry the same source.
    let mut in_batch: HashMap<_, &RechargeOrder> = HashMap::new();
    for (number, new) in (1_i64..).zip(recharges) {
        let order = &new.order;
        let source = (&order.user_id, &order.activity_id, &order.source);
        let activity = held.get(order.activity_id.as_str()).filter(|activity| activity.epoch() == new.epoch);
        let answer = match (earlier.remove(&number), in_batch.get(&source), activity) {
            (Some(first), ..) => Recharged::Earlier(first),
            (None, Some(first), _) => Recharged::Earlier(RechargeOrder::clone(first)),
            (None, None, None) => Recharged::Stale,
            (None, None, Some(_)) if void.contains(&uuid(order.recharge_order_id.ulid())) => Recharged::Stale,
            (None, None, Some(activity)) if !activity.is_open() => Recharged::NotOpen,
            (None, None, Some(_)) if full.contains(&number) => Recharged::Full,
            (None, None, Some(_)) => {
                in_batch.insert(source, order);
                orders.push(order);
                Recharged::Committed
            }
        };
        answers.push(answer);
    }
    Ok((answers, orders))
}

/// Orders that the sources of these grants made before, by the number of the grant, from 1.
async fn earlier(tx: &mut PgConnection, recharges: &[NewRecharge]) -> Tried<HashMap<i64, RechargeOrder>> {
    let sources = column(recharges, |new| new.order.source.parts());
    let rows: Vec<EarlierRow> = sqlx::query_as(
        r"SELECT batch.number, live_recharge_order.*
            FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
              AS batch (user_id, activity_id, source, source_key, number)
            JOIN live_recharge_order
              ON live_recharge_order.user_id = batch.user_id
             AND live_recharge_order.activity_id = batch.activity_id
             AND live_recharge_order.source = batch.source
             AND live_recharge_order.source_key = batch.source_key",
    )
    .bind(column(recharges, |new| new.order.user_id.as_str()))
    .bind(column(recharges, |new| new.order.activity_id.as_str()))
    .bind(column(&sources, |(source, _)| *source))
    .bind(column(&sources, |(_, key)| key.as_str()))
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(|row| Ok((row.number, row.order.read()?))).collect()
}

/// Writes orders whose source was not used before, in the order of their keys, and grants their draws. Gives how many were new.
/// The caller has the users of all to itself.
pub(super) async fn grant(tx: &mut PgConnection, orders: &[&RechargeOrder]) -> Tried<usize> {
    if orders.is_empty() {
        return Ok(0);
    }
    let sources = column(orders, |order| order.source.parts());
    let new: HashSet<Uuid> = sqlx::query_scalar(
        r"INSERT INTO recharge_order (recharge_order_id, bucket, user_id, activity_id, sku, draws, source, source_key,
                                      created_at)
          SELECT recharge_order_id, bucket, user_id, activity_id, sku, draws, source, source_key, created_at
            FROM UNNEST($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
                        $8::text[], $9::timestamptz[])
              AS batch (recharge_order_id, bucket, user_id, activity_id, sku, draws, source, source_key, created_at)
           ORDER BY recharge_order_id
          ON CONFLICT (user_id, activity_id, source, source_key) WHERE NOT void DO NOTHING
          RETURNING recharge_order_id",
    )
    .bind(column(orders, |order| uuid(order.recharge_order_id.ulid())))
    .bind(column(orders, |order| bucket(Bucket::of(&order.user_id))))
    .bind(column(orders, |order| order.user_id.as_str()))
    .bind(column(orders, |order| order.activity_id.as_str()))
    .bind(column(orders, |order| order.sku.as_str()))
    .bind(column(orders, |order| i64::from(order.draws)))
    .bind(column(&sources, |(source, _)| *source))
    .bind(column(&sources, |(_, key)| key.as_str()))
    .bind(column(orders, |order| order.created_at))
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .collect();
    let granted: Vec<_> = orders.iter().filter(|order| new.contains(&uuid(order.recharge_order_id.ulid()))).collect();
    sqlx::query(
        r"INSERT INTO quota (user_id, activity_id, bucket, granted, used)
          SELECT user_id, activity_id, MIN(bucket), SUM(draws)::bigint, 0
            FROM UNNEST($1::text[], $2::text[], $3::smallint[], $4::bigint[])
              AS batch (user_id, activity_id, bucket, draws)
           GROUP BY user_id, activity_id
          ON CONFLICT (user_id, activity_id) DO UPDATE
             SET granted = quota.granted + excluded.granted",
    )
    .bind(column(&granted, |order| order.user_id.as_str()))
    .bind(column(&granted, |order| order.activity_id.as_str()))
    .bind(column(&granted, |order| bucket(Bucket::of(&order.user_id))))
    .bind(column(&granted, |order| i64::from(order.draws)))
    .execute(&mut *tx)
    .await?;
    Ok(granted.len())
}
