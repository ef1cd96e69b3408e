//! What operators decide about scheduled jobs.

use std::sync::Arc;

use big_market::domain::audit::{Actor, Change};
use big_market::domain::cron::{FireKey, FireState, Pause, ProposedFire};
use big_market::store::audit::AuditFilter;
use big_market::store::cron::{Claimed, FireClaim, FireEnd};
use big_market::store::jobs::Requested;
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::rows::{at, change};

fn fire(job: &str, due: i64) -> ProposedFire {
    ProposedFire { job: job.into(), due_at: at(due), skipped_at: None, note: None, waits: true, parts: 1 }
}

async fn actions(store: &Arc<dyn Store>, job: &str) -> Vec<String> {
    let about = AuditFilter { subject: Some(format!("job {job}")), actor: None };
    let mut changes = store.audit(&about, &Page { after: None, limit: 9 }).await.unwrap();
    changes.sort_by_key(|change| change.created_at);
    changes.into_iter().map(|change| change.action).collect()
}

pub async fn a_paused_job_proposes_nothing_and_finishes_what_is_open(store: Arc<dyn Store>) {
    assert_eq!(store.job_states().await.unwrap(), []);
    store.propose_fires(&[fire("sync", 10)]).await.unwrap();
    for seconds in [11, 12] {
        store.pause_job("sync", &change(seconds)).await.unwrap();
    }
    let state = store.job_states().await.unwrap().remove(0);
    assert_eq!(state.paused, Some(Pause { since: at(11), by: "system:tests".into() }), "a repeat changes nothing");
    assert_eq!((state.job.as_str(), state.resumed_at), ("sync", None));
    store.propose_fires(&[fire("sync", 20), fire("relay", 20)]).await.unwrap();
    assert_eq!(store.fires(Some("sync"), None, 9).await.unwrap().len(), 1);
    assert_eq!(store.fires(Some("relay"), None, 9).await.unwrap().len(), 1, "another job");
    let key = FireKey { job: "sync".into(), due_at: at(10), part: None };
    let claim = FireClaim { key, owner: "one".into(), now: at(30), until: at(90) };
    assert!(matches!(store.claim_fire(&claim).await.unwrap(), Claimed::Taken(_)), "what is open goes on");

    for seconds in [31, 32] {
        store.resume_job("sync", &change(seconds)).await.unwrap();
    }
    let state = store.job_states().await.unwrap().remove(0);
    assert_eq!((state.paused, state.resumed_at), (None, Some(at(31))));
    store.propose_fires(&[fire("sync", 40)]).await.unwrap();
    assert_eq!(store.fires(Some("sync"), None, 9).await.unwrap().len(), 2);
    store.pause_job("sync", &change(50)).await.unwrap();
    assert_eq!(actions(&store, "sync").await, ["job.pause", "job.resume", "job.pause"], "one record for each change");
}

pub async fn resuming_what_is_not_paused_changes_nothing(store: Arc<dyn Store>) {
    store.resume_job("sync", &change(1)).await.unwrap();
    assert_eq!(store.job_states().await.unwrap(), []);
    assert_eq!(actions(&store, "sync").await, [""; 0]);
}

pub async fn a_fire_that_is_asked_for_is_due_at_once_even_of_a_paused_job(store: Arc<dyn Store>) {
    store.pause_job("sync", &change(1)).await.unwrap();
    let Requested::Due(due_at) = store.request_fire("sync", 1, &change(5)).await.unwrap() else { panic!("none open") };
    assert_eq!((at(5) - due_at).num_milliseconds(), 1, "whole seconds are the schedule's");
    let open = store.open_fires(at(5), 9).await.unwrap();
    assert_eq!(open, [FireKey { job: "sync".into(), due_at, part: None }]);
    let asked = store.fire("sync", due_at).await.unwrap().unwrap();
    assert_eq!((asked.run.state, asked.requested_by.as_deref()), (FireState::Due, Some("system:tests")));
    assert_eq!(store.last_fires(&["sync"], at(9)).await.unwrap(), [], "its schedule knows nothing of it");

    let again = store.request_fire("sync", 1, &change(6)).await.unwrap();
    assert_eq!(again, Requested::Open { due_at, requested_by: "system:tests".into() });
    let key = open[0].clone();
    let claim = FireClaim { key: key.clone(), owner: "one".into(), now: at(6), until: at(66) };
    assert!(matches!(store.claim_fire(&claim).await.unwrap(), Claimed::Taken(_)));
    assert_eq!(store.request_fire("sync", 1, &change(7)).await.unwrap(), again);
    assert!(matches!(store.request_fire("relay", 1, &change(7)).await.unwrap(), Requested::Due(_)), "another job");
    let end = FireEnd { key, owner: "one".into(), now: at(8), outcome: Ok("fine".into()) };
    store.end_fire(&end).await.unwrap();
    let Requested::Due(second) = store.request_fire("sync", 3, &change(5)).await.unwrap() else { panic!("it ended") };
    assert_eq!((at(5) - second).num_milliseconds(), 2, "beside the first");
    assert_eq!(store.fire("sync", second).await.unwrap().unwrap().parts.len(), 3);
    assert_eq!(actions(&store, "sync").await, ["job.pause", "job.run", "job.run"]);
}

pub async fn parallel_wishes_for_one_job_make_one_fire(store: Arc<dyn Store>) {
    let wishes: Vec<Change> = (0..8).map(|_| Change { actor: Actor::System("many"), ..change(5) }).collect();
    let asked = join_all(wishes.iter().map(|wish| store.request_fire("sync", 2, wish))).await;
    let due = asked.into_iter().filter(|asked| matches!(asked.as_ref().unwrap(), Requested::Due(_)));
    assert_eq!(due.count(), 1);
    assert_eq!(store.fires(Some("sync"), None, 9).await.unwrap().len(), 1);
}

pub async fn a_fire_that_is_asked_for_waits_for_the_one_that_runs(store: Arc<dyn Store>) {
    for (job, parts, part) in [("sync", 1, None), ("prune", 2, Some(2))] {
        store.propose_fires(&[ProposedFire { waits: false, ..fire(job, 5) }]).await.unwrap();
        let scheduled = FireKey { job: job.into(), due_at: at(5), part: None };
        let claim = FireClaim { key: scheduled.clone(), owner: "one".into(), now: at(5), until: at(65) };
        assert!(matches!(store.claim_fire(&claim).await.unwrap(), Claimed::Taken(_)));
        let asked = store.request_fire(job, parts, &change(6)).await.unwrap();
        let Requested::Due(due_at) = asked else { panic!("{asked:?}") };
        let key = FireKey { due_at, part, ..scheduled.clone() };
        let asked = FireClaim { key, owner: "two".into(), now: at(7), ..claim };
        assert_eq!(store.claim_fire(&asked).await.unwrap(), Claimed::No);
        assert_eq!(store.open_fires(at(7), 9).await.unwrap().iter().filter(|key| key.job == job).count(), 0);
        let end = FireEnd { key: scheduled, owner: "one".into(), now: at(8), outcome: Ok("fine".into()) };
        store.end_fire(&end).await.unwrap();
        let open = store.open_fires(at(8), 9).await.unwrap();
        assert_eq!(open.iter().filter(|key| key.job == job).count(), usize::from(parts));
        let taken = store.claim_fire(&FireClaim { now: at(9), ..asked }).await.unwrap();
        assert!(matches!(taken, Claimed::Taken(_)), "{taken:?}");
    }
}
