//! Runs of workflows: one open run for a subject, moved by whoever saw it last.

use std::sync::Arc;

use big_market::domain::calendar::Timestamp;
use big_market::domain::id::WorkflowId;
use big_market::domain::workflow::{Direction, NewWorkflow, WorkflowMove, WorkflowRun, WorkflowState};
use big_market::store::audit::AuditFilter;
use big_market::store::workflows::{Retried, Started, WorkflowFilter};
use big_market::store::{Page, Store};
use futures::future::join_all;
use serde_json::json;

use crate::support::rows::{at, change, mint, user};

fn new(subject: &str, run_at: Option<Timestamp>) -> NewWorkflow {
    NewWorkflow {
        workflow_id: WorkflowId::from_ulid(mint(&user("operators"))),
        kind: "test",
        subject: subject.into(),
        bucket: None,
        step: "first",
        data: json!({ "wanted": 1 }).as_object().unwrap().clone(),
        run_at,
        started_at: at(0),
    }
}

async fn start(store: &Arc<dyn Store>, subject: &str) -> WorkflowRun {
    store.start_workflow(&new(subject, Some(at(0)))).await.unwrap().run()
}

fn ended(run: &WorkflowRun, state: WorkflowState, seconds: i64) -> WorkflowMove {
    WorkflowMove { state, step: None, run_at: None, ended_at: Some(at(seconds)), ..WorkflowMove::of(run) }
}

fn stuck(run: &WorkflowRun) -> WorkflowMove {
    WorkflowMove { state: WorkflowState::Stuck, run_at: None, last_error: Some("no".into()), ..WorkflowMove::of(run) }
}

const ALL: Page<WorkflowId> = Page { after: None, limit: 100 };

pub async fn a_subject_has_one_open_run(store: Arc<dyn Store>) {
    let first = new("a", Some(at(0)));
    let Started::New(run) = store.start_workflow(&first).await.unwrap() else { panic!("it is the first") };
    assert_eq!((run.run, run.step.as_deref(), run.state), (1, Some("first"), WorkflowState::Running));
    assert_eq!((&run.data, run.attempts, run.run_at, run.started_at), (&first.data, 0, Some(at(0)), at(0)));
    assert_eq!(store.start_workflow(&first).await.unwrap(), Started::New(run.clone()), "a repeat");
    assert_eq!(store.start_workflow(&new("a", None)).await.unwrap(), Started::Open(run.clone()));
    assert_eq!(start(&store, "b").await.run, 1);
    let still = store.move_workflow(&stuck(&run)).await.unwrap().unwrap();
    assert_eq!(store.start_workflow(&new("a", None)).await.unwrap(), Started::Open(still));
    let Retried::Running(run) = store.retry_workflow(run.workflow_id, &change(1)).await.unwrap() else { panic!() };
    store.move_workflow(&ended(&run, WorkflowState::Done, 1)).await.unwrap().unwrap();
    let second = start(&store, "a").await;
    assert_eq!(second.run, 2);
    assert_eq!(store.last_workflow("test", "a").await.unwrap(), Some(second));
    assert_eq!(store.last_workflow("test", "c").await.unwrap(), None);
    assert_eq!(store.workflow(new("c", None).workflow_id).await.unwrap(), None);
    // The call that started the first run is repeated late: it starts no second one.
    let Started::New(first) = store.start_workflow(&first).await.unwrap() else { panic!("it started it") };
    assert_eq!((first.run, first.state), (1, WorkflowState::Done));
}

pub async fn parallel_starts_make_one_run(store: Arc<dyn Store>) {
    let starts = join_all((0..8).map(|_| start(&store, "a"))).await;
    assert!(starts.iter().all(|run| *run == starts[0]), "{starts:?}");
}

pub async fn a_run_moves_once_from_where_it_was_seen(store: Arc<dyn Store>) {
    let run = start(&store, "a").await;
    let to = WorkflowMove { step: Some("second".into()), attempts: 3, run_at: Some(at(9)), ..WorkflowMove::of(&run) };
    let moves = join_all((0..8).map(|_| store.move_workflow(&to))).await;
    let won: Vec<_> = moves.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(won.len(), 1);
    assert_eq!((won[0].step.as_deref(), won[0].attempts, won[0].run_at), (Some("second"), 3, Some(at(9))));
    assert!(won[0].revision > run.revision);
    let back = WorkflowMove { direction: Direction::Back, ..WorkflowMove::of(&won[0]) };
    let run = store.move_workflow(&back).await.unwrap().unwrap();
    let run = store.move_workflow(&ended(&run, WorkflowState::Undone, 5)).await.unwrap().unwrap();
    assert_eq!((run.step.as_ref(), run.ended_at, run.direction), (None, Some(at(5)), Direction::Back));
    assert_eq!(store.move_workflow(&WorkflowMove::of(&run)).await.unwrap(), None, "what ended does not move");
}

