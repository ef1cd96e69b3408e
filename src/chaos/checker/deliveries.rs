//! What receivers of webhooks got against awards: a delivered one was taken once, by its key; one that is not may be on its way, or
//! was let go.

use std::collections::BTreeMap;

use serde_json::Value;

use super::groups::{Pair, pair};
use super::record::Received;
use super::report::{Check, Findings};
use super::session::{RECEIVED, Scratch, Session, Tried, rows_of};

const ONCE: Check = Check {
    name: "delivered_once",
    says: "an award is delivered if and only if its receiver took it, in one way and one round; what else it took it was asked to let go",
};
const CALLS: Check = Check {
    name: "call_repeated_alike",
    says: "every call is about an award that was promised and marked as sent, and all calls with one key have the same body",
};

/// Awards for third parties.
const PROMISED: &str = r"
    SELECT pg_temp.id('award', award_record.award_record_id),
           jsonb_build_object('state', award_record.state,
                              'data', jsonb_build_object(
                                  'award_record_id', pg_temp.id('award', award_record.award_record_id),
                                  'draw_id', pg_temp.id('draw', draw.draw_id),
                                  'activity_id', draw.activity_id,
                                  'user_id', draw.user_id,
                                  'award_id', draw.award_id))
      FROM draw
      JOIN award_record ON award_record.draw_id = draw.draw_id
     WHERE NOT draw.void
       AND draw.kind = 'webhook'
     ORDER BY award_record.award_record_id";

pub(super) async fn check(sessions: &mut [Session], scratch: &mut Scratch, findings: &mut Findings) -> Tried<()> {
    findings.looked(ONCE, 0);
    findings.looked(CALLS, 0);
    let mut calls = scratch.lines::<Received>(RECEIVED).await?;
    let mut promised = rows_of(sessions, PROMISED).await?;
    while let Some(award) = pair(&mut calls, &mut promised).await? {
        judge(&award, findings);
    }
    Ok(())
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    AtOnce,
    Reserve,
    Send,
    Confirm,
    Release,
}

impl Asked {
    const fn event(self) -> &'static str {
        match self {
            Self::AtOnce => "award.dispatched",
            Self::Reserve => "award.reserve",
            Self::Send => "award.send",
            Self::Confirm => "award.confirm",
            Self::Release => "award.release",
        }
    }

    /// What a key asks for about an award, and in which round: the award's id alone, or with round and stage behind it.
    fn read(key: &str, award: &str) -> Option<(u64, Self)> {
        let rest = key.strip_prefix(award)?;
        if rest.is_empty() {
            return Some((0, Self::AtOnce));
        }
        let (round, stage) = rest.strip_prefix('-')?.split_once('-')?;
        let stage = [Self::Reserve, Self::Send, Self::Confirm, Self::Release]
            .into_iter()
            .find(|asked| asked.event().strip_prefix("award.") == Some(stage))?;
        Some((round.parse().ok()?, stage))
    }
}

/// How an award stands with its receiver in one round. Told at once is a round of its own, which nothing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Begun,
    Taken,
    LetGo,
}

fn judge(award: &Pair<Received, Value>, findings: &mut Findings) {
    let Pair { key, left: calls, right: promised } = award;
    let row = format!("award_record {key}");
    findings.looked(CALLS, calls.len() as u64);
    let Some(promise) = promised.first() else {
        return findings.found(CALLS, row, format!("{} calls came for it, and it was not promised", calls.len()));
    };
    findings.looked(ONCE, 1);
    let state = promise["state"].as_str().unwrap_or_default();
    let mut bodies: BTreeMap<&str, &str> = BTreeMap::new();
    let mut rounds: BTreeMap<u64, Stands> = BTreeMap::new();
    for call in calls {
        let Some((round, asked)) = Asked::read(&call.key, key) else {
            findings.found(CALLS, &row, format!("its call has the key {:?}, which asks for nothing", call.key));
            continue;
        };
        if let Some(wrong) = wrong_body(call, round, asked, &promise["data"]) {
            findings.found(CALLS, &row, format!("call {}: {wrong}", call.key));
        }
        let first = bodies.entry(&call.key).or_insert(&call.body);
        if *first != call.body {
            findings.found(CALLS, &row, format!("call {}: {} and {}", call.key, first, call.body));
        }
        match (asked, call.status) {
            (Asked::AtOnce | Asked::Confirm, 200..=299) => _ = rounds.insert(round, Stands::Taken),
            (Asked::Reserve | Asked::Send, 200..=299) => {
                let stands = rounds.entry(round).or_insert(Stands::Begun);
                // A repeat that comes late takes nothing back that was confirmed, and what was let go is let go no more.
                if *stands == Stands::LetGo {
                    *stands = Stands::Begun;
                }
            }
            (Asked::Release, 200..=299 | 410) => _ = rounds.insert(round, Stands::LetGo),
            _ => {}
        }
    }
    if state == "pending" && !calls.is_empty() {
        findings.found(CALLS, &row, format!("it is pending as if nobody had been told, after {} calls", calls.len()));
    }
    if let Some(wrong) = wrong_end(state, &rounds) {
        findings.found(ONCE, row, wrong);
    }
}

/// What is wrong with a call: it must be about its award, and ask for what its key says.
fn wrong_body(call: &Received, round: u64, asked: Asked, expected: &Value) -> Option<String> {
    let Ok(body) = serde_json::from_str::<Value>(&call.body) else {
        return Some(format!("its body cannot be read: {}", call.body));
    };
    if body["type"] != asked.event() {
        return Some(format!("its type is {}, not {}", body["type"], asked.event()));
    }
    let fields = expected.as_object().into_iter().flatten();
    let mut wrong = fields.filter(|(field, value)| body["data"][field.as_str()] != **value);
    if let Some((field, value)) = wrong.next() {
        return Some(format!("its {field} is {}, not {value}", body["data"][field.as_str()]));
    }
    (asked != Asked::AtOnce && body["data"]["round"] != round)
        .then(|| format!("its round is {}, not {round}", body["data"]["round"]))
}

/// What is wrong between an award's state and what its receiver has of it.
fn wrong_end(state: &str, rounds: &BTreeMap<u64, Stands>) -> Option<String> {
    let of = |wanted: Stands| rounds.values().filter(|stands| **stands == wanted).count();
    let (taken, begun) = (of(Stands::Taken), of(Stands::Begun));
    // What was told at once cannot be let go; whether an unanswered call arrived nobody knows, and dead work says so.
    let at_once = rounds.contains_key(&0);
    let right = match state {
        "delivered" => taken == 1 && begun == 0,
        "recalled" => taken == 0 && begun == 0,
        "dead" => begun == 0 && (taken == 0 || (taken == 1 && at_once)),
        // On its way, by one way.
        _ => taken + begun <= 1,
    };
    (!right).then(|| {
        format!("it is {state}; its receiver has taken it {taken} times and keeps {begun} for it, by rounds {rounds:?}")
    })
}
