//! Behaviours: each rewarded once, with everything it earns or not at all.

use std::sync::Arc;

use big_market::domain::behaviour::Behaviour;
use big_market::domain::id::{BehaviourId, UserId};
use big_market::domain::points::Points;
use big_market::store::behaviours::{BehaviourFilter, BehavioursRecorded, NewBehaviour};
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::exchanges::{business_key, name, payment, sign_in};
use crate::support::rows::{OpenActivity, day, user};

const COMMITTED: BehavioursRecorded = BehavioursRecorded::Committed;
const MOVED: BehavioursRecorded = BehavioursRecorded::Moved;

async fn record(store: &Arc<dyn Store>, new: &NewBehaviour) -> BehavioursRecorded {
    store.record_behaviours(std::slice::from_ref(new)).await.unwrap()
}

async fn points(store: &Arc<dyn Store>, user_id: &UserId) -> i64 {
    store.points(user_id).await.unwrap().hundredths()
}

async fn rows(store: &Arc<dyn Store>, user_id: &UserId, behaviour: &str, keys: &[&str]) -> Vec<Behaviour> {
    let keys: Vec<_> = keys.iter().map(|key| business_key(key)).collect();
    store.behaviours_with(user_id, &name(behaviour), &keys).await.unwrap()
}

pub async fn a_behaviour_is_rewarded_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let first = payment(&open, &ann, "pay-1");
    assert_eq!(record(&store, &first).await, COMMITTED);
    assert_eq!(record(&store, &first).await, MOVED);
    assert_eq!(record(&store, &payment(&open, &ann, "pay-1")).await, MOVED);
    assert_eq!((open.quota(&ann).await.granted, points(&store, &ann).await), (2, 100));
    assert_eq!(rows(&store, &ann, "payment", &["pay-1"]).await, [first.behaviour]);
    // Another key, another user and another behaviour are their own.
    assert_eq!(record(&store, &payment(&open, &ann, "pay-2")).await, COMMITTED);
    assert_eq!(record(&store, &payment(&open, &user("bob"), "pay-1")).await, COMMITTED);
    let mut invite = payment(&open, &ann, "pay-1");
    invite.behaviour.behaviour = name("invite");
    assert_eq!(record(&store, &invite).await, COMMITTED);
    assert_eq!((open.quota(&ann).await.granted, points(&store, &ann).await), (6, 300));
    assert_eq!(store.record_behaviours(&[]).await.unwrap(), COMMITTED);
    let truth = store.stock_truth(&open.activity_id).await.unwrap();
    assert!(truth.iter().all(|item| item.used == 0), "rebates take no stock: {truth:?}");
}

pub async fn behaviours_of_one_report_commit_together(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let ann = user("ann");
    assert_eq!(record(&store, &payment(&other, &ann, "pay-1")).await, COMMITTED);
    let both = [payment(&open, &ann, "pay-1"), payment(&other, &ann, "pay-1")];
    assert_eq!(store.record_behaviours(&both).await.unwrap(), MOVED);
    assert_eq!((open.quota(&ann).await.granted, other.quota(&ann).await.granted), (0, 2));
    let both = [payment(&open, &ann, "pay-2"), payment(&other, &ann, "pay-2")];
    assert_eq!(store.record_behaviours(&both).await.unwrap(), COMMITTED);
    assert_eq!((open.quota(&ann).await.granted, other.quota(&ann).await.granted), (2, 4));
    assert_eq!(points(&store, &ann).await, 300);
}

pub async fn a_streak_follows_the_day_before(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let on = |date: &str| open.on(date);
    assert_eq!(record(&store, &sign_in(&on("2026-11-22"), &ann, 2)).await, MOVED, "there is no day before");
    assert_eq!(record(&store, &sign_in(&on("2026-11-22"), &ann, 1)).await, COMMITTED);
    assert_eq!(record(&store, &sign_in(&on("2026-11-23"), &ann, 1)).await, MOVED, "the day before counts");
    assert_eq!(record(&store, &sign_in(&on("2026-11-23"), &ann, 3)).await, MOVED);
    assert_eq!(record(&store, &sign_in(&on("2026-11-23"), &ann, 2)).await, COMMITTED);
    // A day is missing: it begins again. Another user's and another activity's days do not count.
    assert_eq!(record(&store, &sign_in(&on("2026-11-25"), &ann, 3)).await, MOVED);
    assert_eq!(record(&store, &sign_in(&on("2026-11-25"), &ann, 1)).await, COMMITTED);
    assert_eq!(record(&store, &sign_in(&on("2026-11-23"), &user("bob"), 2)).await, MOVED);
    let other = OpenActivity::publish(&store, "b").await.on("2026-11-23");
    assert_eq!(record(&store, &sign_in(&other, &ann, 2)).await, MOVED);
    let streaks: Vec<_> = rows(&store, &ann, "sign_in", &["2026-11-22", "2026-11-23", "2026-11-25"])
        .await
        .iter()
        .map(|row| row.streak)
        .collect();
    assert_eq!(streaks, [1, 2, 1]);
}

