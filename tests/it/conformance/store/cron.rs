//! Fires of scheduled jobs: any number of workers, each fire once.

use std::sync::Arc;

use big_market::domain::cron::{CronFire, FireState};
use big_market::store::Store;
use big_market::store::cron::{FireClaim, FireEnd};
use futures::future::join_all;

use crate::support::rows::at;

fn fire(job: &str, due: i64, state: FireState) -> CronFire {
    CronFire {
        job: job.into(),
        due_at: at(due),
        state,
        claimed_by: None,
        started_at: None,
        finished_at: None,
        outcome: None,
    }
}

fn claim(job: &str, due: i64, owner: &str, now: i64) -> FireClaim {
    FireClaim { job: job.into(), due_at: at(due), owner: owner.into(), now: at(now), until: at(now + 60) }
}

fn end(job: &str, due: i64, owner: &str, outcome: Result<&str, &str>) -> FireEnd {
    FireEnd {
        job: job.into(),
        due_at: at(due),
        owner: owner.into(),
        now: at(99),
        outcome: outcome.map(String::from).map_err(String::from),
    }
}

async fn propose(store: &Arc<dyn Store>, fires: &[(&str, i64)]) {
    let fires: Vec<_> = fires.iter().map(|(job, due)| fire(job, *due, FireState::Due)).collect();
    store.propose_fires(&fires).await.unwrap();
}

fn names(fires: &[CronFire]) -> Vec<(String, i64)> {
    fires.iter().map(|fire| (fire.job.clone(), (fire.due_at - at(0)).num_seconds())).collect()
}

fn named(fires: &[(&str, i64)]) -> Vec<(String, i64)> {
    fires.iter().map(|(job, due)| ((*job).into(), *due)).collect()
}

pub async fn a_fire_is_proposed_once(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 10), ("relay", 5)]).await;
    assert!(store.claim_fire(&claim("sync", 10, "one", 10)).await.unwrap());
    store.propose_fires(&[fire("sync", 10, FireState::Skipped), fire("sync", 20, FireState::Skipped)]).await.unwrap();
    let fires = store.fires(Some("sync"), None, 9).await.unwrap();
    let states: Vec<_> = fires.iter().map(|fire| fire.state).collect();
    assert_eq!(states, [FireState::Skipped, FireState::Running]);
    let last = store.last_fires(at(20)).await.unwrap();
    assert_eq!(last, [("relay".into(), at(5)), ("sync".into(), at(20))]);
    let last = store.last_fires(at(19)).await.unwrap();
    assert_eq!(
        last,
        [("relay".into(), at(5)), ("sync".into(), at(10))],
        "fires of a clock that ran ahead are not meant"
    );
}

pub async fn parallel_claims_have_one_winner(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 10)]).await;
    let claims: Vec<_> = (0..8).map(|owner| claim("sync", 10, &format!("worker {owner}"), 10)).collect();
    let won: Vec<_> = join_all(claims.iter().map(|claim| store.claim_fire(claim)))
        .await
        .into_iter()
        .zip(&claims)
        .filter_map(|(won, claim)| won.unwrap().then(|| claim.owner.clone()))
        .collect();
    assert_eq!(won.len(), 1);
    let fire = store.fires(None, None, 9).await.unwrap().remove(0);
    assert_eq!((fire.claimed_by.as_ref(), fire.started_at), (Some(&won[0]), Some(at(10))));
    assert!(!store.claim_fire(&claim("unknown", 10, "one", 10)).await.unwrap());
}

pub async fn an_ended_claim_can_be_taken(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 10)]).await;
    assert!(!store.claim_fire(&claim("sync", 10, "one", 9)).await.unwrap());
    assert!(store.claim_fire(&claim("sync", 10, "one", 10)).await.unwrap());
    assert!(!store.claim_fire(&claim("sync", 10, "two", 69)).await.unwrap());
    assert_eq!(store.open_fires(at(69), 9).await.unwrap(), []);
    assert_eq!(store.open_fires(at(70), 9).await.unwrap().len(), 1);
    assert!(store.claim_fire(&claim("sync", 10, "two", 70)).await.unwrap());
    // The first owner lost the claim and cannot end the fire any more.
    store.end_fire(&end("sync", 10, "one", Ok("late"))).await.unwrap();
    assert_eq!(store.fires(None, None, 9).await.unwrap()[0].state, FireState::Running);
    store.end_fire(&end("sync", 10, "two", Ok("fine"))).await.unwrap();
    assert_eq!(store.fires(None, None, 9).await.unwrap()[0].outcome.as_deref(), Some("fine"));
}

