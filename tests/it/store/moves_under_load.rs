//! Buckets move back and forth while users draw: nothing that was answered is lost, and the books balance at every moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use big_market::app::{App, DrawRequest, Parts, RechargeRequest};
use big_market::clock::Sources;
use big_market::config::Config;
use big_market::dispatch::draws::DrawsChannel;
use big_market::dispatch::points::PointsChannel;
use big_market::domain::bucket::Bucket;
use big_market::domain::id::{ActivityId, DrawId, RequestId, SkuId, UserId};
use big_market::domain::refusal::Refusal;
use big_market::fault::Error;
use big_market::jobs;
use big_market::outage;
use big_market::stock::memory::MemoryStock;
use big_market::store::Store;
use big_market::store::moves::BucketMoved;
use sqlx::Connection;
use uuid::Uuid;

use crate::support::lossy_queue::LossyQueue;
use crate::support::market::{DEMO, demo_document};
use crate::support::pair::{Pair, user_of};
use crate::support::rows::change;
use crate::support::time::{ManualClock, SeededChance};

/// Users that draw at the same time, half of them in each database to begin with.
const PLAYERS: usize = 8;
/// Times that the buckets of all of them move.
const ROUNDS: usize = 6;

/// A process that serves users and delivers what they win.
struct Process {
    app: App,
    queue: Arc<LossyQueue>,
}

impl Process {
    async fn start(store: Arc<dyn Store>) -> Self {
        let queue = Arc::new(LossyQueue::reliable());
        let clock = Arc::new(ManualClock::at("2026-03-02T02:00:00Z"));
        let app = App::new(Parts {
            config: Config::defaults(),
            sources: Sources::new(clock, Arc::new(SeededChance::new(7))),
            store,
            stock: Arc::new(MemoryStock::new()),
            queue: queue.clone(),
            channels: vec![Arc::new(PointsChannel), Arc::new(DrawsChannel)],
        });
        app.publish(demo_document(), "tests").await.unwrap();
        Self { app, queue }
    }

    /// Delivers what is woken until `is_over`, and then all that is left.
    async fn deliver(&self, is_over: &AtomicBool) {
        loop {
            let Some(message) = self.queue.take() else {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                tokio::task::yield_now().await;
                continue;
            };
            jobs::run_message(&self.app, message).await;
        }
    }
}

/// Asks until the answer is another than to ask again.
async fn asked<T, F: Future<Output = Result<T, Error>>>(mut ask: impl FnMut() -> F) -> Result<T, Error> {
    loop {
        match ask().await {
            Err(Error::Refusal(Refusal::TryAgain)) => {}
            Err(Error::Fault(fault)) if outage::may_pass(&fault) => {}
            answer => return answer,
        }
        tokio::task::yield_now().await;
    }
}

/// Recharges and draws until it is over; gives every draw that was answered.
async fn play(app: App, user_id: UserId, is_over: Arc<AtomicBool>) -> Vec<DrawId> {
    let activity_id = ActivityId::new(DEMO).unwrap();
    let mut answered = Vec::new();
    for turn in 0.. {
        let request_id = RequestId::new(&format!("turn-{turn}")).unwrap();
        let sku = SkuId::new("9011").unwrap();
        let recharge = RechargeRequest {
            activity_id: activity_id.clone(),
            user_id: user_id.clone(),
            request_id: request_id.clone(),
            sku,
        };
        asked(|| app.recharge(recharge.clone())).await.unwrap();
        let request = DrawRequest { activity_id: activity_id.clone(), user_id: user_id.clone(), request_id, count: 2 };
        let drawn = asked(|| app.draw(request.clone())).await.unwrap();
        answered.extend(drawn.draws.iter().map(|draw| draw.draw_id));
        // Asked again wherever the user lives by now, the answer is the same.
        let again = asked(|| app.draw(request.clone())).await.unwrap();
        assert!(again.repeated && again.draws == drawn.draws, "{user_id}: {again:?} after {drawn:?}");
        if is_over.load(Ordering::SeqCst) {
            return answered;
        }
    }
    unreachable!("turns have no end")
}

/// Moves every bucket to the other database, round after round.
async fn move_about(store: Arc<dyn Store>, buckets: Vec<Bucket>) {
    for round in 0..ROUNDS {
        for bucket in &buckets {
            let to = usize::from(usize::from(bucket.number() / 512) == round % 2);
            loop {
                match store.move_bucket(*bucket, to, &change(0)).await {
                    // Whoever adds up both databases ends a move that failed half-way.
                    Ok(BucketMoved::From(_) | BucketMoved::AlreadyThere) => break,
                    Ok(other) => panic!("bucket {} to {to}: {other:?}", bucket.number()),
                    Err(fault) => assert!(outage::may_pass(&fault), "{fault}"),
                }
            }
        }
    }
}

async fn assert_balanced(app: &App) {
    let report = asked(|| app.reconcile()).await.unwrap();
    let found: Vec<_> = report.findings.iter().flat_map(|finding| &finding.violations).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_draw_while_their_buckets_move() {
    let pair = Pair::fresh().await;
    let process = Arc::new(Process::start(pair.process().await).await);
    let users: Vec<UserId> = (0..PLAYERS).map(|player| user_of(player % 2, &format!("player-{player}"))).collect();
    let buckets: Vec<Bucket> = users.iter().map(Bucket::of).collect();
    let (is_moved, is_played) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let players: Vec<_> =
        users.iter().map(|user| tokio::spawn(play(process.app.clone(), user.clone(), is_moved.clone()))).collect();
    let courier = tokio::spawn({
        let (process, is_played) = (process.clone(), is_played.clone());
        async move { process.deliver(&is_played).await }
    });
    let auditor = tokio::spawn({
        let (app, is_moved) = (process.app.clone(), is_moved.clone());
        async move {
            while !is_moved.load(Ordering::SeqCst) {
                assert_balanced(&app).await;
            }
        }
    });
    // Another process moves them: the one that serves finds out by itself.
    move_about(pair.process().await, buckets.clone()).await;
    is_moved.store(true, Ordering::SeqCst);
    auditor.await.unwrap();
    let answered: Vec<DrawId> = futures::future::try_join_all(players).await.unwrap().concat();
    is_played.store(true, Ordering::SeqCst);
    courier.await.unwrap();
    assert!(answered.len() >= PLAYERS * 2 * 2, "only {} draws", answered.len());

    assert_balanced(&process.app).await;
    let mut recorded: Vec<Uuid> = Vec::new();
    for number in 0..2 {
        let mut connection = pair.connect(number).await;
        let found: Vec<Uuid> =
            sqlx::query_scalar("SELECT draw_id FROM draw WHERE NOT void").fetch_all(&mut connection).await.unwrap();
        recorded.extend(found);
        connection.close().await.unwrap();
    }
    let mut answered: Vec<Uuid> = answered.iter().map(|draw| Uuid::from_u128(draw.ulid().into())).collect();
    answered.sort_unstable();
    recorded.sort_unstable();
    assert_eq!(recorded, answered, "every draw that was answered is there, once");
    for bucket in BTreeSet::from_iter(buckets) {
        let home = usize::from(bucket.number() / 512);
        let elsewhere = pair.rows_in(1 - home, Some(bucket)).await;
        assert!(elsewhere.values().all(Vec::is_empty), "bucket {}: {elsewhere:?}", bucket.number());
    }
}
