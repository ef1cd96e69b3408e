//! Tokens of end users: given to a business's server, sent by its users' browsers.

use chrono::{DateTime, TimeDelta};
use hmac::digest::Digest;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::OnceCell;
use ulid::Ulid;

use super::App;
use crate::domain::bucket::Bucket;
use crate::domain::id::{ActivityId, UserId};
use crate::domain::refusal::Refusal;
use crate::domain::user_token::{TokenSecret, UserToken};
use crate::fault::{Fault, Result};

/// Who signs.
const ISSUER: &str = "big-market";

/// The secret that signs, once it was asked for.
#[derive(Default)]
pub(super) struct Signing {
    secret: OnceCell<TokenSecret>,
}

/// What a token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    activity: String,
    iat: i64,
    exp: i64,
    jti: String,
}

impl App {
    /// A token that speaks for one user in one activity for so many seconds. A repeat makes another one, good for as long.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn give_token(
        &self,
        user_id: &UserId,
        activity_id: &ActivityId,
        seconds: u32,
    ) -> Result<(String, UserToken)> {
        self.current(activity_id).await?;
        let now = self.inner.sources.now();
        // Whole seconds, as the format has it.
        let (iat, exp) = (now.timestamp(), (now + TimeDelta::seconds(seconds.into())).timestamp());
        let jti: Ulid = self.inner.sources.ids.mint(Bucket::of(user_id));
        let claims = Claims {
            iss: ISSUER.into(),
            sub: user_id.to_string(),
            activity: activity_id.to_string(),
            iat,
            exp,
            jti: jti.to_string(),
        };
        let secret = self.token_secret().await?;
        let signed =
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&secret.0));
        let token = signed.map_err(Fault::doing("sign a user token"))?;
        let expires_at = DateTime::from_timestamp(exp, 0).unwrap_or(now);
        Ok((token, UserToken { user_id: user_id.clone(), activity_id: activity_id.clone(), expires_at }))
    }

    /// Whom a token speaks for.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] where it is not one of ours or has expired; a fault of the store.
    pub async fn read_token(&self, token: &str) -> Result<UserToken> {
        let secret = self.token_secret().await?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "sub", "iss"]);
        validation.set_issuer(&[ISSUER]);
        // The library asks the machine for the time; expiry is judged below, by the product's own clock.
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&secret.0), &validation);
        let claims = read.map_err(|_| Refusal::Unauthenticated)?.claims;
        let ids = (UserId::new(&claims.sub), ActivityId::new(&claims.activity));
        let (Ok(user_id), Ok(activity_id)) = ids else { return Err(Refusal::Unauthenticated.into()) };
        let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(Refusal::Unauthenticated)?;
        if expires_at <= self.inner.sources.now() {
            return Err(Refusal::Unauthenticated.into());
        }
        Ok(UserToken { user_id, activity_id, expires_at })
    }

    async fn token_secret(&self) -> Result<TokenSecret> {
        let secret = self.inner.signing.secret.get_or_try_init(|| async {
            if let Some(chosen) = self.inner.config.tokens.secret.text() {
                return Ok(TokenSecret(Sha256::digest(chosen.as_bytes()).into()));
            }
            let mut fresh = TokenSecret([0; 32]);
            self.inner.sources.chance.fill(&mut fresh.0);
            self.inner.store.token_secret(&fresh, self.inner.sources.now()).await
        });
        Ok(*secret.await?)
    }
}

/// Whether a credential looks like a token of an end user: three parts, of which the first is a JSON object.
pub fn looks_like_a_token(credential: &str) -> bool {
    credential.starts_with("eyJ") && credential.bytes().filter(|byte| *byte == b'.').count() == 2
}
