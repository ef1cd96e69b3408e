//! Closed books in Postgres: sealed days, settlements that never change, corrections, reports.

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::json as value;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::audit::{self, Changed};
use super::rows::DrawRow;
use super::totals::{order_sums, point_sums, read_awards_won};
use super::{Lock, PostgresStore, Tried, changed, uuid};
use crate::domain::audit::Change;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::draw::Draw;
use crate::domain::id::{ActivityId, DrawId};
use crate::domain::points::Points;
use crate::domain::reconcile::{Invariant, Violation};
use crate::domain::settlement::{ActivityReport, ActivityTotals, Correction, DayFound, RollUp, Settlement};
use crate::fault::Fault;
use crate::store::settlement::{DayQuestion, DayRows, Settled, SettlementStore, WhileQuestion};
use crate::store::{Page, Stored};

#[async_trait]
impl SettlementStore for PostgresStore {
    async fn seal_days(&self, activity_id: &ActivityId, before: Day) -> Stored<Day> {
        self.try_seal(activity_id, before).await.map_err(Fault::doing("seal days"))
    }

    async fn unsettled_days(&self, activity_id: &ActivityId, days: &[Day]) -> Stored<Vec<Day>> {
        let days: Vec<NaiveDate> = days.iter().copied().map(NaiveDate::from).collect();
        let days: Vec<NaiveDate> = sqlx::query_scalar(
            r"SELECT wanted.day
                FROM UNNEST($2::date[]) WITH ORDINALITY AS wanted (day, number)
               WHERE NOT EXISTS (SELECT 1
                                   FROM settlement
                                  WHERE settlement.activity_id = $1
                                    AND settlement.day = wanted.day)
               ORDER BY wanted.number",
        )
        .bind(activity_id.as_str())
        .bind(days)
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("look for days to settle"))?;
        Ok(days.into_iter().map(Day::from).collect())
    }

    async fn drawn_days(&self, activity_id: &ActivityId) -> Stored<Option<(Day, Day)>> {
        let (first, last): (Option<NaiveDate>, Option<NaiveDate>) = sqlx::query_as(
            r"SELECT (SELECT MIN(day) FROM draw WHERE NOT void AND activity_id = $1),
                     (SELECT MAX(day) FROM draw WHERE NOT void AND activity_id = $1)",
        )
        .bind(activity_id.as_str())
        .fetch_one(&self.pool)
        .await
        .map_err(Fault::doing("look for days with draws"))?;
        Ok(first.zip(last).map(|(first, last)| (Day::from(first), Day::from(last))))
    }

    async fn day_rows(&self, question: &DayQuestion) -> Stored<DayRows> {
        self.try_day_rows(question).await.map_err(Fault::doing("add up a day"))
    }

    async fn draws_of_day(
        &self,
        activity_id: &ActivityId,
        day: Day,
        after: Option<DrawId>,
        limit: u32,
    ) -> Stored<Vec<Draw>> {
        let rows: Vec<DrawRow> = sqlx::query_as(
            r"SELECT *
                FROM live_draw
               WHERE activity_id = $1
                 AND day = $2
                 AND draw_id > $3
               ORDER BY draw_id
               LIMIT $4",
        )
        .bind(activity_id.as_str())
        .bind(NaiveDate::from(day))
        .bind(after.map_or(Uuid::nil(), |after| uuid(after.ulid())))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("read the draws of a day"))?;
        rows.iter().map(DrawRow::read).collect::<Tried<_>>().map_err(Fault::doing("read the draws of a day"))
    }

    async fn day_differences(&self, activity_id: &ActivityId, day: Day, limit: u32) -> Stored<Vec<Violation>> {
        self.try_day_differences(activity_id, day, limit).await.map_err(Fault::doing("compare a day with its books"))
    }

    async fn settle_day(&self, found: &DayFound, change: &Change) -> Stored<Settled> {
        self.try_settle_day(found, change).await.map_err(Fault::doing("settle a day"))
    }

    async fn settlement(&self, activity_id: &ActivityId, day: Day) -> Stored<Option<Settlement>> {
        async {
            let mut connection = self.pool.acquire().await?;
            let page = Page { after: Some(day.plus(1)), limit: 1 };
            let days = read_settlements(&mut connection, activity_id, &page).await?;
            Ok(days.into_iter().next().filter(|settlement| settlement.found.day == day))
        }
        .await
        .map_err(Fault::doing::<super::Cause>("read a settlement"))
    }

    async fn settlements(&self, activity_id: &ActivityId, page: &Page<Day>) -> Stored<Vec<Settlement>> {
        async {
            let mut connection = self.pool.acquire().await?;
            read_settlements(&mut connection, activity_id, page).await
        }
        .await
        .map_err(Fault::doing("list settlements"))
    }

    async fn activity_totals(&self, activity_id: &ActivityId) -> Stored<ActivityTotals> {
        self.read_totals(activity_id).await.map_err(Fault::doing("add up an activity"))
    }

    async fn draws_within(&self, question: &WhileQuestion) -> Stored<u64> {
        self.count_draws_within(question).await.map_err(Fault::doing("count draws of a while"))
    }

    async fn settle_activity(&self, activity_id: &ActivityId, report: &ActivityReport, now: Timestamp) -> Stored<bool> {
        self.try_settle_activity(activity_id, report, now).await.map_err(Fault::doing("settle an activity"))
    }

    async fn activity_report(&self, activity_id: &ActivityId) -> Stored<Option<(ActivityReport, Timestamp)>> {
        let row: Option<(Json<ActivityReport>, Timestamp)> = sqlx::query_as(
            r"SELECT report, created_at
                FROM activity_report
               WHERE activity_id = $1",
        )
        .bind(activity_id.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read the report of an activity"))?;
        Ok(row.map(|(report, created_at)| (report.0, created_at)))
    }
}

