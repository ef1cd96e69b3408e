//! What operators look at and repair: the outbox, and whether the store answers.

use super::App;
use crate::domain::audit::Actor;
use crate::domain::id::OutboxId;
use crate::domain::outbox::{BulkRedrive, OutboxEntry, OutboxState};
use crate::domain::refusal::Refusal;
use crate::fault::{Fault, Result};
use crate::queue::Lane;
use crate::store::Page;
use crate::store::outbox::{BulkRedriven, Redriven};

impl App {
    /// Answers when the store can be read and written.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.inner.store.ping().await
    }

    /// Promised work, newest first: of one state or of all.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn outbox(&self, state: Option<OutboxState>, page: &Page<OutboxId>) -> Result<Vec<OutboxEntry>> {
        Ok(self.inner.store.outbox(state, page).await?)
    }

    /// Makes dead work pending again, due now, with its attempts counted from none.
    ///
    /// # Errors
    /// A refusal where it is unknown or not dead; a fault of the store.
    pub async fn redrive(&self, actor: &Actor, outbox_id: OutboxId) -> Result<()> {
        match self.inner.store.redrive(outbox_id, &self.change(actor)).await? {
            Redriven::Pending => {
                self.wake(Lane::Dispatch, [outbox_id]);
                Ok(())
            }
            Redriven::Unknown => Err(Refusal::Unknown { what: "outbox entry", id: outbox_id.to_string() }.into()),
            Redriven::NotDead(state) => {
                let message = format!("outbox entry {outbox_id} is {state}; only a dead one can be redriven");
                Err(Refusal::Conflict { message }.into())
            }
        }
    }

    /// Makes dead work pending again, oldest first, due one after another at the rate asked for. The relay wakes each when it is
    /// due.
    ///
    /// # Errors
    /// A fault of the store; then nothing was changed.
    pub async fn redrive_dead(&self, actor: &Actor, wish: &BulkRedrive) -> Result<BulkRedriven> {
        Ok(self.inner.store.redrive_dead(wish, &self.change(actor)).await?)
    }
}
