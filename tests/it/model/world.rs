//! One life: what happened, what was answered, and what must follow.

mod awards;
mod exchanges;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use big_market::app::{App, DrawRequest, Drawn, HoldRequest, Parts, RechargeRequest, Recharged, TransferRequest};
use big_market::clock::Sources;
use big_market::config::{Config, EndpointConfig};
use big_market::dispatch::coupon::CouponChannel;
use big_market::dispatch::draws::DrawsChannel;
use big_market::dispatch::goods::GoodsChannel;
use big_market::dispatch::points::PointsChannel;
use big_market::domain::audit::Actor;
use big_market::domain::award::{AwardState, PrizeValue};
use big_market::domain::calendar::Timestamp;
use big_market::domain::cron::{CronFire, FireRun, FireState};
use big_market::domain::draw::{Draw, RechargeOrder};
use big_market::domain::id::{ActivityId, RequestId, SkuId, UserId};
use big_market::domain::ledger::TransferReason;
use big_market::domain::outbox::OutboxState;
use big_market::domain::points::Points;
use big_market::domain::refusal::Refusal;
use big_market::domain::standing::UserList;
use big_market::fault::Error;
use big_market::jobs;
use big_market::queue::Message;
use big_market::stock::Stock;
use big_market::store::{Page, Store};
use chrono::TimeDelta;
use futures::FutureExt;
use futures::future::BoxFuture;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::runtime::{Builder, Runtime};

use super::documents::{self, ACTIVITY, SKUS};
use super::savings::{Savings, saver};
use crate::support::backing::{Backing, Half};
use crate::support::crash::{Crash, Misfortune, MortalStock, MortalStore};
use crate::support::lossy_queue::LossyQueue;
use crate::support::partner::{Partner, RESERVING};
use crate::support::time::{ManualClock, SeededChance};

const USERS: usize = 4;
/// Parts in which prune runs as a fire.
pub const PRUNE_PARTS: u16 = 3;
const OPERATOR: Actor = Actor::System("model");
/// Messages handled in one draining at most; more would be a loop that feeds itself.
const MESSAGES_MAX: u32 = 2_000;

/// Everything that outlives a process, the process, and what it answered.
pub struct World {
    random: StdRng,
    clock: Arc<ManualClock>,
    sources: Sources,
    backing: Backing,
    stock: Arc<dyn Stock>,
    queue: Arc<LossyQueue>,
    partner: Arc<Partner>,
    process: Process,
    draws: BTreeMap<String, (DrawRequest, Option<Vec<Draw>>)>,
    recharges: BTreeMap<String, (RechargeRequest, Option<RechargeOrder>)>,
    exchanges: exchanges::Exchanges,
    savings: Savings,
    requests: u32,
    published: u64,
    zone: &'static str,
    rival_answers: RivalAnswers,
    /// Whether a recall or reversal may have been cut short since the invariants were last looked at.
    adrift: bool,
    /// The latest time that any clock showed.
    latest: Timestamp,
    /// When the first process began to look at the schedules.
    began: Timestamp,
    /// Runs what the embedded store does beside its callers: it outlives the processes.
    outer: Runtime,
}

/// One process: dropping its runtime kills every task at its await.
struct Process {
    runtime: Runtime,
    app: App,
    /// Another process on the same store and counters. It shares the runtime, and so dies with this one.
    rival: App,
    crash: Arc<Crash>,
    /// What it works on.
    store: Arc<dyn Store>,
}

/// What a process starts on.
struct Ground<'a> {
    sources: &'a Sources,
    backing: &'a Backing,
    /// The embedded store and counters, which processes share.
    store: &'a Arc<dyn Store>,
    stock: &'a Arc<dyn Stock>,
}

/// What a rival was answered.
type RivalAnswers = Arc<Mutex<Vec<(DrawRequest, Result<Drawn, Error>)>>>;

impl World {
    /// A market that has just opened, with a queue that loses and repeats messages.
    pub fn new(seed: u64) -> Self {
        Self::with_queue(seed, LossyQueue::new(seed, 100, 100))
    }

    /// A market that has just opened, with a queue that does neither.
    pub fn reliable(seed: u64) -> Self {
        Self::with_queue(seed, LossyQueue::reliable())
    }

