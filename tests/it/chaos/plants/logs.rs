//! Bugs that show in the logs of clients and receivers.

use big_market::chaos::checker::{Heard, Received};
use serde_json::{Value, json};

use crate::chaos::scene::Scene;

/// A bug that shows in the logs.
pub(in crate::chaos) struct Spoilt {
    pub(in crate::chaos) check: &'static str,
    pub(in crate::chaos) row: String,
    pub(in crate::chaos) heard: Vec<Heard>,
    pub(in crate::chaos) received: Vec<Received>,
}

/// Rows of requests whose answers were lost, which no log names.
pub(in crate::chaos) struct Lost {
    /// The draw of `lost-1`.
    pub(in crate::chaos) single: String,
    /// The second draw of `lost-2`.
    pub(in crate::chaos) second: String,
}

/// Bugs in logs.
pub(in crate::chaos) fn in_logs(scene: &Scene, lost: &Lost) -> Vec<Spoilt> {
    let spoil = |check, row: &str, change: &dyn Fn(&mut Vec<Heard>, &mut Vec<Received>)| {
        let (mut heard, mut received) = (scene.heard.clone(), scene.received.clone());
        change(&mut heard, &mut received);
        assert!(heard != scene.heard || received != scene.received, "{check}: nothing was planted");
        Spoilt { check, row: row.to_owned(), heard, received }
    };
    let problem = |code: &str| Some(json!({ "status": 409, "code": code }).to_string());
    let acknowledged = scene.heard_of("ann", "ten-0");
    let again = |heard: &Heard| Heard { sent_at: heard.at + 1_000_000, at: heard.at + 1_000_001, ..heard.clone() };
    let (single, double) = (scene.heard_of("cleo", "lost-1"), scene.heard_of("cleo", "lost-2"));

    let taken = |end: &str| {
        let is_it = |call: &&Received| call.status == 200 && call.key.ends_with(end);
        scene.received.iter().find(is_it).unwrap().clone()
    };
    let award_of = |call: &Received| format!("award_record {}", call.award_record_id.as_deref().unwrap());
    let at_once = scene.received.iter().find(|call| call.status == 200 && !call.key.contains('-')).unwrap();
    let (confirmed, released) = (taken("-1-confirm"), taken("-1-release"));
    let with_round = |call: &Received, round: u64| {
        let mut body: Value = serde_json::from_str(&call.body).unwrap();
        body["data"]["round"] = round.into();
        Received { key: call.key.replace("-1-", &format!("-{round}-")), body: body.to_string(), ..call.clone() }
    };
    vec![
        spoil("answer_alike", "draw request ann/100301/ten-0", &|heard, _| {
            let other = again(&heard[acknowledged]);
            heard.push(Heard {
                body: other.body.as_ref().map(|body| body.replace("\"index\":1", "\"index\": 1")),
                ..other
            });
        }),
        spoil("answer_alike", "draw request ann/100301/ten-0", &|heard, _| {
            let other = again(&heard[acknowledged]);
            heard.push(Heard { status: Some(409), body: problem("quota_exhausted"), ..other });
        }),
        spoil("answer_stored", "draw request ann/100301/dream", &|heard, _| {
            let other = heard[acknowledged].clone();
            heard.push(Heard { request_id: Some("dream".into()), ..other });
        }),
        spoil("refused_not_stored", &lost.single, &|heard, _| {
            (heard[single].status, heard[single].body) = (Some(409), problem("activity_not_open"));
        }),
        spoil("answer_whole", &lost.second, &|heard, _| heard[double].wish["count"] = 3.into()),
        spoil("stored_was_asked", &lost.single, &|heard, _| _ = heard.remove(single)),
        spoil("call_repeated_alike", &award_of(at_once), &|_, received| {
            received.push(Received { body: format!("{} ", at_once.body), ..at_once.clone() });
        }),
        spoil("call_repeated_alike", &award_of(at_once), &|_, received| {
            received.push(Received { key: format!("{}-1-embrace", at_once.key), ..at_once.clone() });
        }),
        spoil("call_repeated_alike", "award_record award_00000000000000000000000000", &|_, received| {
            received.push(Received { key: "award_00000000000000000000000000".into(), ..at_once.clone() });
        }),
        // Delivered, says the award; its receiver never took it.
        spoil("delivered_once", &award_of(at_once), &|_, received| {
            received.retain(|call| call.key != at_once.key || call.status != 200);
        }),
        // In two rounds: the winner has it twice.
        spoil("delivered_once", &award_of(&confirmed), &|_, received| received.push(with_round(&confirmed, 2))),
        // Given up, and still reserved for nobody.
        spoil("delivered_once", &award_of(&released), &|_, received| received.retain(|call| call.key != released.key)),
    ]
}
