//! The port for API keys.

use async_trait::async_trait;

use super::Stored;
use crate::domain::api_key::{ApiKey, ApiKeyHash};

/// What is remembered of API keys.
#[async_trait]
pub trait KeyStore {
    /// Keeps a key under the hash of its secret. The same hash again changes nothing.
    async fn save_api_key(&self, key: &ApiKey, hash: ApiKeyHash) -> Stored<()>;

    /// The key whose secret has this hash and that is not revoked.
    async fn api_key(&self, hash: ApiKeyHash) -> Stored<Option<ApiKey>>;

    /// All keys, newest first.
    async fn api_keys(&self) -> Stored<Vec<ApiKey>>;
}