    fn with_queue(seed: u64, queue: LossyQueue) -> Self {
        let outer = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let backing = outer.block_on(Backing::fresh());
        let store = outer.block_on(backing.store());
        let clock = Arc::new(ManualClock::at("2026-03-07T12:00:00Z"));
        let sources = Sources::new(clock.clone(), Arc::new(SeededChance::new(seed)));
        let stock = outer.block_on(backing.stock());
        let queue = Arc::new(queue);
        let partner = Arc::new(Partner::new(seed));
        let ground = Ground { sources: &sources, backing: &backing, store: &store, stock: &stock };
        let process = Process::start(&ground, &queue, &partner);
        let sources_now = sources.now();
        let mut world = Self {
            random: StdRng::seed_from_u64(seed),
            clock,
            sources,
            backing,
            stock,
            queue,
            partner,
            process,
            draws: BTreeMap::new(),
            recharges: BTreeMap::new(),
            exchanges: exchanges::Exchanges::default(),
            savings: Savings::default(),
            requests: 0,
            published: 0,
            zone: documents::ZONES[usize::try_from(seed % 3).unwrap()],
            rival_answers: RivalAnswers::default(),
            adrift: false,
            latest: sources_now,
            began: sources_now,
            outer,
        };
        world.publish();
        for user in 0..USERS {
            world.recharge(user);
            world.earn(user);
        }
        world
    }

    /// Leaves something to do for every job: promised awards of all kinds, claims without an owner, a day that is over.
    pub fn leave_work(&mut self) {
        for user in 0..USERS {
            let request = self.new_draw(user, 3);
            self.draw_all(&[request]);
        }
        for (user, points) in [6, 7, 8].into_iter().enumerate() {
            self.process.crash.arm(points, Misfortune::Death);
            let request = self.new_draw(user, 1);
            self.draw_all(&[request]);
            self.process.crash.disarm();
        }
        self.leave_points();
        self.clock.advance(TimeDelta::hours(25));
    }

    /// Somebody who never draws leaves points that expire before the clock moves on, some of them set aside until then.
    fn leave_points(&mut self) {
        let soon = self.sources.now() + TimeDelta::hours(24);
        for (key, expires_at) in [("soon", Some(soon)), ("as soon", Some(soon)), ("never", None)] {
            let request = TransferRequest {
                user_id: saver(),
                request_id: RequestId::new(key).unwrap(),
                amount: Points::from_hundredths(1_000),
                note: None,
            };
            self.live(move |app| async move { app.earn(request, expires_at).await.unwrap() });
        }
        let request_id = RequestId::new("hold").unwrap();
        let amount = Points::from_hundredths(1_500);
        let request = HoldRequest { user_id: saver(), request_id, amount, held_until: Some(soon) };
        self.live(move |app| async move { app.hold(&request).await.unwrap() });
    }

    /// Fails unless the points that were left have expired, and what was set aside came back first.
    pub fn check_points_expired(&mut self) {
        let app = self.process.app.clone();
        let page = Page { after: None, limit: 100 };
        let (holdings, _) = self.process.runtime.block_on(async move { app.points_of(&saver(), &page).await }).unwrap();
        assert_eq!((holdings.balance.hundredths(), holdings.held.hundredths()), (1_000, 0));
    }

    /// Runs a job in a process that meets a misfortune at its `point`-th await. Tells whether it did.
    pub fn run_struck(&mut self, job: &str, point: i64, misfortune: Misfortune) -> bool {
        // What waits already belongs to the job only if it is the one that delivers.
        let mut next = Some(named(job));
        if job == "run_workflows" {
            self.run_named("settle_day");
        }
        if job == "dispatch_awards" {
            self.run_named("relay_outbox");
            next = self.queue.take();
        }
        let crash = self.process.crash.clone();
        crash.arm(point, misfortune);
        while let Some(message) = next {
            self.handle(message);
            next = if job == "dispatch_awards" { self.queue.take() } else { None };
        }
        let struck = crash.has_struck();
        crash.disarm();
        struck
    }

    /// Lets prune come due in parts, in a process that meets a misfortune at its `point`-th await, and then works it off in
    /// one that lives. Tells whether it did, and gives the fire.
    pub fn fire_struck(&mut self, point: i64, misfortune: Misfortune) -> (bool, CronFire) {
        let began = self.sources.now();
        self.clock.advance(TimeDelta::hours(1));
        let crash = self.process.crash.clone();
        crash.arm(point, misfortune);
        self.work_fires(began);
        let struck = crash.has_struck();
        crash.disarm();
        // A lost message or a dead worker's claim takes so long.
        self.clock.advance(TimeDelta::minutes(2));
        self.work_fires(began);
        self.latest = self.latest.max(self.sources.now());
        let [fire] = self.fires().try_into().expect("one fire, whatever happened");
        (struck, fire)
    }

