//! Fires of scheduled jobs: any number of workers, each fire once, and no job beside itself.

use std::collections::HashSet;
use std::sync::Arc;

use big_market::domain::cron::{CronFire, FireKey, FireState, Part, ProposedFire};
use big_market::store::Store;
use big_market::store::cron::{Claimed, FireClaim, FireEnd};
use futures::future::join_all;

use crate::support::rows::{at, change};

const WHOLE: Claimed = Claimed::Taken(Part::WHOLE);

/// A fire that waits while another one of its job runs.
fn fire(job: &str, due: i64) -> ProposedFire {
    ProposedFire { job: job.into(), due_at: at(due), skipped_at: None, note: None, waits: true, parts: 1 }
}

fn skipped(job: &str, due: i64) -> ProposedFire {
    ProposedFire { skipped_at: Some(at(due + 20)), note: Some("let go".into()), ..fire(job, due) }
}

/// A fire that is skipped while another one of its job runs.
fn impatient(job: &str, due: i64) -> ProposedFire {
    ProposedFire { waits: false, ..fire(job, due) }
}

fn in_parts(job: &str, due: i64, parts: u16) -> ProposedFire {
    ProposedFire { parts, ..fire(job, due) }
}

fn key(job: &str, due: i64, part: Option<u16>) -> FireKey {
    FireKey { job: job.into(), due_at: at(due), part }
}

/// For a minute.
fn claim(job: &str, due: i64, owner: &str, now: i64) -> FireClaim {
    FireClaim { key: key(job, due, None), owner: owner.into(), now: at(now), until: at(now + 60) }
}

fn claim_part(job: &str, due: i64, part: u16, owner: &str, now: i64) -> FireClaim {
    FireClaim { key: key(job, due, Some(part)), ..claim(job, due, owner, now) }
}

fn end(job: &str, due: i64, owner: &str, outcome: Result<&str, &str>) -> FireEnd {
    let outcome = outcome.map(String::from).map_err(String::from);
    FireEnd { key: key(job, due, None), owner: owner.into(), now: at(99), outcome }
}

fn end_part(job: &str, due: i64, part: u16, owner: &str, outcome: Result<&str, &str>) -> FireEnd {
    FireEnd { key: key(job, due, Some(part)), ..end(job, due, owner, outcome) }
}

async fn propose(store: &Arc<dyn Store>, fires: &[(&str, i64)]) {
    let fires: Vec<_> = fires.iter().map(|(job, due)| fire(job, *due)).collect();
    store.propose_fires(&fires).await.unwrap();
}

async fn take(store: &Arc<dyn Store>, claim: FireClaim) -> Claimed {
    store.claim_fire(&claim).await.unwrap()
}

async fn one(store: &Arc<dyn Store>, job: &str, due: i64) -> CronFire {
    store.fire(job, at(due)).await.unwrap().unwrap()
}

fn names(fires: &[CronFire]) -> Vec<(String, i64)> {
    fires.iter().map(|fire| (fire.job.clone(), (fire.due_at - at(0)).num_seconds())).collect()
}

fn named(fires: &[(&str, i64)]) -> Vec<(String, i64)> {
    fires.iter().map(|(job, due)| ((*job).into(), *due)).collect()
}

async fn open(store: &Arc<dyn Store>, now: i64) -> Vec<(String, i64, Option<u16>)> {
    let open = store.open_fires(at(now), 99).await.unwrap();
    open.into_iter().map(|key| (key.job, (key.due_at - at(0)).num_seconds(), key.part)).collect()
}

fn states(fire: &CronFire) -> Vec<FireState> {
    fire.parts.iter().map(|part| part.run.state).collect()
}

pub async fn a_fire_is_proposed_once(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 10), ("relay", 5)]).await;
    assert_eq!(take(&store, claim("sync", 10, "one", 10)).await, WHOLE);
    store.propose_fires(&[skipped("sync", 10), skipped("sync", 20)]).await.unwrap();
    let fires = store.fires(Some("sync"), None, 9).await.unwrap();
    let states: Vec<_> = fires.iter().map(|fire| (fire.run.state, fire.run.outcome.as_deref())).collect();
    assert_eq!(states, [(FireState::Skipped, Some("let go")), (FireState::Running, None)]);
    assert_eq!(fires[0].run.finished_at, Some(at(40)));
    let last = async |now| store.last_fires(&["relay", "sync", "never"], at(now)).await.unwrap();
    assert_eq!(last(20).await, [("relay".into(), at(5)), ("sync".into(), at(20))]);
    let earlier = last(19).await;
    assert_eq!(
        earlier,
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
        .filter_map(|(won, claim)| (won.unwrap() == WHOLE).then(|| claim.owner.clone()))
        .collect();
    assert_eq!(won.len(), 1);
    let fire = store.fires(None, None, 9).await.unwrap().remove(0);
    assert_eq!((fire.run.claimed_by.as_ref(), fire.run.started_at), (Some(&won[0]), Some(at(10))));
    assert_eq!(take(&store, claim("unknown", 10, "one", 10)).await, Claimed::No);
    assert_eq!(take(&store, claim_part("sync", 10, 1, "one", 99)).await, Claimed::No, "it has no parts");
}

