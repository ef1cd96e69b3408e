//! Fires: one for each due time whoever proposes, and by policy for those that were missed.

use std::time::Duration;

use big_market::domain::calendar::Timestamp;
use big_market::domain::cron::{CronFire, FireState, Misfire};
use big_market::queue::Lane;
use chrono::TimeDelta;

use super::bench::Bench;

/// The bench's clock starts at noon; its jobs are quiet but for one.
async fn bench(misfire: Misfire) -> Bench {
    Bench::with(|config| {
        let never = "0 0 0 1 1 * 2099";
        for entry in [
            &mut config.cron.relay_outbox,
            &mut config.cron.run_workflows,
            &mut config.cron.settle_day,
            &mut config.cron.sync_stock,
            &mut config.cron.reconcile_stock,
            &mut config.cron.reconcile_ledger,
            &mut config.cron.prune,
        ] {
            entry.schedule = never.into();
        }
        config.cron.expire.schedule = "0 */10 * * * *".into();
        config.cron.expire.misfire = misfire;
        config.cron.all_max = 3;
    })
    .await
}

/// Proposes and runs what that pushed. Gives how many messages came.
async fn fire(bench: &Bench, began: Timestamp) -> usize {
    bench.app.fire_due(began).await.expect("fired");
    let messages = bench.queue.take(Lane::Cron);
    let count = messages.len();
    for message in messages {
        bench.run(message).await;
    }
    count
}

async fn fires(bench: &Bench) -> Vec<(String, FireState)> {
    let fires = bench.app.fires(None, None, 100).await.expect("listed");
    fires.iter().rev().map(|fire| (fire.due_at.format("%H:%M").to_string(), fire.state)).collect()
}

fn done(due: &str) -> (String, FireState) {
    (due.into(), FireState::Done)
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
    assert_eq!(fire.outcome.as_deref(), Some("0 activities closed"));
    assert_eq!(fire.late_ms(), Some(0));
}

#[tokio::test]
async fn a_fire_that_two_workers_get_runs_once() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(10));
    bench.app.fire_due(began).await.expect("fired");
    let message = bench.queue.take(Lane::Cron).remove(0);
    bench.run(message.clone()).await;
    let first = bench.app.fires(None, None, 1).await.expect("listed");
    bench.advance(TimeDelta::seconds(1));
    bench.run(message).await;
    assert_eq!(bench.app.fires(None, None, 1).await.expect("listed"), first);
}

#[tokio::test]
async fn missed_fires_are_let_go() {
    let bench = bench(Misfire::Skip).await;
    let began = bench.now();
    bench.advance(TimeDelta::minutes(55));
    assert_eq!(fire(&bench, began).await, 0);
    assert_eq!(fires(&bench).await, [("12:50".to_owned(), FireState::Skipped)]);
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
    assert_eq!(bench.queue.take(Lane::Cron).len(), 1, "and lost");
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
    bench.queue.take(Lane::Cron);
    let due_at = bench.now();
    let dead = bench.app.claim_fire("expire", due_at, Duration::from_mins(3)).await.expect("claimed").expect("free");
    bench.advance(TimeDelta::minutes(3));
    assert_eq!(fire(&bench, began).await, 0, "it is claimed");
    bench.advance(TimeDelta::minutes(2));
    assert_eq!(fire(&bench, began).await, 1);
    assert_eq!(fires(&bench).await, [done("12:10")]);
    // The dead worker was only slow.
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
    let last: CronFire = expire.last_fire.expect("it has run");
    assert_eq!((last.due_at, last.state), (began + TimeDelta::minutes(10), FireState::Done));
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
