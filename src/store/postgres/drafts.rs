//! Drafts in Postgres: listed and discarded.

use sqlx::FromRow;

use super::audit::{self, Changed};
use super::catalog::{read_draft, shown};
use super::{Lock, PostgresStore, Tried};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::store::Page;
use crate::store::catalog::{DraftDiscarded, DraftLine, Saver};

#[derive(FromRow)]
struct LineRow {
    activity_id: String,
    title: String,
    updated_at: Timestamp,
    saved_by: String,
}

impl PostgresStore {
    /// Without the documents, of which only the title is told: they may be large.
    pub(super) async fn list_drafts(&self, page: &Page<ActivityId>) -> Tried<Vec<DraftLine>> {
        let mut connection = self.pool.acquire().await?;
        let rows: Vec<LineRow> = sqlx::query_as(
            r"SELECT activity_id, document ->> 'title' AS title, updated_at, saved_by
                FROM campaign_draft
               WHERE activity_id > $1
               ORDER BY activity_id
               LIMIT $2",
        )
        .bind(page.after.as_ref().map_or("", ActivityId::as_str))
        .bind(i64::from(page.limit))
        .fetch_all(&mut *connection)
        .await?;
        let savers: Vec<_> = rows.iter().map(|row| row.saved_by.clone()).collect();
        let names = audit::names(&mut connection, &savers).await?;
        rows.into_iter()
            .map(|row| {
                Ok(DraftLine {
                    activity_id: ActivityId::new(&row.activity_id)?,
                    title: row.title,
                    updated_at: row.updated_at,
                    saved_by: Saver { name: names.get(&row.saved_by).cloned(), actor: row.saved_by },
                })
            })
            .collect()
    }

    pub(super) async fn try_discard_draft(
        &self,
        activity_id: &ActivityId,
        seen: Option<&str>,
        change: &Change,
    ) -> Tried<DraftDiscarded> {
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        let Some(draft) = read_draft(&mut tx, activity_id).await? else { return Ok(DraftDiscarded::NoDraft) };
        if seen.is_some_and(|seen| seen != draft.document.digest()) {
            return Ok(DraftDiscarded::Another);
        }
        sqlx::query(r"DELETE FROM campaign_draft WHERE activity_id = $1")
            .bind(activity_id.as_str())
            .execute(&mut *tx)
            .await?;
        let changed = Changed {
            action: "draft.discard",
            subject: format!("activity {activity_id}"),
            before: Some(shown(&draft)),
            after: None,
        };
        audit::write(&mut tx, change, &changed).await?;
        tx.commit().await?;
        Ok(DraftDiscarded::Gone)
    }
}
