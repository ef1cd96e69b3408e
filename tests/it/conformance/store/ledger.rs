//! Points: balances and entries, what is earned and what is spent.

use std::collections::BTreeSet;
use std::sync::Arc;

use big_market::domain::bucket::Bucket;
use big_market::domain::ledger::{ExpiringLot, Transfer, TransferReason};
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::points::Points;
use big_market::store::ledger::{Held, Moved, NewTransfer};
use big_market::store::outbox::Finish;
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::points::{Saver, hundredths};
use crate::support::rows::{OpenActivity, at, finish, lease, points, request, user};

pub async fn nobody_has_no_points(store: Arc<dyn Store>) {
    assert_eq!(store.points(&user("issuer")).await.unwrap(), Points::ZERO);
    assert_eq!(store.entries(&user("nobody"), &Page { after: None, limit: 9 }).await.unwrap(), []);
}

pub async fn entries_are_listed_newest_first(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let draws = open.won(&user("ann"), &(1..=7).map(points).collect::<Vec<_>>()).await;
    for delivery in lease(&store, &draws, at(1)).await {
        store.finish_attempts(&[finish(&delivery, AttemptOutcome::CreditPoints)], at(2)).await.unwrap();
    }
    // A user may be called what the issuer's account is called.
    assert_eq!(store.points(&user("issuer")).await.unwrap(), Points::ZERO);
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let part = store.entries(&user("ann"), &Page { after, limit: 3 }).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.transfer_id);
        listed.extend(part);
    }
    let amounts: Vec<_> = listed.iter().map(|entry| entry.amount.hundredths()).collect();
    let balances: Vec<_> = listed.iter().map(|entry| entry.balance.hundredths()).collect();
    assert_eq!(amounts, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(balances, [28, 21, 15, 10, 6, 3, 1]);
    assert!(listed.iter().all(|entry| entry.reason == TransferReason::Award && entry.created_at == at(2)));
}

fn saver(store: &Arc<dyn Store>, text: &str) -> Saver {
    Saver { store: store.clone(), user_id: user(text) }
}

pub async fn earned_points_are_shown_with_their_expiry(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    let new = NewTransfer { note: Some("order 7".into()), ..ann.new_transfer("e", 500) };
    let Moved::Committed(earned) = store.earn(&new, Some(at(60))).await.unwrap() else { panic!("not earned") };
    let expected = Transfer {
        transfer_id: new.transfer_id,
        user_id: user("ann"),
        reason: TransferReason::Earn,
        amount: hundredths(500),
        balance: hundredths(500),
        request_id: request("e"),
        note: Some("order 7".into()),
        expires_at: Some(at(60)),
        reverses: None,
        created_at: at(0),
    };
    assert_eq!(earned, expected);
    ann.earn("for ever", 7, None).await;
    let holdings = ann.holdings().await;
    assert_eq!((holdings.balance, holdings.held), (hundredths(507), Points::ZERO));
    let lot = ExpiringLot { lot_id: new.transfer_id, amount: hundredths(500), expires_at: at(60) };
    assert_eq!(holdings.expiring, [lot]);
    let history = ann.history().await;
    assert_eq!((history[1].key.as_str(), history[1].note.as_deref()), ("e", Some("order 7")));
    assert_eq!(store.holdings(&user("ann"), 0).await.unwrap().expiring, []);
    ann.check().await;
}

pub async fn a_repeated_transfer_gets_the_first_answer(store: Arc<dyn Store>) {
    let (ann, bob) = (saver(&store, "ann"), saver(&store, "bob"));
    let earned = ann.earn("same", 500, Some(at(60))).await;
    let spent = ann.spend("same", 200).await;
    ann.earn("more", 900, None).await;
    // Whatever a repeat asks for, and however late it comes, it moves nothing.
    let late = NewTransfer { at: at(600), ..ann.new_transfer("same", 77) };
    assert_eq!(store.earn(&late, Some(at(60))).await.unwrap(), Moved::Earlier(earned));
    assert_eq!(store.spend(&late).await.unwrap(), Moved::Earlier(spent.clone()));
    assert_eq!((spent.amount, spent.balance), (hundredths(-200), hundredths(300)));
    assert_eq!(bob.earn("same", 11, None).await.balance, hundredths(11));
    assert_eq!((ann.balances().await, bob.balances().await), ((1_200, 0), (11, 0)));
    ann.check().await;
}

