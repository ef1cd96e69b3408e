//! Awards that third parties reserve: the way they are told stays, rounds are counted, and what is let go of is recalled.

use std::sync::Arc;

use big_market::domain::award::{AwardRecord, AwardState, PrizeValue};
use big_market::domain::outbox::{AttemptOutcome, BulkRedrive, Delivery, OutboxEntry, OutboxState, Way};
use big_market::store::audit::AuditFilter;
use big_market::store::draws::NewDraw;
use big_market::store::outbox::{Recall, Recalled, Redriven};
use big_market::store::{Page, Store};

use crate::support::rows::{OpenActivity, at, change, finish, lease, user};

async fn won(store: &Arc<dyn Store>, count: usize) -> Vec<NewDraw> {
    OpenActivity::publish(store, "a").await.won(&user("ann"), &vec![PrizeValue::Webhook; count]).await
}

async fn award(store: &Arc<dyn Store>, new: &NewDraw) -> AwardRecord {
    store.claimable_award(new.draw.award_record_id).await.unwrap().unwrap().award
}

async fn entry(store: &Arc<dyn Store>, new: &NewDraw) -> OutboxEntry {
    let entries = store.outbox(None, &Page { after: None, limit: 100 }).await.unwrap();
    entries.into_iter().find(|entry| Some(entry.outbox_id) == new.outbox_id).unwrap()
}

fn recall_of(new: &NewDraw) -> Recall {
    Recall { outbox_id: new.outbox_id.unwrap(), reason: "a mistake".into() }
}

fn staged(delivery: &Delivery) -> Delivery {
    Delivery { way: Some(Way::Staged), ..delivery.clone() }
}

/// Leases an award's work and tells a third party in stages.
async fn sent(store: &Arc<dyn Store>, new: &NewDraw) -> Delivery {
    let delivery = staged(&lease(store, std::slice::from_ref(new), at(1)).await[0]);
    let marked = store.mark_dispatched(std::slice::from_ref(&delivery)).await.unwrap();
    assert_eq!(marked, [new.draw.award_record_id]);
    delivery
}

fn dead() -> AttemptOutcome {
    AttemptOutcome::Dead { error: "released".into() }
}

pub async fn an_award_keeps_the_way_it_was_first_told(store: Arc<dyn Store>) {
    let draws = won(&store, 3).await;
    let mut deliveries = lease(&store, &draws, at(1)).await;
    assert!(deliveries.iter().all(|delivery| delivery.way.is_none() && delivery.round == 1));
    for (delivery, way) in deliveries.iter_mut().zip([Way::AtOnce, Way::Staged]) {
        delivery.way = Some(way);
    }
    let ids = |draws: &[NewDraw]| draws.iter().map(|new| new.draw.award_record_id).collect::<Vec<_>>();
    for _ in 0..2 {
        let mut marked = store.mark_dispatched(&deliveries[..2]).await.unwrap();
        marked.sort();
        assert_eq!(marked, ids(&draws[..2]));
    }
    let other = Delivery { way: Some(Way::AtOnce), ..deliveries[1].clone() };
    assert_eq!(store.mark_dispatched(&[other, staged(&deliveries[0])]).await.unwrap(), [], "told another way before");
    let again: Vec<_> = lease(&store, &draws, at(61)).await.into_iter().map(|delivery| delivery.way).collect();
    assert_eq!(again, [Some(Way::AtOnce), Some(Way::Staged), None]);
    // One that was taken back before anybody was told is not told any more.
    assert!(matches!(store.recall(&recall_of(&draws[2]), &change(200)).await.unwrap(), Recalled::Done { .. }));
    assert_eq!(store.mark_dispatched(&[staged(&deliveries[2])]).await.unwrap(), []);
}

pub async fn each_redrive_begins_a_new_round(store: Arc<dyn Store>) {
    let draws = won(&store, 1).await;
    for round in 1..=4 {
        let seconds = i64::from(round) * 100;
        let delivery = lease(&store, &draws, at(seconds)).await.remove(0);
        assert_eq!((delivery.round, delivery.attempt), (round, 1));
        let again = lease(&store, &draws, at(seconds + 60)).await.remove(0);
        assert_eq!((again.round, again.attempt), (round, 2), "a lease that ended begins none");
        store.finish_attempts(&[finish(&again, dead())], at(seconds + 61)).await.unwrap();
        if round % 2 == 0 {
            let wish = BulkRedrive { per_second: 1, kind: None, error_contains: None, limit: 9 };
            store.redrive_dead(&wish, &change(seconds + 62)).await.unwrap();
        } else {
            let redriven = store.redrive(draws[0].outbox_id.unwrap(), &change(seconds + 62)).await.unwrap();
            assert_eq!(redriven, Redriven::Pending);
        }
    }
}

