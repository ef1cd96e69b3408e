//! What somebody who never draws asks for about points, and what was answered.

use big_market::app::{App, HoldEndRequest, HoldRequest, ReversalRequest, TransferRequest};
use big_market::domain::calendar::Timestamp;
use big_market::domain::id::{RequestId, UserId};
use big_market::domain::ledger::{Hold, HoldState, Transfer};
use big_market::domain::points::Points;
use big_market::domain::refusal::Refusal;
use big_market::fault::Error;
use chrono::TimeDelta;
use rand::RngExt;
use rand::rngs::StdRng;

/// Whose points are only saved.
pub fn saver() -> UserId {
    UserId::new("saver").unwrap()
}

/// One request about points.
#[derive(Debug, Clone)]
pub enum Wish {
    Earn(TransferRequest, Option<Timestamp>),
    Spend(TransferRequest),
    Hold(HoldRequest),
    End(HoldEndRequest),
    Reverse(ReversalRequest),
}

/// What a caller was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Transfer(Transfer),
    Hold(Hold),
}

impl Wish {
    pub async fn ask(self, app: App) -> Result<(Told, bool), Error> {
        let told = match self {
            Self::Earn(request, expires_at) => app.earn(request, expires_at).await?,
            Self::Spend(request) => app.spend(request).await?,
            Self::Reverse(request) => app.reverse(&request).await?,
            Self::Hold(request) => {
                // The answer to a hold says nothing about its end.
                let held = app.hold(&request).await?;
                return Ok((Told::Hold(Hold { end: None, ..held.answer }), held.repeated));
            }
            Self::End(request) => {
                let ended = app.end_hold(&request).await?;
                return Ok((Told::Hold(ended.answer), ended.repeated));
            }
        };
        Ok((Told::Transfer(told.answer), told.repeated))
    }
}

/// Every wish there was, with what its caller knows.
#[derive(Default)]
pub struct Savings {
    wishes: Vec<(Wish, Option<Told>)>,
}

impl Savings {
    /// A new wish or one that is repeated. Gives its number, by which the answer is noted.
    pub fn any(&mut self, random: &mut StdRng, now: Timestamp) -> (usize, Wish) {
        if !self.wishes.is_empty() && random.random_bool(0.2) {
            let number = random.random_range(0..self.wishes.len());
            return (number, self.wishes[number].0.clone());
        }
        let number = self.wishes.len();
        let request_id = RequestId::new(&format!("points-{number}")).unwrap();
        let amount = Points::from_hundredths(random.random_range(1..200));
        let soon = random.random_bool(0.7).then(|| now + TimeDelta::minutes(random.random_range(1..3_000)));
        let told: Vec<&Told> = self.wishes.iter().filter_map(|(_, told)| told.as_ref()).collect();
        let some_told = (!told.is_empty()).then(|| told[random.random_range(0..told.len())].clone());
        let transfer = TransferRequest { user_id: saver(), request_id: request_id.clone(), amount, note: None };
        let wish = match (random.random_range(0..10), some_told) {
            (0..3, _) => Wish::Earn(transfer, soon),
            (3..5, _) => Wish::Spend(transfer),
            (5..7, _) => Wish::Hold(HoldRequest { user_id: saver(), request_id, amount, held_until: soon }),
            (_, Some(Told::Transfer(told))) => {
                Wish::Reverse(ReversalRequest { user_id: saver(), transfer_id: told.transfer_id, request_id })
            }
            (_, Some(Told::Hold(hold))) => {
                let state = if random.random_bool(0.5) { HoldState::Captured } else { HoldState::Released };
                Wish::End(HoldEndRequest { user_id: saver(), hold_id: hold.hold_id, request_id, state })
            }
            (_, None) => Wish::Earn(transfer, soon),
        };
        self.wishes.push((wish.clone(), None));
        (number, wish)
    }

    /// Notes an answer; fails where it is not the one that was given before.
    pub fn note(&mut self, number: usize, answer: Result<(Told, bool), Error>) {
        let (wish, known) = &mut self.wishes[number];
        match answer {
            Ok((told, _)) => {
                if let Some(first) = known {
                    assert_eq!(*first, told, "a repeat gets the first answer: {wish:?}");
                }
                *known = Some(told);
            }
            Err(Error::Refusal(refusal)) => {
                assert!(known.is_none(), "{wish:?} was answered and refused afterwards: {refusal}");
                let expected = matches!(
                    refusal,
                    Refusal::InsufficientPoints { .. } | Refusal::Conflict { .. } | Refusal::InvalidRequest { .. }
                );
                assert!(expected, "{wish:?}: {refusal}");
            }
            Err(Error::Fault(fault)) => assert!(fault.cause.to_string().contains("bad luck"), "{fault}"),
        }
    }

    /// Every wish that was answered, with its answer.
    pub fn answered(&self) -> Vec<(Wish, Told)> {
        self.wishes.iter().filter_map(|(wish, told)| Some((wish.clone(), told.clone()?))).collect()
    }
}
