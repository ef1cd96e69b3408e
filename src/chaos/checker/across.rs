//! What several databases must say together: stock, coupon codes, and which of them has which users.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use serde_json::Value;
use sqlx::types::{Json, Uuid};

use super::groups::{Groups, pair};
use super::report::{Check, Findings};
use super::session::{Scratch, Session, Tried, rows_of};

const STOCK: Check = Check {
    name: "stock_not_oversold",
    says: "no award has more winners, and no SKU more orders, than the current document has stock; what came back is not counted",
};
const CODES: Check = Check {
    name: "code_one_winner",
    says: "every coupon code has one winner at most, and every delivered coupon the code that its winner was shown",
};
const BUCKETS: Check = Check {
    name: "bucket_one_home",
    says: "every bucket lives in one database, the one that the map names, and no move is half done",
};
/// How many buckets users are spread over.
const BUCKET_COUNT: i16 = 1024;

pub(super) async fn check(sessions: &mut [Session], scratch: &mut Scratch, findings: &mut Findings) -> Tried<()> {
    stock(sessions, findings).await?;
    buckets(sessions, findings).await?;
    codes(sessions, scratch, findings).await
}

/// What is counted, by activity, kind and id.
type Item = (String, String, String);

async fn stock(sessions: &mut [Session], findings: &mut Findings) -> Tried<()> {
    let [first, ..] = &mut *sessions else { return Ok(()) };
    let totals: Vec<(String, String, String, i64)> = sqlx::query_as(
        r"SELECT activity_id, counted.kind, item.value ->> 'id', (item.value ->> 'stock')::bigint
            FROM activity
            JOIN campaign_version USING (activity_id, version)
           CROSS JOIN (VALUES ('award', 'awards'), ('sku', 'skus')) AS counted (kind, field)
           CROSS JOIN jsonb_array_elements(document -> counted.field) AS item (value)
           WHERE item.value ->> 'stock' IS NOT NULL",
    )
    .fetch_all(&mut first.connection)
    .await?;
    let mut used: BTreeMap<Item, i64> = BTreeMap::new();
    for session in sessions {
        let here: Vec<(String, String, String, i64)> = sqlx::query_as(
            r"SELECT draw.activity_id, 'award', draw.award_id, COUNT(*)
                FROM draw
                LEFT JOIN award_record ON award_record.draw_id = draw.draw_id
               WHERE NOT draw.void
                 AND award_record.state IS DISTINCT FROM 'recalled'
               GROUP BY draw.activity_id, draw.award_id
               UNION ALL
              SELECT activity_id, 'sku', sku, COUNT(*)
                FROM recharge_order
               WHERE NOT void
                 AND reversed_at IS NULL
                 AND source IN ('request', 'redemption')
               GROUP BY activity_id, sku",
        )
        .fetch_all(&mut session.connection)
        .await?;
        for (activity_id, kind, id, count) in here {
            *used.entry((activity_id, kind, id)).or_default() += count;
        }
    }
    findings.looked(STOCK, totals.len() as u64);
    for (activity_id, kind, id, total) in totals {
        let row = format!("stock_item {activity_id}/{kind}/{id}");
        let used = used.get(&(activity_id, kind, id)).copied().unwrap_or(0);
        if used > total {
            findings.found(STOCK, row, format!("{used} are given where there are {total}"));
        }
    }
    Ok(())
}

async fn buckets(sessions: &mut [Session], findings: &mut Findings) -> Tried<()> {
    let mut homes: BTreeMap<i16, Vec<(usize, String)>> = BTreeMap::new();
    let mut installations = BTreeSet::new();
    let mut map: BTreeMap<i16, (i16, Option<i16>)> = BTreeMap::new();
    for (number, session) in sessions.iter_mut().enumerate() {
        let here: Vec<(i16, String)> =
            sqlx::query_as(r"SELECT bucket, state FROM bucket_home").fetch_all(&mut session.connection).await?;
        for (bucket, state) in here {
            homes.entry(bucket).or_default().push((number, state));
        }
        let identity: Option<(Uuid, i16)> = sqlx::query_as(r"SELECT installation, number FROM shard_identity")
            .fetch_optional(&mut session.connection)
            .await?;
        match identity {
            Some((installation, said)) => {
                installations.insert(installation);
                if usize::try_from(said) != Ok(number) {
                    findings.found(BUCKETS, format!("shard_identity {said}"), format!("it is database {number}"));
                }
            }
            // One database alone needs no name.
            None if number == 0 => {}
            None => findings.found(BUCKETS, format!("shard_identity {number}"), "it is not there"),
        }
        if number == 0 {
            let rows: Vec<(i16, i16, Option<i16>)> = sqlx::query_as(r"SELECT bucket, shard, moving_to FROM bucket_map")
                .fetch_all(&mut session.connection)
                .await?;
            map.extend(rows.into_iter().map(|(bucket, shard, moving_to)| (bucket, (shard, moving_to))));
        }
    }
    if installations.len() > 1 {
        findings.found(
            BUCKETS,
            "shard_identity",
            format!("the databases are of {} installations", installations.len()),
        );
    }
    findings.looked(BUCKETS, BUCKET_COUNT.unsigned_abs().into());
    let alone = sessions.len() == 1 && map.is_empty();
    for bucket in 0..BUCKET_COUNT {
        let found = homes.get(&bucket).map(Vec::as_slice).unwrap_or_default();
        let mapped = if alone { Some(&(0, None)) } else { map.get(&bucket) };
        let right = match (mapped, found) {
            (Some((shard, None)), [(number, state)]) => usize::try_from(*shard) == Ok(*number) && state == "home",
            _ => false,
        };
        if !right {
            let mapped = match mapped {
                None => "in no database".into(),
                Some((shard, None)) => format!("in database {shard}"),
                Some((shard, Some(to))) => format!("in database {shard}, being moved to {to}"),
            };
            let found: Vec<_> = found.iter().map(|(number, state)| format!("{state} in {number}")).collect();
            findings.found(
                BUCKETS,
                format!("bucket_map {bucket}"),
                format!(
                    "the map has it {mapped}; it is {}",
                    if found.is_empty() { "nowhere".into() } else { found.join(" and ") }
                ),
            );
        }
    }
    Ok(())
}

