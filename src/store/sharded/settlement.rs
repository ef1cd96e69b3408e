//! Closed books: added up over all databases, kept in the first.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{Shard, ShardedStore};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::draw::Draw;
use crate::domain::id::{ActivityId, DrawId};
use crate::domain::points::Points;
use crate::domain::reconcile::Violation;
use crate::domain::settlement::{ActivityReport, ActivityTotals, AwardTotals, AwardsWon, DayFound, RollUp, Settlement};
use crate::store::settlement::{DayQuestion, DayRows, Settled, SettlementStore, WhileQuestion};
use crate::store::{Page, Stored};

#[async_trait]
impl<S: Shard> SettlementStore for ShardedStore<S> {
    async fn seal_days(&self, activity_id: &ActivityId, before: Day) -> Stored<Day> {
        self.still(async {
            let _held = self.first().hold_catalog(activity_id).await?;
            let sealed = self.first().seal_days(activity_id, before).await?;
            self.copy_catalog(activity_id).await?;
            Ok(sealed)
        })
        .await
    }

    async fn unsettled_days(&self, activity_id: &ActivityId, days: &[Day]) -> Stored<Vec<Day>> {
        self.first().unsettled_days(activity_id, days).await
    }

    async fn drawn_days(&self, activity_id: &ActivityId) -> Stored<Option<(Day, Day)>> {
        let days = self.still(self.everywhere(|shard| shard.drawn_days(activity_id))).await?;
        Ok(days.into_iter().flatten().reduce(|(first, last), (from, to)| (first.min(from), last.max(to))))
    }

    async fn day_rows(&self, question: &DayQuestion) -> Stored<DayRows> {
        let mut all = DayRows { roll_up: RollUp::default(), awards: Vec::new(), booked: 0 };
        let mut won = BTreeMap::new();
        for rows in self.still(self.everywhere(|shard| shard.day_rows(question))).await? {
            all.roll_up = all.roll_up.plus(&rows.roll_up);
            all.booked += rows.booked;
            for awards in rows.awards {
                *won.entry((awards.version, awards.award_id)).or_insert(0) += awards.won;
            }
        }
        all.awards = won.into_iter().map(|((version, award_id), won)| AwardsWon { version, award_id, won }).collect();
        Ok(all)
    }

    async fn draws_of_day(
        &self,
        activity_id: &ActivityId,
        day: Day,
        after: Option<DrawId>,
        limit: u32,
    ) -> Stored<Vec<Draw>> {
        let oldest = |draw: &Draw| draw.draw_id.ulid();
        self.merged(limit, oldest, |shard| shard.draws_of_day(activity_id, day, after, limit)).await
    }

    async fn day_differences(&self, activity_id: &ActivityId, day: Day, limit: u32) -> Stored<Vec<Violation>> {
        self.merged(limit, |_| (), |shard| shard.day_differences(activity_id, day, limit)).await
    }

    async fn settle_day(&self, found: &DayFound, change: &Change) -> Stored<Settled> {
        self.first().settle_day(found, change).await
    }

    async fn settlement(&self, activity_id: &ActivityId, day: Day) -> Stored<Option<Settlement>> {
        self.first().settlement(activity_id, day).await
    }

    async fn settlements(&self, activity_id: &ActivityId, page: &Page<Day>) -> Stored<Vec<Settlement>> {
        self.first().settlements(activity_id, page).await
    }

    async fn activity_totals(&self, activity_id: &ActivityId) -> Stored<ActivityTotals> {
        let mut all = ActivityTotals::default();
        let mut awards: BTreeMap<String, AwardTotals> = BTreeMap::new();
        for part in self.still(self.everywhere(|shard| shard.activity_totals(activity_id))).await? {
            // A user lives in one database, so users add up.
            all.users += part.users;
            all.draws_granted += part.draws_granted;
            all.draws_used += part.draws_used;
            let issued = all.points_issued.hundredths().saturating_add(part.points_issued.hundredths());
            all.points_issued = Points::from_hundredths(issued);
            for more in part.awards {
                let AwardTotals { award_id, won, pending, dispatched, delivered, recalled, dead } = more;
                let sum =
                    awards.entry(award_id.clone()).or_insert_with(|| AwardTotals { award_id, ..Default::default() });
                sum.won += won;
                sum.pending += pending;
                sum.dispatched += dispatched;
                sum.delivered += delivered;
                sum.recalled += recalled;
                sum.dead += dead;
            }
        }
        all.awards = awards.into_values().collect();
        Ok(all)
    }

    async fn draws_within(&self, question: &WhileQuestion) -> Stored<u64> {
        // Whoever looks at how fast an activity goes must not hold up a move of buckets, nor wait for one.
        Ok(self.everywhere(|shard| shard.draws_within(question)).await?.into_iter().sum())
    }

    async fn settle_activity(&self, activity_id: &ActivityId, report: &ActivityReport, now: Timestamp) -> Stored<bool> {
        self.still(async {
            let _held = self.first().hold_catalog(activity_id).await?;
            let settled = self.first().settle_activity(activity_id, report, now).await?;
            self.copy_catalog(activity_id).await?;
            Ok(settled)
        })
        .await
    }

    async fn activity_report(&self, activity_id: &ActivityId) -> Stored<Option<(ActivityReport, Timestamp)>> {
        self.first().activity_report(activity_id).await
    }
}
