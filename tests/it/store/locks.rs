//! Who waits for whom on Postgres: each transaction of a race is stopped where it matters by one of the test's own.

use std::sync::Arc;
use std::time::Duration;

use big_market::domain::id::{RechargeOrderId, Version};
use big_market::domain::stock::Epoch;
use big_market::store::Store;
use big_market::store::catalog::{Published, StockShort};
use big_market::store::draws::{Recharged, Recorded};
use big_market::store::postgres::PostgresStore;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::support::postgres_server::Database;
use crate::support::rows::{OpenActivity, award_item, mint, new_version, points, recharge, sku_item, user};

/// How long a test waits for what is bound to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A store with an activity, and two connections beside it: one that holds what others want, one that watches.
struct Race {
    store: Arc<dyn Store>,
    open: OpenActivity,
    holder: PgConnection,
    watcher: PgConnection,
    _database: Database,
}

impl Race {
    async fn begin() -> Self {
        let database = Database::fresh().await;
        let store: Arc<dyn Store> = Arc::new(PostgresStore::open(&database.url, 8).await.unwrap());
        let open = OpenActivity::publish(&store, "a").await;
        let mut holder = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query("BEGIN").execute(&mut holder).await.unwrap();
        let watcher = PgConnection::connect(&database.url).await.unwrap();
        Self { store, open, holder, watcher, _database: database }
    }

    /// Relies on the epoch, as a transaction that records does.
    async fn hold_epoch(&mut self) {
        let statement = "SELECT epoch FROM stock_epoch WHERE activity_id = $1 FOR SHARE";
        sqlx::query(statement).bind(self.open.activity_id.as_str()).execute(&mut self.holder).await.unwrap();
    }

    /// Returns once so many transactions wait for another.
    async fn waiting(&mut self, wanted: i64) {
        let look = async {
            loop {
                let waiting: i64 = sqlx::query_scalar(
                    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                )
                .fetch_one(&mut self.watcher)
                .await
                .unwrap();
                if waiting == wanted {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("somebody did not wait");
    }

    async fn let_go(&mut self) {
        sqlx::query("COMMIT").execute(&mut self.holder).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draw_whose_claim_ends_under_its_judgement_moves_and_others_commit() {
    let mut race = Race::begin().await;
    let (ann, bob) = (user("ann"), user("bob"));
    let mut groups = Vec::new();
    for user_id in [&ann, &bob] {
        race.open.grant(user_id, "g", 1).await;
        groups.push(race.open.group(user_id, "r", race.open.quota(user_id).await, &[points(1)]));
    }
    let void = "INSERT INTO draw (draw_id, bucket, void, drawn_at) VALUES ($1, 0, TRUE, now())";
    let draw_id = Uuid::from_u128(groups[0].draws[0].draw.draw_id.ulid().into());
    sqlx::query(void).bind(draw_id).execute(&mut race.holder).await.unwrap();
    let store = race.store.clone();
    let recorded = tokio::spawn(async move { store.record_draws(&groups).await.unwrap() });
    race.waiting(1).await;
    race.let_go().await;
    assert_eq!(recorded.await.unwrap(), [Recorded::Moved, Recorded::Committed]);
    assert_eq!((race.open.quota(&ann).await.used, race.open.quota(&bob).await.used), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_claim_ends_under_its_judgement_is_stale() {
    let mut race = Race::begin().await;
    let ann = user("ann");
    let new = recharge(&ann, &race.open.activity_id, "g", 3);
    let void = "INSERT INTO recharge_order (recharge_order_id, bucket, void, created_at) VALUES ($1, 0, TRUE, now())";
    let order_id = Uuid::from_u128(new.order.recharge_order_id.ulid().into());
    sqlx::query(void).bind(order_id).execute(&mut race.holder).await.unwrap();
    let store = race.store.clone();
    let recharged = tokio::spawn(async move { store.record_recharges(&[new]).await.unwrap() });
    race.waiting(1).await;
    race.let_go().await;
    assert_eq!(recharged.await.unwrap(), [Recharged::Stale]);
    assert_eq!(race.open.quota(&ann).await.granted, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_changes_an_activity_comes_before_draws_that_came_later() {
    let mut race = Race::begin().await;
    let ann = user("ann");
    race.open.grant(&ann, "g", 1).await;
    let group = race.open.group(&ann, "r", race.open.quota(&ann).await, &[points(1)]);
    race.hold_epoch().await;
    let (store, activity_id) = (race.store.clone(), race.open.activity_id.clone());
    let raised = tokio::spawn(async move { store.raise_epoch(&activity_id, Epoch(1)).await.unwrap() });
    race.waiting(1).await;
    // Rows read to be relied on could be shared with this draw, and the next, and whoever wants to change them would starve.
    let store = race.store.clone();
    let recorded = tokio::spawn(async move { store.record_draws(&[group]).await.unwrap() });
    race.waiting(2).await;
    race.let_go().await;
    assert_eq!(raised.await.unwrap(), Some(Epoch(2)));
    assert_eq!(recorded.await.unwrap(), [Recorded::Stale]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publication_counts_what_commits_while_it_waits() {
    let mut race = Race::begin().await;
    let ann = user("ann");
    race.hold_epoch().await;
    let order_id = Uuid::from_u128(RechargeOrderId::from_ulid(mint(&ann)).ulid().into());
    sqlx::query(
        "INSERT INTO recharge_order (recharge_order_id, bucket, user_id, activity_id, sku, draws, source, source_key,
                                     created_at)
         VALUES ($1, 0, 'ann', $2, 'pack', 1, 'request', 'g', now())",
    )
    .bind(order_id)
    .bind(race.open.activity_id.as_str())
    .execute(&mut race.holder)
    .await
    .unwrap();
    let stock = [(award_item("car"), 10), (sku_item("pack"), 0)];
    let (store, new) = (race.store.clone(), new_version(&race.open.activity_id, "second", &stock));
    let published = tokio::spawn(async move { store.publish(&new).await.unwrap() });
    race.waiting(1).await;
    race.let_go().await;
    let short = StockShort { item: sku_item("pack"), total: 0, used: 1 };
    assert_eq!(published.await.unwrap(), Published::StockBelowUsed(vec![short]));
    assert_eq!(race.store.all_heads().await.unwrap()[0].version, Version(1));
}