/// Codes are in the first database, awards wherever their winners are.
async fn codes(sessions: &mut [Session], scratch: &mut Scratch, findings: &mut Findings) -> Tried<()> {
    let mut promised = rows_of(
        sessions,
        r"SELECT pg_temp.id('award', award_record.award_record_id),
                 jsonb_build_object('state', award_record.state, 'reference', award_record.reference, 'pool', promise.pool,
                                    'swept', COALESCE(outbox.ended_at, '-infinity')
                                             < current_setting('checker.overdue_before')::timestamptz)
            FROM draw
            JOIN award_record ON award_record.draw_id = draw.draw_id
            LEFT JOIN outbox ON outbox.award_record_id = award_record.award_record_id
            LEFT JOIN (SELECT activity_id, version, award.value ->> 'id' AS award_id, award.value -> 'prize' ->> 'pool' AS pool
                         FROM campaign_version
                        CROSS JOIN jsonb_array_elements(document -> 'awards') AS award (value)) AS promise
              ON promise.activity_id = draw.activity_id
             AND promise.version = draw.version
             AND promise.award_id = draw.award_id
           WHERE NOT draw.void
             AND draw.kind = 'coupon'
           ORDER BY award_record.award_record_id",
    )
    .await?;
    let rows = sqlx::query_as::<_, (String, Json<Value>)>(
        r"SELECT pg_temp.id('award', award_record_id), jsonb_build_object('pool', pool, 'code', code)
            FROM coupon_code
           WHERE award_record_id IS NOT NULL
           ORDER BY award_record_id, taken_at, code",
    )
    .fetch(&mut scratch.connection);
    let mut taken = Groups::of([rows.map(|row| row.map(|(key, Json(code))| (key, code))).boxed()]).await?;
    while let Some(found) = pair(&mut promised, &mut taken).await? {
        findings.looked(CODES, 1);
        if let Some((row, found)) = wrong_code(&found.key, &found.left, &found.right) {
            findings.found(CODES, row, found);
        }
    }
    Ok(())
}

/// The row that is wrong, where one is, of an award and the codes that say they are its.
fn wrong_code(award: &str, promised: &[Value], taken: &[Value]) -> Option<(String, String)> {
    let text = |of: &Value, field: &str| of[field].as_str().unwrap_or("none").to_owned();
    let name = |code: &Value| format!("coupon_code {}/{}", text(code, "pool"), text(code, "code"));
    let Some(promise) = promised.first() else {
        return Some((name(taken.first()?), format!("it belongs to {award}, which is no award of a coupon")));
    };
    let (state, row) = (text(promise, "state"), format!("award_record {award}"));
    match taken {
        [] if state == "delivered" => Some((row, "it is delivered and has no code".into())),
        [_, second, ..] => Some((name(second), format!("{award} has {} codes", taken.len()))),
        [code] if state == "delivered" && promise["reference"] != code["code"] => Some((
            row,
            format!("its winner was shown {}, its code is {}", text(promise, "reference"), text(code, "code")),
        )),
        [code] if promise["pool"] != code["pool"] => {
            Some((name(code), format!("it belongs to {award}, which was promised one of {}", text(promise, "pool"))))
        }
        [code] if state == "recalled" && promise["swept"] == true => {
            Some((name(code), format!("it belongs to {award}, which is recalled")))
        }
        [] | [_] => None,
    }
}
