//! API keys in Postgres.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::json;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::audit::{self, Changed};
use super::{PostgresStore, Tried, ulid, uuid};
use crate::domain::api_key::{ApiKey, ApiKeyHash, Scope};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::ApiKeyId;
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::keys::{KeyStore, Revoked};

#[derive(FromRow)]
struct KeyRow {
    api_key_id: Uuid,
    name: String,
    scopes: Json<BTreeSet<Scope>>,
    created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

impl KeyRow {
    fn read(self) -> ApiKey {
        ApiKey {
            api_key_id: ApiKeyId::from_ulid(ulid(self.api_key_id)),
            name: self.name,
            scopes: self.scopes.0,
            created_at: self.created_at,
            revoked_at: self.revoked_at,
        }
    }
}

#[async_trait]
impl KeyStore for PostgresStore {
    async fn save_api_key(&self, key: &ApiKey, hash: ApiKeyHash, change: &Change) -> Stored<()> {
        self.try_save_api_key(key, hash, change).await.map_err(Fault::doing("save an API key"))
    }

    async fn revoke_api_key(&self, api_key_id: ApiKeyId, change: &Change) -> Stored<Revoked> {
        self.try_revoke_api_key(api_key_id, change).await.map_err(Fault::doing("revoke an API key"))
    }

    async fn api_key(&self, hash: ApiKeyHash) -> Stored<Option<ApiKey>> {
        let row: Option<KeyRow> = sqlx::query_as(
            r"SELECT api_key_id, name, scopes, created_at, revoked_at
                FROM api_key
               WHERE secret_hash = $1
                 AND revoked_at IS NULL",
        )
        .bind(hash.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("look up an API key"))?;
        Ok(row.map(KeyRow::read))
    }

    async fn api_keys(&self) -> Stored<Vec<ApiKey>> {
        let rows: Vec<KeyRow> = sqlx::query_as(
            r"SELECT api_key_id, name, scopes, created_at, revoked_at
                FROM api_key
               ORDER BY api_key_id DESC",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list API keys"))?;
        Ok(rows.into_iter().map(KeyRow::read).collect())
    }
}

impl PostgresStore {
    async fn try_save_api_key(&self, key: &ApiKey, hash: ApiKeyHash, change: &Change) -> Tried<()> {
        let mut tx = self.write([]).await?;
        let saved = sqlx::query(
            r"INSERT INTO api_key (api_key_id, secret_hash, name, scopes, created_at, revoked_at)
              VALUES ($1, $2, $3, $4, $5, $6)
              ON CONFLICT (secret_hash) DO NOTHING",
        )
        .bind(uuid(key.api_key_id.ulid()))
        .bind(hash.0)
        .bind(&key.name)
        .bind(Json(&key.scopes))
        .bind(key.created_at)
        .bind(key.revoked_at)
        .execute(&mut *tx)
        .await?;
        if saved.rows_affected() == 0 {
            return Ok(());
        }
        let changed = Changed {
            action: "api_key.create",
            subject: format!("API key {}", key.api_key_id),
            before: None,
            after: Some(json!({ "name": key.name, "scopes": key.scopes })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_revoke_api_key(&self, api_key_id: ApiKeyId, change: &Change) -> Tried<Revoked> {
        let mut tx = self.write([]).await?;
        let revoked = sqlx::query(
            r"UPDATE api_key
                 SET revoked_at = $2
               WHERE api_key_id = $1
                 AND revoked_at IS NULL",
        )
        .bind(uuid(api_key_id.ulid()))
        .bind(change.at)
        .execute(&mut *tx)
        .await?;
        if revoked.rows_affected() == 0 {
            let known: bool = sqlx::query_scalar(
                r"SELECT EXISTS (SELECT 1
                                   FROM api_key
                                  WHERE api_key_id = $1)",
            )
            .bind(uuid(api_key_id.ulid()))
            .fetch_one(&mut *tx)
            .await?;
            return Ok(if known { Revoked::Key } else { Revoked::Unknown });
        }
        let changed = Changed {
            action: "api_key.revoke",
            subject: format!("API key {api_key_id}"),
            before: Some(json!({ "revoked_at": null })),
            after: Some(json!({ "revoked_at": change.at })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(Revoked::Key)
    }
}
