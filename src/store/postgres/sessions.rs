//! Sessions of operators in Postgres.

use serde_json::json as value;
use sqlx::FromRow;
use uuid::Uuid;

use super::audit::{self, Changed};
use super::operators::{OPERATORS, OperatorRow, read_operator, subject};
use super::{PostgresStore, Tried, ulid, uuid};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::OperatorId;
use crate::domain::operator::{Session, SessionHash};
use crate::store::operators::{NewPassword, NewSession};

#[derive(FromRow)]
struct SessionRow {
    began_at: Timestamp,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
    #[sqlx(flatten)]
    operator: OperatorRow,
}

impl PostgresStore {
    pub(super) async fn try_begin_session(&self, new: &NewSession, change: &Change) -> Tried<bool> {
        let mut tx = self.write([OPERATORS]).await?;
        let before = read_operator(&mut tx, new.operator_id).await?;
        // The password may have been replaced, or its owner disabled, while it was compared.
        let reset = sqlx::query(
            r"UPDATE operator
                 SET failed_attempts = 0, locked_until = NULL
               WHERE operator_id = $1
                 AND password_hash = $2
                 AND disabled_at IS NULL",
        )
        .bind(uuid(new.operator_id.ulid()))
        .bind(&new.password_hash.0)
        .execute(&mut *tx)
        .await?;
        let (Some(before), 1) = (before, reset.rows_affected()) else { return Ok(false) };
        let begun = sqlx::query(
            r"INSERT INTO session (session_hash, operator_id, created_at, last_seen_at, expires_at)
              VALUES ($1, $2, $3, $3, $4)
              ON CONFLICT (session_hash) DO NOTHING",
        )
        .bind(new.hash.0.as_slice())
        .bind(uuid(new.operator_id.ulid()))
        .bind(change.at)
        .bind(new.expires_at)
        .execute(&mut *tx)
        .await?;
        if begun.rows_affected() == 0 {
            return Ok(true);
        }
        sqlx::query(
            r"DELETE FROM session
               WHERE operator_id = $1
                 AND (expires_at <= $2 OR last_seen_at <= $3)",
        )
        .bind(uuid(new.operator_id.ulid()))
        .bind(change.at)
        .bind(new.idle_since)
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
               WHERE session.session_hash = $1
                 AND session.expires_at > $2
                 AND session.last_seen_at > $3
                 AND operator.disabled_at IS NULL",
        )
        .bind(hash.0.as_slice())
        .bind(now)
        .bind(idle_since)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(Session {
                hash,
                operator: row.operator.read()?,
                created_at: row.began_at,
                last_seen_at: row.last_seen_at,
                expires_at: row.expires_at,
            })
        })
        .transpose()
    }

    pub(super) async fn try_end_session(&self, hash: SessionHash, change: &Change) -> Tried<()> {
        let mut tx = self.write([OPERATORS]).await?;
        let ended: Option<(Uuid, Timestamp)> = sqlx::query_as(
            r"DELETE FROM session
               WHERE session_hash = $1
              RETURNING operator_id, expires_at",
        )
        .bind(hash.0.as_slice())
        .fetch_optional(&mut *tx)
        .await?;
        let Some((operator_id, expires_at)) = ended else { return Ok(()) };
        let changed = Changed {
            action: "session.end",
            subject: subject(OperatorId::from_ulid(ulid(operator_id))),
            before: Some(value!({ "expires_at": expires_at })),
            after: None,
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn try_replace_password(&self, new: &NewPassword, change: &Change) -> Tried<bool> {
        let mut tx = self.write([OPERATORS]).await?;
        let replaced = sqlx::query(
            r"UPDATE operator
                 SET password_hash = $3, failed_attempts = 0, locked_until = NULL
               WHERE operator_id = $1
                 AND password_hash = $2
                 AND disabled_at IS NULL",
        )
        .bind(uuid(new.operator_id.ulid()))
        .bind(&new.from.0)
        .bind(&new.to.0)
        .execute(&mut *tx)
        .await?;
        if replaced.rows_affected() == 0 {
            return Ok(false);
        }
        let ended = sqlx::query(
            r"DELETE FROM session
               WHERE operator_id = $1
                 AND session_hash <> $2",
        )
        .bind(uuid(new.operator_id.ulid()))
        .bind(new.session.0.as_slice())
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