pub async fn due_runs_are_taken_once_longest_first(store: Arc<dyn Store>) {
    let take = async |now, until| store.take_workflow(at(now), at(until)).await.unwrap();
    store.start_workflow(&new("later", Some(at(10)))).await.unwrap();
    store.start_workflow(&new("earlier", Some(at(5)))).await.unwrap();
    store.start_workflow(&new("a caller's", None)).await.unwrap();
    assert_eq!(take(4, 60).await, None);
    let taken = join_all((0..4).map(|_| store.take_workflow(at(10), at(60)))).await;
    let mut subjects: Vec<_> =
        taken.iter().filter_map(|run| Some(run.as_ref().unwrap().as_ref()?.subject.as_str())).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["earlier", "later"]);
    assert_eq!(take(59, 120).await, None, "somebody has them");
    let first = taken.into_iter().find_map(|run| run.unwrap().filter(|run| run.subject == "earlier")).unwrap();
    assert_eq!((first.attempts, first.run_at), (1, Some(at(60))));
    let again = [take(60, 120).await.unwrap(), take(60, 120).await.unwrap()];
    assert_eq!(again.each_ref().map(|run| run.attempts), [2, 2]);
    assert_eq!(store.move_workflow(&WorkflowMove::of(&first)).await.unwrap(), None, "its lease went to another");
    assert_eq!(store.workflow_counts(at(59)).await.unwrap(), (0, 0));
    assert_eq!(store.workflow_counts(at(120)).await.unwrap(), (2, 0));
}

pub async fn only_a_stuck_run_is_retried(store: Arc<dyn Store>) {
    let run = start(&store, "a").await;
    let retry = async |seconds| store.retry_workflow(run.workflow_id, &change(seconds)).await.unwrap();
    assert_eq!(retry(1).await, Retried::NotStuck(WorkflowState::Running));
    let to = WorkflowMove { attempts: 9, ..stuck(&run) };
    store.move_workflow(&to).await.unwrap().unwrap();
    assert_eq!(store.workflow_counts(at(0)).await.unwrap(), (0, 1));
    assert_eq!(store.take_workflow(at(99), at(100)).await.unwrap(), None);
    let Retried::Running(running) = retry(7).await else { panic!("it was stuck") };
    assert_eq!((running.state, running.attempts, running.run_at), (WorkflowState::Running, 0, Some(at(7))));
    assert_eq!(running.last_error.as_deref(), Some("no"), "why it was stuck can still be read");
    assert_eq!(retry(8).await, Retried::NotStuck(WorkflowState::Running));
    let unknown = new("b", None).workflow_id;
    assert_eq!(store.retry_workflow(unknown, &change(9)).await.unwrap(), Retried::Unknown);
    let records = store.audit(&AuditFilter::default(), &Page { after: None, limit: 9 }).await.unwrap();
    let records: Vec<_> = records.iter().map(|record| (record.action.as_str(), record.created_at)).collect();
    assert_eq!(records, [("workflow.retry", at(7))], "what changed nothing leaves no record");
}

pub async fn runs_are_listed_newest_first(store: Arc<dyn Store>) {
    let mut runs = Vec::new();
    for subject in ["a", "b", "c"] {
        runs.push(start(&store, subject).await);
    }
    runs.reverse();
    assert_eq!(store.workflows(&WorkflowFilter::default(), &ALL).await.unwrap(), runs);
    let after = Page { after: Some(runs[0].workflow_id), limit: 1 };
    assert_eq!(store.workflows(&WorkflowFilter::default(), &after).await.unwrap(), runs[1..2]);
    let stuck = store.move_workflow(&stuck(&runs[1])).await.unwrap().unwrap();
    let of_state = WorkflowFilter { state: Some(WorkflowState::Stuck), kind: Some("test".into()) };
    assert_eq!(store.workflows(&of_state, &ALL).await.unwrap(), [stuck]);
    let of_kind = WorkflowFilter { kind: Some("other".into()), state: None };
    assert_eq!(store.workflows(&of_kind, &ALL).await.unwrap(), []);
}

pub async fn pruning_takes_only_old_ended_runs(store: Arc<dyn Store>) {
    for (subject, ended_at) in [("a", 1), ("b", 2), ("c", 50)] {
        let run = start(&store, subject).await;
        store.move_workflow(&ended(&run, WorkflowState::Done, ended_at)).await.unwrap().unwrap();
    }
    start(&store, "d").await;
    assert_eq!(store.prune_workflows(at(10), 1).await.unwrap(), 1);
    assert_eq!(store.prune_workflows(at(10), 9).await.unwrap(), 1);
    assert_eq!(store.prune_workflows(at(10), 9).await.unwrap(), 0);
    let left = store.workflows(&WorkflowFilter::default(), &ALL).await.unwrap();
    assert_eq!(left.iter().map(|run| run.subject.as_str()).collect::<Vec<_>>(), ["d", "c"]);
}
