//! Rows to store: documents, grants and draws, made without the application.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use big_market::clock::{Chance, Clock, Ids};
use big_market::domain::audit::{Actor, AuditEntry, Change};
use big_market::domain::award::{AwardKind, PrizeValue};
use big_market::domain::bucket::Bucket;
use big_market::domain::calendar::{Day, Timestamp};
use big_market::domain::document::{AwardDocument, CampaignDocument, LimitsDocument, PrizeDocument};
use big_market::domain::draw::{Draw, Reason, RechargeOrder, RechargeSource};
use big_market::domain::id::{
    ActivityId, AuditId, AwardId, AwardRecordId, DrawId, OutboxId, RechargeOrderId, RequestId, SkuId, TransferId,
    UserId, Version, WorkflowId,
};
use big_market::domain::outbox::{AttemptOutcome, AttemptResult, Delivery};
use big_market::domain::points::Points;
use big_market::domain::quota::Quota;
use big_market::domain::roll::{DaySeed, Roll};
use big_market::domain::standing::Standing;
use big_market::domain::stock::{Epoch, StockItem, StockTotal};
use big_market::domain::strategy::Rule;
use big_market::domain::workflow::{NewWorkflow, WorkflowData};
use big_market::store::audit::AuditFilter;
use big_market::store::catalog::{Closing, NewVersion, Published};
use big_market::store::draws::{DrawGroup, Facts, FactsQuestion, NewDraw, NewRecharge, Recharged, Recorded};
use big_market::store::outbox::{Finish, Lease};
use big_market::store::{Page, Store};
use sha2::{Digest, Sha256};
use ulid::Ulid;

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        at(0)
    }
}

struct CountingChance(AtomicU64);

impl Chance for CountingChance {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        bytes.iter_mut().zip(Sha256::digest(number.to_be_bytes())).for_each(|(byte, chance)| *byte = chance);
    }
}

static IDS: LazyLock<Ids> = LazyLock::new(|| Ids::new(Arc::new(StandingClock), Arc::new(CountingChance(0.into()))));

/// So many seconds after noon of 2026-11-22, UTC.
pub fn at(seconds: i64) -> Timestamp {
    "2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap() + chrono::TimeDelta::seconds(seconds)
}

/// A change that somebody makes so many seconds after noon.
pub fn change(seconds: i64) -> Change {
    let audit_id = AuditId::from_ulid(mint(&user("operators")));
    Change { audit_id, actor: Actor::System("tests"), at: at(seconds) }
}

