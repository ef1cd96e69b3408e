//! The conformance suite of the counters: every case is written against the port alone.

use std::sync::Arc;

use big_market::domain::id::{DrawId, RechargeOrderId};
use big_market::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch, StockItem, StockTruth};
use big_market::stock::memory::MemoryStock;
use big_market::stock::redis::RedisStock;
use big_market::stock::{Counted, Reservation, Stock};
use futures::future::join_all;

use crate::support::redis_server::RedisServer;
use crate::support::rows::{activity, at, award_item, mint, user};

macro_rules! stock_conformance {
    ($adapter:ident, $fresh:path, [$($case:ident),+ $(,)?]) => {
        mod $adapter {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::conformance::stock::$case($fresh().await).await;
            })+
        }
    };
}

/// An adapter is one line below.
macro_rules! every_case {
    ($adapter:ident, $fresh:path) => {
        stock_conformance!(
            $adapter,
            $fresh,
            [
                unfilled_counters_are_stale,
                a_reservation_falls_to_the_next_choice,
                what_is_not_counted_can_always_be_had,
                the_last_unit_goes_to_one,
                reserving_twice_is_reserving_once,
                ending_twice_is_ending_once,
                a_unit_given_back_can_be_had_again,
                giving_back_twice_is_giving_back_once,
                another_epoch_takes_nothing,
                an_older_epoch_cannot_be_filled,
                claims_of_an_older_epoch_are_nothing,
                counters_always_add_up,
                activities_do_not_touch,
                open_claims_are_listed_oldest_first,
                large_batches_are_answered_whole,
                awards_and_skus_of_one_name_are_two_items,
            ]
        );
    };
}

async fn memory_stock() -> Arc<dyn Stock> {
    Arc::new(MemoryStock::new())
}

async fn redis_stock() -> Arc<dyn Stock> {
    Arc::new(RedisStock::open(&RedisServer::shared().settings()).await.unwrap())
}

every_case!(memory, crate::conformance::stock::memory_stock);
every_case!(redis, crate::conformance::stock::redis_stock);

const FIRST: Epoch = Epoch(1);

fn claim_id() -> ClaimId {
    ClaimId::Draw(DrawId::from_ulid(mint(&user("ann"))))
}

fn truth(items: &[(&str, u64, u64)]) -> Vec<StockTruth> {
    let truth =
        |(item, total, used): &(&str, u64, u64)| StockTruth { item: award_item(item), total: *total, used: *used };
    items.iter().map(truth).collect()
}

async fn fill(stock: &Arc<dyn Stock>, epoch: Epoch, items: &[(&str, u64, u64)]) -> Counted<()> {
    stock.fill(&activity("a"), epoch, &truth(items)).await.unwrap()
}

fn choices(items: &[&str]) -> Vec<Option<StockItem>> {
    items.iter().map(|item| (*item != "-").then(|| award_item(item))).collect()
}

/// Reserves the first choice that can be had, `-` for one that is not counted.
async fn reserve(stock: &Arc<dyn Stock>, claim_id: ClaimId, items: &[&str], now: i64) -> Option<usize> {
    let reservation = Reservation { claim_id, choices: choices(items) };
    match stock.reserve(&activity("a"), FIRST, &[reservation], at(now)).await.unwrap() {
        Counted::Answer(mut choices) => choices.remove(0),
        Counted::Stale => panic!("the counters are of another epoch"),
    }
}

async fn settle(stock: &Arc<dyn Stock>, claim_id: ClaimId, end: ClaimEnd) {
    assert_eq!(stock.settle(&activity("a"), FIRST, &[(claim_id, end)]).await.unwrap(), Counted::Answer(()));
}

/// (left, confirmed, claimed) of an item, after checking that they add up.
async fn counts(stock: &Arc<dyn Stock>, epoch: Epoch, item: &str) -> (u64, u64, u64) {
    let Counted::Answer(counters) = stock.counters(&activity("a"), epoch).await.unwrap() else {
        panic!("the counters are of another epoch")
    };
    let counter = counters.into_iter().find(|counter| counter.item == award_item(item)).unwrap();
    assert_eq!(counter.total, counter.left + counter.confirmed + counter.claimed);
    (counter.left, counter.confirmed, counter.claimed)
}