pub async fn what_a_third_party_reserved_is_wanted_back_first(store: Arc<dyn Store>) {
    let draws = won(&store, 1).await;
    let new = &draws[0];
    let first = sent(&store, new).await;
    assert_eq!(store.recall(&recall_of(new), &change(2)).await.unwrap(), Recalled::Leased);
    assert_eq!(store.recall_released(first.outbox_id, first.lease, at(2)).await.unwrap(), None, "nobody asked");
    let retry = AttemptOutcome::Retry { run_at: at(500), error: "busy".into() };
    store.finish_attempts(&[finish(&first, retry)], at(3)).await.unwrap();

    for seconds in [4, 5] {
        assert_eq!(store.recall(&recall_of(new), &change(seconds)).await.unwrap(), Recalled::Asked);
    }
    let wanted = entry(&store, new).await;
    assert_eq!((wanted.state, wanted.run_at), (OutboxState::Pending, at(4)), "it is due at once, and asked for once");
    assert_eq!(wanted.wanted_back.as_deref(), Some("a mistake"));
    assert_eq!(award(&store, new).await.state, AwardState::Dispatched);
    let about = AuditFilter { subject: Some(format!("outbox entry {}", wanted.outbox_id)), actor: None };
    let changes = store.audit(&about, &Page { after: None, limit: 9 }).await.unwrap();
    let [asked] = changes.as_slice() else { panic!("{changes:?}") };
    let after = serde_json::json!({ "award": "dispatched", "work": "pending", "reason": "a mistake" });
    assert_eq!((asked.action.as_str(), &asked.after), ("award.recall", &Some(after)));

    let second = lease(&store, &draws, at(6)).await.remove(0);
    assert_eq!((second.wanted_back.as_deref(), second.round), (Some("a mistake"), 1));
    assert_eq!(store.recall(&recall_of(new), &change(7)).await.unwrap(), Recalled::Asked, "it is on its way");
    assert_eq!(store.recall_released(first.outbox_id, first.lease, at(7)).await.unwrap(), None, "its lease is over");
    let unit = store.recall_released(second.outbox_id, second.lease, at(8)).await.unwrap().expect("recalled");
    assert_eq!((unit.draw_id, unit.award_id), (new.draw.draw_id, new.draw.award_id.clone()));
    assert_eq!(store.recall_released(second.outbox_id, second.lease, at(9)).await.unwrap(), None);
    assert_eq!(award(&store, new).await.state, AwardState::Recalled);
    let ended = entry(&store, new).await;
    assert_eq!((ended.state, ended.ended_at), (OutboxState::Done, Some(at(8))));
    assert_eq!(ended.last_error.as_deref(), Some("recalled: a mistake"));
    assert_eq!(store.recall(&recall_of(new), &change(10)).await.unwrap(), Recalled::Earlier(new.draw.award_record_id));
    // What its worker says afterwards comes too late.
    let late = AttemptOutcome::Delivered { reference: None, reply: None };
    store.finish_attempts(&[finish(&second, late)], at(11)).await.unwrap();
    assert_eq!(award(&store, new).await.state, AwardState::Recalled);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
    assert_eq!(store.oversold_items(9).await.unwrap(), []);
}

pub async fn dead_work_is_wanted_back_in_its_round(store: Arc<dyn Store>) {
    let draws = won(&store, 1).await;
    let delivery = sent(&store, &draws[0]).await;
    store.finish_attempts(&[finish(&delivery, dead())], at(2)).await.unwrap();
    assert_eq!(store.recall(&recall_of(&draws[0]), &change(3)).await.unwrap(), Recalled::Asked);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
    let asked = lease(&store, &draws, at(3)).await.remove(0);
    assert_eq!((asked.round, asked.way, asked.award.state), (1, Some(Way::Staged), AwardState::Dispatched));
    // Given up once more, and redriven: the wish stays.
    store.finish_attempts(&[finish(&asked, dead())], at(4)).await.unwrap();
    store.redrive(asked.outbox_id, &change(5)).await.unwrap();
    let redriven = lease(&store, &draws, at(5)).await.remove(0);
    assert_eq!((redriven.round, redriven.wanted_back.as_deref()), (2, Some("a mistake")));
}

pub async fn what_the_winner_has_is_no_longer_let_go(store: Arc<dyn Store>) {
    let draws = won(&store, 1).await;
    let first = sent(&store, &draws[0]).await;
    // Its lease ends, the wish comes, and then the worker says that it was confirmed.
    assert_eq!(store.recall(&recall_of(&draws[0]), &change(61)).await.unwrap(), Recalled::Asked);
    let second = lease(&store, &draws, at(62)).await.remove(0);
    let confirmed = AttemptOutcome::Delivered { reference: Some("r".into()), reply: None };
    store.finish_attempts(&[finish(&first, confirmed.clone())], at(63)).await.unwrap();
    assert_eq!(store.recall_released(second.outbox_id, second.lease, at(64)).await.unwrap(), None);
    assert_eq!(store.recall(&recall_of(&draws[0]), &change(64)).await.unwrap(), Recalled::Delivered);
    store.finish_attempts(&[finish(&second, confirmed)], at(65)).await.unwrap();
    assert_eq!(entry(&store, &draws[0]).await.state, OutboxState::Done);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
}