#[derive(FromRow)]
struct FoundRow {
    day: NaiveDate,
    /// Nothing for the settlement itself.
    number: Option<i64>,
    roll_up: Json<RollUp>,
    differences: Json<Vec<Violation>>,
    at: Timestamp,
}

impl FoundRow {
    fn read(&self, activity_id: &ActivityId) -> DayFound {
        DayFound {
            activity_id: activity_id.clone(),
            day: Day::from(self.day),
            roll_up: self.roll_up.0.clone(),
            differences: self.differences.0.clone(),
        }
    }
}

async fn read_settlements(
    connection: &mut PgConnection,
    activity_id: &ActivityId,
    page: &Page<Day>,
) -> Tried<Vec<Settlement>> {
    let rows: Vec<FoundRow> = sqlx::query_as(
        r"SELECT day, NULL::bigint AS number, roll_up, differences, settled_at AS at
            FROM settlement
           WHERE activity_id = $1
             AND ($2::date IS NULL OR day < $2)
           ORDER BY day DESC
           LIMIT $3",
    )
    .bind(activity_id.as_str())
    .bind(page.after.map(NaiveDate::from))
    .bind(i64::from(page.limit))
    .fetch_all(&mut *connection)
    .await?;
    let days: Vec<NaiveDate> = rows.iter().map(|row| row.day).collect();
    let corrections: Vec<FoundRow> = sqlx::query_as(
        r"SELECT day, number, roll_up, differences, created_at AS at
            FROM settlement_correction
           WHERE activity_id = $1
             AND day = ANY($2)
           ORDER BY day, number",
    )
    .bind(activity_id.as_str())
    .bind(days)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let of_day = corrections.iter().filter(|correction| correction.day == row.day);
            let corrections = of_day.map(|correction| {
                let number = u32::try_from(correction.number.ok_or("a correction without its number")?)?;
                let (found, created_at) = (correction.read(activity_id), correction.at);
                Ok(Correction { number, found, created_at })
            });
            let corrections = corrections.collect::<Tried<_>>()?;
            Ok(Settlement { found: row.read(activity_id), settled_at: row.at, corrections })
        })
        .collect()
}