    /// One look at the schedules, and every message that leads to. Messages of a process that died stay for the next.
    fn work_fires(&mut self, began: Timestamp) {
        self.live(move |app| async move { app.fire_due(began).await });
        while let Some(message) = self.queue.take() {
            self.handle(message);
        }
    }

    /// Runs a job twice in a process that lives.
    pub fn run_twice(&mut self, job: &str) {
        for _ in 0..2 {
            self.run_struck(job, i64::MAX, Misfortune::Death);
        }
    }

    /// One thing happens. More often than not a process dies or a call fails somewhere on the way.
    pub fn step(&mut self) {
        let points = self.random.random_range(1..=24);
        match self.random.random_range(0..100) {
            0..40 => self.process.crash.arm(points, Misfortune::Death),
            40..60 => self.process.crash.arm(points, Misfortune::Failure),
            _ => {}
        }
        match self.random.random_range(0..100) {
            0..14 => self.draw_some(),
            14..24 => self.exchange_some(),
            24..28 => self.move_points(),
            28..34 => self.touch_award(),
            34..40 => self.repeat_one(),
            40..52 => {
                let user = self.random.random_range(0..USERS);
                self.recharge(user);
            }
            52..58 => self.publish(),
            58..76 => self.handle_message(),
            76..86 => self.run_job(),
            86..92 => self.move_clock(),
            92..95 => self.change_list(),
            95..97 => self.pause_or_resume(),
            _ => self.lose_counters(),
        }
        self.process.crash.disarm();
    }

    /// The six invariants, now. What is overdue only because the clock jumped is worked off first.
    pub fn check(&mut self) {
        self.drain();
        if std::mem::take(&mut self.adrift) {
            // A recall or reversal that was cut short leaves its unit out of the counters, never twice in them, until somebody looks.
            self.run_named("reconcile_stock");
        }
        let app = self.process.app.clone();
        let report = self.process.runtime.block_on(app.reconcile()).unwrap();
        let broken: Vec<_> = report.findings.iter().flat_map(|finding| &finding.violations).collect();
        assert!(broken.is_empty(), "{broken:#?}");
        assert!(report.findings.len() == 6, "six invariants are evaluated");
    }

    /// The life is over: nothing is under way any more, and every answer that was ever given is still the answer.
    pub fn end(&mut self) {
        self.partner.recover();
        self.load_enough();
        // What was promised while the clock was ahead is due by then.
        let behind = self.latest - self.sources.now();
        self.clock.advance(behind.max(TimeDelta::zero()));
        for _ in 0..40 {
            self.clock.advance(TimeDelta::hours(1));
            self.drain();
        }
        self.check();
        self.every_fire_ended();
        self.every_answer_stands();
        self.every_exchange_stands();
        self.every_answer_about_points_stands();
        self.every_award_arrived_once();
        self.every_code_has_one_winner();
        // Not in every life: there may be a hundred days to settle.
        if self.random.random_bool(0.1) {
            self.close_books();
            self.check();
            self.every_answer_stands();
        }
    }

    /// The activity is closed, and whatever happened in it, every day's books agree.
    fn close_books(&mut self) {
        let closed = self.live(|app| async move { app.close_activity(&OPERATOR, &activity_id()).await });
        closed.expect("nothing kills this process").expect("it can be closed");
        for _ in 0..20 {
            for job in ["settle_day", "run_workflows"] {
                self.run_named(job);
            }
            self.clock.advance(TimeDelta::seconds(10));
        }
        let app = self.process.app.clone();
        let (report, _) = self.process.runtime.block_on(app.activity_report(&activity_id())).expect("it is settled");
        assert_eq!((report.days_different, report.violations), (0, Vec::new()));
        let drawn: usize = self.draws.values().filter_map(|(_, draws)| draws.as_ref()).map(Vec::len).sum();
        assert!(report.sums.draws >= drawn as u64, "every draw that was answered is in the books");
        assert_eq!(report.sums.draws, report.totals.draws_used);
    }

    fn pause_or_resume(&mut self) {
        let pause = self.random.random_bool(0.4);
        self.live(move |app| async move {
            let wish = if pause {
                app.pause(&OPERATOR, &activity_id()).await
            } else {
                app.resume(&OPERATOR, &activity_id()).await
            };
            match wish {
                Ok(_) | Err(Error::Refusal(Refusal::Conflict { .. })) => {}
                Err(Error::Refusal(refusal)) => panic!("{refusal}"),
                Err(Error::Fault(fault)) => assert!(fault.cause.to_string().contains("bad luck"), "{fault}"),
            }
        });
    }

