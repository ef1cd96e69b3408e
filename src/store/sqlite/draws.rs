//! Draws in SQLite: the facts they are decided from, what grants them, and their lists.

use std::collections::HashSet;

use async_trait::async_trait;
use serde::Serialize;
use sqlx::FromRow;

use super::rows::{AwardRow, DrawRow, OrderRow};
use super::{SqliteStore, Tried, catalog, changed, json, recharges};
use crate::domain::award::{AwardKind, AwardRecord};
use crate::domain::campaign::ActivityHead;
use crate::domain::draw::{Draw, RechargeOrder};
use crate::domain::id::{ActivityId, AwardRecordId, DrawId, RequestId, UserId};
use crate::domain::quota::Quota;
use crate::domain::standing::Standing;
use crate::fault::Fault;
use crate::store::draws::{
    DrawGroup, DrawStore, DrawWithAward, Facts, FactsQuestion, NewRecharge, Recharged, Recorded,
};
use crate::store::{Page, Stored};

/// Draws that are looked through for wins, however few of them there are.
const LATEST_MAX: u32 = 200;

#[async_trait]
impl DrawStore for SqliteStore {
    async fn draw_facts(&self, questions: &[FactsQuestion]) -> Stored<(Vec<ActivityHead>, Vec<Facts>)> {
        self.read_facts(questions).await.map_err(Fault::doing("read the facts of draws"))
    }

    async fn record_draws(&self, groups: &[DrawGroup]) -> Stored<Vec<Recorded>> {
        self.try_record(groups).await.map_err(Fault::doing("record draws"))
    }

    async fn record_recharges(&self, recharges: &[NewRecharge]) -> Stored<Vec<Recharged>> {
        self.try_recharge(recharges).await.map_err(Fault::doing("record recharges"))
    }

    async fn recharge_of(
        &self,
        user_id: &UserId,
        activity_id: &ActivityId,
        request_id: &RequestId,
    ) -> Stored<Option<RechargeOrder>> {
        let row: Option<OrderRow> = sqlx::query_as(
            r"SELECT *
                FROM live_recharge_order
               WHERE user_id = ?1
                 AND activity_id = ?2
                 AND source = 'request'
                 AND source_key = ?3",
        )
        .bind(user_id.as_str())
        .bind(activity_id.as_str())
        .bind(request_id.as_str())
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("read a recharge order"))?;
        row.map(|row| row.read()).transpose().map_err(Fault::doing("read a recharge order"))
    }

    async fn draw(&self, draw_id: DrawId) -> Stored<Option<DrawWithAward>> {
        let row: Option<DrawWithAwardRow> = sqlx::query_as(
            r"SELECT live_draw.*, award_record.state AS award_state
                FROM live_draw
                JOIN award_record ON award_record.award_record_id = live_draw.award_record_id
               WHERE live_draw.draw_id = ?1",
        )
        .bind(draw_id.ulid().to_string())
        .fetch_optional(&self.readers)
        .await
        .map_err(Fault::doing("read a draw"))?;
        row.map(|row| row.read()).transpose().map_err(Fault::doing("read a draw"))
    }

    async fn draws_of(&self, user_id: &UserId, page: &Page<DrawId>) -> Stored<Vec<DrawWithAward>> {
        let rows: Vec<DrawWithAwardRow> = sqlx::query_as(
            r"SELECT live_draw.*, award_record.state AS award_state
                FROM live_draw
                JOIN award_record ON award_record.award_record_id = live_draw.award_record_id
               WHERE live_draw.user_id = ?1
                 AND live_draw.draw_id < ?2
               ORDER BY live_draw.draw_id DESC
               LIMIT ?3",
        )
        .bind(user_id.as_str())
        .bind(super::before(page.after.map(DrawId::ulid)))
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list a user's draws"))?;
        rows.iter().map(DrawWithAwardRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's draws"))
    }

    async fn latest_wins(&self, activity_id: &ActivityId, limit: u32) -> Stored<Vec<Draw>> {
        let rows: Vec<DrawRow> = sqlx::query_as(
            r"SELECT *
                FROM live_draw
               WHERE activity_id = ?1
               ORDER BY day DESC, draw_id DESC
               LIMIT ?2",
        )
        .bind(activity_id.as_str())
        .bind(LATEST_MAX)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list the latest wins"))?;
        let draws: Vec<Draw> =
            rows.iter().map(DrawRow::read).collect::<Tried<_>>().map_err(Fault::doing("list the latest wins"))?;
        let won = draws.into_iter().filter(|draw| draw.value.kind() != AwardKind::Nothing);
        Ok(won.take(limit as usize).collect())
    }

    async fn awards_of(&self, user_id: &UserId, page: &Page<AwardRecordId>) -> Stored<Vec<AwardRecord>> {
        let rows: Vec<AwardRow> = sqlx::query_as(
            r"SELECT *
                FROM promised_award
               WHERE user_id = ?1
                 AND award_record_id < ?2
               ORDER BY award_record_id DESC
               LIMIT ?3",
        )
        .bind(user_id.as_str())
        .bind(super::before(page.after.map(AwardRecordId::ulid)))
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await
        .map_err(Fault::doing("list a user's awards"))?;
        rows.iter().map(AwardRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's awards"))
    }
}

#[derive(FromRow)]
struct DrawWithAwardRow {
    #[sqlx(flatten)]
    draw: DrawRow,
    award_state: String,
}

impl DrawWithAwardRow {
    fn read(&self) -> Tried<DrawWithAward> {
        Ok(DrawWithAward { draw: self.draw.read()?, award_state: self.award_state.parse()? })
    }
}

#[derive(Serialize)]
struct Question<'a> {
    user_id: &'a str,
    activity_id: &'a str,
    day: String,
    month: String,
    request_ids: HashSet<&'a RequestId>,
}

