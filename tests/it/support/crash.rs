//! A process that dies at a chosen await, or meets a failure there: ports that pass everything on until then.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use big_market::domain::api_key::{ApiKey, ApiKeyHash};
use big_market::domain::audit::{AuditEntry, Change};
use big_market::domain::award::AwardRecord;
use big_market::domain::behaviour::Behaviour;
use big_market::domain::bucket::Bucket;
use big_market::domain::calendar::{Day, Timestamp};
use big_market::domain::campaign::{ActivityHead, ActivityState};
use big_market::domain::coupon::{CouponCode, CouponPool, CouponPromises};
use big_market::domain::cron::{CronFire, FireKey, JobState, ProposedFire};
use big_market::domain::document::CampaignDocument;
use big_market::domain::draw::{Draw, RechargeOrder};
use big_market::domain::goods::{ClaimableAward, GoodsClaim, GoodsState};
use big_market::domain::id::{
    ActivityId, ApiKeyId, AuditId, AwardRecordId, BehaviourId, BusinessKey, DrawId, HoldId, Name, OperatorId, OutboxId,
    ProcessId, RedemptionId, RequestId, TransferId, UserId, Version, WorkflowId,
};
use big_market::domain::ledger::{Entry, Hold, Holdings};
use big_market::domain::operator::{Lockout, Operator, OperatorName, Session, SessionHash};
use big_market::domain::outbox::{BulkRedrive, Delivery, OutboxEntry, OutboxState};
use big_market::domain::points::Points;
use big_market::domain::process::{Presence, SeenProcess};
use big_market::domain::reconcile::Violation;
use big_market::domain::redemption::RedemptionOrder;
use big_market::domain::roll::SeedChain;
use big_market::domain::settlement::{ActivityReport, ActivityTotals, DayFound, Settlement};
use big_market::domain::source::DocumentSource;
use big_market::domain::standing::{ListedUser, UserList};
use big_market::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch, ReturnedUnit, StockCounter, StockItem, StockTruth};
use big_market::domain::story::{DrawStory, TimelineFilter, TimelineItem};
use big_market::domain::user_token::TokenSecret;
use big_market::domain::workflow::{NewWorkflow, WorkflowMove, WorkflowRun};
use big_market::fault::Fault;
use big_market::stock::{Counted, Reservation, Stock};
use big_market::store::audit::{AuditFilter, AuditStore};
use big_market::store::behaviours::{BehaviourFilter, BehaviourStore, BehavioursRecorded, NewBehaviour};
use big_market::store::books::{ActivityLimits, BookStore};
use big_market::store::catalog::{
    CatalogStore, Closed, Closing, Draft, DraftDiscarded, DraftLine, NewVersion, Published, StateChanged, StoredVersion,
};
use big_market::store::coupons::CouponStore;
use big_market::store::cron::{Claimed, CronStore, FireClaim, FireEnd};
use big_market::store::draws::{
    DrawGroup, DrawStore, DrawWithAward, Facts, FactsQuestion, NewRecharge, Recharged, Recorded,
};
use big_market::store::goods::{Claimed as GoodsClaimed, GoodsStore, Shipped};
use big_market::store::jobs::{JobStore, Requested};
use big_market::store::keys::{KeyStore, Revoked};
use big_market::store::ledger::{
    Ended, Held, LedgerStore, Moved, NewHold, NewHoldEnd, NewReversal, NewTransfer, Reversed,
};
use big_market::store::lists::ListStore;
use big_market::store::moves::{BucketMoved, MoveStore, OpenMove, ShardSummary};
use big_market::store::operators::{
    Added, Attempt, NewOperator, NewPassword, NewSession, OperatorChanged, OperatorStore, OperatorWish,
};
use big_market::store::outbox::{BulkRedriven, DueQuestion, Finish, Lease, OutboxStore, Recall, Recalled, Redriven};
use big_market::store::processes::ProcessStore;
use big_market::store::redemptions::{
    NewRedemption, Redeemed, RedemptionReversal, RedemptionReversed, RedemptionStore,
};
use big_market::store::settlement::{DayQuestion, DayRows, Settled, SettlementStore, WhileQuestion};
use big_market::store::stock::{StockNote, StockStore, Turn};
use big_market::store::stories::StoryStore;
use big_market::store::tokens::TokenStore;
use big_market::store::users::UserStore;
use big_market::store::workflows::{Retried, Started, WorkflowFilter, WorkflowStore};
use big_market::store::{Page, Store, Stored};
use chrono::TimeDelta;
use futures::future::BoxFuture;
use tokio::sync::Notify;
use ulid::Ulid;

