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
use crate::queue::redis::RedisQueue;
use crate::queue::sqlite::SqliteQueue;
use crate::queue::{Queue, Tuning};
use crate::stock::Stock;
use crate::stock::memory::MemoryStock;
use crate::stock::redis::RedisStock;
use crate::store::Store;
use crate::store::postgres::PostgresStore;
use crate::store::sharded::ShardedStore;
use crate::store::sqlite::SqliteStore;

/// File of the embedded store within `store.data_dir`.
const STORE_FILE: &str = "market.db";
/// File of the embedded queue within `store.data_dir`.
const QUEUE_FILE: &str = "jobs.db";

/// The adapters of one mode.
struct Adapters {
    store: Arc<dyn Store>,
    stock: Arc<dyn Stock>,
    queue: Arc<dyn Queue>,
}

impl App {
    /// Opens what the settings name, brings schemas up to date, and puts the application together.
    ///
    /// # Errors
    /// A fault that names what could not be opened.
    pub async fn open(config: Config, sources: Sources) -> Result<Self, Fault> {
        let Adapters { store, stock, queue } = match config.store.mode {
            Mode::Embedded => embedded(&config, &sources).await?,
            Mode::Distributed => distributed(&config, &sources).await?,
        };
        let webhook = WebhookChannel::new(&config.webhook, config.dispatch.concurrency, sources.clone())?;
        let coupon = CouponChannel::new(store.clone(), sources.clone());
        let goods = GoodsChannel::new(store.clone(), sources.clone());
        Ok(Self::new(Parts {
            store,
            stock,
            queue,
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

async fn embedded(config: &Config, sources: &Sources) -> Result<Adapters, Fault> {
    let data_dir = &config.store.data_dir;
    let store = SqliteStore::open(&data_dir.join(STORE_FILE), config.store.readers).await?;
    store.migrate().await?;
    let queue = SqliteQueue::open(&data_dir.join(QUEUE_FILE), Tuning::of(config), sources.clock.clone()).await?;
    Ok(Adapters { store: Arc::new(store), stock: Arc::new(MemoryStock::new()), queue: Arc::new(queue) })
}

async fn distributed(config: &Config, sources: &Sources) -> Result<Adapters, Fault> {
    let store = shards(config).await?;
    store.migrate().await?;
    let stock = RedisStock::open(&config.redis).await?;
    let queue = RedisQueue::open(&config.redis, Tuning::of(config), sources.clock.clone()).await?;
    Ok(Adapters { store: Arc::new(store), stock: Arc::new(stock), queue: Arc::new(queue) })
}

/// Connects to every database of the distributed mode.
async fn shards(config: &Config) -> Result<ShardedStore<PostgresStore>, Fault> {
    let open = config.store.shards.iter().map(|url| PostgresStore::open(&url.0, config.store.connections));
    Ok(ShardedStore::new(futures::future::try_join_all(open).await?))
}
