//! Taking transfers of points back, and points that expire.

use std::sync::Arc;

use big_market::domain::ledger::{HoldState, TransferReason};
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::points::Points;
use big_market::store::Store;
use big_market::store::ledger::{Held, Reversed};
use futures::future::join_all;

use crate::support::points::{Saver, hundredths};
use crate::support::rows::{OpenActivity, at, finish, lease, points, user};

fn saver(store: &Arc<dyn Store>, text: &str) -> Saver {
    Saver { store: store.clone(), user_id: user(text) }
}

pub async fn what_was_spent_goes_back_into_its_lots(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    ann.earn("soon", 100, Some(at(100))).await;
    ann.earn("late", 100, Some(at(200))).await;
    ann.earn("never", 100, None).await;
    let spent = ann.spend("s", 250).await;
    assert_eq!(ann.expiring().await, Vec::<i64>::new());
    let Reversed::Committed(reversal) = ann.reverse("r", spent.transfer_id).await else { panic!("not reversed") };
    assert_eq!((reversal.amount, reversal.balance), (hundredths(250), hundredths(300)));
    assert_eq!((reversal.reverses, reversal.reason), (Some(spent.transfer_id), TransferReason::Reversal));
    assert_eq!((reversal.expires_at, reversal.created_at), (None, at(5)));
    assert_eq!((ann.expiring().await, ann.balances().await), (vec![100, 100], (300, 0)));
    ann.check().await;
}

pub async fn what_was_earned_is_taken_from_its_own_lot_first(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    ann.earn("soon", 100, Some(at(100))).await;
    let late = ann.earn("late", 100, Some(at(200))).await;
    let never = ann.earn("never", 100, None).await;
    assert!(matches!(ann.reverse("r1", late.transfer_id).await, Reversed::Committed(_)));
    assert_eq!((ann.expiring().await, ann.balances().await), (vec![100], (200, 0)));
    // What is missing in its own lot comes from the others.
    ann.spend("s", 140).await;
    ann.earn("soon again", 50, Some(at(100))).await;
    assert!(matches!(ann.reverse("r2", never.transfer_id).await, Reversed::Committed(_)));
    assert_eq!((ann.expiring().await, ann.balances().await), (vec![10], (10, 0)));
    ann.check().await;
}

pub async fn a_reversed_earning_needs_the_balance(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    let earned = ann.earn("e", 100, None).await;
    let spent = ann.spend("s", 1).await;
    let short = Reversed::Short { amount: hundredths(100), balance: hundredths(99) };
    assert_eq!(ann.reverse("r", earned.transfer_id).await, short);
    assert_eq!((ann.balances().await, ann.history().await.len()), ((99, 0), 2));
    assert!(matches!(ann.reverse("r2", spent.transfer_id).await, Reversed::Committed(_)));
    assert!(matches!(ann.reverse("r", earned.transfer_id).await, Reversed::Committed(_)));
    assert_eq!(ann.balances().await, (0, 0));
    ann.check().await;
}

pub async fn a_transfer_is_reversed_once(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    let earned = ann.earn("e", 100, None).await;
    let spent = ann.spend("s", 30).await;
    let Reversed::Committed(reversal) = ann.reverse("r", spent.transfer_id).await else { panic!("not reversed") };
    assert_eq!(ann.reverse("r", spent.transfer_id).await, Reversed::Earlier(reversal.clone()));
    // The key tells what it was used for, whatever it is sent with.
    assert_eq!(ann.reverse("r", earned.transfer_id).await, Reversed::Earlier(reversal.clone()));
    assert_eq!(ann.reverse("other", spent.transfer_id).await, Reversed::Already(reversal.transfer_id));
    assert_eq!(ann.balances().await, (100, 0));
    ann.check().await;
}

pub async fn only_earnings_and_spendings_are_reversed(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let (ann, bob) = (saver(&store, "ann"), saver(&store, "bob"));
    let draws = open.won(&ann.user_id, &[points(30)]).await;
    let delivery = lease(&store, &draws, at(1)).await.remove(0);
    let finish = finish(&delivery, AttemptOutcome::CreditPoints);
    store.finish_attempts(std::slice::from_ref(&finish), at(2)).await.unwrap();
    let hold = ann.hold("h", 10, None).await;
    let spent = ann.spend("s", 5).await;
    let Reversed::Committed(reversal) = ann.reverse("r", spent.transfer_id).await else { panic!("not reversed") };
    for (transfer_id, reason) in [
        (finish.transfer_id, TransferReason::Award),
        (hold.transfer_id, TransferReason::Hold),
        (reversal.transfer_id, TransferReason::Reversal),
    ] {
        assert_eq!(ann.reverse("x", transfer_id).await, Reversed::Never(reason));
    }
    assert_eq!(ann.reverse("x", ann.transfer_id()).await, Reversed::Unknown);
    assert_eq!(bob.reverse("x", spent.transfer_id).await, Reversed::Unknown, "it is somebody else's");
    assert_eq!(ann.balances().await, (20, 10));
    ann.check().await;
}

