//! The secret that signs end users' tokens, in Postgres.

use async_trait::async_trait;

use super::{PostgresStore, Tried};
use crate::domain::calendar::Timestamp;
use crate::domain::user_token::TokenSecret;
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::tokens::TokenStore;

/// Name of the row.
const NAME: &str = "user_tokens";

#[async_trait]
impl TokenStore for PostgresStore {
    async fn token_secret(&self, fresh: &TokenSecret, now: Timestamp) -> Stored<TokenSecret> {
        self.try_token_secret(fresh, now).await.map_err(Fault::doing("read the secret of user tokens"))
    }
}

impl PostgresStore {
    /// An insert that meets another of the same name waits for it; the statement after it sees what came of that.
    async fn try_token_secret(&self, fresh: &TokenSecret, now: Timestamp) -> Tried<TokenSecret> {
        let mut tx = self.write([]).await?;
        sqlx::query(
            r"INSERT INTO shared_secret (name, secret, created_at)
              VALUES ($1, $2, $3)
              ON CONFLICT (name) DO NOTHING",
        )
        .bind(NAME)
        .bind(fresh.0)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let secret: [u8; 32] = sqlx::query_scalar(
            r"SELECT secret
                FROM shared_secret
               WHERE name = $1",
        )
        .bind(NAME)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(TokenSecret(secret))
    }
}
