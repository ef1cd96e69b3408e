//! Drafts in SQLite: listed and discarded.

use sqlx::FromRow;

use super::audit::{self, Changed};
use super::catalog::{read_draft, shown};
use super::{SqliteStore, Tried, instant};
use crate::domain::audit::Change;
use crate::domain::id::ActivityId;
use crate::store::Page;
use crate::store::catalog::{DraftDiscarded, DraftLine, Saver};

#[derive(FromRow)]
struct LineRow {
    activity_id: String,
    title: String,
    updated_at: i64,
    saved_by: String,
    saved_by_name: Option<String>,
}

impl SqliteStore {
    /// Without the documents, of which only the title is told: they may be large.
    pub(super) async fn list_drafts(&self, page: &Page<ActivityId>) -> Tried<Vec<DraftLine>> {
        let rows: Vec<LineRow> = sqlx::query_as(
            r"SELECT activity_id, document ->> 'title' AS title, updated_at, saved_by, saved_by_name
                FROM named_draft
               WHERE activity_id > ?1
               ORDER BY activity_id
               LIMIT ?2",
        )
        .bind(page.after.as_ref().map_or("", ActivityId::as_str))
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(DraftLine {
                    activity_id: ActivityId::new(&row.activity_id)?,
                    title: row.title,
                    updated_at: instant(row.updated_at)?,
                    saved_by: Saver { actor: row.saved_by, name: row.saved_by_name },
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
        let mut tx = self.write().await?;
        let Some(draft) = read_draft(&mut tx, activity_id).await? else { return Ok(DraftDiscarded::NoDraft) };
        if seen.is_some_and(|seen| seen != draft.document.digest()) {
            return Ok(DraftDiscarded::Another);
        }
        sqlx::query(r"DELETE FROM campaign_draft WHERE activity_id = ?1")
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
