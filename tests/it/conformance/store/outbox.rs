//! Promised work: who is woken, who holds it, and effects that happen once.

use std::collections::HashSet;
use std::sync::Arc;

use big_market::domain::award::{AwardRecord, AwardState, PrizeValue};
use big_market::domain::bucket::Bucket;
use big_market::domain::calendar::Timestamp;
use big_market::domain::id::{AwardRecordId, OutboxId, SkuId, UserId};
use big_market::domain::outbox::{AttemptEnd, AttemptOutcome, OutboxEntry, OutboxState};
use big_market::domain::points::Points;
use big_market::store::audit::AuditFilter;
use big_market::store::draws::{DrawGroup, NewDraw, Recorded};
use big_market::store::outbox::{DueQuestion, Lease, Redriven};
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::rows::{OpenActivity, at, change, finish, lease, mint, points, user};

fn outbox_id(new: &NewDraw) -> OutboxId {
    new.outbox_id.unwrap()
}

async fn due(store: &Arc<dyn Store>, now: Timestamp, limit: u32) -> Vec<OutboxId> {
    let wake_again_at = now + chrono::TimeDelta::seconds(60);
    store.due_outbox(&DueQuestion { now, wake_again_at, limit }).await.unwrap()
}

async fn entry(store: &Arc<dyn Store>, new: &NewDraw) -> OutboxEntry {
    let entries = store.outbox(None, &Page { after: None, limit: 100 }).await.unwrap();
    entries.into_iter().find(|entry| entry.outbox_id == outbox_id(new)).unwrap()
}

async fn award(store: &Arc<dyn Store>, new: &NewDraw) -> AwardRecord {
    let awards = store.awards_of(&new.draw.user_id, &Page { after: None, limit: 100 }).await.unwrap();
    awards.into_iter().find(|award| award.award_record_id == new.draw.award_record_id).unwrap()
}

async fn balance(store: &Arc<dyn Store>, user_id: &UserId) -> i64 {
    store.points(user_id).await.unwrap().hundredths()
}

fn retry(seconds: i64) -> AttemptOutcome {
    AttemptOutcome::Retry { run_at: at(seconds), error: "no answer".into() }
}

fn dead() -> AttemptOutcome {
    AttemptOutcome::Dead { error: "no such address".into() }
}

fn delivered(reference: &str) -> AttemptOutcome {
    AttemptOutcome::Delivered { reference: Some(reference.into()), reply: None }
}

/// One draw that won `value`, by ann.
async fn one(store: &Arc<dyn Store>, value: PrizeValue) -> (OpenActivity, NewDraw) {
    let open = OpenActivity::publish(store, "a").await;
    let new = open.won(&user("ann"), &[value]).await.remove(0);
    (open, new)
}

/// Draws that are dispatched and looked for at the times given.
async fn timed(open: &OpenActivity, user_id: &UserId, times: &[(i64, i64)]) -> Vec<NewDraw> {
    let draws = u32::try_from(times.len()).unwrap();
    open.grant(user_id, "grant", draws).await;
    let mut group: DrawGroup = open.group(user_id, "draw", open.quota(user_id).await, &vec![points(1); times.len()]);
    for (new, (dispatch_at, wake_at)) in group.draws.iter_mut().zip(times) {
        (new.dispatch_at, new.wake_at) = (at(*dispatch_at), at(*wake_at));
    }
    assert_eq!(open.record(&group).await, Recorded::Committed);
    group.draws
}

pub async fn due_work_is_given_out_most_overdue_first(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = timed(&open, &user("ann"), &[(30, 0), (10, 0), (20, 0), (99, 0)]).await;
    assert_eq!(due(&store, at(50), 2).await, [outbox_id(&draws[1]), outbox_id(&draws[2])]);
    assert_eq!(due(&store, at(50), 2).await, [outbox_id(&draws[0])]);
}

