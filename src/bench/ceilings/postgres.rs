//! A draw on Postgres as one would write it by hand: the quota is spent, the draw is kept, its work is noted.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

use super::{BATCH, USERS, each_second, user_of};
use crate::fault::Fault;

const DOING: &str = "measure what Postgres gives";
/// Where it is done: beside the database of the product, on the same server.
const DATABASE: &str = "ceiling";
/// Connections with which a hand might write batches. The best of them counts.
const WRITERS: [usize; 3] = [1, 2, 4];

const SCHEMA: &str = r"
    CREATE TABLE quota (user_id text, activity_id text, granted bigint NOT NULL, used bigint NOT NULL,
                        PRIMARY KEY (user_id, activity_id));
    CREATE TABLE draw (draw_id uuid PRIMARY KEY, user_id text NOT NULL, activity_id text NOT NULL,
                       request_id text NOT NULL, drawn_at timestamptz NOT NULL, award_id text NOT NULL, roll bytea NOT NULL,
                       UNIQUE (user_id, activity_id, request_id));
    CREATE TABLE outbox (outbox_id uuid PRIMARY KEY, draw_id uuid NOT NULL, user_id text NOT NULL, state text NOT NULL,
                         run_at timestamptz NOT NULL)";

/// A Postgres with the tables of a draw.
pub(in crate::bench) struct ByHand {
    pool: PgPool,
}

impl ByHand {
    /// Makes the tables, in a database of their own.
    pub(in crate::bench) async fn new(server: &str, connections: u32) -> Result<Self, Fault> {
        Self::make(server, connections).await.map_err(Fault::doing(DOING))
    }

    async fn make(server: &str, connections: u32) -> Result<Self, sqlx::Error> {
        let mut admin = PgConnection::connect(server).await?;
        sqlx::query(r"CREATE DATABASE ceiling").execute(&mut admin).await?;
        let (server, _) = server.rsplit_once('/').unwrap_or((server, ""));
        let pool = PgPoolOptions::new().max_connections(connections).connect(&format!("{server}/{DATABASE}")).await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        sqlx::query(
            r"INSERT INTO quota SELECT 'user-' || number, 'bench', 1000000000, 0 FROM generate_series(0, $1 - 1) AS number",
        )
        .bind(i64::try_from(USERS).unwrap_or(i64::MAX))
        .execute(&pool)
        .await?;
        sqlx::query(r"VACUUM ANALYZE quota").execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Draws each second, one transaction each, by so many clients.
    pub(in crate::bench) async fn single(&self, clients: usize, lasting: Duration) -> Result<f64, Fault> {
        let pools = vec![self.pool.clone(); clients];
        each_second(pools, lasting, async |pool: PgPool, number| {
            draw_once(&pool, number).await.map_err(Fault::doing(DOING))?;
            Ok((pool, 1))
        })
        .await
    }

    /// Draws each second, a hundred in a transaction, by the number of connections that gives most.
    pub(in crate::bench) async fn batched(&self, lasting: Duration) -> Result<f64, Fault> {
        let mut best = 0.0_f64;
        for writers in WRITERS {
            let pools = vec![self.pool.clone(); writers];
            let rate = each_second(pools, lasting, async |pool: PgPool, number| {
                draw_batch(&pool, number).await.map_err(Fault::doing(DOING))?;
                Ok((pool, BATCH as u64))
            });
            best = best.max(rate.await?);
        }
        Ok(best)
    }
}

async fn draw_once(pool: &PgPool, number: u64) -> Result<(), sqlx::Error> {
    let user = format!("user-{}", user_of(number));
    let [draw_id, outbox_id, request_id] = ids(number, 0);
    let mut tx = pool.begin().await?;
    sqlx::query(
        r"UPDATE quota SET used = used + 1 WHERE user_id = $1 AND activity_id = 'bench' AND used < granted",
    )
    .bind(&user)
    .execute(&mut *tx)
    .await?;
    sqlx::query(r"INSERT INTO draw VALUES ($1, $2, 'bench', $3, now(), 'points', $4)")
        .bind(draw_id)
        .bind(&user)
        .bind(request_id.to_string())
        .bind([7_u8; 32])
        .execute(&mut *tx)
        .await?;
    sqlx::query(r"INSERT INTO outbox VALUES ($1, $2, $3, 'pending', now())")
        .bind(outbox_id)
        .bind(draw_id)
        .bind(&user)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

async fn draw_batch(pool: &PgPool, number: u64) -> Result<(), sqlx::Error> {
    let first = number * BATCH as u64;
    let mut users: Vec<_> = (first..first + BATCH as u64).map(user_of).collect();
    // Whoever locks rows in one order waits for nobody who waits for them.
    users.sort_unstable();
    let users: Vec<_> = users.into_iter().map(|user| format!("user-{user}")).collect();
    let ids: Vec<_> = (0..BATCH as u64).map(|index| ids(number, index)).collect();
    let draws: Vec<_> = ids.iter().map(|[draw_id, ..]| *draw_id).collect();
    let mut tx = pool.begin().await?;
    sqlx::query(
        r"UPDATE quota SET used = used + 1 FROM UNNEST($1::text[]) AS batch (user_id)
           WHERE quota.user_id = batch.user_id AND quota.activity_id = 'bench' AND used < granted",
    )
    .bind(&users)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO draw SELECT draw_id, user_id, 'bench', request_id, now(), 'points', $4
            FROM UNNEST($1::uuid[], $2::text[], $3::text[]) AS batch (draw_id, user_id, request_id)",
    )
    .bind(&draws)
    .bind(&users)
    .bind(ids.iter().map(|[.., request_id]| request_id.to_string()).collect::<Vec<_>>())
    .bind([7_u8; 32])
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"INSERT INTO outbox SELECT outbox_id, draw_id, user_id, 'pending', now()
            FROM UNNEST($1::uuid[], $2::uuid[], $3::text[]) AS batch (outbox_id, draw_id, user_id)",
    )
    .bind(ids.iter().map(|[_, outbox_id, _]| *outbox_id).collect::<Vec<_>>())
    .bind(&draws)
    .bind(&users)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Ids of a draw, its work and its request. They rise with time, which is what keeps indexes warm.
fn ids(number: u64, index: u64) -> [Uuid; 3] {
    [1, 2, 3].map(|kind| Uuid::from_u64_pair(number, kind << 32 | index))
}