pub async fn only_the_owner_ends_a_fire(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 10), ("sync", 20)]).await;
    for due in [10, 20] {
        assert!(store.claim_fire(&claim("sync", due, "one", 30)).await.unwrap());
        store.end_fire(&end("sync", due, "two", Ok("not mine"))).await.unwrap();
    }
    store.end_fire(&end("sync", 10, "one", Ok("three rows"))).await.unwrap();
    store.end_fire(&end("sync", 20, "one", Err("no answer"))).await.unwrap();
    store.end_fire(&end("sync", 20, "one", Ok("again"))).await.unwrap();
    let fires = store.fires(Some("sync"), None, 9).await.unwrap();
    let ends: Vec<_> = fires.iter().map(|fire| (fire.state, fire.outcome.as_deref(), fire.finished_at)).collect();
    let expected =
        [(FireState::Failed, Some("no answer"), Some(at(99))), (FireState::Done, Some("three rows"), Some(at(99)))];
    assert_eq!(ends, expected);
    assert_eq!(fires[1].late_ms(), Some(20_000));
}

pub async fn open_fires_are_listed_oldest_first(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 30), ("relay", 10), ("sync", 20), ("later", 99)]).await;
    store.propose_fires(&[fire("sync", 5, FireState::Skipped)]).await.unwrap();
    let open = store.open_fires(at(50), 9).await.unwrap();
    assert_eq!(names(&open), named(&[("relay", 10), ("sync", 20), ("sync", 30)]));
    assert_eq!(names(&store.open_fires(at(50), 2).await.unwrap()), named(&[("relay", 10), ("sync", 20)]));
}

pub async fn fires_are_listed_newest_first_without_gaps(store: Arc<dyn Store>) {
    let jobs = ["a", "b", "c"];
    for due in [10, 20, 30] {
        propose(&store, &jobs.map(|job| (job, due))).await;
    }
    let (mut listed, mut before) = (Vec::new(), None);
    loop {
        let part = store.fires(None, before, 2).await.unwrap();
        let Some(last) = part.last() else { break };
        before = Some(last.due_at);
        listed.extend(part);
    }
    let expected: Vec<_> = [30, 20, 10].into_iter().flat_map(|due| jobs.map(|job| (job, due))).collect();
    assert_eq!(names(&listed), named(&expected));
    let one = store.fires(Some("b"), Some(at(30)), 1).await.unwrap();
    assert_eq!(names(&one), named(&[("b", 20)]));
}

pub async fn pruning_keeps_the_last_fire_of_each_job(store: Arc<dyn Store>) {
    for due in [10, 20, 30] {
        store.propose_fires(&[fire("sync", due, FireState::Skipped)]).await.unwrap();
    }
    store.propose_fires(&[fire("yearly", 1, FireState::Skipped)]).await.unwrap();
    propose(&store, &[("slow", 1), ("slow", 2)]).await;
    assert_eq!(store.prune_fires(at(10), 9).await.unwrap(), 0);
    assert_eq!(store.prune_fires(at(99), 1).await.unwrap(), 1);
    assert_eq!(names(&store.fires(Some("sync"), None, 9).await.unwrap()), named(&[("sync", 30), ("sync", 20)]));
    assert_eq!(store.prune_fires(at(99), 9).await.unwrap(), 1);
    assert_eq!(store.prune_fires(at(99), 9).await.unwrap(), 0);
    // Fires that have not ended stay, however old.
    assert_eq!(store.fires(Some("slow"), None, 9).await.unwrap().len(), 2);
    assert_eq!(store.last_fires(at(99)).await.unwrap().len(), 3);
}
