//! Every job run twice, and every job that dies or fails at each of its awaits in turn; as a fire in parts, too.

use big_market::domain::cron::FireState;

use super::world::{PRUNE_PARTS, World};
use crate::support::backing::Half;
use crate::support::crash::Misfortune;

const JOBS: [&str; 10] = [
    "relay_outbox",
    "run_workflows",
    "dispatch_awards",
    "sync_stock",
    "reconcile_stock",
    "reconcile_ledger",
    "expire",
    "settle_day",
    "expire_points",
    "prune",
];
/// Awaits of one job at most.
const POINTS_MAX: i64 = 200;

/// The awaits that are struck, one after the other: all of them, or each seventh where every world has databases of its own.
fn points() -> impl Iterator<Item = i64> {
    (1..=POINTS_MAX).step_by(match Half::tested() {
        Half::Embedded => 1,
        Half::Distributed => 7,
    })
}

#[test]
fn every_job_run_twice_is_the_same_as_once() {
    for (seed, job) in (1_000..).zip(JOBS) {
        let mut world = World::reliable(seed);
        world.leave_work();
        world.run_twice(job);
        world.check();
        world.end();
    }
}

fn strike_each_await(misfortune: Misfortune, first_seed: u64) {
    for (seed, job) in (first_seed..).zip(JOBS) {
        let mut struck = 0;
        for point in points() {
            let mut world = World::reliable(seed);
            world.leave_work();
            let was_struck = world.run_struck(job, point, misfortune);
            world.run_twice(job);
            world.check();
            if job == "expire_points" {
                world.check_points_expired();
            }
            world.end();
            if !was_struck {
                break;
            }
            struck = point;
        }
        assert!((1..POINTS_MAX).contains(&struck), "{job} was struck at {struck} awaits");
    }
}

#[test]
fn every_job_may_die_at_each_of_its_awaits() {
    strike_each_await(Misfortune::Death, 2_000);
}

#[test]
fn every_job_may_fail_at_each_of_its_awaits() {
    strike_each_await(Misfortune::Failure, 3_000);
}

/// Whatever happens on the way, each part of the fire ends once and the fire with the last of them. A part that met a failure
/// says so; one whose worker died was taken over.
fn strike_each_await_of_a_fire(misfortune: Misfortune, seed: u64) {
    let mut struck = 0;
    for point in points() {
        let mut world = World::reliable(seed);
        world.leave_work();
        let (was_struck, fire) = world.fire_struck(point, misfortune);
        assert_eq!(fire.parts.len(), usize::from(PRUNE_PARTS));
        let failed = fire.parts.iter().filter(|part| part.run.state == FireState::Failed).count();
        let done = fire.parts.iter().filter(|part| part.run.state == FireState::Done).count();
        assert_eq!((done + failed, failed <= 1), (fire.parts.len(), true), "struck at {point}: {fire:?}");
        assert!(failed == 0 || misfortune == Misfortune::Failure, "struck at {point}: {fire:?}");
        let state = if failed == 0 { FireState::Done } else { FireState::Failed };
        assert_eq!(fire.run.state, state, "struck at {point}: {fire:?}");
        assert_eq!(fire.run.finished_at, fire.parts.iter().filter_map(|part| part.run.finished_at).max());
        world.check();
        world.end();
        if !was_struck {
            break;
        }
        struck = point;
    }
    assert!((20..POINTS_MAX).contains(&struck), "the fire was struck at {struck} awaits");
}

#[test]
fn a_fire_in_parts_may_die_at_each_of_its_awaits() {
    strike_each_await_of_a_fire(Misfortune::Death, 4_000);
}

#[test]
fn a_fire_in_parts_may_fail_at_each_of_its_awaits() {
    strike_each_await_of_a_fire(Misfortune::Failure, 5_000);
}
