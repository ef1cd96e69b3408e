//! What users do beside drawing, within a life: they report behaviours, exchange points, and take exchanges back.

use std::collections::BTreeMap;

use big_market::app::{BehaviourReport, BehaviourView, Redeemed, RedemptionRequest, Reported, TransferRequest};
use big_market::domain::id::{BusinessKey, Name, RequestId, SkuId};
use big_market::domain::points::Points;
use big_market::domain::redemption::RedemptionOrder;
use big_market::domain::refusal::Refusal;
use big_market::fault::Error;
use rand::RngExt;

use super::{SKUS, USERS, World, user_id};

/// What was asked for and what was answered first.
#[derive(Default)]
pub(super) struct Exchanges {
    redemptions: BTreeMap<String, (RedemptionRequest, Option<RedemptionOrder>)>,
    reports: BTreeMap<String, (BehaviourReport, Option<Vec<BehaviourView>>)>,
}

/// Whether nobody knows what was done: a repeat tells.
fn is_unknown(error: &Error) -> bool {
    match error {
        Error::Refusal(refusal) => *refusal == Refusal::TryAgain,
        Error::Fault(fault) => fault.cause.to_string().contains("bad luck"),
    }
}

impl World {
    pub(super) fn exchange_some(&mut self) {
        match self.random.random_range(0..10) {
            0..3 => self.report(),
            3..7 => self.redeem(),
            _ => self.reverse(),
        }
    }

    /// Gives a user something to exchange.
    pub(super) fn earn(&mut self, user: usize) {
        let request = TransferRequest {
            user_id: user_id(user),
            request_id: RequestId::new("something to exchange").unwrap(),
            amount: Points::from_hundredths(450),
            note: None,
        };
        self.live(move |app| async move { app.earn(request, None).await.unwrap() });
    }

    fn report(&mut self) {
        let reports = &self.exchanges.reports;
        let earlier = self.random.random_range(0..=4 * reports.len().max(1));
        let report = if let Some((earlier, _)) = reports.values().nth(earlier) {
            earlier.clone()
        } else {
            self.requests += 1;
            let daily = self.random.random_bool(0.6);
            BehaviourReport {
                user_id: user_id(self.random.random_range(0..USERS)),
                behaviour: Name::new(if daily { "sign_in" } else { "payment" }).unwrap(),
                key: (!daily).then(|| BusinessKey::new(&format!("pay-{}", self.requests)).unwrap()),
                activity_id: None,
            }
        };
        let wanted = report.clone();
        let answer = self.live(move |app| async move { app.report_behaviour(wanted).await });
        // The key of a daily report is the day it is recorded in; before that there is nothing to repeat.
        let key = match (&report.key, &answer) {
            (Some(key), _) => key.to_string(),
            (None, Some(Ok(reported))) => format!("{} {}", report.user_id, reported.behaviours[0].behaviour.key),
            (None, _) => String::new(),
        };
        if let Some(Err(error)) = &answer {
            let over = matches!(error, Error::Refusal(Refusal::Unknown { .. }));
            assert!(over || is_unknown(error), "{error}");
        }
        if key.is_empty() {
            return;
        }
        let day =
            report.key.is_none().then(|| key.rsplit(' ').next().and_then(|day| BusinessKey::new(day).ok())).flatten();
        let report = BehaviourReport { key: report.key.clone().or(day), ..report };
        let known = self.exchanges.reports.entry(key).or_insert_with(|| (report, None));
        if let Some(Ok(Reported { behaviours, repeated })) = answer {
            match &known.1 {
                Some(first) => assert_eq!((first, repeated), (&behaviours, true), "a repeat gets the first answer"),
                None => known.1 = Some(behaviours),
            }
        }
    }

