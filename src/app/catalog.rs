//! Compiled campaigns in memory. Versions never change, so what is cached is never wrong; heads are read from SQL.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::App;
use crate::domain::calendar::Day;
use crate::domain::campaign::{ActivityHead, Campaign};
use crate::domain::id::{ActivityId, Version};
use crate::domain::refusal::Refusal;
use crate::domain::roll::DaySeed;
use crate::domain::validate;
use crate::fault::{Error, Fault, Result};

/// What has been compiled so far.
#[derive(Default)]
pub(super) struct Catalog {
    campaigns: RwLock<HashMap<(ActivityId, Version), Arc<Campaign>>>,
    last_heads: RwLock<HashMap<ActivityId, ActivityHead>>,
    day_seeds: Mutex<HashMap<(ActivityId, Day), DaySeed>>,
}

/// Compiled versions kept in memory at most.
const CAMPAIGNS_MAX: usize = 256;
/// Seeds kept in memory at most; more activities than that draw on one day only now and then.
const DAY_SEEDS_MAX: usize = 10_000;

impl Catalog {
    /// The head as it was last seen; a newer one may be in SQL.
    pub(super) fn last_head(&self, activity_id: &ActivityId) -> Option<ActivityHead> {
        self.last_heads.read().unwrap_or_else(PoisonError::into_inner).get(activity_id).cloned()
    }

    /// Remembers heads just read.
    pub(super) fn saw(&self, heads: &[ActivityHead]) {
        let known = self.last_heads.read().unwrap_or_else(PoisonError::into_inner);
        if heads.iter().all(|head| known.get(&head.activity_id) == Some(head)) {
            return;
        }
        drop(known);
        let mut last_heads = self.last_heads.write().unwrap_or_else(PoisonError::into_inner);
        for head in heads {
            last_heads.insert(head.activity_id.clone(), head.clone());
        }
    }
}

impl App {
    /// One version of a campaign, ready to decide draws.
    ///
    /// # Errors
    /// A refusal where there is no such version; a fault where it cannot be read or is not valid (any more).
    pub async fn campaign(&self, activity_id: &ActivityId, version: Version) -> Result<Arc<Campaign>> {
        let catalog = &self.inner.catalog;
        let key = (activity_id.clone(), version);
        if let Some(campaign) = catalog.campaigns.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(campaign.clone());
        }
        let stored = self.inner.store.version(activity_id, version).await?;
        let stored = stored
            .ok_or_else(|| Refusal::Unknown { what: "campaign version", id: format!("{activity_id} {version}") })?;
        let campaign = validate::compile(&stored.document).map_err(|faults| Fault {
            doing: "compile a published campaign",
            cause: faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ").into(),
        })?;
        let campaign = Arc::new(campaign);
        let mut campaigns = catalog.campaigns.write().unwrap_or_else(PoisonError::into_inner);
        if campaigns.len() >= CAMPAIGNS_MAX {
            campaigns.clear();
        }
        campaigns.insert(key, campaign.clone());
        Ok(campaign)
    }

    /// The head of an activity and its current campaign.
    ///
    /// # Errors
    /// A refusal where the activity is unknown.
    pub async fn current(&self, activity_id: &ActivityId) -> Result<(ActivityHead, Arc<Campaign>)> {
        let heads = self.inner.store.heads(std::slice::from_ref(activity_id)).await?;
        self.inner.catalog.saw(&heads);
        let head = heads.into_iter().next().ok_or_else(|| unknown_activity(activity_id))?;
        let campaign = self.campaign(activity_id, head.version).await?;
        Ok((head, campaign))
    }

    /// The secret that decides a day's draws.
    pub(super) async fn day_seed(&self, activity_id: &ActivityId, day: Day) -> Result<DaySeed> {
        let key = (activity_id.clone(), day);
        let cached =
            |seeds: &Mutex<HashMap<_, _>>| seeds.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if let Some(seed) = cached(&self.inner.catalog.day_seeds) {
            return Ok(seed);
        }
        let chains = self.inner.store.seed_chains(activity_id).await?;
        let seed = chains.iter().find_map(|chain| chain.seed_of(day)).ok_or_else(|| {
            Error::from(Fault {
                doing: "find the seed of the day",
                cause: format!("no seed chain of activity {activity_id} covers {day}").into(),
            })
        })?;
        let mut seeds = self.inner.catalog.day_seeds.lock().unwrap_or_else(PoisonError::into_inner);
        if seeds.len() >= DAY_SEEDS_MAX {
            seeds.clear();
        }
        seeds.insert(key, seed);
        Ok(seed)
    }
}

/// The refusal for an activity nobody published.
pub(super) fn unknown_activity(activity_id: &ActivityId) -> Refusal {
    Refusal::Unknown { what: "activity", id: activity_id.to_string() }
}
