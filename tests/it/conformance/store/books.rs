//! Reconciliation of what was written honestly; planted violations need the adapter's own words.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::coupon::CouponCode;
use big_market::domain::goods::{GoodsClaim, Recipient};
use big_market::domain::id::{Name, SkuId};
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::reconcile::Invariant;
use big_market::store::Store;
use big_market::store::behaviours::BehavioursRecorded;
use big_market::store::books::ActivityLimits;
use big_market::store::outbox::{Recall, Recalled};
use big_market::store::redemptions::Redeemed;

use crate::support::exchanges::{earn, payment, redemption, reversal};
use crate::support::rows::{
    OpenActivity, activity, at, change, finish, lease, new_version, points, user, with_coupons,
};

const NOTHING: PrizeValue = PrizeValue::Nothing;

pub async fn honest_work_has_clean_books(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let pack = PrizeValue::Draws { sku: SkuId::new("pack").unwrap(), draws: 2 };
    let prizes = [points(100), NOTHING, pack, PrizeValue::Goods, points(50)];
    let draws = open.won(&user("ann"), &prizes).await;
    open.grant(&user("ann"), "more", 1).await;
    open.on("2026-12-01").draw(&user("ann"), "december", &[NOTHING]).await;
    for delivery in lease(&store, &draws, at(1)).await {
        let outcome = match delivery.award.value {
            PrizeValue::Points { .. } => AttemptOutcome::CreditPoints,
            PrizeValue::Draws { .. } => AttemptOutcome::GrantDraws,
            _ => AttemptOutcome::Dead { error: "no such address".into() },
        };
        store.finish_attempts(&[finish(&delivery, outcome)], at(2)).await.unwrap();
    }
    assert_eq!(store.oversold_items(9).await.unwrap(), []);
    assert_eq!(store.quota_violations(9).await.unwrap(), []);
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
    assert_eq!(store.code_violations(at(99), 9).await.unwrap(), []);
    assert_eq!(store.goods_violations(9).await.unwrap(), []);
    assert_eq!(store.outbox_violations(at(0), 9).await.unwrap(), []);
}

pub async fn honest_exchanges_have_clean_books(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    earn(&store, &ann, 1_000, None).await;
    let exchanges = ["one", "two"].map(|key| redemption(&open, &ann, key, (300, 5)));
    for new in &exchanges {
        assert_eq!(store.record_redemption(new).await.unwrap(), Redeemed::Committed);
    }
    store.reverse_redemption(&reversal(&exchanges[0])).await.unwrap();
    assert_eq!(store.record_behaviours(&[payment(&open, &ann, "pay-1")]).await.unwrap(), BehavioursRecorded::Committed);
    assert_eq!(store.oversold_items(9).await.unwrap(), []);
    assert_eq!(store.quota_violations(9).await.unwrap(), []);
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
    assert_eq!(store.redemption_violations(9).await.unwrap(), []);
    assert_eq!(store.rebate_violations(9).await.unwrap(), []);
}

