//! Violations of codes, goods and recalls are planted once each, past all constraints, and must be named by their rows.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::coupon::CouponCode;
use big_market::domain::goods::{GoodsClaim, Recipient};
use big_market::domain::id::Name;
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::reconcile::Invariant;
use big_market::store::Store;
use big_market::store::draws::NewDraw;
use big_market::store::goods::Shipped;
use big_market::store::outbox::{Recall, Recalled};
use big_market::store::sqlite::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};
use tempfile::TempDir;

use crate::support::rows::{self, OpenActivity, activity, at, change, finish, lease, points, user};

/// Ann's awards, by the words that stand for their ids in what is planted.
const AWARDS: [&str; 6] = ["<coupon>", "<shipped>", "<claimed>", "<points back>", "<coupon back>", "<waiting>"];

/// What is changed behind the store's back, and all that must then be named.
struct Planted {
    sql: &'static str,
    found: &'static [(&'static str, &'static str)],
}

const PLANTED: [Planted; 22] = [
    Planted {
        sql: "UPDATE coupon_code SET code = 'other' WHERE code = 'a'",
        found: &[("award record award_<coupon>", "it is delivered and its winner was shown another code than its own")],
    },
    Planted {
        sql: "UPDATE award_record SET reference = NULL WHERE award_record_id = '<coupon>'",
        found: &[("award record award_<coupon>", "it is delivered and its winner was shown another code than its own")],
    },
    Planted {
        sql: "UPDATE coupon_code SET award_record_id = NULL, taken_at = NULL WHERE code = 'a';
              UPDATE coupon_pool SET taken = 0",
        found: &[("award record award_<coupon>", "it is delivered and has no code")],
    },
    Planted {
        sql: "DELETE FROM coupon_code WHERE code = 'a'; UPDATE coupon_pool SET total = 2, taken = 0",
        found: &[("award record award_<coupon>", "it is delivered and has no code")],
    },
    Planted {
        sql: "UPDATE award_record SET state = 'delivered', delivered_at = 1 WHERE award_record_id = '<waiting>';
              UPDATE outbox SET state = 'done', due_at = NULL, ended_at = 1 WHERE award_record_id = '<waiting>'",
        found: &[("award record award_<waiting>", "it is delivered and has no code")],
    },
    Planted {
        sql: "UPDATE coupon_code SET award_record_id = '<coupon back>', taken_at = 1 WHERE code = 'b';
              UPDATE coupon_pool SET taken = 2",
        found: &[("award record award_<coupon back>", "it is recalled and its code is not back in pool spring")],
    },
    Planted {
        sql: "UPDATE coupon_code SET award_record_id = '<coupon back>', taken_at = 1 WHERE code = 'b';
              UPDATE coupon_pool SET taken = 2; DELETE FROM outbox WHERE state = 'done'",
        found: &[("award record award_<coupon back>", "it is recalled and its code is not back in pool spring")],
    },
    Planted {
        sql: "UPDATE coupon_code SET pool = 'summer' WHERE code = 'a'; UPDATE coupon_pool SET total = 2, taken = 0;
              INSERT INTO coupon_pool VALUES ('summer', 1, 1)",
        found: &[(
            "award record award_<coupon>",
            "it is delivered and its code is of pool summer where its version names spring",
        )],
    },
    Planted {
        sql: "UPDATE coupon_code SET award_record_id = '<claimed>', taken_at = 1 WHERE code = 'b';
              UPDATE coupon_pool SET taken = 2",
        found: &[("coupon pool spring", "a code of it belongs to award_<claimed>, which is of the kind goods")],
    },
    Planted {
        sql: "UPDATE coupon_code SET award_record_id = 'nobody', taken_at = 1 WHERE code = 'b';
              UPDATE coupon_pool SET taken = 2",
        found: &[("coupon pool spring", "a code of it belongs to award_nobody, which is not there")],
    },
    Planted {
        sql: "UPDATE coupon_pool SET taken = 2",
        found: &[("coupon pool spring", "it counts 3 codes and 2 taken where there are 3 and 1")],
    },
    Planted {
        sql: "UPDATE coupon_pool SET total = 9",
        found: &[("coupon pool spring", "it counts 9 codes and 1 taken where there are 3 and 1")],
    },
    Planted {
        sql: "DELETE FROM coupon_pool",
        found: &[("coupon pool spring", "it counts 0 codes and 0 taken where there are 3 and 1")],
    },
    Planted {
        sql: "UPDATE goods_claim SET shipped_at = NULL, tracking = NULL",
        found: &[("goods claim of award_<shipped>", "it is not shipped and its award is delivered")],
    },
    Planted {
        sql: "UPDATE goods_claim SET shipped_at = 1, tracking = 'U' WHERE shipped_at IS NULL",
        found: &[("goods claim of award_<claimed>", "it is shipped and its award is pending")],
    },
    Planted {
        sql: "UPDATE goods_claim SET tracking = 'U' WHERE tracking IS NOT NULL",
        found: &[("goods claim of award_<shipped>", "it is shipped as U, its winner was told T")],
    },
    Planted {
        sql: "DELETE FROM goods_claim",
        found: &[("award record award_<shipped>", "it is delivered and nobody claimed its goods")],
    },
    Planted {
        sql: "UPDATE goods_claim SET user_id = 'bob' WHERE award_record_id = '<claimed>'",
        found: &[("goods claim of award_<claimed>", "it is of user bob, its award of user ann")],
    },
    Planted {
        sql: "UPDATE goods_claim SET award_record_id = '<waiting>' WHERE award_record_id = '<claimed>'",
        found: &[("goods claim of award_<waiting>", "its award is of the kind coupon")],
    },
    Planted {
        sql: "UPDATE goods_claim SET award_record_id = 'nobody' WHERE award_record_id = '<claimed>'",
        found: &[("goods claim of award_nobody", "its award is not there")],
    },
    Planted {
        sql: "UPDATE outbox SET state = 'pending', due_at = run_at, ended_at = NULL
               WHERE award_record_id = '<points back>'",
        found: &[("award record award_<points back>", "it is recalled and its work is pending")],
    },
    Planted {
        sql: "INSERT INTO transfer (transfer_id, bucket, reason, key, created_at)
              VALUES ('x', 1, 'award', 'award_<points back>', 1)",
        found: &[("award record award_<points back>", "it is recalled and its points are credited")],
    },
];

