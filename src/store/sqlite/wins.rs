//! Wins of awards that are limited per user, in SQLite: counted with each draw, and from all draws when a limit begins.

use std::collections::BTreeSet;

use sqlx::SqliteConnection;

use super::{Tried, changed, json};
use crate::domain::document::CampaignDocument;
use crate::domain::id::ActivityId;

/// Counts the wins of limited awards among `draws`, a JSON array as `record` writes it. `wins` is how many rows that touches.
///
/// Invariant: no user has more than the limit of the version that decided. Repeated here, where it is written, though the facts
/// that the draws were decided from cannot have moved.
pub(super) async fn count(tx: &mut SqliteConnection, draws: &str, wins: usize) -> Tried<()> {
    if wins == 0 {
        return Ok(());
    }
    let counted = sqlx::query(
        r"INSERT INTO award_win (user_id, activity_id, award_id, bucket, won)
          SELECT value ->> 'user_id', value ->> 'activity_id', value ->> 'award_id', value ->> 'bucket', COUNT(*)
            FROM jsonb_each(?1)
           WHERE value ->> 'per_user' IS NOT NULL
           GROUP BY value ->> 'user_id', value ->> 'activity_id', value ->> 'award_id'
          HAVING COUNT(*) <= MIN(value ->> 'per_user')
          ON CONFLICT (user_id, activity_id, award_id) DO UPDATE
             SET won = won + excluded.won
           WHERE won + excluded.won <= (SELECT MIN(value ->> 'per_user')
                                          FROM jsonb_each(?1)
                                         WHERE value ->> 'activity_id' = award_win.activity_id
                                           AND value ->> 'award_id' = award_win.award_id)",
    )
    .bind(draws)
    .execute(tx)
    .await?;
    changed("award_win", counted.rows_affected(), wins)
}

/// Makes the counted wins those of the new version's limited awards. Tells whether another set of awards is limited than
/// before: then draws under way must be decided again, because they were decided without these counts or would change them.
pub(super) async fn replace(
    tx: &mut SqliteConnection,
    activity_id: &ActivityId,
    before: Option<&CampaignDocument>,
    after: &CampaignDocument,
) -> Tried<bool> {
    let before = before.map(limited).unwrap_or_default();
    let after = limited(after);
    if before == after {
        return Ok(false);
    }
    let begins: Vec<_> = after.difference(&before).collect();
    sqlx::query(
        r"DELETE FROM award_win
           WHERE activity_id = ?1
             AND award_id NOT IN (SELECT value FROM json_each(?2))",
    )
    .bind(activity_id.as_str())
    .bind(json(&after.intersection(&before).collect::<Vec<_>>())?)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO award_win (user_id, activity_id, award_id, bucket, won)
          SELECT user_id, activity_id, award_id, MIN(bucket), COUNT(*)
            FROM draw
           WHERE void = 0
             AND activity_id = ?1
             AND award_id IN (SELECT value FROM json_each(?2))
           GROUP BY user_id, activity_id, award_id",
    )
    .bind(activity_id.as_str())
    .bind(json(&begins)?)
    .execute(&mut *tx)
    .await?;
    Ok(true)
}

/// The awards that a document limits per user.
fn limited(document: &CampaignDocument) -> BTreeSet<&str> {
    document.awards.iter().filter(|award| award.per_user.is_some()).map(|award| award.id.as_str()).collect()
}
