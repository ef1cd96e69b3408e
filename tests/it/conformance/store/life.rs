//! The life of activities: paused, resumed, closed, opened again by the workflow that closed them; and their stages.

use std::sync::Arc;

use big_market::domain::campaign::ActivityState;
use big_market::domain::document::StageDocument;
use big_market::domain::id::Version;
use big_market::domain::stock::Epoch;
use big_market::domain::workflow::{Direction, WorkflowMove, WorkflowRun, WorkflowState};
use big_market::store::Store;
use big_market::store::catalog::{Closed, Published, StateChanged};
use futures::future::join_all;

use crate::support::rows::{activity, at, change, closing, new_version, noted};

async fn publish(store: &Arc<dyn Store>, title: &str) -> Published {
    store.publish(&new_version(&activity("a"), title, &[])).await.unwrap()
}

/// A wish to close an activity, with a workflow of its own.
async fn actions(store: &Arc<dyn Store>) -> Vec<String> {
    noted(store).await.into_iter().rev().map(|record| record.action).collect()
}

async fn state(store: &Arc<dyn Store>, name: &str) -> ActivityState {
    store.heads(&[activity(name)]).await.unwrap()[0].state
}

pub async fn ended_activities_close_once_and_stay_over(store: Arc<dyn Store>) {
    publish(&store, "first").await;
    let mut later = new_version(&activity("b"), "later", &[]);
    later.closes_at = at(7_200);
    store.publish(&later).await.unwrap();
    assert_eq!(store.ended_activities(at(3_599)).await.unwrap(), []);
    assert_eq!(store.ended_activities(at(3_600)).await.unwrap(), [activity("a")]);
    let closed = store.close_activity(&closing("a", Some(3_599)), &change(0)).await.unwrap();
    assert_eq!(closed, Closed::NotEnded);
    let first = closing("a", Some(3_600));
    let Closed::Now(run) = store.close_activity(&first, &change(1)).await.unwrap() else { panic!("it was open") };
    assert_eq!((run.workflow_id, run.subject.as_str(), run.run), (first.workflow.workflow_id, "a", 1));
    for again in [first, closing("a", Some(3_600)), closing("a", None)] {
        assert_eq!(store.close_activity(&again, &change(2)).await.unwrap(), Closed::Already(run.clone()));
    }
    assert_eq!(store.stock_epoch(&activity("a")).await.unwrap(), Some(Epoch(2)), "what was claimed cannot commit");
    assert_eq!(store.ended_activities(at(3_600)).await.unwrap(), [], "a workflow closes its books");
    assert_eq!((state(&store, "a").await, state(&store, "b").await), (ActivityState::Closed, ActivityState::Open));
    assert_eq!(publish(&store, "second").await, Published::Over);
    assert_eq!(store.versions(&activity("a")).await.unwrap().len(), 1);
    assert_eq!(store.close_activity(&closing("c", None), &change(3)).await.unwrap(), Closed::Unknown);
    assert_eq!(actions(&store).await, ["activity.close"]);
    // A workflow that is gone, though the activity is not settled, gets a successor.
    let ended = WorkflowMove {
        state: WorkflowState::Done,
        step: None,
        run_at: None,
        ended_at: Some(at(9)),
        ..WorkflowMove::of(&run)
    };
    store.move_workflow(&ended).await.unwrap().unwrap();
    assert_eq!(store.ended_activities(at(0)).await.unwrap(), [activity("a")]);
    let second = store.close_activity(&closing("a", Some(0)), &change(4)).await.unwrap();
    assert!(matches!(second, Closed::Already(WorkflowRun { run: 2, .. })), "{second:?}");
}

pub async fn parallel_closings_start_one_workflow(store: Arc<dyn Store>) {
    publish(&store, "first").await;
    let wishes: Vec<_> = (0..8).map(|_| (closing("a", None), change(0))).collect();
    let closed = join_all(wishes.iter().map(|(closing, change)| store.close_activity(closing, change))).await;
    let closed: Vec<_> = closed.into_iter().map(Result::unwrap).collect();
    assert_eq!(closed.iter().filter(|closed| matches!(closed, Closed::Now(_))).count(), 1, "{closed:?}");
    assert!(closed.iter().all(|closed| matches!(closed, Closed::Now(_) | Closed::Already(_))), "{closed:?}");
    assert_eq!(actions(&store).await, ["activity.close"]);
}

