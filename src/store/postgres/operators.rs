//! Operators in Postgres, and how they prove who they are. Their sessions are in `sessions.rs`.

use async_trait::async_trait;
use serde_json::{Value, json as value};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::audit::{self, Changed};
use super::{Lock, PostgresStore, Tried, ulid, uuid};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::OperatorId;
use crate::domain::operator::{Lockout, Operator, OperatorName, PasswordHash, Role, Session, SessionHash};
use crate::fault::Fault;
use crate::store::Stored;
use crate::store::operators::{
    Added, Attempt, NewOperator, NewPassword, NewSession, OperatorChanged, OperatorStore, OperatorWish,
};

/// Whoever changes operators or their sessions does so alone: it is rare, and one admin must always be left.
pub(super) const OPERATORS: Lock<'_> = Lock::Named("operators", "");

#[async_trait]
impl OperatorStore for PostgresStore {
    async fn add_operator(&self, new: &NewOperator, change: &Change) -> Stored<Added> {
        self.try_add_operator(new, change).await.map_err(Fault::doing("add an operator"))
    }

    async fn operators(&self) -> Stored<Vec<Operator>> {
        let rows: Vec<OperatorRow> = sqlx::query_as(
            r"SELECT operator_id, name, role, password_hash, created_at, disabled_at, failed_attempts, locked_until
                FROM operator
               ORDER BY operator_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list operators"))?;
        rows.iter().map(OperatorRow::read).collect::<Tried<_>>().map_err(Fault::doing("list operators"))
    }

    async fn operator(&self, operator_id: OperatorId) -> Stored<Option<Operator>> {
        async {
            let mut connection = self.pool.acquire().await?;
            read_operator(&mut connection, operator_id).await?.map(|row| row.read()).transpose()
        }
        .await
        .map_err(Fault::doing("read an operator"))
    }

    async fn change_operator(
        &self,
        operator_id: OperatorId,
        wish: &OperatorWish,
        change: &Change,
    ) -> Stored<OperatorChanged> {
        self.try_change_operator(operator_id, wish, change).await.map_err(Fault::doing("change an operator"))
    }

    async fn begin_attempt(&self, name: &OperatorName, lockout: &Lockout, change: &Change) -> Stored<Attempt> {
        self.try_begin_attempt(name, lockout, change).await.map_err(Fault::doing("count a try at a password"))
    }

    async fn begin_session(&self, new: &NewSession, change: &Change) -> Stored<bool> {
        self.try_begin_session(new, change).await.map_err(Fault::doing("begin a session"))
    }

    async fn session(&self, hash: SessionHash, now: Timestamp, idle_since: Timestamp) -> Stored<Option<Session>> {
        self.read_session(hash, now, idle_since).await.map_err(Fault::doing("look up a session"))
    }

    async fn touch_session(&self, hash: SessionHash, now: Timestamp) -> Stored<()> {
        sqlx::query(
            r"UPDATE session
                 SET last_seen_at = $2
               WHERE session_hash = $1
                 AND last_seen_at < $2",
        )
        .bind(hash.0.as_slice())
        .bind(now)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("note that a session is used"))?;
        Ok(())
    }

    async fn end_session(&self, hash: SessionHash, change: &Change) -> Stored<()> {
        self.try_end_session(hash, change).await.map_err(Fault::doing("end a session"))
    }

    async fn replace_password(&self, new: &NewPassword, change: &Change) -> Stored<bool> {
        self.try_replace_password(new, change).await.map_err(Fault::doing("replace a password"))
    }
}

#[derive(FromRow)]
pub(super) struct OperatorRow {
    operator_id: Uuid,
    name: String,
    role: String,
    pub(super) password_hash: String,
    created_at: Timestamp,
    disabled_at: Option<Timestamp>,
    pub(super) failed_attempts: i64,
    pub(super) locked_until: Option<Timestamp>,
}

impl OperatorRow {
    pub(super) fn read(&self) -> Tried<Operator> {
        Ok(Operator {
            operator_id: OperatorId::from_ulid(ulid(self.operator_id)),
            name: OperatorName::new(&self.name)?,
            role: self.role.parse()?,
            created_at: self.created_at,
            disabled_at: self.disabled_at,
            locked_until: self.locked_until,
        })
    }

    /// What the record of a change says of guessing.
    pub(super) fn attempts(&self) -> Value {
        value!({ "failed_attempts": self.failed_attempts, "locked": self.locked_until.is_some() })
    }
}

