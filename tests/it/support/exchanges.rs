//! Rows of what users do and exchange, made without the application.

use std::sync::Arc;

use big_market::domain::behaviour::Behaviour;
use big_market::domain::calendar::Timestamp;
use big_market::domain::draw::{RechargeOrder, RechargeSource};
use big_market::domain::id::{
    BehaviourId, BusinessKey, Name, RechargeOrderId, RedemptionId, SkuId, TransferId, UserId, Version,
};
use big_market::domain::points::Points;
use big_market::domain::redemption::RedemptionOrder;
use big_market::store::Store;
use big_market::store::behaviours::{EarnedPoints, NewBehaviour};
use big_market::store::ledger::{Moved, NewTransfer};
use big_market::store::redemptions::{NewRedemption, RedemptionReversal};

use super::rows::{OpenActivity, at, mint, request};

/// Gives a user points.
pub async fn earn(store: &Arc<dyn Store>, user_id: &UserId, hundredths: i64, expires_at: Option<Timestamp>) {
    let transfer_id = TransferId::from_ulid(mint(user_id));
    let new = NewTransfer {
        transfer_id,
        user_id: user_id.clone(),
        request_id: request(&transfer_id.to_string()),
        amount: Points::from_hundredths(hundredths),
        note: None,
        at: at(0),
    };
    assert!(matches!(store.earn(&new, expires_at).await.unwrap(), Moved::Committed(_)));
}

/// An exchange of `price` hundredths for so many draws of `pack`.
pub fn redemption(open: &OpenActivity, user_id: &UserId, key: &str, (price, draws): (i64, u32)) -> NewRedemption {
    NewRedemption {
        order: RedemptionOrder {
            redemption_id: RedemptionId::from_ulid(mint(user_id)),
            user_id: user_id.clone(),
            activity_id: open.activity_id.clone(),
            version: Version(1),
            request_id: request(key),
            sku: SkuId::new("pack").unwrap(),
            draws,
            price: Points::from_hundredths(price),
            recharge_order_id: RechargeOrderId::from_ulid(mint(user_id)),
            day: open.day,
            created_at: at(0),
            reversed_at: None,
        },
        transfer_id: TransferId::from_ulid(mint(user_id)),
        epoch: open.epoch,
    }
}

/// The wish to take that exchange back.
pub fn reversal(new: &NewRedemption) -> RedemptionReversal {
    RedemptionReversal {
        redemption_id: new.order.redemption_id,
        transfer_id: TransferId::from_ulid(mint(&new.order.user_id)),
        epoch: new.epoch,
        at: at(60),
    }
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn business_key(text: &str) -> BusinessKey {
    BusinessKey::new(text).unwrap()
}

/// A behaviour by key that earns 2 draws of `pack` and one point.
pub fn payment(open: &OpenActivity, user_id: &UserId, key: &str) -> NewBehaviour {
    let behaviour_id = BehaviourId::from_ulid(mint(user_id));
    let behaviour = Behaviour {
        behaviour_id,
        user_id: user_id.clone(),
        activity_id: open.activity_id.clone(),
        version: Version(1),
        behaviour: name("payment"),
        key: business_key(key),
        day: open.day,
        streak: 0,
        report_id: None,
        created_at: at(0),
    };
    let order = RechargeOrder {
        recharge_order_id: RechargeOrderId::from_ulid(mint(user_id)),
        user_id: user_id.clone(),
        activity_id: open.activity_id.clone(),
        sku: SkuId::new("pack").unwrap(),
        draws: 2,
        source: RechargeSource::Rebate { behaviour_id, part: 0 },
        created_at: at(0),
    };
    let amount = Points::from_hundredths(100);
    let transfer_id = TransferId::from_ulid(mint(user_id));
    let credits = vec![EarnedPoints { transfer_id, amount, part: 0, expires_at: None }];
    NewBehaviour { behaviour, orders: vec![order], credits }
}

/// A sign-in on the activity's day, the `streak`-th in a row.
pub fn sign_in(open: &OpenActivity, user_id: &UserId, streak: u32) -> NewBehaviour {
    let mut new = payment(open, user_id, &open.day.to_string());
    new.behaviour.behaviour = name("sign_in");
    new.behaviour.streak = streak;
    new
}
