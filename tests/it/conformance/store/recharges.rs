//! Grants of quota.

use std::sync::Arc;

use big_market::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch};
use big_market::store::Store;
use big_market::store::draws::{NewRecharge, Recharged};
use futures::future::join_all;

use crate::support::rows::{OpenActivity, at, recharge, request, sku_item, user};

pub async fn a_grant_adds_draws_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let first = recharge(&ann, &open.activity_id, "g", 3);
    assert_eq!(store.record_recharges(std::slice::from_ref(&first)).await.unwrap(), [Recharged::Committed]);
    let earlier = [Recharged::Earlier(first.order.clone())];
    assert_eq!(store.record_recharges(std::slice::from_ref(&first)).await.unwrap(), earlier);
    let again = recharge(&ann, &open.activity_id, "g", 99);
    assert_eq!(store.record_recharges(&[again]).await.unwrap(), earlier);
    assert_eq!(open.quota(&ann).await.granted, 3);
    open.grant(&ann, "h", 4).await;
    assert_eq!(open.quota(&ann).await.granted, 7);
    assert_eq!(store.recharge_of(&ann, &open.activity_id, &request("g")).await.unwrap(), Some(first.order));
    assert_eq!(store.record_recharges(&[]).await.unwrap(), []);
}

pub async fn one_batch_grants_each_source_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let (ann, bob) = (user("ann"), user("bob"));
    let batch = [
        recharge(&ann, &open.activity_id, "g", 3),
        recharge(&bob, &open.activity_id, "g", 5),
        recharge(&ann, &open.activity_id, "g", 3),
        recharge(&ann, &open.activity_id, "h", 4),
    ];
    let expected =
        [Recharged::Committed, Recharged::Committed, Recharged::Earlier(batch[0].order.clone()), Recharged::Committed];
    assert_eq!(store.record_recharges(&batch).await.unwrap(), expected);
    assert_eq!((open.quota(&ann).await.granted, open.quota(&bob).await.granted), (7, 5));
}

pub async fn a_request_belongs_to_its_user_and_activity(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let (ann, bob) = (user("ann"), user("bob"));
    open.grant(&ann, "g", 1).await;
    open.grant(&bob, "g", 2).await;
    other.grant(&ann, "g", 3).await;
    let draws = async |user_id, activity_id, request_id| {
        let order = store.recharge_of(user_id, activity_id, &request(request_id)).await.unwrap();
        order.map(|order| order.draws)
    };
    assert_eq!(draws(&ann, &open.activity_id, "g").await, Some(1));
    assert_eq!(draws(&bob, &open.activity_id, "g").await, Some(2));
    assert_eq!(draws(&ann, &other.activity_id, "g").await, Some(3));
    assert_eq!(draws(&bob, &other.activity_id, "g").await, None);
    assert_eq!(draws(&ann, &open.activity_id, "h").await, None);
}

pub async fn grants_need_the_current_epoch(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let grant = |epoch, text: &str| NewRecharge { epoch, ..recharge(&ann, &open.activity_id, text, 1) };
    store.raise_epoch(&open.activity_id, Epoch(1)).await.unwrap();
    let batch = [grant(Epoch(1), "g"), grant(Epoch(2), "h"), grant(Epoch(2), "i"), grant(Epoch(3), "j")];
    let expected = [Recharged::Stale, Recharged::Committed, Recharged::Committed, Recharged::Stale];
    assert_eq!(store.record_recharges(&batch).await.unwrap(), expected);
    assert_eq!(open.quota(&ann).await.granted, 2);
    // A repeat is answered by the order it made, however old its claim.
    let repeat = NewRecharge { epoch: Epoch(1), ..batch[1].clone() };
    assert_eq!(store.record_recharges(&[repeat]).await.unwrap(), [Recharged::Earlier(batch[1].order.clone())]);
}

pub async fn a_voided_order_is_stale(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let claim = |new: &NewRecharge| Claim {
        claim_id: ClaimId::Recharge(new.order.recharge_order_id),
        activity_id: open.activity_id.clone(),
        item: sku_item("pack"),
    };
    let (voided, kept) = (recharge(&ann, &open.activity_id, "g", 1), recharge(&ann, &open.activity_id, "g", 1));
    assert_eq!(store.end_claims(&[claim(&voided)], at(1)).await.unwrap(), [ClaimEnd::Release]);
    assert_eq!(store.record_recharges(std::slice::from_ref(&voided)).await.unwrap(), [Recharged::Stale]);
    assert_eq!(store.record_recharges(std::slice::from_ref(&kept)).await.unwrap(), [Recharged::Committed]);
    let ends = store.end_claims(&[claim(&kept), claim(&voided)], at(2)).await.unwrap();
    assert_eq!(ends, [ClaimEnd::Confirm, ClaimEnd::Release]);
    assert_eq!(open.quota(&ann).await.granted, 1);
}

pub async fn parallel_grants_of_one_source_commit_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let grants: Vec<_> = (0..12).map(|_| [recharge(&ann, &open.activity_id, "g", 1)]).collect();
    let answers = join_all(grants.iter().map(|grant| store.record_recharges(grant))).await;
    let committed = answers.iter().filter(|answer| *answer.as_ref().unwrap() == [Recharged::Committed]).count();
    assert_eq!(committed, 1);
    assert_eq!(open.quota(&ann).await.granted, 1);
}

pub async fn an_account_never_holds_more_than_it_can_count(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "most", u32::MAX - 5).await;
    let batch = [recharge(&ann, &open.activity_id, "six", 6), recharge(&user("bob"), &open.activity_id, "six", 6)];
    assert_eq!(store.record_recharges(&batch).await.unwrap(), [Recharged::Full, Recharged::Committed]);
    let five = recharge(&ann, &open.activity_id, "five", 5);
    assert_eq!(store.record_recharges(&[five]).await.unwrap(), [Recharged::Committed]);
    assert_eq!(open.quota(&ann).await.granted, u32::MAX);
}