/// What happens at the chosen await.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfortune {
    /// The process dies: nothing in it ever goes on.
    Death,
    /// The call fails once, before or after it had its effect: the caller cannot know.
    Failure,
    /// Another process does something before this one goes on: see [`Crash::arm_rival`].
    Rival,
}

/// Counts awaits down to the one at which a misfortune happens.
#[derive(Default)]
pub struct Crash {
    armed: Mutex<Option<(i64, Misfortune)>>,
    rival: Mutex<Option<BoxFuture<'static, ()>>>,
    dead: AtomicBool,
    died: Notify,
}

impl Crash {
    /// Strikes at the `points`-th await from now, counting the moment before and the moment after each port call.
    pub fn arm(&self, points: i64, misfortune: Misfortune) {
        *self.armed.lock().unwrap() = Some((points, misfortune));
    }

    /// Lets another process do something at the `points`-th await from now, while this one waits there.
    pub fn arm_rival(&self, points: i64, deed: BoxFuture<'static, ()>) {
        *self.rival.lock().unwrap() = Some(deed);
        self.arm(points, Misfortune::Rival);
    }

    /// Lets it live on, unless it is dead.
    pub fn disarm(&self) {
        *self.armed.lock().unwrap() = None;
    }

    /// Whether the misfortune has struck since it was armed.
    pub fn has_struck(&self) -> bool {
        self.armed.lock().unwrap().is_none()
    }

    /// Returns when the process dies.
    pub async fn died(&self) {
        loop {
            let died = self.died.notified();
            if self.dead.load(Ordering::SeqCst) {
                return;
            }
            died.await;
        }
    }

    fn strikes(&self) -> Option<Misfortune> {
        let mut armed = self.armed.lock().unwrap();
        let (points, misfortune) = armed.as_mut()?;
        *points -= 1;
        let strikes = (*points <= 0).then_some(*misfortune);
        if strikes.is_some() {
            *armed = None;
        }
        strikes
    }

