//! The record of changes in Postgres.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use ulid::Ulid;
use uuid::Uuid;

use super::{PostgresStore, Tried, before, ulid, uuid};
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{ApiKeyId, AuditId, OperatorId};
use crate::fault::Fault;
use crate::store::audit::{AuditFilter, AuditStore};
use crate::store::{Page, Stored};

/// What a change did. `before` and `after` never hold a secret.
pub(super) struct Changed {
    pub(super) action: &'static str,
    pub(super) subject: String,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// Writes the record of a change, in the transaction that makes it.
pub(super) async fn write(tx: &mut PgConnection, change: &Change, changed: &Changed) -> Tried<()> {
    sqlx::query(
        r"INSERT INTO audit (audit_id, actor, action, subject, before, after, created_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(uuid(change.audit_id.ulid()))
    .bind(change.actor.to_string())
    .bind(changed.action)
    .bind(&changed.subject)
    .bind(&changed.before)
    .bind(&changed.after)
    .bind(change.at)
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct AuditRow {
    audit_id: Uuid,
    actor: String,
    action: String,
    subject: String,
    before: Option<Value>,
    after: Option<Value>,
    created_at: Timestamp,
}

/// What people call the keys and operators among `actors`. The product itself is called by the word it gives.
pub(super) async fn names(connection: &mut PgConnection, actors: &[String]) -> Tried<HashMap<String, String>> {
    let of = |id: Option<Ulid>| id.map(uuid);
    let keys: Vec<Uuid> = actors.iter().filter_map(|actor| of(actor.parse().ok().map(ApiKeyId::ulid))).collect();
    let operators: Vec<Uuid> = actors.iter().filter_map(|actor| of(actor.parse().ok().map(OperatorId::ulid))).collect();
    if keys.is_empty() && operators.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(bool, Uuid, String)> = sqlx::query_as(
        r"SELECT TRUE, api_key_id, name
            FROM api_key
           WHERE api_key_id = ANY($1)
           UNION ALL
          SELECT FALSE, operator_id, name
            FROM operator
           WHERE operator_id = ANY($2)",
    )
    .bind(keys)
    .bind(operators)
    .fetch_all(connection)
    .await?;
    let actor = |is_key, id| {
        if is_key { ApiKeyId::from_ulid(id).to_string() } else { OperatorId::from_ulid(id).to_string() }
    };
    Ok(rows.into_iter().map(|(is_key, id, name)| (actor(is_key, ulid(id)), name)).collect())
}

#[async_trait]
impl AuditStore for PostgresStore {
    async fn audit(&self, filter: &AuditFilter, page: &Page<AuditId>) -> Stored<Vec<AuditEntry>> {
        self.read_audit(filter, page).await.map_err(Fault::doing("list changes"))
    }
}

impl PostgresStore {
    async fn read_audit(&self, filter: &AuditFilter, page: &Page<AuditId>) -> Tried<Vec<AuditEntry>> {
        let mut tx = self.snapshot().await?;
        let rows: Vec<AuditRow> = sqlx::query_as(
            r"SELECT audit_id, actor, action, subject, before, after, created_at
                FROM audit
               WHERE audit_id < $1
                 AND ($2::text IS NULL OR actor = $2)
                 AND ($3::text IS NULL OR subject = $3)
               ORDER BY audit_id DESC
               LIMIT $4",
        )
        .bind(before(page.after.map(AuditId::ulid)))
        .bind(&filter.actor)
        .bind(&filter.subject)
        .bind(i64::from(page.limit))
        .fetch_all(&mut *tx)
        .await?;
        let actors: Vec<String> = rows.iter().map(|row| row.actor.clone()).collect();
        let names = names(&mut tx, &actors).await?;
        tx.rollback().await?;
        let entry = |row: AuditRow| AuditEntry {
            audit_id: AuditId::from_ulid(ulid(row.audit_id)),
            actor_name: names.get(&row.actor).cloned(),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            before: row.before,
            after: row.after,
            created_at: row.created_at,
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}
