//! Rewarding behaviours: what users do earns draws and points, once for each business key.

use std::sync::Arc;

use super::App;
use super::draws::check_open;
use crate::domain::behaviour::{Behaviour, Rebate};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::{Day, Month, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState, Campaign};
use crate::domain::draw::{RechargeOrder, RechargeSource};
use crate::domain::id::{ActivityId, BehaviourId, BusinessKey, Name, RechargeOrderId, TransferId, UserId};
use crate::domain::refusal::{FieldFault, Refusal};
use crate::fault::{Fault, Result};
use crate::store::Page;
use crate::store::behaviours::{BehaviourFilter, BehavioursRecorded, EarnedPoints, NewBehaviour};

/// What a user did. Repeating it gives the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourReport {
    /// Who.
    pub user_id: UserId,
    /// What.
    pub behaviour: Name,
    /// Which time. Absent for a daily one: today.
    pub key: Option<BusinessKey>,
    /// Where it is rewarded. Absent: in every open activity that rewards it.
    pub activity_id: Option<ActivityId>,
}

/// What a report was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// In the order they were recorded.
    pub behaviours: Vec<BehaviourView>,
    /// Whether this is the answer of an earlier report.
    pub repeated: bool,
}

/// A recorded behaviour with what its version says it earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourView {
    /// The record.
    pub behaviour: Behaviour,
    /// What says so.
    pub rebate: Rebate,
}

/// A user's way through the days of a behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourCalendar {
    /// The month of the items.
    pub month: Month,
    /// The local day it is now.
    pub today: Day,
    /// What the current version gives.
    pub rebate: Rebate,
    /// Days in a row up to today, or up to yesterday while today is missing; 0 where both are, or where it is not daily.
    pub streak: u32,
    /// Whether today is done. Never where it is not daily.
    pub done_today: bool,
    /// Newest first.
    pub behaviours: Vec<BehaviourView>,
}

/// Times that a report is tried while days turn, versions change or another server records the same.
const TRIES_MAX: u32 = 8;

/// An activity that would reward the behaviour, with the key it would be recorded under.
struct Offer {
    head: ActivityHead,
    rebate: Rebate,
    day: Day,
    /// Nothing where the business must name one and did not.
    key: Option<BusinessKey>,
    points_expire_at: Option<Timestamp>,
}

impl Offer {
    fn of(head: &ActivityHead, campaign: &Campaign, report: &BehaviourReport, now: Timestamp) -> Option<Self> {
        let rebate = campaign.rebate(&report.behaviour)?.clone();
        let day = Day::at(now, campaign.time_zone);
        let key = report.key.clone().or_else(|| rebate.daily.then(|| key_of(day)));
        Some(Self { head: head.clone(), rebate, day, key, points_expire_at: campaign.points_expire_at(now) })
    }

    fn is_answered_by(&self, row: &Behaviour) -> bool {
        row.activity_id == self.head.activity_id && Some(&row.key) == self.key.as_ref()
    }

    /// What is wrong with the key, for this activity.
    fn fault(&self) -> Option<FieldFault> {
        let (behaviour, activity_id, day) = (&self.rebate.behaviour, &self.head.activity_id, self.day);
        let message = match &self.key {
            None => format!("is missing; {behaviour} is rewarded in activity {activity_id} once for each business_key"),
            Some(key) if self.rebate.daily && *key != key_of(day) => format!(
                "is not the day it is in activity {activity_id}, where {behaviour} is daily; send {day}, or leave it out"
            ),
            Some(_) => return None,
        };
        Some(FieldFault { field: "business_key".into(), message })
    }
}

impl App {
    /// Rewards a behaviour with all that open activities give for it, in one transaction.
    ///
    /// A repeat is answered by what the first report recorded. A daily behaviour without a named activity is also recorded
    /// where its day is not rewarded yet, such as in an activity whose day turned meanwhile.
    ///
    /// # Errors
    /// A refusal (nobody rewards it, activity unknown, paused, over or not begun, key missing or not today), or a fault after
    /// which nobody knows whether it was rewarded: a repeat tells.
    pub async fn report_behaviour(&self, report: BehaviourReport) -> Result<Reported> {
        for _ in 0..TRIES_MAX {
            if let Some(reported) = self.try_report(&report).await? {
                return Ok(reported);
            }
        }
        Err(Refusal::TryAgain.into())
    }

