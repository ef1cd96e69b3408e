//! The record of changes in SQLite.

use async_trait::async_trait;
use serde_json::Value;
use sqlx::{FromRow, SqliteConnection};

use super::rows::ulid;
use super::{SqliteStore, Tried, before, instant, millis};
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::id::AuditId;
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
pub(super) async fn write(tx: &mut SqliteConnection, change: &Change, changed: &Changed) -> Tried<()> {
    sqlx::query(
        r"INSERT INTO audit (audit_id, actor, action, subject, before, after, created_at)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(change.audit_id.ulid().to_string())
    .bind(change.actor.to_string())
    .bind(changed.action)
    .bind(&changed.subject)
    .bind(changed.before.as_ref().map(Value::to_string))
    .bind(changed.after.as_ref().map(Value::to_string))
    .bind(millis(change.at))
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct AuditRow {
    audit_id: String,
    actor: String,
    actor_name: Option<String>,
    action: String,
    subject: String,
    before: Option<String>,
    after: Option<String>,
    created_at: i64,
}

impl AuditRow {
    fn read(self) -> Tried<AuditEntry> {
        let value = |text: Option<String>| text.map(|text| serde_json::from_str(&text)).transpose();
        Ok(AuditEntry {
            audit_id: AuditId::from_ulid(ulid(&self.audit_id)?),
            actor: self.actor,
            actor_name: self.actor_name,
            action: self.action,
            subject: self.subject,
            before: value(self.before)?,
            after: value(self.after)?,
            created_at: instant(self.created_at)?,
        })
    }
}

#[async_trait]
impl AuditStore for SqliteStore {
    async fn audit(&self, filter: &AuditFilter, page: &Page<AuditId>) -> Stored<Vec<AuditEntry>> {
        let rows: Vec<AuditRow> = sqlx::query_as(
            r"SELECT audit_id, actor, actor_name, action, subject, before, after, created_at
                FROM named_audit
               WHERE audit_id < ?1
                 AND (?2 IS NULL OR actor = ?2)
                 AND (?3 IS NULL OR subject = ?3)
               ORDER BY audit_id DESC
               LIMIT ?4",
        )
        .bind(before(page.after.map(AuditId::ulid)))
        .bind(&filter.actor)
        .bind(&filter.subject)
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list changes"))?;
        rows.into_iter().map(AuditRow::read).collect::<Tried<_>>().map_err(Fault::doing("list changes"))
    }
}
