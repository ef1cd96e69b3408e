//! A whole fleet on one machine, for trials: private Postgres servers and a Redis, servers behind one address, workers.
//!
//! `big-market fleet` shows it to a newcomer, `big-market chaos` breaks it. Everything is a process of its own, as it would be on
//! machines of its own, and ends with the one that started it.

mod keeper;
mod service;
mod services;
mod way;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use futures::future::try_join_all;
use tokio_util::sync::CancellationToken;

pub use self::service::{Question, Service};
pub use self::services::{DATABASE, Directory, REDIS_FILES, free_port, postgres, postgres_version, redis};
pub use self::way::Way;
use crate::app::App;
use crate::clock::Sources;
use crate::config::{ChosenSecret, Config, DatabaseUrl, Mode};
use crate::demo;
use crate::fault::{Fault, Result};

/// How often it is looked whether all processes are there.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long processes may take to stop before they are killed.
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// How many of each there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Postgres servers, with a database each.
    pub shards: usize,
    /// Processes that serve HTTP.
    pub servers: usize,
    /// Processes that run jobs.
    pub workers: usize,
}

/// What every process of a fleet is told through its environment.
pub type Settings = Vec<(String, String)>;

/// What stands below the processes of a market.
pub struct Ground {
    /// Where everything keeps its files.
    pub directory: Directory,
    /// Where everything keeps its logs.
    pub logs: PathBuf,
    /// The databases, in the order of their numbers.
    pub postgres: Vec<Service>,
    /// What counts and wakes.
    pub redis: Service,
}

impl Ground {
    /// Starts it. Its logs are gone with it, unless a place is named for them. Each Postgres is told `settings` beside its defaults,
    /// such as `shared_buffers=1GB`.
    ///
    /// # Errors
    /// Postgres or Redis is not installed, or does not start.
    pub async fn start(shards: usize, logs: Option<&Path>, settings: &[String]) -> Result<Self, Fault> {
        let directory = Directory::new()?;
        let logs = logs.unwrap_or(directory.path()).to_owned();
        let starting = (0..shards).map(|number| postgres(number, directory.path(), &logs, settings));
        let postgres = try_join_all(starting).await?;
        let redis = redis(directory.path(), &logs).await?;
        Ok(Self { directory, logs, postgres, redis })
    }

    /// Where its databases are, in the order of their numbers.
    pub fn database_urls(&self) -> Vec<String> {
        self.postgres.iter().map(|database| database_url(format!("127.0.0.1:{}", database.port))).collect()
    }

    /// Where its Redis is.
    pub fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.redis.port)
    }
}

/// Where a database is that listens on a port of this machine.
pub fn database_url(address: impl std::fmt::Display) -> String {
    format!("postgres://postgres@{address}/{DATABASE}")
}

/// What leads processes to databases and a Redis at these addresses.
pub fn settings(databases: &[String], redis: &str) -> Settings {
    let settings = [
        ("BIG_MARKET__STORE__MODE", "distributed".to_owned()),
        ("BIG_MARKET__STORE__SHARDS", databases.join(",")),
        ("BIG_MARKET__REDIS__URL", redis.to_owned()),
        ("BIG_MARKET__DEMO__ENABLED", "false".to_owned()),
    ];
    settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What a process of a market is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `big-market`, everything in one process
    Everything,
    /// `big-market server`
    Server,
    /// `big-market worker`
    Worker,
}

impl Role {
    /// What its process is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Server => "server",
            Self::Worker => "worker",
        }
    }
}

