//! Draws in Postgres: the facts they are decided from, what grants them, and their lists.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use sqlx::FromRow;
use sqlx::types::Json;

use super::rows::{AwardRow, DrawRow, OrderRow};
use super::{Lock, PostgresStore, Tried, before, catalog, changed, column, recharges, stock, uuid};
use crate::domain::award::{AwardKind, AwardRecord};
use crate::domain::campaign::ActivityHead;
use crate::domain::draw::{Draw, RechargeOrder};
use crate::domain::id::{ActivityId, AwardId, AwardRecordId, DrawId, RequestId, UserId};
use crate::domain::quota::Quota;
use crate::domain::standing::Standing;
use crate::fault::Fault;
use crate::store::draws::{
    DrawGroup, DrawStore, DrawWithAward, Facts, FactsQuestion, NewRecharge, Recharged, Recorded,
};
use crate::store::{Page, Stored};

/// Draws that are looked through for wins, however few of them there are.
const LATEST_MAX: i64 = 200;

#[async_trait]
impl DrawStore for PostgresStore {
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
               WHERE user_id = $1
                 AND activity_id = $2
                 AND source = 'request'
                 AND source_key = $3",
        )
        .bind(user_id.as_str())
        .bind(activity_id.as_str())
        .bind(request_id.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read a recharge order"))?;
        row.map(|row| row.read()).transpose().map_err(Fault::doing("read a recharge order"))
    }

    async fn draw(&self, draw_id: DrawId) -> Stored<Option<DrawWithAward>> {
        let row: Option<DrawWithAwardRow> = sqlx::query_as(
            r"SELECT live_draw.*, award_record.state AS award_state
                FROM live_draw
                JOIN award_record ON award_record.award_record_id = live_draw.award_record_id
               WHERE live_draw.draw_id = $1",
        )
        .bind(uuid(draw_id.ulid()))
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read a draw"))?;
        row.map(|row| row.read()).transpose().map_err(Fault::doing("read a draw"))
    }

    async fn draws_of(&self, user_id: &UserId, page: &Page<DrawId>) -> Stored<Vec<DrawWithAward>> {
        let rows: Vec<DrawWithAwardRow> = sqlx::query_as(
            r"SELECT live_draw.*, award_record.state AS award_state
                FROM live_draw
                JOIN award_record ON award_record.award_record_id = live_draw.award_record_id
               WHERE live_draw.user_id = $1
                 AND live_draw.draw_id < $2
               ORDER BY live_draw.draw_id DESC
               LIMIT $3",
        )
        .bind(user_id.as_str())
        .bind(before(page.after.map(DrawId::ulid)))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list a user's draws"))?;
        rows.iter().map(DrawWithAwardRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's draws"))
    }

    async fn latest_wins(&self, activity_id: &ActivityId, limit: u32) -> Stored<Vec<Draw>> {
        let rows: Vec<DrawRow> = sqlx::query_as(
            r"SELECT *
                FROM live_draw
               WHERE activity_id = $1
               ORDER BY day DESC, draw_id DESC
               LIMIT $2",
        )
        .bind(activity_id.as_str())
        .bind(LATEST_MAX)
        .fetch_all(&self.pool)
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
               WHERE user_id = $1
                 AND award_record_id < $2
               ORDER BY award_record_id DESC
               LIMIT $3",
        )
        .bind(user_id.as_str())
        .bind(before(page.after.map(AwardRecordId::ulid)))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list a user's awards"))?;
        rows.iter().map(AwardRow::read).collect::<Tried<_>>().map_err(Fault::doing("list a user's awards"))
    }
}