pub async fn an_ended_claim_can_be_taken(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 10)]).await;
    assert_eq!(take(&store, claim("sync", 10, "one", 9)).await, Claimed::No);
    assert_eq!(take(&store, claim("sync", 10, "one", 10)).await, WHOLE);
    assert_eq!(take(&store, claim("sync", 10, "two", 69)).await, Claimed::No);
    assert_eq!(open(&store, 69).await, []);
    assert_eq!(open(&store, 70).await.len(), 1);
    assert_eq!(take(&store, claim("sync", 10, "two", 70)).await, WHOLE);
    // The first owner lost the claim and cannot end the fire any more.
    store.end_fire(&end("sync", 10, "one", Ok("late"))).await.unwrap();
    assert_eq!(one(&store, "sync", 10).await.run.state, FireState::Running);
    store.end_fire(&end("sync", 10, "two", Ok("fine"))).await.unwrap();
    assert_eq!(one(&store, "sync", 10).await.run.outcome.as_deref(), Some("fine"));
}

pub async fn a_renewed_claim_lasts_longer_and_a_lost_one_is_not_renewed(store: Arc<dyn Store>) {
    store.propose_fires(&[fire("sync", 10), in_parts("prune", 10, 2)]).await.unwrap();
    for (taken, key) in [(WHOLE, None), (Claimed::Taken(Part::new(2, 2).unwrap()), Some(2))] {
        let job = if key.is_some() { "prune" } else { "sync" };
        let claim = |owner: &str, now| FireClaim { key: self::key(job, 10, key), ..claim(job, 10, owner, now) };
        assert_eq!(take(&store, claim("one", 10)).await, taken);
        for _ in 0..2 {
            assert!(store.renew_claim(&claim("one", 40)).await.unwrap());
        }
        assert!(!store.renew_claim(&claim("two", 40)).await.unwrap());
        assert_eq!(take(&store, claim("two", 99)).await, Claimed::No, "held until 100");
        assert_eq!(one(&store, job, 10).await.run.claimed_until, Some(at(100)));
        assert_eq!(take(&store, claim("two", 100)).await, taken);
        assert!(!store.renew_claim(&claim("one", 101)).await.unwrap(), "lost");
    }
}

pub async fn claims_of_a_clock_that_ran_ahead_are_let_go(store: Arc<dyn Store>) {
    store.propose_fires(&[fire("sync", 10), in_parts("prune", 10, 2), fire("honest", 10)]).await.unwrap();
    take(&store, claim("sync", 10, "ahead", 9_000)).await;
    take(&store, claim_part("prune", 10, 1, "ahead", 9_000)).await;
    take(&store, claim_part("prune", 10, 2, "honest", 20)).await;
    take(&store, claim("honest", 10, "honest", 20)).await;
    assert_eq!(open(&store, 30).await, []);
    assert_eq!(store.release_claims(at(150)).await.unwrap(), 2);
    assert_eq!(store.release_claims(at(150)).await.unwrap(), 0);
    assert_eq!(open(&store, 30).await, [("prune".into(), 10, Some(1)), ("sync".into(), 10, None)]);
    assert_eq!(take(&store, claim("sync", 10, "two", 30)).await, WHOLE);
    store.end_fire(&end("sync", 10, "ahead", Ok("late"))).await.unwrap();
    assert_eq!(one(&store, "sync", 10).await.run.claimed_by.as_deref(), Some("two"));
}