pub async fn only_its_own_workflow_opens_an_activity_again(store: Arc<dyn Store>) {
    publish(&store, "first").await;
    store.change_state(&activity("a"), ActivityState::Paused, &change(0)).await.unwrap();
    let Closed::Now(run) = store.close_activity(&closing("a", None), &change(1)).await.unwrap() else { panic!() };
    let other = closing("a", None).workflow.workflow_id;
    assert!(!store.reopen_activity(&activity("a"), other, &change(2)).await.unwrap());
    let back = WorkflowMove { direction: Direction::Back, ..WorkflowMove::of(&run) };
    let back = store.move_workflow(&back).await.unwrap().unwrap();
    assert!(store.reopen_activity(&activity("a"), run.workflow_id, &change(3)).await.unwrap());
    assert_eq!(state(&store, "a").await, ActivityState::Paused, "as it was closed");
    assert!(!store.reopen_activity(&activity("a"), run.workflow_id, &change(4)).await.unwrap(), "a repeat");
    let again = store.close_activity(&closing("a", None), &change(5)).await.unwrap();
    assert_eq!(again, Closed::BeingOpened(back), "its workflow has not ended");
    assert_eq!(actions(&store).await, ["activity.pause", "activity.close", "activity.reopen"]);
}

pub async fn activities_pause_and_resume(store: Arc<dyn Store>) {
    publish(&store, "first").await;
    let wish = async |wanted, seconds| store.change_state(&activity("a"), wanted, &change(seconds)).await.unwrap();
    assert_eq!(wish(ActivityState::Open, 0).await, StateChanged::Unchanged);
    assert_eq!(wish(ActivityState::Paused, 1).await, StateChanged::Changed);
    assert_eq!(wish(ActivityState::Paused, 2).await, StateChanged::Unchanged);
    assert_eq!(publish(&store, "second").await, Published::Version(Version(2)));
    assert_eq!(state(&store, "a").await, ActivityState::Paused, "a new version resumes nothing");
    assert_eq!(wish(ActivityState::Open, 3).await, StateChanged::Changed);
    let unknown = store.change_state(&activity("b"), ActivityState::Paused, &change(4)).await.unwrap();
    assert_eq!(unknown, StateChanged::Unknown);
    store.close_activity(&closing("a", None), &change(5)).await.unwrap();
    for wanted in [ActivityState::Open, ActivityState::Paused] {
        assert_eq!(wish(wanted, 6).await, StateChanged::Refused(ActivityState::Closed));
    }
    assert_eq!(actions(&store).await, ["activity.pause", "activity.resume", "activity.close"]);
}

pub async fn stages_name_the_activities_that_list_them(store: Arc<dyn Store>) {
    for (name, published_at, stages) in [("a", 1, &["home"][..]), ("b", 2, &["home", "shop"]), ("c", 3, &[])] {
        let mut new = new_version(&activity(name), "staged", &[]);
        new.change.at = at(published_at);
        let stage = |source: &&str| StageDocument { channel: "app".into(), source: (*source).into() };
        new.document.stages = stages.iter().map(stage).collect();
        store.publish(&new).await.unwrap();
    }
    let staged = async |channel: &str, source: &str| {
        let found = store.staged_activities(channel, source).await.unwrap();
        found.into_iter().map(|(head, at)| (head.activity_id.to_string(), at)).collect::<Vec<_>>()
    };
    assert_eq!(staged("app", "home").await, [("b".to_owned(), at(2)), ("a".to_owned(), at(1))]);
    assert_eq!(staged("app", "shop").await, [("b".to_owned(), at(2))]);
    assert_eq!(staged("web", "home").await, []);
    store.change_state(&activity("b"), ActivityState::Paused, &change(0)).await.unwrap();
    store.close_activity(&closing("a", None), &change(0)).await.unwrap();
    assert_eq!(staged("app", "home").await, [("b".to_owned(), at(2))]);
}
