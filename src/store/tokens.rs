//! The port for the secret that signs end users' tokens.

use async_trait::async_trait;

use super::Stored;
use crate::domain::calendar::Timestamp;
use crate::domain::user_token::TokenSecret;

/// What is remembered of end users' tokens: nothing but what signs them.
#[async_trait]
pub trait TokenStore {
    /// The secret that every process signs with: the one that is there, or `fresh` where there is none yet. Whoever comes
    /// first decides; everybody gets the same answer, for ever.
    async fn token_secret(&self, fresh: &TokenSecret, now: Timestamp) -> Stored<TokenSecret>;
}