pub async fn codes_and_goods_on_their_way_have_clean_books(store: Arc<dyn Store>) {
    let version = with_coupons(new_version(&activity("a"), "coupons", &[]), "autumn");
    let open = OpenActivity::publish_version(&store, version).await;
    let coupons = [PrizeValue::Coupon, PrizeValue::Coupon, PrizeValue::Coupon];
    let draws = open.won(&user("ann"), &[&coupons[..], &[PrizeValue::Goods, PrizeValue::Goods]].concat()).await;
    let pool = Name::new("autumn").unwrap();
    let codes = ["A-1", "A-2", "A-3"].map(|code| CouponCode::new(code).unwrap());
    store.add_codes(&pool, &codes, at(0)).await.unwrap();
    // Each took its code and got no further; one was given up since, one recalled.
    for new in &draws[..3] {
        store.take_code(&pool, new.draw.award_record_id, at(5)).await.unwrap().unwrap();
    }
    let delivery = lease(&store, &draws[1..2], at(5)).await.remove(0);
    let outcome = AttemptOutcome::Dead { error: "too often".into() };
    store.finish_attempts(&[finish(&delivery, outcome)], at(6)).await.unwrap();
    let address = vec!["Way 1".into()];
    let recipient = Recipient { name: "Ann".into(), phone: "555".into(), address, note: None };
    for new in &draws[3..] {
        let (award_record_id, recipient) = (new.draw.award_record_id, recipient.clone());
        let claim = GoodsClaim { award_record_id, user_id: user("ann"), recipient, claimed_at: at(5), shipment: None };
        store.claim_goods(&claim).await.unwrap();
    }
    for new in [&draws[2], &draws[4]] {
        let recall = Recall { outbox_id: new.outbox_id.unwrap(), reason: String::new() };
        assert!(matches!(store.recall(&recall, &change(9)).await.unwrap(), Recalled::Done { .. }));
    }
    assert_eq!(store.award_violations(9).await.unwrap(), []);
    assert_eq!(store.goods_violations(9).await.unwrap(), []);
    assert_eq!(store.code_violations(at(9), 9).await.unwrap(), [], "a sweep may still come");
    let named = store.code_violations(at(10), 9).await.unwrap();
    assert_eq!(named.len(), 1, "{named:?}");
    assert_eq!(named[0].subject, format!("award record {}", draws[2].draw.award_record_id));
    assert!(!format!("{named:?}").contains("A-3"), "a code is never told");
    store.put_back_codes(&[draws[2].draw.award_record_id]).await.unwrap();
    assert_eq!(store.code_violations(at(99), 9).await.unwrap(), []);
    // One that is taken after the recall, by a worker that was late, has its time too.
    store.take_code(&pool, draws[2].draw.award_record_id, at(50)).await.unwrap().unwrap();
    assert_eq!(store.code_violations(at(50), 9).await.unwrap(), []);
    assert_eq!(store.code_violations(at(51), 9).await.unwrap().len(), 1);
}

pub async fn draws_beyond_a_limit_are_named(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    open.won(&user("ann"), &[NOTHING; 3]).await;
    open.won(&user("bob"), &[NOTHING; 2]).await;
    let named = async |day, month| {
        let limits = ActivityLimits { activity_id: open.activity_id.clone(), day, month };
        store.limit_violations(&limits, 9).await.unwrap()
    };
    assert_eq!(named(None, None).await, []);
    assert_eq!(named(Some(3), Some(3)).await, []);
    let found = named(Some(2), None).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].invariant, Invariant::Quota);
    assert!(found[0].subject.contains("ann") && found[0].subject.contains("2026-11-22"), "{:?}", found[0]);
    assert_eq!(named(None, Some(1)).await.len(), 2);
    let other = ActivityLimits { activity_id: crate::support::rows::activity("b"), day: Some(0), month: None };
    assert_eq!(store.limit_violations(&other, 9).await.unwrap(), []);
}

pub async fn overdue_work_is_named(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &[points(1), points(2), points(3)]).await;
    lease(&store, &draws[..1], at(10)).await;
    let done = lease(&store, &draws[1..2], at(10)).await.remove(0);
    store.finish_attempts(&[finish(&done, AttemptOutcome::CreditPoints)], at(11)).await.unwrap();
    assert_eq!(store.outbox_violations(at(0), 9).await.unwrap(), []);
    assert_eq!(store.outbox_violations(at(70), 9).await.unwrap().len(), 1);
    let found = store.outbox_violations(at(71), 9).await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found[0].subject.contains(&draws[2].outbox_id.unwrap().to_string()), "{:?}", found[0]);
    assert_eq!(store.outbox_violations(at(71), 1).await.unwrap().len(), 1);
}

pub async fn draws_are_read_part_by_part(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let mut expected = Vec::new();
    for name in ["ann", "bob", "cat"] {
        expected.extend(open.won(&user(name), &[NOTHING; 3]).await.into_iter().map(|new| new.draw));
    }
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let part = store.draws_after(after, 4).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.draw_id);
        assert!(part.len() <= 4);
        read.extend(part);
    }
    assert_eq!(read, expected);
}