pub async fn only_the_owner_ends_a_fire(store: Arc<dyn Store>) {
    store.propose_fires(&[fire("sync", 10), fire("relay", 20)]).await.unwrap();
    for (job, due) in [("sync", 10), ("relay", 20)] {
        assert_eq!(take(&store, claim(job, due, "one", 30)).await, WHOLE);
        store.end_fire(&end(job, due, "two", Ok("not mine"))).await.unwrap();
    }
    store.end_fire(&end("sync", 10, "one", Ok("three rows"))).await.unwrap();
    store.end_fire(&end("relay", 20, "one", Err("no answer"))).await.unwrap();
    store.end_fire(&end("relay", 20, "one", Ok("again"))).await.unwrap();
    let fires = store.fires(None, None, 9).await.unwrap();
    let ends: Vec<_> =
        fires.iter().map(|fire| (fire.run.state, fire.run.outcome.as_deref(), fire.run.finished_at)).collect();
    let expected =
        [(FireState::Failed, Some("no answer"), Some(at(99))), (FireState::Done, Some("three rows"), Some(at(99)))];
    assert_eq!(ends, expected);
    assert_eq!((fires[1].late_ms(), fires[1].run.duration_ms()), (Some(20_000), Some(69_000)));
}

pub async fn an_outcome_keeps_what_was_noted_before(store: Arc<dyn Store>) {
    store.propose_fires(&[ProposedFire { note: Some("2 let go".into()), ..fire("sync", 10) }]).await.unwrap();
    assert_eq!(one(&store, "sync", 10).await.run.outcome.as_deref(), Some("2 let go"));
    take(&store, claim("sync", 10, "one", 10)).await;
    store.end_fire(&end("sync", 10, "one", Ok("three rows"))).await.unwrap();
    assert_eq!(one(&store, "sync", 10).await.run.outcome.as_deref(), Some("2 let go; three rows"));
}

pub async fn a_fire_that_waits_runs_after_the_one_before_it(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 10), ("sync", 20), ("sync", 30), ("relay", 20)]).await;
    assert_eq!(take(&store, claim("sync", 20, "two", 40)).await, Claimed::No, "the oldest goes first");
    let first_of_each = [("sync".into(), 10, None), ("relay".into(), 20, None)];
    assert_eq!(open(&store, 40).await, first_of_each);
    assert_eq!(take(&store, claim("sync", 10, "one", 40)).await, WHOLE);
    assert_eq!(take(&store, claim("relay", 20, "two", 40)).await, WHOLE, "another job");
    assert_eq!(take(&store, claim("sync", 20, "two", 99)).await, Claimed::No, "the first still runs");
    assert_eq!(open(&store, 99).await, []);
    store.end_fire(&end("sync", 10, "one", Ok("fine"))).await.unwrap();
    assert_eq!(open(&store, 99).await, [("sync".into(), 20, None)]);
    assert_eq!(take(&store, claim("sync", 20, "two", 99)).await, WHOLE);
    // A worker that died holds up the others no longer than its claim, and what it ran comes first.
    assert_eq!(take(&store, claim("sync", 30, "three", 999)).await, Claimed::No);
    assert_eq!(open(&store, 999).await, [("relay".into(), 20, None), ("sync".into(), 20, None)]);
}

pub async fn a_fire_that_does_not_wait_is_skipped_while_the_one_before_it_runs(store: Arc<dyn Store>) {
    let fires = [10, 20, 30].map(|due| impatient("sync", due));
    store.propose_fires(&fires).await.unwrap();
    store.propose_fires(&[ProposedFire { parts: 2, ..impatient("prune", 20) }, fire("prune", 10)]).await.unwrap();
    assert_eq!(take(&store, claim("sync", 10, "one", 15)).await, WHOLE);
    assert_eq!(take(&store, claim("sync", 20, "two", 19)).await, Claimed::No, "it is not due");
    assert!(open(&store, 20).await.contains(&("sync".into(), 20, None)), "somebody is to skip it");
    assert_eq!(take(&store, claim("sync", 20, "two", 20)).await, Claimed::Skipped);
    assert_eq!(take(&store, claim("sync", 20, "two", 20)).await, Claimed::No);
    let skipped = one(&store, "sync", 20).await.run;
    assert_eq!((skipped.state, skipped.finished_at), (FireState::Skipped, Some(at(20))));
    assert_eq!(skipped.outcome.as_deref(), Some("the one before it still ran"));
    // A claim that ended is nobody's: it keeps no other fire from running.
    assert_eq!(take(&store, claim("sync", 30, "two", 75)).await, WHOLE);

    assert_eq!(take(&store, claim("prune", 10, "one", 15)).await, WHOLE);
    assert_eq!(take(&store, claim_part("prune", 20, 2, "two", 20)).await, Claimed::Skipped);
    assert_eq!(states(&one(&store, "prune", 20).await), [FireState::Skipped; 2]);
    assert_eq!(take(&store, claim_part("prune", 20, 1, "two", 99)).await, Claimed::No);
}

