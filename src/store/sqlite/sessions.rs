//! Sessions of operators in SQLite.

use serde_json::json as value;
use sqlx::FromRow;

use super::audit::{self, Changed};
use super::operators::{OperatorRow, read_operator, subject};
use super::rows::ulid;
use super::{SqliteStore, Tried, instant, millis};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::OperatorId;
use crate::domain::operator::{Session, SessionHash};
use crate::store::operators::{NewPassword, NewSession};

#[derive(FromRow)]
struct SessionRow {
    began_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    #[sqlx(flatten)]
    operator: OperatorRow,
}

impl SqliteStore {
    pub(super) async fn try_begin_session(&self, new: &NewSession, change: &Change) -> Tried<bool> {
        let mut tx = self.write().await?;
        let before = read_operator(&mut tx, new.operator_id).await?;
        // The password may have been replaced, or its owner disabled, while it was compared.
        let reset = sqlx::query(
            r"UPDATE operator
                 SET failed_attempts = 0, locked_until = NULL
               WHERE operator_id = ?1
                 AND password_hash = ?2
                 AND disabled_at IS NULL",
        )
        .bind(new.operator_id.ulid().to_string())
        .bind(&new.password_hash.0)
        .execute(&mut *tx)
        .await?;
        let (Some(before), 1) = (before, reset.rows_affected()) else { return Ok(false) };
        let begun = sqlx::query(
            r"INSERT INTO session (session_hash, operator_id, created_at, last_seen_at, expires_at)
              VALUES (?1, ?2, ?3, ?3, ?4)
              ON CONFLICT (session_hash) DO NOTHING",
        )
        .bind(hex::encode(new.hash.0))
        .bind(new.operator_id.ulid().to_string())
        .bind(millis(change.at))
        .bind(millis(new.expires_at))
        .execute(&mut *tx)
        .await?;
        if begun.rows_affected() == 0 {
            return Ok(true);
        }
        sqlx::query(
            r"DELETE FROM session
               WHERE operator_id = ?1
                 AND (expires_at <= ?2 OR last_seen_at <= ?3)",
        )
        .bind(new.operator_id.ulid().to_string())
        .bind(millis(change.at))
        .bind(millis(new.idle_since))
        .execute(&mut *tx)
        .await?;
        let changed = Changed {
            action: "session.begin",
            subject: subject(new.operator_id),
            before: Some(before.attempts()),
            after: Some(value!({ "failed_attempts": 0, "locked": false, "expires_at": new.expires_at })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn read_session(
        &self,
        hash: SessionHash,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Tried<Option<Session>> {
        let row: Option<SessionRow> = sqlx::query_as(
            r"SELECT session.created_at AS began_at, session.last_seen_at, session.expires_at,
                     operator.operator_id, operator.name, operator.role, operator.password_hash, operator.created_at,
                     operator.disabled_at, operator.failed_attempts, operator.locked_until
                FROM session
                JOIN operator ON operator.operator_id = session.operator_id
               WHERE session.session_hash = ?1
                 AND session.expires_at > ?2
                 AND session.last_seen_at > ?3
                 AND operator.disabled_at IS NULL",
        )
        .bind(hex::encode(hash.0))
        .bind(millis(now))
        .bind(millis(idle_since))
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(Session {
                hash,
                operator: row.operator.read()?,
                created_at: instant(row.began_at)?,
                last_seen_at: instant(row.last_seen_at)?,
                expires_at: instant(row.expires_at)?,
            })
        })
        .transpose()
    }

    pub(super) async fn try_end_session(&self, hash: SessionHash, change: &Change) -> Tried<()> {
        let mut tx = self.write().await?;
        let ended: Option<(String, i64)> = sqlx::query_as(
            r"DELETE FROM session
               WHERE session_hash = ?1
              RETURNING operator_id, expires_at",
        )
        .bind(hex::encode(hash.0))
        .fetch_optional(&mut *tx)
        .await?;
        let Some((operator_id, expires_at)) = ended else { return Ok(()) };
        let changed = Changed {
            action: "session.end",
            subject: subject(OperatorId::from_ulid(ulid(&operator_id)?)),
            before: Some(value!({ "expires_at": instant(expires_at)? })),
            after: None,
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn try_replace_password(&self, new: &NewPassword, change: &Change) -> Tried<bool> {
        let mut tx = self.write().await?;
        let replaced = sqlx::query(
            r"UPDATE operator
                 SET password_hash = ?3, failed_attempts = 0, locked_until = NULL
               WHERE operator_id = ?1
                 AND password_hash = ?2
                 AND disabled_at IS NULL",
        )
        .bind(new.operator_id.ulid().to_string())
        .bind(&new.from.0)
        .bind(&new.to.0)
        .execute(&mut *tx)
        .await?;
        if replaced.rows_affected() == 0 {
            return Ok(false);
        }
        let ended = sqlx::query(
            r"DELETE FROM session
               WHERE operator_id = ?1
                 AND session_hash <> ?2",
        )
        .bind(new.operator_id.ulid().to_string())
        .bind(hex::encode(new.session.0))
        .execute(&mut *tx)
        .await?;
        let changed = Changed {
            action: "operator.password",
            subject: subject(new.operator_id),
            before: None,
            after: Some(value!({ "other_sessions_ended": ended.rows_affected() })),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(true)
    }
}
