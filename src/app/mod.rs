//! What the product does: one verb per method, shared by HTTP, jobs and the command line.

use std::sync::Arc;

use crate::clock::Sources;
use crate::config::Config;
use crate::dispatch::Channel;
use crate::queue::Queue;
use crate::stock::Stock;
use crate::store::Store;

/// The product. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct App {
    inner: Arc<Parts>,
}

/// What an [`App`] is put together from.
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// Time, chance and ids.
    pub sources: Sources,
    /// What we remember.
    pub store: Arc<dyn Store>,
    /// What we count fast.
    pub stock: Arc<dyn Stock>,
    /// Who wakes us.
    pub queue: Arc<dyn Queue>,
    /// Who delivers, one channel for each kind of award that can be delivered.
    pub channels: Vec<Arc<dyn Channel>>,
}

impl App {
    /// Puts an application together.
    pub fn new(parts: Parts) -> Self {
        Self { inner: Arc::new(parts) }
    }
}
