//! A draw: facts, decide, reserve, record, settle, wake. Many users' draws share each step.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::join_all;
use tokio::sync::oneshot;

use super::App;
use super::choose::{DecidedDraw, DrawerGroup, PlannedDraw};
use super::lane::Freight;
use crate::domain::award::PrizeValue;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::campaign::{ActivityHead, ActivityState, Campaign};
use crate::domain::draw::{Draw, Reason};
use crate::domain::id::{ActivityId, AwardRecordId, DrawId, OutboxId, RequestId, UserId};
use crate::domain::quota::Quota;
use crate::domain::refusal::Refusal;
use crate::domain::roll::{DaySeed, Roll, RollKey};
use crate::domain::standing::UserList;
use crate::domain::stock::{ClaimEnd, ClaimId};
use crate::fault::{Error, Fault, Result};
use crate::store::draws::{DrawGroup, Facts, FactsQuestion, NewDraw, Recorded};

/// A wish to draw. Repeating it gives the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawRequest {
    /// Where.
    pub activity_id: ActivityId,
    /// Who.
    pub user_id: UserId,
    /// The caller's idempotency key.
    pub request_id: RequestId,
    /// How many, 1 to [`crate::domain::draw::DRAWS_PER_REQUEST_MAX`]; all or none.
    pub count: u32,
}

/// The draws of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// In the order they were made.
    pub draws: Vec<Draw>,
    /// Whether this is the answer of an earlier request with the same key.
    pub repeated: bool,
}

/// Times that a request is tried whose facts moved or whose stock went stale, before it is sent away.
const TRIES_MAX: u32 = 8;
/// Draws that must wait for a batch to begin beside another: in one of so many, what a batch costs by itself is a small part.
pub(super) const BESIDE_MIN: usize = 64;
/// How long the wake-up after a commit may take before the relay looks for the work itself.
const WAKE_GRACE: TimeDelta = TimeDelta::seconds(5);

/// A request in the lane, with where its answer goes.
pub(super) struct Waiting {
    request: DrawRequest,
    answer: oneshot::Sender<Result<Drawn>>,
    /// Batches it was part of.
    tries: u32,
}

impl Freight for Waiting {
    /// Nothing is decided from facts that another batch changes.
    type Key = UserId;

    fn weight(&self) -> usize {
        self.request.count as usize
    }

    fn key(&self) -> UserId {
        self.request.user_id.clone()
    }
}

impl Waiting {
    fn drawer(&self) -> (UserId, ActivityId) {
        (self.request.user_id.clone(), self.request.activity_id.clone())
    }

    fn answer(self, answer: Result<Drawn>) {
        // A caller that went away does not need its answer: it is recorded, and a repeat gets it.
        drop(self.answer.send(answer));
    }
}

/// What is known of an activity while a batch is decided.
pub(super) struct Known {
    pub(super) head: ActivityHead,
    pub(super) campaign: Arc<Campaign>,
    day: Day,
    seed: DaySeed,
}

impl App {
    /// Draws. Joins the lane, and gives the answer once it is recorded.
    ///
    /// # Errors
    /// A refusal (unknown or closed activity, blocked user, no quota, key reused for another count, too busy), or a fault after which
    /// nobody knows whether the draw was recorded: a repeat with the same key tells, and cannot change the roll.
    pub async fn draw(&self, request: DrawRequest) -> Result<Drawn> {
        let (answer, answered) = oneshot::channel();
        let shard = self.inner.store.shard_of(&request.user_id);
        self.inner.draw_lanes[shard].offer(Waiting { request, answer, tries: 0 }).map_err(|_| Refusal::TryAgain)?;
        answered.await.unwrap_or_else(|_| {
            let cause = "the batch ended without an answer".into();
            Err(Fault { doing: "draw", cause }.into())
        })
    }

    /// Tries a batch, and gives back what is to be tried again, together with what has come in by then.
    pub(super) async fn run_draw_batch(&self, batch: Vec<Waiting>) -> Vec<Waiting> {
        let mut again = self.try_draw_batch(batch).await;
        for waiting in &mut again {
            waiting.tries += 1;
        }
        for waiting in again.extract_if(.., |waiting| waiting.tries >= TRIES_MAX) {
            waiting.answer(Err(Refusal::TryAgain.into()));
        }
        again
    }

