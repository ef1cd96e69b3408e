//! Counters of one activity in Redis and what tests look at.

use big_market::config::RedisConfig;
use big_market::domain::id::{ActivityId, DrawId};
use big_market::domain::stock::{ClaimEnd, ClaimId, Epoch, StockCounter, StockTruth};
use big_market::fault::Fault;
use big_market::stock::redis::RedisStock;
use big_market::stock::{Counted, Reservation, Stock};

use crate::support::rows::{activity, at, award_item, mint, user};

pub const FIRST: Epoch = Epoch(1);
pub const SECOND: Epoch = Epoch(2);
pub const KEYS: [&str; 4] = ["units", "claims", "times", "returned"];

/// Counters of activity `a`, whose award is a car.
pub struct Table {
    pub stock: RedisStock,
    pub settings: RedisConfig,
}

impl Table {
    pub async fn open(settings: RedisConfig) -> Self {
        let stock = RedisStock::open(&settings).await.unwrap();
        Self { stock, settings }
    }

    /// Filled under the first epoch: five cars, one of them won.
    pub async fn filled(settings: RedisConfig) -> Self {
        let table = Self::open(settings).await;
        assert_eq!(table.fill(FIRST).await.unwrap(), Counted::Answer(()));
        table
    }

    pub async fn fill(&self, epoch: Epoch) -> Result<Counted<()>, Fault> {
        let truth = [StockTruth { item: award_item("car"), total: 5, used: 1 }];
        self.stock.fill(&activity_id(), epoch, &truth).await
    }

    /// Reserves one under the first epoch.
    pub async fn reserve(&self, claim_id: ClaimId) -> Result<Counted<Vec<Option<usize>>>, Fault> {
        self.stock.reserve(&activity_id(), FIRST, &[car_for(claim_id)], at(0)).await
    }

    /// Confirms one under the first epoch.
    pub async fn confirm(&self, claim_id: ClaimId) -> Result<Counted<()>, Fault> {
        self.stock.settle(&activity_id(), FIRST, &[(claim_id, ClaimEnd::Confirm)]).await
    }

    pub async fn give_back(&self, claim_id: ClaimId) -> Result<Counted<()>, Fault> {
        self.stock.give_back(&activity_id(), FIRST, &[(claim_id, award_item("car"))]).await
    }

    pub async fn counters(&self, epoch: Epoch) -> Result<Counted<Vec<StockCounter>>, Fault> {
        self.stock.counters(&activity_id(), epoch).await
    }

    /// (left, confirmed, claimed) under an epoch in which it is filled.
    pub async fn counts(&self, epoch: Epoch) -> (u64, u64, u64) {
        let Counted::Answer(counters) = self.counters(epoch).await.unwrap() else { panic!("the counters are stale") };
        let [car] = counters.try_into().unwrap();
        assert_eq!(car.total, car.left + car.confirmed + car.claimed);
        (car.left, car.confirmed, car.claimed)
    }

    /// Every method answers `stale` to the first epoch, until it is filled under the second.
    pub async fn is_stale_until_filled(&self) {
        assert_eq!(self.reserve(claim_id()).await.unwrap(), Counted::Stale);
        assert_eq!(self.confirm(claim_id()).await.unwrap(), Counted::Stale);
        assert_eq!(self.give_back(claim_id()).await.unwrap(), Counted::Stale);
        assert_eq!(self.stock.open_claims(&activity_id(), FIRST, at(9), 9).await.unwrap(), Counted::Stale);
        assert_eq!(self.counters(FIRST).await.unwrap(), Counted::Stale);
        assert_eq!(self.fill(SECOND).await.unwrap(), Counted::Answer(()));
        assert_eq!(self.counts(SECOND).await, (4, 1, 0));
    }

    pub fn key(&self, part: &str) -> String {
        format!("{}:stock:{{a}}:{part}", self.settings.prefix)
    }
}

pub fn activity_id() -> ActivityId {
    activity("a")
}

pub fn claim_id() -> ClaimId {
    ClaimId::Draw(DrawId::from_ulid(mint(&user("ann"))))
}

pub fn car_for(claim_id: ClaimId) -> Reservation {
    Reservation { claim_id, choices: vec![Some(award_item("car"))] }
}

/// What a reservation that got its first choice answers.
pub fn given() -> Counted<Vec<Option<usize>>> {
    Counted::Answer(vec![Some(0)])
}
