//! Waking dispatch right after a commit. A wake-up that is lost here is made good by the relay.

use std::time::Duration;

use serde_json::json;

use super::App;
use super::lane::{Freight, Limits};
use crate::domain::award::AwardKind;
use crate::domain::id::OutboxId;
use crate::queue::{Lane, Message};

/// Name of the job that delivers awards.
pub const DISPATCH_AWARDS: &str = "dispatch_awards";
/// Ids that are pushed at once at most, and ids that wait at most: beyond that the relay finds them.
pub(super) const LIMITS: Limits = Limits { batch_max: 1_000, waiting_max: 100_000, beside_min: usize::MAX };
/// How long wake-ups are gathered after others were pushed: whoever takes a message writes twice, however many it names.
const GATHER: Duration = Duration::from_millis(20);

/// An entry that is to be dispatched, and where.
pub(super) struct Wake {
    lane: Lane,
    outbox_id: OutboxId,
}

impl Freight for Wake {
    type Key = OutboxId;

    fn weight(&self) -> usize {
        1
    }

    fn key(&self) -> OutboxId {
        self.outbox_id
    }
}

impl App {
    /// Asks for these entries to be dispatched soon. Never waits and never fails: the relay finds what is lost here.
    pub(super) fn wake(&self, lane: Lane, outbox_ids: impl IntoIterator<Item = OutboxId>) {
        for outbox_id in outbox_ids {
            if self.inner.wake_lane.offer(Wake { lane, outbox_id }).is_err() {
                tracing::debug!(outbox.id = %outbox_id, "left {outbox_id} to the relay: too many wake-ups wait");
            }
        }
    }

    /// Pushes these wake-ups, and waits until others have gathered.
    pub(super) async fn push_wakes(&self, wakes: Vec<Wake>) {
        let now = self.inner.sources.now();
        let batch_max = self.inner.config.dispatch.batch_max as usize;
        for lane in Lane::ALL {
            let outbox_ids: Vec<_> = wakes.iter().filter(|wake| wake.lane == lane).map(Freight::key).collect();
            let messages: Vec<_> =
                outbox_ids.chunks(batch_max).map(|ids| dispatch_message(lane, ids, "wake")).collect();
            if messages.is_empty() {
                continue;
            }
            if let Err(fault) = self.inner.queue.push(lane, &messages, now).await {
                tracing::warn!(error = %fault, "left {} wake-ups to the relay", outbox_ids.len());
            }
        }
        tokio::time::sleep(GATHER).await;
    }

    /// The lane in which awards of a kind are delivered.
    pub(super) fn lane_of(&self, kind: AwardKind) -> Lane {
        let outside = self.inner.channels.iter().any(|channel| channel.kind() == kind && channel.reaches_outside());
        if outside { Lane::Outside } else { Lane::Dispatch }
    }
}

/// The message that has these entries dispatched. The key names the lane, the first entry and the occasion, so that a wake-up
/// and the relay's later one are two messages.
pub(super) fn dispatch_message(lane: Lane, outbox_ids: &[OutboxId], occasion: &str) -> Message {
    let first = outbox_ids.first().map(ToString::to_string).unwrap_or_default();
    Message {
        job: DISPATCH_AWARDS.into(),
        key: format!("{first}:{}:{occasion}", lane.name()),
        arguments: json!({ "outbox_ids": outbox_ids, "lane": lane }),
    }
}
