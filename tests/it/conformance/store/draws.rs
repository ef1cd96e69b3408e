//! Draws: facts, the one transaction that records them, and lists.

use std::collections::HashSet;
use std::sync::Arc;

use big_market::domain::award::{AwardState, PrizeValue};
use big_market::domain::draw::Draw;
use big_market::domain::id::SkuId;
use big_market::domain::quota::Quota;
use big_market::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch};
use big_market::store::draws::{DrawGroup, FactsQuestion, Recorded};
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::rows::{OpenActivity, activity, at, award_item, points, user};

const NOTHING: PrizeValue = PrizeValue::Nothing;

fn claim_of(group: &DrawGroup) -> Claim {
    Claim {
        claim_id: ClaimId::Draw(group.draws[0].draw.draw_id),
        activity_id: group.activity_id.clone(),
        item: award_item("car"),
    }
}

async fn end(store: &Arc<dyn Store>, group: &DrawGroup) -> ClaimEnd {
    store.end_claims(&[claim_of(group)], at(9)).await.unwrap()[0]
}

pub async fn facts_of_nobody_are_zero(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let facts = open.facts(&user("nobody"), &["r"]).await;
    assert_eq!((facts.quota, facts.earlier), (Quota::default(), vec![]));
    assert_eq!(store.draw_facts(&[]).await.unwrap(), (vec![], vec![]));
}

pub async fn recorded_draws_are_facts(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 5).await;
    let draws = open.draw(&ann, "r", &[points(100), NOTHING]).await;
    let facts = open.facts(&ann, &["other", "r", "r"]).await;
    assert_eq!(facts.quota, Quota { granted: 5, used: 2, used_today: 2, used_this_month: 2 });
    assert_eq!(facts.earlier, draws.iter().map(|new| new.draw.clone()).collect::<Vec<_>>());
    assert_eq!(open.facts(&ann, &["other"]).await.earlier, []);
    assert_eq!(open.facts(&user("bob"), &["r"]).await.earlier, []);
}

pub async fn facts_answer_each_question_in_order(store: Arc<dyn Store>) {
    let (first, second) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    for (number, name) in (1..=12).zip("abcdefghijkl".chars()) {
        first.grant(&user(&name.to_string()), "g", number).await;
    }
    second.grant(&user("a"), "g", 99).await;
    let asked: Vec<_> = "ljhfdbacegik".chars().map(|name| (name, &first)).chain([('a', &second)]).collect();
    let questions: Vec<_> = asked
        .iter()
        .map(|(name, open)| FactsQuestion {
            user_id: user(&name.to_string()),
            activity_id: open.activity_id.clone(),
            day: open.day,
            request_ids: vec![],
        })
        .collect();
    let (heads, facts) = store.draw_facts(&questions).await.unwrap();
    let granted: Vec<_> = facts.iter().map(|facts| facts.quota.granted).collect();
    assert_eq!(granted, [12, 10, 8, 6, 4, 2, 1, 3, 5, 7, 9, 11, 99]);
    let heads: HashSet<_> = heads.into_iter().map(|head| head.activity_id).collect();
    assert_eq!(heads, HashSet::from([activity("a"), activity("b")]));
}

pub async fn a_repeat_is_moved_and_changes_nothing(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 5).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[points(100)]);
    assert_eq!(open.record(&group).await, Recorded::Committed);
    assert_eq!(open.record(&group).await, Recorded::Moved);
    // Even where only the used counts were brought up to date: the draw ids are taken.
    let again = DrawGroup { decided_from: open.quota(&ann).await, ..group };
    assert_eq!(open.record(&again).await, Recorded::Moved);
    assert_eq!(open.quota(&ann).await.used, 1);
    assert_eq!(store.draws_of(&ann, &Page { after: None, limit: 9 }).await.unwrap().len(), 1);
}

pub async fn groups_stand_alone(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    store.reveal_seeds(&open.activity_id, open.day).await.unwrap();
    let users = ["ann", "bob", "cat", "dan", "eve"].map(user);
    for user_id in &users {
        open.grant(user_id, "g", 5).await;
    }
    let quota = open.quota(&users[0]).await;
    let yesterday = open.on("2026-11-21");
    let stale = OpenActivity { epoch: Epoch(2), ..open.clone() };
    let groups = [
        open.group(&users[0], "r", quota, &[points(100)]),
        stale.group(&users[1], "r", quota, &[points(100)]),
        yesterday.group(&users[2], "r", quota, &[points(100)]),
        open.group(&users[3], "r", Quota { used: 1, ..quota }, &[points(100)]),
        open.group(&users[4], "r", quota, &[NOTHING, PrizeValue::Goods]),
    ];
    let answers = store.record_draws(&groups).await.unwrap();
    let expected = [Recorded::Committed, Recorded::Stale, Recorded::DayOver, Recorded::Moved, Recorded::Committed];
    assert_eq!(answers, expected);
    for (user_id, used) in users.iter().zip([1, 0, 0, 0, 2]) {
        assert_eq!(open.quota(user_id).await.used, used, "{user_id}");
        let listed = store.draws_of(user_id, &Page { after: None, limit: 9 }).await.unwrap();
        assert_eq!(listed.len(), usize::try_from(used).unwrap(), "{user_id}");
    }
    assert_eq!(store.record_draws(&[]).await.unwrap(), []);
}