    /// One pass over the six steps. Answers what it can and gives back the requests to try again.
    async fn try_draw_batch(&self, batch: Vec<Waiting>) -> Vec<Waiting> {
        let now = self.inner.sources.now();
        let (known, batch) = self.know_activities(batch, now).await;
        let (known, facts, batch) = match self.read_facts(known, &batch, now).await {
            Ok((known, facts)) => (known, facts, batch),
            Err(error) => return refuse_all(batch, &error),
        };
        let mut again = Vec::new();
        let planned = self.plan_batch(batch, &known, facts, now, &mut again);
        let decided = self.choose_batch(planned, &known, now, &mut again).await;
        if !decided.is_empty() {
            self.record_batch(decided, &known, now, &mut again).await;
        }
        again
    }

    /// The current campaign, day and seed of every activity of the batch, as far as last seen. Refuses unknown ones.
    async fn know_activities(&self, batch: Vec<Waiting>, now: Timestamp) -> (HashMap<ActivityId, Known>, Vec<Waiting>) {
        let activity_ids: BTreeSet<_> = batch.iter().map(|waiting| waiting.request.activity_id.clone()).collect();
        let mut known = HashMap::new();
        let mut refused: HashMap<ActivityId, Error> = HashMap::new();
        for activity_id in activity_ids {
            match self.know(&activity_id, now).await {
                Ok(activity) => {
                    known.insert(activity_id, activity);
                }
                Err(error) => {
                    log_fault(&error, &format!("draws of activity {activity_id} got no answer"));
                    refused.insert(activity_id, error);
                }
            }
        }
        let mut rest = Vec::with_capacity(batch.len());
        for waiting in batch {
            match refused.get(&waiting.request.activity_id) {
                Some(error) => waiting.answer(Err(copy_of(error))),
                None => rest.push(waiting),
            }
        }
        (known, rest)
    }

    async fn know(&self, activity_id: &ActivityId, now: Timestamp) -> Result<Known> {
        let head = match self.inner.catalog.last_head(activity_id) {
            Some(head) => head,
            None => self.current(activity_id).await?.0,
        };
        self.know_head(head, now).await
    }

    async fn know_head(&self, head: ActivityHead, now: Timestamp) -> Result<Known> {
        let campaign = self.campaign(&head.activity_id, head.version).await?;
        // Outside the window nothing is decided, and no chain need cover the day.
        let within = now.clamp(campaign.opens_at, campaign.closes_at - TimeDelta::milliseconds(1));
        let day = Day::at(within, campaign.time_zone);
        let seed = self.day_seed(&head.activity_id, day).await?;
        Ok(Known { head, campaign, day, seed })
    }

    /// Step 1. One read for all: earlier results, accounts, and the heads as they are now.
    async fn read_facts(
        &self,
        mut known: HashMap<ActivityId, Known>,
        batch: &[Waiting],
        now: Timestamp,
    ) -> Result<(HashMap<ActivityId, Known>, HashMap<(UserId, ActivityId), (Day, Facts)>)> {
        let mut requests: BTreeMap<(UserId, ActivityId), BTreeSet<RequestId>> = BTreeMap::new();
        for waiting in batch {
            requests.entry(waiting.drawer()).or_default().insert(waiting.request.request_id.clone());
        }
        let questions: Vec<_> = requests
            .into_iter()
            .map(|((user_id, activity_id), request_ids)| FactsQuestion {
                day: known[&activity_id].day,
                user_id,
                activity_id,
                request_ids: request_ids.into_iter().collect(),
            })
            .collect();
        if questions.is_empty() {
            return Ok((known, HashMap::new()));
        }
        let (heads, facts) = self.inner.store.draw_facts(&questions).await?;
        self.inner.catalog.saw(&heads);
        for head in heads {
            if known.get(&head.activity_id).is_some_and(|known| known.head != head) {
                known.insert(head.activity_id.clone(), self.know_head(head, now).await?);
            }
        }
        let facts = questions
            .into_iter()
            .zip(facts)
            .map(|(question, facts)| ((question.user_id, question.activity_id), (question.day, facts)))
            .collect();
        Ok((known, facts))
    }

    /// Before step 2. User by user, in order of arrival: answers what needs no draw, and plans the draws of the rest. A request
    /// sees the draws planned before it.
    fn plan_batch(
        &self,
        batch: Vec<Waiting>,
        known: &HashMap<ActivityId, Known>,
        mut facts: HashMap<(UserId, ActivityId), (Day, Facts)>,
        now: Timestamp,
        again: &mut Vec<Waiting>,
    ) -> Vec<DrawerGroup> {
        let mut groups: BTreeMap<(UserId, ActivityId), DrawerGroup> = BTreeMap::new();
        for waiting in batch {
            let key = waiting.drawer();
            let known = &known[&key.1];
            let Some((day, facts)) = facts.get_mut(&key) else { continue };
            if *day != known.day {
                // A new version has another time zone, or midnight passed: the facts are of another day.
                again.push(waiting);
                continue;
            }
            let group =
                groups.entry(key.clone()).or_insert_with(|| DrawerGroup::new(key, facts.quota, facts.standing.clone()));
            if group.requests.iter().any(|(other, _)| other.request.request_id == waiting.request.request_id) {
                // The same request twice in one batch: the next pass finds the first one's answer.
                again.push(waiting);
                continue;
            }
            match answer_early(&waiting.request, known, facts, now) {
                Some(answer) => waiting.answer(answer),
                None => self.plan_request(waiting, known, &mut facts.quota, group),
            }
        }
        groups.into_values().filter(|group| !group.requests.is_empty()).collect()
    }

