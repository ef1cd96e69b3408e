//! An application with one activity for each kind of prize, and a third party that does as it is told.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use big_market::app::{App, DrawRequest, Parts, RechargeRequest};
use big_market::clock::{Clock, Sources, SystemChance};
use big_market::config::{Config, EndpointConfig};
use big_market::dispatch::draws::DrawsChannel;
use big_market::dispatch::points::PointsChannel;
use big_market::dispatch::{Attempted, Channel, Stage, StageCall};
use big_market::domain::award::{AwardKind, AwardRecord, Prize};
use big_market::domain::bucket::Bucket;
use big_market::domain::calendar::{Day, Timestamp};
use big_market::domain::document::{self, Format};
use big_market::domain::draw::{RechargeOrder, RechargeSource};
use big_market::domain::id::{ActivityId, AwardRecordId, OutboxId, RechargeOrderId, RequestId, SkuId, UserId};
use big_market::domain::outbox::{Delivery, OutboxEntry};
use big_market::domain::points::Points;
use big_market::fault::Fault;
use big_market::jobs;
use big_market::queue::{Handler, Lane, Message, Queue};
use big_market::store::draws::{FactsQuestion, NewRecharge, Recharged};
use big_market::store::{Page, Store};
use chrono::TimeDelta;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::backing::Backing;
use crate::support::reserving::Reserving;
use crate::support::time::ManualClock;