pub async fn due_work_is_not_given_out_twice_before_its_time(store: Arc<dyn Store>) {
    let (_, new) = one(&store, points(1)).await;
    assert_eq!(due(&store, at(10), 9).await, [outbox_id(&new)]);
    assert_eq!(due(&store, at(69), 9).await, []);
    assert_eq!(due(&store, at(70), 9).await, [outbox_id(&new)]);
    let delivery = lease(&store, &[new], at(71)).await.remove(0);
    store.finish_attempts(&[finish(&delivery, AttemptOutcome::CreditPoints)], at(72)).await.unwrap();
    assert_eq!(due(&store, at(999), 9).await, []);
}

pub async fn a_recorded_wake_time_is_waited_for(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = timed(&open, &user("ann"), &[(0, 5)]).await;
    assert_eq!(due(&store, at(4), 9).await, []);
    assert_eq!(due(&store, at(5), 9).await, [outbox_id(&draws[0])]);
}

pub async fn future_work_is_neither_due_nor_leased(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = timed(&open, &user("ann"), &[(10, 0)]).await;
    assert_eq!(due(&store, at(9), 9).await, []);
    assert_eq!(lease(&store, &draws, at(9)).await, []);
    assert_eq!(lease(&store, &draws, at(10)).await.len(), 1);
}

pub async fn parallel_leases_give_each_entry_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &vec![points(1); 10]).await;
    let leases = join_all((0..8).map(|_| lease(&store, &draws, at(1)))).await;
    let ids: Vec<_> = leases.into_iter().flatten().map(|delivery| delivery.outbox_id).collect();
    assert_eq!(ids.len(), 10);
    assert_eq!(ids.into_iter().collect::<HashSet<_>>().len(), 10);
}

pub async fn deliveries_come_in_the_order_asked(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let mut draws = open.won(&user("ann"), &[points(1), points(2), points(3)]).await;
    draws.swap(0, 2);
    let deliveries = lease(&store, &draws, at(1)).await;
    for (delivery, new) in deliveries.iter().zip(&draws) {
        assert_eq!((delivery.outbox_id, delivery.attempt), (outbox_id(new), 1));
        assert_eq!(delivery.award, award(&store, new).await);
        assert_eq!(delivery.award.state, AwardState::Pending);
    }
    assert_eq!(deliveries.len(), 3);
    let unknown = Lease { outbox_ids: vec![OutboxId::from_ulid(mint(&user("ann")))], now: at(1), until: at(2) };
    assert_eq!(store.lease_outbox(&unknown).await.unwrap(), []);
}

pub async fn an_ended_lease_can_be_taken(store: Arc<dyn Store>) {
    let (_, new) = one(&store, points(1)).await;
    let draws = [new];
    assert_eq!(lease(&store, &draws, at(1)).await[0].attempt, 1);
    assert_eq!(due(&store, at(60), 9).await, []);
    assert_eq!(lease(&store, &draws, at(60)).await, []);
    assert_eq!(due(&store, at(61), 9).await, [outbox_id(&draws[0])]);
    assert_eq!(lease(&store, &draws, at(61)).await[0].attempt, 2);
}

pub async fn an_ended_lease_is_given_out_whoever_was_woken_before(store: Arc<dyn Store>) {
    let (_, new) = one(&store, points(1)).await;
    assert_eq!(due(&store, at(5), 9).await, [outbox_id(&new)]);
    let short = Lease { outbox_ids: vec![outbox_id(&new)], now: at(6), until: at(20) };
    store.lease_outbox(&short).await.unwrap();
    assert_eq!(due(&store, at(19), 9).await, []);
    assert_eq!(due(&store, at(20), 9).await, [outbox_id(&new)]);
}

