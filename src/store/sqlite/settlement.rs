//! Closed books in SQLite: sealed days, settlements that never change, corrections, reports.

use async_trait::async_trait;
use serde_json::json as value;
use sqlx::{FromRow, SqliteConnection};

use super::audit::{self, Changed};
use super::rows::DrawRow;
use super::totals::{order_sums, point_sums, read_awards_won};
use super::{SqliteStore, Tried, changed, instant, json, millis};
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
impl SettlementStore for SqliteStore {
    async fn seal_days(&self, activity_id: &ActivityId, before: Day) -> Stored<Day> {
        let sealed_before: String = sqlx::query_scalar(
            r"UPDATE activity
                 SET sealed_before = MAX(COALESCE(sealed_before, ?2), ?2)
               WHERE activity_id = ?1
              RETURNING sealed_before",
        )
        .bind(activity_id.as_str())
        .bind(before.to_string())
        .fetch_one(&self.writer)
        .await
        .map_err(Fault::doing("seal days"))?;
        sealed_before.parse().map_err(Fault::doing("seal days"))
    }

    async fn unsettled_days(&self, activity_id: &ActivityId, days: &[Day]) -> Stored<Vec<Day>> {
        let days = json(days).map_err(Fault::doing("look for days to settle"))?;
        let days: Vec<String> = sqlx::query_scalar(
            r"SELECT day.value
                FROM json_each(?2) AS day
               WHERE NOT EXISTS (SELECT 1
                                   FROM settlement
                                  WHERE settlement.activity_id = ?1
                                    AND settlement.day = day.value)
               ORDER BY day.key",
        )
        .bind(activity_id.as_str())
        .bind(days)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("look for days to settle"))?;
        let days: Result<_, _> = days.iter().map(|day| day.parse()).collect();
        days.map_err(Fault::doing("look for days to settle"))
    }

    async fn drawn_days(&self, activity_id: &ActivityId) -> Stored<Option<(Day, Day)>> {
        let (first, last): (Option<String>, Option<String>) = sqlx::query_as(
            r"SELECT (SELECT MIN(day) FROM draw WHERE void = 0 AND activity_id = ?1),
                     (SELECT MAX(day) FROM draw WHERE void = 0 AND activity_id = ?1)",
        )
        .bind(activity_id.as_str())
        .fetch_one(&self.readers)
        .await
        .map_err(Fault::doing("look for days with draws"))?;
        let read = |(first, last): (String, String)| Ok((first.parse()?, last.parse()?));
        first.zip(last).map(read).transpose().map_err(Fault::doing::<super::Cause>("look for days with draws"))
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
               WHERE activity_id = ?1
                 AND day = ?2
                 AND draw_id > ?3
               ORDER BY draw_id
               LIMIT ?4",
        )
        .bind(activity_id.as_str())
        .bind(day.to_string())
        .bind(after.map(|after| after.ulid().to_string()).unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.readers)
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
            let mut connection = self.readers.acquire().await?;
            let page = Page { after: Some(day.plus(1)), limit: 1 };
            let days = read_settlements(&mut connection, activity_id, &page).await?;
            Ok(days.into_iter().next().filter(|settlement| settlement.found.day == day))
        }
        .await
        .map_err(Fault::doing::<super::Cause>("read a settlement"))
    }

    async fn settlements(&self, activity_id: &ActivityId, page: &Page<Day>) -> Stored<Vec<Settlement>> {
        async {
            let mut connection = self.readers.acquire().await?;
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
        let row: Option<(String, i64)> = sqlx::query_as(
            r"SELECT report, created_at
                FROM activity_report
               WHERE activity_id = ?1",
        )
        .bind(activity_id.as_str())
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("read the report of an activity"))?;
        row.map(|(report, created_at)| Ok((serde_json::from_str(&report)?, instant(created_at)?)))
            .transpose()
            .map_err(Fault::doing::<super::Cause>("read the report of an activity"))
    }
}

#[derive(FromRow)]
struct FoundRow {
    day: String,
    /// Nothing for the settlement itself.
    number: Option<u32>,
    roll_up: String,
    differences: String,
    at: i64,
}

impl FoundRow {
    fn read(&self, activity_id: &ActivityId) -> Tried<DayFound> {
        Ok(DayFound {
            activity_id: activity_id.clone(),
            day: self.day.parse()?,
            roll_up: serde_json::from_str(&self.roll_up)?,
            differences: serde_json::from_str(&self.differences)?,
        })
    }
}

async fn read_settlements(
    connection: &mut SqliteConnection,
    activity_id: &ActivityId,
    page: &Page<Day>,
) -> Tried<Vec<Settlement>> {
    let before = page.after.map_or_else(|| "~".into(), |after| after.to_string());
    let rows: Vec<FoundRow> = sqlx::query_as(
        r"SELECT day, NULL AS number, roll_up, differences, settled_at AS at
            FROM settlement
           WHERE activity_id = ?1
             AND day < ?2
           ORDER BY day DESC
           LIMIT ?3",
    )
    .bind(activity_id.as_str())
    .bind(before)
    .bind(page.limit)
    .fetch_all(&mut *connection)
    .await?;
    let days: Vec<_> = rows.iter().map(|row| &row.day).collect();
    let corrections: Vec<FoundRow> = sqlx::query_as(
        r"SELECT day, number, roll_up, differences, created_at AS at
            FROM settlement_correction
           WHERE activity_id = ?1
             AND day IN (SELECT value FROM json_each(?2))
           ORDER BY day, number",
    )
    .bind(activity_id.as_str())
    .bind(json(&days)?)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let of_day = corrections.iter().filter(|correction| correction.day == row.day);
            let corrections = of_day.map(|correction| {
                let number = correction.number.ok_or("a correction without its number")?;
                let (found, created_at) = (correction.read(activity_id)?, instant(correction.at)?);
                Ok(Correction { number, found, created_at })
            });
            let corrections = corrections.collect::<Tried<_>>()?;
            Ok(Settlement { found: row.read(activity_id)?, settled_at: instant(row.at)?, corrections })
        })
        .collect()
}

