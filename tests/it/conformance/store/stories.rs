//! What became of a draw, and of a user.

use std::sync::Arc;

use big_market::domain::award::{AwardState, PrizeValue};
use big_market::domain::calendar::Timestamp;
use big_market::domain::id::{DrawId, SkuId, UserId};
use big_market::domain::ledger::{Entry, TransferReason};
use big_market::domain::outbox::{AttemptEnd, AttemptOutcome, OutboxState};
use big_market::domain::story::{DrawStory, TimelineFilter, TimelineItem, TimelineKind};
use big_market::store::behaviours::BehavioursRecorded;
use big_market::store::draws::NewDraw;
use big_market::store::{Page, Store};
use ulid::Ulid;

use crate::support::exchanges::{earn, payment, redemption, reversal, sign_in};
use crate::support::points::Saver;
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

/// The whole timeline of a user, read in parts of `limit`.
async fn timeline(store: &Arc<dyn Store>, user_id: &UserId, limit: u32) -> Vec<TimelineItem> {
    filtered(store, user_id, &TimelineFilter::default(), limit).await
}

/// What is wanted of it.
async fn filtered(store: &Arc<dyn Store>, user_id: &UserId, filter: &TimelineFilter, limit: u32) -> Vec<TimelineItem> {
    let (mut told, mut after) = (Vec::new(), None);
    loop {
        let part = store.timeline(user_id, filter, &Page { after, limit }).await.unwrap();
        let Some(last) = part.last() else { return told };
        after = Some(last.ulid());
        assert!(part.len() <= usize::try_from(limit).unwrap());
        told.extend(part);
    }
}

pub async fn a_timeline_is_merged_without_gaps(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let ann = user("ann");
    let mut expected: Vec<(&str, Ulid)> = Vec::new();
    for round in 0..4 {
        for open in [&open, &other] {
            let key = format!("{round} {}", open.activity_id);
            for user_id in [&ann, &user("bob")] {
                open.grant(user_id, &format!("g{round}"), 2).await;
                earn(&store, user_id, 500, None).await;
                let exchange = redemption(open, user_id, &key, (200, 1));
                store.record_redemption(&exchange).await.unwrap();
                let (paid, signed_in) = (payment(open, user_id, &key), sign_in(open, user_id, 1));
                let reported = if round == 0 { vec![paid, signed_in] } else { vec![paid] };
                assert_eq!(store.record_behaviours(&reported).await.unwrap(), BehavioursRecorded::Committed);
                let pack = PrizeValue::Draws { sku: SkuId::new("pack").unwrap(), draws: 1 };
                let draws = open.draw(user_id, &format!("r{round}"), &[points(1), pack]).await;
                attempt(&store, &draws[0], 1, AttemptOutcome::CreditPoints).await;
                attempt(&store, &draws[1], 1, AttemptOutcome::GrantDraws).await;
                if *user_id == ann {
                    expected.extend([("recharge", Ulid::nil()), ("points", Ulid::nil())]);
                    expected.push(("redemption", exchange.order.redemption_id.ulid()));
                    expected.extend(reported.iter().map(|new| ("behaviour", new.behaviour.behaviour_id.ulid())));
                    expected.extend(draws.iter().map(|new| ("draw", new.draw.draw_id.ulid())));
                }
            }
        }
    }
    expected.reverse();
    for limit in [1, 2, 3, 7, 100] {
        let told = timeline(&store, &ann, limit).await;
        assert!(told.windows(2).all(|pair| pair[0].ulid() > pair[1].ulid()), "newest first");
        let found: Vec<_> = told
            .iter()
            .map(|item| match item {
                TimelineItem::Draw(drawn) => {
                    assert_eq!(drawn.entries.len() + drawn.orders.len(), 1, "told within the draw");
                    ("draw", item.ulid())
                }
                TimelineItem::Redemption(redeemed) => {
                    assert_eq!((redeemed.entries.len(), redeemed.orders.len()), (1, 1), "told within the redemption");
                    ("redemption", item.ulid())
                }
                TimelineItem::Behaviour(rewarded) => {
                    assert_eq!((rewarded.entries.len(), rewarded.orders.len()), (1, 1), "told within the behaviour");
                    ("behaviour", item.ulid())
                }
                TimelineItem::Recharge(order) => {
                    assert_eq!((&order.user_id, order.source.parts().0), (&ann, "request"));
                    ("recharge", Ulid::nil())
                }
                TimelineItem::Points(entry) => {
                    assert_eq!((entry.reason, entry.amount.hundredths()), (TransferReason::Earn, 500));
                    ("points", Ulid::nil())
                }
            })
            .collect();
        assert_eq!(found, expected, "by {limit}");
    }
    assert_eq!(
        store.timeline(&user("nobody"), &TimelineFilter::default(), &Page { after: None, limit: 9 }).await.unwrap(),
        []
    );
}

/// One item of each kind and one more, each at an instant of its own.
async fn items_at_instants(store: &Arc<dyn Store>, ann: &UserId) {
    let open = OpenActivity::publish(store, "a").await;
    open.grant(ann, "g", 2).await;
    earn(store, ann, 500, None).await;
    store.record_redemption(&redemption(&open, ann, "x", (200, 1))).await.unwrap();
    store.record_behaviours(&[payment(&open, ann, "p")]).await.unwrap();
    let draws = open.draw(ann, "r", &[points(1), PrizeValue::Nothing]).await;
    attempt(store, &draws[0], 1, AttemptOutcome::CreditPoints).await;
}