pub async fn points_are_credited_once(store: Arc<dyn Store>) {
    let (_, new) = one(&store, points(250)).await;
    let ann = user("ann");
    let delivery = lease(&store, std::slice::from_ref(&new), at(1)).await.remove(0);
    let first = finish(&delivery, AttemptOutcome::CreditPoints);
    let second = finish(&delivery, AttemptOutcome::CreditPoints);
    store.finish_attempts(std::slice::from_ref(&first), at(2)).await.unwrap();
    store.finish_attempts(std::slice::from_ref(&first), at(3)).await.unwrap();
    store.finish_attempts(&[second.clone(), second], at(4)).await.unwrap();
    assert_eq!(balance(&store, &ann).await, 250);
    let entries = store.entries(&ann, &Page { after: None, limit: 9 }).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].transfer_id, entries[0].created_at), (first.transfer_id, at(2)));
    assert_eq!(entries[0].key, new.draw.award_record_id.to_string());
    let award = award(&store, &new).await;
    assert_eq!((award.state, award.delivered_at), (AwardState::Delivered, Some(at(2))));
    let entry = entry(&store, &new).await;
    assert_eq!((entry.state, entry.ended_at), (OutboxState::Done, Some(at(2))));
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
}

pub async fn draws_are_granted_once(store: Arc<dyn Store>) {
    let (open, new) = one(&store, PrizeValue::Draws { sku: SkuId::new("pack").unwrap(), draws: 3 }).await;
    let ann = user("ann");
    let delivery = lease(&store, std::slice::from_ref(&new), at(1)).await.remove(0);
    for seconds in 2..=3 {
        let result = finish(&delivery, AttemptOutcome::GrantDraws);
        store.finish_attempts(&[result], at(seconds)).await.unwrap();
    }
    assert_eq!(open.quota(&ann).await.granted, 1 + 3);
    assert_eq!(award(&store, &new).await.delivered_at, Some(at(2)));
    assert_eq!(entry(&store, &new).await.state, OutboxState::Done);
    assert_eq!(store.quota_violations(9).await.unwrap(), []);
}

pub async fn many_credits_keep_running_balances(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let (ann, bob) = (user("ann"), user("bob"));
    let mut draws = open.won(&ann, &[points(100), points(20), points(3)]).await;
    draws.extend(open.won(&bob, &[points(1_000)]).await);
    let deliveries = lease(&store, &draws, at(1)).await;
    let finishes: Vec<_> = deliveries.iter().map(|delivery| finish(delivery, AttemptOutcome::CreditPoints)).collect();
    store.finish_attempts(&finishes[..1], at(2)).await.unwrap();
    store.finish_attempts(&finishes, at(3)).await.unwrap();
    assert_eq!((balance(&store, &ann).await, balance(&store, &bob).await), (123, 1_000));
    let entries = store.entries(&ann, &Page { after: None, limit: 9 }).await.unwrap();
    let lines: Vec<_> = entries.iter().map(|entry| (entry.amount, entry.balance)).collect();
    let expected = [(3, 123), (20, 120), (100, 100)];
    assert_eq!(lines, expected.map(|(a, b)| (Points::from_hundredths(a), Points::from_hundredths(b))));
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
}

pub async fn a_third_partys_reference_is_kept(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let deliveries = lease(&store, std::slice::from_ref(&new), at(1)).await;
    for _ in 0..2 {
        store.mark_dispatched(&deliveries).await.unwrap();
        assert_eq!(award(&store, &new).await.state, AwardState::Dispatched);
    }
    store.finish_attempts(&[finish(&deliveries[0], delivered("ref 1"))], at(2)).await.unwrap();
    store.finish_attempts(&[finish(&deliveries[0], delivered("ref 2"))], at(3)).await.unwrap();
    store.mark_dispatched(&deliveries).await.unwrap();
    let award = award(&store, &new).await;
    assert_eq!((award.state, award.reference.as_deref()), (AwardState::Delivered, Some("ref 1")));
    assert_eq!(award.delivered_at, Some(at(2)));
}