/// The command of one process of a market.
fn market_command(program: &Path, role: Role, port: u16, settings: &Settings) -> std::process::Command {
    let mut command = keeper::command(&program.to_string_lossy(), None);
    let (arguments, listens) = match role {
        Role::Everything => (None, "SERVER"),
        Role::Server => (Some("server"), "SERVER"),
        Role::Worker => (Some("worker"), "WORKER"),
    };
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env(format!("BIG_MARKET__{listens}__LISTEN"), format!("127.0.0.1:{port}"));
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

/// A process of a market, not started yet.
///
/// # Errors
/// There is no free port, or this program does not know where it is.
pub fn market(role: Role, number: usize, logs: &Path, settings: &Settings) -> Result<Service, Fault> {
    let (name, port) = (format!("{}-{number}", role.name()), free_port()?);
    let question = Question { says: b"GET /readyz HTTP/1.1\r\nhost: fleet\r\n\r\n", answer: b"HTTP/1.1 200" };
    Ok(Service::new(name, port, logs, question, market_recipe(role, port, settings)?))
}

/// How a process of a market is started with these settings.
///
/// # Errors
/// This program does not know where it is.
pub fn market_recipe(
    role: Role,
    port: u16,
    settings: &Settings,
) -> Result<impl Fn() -> std::process::Command + Send + Sync + use<>, Fault> {
    let program: PathBuf = std::env::current_exe().map_err(Fault::doing("find this program"))?;
    let settings = settings.clone();
    Ok(move || market_command(&program, role, port, &settings))
}

/// How another command of this program is started, with nothing in its environment.
///
/// # Errors
/// This program does not know where it is.
pub fn helper(arguments: Vec<String>) -> Result<impl Fn() -> std::process::Command + Send + Sync + use<>, Fault> {
    let program: PathBuf = std::env::current_exe().map_err(Fault::doing("find this program"))?;
    Ok(move || {
        let mut command = keeper::command(&program.to_string_lossy(), None);
        command.args(&arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    })
}

/// Starts a command of `big-market` with the settings of a fleet: `["shards", "show"]`. What it prints is added to a log.
///
/// # Errors
/// It cannot be started.
pub fn tool(arguments: &[&str], logs: &Path, settings: &Settings) -> Result<Child, Fault> {
    const DOING: &str = "start a command of the fleet";
    let program = std::env::current_exe().map_err(Fault::doing(DOING))?;
    let log = || OpenOptions::new().create(true).append(true).open(logs.join("tool.log"));
    let mut command = keeper::command(&program.to_string_lossy(), None);
    command.args(arguments).env_clear().envs(settings.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null());
    command.stdout(log().map_err(Fault::doing(DOING))?).stderr(log().map_err(Fault::doing(DOING))?);
    keeper::spawn(command).map_err(Fault::doing(DOING))
}

/// The settings of a process within this one, beside those of the fleet.
pub fn config_here(databases: &[String], redis: &str) -> Config {
    let mut config = Config::defaults();
    lead_to(&mut config, databases, redis);
    config
}

/// Leads settings to databases and a Redis, with few connections.
fn lead_to(config: &mut Config, databases: &[String], redis: &str) {
    config.store.mode = Mode::Distributed;
    config.store.shards = databases.iter().cloned().map(DatabaseUrl).collect();
    config.store.connections = 2;
    config.redis.url = ChosenSecret::new(redis.to_owned());
}

/// `big-market fleet`: starts a fleet with the demo campaign on `server.listen`, prints where to look, and stops it when told to.
///
/// # Errors
/// What could not be started, or ended by itself.
pub async fn run(size: Size, mut config: Config, chosen_secret: Option<String>, stop: CancellationToken) -> Result<()> {
    let sources = Sources::system();
    let ground = Ground::start(size.shards, None, &[]).await?;
    let (databases, redis) = (ground.database_urls(), ground.redis_url());

    lead_to(&mut config, &databases, &redis);
    config.store.data_dir = ground.directory.path().join("demo");
    std::fs::create_dir(&config.store.data_dir).map_err(Fault::doing("make a directory for the demo"))?;
    let receiver = demo::bind_receiver(&mut config, &sources).await?;
    let mut settings = settings(&databases, &redis);
    for (name, endpoint) in &config.webhook.endpoints {
        let about = format!("BIG_MARKET__WEBHOOK__ENDPOINTS__{}", name.to_uppercase());
        settings.push((format!("{about}__URL"), endpoint.url.clone()));
        settings.push((format!("{about}__SECRET"), endpoint.secret.clone()));
    }
    settings.push(("BIG_MARKET__WEBHOOK__ALLOW_HOSTS".into(), config.webhook.allow_hosts.join(",")));
    settings.push(("BIG_MARKET__QUEUE__WORKERS_MIN".into(), size.workers.to_string()));
    let receiving = tokio::spawn(receiver.serve(stop.clone()));

    settings.push((demo::GUESTS_VARIABLE.into(), "yes".into()));
    let listen = config.server.listen;
    let app = App::open(config, sources).await?;
    let access = demo::prepare(&app, chosen_secret).await;
    app.close().await;
    let access = access?;

    let roles = std::iter::repeat_n(Role::Server, size.servers).chain(std::iter::repeat_n(Role::Worker, size.workers));
    let processes = roles.enumerate().map(|(number, role)| market(role, number, &ground.logs, &settings));
    let mut processes: Vec<Service> = processes.collect::<Result<_, _>>()?;
    try_join_all(processes.iter_mut().map(Service::start)).await?;
    let ports: Vec<u16> = processes[..size.servers].iter().map(|server| server.port).collect();
    let way = Way::open(listen, &ports).await.map_err(Fault::doing("listen on server.listen"))?;
    println!("{}", demo::welcome(way.address(), &access));
    println!("{}", describe(&ground, &processes));

    // All but Redis and Postgres, which keep what they know in files that are gone with this process.
    let stopped = supervise(&mut processes, &stop).await;
    drop(way);
    for process in &processes {
        process.ask_to_stop();
    }
    for process in &mut processes {
        process.gone(STOP_WITHIN).await;
    }
    stop.cancel();
    drop(receiving.await);
    Ok(stopped?)
}

/// Starts what ends by itself again, until it is told to stop.
async fn supervise(processes: &mut [Service], stop: &CancellationToken) -> Result<(), Fault> {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        for process in processes.iter_mut() {
            if !process.runs() {
                tracing::warn!("{} ended; starting it again", process.name);
                process.launch()?;
            }
        }
    }
    Ok(())
}

/// Who is there, and where.
fn describe(ground: &Ground, processes: &[Service]) -> String {
    let services = ground.postgres.iter().chain([&ground.redis]).chain(processes);
    let lines = services.map(|service| {
        let process_id = service.process_id().unwrap_or_default();
        format!("  {:<12} 127.0.0.1:{:<6} process {process_id}\n", service.name, service.port)
    });
    format!(
        "The fleet, with logs in {}; kill what you like, it is started again:\n\n{}\nCtrl-C ends all of it.\n",
        ground.logs.display(),
        lines.collect::<String>()
    )
}