/// Users by the draws their accounts count and the draws there are, where these differ.
async fn account_differences(
    tx: &mut PgConnection,
    activity_id: &ActivityId,
    day: Day,
    limit: u32,
) -> Tried<Vec<(String, String)>> {
    Ok(sqlx::query_as(
        r"SELECT 'user ' || user_id || ' in activity ' || $1 || ' on ' || to_char($2::date, 'YYYY-MM-DD'),
                 'the account counts ' || SUM(booked) || ' draws, ' || SUM(drawn) || ' are recorded'
            FROM (SELECT user_id, used AS booked, 0 AS drawn
                    FROM quota_period
                   WHERE activity_id = $1
                     AND period = to_char($2::date, 'YYYY-MM-DD')
                   UNION ALL
                  SELECT user_id, 0, 1
                    FROM draw
                   WHERE NOT void
                     AND activity_id = $1
                     AND day = $2) AS line
           GROUP BY user_id
          HAVING SUM(booked) <> SUM(drawn)
           ORDER BY user_id
           LIMIT $3",
    )
    .bind(activity_id.as_str())
    .bind(NaiveDate::from(day))
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?)
}

impl PostgresStore {
    async fn try_seal(&self, activity_id: &ActivityId, before: Day) -> Tried<Day> {
        // In turn with draws, which hold the row: without one, those that keep coming could put the seal off for ever.
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        let sealed_before: NaiveDate = sqlx::query_scalar(
            r"UPDATE activity
                 SET sealed_before = GREATEST(sealed_before, $2)
               WHERE activity_id = $1
              RETURNING sealed_before",
        )
        .bind(activity_id.as_str())
        .bind(NaiveDate::from(before))
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Day::from(sealed_before))
    }

    async fn try_day_rows(&self, question: &DayQuestion) -> Tried<DayRows> {
        let (activity_id, day) = (question.activity_id.as_str(), NaiveDate::from(question.day));
        let mut tx = self.snapshot().await?;
        let (draws, winners, users, points): (i64, i64, i64, i64) = sqlx::query_as(
            r"SELECT COUNT(*), COUNT(*) FILTER (WHERE kind <> 'nothing'), COUNT(DISTINCT user_id),
                     COALESCE(SUM(points), 0)::bigint
                FROM draw
               WHERE NOT void
                 AND activity_id = $1
                 AND day = $2",
        )
        .bind(activity_id)
        .bind(day)
        .fetch_one(&mut *tx)
        .await?;
        let awards: Vec<(i64, String, i64)> = sqlx::query_as(
            r"SELECT version, award_id, COUNT(*)
                FROM draw
               WHERE NOT void
                 AND activity_id = $1
                 AND day = $2
               GROUP BY version, award_id
               ORDER BY version, award_id",
        )
        .bind(activity_id)
        .bind(day)
        .fetch_all(&mut *tx)
        .await?;
        let booked: i64 = sqlx::query_scalar(
            r"SELECT COALESCE(SUM(used), 0)::bigint
                FROM quota_period
               WHERE activity_id = $1
                 AND period = to_char($2::date, 'YYYY-MM-DD')",
        )
        .bind(activity_id)
        .bind(day)
        .fetch_one(&mut *tx)
        .await?;
        let (draws_granted, draws_reversed) = order_sums(&mut tx, question).await?;
        let (points_rebated, points_redeemed, points_returned) = point_sums(&mut tx, question).await?;
        Ok(DayRows {
            roll_up: RollUp {
                draws: u64::try_from(draws)?,
                winners: u64::try_from(winners)?,
                users: u64::try_from(users)?,
                points_awarded: Points::from_hundredths(points),
                points_rebated,
                points_redeemed,
                points_returned,
                draws_granted,
                draws_reversed,
                ..RollUp::default()
            },
            awards: awards.into_iter().map(read_awards_won).collect::<Tried<_>>()?,
            booked: u64::try_from(booked)?,
        })
    }

    async fn try_day_differences(&self, activity_id: &ActivityId, day: Day, limit: u32) -> Tried<Vec<Violation>> {
        let mut tx = self.snapshot().await?;
        let accounts = account_differences(&mut tx, activity_id, day, limit).await?;
        let awards: Vec<(String, String)> = sqlx::query_as(
            r"SELECT 'draw draw_' || ulid_text(draw.draw_id), 'it has no award record of its own'
                FROM draw
                LEFT JOIN award_record ON award_record.draw_id = draw.draw_id
               WHERE NOT draw.void
                 AND draw.activity_id = $1
                 AND draw.day = $2
                 AND award_record.award_record_id IS DISTINCT FROM draw.award_record_id
               ORDER BY draw.draw_id
               LIMIT $3",
        )
        .bind(activity_id.as_str())
        .bind(NaiveDate::from(day))
        .bind(i64::from(limit))
        .fetch_all(&mut *tx)
        .await?;
        let named = |invariant| move |(subject, detail)| Violation { invariant, subject, detail };
        let mut found: Vec<_> = accounts.into_iter().map(named(Invariant::Quota)).collect();
        found.extend(awards.into_iter().map(named(Invariant::Awards)));
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn try_settle_day(&self, found: &DayFound, change: &Change) -> Tried<Settled> {
        let mut tx = self.write([Lock::Activity(&found.activity_id)]).await?;
        let page = Page { after: Some(found.day.plus(1)), limit: 1 };
        let settled = read_settlements(&mut tx, &found.activity_id, &page).await?.into_iter().next();
        let Some(settled) = settled.filter(|settlement| settlement.found.day == found.day) else {
            let written = sqlx::query(
                r"INSERT INTO settlement (activity_id, day, state, roll_up, differences, settled_at)
                  SELECT $1, $2, $3, $4, $5, $6
                    FROM activity
                   WHERE activity_id = $1
                     AND sealed_before > $2",
            )
            .bind(found.activity_id.as_str())
            .bind(NaiveDate::from(found.day))
            .bind(found.state().as_str())
            .bind(Json(&found.roll_up))
            .bind(Json(&found.differences))
            .bind(change.at)
            .execute(&mut *tx)
            .await?;
            changed("settlement", written.rows_affected(), 1)?;
            tx.commit().await?;
            return Ok(Settled::Written);
        };
        let last = settled.last();
        if last == found {
            return Ok(Settled::Unchanged);
        }
        let number = u32::try_from(settled.corrections.len())? + 1;
        sqlx::query(
            r"INSERT INTO settlement_correction (activity_id, day, number, state, roll_up, differences, created_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(found.activity_id.as_str())
        .bind(NaiveDate::from(found.day))
        .bind(i64::from(number))
        .bind(found.state().as_str())
        .bind(Json(&found.roll_up))
        .bind(Json(&found.differences))
        .bind(change.at)
        .execute(&mut *tx)
        .await?;
        let record = Changed {
            action: "settlement.correct",
            subject: format!("settlement {}/{}", found.activity_id, found.day),
            before: Some(value!({ "state": last.state(), "roll_up": last.roll_up })),
            after: Some(value!({ "state": found.state(), "roll_up": found.roll_up, "correction": number })),
        };
        audit::write(&mut tx, change, &record).await?;
        tx.commit().await?;
        Ok(Settled::Corrected(number))
    }

    async fn try_settle_activity(
        &self,
        activity_id: &ActivityId,
        report: &ActivityReport,
        now: Timestamp,
    ) -> Tried<bool> {
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        sqlx::query(
            r"INSERT INTO activity_report (activity_id, report, created_at)
              SELECT $1, $2, $3
                FROM activity
               WHERE activity_id = $1
                 AND state = 'closed'
              ON CONFLICT (activity_id) DO NOTHING",
        )
        .bind(activity_id.as_str())
        .bind(Json(report))
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let settled: Option<String> = sqlx::query_scalar(
            r"UPDATE activity
                 SET state = 'settled'
               WHERE activity_id = $1
                 AND state IN ('closed', 'settled')
              RETURNING state",
        )
        .bind(activity_id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(settled.is_some())
    }
}
