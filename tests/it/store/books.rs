//! Every violation that reconciliation looks for is planted once, past all constraints, and must be named.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::id::SkuId;
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::reconcile::{Invariant, Violation};
use big_market::domain::standing::Standing;
use big_market::domain::stock::Epoch;
use big_market::store::Store;
use big_market::store::draws::Recorded;

use super::ground::Ground;
use crate::support::points::Saver;
use crate::support::rows::{self, OpenActivity, activity, at, finish, lease, points, user};

/// What is changed behind the store's back, and how the row must then be named.
struct Planted {
    sql: &'static str,
    invariant: Invariant,
    subject: &'static str,
    detail: &'static str,
}

const PLANTED: [Planted; 31] = [
    Planted {
        sql: "UPDATE stock_item SET total = 0 WHERE kind = 'award'",
        invariant: Invariant::Stock,
        subject: "activity a award car",
        detail: "1 rows where the total is 0",
    },
    Planted {
        sql: "UPDATE stock_item SET total = 0 WHERE kind = 'sku'",
        invariant: Invariant::Stock,
        subject: "activity a sku pack",
        detail: "1 rows where the total is 0",
    },
    Planted {
        sql: "UPDATE quota SET used = used - 1",
        invariant: Invariant::Quota,
        subject: "user ann in activity a",
        detail: "used 4 by 5 draws",
    },
    Planted {
        sql: "UPDATE quota SET granted = granted + 1",
        invariant: Invariant::Quota,
        subject: "user ann in activity a",
        detail: "granted 8 by orders of 7",
    },
    Planted {
        sql: "UPDATE quota SET granted = 4; UPDATE recharge_order SET draws = 2",
        invariant: Invariant::Quota,
        subject: "user ann in activity a",
        detail: "used 5 by 5 draws",
    },
    Planted {
        sql: "DELETE FROM quota",
        invariant: Invariant::Quota,
        subject: "user ann in activity a",
        detail: "used 0 by 5 draws",
    },
    Planted {
        sql: "UPDATE quota_period SET used = 9 WHERE period = '2026-11-22'",
        invariant: Invariant::Quota,
        subject: "user ann in activity a in 2026-11-22",
        detail: "used 9 by 5 draws",
    },
    Planted {
        sql: "DELETE FROM quota_period WHERE period = '2026-11'",
        invariant: Invariant::Quota,
        subject: "user ann in activity a in 2026-11",
        detail: "used 0 by 5 draws",
    },
    Planted {
        sql: "INSERT INTO quota_period VALUES ('a', 'bob', '2026-11', 1, 2)",
        invariant: Invariant::Quota,
        subject: "user bob in activity a in 2026-11",
        detail: "used 2 by 0 draws",
    },
    Planted {
        sql: "UPDATE award_win SET won = 5",
        invariant: Invariant::Quota,
        subject: "user bob in activity limited",
        detail: "counted 5 wins of award car by 2 draws",
    },
    Planted {
        sql: "DELETE FROM award_win",
        invariant: Invariant::Quota,
        subject: "user bob in activity limited",
        detail: "counted 0 wins of award car by 2 draws",
    },
    Planted {
        sql: "INSERT INTO award_win VALUES ('ann', 'a', 'car', 1, 1)",
        invariant: Invariant::Quota,
        subject: "user ann in activity a",
        detail: "counted 1 wins of award car by 0 draws",
    },
    Planted {
        sql: "UPDATE campaign_version SET document = json_set(document, '$.awards[0].per_user', 1)
               WHERE activity_id = 'limited'",
        invariant: Invariant::Quota,
        subject: "draw draw_",
        detail: "it was decided from 1 wins of award car where there were 1 and the limit is 1",
    },
    Planted {
        sql: "UPDATE draw SET standing = NULL WHERE award_id = 'car'",
        invariant: Invariant::Quota,
        subject: "draw draw_",
        detail: "it was decided from 0 wins of award car where there were 1 and the limit is 2",
    },
    Planted {
        sql: "UPDATE draw SET standing = json_set(standing, '$.won.car', 3) WHERE kind = 'nothing' AND standing IS NOT NULL",
        invariant: Invariant::Quota,
        subject: "draw draw_",
        detail: "it was decided from 3 wins of award car where there were 2 and the limit is 2",
    },
    Planted {
        sql: "UPDATE entry SET amount = amount + 1 WHERE account_id LIKE 'issuer%'",
        invariant: Invariant::Ledger,
        subject: "transfer xfer_",
        detail: "its entries sum to 1 hundredths",
    },
    Planted {
        sql: "DELETE FROM entry",
        invariant: Invariant::Ledger,
        subject: "transfer xfer_",
        detail: "it has no entries",
    },
    Planted {
        sql: "UPDATE account SET balance = 99 WHERE account_id = 'user:ann'",
        invariant: Invariant::Ledger,
        subject: "account user:ann",
        detail: "its balance is 99 hundredths, its entries sum to 100",
    },
    Planted {
        sql: "UPDATE account SET balance = -1 WHERE account_id = 'user:ann'",
        invariant: Invariant::Ledger,
        subject: "account user:ann",
        detail: "below zero",
    },
    Planted {
        sql: "UPDATE account SET entries = 9 WHERE account_id = 'user:ann'",
        invariant: Invariant::Ledger,
        subject: "account user:ann",
        detail: "it counts 9 entries and has 1",
    },
    Planted {
        sql: "UPDATE point_lot SET remaining = 99 WHERE account_id = 'user:ann'",
        invariant: Invariant::Ledger,
        subject: "account user:ann",
        detail: "its balance is 100 hundredths, its lots hold 99",
    },
    Planted {
        sql: "DELETE FROM point_lot WHERE account_id = 'user:ann'",
        invariant: Invariant::Ledger,
        subject: "account user:ann",
        detail: "its balance is 100 hundredths, its lots hold 0",
    },
    Planted {
        sql: "DELETE FROM lot_use",
        invariant: Invariant::Ledger,
        subject: "lot xfer_",
        detail: "of 50 hundredths 0 are used and 20 remain",
    },
    Planted {
        sql: "UPDATE lot_use SET restored_by = transfer_id WHERE amount = 10",
        invariant: Invariant::Ledger,
        subject: "lot xfer_",
        detail: "of 50 hundredths 20 are used and 20 remain",
    },
    Planted {
        sql: "DELETE FROM hold",
        invariant: Invariant::Ledger,
        subject: "account held:bob",
        detail: "its balance is 10 hundredths, its holds hold 0",
    },
    Planted {
        sql: "DELETE FROM award_record WHERE draw_id = (SELECT draw_id FROM draw ORDER BY draw_id LIMIT 1)",
        invariant: Invariant::Awards,
        subject: "draw draw_",
        detail: "it has no award record of its own",
    },
    Planted {
        sql: "DELETE FROM draw WHERE kind = 'nothing'",
        invariant: Invariant::Awards,
        subject: "award record award_",
        detail: "its draw is not there",
    },
    Planted {
        sql: "DELETE FROM transfer",
        invariant: Invariant::Awards,
        subject: "award record award_",
        detail: "it is delivered and its points are not credited",
    },
    Planted {
        sql: "UPDATE award_record SET state = 'pending', delivered_at = NULL
               WHERE draw_id = (SELECT draw_id FROM draw WHERE kind = 'draws')",
        invariant: Invariant::Awards,
        subject: "award record award_",
        detail: "it is pending and its draws are granted",
    },
    Planted {
        sql: "DELETE FROM outbox WHERE state <> 'done'",
        invariant: Invariant::Awards,
        subject: "award record award_",
        detail: "it is pending and its work is not there",
    },
    Planted {
        sql: "UPDATE outbox SET due_at = 1",
        invariant: Invariant::Outbox,
        subject: "outbox entry out_",
        detail: "it is pending and overdue since 1970-01-01T00:00:00Z",
    },
];

