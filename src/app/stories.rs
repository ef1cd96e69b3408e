//! What became of a user or a draw, told with the reasons that the rules give.

use ulid::Ulid;

use super::App;
use super::behaviours::BehaviourView;
use crate::domain::draw::RechargeOrder;
use crate::domain::draw::{Draw, Fallback};
use crate::domain::id::{AwardId, DrawId, UserId};
use crate::domain::ledger::Entry;
use crate::domain::refusal::Refusal;
use crate::domain::story::{BehaviourStory, DrawStory, RedemptionStory, TimelineFilter, TimelineItem};
use crate::domain::strategy::{DrawFacts, decide};
use crate::fault::Result;
use crate::store::Page;

/// An award that a draw might have given and did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOverAward {
    /// The award.
    pub award_id: AwardId,
    /// Why not.
    pub why: Fallback,
}

/// A draw with everything it caused and everything it passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawTold {
    /// What is remembered.
    pub story: DrawStory,
    /// Awards that were passed over, from the one picked to the one before the one won, decided again.
    pub passed_over: Vec<PassedOverAward>,
}

/// A rewarded behaviour with what its version says it earned, and what it caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourTold {
    /// What it earned.
    pub view: BehaviourView,
    /// Lines of the user's account that it caused, oldest first.
    pub entries: Vec<Entry>,
    /// Grants of draws that it caused, oldest first.
    pub orders: Vec<RechargeOrder>,
}

/// One thing that happened to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A draw.
    Draw(Box<DrawTold>),
    /// An exchange of points for draws.
    Redemption(Box<RedemptionStory>),
    /// A rewarded behaviour.
    Behaviour(Box<BehaviourTold>),
    /// A grant of draws that none of these caused.
    Recharge(RechargeOrder),
    /// A movement of points that none of these caused.
    Points(Entry),
}

impl Told {
    /// Where the timeline goes on after it.
    pub fn ulid(&self) -> Ulid {
        match self {
            Self::Draw(told) => told.story.draw.draw_id.ulid(),
            Self::Redemption(story) => story.order.redemption_id.ulid(),
            Self::Behaviour(told) => told.view.behaviour.behaviour_id.ulid(),
            Self::Recharge(order) => order.recharge_order_id.ulid(),
            Self::Points(entry) => entry.transfer_id.ulid(),
        }
    }
}

impl App {
    /// One draw from its facts to its last effect.
    ///
    /// # Errors
    /// A refusal where it is unknown; a fault of the store.
    pub async fn draw_story(&self, draw_id: DrawId) -> Result<DrawTold> {
        let unknown = || Refusal::Unknown { what: "draw", id: draw_id.to_string() };
        let story = self.inner.store.draw_story(draw_id).await?.ok_or_else(unknown)?;
        self.tell(story).await
    }

    /// Everything of a user that is wanted, newest first. What a draw, a redemption or a behaviour caused is told within it.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn timeline(&self, user_id: &UserId, filter: &TimelineFilter, page: &Page<Ulid>) -> Result<Vec<Told>> {
        let mut told = Vec::new();
        for item in self.inner.store.timeline(user_id, filter, page).await? {
            told.push(match item {
                TimelineItem::Draw(story) => Told::Draw(Box::new(self.tell(*story).await?)),
                TimelineItem::Redemption(story) => Told::Redemption(story),
                TimelineItem::Behaviour(story) => Told::Behaviour(Box::new(self.tell_behaviour(*story).await?)),
                TimelineItem::Recharge(order) => Told::Recharge(order),
                TimelineItem::Points(entry) => Told::Points(entry),
            });
        }
        Ok(told)
    }

    async fn tell(&self, story: DrawStory) -> Result<DrawTold> {
        let passed_over = self.passed_over(&story.draw).await?;
        Ok(DrawTold { story, passed_over })
    }

    async fn tell_behaviour(&self, story: BehaviourStory) -> Result<BehaviourTold> {
        let BehaviourStory { behaviour, entries, orders } = story;
        Ok(BehaviourTold { view: self.behaviour_view(behaviour).await?, entries, orders })
    }

    /// What a draw passed over: by rules as they decide it again, by stock as it was recorded.
    async fn passed_over(&self, draw: &Draw) -> Result<Vec<PassedOverAward>> {
        let campaign = self.campaign(&draw.activity_id, draw.version).await?;
        let facts = DrawFacts {
            user_id: &draw.user_id,
            used: draw.used_before,
            used_today: draw.used_today_before,
            standing: &draw.standing,
        };
        let decision = decide(&campaign.strategy, &facts, draw.roll);
        let given = usize::try_from(draw.reason.out_of_stock).unwrap_or(usize::MAX);
        let passed = decision.passed_before(&campaign.strategy, given).into_iter();
        let award_id = |index: usize| campaign.strategy.awards()[index].award_id.clone();
        Ok(passed.map(|passed| PassedOverAward { award_id: award_id(passed.award), why: passed.why }).collect())
    }
}
