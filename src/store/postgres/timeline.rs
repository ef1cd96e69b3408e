//! Everything of one user in Postgres, of one snapshot.
//!
//! The timeline is one list of ids from several sources; another kind of item is one more source of ids and one more loader. What
//! an item caused is told with it and is no item of its own, so every order and every entry is told once.

use std::collections::HashMap;

use sqlx::PgConnection;
use ulid::Ulid;
use uuid::Uuid;

use super::behaviours::BehaviourRow;
use super::redemptions::RedemptionRow;
use super::rows::OrderRow;
use super::stories::read_stories;
use super::{PostgresStore, Tried, before, points, uuid};
use crate::domain::behaviour::Behaviour;
use crate::domain::draw::{RechargeOrder, RechargeSource};
use crate::domain::id::{RedemptionId, UserId};
use crate::domain::ledger::{Account, Entry};
use crate::domain::redemption::RedemptionOrder;
use crate::domain::story::{BehaviourStory, RedemptionStory, TimelineFilter, TimelineItem, TimelineKind};
use crate::store::Page;

impl PostgresStore {
    /// Of kinds that are not wanted nothing is read: their part of the statement is decided before it begins.
    pub(super) async fn read_timeline(
        &self,
        user_id: &UserId,
        filter: &TimelineFilter,
        page: &Page<Ulid>,
    ) -> Tried<Vec<TimelineItem>> {
        let mut tx = self.snapshot().await?;
        let ids: Vec<(Uuid, String)> = sqlx::query_as(
            r"SELECT id, kind
                FROM (SELECT id, kind
                        FROM (SELECT draw_id AS id, 'draw' AS kind
                                FROM draw
                               WHERE NOT void
                                 AND user_id = $1
                                 AND draw_id < $2
                                 AND draw_id >= $5
                                 AND ($6::text IS NULL OR $6 = 'draw')
                               ORDER BY draw_id DESC
                               LIMIT $3) AS draws
                       UNION ALL
                      SELECT id, kind
                        FROM (SELECT redemption_id AS id, 'redemption' AS kind
                                FROM redemption_order
                               WHERE user_id = $1
                                 AND redemption_id < $2
                                 AND redemption_id >= $5
                                 AND ($6::text IS NULL OR $6 = 'redemption')
                               ORDER BY redemption_id DESC
                               LIMIT $3) AS redemptions
                       UNION ALL
                      SELECT id, kind
                        FROM (SELECT behaviour_id AS id, 'behaviour' AS kind
                                FROM behaviour
                               WHERE user_id = $1
                                 AND behaviour_id < $2
                                 AND behaviour_id >= $5
                                 AND ($6::text IS NULL OR $6 = 'behaviour')
                               ORDER BY behaviour_id DESC
                               LIMIT $3) AS behaviours
                       UNION ALL
                      SELECT id, kind
                        FROM (SELECT recharge_order_id AS id, 'recharge' AS kind
                                FROM recharge_order
                               WHERE NOT void
                                 AND source <> 'award'
                                 AND source NOT IN ('redemption', 'rebate')
                                 AND user_id = $1
                                 AND recharge_order_id < $2
                                 AND recharge_order_id >= $5
                                 AND ($6::text IS NULL OR $6 = 'recharge')
                               ORDER BY recharge_order_id DESC
                               LIMIT $3) AS orders
                       UNION ALL
                      SELECT id, kind
                        FROM (SELECT entry.transfer_id AS id, 'points' AS kind
                                FROM entry
                                JOIN transfer ON transfer.transfer_id = entry.transfer_id
                               WHERE entry.account_id = $4
                                 AND entry.transfer_id < $2
                                 AND entry.transfer_id >= $5
                                 AND ($6::text IS NULL OR $6 = 'points')
                                 AND transfer.reason NOT IN ('award', 'redemption', 'rebate')
                                 AND NOT (transfer.reason = 'reversal' AND substr(transfer.key, 1, 4) = 'rdm_')
                               ORDER BY entry.transfer_id DESC
                               LIMIT $3) AS entries) AS items
               ORDER BY id DESC
               LIMIT $3",
        )
        .bind(user_id.as_str())
        .bind(before(filter.beyond(page.after)))
        .bind(i64::from(page.limit))
        .bind(Account::User(user_id.clone()).key())
        .bind(uuid(filter.least()))
        .bind(filter.kind.map(TimelineKind::as_str))
        .fetch_all(&mut *tx)
        .await?;
        let of_kind =
            |kind: &str| -> Vec<Uuid> { ids.iter().filter(|(_, its)| its == kind).map(|(id, _)| *id).collect() };
        let draws = read_stories(&mut tx, &of_kind("draw")).await?;
        let redemptions = read_redemptions(&mut tx, user_id, &of_kind("redemption")).await?;
        let behaviours = read_behaviours(&mut tx, user_id, &of_kind("behaviour")).await?;
        let orders = read_orders(&mut tx, &of_kind("recharge")).await?;
        let entries = read_entries(&mut tx, user_id, &of_kind("points")).await?;
        tx.rollback().await?;
        let mut items: Vec<_> = draws.into_iter().map(|story| TimelineItem::Draw(Box::new(story))).collect();
        items.extend(redemptions.into_iter().map(|story| TimelineItem::Redemption(Box::new(story))));
        items.extend(behaviours.into_iter().map(|story| TimelineItem::Behaviour(Box::new(story))));
        items.extend(orders.into_iter().map(TimelineItem::Recharge));
        items.extend(entries.into_iter().map(TimelineItem::Points));
        items.sort_unstable_by_key(|item| std::cmp::Reverse(item.ulid()));
        Ok(items)
    }
}