pub(super) async fn read_operator(
    connection: &mut PgConnection,
    operator_id: OperatorId,
) -> Tried<Option<OperatorRow>> {
    let row = sqlx::query_as(
        r"SELECT operator_id, name, role, password_hash, created_at, disabled_at, failed_attempts, locked_until
            FROM operator
           WHERE operator_id = $1",
    )
    .bind(uuid(operator_id.ulid()))
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// What the record of a change names.
pub(super) fn subject(operator_id: OperatorId) -> String {
    format!("operator {operator_id}")
}

fn shown(operator: &Operator) -> Value {
    value!({ "name": operator.name.as_str(), "role": operator.role, "disabled": operator.disabled_at.is_some() })
}

impl PostgresStore {
    async fn try_add_operator(&self, new: &NewOperator, change: &Change) -> Tried<Added> {
        let mut tx = self.write([OPERATORS]).await?;
        if let Some(row) = read_operator(&mut tx, new.operator_id).await? {
            return Ok(Added::Operator(row.read()?));
        }
        let added = sqlx::query(
            r"INSERT INTO operator (operator_id, name, folded_name, role, password_hash, created_at)
              VALUES ($1, $2, $3, $4, $5, $6)
              ON CONFLICT (folded_name) DO NOTHING",
        )
        .bind(uuid(new.operator_id.ulid()))
        .bind(new.name.as_str())
        .bind(new.name.folded())
        .bind(new.role.as_str())
        .bind(&new.password_hash.0)
        .bind(change.at)
        .execute(&mut *tx)
        .await?;
        if added.rows_affected() == 0 {
            return Ok(Added::NameTaken);
        }
        let operator = Operator {
            operator_id: new.operator_id,
            name: new.name.clone(),
            role: new.role,
            created_at: change.at,
            disabled_at: None,
            locked_until: None,
        };
        let changed = Changed {
            action: "operator.create",
            subject: subject(new.operator_id),
            before: None,
            after: Some(shown(&operator)),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(Added::Operator(operator))
    }

    async fn try_change_operator(
        &self,
        operator_id: OperatorId,
        wish: &OperatorWish,
        change: &Change,
    ) -> Tried<OperatorChanged> {
        let mut tx = self.write([OPERATORS]).await?;
        let Some(row) = read_operator(&mut tx, operator_id).await? else { return Ok(OperatorChanged::Unknown) };
        let before = row.read()?;
        let mut after = before.clone();
        after.role = wish.role.unwrap_or(before.role);
        after.disabled_at = match wish.disabled {
            Some(true) => before.disabled_at.or(Some(change.at)),
            Some(false) => None,
            None => before.disabled_at,
        };
        let reset = wish.password_hash.is_some();
        after.locked_until = before.locked_until.filter(|_| !reset);
        if before == after && !reset {
            return Ok(OperatorChanged::Operator(before));
        }
        let reigns = |operator: &Operator| operator.role == Role::Admin && operator.disabled_at.is_none();
        if reigns(&before) && !reigns(&after) && !another_admin(&mut tx, operator_id).await? {
            return Ok(OperatorChanged::LastAdmin);
        }
        sqlx::query(
            r"UPDATE operator
                 SET role = $2, disabled_at = $3, password_hash = COALESCE($4::text, password_hash),
                     failed_attempts = CASE WHEN $4::text IS NULL THEN failed_attempts ELSE 0 END,
                     locked_until = CASE WHEN $4::text IS NULL THEN locked_until END
               WHERE operator_id = $1",
        )
        .bind(uuid(operator_id.ulid()))
        .bind(after.role.as_str())
        .bind(after.disabled_at)
        .bind(wish.password_hash.as_ref().map(|hash| &hash.0))
        .execute(&mut *tx)
        .await?;
        if reset || after.disabled_at.is_some() {
            sqlx::query(r"DELETE FROM session WHERE operator_id = $1")
                .bind(uuid(operator_id.ulid()))
                .execute(&mut *tx)
                .await?;
        }
        let mut now = shown(&after);
        now["password_reset"] = reset.into();
        let changed = Changed {
            action: "operator.change",
            subject: subject(operator_id),
            before: Some(shown(&before)),
            after: Some(now),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(OperatorChanged::Operator(after))
    }

    async fn try_begin_attempt(&self, name: &OperatorName, lockout: &Lockout, change: &Change) -> Tried<Attempt> {
        let mut tx = self.write([OPERATORS]).await?;
        let row: Option<OperatorRow> = sqlx::query_as(
            r"SELECT operator_id, name, role, password_hash, created_at, disabled_at, failed_attempts, locked_until
                FROM operator
               WHERE folded_name = $1
                 AND disabled_at IS NULL",
        )
        .bind(name.folded())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(Attempt::Nobody) };
        let operator = row.read()?;
        if let Some(until) = operator.locked_until.filter(|until| *until > change.at) {
            return Ok(Attempt::Locked(until));
        }
        let attempts = u32::try_from(row.failed_attempts)?.saturating_add(1);
        let locked_until = lockout.locked_until(attempts, change.at);
        let counted = sqlx::query(
            r"UPDATE operator
                 SET failed_attempts = $3, locked_until = $4
               WHERE operator_id = $1
                 AND failed_attempts = $2",
        )
        .bind(row.operator_id)
        .bind(row.failed_attempts)
        .bind(i64::from(attempts))
        .bind(locked_until)
        .execute(&mut *tx)
        .await?;
        super::changed("a try at a password", counted.rows_affected(), 1)?;
        if let Some(until) = locked_until {
            let changed = Changed {
                action: "operator.lock",
                subject: subject(operator.operator_id),
                before: Some(row.attempts()),
                after: Some(value!({ "failed_attempts": attempts, "locked": true, "locked_until": until })),
            };
            audit::write(&mut tx, change, &changed).await?;
        }
        tx.commit().await?;
        Ok(Attempt::Compare(operator, PasswordHash(row.password_hash)))
    }
}

/// Whether anybody but this operator could still change operators.
async fn another_admin(tx: &mut PgConnection, operator_id: OperatorId) -> Tried<bool> {
    let others = sqlx::query_scalar(
        r"SELECT EXISTS (SELECT 1
                           FROM operator
                          WHERE role = 'admin'
                            AND disabled_at IS NULL
                            AND operator_id <> $1)",
    )
    .bind(uuid(operator_id.ulid()))
    .fetch_one(tx)
    .await?;
    Ok(others)
}
