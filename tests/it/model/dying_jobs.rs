//! Every job run twice, and every job that dies or fails at each of its awaits in turn.

use super::world::World;
use crate::support::crash::Misfortune;

const JOBS: [&str; 8] = [
    "relay_outbox",
    "dispatch_awards",
    "sync_stock",
    "reconcile_stock",
    "reconcile_ledger",
    "expire",
    "expire_points",
    "prune",
];
/// Awaits of one job at most.
const POINTS_MAX: i64 = 200;

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
        for point in 1..=POINTS_MAX {
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
        assert!((2..POINTS_MAX).contains(&struck), "{job} was struck at {struck} awaits");
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
