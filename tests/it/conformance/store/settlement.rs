//! Closed books: sealed days take no draws, settlements never change, corrections add up.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::campaign::ActivityState;
use big_market::domain::draw::Draw;
use big_market::domain::id::WorkflowId;
use big_market::domain::points::Points;
use big_market::domain::reconcile::{Invariant, Violation};
use big_market::domain::settlement::{ActivityReport, AwardTotals, DayFound, RollUp};
use big_market::domain::workflow::{NewWorkflow, WorkflowData};
use big_market::store::catalog::Closing;
use big_market::store::draws::{Recharged, Recorded};
use big_market::store::settlement::{DayQuestion, Settled, WhileQuestion};
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::rows::{OpenActivity, activity, at, change, day, mint, noted, points, recharge, user};

fn found(name: &str, date: &str, draws: u64) -> DayFound {
    let roll_up = RollUp { draws, ..RollUp::default() };
    DayFound { activity_id: activity(name), day: day(date), roll_up, differences: Vec::new() }
}

fn different(found: DayFound) -> DayFound {
    let (subject, detail) = ("user ann".to_owned(), "1 here, 2 there".to_owned());
    DayFound { differences: vec![Violation { invariant: Invariant::Quota, subject, detail }], ..found }
}

async fn close(open: &OpenActivity) {
    let workflow = NewWorkflow {
        workflow_id: WorkflowId::from_ulid(mint(&user("operators"))),
        kind: "close_activity",
        subject: open.activity_id.to_string(),
        bucket: None,
        step: "stop",
        data: WorkflowData::new(),
        run_at: Some(at(0)),
        started_at: at(0),
    };
    let closing = Closing { activity_id: open.activity_id.clone(), if_ended_by: None, workflow };
    open.store.close_activity(&closing, &change(0)).await.unwrap();
}

pub async fn sealed_days_take_no_draws_and_stay_sealed(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[points(100)]);
    let seal = async |before: &str| store.seal_days(&open.activity_id, day(before)).await.unwrap();
    assert_eq!(seal("2026-11-22").await, day("2026-11-22"));
    assert_eq!(seal("2026-11-23").await, day("2026-11-23"));
    assert_eq!(seal("2026-11-20").await, day("2026-11-23"), "never unsealed");
    assert_eq!(open.record(&group).await, Recorded::DayOver);
    assert_eq!(store.secret_from(&open.activity_id).await.unwrap(), None, "sealed is not public");
    open.on("2026-11-23").draw(&ann, "r", &[PrizeValue::Nothing]).await;
    store.reveal_seeds(&open.activity_id, day("2026-11-24")).await.unwrap();
    assert_eq!(seal("2026-11-23").await, day("2026-11-24"), "what is public is sealed");
}

pub async fn draws_and_seals_race_to_one_answer(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let users: Vec<_> = (0..12).map(|number| user(&format!("user{number}"))).collect();
    for user_id in &users {
        open.grant(user_id, "g", 1).await;
    }
    let mut groups = Vec::new();
    for user_id in &users {
        groups.push(open.group(user_id, "r", open.quota(user_id).await, &[points(1)]));
    }
    let seal = store.seal_days(&open.activity_id, open.day.plus(1));
    let (_, recorded) = tokio::join!(seal, join_all(groups.iter().map(|group| open.record(group))));
    let committed = recorded.iter().filter(|recorded| **recorded == Recorded::Committed).count();
    assert!(
        recorded.iter().all(|recorded| matches!(recorded, Recorded::Committed | Recorded::DayOver)),
        "{recorded:?}"
    );
    let drawn = store.draws_of_day(&open.activity_id, open.day, None, 99).await.unwrap();
    assert_eq!(drawn.len(), committed);
}