/// Ann won one of everything; points and draws were given, the rest waits. Bob won two cars of an activity that allows two,
/// earned 50 hundredths, spent 20 and holds 10 back.
async fn work(store: &Arc<dyn Store>) {
    let open = OpenActivity::publish(store, "a").await;
    let pack = PrizeValue::Draws { sku: SkuId::new("pack").unwrap(), draws: 2 };
    let prizes = [points(100), pack, PrizeValue::Goods, PrizeValue::Nothing, PrizeValue::Webhook];
    let draws = open.won(&user("ann"), &prizes).await;
    let deliveries = lease(store, &draws[..2], at(1)).await;
    let outcomes = [AttemptOutcome::CreditPoints, AttemptOutcome::GrantDraws];
    let finishes: Vec<_> =
        deliveries.iter().zip(outcomes).map(|(delivery, outcome)| finish(delivery, outcome)).collect();
    store.finish_attempts(&finishes, at(2)).await.unwrap();
    let saver = Saver { store: store.clone(), user_id: user("bob") };
    saver.earn("earned", 50, None).await;
    saver.spend("spent", 20).await;
    saver.hold("held", 10, None).await;
    let limited = OpenActivity { epoch: Epoch(1), activity_id: activity("limited"), ..open };
    let version = rows::limited(rows::new_version(&limited.activity_id, "limited", &[]), &[("car", 2)]);
    store.publish(&version).await.unwrap();
    limited.grant(&user("bob"), "grant", 3).await;
    let prizes = [PrizeValue::Goods, PrizeValue::Goods, PrizeValue::Nothing];
    let mut group = limited.group(&user("bob"), "draw", limited.quota(&user("bob")).await, &prizes);
    let mut standing = Standing::default();
    for new in &mut group.draws {
        new.draw.standing = standing.clone();
        if new.draw.value == PrizeValue::Goods {
            new.per_user = Some(2);
            standing.count_win(&new.draw.award_id);
        }
    }
    assert_eq!(limited.record(&group).await, Recorded::Committed);
}

