//! What belongs to one user: asked of the user's own database.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ulid::Ulid;

use super::{Shard, ShardedStore};
use crate::domain::audit::Change;
use crate::domain::award::AwardRecord;
use crate::domain::behaviour::Behaviour;
use crate::domain::bucket::Bucket;
use crate::domain::campaign::ActivityHead;
use crate::domain::draw::{Draw, RechargeOrder};
use crate::domain::id::{
    ActivityId, AwardRecordId, BehaviourId, BusinessKey, DrawId, Name, RedemptionId, RequestId, UserId,
};
use crate::domain::redemption::RedemptionOrder;
use crate::domain::standing::{ListedUser, UserList};
use crate::domain::story::{DrawStory, TimelineFilter, TimelineItem};
use crate::store::behaviours::{BehaviourFilter, BehaviourStore, BehavioursRecorded, NewBehaviour};
use crate::store::draws::{
    DrawGroup, DrawStore, DrawWithAward, Facts, FactsQuestion, NewRecharge, Recharged, Recorded,
};
use crate::store::lists::ListStore;
use crate::store::redemptions::{NewRedemption, Redeemed, RedemptionReversal, RedemptionReversed, RedemptionStore};
use crate::store::stories::StoryStore;
use crate::store::users::UserStore;
use crate::store::{Page, Stored};

#[async_trait]
impl<S: Shard> DrawStore for ShardedStore<S> {
    async fn draw_facts(&self, questions: &[FactsQuestion]) -> Stored<(Vec<ActivityHead>, Vec<Facts>)> {
        let mut heads = BTreeMap::new();
        let mut answers: Vec<Option<Facts>> = vec![None; questions.len()];
        let numbered: Vec<_> = questions.iter().cloned().enumerate().collect();
        let parts = self
            .look_up(
                &numbered,
                |(_, question)| Bucket::of(&question.user_id),
                |shard, part| {
                    Box::pin(async move {
                        let (positions, part): (Vec<_>, Vec<_>) = part.into_iter().unzip();
                        Ok((positions, shard.draw_facts(&part).await?))
                    })
                },
            )
            .await?;
        for (positions, (seen, facts)) in parts {
            for head in seen {
                // Where two databases disagree, a change is on its way: the older epoch takes no draws, so it does no harm.
                let known = heads.entry(head.activity_id.clone()).or_insert_with(|| head.clone());
                if head.epoch.0 > known.epoch.0 {
                    *known = head;
                }
            }
            for (position, facts) in positions.into_iter().zip(facts) {
                answers[position] = Some(facts);
            }
        }
        let facts = answers.into_iter().map(|facts| facts.expect("each question was asked of one database")).collect();
        Ok((heads.into_values().collect(), facts))
    }

    async fn record_draws(&self, groups: &[DrawGroup]) -> Stored<Vec<Recorded>> {
        let ask = |shard, part: Vec<DrawGroup>| -> futures::future::BoxFuture<'_, _> {
            let shard: &S = shard;
            Box::pin(async move { shard.record_draws(&part).await })
        };
        self.split(groups, |group| Bucket::of(&group.user_id), ask).await
    }

    async fn record_recharges(&self, recharges: &[NewRecharge]) -> Stored<Vec<Recharged>> {
        self.split(
            recharges,
            |new| Bucket::of(&new.order.user_id),
            |shard, part| Box::pin(async move { shard.record_recharges(&part).await }),
        )
        .await
    }

    async fn recharge_of(
        &self,
        user_id: &UserId,
        activity_id: &ActivityId,
        request_id: &RequestId,
    ) -> Stored<Option<RechargeOrder>> {
        self.read(Bucket::of(user_id), |shard| shard.recharge_of(user_id, activity_id, request_id)).await
    }

    async fn draw(&self, draw_id: DrawId) -> Stored<Option<DrawWithAward>> {
        self.read(draw_id.bucket(), |shard| shard.draw(draw_id)).await
    }

    async fn draws_of(&self, user_id: &UserId, page: &Page<DrawId>) -> Stored<Vec<DrawWithAward>> {
        self.read(Bucket::of(user_id), |shard| shard.draws_of(user_id, page)).await
    }

    async fn latest_wins(&self, activity_id: &ActivityId, limit: u32) -> Stored<Vec<Draw>> {
        let newest = |draw: &Draw| Reverse((draw.day, draw.draw_id.ulid()));
        self.merged(limit, newest, |shard| shard.latest_wins(activity_id, limit)).await
    }

    async fn awards_of(&self, user_id: &UserId, page: &Page<AwardRecordId>) -> Stored<Vec<AwardRecord>> {
        self.read(Bucket::of(user_id), |shard| shard.awards_of(user_id, page)).await
    }
}