/// These exchanges of a user, with the points and draws they moved, there and back.
async fn read_redemptions(tx: &mut PgConnection, user_id: &UserId, ids: &[Uuid]) -> Tried<Vec<RedemptionStory>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<RedemptionRow> = sqlx::query_as(
        r"SELECT *
            FROM redemption_order
           WHERE redemption_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    let exchanges = rows.iter().map(RedemptionRow::read).collect::<Tried<Vec<RedemptionOrder>>>()?;
    let keys: Vec<_> = exchanges.iter().map(|order| order.redemption_id).collect();
    let order_ids: Vec<_> = exchanges.iter().map(|order| uuid(order.recharge_order_id.ulid())).collect();
    let mut entries = read_redeemed_entries(&mut *tx, user_id, &keys).await?;
    let mut orders: HashMap<_, Vec<_>> = HashMap::new();
    for order in read_orders(&mut *tx, &order_ids).await? {
        orders.entry(order.recharge_order_id).or_default().push(order);
    }
    let stories = exchanges.into_iter().map(|order| RedemptionStory {
        entries: entries.remove(&order.redemption_id.to_string()).unwrap_or_default(),
        orders: orders.remove(&order.recharge_order_id).unwrap_or_default(),
        order,
    });
    Ok(stories.collect())
}

/// The user's lines that each exchange caused, by its id.
async fn read_redeemed_entries(
    tx: &mut PgConnection,
    user_id: &UserId,
    ids: &[RedemptionId],
) -> Tried<HashMap<String, Vec<Entry>>> {
    let keys: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let rows: Vec<points::EntryRow> = sqlx::query_as(
        r"SELECT entry.transfer_id, entry.amount, entry.balance, transfer.reason, transfer.key, transfer.note,
                 transfer.created_at
            FROM UNNEST($1::text[]) AS cause (key)
            JOIN transfer
              ON transfer.reason IN ('redemption', 'reversal')
             AND transfer.key = cause.key
            JOIN entry
              ON entry.transfer_id = transfer.transfer_id
             AND entry.account_id = $2
           ORDER BY entry.transfer_id",
    )
    .bind(keys)
    .bind(Account::User(user_id.clone()).key())
    .fetch_all(tx)
    .await?;
    let mut entries: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let entry = row.read()?;
        entries.entry(entry.key.clone()).or_default().push(entry);
    }
    Ok(entries)
}

