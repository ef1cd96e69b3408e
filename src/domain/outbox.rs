//! Work that survives: states, attempts and back-off.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::award::{AwardKind, AwardRecord};
use super::calendar::Timestamp;
use super::id::{AwardRecordId, OutboxId, UserId};
use super::text_form;

/// Where a piece of promised work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// Due at `run_at`.
    Pending,
    /// A worker holds it until its lease ends.
    Leased,
    /// Finished.
    Done,
    /// Given up; an operator can redrive it.
    Dead,
}

text_form!(OutboxState { Pending => "pending", Leased => "leased", Done => "done", Dead => "dead" });

/// Work promised in the same transaction as the fact it follows from. Today every entry dispatches one award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The work.
    pub outbox_id: OutboxId,
    /// The promise it fulfils.
    pub award_record_id: AwardRecordId,
    /// Whose.
    pub user_id: UserId,
    /// Where it stands.
    pub state: OutboxState,
    /// When it is due, or was.
    pub run_at: Timestamp,
    /// Attempts begun.
    pub attempts: u32,
    /// Why the last attempt did not finish it.
    pub last_error: Option<String>,
    /// Why an operator wants the award back, where a third party has to let go of it first.
    pub wanted_back: Option<String>,
    /// When it was promised.
    pub created_at: Timestamp,
    /// When it was finished or given up.
    pub ended_at: Option<Timestamp>,
}

/// A leased entry with the award it delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The work.
    pub outbox_id: OutboxId,
    /// The number of this lease among all the entry ever had. The result of another lease does not end the entry.
    pub lease: u32,
    /// The attempt it is, from 1; back-off counts them.
    pub attempt: u32,
    /// How often the work was begun anew after it was dead, plus one. Attempts of one round continue each other.
    pub round: u32,
    /// How a third party was told of the award first; nothing while none was.
    pub way: Option<Way>,
    /// Why an operator wants the award back, where a third party has to let go of it first.
    pub wanted_back: Option<String>,
    /// The award.
    pub award: AwardRecord,
}

/// How a third party is told of an award.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// In one call, which cannot be taken back.
    AtOnce,
    /// In several, by a workflow: it reserves before it sends, and lets go when it is asked.
    Staged,
}

text_form!(Way { AtOnce => "at_once", Staged => "staged" });

/// What became of one attempt, and what to write with it, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptResult {
    /// The work.
    pub outbox_id: OutboxId,
    /// The lease it was made under.
    pub lease: u32,
    /// The award it was for.
    pub award_record_id: AwardRecordId,
    /// When it began.
    pub began_at: Timestamp,
    /// The outcome.
    pub outcome: AttemptOutcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Credit the award's points to the winner, once for the award record, and call it delivered.
    CreditPoints,
    /// Grant the award's draws to the winner, once for the award record, and call it delivered.
    GrantDraws,
    /// A third party has taken it.
    Delivered {
        /// The third party's own reference.
        reference: Option<String>,
        /// What it answered, without secrets, for people.
        reply: Option<String>,
    },
    /// Try again.
    Retry {
        /// When.
        run_at: Timestamp,
        /// Why.
        error: String,
    },
    /// Not an attempt: come back later. Does not count against the attempts.
    Snooze {
        /// When.
        run_at: Timestamp,
        /// Why.
        reason: String,
    },
    /// Give up.
    Dead {
        /// Why.
        error: String,
    },
}

impl AttemptOutcome {
    /// What the log of attempts says of it: how it ended, in which words, and the third party's reference. Nothing for what
    /// succeeds inside, whose transfer or order is the evidence, and for what was no attempt.
    pub fn logged(&self) -> Option<(AttemptEnd, Option<&str>, Option<&str>)> {
        match self {
            Self::Delivered { reference, reply: Some(reply) } => {
                Some((AttemptEnd::Delivered, Some(reply), reference.as_deref()))
            }
            Self::Retry { error, .. } => Some((AttemptEnd::Retry, Some(error), None)),
            Self::Dead { error } => Some((AttemptEnd::Dead, Some(error), None)),
            Self::CreditPoints | Self::GrantDraws | Self::Delivered { reply: None, .. } | Self::Snooze { .. } => None,
        }
    }
}