    /// No fire is stuck, however its messages and workers were lost; one in parts ended as its parts did.
    fn every_fire_ended(&mut self) {
        self.live(|app| async move { app.resume_job(&OPERATOR, "prune").await });
        let mut open = usize::MAX;
        for _ in 0..40 {
            self.clock.advance(TimeDelta::minutes(2));
            self.work_fires(self.began);
            open = self.fires().iter().filter(|fire| is_open(&fire.run)).count();
            if open == 0 {
                break;
            }
        }
        assert_eq!(open, 0, "{:#?}", self.fires());
        for fire in self.fires() {
            assert_eq!(fire.parts.len(), usize::from(PRUNE_PARTS), "{fire:?}");
            let failed = fire.parts.iter().any(|part| part.run.state == FireState::Failed);
            assert!(fire.parts.iter().all(|part| !is_open(&part.run)), "{fire:?}");
            assert_eq!(fire.run.state, if failed { FireState::Failed } else { FireState::Done }, "{fire:?}");
        }
    }

    fn fires(&self) -> Vec<CronFire> {
        let store = self.process.store.clone();
        self.process.runtime.block_on(async move { store.fires(Some("prune"), None, 1_000).await }).unwrap()
    }

    fn every_answer_stands(&mut self) {
        let draws: Vec<_> = self.draws.values().cloned().collect();
        for (request, answer) in draws {
            let Some(first) = answer else { continue };
            let again = self.live(move |app| async move { app.draw(request).await });
            let again = again.expect("nothing kills this process").expect("a repeat is answered");
            assert_eq!((again.draws, again.repeated), (first, true));
        }
        let recharges: Vec<_> = self.recharges.values().cloned().collect();
        for (request, answer) in recharges {
            let Some(first) = answer else { continue };
            let again = self.live(move |app| async move { app.recharge(request).await });
            let again = again.expect("nothing kills this process").expect("a repeat is answered");
            assert_eq!((again.order, again.repeated), (first, true));
        }
    }

    fn every_answer_about_points_stands(&mut self) {
        for (wish, first) in self.savings.answered() {
            let again = self.live(move |app| wish.ask(app));
            let again = again.expect("nothing kills this process").expect("a repeat is answered");
            assert_eq!(again, (first, true));
        }
    }

    fn every_award_arrived_once(&mut self) {
        for user in 0..USERS {
            let user_id = user_id(user);
            let page = Page { after: None, limit: 1_000 };
            let app = self.process.app.clone();
            let user = user_id.clone();
            let awards = self.process.runtime.block_on(async move { app.awards_of(&user, &page).await }).unwrap();
            let mut points = 0;
            for award in awards {
                if award.award_id.as_str() == "reserved" {
                    self.partner.check_reserved(&award);
                    continue;
                }
                match (&award.value, award.state) {
                    (PrizeValue::Points { amount }, AwardState::Delivered) => points += amount.hundredths(),
                    (PrizeValue::Webhook, AwardState::Delivered) => {
                        assert!(self.partner.received(award.award_record_id) >= 1, "{award:?} never arrived");
                    }
                    // Each coupon has a code of its own, which is looked at elsewhere.
                    (PrizeValue::Nothing | PrizeValue::Draws { .. } | PrizeValue::Coupon, AwardState::Delivered)
                    | (PrizeValue::Webhook, AwardState::Dead)
                    | (PrizeValue::Goods, AwardState::Pending | AwardState::Delivered)
                    | (_, AwardState::Recalled) => {}
                    other => panic!("{other:?} after everything was worked off: {award:?}"),
                }
            }
            let app = self.process.app.clone();
            let page = Page { after: None, limit: 1_000 };
            let user = user_id.clone();
            let (_, entries) = self.process.runtime.block_on(async move { app.points_of(&user, &page).await }).unwrap();
            let by_awards = entries.iter().filter(|entry| entry.reason == TransferReason::Award);
            let credited: i64 = by_awards.map(|entry| entry.amount.hundredths()).sum();
            assert_eq!(credited, points, "points that awards gave {user_id}");
        }
    }

    /// Runs something in the process. Nothing when the process died on the way; then there is a new one.
    fn live<T, F>(&mut self, work: impl FnOnce(App) -> F) -> Option<T>
    where
        F: Future<Output = T>,
    {
        let (app, crash) = (self.process.app.clone(), self.process.crash.clone());
        let work = work(app);
        let outcome = self.process.runtime.block_on(async {
            tokio::select! {
                biased;
                outcome = work => Some(outcome),
                () = crash.died() => None,
            }
        });
        if outcome.is_none() {
            self.restart();
        }
        outcome
    }

