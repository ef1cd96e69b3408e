//! Redemptions: points and draws change hands together, once, and come back together.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::id::{RedemptionId, UserId};
use big_market::domain::points::Points;
use big_market::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch};
use big_market::store::draws::Recorded;
use big_market::store::redemptions::{NewRedemption, Redeemed, RedemptionReversal, RedemptionReversed};
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::exchanges::{earn, redemption, reversal};
use crate::support::rows::{OpenActivity, activity, at, day, request, sku_item, user};

async fn redeem(store: &Arc<dyn Store>, new: &NewRedemption) -> Redeemed {
    store.record_redemption(new).await.unwrap()
}

async fn reverse(store: &Arc<dyn Store>, reversal: &RedemptionReversal) -> RedemptionReversed {
    store.reverse_redemption(reversal).await.unwrap()
}

/// Balance in hundredths, draws granted, units of `pack` used.
async fn held(open: &OpenActivity, user_id: &UserId) -> (i64, u32, u64) {
    let truth = open.store.stock_truth(&open.activity_id).await.unwrap();
    let used = truth.iter().find(|truth| truth.item == sku_item("pack")).map_or(0, |truth| truth.used);
    let balance = open.store.points(user_id).await.unwrap().hundredths();
    (balance, open.quota(user_id).await.granted, used)
}

pub async fn an_exchange_takes_points_and_grants_draws_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let (ann, bob) = (user("ann"), user("bob"));
    earn(&store, &ann, 1_000, None).await;
    earn(&store, &bob, 1_000, None).await;
    let first = redemption(&open, &ann, "r", (300, 5));
    assert_eq!(redeem(&store, &first).await, Redeemed::Committed);
    assert_eq!(redeem(&store, &first).await, Redeemed::Earlier(first.order.clone()));
    let again = redemption(&open, &ann, "r", (100, 9));
    assert_eq!(redeem(&store, &again).await, Redeemed::Earlier(first.order.clone()));
    assert_eq!(held(&open, &ann).await, (700, 5, 1));
    // A key belongs to its user.
    assert_eq!(redeem(&store, &redemption(&open, &bob, "r", (300, 5))).await, Redeemed::Committed);
    assert_eq!(store.redemption_of(&ann, &request("r")).await.unwrap(), Some(first.order.clone()));
    assert_eq!(store.redemption(first.order.redemption_id).await.unwrap(), Some(first.order));
    assert_eq!(store.redemption_of(&ann, &request("s")).await.unwrap(), None);
    assert_eq!(store.redemption(again.order.redemption_id).await.unwrap(), None);
}

pub async fn a_debit_that_fails_delivers_nothing(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let short = |balance| Redeemed::Short { balance: Points::from_hundredths(balance) };
    let wish = redemption(&open, &ann, "r", (300, 5));
    assert_eq!(redeem(&store, &wish).await, short(0));
    earn(&store, &ann, 299, None).await;
    assert_eq!(redeem(&store, &wish).await, short(299));
    assert_eq!(held(&open, &ann).await, (299, 0, 0));
    assert_eq!(store.redemption(wish.order.redemption_id).await.unwrap(), None);
    // What was refused may be asked for again, once there are points.
    earn(&store, &ann, 1, None).await;
    assert_eq!(redeem(&store, &wish).await, Redeemed::Committed);
    assert_eq!(held(&open, &ann).await, (0, 5, 1));
}

pub async fn of_two_exchanges_with_a_balance_for_one_exactly_one_succeeds(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    earn(&store, &ann, 300, None).await;
    let wishes: Vec<_> = (0..12).map(|key| redemption(&open, &ann, &key.to_string(), (300, 5))).collect();
    let answers = join_all(wishes.iter().map(|new| redeem(&store, new))).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Redeemed::Committed).count(), 1);
    let short = Redeemed::Short { balance: Points::ZERO };
    assert_eq!(answers.iter().filter(|answer| **answer == short).count(), 11);
    assert_eq!(held(&open, &ann).await, (0, 5, 1));
}

pub async fn parallel_exchanges_of_one_request_commit_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    earn(&store, &ann, 9_000, None).await;
    let wishes: Vec<_> = (0..12).map(|_| redemption(&open, &ann, "r", (300, 5))).collect();
    let answers = join_all(wishes.iter().map(|new| redeem(&store, new))).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Redeemed::Committed).count(), 1);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Redeemed::Earlier(_))).count(), 11);
    assert_eq!(held(&open, &ann).await, (8_700, 5, 1));
}

