//! Coupon codes: loaded by operators, and a shortage seen before winners meet it.

use std::collections::BTreeMap;

use super::App;
use crate::domain::audit::Actor;
use crate::domain::award::Prize;
use crate::domain::campaign::{ActivityState, Campaign};
use crate::domain::coupon::{CouponCode, CouponPool};
use crate::domain::id::{ActivityId, Name};
use crate::domain::refusal::Refusal;
use crate::domain::stock::StockItem;
use crate::fault::Result;

/// Codes written in one transaction, so that no draw waits long for a file of a million.
const CHUNK: usize = 10_000;

/// What became of a file of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodesLoaded {
    /// Codes that were new.
    pub added: u64,
    /// Codes that the pool had already.
    pub repeated: u64,
    /// Codes that nobody has.
    pub left: u64,
}

/// A pool with what may be asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponPoolView {
    /// How full it is.
    pub pool: CouponPool,
    /// Awards that were promised and wait for their codes.
    pub promised: u64,
    /// Codes that documents in force may still promise; `None` is without limit.
    pub can_still_be_won: Option<u64>,
}

impl CouponPoolView {
    /// Codes to be loaded so that nobody waits; `None` where awards without limit use the pool and no number is enough.
    pub fn shortage(&self) -> Option<u64> {
        let wanted = self.promised.saturating_add(self.can_still_be_won?);
        Some(wanted.saturating_sub(self.pool.left()))
    }
}

impl App {
    /// Adds codes to a pool. Codes it has already change nothing, so a file that was loaded in part is simply loaded again.
    ///
    /// # Errors
    /// A fault of the store; chunks that were written stay.
    pub async fn load_codes(&self, actor: &Actor, pool: &Name, codes: &[CouponCode]) -> Result<CodesLoaded> {
        let mut added = 0;
        for chunk in codes.chunks(CHUNK) {
            added += self.inner.store.add_codes(pool, chunk, self.inner.sources.now()).await?;
            tokio::task::yield_now().await;
        }
        let repeated = codes.len() as u64 - added;
        self.inner.store.note_codes_loaded(pool, added, repeated, &self.change(actor)).await?;
        let pools = self.inner.store.coupon_pools().await?;
        let left = pools.iter().find(|other| other.pool == *pool).map_or(0, CouponPool::left);
        Ok(CodesLoaded { added, repeated, left })
    }

    /// Every pool that has codes or that a document in force names, by name.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn coupon_pools(&self) -> Result<Vec<CouponPoolView>> {
        let mut views = self.promised_codes().await?;
        for head in self.inner.store.all_heads().await? {
            if matches!(head.state, ActivityState::Open | ActivityState::Paused) {
                let campaign = self.campaign(&head.activity_id, head.version).await?;
                self.add_winnable(&mut views, &head.activity_id, &campaign).await?;
            }
        }
        Ok(views.into_values().collect())
    }

    /// Every pool with what it owes already.
    async fn promised_codes(&self) -> Result<BTreeMap<Name, CouponPoolView>> {
        let mut views: BTreeMap<Name, CouponPoolView> = BTreeMap::new();
        for pool in self.inner.store.coupon_pools().await? {
            let view = CouponPoolView { promised: 0, can_still_be_won: Some(0), pool };
            views.insert(view.pool.pool.clone(), view);
        }
        for promises in self.inner.store.coupon_promises().await? {
            let campaign = self.campaign(&promises.activity_id, promises.version).await?;
            let rule = campaign.strategy.awards().iter().find(|rule| rule.award_id == promises.award_id);
            if let Some(pool) = rule.and_then(|rule| pool_of(&rule.prize)) {
                view_of(&mut views, pool).promised += promises.count;
            }
        }
        Ok(views)
    }

    /// One pool.
    ///
    /// # Errors
    /// A refusal where there is none of that name; a fault of the store.
    pub async fn coupon_pool(&self, pool: &Name) -> Result<CouponPoolView> {
        let views = self.coupon_pools().await?;
        let unknown = || Refusal::Unknown { what: "coupon pool", id: pool.to_string() };
        Ok(views.into_iter().find(|view| view.pool.pool == *pool).ok_or_else(unknown)?)
    }

    async fn add_winnable(
        &self,
        views: &mut BTreeMap<Name, CouponPoolView>,
        activity_id: &ActivityId,
        campaign: &Campaign,
    ) -> Result<()> {
        let coupons: Vec<_> = campaign
            .strategy
            .awards()
            .iter()
            .filter_map(|rule| pool_of(&rule.prize).map(|pool| (rule, pool)))
            .collect();
        if coupons.is_empty() {
            return Ok(());
        }
        // As often written back as anybody looks: counting rows would cost more than it tells.
        let notes = self.inner.store.stock_notes(activity_id).await?;
        for (rule, pool) in coupons {
            let item = StockItem::Award(rule.award_id.clone());
            let left = rule.stock.map(|stock| {
                let used = notes.iter().find(|note| note.item == item).map_or(0, |note| note.used);
                stock.saturating_sub(used)
            });
            let view = view_of(views, pool);
            view.can_still_be_won = view.can_still_be_won.zip(left).map(|(so_far, left)| so_far.saturating_add(left));
        }
        Ok(())
    }

    /// Sets the gauges of pools.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn measure_coupons(&self) -> Result<()> {
        for pool in self.inner.store.coupon_pools().await? {
            metrics::gauge!("big_market_coupon_codes_left", "pool" => pool.pool.to_string())
                .set(f64::from(u32::try_from(pool.left()).unwrap_or(u32::MAX)));
        }
        Ok(())
    }

    /// Warns of pools for whose codes winners wait.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn warn_of_short_pools(&self) -> Result<()> {
        for view in self.promised_codes().await?.into_values() {
            let (pool, left, promised) = (&view.pool.pool, view.pool.left(), view.promised);
            if promised > left {
                tracing::warn!(%pool, left, promised, "winners wait for codes of the coupon pool {pool}");
            }
        }
        Ok(())
    }
}

fn pool_of(prize: &Prize) -> Option<Name> {
    match prize {
        Prize::Coupon { pool } => Name::new(pool).ok(),
        _ => None,
    }
}

fn view_of(views: &mut BTreeMap<Name, CouponPoolView>, pool: Name) -> &mut CouponPoolView {
    views.entry(pool.clone()).or_insert_with(|| CouponPoolView {
        pool: CouponPool { pool, total: 0, taken: 0 },
        promised: 0,
        can_still_be_won: Some(0),
    })
}