/// How a logged attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// The third party has taken it.
    Delivered,
    /// It failed and is tried again.
    Retry,
    /// It failed and the work was given up.
    Dead,
}

text_form!(AttemptEnd { Delivered => "delivered", Retry => "retry", Dead => "dead" });

/// An attempt in the log: one that reached somebody outside or failed. The work and the lease name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The work.
    pub outbox_id: OutboxId,
    /// The lease it was made under.
    pub lease: u32,
    /// The award it was for.
    pub award_record_id: AwardRecordId,
    /// When it began.
    pub began_at: Timestamp,
    /// When its result was written.
    pub ended_at: Timestamp,
    /// How it ended.
    pub outcome: AttemptEnd,
    /// What was answered or went wrong, without secrets.
    pub detail: Option<String>,
    /// The third party's own reference, where it gave one.
    pub reference: Option<String>,
}

/// A wish to make dead work pending again, at a rate that whoever takes it can bear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRedrive {
    /// Entries that come due in one second.
    pub per_second: u32,
    /// Only awards of this kind.
    pub kind: Option<AwardKind>,
    /// Only entries whose last error contains this, letter by letter.
    pub error_contains: Option<String>,
    /// Entries at most.
    pub limit: u32,
}

impl BulkRedrive {
    /// When the entry at `position`, from 0, is due: the first at once, and never more than the rate in any second.
    pub fn due_at(&self, from: Timestamp, position: u32) -> Timestamp {
        let ms = u64::from(position) * 1000 / u64::from(self.per_second.max(1));
        from + TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX / 2))
    }
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// It did not happen and may work later.
    Transient,
    /// It did not happen and never will.
    Permanent,
    /// It may have happened: only a repeat with the same key can tell.
    Unknown,
}

/// When to try again: exponential with full jitter, up to a cap, a bounded number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait's upper bound, in milliseconds.
    pub first_ms: u64,
    /// The upper bound of every wait, in milliseconds.
    pub cap_ms: u64,
    /// Attempts after which the work is given up.
    pub attempts_max: u32,
}

impl Backoff {
    /// The wait after `attempt` (from 1) failed, in milliseconds, or `None` when that was the last. `chance` is uniform
    /// over all 64-bit numbers. Full jitter: anything from 1 ms to the bound, so that many failures do not return at once.
    pub fn wait_ms(&self, attempt: u32, chance: u64) -> Option<u64> {
        if attempt >= self.attempts_max {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(32);
        let bound = self.first_ms.saturating_mul(1 << doublings).min(self.cap_ms).max(1);
        Some(1 + chance % bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redriven_work_comes_due_at_the_rate_and_never_faster() {
        let from: Timestamp = "2026-11-22T12:00:00.400Z".parse().expect("a time");
        for per_second in [1, 3, 7, 60, 999, 1000] {
            let wish = BulkRedrive { per_second, kind: None, error_contains: None, limit: 10_000 };
            let due: Vec<i64> =
                (0..5_000).map(|position| (wish.due_at(from, position) - from).num_milliseconds()).collect();
            assert_eq!(due[0], 0);
            let rate = per_second as usize;
            assert!(due.windows(rate + 1).all(|window| window[rate] - window[0] == 1000), "{per_second}");
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_end() {
        let backoff = Backoff { first_ms: 1_000, cap_ms: 10_000, attempts_max: 6 };
        let longest = |attempt| backoff.wait_ms(attempt, u64::MAX - u64::MAX % 1_000_000 - 1);
        for attempt in 1..6 {
            let bound = (1_000 << (attempt - 1)).min(10_000);
            for chance in [0, 1, 12_345_678_901, u64::MAX] {
                let wait = backoff.wait_ms(attempt, chance).expect("not the last");
                assert!((1..=bound).contains(&wait), "{attempt}: {wait}");
            }
        }
        assert!(longest(5) <= Some(10_000));
        assert_eq!(backoff.wait_ms(6, 0), None);
    }
}
