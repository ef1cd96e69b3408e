//! Goods and recalls: claimed, sent once, or taken back.

use std::sync::Arc;

use big_market::domain::award::{AwardState, PrizeValue};
use big_market::domain::goods::{GoodsClaim, GoodsState, Recipient};
use big_market::domain::id::AwardRecordId;
use big_market::domain::outbox::{AttemptOutcome, OutboxState};
use big_market::domain::stock::Epoch;
use big_market::store::draws::NewDraw;
use big_market::store::goods::{Claimed, Shipped};
use big_market::store::outbox::{Recall, Recalled};
use big_market::store::{Page, Store};
use futures::future::join;

use crate::support::rows::{OpenActivity, at, change, finish, lease, points, user};

async fn won(store: &Arc<dyn Store>, values: &[PrizeValue]) -> Vec<NewDraw> {
    OpenActivity::publish(store, "a").await.won(&user("ann"), values).await
}

fn claim(new: &NewDraw, street: &str, seconds: i64) -> GoodsClaim {
    let recipient =
        Recipient { name: "Ann".into(), phone: "1".into(), address: vec![street.into()], note: Some("ring".into()) };
    let (award_record_id, user_id) = (new.draw.award_record_id, user("ann"));
    GoodsClaim { award_record_id, user_id, recipient, claimed_at: at(seconds), shipment: None }
}

async fn state(store: &Arc<dyn Store>, new: &NewDraw) -> AwardState {
    store.claimable_award(new.draw.award_record_id).await.unwrap().unwrap().award.state
}

async fn used_cars(store: &Arc<dyn Store>, new: &NewDraw) -> u64 {
    let truth = store.stock_truth(&new.draw.activity_id).await.unwrap();
    truth.into_iter().find(|truth| truth.item.id() == "car").unwrap().used
}

async fn listed(store: &Arc<dyn Store>, state: GoodsState, after: Option<AwardRecordId>) -> Vec<AwardRecordId> {
    let goods = store.goods(state, &Page { after, limit: 2 }).await.unwrap();
    goods.into_iter().map(|goods| goods.award.award_record_id).collect()
}

fn recall_of(new: &NewDraw) -> Recall {
    Recall { outbox_id: new.outbox_id.unwrap(), reason: "a mistake".into() }
}

pub async fn a_claim_replaces_the_one_before_until_it_is_sent(store: Arc<dyn Store>) {
    let new = won(&store, &[PrizeValue::Goods]).await.remove(0);
    let first = claim(&new, "Way 1", 1);
    assert_eq!(store.claim_goods(&first).await.unwrap(), Claimed::Kept(first.clone()));
    assert_eq!(store.claim_goods(&claim(&new, "Way 1", 2)).await.unwrap(), Claimed::Kept(first));
    let second = claim(&new, "Way 2", 3);
    assert_eq!(store.claim_goods(&second).await.unwrap(), Claimed::Kept(second.clone()));
    assert_eq!(store.goods_claims(&[new.draw.award_record_id]).await.unwrap(), [second]);
    assert!(matches!(
        store.ship_goods(new.draw.award_record_id, "T1", &change(4)).await.unwrap(),
        Shipped::Sent(shipment) if shipment.tracking == "T1" && shipment.shipped_at == at(4)
    ));
    assert_eq!(store.claim_goods(&claim(&new, "Way 3", 5)).await.unwrap(), Claimed::Shipped);
    assert!(matches!(store.claim_goods(&claim(&new, "Way 2", 6)).await.unwrap(), Claimed::Kept(_)));
}

