//! Random operations on points against a simple book of lots in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use big_market::domain::calendar::Timestamp;
use big_market::domain::id::{HoldId, TransferId};
use big_market::domain::ledger::HoldState;
use big_market::store::Store;
use big_market::store::ledger::{Ended, Held, Moved, NewHold, NewHoldEnd, NewReversal, NewTransfer, Reversed};
use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::points::{Saver, hundredths};
use crate::support::rows::{at, user};

const SEEDS: u64 = 6;
const STEPS: u32 = 120;

/// One credit.
#[derive(Debug, Clone)]
struct Lot {
    left: i64,
    expires_at: Option<Timestamp>,
    has_expired: bool,
}

/// What a debit took: the numbers of lots and how much of each.
type Uses = Vec<(usize, i64)>;

/// A transfer that may be taken back.
#[derive(Debug, Clone)]
enum Past {
    Earned { lot: usize, amount: i64 },
    Spent(Uses),
    Reversed,
}

#[derive(Debug, Clone)]
struct OpenHold {
    uses: Uses,
    until: Option<Timestamp>,
    end: Option<HoldState>,
}

/// The book: lots in the order they were made, and what may still be undone.
#[derive(Default)]
struct Book {
    lots: Vec<Lot>,
    past: BTreeMap<TransferId, Past>,
    holds: BTreeMap<HoldId, OpenHold>,
}

impl Book {
    fn balance(&self) -> i64 {
        self.lots.iter().map(|lot| lot.left).sum()
    }

    fn held(&self) -> i64 {
        let open = self.holds.values().filter(|hold| hold.end.is_none());
        open.flat_map(|hold| &hold.uses).map(|(_, amount)| amount).sum()
    }

    fn expiring(&self) -> Vec<(i64, Timestamp)> {
        let lots = self.lots.iter().filter(|lot| lot.left > 0);
        let mut expiring: Vec<_> = lots.filter_map(|lot| Some((lot.left, lot.expires_at?))).collect();
        expiring.sort_by_key(|(_, expires_at)| *expires_at);
        expiring
    }

    /// Takes an amount unit by unit: from the lot `first`, then from the lot that expires next, then from the oldest.
    fn take(&mut self, amount: i64, first: Option<usize>) -> Option<Uses> {
        if self.balance() < amount {
            return None;
        }
        let mut order: Vec<usize> = (0..self.lots.len()).collect();
        order.sort_by_key(|number| {
            let lot = &self.lots[*number];
            (Some(*number) != first, lot.expires_at.is_none(), lot.expires_at, *number)
        });
        let (mut missing, mut uses) = (amount, Uses::new());
        for number in order {
            let taken = missing.min(self.lots[number].left);
            if taken > 0 {
                self.lots[number].left -= taken;
                missing -= taken;
                uses.push((number, taken));
            }
        }
        Some(uses)
    }

    fn put_back(&mut self, uses: &Uses) {
        for (number, amount) in uses {
            self.lots[*number].left += amount;
        }
    }

    fn expire(&mut self, now: Timestamp) -> u64 {
        let mut expired = 0;
        for lot in &mut self.lots {
            if lot.left > 0 && lot.expires_at.is_some_and(|expires_at| expires_at <= now) {
                (lot.left, lot.has_expired) = (0, true);
                expired += 1;
            }
        }
        expired
    }
}

/// One random life of one user.
struct Life {
    random: StdRng,
    now: Timestamp,
    saver: Saver,
    book: Book,
    keys: u32,
}

impl Life {
    fn key(&mut self) -> String {
        self.keys += 1;
        format!("key {}", self.keys)
    }

    /// Nothing, or a time soon after now.
    fn soon(&mut self) -> Option<Timestamp> {
        self.random.random_bool(0.7).then(|| self.now + TimeDelta::seconds(self.random.random_range(1..40)))
    }

    fn any<K: Copy + Ord, V>(&mut self, of: &BTreeMap<K, V>) -> Option<K> {
        let at = self.random.random_range(0..of.len().max(1));
        of.keys().nth(at).copied()
    }

    async fn step(&mut self) {
        self.now += TimeDelta::seconds(self.random.random_range(0..4));
        match self.random.random_range(0..100) {
            0..30 => self.earn().await,
            30..55 => self.spend().await,
            55..68 => self.hold().await,
            68..80 => self.end().await,
            80..91 => self.reverse().await,
            _ => self.expire().await,
        }
        let holdings = self.saver.holdings().await;
        assert_eq!(holdings.balance.hundredths(), self.book.balance());
        assert_eq!(holdings.held.hundredths(), self.book.held());
        // Lots that expire together may stand in either order.
        let mut shown: Vec<_> = holdings.expiring.iter().map(|lot| (lot.amount.hundredths(), lot.expires_at)).collect();
        let mut expected = self.book.expiring();
        assert!(shown.is_sorted_by_key(|(_, expires_at)| *expires_at));
        shown.sort_by_key(|(amount, expires_at)| (*expires_at, *amount));
        expected.sort_by_key(|(amount, expires_at)| (*expires_at, *amount));
        assert_eq!(shown, expected);
    }

    async fn earn(&mut self) {
        let (key, amount, expires_at) = (self.key(), self.random.random_range(1..100), self.soon());
        let new = NewTransfer { at: self.now, ..self.saver.new_transfer(&key, amount) };
        let answer = self.saver.store.earn(&new, expires_at).await.unwrap();
        let Moved::Committed(earned) = answer else { panic!("{answer:?}") };
        self.book.lots.push(Lot { left: amount, expires_at, has_expired: false });
        self.book.past.insert(earned.transfer_id, Past::Earned { lot: self.book.lots.len() - 1, amount });
        assert_eq!(earned.balance.hundredths(), self.book.balance());
    }

