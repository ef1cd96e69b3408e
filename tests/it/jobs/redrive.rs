//! Dead work that comes back at a rate which whoever takes it can bear.

use big_market::dispatch::Attempted;
use big_market::domain::audit::Actor;
use big_market::domain::award::AwardKind;
use big_market::domain::outbox::{BulkRedrive, FailureClass, OutboxState};
use big_market::queue::Lane;
use chrono::TimeDelta;

use super::bench::Bench;

const TESTS: Actor = Actor::System("tests");

/// Runs the relay, and whatever it wakes, until nothing is due now.
async fn drain(bench: &Bench) {
    loop {
        bench.run_named("relay_outbox").await;
        let messages: Vec<_> =
            [Lane::Dispatch, Lane::Outside].into_iter().flat_map(|lane| bench.queue.take(lane)).collect();
        if messages.is_empty() {
            return;
        }
        for message in messages {
            bench.run(message).await;
        }
    }
}

#[tokio::test]
async fn bulk_redriven_work_reaches_the_third_party_at_the_rate_asked_for() {
    let bench = Bench::new().await;
    bench.partner.answers(|_| {
        std::future::ready(Attempted::Failed { class: FailureClass::Permanent, error: "answered 410".into() })
    });
    let mut promised = bench.draw("webhook", 10).await;
    promised.extend(bench.draw("webhook", 10).await);
    promised.extend(bench.draw("webhook", 5).await);
    bench.dispatch(&promised).await;
    assert!(bench.entries().await.iter().all(|entry| entry.state == OutboxState::Dead));
    let before = bench.partner.calls().len();
    bench.partner.recovers();

    let wish =
        BulkRedrive { per_second: 5, kind: Some(AwardKind::Webhook), error_contains: Some("410".into()), limit: 1_000 };
    let done = bench.app.redrive_dead(&TESTS, &wish).await.expect("redriven");
    assert_eq!((done.redriven, done.last_due_at), (25, Some(bench.now() + TimeDelta::milliseconds(4_800))));
    for second in 0..=5 {
        drain(&bench).await;
        let calls = bench.partner.calls().len() - before;
        assert_eq!(calls, (1 + 5 * second).min(25), "after {second} s");
        bench.advance(TimeDelta::seconds(1));
    }
    assert!(bench.entries().await.iter().all(|entry| entry.state == OutboxState::Done && entry.attempts == 1));
    let again = bench.app.redrive_dead(&TESTS, &wish).await.expect("asked");
    assert_eq!((again.redriven, again.last_due_at), (0, None), "nothing is dead any more");
    bench.check_books().await;
}
