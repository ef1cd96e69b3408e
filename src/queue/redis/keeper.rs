//! What a process does beside its workers, for the queues of all: it makes delayed messages due, shows that
//! busy workers live, and gives back what dead ones held.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use futures::future::try_join_all;
use tokio::time::{Instant, MissedTickBehavior};
use tracing::{error, info, warn};

use super::keys;
use super::{RedisQueue, SLICE};
use crate::fault::Fault;
use crate::queue::Lane;
use crate::queue::shift::Shift;

/// How often signs of life are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Slices of each kind that one turn does for a lane at most; the rest is left to the next turn, so that nothing waits long for it.
const SLICES_MAX: usize = 4;
/// Slices that a process gives back for a lane before it ends.
const HAND_BACK_SLICES_MAX: usize = 400;
/// How long a keeper rests after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Keeps the queues of all lanes, beside keepers of other processes.
pub(super) struct Keeper<'a> {
    queue: &'a RedisQueue,
    shift: &'a Shift,
    lanes: [Watched; Lane::ALL.len()],
    look_at: Instant,
    failing: bool,
}

/// What a keeper knows of the workers of a lane.
#[derive(Default)]
struct Watched {
    /// The last sign of life of each worker, and since when it was the last.
    signs: HashMap<String, (f64, Instant)>,
    /// Whether retired workers may be there.
    retired: bool,
}

impl Watched {
    /// Takes in the signs of life that are known now. Gives the workers that were silent for so long.
    ///
    /// A sign is compared with the one before it and never with a clock: clocks of machines differ.
    fn silent(&mut self, signs: Vec<(String, f64)>, silence_max: Duration, now: Instant) -> Vec<(String, f64)> {
        let mut before = std::mem::take(&mut self.signs);
        let mut silent = Vec::new();
        for (name, sign) in signs {
            let since = before
                .remove(&name)
                .filter(|(last, _)| last.to_bits() == sign.to_bits())
                .map_or(now, |(_, since)| since);
            if now - since >= silence_max {
                silent.push((name.clone(), sign));
            }
            self.signs.insert(name, (sign, since));
        }
        silent
    }
}

impl<'a> Keeper<'a> {
    pub(super) fn new(queue: &'a RedisQueue, shift: &'a Shift) -> Self {
        Self { queue, shift, lanes: Default::default(), look_at: Instant::now(), failing: false }
    }

    /// Keeps until it is dropped. Failures are waited out.
    pub(super) async fn run(mut self) -> Infallible {
        let mut ticks = tokio::time::interval(self.queue.tuning.poll);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let kept = self.turn().await;
            match &kept {
                Err(error) if !self.failing => warn!(%error, "could not keep the queues; trying again every second"),
                Ok(()) if self.failing => info!("the queues are kept again"),
                _ => {}
            }
            self.failing = kept.is_err();
            if self.failing {
                ticks.reset_after(PAUSE);
            }
        }
    }

    async fn turn(&mut self) -> Result<(), Fault> {
        let (queue, shift, now) = (self.queue, self.shift, Instant::now());
        let look = now >= self.look_at;
        if look {
            self.look_at = now + LOOK_EVERY;
        }
        let turns = Lane::ALL.into_iter().zip(&mut self.lanes).map(|(lane, watched)| async move {
            promote(queue, lane).await?;
            if look {
                beat(queue, lane, shift).await?;
                retire_silent(queue, lane, watched).await?;
            }
            if look || watched.retired {
                watched.retired = give_back(queue, lane, SLICES_MAX).await?;
            }
            Ok(())
        });
        try_join_all(turns).await.map(|_| ())
    }
}

/// Makes delayed messages due.
async fn promote(queue: &RedisQueue, lane: Lane) -> Result<(), Fault> {
    let mut promote = queue.keys(lane).call(&keys::PROMOTE);
    promote.arg(SLICE);
    for _ in 0..SLICES_MAX {
        let promoted: usize = queue.call("make delayed messages due", &promote).await?;
        if promoted > 0 {
            queue.due(lane).notify_one();
        }
        if promoted < SLICE {
            break;
        }
    }
    Ok(())
}