/// These behaviours of a user, with the points and draws they earned.
async fn read_behaviours(tx: &mut PgConnection, user_id: &UserId, ids: &[Uuid]) -> Tried<Vec<BehaviourStory>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<BehaviourRow> = sqlx::query_as(
        r"SELECT *
            FROM behaviour
           WHERE behaviour_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    let behaviours = rows.iter().map(BehaviourRow::read).collect::<Tried<Vec<Behaviour>>>()?;
    let keys: Vec<String> = behaviours.iter().map(|one| one.behaviour_id.to_string()).collect();
    let activity_ids: Vec<&str> = behaviours.iter().map(|one| one.activity_id.as_str()).collect();
    let mut entries = read_rebated_entries(&mut *tx, user_id, &keys).await?;
    let mut orders = read_rebated_orders(&mut *tx, user_id, &keys, &activity_ids).await?;
    let stories = behaviours.into_iter().map(|behaviour| BehaviourStory {
        entries: entries.remove(&behaviour.behaviour_id.to_string()).unwrap_or_default(),
        orders: orders.remove(&behaviour.behaviour_id.to_string()).unwrap_or_default(),
        behaviour,
    });
    Ok(stories.collect())
}

/// The user's lines that each behaviour earned, by its id. Their keys are the id, a slash and a part: all that sort between the
/// slash and the character after it.
async fn read_rebated_entries(
    tx: &mut PgConnection,
    user_id: &UserId,
    keys: &[String],
) -> Tried<HashMap<String, Vec<Entry>>> {
    let rows: Vec<points::EntryRow> = sqlx::query_as(
        r"SELECT entry.transfer_id, entry.amount, entry.balance, transfer.reason, transfer.key, transfer.note,
                 transfer.created_at
            FROM UNNEST($1::text[]) AS cause (key)
            JOIN transfer
              ON transfer.reason = 'rebate'
             AND transfer.key > cause.key || '/'
             AND transfer.key < cause.key || '0'
            JOIN entry
              ON entry.transfer_id = transfer.transfer_id
             AND entry.account_id = $2
           ORDER BY entry.transfer_id",
    )
    .bind(keys)
    .bind(Account::User(user_id.clone()).key())
    .fetch_all(tx)
    .await?;
    let mut entries: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let entry = row.read()?;
        let (behaviour_id, _) = entry.key.split_once('/').ok_or("a rebate without its part")?;
        entries.entry(behaviour_id.to_owned()).or_default().push(entry);
    }
    Ok(entries)
}

/// The grants that each behaviour earned in its activity, by its id.
async fn read_rebated_orders(
    tx: &mut PgConnection,
    user_id: &UserId,
    keys: &[String],
    activity_ids: &[&str],
) -> Tried<HashMap<String, Vec<RechargeOrder>>> {
    let rows: Vec<OrderRow> = sqlx::query_as(
        r"SELECT live_recharge_order.*
            FROM UNNEST($1::text[], $3::text[]) AS cause (key, activity_id)
            JOIN live_recharge_order
              ON live_recharge_order.user_id = $2
             AND live_recharge_order.activity_id = cause.activity_id
             AND live_recharge_order.source = 'rebate'
             AND live_recharge_order.source_key > cause.key || '/'
             AND live_recharge_order.source_key < cause.key || '0'
           ORDER BY live_recharge_order.recharge_order_id",
    )
    .bind(keys)
    .bind(user_id.as_str())
    .bind(activity_ids)
    .fetch_all(tx)
    .await?;
    let mut orders: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let order = row.read()?;
        let RechargeSource::Rebate { behaviour_id, .. } = order.source else {
            return Err(format!("{} is of no behaviour", order.recharge_order_id).into());
        };
        orders.entry(behaviour_id.to_string()).or_default().push(order);
    }
    Ok(orders)
}

/// These orders.
async fn read_orders(tx: &mut PgConnection, ids: &[Uuid]) -> Tried<Vec<RechargeOrder>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<OrderRow> = sqlx::query_as(
        r"SELECT live_recharge_order.*
            FROM live_recharge_order
           WHERE recharge_order_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    rows.iter().map(OrderRow::read).collect()
}

/// A user's lines of these transfers.
async fn read_entries(tx: &mut PgConnection, user_id: &UserId, ids: &[Uuid]) -> Tried<Vec<Entry>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<points::EntryRow> = sqlx::query_as(
        r"SELECT entry.transfer_id, entry.amount, entry.balance, transfer.reason, transfer.key, transfer.note,
                 transfer.created_at
            FROM entry
            JOIN transfer ON transfer.transfer_id = entry.transfer_id
           WHERE entry.account_id = $1
             AND entry.transfer_id = ANY($2)",
    )
    .bind(Account::User(user_id.clone()).key())
    .bind(ids)
    .fetch_all(tx)
    .await?;
    rows.iter().map(points::EntryRow::read).collect()
}