    /// One await at which misfortune may strike. A dead process never goes on.
    pub async fn point(&self) -> Result<(), Fault> {
        match self.strikes() {
            Some(Misfortune::Death) => {
                self.dead.store(true, Ordering::SeqCst);
                self.died.notify_waiters();
            }
            Some(Misfortune::Failure) => return Err(Fault { doing: "reach a store", cause: "bad luck".into() }),
            Some(Misfortune::Rival) => {
                let deed = self.rival.lock().unwrap().take();
                if let Some(deed) = deed {
                    deed.await;
                }
            }
            None => {}
        }
        if self.dead.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

/// A store within a process that can die.
pub struct MortalStore {
    /// What is remembered, and outlives the process.
    pub store: Arc<dyn Store>,
    /// When it dies.
    pub crash: Arc<Crash>,
}

/// Counters seen from a process that can die.
pub struct MortalStock {
    /// What is counted.
    pub stock: Arc<dyn Stock>,
    /// When it dies.
    pub crash: Arc<Crash>,
}

macro_rules! mortal {
    ($name:ident.$inner:ident: $port:ty { $(fn $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $port for $name {
            $(async fn $method(&self, $($argument: $type),*) -> $answer {
                self.crash.point().await?;
                let answer = self.$inner.$method($($argument),*).await;
                self.crash.point().await?;
                answer
            })*
        }
    };
}

mortal!(MortalStore.store: CatalogStore {
    fn publish(new: &NewVersion) -> Stored<Published>;
    fn heads(activity_ids: &[ActivityId]) -> Stored<Vec<ActivityHead>>;
    fn all_heads() -> Stored<Vec<ActivityHead>>;
    fn version(activity_id: &ActivityId, version: Version) -> Stored<Option<StoredVersion>>;
    fn versions(activity_id: &ActivityId) -> Stored<Vec<StoredVersion>>;
    fn drafts(page: &Page<ActivityId>) -> Stored<Vec<DraftLine>>;
    fn save_draft(activity_id: &ActivityId, document: &CampaignDocument, source: Option<&DocumentSource>, change: &Change) -> Stored<Draft>;
    fn discard_draft(activity_id: &ActivityId, seen: Option<&str>, change: &Change) -> Stored<DraftDiscarded>;
    fn draft(activity_id: &ActivityId) -> Stored<Option<Draft>>;
    fn seed_chains(activity_id: &ActivityId) -> Stored<Vec<SeedChain>>;
    fn reveal_seeds(activity_id: &ActivityId, before: Day) -> Stored<Day>;
    fn secret_from(activity_id: &ActivityId) -> Stored<Option<Day>>;
    fn change_state(activity_id: &ActivityId, wanted: ActivityState, change: &Change) -> Stored<StateChanged>;
    fn close_activity(closing: &Closing, change: &Change) -> Stored<Closed>;
    fn reopen_activity(activity_id: &ActivityId, closed_by: WorkflowId, change: &Change) -> Stored<bool>;
    fn ended_activities(now: Timestamp) -> Stored<Vec<ActivityId>>;
    fn staged_activities(channel: &str, source: &str) -> Stored<Vec<(ActivityHead, Timestamp)>>;
    fn align_catalog() -> Stored<u64>;
});
mortal!(MortalStore.store: DrawStore {
    fn draw_facts(questions: &[FactsQuestion]) -> Stored<(Vec<ActivityHead>, Vec<Facts>)>;
    fn record_draws(groups: &[DrawGroup]) -> Stored<Vec<Recorded>>;
    fn record_recharges(recharges: &[NewRecharge]) -> Stored<Vec<Recharged>>;
    fn recharge_of(user_id: &UserId, activity_id: &ActivityId, request_id: &RequestId) -> Stored<Option<RechargeOrder>>;
    fn draw(draw_id: DrawId) -> Stored<Option<DrawWithAward>>;
    fn draws_of(user_id: &UserId, page: &Page<DrawId>) -> Stored<Vec<DrawWithAward>>;
    fn latest_wins(activity_id: &ActivityId, limit: u32) -> Stored<Vec<Draw>>;
    fn awards_of(user_id: &UserId, page: &Page<AwardRecordId>) -> Stored<Vec<AwardRecord>>;
});
mortal!(MortalStore.store: BehaviourStore {
    fn behaviours_with(user_id: &UserId, behaviour: &Name, keys: &[BusinessKey]) -> Stored<Vec<Behaviour>>;
    fn record_behaviours(new: &[NewBehaviour]) -> Stored<BehavioursRecorded>;
    fn behaviours_of(filter: &BehaviourFilter, page: &Page<BehaviourId>) -> Stored<Vec<Behaviour>>;
});
mortal!(MortalStore.store: RedemptionStore {
    fn record_redemption(new: &NewRedemption) -> Stored<Redeemed>;
    fn reverse_redemption(new: &RedemptionReversal) -> Stored<RedemptionReversed>;
    fn redemption_of(user_id: &UserId, request_id: &RequestId) -> Stored<Option<RedemptionOrder>>;
    fn redemption(redemption_id: RedemptionId) -> Stored<Option<RedemptionOrder>>;
    fn redemptions_of(user_id: &UserId, page: &Page<RedemptionId>) -> Stored<Vec<RedemptionOrder>>;
});
mortal!(MortalStore.store: MoveStore {
    fn shard_summaries() -> Stored<Vec<ShardSummary>>;
    fn open_moves() -> Stored<Vec<OpenMove>>;
    fn prepare_moves() -> Stored<()>;
    fn finish_moves() -> Stored<()>;
    fn move_bucket(bucket: Bucket, to: usize, change: &Change) -> Stored<BucketMoved>;
});
mortal!(MortalStore.store: StockStore {
    fn stock_epoch(activity_id: &ActivityId) -> Stored<Option<Epoch>>;
    fn rebuild_turn(activity_id: &ActivityId) -> Stored<Turn>;
    fn raise_epoch(activity_id: &ActivityId, seen: Epoch) -> Stored<Option<Epoch>>;
    fn stock_truth(activity_id: &ActivityId) -> Stored<Vec<StockTruth>>;
    fn end_claims(claims: &[Claim], now: Timestamp) -> Stored<Vec<ClaimEnd>>;
    fn note_stock(activity_id: &ActivityId, used: &[(StockItem, u64)], now: Timestamp) -> Stored<()>;
    fn stock_notes(activity_id: &ActivityId) -> Stored<Vec<StockNote>>;
});
mortal!(MortalStore.store: OutboxStore {
    fn due_outbox(question: &DueQuestion) -> Stored<Vec<OutboxId>>;
    fn lease_outbox(lease: &Lease) -> Stored<Vec<Delivery>>;
    fn mark_dispatched(deliveries: &[Delivery]) -> Stored<Vec<AwardRecordId>>;
    fn finish_attempts(finishes: &[Finish], now: Timestamp) -> Stored<()>;
    fn outbox(state: Option<OutboxState>, page: &Page<OutboxId>) -> Stored<Vec<OutboxEntry>>;
    fn redrive(outbox_id: OutboxId, change: &Change) -> Stored<Redriven>;
    fn redrive_dead(wish: &BulkRedrive, change: &Change) -> Stored<BulkRedriven>;
    fn recall(recall: &Recall, change: &Change) -> Stored<Recalled>;
    fn recall_released(outbox_id: OutboxId, lease: u32, now: Timestamp) -> Stored<Option<ReturnedUnit>>;
    fn outbox_counts() -> Stored<Vec<(OutboxState, u64)>>;
    fn prune_outbox(before: Timestamp, buckets: &Range<u16>, limit: u32) -> Stored<u64>;
    fn prune_attempts(before: Timestamp, limit: u32) -> Stored<u64>;
});
mortal!(MortalStore.store: LedgerStore {
    fn points(user_id: &UserId) -> Stored<Points>;
    fn holdings(user_id: &UserId, lots_max: u32) -> Stored<Holdings>;
    fn entries(user_id: &UserId, page: &Page<TransferId>) -> Stored<Vec<Entry>>;
    fn earn(new: &NewTransfer, expires_at: Option<Timestamp>) -> Stored<Moved>;
    fn spend(new: &NewTransfer) -> Stored<Moved>;
    fn reverse(new: &NewReversal) -> Stored<Reversed>;
    fn hold(new: &NewHold) -> Stored<Held>;
    fn hold_of(user_id: &UserId, hold_id: HoldId) -> Stored<Option<Hold>>;
    fn end_hold(new: &NewHoldEnd) -> Stored<Ended>;
    fn due_lots(now: Timestamp, limit: u32) -> Stored<Vec<TransferId>>;
    fn expire_lots(lots: &[(TransferId, TransferId)], now: Timestamp) -> Stored<u64>;
    fn overdue_holds(now: Timestamp, limit: u32) -> Stored<Vec<HoldId>>;
    fn release_overdue(holds: &[(HoldId, TransferId)], now: Timestamp) -> Stored<u64>;
});
mortal!(MortalStore.store: CronStore {
    fn propose_fires(fires: &[ProposedFire]) -> Stored<()>;
    fn last_fires(jobs: &[&str], now: Timestamp) -> Stored<Vec<(String, Timestamp)>>;
    fn claim_fire(claim: &FireClaim) -> Stored<Claimed>;
    fn renew_claim(claim: &FireClaim) -> Stored<bool>;
    fn release_claims(latest: Timestamp) -> Stored<u64>;
    fn end_fire(end: &FireEnd) -> Stored<()>;
    fn open_fires(now: Timestamp, limit: u32) -> Stored<Vec<FireKey>>;
    fn fires(job: Option<&str>, before: Option<Timestamp>, limit: u32) -> Stored<Vec<CronFire>>;
    fn fire(job: &str, due_at: Timestamp) -> Stored<Option<CronFire>>;
    fn running_fires() -> Stored<Vec<CronFire>>;
    fn prune_fires(before: Timestamp, limit: u32) -> Stored<u64>;
});
mortal!(MortalStore.store: JobStore {
    fn job_states() -> Stored<Vec<JobState>>;
    fn pause_job(job: &str, change: &Change) -> Stored<()>;
    fn resume_job(job: &str, change: &Change) -> Stored<()>;
    fn request_fire(job: &str, parts: u16, change: &Change) -> Stored<Requested>;
});
mortal!(MortalStore.store: ProcessStore {
    fn note_process(presence: &Presence) -> Stored<()>;
    fn stop_process(process_id: ProcessId) -> Stored<()>;
    fn processes(alive_within: TimeDelta, limit: u32) -> Stored<Vec<SeenProcess>>;
    fn prune_processes(unseen_for: TimeDelta, limit: u32) -> Stored<u64>;
});
mortal!(MortalStore.store: UserStore {
    fn users(prefix: &str, page: &Page<UserId>) -> Stored<Vec<UserId>>;
});
mortal!(MortalStore.store: KeyStore {
    fn save_api_key(key: &ApiKey, hash: ApiKeyHash, change: &Change) -> Stored<()>;
    fn revoke_api_key(api_key_id: ApiKeyId, change: &Change) -> Stored<Revoked>;
    fn api_key(hash: ApiKeyHash) -> Stored<Option<ApiKey>>;
    fn api_keys() -> Stored<Vec<ApiKey>>;
});
mortal!(MortalStore.store: CouponStore {
    fn add_codes(pool: &Name, codes: &[CouponCode], now: Timestamp) -> Stored<u64>;
    fn note_codes_loaded(pool: &Name, added: u64, repeated: u64, change: &Change) -> Stored<()>;
    fn take_code(pool: &Name, award_record_id: AwardRecordId, now: Timestamp) -> Stored<Option<CouponCode>>;
    fn put_back_codes(award_record_ids: &[AwardRecordId]) -> Stored<u64>;
    fn recalled_with_code(limit: u32) -> Stored<Vec<AwardRecordId>>;
    fn coupon_pools() -> Stored<Vec<CouponPool>>;
    fn coupon_promises() -> Stored<Vec<CouponPromises>>;
});
mortal!(MortalStore.store: GoodsStore {
    fn claimable_award(award_record_id: AwardRecordId) -> Stored<Option<ClaimableAward>>;
    fn goods_claims(award_record_ids: &[AwardRecordId]) -> Stored<Vec<GoodsClaim>>;
    fn claim_goods(claim: &GoodsClaim) -> Stored<GoodsClaimed>;
    fn ship_goods(award_record_id: AwardRecordId, tracking: &str, change: &Change) -> Stored<Shipped>;
    fn goods(state: GoodsState, page: &Page<AwardRecordId>) -> Stored<Vec<ClaimableAward>>;
    fn recall_unclaimed(leases: &[(OutboxId, u32)], reason: &str, now: Timestamp) -> Stored<Vec<ReturnedUnit>>;
});
mortal!(MortalStore.store: AuditStore {
    fn audit(filter: &AuditFilter, page: &Page<AuditId>) -> Stored<Vec<AuditEntry>>;
});
mortal!(MortalStore.store: OperatorStore {
    fn add_operator(new: &NewOperator, change: &Change) -> Stored<Added>;
    fn operators() -> Stored<Vec<Operator>>;
    fn operator(operator_id: OperatorId) -> Stored<Option<Operator>>;
    fn change_operator(operator_id: OperatorId, wish: &OperatorWish, change: &Change) -> Stored<OperatorChanged>;
    fn begin_attempt(name: &OperatorName, lockout: &Lockout, change: &Change) -> Stored<Attempt>;
    fn begin_session(new: &NewSession, change: &Change) -> Stored<bool>;
    fn session(hash: SessionHash, now: Timestamp, idle_since: Timestamp) -> Stored<Option<Session>>;
    fn touch_session(hash: SessionHash, now: Timestamp) -> Stored<()>;
    fn end_session(hash: SessionHash, change: &Change) -> Stored<()>;
    fn replace_password(new: &NewPassword, change: &Change) -> Stored<bool>;
});
mortal!(MortalStore.store: TokenStore {
    fn token_secret(fresh: &TokenSecret, now: Timestamp) -> Stored<TokenSecret>;
});
mortal!(MortalStore.store: ListStore {
    fn put_on_list(listed: &ListedUser, change: &Change) -> Stored<ListedUser>;
    fn take_off_list(activity_id: &ActivityId, user_id: &UserId, list: UserList, change: &Change) -> Stored<bool>;
    fn listed(activity_id: &ActivityId, list: UserList, page: &Page<UserId>) -> Stored<Vec<ListedUser>>;
});
mortal!(MortalStore.store: StoryStore {
    fn draw_story(draw_id: DrawId) -> Stored<Option<DrawStory>>;
    fn timeline(user_id: &UserId, filter: &TimelineFilter, page: &Page<Ulid>) -> Stored<Vec<TimelineItem>>;
});
mortal!(MortalStore.store: SettlementStore {
    fn seal_days(activity_id: &ActivityId, before: Day) -> Stored<Day>;
    fn unsettled_days(activity_id: &ActivityId, days: &[Day]) -> Stored<Vec<Day>>;
    fn drawn_days(activity_id: &ActivityId) -> Stored<Option<(Day, Day)>>;
    fn day_rows(question: &DayQuestion) -> Stored<DayRows>;
    fn draws_of_day(activity_id: &ActivityId, day: Day, after: Option<DrawId>, limit: u32) -> Stored<Vec<Draw>>;
    fn day_differences(activity_id: &ActivityId, day: Day, limit: u32) -> Stored<Vec<Violation>>;
    fn settle_day(found: &DayFound, change: &Change) -> Stored<Settled>;
    fn settlement(activity_id: &ActivityId, day: Day) -> Stored<Option<Settlement>>;
    fn settlements(activity_id: &ActivityId, page: &Page<Day>) -> Stored<Vec<Settlement>>;
    fn activity_totals(activity_id: &ActivityId) -> Stored<ActivityTotals>;
    fn draws_within(question: &WhileQuestion) -> Stored<u64>;
    fn settle_activity(activity_id: &ActivityId, report: &ActivityReport, now: Timestamp) -> Stored<bool>;
    fn activity_report(activity_id: &ActivityId) -> Stored<Option<(ActivityReport, Timestamp)>>;
});
mortal!(MortalStore.store: WorkflowStore {
    fn start_workflow(new: &NewWorkflow) -> Stored<Started>;
    fn take_workflow(now: Timestamp, until: Timestamp) -> Stored<Option<WorkflowRun>>;
    fn move_workflow(to: &WorkflowMove) -> Stored<Option<WorkflowRun>>;
    fn workflow(workflow_id: WorkflowId) -> Stored<Option<WorkflowRun>>;
    fn last_workflow(kind: &str, subject: &str) -> Stored<Option<WorkflowRun>>;
    fn workflows(filter: &WorkflowFilter, page: &Page<WorkflowId>) -> Stored<Vec<WorkflowRun>>;
    fn retry_workflow(workflow_id: WorkflowId, change: &Change) -> Stored<Retried>;
    fn workflow_counts(now: Timestamp) -> Stored<(u64, u64)>;
    fn prune_workflows(before: Timestamp, limit: u32) -> Stored<u64>;
});
mortal!(MortalStore.store: BookStore {
    fn oversold_items(limit: u32) -> Stored<Vec<Violation>>;
    fn quota_violations(limit: u32) -> Stored<Vec<Violation>>;
    fn win_violations(limit: u32) -> Stored<Vec<Violation>>;
    fn ledger_violations(limit: u32) -> Stored<Vec<Violation>>;
    fn award_violations(limit: u32) -> Stored<Vec<Violation>>;
    fn code_violations(swept_before: Timestamp, limit: u32) -> Stored<Vec<Violation>>;
    fn goods_violations(limit: u32) -> Stored<Vec<Violation>>;
    fn redemption_violations(limit: u32) -> Stored<Vec<Violation>>;
    fn rebate_violations(limit: u32) -> Stored<Vec<Violation>>;
    fn outbox_violations(overdue_before: Timestamp, limit: u32) -> Stored<Vec<Violation>>;
    fn different_settlements(limit: u32) -> Stored<Vec<Violation>>;
    fn draws_after(after: Option<DrawId>, limit: u32) -> Stored<Vec<Draw>>;
    fn activity_limits() -> Stored<Vec<ActivityLimits>>;
    fn limit_violations(limits: &ActivityLimits, limit: u32) -> Stored<Vec<Violation>>;
});

#[async_trait]
impl Store for MortalStore {
    async fn migrate(&self) -> Stored<()> {
        self.store.migrate().await
    }
    async fn ping(&self) -> Stored<()> {
        self.store.ping().await
    }
    async fn close(&self) {}
}

mortal!(MortalStock.stock: Stock {
    fn reserve(activity_id: &ActivityId, epoch: Epoch, reservations: &[Reservation], now: Timestamp)
        -> Result<Counted<Vec<Option<usize>>>, Fault>;
    fn settle(activity_id: &ActivityId, epoch: Epoch, ends: &[(ClaimId, ClaimEnd)]) -> Result<Counted<()>, Fault>;
    fn give_back(activity_id: &ActivityId, epoch: Epoch, units: &[(ClaimId, StockItem)])
        -> Result<Counted<()>, Fault>;
    fn open_claims(activity_id: &ActivityId, epoch: Epoch, before: Timestamp, limit: usize)
        -> Result<Counted<Vec<Claim>>, Fault>;
    fn counters(activity_id: &ActivityId, epoch: Epoch) -> Result<Counted<Vec<StockCounter>>, Fault>;
    fn fill(activity_id: &ActivityId, epoch: Epoch, truth: &[StockTruth]) -> Result<Counted<()>, Fault>;
});