/// Users by the draws their accounts count and the draws there are, where these differ.
async fn account_differences(
    tx: &mut SqliteConnection,
    activity_id: &ActivityId,
    day: Day,
    limit: u32,
) -> Tried<Vec<(String, String)>> {
    Ok(sqlx::query_as(
        r"SELECT 'user ' || user_id || ' in activity ' || ?1 || ' on ' || ?2,
                 'the account counts ' || SUM(booked) || ' draws, ' || SUM(drawn) || ' are recorded'
            FROM (SELECT user_id, used AS booked, 0 AS drawn
                    FROM quota_period
                   WHERE activity_id = ?1
                     AND period = ?2
                   UNION ALL
                  SELECT user_id, 0, 1
                    FROM draw
                   WHERE void = 0
                     AND activity_id = ?1
                     AND day = ?2)
           GROUP BY user_id
          HAVING SUM(booked) <> SUM(drawn)
           ORDER BY user_id
           LIMIT ?3",
    )
    .bind(activity_id.as_str())
    .bind(day.to_string())
    .bind(limit)
    .fetch_all(tx)
    .await?)
}

impl SqliteStore {
    async fn try_day_rows(&self, question: &DayQuestion) -> Tried<DayRows> {
        let (activity_id, day) = (question.activity_id.as_str(), question.day.to_string());
        let mut tx = self.readers.begin().await?;
        let (draws, winners, users, points): (i64, i64, i64, i64) = sqlx::query_as(
            r"SELECT COUNT(*), COUNT(*) FILTER (WHERE kind <> 'nothing'), COUNT(DISTINCT user_id),
                     COALESCE(SUM(points), 0)
                FROM draw
               WHERE void = 0
                 AND activity_id = ?1
                 AND day = ?2",
        )
        .bind(activity_id)
        .bind(&day)
        .fetch_one(&mut *tx)
        .await?;
        let awards: Vec<(u32, String, i64)> = sqlx::query_as(
            r"SELECT version, award_id, COUNT(*)
                FROM draw
               WHERE void = 0
                 AND activity_id = ?1
                 AND day = ?2
               GROUP BY version, award_id
               ORDER BY version, award_id",
        )
        .bind(activity_id)
        .bind(&day)
        .fetch_all(&mut *tx)
        .await?;
        let booked: i64 = sqlx::query_scalar(
            r"SELECT COALESCE(SUM(used), 0)
                FROM quota_period
               WHERE activity_id = ?1
                 AND period = ?2",
        )
        .bind(activity_id)
        .bind(&day)
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
        let mut tx = self.readers.begin().await?;
        let accounts = account_differences(&mut tx, activity_id, day, limit).await?;
        let awards: Vec<(String, String)> = sqlx::query_as(
            r"SELECT 'draw draw_' || draw.draw_id, 'it has no award record of its own'
                FROM draw
                LEFT JOIN award_record ON award_record.draw_id = draw.draw_id
               WHERE draw.void = 0
                 AND draw.activity_id = ?1
                 AND draw.day = ?2
                 AND award_record.award_record_id IS NOT draw.award_record_id
               ORDER BY draw.draw_id
               LIMIT ?3",
        )
        .bind(activity_id.as_str())
        .bind(day.to_string())
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
        let named = |invariant| move |(subject, detail)| Violation { invariant, subject, detail };
        let mut found: Vec<_> = accounts.into_iter().map(named(Invariant::Quota)).collect();
        found.extend(awards.into_iter().map(named(Invariant::Awards)));
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn try_settle_day(&self, found: &DayFound, change: &Change) -> Tried<Settled> {
        let mut tx = self.write().await?;
        let page = Page { after: Some(found.day.plus(1)), limit: 1 };
        let settled = read_settlements(&mut tx, &found.activity_id, &page).await?.into_iter().next();
        let Some(settled) = settled.filter(|settlement| settlement.found.day == found.day) else {
            let written = sqlx::query(
                r"INSERT INTO settlement (activity_id, day, state, roll_up, differences, settled_at)
                  SELECT ?1, ?2, ?3, ?4, ?5, ?6
                    FROM activity
                   WHERE activity_id = ?1
                     AND sealed_before > ?2",
            )
            .bind(found.activity_id.as_str())
            .bind(found.day.to_string())
            .bind(found.state().as_str())
            .bind(json(&found.roll_up)?)
            .bind(json(&found.differences)?)
            .bind(millis(change.at))
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
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(found.activity_id.as_str())
        .bind(found.day.to_string())
        .bind(number)
        .bind(found.state().as_str())
        .bind(json(&found.roll_up)?)
        .bind(json(&found.differences)?)
        .bind(millis(change.at))
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
        let mut tx = self.write().await?;
        sqlx::query(
            r"INSERT INTO activity_report (activity_id, report, created_at)
              SELECT ?1, ?2, ?3
                FROM activity
               WHERE activity_id = ?1
                 AND state = 'closed'
              ON CONFLICT (activity_id) DO NOTHING",
        )
        .bind(activity_id.as_str())
        .bind(json(report)?)
        .bind(millis(now))
        .execute(&mut *tx)
        .await?;
        let settled: Option<String> = sqlx::query_scalar(
            r"UPDATE activity
                 SET state = 'settled'
               WHERE activity_id = ?1
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
