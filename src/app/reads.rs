//! What callers may see: activities, odds, tiers, quota, stock, draws, awards, points, receipts.

use std::collections::HashMap;
use std::sync::Arc;

use super::App;
use crate::domain::award::{AwardKind, AwardRecord};
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, Campaign};
use crate::domain::document::CampaignDocument;
use crate::domain::draw::Draw;
use crate::domain::id::{ActivityId, AwardId, AwardRecordId, DrawId, TransferId, UserId, Version};
use crate::domain::ledger::{Entry, Holdings};
use crate::domain::quota::{Limits, Quota};
use crate::domain::receipt::{Receipt, SeedProof};
use crate::domain::refusal::Refusal;
use crate::domain::roll::SeedCommitment;
use crate::domain::stock::{StockCounter, StockItem};
use crate::domain::strategy::{AwardRule, TierMode};
use crate::fault::{Fault, Result};
use crate::stock::Counted;
use crate::store::Page;
use crate::store::draws::{DrawWithAward, Facts, FactsQuestion};

/// Lots that are shown of those that expire next, at most.
const EXPIRING_LOTS_MAX: u32 = 10;

/// Wins that are shown to everybody, at most.
const WINNERS_MAX: u32 = 20;

/// The public facts of an activity.
#[derive(Debug, Clone)]
pub struct ActivityView {
    /// Version, state.
    pub head: ActivityHead,
    /// The current campaign.
    pub campaign: Arc<Campaign>,
    /// The exact odds of the strategy's own weights.
    pub odds: Vec<Odds>,
    /// First day, number of days and commitment of each seed chain.
    pub commitments: Vec<(Day, u32, SeedCommitment)>,
    /// The first day whose seed is still secret.
    pub secret_from: Day,
}

/// The probability of one award: `weight / total`, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odds {
    /// The award.
    pub award_id: AwardId,
    /// What winners read.
    pub title: String,
    /// Its kind.
    pub kind: AwardKind,
    /// The probability as the document states it.
    pub probability: String,
}

/// An award as one user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardView {
    /// The award and its probability.
    pub odds: Odds,
    /// How many there are over the activity's life; nothing where that is without limit.
    pub stock_total: Option<u64>,
    /// How many are left.
    pub stock_left: Option<u64>,
    /// Draws needed today before it can be won.
    pub unlock_after: u32,
    /// Draws this user still has to make today before a draw can win it: the number the rule uses.
    pub draws_until_unlock: u32,
    /// How often one user may win it; nothing where that is without limit.
    pub per_user: Option<u32>,
    /// How often this user has won it, where that is limited.
    pub won: Option<u32>,
}

/// A tier as one user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierView {
    /// Draws used before it applies.
    pub at: u32,
    /// For how long.
    pub mode: TierMode,
    /// What is drawn from.
    pub award_ids: Vec<AwardId>,
    /// Draws this user still has to make before it applies; 0 when it applies to the next draw or has passed.
    pub draws_until: u32,
    /// Whether it applies to this user's next draw.
    pub applies_next: bool,
}

/// A user's account of draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaView {
    /// Granted and used.
    pub quota: Quota,
    /// The limits of the current version.
    pub limits: Limits,
    /// The local day that "today" means.
    pub day: Day,
    /// When the next day begins.
    pub next_day_at: Timestamp,
}

/// One counted item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockView {
    /// The item with its counters, or what SQL says where they are not loaded.
    pub counter: StockCounter,
    /// The used count last written back for people.
    pub noted_used: Option<u64>,
    /// When.
    pub noted_at: Option<Timestamp>,
}

impl App {
    /// The public facts of an activity.
    ///
    /// # Errors
    /// A refusal where it is unknown; a fault of the store.
    pub async fn activity(&self, activity_id: &ActivityId) -> Result<ActivityView> {
        let (head, campaign) = self.current(activity_id).await?;
        let chains = self.inner.store.seed_chains(activity_id).await?;
        let commitments = chains.iter().map(|chain| (chain.first_day, chain.days, chain.commitment())).collect();
        let secret_from = self.inner.store.secret_from(activity_id).await?.unwrap_or(campaign.days().0);
        let odds = campaign.strategy.awards().iter().enumerate().map(|(index, rule)| odds(&campaign, index, rule));
        Ok(ActivityView { head, odds: odds.collect(), commitments, secret_from, campaign: campaign.clone() })
    }