pub async fn keys_and_users_are_never_mixed_up(store: Arc<dyn Store>) {
    let (one, other) = (saver(&store, "a/b"), saver(&store, "a"));
    one.earn("c", 5, None).await;
    other.earn("b/c", 7, None).await;
    assert_eq!((one.balances().await, other.balances().await), ((5, 0), (7, 0)));
    assert_eq!(other.history().await[0].key, "b/c");
}

pub async fn points_that_would_expire_at_once_are_not_given(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    for expires_at in [at(-1), at(0)] {
        assert_eq!(store.earn(&ann.new_transfer("e", 5), Some(expires_at)).await.unwrap(), Moved::Late);
    }
    assert_eq!((ann.balances().await, ann.history().await), ((0, 0), vec![]));
    ann.earn("e", 5, Some(at(1))).await;
}

pub async fn a_debit_needs_the_whole_amount(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    assert_eq!(ann.try_spend("s", 1).await, Moved::Short { balance: Points::ZERO });
    ann.earn("e", 500, None).await;
    assert_eq!(ann.try_spend("s", 501).await, Moved::Short { balance: hundredths(500) });
    let hold = ann.new_hold("h", 501, None);
    assert_eq!(store.hold(&hold).await.unwrap(), Held::Short { balance: hundredths(500) });
    assert_eq!((ann.balances().await, ann.history().await.len()), ((500, 0), 1));
    // A refused request leaves nothing behind: its key can be used again.
    assert_eq!(ann.spend("s", 500).await.balance, Points::ZERO);
    ann.check().await;
}

pub async fn lots_that_expire_first_are_spent_first(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    ann.earn("never", 100, None).await;
    ann.earn("late", 100, Some(at(300))).await;
    ann.earn("soon", 100, Some(at(100))).await;
    ann.earn("as late", 100, Some(at(300))).await;
    ann.spend("a", 130).await;
    assert_eq!(ann.expiring().await, [70, 100]);
    ann.spend("b", 70).await;
    assert_eq!(ann.expiring().await, [100]);
    ann.spend("c", 150).await;
    assert_eq!((ann.expiring().await, ann.balances().await), (vec![], (50, 0)));
    ann.check().await;
}

pub async fn two_parallel_spends_with_a_balance_for_one_exactly_one_succeeds(store: Arc<dyn Store>) {
    for round in 0..20 {
        let ann = saver(&store, &format!("ann {round}"));
        ann.earn("e", 100, None).await;
        let (one, other) = tokio::join!(ann.try_spend("one", 100), ann.try_spend("other", 100));
        let short = Moved::Short { balance: Points::ZERO };
        assert!((one == short) != (other == short), "{one:?} and {other:?}");
        assert_eq!(ann.balances().await, (0, 0));
    }
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
}

pub async fn parallel_spends_and_holds_take_exactly_what_there_is(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    for lot in 0..10 {
        ann.earn(&format!("e{lot}"), 100, Some(at(100 + lot))).await;
    }
    let wishes = (0..40).map(|number| {
        let ann = ann.clone();
        async move {
            let key = format!("k{number}");
            if number % 2 == 0 {
                matches!(ann.try_spend(&key, 70).await, Moved::Committed(_))
            } else {
                matches!(ann.store.hold(&ann.new_hold(&key, 70, None)).await.unwrap(), Held::Committed(_))
            }
        }
    });
    let taken = join_all(wishes).await.into_iter().filter(|taken| *taken).count();
    assert_eq!(taken, 14, "1000 hundredths are enough for 14 times 70");
    assert_eq!(ann.balances().await.0, 20);
    ann.check().await;
}

