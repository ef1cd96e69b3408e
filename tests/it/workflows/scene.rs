//! Where a workflow is put to the test: a market that outlives its processes, and what the workflow has to do in it.

use std::sync::Arc;

use big_market::app::{App, Parts};
use big_market::clock::Sources;
use big_market::config::{Config, EndpointConfig};
use big_market::dispatch::Channel;
use big_market::domain::audit::Actor;
use big_market::domain::workflow::{Direction, WorkflowRun, WorkflowState};
use big_market::stock::Stock;
use big_market::store::Store;
use big_market::workflows::{self, Advanced, Undo, Workflow};
use chrono::TimeDelta;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::support::backing::Backing;
use crate::support::crash::{Crash, Misfortune, MortalStock, MortalStore};
use crate::support::lossy_queue::LossyQueue;
use crate::support::time::{ManualClock, SeededChance};

/// One workflow and what shows that it did its work.
pub struct Case {
    /// The workflow.
    pub workflow: &'static Workflow,
    /// Who delivers awards in its market.
    pub channels: fn() -> Vec<Arc<dyn Channel>>,
    /// Leaves something to do, once, before anything is started.
    pub prepare: for<'a> fn(&'a Scene) -> BoxFuture<'a, ()>,
    /// Starts the run, as the product does. Called again, it gives the same run.
    pub start: for<'a> fn(&'a Scene) -> BoxFuture<'a, WorkflowRun>,
    /// Panics unless everything the run is for has happened, once.
    pub complete: for<'a> fn(&'a Scene) -> BoxFuture<'a, ()>,
    /// Panics unless everything is as if the run had never been.
    pub undone: for<'a> fn(&'a Scene) -> BoxFuture<'a, ()>,
}

/// Times that a run is driven until it must have ended. The clock moves between them.
const DRIVES_MAX: u32 = 40;

/// A market with one run in it.
pub struct Scene {
    case: &'static Case,
    pub clock: Arc<ManualClock>,
    pub store: Arc<dyn Store>,
    stock: Arc<dyn Stock>,
    sources: Sources,
    channels: Vec<Arc<dyn Channel>>,
    /// A process that never dies.
    pub app: App,
    _backing: Backing,
}

impl Scene {
    pub async fn new(case: &'static Case) -> Self {
        let backing = Backing::fresh().await;
        let (store, stock) = (backing.store().await, backing.stock().await);
        let clock = Arc::new(ManualClock::at("2026-03-07T12:00:00Z"));
        let sources = Sources::new(clock.clone(), Arc::new(SeededChance::new(7)));
        let channels = (case.channels)();
        let app = process(&sources, store.clone(), stock.clone(), &channels);
        let scene = Self { case, clock, store, stock, sources, channels, app, _backing: backing };
        (case.prepare)(&scene).await;
        scene
    }

    /// Starts the run, or gives the one that was started.
    pub async fn start(&self) -> WorkflowRun {
        (self.case.start)(self).await
    }

    /// The run as it is now.
    pub async fn run(&self, run: &WorkflowRun) -> WorkflowRun {
        self.app.workflow(run.workflow_id).await.unwrap()
    }

    /// Lets a stuck run go on.
    pub async fn retry(&self, run: &WorkflowRun) {
        self.app.retry_workflow(&Actor::System("tests"), run.workflow_id).await.unwrap();
    }

    /// Drives until the run stands still at a step.
    pub async fn drive_to(&mut self, workflow: &Workflow, run: &WorkflowRun, at: usize) {
        for _ in 0..DRIVES_MAX {
            // Past every back-off and every lease.
            self.clock.advance(TimeDelta::hours(2));
            drive_once(&self.app, workflow, run).await;
            if self.run(run).await.step.as_deref() == Some(workflow.steps[at].name) {
                return;
            }
        }
        panic!("it never came to {}: {:?}", workflow.steps[at].name, self.run(run).await);
    }

    /// Drives until the run has ended or is stuck.
    pub async fn drive(&mut self, workflow: &Workflow, run: &WorkflowRun) {
        for _ in 0..DRIVES_MAX {
            if self.run(run).await.state != WorkflowState::Running {
                return;
            }
            drive_once(&self.app, workflow, run).await;
            // Past every back-off and every lease.
            self.clock.advance(TimeDelta::hours(2));
        }
        panic!("it never ended: {:?}", self.run(run).await);
    }

