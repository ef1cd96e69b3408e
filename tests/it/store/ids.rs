//! Ids as Postgres writes them: reports name rows by it, and keys of other tables are compared with it.

use sqlx::{Connection, PgConnection};
use ulid::Ulid;
use uuid::Uuid;

use crate::support::postgres_server::Database;

/// Nothing, everything, and each bit alone: a bit in the wrong place shows.
fn every_bit() -> Vec<Ulid> {
    let bits = (0..128).map(|bit| 1_u128 << bit);
    bits.chain([0, u128::MAX, 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210]).map(Ulid::from).collect()
}

#[tokio::test]
async fn ids_are_written_as_everywhere_else() {
    let database = Database::fresh().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let ids = every_bit();
    let uuids: Vec<Uuid> = ids.iter().map(|id| Uuid::from_u128((*id).into())).collect();
    let written: Vec<String> = sqlx::query_scalar(
        "SELECT ulid_text(id) FROM UNNEST($1::uuid[]) WITH ORDINALITY AS wanted (id, number) ORDER BY number",
    )
    .bind(uuids)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(written, ids.iter().map(Ulid::to_string).collect::<Vec<_>>());
}