    /// A new process on what the old one left. Its counters may be gone with it.
    fn restart(&mut self) {
        if self.random.random_bool(0.5) {
            self.lose_stock();
        }
        let store = self.process.store.clone();
        let ground = Ground { sources: &self.sources, backing: &self.backing, store: &store, stock: &self.stock };
        self.process = Process::start(&ground, &self.queue, &self.partner);
    }

    fn draw_some(&mut self) {
        let many = if self.random.random_bool(0.4) { self.random.random_range(2..6) } else { 1 };
        let requests: Vec<_> = (0..many)
            .map(|_| {
                if !self.draws.is_empty() && self.random.random_bool(0.1) {
                    let at = self.random.random_range(0..self.draws.len());
                    return self.draws.values().nth(at).unwrap().0.clone();
                }
                let count = if self.random.random_bool(0.3) { self.random.random_range(2..=10) } else { 1 };
                let user = self.random.random_range(0..USERS);
                self.new_draw(user, count)
            })
            .collect();
        self.draw_all(&requests);
    }

    /// Up to four requests about points at once, some of which may be the same.
    fn move_points(&mut self) {
        let many = self.random.random_range(1..=4);
        let now = self.sources.now();
        let wishes: Vec<_> = (0..many).map(|_| self.savings.any(&mut self.random, now)).collect();
        let asked = wishes.clone();
        let answers = self.live(move |app| async move {
            futures::future::join_all(asked.into_iter().map(|(_, wish)| wish.ask(app.clone()))).await
        });
        for ((number, _), answer) in wishes.iter().zip(answers.into_iter().flatten()) {
            self.savings.note(*number, answer);
        }
    }

    fn repeat_one(&mut self) {
        if self.draws.is_empty() {
            return;
        }
        let at = self.random.random_range(0..self.draws.len());
        let mut request = self.draws.values().nth(at).unwrap().0.clone();
        if self.random.random_bool(0.2) {
            request.count = request.count % 10 + 1;
            let key = request.request_id.to_string();
            let answered = self.draws[&key].1.is_some();
            let answer = self.live(move |app| async move { app.draw(request).await });
            if answered {
                let reused = |answer: &Result<Drawn, Error>| match answer {
                    Err(Error::Refusal(refusal)) => {
                        matches!(refusal, Refusal::RequestReused | Refusal::TryAgain)
                    }
                    Err(Error::Fault(_)) => true,
                    Ok(_) => false,
                };
                assert!(answer.as_ref().is_none_or(reused), "{answer:?}");
            } else {
                // It was never recorded under its own count; now it may be under another.
                self.draws.remove(&key);
            }
            return;
        }
        self.draw_all(&[request]);
    }

    fn new_draw(&mut self, user: usize, count: u32) -> DrawRequest {
        self.requests += 1;
        DrawRequest {
            activity_id: activity_id(),
            user_id: user_id(user),
            request_id: RequestId::new(&format!("request-{}", self.requests)).unwrap(),
            count,
        }
    }

    fn draw_all(&mut self, requests: &[DrawRequest]) {
        for request in requests {
            self.draws.entry(request.request_id.to_string()).or_insert_with(|| (request.clone(), None));
        }
        if self.random.random_bool(0.4) {
            self.arm_rival(requests);
        }
        let wanted = requests.to_vec();
        let answers = self.live(move |app| async move {
            futures::future::join_all(wanted.into_iter().map(|request| app.draw(request))).await
        });
        for (request, answer) in requests.iter().zip(answers.into_iter().flatten()) {
            self.note_draw(request, answer);
        }
        self.note_rivals();
    }

    fn note_rivals(&mut self) {
        let rival_answers = std::mem::take(&mut *self.rival_answers.lock().unwrap());
        for (request, answer) in rival_answers {
            self.note_draw(&request, answer);
        }
    }