    /// Nothing where what was decided from has moved.
    async fn try_report(&self, report: &BehaviourReport) -> Result<Option<Reported>> {
        let now = self.inner.sources.now();
        let activities = match &report.activity_id {
            Some(activity_id) => vec![self.current(activity_id).await?],
            None => self.open_activities(now).await?,
        };
        let offers: Vec<_> =
            activities.iter().filter_map(|(head, campaign)| Offer::of(head, campaign, report, now)).collect();
        let mut keys: Vec<_> = report.key.iter().cloned().collect();
        keys.extend(offers.iter().filter_map(|offer| offer.key.clone()));
        keys.extend(offers.iter().filter(|offer| offer.rebate.daily).map(|offer| key_of(offer.day.yesterday())));
        let rows = self.inner.store.behaviours_with(&report.user_id, &report.behaviour, &keys).await?;
        if let Some(earlier) = earlier_answer(report, &offers, &rows) {
            return Ok(Some(Reported { behaviours: self.behaviour_views(earlier).await?, repeated: true }));
        }
        if let (Some(_), [(head, campaign)]) = (&report.activity_id, activities.as_slice()) {
            check_open(head.state, campaign, now)?;
        }
        if offers.is_empty() {
            return Err(Refusal::Unknown { what: "rewarded behaviour", id: report.behaviour.to_string() }.into());
        }
        let faults: Vec<_> = offers.iter().filter_map(Offer::fault).collect();
        if !faults.is_empty() {
            return Err(Refusal::InvalidRequest { faults }.into());
        }
        let missing: Vec<_> = offers.iter().filter(|offer| !rows.iter().any(|row| offer.is_answered_by(row))).collect();
        let new = self.new_behaviours(report, &missing, &rows, now);
        match self.inner.store.record_behaviours(&new).await? {
            BehavioursRecorded::Committed => {
                let behaviours = new.into_iter().map(|new| new.behaviour).collect();
                Ok(Some(Reported { behaviours: self.behaviour_views(behaviours).await?, repeated: false }))
            }
            BehavioursRecorded::Moved => Ok(None),
            BehavioursRecorded::Full => {
                let message = format!("{} holds as many draws as can be counted", report.user_id);
                Err(Refusal::Conflict { message }.into())
            }
        }
    }

    /// The heads and campaigns of all activities whose window holds `now` and that are open.
    pub(super) async fn open_activities(&self, now: Timestamp) -> Result<Vec<(ActivityHead, Arc<Campaign>)>> {
        let heads = self.inner.store.all_heads().await?;
        let mut open = Vec::new();
        for head in heads.into_iter().filter(|head| head.state == ActivityState::Open) {
            let campaign = self.campaign(&head.activity_id, head.version).await?;
            if check_open(head.state, &campaign, now).is_ok() {
                open.push((head, campaign));
            }
        }
        Ok(open)
    }

    fn new_behaviours(
        &self,
        report: &BehaviourReport,
        offers: &[&Offer],
        rows: &[Behaviour],
        now: Timestamp,
    ) -> Vec<NewBehaviour> {
        let ids = &self.inner.sources.ids;
        let bucket = Bucket::of(&report.user_id);
        let mut report_id = None;
        let behaviours = offers.iter().filter_map(|offer| {
            let behaviour_id = BehaviourId::from_ulid(ids.mint(bucket));
            if report.activity_id.is_none() {
                report_id.get_or_insert(behaviour_id);
            }
            let behaviour = Behaviour {
                behaviour_id,
                user_id: report.user_id.clone(),
                activity_id: offer.head.activity_id.clone(),
                version: offer.head.version,
                behaviour: report.behaviour.clone(),
                key: offer.key.clone()?,
                day: offer.day,
                streak: if offer.rebate.daily { streak_until(offer.day.yesterday(), offer, rows) + 1 } else { 0 },
                report_id,
                created_at: now,
            };
            Some(self.with_earnings(behaviour, offer))
        });
        behaviours.collect()
    }

    fn with_earnings(&self, behaviour: Behaviour, offer: &Offer) -> NewBehaviour {
        let ids = &self.inner.sources.ids;
        let bucket = Bucket::of(&behaviour.user_id);
        let (mut orders, mut credits) = (Vec::new(), Vec::new());
        for (part, earned) in (0..).zip(offer.rebate.earned(behaviour.streak)) {
            if let Some(draws) = &earned.earning.draws {
                orders.push(RechargeOrder {
                    recharge_order_id: RechargeOrderId::from_ulid(ids.mint(bucket)),
                    user_id: behaviour.user_id.clone(),
                    activity_id: behaviour.activity_id.clone(),
                    sku: draws.sku.clone(),
                    draws: draws.draws,
                    source: RechargeSource::Rebate { behaviour_id: behaviour.behaviour_id, part },
                    created_at: behaviour.created_at,
                });
            }
            if let Some(amount) = earned.earning.points {
                let transfer_id = TransferId::from_ulid(ids.mint(bucket));
                credits.push(EarnedPoints { transfer_id, amount, part, expires_at: offer.points_expire_at });
            }
        }
        NewBehaviour { behaviour, orders, credits }
    }

