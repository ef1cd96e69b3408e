//! What migrations make of rows that were there before them.

use big_market::domain::id::OutboxId;
use big_market::domain::outbox::Way;
use big_market::domain::points::Points;
use big_market::store::books::BookStore;
use big_market::store::ledger::{LedgerStore, Moved};
use big_market::store::outbox::{Lease, OutboxStore};
use big_market::store::sqlite::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::support::points::Saver;
use crate::support::rows::{at, change, user};

/// Two credits to ann and one to bob, as they were written before there were lots.
const BEFORE_LOTS: &str = "
    INSERT INTO account (account_id, bucket, balance) VALUES ('issuer', NULL, -350), ('user:ann', 401, 300), ('user:bob', 7, 50);
    INSERT INTO transfer (transfer_id, bucket, reason, key, created_at)
    VALUES ('01J9ZZZZZZZZZZZZZZZZZZZZZA', 401, 'award', 'a', 1000),
           ('01J9ZZZZZZZZZZZZZZZZZZZZZB', 7, 'award', 'b', 2000),
           ('01J9ZZZZZZZZZZZZZZZZZZZZZC', 401, 'award', 'c', 3000);
    INSERT INTO entry (transfer_id, account_id, bucket, amount, balance)
    VALUES ('01J9ZZZZZZZZZZZZZZZZZZZZZA', 'user:ann', 401, 100, 100), ('01J9ZZZZZZZZZZZZZZZZZZZZZA', 'issuer', 401, -100, -100),
           ('01J9ZZZZZZZZZZZZZZZZZZZZZB', 'user:bob', 7, 50, 50), ('01J9ZZZZZZZZZZZZZZZZZZZZZB', 'issuer', 7, -50, -150),
           ('01J9ZZZZZZZZZZZZZZZZZZZZZC', 'user:ann', 401, 200, 300), ('01J9ZZZZZZZZZZZZZZZZZZZZZC', 'issuer', 401, -200, -350);
";

#[tokio::test]
async fn what_users_held_before_there_were_lots_never_expires_and_can_be_spent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut connection = SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
    for migration in sqlx::migrate!("migrations/sqlite").iter() {
        if migration.version == 6 {
            sqlx::raw_sql(BEFORE_LOTS).execute(&mut connection).await.unwrap();
        }
        sqlx::raw_sql(AssertSqlSafe(migration.sql.as_str().to_owned())).execute(&mut connection).await.unwrap();
    }
    let store = std::sync::Arc::new(SqliteStore::open(&path, 1).await.unwrap());
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
    let ann = Saver { store: store.clone(), user_id: user("ann") };
    let holdings = ann.holdings().await;
    assert_eq!((holdings.balance, holdings.expiring), (Points::from_hundredths(300), vec![]));
    ann.earn("soon", 10, Some(at(60))).await;
    assert!(matches!(ann.try_spend("s", 290).await, Moved::Committed(_)));
    assert_eq!(ann.try_spend("t", 21).await, Moved::Short { balance: Points::from_hundredths(20) });
    assert_eq!(store.points(&user("bob")).await.unwrap(), Points::from_hundredths(50));
    ann.check().await;
}

/// Three webhooks that ann won before third parties could reserve: one was told, one waits, one is dead.
const BEFORE_RESERVATIONS: &str = "
    PRAGMA foreign_keys = OFF;
    INSERT INTO draw (draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day, used_before,
                      used_today_before, roll, reason, award_id, kind, award_record_id)
    SELECT '01J9ZZZZZZZZZZZZZZZZZZZZD' || value, 401, 'ann', 'a', 1, 'r', value, 1000, '2026-11-22', 0, 0, '00', '{}', 'prize', 'webhook',
           '01J9ZZZZZZZZZZZZZZZZZZZZA' || value
      FROM json_each('[1, 2, 3]');
    INSERT INTO award_record (award_record_id, draw_id, user_id, bucket, state, created_at, dispatch_at)
    SELECT '01J9ZZZZZZZZZZZZZZZZZZZZA' || value, '01J9ZZZZZZZZZZZZZZZZZZZZD' || value, 'ann', 401,
           CASE value WHEN 1 THEN 'dispatched' WHEN 2 THEN 'pending' ELSE 'dead' END, 1000, 1000
      FROM json_each('[1, 2, 3]');
    INSERT INTO outbox (outbox_id, award_record_id, user_id, bucket, state, run_at, due_at, wake_at, leases, attempts, created_at, ended_at)
    SELECT '01J9ZZZZZZZZZZZZZZZZZZZZE' || value, '01J9ZZZZZZZZZZZZZZZZZZZZA' || value, 'ann', 401,
           CASE value WHEN 3 THEN 'dead' ELSE 'pending' END, 1000, CASE value WHEN 3 THEN NULL ELSE 1000 END, 1000,
           CASE value WHEN 2 THEN 0 ELSE 1 END, 0, 1000, CASE value WHEN 3 THEN 1000 END
      FROM json_each('[1, 2, 3]');
";

#[tokio::test]
async fn what_was_told_before_there_were_reservations_was_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut connection = SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
    for migration in sqlx::migrate!("migrations/sqlite").iter() {
        if migration.description == "reservations" {
            sqlx::raw_sql(BEFORE_RESERVATIONS).execute(&mut connection).await.unwrap();
        }
        sqlx::raw_sql(AssertSqlSafe(migration.sql.as_str().to_owned())).execute(&mut connection).await.unwrap();
    }
    let store = SqliteStore::open(&path, 1).await.unwrap();
    let outbox_ids: Vec<OutboxId> =
        [1, 2, 3].map(|number| format!("out_01J9ZZZZZZZZZZZZZZZZZZZZE{number}").parse().unwrap()).into();
    store.redrive(outbox_ids[2], &change(5)).await.unwrap();
    let deliveries = store.lease_outbox(&Lease { outbox_ids, now: at(5), until: at(65) }).await.unwrap();
    let told: Vec<_> = deliveries.iter().map(|delivery| (delivery.way, delivery.round)).collect();
    assert_eq!(told, [(Some(Way::AtOnce), 1), (None, 1), (Some(Way::AtOnce), 2)]);
}