pub async fn parallel_reversals_have_one_winner(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    ann.earn("e", 100, None).await;
    let spent = ann.spend("s", 60).await;
    let keys: Vec<_> = (0..10).map(|number| format!("r{number}")).collect();
    let answers = join_all(keys.iter().map(|key| ann.reverse(key, spent.transfer_id))).await;
    let won = answers.iter().filter(|answer| matches!(answer, Reversed::Committed(_))).count();
    let late = answers.iter().filter(|answer| matches!(answer, Reversed::Already(_))).count();
    assert_eq!((won, late), (1, 9));
    assert_eq!(ann.balances().await, (100, 0));
    ann.check().await;
}

pub async fn a_lot_expires_once(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    let lot = ann.earn("soon", 100, Some(at(100))).await.transfer_id;
    ann.earn("late", 100, Some(at(200))).await;
    ann.earn("never", 100, None).await;
    ann.spend("s", 30).await;
    assert_eq!(store.due_lots(at(99), 9).await.unwrap(), []);
    assert_eq!(store.expire_lots(&[(lot, ann.transfer_id())], at(99)).await.unwrap(), 0, "it is not due yet");
    assert_eq!(store.due_lots(at(100), 9).await.unwrap(), [lot]);
    let tries = join_all((0..8).map(|_| ann.expire(at(100)))).await;
    assert_eq!(tries.iter().sum::<u64>(), 1);
    assert_eq!(store.expire_lots(&[(lot, ann.transfer_id())], at(100)).await.unwrap(), 0);
    assert_eq!((ann.balances().await, ann.expiring().await), ((200, 0), vec![100]));
    let last = ann.history().await.remove(0);
    assert_eq!((last.amount, last.reason, last.key), (hundredths(-70), TransferReason::Expiry, format!("{lot}/1")));
    assert_eq!(store.expire_lots(&[], at(100)).await.unwrap(), 0);
    ann.check().await;
}

pub async fn many_lots_of_many_users_expire_together(store: Arc<dyn Store>) {
    let savers: Vec<_> = ["ann", "bob", "cat"].iter().map(|text| saver(&store, text)).collect();
    for saver in &savers {
        for number in 0..4 {
            saver.earn(&format!("e{number}"), 10 + number, Some(at(100 - number))).await;
        }
    }
    assert_eq!(store.due_lots(at(100), 5).await.unwrap().len(), 5, "at most as many as are asked for");
    let due = store.due_lots(at(97), 99).await.unwrap();
    assert_eq!(due.len(), 3, "one of each user");
    let lots: Vec<_> = due.into_iter().map(|lot_id| (lot_id, savers[0].transfer_id())).collect();
    assert_eq!(store.expire_lots(&lots, at(97)).await.unwrap(), 3);
    assert_eq!(savers[1].expire(at(100)).await, 9);
    for saver in &savers {
        assert_eq!((saver.balances().await, saver.history().await.len()), ((0, 0), 8));
        saver.check().await;
    }
}

pub async fn what_comes_back_to_an_expired_lot_expires_again(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    let earned = ann.earn("soon", 100, Some(at(100))).await;
    let spent = ann.spend("s", 20).await;
    let hold = ann.hold("h", 30, Some(at(90))).await;
    assert_eq!(ann.expire(at(100)).await, 1);
    assert_eq!(ann.balances().await, (0, 30));
    // Points that have expired cannot be taken back from those that have not.
    ann.earn("more", 500, None).await;
    assert_eq!(ann.reverse("r", earned.transfer_id).await, Reversed::Expired);
    assert!(matches!(ann.reverse("r", spent.transfer_id).await, Reversed::Committed(_)));
    assert_eq!(ann.expiring().await, [20]);
    ann.end("release", hold.hold_id, HoldState::Released).await;
    assert_eq!((ann.expiring().await, ann.balances().await), (vec![50], (550, 0)));
    assert_eq!(ann.expire(at(100)).await, 1);
    assert_eq!(ann.expire(at(100)).await, 0);
    assert_eq!(ann.balances().await, (500, 0));
    let keys: Vec<_> = ann.history().await.into_iter().map(|entry| entry.key).collect();
    assert!(keys.contains(&format!("{}/1", earned.transfer_id)) && keys.contains(&format!("{}/2", earned.transfer_id)));
    ann.check().await;
}

pub async fn a_balance_is_never_below_zero_while_points_expire(store: Arc<dyn Store>) {
    let ann = saver(&store, "ann");
    for number in 0..10 {
        ann.earn(&format!("e{number}"), 10, Some(at(100))).await;
    }
    let spends = (0..10).map(|number| {
        let ann = ann.clone();
        async move {
            if number % 3 == 0 {
                ann.expire(at(100)).await;
            }
            let new = ann.new_hold(&format!("h{number}"), 15, None);
            match ann.store.hold(&new).await.unwrap() {
                Held::Committed(hold) => hold.amount.hundredths(),
                Held::Short { .. } => 0,
                other => panic!("{other:?}"),
            }
        }
    });
    let held: i64 = join_all(spends).await.into_iter().sum();
    ann.expire(at(100)).await;
    assert_eq!(ann.balances().await, (0, held));
    assert_eq!(store.points(&ann.user_id).await.unwrap(), Points::ZERO);
    ann.check().await;
}