/// A user's request in an activity as one text, by which its draws are looked up. No id has a line feed.
pub(super) fn request(user_id: &UserId, activity_id: &ActivityId, request_id: &RequestId) -> String {
    format!("{user_id}\n{activity_id}\n{request_id}")
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

#[derive(FromRow)]
struct FactsRow {
    granted: i64,
    used: i64,
    used_today: i64,
    used_this_month: i64,
    list: Option<String>,
    won: Json<BTreeMap<AwardId, u32>>,
    /// Whether a request of the question was answered before.
    repeated: bool,
    #[sqlx(flatten)]
    head: catalog::MaybeHead,
}

impl FactsRow {
    fn read(self) -> Tried<Facts> {
        let quota = Quota {
            granted: u32::try_from(self.granted)?,
            used: u32::try_from(self.used)?,
            used_today: u32::try_from(self.used_today)?,
            used_this_month: u32::try_from(self.used_this_month)?,
        };
        let list = self.list.as_deref().map(str::parse).transpose()?;
        Ok(Facts { quota, standing: Standing { list, won: self.won.0 }, earlier: Vec::new() })
    }
}

#[derive(FromRow)]
struct EarlierRow {
    question: i64,
    #[sqlx(flatten)]
    draw: DrawRow,
}

impl PostgresStore {
    async fn read_facts(&self, questions: &[FactsQuestion]) -> Tried<(Vec<ActivityHead>, Vec<Facts>)> {
        let activity_ids: HashSet<_> = questions.iter().map(|question| question.activity_id.as_str()).collect();
        // Each request once: a draw is one fact, however often its request is named.
        let mut requests: Vec<_> = (0_i64..)
            .zip(questions)
            .flat_map(|(number, question)| {
                let request_ids: HashSet<_> = question.request_ids.iter().collect();
                request_ids.into_iter().map(move |request_id| (number, question, request_id))
            })
            .collect();

        // One statement is one snapshot: heads, quota and draws that belong together.
        let rows: Vec<FactsRow> = sqlx::query_as(
            r"WITH head AS MATERIALIZED (
              SELECT activity.activity_id, activity.version, activity.state, stock_epoch.epoch
                FROM activity
                JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id
               WHERE activity.activity_id = ANY($5)),
                   repeated AS MATERIALIZED (
              SELECT DISTINCT asked.question
                FROM UNNEST($6::bigint[], $7::text[]) AS asked (question, request)
                JOIN live_draw
                  ON live_draw.user_id || E'\n' || live_draw.activity_id || E'\n' || live_draw.request_id = asked.request)
              SELECT COALESCE(quota.granted, 0) AS granted, COALESCE(quota.used, 0) AS used,
                     COALESCE(today.used, 0) AS used_today, COALESCE(this_month.used, 0) AS used_this_month,
                     user_list.list,
                     COALESCE((SELECT jsonb_object_agg(award_win.award_id, award_win.won)
                                 FROM award_win
                                WHERE award_win.user_id = asked.user_id
                                  AND award_win.activity_id = asked.activity_id), '{}') AS won,
                     repeated.question IS NOT NULL AS repeated,
                     head.version, head.state, head.epoch
                FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
                  AS asked (user_id, activity_id, day, month, number)
                LEFT JOIN head ON head.activity_id = asked.activity_id
                LEFT JOIN repeated ON repeated.question = asked.number - 1
                LEFT JOIN quota
                  ON quota.user_id = asked.user_id
                 AND quota.activity_id = asked.activity_id
                LEFT JOIN quota_period AS today
                  ON today.activity_id = asked.activity_id
                 AND today.user_id = asked.user_id
                 AND today.period = asked.day
                LEFT JOIN quota_period AS this_month
                  ON this_month.activity_id = asked.activity_id
                 AND this_month.user_id = asked.user_id
                 AND this_month.period = asked.month
                LEFT JOIN user_list
                  ON user_list.user_id = asked.user_id
                 AND user_list.activity_id = asked.activity_id
               ORDER BY asked.number",
        )
        .bind(column(questions, |question| question.user_id.as_str()))
        .bind(column(questions, |question| question.activity_id.as_str()))
        .bind(column(questions, |question| question.day.to_string()))
        .bind(column(questions, |question| question.day.month().to_string()))
        .bind(activity_ids.into_iter().collect::<Vec<_>>())
        .bind(column(&requests, |(number, ..)| *number))
        .bind(column(&requests, |(_, question, request_id)| {
            request(&question.user_id, &question.activity_id, request_id)
        }))
        .fetch_all(&self.drawing)
        .await?;
        let mut heads = BTreeMap::new();
        for (question, row) in questions.iter().zip(&rows) {
            if !heads.contains_key(&question.activity_id)
                && let Some(head) = row.head.read(&question.activity_id)?
            {
                heads.insert(question.activity_id.clone(), head);
            }
        }
        let heads = heads.into_values().collect();
        let repeated: HashSet<_> = (0_i64..).zip(&rows).filter(|(_, row)| row.repeated).map(|(at, _)| at).collect();
        let mut facts = rows.into_iter().map(FactsRow::read).collect::<Tried<Vec<_>>>()?;
        if !repeated.is_empty() {
            requests.retain(|(number, ..)| repeated.contains(number));
            // Draws never change, and those that came since are answers just as well.
            for row in self.earlier_draws(&requests).await? {
                facts[usize::try_from(row.question)?].earlier.push(row.draw.read()?);
            }
        }
        Ok((heads, facts))
    }

    /// The draws that these requests made, by their question.
    async fn earlier_draws(&self, requests: &[(i64, &FactsQuestion, &RequestId)]) -> Tried<Vec<EarlierRow>> {
        Ok(sqlx::query_as(
            r"SELECT asked.question, live_draw.*
                FROM UNNEST($1::bigint[], $2::text[]) AS asked (question, request)
                JOIN live_draw
                  ON live_draw.user_id || E'\n' || live_draw.activity_id || E'\n' || live_draw.request_id = asked.request
               ORDER BY asked.question, live_draw.request_id, live_draw.request_index",
        )
        .bind(column(requests, |(number, ..)| *number))
        .bind(column(requests, |(_, question, request_id)| {
            request(&question.user_id, &question.activity_id, request_id)
        }))
        .fetch_all(&self.drawing)
        .await?)
    }

    async fn try_recharge(&self, recharges: &[NewRecharge]) -> Tried<Vec<Recharged>> {
        if recharges.is_empty() {
            return Ok(Vec::new());
        }
        for _ in 0..stock::JUDGED_MAX {
            match self.recharge_judged(recharges).await {
                // A void row took the key of an order after it was judged. The next judgement sees it.
                Err(cause) if stock::was_voided(&cause) => {}
                answer => return answer,
            }
        }
        Err("claims of the batch kept being ended under its judgement".into())
    }

    async fn recharge_judged(&self, recharges: &[NewRecharge]) -> Tried<Vec<Recharged>> {
        let users = recharges.iter().map(|new| Lock::User(&new.order.user_id));
        let activities = recharges.iter().map(|new| Lock::ActivityStays(&new.order.activity_id));
        let mut tx = self.write(users.chain(activities)).await?;
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
