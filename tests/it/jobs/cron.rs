//! Fires: one for each due time whoever proposes, by policy for those that were missed, and never beside another of its job.

use std::time::Duration;

use big_market::app::ClaimedFire;
use big_market::domain::calendar::Timestamp;
use big_market::domain::cron::{FireKey, FireState, Misfire};
use big_market::queue::{Lane, Message};
use chrono::TimeDelta;

use super::bench::Bench;

/// The bench's clock starts at noon. Only expire is looked at: whatever else is scheduled comes due beside it.
async fn bench(misfire: Misfire) -> Bench {
    Bench::with(|config| {
        config.cron.expire.schedule = "0 */10 * * * *".into();
        config.cron.expire.misfire = misfire;
        config.cron.all_max = 3;
    })
    .await
}

/// Proposes and runs what that pushed, and what ending it pushed. Gives how many messages came.
async fn fire(bench: &Bench, began: Timestamp) -> usize {
    bench.app.fire_due(began).await.expect("fired");
    let mut count = 0;
    loop {
        let messages = take(bench);
        if messages.is_empty() {
            return count;
        }
        count += messages.len();
        for message in messages {
            bench.run(message).await;
        }
    }
}

/// The messages of the job that is looked at.
fn take(bench: &Bench) -> Vec<Message> {
    let mut messages = bench.queue.take(Lane::Cron);
    messages.retain(|message| message.job == "expire");
    messages
}

async fn fires(bench: &Bench) -> Vec<(String, FireState)> {
    let fires = bench.app.fires(Some("expire"), None, 100).await.expect("listed");
    fires.iter().rev().map(|fire| (fire.due_at.format("%H:%M").to_string(), fire.run.state)).collect()
}

async fn outcome(bench: &Bench) -> String {
    let fire = bench.app.fires(Some("expire"), None, 1).await.expect("listed").remove(0);
    fire.run.outcome.expect("it has one")
}

fn done(due: &str) -> (String, FireState) {
    (due.into(), FireState::Done)
}

fn expire(due_at: Timestamp) -> FireKey {
    FireKey { job: "expire".into(), due_at, part: None }
}

fn message(key: &FireKey) -> Message {
    let arguments = serde_json::json!({ "due_at": key.due_at, "part": key.part });
    Message { job: key.job.clone(), key: "test".into(), arguments }
}

#[tokio::test]
async fn a_job_fires_once_for_each_due_time() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    assert_eq!(fire(&bench, began).await, 0, "noon itself was before it began");
    for _ in 0..21 {
        bench.advance(TimeDelta::minutes(1));
        fire(&bench, began).await;
        fire(&bench, began).await;
    }
    assert_eq!(fires(&bench).await, [done("12:10"), done("12:20")]);
    let fire = bench.app.fires(Some("expire"), None, 1).await.expect("listed").remove(0);
    assert_eq!(fire.run.outcome.as_deref(), Some("0 activities closed"));
    assert_eq!(fire.late_ms(), Some(0));
}

#[tokio::test]
async fn a_fire_that_two_workers_get_runs_once() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(10));
    bench.app.fire_due(began).await.expect("fired");
    let message = take(&bench).remove(0);
    bench.run(message.clone()).await;
    let first = bench.app.fires(Some("expire"), None, 1).await.expect("listed");
    bench.advance(TimeDelta::seconds(1));
    bench.run(message).await;
    assert_eq!(bench.app.fires(Some("expire"), None, 1).await.expect("listed"), first);
}

#[tokio::test]
async fn missed_fires_are_let_go() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(55));
    assert_eq!(fire(&bench, began).await, 0);
    assert_eq!(fires(&bench).await, [("12:50".to_owned(), FireState::Skipped)]);
    assert_eq!(outcome(&bench).await, "nobody was there when it was due; 4 fires before it were let go");
    bench.advance(TimeDelta::minutes(5));
    assert_eq!(fire(&bench, began).await, 1);
}

#[tokio::test]
async fn missed_fires_run_once_for_all() {
    let bench = bench(Misfire::Once).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(55));
    assert_eq!(fire(&bench, began).await, 1);
    assert_eq!(fires(&bench).await, [done("12:50")]);
    let outcome = outcome(&bench).await;
    assert!(outcome.starts_with("4 fires before it were let go; 0 activities closed"), "{outcome}");
}

#[tokio::test]
async fn missed_fires_all_run_up_to_a_bound() {
    let bench = bench(Misfire::All).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(55));
    assert_eq!(fire(&bench, began).await, 3);
    assert_eq!(fires(&bench).await, [done("12:30"), done("12:40"), done("12:50")]);
}

#[tokio::test]
async fn a_fire_whose_message_was_lost_is_pushed_again() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(10));
    bench.app.fire_due(began).await.expect("fired");
    assert_eq!(take(&bench).len(), 1, "and lost");
    bench.advance(TimeDelta::minutes(1));
    assert_eq!(fire(&bench, began).await, 1);
    assert_eq!(fires(&bench).await, [done("12:10")]);
}

