//! Steps 2 and 3 of a draw: what each draw of a batch wins, decided by rules and stock together.

use std::collections::{HashMap, VecDeque};

use futures::future::join_all;

use super::App;
use super::draws::{Known, Waiting, refuse_groups, requests_of};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{ActivityId, DrawId, RequestId, UserId};
use crate::domain::quota::Quota;
use crate::domain::roll::Roll;
use crate::domain::standing::Standing;
use crate::domain::stock::{ClaimId, StockItem};
use crate::domain::strategy::{Decision, DrawFacts, Strategy, decide};
use crate::fault::{Fault, Result};
use crate::stock::{Counted, Reservation};

/// The requests of one user in one activity that are decided together.
pub(super) struct DrawerGroup {
    pub(super) user_id: UserId,
    pub(super) activity_id: ActivityId,
    pub(super) quota_before: Quota,
    pub(super) requests: Vec<(Waiting, usize)>,
    /// The user's list, and wins of limited awards up to the last draw whose unit is claimed.
    pub(super) standing: Standing,
    /// What is not decided yet, in order.
    pub(super) planned: VecDeque<PlannedDraw>,
    /// What is.
    pub(super) draws: Vec<DecidedDraw>,
    /// Draws whose units are claimed; those behind were decided in this round.
    claimed: usize,
}

/// A draw that was asked for.
pub(super) struct PlannedDraw {
    pub(super) draw_id: DrawId,
    pub(super) request_id: RequestId,
    pub(super) index: u32,
    pub(super) used_before: u32,
    pub(super) used_today_before: u32,
    pub(super) roll: Roll,
}

/// One decided draw with its unit, once that is claimed.
pub(super) struct DecidedDraw {
    pub(super) planned: PlannedDraw,
    pub(super) standing: Standing,
    pub(super) decision: Decision,
    /// Position of the candidate that is given.
    pub(super) given: usize,
}

impl DecidedDraw {
    /// The claim on its unit, where what is given is counted.
    pub(super) fn claim(&self, strategy: &Strategy) -> Option<ClaimId> {
        let award = &strategy.awards()[self.decision.candidates[self.given].award];
        award.stock.map(|_| ClaimId::Draw(self.planned.draw_id))
    }
}

impl DrawerGroup {
    /// A group without requests, of a user who stands like this.
    pub(super) fn new((user_id, activity_id): (UserId, ActivityId), quota_before: Quota, standing: Standing) -> Self {
        Self {
            user_id,
            activity_id,
            quota_before,
            requests: Vec::new(),
            standing,
            planned: VecDeque::new(),
            draws: Vec::new(),
            claimed: 0,
        }
    }

    /// Decides draws up to the first whose win of a limited award hangs on stock: the next one is decided from whether it won.
    fn decide_on(&mut self, strategy: &Strategy) {
        while let Some(planned) = self.planned.pop_front() {
            let facts = DrawFacts {
                user_id: &self.user_id,
                used: planned.used_before,
                used_today: planned.used_today_before,
                standing: &self.standing,
            };
            let decision = decide(strategy, &facts, planned.roll);
            let is_limited = |award: usize| strategy.awards()[award].per_user.is_some();
            let any_limited = decision.candidates.iter().any(|candidate| is_limited(candidate.award));
            let hangs_on_stock = decision.candidates.len() > 1;
            let standing = self.standing.clone();
            self.draws.push(DecidedDraw { planned, standing, decision, given: 0 });
            if any_limited && hangs_on_stock {
                return;
            }
            if any_limited {
                self.count_last_win(strategy);
            }
        }
    }

    /// After the round's units are claimed: counts the win that the next draw is decided from.
    fn end_round(&mut self, strategy: &Strategy) {
        let hung_on_stock = self.draws.last().is_some_and(|draw| draw.decision.candidates.len() > 1);
        if self.claimed < self.draws.len() && hung_on_stock {
            self.count_last_win(strategy);
        }
        self.claimed = self.draws.len();
    }

