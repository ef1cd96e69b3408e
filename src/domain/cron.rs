//! Fires of scheduled jobs: rows, so that any number of workers fire once.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::calendar::Timestamp;
use super::text_form;

/// What happens to fires whose time passed while nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// Recorded as skipped; only the next one runs.
    Skip,
    /// The latest runs once for all that were missed.
    Once,
    /// Each runs, oldest first, up to a bound.
    All,
}

impl Misfire {
    /// Whether a fire that comes due while another one of its job runs waits for it. One that does not is skipped.
    pub const fn waits(self) -> bool {
        !matches!(self, Self::Skip)
    }
}

/// Where a fire, or a part of one, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FireState {
    /// Due, and handed to the queue.
    Due,
    /// A worker runs it.
    Running,
    /// It ended well.
    Done,
    /// It ended badly; the outcome says how.
    Failed,
    /// Its job's policy let it go: nobody was there when it was due, or the one before it still ran.
    Skipped,
}

text_form!(FireState { Due => "due", Running => "running", Done => "done", Failed => "failed", Skipped => "skipped" });

/// One of the parts that a fire runs in: `number`, from 1, of `of`. Each is run by a worker of its own and looks only after
/// its share of the users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    number: u16,
    of: u16,
}

impl Part {
    /// More parts than buckets would leave some with nothing to do.
    pub const MAX: u16 = Bucket::COUNT;

    /// The only part of a fire that runs in one piece.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// `None` unless `number` is within 1 and `of`, and `of` at most [`Self::MAX`].
    pub const fn new(number: u16, of: u16) -> Option<Self> {
        if number >= 1 && number <= of && of <= Self::MAX { Some(Self { number, of }) } else { None }
    }

    /// Which one, from 1.
    pub const fn number(self) -> u16 {
        self.number
    }

    /// How many there are.
    pub const fn of(self) -> u16 {
        self.of
    }

    /// Whether it is the one that does what is to be done once and not for each user.
    pub const fn is_first(self) -> bool {
        self.number == 1
    }

    /// The buckets it looks after. Over all parts of a fire, each bucket is in exactly one, and their numbers differ by at
    /// most one.
    pub fn buckets(self) -> Range<u16> {
        let edge = |parts: u16| {
            let edge = u32::from(parts) * u32::from(Bucket::COUNT) / u32::from(self.of);
            u16::try_from(edge).expect("at most the number of buckets")
        };
        edge(self.number - 1)..edge(self.number)
    }
}

/// What one worker takes: a fire, or a part of one that runs in several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FireKey {
    /// The job.
    pub job: String,
    /// Which fire.
    pub due_at: Timestamp,
    /// Which part, from 1; nothing for a fire in one piece.
    pub part: Option<u16>,
}

/// A fire that a schedule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedFire {
    /// The job.
    pub job: String,
    /// When it is meant to run.
    pub due_at: Timestamp,
    /// When it was let go; nothing where it is to run.
    pub skipped_at: Option<Timestamp>,
    /// What its outcome begins with, such as how many before it were let go.
    pub note: Option<String>,
    /// Whether it waits while another fire of its job runs.
    pub waits: bool,
    /// In how many parts it runs.
    pub parts: u16,
}

/// One fire of one job. Unique by (job, due).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronFire {
    /// The job.
    pub job: String,
    /// When it was meant to run.
    pub due_at: Timestamp,
    /// Who asked for it; nothing where its schedule did.
    pub requested_by: Option<String>,
    /// Where it stands, and who has or had it. Of several parts: the latest to take one.
    pub run: FireRun,
    /// Its parts; none where it runs in one piece.
    pub parts: Vec<FirePart>,
}

/// One part of a fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirePart {
    /// Which one.
    pub part: Part,
    /// Where it stands.
    pub run: FireRun,
}

