//! Finding users in SQLite.

use async_trait::async_trait;

use super::{SqliteStore, Tried};
use crate::domain::id::UserId;
use crate::fault::Fault;
use crate::store::users::{UserStore, first_looked_at};
use crate::store::{Page, Stored};

#[async_trait]
impl UserStore for SqliteStore {
    async fn users(&self, prefix: &str, page: &Page<UserId>) -> Stored<Vec<UserId>> {
        self.find_users(prefix, page).await.map_err(Fault::doing("find users"))
    }
}

impl SqliteStore {
    /// Steps from one id to the next: a search of an index in each table for each user found, however many rows a user has.
    async fn find_users(&self, prefix: &str, page: &Page<UserId>) -> Tried<Vec<UserId>> {
        let ids: Vec<String> = sqlx::query_scalar(
            r"WITH RECURSIVE known (user_id, found) AS (
                  SELECT (SELECT MIN(first.user_id)
                            FROM (SELECT MIN(user_id) AS user_id FROM quota WHERE user_id >= ?1
                                   UNION ALL
                                  SELECT MIN(user_id) FROM behaviour WHERE user_id >= ?1
                                   UNION ALL
                                  SELECT MIN(user_id) FROM user_list WHERE user_id >= ?1
                                   UNION ALL
                                  SELECT substr(MIN(account_id), 6) FROM account
                                   WHERE account_id >= 'user:' || ?1
                                     AND account_id < 'user;') AS first), 1
                   UNION ALL
                  SELECT (SELECT MIN(next.user_id)
                            FROM (SELECT MIN(user_id) AS user_id FROM quota WHERE user_id > known.user_id
                                   UNION ALL
                                  SELECT MIN(user_id) FROM behaviour WHERE user_id > known.user_id
                                   UNION ALL
                                  SELECT MIN(user_id) FROM user_list WHERE user_id > known.user_id
                                   UNION ALL
                                  SELECT substr(MIN(account_id), 6) FROM account
                                   WHERE account_id > 'user:' || known.user_id
                                     AND account_id < 'user;') AS next), known.found + 1
                    FROM known
                   WHERE known.found < ?3
                     AND substr(known.user_id, 1, length(?2)) = ?2
              )
              SELECT user_id
                FROM known
               WHERE substr(user_id, 1, length(?2)) = ?2
               ORDER BY user_id",
        )
        .bind(first_looked_at(prefix, page.after.as_ref()))
        .bind(prefix)
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(ids.iter().map(|id| UserId::new(id)).collect::<Result<_, _>>()?)
    }
}