    fn count_last_win(&mut self, strategy: &Strategy) {
        let Some(draw) = self.draws.last() else { return };
        let award = &strategy.awards()[draw.decision.candidates[draw.given].award];
        if award.per_user.is_some() {
            self.standing.count_win(&award.award_id);
        }
    }
}

impl App {
    /// Decides every planned draw and claims its unit. Groups of activities whose counters are stale, or that cannot be
    /// reserved for, are sent back or refused; the others are given.
    pub(super) async fn choose_batch(
        &self,
        groups: Vec<DrawerGroup>,
        known: &HashMap<ActivityId, Known>,
        now: Timestamp,
        again: &mut Vec<Waiting>,
    ) -> Vec<DrawerGroup> {
        let mut by_activity: HashMap<_, Vec<DrawerGroup>> = HashMap::new();
        for group in groups {
            by_activity.entry(group.activity_id.clone()).or_default().push(group);
        }
        // Beside each other: an activity's counters are a journey away.
        let chosen = by_activity.into_iter().map(|(activity_id, mut groups)| async move {
            let chosen = self.choose_in_activity(&mut groups, &known[&activity_id], now).await;
            (activity_id, groups, chosen)
        });
        let mut given = Vec::new();
        for (activity_id, groups, chosen) in join_all(chosen).await {
            match chosen {
                Ok(Counted::Answer(())) => given.extend(groups),
                Ok(Counted::Stale) => {
                    if let Err(error) = self.rebuild_stock(&activity_id, known[&activity_id].head.epoch).await {
                        refuse_groups(groups, &error);
                    } else {
                        again.extend(requests_of(groups));
                    }
                }
                Err(error) => refuse_groups(groups, &error),
            }
        }
        given
    }

    /// One round where no award is limited per user. With limits, a draw is decided from what the user's draws before it won,
    /// which stock has its say in: so each round decides and claims as far as nothing hangs on a claim still to be made.
    /// Every round decides at least one draw of each group that has any left.
    async fn choose_in_activity(
        &self,
        groups: &mut [DrawerGroup],
        known: &Known,
        now: Timestamp,
    ) -> Result<Counted<()>> {
        let strategy = &known.campaign.strategy;
        while groups.iter().any(|group| !group.planned.is_empty()) {
            for group in groups.iter_mut() {
                group.decide_on(strategy);
            }
            if self.claim_units(groups, known, now).await? == Counted::Stale {
                return Ok(Counted::Stale);
            }
            for group in groups.iter_mut() {
                group.end_round(strategy);
            }
        }
        Ok(Counted::Answer(()))
    }

    /// A unit for each draw of this round, falling to the next candidate where one is out. One call for each activity.
    async fn claim_units(&self, groups: &mut [DrawerGroup], known: &Known, now: Timestamp) -> Result<Counted<()>> {
        let strategy = &known.campaign.strategy;
        let counted = |candidate: usize| {
            let award = &strategy.awards()[candidate];
            award.stock.map(|_| StockItem::Award(award.award_id.clone()))
        };
        let mut wanted: Vec<&mut DecidedDraw> = groups
            .iter_mut()
            .flat_map(|group| &mut group.draws[group.claimed..])
            .filter(|draw| counted(draw.decision.candidates[0].award).is_some())
            .collect();
        if wanted.is_empty() {
            return Ok(Counted::Answer(()));
        }
        let reservations: Vec<_> = wanted
            .iter()
            .map(|draw| Reservation {
                claim_id: ClaimId::Draw(draw.planned.draw_id),
                choices: draw.decision.candidates.iter().map(|candidate| counted(candidate.award)).collect(),
            })
            .collect();
        let (activity_id, epoch) = (&known.head.activity_id, known.head.epoch);
        let given = match self.inner.stock.reserve(activity_id, epoch, &reservations, now).await? {
            Counted::Answer(given) => given,
            Counted::Stale => return Ok(Counted::Stale),
        };
        for (draw, given) in wanted.iter_mut().zip(given) {
            draw.given = given.ok_or_else(|| Fault {
                doing: "reserve an award",
                cause: "no candidate was left, though the last one has unlimited stock".into(),
            })?;
        }
        Ok(Counted::Answer(()))
    }
}