pub async fn nothing_is_recorded_in_an_activity_that_is_not_open(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[points(100)]);
    let order = recharge(&ann, &open.activity_id, "h", 1);
    store.change_state(&open.activity_id, ActivityState::Paused, &change(0)).await.unwrap();
    assert_eq!(open.record(&group).await, Recorded::NotOpen);
    assert_eq!(store.record_recharges(std::slice::from_ref(&order)).await.unwrap(), [Recharged::NotOpen]);
    let repeat = store.record_recharges(&[recharge(&ann, &open.activity_id, "g", 9)]).await.unwrap();
    assert!(matches!(repeat[0], Recharged::Earlier(_)), "what was granted stays granted");
    store.change_state(&open.activity_id, ActivityState::Open, &change(0)).await.unwrap();
    assert_eq!(open.record(&group).await, Recorded::Committed);
    assert_eq!(store.record_recharges(&[order]).await.unwrap(), [Recharged::Committed]);
    close(&open).await;
    let late = open.group(&ann, "late", open.quota(&ann).await, &[points(100)]);
    assert_eq!(open.record(&late).await, Recorded::Stale, "closing raises the epoch");
    let heads = store.all_heads().await.unwrap();
    let late = OpenActivity { epoch: heads[0].epoch, ..open.clone() }.group(
        &ann,
        "late",
        open.quota(&ann).await,
        &[points(1)],
    );
    assert_eq!(open.record(&late).await, Recorded::NotOpen);
}

pub async fn a_day_adds_up_to_its_rows(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let (ann, bob) = (user("ann"), user("bob"));
    let today = open.won(&ann, &[points(150), PrizeValue::Nothing, PrizeValue::Goods]).await;
    open.won(&bob, &[points(50)]).await;
    open.grant(&ann, "more", 1).await;
    open.on("2026-11-23").draw(&ann, "tomorrow", &[points(1)]).await;
    let question = DayQuestion { activity_id: open.activity_id.clone(), day: open.day, from: at(0), until: at(1) };
    let rows = store.day_rows(&question).await.unwrap();
    let wanted = RollUp {
        draws: 4,
        winners: 3,
        users: 2,
        points_awarded: Points::from_hundredths(200),
        draws_granted: [("request".to_owned(), 5)].into(),
        ..RollUp::default()
    };
    assert_eq!((rows.roll_up, rows.booked), (wanted, 4));
    let won: Vec<_> = rows.awards.iter().map(|won| (won.version.0, won.award_id.as_str(), won.won)).collect();
    assert_eq!(won, [(1, "car", 1), (1, "other", 3)]);
    let later = DayQuestion { day: day("2026-11-24"), from: at(1), until: at(2), ..question };
    let rows = store.day_rows(&later).await.unwrap();
    assert_eq!((rows.roll_up, rows.awards, rows.booked), (RollUp::default(), Vec::new(), 0));
    assert_eq!(store.day_differences(&open.activity_id, open.day, 9).await.unwrap(), []);
    assert_eq!(store.drawn_days(&open.activity_id).await.unwrap(), Some((open.day, day("2026-11-23"))));
    assert_eq!(store.drawn_days(&activity("b")).await.unwrap(), None);
    let page = async |after| store.draws_of_day(&open.activity_id, open.day, after, 3).await.unwrap();
    let first = page(None).await;
    assert_eq!(first, today.iter().map(|new| new.draw.clone()).collect::<Vec<Draw>>());
    assert_eq!(page(Some(first[2].draw_id)).await.len(), 1);
}

pub async fn a_settlement_never_changes_and_is_corrected_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let settle = async |found: &DayFound, seconds| store.settle_day(found, &change(seconds)).await;
    let first = found("a", "2026-11-22", 3);
    settle(&first, 0).await.expect_err("the day is not sealed");
    store.seal_days(&open.activity_id, day("2026-11-23")).await.unwrap();
    let settled = join_all((0..4).map(|_| settle(&first, 1))).await;
    let written = settled.iter().filter(|settled| matches!(settled, Ok(Settled::Written))).count();
    assert_eq!((written, settled.iter().filter(|settled| matches!(settled, Ok(Settled::Unchanged))).count()), (1, 3));
    assert_eq!(store.different_settlements(9).await.unwrap(), []);
    let second = different(found("a", "2026-11-22", 4));
    assert_eq!(settle(&second, 2).await.unwrap(), Settled::Corrected(1));
    assert_eq!(settle(&second, 3).await.unwrap(), Settled::Unchanged);
    let named = store.different_settlements(9).await.unwrap();
    assert_eq!(
        (named.len(), named[0].invariant, named[0].subject.as_str()),
        (1, Invariant::Quota, "settlement a/2026-11-22")
    );
    assert_eq!(settle(&first, 4).await.unwrap(), Settled::Corrected(2));
    assert_eq!(store.different_settlements(9).await.unwrap(), [], "the last correction holds");
    let settlement = store.settlement(&open.activity_id, day("2026-11-22")).await.unwrap().unwrap();
    assert_eq!((&settlement.found, settlement.settled_at), (&first, at(1)));
    let corrections: Vec<_> =
        settlement.corrections.iter().map(|one| (one.number, &one.found, one.created_at)).collect();
    assert_eq!(corrections, [(1, &second, at(2)), (2, &first, at(4))]);
    assert_eq!(settlement.last(), &first);
    let records = noted(&store).await;
    let records: Vec<_> = records.iter().map(|record| (record.action.as_str(), record.created_at)).collect();
    assert_eq!(records, [("settlement.correct", at(4)), ("settlement.correct", at(2))]);
}