pub async fn goods_are_sent_once(store: Arc<dyn Store>) {
    let new = won(&store, &[PrizeValue::Goods]).await.remove(0);
    let award = new.draw.award_record_id;
    assert_eq!(store.ship_goods(award, "T1", &change(1)).await.unwrap(), Shipped::Unclaimed);
    store.claim_goods(&claim(&new, "Way 1", 2)).await.unwrap();
    // Somebody looks at it at the same time: what he finds out comes too late.
    let delivery = lease(&store, std::slice::from_ref(&new), at(3)).await.remove(0);
    let (one, other) = join(store.ship_goods(award, "T1", &change(4)), store.ship_goods(award, "T2", &change(5))).await;
    let sent = [one.unwrap(), other.unwrap()];
    assert_eq!(sent.iter().filter(|shipped| matches!(shipped, Shipped::Sent(_))).count(), 1, "{sent:?}");
    let late = AttemptOutcome::Snooze { run_at: at(99), reason: "not yet".into() };
    store.finish_attempts(&[finish(&delivery, late)], at(6)).await.unwrap();
    let found = store.claimable_award(award).await.unwrap().unwrap();
    assert_eq!(found.award.state, AwardState::Delivered);
    assert_eq!(found.award.reference, found.claim.unwrap().shipment.map(|shipment| shipment.tracking));
    let entries = store.outbox(None, &Page { after: None, limit: 9 }).await.unwrap();
    assert_eq!(entries[0].state, OutboxState::Done);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
}

pub async fn unclaimed_goods_go_back_to_stock(store: Arc<dyn Store>) {
    let draws = won(&store, &[PrizeValue::Goods, PrizeValue::Goods]).await;
    store.claim_goods(&claim(&draws[1], "Way 1", 1)).await.unwrap();
    let deliveries = lease(&store, &draws, at(2)).await;
    let leases: Vec<_> = deliveries.iter().map(|delivery| (delivery.outbox_id, delivery.lease)).collect();
    let stale: Vec<_> = leases.iter().map(|(id, lease)| (*id, lease + 1)).collect();
    assert_eq!(store.recall_unclaimed(&stale, "late", at(3)).await.unwrap(), []);
    let units = store.recall_unclaimed(&leases, "late", at(3)).await.unwrap();
    assert_eq!(units.len(), 1);
    assert_eq!(
        (units[0].draw_id, units[0].award_id.as_str(), units[0].epoch),
        (draws[0].draw.draw_id, "car", Epoch(1))
    );
    assert_eq!(store.recall_unclaimed(&leases, "late", at(3)).await.unwrap(), []);
    assert_eq!(state(&store, &draws[0]).await, AwardState::Recalled);
    assert_eq!(state(&store, &draws[1]).await, AwardState::Pending);
    assert_eq!(used_cars(&store, &draws[0]).await, 1);
    assert_eq!(store.claim_goods(&claim(&draws[0], "Way 1", 4)).await.unwrap(), Claimed::Over(AwardState::Recalled));
    assert_eq!(store.award_violations(9).await.unwrap(), []);
    assert_eq!(store.oversold_items(9).await.unwrap(), []);
}

pub async fn a_claim_and_its_deadline_race_to_one_answer(store: Arc<dyn Store>) {
    let draws = won(&store, &vec![PrizeValue::Goods; 8]).await;
    let deliveries = lease(&store, &draws, at(2)).await;
    for (new, delivery) in draws.iter().zip(&deliveries) {
        let (claim, leases) = (claim(new, "Way 1", 3), [(delivery.outbox_id, delivery.lease)]);
        let (claimed, units) = join(store.claim_goods(&claim), store.recall_unclaimed(&leases, "late", at(3))).await;
        let (claimed, units) = (claimed.unwrap(), units.unwrap());
        assert_eq!(matches!(claimed, Claimed::Kept(_)), units.is_empty(), "{claimed:?} {units:?}");
    }
}

pub async fn goods_are_listed_by_state(store: Arc<dyn Store>) {
    let draws = won(&store, &[PrizeValue::Goods, points(1), PrizeValue::Goods, PrizeValue::Goods]).await;
    let ids = [&draws[3], &draws[2], &draws[0]].map(|new| new.draw.award_record_id);
    assert_eq!(listed(&store, GoodsState::Unclaimed, None).await, ids[..2]);
    assert_eq!(listed(&store, GoodsState::Unclaimed, Some(ids[1])).await, ids[2..]);
    store.claim_goods(&claim(&draws[2], "Way 1", 1)).await.unwrap();
    store.claim_goods(&claim(&draws[3], "Way 1", 1)).await.unwrap();
    store.ship_goods(ids[0], "T1", &change(2)).await.unwrap();
    assert_eq!(listed(&store, GoodsState::Unclaimed, None).await, ids[2..]);
    assert_eq!(listed(&store, GoodsState::Claimed, None).await, ids[1..2]);
    assert_eq!(listed(&store, GoodsState::Shipped, None).await, ids[..1]);
}

