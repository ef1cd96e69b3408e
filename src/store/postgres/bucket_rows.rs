//! The rows of a bucket on their way from one Postgres database to another.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{Tried, bucket as number};
use crate::domain::bucket::Bucket;

/// Every table with rows of users, each after those that it refers to. Each says the bucket of its rows.
pub const USER_TABLES: [&str; 18] = [
    "quota",
    "quota_period",
    "recharge_order",
    "redemption_order",
    "draw",
    "award_record",
    "outbox",
    "attempt",
    "goods_claim",
    "award_win",
    "user_list",
    "behaviour",
    "account",
    "transfer",
    "entry",
    "point_lot",
    "lot_use",
    "hold",
];

/// Bytes that are gathered before they are sent on. Postgres gives each row alone.
const CHUNK: usize = 64 * 1024;

/// Copies every row of a bucket.
pub(super) async fn copy(source: &mut PgConnection, target: &mut PgConnection, bucket: Bucket) -> Tried<()> {
    for (table, columns) in columns(source).await? {
        let number = number(bucket);
        let out = format!("COPY (SELECT {columns} FROM {table} WHERE bucket = {number}) TO STDOUT (FORMAT binary)");
        let into = format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
        let mut rows = source.copy_out_raw(&out).await?;
        let mut taken = target.copy_in_raw(&into).await?;
        let mut chunk = Vec::with_capacity(CHUNK);
        while let Some(row) = rows.try_next().await? {
            chunk.extend_from_slice(&row);
            if chunk.len() >= CHUNK {
                taken.send(chunk.as_slice()).await?;
                chunk.clear();
            }
        }
        taken.send(chunk.as_slice()).await?;
        taken.finish().await?;
    }
    Ok(())
}

/// Deletes every row of a bucket.
pub(super) async fn clear(tx: &mut PgConnection, bucket: Bucket) -> Tried<()> {
    for table in USER_TABLES.iter().rev() {
        let delete = format!("DELETE FROM {table} WHERE bucket = {}", number(bucket));
        sqlx::raw_sql(AssertSqlSafe(delete)).execute(&mut *tx).await?;
    }
    Ok(())
}

/// The columns of each table, in the order of the tables. They are named, because two databases need not have them in the same order.
async fn columns(connection: &mut PgConnection) -> Tried<Vec<(String, String)>> {
    let rows = sqlx::query(
        r"SELECT wanted.name, string_agg(quote_ident(pg_attribute.attname), ', ' ORDER BY pg_attribute.attnum) AS columns
            FROM UNNEST($1::text[]) WITH ORDINALITY AS wanted (name, position)
            JOIN pg_attribute ON pg_attribute.attrelid = to_regclass(wanted.name)
           WHERE pg_attribute.attnum > 0
             AND NOT pg_attribute.attisdropped
             AND pg_attribute.attgenerated = ''
           GROUP BY wanted.name, wanted.position
           ORDER BY wanted.position",
    )
    .bind(USER_TABLES.as_slice())
    .fetch_all(connection)
    .await?;
    let columns: Result<Vec<_>, sqlx::Error> =
        rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("columns")?))).collect();
    Ok(columns?)
}