async fn all_violations(store: &Arc<dyn Store>) -> Vec<Violation> {
    let mut found = store.oversold_items(99).await.unwrap();
    found.extend(store.quota_violations(99).await.unwrap());
    found.extend(store.win_violations(99).await.unwrap());
    found.extend(store.ledger_violations(99).await.unwrap());
    found.extend(store.award_violations(99).await.unwrap());
    found.extend(store.outbox_violations(at(0), 99).await.unwrap());
    found
}

async fn name_every_planted_violation(fresh: impl AsyncFn() -> Ground) {
    for planted in &PLANTED {
        let ground = fresh().await;
        let store = ground.store();
        work(store).await;
        assert_eq!(all_violations(store).await, [], "before {}", planted.sql);
        ground.plant(planted.sql).await;

        let found = all_violations(store).await;
        let named = found.iter().any(|violation| {
            violation.invariant == planted.invariant
                && violation.subject.starts_with(planted.subject)
                && violation.detail.contains(planted.detail)
        });
        assert!(named, "{}\nfound only {found:#?}", planted.sql);
        store.close().await;
    }
}

#[tokio::test]
async fn every_planted_violation_is_named_on_sqlite() {
    name_every_planted_violation(Ground::sqlite).await;
}

#[tokio::test]
async fn every_planted_violation_is_named_on_postgres() {
    name_every_planted_violation(Ground::postgres).await;
}

#[tokio::test]
async fn no_more_violations_are_named_than_asked_for() {
    for ground in [Ground::sqlite().await, Ground::postgres().await] {
        let store = ground.store();
        work(store).await;
        ground.plant("UPDATE outbox SET state = 'dead', due_at = NULL, ended_at = 1").await;
        assert_eq!(store.award_violations(99).await.unwrap().len(), 4);
        assert_eq!(store.award_violations(1).await.unwrap().len(), 1);
    }
}