/// What each activity is called and gives, always.
const PRIZES: &[(&str, &str)] = &[
    ("points", r#"{ kind = "points", min = "5", max = "5" }"#),
    ("draws", r#"{ kind = "draws", sku = "100" }"#),
    ("webhook", r#"{ kind = "webhook", endpoint = "partner", payload = { calls = 5 } }"#),
    ("goods", r#"{ kind = "goods" }"#),
];

pub(super) struct Bench {
    pub(super) app: App,
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Arc<dyn Store>,
    pub(super) queue: Arc<TestQueue>,
    pub(super) partner: Arc<Partner>,
    _backing: Backing,
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With settings that differ from the defaults.
    pub(super) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z"));
        let queue = Arc::new(TestQueue { clock: clock.clone(), state: Mutex::default() });
        Self::on(clock, queue.clone(), queue, change).await
    }

    /// On a queue of the caller's.
    pub(super) async fn on(
        clock: Arc<ManualClock>,
        test_queue: Arc<TestQueue>,
        queue: Arc<dyn Queue>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let backing = Backing::fresh().await;
        let store = backing.store().await;
        let partner = Arc::new(Partner::default());
        let mut config = Config::defaults();
        let endpoint = EndpointConfig { url: "https://partner.example/".into(), secret: String::new(), reserve: false };
        config.webhook.endpoints.insert("partner".into(), endpoint);
        change(&mut config);
        let app = App::new(Parts {
            config,
            sources: Sources::new(clock.clone(), Arc::new(SystemChance)),
            store: store.clone(),
            stock: backing.stock().await,
            queue,
            channels: vec![Arc::new(PointsChannel), Arc::new(DrawsChannel), partner.clone()],
        });
        for (activity, prize) in PRIZES {
            let document = format!(
                r#"
                activity = "{activity}"
                title = "One prize"
                opens_at = "2026-01-01T00:00:00Z"
                closes_at = "2030-01-01T00:00:00Z"
                time_zone = "UTC"
                awards = [{{ id = "prize", title = "The prize", weight = "1", prize = {prize} }}]
                skus = [{{ id = "100", draws = 100 }}]
                "#
            );
            let document = document::parse(&document, Format::Toml).expect("readable");
            app.publish(document, "test").await.expect("valid");
        }
        Self { app, clock, store, queue: test_queue, partner, _backing: backing }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn advance(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    /// Has ann draw in one of the activities. Gives the work that was promised, oldest first.
    pub(super) async fn draw(&self, activity: &str, count: u32) -> Vec<OutboxId> {
        let before: HashSet<OutboxId> = self.entries().await.iter().map(|entry| entry.outbox_id).collect();
        let request_id = RequestId::new(&format!("request {}", before.len())).expect("an id");
        let (activity_id, user_id) = (activity_id(activity), ann());
        let sku = SkuId::new("100").expect("an id");
        let recharge = RechargeRequest {
            activity_id: activity_id.clone(),
            user_id: user_id.clone(),
            request_id: request_id.clone(),
            sku,
        };
        self.app.recharge(recharge).await.expect("recharged");
        self.app.draw(DrawRequest { activity_id, user_id, request_id, count }).await.expect("drawn");
        let mut promised: Vec<OutboxId> =
            self.entries().await.into_iter().map(|entry| entry.outbox_id).filter(|id| !before.contains(id)).collect();
        promised.sort();
        promised
    }

    /// Grants ann all the draws an account can count, so that no award of draws fits in any more.
    pub(super) async fn fill_quota(&self) {
        let activity_id = activity_id("draws");
        let question = FactsQuestion {
            user_id: ann(),
            activity_id: activity_id.clone(),
            day: Day::at(self.now(), chrono_tz::UTC),
            request_ids: Vec::new(),
        };
        let (_, facts) = self.store.draw_facts(&[question]).await.expect("read");
        let epoch = self.store.stock_epoch(&activity_id).await.expect("read").expect("published");
        let order = RechargeOrder {
            recharge_order_id: RechargeOrderId::from_ulid(self.app.sources().ids.mint(Bucket::of(&ann()))),
            user_id: ann(),
            activity_id,
            sku: SkuId::new("100").expect("an id"),
            draws: u32::MAX - facts[0].quota.granted,
            source: RechargeSource::Request { request_id: RequestId::new("all there is").expect("an id") },
            created_at: self.now(),
        };
        let granted = self.store.record_recharges(&[NewRecharge { order, epoch }]).await.expect("recorded");
        assert_eq!(granted, [Recharged::Committed]);
    }

    /// Runs the job that delivers these, as a message would.
    pub(super) async fn dispatch(&self, outbox_ids: &[OutboxId]) {
        let arguments = json!({ "outbox_ids": outbox_ids, "lane": "outside" });
        self.run(Message { job: big_market::app::DISPATCH_AWARDS.into(), key: "test".into(), arguments }).await;
    }

    /// Runs a job that takes no input.
    pub(super) async fn run_named(&self, job: &str) {
        self.run(Message { job: job.into(), key: "test".into(), arguments: json!({}) }).await;
    }

    pub(super) async fn run(&self, message: Message) {
        jobs::run_message(&self.app, message).await;
    }

    /// All promised work, newest first.
    pub(super) async fn entries(&self) -> Vec<OutboxEntry> {
        self.app.outbox(None, &Page { after: None, limit: 1_000 }).await.expect("listed")
    }

    pub(super) async fn entry(&self, outbox_id: OutboxId) -> OutboxEntry {
        self.entries().await.into_iter().find(|entry| entry.outbox_id == outbox_id).expect("it is there")
    }

    pub(super) async fn award(&self, outbox_id: OutboxId) -> AwardRecord {
        let award_record_id = self.entry(outbox_id).await.award_record_id;
        let awards = self.app.awards_of(&ann(), &Page { after: None, limit: 1_000 }).await.expect("listed");
        awards.into_iter().find(|award| award.award_record_id == award_record_id).expect("it is there")
    }

    pub(super) async fn points(&self) -> Points {
        self.app.points_of(&ann(), &Page { after: None, limit: 1 }).await.expect("read").0.balance
    }

    pub(super) async fn granted(&self, activity: &str) -> u32 {
        self.app.quota(&activity_id(activity), &ann()).await.expect("read").quota.granted
    }

    /// Fails where an invariant does not hold.
    pub(super) async fn check_books(&self) {
        let report = self.app.reconcile().await.expect("read");
        assert_eq!(report.violations(), 0, "{report:?}");
    }
}

pub(super) fn ann() -> UserId {
    UserId::new("ann").expect("an id")
}

fn activity_id(activity: &str) -> ActivityId {
    ActivityId::new(activity).expect("an id")
}

type StageAnswer = dyn Fn() -> Option<Attempted> + Send + Sync;
type Answer = dyn Fn(Delivery) -> BoxFuture<'static, Attempted> + Send + Sync;

/// A third party. It takes everything, until it is told otherwise.
#[derive(Default)]
pub(super) struct Partner {
    answer: Mutex<Option<Arc<Answer>>>,
    calls: Mutex<Vec<AwardRecordId>>,
    reserves: AtomicBool,
    stage_answers: Mutex<HashMap<Stage, Arc<StageAnswer>>>,
    /// What it reserved, sent and let go of.
    pub(super) reserving: Reserving,
}

impl Partner {
    pub(super) fn answers<F>(&self, answer: impl Fn(Delivery) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Attempted> + Send + 'static,
    {
        *self.answer.lock().expect("not poisoned") = Some(Arc::new(move |delivery| answer(delivery).boxed()));
    }

    pub(super) fn recovers(&self) {
        *self.answer.lock().expect("not poisoned") = None;
    }

    /// Whether it reserves from now on before it sends.
    pub(super) fn reserves(&self, does: bool) {
        self.reserves.store(does, Ordering::Relaxed);
    }

    /// Answers one kind of call so from now on; where there is no answer it does what it is asked.
    pub(super) fn answers_stage(&self, stage: Stage, answer: impl Fn() -> Option<Attempted> + Send + Sync + 'static) {
        self.stage_answers.lock().expect("not poisoned").insert(stage, Arc::new(answer));
    }

    /// The keys it was called with, in order.
    pub(super) fn calls(&self) -> Vec<AwardRecordId> {
        self.calls.lock().expect("not poisoned").clone()
    }
}

#[async_trait]
impl Channel for Partner {
    fn kind(&self) -> AwardKind {
        AwardKind::Webhook
    }

    fn reaches_outside(&self) -> bool {
        true
    }

    async fn deliver(&self, delivery: &Delivery, _prize: &Prize) -> Attempted {
        self.calls.lock().expect("not poisoned").push(delivery.award.award_record_id);
        let answer = self.answer.lock().expect("not poisoned").clone();
        match answer {
            Some(answer) => answer(delivery.clone()).await,
            None => Attempted::Delivered { reference: Some("taken".into()), reply: None },
        }
    }

    fn stages(&self, _prize: &Prize) -> bool {
        self.reserves.load(Ordering::Relaxed)
    }

    async fn stage(&self, call: &StageCall<'_>, _prize: &Prize) -> Attempted {
        let answer = self.stage_answers.lock().expect("not poisoned").get(&call.stage).cloned();
        answer.and_then(|answer| answer()).unwrap_or_else(|| self.reserving.take(call))
    }
}

/// A queue that is looked into: nothing leaves it unless a test takes it.
pub(super) struct TestQueue {
    clock: Arc<ManualClock>,
    state: Mutex<QueueState>,
}

#[derive(Default)]
struct QueueState {
    keys: HashSet<(Lane, String)>,
    waiting: Vec<(Lane, Message, Timestamp)>,
}

impl TestQueue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is due, in the order it was pushed.
    pub(super) fn take(&self, lane: Lane) -> Vec<Message> {
        let now = self.clock.now();
        let due = |(other, _, run_at): &mut (Lane, Message, Timestamp)| *other == lane && *run_at <= now;
        self.lock().waiting.extract_if(.., due).map(|(_, message, _)| message).collect()
    }

    /// When the messages of a lane that wait are due.
    pub(super) fn due_times(&self, lane: Lane) -> Vec<Timestamp> {
        self.lock().waiting.iter().filter(|(other, ..)| *other == lane).map(|(.., run_at)| *run_at).collect()
    }
}

#[async_trait]
impl Queue for TestQueue {
    async fn push(&self, lane: Lane, messages: &[Message], run_at: Timestamp) -> Result<u64, Fault> {
        let mut state = self.lock();
        let mut new = 0;
        for message in messages {
            if state.keys.insert((lane, message.key.clone())) {
                state.waiting.push((lane, message.clone(), run_at));
                new += 1;
            }
        }
        Ok(new)
    }

    async fn backlog(&self, lane: Lane) -> Result<u64, Fault> {
        let now = self.clock.now();
        Ok(self.due_times(lane).into_iter().filter(|run_at| *run_at <= now).count() as u64)
    }

    async fn work(&self, _handler: Handler, stop: CancellationToken) -> Result<(), Fault> {
        stop.cancelled().await;
        Ok(())
    }

    async fn live_workers(&self) -> Result<(usize, usize), Fault> {
        Ok((0, Lane::ALL.len()))
    }

    async fn prune(&self, _before: Timestamp) -> Result<u64, Fault> {
        Ok(0)
    }

    async fn close(&self) {}
}
