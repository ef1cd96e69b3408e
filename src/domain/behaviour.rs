//! What users do beside drawing, what it earns, and days in a row.

use super::calendar::{Day, Timestamp};
use super::id::{ActivityId, BehaviourId, BusinessKey, Name, SkuId, UserId, Version};
use super::points::Points;

/// What a campaign gives for a behaviour, once for each business key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebate {
    /// The behaviour.
    pub behaviour: Name,
    /// Whether the local day is its business key, so that it is earned once a day.
    pub daily: bool,
    /// What it earns every time.
    pub earning: Earning,
    /// What days in a row earn beside that, in document order. Empty unless daily.
    pub streaks: Vec<StreakStep>,
}

/// Draws, points, or both; never nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earning {
    /// Draws granted. They take none of the SKU's stock: the business key bounds them.
    pub draws: Option<EarnedDraws>,
    /// Points credited.
    pub points: Option<Points>,
}

/// The draws of a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarnedDraws {
    /// Whose draws.
    pub sku: SkuId,
    /// How many.
    pub draws: u32,
}

/// What the day earns that makes `at` days in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreakStep {
    /// Days in a row, at least 2.
    pub at: u32,
    /// Whether every multiple of `at` earns it too.
    pub repeat: bool,
    /// What it earns beside the rebate's own.
    pub earning: Earning,
}

/// One thing a behaviour earned. Its place among all of them is the part that keys its effects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earned<'a> {
    /// The days in a row it is for; nothing for what every time earns.
    pub streak: Option<u32>,
    /// What it is.
    pub earning: &'a Earning,
}

impl StreakStep {
    fn is_for(&self, streak: u32) -> bool {
        self.at == streak || (self.repeat && streak > 0 && streak.is_multiple_of(self.at))
    }

    /// The first streak above `streak` that earns it.
    fn after(&self, streak: u32) -> Option<u32> {
        if streak < self.at {
            return Some(self.at);
        }
        self.repeat.then(|| (streak / self.at + 1) * self.at)
    }
}

impl Rebate {
    /// Everything that the behaviour earns as the `streak`-th day in a row; 0 where days are not counted. Pure: a record of
    /// version and streak tells for ever what was earned.
    pub fn earned(&self, streak: u32) -> Vec<Earned<'_>> {
        let every_time = Earned { streak: None, earning: &self.earning };
        std::iter::once(every_time).chain(self.steps_at(streak)).collect()
    }

    /// The steps that a streak of exactly so many days earns.
    pub fn steps_at(&self, streak: u32) -> impl Iterator<Item = Earned<'_>> {
        let steps = self.streaks.iter().filter(move |step| step.is_for(streak));
        steps.map(move |step| Earned { streak: Some(streak), earning: &step.earning })
    }

    /// The next streak above `streak` that earns something more; nothing where there is none.
    pub fn next_step(&self, streak: u32) -> Option<u32> {
        self.streaks.iter().filter_map(|step| step.after(streak)).min()
    }
}

/// One behaviour of a user that was rewarded. Unique by (user, activity, behaviour, business key); nothing in it ever changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// The record of it.
    pub behaviour_id: BehaviourId,
    /// Who.
    pub user_id: UserId,
    /// Where it was rewarded.
    pub activity_id: ActivityId,
    /// The document version that says what it earned.
    pub version: Version,
    /// What the user did.
    pub behaviour: Name,
    /// Which time: the business's own key, the day of a daily one.
    pub key: BusinessKey,
    /// The local day it counts in.
    pub day: Day,
    /// Days in a row up to this one; 0 where it is not daily.
    pub streak: u32,
    /// The first record of the report it came with, where that named no activity: the report is answered by all of them.
    pub report_id: Option<BehaviourId>,
    /// When.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rebate(steps: &[(u32, bool)]) -> Rebate {
        let earning = |hundredths| Earning { draws: None, points: Some(Points::from_hundredths(hundredths)) };
        let streaks = steps.iter().map(|(at, repeat)| StreakStep {
            at: *at,
            repeat: *repeat,
            earning: earning(i64::from(*at) * 100),
        });
        Rebate {
            behaviour: Name::new("sign_in").expect("valid"),
            daily: true,
            earning: earning(1),
            streaks: streaks.collect(),
        }
    }

    fn earned(rebate: &Rebate, streak: u32) -> Vec<i64> {
        let points = |earned: &Earned<'_>| earned.earning.points.map_or(0, Points::hundredths);
        rebate.earned(streak).iter().map(points).collect()
    }

    #[test]
    fn a_streak_adds_to_what_every_day_earns() {
        let rebate = rebate(&[(3, false), (7, true), (14, false)]);
        for (streak, expected) in [
            (0, vec![1]),
            (1, vec![1]),
            (3, vec![1, 300]),
            (6, vec![1]),
            (7, vec![1, 700]),
            (8, vec![1]),
            (14, vec![1, 700, 1_400]),
            (21, vec![1, 700]),
            (28, vec![1, 700]),
        ] {
            assert_eq!(earned(&rebate, streak), expected, "{streak}");
        }
    }

    #[test]
    fn the_next_step_is_the_nearest_one_ahead() {
        let both = rebate(&[(3, false), (7, true)]);
        for (streak, expected) in [(0, 3), (2, 3), (3, 7), (6, 7), (7, 14), (13, 14), (14, 21)] {
            assert_eq!(both.next_step(streak), Some(expected), "{streak}");
        }
        assert_eq!(rebate(&[(3, false)]).next_step(3), None);
        assert_eq!(rebate(&[]).next_step(0), None);
    }
}