pub async fn parallel_repeats_of_one_request_move_once(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    let earned = join_all((0..12).map(|_| {
        let ann = ann.clone();
        async move { ann.store.earn(&ann.new_transfer("e", 100), None).await.unwrap() }
    }))
    .await;
    let spent = join_all((0..12).map(|_| ann.try_spend("s", 30))).await;
    for answers in [earned, spent] {
        let committed = answers.iter().filter(|answer| matches!(answer, Moved::Committed(_))).count();
        let transfers: BTreeSet<_> = answers
            .iter()
            .map(|answer| match answer {
                Moved::Committed(transfer) | Moved::Earlier(transfer) => transfer.transfer_id,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!((committed, transfers.len()), (1, 1));
    }
    assert_eq!(ann.balances().await, (70, 0));
    ann.check().await;
}

pub async fn batches_of_the_same_buckets_never_block_each_other(store: Arc<dyn Store>) {
    // No two groups have a user in common, and each moves the same four issuers in one go.
    let of_bucket = |number: u16| {
        let users = (0..).map(|n| saver(&store, &format!("user {n}")));
        users.filter(move |saver| Bucket::of(&saver.user_id).number() == number).take(6).collect::<Vec<_>>()
    };
    let buckets: Vec<_> = [900, 3, 777, 100].map(of_bucket).into();
    let groups = (0..6).map(|group| {
        let users: Vec<_> = buckets.iter().map(|users| users[group].clone()).collect();
        async move {
            for round in 0..10 {
                let key = format!("e{round}");
                let earned = join_all(users.iter().map(|user| user.earn(&key, 100, Some(at(100))))).await;
                let mut lots: Vec<_> = earned.iter().map(|lot| (lot.transfer_id, users[0].transfer_id())).collect();
                lots.rotate_left(group % 4);
                assert_eq!(users[0].store.expire_lots(&lots, at(100)).await.unwrap(), 4);
            }
        }
    });
    join_all(groups).await;
    for saver in buckets.iter().flatten() {
        assert_eq!((saver.balances().await, saver.history().await.len()), ((0, 0), 20));
    }
    assert_eq!(store.ledger_violations(9).await.unwrap(), []);
}

pub async fn each_balance_follows_from_the_one_before(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    ann.earn("e", 1_000, None).await;
    // Minted first and committed last: its entry comes last all the same.
    let early = ann.new_transfer("early", 1);
    ann.spend("a", 2).await;
    assert!(matches!(store.spend(&early).await.unwrap(), Moved::Committed(_)));
    ann.spend("b", 4).await;
    let history = ann.history().await;
    assert_eq!(history.iter().map(|entry| entry.balance.hundredths()).collect::<Vec<_>>(), [993, 997, 998, 1_000]);
    // By parts, from any entry on, it is the same list; a cursor of somebody else's leads nowhere.
    for (position, entry) in history.iter().enumerate() {
        let page = Page { after: Some(entry.transfer_id), limit: 10 };
        assert_eq!(store.entries(&ann.user_id, &page).await.unwrap(), history[position + 1..]);
        assert_eq!(store.entries(&user("bob"), &page).await.unwrap(), []);
    }
    ann.check().await;
}

pub async fn awarded_points_expire_when_their_campaign_says(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let ann = saver(&store, "ann");
    let draws = open.won(&ann.user_id, &[points(30), points(50)]).await;
    for (delivery, points_expire_at) in lease(&store, &draws, at(1)).await.iter().zip([None, Some(at(90))]) {
        let finish = Finish { points_expire_at, ..finish(delivery, AttemptOutcome::CreditPoints) };
        store.finish_attempts(&[finish], at(2)).await.unwrap();
    }
    assert_eq!((ann.balances().await, ann.expiring().await), ((80, 0), vec![50]));
    assert_eq!(ann.expire(at(90)).await, 1);
    assert_eq!(ann.balances().await, (30, 0));
    ann.check().await;
}