fn kind_of(item: &TimelineItem) -> TimelineKind {
    match item {
        TimelineItem::Draw(_) => TimelineKind::Draw,
        TimelineItem::Redemption(_) => TimelineKind::Redemption,
        TimelineItem::Behaviour(_) => TimelineKind::Behaviour,
        TimelineItem::Recharge(_) => TimelineKind::Recharge,
        TimelineItem::Points(_) => TimelineKind::Points,
    }
}

pub async fn a_timeline_tells_what_is_wanted_of_it(store: Arc<dyn Store>) {
    use TimelineKind::{Behaviour, Draw, Points, Recharge, Redemption};
    let ann = user("ann");
    items_at_instants(&store, &ann).await;
    let whole = timeline(&store, &ann, 9).await;
    assert_eq!(whole.len(), 6);
    for (kind, count) in [(Draw, 2), (Redemption, 1), (Behaviour, 1), (Recharge, 1), (Points, 1)] {
        let expected: Vec<_> = whole.iter().filter(|item| kind_of(item) == kind).cloned().collect();
        assert_eq!(expected.len(), count, "{kind}");
        let filter = TimelineFilter { kind: Some(kind), ..TimelineFilter::default() };
        for limit in [1, 9] {
            assert_eq!(filtered(&store, &ann, &filter, limit).await, expected, "{kind} by {limit}");
        }
    }
    let began = |item: &TimelineItem| {
        Timestamp::from_timestamp_millis(i64::try_from(item.ulid().timestamp_ms()).unwrap()).unwrap()
    };
    let times = whole.iter().map(began);
    for (since, before) in times.clone().flat_map(|since| times.clone().map(move |before| (since, before))) {
        let within = |item: &&TimelineItem| since <= began(item) && began(item) < before;
        let expected: Vec<_> = whole.iter().filter(within).cloned().collect();
        let filter = TimelineFilter { kind: None, since: Some(since), before: Some(before) };
        assert_eq!(filtered(&store, &ann, &filter, 2).await, expected, "{since} to {before}");
    }
    let (first, last) = (began(whole.last().unwrap()), began(&whole[0]));
    let since = TimelineFilter { since: Some(first), ..TimelineFilter::default() };
    assert_eq!(filtered(&store, &ann, &since, 2).await, whole, "the instant itself is within");
    let before = TimelineFilter { before: Some(last), kind: Some(Draw), ..TimelineFilter::default() };
    let expected: Vec<_> = whole.iter().filter(|item| kind_of(item) == Draw && began(item) < last).cloned().collect();
    assert_eq!(filtered(&store, &ann, &before, 1).await, expected, "both at once");
}

pub async fn a_redemption_and_a_behaviour_tell_what_they_caused(store: Arc<dyn Store>) {
    let (open, other) = (OpenActivity::publish(&store, "a").await, OpenActivity::publish(&store, "b").await);
    let ann = user("ann");
    earn(&store, &ann, 900, None).await;
    let [kept, undone] = ["kept", "undone"].map(|key| redemption(&open, &ann, key, (200, 3)));
    store.record_redemption(&kept).await.unwrap();
    store.record_redemption(&undone).await.unwrap();
    store.reverse_redemption(&reversal(&undone)).await.unwrap();
    // One report in two activities, which grant draws and points alone.
    let (mut here, mut there) = (payment(&open, &ann, "pay-1"), payment(&other, &ann, "pay-1"));
    (here.credits, there.orders) = (Vec::new(), Vec::new());
    for new in [&mut here, &mut there] {
        new.behaviour.report_id = Some(new.behaviour.behaviour_id);
    }
    store.record_behaviours(&[here.clone(), there.clone()]).await.unwrap();
    // What was asked for by itself is reversed by itself: no redemption's.
    let saver = Saver { store: store.clone(), user_id: ann.clone() };
    let spent = saver.spend("spent", 100).await;
    saver.reverse("back", spent.transfer_id).await;

    let items = timeline(&store, &ann, 9).await;
    let amounts = |entries: &[Entry]| entries.iter().map(|entry| entry.amount.hundredths()).collect::<Vec<_>>();
    let [points_back, points_out, second, first, reversed, redeemed, earned] = items.as_slice() else {
        panic!("{items:#?}")
    };
    for (item, reason) in [(points_back, "reversal"), (points_out, "spend"), (earned, "earn")] {
        assert!(matches!(item, TimelineItem::Points(entry) if entry.reason.as_str() == reason), "{item:?}");
    }
    let TimelineItem::Redemption(told) = redeemed else { panic!("{redeemed:?}") };
    assert_eq!((&told.order, &told.orders), (&kept.order, &vec![kept.order.recharge()]));
    assert_eq!(amounts(&told.entries), [-200]);
    let TimelineItem::Redemption(told) = reversed else { panic!("{reversed:?}") };
    assert_eq!((told.order.reversed_at, &told.orders), (Some(at(60)), &vec![undone.order.recharge()]));
    assert_eq!(amounts(&told.entries), [-200, 200]);
    let TimelineItem::Behaviour(told) = first else { panic!("{first:?}") };
    assert_eq!((&told.behaviour, &told.orders, &told.entries), (&here.behaviour, &here.orders, &vec![]));
    let TimelineItem::Behaviour(told) = second else { panic!("{second:?}") };
    assert_eq!((&told.behaviour, &told.orders), (&there.behaviour, &vec![]));
    assert_eq!(amounts(&told.entries), [100]);
}