#[derive(FromRow)]
struct FactsRow {
    granted: u32,
    used: u32,
    used_today: u32,
    used_this_month: u32,
    list: Option<String>,
    won: String,
}

impl FactsRow {
    fn read(&self) -> Tried<Facts> {
        let Self { granted, used, used_today, used_this_month, .. } = *self;
        let list = self.list.as_deref().map(str::parse).transpose()?;
        let standing = Standing { list, won: serde_json::from_str(&self.won)? };
        Ok(Facts { quota: Quota { granted, used, used_today, used_this_month }, standing, earlier: Vec::new() })
    }
}

#[derive(FromRow)]
struct EarlierRow {
    question: i64,
    #[sqlx(flatten)]
    draw: DrawRow,
}

impl SqliteStore {
    async fn read_facts(&self, questions: &[FactsQuestion]) -> Tried<(Vec<ActivityHead>, Vec<Facts>)> {
        let asked: Vec<_> = questions
            .iter()
            .map(|question| Question {
                user_id: question.user_id.as_str(),
                activity_id: question.activity_id.as_str(),
                day: question.day.to_string(),
                month: question.day.month().to_string(),
                request_ids: question.request_ids.iter().collect(),
            })
            .collect();
        let activity_ids: HashSet<_> = questions.iter().map(|question| &question.activity_id).collect();
        let (asked, activity_ids) = (json(&asked)?, json(&activity_ids)?);

        // One read transaction is one snapshot: heads, quota and draws that belong together. Over the connection that writes: it has
        // the pages in memory, where the others would read them from the file after every commit; and who draws waits for it anyway.
        let mut tx = self.writer.begin().await?;
        let heads = catalog::read_heads(&mut tx, &activity_ids).await?;
        let rows: Vec<FactsRow> = sqlx::query_as(
            r"SELECT COALESCE(quota.granted, 0) AS granted, COALESCE(quota.used, 0) AS used,
                     COALESCE(today.used, 0) AS used_today, COALESCE(this_month.used, 0) AS used_this_month,
                     user_list.list,
                     (SELECT json_group_object(award_win.award_id, award_win.won)
                        FROM award_win
                       WHERE award_win.user_id = asked.value ->> 'user_id'
                         AND award_win.activity_id = asked.value ->> 'activity_id') AS won
                FROM jsonb_each(?1) AS asked
                LEFT JOIN quota
                  ON quota.user_id = asked.value ->> 'user_id'
                 AND quota.activity_id = asked.value ->> 'activity_id'
                LEFT JOIN quota_period AS today
                  ON today.activity_id = asked.value ->> 'activity_id'
                 AND today.user_id = asked.value ->> 'user_id'
                 AND today.period = asked.value ->> 'day'
                LEFT JOIN quota_period AS this_month
                  ON this_month.activity_id = asked.value ->> 'activity_id'
                 AND this_month.user_id = asked.value ->> 'user_id'
                 AND this_month.period = asked.value ->> 'month'
                LEFT JOIN user_list
                  ON user_list.user_id = asked.value ->> 'user_id'
                 AND user_list.activity_id = asked.value ->> 'activity_id'
               ORDER BY asked.key",
        )
        .bind(&asked)
        .fetch_all(&mut *tx)
        .await?;
        let earlier: Vec<EarlierRow> = sqlx::query_as(
            r"SELECT asked.key AS question, live_draw.*
                FROM jsonb_each(?1) AS asked
               CROSS JOIN jsonb_each(asked.value, '$.request_ids') AS request
               CROSS JOIN live_draw
                  ON live_draw.user_id = asked.value ->> 'user_id'
                 AND live_draw.activity_id = asked.value ->> 'activity_id'
                 AND live_draw.request_id = request.value
               ORDER BY asked.key, live_draw.request_id, live_draw.request_index",
        )
        .bind(&asked)
        .fetch_all(&mut *tx)
        .await?;
        tx.rollback().await?;

        let mut facts = rows.iter().map(FactsRow::read).collect::<Tried<Vec<_>>>()?;
        for row in earlier {
            facts[usize::try_from(row.question)?].earlier.push(row.draw.read()?);
        }
        Ok((heads, facts))
    }

    async fn try_recharge(&self, recharges: &[NewRecharge]) -> Tried<Vec<Recharged>> {
        let mut tx = self.write().await?;
        let (answers, orders) = recharges::judge(&mut tx, recharges).await?;
        if orders.is_empty() {
            tx.rollback().await?;
            return Ok(answers);
        }
        let granted = recharges::grant(&mut tx, &orders).await?;
        changed("recharge_order", u64::try_from(granted)?, orders.len())?;
        tx.commit().await?;
        Ok(answers)
    }
}
