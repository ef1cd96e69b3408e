//! Violations of exchanges and rebates are planted once each, past all constraints, and must be named.

use std::sync::Arc;

use big_market::domain::reconcile::{Invariant, Violation};
use big_market::store::Store;
use big_market::store::behaviours::BehavioursRecorded;
use big_market::store::redemptions::Redeemed;

use super::ground::Ground;
use crate::support::exchanges::{earn, payment, redemption, reversal};
use crate::support::rows::{OpenActivity, user};

/// What is changed behind the store's back, and how the row must then be named.
const PLANTED: &[(&str, &str, &str)] = &[
    ("UPDATE redemption_order SET price = 1 WHERE request_id = 'kept'", "redemption rdm_", "price 1 hundredths"),
    ("DELETE FROM transfer WHERE reason = 'redemption'", "redemption rdm_", "debited nothing"),
    ("DELETE FROM entry WHERE account_id = 'user:ann'", "redemption rdm_", "debited nothing"),
    ("UPDATE recharge_order SET draws = 4 WHERE source = 'redemption'", "redemption rdm_", "by an order of 4"),
    ("DELETE FROM recharge_order WHERE source = 'redemption'", "redemption rdm_", "by an order of none"),
    ("UPDATE recharge_order SET reversed_at = NULL", "redemption rdm_", "reversed, order not reversed"),
    ("UPDATE redemption_order SET reversed_at = NULL", "redemption rdm_", "not reversed, order reversed"),
    ("DELETE FROM transfer WHERE reason = 'reversal'", "redemption rdm_", "restored nothing"),
    ("DELETE FROM redemption_order", "order rech_", "its redemption is not there"),
    ("DELETE FROM redemption_order", "transfer xfer_", "its redemption is not there"),
    ("DELETE FROM behaviour", "order rech_", "its behaviour is not there"),
    ("DELETE FROM behaviour", "transfer xfer_", "its behaviour is not there"),
    (
        "DELETE FROM transfer WHERE reason = 'rebate'; DELETE FROM recharge_order WHERE source = 'rebate'",
        "behaviour beh_",
        "it earned nothing",
    ),
];

/// Ann exchanged points twice, took one exchange back, and paid once.
async fn work(store: &Arc<dyn Store>) {
    let open = OpenActivity::publish(store, "a").await;
    let ann = user("ann");
    earn(store, &ann, 1_000, None).await;
    for key in ["kept", "reversed"] {
        let new = redemption(&open, &ann, key, (300, 5));
        assert_eq!(store.record_redemption(&new).await.unwrap(), Redeemed::Committed);
        if key == "reversed" {
            store.reverse_redemption(&reversal(&new)).await.unwrap();
        }
    }
    assert_eq!(store.record_behaviours(&[payment(&open, &ann, "pay-1")]).await.unwrap(), BehavioursRecorded::Committed);
}

async fn all_violations(store: &Arc<dyn Store>) -> Vec<Violation> {
    let mut found = store.redemption_violations(99).await.unwrap();
    found.extend(store.rebate_violations(99).await.unwrap());
    found
}

async fn name_every_planted_violation(fresh: impl AsyncFn() -> Ground) {
    for (sql, subject, detail) in PLANTED {
        let ground = fresh().await;
        let store = ground.store();
        work(store).await;
        assert_eq!(all_violations(store).await, [], "before {sql}");
        ground.plant(sql).await;
        let found = all_violations(store).await;
        let named = found.iter().any(|violation| {
            violation.invariant == Invariant::Ledger
                && violation.subject.starts_with(subject)
                && violation.detail.contains(detail)
        });
        assert!(named, "{sql}\nfound only {found:#?}");
        assert_eq!(store.redemption_violations(1).await.unwrap().len().max(1), 1);
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
