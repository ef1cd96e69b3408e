//! Every workflow: each step run twice, each step failing in turn, the process dying or a call failing at each await, undone
//! twice, two drivers at once. Whatever happens, a run ends complete or completely undone, and the six invariants hold.

mod activities;
mod deliver_award;
mod scene;

use big_market::domain::workflow::{Direction, WorkflowRun, WorkflowState};
use big_market::fault::Result;
use big_market::workflows::{Outcome, Step, Undo, Workflow};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::support::crash::Misfortune;
use scene::{Case, Scene};

/// Every workflow there is. The harness does the rest.
static CASES: &[Case] = &[activities::CLOSE, activities::SETTLE, deliver_award::DELIVER];

/// Awaits of one run at most.
const POINTS_MAX: i64 = 2_000;
/// Awaits between two that are struck, beyond the first ones: neighbours differ little there, and every run costs time.
const FIRST_POINTS: i64 = 40;

fn next_point(point: i64) -> i64 {
    if point < FIRST_POINTS { point + 1 } else { point + 7 }
}

/// The workflow with another effect in the place of one step's.
fn with_effect(workflow: &Workflow, at: usize, run: big_market::workflows::Effect) -> Workflow {
    let mut steps: Vec<Step> = workflow.steps.to_vec();
    steps[at].run = run;
    // Tests are short; the list lives as long as they do.
    Workflow { steps: steps.leak(), ..*workflow }
}

fn fails<'a>(_: &'a big_market::app::App, _: &'a WorkflowRun) -> BoxFuture<'a, Result<Outcome>> {
    async { Ok(Outcome::Fail("told to".into())) }.boxed()
}

fn retries<'a>(_: &'a big_market::app::App, _: &'a WorkflowRun) -> BoxFuture<'a, Result<Outcome>> {
    async { Ok(Outcome::Retry("told to".into())) }.boxed()
}

/// Whether a run that fails at this step can be undone.
fn can_turn_round(workflow: &Workflow, at: usize) -> bool {
    !workflow.steps[..=at].iter().any(|step| matches!(step.undo, Undo::Impossible(_)))
}

#[tokio::test]
async fn every_workflow_is_known_to_its_harness() {
    let names = |workflows: Vec<&Workflow>| workflows.into_iter().map(|workflow| workflow.name).collect::<Vec<_>>();
    let cases = names(CASES.iter().map(|case| case.workflow).collect());
    assert_eq!(cases, names(big_market::workflows::ALL.to_vec()), "add it to CASES");
    for case in CASES {
        let mut steps: Vec<_> = case.workflow.steps.iter().map(|step| step.name).collect();
        assert!(!steps.is_empty());
        steps.sort_unstable();
        steps.dedup();
        assert_eq!(steps.len(), case.workflow.steps.len(), "{}: steps have names of their own", case.workflow.name);
    }
}

#[tokio::test]
async fn every_step_run_twice_is_the_same_as_once() {
    for case in CASES {
        let mut scene = Scene::new(case).await;
        let run = scene.start().await;
        for at in 0..case.workflow.steps.len() {
            let seen = scene.run(&run).await;
            if at + 1 < case.workflow.steps.len() {
                scene.drive_to(&with_effect(case.workflow, at + 1, retries), &run, at + 1).await;
            } else {
                scene.drive(case.workflow, &run).await;
            }
            // As a driver would that read the row and then slept.
            let (app, effect) = (scene.app.clone(), case.workflow.steps[at].run);
            effect(&app, &seen).await.unwrap();
        }
        scene.assert_complete(&run).await;
    }
}

#[tokio::test]
async fn every_step_may_not_work_at_first() {
    for case in CASES {
        for at in 0..case.workflow.steps.len() {
            let mut scene = Scene::new(case).await;
            let run = scene.start().await;
            scene.drive_to(&with_effect(case.workflow, at, retries), &run, at).await;
            let seen = scene.run(&run).await;
            assert_eq!(
                (seen.state, seen.step.as_deref()),
                (WorkflowState::Running, Some(case.workflow.steps[at].name))
            );
            assert_eq!(seen.last_error.as_deref(), Some("told to"));
            scene.drive(case.workflow, &run).await;
            scene.assert_complete(&run).await;
        }
    }
}

