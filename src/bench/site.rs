//! The market that is measured: one process, a fleet, or whatever runs somewhere already.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::try_join_all;
use http::Request;
use http_body_util::Full;

use super::crowd::Crowd;
use super::load::{Asked, Load, Met, Pace, Until, drive};
use super::machine;
use crate::app::{App, Page, Report};
use crate::clock::Sources;
use crate::config::Config;
use crate::domain::api_key::Scope;
use crate::domain::document::{self, Format};
use crate::domain::outbox::OutboxState;

use crate::fault::{Fault, Result};
use crate::fleet::{self, Directory, Ground, Role, Service, Settings, Size};

/// A wheel as they are run.
pub(super) const WHEEL: &str = include_str!("../../campaigns/bench.toml");
/// Points for everybody: each draw is work for a worker.
pub(super) const POINTS: &str = include_str!("../../campaigns/bench-points.toml");
/// The SKU of both, of a million draws.
const SKU: &str = "plenty";
/// How often it is looked whether work is left.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long a process may take to stop.
const STOP_WITHIN: Duration = Duration::from_mins(1);
/// Mebibytes that a database has for what is stored at least: what Postgres has by default.
const BUFFERS_MIN_MIB: u64 = 128;
/// Clients that prepare users.
const PREPARING: usize = 256;
/// What Postgres is told beside its defaults: to count statements, and to have a quarter of the memory for what is stored, all of its
/// databases together, as its manual advises.
fn postgres_settings(databases: usize) -> Vec<String> {
    let mib = machine::memory_mib() / 4 / databases.max(1) as u64;
    let buffers = format!("shared_buffers={}MB", mib.max(BUFFERS_MIN_MIB));
    let counting = "shared_preload_libraries=pg_stat_statements";
    [counting, &buffers, "max_wal_size=4GB", "checkpoint_timeout=15min"].map(str::to_owned).into()
}

/// A market, ready to be drawn in.
pub(super) struct Site {
    /// Where it takes requests.
    pub(super) servers: Vec<SocketAddr>,
    /// An API key.
    pub(super) secret: String,
    /// Where users draw.
    pub(super) activities: Vec<String>,
    /// The processes of the market itself.
    pub(super) services: Vec<Service>,
    /// What they stand on, where it was started here.
    pub(super) ground: Option<Ground>,
    config: Option<Config>,
    /// What its processes are told.
    settings: Settings,
    /// Gone with it.
    directory: Option<Directory>,
}

/// What is drawn in: a document, and how many activities are made of it. A user draws in one of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Campaigns {
    pub(super) document: &'static str,
    pub(super) activities: usize,
}

impl Campaigns {
    /// One activity.
    pub(super) const fn one(document: &'static str) -> Self {
        Self { document, activities: 1 }
    }
}

impl Site {
    /// One process with everything in it, in a directory that is gone afterwards.
    pub(super) async fn embedded(campaigns: Campaigns) -> Result<Self> {
        let directory = Directory::new()?;
        let mut config = Config::defaults();
        config.store.data_dir = directory.path().join("data");
        let settings: Settings = vec![
            ("BIG_MARKET__STORE__DATA_DIR".into(), config.store.data_dir.to_string_lossy().into_owned()),
            ("BIG_MARKET__DEMO__ENABLED".into(), "false".into()),
        ];
        let (secret, activities) = prepare(config.clone(), campaigns).await?;
        let service = fleet::market(Role::Everything, 0, directory.path(), &settings)?;
        let mut site = Self::new(vec![service], secret, activities);
        (site.config, site.settings, site.directory) = (Some(config), settings, Some(directory));
        site.start().await?;
        Ok(site)
    }

    /// A fleet with databases and a Redis of its own.
    pub(super) async fn distributed(processes: Size, campaigns: Campaigns) -> Result<Self> {
        let ground = Ground::start(processes.shards, None, &postgres_settings(processes.shards)).await?;
        let (databases, redis) = (ground.database_urls(), ground.redis_url());
        let config = fleet::config_here(&databases, &redis);
        let (secret, activities) = prepare(config.clone(), campaigns).await?;
        let settings = fleet::settings(&databases, &redis);
        let roles = std::iter::repeat_n(Role::Server, processes.servers)
            .chain(std::iter::repeat_n(Role::Worker, processes.workers));
        let services: Result<Vec<_>, _> =
            roles.enumerate().map(|(number, role)| fleet::market(role, number, &ground.logs, &settings)).collect();
        let mut site = Self::new(services?, secret, activities);
        (site.config, site.settings, site.ground) = (Some(config), settings, Some(ground));
        site.start().await?;
        Ok(site)
    }

    /// One that runs already and has the campaign of `campaigns/bench.toml`, or one like it.
    pub(super) fn running(servers: Vec<SocketAddr>, secret: String, activity: String) -> Self {
        Self { servers, ..Self::new(Vec::new(), secret, vec![activity]) }
    }

    fn new(services: Vec<Service>, secret: String, activities: Vec<String>) -> Self {
        let takes_requests = |service: &&Service| !service.name.starts_with(Role::Worker.name());
        let address = |service: &Service| SocketAddr::from(([127, 0, 0, 1], service.port));
        let servers = services.iter().filter(takes_requests).map(address).collect();
        Self {
            servers,
            secret,
            activities,
            services,
            ground: None,
            config: None,
            settings: Vec::new(),
            directory: None,
        }
    }

