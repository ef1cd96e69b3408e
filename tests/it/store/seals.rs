//! Sealing a day on Postgres while draws keep coming.

use std::sync::Arc;
use std::time::Duration;

use big_market::store::Store;
use big_market::store::draws::Recorded;
use big_market::store::postgres::PostgresStore;
use sqlx::{Connection, PgConnection};

use crate::support::postgres_server::Database;
use crate::support::rows::{OpenActivity, points, user};

/// How long the test waits for what is bound to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns once so many transactions of this database wait for another.
async fn waiting(watcher: &mut PgConnection, wanted: i64) {
    let look = async {
        loop {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT COUNT(*)
                   FROM pg_stat_activity
                  WHERE datname = current_database()
                    AND wait_event_type = 'Lock'",
            )
            .fetch_one(&mut *watcher)
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seal_comes_before_draws_that_came_later() {
    let database = Database::fresh().await;
    let store: Arc<dyn Store> = Arc::new(PostgresStore::open(&database.url, 8).await.unwrap());
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 1).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[points(1)]);
    // A draw that is being recorded relies on the row.
    let mut earlier = PgConnection::connect(&database.url).await.unwrap();
    let mut watcher = PgConnection::connect(&database.url).await.unwrap();
    sqlx::query("BEGIN").execute(&mut earlier).await.unwrap();
    sqlx::query("SELECT state FROM activity WHERE activity_id = 'a' FOR SHARE").execute(&mut earlier).await.unwrap();

    let (sealing, activity_id, before) = (store.clone(), open.activity_id.clone(), open.day.plus(1));
    let sealed = tokio::spawn(async move { sealing.seal_days(&activity_id, before).await.unwrap() });
    waiting(&mut watcher, 1).await;
    // This one could share the row with the earlier one, and the next with it, and the seal would wait for them all.
    let recording = store.clone();
    let recorded = tokio::spawn(async move { recording.record_draws(&[group]).await.unwrap() });
    waiting(&mut watcher, 2).await;
    sqlx::query("COMMIT").execute(&mut earlier).await.unwrap();

    assert_eq!(sealed.await.unwrap(), open.day.plus(1));
    assert_eq!(recorded.await.unwrap(), [Recorded::DayOver]);
}
