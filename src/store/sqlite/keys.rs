//! API keys in SQLite.

use async_trait::async_trait;
use serde_json::json as value;
use sqlx::FromRow;

use super::audit::{self, Changed};
use super::rows::ulid;
use super::{SqliteStore, Tried, instant, json, millis};
use crate::domain::api_key::{ApiKey, ApiKeyHash};
use crate::domain::audit::Change;
use crate::domain::id::ApiKeyId;
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::keys::{KeyStore, Revoked};

#[derive(FromRow)]
struct KeyRow {
    api_key_id: String,
    name: String,
    scopes: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl KeyRow {
    fn read(&self) -> Tried<ApiKey> {
        Ok(ApiKey {
            api_key_id: ApiKeyId::from_ulid(ulid(&self.api_key_id)?),
            name: self.name.clone(),
            scopes: serde_json::from_str(&self.scopes)?,
            created_at: instant(self.created_at)?,
            revoked_at: self.revoked_at.map(instant).transpose()?,
        })
    }
}

#[async_trait]
impl KeyStore for SqliteStore {
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
               WHERE secret_hash = ?1
                 AND revoked_at IS NULL",
        )
        .bind(hex::encode(hash.0))
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("look up an API key"))?;
        row.map(|row| row.read()).transpose().map_err(Fault::doing("look up an API key"))
    }

    async fn api_keys(&self) -> Stored<Vec<ApiKey>> {
        let rows: Vec<KeyRow> = sqlx::query_as(
            r"SELECT api_key_id, name, scopes, created_at, revoked_at
                FROM api_key
               ORDER BY api_key_id DESC",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list API keys"))?;
        rows.iter().map(KeyRow::read).collect::<Tried<_>>().map_err(Fault::doing("list API keys"))
    }
}

impl SqliteStore {
    async fn try_save_api_key(&self, key: &ApiKey, hash: ApiKeyHash, change: &Change) -> Tried<()> {
        let mut tx = self.write().await?;
        let saved = sqlx::query(
            r"INSERT INTO api_key (api_key_id, secret_hash, name, scopes, created_at, revoked_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6)
              ON CONFLICT (secret_hash) DO NOTHING",
        )
        .bind(key.api_key_id.ulid().to_string())
        .bind(hex::encode(hash.0))
        .bind(&key.name)
        .bind(json(&key.scopes)?)
        .bind(millis(key.created_at))
        .bind(key.revoked_at.map(millis))
        .execute(&mut *tx)
        .await?;
        if saved.rows_affected() == 0 {
            return Ok(());
        }
        let changed = Changed {
            action: "api_key.create",
            subject: format!("API key {}", key.api_key_id),
            before: None,
            after: Some(value!({ "name": key.name, "scopes": key.scopes })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn try_revoke_api_key(&self, api_key_id: ApiKeyId, change: &Change) -> Tried<Revoked> {
        let mut tx = self.write().await?;
        let revoked = sqlx::query(
            r"UPDATE api_key
                 SET revoked_at = ?2
               WHERE api_key_id = ?1
                 AND revoked_at IS NULL",
        )
        .bind(api_key_id.ulid().to_string())
        .bind(millis(change.at))
        .execute(&mut *tx)
        .await?;
        if revoked.rows_affected() == 0 {
            let known: bool = sqlx::query_scalar(
                r"SELECT EXISTS (SELECT 1
                                   FROM api_key
                                  WHERE api_key_id = ?1)",
            )
            .bind(api_key_id.ulid().to_string())
            .fetch_one(&mut *tx)
            .await?;
            return Ok(if known { Revoked::Key } else { Revoked::Unknown });
        }
        let changed = Changed {
            action: "api_key.revoke",
            subject: format!("API key {api_key_id}"),
            before: Some(value!({ "revoked_at": null })),
            after: Some(value!({ "revoked_at": change.at })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(Revoked::Key)
    }
}
