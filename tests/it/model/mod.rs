//! Random lives of a market: whatever happens, in whatever order, the six invariants hold after every step.
//!
//! A life is a sequence of draws, repeats, recharges, behaviours, redemptions and their reversals, moved points, publications,
//! jobs and clock jumps, with a process that dies at any await between two port calls, counters that are lost, and a queue that
//! loses, repeats and reorders. It follows from one number: a failure prints it, and
//! `BIG_MARKET_MODEL_SEED=N cargo test --test it model` lives it again.
//! `BIG_MARKET_MODEL_LIVES=N` lives that many.

mod documents;
mod dying_jobs;
mod savings;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use world::World;

use crate::support::backing::Half;

/// Lives that a plain run lives in each of its parts: those on databases take longer.
fn lives() -> u64 {
    match Half::tested() {
        Half::Embedded => 400,
        Half::Distributed => 20,
    }
}

/// Steps of one life.
const STEPS: u32 = 24;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("the variable holds a number"))
}

fn live(seed: u64) {
    let life = AssertUnwindSafe(|| {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
            world.check();
        }
        world.end();
    });
    if let Err(panic) = catch_unwind(life) {
        eprintln!("\nlive it again: BIG_MARKET_MODEL_SEED={seed} cargo test --test it model\n");
        resume_unwind(panic);
    }
}

fn live_all(first: u64) {
    if let Some(seed) = number("BIG_MARKET_MODEL_SEED") {
        return live(seed);
    }
    let lives = number("BIG_MARKET_MODEL_LIVES").unwrap_or_else(lives);
    for seed in (first..).step_by(PARTS).take(usize::try_from(lives).unwrap()) {
        live(seed);
    }
}

/// The lives are split over so many tests, which run side by side.
const PARTS: usize = 2;

#[test]
fn invariants_hold_after_every_step_of_even_lives() {
    live_all(0);
}

#[test]
fn invariants_hold_after_every_step_of_odd_lives() {
    live_all(1);
}
