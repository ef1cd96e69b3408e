//! The rows of a bucket on their way from one Postgres database to another.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{PostgresStore, Tried, bucket as number};
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

impl PostgresStore {
    /// Indexes every table by bucket while others write to it. One that was cut short is made anew: Postgres leaves it there, unused.
    pub(super) async fn index_buckets(&self) -> Tried<()> {
        for table in USER_TABLES {
            let index = index_of(table);
            let is_unused: Option<bool> = sqlx::query_scalar(
                r"SELECT NOT indisvalid
                    FROM pg_index
                   WHERE indexrelid = to_regclass($1)",
            )
            .bind(&index)
            .fetch_optional(&self.pool)
            .await?;
            if is_unused == Some(true) {
                self.run_alone(format!("DROP INDEX CONCURRENTLY IF EXISTS {index}")).await?;
            }
            self.run_alone(format!("CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {table} (bucket)")).await?;
        }
        Ok(())
    }

    pub(super) async fn drop_bucket_indexes(&self) -> Tried<()> {
        for table in USER_TABLES {
            self.run_alone(format!("DROP INDEX CONCURRENTLY IF EXISTS {}", index_of(table))).await?;
        }
        Ok(())
    }

    /// Runs what no transaction may.
    async fn run_alone(&self, statement: String) -> Tried<()> {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&self.pool).await?;
        Ok(())
    }
}

/// The index of a table while buckets move.
fn index_of(table: &str) -> String {
    format!("{table}_moving_bucket")
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