    /// Has another process get in the way of these requests: the same request, one of the same user, a reconciler that takes
    /// the claims for orphans, a publication, one that changes nothing but limits per user, another list, or a rebuild of the
    /// counters.
    fn arm_rival(&mut self, requests: &[DrawRequest]) {
        let rival = self.process.rival.clone();
        let request = requests[self.random.random_range(0..requests.len())].clone();
        let deed = match self.random.random_range(0..8) {
            0 => self.rival_draw(request),
            1 | 2 => {
                let user = (0..USERS).find(|user| user_id(*user) == request.user_id).unwrap();
                let count = self.random.random_range(1..4);
                let request = self.new_draw(user, count);
                self.draws.insert(request.request_id.to_string(), (request.clone(), None));
                self.rival_draw(request)
            }
            3 => {
                let clock = self.clock.clone();
                async move {
                    clock.advance(TimeDelta::seconds(40));
                    rival.reconcile_stock().await.unwrap();
                }
                .boxed()
            }
            4 => {
                let document = documents::any(&mut self.random, self.zone, self.published.min(6));
                // A refusal is as good: then nothing got in the way.
                async move { drop(rival.publish(document, "rival").await) }.boxed()
            }
            5 => async move { publish_other_limits(&rival).await }.boxed(),
            6 => {
                let change = self.any_list_change();
                async move { drop(change(rival).await) }.boxed()
            }
            _ => {
                let store = self.process.store.clone();
                async move {
                    let seen = store.stock_epoch(&activity_id()).await.unwrap().unwrap();
                    store.raise_epoch(&activity_id(), seen).await.unwrap();
                }
                .boxed()
            }
        };
        let points = self.random.random_range(1..=12);
        self.process.crash.arm_rival(points, deed);
    }