#[tokio::test]
async fn every_step_may_fail_for_good() {
    for case in CASES {
        for at in 0..case.workflow.steps.len() {
            for has_effect in [false, true] {
                let mut scene = Scene::new(case).await;
                let run = scene.start().await;
                scene.drive_to(&with_effect(case.workflow, at, retries), &run, at).await;
                if has_effect {
                    let seen = scene.run(&run).await;
                    let (app, effect) = (scene.app.clone(), case.workflow.steps[at].run);
                    effect(&app, &seen).await.unwrap();
                }
                scene.drive(&with_effect(case.workflow, at, fails), &run).await;
                let seen = scene.run(&run).await;
                if can_turn_round(case.workflow, at) {
                    assert_eq!((seen.state, seen.direction), (WorkflowState::Undone, Direction::Back), "{seen:?}");
                    scene.undo_again(&seen).await;
                    scene.assert_undone(&run).await;
                    continue;
                }
                assert_eq!(seen.state, WorkflowState::Stuck, "{seen:?}");
                scene.check().await;
                scene.retry(&seen).await;
                scene.drive(case.workflow, &run).await;
                scene.assert_complete(&run).await;
            }
        }
    }
}

/// Drives a run into a misfortune at each of its awaits in turn, then to its end.
async fn strike_each_await(case: &'static Case, misfortune: Misfortune) {
    let mut struck = 0;
    let mut point = 1;
    while point < POINTS_MAX {
        let mut scene = Scene::new(case).await;
        let run = scene.start().await;
        let was_struck = scene.drive_struck(case.workflow, &run, point, misfortune).await;
        scene.drive(case.workflow, &run).await;
        scene.assert_complete(&run).await;
        if !was_struck {
            break;
        }
        struck = point;
        point = next_point(point);
    }
    assert!((2..POINTS_MAX).contains(&struck), "{} was struck at {struck} awaits", case.workflow.name);
}

#[tokio::test]
async fn every_workflow_may_die_at_each_of_its_awaits() {
    for case in CASES {
        strike_each_await(case, Misfortune::Death).await;
    }
}

#[tokio::test]
async fn every_workflow_may_meet_a_failure_at_each_of_its_awaits() {
    for case in CASES {
        strike_each_await(case, Misfortune::Failure).await;
    }
}

#[tokio::test]
async fn every_undo_may_die_at_each_of_its_awaits() {
    for case in CASES {
        let Some(at) = (0..case.workflow.steps.len()).rev().find(|at| can_turn_round(case.workflow, *at)) else {
            continue;
        };
        let failing = with_effect(case.workflow, at, fails);
        let mut point = 1;
        while point < POINTS_MAX {
            let mut scene = Scene::new(case).await;
            let run = scene.start().await;
            let was_struck = scene.drive_struck(&failing, &run, point, Misfortune::Death).await;
            scene.drive(&failing, &run).await;
            scene.assert_undone(&run).await;
            if !was_struck {
                break;
            }
            point = next_point(point);
        }
    }
}

#[tokio::test]
async fn two_drivers_at_once_are_as_good_as_one() {
    for case in CASES {
        let mut point = 1;
        loop {
            let mut scene = Scene::new(case).await;
            let run = scene.start().await;
            let was_struck = scene.drive_with_rival(case.workflow, &run, point).await;
            scene.drive(case.workflow, &run).await;
            scene.assert_complete(&run).await;
            if !was_struck || point >= POINTS_MAX {
                break;
            }
            point = next_point(point);
        }
    }
}

#[tokio::test]
async fn starting_twice_is_starting_once() {
    for case in CASES {
        let mut scene = Scene::new(case).await;
        let run = scene.start().await;
        assert_eq!(scene.start().await.workflow_id, run.workflow_id);
        scene.drive(case.workflow, &run).await;
        scene.assert_complete(&run).await;
    }
}