/// Shows that a worker lives while its handlers run. One that runs nothing shows it by itself, or has come to nothing.
async fn beat(queue: &RedisQueue, lane: Lane, shift: &Shift) -> Result<(), Fault> {
    if let Some(name) = shift.name(lane).filter(|_| shift.running(lane) > 0) {
        let mut beat = queue.keys(lane).call(&keys::BEAT);
        beat.arg(name);
        queue.call::<usize>("show that a worker lives", &beat).await?;
    }
    Ok(())
}

/// Retires workers that show no sign of life any more.
async fn retire_silent(queue: &RedisQueue, lane: Lane, watched: &mut Watched) -> Result<(), Fault> {
    let signs = queue.call("look for signs of life", &queue.keys(lane).call(&keys::SIGNS)).await?;
    let silent = watched.silent(signs, queue.tuning.silence_max(), Instant::now());
    for some in silent.chunks(SLICE) {
        let mut retire = queue.keys(lane).call(&keys::RETIRE);
        for (name, sign) in some {
            retire.arg(name).arg(*sign);
        }
        let retired: usize = queue.call("retire dead workers", &retire).await?;
        info!(lane = lane.name(), retired, "found dead workers; what they held is given to others");
    }
    Ok(())
}

/// Gives back what retired workers hold, in so many slices at most. Gives whether any is left.
async fn give_back(queue: &RedisQueue, lane: Lane, slices_max: usize) -> Result<bool, Fault> {
    let mut script = queue.keys(lane).call(&keys::GIVE_BACK);
    script.arg(SLICE);
    for _ in 0..slices_max {
        let (given_back, lost, retired): (u64, u64, usize) =
            queue.call("give back what retired workers hold", &script).await?;
        if given_back > 0 {
            metrics::counter!("big_market_queue_given_back_total", "lane" => lane.name()).increment(given_back);
            queue.due(lane).notify_one();
        }
        if lost > 0 {
            error!(lane = lane.name(), lost, "dropped messages whose data is not in Redis any more");
        }
        if retired == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Retires the workers of a shift that is over and gives back what they hold, so that nobody waits for them to be found dead.
pub(super) async fn hand_back(queue: &RedisQueue, names: &[String]) -> Result<(), Fault> {
    for lane in Lane::ALL {
        let mut retire = queue.keys(lane).call(&keys::RETIRE);
        for name in names {
            retire.arg(name).arg("");
        }
        queue.call::<usize>("retire the workers of this process", &retire).await?;
        // What is left after so many is found by others.
        give_back(queue, lane, HAND_BACK_SLICES_MAX).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const SILENCE_MAX: Duration = Duration::from_secs(3);

    fn names(silent: Vec<(String, f64)>) -> Vec<String> {
        silent.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn who_gives_no_new_sign_is_silent_whatever_its_clock_says() {
        let (mut watched, start) = (Watched::default(), Instant::now());
        let signs =
            |beat: u32| vec![("dead".to_owned(), 2e9), ("alive".to_owned(), f64::from(beat)), ("slow".into(), 7.0)];
        for beat in 0..3 {
            assert!(watched.silent(signs(beat), SILENCE_MAX, start + beat * SECOND).is_empty(), "{beat}");
        }
        assert_eq!(names(watched.silent(signs(3), SILENCE_MAX, start + 3 * SECOND)), ["dead", "slow"]);
        let mut signs = signs(4);
        signs[2].1 = 8.0;
        assert_eq!(names(watched.silent(signs, SILENCE_MAX, start + 4 * SECOND)), ["dead"], "a sign at last");
    }

    #[test]
    fn who_is_gone_is_not_remembered() {
        let (mut watched, start) = (Watched::default(), Instant::now());
        watched.silent(vec![("gone".into(), 1.0)], SILENCE_MAX, start);
        assert!(watched.silent(vec![], SILENCE_MAX, start + SECOND).is_empty());
        assert!(watched.signs.is_empty());
        let back = watched.silent(vec![("gone".into(), 1.0)], SILENCE_MAX, start + 4 * SECOND);
        assert!(back.is_empty(), "one that came back is looked at anew");
    }
}
