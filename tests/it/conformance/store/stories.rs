//! What became of a draw, and of a user.

use std::sync::Arc;

use big_market::domain::award::{AwardState, PrizeValue};
use big_market::domain::id::{DrawId, SkuId};
use big_market::domain::outbox::{AttemptEnd, AttemptOutcome, OutboxState};
use big_market::domain::story::{DrawStory, TimelineItem};
use big_market::store::draws::NewDraw;
use big_market::store::{Page, Store};
use ulid::Ulid;

use crate::support::rows::{OpenActivity, at, finish, lease, mint, points, user};

async fn story(store: &Arc<dyn Store>, new: &NewDraw) -> DrawStory {
    store.draw_story(new.draw.draw_id).await.unwrap().unwrap()
}

/// One attempt at so many seconds.
async fn attempt(store: &Arc<dyn Store>, new: &NewDraw, seconds: i64, outcome: AttemptOutcome) {
    let delivery = lease(store, std::slice::from_ref(new), at(seconds)).await.remove(0);
    store.finish_attempts(&[finish(&delivery, outcome)], at(seconds + 1)).await.unwrap();
}

pub async fn a_draw_tells_everything_it_caused(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let pack = PrizeValue::Draws { sku: SkuId::new("pack").unwrap(), draws: 2 };
    let prizes = [points(100), pack, PrizeValue::Webhook, PrizeValue::Nothing, PrizeValue::Goods];
    let draws = open.won(&user("ann"), &prizes).await;
    attempt(&store, &draws[0], 1, AttemptOutcome::CreditPoints).await;
    attempt(&store, &draws[1], 2, AttemptOutcome::GrantDraws).await;
    attempt(&store, &draws[2], 3, AttemptOutcome::Retry { run_at: at(9), error: "503: later".into() }).await;
    attempt(&store, &draws[2], 10, AttemptOutcome::Snooze { run_at: at(20), reason: "busy".into() }).await;
    let outcome = AttemptOutcome::Delivered { reference: Some("r-1".into()), reply: Some("200 OK".into()) };
    attempt(&store, &draws[2], 30, outcome).await;

    let told = story(&store, &draws[0]).await;
    assert_eq!((&told.draw, told.award.state), (&draws[0].draw, AwardState::Delivered));
    assert_eq!(told.work.unwrap().state, OutboxState::Done);
    assert_eq!(told.entries.iter().map(|entry| entry.amount.hundredths()).collect::<Vec<_>>(), [100]);
    assert_eq!((told.attempts, told.orders), (vec![], vec![]), "the entry is the evidence");

    let told = story(&store, &draws[1]).await;
    assert_eq!(told.orders.iter().map(|order| order.draws).collect::<Vec<_>>(), [2]);
    assert_eq!((told.attempts, told.entries), (vec![], vec![]), "the order is the evidence");

    let told = story(&store, &draws[2]).await;
    let attempts = told.attempts.iter();
    let attempts: Vec<_> = attempts.map(|one| (one.lease, one.outcome, one.detail.as_deref().unwrap())).collect();
    assert_eq!(attempts, [(1, AttemptEnd::Retry, "503: later"), (3, AttemptEnd::Delivered, "200 OK")]);
    assert_eq!(told.attempts[1].reference.as_deref(), Some("r-1"));
    assert_eq!((told.attempts[1].began_at, told.attempts[1].ended_at), (at(1), at(31)));
    assert_eq!(told.award.reference.as_deref(), Some("r-1"));

    let told = story(&store, &draws[3]).await;
    assert_eq!((told.work, told.award.state), (None, AwardState::Delivered));
    let told = story(&store, &draws[4]).await;
    assert_eq!((told.work.unwrap().state, told.award.state), (OutboxState::Pending, AwardState::Pending));
    assert_eq!(store.draw_story(DrawId::from_ulid(mint(&user("ann")))).await.unwrap(), None);

    // Finished work is forgotten before the attempts it took.
    store.prune_outbox(at(99), &(0..1024), 9).await.unwrap();
    let told = story(&store, &draws[2]).await;
    assert_eq!((told.work, told.attempts.len()), (None, 2));
}

pub async fn a_timeline_is_merged_without_gaps(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let ann = user("ann");
    let mut expected: Vec<(&str, Ulid)> = Vec::new();
    for round in 0..4 {
        for open in [&open, &other] {
            open.grant(&ann, &format!("g{round}"), 2).await;
            open.grant(&user("bob"), &format!("g{round}"), 2).await;
            let pack = PrizeValue::Draws { sku: SkuId::new("pack").unwrap(), draws: 1 };
            let draws = open.draw(&ann, &format!("r{round}"), &[points(1), pack]).await;
            open.draw(&user("bob"), &format!("r{round}"), &[points(1)]).await;
            attempt(&store, &draws[0], 1, AttemptOutcome::CreditPoints).await;
            attempt(&store, &draws[1], 1, AttemptOutcome::GrantDraws).await;
            expected.push(("recharge", Ulid::nil()));
            expected.extend(draws.iter().map(|new| ("draw", new.draw.draw_id.ulid())));
        }
    }
    expected.reverse();
    for limit in [1, 2, 3, 7, 100] {
        let (mut told, mut after) = (Vec::new(), None);
        loop {
            let part = store.timeline(&ann, &Page { after, limit }).await.unwrap();
            let Some(last) = part.last() else { break };
            after = Some(last.ulid());
            assert!(part.len() <= usize::try_from(limit).unwrap());
            told.extend(part);
        }
        assert!(told.windows(2).all(|pair| pair[0].ulid() > pair[1].ulid()), "newest first");
        let found: Vec<_> = told
            .iter()
            .map(|item| match item {
                TimelineItem::Draw(drawn) => {
                    assert_eq!(drawn.entries.len() + drawn.orders.len(), 1, "told within the draw");
                    ("draw", drawn.draw.draw_id.ulid())
                }
                TimelineItem::Recharge(order) => {
                    assert_eq!(order.user_id, ann);
                    ("recharge", Ulid::nil())
                }
                TimelineItem::Points(entry) => panic!("a draw caused {entry:?}"),
            })
            .collect();
        assert_eq!(found, expected, "by {limit}");
    }
    assert_eq!(store.timeline(&user("nobody"), &Page { after: None, limit: 9 }).await.unwrap(), []);
}