pub async fn exchanges_need_the_current_epoch_and_an_open_activity(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    earn(&store, &ann, 9_000, None).await;
    store.raise_epoch(&open.activity_id, Epoch(1)).await.unwrap();
    assert_eq!(redeem(&store, &redemption(&open, &ann, "r", (300, 5))).await, Redeemed::Stale);
    let open = OpenActivity { epoch: Epoch(2), ..open };
    let voided = redemption(&open, &ann, "r", (300, 5));
    let claim_id = ClaimId::Recharge(voided.order.recharge_order_id);
    let claim = Claim { claim_id, activity_id: open.activity_id.clone(), item: sku_item("pack") };
    assert_eq!(store.end_claims(std::slice::from_ref(&claim), at(1)).await.unwrap(), [ClaimEnd::Release]);
    assert_eq!(redeem(&store, &voided).await, Redeemed::Stale);
    let done = redemption(&open, &ann, "r", (300, 5));
    assert_eq!(redeem(&store, &done).await, Redeemed::Committed);
    let claim = Claim { claim_id: ClaimId::Recharge(done.order.recharge_order_id), ..claim };
    assert_eq!(store.end_claims(&[claim], at(1)).await.unwrap(), [ClaimEnd::Confirm]);
    // A day whose seed is public takes none, nor does an activity that is unknown or over.
    store.reveal_seeds(&open.activity_id, day("2026-11-23")).await.unwrap();
    assert_eq!(redeem(&store, &redemption(&open, &ann, "s", (300, 5))).await, Redeemed::Moved);
    let open = open.on("2026-11-23");
    let nowhere = OpenActivity { activity_id: activity("nowhere"), ..open.clone() };
    assert_eq!(redeem(&store, &redemption(&nowhere, &ann, "s", (300, 5))).await, Redeemed::Moved);
    open.close().await;
    assert_eq!(redeem(&store, &redemption(&open, &ann, "s", (300, 5))).await, Redeemed::Moved);
    assert_eq!(held(&open, &ann).await, (8_700, 5, 1));
}

pub async fn an_account_that_is_full_takes_no_exchange(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    earn(&store, &ann, 300, None).await;
    open.grant(&ann, "most", u32::MAX - 4).await;
    assert_eq!(redeem(&store, &redemption(&open, &ann, "r", (300, 5))).await, Redeemed::Full);
    assert_eq!(held(&open, &ann).await, (300, u32::MAX - 4, 1));
    assert_eq!(redeem(&store, &redemption(&open, &ann, "r", (300, 4))).await, Redeemed::Committed);
}

pub async fn a_reversal_restores_points_draws_and_stock_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    // Two lots, of which the exchange takes all of one and a part of the other.
    earn(&store, &ann, 200, Some(at(9_000))).await;
    earn(&store, &ann, 500, Some(at(99_000))).await;
    let lots = store.holdings(&ann, 9).await.unwrap().expiring;
    let new = redemption(&open, &ann, "r", (300, 5));
    assert_eq!(redeem(&store, &new).await, Redeemed::Committed);
    assert_eq!(store.holdings(&ann, 9).await.unwrap().expiring.len(), 1);
    let back = reversal(&new);
    let reversed = big_market::domain::redemption::RedemptionOrder { reversed_at: Some(at(60)), ..new.order.clone() };
    assert_eq!(reverse(&store, &back).await, RedemptionReversed::Committed(reversed.clone()));
    assert_eq!(reverse(&store, &back).await, RedemptionReversed::Earlier(reversed.clone()));
    let later = RedemptionReversal { at: at(120), ..reversal(&new) };
    assert_eq!(reverse(&store, &later).await, RedemptionReversed::Earlier(reversed.clone()));
    assert_eq!(held(&open, &ann).await, (700, 0, 0));
    assert_eq!(store.holdings(&ann, 9).await.unwrap().expiring, lots, "the very lots");
    assert_eq!(store.redemption(new.order.redemption_id).await.unwrap(), Some(reversed.clone()));
    // The request's answer is what it made, and is not made again.
    assert_eq!(redeem(&store, &redemption(&open, &ann, "r", (300, 5))).await, Redeemed::Earlier(reversed));
    // Its claim, should one still be open, ends as that of an order that committed: the unit is given back by itself.
    let claim_id = ClaimId::Recharge(new.order.recharge_order_id);
    let claim = Claim { claim_id, activity_id: open.activity_id.clone(), item: sku_item("pack") };
    assert_eq!(store.end_claims(&[claim], at(200)).await.unwrap(), [ClaimEnd::Confirm]);
    let unknown =
        RedemptionReversal { redemption_id: redemption(&open, &ann, "x", (1, 1)).order.redemption_id, ..back };
    assert_eq!(reverse(&store, &unknown).await, RedemptionReversed::Unknown);
}