    /// Starts one more worker, and gives its name.
    pub(super) async fn add_worker(&mut self) -> Result<String, Fault> {
        let logs = self.ground.as_ref().map_or(Path::new("."), |ground| &ground.logs);
        let mut worker = fleet::market(Role::Worker, self.services.len(), logs, &self.settings)?;
        worker.start().await?;
        let name = worker.name.clone();
        self.services.push(worker);
        Ok(name)
    }

    async fn start(&mut self) -> Result<(), Fault> {
        try_join_all(self.services.iter_mut().map(Service::start)).await?;
        Ok(())
    }

    /// Everything that works for it, by name.
    pub(super) fn processes(&self) -> Vec<(String, u32)> {
        let below = self.ground.iter().flat_map(|ground| ground.postgres.iter().chain([&ground.redis]));
        let services = self.services.iter().chain(below);
        services.filter_map(|service| Some((service.name.clone(), service.process_id()?))).collect()
    }

    /// Grants every user more draws than a run makes.
    pub(super) async fn grant(&self, users: u32) -> Result<(), Fault> {
        let until = Until::Asked(u64::from(users));
        let load = Load { servers: self.servers.clone(), clients: PREPARING, pace: Pace::Closed, until };
        let paths = self.paths("recharges");
        let secret = self.secret.clone();
        let met = drive(&load, move |number| {
            let body = format!(r#"{{"user_id":"user-{number}","sku":"{SKU}"}}"#);
            post(of_user(&paths, number), &secret, &format!("grant-{number}"), body)
        });
        let met = met.await?;
        if met.done() != u64::from(users) {
            let cause = format!("of {users} users {} were granted draws: {:?}", met.done(), met.statuses);
            return Err(Fault { doing: "prepare users", cause: cause.into() });
        }
        Ok(())
    }

    /// Lets users draw, `count` times with each request. `run` tells the keys of one stretch from those of another.
    pub(super) async fn draw(&self, crowd: &Arc<Crowd>, load: &Load, run: u64, count: u32) -> Result<Met, Fault> {
        let paths = self.paths("draws");
        let (secret, crowd) = (self.secret.clone(), crowd.clone());
        drive(load, move |number| {
            let user = crowd.user(number);
            let body = format!(r#"{{"user_id":"user-{user}","count":{count}}}"#);
            post(of_user(&paths, user.into()), &secret, &format!("{run}-{number}"), body)
        })
        .await
    }

    fn paths(&self, verb: &str) -> Vec<String> {
        self.activities.iter().map(|activity| format!("/v1/activities/{activity}/{verb}")).collect()
    }

    /// Waits until no work is left; starts a worker for it where there is none.
    pub(super) async fn deliver_all(&mut self) -> Result<()> {
        let Some(config) = self.config.clone() else { return Ok(()) };
        if self.ground.is_some() && self.services.len() == self.servers.len() {
            self.add_worker().await?;
        }
        let app = App::open(config, Sources::system()).await?;
        let waited = wait_for_work(&app).await;
        app.close().await;
        waited
    }

    /// Stops its workers as an operator does.
    pub(super) async fn stop_workers(&mut self) {
        for mut worker in self.services.split_off(self.servers.len()) {
            worker.ask_to_stop();
            worker.gone(STOP_WITHIN).await;
        }
    }

    /// Stops its processes as an operator does, and reads its books. What runs elsewhere is left as it is.
    pub(super) async fn close(&mut self) -> Result<Option<Report>> {
        for service in &self.services {
            service.ask_to_stop();
        }
        for service in &mut self.services {
            service.gone(STOP_WITHIN).await;
        }
        let Some(config) = self.config.take() else { return Ok(None) };
        let app = App::open(config, Sources::system()).await?;
        let report = app.reconcile().await;
        app.close().await;
        Ok(Some(report?))
    }
}

fn post(path: &str, secret: &str, key: &str, body: String) -> Asked {
    Request::post(path)
        .header("host", "bench")
        .header("authorization", format!("Bearer {secret}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Full::new(Bytes::from(body)))
        .expect("a fixed valid form")
}

/// Where this user draws.
fn of_user(paths: &[String], user: u64) -> &str {
    &paths[usize::try_from(user).unwrap_or(0) % paths.len()]
}

async fn wait_for_work(app: &App) -> Result<()> {
    let one = Page { after: None, limit: 1 };
    loop {
        let pending = app.outbox(Some(OutboxState::Pending), &one).await?;
        if pending.is_empty() && app.outbox(Some(OutboxState::Leased), &one).await?.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Publishes the campaign as so many activities, and makes an API key.
async fn prepare(config: Config, campaigns: Campaigns) -> Result<(String, Vec<String>)> {
    let app = App::open(config, Sources::system()).await?;
    let prepared = async {
        let mut names = Vec::new();
        for number in 0..campaigns.activities {
            let mut document = document::parse(campaigns.document, Format::Toml).map_err(|error| Fault {
                doing: "read a campaign of the benchmark",
                cause: error.to_string().into(),
            })?;
            if number > 0 {
                document.activity = format!("{}-{number}", document.activity);
            }
            names.push(document.activity.clone());
            app.publish(document, "bench").await?;
        }
        Ok((app.create_api_key(None, "bench", Scope::ALL.into()).await?.secret, names))
    };
    let made = prepared.await;
    app.close().await;
    made
}
