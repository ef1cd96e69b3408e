//! What migrations make of rows that were there before them.

use big_market::domain::points::Points;
use big_market::store::books::BookStore;
use big_market::store::ledger::{LedgerStore, Moved};
use big_market::store::sqlite::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::support::points::Saver;
use crate::support::rows::{at, user};

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
