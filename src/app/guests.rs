//! Guests of the demo: made-up users with draws to begin with.

use super::App;
use super::recharges::RechargeRequest;
use crate::domain::id::{ActivityId, RequestId, SkuId, UserId};
use crate::domain::user_token::{TOKEN_SECONDS, UserToken};
use crate::fault::Result;

/// What ids of guests begin with. A business's own users are never called so by accident.
const PREFIX: &str = "guest-";
/// Bytes of chance in a guest's id.
const CHANCE_BYTES: usize = 6;

/// Where guests draw, and what they begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestRules {
    /// The activity.
    pub activity_id: ActivityId,
    /// Whose draws they are granted.
    pub sku: SkuId,
    /// How many of it.
    pub grants: u32,
}

impl App {
    /// Signs a guest in, with a token that lives for a day. With a token that is still good it is the same guest again; without
    /// one it is a new one.
    ///
    /// # Errors
    /// A refusal where the activity takes no recharges now; a fault of the store.
    pub async fn sign_guest_in(&self, rules: &GuestRules, token: Option<&str>) -> Result<(String, UserToken)> {
        let user_id = self.known_guest(rules, token).await.unwrap_or_else(|| self.new_guest());
        for number in 0..rules.grants {
            // The key makes it a welcome once, however often the guest comes back.
            let request_id = RequestId::new(&format!("welcome-{number}")).expect("letters and digits");
            let (activity_id, sku) = (rules.activity_id.clone(), rules.sku.clone());
            self.recharge(RechargeRequest { activity_id, user_id: user_id.clone(), request_id, sku }).await?;
        }
        self.give_token(&user_id, &rules.activity_id, *TOKEN_SECONDS.end()).await
    }

    async fn known_guest(&self, rules: &GuestRules, token: Option<&str>) -> Option<UserId> {
        let known = self.read_token(token?).await.ok()?;
        let is_theirs = known.activity_id == rules.activity_id && known.user_id.as_str().starts_with(PREFIX);
        is_theirs.then_some(known.user_id)
    }

    fn new_guest(&self) -> UserId {
        let mut bytes = [0; CHANCE_BYTES];
        self.inner.sources.chance.fill(&mut bytes);
        UserId::new(&format!("{PREFIX}{}", hex::encode(bytes))).expect("letters, digits and '-'")
    }
}