fn award_of(new: &NewDraw) -> String {
    new.draw.award_record_id.ulid().to_string()
}

/// Ann got a code and a parcel, claimed another, and waits for a second code; points and a third code were taken back. Gives the
/// ids of her awards in the order of [`AWARDS`].
async fn given() -> (Arc<dyn Store>, TempDir, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("store.db"), 1).await.unwrap();
    store.migrate().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let version = rows::with_coupons(rows::new_version(&activity("a"), "coupons", &[]), "spring");
    let open = OpenActivity::publish_version(&store, version).await;
    let (coupon, goods) = (PrizeValue::Coupon, PrizeValue::Goods);
    let prizes = [coupon.clone(), goods.clone(), goods, points(100), coupon.clone(), coupon];
    let draws = open.won(&user("ann"), &prizes).await;

    let pool = Name::new("spring").unwrap();
    let codes = ["a", "b", "c"].map(|code| CouponCode::new(code).unwrap());
    store.add_codes(&pool, &codes, at(0)).await.unwrap();
    for delivered in [&draws[0], &draws[4]] {
        store.take_code(&pool, delivered.draw.award_record_id, at(1)).await.unwrap().unwrap();
    }
    let delivery = lease(&store, &draws[..1], at(1)).await.remove(0);
    let outcome = AttemptOutcome::Delivered { reference: Some("a".into()), reply: None };
    store.finish_attempts(&[finish(&delivery, outcome)], at(2)).await.unwrap();
    for claimed in &draws[1..3] {
        let address = vec!["Way 1".into()];
        let claim = GoodsClaim {
            award_record_id: claimed.draw.award_record_id,
            user_id: user("ann"),
            recipient: Recipient { name: "Ann".into(), phone: "555".into(), address, note: None },
            claimed_at: at(2),
            shipment: None,
        };
        store.claim_goods(&claim).await.unwrap();
    }
    let shipped = store.ship_goods(draws[1].draw.award_record_id, "T", &change(3)).await.unwrap();
    assert!(matches!(shipped, Shipped::Sent(_)), "{shipped:?}");
    for recalled in &draws[3..5] {
        let recall = Recall { outbox_id: recalled.outbox_id.unwrap(), reason: "tests".into() };
        assert!(matches!(store.recall(&recall, &change(3)).await.unwrap(), Recalled::Done { .. }));
        store.put_back_codes(&[recalled.draw.award_record_id]).await.unwrap();
    }
    (store, directory, draws.iter().map(award_of).collect())
}

/// All that is found, sorted, as long after everything as it takes.
async fn found(store: &Arc<dyn Store>) -> Vec<(String, String)> {
    let mut found = store.award_violations(99).await.unwrap();
    found.extend(store.code_violations(at(99), 99).await.unwrap());
    found.extend(store.goods_violations(99).await.unwrap());
    assert!(found.iter().all(|violation| violation.invariant == Invariant::Awards), "{found:?}");
    let mut found: Vec<_> = found.into_iter().map(|violation| (violation.subject, violation.detail)).collect();
    found.sort();
    found
}

#[tokio::test]
async fn every_planted_violation_of_codes_goods_and_recalls_is_named() {
    for planted in &PLANTED {
        let (store, directory, ids) = given().await;
        assert_eq!(found(&store).await, [], "before {}", planted.sql);
        let with_ids =
            |text: &str| AWARDS.iter().zip(&ids).fold(text.to_owned(), |text, (word, id)| text.replace(word, id));
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("store.db"))
            .foreign_keys(false)
            .pragma("ignore_check_constraints", "on");
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(with_ids(planted.sql))).execute(&mut connection).await.unwrap();
        let expected: Vec<_> =
            planted.found.iter().map(|(subject, detail)| (with_ids(subject), with_ids(detail))).collect();
        assert_eq!(found(&store).await, expected, "{}", planted.sql);
        store.close().await;
    }
}

#[tokio::test]
async fn no_more_codes_and_claims_are_named_than_asked_for() {
    let (store, directory, _) = given().await;
    let options = SqliteConnectOptions::new().filename(directory.path().join("store.db"));
    let mut connection = options.connect().await.unwrap();
    let sql = "UPDATE coupon_pool SET total = 9; UPDATE award_record SET reference = 'x';
               UPDATE goods_claim SET user_id = 'bob'";
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    assert_eq!(
        (store.code_violations(at(99), 9).await.unwrap().len(), store.goods_violations(9).await.unwrap().len()),
        (2, 2)
    );
    assert_eq!(
        (store.code_violations(at(99), 1).await.unwrap().len(), store.goods_violations(1).await.unwrap().len()),
        (1, 1)
    );
}