pub async fn a_retry_waits_and_counts(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let draws = [new];
    let delivery = lease(&store, &draws, at(1)).await.remove(0);
    store.finish_attempts(&[finish(&delivery, retry(30))], at(2)).await.unwrap();
    store.finish_attempts(&[finish(&delivery, retry(40))], at(3)).await.unwrap();
    let entry = entry(&store, &draws[0]).await;
    assert_eq!((entry.state, entry.run_at, entry.attempts), (OutboxState::Pending, at(30), 1));
    assert_eq!((entry.last_error.as_deref(), entry.ended_at), (Some("no answer"), None));
    assert_eq!(due(&store, at(29), 9).await, []);
    assert_eq!(due(&store, at(30), 9).await, [outbox_id(&draws[0])]);
    assert_eq!(lease(&store, &draws, at(30)).await[0].attempt, 2);
}

pub async fn a_snooze_gives_its_attempt_back(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let draws = [new];
    let delivery = lease(&store, &draws, at(1)).await.remove(0);
    let snooze = AttemptOutcome::Snooze { run_at: at(30), reason: "breaker open".into() };
    store.finish_attempts(&[finish(&delivery, snooze.clone())], at(2)).await.unwrap();
    store.finish_attempts(&[finish(&delivery, snooze)], at(2)).await.unwrap();
    let entry = entry(&store, &draws[0]).await;
    assert_eq!((entry.state, entry.run_at, entry.attempts), (OutboxState::Pending, at(30), 0));
    assert_eq!(lease(&store, &draws, at(29)).await, []);
    assert_eq!(lease(&store, &draws, at(30)).await[0].attempt, 1);
}

pub async fn giving_up_shows_and_can_be_redriven(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let draws = [new];
    let delivery = lease(&store, &draws, at(1)).await.remove(0);
    for seconds in 2..=3 {
        store.finish_attempts(&[finish(&delivery, dead())], at(seconds)).await.unwrap();
    }
    let entry_now = entry(&store, &draws[0]).await;
    assert_eq!((entry_now.state, entry_now.ended_at), (OutboxState::Dead, Some(at(2))));
    assert_eq!(entry_now.last_error.as_deref(), Some("no such address"));
    assert_eq!(award(&store, &draws[0]).await.state, AwardState::Dead);
    assert_eq!(due(&store, at(999), 9).await, []);
    assert_eq!(store.award_violations(9).await.unwrap(), []);

    assert_eq!(store.redrive(outbox_id(&draws[0]), &change(50)).await.unwrap(), Redriven::Pending);
    let entry_now = entry(&store, &draws[0]).await;
    assert_eq!((entry_now.state, entry_now.attempts), (OutboxState::Pending, 0));
    assert_eq!((entry_now.run_at, entry_now.ended_at), (at(50), None));
    assert_eq!(award(&store, &draws[0]).await.state, AwardState::Dispatched);
    assert_eq!(due(&store, at(50), 9).await, [outbox_id(&draws[0])]);
    assert_eq!(lease(&store, &draws, at(50)).await[0].attempt, 1);
    assert_eq!(store.award_violations(9).await.unwrap(), []);

    let subject = format!("outbox entry {}", outbox_id(&draws[0]));
    let about = AuditFilter { subject: Some(subject), actor: None };
    let changes = store.audit(&about, &Page { after: None, limit: 9 }).await.unwrap();
    let [redriven] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((redriven.actor.as_str(), redriven.action.as_str()), ("system:tests", "outbox.redrive"));
    assert_eq!(redriven.before, Some(serde_json::json!({ "state": "dead" })));
    assert_eq!(redriven.created_at, at(50));
    let nobody = AuditFilter { actor: Some("nobody".into()), subject: None };
    assert_eq!(store.audit(&nobody, &Page { after: None, limit: 9 }).await.unwrap(), []);
}