async fn open_claims(stock: &Arc<dyn Stock>, before: i64, limit: usize) -> Vec<ClaimId> {
    match stock.open_claims(&activity("a"), FIRST, at(before), limit).await.unwrap() {
        Counted::Answer(claims) => claims.into_iter().map(|claim| claim.claim_id).collect(),
        Counted::Stale => panic!("the counters are of another epoch"),
    }
}

pub async fn unfilled_counters_are_stale(stock: Arc<dyn Stock>) {
    let reservation = Reservation { claim_id: claim_id(), choices: choices(&["-"]) };
    assert_eq!(stock.reserve(&activity("a"), FIRST, &[reservation], at(0)).await.unwrap(), Counted::Stale);
    assert_eq!(stock.counters(&activity("a"), FIRST).await.unwrap(), Counted::Stale);
    assert_eq!(stock.settle(&activity("a"), FIRST, &[]).await.unwrap(), Counted::Stale);
    assert_eq!(stock.open_claims(&activity("a"), FIRST, at(9), 9).await.unwrap(), Counted::Stale);
}

pub async fn a_reservation_falls_to_the_next_choice(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 1, 0), ("bike", 1, 0)]).await;
    assert_eq!(reserve(&stock, claim_id(), &["car", "bike"], 0).await, Some(0));
    assert_eq!(reserve(&stock, claim_id(), &["car", "bike"], 0).await, Some(1));
    assert_eq!(reserve(&stock, claim_id(), &["car", "bike"], 0).await, None);
    assert_eq!(reserve(&stock, claim_id(), &["car", "bike", "-"], 0).await, Some(2));
    assert_eq!(reserve(&stock, claim_id(), &["unknown", "-"], 0).await, Some(1));
    // One call reserves one after the other.
    fill(&stock, Epoch(2), &[("car", 2, 0)]).await;
    let reservations: Vec<_> =
        (0..3).map(|_| Reservation { claim_id: claim_id(), choices: choices(&["car", "-"]) }).collect();
    let answer = stock.reserve(&activity("a"), Epoch(2), &reservations, at(0)).await.unwrap();
    assert_eq!(answer, Counted::Answer(vec![Some(0), Some(0), Some(1)]));
}

pub async fn what_is_not_counted_can_always_be_had(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 0, 0)]).await;
    for _ in 0..3 {
        assert_eq!(reserve(&stock, claim_id(), &["-", "car"], 0).await, Some(0));
    }
    assert_eq!(open_claims(&stock, 9, 9).await, []);
}

pub async fn the_last_unit_goes_to_one(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 5, 4)]).await;
    let ids: Vec<_> = (0..16).map(|_| claim_id()).collect();
    let won = join_all(ids.iter().map(|id| reserve(&stock, *id, &["car"], 0))).await;
    assert_eq!(won.into_iter().flatten().count(), 1);
    assert_eq!(counts(&stock, FIRST, "car").await, (0, 4, 1));
}

pub async fn reserving_twice_is_reserving_once(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 1, 0), ("bike", 5, 0)]).await;
    reserve(&stock, claim_id(), &["car"], 0).await;
    let id = claim_id();
    assert_eq!(reserve(&stock, id, &["car", "bike"], 0).await, Some(1));
    assert_eq!(reserve(&stock, id, &["car", "bike"], 1).await, Some(1));
    assert_eq!(counts(&stock, FIRST, "bike").await, (4, 0, 1));
}

pub async fn ending_twice_is_ending_once(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 3, 0)]).await;
    let (confirmed, released) = (claim_id(), claim_id());
    reserve(&stock, confirmed, &["car"], 0).await;
    reserve(&stock, released, &["car"], 0).await;
    for _ in 0..2 {
        settle(&stock, confirmed, ClaimEnd::Confirm).await;
        settle(&stock, released, ClaimEnd::Release).await;
        settle(&stock, claim_id(), ClaimEnd::Release).await;
        assert_eq!(counts(&stock, FIRST, "car").await, (2, 1, 0));
    }
    settle(&stock, confirmed, ClaimEnd::Release).await;
    assert_eq!(counts(&stock, FIRST, "car").await, (2, 1, 0));
}