    fn rival_draw(&self, request: DrawRequest) -> BoxFuture<'static, ()> {
        let (rival, answers) = (self.process.rival.clone(), self.rival_answers.clone());
        async move {
            let answer = rival.draw(request.clone()).await;
            answers.lock().unwrap().push((request, answer));
        }
        .boxed()
    }

    fn note_draw(&mut self, request: &DrawRequest, answer: Result<Drawn, Error>) {
        // A rival may answer late, when the request is forgotten because it was tried with another count meanwhile.
        let Some(known) = self.draws.get_mut(request.request_id.as_str()) else { return };
        match answer {
            Ok(drawn) => {
                assert_eq!(drawn.draws.len(), request.count as usize, "all or nothing");
                if let Some(first) = &known.1 {
                    assert_eq!(*first, drawn.draws, "a repeat gets the first answer");
                }
                known.1 = Some(drawn.draws);
            }
            Err(Error::Refusal(refusal)) => {
                assert!(
                    known.1.is_none() || refusal == Refusal::TryAgain,
                    "an accepted request was refused afterwards: {refusal}"
                );
                assert!(
                    matches!(
                        refusal,
                        Refusal::QuotaExhausted { .. }
                            | Refusal::UserBlocked { .. }
                            | Refusal::ActivityEnded { .. }
                            | Refusal::ActivityNotOpen { .. }
                            | Refusal::TryAgain
                    ),
                    "{refusal}"
                );
            }
            // Nobody knows whether it was recorded; a repeat will tell.
            Err(Error::Fault(fault)) => assert!(fault.cause.to_string().contains("bad luck"), "{fault}"),
        }
    }

    fn recharge(&mut self, user: usize) {
        let repeat = !self.recharges.is_empty() && self.random.random_bool(0.2);
        let request = if repeat {
            let at = self.random.random_range(0..self.recharges.len());
            self.recharges.values().nth(at).unwrap().0.clone()
        } else {
            self.requests += 1;
            RechargeRequest {
                activity_id: activity_id(),
                user_id: user_id(user),
                request_id: RequestId::new(&format!("request-{}", self.requests)).unwrap(),
                sku: SkuId::new(SKUS[self.random.random_range(0..SKUS.len())]).unwrap(),
            }
        };
        if self.random.random_bool(0.3) {
            let rival_request = self.new_draw(user, 1);
            self.draws.insert(rival_request.request_id.to_string(), (rival_request.clone(), None));
            self.arm_rival(&[rival_request]);
        }
        let key = request.request_id.to_string();
        self.recharges.entry(key.clone()).or_insert_with(|| (request.clone(), None));
        let answer = self.live(move |app| async move { app.recharge(request).await });
        self.note_rivals();
        let known = self.recharges.get_mut(&key).unwrap();
        match answer {
            None => {}
            Some(Ok(Recharged { order, .. })) => {
                if let Some(first) = &known.1 {
                    assert_eq!(*first, order, "a repeat gets the first answer");
                }
                known.1 = Some(order);
            }
            Some(Err(Error::Refusal(refusal))) => {
                assert!(
                    known.1.is_none() || refusal == Refusal::TryAgain,
                    "an accepted request was refused afterwards: {refusal}"
                );
                assert!(
                    matches!(
                        refusal,
                        Refusal::SkuSoldOut { .. }
                            | Refusal::ActivityEnded { .. }
                            | Refusal::ActivityNotOpen { .. }
                            | Refusal::TryAgain
                    ),
                    "{refusal}"
                );
            }
            Some(Err(Error::Fault(fault))) => assert!(fault.cause.to_string().contains("bad luck"), "{fault}"),
        }
    }

    fn publish(&mut self) {
        // At least one of each, so that there is always something to win and to deliver.
        let generous = 1 + self.published.min(6);
        let document = documents::any(&mut self.random, self.zone, generous);
        let answer = self.live(move |app| async move { app.publish(document, "model").await });
        match answer {
            Some(Ok(_)) => self.published += 1,
            Some(Err(Error::Refusal(Refusal::InvalidDocument { faults }))) => {
                assert!(
                    faults.iter().all(|fault| fault.path.ends_with("stock") || fault.path == "closes_at"),
                    "{faults:?}"
                );
            }
            None | Some(Err(Error::Refusal(Refusal::Conflict { .. }))) => {}
            Some(Err(Error::Refusal(refusal))) => panic!("{refusal}"),
            Some(Err(Error::Fault(fault))) => assert!(fault.cause.to_string().contains("bad luck"), "{fault}"),
        }
    }

    /// An operator puts a user on a list or takes one off, who may not be on it.
    fn change_list(&mut self) {
        let change = self.any_list_change();
        match self.live(change) {
            None | Some(Ok(()) | Err(Error::Refusal(Refusal::Unknown { .. }))) => {}
            Some(Err(Error::Refusal(refusal))) => panic!("{refusal}"),
            Some(Err(Error::Fault(fault))) => assert!(fault.cause.to_string().contains("bad luck"), "{fault}"),
        }
    }

    fn any_list_change(&mut self) -> impl FnOnce(App) -> BoxFuture<'static, Result<(), Error>> + use<> {
        let user_id = user_id(self.random.random_range(0..USERS));
        let list = if self.random.random_bool(0.5) { UserList::Grey } else { UserList::Black };
        let puts = self.random.random_bool(0.5);
        move |app| {
            async move {
                let (activity_id, actor) = (activity_id(), Actor::System("model"));
                let who = (&activity_id, &user_id);
                if puts {
                    return app.put_on_list(&actor, who, list, None).await.map(drop);
                }
                app.take_off_list(&actor, who, list).await
            }
            .boxed()
        }
    }

    fn handle_message(&mut self) {
        self.adrift = true;
        if let Some(message) = self.queue.take() {
            self.handle(message);
        } else {
            self.run_job();
        }
    }

    fn handle(&mut self, message: Message) {
        self.live(move |app| async move { jobs::run_message(&app, message).await });
    }

    fn run_job(&mut self) {
        let jobs = [
            "relay_outbox",
            "run_workflows",
            "sync_stock",
            "reconcile_stock",
            "reconcile_ledger",
            "expire",
            "settle_day",
            "expire_points",
            "prune",
        ];
        let job = jobs[self.random.random_range(0..jobs.len())];
        self.run_named(job);
    }

    fn run_named(&mut self, job: &str) {
        self.handle(named(job));
    }

    fn move_clock(&mut self) {
        let span = match self.random.random_range(0..6) {
            0 => TimeDelta::milliseconds(self.random.random_range(1..1_000)),
            1 => TimeDelta::seconds(self.random.random_range(1..120)),
            2 => TimeDelta::hours(self.random.random_range(1..30)),
            3 => TimeDelta::days(self.random.random_range(1..40)),
            4 => -TimeDelta::seconds(self.random.random_range(1..120)),
            _ => -TimeDelta::hours(self.random.random_range(1..30)),
        };
        self.clock.advance(span);
        self.latest = self.latest.max(self.sources.now());
        self.steer_jobs();
    }

    /// Somebody looks at the schedules, or an operator runs, pauses or resumes a job. Messages wait for whoever takes them.
    fn steer_jobs(&mut self) {
        let (began, choice) = (self.began, self.random.random_range(0..10));
        let steered = self.live(move |app| async move {
            match choice {
                0..4 => app.fire_due(began).await.map(drop),
                4 | 5 => app.run_job(&OPERATOR, "prune").await.map(drop),
                6 => app.pause_job(&OPERATOR, "prune").await,
                _ => app.resume_job(&OPERATOR, "prune").await,
            }
        });
        match steered {
            None | Some(Ok(()) | Err(Error::Refusal(Refusal::Conflict { .. }))) => {}
            Some(Err(Error::Refusal(refusal))) => panic!("{refusal}"),
            Some(Err(Error::Fault(fault))) => assert!(fault.cause.to_string().contains("bad luck"), "{fault}"),
        }
    }

    fn lose_counters(&mut self) {
        self.lose_stock();
        self.restart();
    }

    fn lose_stock(&mut self) {
        self.stock = self.outer.block_on(self.backing.lost_stock());
    }

    /// Works off everything that is due, in a process that does not die.
    fn drain(&mut self) {
        self.process.crash.disarm();
        for _ in 0..MESSAGES_MAX {
            if let Some(message) = self.queue.take() {
                self.handle(message);
                continue;
            }
            self.run_named("relay_outbox");
            // Work may wait for a third party to let go.
            self.run_named("run_workflows");
            let due = self.due();
            if due == 0 {
                return;
            }
            // The relay wakes an entry again only after a while; a lost message takes that long.
            self.clock.advance(TimeDelta::seconds(61));
            self.latest = self.latest.max(self.sources.now());
        }
        panic!("draining did not end");
    }

    /// Entries that are due now, and leases that are still held.
    fn due(&mut self) -> usize {
        let now = self.sources.now();
        let store = self.process.store.clone();
        self.process.runtime.block_on(async move {
            let page = Page { after: None, limit: 10_000 };
            let open = store.outbox(None, &page).await.unwrap();
            open.iter()
                .filter(|entry| match entry.state {
                    // Who waits for a code looks again each minute, as long as there is none: there is no end to wait for.
                    OutboxState::Pending => {
                        let waits = entry.last_error.as_ref().is_some_and(|error| error.contains("load codes"));
                        entry.run_at + TimeDelta::seconds(if waits { 120 } else { 0 }) <= now
                    }
                    OutboxState::Leased => true,
                    OutboxState::Done | OutboxState::Dead => false,
                })
                .count()
        })
    }
}