    fn redeem(&mut self) {
        let redemptions = &self.exchanges.redemptions;
        let earlier = self.random.random_range(0..=4 * redemptions.len().max(1));
        let request = if let Some((earlier, _)) = redemptions.values().nth(earlier) {
            earlier.clone()
        } else {
            self.requests += 1;
            RedemptionRequest {
                user_id: user_id(self.random.random_range(0..USERS)),
                request_id: RequestId::new(&format!("request-{}", self.requests)).unwrap(),
                sku: SkuId::new(SKUS[self.random.random_range(0..SKUS.len())]).unwrap(),
                activity_id: None,
            }
        };
        if self.random.random_bool(0.4) {
            let user = (0..USERS).find(|user| user_id(*user) == request.user_id).unwrap();
            self.arm_rival_of(user);
        }
        let key = request.request_id.to_string();
        self.exchanges.redemptions.entry(key.clone()).or_insert_with(|| (request.clone(), None));
        let answer = self.live(move |app| async move { app.redeem(request).await });
        self.note_rivals();
        let known = self.exchanges.redemptions.get_mut(&key).unwrap();
        match answer {
            None => {}
            Some(Ok(Redeemed { order, .. })) => {
                let first = known.1.get_or_insert_with(|| order.clone());
                assert_eq!(first.redemption_id, order.redemption_id, "a repeat gets the first answer");
                known.1 = Some(order);
            }
            Some(Err(error)) => {
                let refused = matches!(
                    error,
                    Error::Refusal(
                        Refusal::InsufficientPoints { .. } | Refusal::SkuSoldOut { .. } | Refusal::Unknown { .. }
                    )
                );
                assert!(is_unknown(&error) || (refused && known.1.is_none()), "{error}");
            }
        }
    }

    fn reverse(&mut self) {
        // A reversal that is cut short leaves its unit to reconcile_stock, like a recall.
        self.adrift = true;
        let made: Vec<_> = self.exchanges.redemptions.values().filter_map(|(_, order)| order.clone()).collect();
        if made.is_empty() {
            return;
        }
        let order = made[self.random.random_range(0..made.len())].clone();
        if self.random.random_bool(0.5) {
            let user = (0..USERS).find(|user| user_id(*user) == order.user_id).unwrap();
            self.arm_rival_of(user);
        }
        let id = order.redemption_id;
        let answer = self.live(move |app| async move { app.reverse_redemption(id).await });
        self.note_rivals();
        match answer {
            None => {}
            Some(Ok(reversed)) => {
                let first = order.reversed_at.or(reversed.reversed_at);
                assert_eq!(reversed, RedemptionOrder { reversed_at: first, ..order }, "it is reversed once");
                let known = self.exchanges.redemptions.get_mut(reversed.request_id.as_str()).unwrap();
                known.1 = Some(reversed);
            }
            Some(Err(error)) => {
                let used = order.reversed_at.is_none() && matches!(error, Error::Refusal(Refusal::Conflict { .. }));
                assert!(used || is_unknown(&error), "{error}");
            }
        }
    }

    /// Has another process draw for the user, or get in the way otherwise.
    fn arm_rival_of(&mut self, user: usize) {
        let request = self.new_draw(user, 1);
        self.draws.insert(request.request_id.to_string(), (request.clone(), None));
        self.arm_rival(&[request]);
    }

    /// Every answer that was ever given is still the answer.
    pub(super) fn every_exchange_stands(&mut self) {
        let redemptions: Vec<_> = self.exchanges.redemptions.values().cloned().collect();
        for (request, answer) in redemptions {
            let Some(first) = answer else { continue };
            let again = self.live(move |app| async move { app.redeem(request).await });
            let again = again.expect("nothing kills this process").expect("a repeat is answered");
            // A reversal whose answer was lost may have come after what was answered.
            let expected = RedemptionOrder { reversed_at: first.reversed_at.or(again.order.reversed_at), ..first };
            assert_eq!((again.order, again.repeated), (expected, true));
        }
        let reports: Vec<_> = self.exchanges.reports.values().cloned().collect();
        for (report, answer) in reports {
            let Some(first) = answer else { continue };
            let again = self.live(move |app| async move { app.report_behaviour(report).await });
            let again = again.expect("nothing kills this process").expect("a repeat is answered");
            assert_eq!((again.behaviours, again.repeated), (first, true));
        }
    }
}
