//! How fast an activity goes, and what waits behind it: what a live view asks again and again.

use chrono::TimeDelta;

use super::App;
use crate::domain::calendar::{Day, Timestamp};
use crate::domain::id::{ActivityId, UserId};
use crate::domain::outbox::OutboxState;
use crate::fault::Result;
use crate::store::Page;
use crate::store::settlement::WhileQuestion;

/// How long the while is in which draws are counted.
const WHILE_SECONDS: u32 = 10;
/// How long before now it ends: a draw has its id a moment before its transaction commits.
const SETTLES_IN: TimeDelta = TimeDelta::seconds(2);

/// Draws of a while that has just passed, by every server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The end of the while.
    pub until: Timestamp,
    /// How long it is.
    pub seconds: u32,
    /// Draws made within it.
    pub draws: u64,
}

impl App {
    /// How many draws every server together made lately. What it reads is as large as what was drawn within those seconds, not as the
    /// activity: it may be asked every few seconds while thousands draw.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn pace(&self, activity_id: &ActivityId) -> Result<Pace> {
        let (_, campaign) = self.current(activity_id).await?;
        let until = self.inner.sources.now() - SETTLES_IN;
        let from = until - TimeDelta::seconds(WHILE_SECONDS.into());
        let mut days = vec![Day::at(from, campaign.time_zone), Day::at(until, campaign.time_zone)];
        days.dedup();
        let question = WhileQuestion { activity_id: activity_id.clone(), days, from, until };
        let draws = self.inner.store.draws_within(&question).await?;
        Ok(Pace { until, seconds: WHILE_SECONDS, draws })
    }

    /// How much promised work there is, by where it stands.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn outbox_counts(&self) -> Result<Vec<(OutboxState, u64)>> {
        Ok(self.inner.store.outbox_counts().await?)
    }

    /// Users whose id starts with the text, by id.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn users(&self, prefix: &str, page: &Page<UserId>) -> Result<Vec<UserId>> {
        Ok(self.inner.store.users(prefix, page).await?)
    }
}
