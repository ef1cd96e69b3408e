//! Wins of awards that are limited per user, in Postgres: counted with each draw, and from all draws when a limit begins.

use std::collections::{BTreeSet, HashSet};

use sqlx::PgConnection;

use super::{Tried, bucket, changed, column};
use crate::domain::bucket::Bucket;
use crate::domain::document::CampaignDocument;
use crate::domain::id::ActivityId;
use crate::store::draws::NewDraw;

/// Counts the wins of limited awards among `draws`.
///
/// Invariant: no user has more than the limit of the version that decided. Repeated here, where it is written, though the facts
/// that the draws were decided from cannot have moved.
pub(super) async fn count(tx: &mut PgConnection, draws: impl Iterator<Item = &NewDraw>) -> Tried<()> {
    let wins: Vec<_> = draws.filter_map(|new| Some((&new.draw, new.per_user?))).collect();
    if wins.is_empty() {
        return Ok(());
    }
    let counted = sqlx::query(
        r"INSERT INTO award_win (user_id, activity_id, award_id, bucket, won)
          SELECT user_id, activity_id, award_id, MIN(bucket), COUNT(*)
            FROM UNNEST($1::text[], $2::text[], $3::text[], $4::smallint[], $5::bigint[])
              AS win (user_id, activity_id, award_id, bucket, per_user)
           GROUP BY user_id, activity_id, award_id
          HAVING COUNT(*) <= MIN(per_user)
          ON CONFLICT (user_id, activity_id, award_id) DO UPDATE
             SET won = award_win.won + excluded.won
           WHERE award_win.won + excluded.won <= (SELECT MIN(per_user)
                                                    FROM UNNEST($2::text[], $3::text[], $5::bigint[])
                                                      AS win (activity_id, award_id, per_user)
                                                   WHERE win.activity_id = award_win.activity_id
                                                     AND win.award_id = award_win.award_id)",
    )
    .bind(column(&wins, |(draw, _)| draw.user_id.as_str()))
    .bind(column(&wins, |(draw, _)| draw.activity_id.as_str()))
    .bind(column(&wins, |(draw, _)| draw.award_id.as_str()))
    .bind(column(&wins, |(draw, _)| bucket(Bucket::of(&draw.user_id))))
    .bind(column(&wins, |(_, per_user)| i64::from(*per_user)))
    .execute(tx)
    .await?;
    // Users and awards: each is one row.
    let rows: HashSet<_> = wins.iter().map(|(draw, _)| (&draw.user_id, &draw.activity_id, &draw.award_id)).collect();
    changed("award_win", counted.rows_affected(), rows.len())
}

/// Makes the counted wins those of the new version's limited awards. Tells whether another set of awards is limited than
/// before: then draws under way must be decided again, because they were decided without these counts or would change them.
///
/// Exact while no draw commits: the caller has the epoch's row to itself.
pub(super) async fn replace(
    tx: &mut PgConnection,
    activity_id: &ActivityId,
    before: Option<&CampaignDocument>,
    after: &CampaignDocument,
) -> Tried<bool> {
    let before = before.map(limited).unwrap_or_default();
    let after = limited(after);
    if before == after {
        return Ok(false);
    }
    sqlx::query(
        r"DELETE FROM award_win
           WHERE activity_id || '' = $1
             AND award_id <> ALL($2::text[])",
    )
    .bind(activity_id.as_str())
    .bind(after.intersection(&before).copied().collect::<Vec<_>>())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO award_win (user_id, activity_id, award_id, bucket, won)
          SELECT user_id, activity_id, award_id, MIN(bucket), COUNT(*)
            FROM draw
           WHERE NOT void
             AND activity_id = $1
             AND award_id = ANY($2::text[])
           GROUP BY user_id, activity_id, award_id",
    )
    .bind(activity_id.as_str())
    .bind(after.difference(&before).copied().collect::<Vec<_>>())
    .execute(&mut *tx)
    .await?;
    Ok(true)
}

/// The awards that a document limits per user.
fn limited(document: &CampaignDocument) -> BTreeSet<&str> {
    document.awards.iter().filter(|award| award.per_user.is_some()).map(|award| award.id.as_str()).collect()
}
