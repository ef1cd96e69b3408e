//! Finding users in Postgres. Columns that hold ids are in the order of their bytes, as everywhere.

use async_trait::async_trait;

use super::{PostgresStore, Tried};
use crate::domain::id::UserId;
use crate::fault::Fault;
use crate::store::users::{UserStore, first_looked_at};
use crate::store::{Page, Stored};

#[async_trait]
impl UserStore for PostgresStore {
    async fn users(&self, prefix: &str, page: &Page<UserId>) -> Stored<Vec<UserId>> {
        self.find_users(prefix, page).await.map_err(Fault::doing("find users"))
    }
}

impl PostgresStore {
    /// Steps from one id to the next: a search of an index in each table for each user found, however many rows a user has.
    async fn find_users(&self, prefix: &str, page: &Page<UserId>) -> Tried<Vec<UserId>> {
        let ids: Vec<String> = sqlx::query_scalar(
            r"WITH RECURSIVE known (user_id, found) AS (
                  SELECT LEAST((SELECT MIN(user_id) FROM quota WHERE user_id >= $1),
                               (SELECT MIN(user_id) FROM behaviour WHERE user_id >= $1),
                               (SELECT MIN(user_id) FROM user_list WHERE user_id >= $1),
                               (SELECT substr(MIN(account_id), 6) FROM account
                                 WHERE account_id >= 'user:' || $1
                                   AND account_id < 'user;')), 1::bigint
                   UNION ALL
                  SELECT LEAST((SELECT MIN(user_id) FROM quota WHERE user_id > known.user_id),
                               (SELECT MIN(user_id) FROM behaviour WHERE user_id > known.user_id),
                               (SELECT MIN(user_id) FROM user_list WHERE user_id > known.user_id),
                               (SELECT substr(MIN(account_id), 6) FROM account
                                 WHERE account_id > 'user:' || known.user_id
                                   AND account_id < 'user;')), known.found + 1
                    FROM known
                   WHERE known.found < $3
                     AND starts_with(known.user_id, $2)
              )
              SELECT user_id
                FROM known
               WHERE starts_with(user_id, $2)
               ORDER BY user_id",
        )
        .bind(first_looked_at(prefix, page.after.as_ref()))
        .bind(prefix)
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.iter().map(|id| UserId::new(id)).collect::<Result<_, _>>()?)
    }
}
