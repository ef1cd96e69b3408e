//! Rows of what users do and exchange, made without the application.

use big_market::domain::behaviour::Behaviour;
use big_market::domain::draw::{RechargeOrder, RechargeSource};
use big_market::domain::id::{BehaviourId, BusinessKey, Name, RechargeOrderId, SkuId, TransferId, UserId, Version};
use big_market::domain::points::Points;
use big_market::store::behaviours::{EarnedPoints, NewBehaviour};

use super::rows::{OpenActivity, at, mint};

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