pub async fn who_drew_elsewhere_meanwhile_is_left_out(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let users = ["ann", "bob", "cat"].map(user);
    for user_id in &users {
        open.grant(user_id, "g", 5).await;
    }
    let quota = open.quota(&users[0]).await;
    let of = |name: &str| users.each_ref().map(|user_id| open.group(user_id, name, quota, &[points(100), NOTHING]));
    open.draw(&users[1], "elsewhere", &[NOTHING]).await;
    let answers = store.record_draws(&of("r")).await.unwrap();
    assert_eq!(answers, [Recorded::Committed, Recorded::Moved, Recorded::Committed]);
    for (user_id, used) in users.iter().zip([2, 1, 2]) {
        let quota = open.quota(user_id).await;
        assert_eq!([quota.used, quota.used_today, quota.used_this_month], [used; 3], "{user_id}");
        let draws = store.draws_of(user_id, &Page { after: None, limit: 9 }).await.unwrap();
        let awards = store.awards_of(user_id, &Page { after: None, limit: 9 }).await.unwrap();
        assert_eq!([draws.len(), awards.len()], [usize::try_from(used).unwrap(); 2], "{user_id}");
    }
    assert_eq!(store.record_draws(&of("s")).await.unwrap(), [Recorded::Moved; 3]);
    assert_eq!(store.quota_violations(9).await.unwrap(), []);
}

pub async fn parallel_records_of_one_user_commit_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 50).await;
    let quota = open.quota(&ann).await;
    let groups: Vec<_> = (0..16).map(|number| open.group(&ann, &format!("r{number}"), quota, &[points(100)])).collect();
    let answers = join_all(groups.iter().map(|group| open.record(group))).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Recorded::Committed).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Recorded::Moved).count(), 15);
    assert_eq!(open.quota(&ann).await.used, 1);
}

pub async fn parallel_records_of_many_users_all_commit(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let users: Vec<_> = (0..40).map(|number| user(&format!("user{number}"))).collect();
    for user_id in &users {
        open.grant(user_id, "g", 1).await;
    }
    let quota = open.quota(&users[0]).await;
    let batches: Vec<Vec<_>> = users
        .chunks(5)
        .map(|users| users.iter().map(|user_id| open.group(user_id, "r", quota, &[points(1)])).collect())
        .collect();
    let answers = join_all(batches.iter().map(|groups| store.record_draws(groups))).await;
    assert!(answers.into_iter().all(|answers| answers.unwrap() == [Recorded::Committed; 5]));
}

pub async fn an_answered_request_is_moved(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 5).await;
    open.draw(&ann, "r", &[NOTHING]).await;
    let again = open.group(&ann, "r", open.quota(&ann).await, &[points(100)]);
    assert_eq!(open.record(&again).await, Recorded::Moved);
    // The same request id of another user or activity is another request.
    let bob = user("bob");
    open.won(&bob, &[NOTHING]).await;
    let other = OpenActivity::publish(&store, "b").await;
    other.won(&ann, &[NOTHING]).await;
    assert_eq!(open.facts(&bob, &["draw"]).await.earlier.len(), 1);
    assert_eq!(other.facts(&ann, &["draw"]).await.earlier.len(), 1);
}

pub async fn more_draws_than_granted_are_moved(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let nobody = open.group(&ann, "r", Quota::default(), &[NOTHING]);
    assert_eq!(open.record(&nobody).await, Recorded::Moved);
    open.grant(&ann, "g", 2).await;
    let quota = open.quota(&ann).await;
    assert_eq!(open.record(&open.group(&ann, "r", quota, &[NOTHING, NOTHING, NOTHING])).await, Recorded::Moved);
    assert_eq!(open.record(&open.group(&ann, "r", quota, &[NOTHING, NOTHING])).await, Recorded::Committed);
    let quota = open.quota(&ann).await;
    assert_eq!(open.record(&open.group(&ann, "s", quota, &[NOTHING])).await, Recorded::Moved);
}

