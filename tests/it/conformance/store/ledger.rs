//! Points: balances and entries.

use std::sync::Arc;

use big_market::domain::ledger::TransferReason;
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::points::Points;
use big_market::store::{Page, Store};

use crate::support::rows::{OpenActivity, at, finish, lease, points, user};

pub async fn nobody_has_no_points(store: Arc<dyn Store>) {
    assert_eq!(store.points(&user("issuer")).await.unwrap(), Points::ZERO);
    assert_eq!(store.entries(&user("nobody"), &Page { after: None, limit: 9 }).await.unwrap(), []);
}

pub async fn entries_are_listed_newest_first(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &(1..=7).map(points).collect::<Vec<_>>()).await;
    for delivery in lease(&store, &draws, at(1)).await {
        store.finish_attempts(&[finish(&delivery, AttemptOutcome::CreditPoints)], at(2)).await.unwrap();
    }
    // A user may be called what the issuer's account is called.
    assert_eq!(store.points(&user("issuer")).await.unwrap(), Points::ZERO);
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let part = store.entries(&user("ann"), &Page { after, limit: 3 }).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.transfer_id);
        listed.extend(part);
    }
    let amounts: Vec<_> = listed.iter().map(|entry| entry.amount.hundredths()).collect();
    let balances: Vec<_> = listed.iter().map(|entry| entry.balance.hundredths()).collect();
    assert_eq!(amounts, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(balances, [28, 21, 15, 10, 6, 3, 1]);
    assert!(listed.iter().all(|entry| entry.reason == TransferReason::Award && entry.created_at == at(2)));
}
