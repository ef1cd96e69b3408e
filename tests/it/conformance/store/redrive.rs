//! Dead work made pending again in bulk.

use std::sync::Arc;

use big_market::domain::award::{AwardKind, AwardState, PrizeValue};
use big_market::domain::calendar::Timestamp;
use big_market::domain::id::OutboxId;
use big_market::domain::outbox::{AttemptOutcome, BulkRedrive, OutboxEntry, OutboxState};
use big_market::store::audit::AuditFilter;
use big_market::store::draws::NewDraw;
use big_market::store::outbox::BulkRedriven;
use big_market::store::{Page, Store};
use chrono::TimeDelta;
use futures::future::join_all;

use crate::support::rows::{OpenActivity, at, change, finish, lease, points, user};

fn wish(per_second: u32, limit: u32) -> BulkRedrive {
    BulkRedrive { per_second, kind: None, error_contains: None, limit }
}

fn after_noon(milliseconds: i64) -> Timestamp {
    at(0) + TimeDelta::milliseconds(milliseconds)
}

/// Work that is dead for the reasons given, oldest first.
async fn dead(store: &Arc<dyn Store>, values: &[PrizeValue], errors: &[&str]) -> Vec<OutboxId> {
    let open = OpenActivity::publish(store, "a").await;
    let draws: Vec<NewDraw> = open.won(&user("ann"), values).await;
    for (delivery, error) in lease(store, &draws, at(1)).await.iter().zip(errors) {
        let outcome = AttemptOutcome::Dead { error: (*error).into() };
        store.finish_attempts(&[finish(delivery, outcome)], at(2)).await.unwrap();
    }
    draws.into_iter().map(|new| new.outbox_id.unwrap()).collect()
}

/// Entries in the order in which they were promised.
async fn entries(store: &Arc<dyn Store>) -> Vec<OutboxEntry> {
    let mut entries = store.outbox(None, &Page { after: None, limit: 100 }).await.unwrap();
    entries.reverse();
    entries
}

async fn pending(store: &Arc<dyn Store>) -> Vec<(OutboxId, Timestamp)> {
    let entries = entries(store).await.into_iter();
    entries.filter(|entry| entry.state == OutboxState::Pending).map(|entry| (entry.outbox_id, entry.run_at)).collect()
}

pub async fn dead_work_is_redriven_at_a_rate_oldest_first(store: Arc<dyn Store>) {
    let ids = dead(&store, &vec![points(100); 7], &["no answer"; 7]).await;
    let done = store.redrive_dead(&wish(3, 5), &change(50)).await.unwrap();
    assert_eq!(done, BulkRedriven { redriven: 5, last_due_at: Some(after_noon(51_333)) });
    let due = [50_000, 50_333, 50_666, 51_000, 51_333].map(after_noon);
    assert_eq!(pending(&store).await, ids.iter().copied().zip(due).collect::<Vec<_>>());
    for entry in entries(&store).await.iter().take(5) {
        assert_eq!((entry.attempts, entry.ended_at), (0, None));
    }
    let awards = store.awards_of(&user("ann"), &Page { after: None, limit: 99 }).await.unwrap();
    assert_eq!(awards.iter().filter(|award| award.state == AwardState::Pending).count(), 5);
    assert_eq!(store.award_violations(9).await.unwrap(), []);

    let rest = store.redrive_dead(&wish(1_000, 100), &change(60)).await.unwrap();
    assert_eq!(rest, BulkRedriven { redriven: 2, last_due_at: Some(after_noon(60_001)) });
    assert_eq!(store.redrive_dead(&wish(1_000, 100), &change(70)).await.unwrap(), BulkRedriven::default());

    let about = AuditFilter { subject: Some("outbox".into()), actor: None };
    let changes = store.audit(&about, &Page { after: None, limit: 9 }).await.unwrap();
    let mut counts: Vec<_> = changes.iter().map(|change| change.after.clone().unwrap()["redriven"].clone()).collect();
    counts.sort_by_key(serde_json::Value::as_u64);
    assert_eq!(counts, [2, 5], "one record for each that changed anything");
    assert!(changes.iter().all(|change| change.action == "outbox.redrive_dead"));
}

pub async fn dead_work_is_redriven_by_kind_and_error(store: Arc<dyn Store>) {
    let values = [points(100), PrizeValue::Webhook, PrizeValue::Webhook, points(100)];
    let ids = dead(&store, &values, &["answered 503", "answered 503", "100% wrong_", "no answer"]).await;
    let redrive = async |kind, error: Option<&str>| {
        let wish = BulkRedrive { kind, error_contains: error.map(str::to_owned), ..wish(10, 100) };
        store.redrive_dead(&wish, &change(50)).await.unwrap().redriven
    };
    assert_eq!(redrive(Some(AwardKind::Goods), None).await, 0);
    assert_eq!(redrive(None, Some("%")).await, 1, "letter by letter: no pattern");
    assert_eq!(redrive(Some(AwardKind::Webhook), Some("503")).await, 1);
    assert_eq!(pending(&store).await.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [ids[1], ids[2]]);
    assert_eq!(redrive(Some(AwardKind::Points), None).await, 2);
    assert_eq!(pending(&store).await.len(), 4);
}

pub async fn parallel_bulk_redrives_take_each_entry_once(store: Arc<dyn Store>) {
    dead(&store, &vec![points(100); 20], &["no answer"; 20]).await;
    let wishes: Vec<_> = (0..6).map(|number| (wish(10, 8), change(50 + number))).collect();
    let done = join_all(wishes.iter().map(|(wish, change)| store.redrive_dead(wish, change))).await;
    assert_eq!(done.into_iter().map(|done| done.unwrap().redriven).sum::<u32>(), 20);
    assert_eq!(pending(&store).await.len(), 20);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
}
