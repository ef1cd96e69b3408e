//! Every job run twice, and every job in a process that dies at each of its awaits in turn.

use super::world::World;

const JOBS: [&str; 7] =
    ["relay_outbox", "dispatch_awards", "sync_stock", "reconcile_stock", "reconcile_ledger", "expire", "prune"];
/// Awaits of one job at most.
const POINTS_MAX: i64 = 200;

#[test]
fn every_job_run_twice_is_the_same_as_once() {
    for (seed, job) in (1_000..).zip(JOBS) {
        let mut world = World::new(seed);
        world.leave_work();
        world.run_twice(job);
        world.check();
        world.end();
    }
}

#[test]
fn every_job_may_die_at_each_of_its_awaits() {
    for (seed, job) in (2_000..).zip(JOBS) {
        let mut deaths = 0;
        for point in 1..=POINTS_MAX {
            let mut world = World::new(seed);
            world.leave_work();
            let died = world.run_dying(job, point);
            world.run_twice(job);
            world.check();
            world.end();
            if !died {
                break;
            }
            deaths = point;
        }
        assert!((2..POINTS_MAX).contains(&deaths), "{job} died at {deaths} awaits");
    }
}