pub async fn a_unit_given_back_can_be_had_again(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 1, 0)]).await;
    let claim_id = claim_id();
    let give_back =
        async |epoch| stock.give_back(&activity("a"), epoch, &[(claim_id, award_item("car"))]).await.unwrap();
    reserve(&stock, claim_id, &["car"], 0).await;
    assert_eq!(give_back(Epoch(2)).await, Counted::Stale);
    assert_eq!(counts(&stock, FIRST, "car").await, (0, 0, 1));
    // Its claim was still open: it ends first.
    assert_eq!(give_back(FIRST).await, Counted::Answer(()));
    assert_eq!(counts(&stock, FIRST, "car").await, (1, 0, 0));
    // There is nothing left to give back.
    give_back(FIRST).await;
    assert_eq!(counts(&stock, FIRST, "car").await, (1, 0, 0));
    assert_eq!(reserve(&stock, self::claim_id(), &["car"], 0).await, Some(0));
}

pub async fn giving_back_twice_is_giving_back_once(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 5, 0)]).await;
    let [returned, other] = [claim_id(), claim_id()];
    for id in [returned, other] {
        reserve(&stock, id, &["car"], 0).await;
        settle(&stock, id, ClaimEnd::Confirm).await;
    }
    let units = [(returned, award_item("car")), (returned, award_item("car"))];
    for _ in 0..2 {
        assert_eq!(stock.give_back(&activity("a"), FIRST, &units).await.unwrap(), Counted::Answer(()));
        assert_eq!(counts(&stock, FIRST, "car").await, (4, 1, 0));
    }
    // Another claim's unit, and what is not counted.
    let units = [(other, award_item("car")), (claim_id(), award_item("unknown"))];
    stock.give_back(&activity("a"), FIRST, &units).await.unwrap();
    assert_eq!(counts(&stock, FIRST, "car").await, (5, 0, 0));
}

pub async fn another_epoch_takes_nothing(stock: Arc<dyn Stock>) {
    fill(&stock, Epoch(2), &[("car", 3, 0)]).await;
    for epoch in [Epoch(1), Epoch(3)] {
        let reservation = Reservation { claim_id: claim_id(), choices: choices(&["car"]) };
        assert_eq!(stock.reserve(&activity("a"), epoch, &[reservation], at(0)).await.unwrap(), Counted::Stale);
        assert_eq!(stock.counters(&activity("a"), epoch).await.unwrap(), Counted::Stale);
    }
    assert_eq!(counts(&stock, Epoch(2), "car").await, (3, 0, 0));
}

pub async fn an_older_epoch_cannot_be_filled(stock: Arc<dyn Stock>) {
    assert_eq!(fill(&stock, Epoch(2), &[("car", 3, 0)]).await, Counted::Answer(()));
    for epoch in [Epoch(1), Epoch(2)] {
        assert_eq!(fill(&stock, epoch, &[("car", 99, 0)]).await, Counted::Stale);
    }
    assert_eq!(counts(&stock, Epoch(2), "car").await, (3, 0, 0));
    assert_eq!(fill(&stock, Epoch(3), &[("car", 9, 1)]).await, Counted::Answer(()));
    assert_eq!(counts(&stock, Epoch(3), "car").await, (8, 1, 0));
}

pub async fn claims_of_an_older_epoch_are_nothing(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 3, 0)]).await;
    let id = claim_id();
    reserve(&stock, id, &["car"], 0).await;
    fill(&stock, Epoch(2), &[("car", 3, 1)]).await;
    for epoch in [FIRST, Epoch(2)] {
        let expected = if epoch == FIRST { Counted::Stale } else { Counted::Answer(()) };
        let ends = [(id, ClaimEnd::Release)];
        assert_eq!(stock.settle(&activity("a"), epoch, &ends).await.unwrap(), expected);
    }
    assert_eq!(counts(&stock, Epoch(2), "car").await, (2, 1, 0));
}

pub async fn counters_always_add_up(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 40, 3)]).await;
    let ids: Vec<_> = (0..50).map(|_| claim_id()).collect();
    let work = ids.iter().enumerate().map(|(number, id)| {
        let stock = &stock;
        async move {
            reserve(stock, *id, &["car", "-"], 0).await;
            match number % 3 {
                0 => settle(stock, *id, ClaimEnd::Confirm).await,
                1 => settle(stock, *id, ClaimEnd::Release).await,
                _ => {}
            }
            counts(stock, FIRST, "car").await
        }
    });
    join_all(work).await;
    let (left, confirmed, claimed) = counts(&stock, FIRST, "car").await;
    assert_eq!(left + confirmed + claimed, 40);
    assert!(confirmed >= 3);
    assert_eq!(usize::try_from(claimed).unwrap(), open_claims(&stock, 9, 99).await.len());
}

