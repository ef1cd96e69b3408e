//! A user whose points are moved through the port of the store alone.

use std::sync::Arc;

use big_market::domain::calendar::Timestamp;
use big_market::domain::id::{HoldId, TransferId, UserId};
use big_market::domain::ledger::{Entry, Hold, HoldState, Holdings, Transfer};
use big_market::domain::points::Points;
use big_market::store::ledger::{Ended, Held, Moved, NewHold, NewHoldEnd, NewReversal, NewTransfer, Reversed};
use big_market::store::{Page, Store};

use super::rows::{at, mint, request};

/// One user and the store that remembers their points. Amounts are hundredths, and all happens at noon unless told otherwise.
#[derive(Clone)]
pub struct Saver {
    pub store: Arc<dyn Store>,
    pub user_id: UserId,
}

pub fn hundredths(amount: i64) -> Points {
    Points::from_hundredths(amount)
}

impl Saver {
    pub fn transfer_id(&self) -> TransferId {
        TransferId::from_ulid(mint(&self.user_id))
    }

    pub fn new_transfer(&self, key: &str, amount: i64) -> NewTransfer {
        NewTransfer {
            transfer_id: self.transfer_id(),
            user_id: self.user_id.clone(),
            request_id: request(key),
            amount: hundredths(amount),
            note: None,
            at: at(0),
        }
    }

    pub fn new_hold(&self, key: &str, amount: i64, held_until: Option<Timestamp>) -> NewHold {
        NewHold {
            hold_id: HoldId::from_ulid(mint(&self.user_id)),
            transfer_id: self.transfer_id(),
            user_id: self.user_id.clone(),
            request_id: request(key),
            amount: hundredths(amount),
            held_until,
            at: at(0),
        }
    }

    pub fn new_end(&self, key: &str, hold_id: HoldId, state: HoldState) -> NewHoldEnd {
        NewHoldEnd {
            hold_id,
            user_id: self.user_id.clone(),
            transfer_id: self.transfer_id(),
            request_id: request(key),
            state,
            at: at(5),
        }
    }

    pub fn new_reversal(&self, key: &str, reverses: TransferId) -> NewReversal {
        NewReversal {
            transfer_id: self.transfer_id(),
            user_id: self.user_id.clone(),
            request_id: request(key),
            reverses,
            at: at(5),
        }
    }

    pub async fn earn(&self, key: &str, amount: i64, expires_at: Option<Timestamp>) -> Transfer {
        match self.store.earn(&self.new_transfer(key, amount), expires_at).await.unwrap() {
            Moved::Committed(transfer) => transfer,
            other => panic!("{other:?}"),
        }
    }

    pub async fn spend(&self, key: &str, amount: i64) -> Transfer {
        match self.try_spend(key, amount).await {
            Moved::Committed(transfer) => transfer,
            other => panic!("{other:?}"),
        }
    }

    pub async fn try_spend(&self, key: &str, amount: i64) -> Moved {
        self.store.spend(&self.new_transfer(key, amount)).await.unwrap()
    }

    pub async fn hold(&self, key: &str, amount: i64, held_until: Option<Timestamp>) -> Hold {
        match self.store.hold(&self.new_hold(key, amount, held_until)).await.unwrap() {
            Held::Committed(hold) => hold,
            other => panic!("{other:?}"),
        }
    }

    pub async fn end(&self, key: &str, hold_id: HoldId, state: HoldState) -> Ended {
        self.store.end_hold(&self.new_end(key, hold_id, state)).await.unwrap()
    }

    pub async fn reverse(&self, key: &str, reverses: TransferId) -> Reversed {
        self.store.reverse(&self.new_reversal(key, reverses)).await.unwrap()
    }

    /// Expires what is due at `now`. Gives how many lots were.
    pub async fn expire(&self, now: Timestamp) -> u64 {
        let due = self.store.due_lots(now, 100).await.unwrap();
        let lots: Vec<_> = due.into_iter().map(|lot_id| (lot_id, self.transfer_id())).collect();
        self.store.expire_lots(&lots, now).await.unwrap()
    }

    pub async fn holdings(&self) -> Holdings {
        self.store.holdings(&self.user_id, 100).await.unwrap()
    }

    /// Balance and what is set aside, in hundredths.
    pub async fn balances(&self) -> (i64, i64) {
        let holdings = self.holdings().await;
        assert_eq!(self.store.points(&self.user_id).await.unwrap(), holdings.balance);
        (holdings.balance.hundredths(), holdings.held.hundredths())
    }

    /// What is left of each lot that expires, soonest first, in hundredths.
    pub async fn expiring(&self) -> Vec<i64> {
        self.holdings().await.expiring.iter().map(|lot| lot.amount.hundredths()).collect()
    }

    pub async fn history(&self) -> Vec<Entry> {
        self.store.entries(&self.user_id, &Page { after: None, limit: 10_000 }).await.unwrap()
    }

    /// Fails where the books do not hold, or a balance of the history does not follow from the one before.
    pub async fn check(&self) {
        assert_eq!(self.store.ledger_violations(9).await.unwrap(), []);
        let mut balance = Points::ZERO;
        for entry in self.history().await.iter().rev() {
            assert_eq!(entry.balance.hundredths(), balance.hundredths() + entry.amount.hundredths(), "{entry:?}");
            balance = entry.balance;
        }
        assert_eq!(self.holdings().await.balance, balance);
    }
}