pub async fn a_waiting_award_is_recalled_once_and_for_good(store: Arc<dyn Store>) {
    let draws = won(&store, &[PrizeValue::Goods, points(100)]).await;
    for new in &draws {
        // A lease that ended holds nothing, and its worker's result comes too late.
        let delivery = lease(&store, std::slice::from_ref(new), at(1)).await.remove(0);
        assert_eq!(store.recall(&recall_of(new), &change(2)).await.unwrap(), Recalled::Leased);
        let Recalled::Done { unit, .. } = store.recall(&recall_of(new), &change(100)).await.unwrap() else {
            panic!("it is recalled");
        };
        assert_eq!(unit.draw_id, new.draw.draw_id);
        assert_eq!(
            store.recall(&recall_of(new), &change(101)).await.unwrap(),
            Recalled::Earlier(new.draw.award_record_id)
        );
        let outcome = if new.draw.value == points(100) {
            AttemptOutcome::CreditPoints
        } else {
            AttemptOutcome::Dead { error: "x".into() }
        };
        store.finish_attempts(&[finish(&delivery, outcome)], at(102)).await.unwrap();
        assert_eq!(state(&store, new).await, AwardState::Recalled);
    }
    assert_eq!(store.points(&user("ann")).await.unwrap().hundredths(), 0);
    assert_eq!(used_cars(&store, &draws[0]).await, 0);
    let entries = store.outbox(None, &Page { after: None, limit: 9 }).await.unwrap();
    assert!(entries.iter().all(|entry| entry.state == OutboxState::Done));
    assert!(entries.iter().all(|entry| entry.last_error.as_deref() == Some("recalled: a mistake")));
    assert_eq!(store.award_violations(9).await.unwrap(), []);
}

pub async fn what_somebody_may_have_is_not_recalled(store: Arc<dyn Store>) {
    let draws = won(&store, &[points(1), PrizeValue::Webhook, PrizeValue::Webhook]).await;
    let deliveries = lease(&store, &draws, at(1)).await;
    let dead = || AttemptOutcome::Dead { error: "no answer".into() };
    store.finish_attempts(&[finish(&deliveries[0], AttemptOutcome::CreditPoints)], at(2)).await.unwrap();
    store.mark_dispatched(&deliveries[1..2]).await.unwrap();
    store.finish_attempts(&[finish(&deliveries[2], dead())], at(2)).await.unwrap();
    assert_eq!(store.recall(&recall_of(&draws[0]), &change(99)).await.unwrap(), Recalled::Delivered);
    for new in &draws[1..] {
        let answer = store.recall(&recall_of(new), &change(99)).await.unwrap();
        assert_eq!(answer, Recalled::Dispatched(new.draw.award_record_id));
    }
    let mut nobody = recall_of(&draws[0]);
    nobody.outbox_id = "out_01J9ZZZZZZZZZZZZZZZZZZZZZZ".parse().unwrap();
    assert_eq!(store.recall(&nobody, &change(99)).await.unwrap(), Recalled::Unknown);
}

pub async fn recalls_and_deliveries_race_to_one_answer(store: Arc<dyn Store>) {
    let draws = won(&store, &vec![points(100); 8]).await;
    let deliveries = lease(&store, &draws, at(1)).await;
    for (new, delivery) in draws.iter().zip(&deliveries) {
        // The lease has ended, and its worker comes back all the same.
        let (recall, result) = (recall_of(new), [finish(delivery, AttemptOutcome::CreditPoints)]);
        let change = change(500);
        let (recalled, finished) = join(store.recall(&recall, &change), store.finish_attempts(&result, at(500))).await;
        finished.unwrap();
        let recalled = matches!(recalled.unwrap(), Recalled::Done { .. });
        let expected = if recalled { AwardState::Recalled } else { AwardState::Delivered };
        assert_eq!(state(&store, new).await, expected);
    }
    assert_eq!(store.award_violations(9).await.unwrap(), []);
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
}