    /// Drives in a process that meets a misfortune at its `point`-th await. Tells whether it did.
    pub async fn drive_struck(
        &mut self,
        workflow: &Workflow,
        run: &WorkflowRun,
        point: i64,
        misfortune: Misfortune,
    ) -> bool {
        let (app, crash) = self.mortal();
        crash.arm(point, misfortune);
        tokio::select! {
            biased;
            () = drive_once(&app, workflow, run) => {}
            () = crash.died() => {}
        }
        let struck = crash.has_struck();
        crash.disarm();
        // Its leases end some time.
        self.clock.advance(TimeDelta::hours(2));
        struck
    }

    /// Drives while another process drives the same run as far as it goes at the `point`-th await. Tells whether it did.
    pub async fn drive_with_rival(&mut self, workflow: &'static Workflow, run: &WorkflowRun, point: i64) -> bool {
        let (app, crash) = self.mortal();
        let (rival, clock, ours) = (self.app.clone(), self.clock.clone(), run.clone());
        let deed = async move {
            // The lease of the first one ends while it sleeps.
            clock.advance(TimeDelta::hours(2));
            drive_once(&rival, workflow, &ours).await;
        };
        crash.arm_rival(point, deed.boxed());
        drive_once(&app, workflow, run).await;
        let struck = crash.has_struck();
        crash.disarm();
        self.clock.advance(TimeDelta::hours(2));
        struck
    }

    /// Undoes once more what was undone.
    pub async fn undo_again(&self, run: &WorkflowRun) {
        for step in self.case.workflow.steps.iter().rev() {
            if let Undo::By(undo) = step.undo {
                undo(&self.app, run).await.unwrap();
            }
        }
    }

    pub async fn assert_complete(&self, run: &WorkflowRun) {
        let seen = self.run(run).await;
        assert_eq!((seen.state, seen.direction), (WorkflowState::Done, Direction::Forward), "{seen:?}");
        (self.case.complete)(self).await;
        self.check().await;
    }

    pub async fn assert_undone(&self, run: &WorkflowRun) {
        let seen = self.run(run).await;
        assert_eq!((seen.state, seen.direction), (WorkflowState::Undone, Direction::Back), "{seen:?}");
        (self.case.undone)(self).await;
        self.check().await;
    }

    /// The six invariants, but for work that is overdue because the clock was moved.
    pub async fn check(&self) {
        let report = self.app.reconcile().await.unwrap();
        let outbox = big_market::domain::reconcile::Invariant::Outbox;
        let broken: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.invariant != outbox)
            .flat_map(|finding| &finding.violations)
            .collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }

    /// A process that can die.
    fn mortal(&self) -> (App, Arc<Crash>) {
        let crash = Arc::new(Crash::default());
        let store = Arc::new(MortalStore { store: self.store.clone(), crash: crash.clone() });
        let stock = Arc::new(MortalStock { stock: self.stock.clone(), crash: crash.clone() });
        (process(&self.sources, store, stock, &self.channels), crash)
    }
}

fn process(sources: &Sources, store: Arc<dyn Store>, stock: Arc<dyn Stock>, channels: &[Arc<dyn Channel>]) -> App {
    let mut config = Config::defaults();
    let endpoint = EndpointConfig { url: "https://partner.example/".into(), secret: String::new(), reserve: false };
    config.webhook.endpoints.insert("partner".into(), endpoint);
    App::new(Parts {
        config,
        sources: sources.clone(),
        store,
        stock,
        queue: Arc::new(LossyQueue::reliable()),
        channels: channels.to_vec(),
    })
}

/// Drives as its driver would: job `run_workflows`, which takes what is due, or a caller with retries of its own. A fault leaves
/// the run where it is.
async fn drive_once(app: &App, workflow: &Workflow, run: &WorkflowRun) {
    let Ok(seen) = app.workflow(run.workflow_id).await else { return };
    if seen.run_at.is_none() {
        match workflows::advance(app, workflow, seen).await {
            Ok(Advanced::Lost | Advanced::Waits(..) | Advanced::Done(_) | Advanced::Undone(_) | Advanced::Stuck(_)) => {
            }
            Err(error) => assert!(error.to_string().contains("bad luck"), "{error}"),
        }
        return;
    }
    // What a workflow starts besides is driven as the job would drive it.
    let others = workflows::ALL.iter().copied().filter(|other| other.name != workflow.name);
    let known: Vec<&Workflow> = others.chain([workflow]).collect();
    if let Err(error) = workflows::run_due(app, &known, 100).await {
        assert!(error.to_string().contains("bad luck"), "{error}");
    }
}
