//! Points set aside, and what becomes of them.

use std::sync::Arc;

use big_market::domain::ledger::{Hold, HoldEnd, HoldState, TransferReason};
use big_market::domain::points::Points;
use big_market::store::Store;
use big_market::store::ledger::{Ended, Held, NewHold, NewHoldEnd};
use futures::future::join_all;

use crate::support::points::{Saver, hundredths};
use crate::support::rows::{at, request, user};

const CAPTURED: HoldState = HoldState::Captured;
const RELEASED: HoldState = HoldState::Released;

fn saver(store: &Arc<dyn Store>, text: &str) -> Saver {
    Saver { store: store.clone(), user_id: user(text) }
}

async fn ann_with(store: &Arc<dyn Store>, amount: i64) -> Saver {
    let ann = saver(store, "ann");
    ann.earn("e", amount, Some(at(1_000))).await;
    ann
}

pub async fn a_hold_leaves_the_balance_at_once(store: Arc<dyn Store>) {
    let ann = ann_with(&store, 100).await;
    let new = ann.new_hold("h", 60, Some(at(90)));
    let expected = Hold {
        hold_id: new.hold_id,
        user_id: user("ann"),
        amount: hundredths(60),
        balance: hundredths(40),
        transfer_id: new.transfer_id,
        request_id: request("h"),
        held_until: Some(at(90)),
        created_at: at(0),
        end: None,
    };
    assert_eq!(store.hold(&new).await.unwrap(), Held::Committed(expected.clone()));
    assert_eq!((ann.balances().await, ann.expiring().await), ((40, 60), vec![40]));
    // A repeat is told the same, however late and whatever it asks for.
    let again = NewHold { at: at(500), ..ann.new_hold("h", 1, Some(at(90))) };
    assert_eq!(store.hold(&again).await.unwrap(), Held::Earlier(expected));
    assert_eq!(store.hold(&ann.new_hold("over", 1, Some(at(0)))).await.unwrap(), Held::Late);
    assert_eq!(ann.balances().await, (40, 60));
    ann.check().await;
}

pub async fn a_hold_is_told_as_it_stands_to_its_own_user(store: Arc<dyn Store>) {
    let ann = ann_with(&store, 100).await;
    let (first, second) = (ann.hold("h", 60, Some(at(90))).await, ann.hold("i", 10, None).await);
    let told = async |text: &str, hold_id| store.hold_of(&user(text), hold_id).await.unwrap();
    assert_eq!(told("ann", first.hold_id).await, Some(first.clone()));
    for (hold, state) in [(&first, RELEASED), (&second, CAPTURED)] {
        let new = ann.new_end(&format!("end {state}"), hold.hold_id, state);
        store.end_hold(&new).await.unwrap();
        let end = HoldEnd { state, transfer_id: new.transfer_id, ended_at: at(5) };
        assert_eq!(told("ann", hold.hold_id).await, Some(Hold { end: Some(end), ..hold.clone() }));
    }
    assert_eq!(told("bob", first.hold_id).await, None);
    assert_eq!(told("ann", ann.new_hold("never", 1, None).hold_id).await, None);
}

pub async fn a_captured_hold_is_gone(store: Arc<dyn Store>) {
    let ann = ann_with(&store, 100).await;
    let hold = ann.hold("h", 60, None).await;
    let new = ann.new_end("c", hold.hold_id, CAPTURED);
    let end = HoldEnd { state: CAPTURED, transfer_id: new.transfer_id, ended_at: at(5) };
    let ended = Hold { end: Some(end), ..hold };
    assert_eq!(store.end_hold(&new).await.unwrap(), Ended::Committed(ended.clone()));
    assert_eq!((ann.balances().await, ann.expiring().await), ((40, 0), vec![40]));
    assert_eq!(store.end_hold(&new).await.unwrap(), Ended::Earlier(ended.clone()));
    assert_eq!(ann.end("another key", ended.hold_id, CAPTURED).await, Ended::Earlier(ended.clone()));
    assert_eq!(ann.end("r", ended.hold_id, RELEASED).await, Ended::Otherwise(ended));
    assert_eq!((ann.balances().await, ann.history().await.len()), ((40, 0), 2));
    ann.check().await;
}

pub async fn a_released_hold_is_back_in_its_lots(store: Arc<dyn Store>) {
    let ann = ann_with(&store, 100).await;
    ann.earn("never", 100, None).await;
    let hold = ann.hold("h", 130, None).await;
    let Ended::Committed(ended) = ann.end("r", hold.hold_id, RELEASED).await else { panic!("not released") };
    assert_eq!(ended.end.map(|end| end.state), Some(RELEASED));
    assert_eq!((ann.balances().await, ann.expiring().await), ((200, 0), vec![100]));
    assert_eq!(ann.end("r", hold.hold_id, RELEASED).await, Ended::Earlier(ended.clone()));
    assert_eq!(ann.end("c", hold.hold_id, CAPTURED).await, Ended::Otherwise(ended));
    let reasons: Vec<_> = ann.history().await.into_iter().map(|entry| entry.reason).collect();
    let expected = [TransferReason::Release, TransferReason::Hold, TransferReason::Earn, TransferReason::Earn];
    assert_eq!(reasons, expected);
    ann.check().await;
}

