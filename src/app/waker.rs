//! Waking dispatch right after a commit. A wake-up that is lost here is made good by the relay.

use serde_json::json;

use super::App;
use super::lane::Limits;
use crate::domain::id::OutboxId;
use crate::queue::{Lane, Message};

/// Name of the job that delivers awards.
pub const DISPATCH_AWARDS: &str = "dispatch_awards";
/// Ids that one message carries at most, and ids that wait at most: beyond that the relay finds them.
pub(super) const LIMITS: Limits = Limits { batch_max: 200, waiting_max: 100_000 };

impl App {
    /// Asks for these entries to be dispatched soon. Never waits and never fails: the relay finds what is lost here.
    pub(super) fn wake(&self, outbox_ids: impl IntoIterator<Item = OutboxId>) {
        for outbox_id in outbox_ids {
            if self.inner.wake_lane.offer(outbox_id).is_err() {
                tracing::debug!(outbox.id = %outbox_id, "left {outbox_id} to the relay: too many wake-ups wait");
            }
        }
    }

    pub(super) async fn push_wakes(&self, outbox_ids: Vec<OutboxId>) {
        let now = self.inner.sources.now();
        let message = dispatch_message(&outbox_ids, "wake");
        if let Err(fault) = self.inner.queue.push(Lane::Dispatch, &[message], now).await {
            tracing::warn!(error = %fault, "left {} wake-ups to the relay", outbox_ids.len());
        }
    }
}

/// The message that has these entries dispatched. The key names the first entry and the occasion, so that a wake-up and
/// the relay's later one are two messages.
pub(super) fn dispatch_message(outbox_ids: &[OutboxId], occasion: &str) -> Message {
    let first = outbox_ids.first().map(ToString::to_string).unwrap_or_default();
    Message {
        job: DISPATCH_AWARDS.into(),
        key: format!("{first}:{occasion}"),
        arguments: json!({ "outbox_ids": outbox_ids }),
    }
}