pub async fn revealed_days_and_closed_activities_take_no_behaviours(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    store.reveal_seeds(&open.activity_id, day("2026-11-23")).await.unwrap();
    assert_eq!(record(&store, &payment(&open, &ann, "pay-1")).await, MOVED);
    assert_eq!(record(&store, &payment(&open.on("2026-11-23"), &ann, "pay-1")).await, COMMITTED);
    open.close().await;
    assert_eq!(record(&store, &payment(&open.on("2026-11-23"), &ann, "pay-2")).await, MOVED);
    let nowhere = OpenActivity { activity_id: crate::support::rows::activity("nowhere"), ..open.clone() };
    assert_eq!(record(&store, &payment(&nowhere, &ann, "pay-2")).await, MOVED);
    assert_eq!((open.quota(&ann).await.granted, points(&store, &ann).await), (2, 100));
}

pub async fn parallel_reports_of_one_key_commit_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let reports: Vec<_> = (0..12).map(|_| payment(&open, &ann, "pay-1")).collect();
    let answers = join_all(reports.iter().map(|new| record(&store, new))).await;
    assert_eq!(answers.iter().filter(|answer| **answer == COMMITTED).count(), 1);
    assert_eq!((open.quota(&ann).await.granted, points(&store, &ann).await), (2, 100));
}

pub async fn an_account_that_is_full_takes_no_behaviour(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "most", u32::MAX - 1).await;
    assert_eq!(record(&store, &payment(&open, &ann, "pay-1")).await, BehavioursRecorded::Full);
    assert_eq!(store.points(&ann).await.unwrap(), Points::ZERO);
    assert_eq!(rows(&store, &ann, "payment", &["pay-1"]).await, []);
}

pub async fn records_are_found_by_key_with_those_reported_together(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let ann = user("ann");
    let mut report = [sign_in(&open, &ann, 1), sign_in(&other.on("2026-11-23"), &ann, 1)];
    let report_id = Some(report[0].behaviour.behaviour_id);
    for new in &mut report {
        new.behaviour.report_id = report_id;
    }
    assert_eq!(store.record_behaviours(&report).await.unwrap(), COMMITTED);
    let alone = sign_in(&open.on("2026-11-23"), &ann, 2);
    assert_eq!(record(&store, &alone).await, COMMITTED);
    let [first, second] = report.map(|new| new.behaviour);
    assert_eq!(rows(&store, &ann, "sign_in", &["2026-11-22"]).await, [first.clone(), second.clone()]);
    assert_eq!(rows(&store, &ann, "sign_in", &["2026-11-23"]).await, [first, second, alone.behaviour]);
    assert_eq!(rows(&store, &ann, "sign_in", &["2026-11-24"]).await, []);
    assert_eq!(rows(&store, &ann, "payment", &["2026-11-22"]).await, []);
    assert_eq!(rows(&store, &user("bob"), "sign_in", &["2026-11-22"]).await, []);
    assert_eq!(rows(&store, &ann, "sign_in", &[]).await, []);
}

pub async fn behaviours_are_listed_newest_first_by_month(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let mut november = Vec::new();
    for (date, streak) in [("2026-11-28", 1), ("2026-11-29", 2), ("2026-11-30", 3), ("2026-12-01", 4)] {
        let new = sign_in(&open.on(date), &ann, streak);
        assert_eq!(record(&store, &new).await, COMMITTED);
        assert_eq!(record(&store, &payment(&open.on(date), &ann, date)).await, COMMITTED);
        if date.starts_with("2026-11") {
            november.insert(0, new.behaviour);
        }
    }
    let filter = |month: &str| BehaviourFilter {
        user_id: ann.clone(),
        activity_id: open.activity_id.clone(),
        behaviour: name("sign_in"),
        month: month.parse().unwrap(),
    };
    let page = |after: Option<BehaviourId>, limit| Page { after, limit };
    assert_eq!(store.behaviours_of(&filter("2026-11"), &page(None, 9)).await.unwrap(), november);
    assert_eq!(store.behaviours_of(&filter("2026-11"), &page(None, 2)).await.unwrap(), november[..2]);
    let rest = page(Some(november[1].behaviour_id), 9);
    assert_eq!(store.behaviours_of(&filter("2026-11"), &rest).await.unwrap(), november[2..]);
    assert_eq!(store.behaviours_of(&filter("2026-12"), &page(None, 9)).await.unwrap().len(), 1);
    assert_eq!(store.behaviours_of(&filter("2026-10"), &page(None, 9)).await.unwrap(), []);
}