pub async fn other_used_counts_are_moved(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    open.draw(&ann, "r", &[NOTHING]).await;
    let quota = open.quota(&ann).await;
    for wrong in [
        Quota { used: 0, ..quota },
        Quota { used: 2, ..quota },
        Quota { used_today: 0, ..quota },
        Quota { used_this_month: 2, ..quota },
    ] {
        let group = open.group(&ann, "s", wrong, &[NOTHING]);
        assert_eq!(open.record(&group).await, Recorded::Moved, "{wrong:?}");
    }
    // Draws granted meanwhile are no reason to decide again.
    let group = open.group(&ann, "s", quota, &[NOTHING]);
    open.grant(&ann, "h", 1).await;
    assert_eq!(open.record(&group).await, Recorded::Committed);
}

pub async fn days_and_months_turn(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let used = async |date: &str| {
        let quota = open.on(date).quota(&ann).await;
        (quota.used, quota.used_today, quota.used_this_month)
    };
    open.on("2026-11-29").draw(&ann, "r1", &[NOTHING, NOTHING]).await;
    open.on("2026-11-30").draw(&ann, "r2", &[NOTHING]).await;
    assert_eq!(used("2026-11-30").await, (3, 1, 3));
    assert_eq!(used("2026-12-01").await, (3, 0, 0));
    open.on("2026-12-01").draw(&ann, "r3", &[NOTHING]).await;
    assert_eq!(used("2026-12-01").await, (4, 1, 1));
    assert_eq!(used("2026-11-29").await, (4, 2, 3));
    assert_eq!(used("2027-11-30").await, (4, 0, 0));
}

pub async fn revealed_days_take_no_draws(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[points(100)]);
    store.reveal_seeds(&open.activity_id, open.day.plus(1)).await.unwrap();
    assert_eq!(open.record(&group).await, Recorded::DayOver);
    assert_eq!(open.quota(&ann).await.used, 0);
    open.on("2026-11-23").draw(&ann, "r", &[NOTHING]).await;
}

pub async fn raised_epochs_take_no_draws(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[points(100)]);
    assert_eq!(store.raise_epoch(&open.activity_id, Epoch(1)).await.unwrap(), Some(Epoch(2)));
    assert_eq!(open.record(&group).await, Recorded::Stale);
    assert_eq!(open.record(&DrawGroup { epoch: Epoch(2), ..group }).await, Recorded::Committed);
    let unknown = OpenActivity { activity_id: activity("unknown"), ..open };
    assert_eq!(unknown.record(&unknown.group(&ann, "r", Quota::default(), &[NOTHING])).await, Recorded::Stale);
}

pub async fn a_voided_draw_never_commits(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[PrizeValue::Goods]);
    assert_eq!(end(&store, &group).await, ClaimEnd::Release);
    assert_eq!(open.record(&group).await, Recorded::Moved);
    assert_eq!(end(&store, &group).await, ClaimEnd::Release);
    // Nobody ever sees the row that holds the key.
    assert_eq!(store.draw(group.draws[0].draw.draw_id).await.unwrap(), None);
    assert_eq!(store.draws_after(None, 9).await.unwrap(), []);
    assert_eq!(store.stock_truth(&open.activity_id).await.unwrap()[0].used, 0);
    open.draw(&ann, "r", &[PrizeValue::Goods]).await;
}

pub async fn a_committed_draw_is_never_voided(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let group = open.group(&ann, "r", open.quota(&ann).await, &[PrizeValue::Goods]);
    assert_eq!(open.record(&group).await, Recorded::Committed);
    assert_eq!(end(&store, &group).await, ClaimEnd::Confirm);
    assert_eq!(end(&store, &group).await, ClaimEnd::Confirm);
    assert_eq!(store.draw(group.draws[0].draw.draw_id).await.unwrap().unwrap().draw, group.draws[0].draw);
    assert_eq!(store.stock_truth(&open.activity_id).await.unwrap()[0].used, 1);
}

pub async fn draws_and_voids_race_to_one_answer(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    for number in 0..20 {
        let user_id = user(&format!("user{number}"));
        open.grant(&user_id, "g", 1).await;
        let group = open.group(&user_id, "r", open.quota(&user_id).await, &[points(1)]);
        let (recorded, ended) = tokio::join!(open.record(&group), end(&store, &group));
        let expected = match recorded {
            Recorded::Committed => ClaimEnd::Confirm,
            _ => ClaimEnd::Release,
        };
        assert_eq!(ended, expected, "{recorded:?}");
    }
}

pub async fn draws_and_raised_epochs_race_to_one_answer(store: Arc<dyn Store>) {
    let mut open = OpenActivity::publish(&store, "a").await;
    for number in 0..20 {
        let user_id = user(&format!("user{number}"));
        open.grant(&user_id, "g", 1).await;
        let group = open.group(&user_id, "r", open.quota(&user_id).await, &[PrizeValue::Goods]);
        let counted_then = async {
            let raised = store.raise_epoch(&open.activity_id, open.epoch).await.unwrap().unwrap();
            (raised, store.stock_truth(&open.activity_id).await.unwrap()[0].used)
        };
        let (_, (raised, used)) = tokio::join!(open.record(&group), counted_then);
        // Once raised, nothing claimed before can still appear: the count taken then is the count now.
        assert_eq!(store.stock_truth(&open.activity_id).await.unwrap()[0].used, used);
        open.epoch = raised;
    }
}