#[async_trait]
impl<S: Shard> BehaviourStore for ShardedStore<S> {
    async fn behaviours_with(
        &self,
        user_id: &UserId,
        behaviour: &Name,
        keys: &[BusinessKey],
    ) -> Stored<Vec<Behaviour>> {
        self.read(Bucket::of(user_id), |shard| shard.behaviours_with(user_id, behaviour, keys)).await
    }

    async fn record_behaviours(&self, new: &[NewBehaviour]) -> Stored<BehavioursRecorded> {
        let Some(one) = new.first() else { return Ok(BehavioursRecorded::Committed) };
        self.write(Bucket::of(&one.behaviour.user_id), |shard| shard.record_behaviours(new)).await
    }

    async fn behaviours_of(&self, filter: &BehaviourFilter, page: &Page<BehaviourId>) -> Stored<Vec<Behaviour>> {
        self.read(Bucket::of(&filter.user_id), |shard| shard.behaviours_of(filter, page)).await
    }
}

#[async_trait]
impl<S: Shard> RedemptionStore for ShardedStore<S> {
    async fn record_redemption(&self, new: &NewRedemption) -> Stored<Redeemed> {
        self.write(Bucket::of(&new.order.user_id), |shard| shard.record_redemption(new)).await
    }

    async fn reverse_redemption(&self, new: &RedemptionReversal) -> Stored<RedemptionReversed> {
        self.write(new.redemption_id.bucket(), |shard| shard.reverse_redemption(new)).await
    }

    async fn redemption_of(&self, user_id: &UserId, request_id: &RequestId) -> Stored<Option<RedemptionOrder>> {
        self.read(Bucket::of(user_id), |shard| shard.redemption_of(user_id, request_id)).await
    }

    async fn redemption(&self, redemption_id: RedemptionId) -> Stored<Option<RedemptionOrder>> {
        self.read(redemption_id.bucket(), |shard| shard.redemption(redemption_id)).await
    }

    async fn redemptions_of(&self, user_id: &UserId, page: &Page<RedemptionId>) -> Stored<Vec<RedemptionOrder>> {
        self.read(Bucket::of(user_id), |shard| shard.redemptions_of(user_id, page)).await
    }
}

#[async_trait]
impl<S: Shard> ListStore for ShardedStore<S> {
    async fn put_on_list(&self, listed: &ListedUser, change: &Change) -> Stored<ListedUser> {
        self.write(Bucket::of(&listed.user_id), |shard| shard.put_on_list(listed, change)).await
    }

    async fn take_off_list(
        &self,
        activity_id: &ActivityId,
        user_id: &UserId,
        list: UserList,
        change: &Change,
    ) -> Stored<bool> {
        self.write(Bucket::of(user_id), |shard| shard.take_off_list(activity_id, user_id, list, change)).await
    }

    async fn listed(&self, activity_id: &ActivityId, list: UserList, page: &Page<UserId>) -> Stored<Vec<ListedUser>> {
        self.merged(page.limit, |user: &ListedUser| user.user_id.clone(), |shard| shard.listed(activity_id, list, page))
            .await
    }
}

#[async_trait]
impl<S: Shard> StoryStore for ShardedStore<S> {
    async fn draw_story(&self, draw_id: DrawId) -> Stored<Option<DrawStory>> {
        self.read(draw_id.bucket(), |shard| shard.draw_story(draw_id)).await
    }

    async fn timeline(
        &self,
        user_id: &UserId,
        filter: &TimelineFilter,
        page: &Page<Ulid>,
    ) -> Stored<Vec<TimelineItem>> {
        self.read(Bucket::of(user_id), |shard| shard.timeline(user_id, filter, page)).await
    }
}

#[async_trait]
impl<S: Shard> UserStore for ShardedStore<S> {
    async fn users(&self, prefix: &str, page: &Page<UserId>) -> Stored<Vec<UserId>> {
        // While somebody types, nobody should wait for buckets that move. Of one that does, both ends have the rows: once is enough.
        let found = self.everywhere(|shard| shard.users(prefix, page)).await?;
        let all: BTreeSet<UserId> = found.into_iter().flatten().collect();
        Ok(all.into_iter().take(page.limit as usize).collect())
    }
}
