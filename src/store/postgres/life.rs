//! The life of activities in Postgres: paused, resumed, closed, opened again. Each change is conditional on the state it begins from.

use serde_json::json as value;
use sqlx::PgConnection;

use super::audit::{self, Changed};
use super::{Lock, PostgresStore, Tried, catalog, changed, uuid, workflows};
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::campaign::{ActivityHead, ActivityState};
use crate::domain::id::{ActivityId, Version, WorkflowId};
use crate::domain::stock::Epoch;
use crate::domain::workflow::Direction;
use crate::store::catalog::{Closed, Closing, StateChanged};

/// Reads the state to change it: transactions that rely on it have ended by then, others wait.
async fn read_state(tx: &mut PgConnection, activity_id: &ActivityId) -> Tried<Option<(ActivityState, Timestamp)>> {
    let row: Option<(String, Timestamp)> = sqlx::query_as(
        r"SELECT state, closes_at
            FROM activity
           WHERE activity_id = $1
             FOR UPDATE",
    )
    .bind(activity_id.as_str())
    .fetch_optional(tx)
    .await?;
    row.map(|(state, closes_at)| Ok((state.parse()?, closes_at))).transpose()
}

/// The record of a change of state.
fn record(verb: &'static str, activity_id: &ActivityId, from: ActivityState, to: ActivityState) -> Changed {
    Changed {
        action: verb,
        subject: format!("activity {activity_id}"),
        before: Some(value!({ "state": from })),
        after: Some(value!({ "state": to })),
    }
}

impl PostgresStore {
    pub(super) async fn try_change_state(
        &self,
        activity_id: &ActivityId,
        wanted: ActivityState,
        change: &Change,
    ) -> Tried<StateChanged> {
        let (from, verb) = match wanted {
            ActivityState::Paused => (ActivityState::Open, "activity.pause"),
            ActivityState::Open => (ActivityState::Paused, "activity.resume"),
            other => return Err(format!("nobody can ask for the state {other}").into()),
        };
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        let Some((state, _)) = read_state(&mut tx, activity_id).await? else { return Ok(StateChanged::Unknown) };
        if state == wanted {
            return Ok(StateChanged::Unchanged);
        }
        let moved = sqlx::query(
            r"UPDATE activity
                 SET state = $2
               WHERE activity_id = $1
                 AND state = $3",
        )
        .bind(activity_id.as_str())
        .bind(wanted.as_str())
        .bind(from.as_str())
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(StateChanged::Refused(state));
        }
        audit::write(&mut tx, change, &record(verb, activity_id, from, wanted)).await?;
        tx.commit().await?;
        Ok(StateChanged::Changed)
    }

    pub(super) async fn try_close(&self, closing: &Closing, change: &Change) -> Tried<Closed> {
        let activity_id = &closing.activity_id;
        // Workflows about one subject start one after the other.
        let start = Lock::Named("workflow", &closing.workflow.subject);
        let mut tx = self.write([Lock::Activity(activity_id), start]).await?;
        catalog::hold_back(&mut tx, activity_id).await?;
        let Some((state, closes_at)) = read_state(&mut tx, activity_id).await? else { return Ok(Closed::Unknown) };
        if state == ActivityState::Settled {
            return Ok(Closed::Settled);
        }
        let is_closed = state == ActivityState::Closed;
        if !is_closed && closing.if_ended_by.is_some_and(|now| closes_at > now) {
            return Ok(Closed::NotEnded);
        }
        let run = workflows::start(&mut tx, &closing.workflow).await?.run();
        if is_closed {
            tx.commit().await?;
            return Ok(Closed::Already(run));
        }
        if run.direction == Direction::Back {
            return Ok(Closed::BeingOpened(run));
        }
        let moved = sqlx::query(
            r"UPDATE activity
                 SET state = 'closed', closed_by = $2, closed_from = state
               WHERE activity_id = $1
                 AND state IN ('open', 'paused')",
        )
        .bind(activity_id.as_str())
        .bind(uuid(run.workflow_id.ulid()))
        .execute(&mut *tx)
        .await?;
        changed("activity", moved.rows_affected(), 1)?;
        let raised = sqlx::query(
            r"UPDATE stock_epoch
                 SET epoch = epoch + 1
               WHERE activity_id = $1",
        )
        .bind(activity_id.as_str())
        .execute(&mut *tx)
        .await?;
        changed("stock_epoch", raised.rows_affected(), 1)?;
        let record = record("activity.close", activity_id, state, ActivityState::Closed);
        audit::write(&mut tx, change, &record).await?;
        tx.commit().await?;
        Ok(Closed::Now(run))
    }

    pub(super) async fn try_reopen(
        &self,
        activity_id: &ActivityId,
        closed_by: WorkflowId,
        change: &Change,
    ) -> Tried<bool> {
        let mut tx = self.write([Lock::Activity(activity_id)]).await?;
        let opened: Option<String> = sqlx::query_scalar(
            r"UPDATE activity
                 SET state = closed_from, closed_by = NULL, closed_from = NULL
               WHERE activity_id = $1
                 AND state = 'closed'
                 AND closed_by = $2
              RETURNING state",
        )
        .bind(activity_id.as_str())
        .bind(uuid(closed_by.ulid()))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(state) = opened else { return Ok(false) };
        let record = record("activity.reopen", activity_id, ActivityState::Closed, state.parse()?);
        audit::write(&mut tx, change, &record).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn read_ended(&self, now: Timestamp) -> Tried<Vec<ActivityId>> {
        let ended: Vec<String> = sqlx::query_scalar(
            r"SELECT activity_id
                FROM activity
               WHERE (state IN ('open', 'paused') AND closes_at <= $1)
                  OR (state = 'closed'
                      AND NOT EXISTS (SELECT 1
                                        FROM workflow
                                       WHERE workflow.kind = 'close_activity'
                                         AND workflow.subject = activity.activity_id
                                         AND workflow.state IN ('running', 'stuck')))
               ORDER BY activity_id",
        )
        .bind(now)
        .fetch_all(&self.pool)
        .await?;
        Ok(ended.iter().map(|activity_id| ActivityId::new(activity_id)).collect::<Result<_, _>>()?)
    }

    pub(super) async fn read_staged(&self, channel: &str, source: &str) -> Tried<Vec<(ActivityHead, Timestamp)>> {
        let rows: Vec<(String, i64, String, i64, Timestamp)> = sqlx::query_as(
            r"SELECT activity.activity_id, activity.version, activity.state, stock_epoch.epoch,
                     campaign_version.published_at
                FROM activity
                JOIN stock_epoch ON stock_epoch.activity_id = activity.activity_id
                JOIN campaign_version
                  ON campaign_version.activity_id = activity.activity_id
                 AND campaign_version.version = activity.version
               WHERE activity.state IN ('open', 'paused')
                 AND EXISTS (SELECT 1
                               FROM jsonb_array_elements(campaign_version.document -> 'stages') AS stage
                              WHERE stage ->> 'channel' = $1
                                AND stage ->> 'source' = $2)
               ORDER BY campaign_version.published_at DESC, activity.activity_id",
        )
        .bind(channel)
        .bind(source)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(activity_id, version, state, epoch, published_at)| {
                let head = ActivityHead {
                    activity_id: ActivityId::new(&activity_id)?,
                    version: Version(u32::try_from(version)?),
                    state: state.parse()?,
                    epoch: Epoch(epoch),
                };
                Ok((head, published_at))
            })
            .collect()
    }
}