pub async fn nothing_is_delivered_at_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &[NOTHING, points(100)]).await;
    let states = [AwardState::Delivered, AwardState::Pending];
    for (new, state) in draws.iter().zip(states) {
        assert_eq!(store.draw(new.draw.draw_id).await.unwrap().unwrap().award_state, state);
    }
    let awards = store.awards_of(&user("ann"), &Page { after: None, limit: 9 }).await.unwrap();
    let delivered: Vec<_> = awards.iter().map(|award| award.delivered_at).collect();
    assert_eq!(delivered, [None, Some(at(0))]);
    assert_eq!(store.outbox(None, &Page { after: None, limit: 9 }).await.unwrap().len(), 1);
}

pub async fn every_value_is_kept(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let values = [
        points(12_345),
        points(0),
        PrizeValue::Draws { sku: SkuId::new("pack").unwrap(), draws: 3 },
        PrizeValue::Webhook,
        PrizeValue::Coupon,
        PrizeValue::Goods,
        NOTHING,
    ];
    let user_id = user("用户 \"1\"");
    let draws = open.won(&user_id, &values).await;
    for (new, value) in draws.iter().zip(&values) {
        let stored = store.draw(new.draw.draw_id).await.unwrap().unwrap();
        assert_eq!(stored.draw, new.draw);
        assert_eq!(stored.draw.value, *value);
    }
    let mut awards = store.awards_of(&user_id, &Page { after: None, limit: 9 }).await.unwrap();
    awards.reverse();
    assert_eq!(awards.len(), values.len());
    for (award, new) in awards.iter().zip(&draws) {
        assert_eq!(award.value, new.draw.value);
        assert_eq!(award.award_record_id, new.draw.award_record_id);
        assert_eq!((award.draw_id, &award.award_id), (new.draw.draw_id, &new.draw.award_id));
        assert_eq!((&award.user_id, &award.activity_id), (&user_id, &open.activity_id));
        assert_eq!((award.version, award.dispatch_at), (new.draw.version, new.dispatch_at));
        assert_eq!((award.created_at, &award.reference), (new.draw.drawn_at, &None));
    }
}

pub async fn draws_are_listed_newest_first(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let ann = user("ann");
    let mut expected = Vec::new();
    open.grant(&ann, "g", 9).await;
    other.grant(&ann, "g", 9).await;
    for number in 0..4 {
        expected.extend(open.draw(&ann, &format!("r{number}"), &[NOTHING]).await);
        expected.extend(other.draw(&ann, &format!("r{number}"), &[points(1)]).await);
        open.won(&user(&format!("user{number}")), &[NOTHING]).await;
    }
    expected.reverse();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let part = store.draws_of(&ann, &Page { after, limit: 3 }).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.draw.draw_id);
        assert!(part.len() <= 3);
        listed.extend(part);
    }
    let listed: Vec<_> = listed.into_iter().map(|listed| listed.draw).collect();
    assert_eq!(listed, expected.into_iter().map(|new| new.draw).collect::<Vec<_>>());
}

pub async fn awards_are_listed_newest_first(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = user("ann");
    let mut expected: Vec<_> = open.won(&ann, &[NOTHING; 7]).await;
    open.won(&user("bob"), &[NOTHING]).await;
    expected.reverse();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let part = store.awards_of(&ann, &Page { after, limit: 3 }).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.award_record_id);
        listed.extend(part);
    }
    let listed: Vec<_> = listed.into_iter().map(|award| award.award_record_id).collect();
    assert_eq!(listed, expected.into_iter().map(|new| new.draw.award_record_id).collect::<Vec<_>>());
}

pub async fn wins_are_listed_newest_first(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let mut expected = Vec::new();
    for number in 0..4 {
        expected.extend(open.won(&user(&format!("winner{number}")), &[points(number)]).await);
        open.won(&user(&format!("loser{number}")), &[NOTHING]).await;
        other.won(&user(&format!("other{number}")), &[points(9)]).await;
    }
    let newest_first = |draw: &Draw| std::cmp::Reverse((draw.day, draw.draw_id.ulid()));
    let mut expected: Vec<_> = expected.into_iter().map(|new| new.draw).collect();
    expected.sort_by_key(newest_first);
    assert_eq!(store.latest_wins(&open.activity_id, 9).await.unwrap(), expected);
    expected.truncate(2);
    assert_eq!(store.latest_wins(&open.activity_id, 2).await.unwrap(), expected);
}
