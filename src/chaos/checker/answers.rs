//! What clients heard against what is stored: acknowledged is stored as it was answered, refused is nowhere, and nothing is there
//! that nobody asked for.

use serde_json::Value;

use super::groups::{Pair, pair};
use super::record::{Heard, Kind, Meaning};
use super::report::{Check, Findings};
use super::session::{Scratch, Session, Tried, behaviours_in, key_of_behaviour, rows_of};
use super::stored::{BEHAVIOURS, MEMORIES, row};

const STORED: Check =
    Check { name: "answer_stored", says: "what was acknowledged is stored, and every field as it was answered" };
const ALIKE: Check = Check {
    name: "answer_alike",
    says: "all answers that acknowledge one request are the same, byte for byte, and none after them refuses it",
};
const REFUSED: Check = Check { name: "refused_not_stored", says: "what was only ever refused is not stored" };
const WHOLE: Check =
    Check { name: "answer_whole", says: "a request made all the draws it asked for, or none, whatever was answered" };
const ASKED: Check = Check { name: "stored_was_asked", says: "nothing is stored that no client asked for" };

pub(super) async fn check(sessions: &mut [Session], scratch: &mut Scratch, findings: &mut Findings) -> Tried<()> {
    for check in [STORED, ALIKE, REFUSED, WHOLE, ASKED] {
        findings.looked(check, 0);
    }
    for memory in MEMORIES {
        let mut heard = scratch.lines::<Heard>(memory.kind.word()).await?;
        let mut stored = rows_of(sessions, memory.stored).await?;
        while let Some(request) = pair(&mut heard, &mut stored).await? {
            judge(memory.kind, &request, findings);
        }
    }
    let mut heard = scratch.lines::<Heard>(Kind::Behaviour.word()).await?;
    let mut stored = rows_of(sessions, BEHAVIOURS).await?;
    while let Some(request) = pair(&mut heard, &mut stored).await? {
        judge_behaviour(&request, findings);
    }
    Ok(())
}

/// Judges one request by all that was heard of it and all that is stored of it.
fn judge(kind: Kind, request: &Pair<Heard, Value>, findings: &mut Findings) {
    let Pair { key, left: heard, right: stored } = request;
    let name = || format!("{} request {}", kind.word(), key.replace('\n', "/"));
    findings.looked(ASKED, stored.len() as u64);
    if heard.is_empty() {
        for stored in stored {
            findings.found(ASKED, row(stored), format!("no client sent {}", name()));
        }
        return;
    }
    let acknowledged: Vec<&Heard> = heard.iter().filter(|heard| heard.meaning() == Meaning::Acknowledged).collect();
    if kind == Kind::Draw {
        findings.looked(WHOLE, 1);
        let wanted = heard[0].wish.get("count").and_then(Value::as_u64).unwrap_or(1);
        if !stored.is_empty() && stored.len() as u64 != wanted {
            let last = stored.last().map(row).unwrap_or_default();
            findings.found(WHOLE, last, format!("{} asked for {wanted} draws, {} are there", name(), stored.len()));
        }
    }
    if let Some(first) = acknowledged.iter().min_by_key(|heard| heard.at) {
        findings.looked(STORED, 1);
        findings.looked(ALIKE, 1);
        alike(first, heard, &name(), findings);
        let expected = match kind {
            Kind::Draw => stored.iter().map(|stored| stored["answer"].clone()).collect::<Value>(),
            _ => stored.first().map(|stored| stored["answer"].clone()).unwrap_or_default(),
        };
        let answered: Option<Value> = first.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        let answered = match (kind, answered) {
            (Kind::Draw, Some(mut body)) => body.get_mut("draws").map(Value::take),
            (_, answered) => answered,
        };
        not_as_answered(answered.as_ref(), &expected, stored, &name(), findings);
    } else if heard.iter().all(|heard| heard.meaning() == Meaning::Refused) {
        findings.looked(REFUSED, 1);
        for stored in stored {
            let codes: Vec<String> = heard.iter().filter_map(Heard::problem).collect();
            findings.found(REFUSED, row(stored), format!("{} was refused: {}", name(), codes.join(", ")));
        }
    }
}