pub async fn an_old_lease_does_not_end_a_redriven_or_snoozed_entry(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let draws = [new];
    let first = lease(&store, &draws, at(1)).await.remove(0);
    let second = lease(&store, &draws, at(61)).await.remove(0);
    let snooze = AttemptOutcome::Snooze { run_at: at(70), reason: "breaker open".into() };
    store.finish_attempts(&[finish(&second, snooze)], at(62)).await.unwrap();
    let third = lease(&store, &draws, at(70)).await.remove(0);
    assert_eq!((second.attempt, third.attempt), (2, 2), "the attempt was given back");
    for old in [&first, &second] {
        store.finish_attempts(&[finish(old, dead())], at(71)).await.unwrap();
        assert_eq!(entry(&store, &draws[0]).await.state, OutboxState::Leased, "the third lease still holds");
    }
    store.finish_attempts(&[finish(&third, dead())], at(72)).await.unwrap();
    store.redrive(outbox_id(&draws[0]), &change(80)).await.unwrap();
    let fourth = lease(&store, &draws, at(80)).await.remove(0);
    assert_eq!((first.attempt, fourth.attempt), (1, 1), "redriving counts from none");
    store.finish_attempts(&[finish(&first, dead())], at(81)).await.unwrap();
    assert_eq!(entry(&store, &draws[0]).await.state, OutboxState::Leased, "the fourth lease still holds");
}

pub async fn a_late_result_happens_but_leaves_the_entry(store: Arc<dyn Store>) {
    let (_, new) = one(&store, points(100)).await;
    let draws = [new];
    let late = lease(&store, &draws, at(1)).await.remove(0);
    let holder = lease(&store, &draws, at(61)).await.remove(0);
    store.finish_attempts(&[finish(&late, AttemptOutcome::CreditPoints)], at(62)).await.unwrap();
    assert_eq!(balance(&store, &user("ann")).await, 100);
    assert_eq!(award(&store, &draws[0]).await.state, AwardState::Delivered);
    assert_eq!(entry(&store, &draws[0]).await.state, OutboxState::Leased);
    store.finish_attempts(&[finish(&holder, AttemptOutcome::CreditPoints)], at(63)).await.unwrap();
    assert_eq!(balance(&store, &user("ann")).await, 100);
    assert_eq!(entry(&store, &draws[0]).await.state, OutboxState::Done);
}

pub async fn a_late_failure_changes_nothing(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let draws = [new];
    let late = lease(&store, &draws, at(1)).await.remove(0);
    lease(&store, &draws, at(61)).await;
    for outcome in [retry(70), dead(), AttemptOutcome::Snooze { run_at: at(70), reason: "later".into() }] {
        store.finish_attempts(&[finish(&late, outcome)], at(62)).await.unwrap();
        let entry = entry(&store, &draws[0]).await;
        assert_eq!((entry.state, entry.attempts), (OutboxState::Leased, 2));
        assert_eq!(award(&store, &draws[0]).await.state, AwardState::Pending);
    }
}

pub async fn a_delivered_award_stays_delivered(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let draws = [new];
    let late = lease(&store, &draws, at(1)).await.remove(0);
    let holder = lease(&store, &draws, at(61)).await.remove(0);
    store.finish_attempts(&[finish(&late, delivered("ref"))], at(62)).await.unwrap();
    store.finish_attempts(&[finish(&holder, dead())], at(63)).await.unwrap();
    let award = award(&store, &draws[0]).await;
    assert_eq!((award.state, award.delivered_at), (AwardState::Delivered, Some(at(62))));
    // Nothing is left to do for it, so nobody is asked to redrive it.
    assert_eq!(entry(&store, &draws[0]).await.state, OutboxState::Done);
}

pub async fn parallel_results_of_one_award_credit_once(store: Arc<dyn Store>) {
    let (_, new) = one(&store, points(100)).await;
    let delivery = lease(&store, &[new], at(1)).await.remove(0);
    let results: Vec<_> = (0..8).map(|_| [finish(&delivery, AttemptOutcome::CreditPoints)]).collect();
    for result in join_all(results.iter().map(|result| store.finish_attempts(result, at(2)))).await {
        result.unwrap();
    }
    assert_eq!(balance(&store, &user("ann")).await, 100);
}

