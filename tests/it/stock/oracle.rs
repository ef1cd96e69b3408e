//! The same calls on counters in Redis and in memory give the same answers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use big_market::domain::id::{DrawId, RechargeOrderId};
use big_market::domain::stock::{ClaimEnd, ClaimId, Epoch, StockItem, StockTruth};
use big_market::stock::memory::MemoryStock;
use big_market::stock::redis::RedisStock;
use big_market::stock::{Counted, Reservation, Stock};
use proptest::prelude::*;

use crate::support::redis_server::RedisServer;
use crate::support::rows::{activity, at, award_item, mint, user};

/// Claims that calls name, so that they meet again.
const CLAIMS: usize = 10;

/// One call. The first number of each says how far its epoch lies from the one that is filled.
#[derive(Debug, Clone)]
enum Call {
    Reserve(i64, Vec<(usize, Vec<Option<usize>>)>, i64),
    Settle(i64, Vec<(usize, bool)>),
    GiveBack(i64, Vec<(usize, usize)>),
    OpenClaims(i64, i64, usize),
    Fill(i64, Vec<(usize, u64, u64)>),
}

fn epoch() -> impl Strategy<Value = i64> {
    prop_oneof![20 => Just(0), 1 => Just(-1), 1 => Just(1)]
}

fn call() -> impl Strategy<Value = Call> {
    let claim = 0..CLAIMS;
    // The fourth item is never filled.
    let choices = prop::collection::vec(prop::option::weighted(0.9, 0_usize..4), 0..4);
    let reservations = prop::collection::vec((claim.clone(), choices), 0..6);
    let ends = prop::collection::vec((claim.clone(), any::<bool>()), 0..5);
    let units = prop::collection::vec((claim, 0_usize..4), 0..3);
    let truth = prop::collection::vec((0_usize..3, 0_u64..5, 0_u64..6), 0..4);
    prop_oneof![
        6 => (epoch(), reservations, 0_i64..5).prop_map(|(epoch, all, now)| Call::Reserve(epoch, all, now)),
        4 => (epoch(), ends).prop_map(|(epoch, ends)| Call::Settle(epoch, ends)),
        2 => (epoch(), units).prop_map(|(epoch, units)| Call::GiveBack(epoch, units)),
        2 => (epoch(), 0_i64..7, 0_usize..5).prop_map(|(epoch, before, limit)| Call::OpenClaims(epoch, before, limit)),
        1 => (-1_i64..3, truth).prop_map(|(epoch, truth)| Call::Fill(epoch, truth)),
    ]
}

fn item(number: usize) -> StockItem {
    match number {
        0 => award_item("car"),
        1 => StockItem::Sku("car".parse().unwrap()),
        other => award_item(&format!("award-{other}")),
    }
}

fn claim(number: usize) -> ClaimId {
    static IDS: LazyLock<Vec<ClaimId>> = LazyLock::new(|| {
        let mint = |number| match number % 3 {
            0 => ClaimId::Recharge(RechargeOrderId::from_ulid(mint(&user("ann")))),
            _ => ClaimId::Draw(DrawId::from_ulid(mint(&user("ann")))),
        };
        (0..CLAIMS).map(mint).collect()
    });
    IDS[number]
}

/// Makes a call and shows its answer.
async fn answer(stock: &dyn Stock, filled: Epoch, call: &Call) -> String {
    let activity_id = activity("a");
    let near = |by: &i64| Epoch(filled.0 + by);
    match call {
        Call::Reserve(by, all, now) => {
            let reservation = |(number, choices): &(usize, Vec<Option<usize>>)| Reservation {
                claim_id: claim(*number),
                choices: choices.iter().map(|choice| choice.map(item)).collect(),
            };
            let reservations: Vec<_> = all.iter().map(reservation).collect();
            format!("{:?}", stock.reserve(&activity_id, near(by), &reservations, at(*now)).await.unwrap())
        }
        Call::Settle(by, ends) => {
            let end = |confirmed| if confirmed { ClaimEnd::Confirm } else { ClaimEnd::Release };
            let ends: Vec<_> = ends.iter().map(|(number, confirmed)| (claim(*number), end(*confirmed))).collect();
            format!("{:?}", stock.settle(&activity_id, near(by), &ends).await.unwrap())
        }
        Call::GiveBack(by, units) => {
            let units: Vec<_> = units.iter().map(|(number, of)| (claim(*number), item(*of))).collect();
            format!("{:?}", stock.give_back(&activity_id, near(by), &units).await.unwrap())
        }
        Call::OpenClaims(by, before, limit) => {
            format!("{:?}", stock.open_claims(&activity_id, near(by), at(*before), *limit).await.unwrap())
        }
        Call::Fill(by, truth) => {
            let truth: BTreeMap<_, _> =
                truth.iter().map(|(number, total, used)| (item(*number), (*total, *used))).collect();
            let truth = truth.into_iter().map(|(item, (total, used))| StockTruth { item, total, used });
            format!("{:?}", stock.fill(&activity_id, near(by), &truth.collect::<Vec<_>>()).await.unwrap())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn redis_answers_as_memory_does(calls in prop::collection::vec(call(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let memory = MemoryStock::new();
            let redis = RedisStock::open(&RedisServer::shared().settings()).await.unwrap();
            let mut filled = Epoch(1);
            let begin = Call::Fill(0, vec![(0, 3, 0), (1, 2, 1), (2, 4, 2)]);
            for call in std::iter::once(&begin).chain(&calls) {
                let expected = answer(&memory, filled, call).await;
                let told = answer(&redis, filled, call).await;
                assert_eq!(told, expected, "{call:?} under {filled}");
                if let Call::Fill(by, _) = call && !expected.contains("Stale") {
                    filled = Epoch(filled.0 + by);
                }
                let expected = memory.counters(&activity("a"), filled).await.unwrap();
                assert!(matches!(expected, Counted::Answer(_)));
                assert_eq!(redis.counters(&activity("a"), filled).await.unwrap(), expected, "after {call:?}");
            }
        });
    }
}
