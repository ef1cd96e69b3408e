//! The one place that names adapters.

use std::sync::Arc;

use super::{App, Parts};
use crate::clock::Sources;
use crate::config::{Config, Mode};
use crate::dispatch::coupon::CouponChannel;
use crate::dispatch::draws::DrawsChannel;
use crate::dispatch::goods::GoodsChannel;
use crate::dispatch::points::PointsChannel;
use crate::dispatch::webhook::WebhookChannel;
use crate::fault::Fault;
use crate::queue::Tuning;
use crate::queue::sqlite::SqliteQueue;
use crate::stock::memory::MemoryStock;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// File of the embedded store within `store.data_dir`.
const STORE_FILE: &str = "market.db";
/// File of the embedded queue within `store.data_dir`.
const QUEUE_FILE: &str = "jobs.db";

impl App {
    /// Opens what the settings name, brings schemas up to date, and puts the application together.
    ///
    /// # Errors
    /// A fault that names what could not be opened.
    pub async fn open(config: Config, sources: Sources) -> Result<Self, Fault> {
        let Mode::Embedded = config.store.mode;
        let data_dir = &config.store.data_dir;
        let store = SqliteStore::open(&data_dir.join(STORE_FILE), config.store.readers).await?;
        store.migrate().await?;
        let queue = SqliteQueue::open(&data_dir.join(QUEUE_FILE), Tuning::of(&config), sources.clock.clone()).await?;
        let webhook = WebhookChannel::new(&config.webhook, config.dispatch.concurrency, sources.clone())?;
        let store: Arc<dyn Store> = Arc::new(store);
        let coupon = CouponChannel::new(store.clone(), sources.clone());
        let goods = GoodsChannel::new(store.clone(), sources.clone());
        Ok(Self::new(Parts {
            store,
            stock: Arc::new(MemoryStock::new()),
            queue: Arc::new(queue),
            channels: vec![
                Arc::new(PointsChannel),
                Arc::new(DrawsChannel),
                Arc::new(coupon),
                Arc::new(goods),
                Arc::new(webhook),
            ],
            sources,
            config,
        }))
    }
}
