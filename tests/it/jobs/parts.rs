//! A fire in parts: each run alone by whoever takes it, and the fire ends with the last of them.

use std::time::Duration;

use big_market::domain::bucket::Bucket;
use big_market::domain::cron::{CronFire, FireKey, FireState};
use big_market::domain::outbox::AttemptOutcome;
use big_market::queue::{Lane, Message};
use big_market::store::Page;
use big_market::store::Store;
use chrono::TimeDelta;

use super::bench::{Bench, ann};
use crate::support::rows::{OpenActivity, finish, lease, points, user};

const PARTS: u16 = 4;

/// A bench whose prune is due at 12:10 in parts, with work of several users that is to be pruned then.
async fn bench() -> Bench {
    let bench = Bench::with(|config| {
        config.cron.prune.schedule = "0 10 12 * * *".into();
        config.cron.prune.parts = PARTS;
        config.retention.outbox_days = 0;
    })
    .await;
    let store: std::sync::Arc<dyn Store> = bench.store.clone();
    let open = OpenActivity::publish(&store, "a").await;
    for number in 0..40 {
        let draws = open.won(&user(&format!("user {number}")), &[points(1)]).await;
        let delivery = lease(&store, &draws, bench.now()).await.remove(0);
        store.finish_attempts(&[finish(&delivery, AttemptOutcome::CreditPoints)], bench.now()).await.expect("done");
    }
    bench
}

/// The messages of the fire that is due.
async fn fired(bench: &Bench) -> Vec<Message> {
    let began = bench.now();
    bench.advance(TimeDelta::minutes(10));
    bench.app.fire_due(began).await.expect("fired");
    let messages = take(bench);
    assert_eq!(messages.len(), usize::from(PARTS));
    messages
}

/// The messages of prune; whatever else is scheduled comes due beside it.
fn take(bench: &Bench) -> Vec<Message> {
    let mut messages = bench.queue.take(Lane::Cron);
    messages.retain(|message| message.job == "prune");
    messages
}

async fn fire(bench: &Bench) -> CronFire {
    bench.app.fires(Some("prune"), None, 1).await.expect("listed").remove(0)
}

/// The buckets of users whose work is left.
async fn left(store: &std::sync::Arc<dyn Store>) -> Vec<u16> {
    let entries = store.outbox(None, &Page { after: None, limit: 1_000 }).await.expect("listed");
    entries.iter().map(|entry| Bucket::of(&entry.user_id).number()).collect()
}

#[tokio::test]
async fn every_part_does_its_share_and_the_last_one_ends_the_fire() {
    let bench = bench().await;
    assert_eq!(left(&bench.store).await.len(), 40);
    let mut messages = fired(&bench).await;
    // In any order, and some twice.
    messages.reverse();
    for (ran, message) in (1..).zip(messages) {
        assert_ne!(fire(&bench).await.run.state, FireState::Done);
        for _ in 0..2 {
            bench.run(message.clone()).await;
        }
        let share = 1024 / PARTS;
        assert!(left(&bench.store).await.iter().all(|bucket| *bucket < share * (PARTS - ran)), "after {ran}");
    }
    let fire = fire(&bench).await;
    assert_eq!((fire.run.state, fire.run.outcome.as_deref()), (FireState::Done, Some("all 4 parts are done")));
    assert!(fire.parts.iter().all(|part| part.run.state == FireState::Done));
    let words = |part: usize| fire.parts[part].run.outcome.clone().expect("ended");
    let pruned = |part: usize| words(part).split(' ').next().expect("a number").parse::<u32>().expect("a number");
    assert_eq!((0..4).map(pruned).sum::<u32>(), 40, "each entry by one part");
    assert!(left(&bench.store).await.is_empty());
    let view = bench.app.job("prune").await.expect("known");
    assert_eq!((view.parts, view.recent.done), (PARTS, 1));
}

#[tokio::test]
async fn a_dead_workers_part_is_taken_over_alone() {
    let bench = bench().await;
    let began = bench.now();
    let messages = fired(&bench).await;
    for message in &messages[..2] {
        bench.run(message.clone()).await;
    }
    let third = FireKey { job: "prune".into(), due_at: bench.now(), part: Some(3) };
    let dead = bench.app.claim_fire(&third, Duration::from_secs(30)).await.expect("claimed").expect("free");
    let before = fire(&bench).await;
    bench.run(messages[3].clone()).await;
    assert_eq!(fire(&bench).await.run.state, FireState::Running);
    bench.advance(TimeDelta::minutes(1));
    bench.app.fire_due(began).await.expect("fired");
    let again = take(&bench);
    assert_eq!(again.len(), 1, "the part of the dead worker and no other");
    bench.run(again[0].clone()).await;
    let after = fire(&bench).await;
    assert_eq!(after.run.state, FireState::Done);
    assert_eq!(after.parts[..2], before.parts[..2], "what was done was not run again");
    assert_eq!(after.parts[2].run.started_at, Some(bench.now()));
    bench.app.end_fire(dead, Err("only slow".into())).await.expect("written");
    assert_eq!(fire(&bench).await, after);
    assert!(left(&bench.store).await.is_empty());
}

#[tokio::test]
async fn a_part_that_fails_fails_the_fire_and_says_which() {
    let bench = bench().await;
    let messages = fired(&bench).await;
    let second = FireKey { job: "prune".into(), due_at: bench.now(), part: Some(2) };
    let failing = bench.app.claim_fire(&second, Duration::from_secs(30)).await.expect("claimed").expect("free");
    for message in messages {
        bench.run(message).await;
    }
    bench.app.end_fire(failing, Err("no space left".into())).await.expect("written");
    let fire = fire(&bench).await;
    assert_eq!(fire.run.state, FireState::Failed);
    assert_eq!(fire.run.outcome.as_deref(), Some("of 4 parts failed 2; part 2: no space left"));
    assert_eq!(bench.app.job("prune").await.expect("known").recent.failed, 1);
}

#[tokio::test]
async fn a_job_in_one_piece_refuses_to_run_a_part() {
    let bench = bench().await;
    let due_at = bench.now();
    let expire = big_market::domain::cron::ProposedFire {
        job: "expire".into(),
        due_at,
        skipped_at: None,
        note: None,
        waits: true,
        parts: 2,
    };
    big_market::store::cron::CronStore::propose_fires(&*bench.store, &[expire]).await.expect("written");
    for part in [1, 2] {
        let arguments = serde_json::json!({ "due_at": due_at, "part": part });
        bench.run(Message { job: "expire".into(), key: part.to_string(), arguments }).await;
    }
    let fire = bench.app.fires(Some("expire"), None, 1).await.expect("listed").remove(0);
    assert_eq!(fire.run.outcome.as_deref(), Some("of 2 parts failed 1, 2; part 1: it cannot run in parts"));
    assert_eq!(bench.app.quota(&"points".parse().expect("an id"), &ann()).await.expect("read").quota.used, 0);
}