/// The records of changes, newest first, without the publications that a case begins with.
pub async fn noted(store: &Arc<dyn Store>) -> Vec<AuditEntry> {
    let mut entries = store.audit(&AuditFilter::default(), &Page { after: None, limit: 99 }).await.unwrap();
    entries.retain(|entry| entry.action != "campaign.publish");
    entries
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn user(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

pub fn activity(text: &str) -> ActivityId {
    ActivityId::new(text).unwrap()
}

pub fn request(text: &str) -> RequestId {
    RequestId::new(text).unwrap()
}

pub fn points(hundredths: i64) -> PrizeValue {
    PrizeValue::Points { amount: Points::from_hundredths(hundredths) }
}

pub fn award_item(id: &str) -> StockItem {
    StockItem::Award(AwardId::new(id).unwrap())
}

pub fn sku_item(id: &str) -> StockItem {
    StockItem::Sku(SkuId::new(id).unwrap())
}

/// A new id for something of the user's. Later ids are greater.
pub fn mint(user_id: &UserId) -> Ulid {
    IDS.mint(Bucket::of(user_id))
}

pub fn document(activity_id: &ActivityId, title: &str) -> CampaignDocument {
    CampaignDocument {
        activity: activity_id.to_string(),
        title: title.into(),
        description: String::new(),
        opens_at: "2026-11-01T00:00:00Z".into(),
        closes_at: "2026-12-11T00:00:00Z".into(),
        time_zone: "UTC".into(),
        strategy: String::new(),
        limits: LimitsDocument::default(),
        points_expire_after_days: None,
        awards: Vec::new(),
        tiers: Vec::new(),
        blacklist: None,
        skus: Vec::new(),
        rebates: Vec::new(),
        stages: Vec::new(),
    }
}

/// A document with so much stock, which closes an hour after [`at`]`(0)`.
pub fn new_version(activity_id: &ActivityId, title: &str, stock: &[(StockItem, u64)]) -> NewVersion {
    NewVersion {
        activity_id: activity_id.clone(),
        document: document(activity_id, title),
        source: None,
        closes_at: at(3_600),
        stock: stock.iter().map(|(item, total)| StockTotal { item: item.clone(), total: *total }).collect(),
        days: (day("2026-11-01"), day("2026-12-10")),
        last_seed: DaySeed([7; 32]),
        published_by: "tests".into(),
        change: change(0),
    }
}

/// The version with awards of which one user may win only so many.
pub fn limited(mut new: NewVersion, limits: &[(&str, u32)]) -> NewVersion {
    let award = |(id, per_user): &(&str, u32)| AwardDocument {
        per_user: Some(*per_user),
        ..award_document(id, PrizeDocument::Goods { claim_within_days: None })
    };
    new.document.awards = limits.iter().map(award).collect();
    new
}

/// The version with an award `other` of a code of this pool: what [`OpenActivity`] records coupons as.
pub fn with_coupons(mut new: NewVersion, pool: &str) -> NewVersion {
    new.document.awards.push(award_document("other", PrizeDocument::Coupon { pool: pool.into() }));
    new
}

fn award_document(id: &str, prize: PrizeDocument) -> AwardDocument {
    AwardDocument {
        id: id.into(),
        title: id.into(),
        weight: "0".into(),
        stock: None,
        unlock_after: 0,
        per_user: None,
        fallback: None,
        dispatch_after_seconds: 0,
        cost: None,
        prize,
    }
}

pub fn recharge(user_id: &UserId, activity_id: &ActivityId, request_id: &str, draws: u32) -> NewRecharge {
    NewRecharge {
        order: RechargeOrder {
            recharge_order_id: RechargeOrderId::from_ulid(mint(user_id)),
            user_id: user_id.clone(),
            activity_id: activity_id.clone(),
            sku: SkuId::new("pack").unwrap(),
            draws,
            source: RechargeSource::Request { request_id: request(request_id) },
            created_at: at(0),
        },
        epoch: Epoch(1),
    }
}

/// What an attempt gives back, with ids it may spend.
pub fn finish(delivery: &Delivery, outcome: AttemptOutcome) -> Finish {
    Finish {
        result: AttemptResult {
            outbox_id: delivery.outbox_id,
            lease: delivery.lease,
            award_record_id: delivery.award.award_record_id,
            began_at: at(1),
            outcome,
        },
        transfer_id: TransferId::from_ulid(mint(&delivery.award.user_id)),
        points_expire_at: None,
        recharge_order_id: RechargeOrderId::from_ulid(mint(&delivery.award.user_id)),
    }
}

/// A wish to close an activity: at once, or only if its window has ended by then.
pub fn closing(name: &str, if_ended_by: Option<i64>) -> Closing {
    let workflow = NewWorkflow {
        workflow_id: WorkflowId::from_ulid(mint(&user("operators"))),
        kind: "close_activity",
        subject: name.into(),
        bucket: None,
        step: "stop",
        data: WorkflowData::new(),
        run_at: Some(at(0)),
        started_at: at(0),
    };
    Closing { activity_id: activity(name), if_ended_by: if_ended_by.map(at), workflow }
}

/// An activity that is open, and the day its draws count in.
#[derive(Clone)]
pub struct OpenActivity {
    pub store: Arc<dyn Store>,
    pub activity_id: ActivityId,
    pub day: Day,
    pub epoch: Epoch,
}

impl OpenActivity {
    /// Publishes an activity that counts award `car` (10) and SKU `pack` (5).
    pub async fn publish(store: &Arc<dyn Store>, name: &str) -> Self {
        let stock = [(award_item("car"), 10), (sku_item("pack"), 5)];
        Self::publish_version(store, new_version(&activity(name), "first", &stock)).await
    }

    /// Publishes the first version of an activity.
    pub async fn publish_version(store: &Arc<dyn Store>, new: NewVersion) -> Self {
        let activity_id = new.activity_id.clone();
        assert_eq!(store.publish(&new).await.unwrap(), Published::Version(Version(1)));
        Self { store: store.clone(), activity_id, day: day("2026-11-22"), epoch: Epoch(1) }
    }

    pub async fn close(&self) {
        self.store.close_activity(&closing(self.activity_id.as_str(), None), &change(3_600)).await.unwrap();
    }

    pub fn on(&self, date: &str) -> Self {
        Self { day: day(date), ..self.clone() }
    }

    pub async fn grant(&self, user_id: &UserId, request_id: &str, draws: u32) {
        let new = NewRecharge { epoch: self.epoch, ..recharge(user_id, &self.activity_id, request_id, draws) };
        assert_eq!(self.store.record_recharges(&[new]).await.unwrap(), [Recharged::Committed]);
    }

    pub async fn facts(&self, user_id: &UserId, request_ids: &[&str]) -> Facts {
        let question = FactsQuestion {
            user_id: user_id.clone(),
            activity_id: self.activity_id.clone(),
            day: self.day,
            request_ids: request_ids.iter().map(|text| request(text)).collect(),
        };
        self.store.draw_facts(&[question]).await.unwrap().1.remove(0)
    }

    pub async fn quota(&self, user_id: &UserId) -> Quota {
        self.facts(user_id, &[]).await.quota
    }

    /// One request's draws that win `values`, decided from `quota`.
    pub fn group(&self, user_id: &UserId, request_id: &str, quota: Quota, values: &[PrizeValue]) -> DrawGroup {
        let draws = (0..).zip(values).map(|(index, value)| self.new_draw(user_id, request_id, (index, quota), value));
        DrawGroup {
            user_id: user_id.clone(),
            activity_id: self.activity_id.clone(),
            day: self.day,
            decided_from: quota,
            epoch: self.epoch,
            draws: draws.collect(),
        }
    }

    fn new_draw(
        &self,
        user_id: &UserId,
        request_id: &str,
        (index, quota): (u32, Quota),
        value: &PrizeValue,
    ) -> NewDraw {
        let award_id = AwardId::new(if value.kind() == AwardKind::Goods { "car" } else { "other" }).unwrap();
        let draw_id = DrawId::from_ulid(mint(user_id));
        let draw = Draw {
            draw_id,
            user_id: user_id.clone(),
            activity_id: self.activity_id.clone(),
            version: Version(1),
            request_id: request(request_id),
            index,
            drawn_at: at(0),
            day: self.day,
            used_before: quota.used + index,
            used_today_before: quota.used_today + index,
            standing: Standing::default(),
            roll: Roll(Sha256::digest(draw_id.to_string()).into()),
            reason: Reason { rule: Rule::Tier { at: 3 }, picked: award_id.clone(), out_of_stock: 0, fallback: None },
            award_id,
            value: value.clone(),
            award_record_id: AwardRecordId::from_ulid(mint(user_id)),
        };
        let outbox_id = (value.kind() != AwardKind::Nothing).then(|| OutboxId::from_ulid(mint(user_id)));
        NewDraw { draw, per_user: None, dispatch_at: at(0), outbox_id, wake_at: at(0) }
    }

    /// Records one request's draws from the account as it is.
    pub async fn draw(&self, user_id: &UserId, request_id: &str, values: &[PrizeValue]) -> Vec<NewDraw> {
        let group = self.group(user_id, request_id, self.quota(user_id).await, values);
        assert_eq!(self.record(&group).await, Recorded::Committed);
        group.draws
    }

    pub async fn record(&self, group: &DrawGroup) -> Recorded {
        self.store.record_draws(std::slice::from_ref(group)).await.unwrap().remove(0)
    }

    /// Grants a user one draw for each value and records it: one request, one award record and one entry each.
    pub async fn won(&self, user_id: &UserId, values: &[PrizeValue]) -> Vec<NewDraw> {
        self.grant(user_id, "grant", u32::try_from(values.len()).unwrap()).await;
        self.draw(user_id, "draw", values).await
    }
}

/// Leases the work of `draws` for a minute.
pub async fn lease(store: &Arc<dyn Store>, draws: &[NewDraw], now: Timestamp) -> Vec<Delivery> {
    let outbox_ids = draws.iter().filter_map(|new| new.outbox_id).collect();
    store.lease_outbox(&Lease { outbox_ids, now, until: now + chrono::TimeDelta::seconds(60) }).await.unwrap()
}