    /// The awards of an activity as a user sees them.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the stores.
    pub async fn award_views(&self, activity_id: &ActivityId, user_id: &UserId) -> Result<Vec<AwardView>> {
        let (head, campaign) = self.current(activity_id).await?;
        let Facts { quota, standing, .. } = self.facts_of(activity_id, user_id, &campaign).await?.0;
        let left: HashMap<_, _> =
            self.counters(&head).await?.into_iter().map(|counter| (counter.item, counter.left)).collect();
        let awards = campaign.strategy.awards().iter().enumerate().map(|(index, rule)| AwardView {
            odds: odds(&campaign, index, rule),
            stock_total: rule.stock,
            stock_left: rule.stock.map(|_| left.get(&StockItem::Award(rule.award_id.clone())).copied().unwrap_or(0)),
            unlock_after: rule.unlock_after,
            draws_until_unlock: rule.unlock_after.saturating_sub(quota.used_today),
            per_user: rule.per_user,
            won: rule.per_user.map(|_| standing.wins(&rule.award_id)),
        });
        Ok(awards.collect())
    }

    /// The tiers of an activity and a user's way to them; the second number is the user's draws used.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn tiers(&self, activity_id: &ActivityId, user_id: &UserId) -> Result<(Vec<TierView>, u32)> {
        let (_, campaign) = self.current(activity_id).await?;
        let used = self.facts_of(activity_id, user_id, &campaign).await?.0.quota.used;
        let strategy = &campaign.strategy;
        let next = strategy.tier_at(used).map(|tier| tier.at);
        let tiers = strategy.tiers().iter().map(|tier| TierView {
            at: tier.at,
            mode: tier.mode,
            award_ids: tier.table.indexes().map(|index| strategy.awards()[index].award_id.clone()).collect(),
            draws_until: tier.at.saturating_sub(used),
            applies_next: next == Some(tier.at),
        });
        Ok((tiers.collect(), used))
    }

    /// A user's account of draws in an activity.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn quota(&self, activity_id: &ActivityId, user_id: &UserId) -> Result<QuotaView> {
        let (_, campaign) = self.current(activity_id).await?;
        let (Facts { quota, .. }, day) = self.facts_of(activity_id, user_id, &campaign).await?;
        let next_day_at = day.plus(1).starts_at(campaign.time_zone);
        Ok(QuotaView { quota, limits: campaign.limits, day, next_day_at })
    }

    /// What a draw would be decided from now, and the day it would count in.
    async fn facts_of(&self, activity_id: &ActivityId, user_id: &UserId, campaign: &Campaign) -> Result<(Facts, Day)> {
        let day = Day::at(self.inner.sources.now(), campaign.time_zone);
        let question =
            FactsQuestion { user_id: user_id.clone(), activity_id: activity_id.clone(), day, request_ids: Vec::new() };
        let (_, facts) = self.inner.store.draw_facts(&[question]).await?;
        Ok((facts.into_iter().next().unwrap_or_default(), day))
    }

    /// The counters of an activity; where they are not loaded, what SQL says.
    async fn counters(&self, head: &ActivityHead) -> Result<Vec<StockCounter>> {
        if let Counted::Answer(counters) = self.inner.stock.counters(&head.activity_id, head.epoch).await? {
            return Ok(counters);
        }
        let truth = self.inner.store.stock_truth(&head.activity_id).await?;
        let counters = truth.into_iter().map(|truth| StockCounter {
            left: truth.total.saturating_sub(truth.used),
            item: truth.item,
            total: truth.total,
            confirmed: truth.used,
            claimed: 0,
        });
        Ok(counters.collect())
    }

    /// Everything an activity counts.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the stores.
    pub async fn stock(&self, activity_id: &ActivityId) -> Result<(ActivityHead, Vec<StockView>)> {
        let (head, _) = self.current(activity_id).await?;
        let notes = self.inner.store.stock_notes(activity_id).await?;
        let mut notes: HashMap<_, _> = notes.into_iter().map(|note| (note.item.clone(), note)).collect();
        let counters = self.counters(&head).await?;
        let views = counters.into_iter().map(|counter| {
            let note = notes.remove(&counter.item);
            StockView {
                noted_used: note.as_ref().and_then(|note| note.noted_at.map(|_| note.used)),
                noted_at: note.and_then(|note| note.noted_at),
                counter,
            }
        });
        Ok((head, views.collect()))
    }

    /// A user's draws, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn draws_of(&self, user_id: &UserId, page: &Page<DrawId>) -> Result<Vec<DrawWithAward>> {
        Ok(self.inner.store.draws_of(user_id, page).await?)
    }

    /// A user's awards, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn awards_of(&self, user_id: &UserId, page: &Page<AwardRecordId>) -> Result<Vec<AwardRecord>> {
        Ok(self.inner.store.awards_of(user_id, page).await?)
    }

    /// What a user holds, and the entries that made it, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn points_of(&self, user_id: &UserId, page: &Page<TransferId>) -> Result<(Holdings, Vec<Entry>)> {
        let entries = self.inner.store.entries(user_id, page).await?;
        Ok((self.inner.store.holdings(user_id, EXPIRING_LOTS_MAX).await?, entries))
    }

    /// The title of an award in the version that promised it.
    ///
    /// # Errors
    /// As [`App::campaign`].
    pub async fn award_title(&self, activity_id: &ActivityId, version: Version, award_id: &AwardId) -> Result<String> {
        let campaign = self.campaign(activity_id, version).await?;
        let rule = campaign.strategy.awards().iter().find(|rule| rule.award_id == *award_id);
        Ok(rule.map_or_else(|| award_id.to_string(), |rule| rule.title.clone()))
    }

    /// The latest draws of an activity that won something, newest first, at most `WINNERS_MAX`.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn winners(&self, activity_id: &ActivityId) -> Result<Vec<Draw>> {
        self.current(activity_id).await?;
        Ok(self.inner.store.latest_wins(activity_id, WINNERS_MAX).await?)
    }

    /// Whose draw it is, and of which activity; nothing where there is no such draw.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn owner_of_draw(&self, draw_id: DrawId) -> Result<Option<(UserId, ActivityId)>> {
        Ok(self.inner.store.draw(draw_id).await?.map(|found| (found.draw.user_id, found.draw.activity_id)))
    }

    /// All that a verifier needs to check one draw.
    ///
    /// # Errors
    /// A refusal where the draw is unknown; a fault of the store.
    pub async fn receipt(&self, draw_id: DrawId) -> Result<Receipt> {
        let unknown = || Refusal::Unknown { what: "draw", id: draw_id.to_string() };
        let draw = self.inner.store.draw(draw_id).await?.ok_or_else(unknown)?.draw;
        let campaign = self.campaign(&draw.activity_id, draw.version).await?;
        let chains = self.inner.store.seed_chains(&draw.activity_id).await?;
        let chain = chains.iter().find(|chain| chain.seed_of(draw.day).is_some()).ok_or_else(|| Fault {
            doing: "find the seed chain of a draw",
            cause: format!("no chain covers {}", draw.day).into(),
        })?;
        let secret_from = self.inner.store.secret_from(&draw.activity_id).await?;
        let revealed = secret_from.is_some_and(|secret_from| draw.day < secret_from);
        Ok(Receipt {
            draw_id,
            activity_id: draw.activity_id,
            user_id: draw.user_id.clone(),
            request_id: draw.request_id,
            index: draw.index,
            drawn_at: draw.drawn_at,
            day: draw.day,
            used_before: draw.used_before,
            used_today_before: draw.used_today_before,
            standing: draw.standing,
            roll: draw.roll,
            reason: draw.reason,
            award_id: draw.award_id,
            value: draw.value,
            version: draw.version,
            document: without_other_users(&campaign.document, &draw.user_id),
            seed: SeedProof {
                first_day: chain.first_day,
                commitment: chain.commitment(),
                revealed: chain.seed_of(draw.day).filter(|_| revealed),
            },
        })
    }
}

/// The document without the names on its blacklist, but for the user's own: a receipt is shown to users.
fn without_other_users(document: &CampaignDocument, user_id: &UserId) -> CampaignDocument {
    let mut document = document.clone();
    if let Some(blacklist) = &mut document.blacklist
        && !blacklist.users.is_empty()
    {
        let listed = blacklist.users.iter().any(|user| user == user_id.as_str());
        blacklist.users = vec![if listed { user_id.to_string() } else { "(withheld)".into() }];
    }
    document
}

fn odds(campaign: &Campaign, index: usize, rule: &AwardRule) -> Odds {
    Odds {
        award_id: rule.award_id.clone(),
        title: rule.title.clone(),
        kind: rule.prize.kind(),
        // Awards are compiled in document order.
        probability: campaign.document.awards[index].weight.clone(),
    }
}