    fn plan_request(&self, waiting: Waiting, known: &Known, quota: &mut Quota, group: &mut DrawerGroup) {
        let request = &waiting.request;
        let bucket = Bucket::of(&request.user_id);
        for index in 0..request.count {
            let key = RollKey {
                activity_id: &request.activity_id,
                user_id: &request.user_id,
                request_id: &request.request_id,
                index,
            };
            group.planned.push_back(PlannedDraw {
                draw_id: DrawId::from_ulid(self.inner.sources.ids.mint(bucket)),
                request_id: request.request_id.clone(),
                index,
                used_before: quota.used,
                used_today_before: quota.used_today,
                roll: Roll::new(&known.seed, &key),
            });
            *quota = quota.spend_one();
        }
        let count = request.count as usize;
        group.requests.push((waiting, count));
    }

    /// Steps 4 to 6: record in one transaction, end the claims, wake dispatch, answer.
    async fn record_batch(
        &self,
        decided: Vec<DrawerGroup>,
        known: &HashMap<ActivityId, Known>,
        now: Timestamp,
        again: &mut Vec<Waiting>,
    ) {
        let groups: Vec<_> =
            decided.iter().map(|group| self.draw_group(group, &known[&group.activity_id], now)).collect();
        let recorded = match self.inner.store.record_draws(&groups).await {
            Ok(recorded) => recorded,
            // Nobody knows whether it committed, so the claims stay: reconcile_stock finds out by a void row.
            Err(fault) => return refuse_groups(decided, &fault.into()),
        };
        self.settle_batch(&decided, &recorded, known).await;
        for ((decided, group), recorded) in decided.into_iter().zip(groups).zip(recorded) {
            if recorded != Recorded::Committed {
                again.extend(requests_of(vec![decided]));
                continue;
            }
            metrics::counter!("big_market_draws_total").increment(group.draws.len() as u64);
            for new in group.draws.iter().filter(|new| new.dispatch_at <= now) {
                self.wake(self.lane_of(new.draw.value.kind()), new.outbox_id);
            }
            let mut draws = group.draws.into_iter().map(|new| new.draw);
            for (waiting, count) in decided.requests {
                let draws: Vec<_> = draws.by_ref().take(count).collect();
                waiting.answer(Ok(Drawn { draws, repeated: false }));
            }
        }
    }

    fn draw_group(&self, group: &DrawerGroup, known: &Known, now: Timestamp) -> DrawGroup {
        DrawGroup {
            user_id: group.user_id.clone(),
            activity_id: group.activity_id.clone(),
            day: known.day,
            decided_from: group.quota_before,
            epoch: known.head.epoch,
            draws: group.draws.iter().map(|draw| self.new_draw(group, draw, known, now)).collect(),
        }
    }

    fn new_draw(&self, group: &DrawerGroup, decided: &DecidedDraw, known: &Known, now: Timestamp) -> NewDraw {
        let strategy = &known.campaign.strategy;
        let DecidedDraw { planned, standing, decision, given } = decided;
        let candidate = &decision.candidates[*given];
        let award = &strategy.awards()[candidate.award];
        let dispatch_at = now + TimeDelta::seconds(i64::from(award.dispatch_after_seconds));
        let bucket = planned.draw_id.bucket();
        let ids = &self.inner.sources.ids;
        let outbox_id = (candidate.value != PrizeValue::Nothing).then(|| OutboxId::from_ulid(ids.mint(bucket)));
        NewDraw {
            draw: Draw {
                draw_id: planned.draw_id,
                user_id: group.user_id.clone(),
                activity_id: group.activity_id.clone(),
                version: known.head.version,
                request_id: planned.request_id.clone(),
                index: planned.index,
                drawn_at: now,
                day: known.day,
                used_before: planned.used_before,
                used_today_before: planned.used_today_before,
                standing: standing.clone(),
                roll: planned.roll,
                reason: Reason::of(strategy, decision, *given),
                award_id: award.award_id.clone(),
                value: candidate.value.clone(),
                award_record_id: AwardRecordId::from_ulid(ids.mint(bucket)),
            },
            per_user: award.per_user,
            dispatch_at,
            outbox_id,
            wake_at: dispatch_at.max(now + WAKE_GRACE),
        }
    }

