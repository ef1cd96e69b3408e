//! Processes that say that they live.

use std::sync::Arc;

use big_market::domain::id::ProcessId;
use big_market::domain::process::{Presence, ProcessRole, SeenProcess};
use big_market::store::Store;
use chrono::TimeDelta;

use crate::support::rows::{mint, user};

const HOUR: TimeDelta = TimeDelta::hours(1);

fn presence(role: ProcessRole, running: TimeDelta) -> Presence {
    let process_id = ProcessId::from_ulid(mint(&user("operators")));
    Presence { process_id, role, host: "box".into(), pid: u32::MAX, version: "1.2.3".into(), running }
}

async fn seen(store: &Arc<dyn Store>, alive_within: TimeDelta) -> Vec<SeenProcess> {
    store.processes(alive_within, 99).await.unwrap()
}

pub async fn a_process_lives_while_it_says_so(store: Arc<dyn Store>) {
    assert_eq!(seen(&store, HOUR).await, []);
    let one = presence(ProcessRole::Worker, TimeDelta::minutes(5));
    store.note_process(&one).await.unwrap();
    let first = seen(&store, HOUR).await.remove(0);
    let said = (first.process_id, first.role, first.host.as_str(), first.pid, first.version.as_str());
    assert_eq!(said, (one.process_id, ProcessRole::Worker, "box", u32::MAX, "1.2.3"));
    assert_eq!((first.stopped_at, first.is_alive), (None, true));
    assert_eq!(first.seen_at - first.started_at, TimeDelta::minutes(5), "it ran before it was noted first");
    assert!(!seen(&store, -HOUR).await[0].is_alive, "not lately enough");

    store.note_process(&Presence { running: TimeDelta::minutes(6), ..one.clone() }).await.unwrap();
    let again = seen(&store, HOUR).await;
    assert_eq!((again.len(), again[0].started_at), (1, first.started_at), "it began once");
    assert!(again[0].seen_at >= first.seen_at);

    store.note_process(&presence(ProcessRole::Server, TimeDelta::zero())).await.unwrap();
    assert_eq!(seen(&store, HOUR).await.len(), 2, "another start is another process");
    assert_eq!(store.processes(HOUR, 1).await.unwrap().len(), 1);
}

pub async fn a_process_that_stopped_stays_so(store: Arc<dyn Store>) {
    let one = presence(ProcessRole::Embedded, TimeDelta::zero());
    store.stop_process(one.process_id).await.unwrap();
    assert_eq!(seen(&store, HOUR).await, [], "nobody knew it");
    store.note_process(&one).await.unwrap();
    store.stop_process(one.process_id).await.unwrap();
    let stopped = seen(&store, HOUR).await;
    assert_eq!((stopped[0].stopped_at, stopped[0].is_alive), (Some(stopped[0].seen_at), false));
    store.stop_process(one.process_id).await.unwrap();
    store.note_process(&one).await.unwrap();
    assert_eq!(seen(&store, HOUR).await, stopped, "what is said late changes nothing");
}

pub async fn processes_that_nobody_saw_for_long_are_forgotten(store: Arc<dyn Store>) {
    for _ in 0..3 {
        store.note_process(&presence(ProcessRole::Server, TimeDelta::days(9))).await.unwrap();
    }
    assert_eq!(store.prune_processes(HOUR, 99).await.unwrap(), 0, "they were seen just now, however long they run");
    assert_eq!(store.prune_processes(-HOUR, 2).await.unwrap(), 2);
    assert_eq!(store.prune_processes(-HOUR, 2).await.unwrap(), 1);
    assert_eq!(seen(&store, HOUR).await, []);
}