#[tokio::test]
async fn a_fire_whose_worker_died_runs_again_when_its_claim_ends() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(10));
    bench.app.fire_due(began).await.expect("fired");
    take(&bench);
    let due_at = bench.now();
    let dead = bench.app.claim_fire(&expire(due_at), Duration::from_mins(3)).await.expect("claimed").expect("free");
    bench.advance(TimeDelta::minutes(2));
    assert!(bench.app.renew_claim(&dead, Duration::from_mins(3)).await.expect("renewed"), "it lives yet");
    bench.advance(TimeDelta::minutes(2));
    assert_eq!(fire(&bench, began).await, 0, "it is claimed");
    bench.advance(TimeDelta::minutes(1));
    assert_eq!(fire(&bench, began).await, 1);
    assert_eq!(fires(&bench).await, [done("12:10")]);
    // The dead worker was only slow.
    assert!(!bench.app.renew_claim(&dead, Duration::from_mins(3)).await.expect("asked"));
    bench.app.end_fire(dead, Err("too late".into())).await.expect("written");
    assert_eq!(fires(&bench).await, [done("12:10")]);
}

#[tokio::test]
async fn jobs_tell_when_they_run_and_how_it_went() {
    let bench = bench(Misfire::Once).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(11));
    fire(&bench, began).await;
    let jobs = bench.app.jobs().await.expect("listed");
    let expire = jobs.into_iter().find(|job| job.name == "expire").expect("there");
    assert_eq!(expire.next_at, Some(began + TimeDelta::minutes(20)));
    let last = expire.last_fire.expect("it has run");
    assert_eq!((last.due_at, last.run.state), (began + TimeDelta::minutes(10), FireState::Done));
    assert_eq!(last.late_ms(), Some(60_000));
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_a_moment_silences_nothing() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::hours(6));
    fire(&bench, began).await;
    bench.advance(-TimeDelta::hours(6));
    bench.advance(TimeDelta::minutes(10));
    assert_eq!(fire(&bench, began).await, 1, "12:10, though there is a fire of 18:00");
    bench.advance(TimeDelta::minutes(10));
    assert_eq!(fire(&bench, began).await, 1, "12:20");
}

/// A fire of 12:10 that is begun so late that the one of 12:20, when it comes due, finds it running.
async fn slow_fire(bench: &Bench) -> ClaimedFire {
    let began = bench.now();
    bench.advance(TimeDelta::minutes(10));
    let first = expire(bench.now());
    bench.app.fire_due(began).await.expect("fired");
    take(bench);
    bench.advance(TimeDelta::seconds(599));
    let slow = bench.app.claim_fire(&first, Duration::from_secs(30)).await.expect("claimed").expect("free");
    bench.advance(TimeDelta::seconds(1));
    slow
}

#[tokio::test]
async fn a_worker_that_died_under_a_clock_that_was_ahead_silences_nothing() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(10));
    bench.app.fire_due(began).await.expect("fired");
    take(&bench);
    let due_at = bench.now();
    bench.advance(TimeDelta::hours(6));
    let dead = bench.app.claim_fire(&expire(due_at), Duration::from_secs(30)).await.expect("claimed");
    assert!(dead.is_some());
    bench.advance(-TimeDelta::hours(6) + TimeDelta::minutes(10));
    fire(&bench, began).await;
    assert_eq!(fires(&bench).await, [done("12:10"), done("12:20")]);
}

#[tokio::test]
async fn a_fire_that_does_not_wait_is_skipped_while_the_one_before_it_runs() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    let slow = slow_fire(&bench).await;
    assert_eq!(fire(&bench, began).await, 1, "its message skips it");
    let running = ("12:10".to_owned(), FireState::Running);
    assert_eq!(fires(&bench).await, [running, ("12:20".to_owned(), FireState::Skipped)]);
    assert_eq!(outcome(&bench).await, "the one before it still ran");
    bench.app.end_fire(slow, Ok("at last".into())).await.expect("written");
    bench.advance(TimeDelta::minutes(10));
    assert_eq!(fire(&bench, began).await, 1);
    assert_eq!(fires(&bench).await[2], done("12:30"));
}

#[tokio::test]
async fn a_fire_that_waits_runs_as_soon_as_the_one_before_it_ended() {
    for misfire in [Misfire::Once, Misfire::All] {
        let bench = bench(misfire).await;
        let began = bench.now();
        let slow = slow_fire(&bench).await;
        assert_eq!(fire(&bench, began).await, 0, "nobody is woken in vain");
        bench.run(message(&expire(bench.now()))).await;
        let waits = ("12:20".to_owned(), FireState::Due);
        assert_eq!(fires(&bench).await, [("12:10".to_owned(), FireState::Running), waits]);
        bench.app.end_fire(slow, Ok("at last".into())).await.expect("written");
        let woken = take(&bench);
        assert_eq!(woken.len(), 1, "the end of one wakes the next");
        bench.run(woken[0].clone()).await;
        assert_eq!(fires(&bench).await, [done("12:10"), done("12:20")]);
    }
}

#[tokio::test]
async fn every_scheduled_job_runs_as_a_fire() {
    let bench = Bench::new().await;
    let began = bench.now();
    bench.advance(TimeDelta::hours(1));
    bench.app.fire_due(began).await.expect("fired");
    for message in bench.queue.take(Lane::Cron) {
        bench.run(message).await;
    }
    let mut came_due = 0;
    for job in bench.app.jobs().await.expect("listed") {
        let Some(last) = job.last_fire else { continue };
        assert_eq!(last.run.state, FireState::Done, "{}: {last:?}", job.name);
        assert!(job.running.is_none() && job.recent.failed == 0);
        came_due += 1;
    }
    assert!(came_due >= 6, "{came_due}");
}
