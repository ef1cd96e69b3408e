//! Where rows live: all of a user's in the one database that has the user's bucket.

use futures::TryStreamExt;
use sqlx::AssertSqlSafe;

use super::{Check, Findings, Session, Tried};

const USER_AT_HOME: Check = Check {
    name: "user_at_home",
    says: "every row of a user is in the database that has the bucket of that user, and says so",
};

/// A table whose rows move with their bucket.
struct Placed {
    table: &'static str,
    /// Its key, as text.
    key: &'static str,
    /// Whose rows they are; nothing where the row does not say.
    user: &'static str,
    /// An id that repeats the bucket in its last bits; nothing where the row has none.
    id: &'static str,
}

const fn placed(table: &'static str, key: &'static str, user: &'static str, id: &'static str) -> Placed {
    Placed { table, key, user, id }
}

/// Users' points, and those set aside, are accounts named by the user.
const ACCOUNT_USER: &str =
    "CASE WHEN account_id LIKE 'user:%' OR account_id LIKE 'held:%' THEN substr(account_id, 6) END";

/// All tables that have buckets, but those that say where buckets are. Workflows are in the first database, whoever they are about.
const PLACED: &[Placed] = &[
    placed("quota", "user_id || '/' || activity_id", "user_id", "NULL"),
    placed("quota_period", "activity_id || '/' || user_id || '/' || period", "user_id", "NULL"),
    placed("recharge_order", "pg_temp.id('rech', recharge_order_id)", "user_id", "recharge_order_id"),
    placed("draw", "pg_temp.id('draw', draw_id)", "user_id", "draw_id"),
    placed("award_record", "pg_temp.id('award', award_record_id)", "user_id", "award_record_id"),
    placed("outbox", "pg_temp.id('out', outbox_id)", "user_id", "outbox_id"),
    placed("attempt", "pg_temp.id('out', outbox_id) || '/' || lease", "NULL", "outbox_id"),
    placed("goods_claim", "pg_temp.id('award', award_record_id)", "user_id", "award_record_id"),
    placed("account", "account_id", ACCOUNT_USER, "NULL"),
    placed("transfer", "pg_temp.id('xfer', transfer_id)", "NULL", "transfer_id"),
    placed("entry", "pg_temp.id('xfer', transfer_id) || '/' || account_id", ACCOUNT_USER, "transfer_id"),
    placed("point_lot", "pg_temp.id('xfer', transfer_id)", ACCOUNT_USER, "transfer_id"),
    placed("lot_use", "pg_temp.id('xfer', transfer_id) || '/' || pg_temp.id('xfer', lot_id)", "NULL", "transfer_id"),
    placed("hold", "pg_temp.id('hold', hold_id)", "user_id", "hold_id"),
    placed("behaviour", "pg_temp.id('beh', behaviour_id)", "user_id", "behaviour_id"),
    placed("redemption_order", "pg_temp.id('rdm', redemption_id)", "user_id", "redemption_id"),
    placed("award_win", "user_id || '/' || activity_id || '/' || award_id", "user_id", "NULL"),
    placed("user_list", "user_id || '/' || activity_id", "user_id", "NULL"),
];

pub(super) async fn check(session: &mut Session, findings: &mut Findings) -> Tried<()> {
    // A table that is added later is not to be forgotten here.
    let tables: Vec<String> = sqlx::query_scalar(
        r"SELECT table_name::text
            FROM information_schema.columns
           WHERE table_schema = 'public'
             AND column_name = 'bucket'
             AND table_name NOT IN ('bucket_home', 'bucket_map', 'workflow')",
    )
    .fetch_all(&mut session.connection)
    .await?;
    for table in tables.iter().filter(|table| PLACED.iter().all(|placed| placed.table != *table)) {
        findings.found(
            USER_AT_HOME,
            table,
            "this table has buckets, and the checker does not know where its rows belong",
        );
    }
    for Placed { table, key, user, id } in PLACED {
        let counts = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let rows: i64 = sqlx::query_scalar(counts).fetch_one(&mut session.connection).await?;
        findings.looked(USER_AT_HOME, rows.unsigned_abs());
        let strays = AssertSqlSafe(format!(
            r"SELECT '{table} ' || {key},
                     'its bucket is ' || bucket || ', that of its user ' || COALESCE(of_user::text, 'unknown') || ', that of its id '
                     || COALESCE(of_id::text, 'unknown') || CASE WHEN is_home THEN '' ELSE ', and it does not live here' END
                FROM (SELECT {table}.*, pg_temp.bucket_of({user}) AS of_user, pg_temp.bucket_in({id}) AS of_id,
                             EXISTS (SELECT 1
                                       FROM bucket_home
                                      WHERE bucket_home.bucket = {table}.bucket) AS is_home
                        FROM {table}) AS placed
               WHERE of_user <> bucket
                  OR of_id <> bucket
                  OR NOT is_home"
        ));
        let mut strays = sqlx::query_as::<_, (String, String)>(strays).fetch(&mut session.connection);
        while let Some((row, found)) = strays.try_next().await? {
            findings.found(USER_AT_HOME, row, found);
        }
    }
    Ok(())
}