pub async fn parallel_claims_never_run_a_job_beside_itself(store: Arc<dyn Store>) {
    store.propose_fires(&[10, 20, 30, 40].map(|due| impatient("sync", due))).await.unwrap();
    store.propose_fires(&[10, 20, 30, 40].map(|due| fire("settle", due))).await.unwrap();
    for job in ["sync", "settle"] {
        let claims: Vec<_> = [10, 20, 30, 40].into_iter().map(|due| claim(job, due, "any", 50)).collect();
        let claimed = join_all(claims.iter().map(|claim| store.claim_fire(claim))).await;
        let taken = claimed.into_iter().filter(|claimed| *claimed.as_ref().unwrap() == WHOLE);
        assert_eq!(taken.count(), 1, "{job}");
    }
    assert_eq!(store.running_fires().await.unwrap().len(), 2);
}

pub async fn each_part_is_claimed_and_ended_alone(store: Arc<dyn Store>) {
    store.propose_fires(&[in_parts("prune", 10, 3)]).await.unwrap();
    store.propose_fires(&[in_parts("prune", 10, 3), in_parts("prune", 20, 2)]).await.unwrap();
    let all = [1, 2, 3].map(|part| ("prune".to_owned(), 10, Some(part)));
    assert_eq!(open(&store, 30).await, all, "the next fire waits");
    assert_eq!(take(&store, claim("prune", 10, "one", 30)).await, Claimed::No, "only its parts can be taken");
    for part in [0, 4] {
        assert_eq!(take(&store, claim_part("prune", 10, part, "one", 30)).await, Claimed::No);
    }
    for (part, owner) in [(2, "one"), (3, "two")] {
        assert_eq!(
            take(&store, claim_part("prune", 10, part, owner, 30)).await,
            Claimed::Taken(Part::new(part, 3).unwrap())
        );
        assert_eq!(take(&store, claim_part("prune", 10, part, "late", 30)).await, Claimed::No);
    }
    let fire = one(&store, "prune", 10).await;
    assert_eq!((fire.run.state, fire.late_ms()), (FireState::Running, Some(20_000)));
    assert_eq!(states(&fire), [FireState::Due, FireState::Running, FireState::Running]);
    assert_eq!(open(&store, 30).await, [("prune".into(), 10, Some(1))]);
    store.end_fire(&end_part("prune", 10, 2, "two", Ok("not mine"))).await.unwrap();
    store.end_fire(&end("prune", 10, "two", Ok("not whole"))).await.unwrap();
    for _ in 0..2 {
        store.end_fire(&end_part("prune", 10, 2, "one", Ok("five rows"))).await.unwrap();
    }
    let fire = one(&store, "prune", 10).await;
    assert_eq!(fire.run.state, FireState::Running);
    assert_eq!(fire.parts[1].run.outcome.as_deref(), Some("five rows"));

    // The worker of the third part died: that part alone is taken over.
    assert_eq!(take(&store, claim_part("prune", 10, 1, "one", 40)).await, Claimed::Taken(Part::new(1, 3).unwrap()));
    store.end_fire(&end_part("prune", 10, 1, "one", Ok("no rows"))).await.unwrap();
    assert_eq!(take(&store, claim_part("prune", 20, 1, "one", 41)).await, Claimed::No, "the fire before is held");
    assert_eq!(open(&store, 95).await, [("prune".into(), 10, Some(3))]);
    assert_eq!(take(&store, claim_part("prune", 10, 2, "three", 95)).await, Claimed::No, "done is done");
    assert_eq!(take(&store, claim_part("prune", 10, 3, "three", 95)).await, Claimed::Taken(Part::new(3, 3).unwrap()));
    store.end_fire(&end_part("prune", 10, 3, "two", Ok("too late"))).await.unwrap();
    assert_eq!(one(&store, "prune", 10).await.run.state, FireState::Running);
    store.end_fire(&end_part("prune", 10, 3, "three", Ok("one row"))).await.unwrap();
    let fire = one(&store, "prune", 10).await;
    assert_eq!((fire.run.state, fire.run.finished_at), (FireState::Done, Some(at(99))));
    assert_eq!(fire.run.outcome.as_deref(), Some("all 3 parts are done"));
    assert_eq!(open(&store, 99).await.len(), 2, "now the next one");
}