pub async fn a_key_ends_one_hold(store: Arc<dyn Store>) {
    let (ann, bob) = (ann_with(&store, 100).await, saver(&store, "bob"));
    let (first, second) = (ann.hold("h1", 10, None).await, ann.hold("h2", 20, None).await);
    assert!(matches!(ann.end("k", first.hold_id, CAPTURED).await, Ended::Committed(_)));
    assert_eq!(ann.end("k", second.hold_id, CAPTURED).await, Ended::Reused);
    assert!(
        matches!(ann.end("k", second.hold_id, RELEASED).await, Ended::Committed(_)),
        "keys belong to a kind of end"
    );
    assert_eq!(bob.end("k", first.hold_id, CAPTURED).await, Ended::Unknown, "it is somebody else's");
    assert_eq!(ann.end("x", ann.new_hold("none", 1, None).hold_id, CAPTURED).await, Ended::Unknown);
    assert_eq!(ann.balances().await, (90, 0));
    ann.check().await;
}

pub async fn parallel_ends_of_a_hold_have_one_winner(store: Arc<dyn Store>) {
    for round in 0..6 {
        let ann = saver(&store, &format!("ann {round}"));
        ann.earn("e", 100, None).await;
        let hold = ann.hold("h", 60, None).await;
        let wishes: Vec<NewHoldEnd> = (0..10)
            .map(|number| {
                ann.new_end(&format!("k{number}"), hold.hold_id, if number % 2 == 0 { CAPTURED } else { RELEASED })
            })
            .collect();
        let answers = join_all(wishes.iter().map(|wish| store.end_hold(wish))).await;
        let mut ends = Vec::new();
        for answer in answers {
            match answer.unwrap() {
                Ended::Committed(hold) => ends.push(hold.end.unwrap().state),
                Ended::Earlier(_) | Ended::Otherwise(_) => {}
                other => panic!("{other:?}"),
            }
        }
        let [end] = ends.as_slice() else { panic!("{ends:?}") };
        assert_eq!(ann.balances().await, (if *end == CAPTURED { 40 } else { 100 }, 0));
        ann.check().await;
    }
}

pub async fn an_overdue_hold_can_only_be_released(store: Arc<dyn Store>) {
    let ann = ann_with(&store, 100).await;
    let hold = ann.hold("h", 60, Some(at(5))).await;
    assert_eq!(ann.end("c", hold.hold_id, CAPTURED).await, Ended::Overdue(hold.clone()), "its time ends with its end");
    assert_eq!(ann.balances().await, (40, 60));
    assert!(matches!(ann.end("r", hold.hold_id, RELEASED).await, Ended::Committed(_)));
    assert_eq!(ann.balances().await, (100, 0));
    ann.check().await;
}

pub async fn overdue_holds_are_released_once(store: Arc<dyn Store>) {
    let ann = ann_with(&store, 100).await;
    let early = ann.hold("h1", 10, Some(at(50))).await.hold_id;
    let late = ann.hold("h2", 20, Some(at(60))).await.hold_id;
    let never = ann.hold("h3", 30, None).await.hold_id;
    let captured = ann.hold("h4", 5, Some(at(55))).await.hold_id;
    ann.end("c", captured, CAPTURED).await;
    assert_eq!(store.overdue_holds(at(49), 9).await.unwrap(), []);
    assert_eq!(store.overdue_holds(at(60), 1).await.unwrap(), [early]);
    assert_eq!(store.overdue_holds(at(60), 9).await.unwrap(), [early, late]);
    let wanted = |hold| (hold, ann.transfer_id());
    let all = [wanted(never), wanted(captured), wanted(early), wanted(late)];
    assert_eq!(store.release_overdue(&all, at(50)).await.unwrap(), 1, "only what is held and overdue");
    assert_eq!(ann.balances().await, (45, 50));
    let again: Vec<_> = (0..8).map(|_| [wanted(early), wanted(late)]).collect();
    let released = join_all(again.iter().map(|holds| store.release_overdue(holds, at(60)))).await;
    assert_eq!(released.into_iter().map(Result::unwrap).sum::<u64>(), 1);
    assert_eq!(ann.balances().await, (65, 30));
    let Ended::Earlier(ended) = ann.end("r", early, RELEASED).await else { panic!("it was released") };
    assert_eq!(ended.end.unwrap().ended_at, at(50));
    assert_eq!(store.points(&user("bob")).await.unwrap(), Points::ZERO);
    ann.check().await;
}