pub async fn used_draws_are_not_taken_back(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    earn(&store, &ann, 300, None).await;
    let new = redemption(&open, &ann, "r", (300, 5));
    assert_eq!(redeem(&store, &new).await, Redeemed::Committed);
    open.draw(&ann, "d", &[PrizeValue::Nothing]).await;
    assert_eq!(reverse(&store, &reversal(&new)).await, RedemptionReversed::DrawsUsed { left: 4 });
    assert_eq!(held(&open, &ann).await, (0, 5, 1));
    // Draws are alike: one more makes five unused ones.
    open.grant(&ann, "one", 1).await;
    let stale = RedemptionReversal { epoch: Epoch(9), ..reversal(&new) };
    assert_eq!(reverse(&store, &stale).await, RedemptionReversed::Stale);
    assert!(matches!(reverse(&store, &reversal(&new)).await, RedemptionReversed::Committed(_)));
    assert_eq!(held(&open, &ann).await, (300, 1, 1));
    // An activity that is over gives back what is unused.
    let new = redemption(&open, &ann, "s", (300, 5));
    assert_eq!(redeem(&store, &new).await, Redeemed::Committed);
    open.close().await;
    assert!(matches!(reverse(&store, &reversal(&new)).await, RedemptionReversed::Committed(_)));
}

pub async fn draws_and_reversals_race_to_one_answer(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    for number in 0..5 {
        let user_id = user(&format!("user{number}"));
        earn(&store, &user_id, 300, None).await;
        let new = redemption(&open, &user_id, "r", (300, 5));
        assert_eq!(redeem(&store, &new).await, Redeemed::Committed);
        let back = reversal(&new);
        let group = open.group(&user_id, "d", open.quota(&user_id).await, &[PrizeValue::Nothing]);
        let (recorded, reversed) = tokio::join!(open.record(&group), reverse(&store, &back));
        let quota = open.quota(&user_id).await;
        let balance = store.points(&user_id).await.unwrap().hundredths();
        if recorded == Recorded::Committed {
            assert_eq!(reversed, RedemptionReversed::DrawsUsed { left: 4 });
            assert_eq!((quota.granted, quota.used, balance), (5, 1, 0));
        } else {
            assert!(matches!(reversed, RedemptionReversed::Committed(_)), "{reversed:?}");
            assert_eq!((quota.granted, quota.used, balance), (0, 0, 300));
        }
    }
}

pub async fn parallel_reversals_restore_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    earn(&store, &ann, 600, None).await;
    let news = ["r", "s"].map(|key| redemption(&open, &ann, key, (300, 5)));
    for new in &news {
        assert_eq!(redeem(&store, new).await, Redeemed::Committed);
    }
    let reversals: Vec<_> = (0..12).map(|_| reversal(&news[0])).collect();
    let answers = join_all(reversals.iter().map(|reversal| reverse(&store, reversal))).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, RedemptionReversed::Committed(_))).count(), 1);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, RedemptionReversed::Earlier(_))).count(), 11);
    assert_eq!(held(&open, &ann).await, (300, 5, 1));
}

pub async fn exchanges_are_listed_newest_first(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let ann = user("ann");
    earn(&store, &ann, 9_000, None).await;
    let mut expected = Vec::new();
    for (number, place) in [&open, &other, &open].into_iter().enumerate() {
        let new = redemption(place, &ann, &number.to_string(), (300, 5));
        assert_eq!(redeem(&store, &new).await, Redeemed::Committed);
        expected.insert(0, new.order);
    }
    let page = |after: Option<RedemptionId>, limit| Page { after, limit };
    assert_eq!(store.redemptions_of(&ann, &page(None, 9)).await.unwrap(), expected);
    assert_eq!(store.redemptions_of(&ann, &page(None, 2)).await.unwrap(), expected[..2]);
    let rest = page(Some(expected[1].redemption_id), 9);
    assert_eq!(store.redemptions_of(&ann, &rest).await.unwrap(), expected[2..]);
    assert_eq!(store.redemptions_of(&user("bob"), &page(None, 9)).await.unwrap(), []);
}