    async fn behaviour_views(&self, behaviours: Vec<Behaviour>) -> Result<Vec<BehaviourView>> {
        let mut views = Vec::with_capacity(behaviours.len());
        for behaviour in behaviours {
            views.push(self.behaviour_view(behaviour).await?);
        }
        Ok(views)
    }

    /// What was earned follows from the version that a record names, and so never changes.
    pub(super) async fn behaviour_view(&self, behaviour: Behaviour) -> Result<BehaviourView> {
        let campaign = self.campaign(&behaviour.activity_id, behaviour.version).await?;
        let rebate = campaign.rebate(&behaviour.behaviour).ok_or_else(|| Fault {
            doing: "find what a behaviour earned",
            cause: format!("version {} does not reward {}", behaviour.version, behaviour.behaviour).into(),
        })?;
        Ok(BehaviourView { rebate: rebate.clone(), behaviour })
    }

    /// A user's days of a behaviour in an activity: those of a month (without one: of this month), and the streak now.
    ///
    /// # Errors
    /// A refusal where the activity is unknown or does not reward the behaviour; a fault of the store.
    pub async fn behaviour_calendar(
        &self,
        (user_id, activity_id, behaviour): (&UserId, &ActivityId, &Name),
        month: Option<Month>,
        page: &Page<BehaviourId>,
    ) -> Result<BehaviourCalendar> {
        let (head, campaign) = self.current(activity_id).await?;
        let report = BehaviourReport {
            user_id: user_id.clone(),
            behaviour: behaviour.clone(),
            key: None,
            activity_id: Some(activity_id.clone()),
        };
        let offer = Offer::of(&head, &campaign, &report, self.inner.sources.now())
            .ok_or_else(|| Refusal::Unknown { what: "rewarded behaviour", id: behaviour.to_string() })?;
        let month = month.unwrap_or_else(|| offer.day.month());
        let filter = BehaviourFilter {
            user_id: user_id.clone(),
            activity_id: activity_id.clone(),
            behaviour: behaviour.clone(),
            month,
        };
        let rows = self.inner.store.behaviours_of(&filter, page).await?;
        let (mut streak, mut done_today) = (0, false);
        if offer.rebate.daily {
            let keys = [key_of(offer.day), key_of(offer.day.yesterday())];
            let near = self.inner.store.behaviours_with(user_id, behaviour, &keys).await?;
            streak = streak_until(offer.day, &offer, &near);
            done_today = near.iter().any(|row| offer.is_answered_by(row));
            if !done_today {
                streak = streak_until(offer.day.yesterday(), &offer, &near);
            }
        }
        let behaviours = self.behaviour_views(rows).await?;
        Ok(BehaviourCalendar { month, today: offer.day, rebate: offer.rebate, streak, done_today, behaviours })
    }
}

/// What an earlier report was answered with, if this one repeats it.
fn earlier_answer(report: &BehaviourReport, offers: &[Offer], rows: &[Behaviour]) -> Option<Vec<Behaviour>> {
    let is_key = |row: &Behaviour| Some(&row.key) == report.key.as_ref();
    let answers = |row: &&Behaviour| is_key(row) || offers.iter().any(|offer| offer.is_answered_by(row));
    if let Some(activity_id) = &report.activity_id {
        let row = rows.iter().filter(answers).find(|row| row.activity_id == *activity_id)?;
        return Some(vec![row.clone()]);
    }
    let together = |row: &Behaviour| {
        let report_id = row.report_id?;
        Some(rows.iter().filter(|other| other.report_id == Some(report_id)).cloned().collect())
    };
    // A key that the business chose belongs to one report, whichever activities opened or closed since.
    let by_key = rows.iter().find(|row| is_key(row) && row.streak == 0 && row.report_id.is_some());
    if let Some(row) = by_key {
        return together(row);
    }
    let is_missing = |offer: &Offer| !rows.iter().any(|row| offer.is_answered_by(row));
    if offers.iter().any(is_missing) {
        return None;
    }
    let answering: Vec<_> = rows.iter().filter(answers).cloned().collect();
    let newest = answering.iter().rev().find_map(together);
    newest.or_else(|| (!answering.is_empty()).then_some(answering))
}

/// Days in a row up to and with `day`; 0 where that day is missing.
fn streak_until(day: Day, offer: &Offer, rows: &[Behaviour]) -> u32 {
    let key = key_of(day);
    let row = rows.iter().find(|row| row.activity_id == offer.head.activity_id && row.key == key);
    row.map_or(0, |row| row.streak)
}

/// The business key of a daily behaviour.
fn key_of(day: Day) -> BusinessKey {
    BusinessKey::new(&day.to_string()).expect("a day is a short printable text")
}