impl Process {
    fn start(ground: &Ground<'_>, queue: &Arc<LossyQueue>, partner: &Arc<Partner>) -> Self {
        let Ground { sources, backing, .. } = *ground;
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (store, stock) = match Half::tested() {
            Half::Embedded => (ground.store.clone(), ground.stock.clone()),
            // Its connections are its own, and end with it.
            Half::Distributed => runtime.block_on(async { (backing.store().await, backing.stock().await) }),
        };
        let start = |crash: &Arc<Crash>| {
            let mut config = Config::defaults();
            let endpoint =
                EndpointConfig { url: "https://partner.example/".into(), secret: String::new(), reserve: false };
            config.webhook.endpoints.insert("partner".into(), endpoint.clone());
            config.webhook.endpoints.insert(RESERVING.into(), EndpointConfig { reserve: true, ..endpoint });
            // Jobs run when a life runs them; only prune may also come due, once an hour and in parts.
            let cron = &mut config.cron;
            for entry in [
                &mut cron.relay_outbox,
                &mut cron.sync_stock,
                &mut cron.reconcile_stock,
                &mut cron.reconcile_ledger,
                &mut cron.expire,
            ] {
                entry.schedule = "0 0 0 1 1 * 2099".into();
            }
            cron.prune.parts = PRUNE_PARTS;
            let mortal: Arc<dyn Store> = Arc::new(MortalStore { store: store.clone(), crash: crash.clone() });
            App::new(Parts {
                config,
                sources: sources.clone(),
                store: mortal.clone(),
                stock: Arc::new(MortalStock { stock: stock.clone(), crash: crash.clone() }),
                queue: queue.clone(),
                channels: vec![
                    Arc::new(PointsChannel),
                    Arc::new(DrawsChannel),
                    Arc::new(CouponChannel::new(mortal.clone(), sources.clone())),
                    Arc::new(GoodsChannel::new(mortal, sources.clone())),
                    partner.clone(),
                ],
            })
        };
        let crash = Arc::new(Crash::default());
        let (app, rival) = runtime.block_on(async { (start(&crash), start(&Arc::default())) });
        Self { runtime, app, rival, crash, store }
    }
}

/// Publishes the current document with limits per user where there were none, and without those that stock makes up for.
async fn publish_other_limits(app: &App) {
    let mut document = app.versions(&activity_id()).await.unwrap().remove(0).document;
    for award in document.awards.iter_mut().filter(|award| award.stock.is_some()) {
        award.per_user = if award.per_user.is_some() { None } else { Some(1) };
    }
    // A refusal is as good: then nothing got in the way.
    drop(app.publish(document, "rival").await);
}

/// The message that runs a job without arguments.
fn named(job: &str) -> Message {
    Message { job: job.into(), key: format!("model:{job}"), arguments: serde_json::json!({}) }
}

fn is_open(run: &FireRun) -> bool {
    matches!(run.state, FireState::Due | FireState::Running)
}

fn activity_id() -> ActivityId {
    ActivityId::new(ACTIVITY).unwrap()
}

fn user_id(user: usize) -> UserId {
    UserId::new(&format!("user{user}")).unwrap()
}