pub async fn a_wrong_effect_is_a_fault_and_writes_nothing(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &[points(100), PrizeValue::Goods]).await;
    let deliveries = lease(&store, &draws, at(1)).await;
    let finishes: Vec<_> = deliveries.iter().map(|delivery| finish(delivery, AttemptOutcome::CreditPoints)).collect();
    assert!(store.finish_attempts(&finishes, at(2)).await.is_err());
    assert_eq!(balance(&store, &user("ann")).await, 0);
    assert_eq!(entry(&store, &draws[0]).await.state, OutboxState::Leased);
    let mut unknown = finish(&deliveries[0], AttemptOutcome::CreditPoints);
    unknown.result.award_record_id = AwardRecordId::from_ulid(mint(&user("ann")));
    assert!(store.finish_attempts(&[unknown], at(2)).await.is_err());
    store.finish_attempts(&[], at(2)).await.unwrap();
}

pub async fn redriving_what_is_not_dead_changes_nothing(store: Arc<dyn Store>) {
    let (_, new) = one(&store, points(1)).await;
    let redrive = async || store.redrive(outbox_id(&new), &change(9)).await.unwrap();
    assert_eq!(redrive().await, Redriven::NotDead(OutboxState::Pending));
    let delivery = lease(&store, std::slice::from_ref(&new), at(1)).await.remove(0);
    assert_eq!(redrive().await, Redriven::NotDead(OutboxState::Leased));
    store.finish_attempts(&[finish(&delivery, AttemptOutcome::CreditPoints)], at(2)).await.unwrap();
    assert_eq!(redrive().await, Redriven::NotDead(OutboxState::Done));
    let unknown = OutboxId::from_ulid(mint(&user("ann")));
    assert_eq!(store.redrive(unknown, &change(9)).await.unwrap(), Redriven::Unknown);
}

/// Twelve entries: three of each state, by turns.
async fn three_of_each_state(store: &Arc<dyn Store>) -> Vec<(OutboxId, OutboxState)> {
    const STATES: [OutboxState; 4] = [OutboxState::Pending, OutboxState::Leased, OutboxState::Done, OutboxState::Dead];
    let open = OpenActivity::publish(store, "a").await;
    let draws = open.won(&user("ann"), &vec![PrizeValue::Webhook; 12]).await;
    let of = |wanted: OutboxState| {
        let by_turns = draws.iter().zip(STATES.iter().cycle());
        by_turns.filter(|(_, state)| **state == wanted).map(|(new, _)| new.clone()).collect::<Vec<_>>()
    };
    lease(store, &of(OutboxState::Leased), at(1)).await;
    for (state, outcome) in [(OutboxState::Done, delivered("ref")), (OutboxState::Dead, dead())] {
        for (seconds, delivery) in (2..).zip(lease(store, &of(state), at(1)).await) {
            store.finish_attempts(&[finish(&delivery, outcome.clone())], at(seconds)).await.unwrap();
        }
    }
    draws.iter().map(outbox_id).zip(STATES.into_iter().cycle()).collect()
}

pub async fn entries_are_listed_newest_first_by_state(store: Arc<dyn Store>) {
    let all = three_of_each_state(&store).await;
    let states = [OutboxState::Pending, OutboxState::Leased, OutboxState::Done, OutboxState::Dead];
    for wanted in states.into_iter().map(Some).chain([None]) {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let part = store.outbox(wanted, &Page { after, limit: 2 }).await.unwrap();
            let Some(last) = part.last() else { break };
            after = Some(last.outbox_id);
            assert!(part.len() <= 2);
            listed.extend(part.into_iter().map(|entry| (entry.outbox_id, entry.state)));
        }
        listed.reverse();
        let expected: Vec<_> =
            all.iter().filter(|(_, state)| wanted.is_none_or(|wanted| wanted == *state)).copied().collect();
        assert_eq!(listed, expected, "{wanted:?}");
    }
    let counts: HashSet<_> = store.outbox_counts().await.unwrap().into_iter().collect();
    assert_eq!(counts, states.map(|state| (state, 3)).into());
}

/// Every bucket.
const ALL: std::ops::Range<u16> = 0..Bucket::COUNT;