pub async fn settlements_are_listed_newest_first(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    store.seal_days(&open.activity_id, day("2026-11-25")).await.unwrap();
    for date in ["2026-11-22", "2026-11-24", "2026-11-23"] {
        store.settle_day(&found("a", date, 1), &change(0)).await.unwrap();
    }
    let days = async |after: Option<&str>, limit| {
        let page = Page { after: after.map(day), limit };
        let found = store.settlements(&open.activity_id, &page).await.unwrap();
        found.into_iter().map(|settlement| settlement.found.day.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(days(None, 2).await, ["2026-11-24", "2026-11-23"]);
    assert_eq!(days(Some("2026-11-23"), 2).await, ["2026-11-22"]);
    let asked = ["2026-11-21", "2026-11-22", "2026-11-25"].map(day);
    let unsettled = store.unsettled_days(&open.activity_id, &asked).await.unwrap();
    assert_eq!(unsettled, ["2026-11-21", "2026-11-25"].map(day));
    assert_eq!(store.settlement(&open.activity_id, day("2026-11-21")).await.unwrap(), None);
}

pub async fn a_report_is_made_once_and_settles(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    open.won(&user("ann"), &[points(150), PrizeValue::Nothing, PrizeValue::Goods]).await;
    open.grant(&user("bob"), "g", 2).await;
    let totals = store.activity_totals(&open.activity_id).await.unwrap();
    assert_eq!((totals.users, totals.draws_granted, totals.draws_used), (1, 5, 3));
    assert_eq!(totals.points_issued, Points::ZERO, "they are promised, not delivered");
    let car = AwardTotals { award_id: "car".into(), won: 1, pending: 1, ..AwardTotals::default() };
    let other = AwardTotals { award_id: "other".into(), won: 2, pending: 1, delivered: 1, ..AwardTotals::default() };
    assert_eq!(totals.awards, [car, other]);
    let report = ActivityReport { days: 1, totals, ..ActivityReport::default() };
    let settle = async |report, seconds| store.settle_activity(&open.activity_id, report, at(seconds)).await.unwrap();
    assert!(!settle(&report, 1).await, "it is open");
    assert_eq!(store.activity_report(&open.activity_id).await.unwrap(), None);
    close(&open).await;
    assert!(settle(&report, 2).await);
    assert!(settle(&ActivityReport::default(), 3).await, "a repeat");
    assert_eq!(store.activity_report(&open.activity_id).await.unwrap(), Some((report, at(2))));
    assert_eq!(store.all_heads().await.unwrap()[0].state, ActivityState::Settled);
}

pub async fn draws_of_a_while_are_counted(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let other = OpenActivity::publish(&store, "b").await;
    for name in ["ann", "bob", "cid"] {
        open.won(&user(name), &[points(100), PrizeValue::Nothing]).await;
    }
    other.won(&user("ann"), &[points(100)]).await;
    let count = async |name: &str, days: &[&str], (from, until): (i64, i64)| {
        let days = days.iter().map(|date| day(date)).collect();
        let question = WhileQuestion { activity_id: activity(name), days, from: at(from), until: at(until) };
        store.draws_within(&question).await.unwrap()
    };
    // Every id here is minted at noon.
    let today = ["2026-11-22"];
    assert_eq!(count("a", &today, (0, 1)).await, 6, "of every user, wherever they live");
    assert_eq!(count("a", &["2026-11-21", "2026-11-22"], (-9, 1)).await, 6);
    assert_eq!(count("a", &today, (-9, 0)).await, 0, "before");
    assert_eq!(count("a", &today, (1, 9)).await, 0, "after");
    assert_eq!(count("a", &["2026-11-21"], (-9, 9)).await, 0, "of another day");
    assert_eq!((count("b", &today, (0, 1)).await, count("c", &today, (0, 1)).await), (1, 0));
}