pub async fn a_fire_fails_with_any_of_its_parts(store: Arc<dyn Store>) {
    store.propose_fires(&[in_parts("prune", 10, 3)]).await.unwrap();
    for (part, outcome) in [(3, Err("no answer")), (1, Ok("fine")), (2, Ok("fine"))] {
        take(&store, claim_part("prune", 10, part, "one", 10)).await;
        store.end_fire(&end_part("prune", 10, part, "one", outcome)).await.unwrap();
    }
    let fire = one(&store, "prune", 10).await;
    assert_eq!(fire.run.state, FireState::Failed);
    assert_eq!(fire.run.outcome.as_deref(), Some("of 3 parts failed 3; part 3: no answer"));
    assert_eq!(open(&store, 999).await, []);
}

pub async fn parallel_ends_of_parts_end_the_fire_once(store: Arc<dyn Store>) {
    const PARTS: u16 = 16;
    store.propose_fires(&[in_parts("prune", 10, PARTS)]).await.unwrap();
    let ran = join_all((1..=PARTS).map(|part| {
        let store = store.clone();
        async move {
            let owner = format!("worker {part}");
            let taken = take(&store, claim_part("prune", 10, part, &owner, 10)).await;
            store.end_fire(&end_part("prune", 10, part, &owner, Ok("fine"))).await.unwrap();
            taken
        }
    }))
    .await;
    let parts: HashSet<_> = ran
        .into_iter()
        .map(|taken| match taken {
            Claimed::Taken(part) => part,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(parts.len(), usize::from(PARTS));
    let fire = one(&store, "prune", 10).await;
    assert_eq!(fire.run.outcome.as_deref(), Some("all 16 parts are done"));
}

pub async fn open_fires_are_listed_oldest_first(store: Arc<dyn Store>) {
    propose(&store, &[("sync", 30), ("relay", 10), ("tidy", 20), ("later", 99)]).await;
    store.propose_fires(&[skipped("sync", 5)]).await.unwrap();
    let whole = |job: &str, due| (job.to_owned(), due, None);
    assert_eq!(open(&store, 50).await, [whole("relay", 10), whole("tidy", 20), whole("sync", 30)]);
    let two = store.open_fires(at(50), 2).await.unwrap();
    assert_eq!(two, [key("relay", 10, None), key("tidy", 20, None)]);
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
    assert_eq!(store.fire("b", at(21)).await.unwrap(), None);
}

pub async fn pruning_keeps_the_last_fire_of_each_schedule(store: Arc<dyn Store>) {
    for due in [10, 20, 30] {
        store.propose_fires(&[skipped("sync", due)]).await.unwrap();
    }
    store.propose_fires(&[skipped("yearly", 1)]).await.unwrap();
    propose(&store, &[("slow", 1), ("slow", 2)]).await;
    // What somebody asked for says nothing of the schedule.
    store.request_fire("yearly", 2, &change(3)).await.unwrap();
    let asked = store.fires(Some("yearly"), None, 1).await.unwrap().remove(0);
    for part in [1, 2] {
        let key = FireKey { job: "yearly".into(), due_at: asked.due_at, part: Some(part) };
        take(&store, FireClaim { key: key.clone(), ..claim("yearly", 1, "one", 3) }).await;
        store.end_fire(&FireEnd { key, ..end("yearly", 1, "one", Ok("fine")) }).await.unwrap();
    }
    assert_eq!(store.prune_fires(at(1), 9).await.unwrap(), 0);
    assert_eq!(store.prune_fires(at(10), 9).await.unwrap(), 1, "the one that was asked for, with its parts");
    assert_eq!(store.prune_fires(at(99), 1).await.unwrap(), 1);
    assert_eq!(names(&store.fires(Some("sync"), None, 9).await.unwrap()), named(&[("sync", 30), ("sync", 20)]));
    assert_eq!(store.prune_fires(at(99), 9).await.unwrap(), 1);
    assert_eq!(store.prune_fires(at(99), 9).await.unwrap(), 0);
    // Fires that have not ended stay, however old.
    assert_eq!(store.fires(Some("slow"), None, 9).await.unwrap().len(), 2);
    assert_eq!(store.last_fires(&["sync", "yearly", "slow"], at(99)).await.unwrap().len(), 3);
}