/// Where a fire or a part stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireRun {
    /// The state.
    pub state: FireState,
    /// Who runs or ran it.
    pub claimed_by: Option<String>,
    /// Until when nobody else may run it, unless its worker asks for longer.
    pub claimed_until: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended, in words.
    pub outcome: Option<String>,
}

impl FireRun {
    /// One that nobody has begun.
    pub const DUE: Self = Self {
        state: FireState::Due,
        claimed_by: None,
        claimed_until: None,
        started_at: None,
        finished_at: None,
        outcome: None,
    };

    /// How long it took, in milliseconds.
    pub fn duration_ms(&self) -> Option<i64> {
        Some((self.finished_at? - self.started_at?).num_milliseconds())
    }
}

impl CronFire {
    /// How late it began, in milliseconds.
    pub fn late_ms(&self) -> Option<i64> {
        self.run.started_at.map(|started_at| (started_at - self.due_at).num_milliseconds())
    }
}

/// Parts that an outcome names; of the others it gives the number.
const PARTS_NAMED_MAX: usize = 20;

/// How a fire of several parts ended: well if all of them did. `None` while one of them has not ended.
pub fn end_of(parts: &[FirePart]) -> Option<Result<String, String>> {
    let open = |part: &&FirePart| matches!(part.run.state, FireState::Due | FireState::Running);
    if parts.iter().any(|part| open(&part)) {
        return None;
    }
    let failed: Vec<&FirePart> = parts.iter().filter(|part| part.run.state == FireState::Failed).collect();
    let Some(first) = failed.first() else { return Some(Ok(format!("all {} parts are done", parts.len()))) };
    let mut names: Vec<String> =
        failed.iter().take(PARTS_NAMED_MAX).map(|part| part.part.number().to_string()).collect();
    if failed.len() > PARTS_NAMED_MAX {
        names.push(format!("{} more", failed.len() - PARTS_NAMED_MAX));
    }
    let (all, number) = (parts.len(), first.part.number());
    let why = first.run.outcome.as_deref().unwrap_or("it did not say why");
    Some(Err(format!("of {all} parts failed {}; part {number}: {why}", names.join(", "))))
}

/// What operators decided about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// The job.
    pub job: String,
    /// Since when it is paused, and by whom; nothing while it fires.
    pub paused: Option<Pause>,
    /// When it was last resumed. Fires due before are let go.
    pub resumed_at: Option<Timestamp>,
}

/// A pause that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// Who, as [`Actor`](super::audit::Actor) writes itself.
    pub by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u16, state: FireState, outcome: &str) -> FirePart {
        let run = FireRun { state, outcome: Some(outcome.into()), ..FireRun::DUE };
        FirePart { part: Part::new(number, 3).expect("valid"), run }
    }

    #[test]
    fn a_fire_ends_when_all_its_parts_have() {
        use FireState::{Done, Due, Failed, Running};
        let parts = |states: [FireState; 3]| {
            let numbered = states.into_iter().zip(1..);
            numbered.map(|(state, number)| part(number, state, &format!("words of {number}"))).collect::<Vec<_>>()
        };
        assert_eq!(end_of(&parts([Done, Failed, Due])), None);
        assert_eq!(end_of(&parts([Done, Running, Done])), None);
        assert_eq!(end_of(&parts([Done, Done, Done])), Some(Ok("all 3 parts are done".into())));
        let failed = Some(Err("of 3 parts failed 2, 3; part 2: words of 2".into()));
        assert_eq!(end_of(&parts([Done, Failed, Failed])), failed);
    }

    #[test]
    fn an_outcome_names_a_bounded_number_of_parts() {
        let parts: Vec<_> = (1..=Part::MAX)
            .map(|number| FirePart {
                part: Part::new(number, Part::MAX).expect("valid"),
                run: FireRun { state: FireState::Failed, ..FireRun::DUE },
            })
            .collect();
        let words = end_of(&parts).expect("ended").expect_err("failed");
        assert!(words.ends_with("19, 20, 1004 more; part 1: it did not say why"), "{words}");
    }
}
