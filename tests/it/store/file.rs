//! What depends on the store being one SQLite file.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::quota::Quota;
use big_market::store::Store;
use big_market::store::draws::DrawGroup;
use big_market::store::sqlite::SqliteStore;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::support::rows::{OpenActivity, points, user};

#[tokio::test]
async fn a_closed_store_is_one_file_that_opens_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("made/on/demand/store.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, 2).await.unwrap());
    store.migrate().await.unwrap();
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &[points(1)]).await;
    store.close().await;
    let files: Vec<_> = path.parent().unwrap().read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["store.db"]);

    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, 2).await.unwrap());
    store.migrate().await.unwrap();
    assert_eq!(store.draw(draws[0].draw.draw_id).await.unwrap().unwrap().draw, draws[0].draw);
}

#[tokio::test]
async fn a_failed_batch_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, 2).await.unwrap());
    store.migrate().await.unwrap();
    let open = OpenActivity::publish(&store, "a").await;
    let quota = Quota { granted: 1, ..Quota::default() };
    let groups: Vec<DrawGroup> =
        ["ann", "bob"].map(|name| open.group(&user(name), "r", quota, &[PrizeValue::Goods])).into();
    for group in &groups {
        open.grant(&group.user_id, "g", 1).await;
    }
    // The last statement of the transaction fails for one of the two.
    let bob = groups[1].draws[0].outbox_id.unwrap().ulid();
    let trigger = format!(
        "CREATE TRIGGER full BEFORE INSERT ON outbox WHEN new.outbox_id = '{bob}'
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    );
    let mut connection = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&mut connection).await.unwrap();

    let fault = store.record_draws(&groups).await.unwrap_err();
    assert!(fault.to_string().starts_with("could not record draws: "), "{fault}");
    for group in &groups {
        assert_eq!(open.quota(&group.user_id).await.used, 0);
        assert_eq!(store.draw(group.draws[0].draw.draw_id).await.unwrap(), None);
    }
    assert_eq!(store.award_violations(9).await.unwrap(), []);
}

#[tokio::test]
async fn one_user_twice_in_a_batch_is_a_fault_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&directory.path().join("store.db"), 2).await.unwrap());
    store.migrate().await.unwrap();
    let open = OpenActivity::publish(&store, "a").await;
    open.grant(&user("ann"), "g", 9).await;
    let quota = open.quota(&user("ann")).await;
    let groups = ["r", "s"].map(|request_id| open.group(&user("ann"), request_id, quota, &[points(1)]));
    assert!(store.record_draws(&groups).await.is_err());
    assert_eq!(open.quota(&user("ann")).await, quota);
}