    async fn spend(&mut self) {
        let (key, amount) = (self.key(), self.random.random_range(1..150));
        let new = NewTransfer { at: self.now, ..self.saver.new_transfer(&key, amount) };
        let answer = self.saver.store.spend(&new).await.unwrap();
        match (self.book.take(amount, None), answer) {
            (Some(uses), Moved::Committed(spent)) => {
                assert_eq!(spent.balance.hundredths(), self.book.balance());
                self.book.past.insert(spent.transfer_id, Past::Spent(uses));
            }
            (None, Moved::Short { balance }) => assert_eq!(balance.hundredths(), self.book.balance()),
            other => panic!("{other:?}"),
        }
    }

    async fn hold(&mut self) {
        let (key, amount, until) = (self.key(), self.random.random_range(1..100), self.soon());
        let new = NewHold { at: self.now, ..self.saver.new_hold(&key, amount, until) };
        let answer = self.saver.store.hold(&new).await.unwrap();
        match (self.book.take(amount, None), answer) {
            (Some(uses), Held::Committed(hold)) => {
                self.book.holds.insert(hold.hold_id, OpenHold { uses, until, end: None });
            }
            (None, Held::Short { balance }) => assert_eq!(balance.hundredths(), self.book.balance()),
            other => panic!("{other:?}"),
        }
    }

    async fn end(&mut self) {
        let holds = self.book.holds.clone();
        let Some(hold_id) = self.any(&holds) else { return };
        let state = if self.random.random_bool(0.5) { HoldState::Captured } else { HoldState::Released };
        let key = self.key();
        let new = NewHoldEnd { at: self.now, ..self.saver.new_end(&key, hold_id, state) };
        let answer = self.saver.store.end_hold(&new).await.unwrap();
        let hold = &holds[&hold_id];
        let is_over = hold.until.is_some_and(|until| until <= self.now);
        match (hold.end, answer) {
            (Some(end), Ended::Earlier(_)) => assert_eq!(end, state),
            (Some(end), Ended::Otherwise(_)) => assert_ne!(end, state),
            (None, Ended::Overdue(_)) => assert!(is_over && state == HoldState::Captured),
            (None, Ended::Committed(_)) => {
                assert!(!is_over || state == HoldState::Released);
                if state == HoldState::Released {
                    self.book.put_back(&hold.uses);
                }
                self.book.holds.get_mut(&hold_id).unwrap().end = Some(state);
            }
            other => panic!("{other:?}"),
        }
    }

    async fn reverse(&mut self) {
        let past = self.book.past.clone();
        let Some(transfer_id) = self.any(&past) else { return };
        let key = self.key();
        let new = NewReversal { at: self.now, ..self.saver.new_reversal(&key, transfer_id) };
        let answer = self.saver.store.reverse(&new).await.unwrap();
        match (&past[&transfer_id], answer) {
            (Past::Reversed, Reversed::Already(_)) => return,
            (Past::Spent(uses), Reversed::Committed(back)) => {
                self.book.put_back(uses);
                assert_eq!(back.balance.hundredths(), self.book.balance());
            }
            (Past::Earned { lot, .. }, Reversed::Expired) => {
                assert!(self.book.lots[*lot].has_expired);
                return;
            }
            (Past::Earned { lot, amount }, answer) => {
                assert!(!self.book.lots[*lot].has_expired);
                match (self.book.take(*amount, Some(*lot)), answer) {
                    (Some(_), Reversed::Committed(_)) => {}
                    (None, Reversed::Short { amount: wanted, .. }) => {
                        assert_eq!(wanted, hundredths(*amount));
                        return;
                    }
                    other => panic!("{other:?}"),
                }
            }
            other => panic!("{other:?}"),
        }
        self.book.past.insert(transfer_id, Past::Reversed);
    }

    async fn expire(&mut self) {
        assert_eq!(self.saver.expire(self.now).await, self.book.expire(self.now));
        let overdue = self.saver.store.overdue_holds(self.now, 100).await.unwrap();
        let holds: Vec<_> = overdue.into_iter().map(|hold| (hold, self.saver.transfer_id())).collect();
        let released = self.saver.store.release_overdue(&holds, self.now).await.unwrap();
        let mut expected = 0;
        for hold in self.book.holds.clone().values_mut() {
            if hold.end.is_none() && hold.until.is_some_and(|until| until <= self.now) {
                self.book.put_back(&hold.uses);
                expected += 1;
            }
        }
        for hold in self.book.holds.values_mut() {
            if hold.end.is_none() && hold.until.is_some_and(|until| until <= self.now) {
                hold.end = Some(HoldState::Released);
            }
        }
        assert_eq!(released, expected);
    }
}

pub async fn any_sequence_of_operations_agrees_with_a_simple_book(store: Arc<dyn Store>) {
    for seed in 0..SEEDS {
        let saver = Saver { store: store.clone(), user_id: user(&format!("user {seed}")) };
        let random = StdRng::seed_from_u64(seed);
        let mut life = Life { random, now: at(0), saver, book: Book::default(), keys: 0 };
        for _ in 0..STEPS {
            life.step().await;
        }
        life.saver.check().await;
        // Nobody else's points may be left over for the next life to expire.
        life.now += TimeDelta::seconds(100);
        life.expire().await;
        life.expire().await;
    }
}