/// Compares the answers to one request with the first that acknowledged it.
fn alike(first: &Heard, heard: &[Heard], name: &str, findings: &mut Findings) {
    let other = heard.iter().find(|other| match other.meaning() {
        Meaning::Acknowledged => other.body != first.body || other.status != first.status,
        // What was sent before the first answer was there may have met another state of things.
        Meaning::Refused => other.sent_at > first.at,
        Meaning::Unknown => false,
    });
    if let Some(other) = other {
        let said = |heard: &Heard| {
            let status = heard.status.unwrap_or_default();
            format!("{} at {} said {status} {}", heard.server, heard.at, heard.body.as_deref().unwrap_or_default())
        };
        findings.found(ALIKE, name, format!("{}; {}", said(first), said(other)));
    }
}

/// Names the row, where there is one, and the first field that is stored otherwise than it was answered.
fn not_as_answered(answered: Option<&Value>, expected: &Value, stored: &[Value], name: &str, findings: &mut Findings) {
    let Some(answered) = answered else {
        return findings.found(STORED, name, "the answer that acknowledged it cannot be read");
    };
    let Some((at, answered, expected)) = difference(answered, expected) else { return };
    if stored.is_empty() {
        return findings.found(STORED, name, format!("it was acknowledged with {answered}, and nothing is stored"));
    }
    // Draws are numbered within their request.
    let index = at.split('/').nth(1).and_then(|index| index.parse::<usize>().ok()).unwrap_or(0);
    let row = stored.get(index).or(stored.last()).map(row).unwrap_or_default();
    findings.found(STORED, row, format!("{name} was answered with {answered} at {at:?}, where {expected} is stored"));
}

fn judge_behaviour(request: &Pair<Heard, Value>, findings: &mut Findings) {
    let Pair { key, left: heard, right: stored } = request;
    let name = format!("behaviour {}", key.replace('\n', "/"));
    let mut items = heard.iter().filter(|heard| heard.meaning() == Meaning::Acknowledged).map(|heard| {
        let item = behaviours_in(heard).into_iter().find(|item| key_of_behaviour(item) == *key);
        (heard, item.unwrap_or_default())
    });
    let Some((first, answered)) = items.next() else { return };
    findings.looked(STORED, 1);
    findings.looked(ALIKE, 1);
    if let Some((other, otherwise)) = items.find(|(_, item)| *item != answered) {
        let found =
            format!("{} at {} said {answered}; {} at {} {otherwise}", first.server, first.at, other.server, other.at);
        findings.found(ALIKE, &name, found);
    }
    let expected = stored.first().map(|stored| stored["answer"].clone()).unwrap_or_default();
    not_as_answered(Some(&answered), &expected, stored, &name, findings);
}

/// Where two values first differ, as a JSON pointer, and what stands there in each.
fn difference<'a>(left: &'a Value, right: &'a Value) -> Option<(String, &'a Value, &'a Value)> {
    const NOTHING: &Value = &Value::Null;
    let below = |part: &str, left: &'a Value, right: &'a Value| {
        difference(left, right).map(|(at, left, right)| (format!("/{part}{at}"), left, right))
    };
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let fields = left.keys().chain(right.keys().filter(|field| !left.contains_key(*field)));
            fields
                .into_iter()
                .find_map(|field| below(field, left.get(field).unwrap_or(NOTHING), right.get(field).unwrap_or(NOTHING)))
        }
        (Value::Array(left), Value::Array(right)) => (0..left.len().max(right.len()))
            .find_map(|at| below(&at.to_string(), left.get(at).unwrap_or(NOTHING), right.get(at).unwrap_or(NOTHING))),
        _ => (left != right).then(|| (String::new(), left, right)),
    }
}
