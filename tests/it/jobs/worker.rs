//! The worker as a whole: real queue, real store, scheduled jobs and deliveries side by side.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use big_market::app::App;
use big_market::clock::{Clock, SystemClock};
use big_market::config::Config;
use big_market::dispatch::Attempted;
use big_market::domain::audit::Actor;
use big_market::domain::cron::FireState;
use big_market::domain::outbox::OutboxState;
use big_market::queue::Tuning;
use big_market::queue::sqlite::SqliteQueue;
use big_market::worker;
use tempfile::TempDir;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use super::bench::Bench;
use crate::support::time::ManualClock;

/// A guard against hanging only.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_worker_delivers_what_was_drawn_and_fires_what_is_due() {
    let directory = TempDir::new().expect("a temporary directory");
    let tuning = Tuning::of(&Config::defaults());
    let queue = SqliteQueue::open(&directory.path().join("jobs.db"), tuning, Arc::new(SystemClock)).await;
    let clock = Arc::new(ManualClock::at(&SystemClock.now().to_rfc3339()));
    let unused = Bench::with(|_| {}).await.queue;
    let queue = Arc::new(queue.expect("a queue"));
    let bench = Bench::on(clock, unused, queue, |config| config.cron.sync_stock.schedule = "* * * * * *".into()).await;
    let (sender, mut called) = unbounded_channel();
    bench.partner.answers(move |delivery| {
        let told = sender.send(delivery.award.draw_id);
        async move {
            told.expect("somebody listens");
            Attempted::Delivered { reference: None, reply: None }
        }
    });

    let stop = CancellationToken::new();
    let working = tokio::spawn(worker::run(bench.app.clone(), stop.clone()));
    let promised = bench.draw("webhook", 3).await;
    for _ in 0..3 {
        tokio::time::timeout(PATIENCE, called.recv()).await.expect("a call").expect("a draw");
    }
    bench.advance(chrono::TimeDelta::seconds(2));
    tokio::time::timeout(PATIENCE, ended(&bench.app, "sync_stock")).await.expect("a fire");
    stop.cancel();
    working.await.expect("no panic").expect("no fault");
    for outbox_id in promised {
        assert_eq!(bench.entry(outbox_id).await.state, OutboxState::Done);
    }
    bench.check_books().await;
}

#[tokio::test]
async fn a_job_that_is_asked_for_runs_in_parts_on_the_workers_that_are_there() {
    let directory = TempDir::new().expect("a temporary directory");
    let tuning = Tuning::of(&Config::defaults());
    let queue = SqliteQueue::open(&directory.path().join("jobs.db"), tuning, Arc::new(SystemClock)).await;
    let clock = Arc::new(ManualClock::at(&SystemClock.now().to_rfc3339()));
    let unused = Bench::with(|_| {}).await.queue;
    let queue = Arc::new(queue.expect("a queue"));
    let bench = Bench::on(clock, unused, queue, |config| config.cron.prune.parts = 16).await;
    let stop = CancellationToken::new();
    let working = tokio::spawn(worker::run(bench.app.clone(), stop.clone()));
    let operator = Actor::System("tests");
    bench.app.pause_job(&operator, "prune").await.expect("paused");
    let asked = bench.app.run_job(&operator, "prune").await.expect("asked");
    assert_eq!((asked.parts.len(), asked.requested_by.as_deref()), (16, Some("system:tests")));
    tokio::time::timeout(PATIENCE, ended(&bench.app, "prune")).await.expect("a fire");
    stop.cancel();
    working.await.expect("no panic").expect("no fault");
    let fire = bench.app.fires(Some("prune"), None, 10).await.expect("listed").remove(0);
    assert_eq!((fire.due_at, fire.run.outcome.as_deref()), (asked.due_at, Some("all 16 parts are done")));
    let workers: HashSet<_> = fire.parts.iter().map(|part| part.run.claimed_by.clone()).collect();
    assert_eq!(workers.len(), 16, "each part was claimed alone");
}

/// Until a job has run.
async fn ended(app: &App, job: &str) {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    loop {
        looks.tick().await;
        let fires = app.fires(Some(job), None, 10).await.expect("listed");
        if fires.iter().any(|fire| fire.run.state == FireState::Done) {
            return;
        }
    }
}
