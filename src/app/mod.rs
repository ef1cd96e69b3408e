//! What the product does: one verb per method, shared by HTTP, jobs and the command line.

mod behaviours;
mod campaigns;
mod catalog;
mod choose;
mod coupons;
mod cron;
mod deliveries;
mod draws;
mod goods;
mod guests;
mod jobs;
mod keys;
mod lane;
mod life;
mod lists;
mod open;
mod operations;
mod operators;
mod outside;
mod pace;
mod passwords;
mod points;
mod processes;
mod reads;
mod recalls;
mod recharges;
mod reconciliation;
mod redemptions;
mod sessions;
mod settlement;
mod shards;
mod stock;
mod stories;
mod tokens;
mod upkeep;
mod waker;
mod workflows;

use std::sync::Arc;

pub use behaviours::{BehaviourCalendar, BehaviourReport, BehaviourView, Reported};
pub use campaigns::{PublishedVersion, validate_campaign};
pub use coupons::{CodesLoaded, CouponPoolView};
pub use cron::ClaimedFire;
pub use deliveries::{Dispatched, Relayed};
pub use draws::{DrawRequest, Drawn};
pub use guests::GuestRules;
pub use jobs::{JobView, RecentFires};
pub use keys::NewApiKey;
pub use life::{ActivityLine, STOP, StateView};
pub use operators::OperatorChange;
pub use outside::{StagedDelivery, StagedEnd};
pub use pace::Pace;
pub use points::{HoldEndRequest, HoldRequest, Once, PointsExpired, ReversalRequest, TransferRequest};
pub use reads::{ActivityView, AwardView, Odds, QuotaView, StockView, TierView};
pub use recalls::RecallAnswer;
pub use recharges::{RechargeRequest, Recharged};
pub use reconciliation::{Finding, Report};
pub use redemptions::{Redeemed, RedemptionRequest};
pub use sessions::{SignedIn, csrf_fits, csrf_token};
pub use settlement::{SEAL, Unsettled, day_subject};
pub use stock::StockRepair;
pub use stories::{BehaviourTold, DrawTold, PassedOverAward, Told};
pub use tokens::looks_like_a_token;
pub use upkeep::Pruned;
pub use waker::DISPATCH_AWARDS;
pub use workflows::{Driver, RUN_WORKFLOWS};

pub use crate::dispatch::{Attempted, Stage};
pub use crate::store::Page;
pub use crate::store::audit::AuditFilter;
pub use crate::store::catalog::{Draft, DraftLine, StoredVersion};
pub use crate::store::moves::{OpenMove, ShardSummary};
pub use crate::store::workflows::WorkflowFilter;

use crate::clock::Sources;
use crate::config::Config;
use crate::dispatch::Channel;
use crate::domain::audit::{Actor, AuditEntry, Change};
use crate::domain::bucket::Bucket;
use crate::domain::id::{AuditId, UserId};
use crate::fault::Result;
use crate::queue::Queue;
use crate::stock::Stock;
use crate::store::Store;

/// The product. Cloning gives another handle to the same one; when the last handle is dropped its lanes end.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// What an [`App`] is put together from.
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// Time, chance and ids.
    pub sources: Sources,
    /// What we remember.
    pub store: Arc<dyn Store>,
    /// What we count fast.
    pub stock: Arc<dyn Stock>,
    /// Who wakes us.
    pub queue: Arc<dyn Queue>,
    /// Who delivers: one channel for each kind of award that can be delivered.
    pub channels: Vec<Arc<dyn Channel>>,
}

struct Inner {
    parts: Parts,
    catalog: catalog::Catalog,
    rebuilds: stock::Rebuilds,
    keys: keys::KeyCache,
    turns: passwords::Turns,
    strangers: sessions::Strangers,
    signing: tokens::Signing,
    draw_lanes: Vec<lane::Lane<draws::Waiting>>,
    wake_lane: lane::Lane<waker::Wake>,
}

impl std::ops::Deref for Inner {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl App {
    /// Puts an application together and starts its lanes. Needs a running tokio runtime.
    pub fn new(parts: Parts) -> Self {
        let inner = Arc::new_cyclic(|weak: &std::sync::Weak<Inner>| {
            let (draws, wakes) = (weak.clone(), weak.clone());
            let limits = lane::Limits {
                batch_max: parts.config.draws.batch_max,
                waiting_max: parts.config.draws.waiting_max,
                beside_min: draws::BESIDE_MIN,
            };
            // Each database has its own, so that one that hangs holds up nobody of another.
            let draw_lanes = (0..parts.store.shards()).map(|_| {
                let draws = draws.clone();
                lane::Lane::start(limits, move |batch| {
                    let inner = draws.upgrade();
                    async move {
                        match inner {
                            Some(inner) => Self { inner }.run_draw_batch(batch).await,
                            None => Vec::new(),
                        }
                    }
                })
            });
            let draw_lanes = draw_lanes.collect();
            let wake_lane = lane::Lane::start(waker::LIMITS, move |batch| {
                let inner = wakes.upgrade();
                async move {
                    if let Some(inner) = inner {
                        Self { inner }.push_wakes(batch).await;
                    }
                    Vec::new()
                }
            });
            Inner {
                parts,
                catalog: catalog::Catalog::default(),
                rebuilds: stock::Rebuilds::default(),
                keys: keys::KeyCache::default(),
                turns: passwords::Turns::default(),
                strangers: sessions::Strangers::default(),
                signing: tokens::Signing::default(),
                draw_lanes,
                wake_lane,
            }
        });
        Self { inner }
    }

    /// The settings it was put together with.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Time, chance and ids.
    pub fn sources(&self) -> &Sources {
        &self.inner.sources
    }

    /// A change that `actor` is about to make.
    pub(crate) fn change(&self, actor: &Actor) -> Change {
        let owner = UserId::new("operators").expect("a fixed valid id");
        let audit_id = AuditId::from_ulid(self.inner.sources.ids.mint(Bucket::of(&owner)));
        Change { audit_id, actor: actor.clone(), at: self.inner.sources.now() }
    }

    /// The queue that wakes its workers.
    pub fn queue(&self) -> &Arc<dyn Queue> {
        &self.inner.queue
    }

    /// Changes that people made, newest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn audit(&self, filter: &AuditFilter, page: &Page<AuditId>) -> Result<Vec<AuditEntry>> {
        Ok(self.inner.store.audit(filter, page).await?)
    }

    /// Closes stores and queue. Nothing works afterwards.
    pub async fn close(&self) {
        self.inner.queue.close().await;
        self.inner.store.close().await;
    }
}
