//! What people do with awards within a life: load codes, claim and send goods, take awards back, redrive.

use std::collections::BTreeSet;

use big_market::app::App;
use big_market::domain::audit::Actor;
use big_market::domain::award::{AwardRecord, AwardState, PrizeValue};
use big_market::domain::coupon::CouponCode;
use big_market::domain::goods::Recipient;
use big_market::domain::id::Name;
use big_market::fault::{Error, Result};
use big_market::store::Page;
use rand::RngExt;

use super::{USERS, World, user_id};

const MODEL: Actor = Actor::System("model");

async fn load(app: &App, first: usize, count: usize) -> Result<()> {
    let codes: Vec<_> =
        (first..first + count).map(|number| CouponCode::new(&format!("CODE-{number}")).unwrap()).collect();
    app.load_codes(&MODEL, &Name::new("pool").unwrap(), &codes).await.map(drop)
}

impl World {
    pub(super) fn touch_award(&mut self) {
        let user_id = user_id(self.random.random_range(0..USERS));
        let (deed, pick) = (self.random.random_range(0..6), self.random.random_range(0..1_000_usize));
        let (of_user, store) = (user_id.clone(), self.process.store.clone());
        let (awards, entries) = self.process.runtime.block_on(async move {
            let awards = store.awards_of(&of_user, &Page { after: None, limit: 50 }).await.unwrap();
            (awards, store.outbox(None, &Page { after: None, limit: 50 }).await.unwrap())
        });
        let goods: Vec<_> = awards.iter().filter(|award| award.value == PrizeValue::Goods).collect();
        self.adrift |= deed == 4;
        let award = (!goods.is_empty()).then(|| goods[pick % goods.len()].award_record_id);
        let entry = (!entries.is_empty()).then(|| entries[pick % entries.len()].outbox_id);
        let answer = self.live(move |app| async move {
            match (deed, award, entry) {
                // Now and then a file that was loaded before.
                (0, ..) => load(&app, pick % 20, 3).await,
                (1 | 2, Some(award), _) => {
                    let address = vec![format!("Way {}", pick % 2)];
                    let recipient = Recipient { name: "Ann".into(), phone: "1".into(), address, note: None };
                    app.claim_goods(award, &user_id, recipient).await.map(drop)
                }
                (3, Some(award), _) => app.ship_goods(&MODEL, award, "T").await.map(drop),
                (4, _, Some(entry)) => app.recall_award(&MODEL, entry, "a mistake").await.map(drop),
                (5, _, Some(entry)) => app.redrive(&MODEL, entry).await,
                _ => Ok(()),
            }
        });
        // A refusal is an answer; a failure is the bad luck that was asked for.
        if let Some(Err(Error::Fault(fault))) = answer {
            assert!(fault.cause.to_string().contains("bad luck"), "{fault}");
        }
    }

    /// Everybody who waits for a code gets one.
    pub(super) fn load_enough(&mut self) {
        let loaded = self.live(|app| async move { load(&app, 1_000, 500).await });
        loaded.expect("nothing kills this process").unwrap();
    }

    /// Each code went to one winner, and what is pending is goods that somebody claimed or still may.
    pub(super) fn every_code_has_one_winner(&mut self) {
        let store = self.process.store.clone();
        let awards: Vec<AwardRecord> = self.process.runtime.block_on(async move {
            let mut all = Vec::new();
            for user in 0..USERS {
                all.extend(store.awards_of(&user_id(user), &Page { after: None, limit: 1_000 }).await.unwrap());
            }
            all
        });
        let mut codes = BTreeSet::new();
        for award in awards.iter().filter(|award| award.value == PrizeValue::Coupon) {
            match (award.state, &award.reference) {
                (AwardState::Delivered, Some(code)) => assert!(codes.insert(code), "two winners of one code"),
                (AwardState::Recalled, None) => {}
                other => panic!("{other:?} after everything was worked off: {award:?}"),
            }
        }
    }
}