pub async fn activities_do_not_touch(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 1, 0)]).await;
    stock.fill(&activity("b"), Epoch(7), &truth(&[("car", 5, 0)])).await.unwrap();
    reserve(&stock, claim_id(), &["car"], 0).await;
    let Counted::Answer(other) = stock.counters(&activity("b"), Epoch(7)).await.unwrap() else {
        panic!("the counters of b were replaced")
    };
    assert_eq!((other[0].left, other[0].claimed), (5, 0));
}

pub async fn open_claims_are_listed_oldest_first(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 9, 0)]).await;
    let [late, early, middle, ended] = [claim_id(), claim_id(), claim_id(), claim_id()];
    for (id, now) in [(late, 30), (early, 10), (middle, 20), (ended, 5)] {
        reserve(&stock, id, &["car"], now).await;
    }
    settle(&stock, ended, ClaimEnd::Confirm).await;
    assert_eq!(open_claims(&stock, 99, 9).await, [early, middle, late]);
    assert_eq!(open_claims(&stock, 99, 2).await, [early, middle]);
    assert_eq!(open_claims(&stock, 30, 9).await, [early, middle]);
    assert_eq!(open_claims(&stock, 10, 9).await, []);
    // Asking again makes a claim no younger.
    reserve(&stock, early, &["car"], 50).await;
    assert_eq!(open_claims(&stock, 11, 9).await, [early]);
}

pub async fn large_batches_are_answered_whole(stock: Arc<dyn Stock>) {
    fill(&stock, FIRST, &[("car", 1_100, 0)]).await;
    let reservations: Vec<_> =
        (0..1_203).map(|_| Reservation { claim_id: claim_id(), choices: choices(&["car"]) }).collect();
    let Counted::Answer(given) = stock.reserve(&activity("a"), FIRST, &reservations, at(0)).await.unwrap() else {
        panic!("the counters are of another epoch")
    };
    assert_eq!(given, [vec![Some(0); 1_100], vec![None; 103]].concat());
    let ids: Vec<_> = reservations.iter().map(|reservation| reservation.claim_id).collect();
    assert_eq!(open_claims(&stock, 9, 5_000).await.len(), 1_100);
    // Each is named twice: the first end is the end.
    let confirmed = ids.iter().map(|id| (*id, ClaimEnd::Confirm));
    let ends: Vec<_> = confirmed.chain(ids.iter().map(|id| (*id, ClaimEnd::Release))).collect();
    assert_eq!(stock.settle(&activity("a"), FIRST, &ends).await.unwrap(), Counted::Answer(()));
    assert_eq!(counts(&stock, FIRST, "car").await, (0, 1_100, 0));
    let units: Vec<_> = ids[..1_001].iter().map(|id| (*id, award_item("car"))).collect();
    assert_eq!(stock.give_back(&activity("a"), FIRST, &units).await.unwrap(), Counted::Answer(()));
    assert_eq!(counts(&stock, FIRST, "car").await, (1_001, 99, 0));
}

pub async fn awards_and_skus_of_one_name_are_two_items(stock: Arc<dyn Stock>) {
    let sku = StockItem::Sku("car".parse().unwrap());
    let of_sku = StockTruth { item: sku.clone(), total: 2, used: 0 };
    let items = [of_sku, truth(&[("car", 7, 3)]).remove(0)];
    stock.fill(&activity("a"), FIRST, &items).await.unwrap();
    let order = ClaimId::Recharge(RechargeOrderId::from_ulid(mint(&user("ann"))));
    let reservation = Reservation { claim_id: order, choices: vec![Some(sku.clone())] };
    stock.reserve(&activity("a"), FIRST, &[reservation], at(0)).await.unwrap();
    let Counted::Answer(counters) = stock.counters(&activity("a"), FIRST).await.unwrap() else {
        panic!("the counters are of another epoch")
    };
    let told: Vec<_> = counters.iter().map(|counter| (counter.item.kind(), counter.left, counter.claimed)).collect();
    assert_eq!(told, [("award", 4, 0), ("sku", 1, 1)]);
    let Counted::Answer(open) = stock.open_claims(&activity("a"), FIRST, at(1), 9).await.unwrap() else {
        panic!("the counters are of another epoch")
    };
    assert_eq!(open, [Claim { claim_id: order, activity_id: activity("a"), item: sku }]);
}