    /// Step 5. What fails here is repaired by `reconcile_stock`.
    async fn settle_batch(&self, decided: &[DrawerGroup], recorded: &[Recorded], known: &HashMap<ActivityId, Known>) {
        let mut ends: HashMap<&ActivityId, Vec<(ClaimId, ClaimEnd)>> = HashMap::new();
        for (group, recorded) in decided.iter().zip(recorded) {
            let end = match recorded {
                Recorded::Committed => ClaimEnd::Confirm,
                Recorded::Moved | Recorded::Stale | Recorded::DayOver | Recorded::NotOpen => ClaimEnd::Release,
            };
            let strategy = &known[&group.activity_id].campaign.strategy;
            for claim_id in group.draws.iter().filter_map(|draw| draw.claim(strategy)) {
                ends.entry(&group.activity_id).or_default().push((claim_id, end));
            }
        }
        let settled = ends.iter().map(async |(activity_id, ends)| {
            let settled = self.inner.stock.settle(activity_id, known[*activity_id].head.epoch, ends).await;
            if let Err(fault) = settled {
                tracing::warn!(activity.id = %activity_id, error = %fault, "left {} claims to reconcile_stock", ends.len());
            }
        });
        join_all(settled).await;
    }
}

/// The answer a request has without being decided: an earlier one, or a refusal.
fn answer_early(request: &DrawRequest, known: &Known, facts: &Facts, now: Timestamp) -> Option<Result<Drawn>> {
    let earlier: Vec<_> = facts.earlier.iter().filter(|draw| draw.request_id == request.request_id).cloned().collect();
    if !earlier.is_empty() {
        let same = earlier.len() == request.count as usize;
        return Some(if same {
            Ok(Drawn { draws: earlier, repeated: true })
        } else {
            Err(Refusal::RequestReused.into())
        });
    }
    let refusal = check_open(known.head.state, &known.campaign, now).err().or_else(|| {
        if facts.standing.list == Some(UserList::Black) && known.campaign.strategy.blacklist().is_none() {
            let (activity_id, user_id) = (request.activity_id.clone(), request.user_id.clone());
            return Some(Refusal::UserBlocked { activity_id, user_id });
        }
        let checked = facts.quota.check(known.campaign.limits, request.count);
        checked.err().map(|(limit, left)| Refusal::QuotaExhausted { limit, wanted: request.count, left })
    });
    refusal.map(|refusal| Err(refusal.into()))
}

/// Whether draws are accepted: the activity is open and its window holds `now`.
pub(super) fn check_open(state: ActivityState, campaign: &Campaign, now: Timestamp) -> Result<(), Refusal> {
    let activity_id = campaign.activity_id.clone();
    if now >= campaign.closes_at {
        return Err(Refusal::ActivityEnded { activity_id, closes_at: campaign.closes_at });
    }
    if state != ActivityState::Open {
        return Err(Refusal::ActivityNotOpen { activity_id, state });
    }
    if now < campaign.opens_at {
        return Err(Refusal::ActivityNotStarted { activity_id, opens_at: campaign.opens_at });
    }
    Ok(())
}

pub(super) fn requests_of(groups: Vec<DrawerGroup>) -> impl Iterator<Item = Waiting> {
    groups.into_iter().flat_map(|group| group.requests).map(|(waiting, _)| waiting)
}

pub(super) fn refuse_groups(groups: Vec<DrawerGroup>, error: &Error) {
    refuse_all(requests_of(groups), error);
}

/// Gives every request the same bad news, and logs a fault once for all of them.
fn refuse_all(batch: impl IntoIterator<Item = Waiting>, error: &Error) -> Vec<Waiting> {
    let mut count = 0;
    for waiting in batch {
        waiting.answer(Err(copy_of(error)));
        count += 1;
    }
    log_fault(error, &format!("{count} draw requests got no answer"));
    Vec::new()
}

fn log_fault(error: &Error, consequence: &str) {
    if let Error::Fault(fault) = error {
        tracing::error!(error = %fault, "{consequence}");
    }
}

/// Errors carry causes that cannot be copied. Every caller but the log is told to try again.
fn copy_of(error: &Error) -> Error {
    match error {
        Error::Refusal(refusal) => refusal.clone().into(),
        Error::Fault(_) => Refusal::TryAgain.into(),
    }
}