pub async fn pruning_is_bounded_and_takes_only_old_finished_work(store: Arc<dyn Store>) {
    three_of_each_state(&store).await;
    let done = async || {
        let counts = store.outbox_counts().await.unwrap();
        counts.into_iter().find(|(state, _)| *state == OutboxState::Done).unwrap().1
    };
    // Finished after 2, 3 and 4 seconds.
    assert_eq!(store.prune_outbox(at(2), &ALL, 9).await.unwrap(), 0);
    assert_eq!(store.prune_outbox(at(9), &ALL, 1).await.unwrap(), 1);
    assert_eq!(store.prune_outbox(at(4), &ALL, 9).await.unwrap(), 1);
    assert_eq!(done().await, 1);
    assert_eq!(store.prune_outbox(at(999), &ALL, 9).await.unwrap(), 1);
    assert_eq!(store.prune_outbox(at(999), &ALL, 9).await.unwrap(), 0);
    assert_eq!(store.outbox(None, &Page { after: None, limit: 99 }).await.unwrap().len(), 9);
    assert_eq!(store.award_violations(9).await.unwrap(), []);
}

pub async fn pruning_takes_only_the_buckets_asked_for(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let names = ["ann", "ben", "cleo", "dan"];
    for name in names {
        let draws = open.won(&user(name), &[points(100)]).await;
        let delivery = lease(&store, &draws, at(1)).await.remove(0);
        store.finish_attempts(&[finish(&delivery, AttemptOutcome::CreditPoints)], at(2)).await.unwrap();
    }
    let left = async || store.outbox(None, &Page { after: None, limit: 9 }).await.unwrap();
    let bucket = Bucket::of(&user("ann")).number();
    assert_eq!(store.prune_outbox(at(9), &(bucket..bucket), 9).await.unwrap(), 0, "none at all");
    assert_eq!(store.prune_outbox(at(9), &(bucket..bucket + 1), 9).await.unwrap(), 1);
    assert_eq!(left().await.len(), 3);
    assert!(left().await.iter().all(|entry| entry.user_id != user("ann")));
    let rest = [store.prune_outbox(at(9), &(0..bucket), 9).await, store.prune_outbox(at(9), &(bucket..1024), 9).await];
    assert_eq!(rest.into_iter().map(Result::unwrap).sum::<u64>(), 3);
}

pub async fn attempts_are_logged_once_and_pruned_by_their_age(store: Arc<dyn Store>) {
    let (_, new) = one(&store, PrizeValue::Webhook).await;
    let first = lease(&store, std::slice::from_ref(&new), at(10)).await.remove(0);
    // A result that is written again is the one that is there, and so is a late one of the same lease.
    for outcome in [retry(20), retry(20), retry(25)] {
        store.finish_attempts(&[finish(&first, outcome)], at(11)).await.unwrap();
    }
    let second = lease(&store, std::slice::from_ref(&new), at(30)).await.remove(0);
    store.finish_attempts(&[finish(&second, dead())], at(31)).await.unwrap();
    let logged = async || store.draw_story(new.draw.draw_id).await.unwrap().unwrap().attempts;
    let attempts = logged().await;
    let told: Vec<_> = attempts.iter().map(|one| (one.lease, one.outcome, one.detail.as_deref().unwrap())).collect();
    assert_eq!(told, [(1, AttemptEnd::Retry, "no answer"), (2, AttemptEnd::Dead, "no such address")]);
    assert_eq!((attempts[0].began_at, attempts[0].ended_at), (at(1), at(11)));
    assert_eq!(store.prune_attempts(at(11), 9).await.unwrap(), 0);
    assert_eq!(store.prune_attempts(at(99), 1).await.unwrap(), 1, "the oldest first");
    assert_eq!(logged().await, attempts[1..]);
    assert_eq!(store.prune_attempts(at(99), 9).await.unwrap(), 1);
    assert_eq!(store.prune_attempts(at(99), 9).await.unwrap(), 0);
}
