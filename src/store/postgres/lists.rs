//! The black and the grey list of each activity in Postgres.

use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection};

use super::audit::{self, Changed};
use super::{Lock, PostgresStore, Tried, bucket};
use crate::domain::audit::Change;
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{ActivityId, UserId};
use crate::domain::standing::{ListedUser, UserList};
use crate::fault::Fault;
use crate::store::lists::ListStore;
use crate::store::{Page, Stored};

#[async_trait]
impl ListStore for PostgresStore {
    async fn put_on_list(&self, listed: &ListedUser, change: &Change) -> Stored<ListedUser> {
        self.try_put(listed, change).await.map_err(Fault::doing("put a user on a list"))
    }

    async fn take_off_list(
        &self,
        activity_id: &ActivityId,
        user_id: &UserId,
        list: UserList,
        change: &Change,
    ) -> Stored<bool> {
        self.try_take((activity_id, user_id), list, change).await.map_err(Fault::doing("take a user off a list"))
    }

    async fn listed(&self, activity_id: &ActivityId, list: UserList, page: &Page<UserId>) -> Stored<Vec<ListedUser>> {
        let rows: Vec<ListedRow> = sqlx::query_as(
            r"SELECT activity_id, user_id, list, reason, created_at
                FROM user_list
               WHERE activity_id || '' = $1
                 AND list = $2
                 AND user_id > $3
               ORDER BY user_id
               LIMIT $4",
        )
        .bind(activity_id.as_str())
        .bind(list.as_str())
        .bind(page.after.as_ref().map_or("", UserId::as_str))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list users"))?;
        rows.into_iter().map(ListedRow::read).collect::<Tried<_>>().map_err(Fault::doing("list users"))
    }
}

#[derive(FromRow)]
struct ListedRow {
    activity_id: String,
    user_id: String,
    list: String,
    reason: Option<String>,
    created_at: Timestamp,
}

impl ListedRow {
    fn read(self) -> Tried<ListedUser> {
        Ok(ListedUser {
            activity_id: ActivityId::new(&self.activity_id)?,
            user_id: UserId::new(&self.user_id)?,
            list: self.list.parse()?,
            reason: self.reason,
            created_at: self.created_at,
        })
    }
}

/// What the record of a change says of an entry.
fn told(listed: &ListedUser) -> Value {
    json!({ "list": listed.list, "reason": listed.reason })
}

fn subject(activity_id: &ActivityId, user_id: &UserId) -> String {
    format!("user {user_id} in activity {activity_id}")
}

impl PostgresStore {
    async fn try_put(&self, listed: &ListedUser, change: &Change) -> Tried<ListedUser> {
        let mut tx = self.write([Lock::User(&listed.user_id)]).await?;
        let before = read_one(&mut tx, &listed.activity_id, &listed.user_id).await?;
        if let Some(before) = &before
            && (before.list, &before.reason) == (listed.list, &listed.reason)
        {
            tx.rollback().await?;
            return Ok(before.clone());
        }
        sqlx::query(
            r"INSERT INTO user_list (user_id, activity_id, bucket, list, reason, created_at)
              VALUES ($1, $2, $3, $4, $5, $6)
              ON CONFLICT (user_id, activity_id) DO UPDATE
                 SET list = excluded.list, reason = excluded.reason, created_at = excluded.created_at",
        )
        .bind(listed.user_id.as_str())
        .bind(listed.activity_id.as_str())
        .bind(bucket(Bucket::of(&listed.user_id)))
        .bind(listed.list.as_str())
        .bind(&listed.reason)
        .bind(listed.created_at)
        .execute(&mut *tx)
        .await?;
        let changed = Changed {
            action: "user_list.put",
            subject: subject(&listed.activity_id, &listed.user_id),
            before: before.as_ref().map(told),
            after: Some(told(listed)),
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(listed.clone())
    }

    async fn try_take(
        &self,
        (activity_id, user_id): (&ActivityId, &UserId),
        list: UserList,
        change: &Change,
    ) -> Tried<bool> {
        let mut tx = self.write([Lock::User(user_id)]).await?;
        let before = read_one(&mut tx, activity_id, user_id).await?;
        let taken = sqlx::query(
            r"DELETE FROM user_list
               WHERE user_id = $1
                 AND activity_id = $2
                 AND list = $3",
        )
        .bind(user_id.as_str())
        .bind(activity_id.as_str())
        .bind(list.as_str())
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
        let changed = Changed {
            action: "user_list.delete",
            subject: subject(activity_id, user_id),
            before: before.as_ref().map(told),
            after: None,
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn read_one(tx: &mut PgConnection, activity_id: &ActivityId, user_id: &UserId) -> Tried<Option<ListedUser>> {
    let row: Option<ListedRow> = sqlx::query_as(
        r"SELECT activity_id, user_id, list, reason, created_at
            FROM user_list
           WHERE user_id = $1
             AND activity_id = $2",
    )
    .bind(user_id.as_str())
    .bind(activity_id.as_str())
    .fetch_optional(tx)
    .await?;
    row.map(ListedRow::read).transpose()
}
