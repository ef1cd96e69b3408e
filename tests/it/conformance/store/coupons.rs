//! Coupon codes: each to one award, for good.

use std::collections::HashSet;
use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::coupon::CouponCode;
use big_market::domain::id::{AwardRecordId, Name, OutboxId};
use big_market::store::Page;
use big_market::store::Store;
use big_market::store::audit::AuditFilter;
use big_market::store::outbox::{Recall, Recalled};
use futures::future::join_all;

use crate::support::rows::{OpenActivity, at, change, mint, user};

fn pool() -> Name {
    Name::new("autumn").unwrap()
}

fn codes(count: usize) -> Vec<CouponCode> {
    (0..count).map(|number| CouponCode::new(&format!("CODE-{number:03}")).unwrap()).collect()
}

fn award_record_id() -> AwardRecordId {
    AwardRecordId::from_ulid(mint(&user("ann")))
}

async fn take(store: &Arc<dyn Store>, award: AwardRecordId) -> Option<String> {
    store.take_code(&pool(), award, at(2)).await.unwrap().map(|code| code.reveal().to_owned())
}

/// (total, taken) of the pool.
async fn counts(store: &Arc<dyn Store>) -> (u64, u64) {
    let pools = store.coupon_pools().await.unwrap();
    assert_eq!(pools.len(), 1);
    assert_eq!(pools[0].pool, pool());
    (pools[0].total, pools[0].taken)
}

pub async fn codes_are_added_once(store: Arc<dyn Store>) {
    assert_eq!(store.coupon_pools().await.unwrap(), []);
    assert_eq!(store.add_codes(&pool(), &codes(3), at(0)).await.unwrap(), 3);
    assert_eq!(take(&store, award_record_id()).await.as_deref(), Some("CODE-000"));
    // One that is taken stays taken.
    assert_eq!(store.add_codes(&pool(), &codes(5), at(1)).await.unwrap(), 2);
    assert_eq!(store.add_codes(&pool(), &codes(5), at(1)).await.unwrap(), 0);
    assert_eq!(counts(&store).await, (5, 1));
    // Another pool may have the same codes.
    let other = Name::new("other").unwrap();
    assert_eq!(store.add_codes(&other, &codes(1), at(1)).await.unwrap(), 1);
}

pub async fn loading_codes_is_noted_without_them(store: Arc<dyn Store>) {
    store.note_codes_loaded(&pool(), 3, 1, &change(5)).await.unwrap();
    let noted = store.audit(&AuditFilter::default(), &Page { after: None, limit: 9 }).await.unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0].subject, "coupon pool autumn");
    assert_eq!(noted[0].after, Some(serde_json::json!({ "added": 3, "repeated": 1 })));
}

pub async fn parallel_takers_never_share_a_code(store: Arc<dyn Store>) {
    store.add_codes(&pool(), &codes(20), at(0)).await.unwrap();
    let awards: Vec<_> = (0..30).map(|_| award_record_id()).collect();
    let taken = join_all(awards.iter().map(|award| take(&store, *award))).await;
    let given: Vec<_> = taken.iter().flatten().collect();
    assert_eq!(given.len(), 20);
    assert_eq!(given.iter().collect::<HashSet<_>>().len(), 20);
    assert_eq!(counts(&store).await, (20, 20));
    // Asked again, everybody gets the same, and nobody a second one.
    assert_eq!(join_all(awards.iter().map(|award| take(&store, *award))).await, taken);
}

pub async fn an_award_gets_one_code_however_often_it_asks_at_once(store: Arc<dyn Store>) {
    store.add_codes(&pool(), &codes(9), at(0)).await.unwrap();
    let award = award_record_id();
    let taken = join_all((0..8).map(|_| take(&store, award))).await;
    assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 1);
    assert_eq!(counts(&store).await, (9, 1));
}

pub async fn an_empty_pool_gives_nothing_until_codes_come(store: Arc<dyn Store>) {
    let award = award_record_id();
    assert_eq!(take(&store, award).await, None);
    store.add_codes(&pool(), &codes(1), at(0)).await.unwrap();
    assert!(take(&store, award).await.is_some());
    assert_eq!(take(&store, award_record_id()).await, None);
}

pub async fn the_code_of_a_recalled_award_goes_to_another(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let new = open.won(&user("ann"), &[PrizeValue::Coupon]).await.remove(0);
    let outbox_id: OutboxId = new.outbox_id.unwrap();
    store.add_codes(&pool(), &codes(1), at(0)).await.unwrap();
    let code = take(&store, new.draw.award_record_id).await;
    assert_eq!(store.recalled_with_code(9).await.unwrap(), []);
    let recall = Recall { outbox_id, reason: "a mistake".into() };
    assert!(matches!(store.recall(&recall, &change(5)).await.unwrap(), Recalled::Done { .. }));
    assert_eq!(store.recalled_with_code(9).await.unwrap(), [new.draw.award_record_id]);
    assert_eq!(store.put_back_codes(&[new.draw.award_record_id]).await.unwrap(), 1);
    assert_eq!(store.put_back_codes(&[new.draw.award_record_id]).await.unwrap(), 0);
    assert_eq!(store.recalled_with_code(9).await.unwrap(), []);
    assert_eq!(counts(&store).await, (1, 0));
    assert_eq!(take(&store, award_record_id()).await, code);
}

pub async fn promised_coupons_are_counted_until_they_are_delivered(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &[PrizeValue::Coupon, PrizeValue::Coupon, PrizeValue::Webhook]).await;
    let promises = store.coupon_promises().await.unwrap();
    assert_eq!(promises.iter().map(|promises| promises.count).collect::<Vec<_>>(), [2]);
    let recall = Recall { outbox_id: draws[0].outbox_id.unwrap(), reason: String::new() };
    store.recall(&recall, &change(5)).await.unwrap();
    assert_eq!(store.coupon_promises().await.unwrap()[0].count, 1);
}
