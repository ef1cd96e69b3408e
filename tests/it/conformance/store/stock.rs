//! The truth about stock.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::id::{DrawId, RechargeOrderId, SkuId};
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch};
use big_market::store::Store;
use futures::future::join_all;

use crate::support::rows::{OpenActivity, at, award_item, finish, lease, mint, points, sku_item, user};

pub async fn parallel_raises_have_one_winner(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let raises = join_all((0..12).map(|_| store.raise_epoch(&open.activity_id, Epoch(1)))).await;
    let won: Vec<_> = raises.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(won, [Epoch(2)]);
    assert_eq!(store.stock_epoch(&open.activity_id).await.unwrap(), Some(Epoch(2)));
}

pub async fn truth_counts_rows(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let (ann, pack) = (user("ann"), SkuId::new("pack").unwrap());
    let prizes = [PrizeValue::Goods, PrizeValue::Draws { sku: pack, draws: 2 }, points(1), PrizeValue::Goods];
    let draws = open.won(&ann, &prizes).await;
    other.won(&ann, &[PrizeValue::Goods]).await;
    let used = async || {
        let truth = store.stock_truth(&open.activity_id).await.unwrap();
        truth.into_iter().map(|truth| (truth.item, truth.total, truth.used)).collect::<Vec<_>>()
    };
    // One order by request made room for the draws.
    assert_eq!(used().await, [(award_item("car"), 10, 2), (sku_item("pack"), 5, 1)]);
    // An award of draws takes no stock of the SKU.
    let deliveries = lease(&store, &draws[1..2], at(1)).await;
    store.finish_attempts(&[finish(&deliveries[0], AttemptOutcome::GrantDraws)], at(2)).await.unwrap();
    assert_eq!(used().await[1], (sku_item("pack"), 5, 1));
}

pub async fn claims_end_the_same_way_every_time(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let draws = open.won(&ann, &[PrizeValue::Goods, PrizeValue::Goods]).await;
    let ids = [
        ClaimId::Draw(draws[1].draw.draw_id),
        ClaimId::Recharge(RechargeOrderId::from_ulid(mint(&ann))),
        ClaimId::Draw(DrawId::from_ulid(mint(&ann))),
        ClaimId::Draw(draws[0].draw.draw_id),
    ];
    let claims = ids.map(|claim_id| Claim { claim_id, activity_id: open.activity_id.clone(), item: award_item("car") });
    let expected = [ClaimEnd::Confirm, ClaimEnd::Release, ClaimEnd::Release, ClaimEnd::Confirm];
    for seconds in 1..=2 {
        assert_eq!(store.end_claims(&claims, at(seconds)).await.unwrap(), expected);
    }
    let answers = join_all((0..8).map(|_| store.end_claims(&claims, at(3)))).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap() == expected));
    assert_eq!(store.end_claims(&[], at(3)).await.unwrap(), []);
}

pub async fn notes_are_for_people(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let notes = async || {
        let notes = store.stock_notes(&open.activity_id).await.unwrap();
        notes.into_iter().map(|note| (note.item, note.used, note.noted_at)).collect::<Vec<_>>()
    };
    assert_eq!(notes().await, [(award_item("car"), 0, None), (sku_item("pack"), 0, None)]);
    let used = [(award_item("car"), 4), (award_item("unknown"), 9)];
    store.note_stock(&open.activity_id, &used, at(5)).await.unwrap();
    store.note_stock(&open.activity_id, &used, at(5)).await.unwrap();
    assert_eq!(notes().await, [(award_item("car"), 4, Some(at(5))), (sku_item("pack"), 0, None)]);
    assert_eq!(store.stock_truth(&open.activity_id).await.unwrap()[0].used, 0);
}
