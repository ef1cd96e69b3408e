//! `big-market chaos`: a campaign under load on a fleet that is broken at random, and a check of what it left behind.
//!
//! The seed decides what users want, what goes wrong and how third parties behave; when it happens is up to the machine.

pub mod checker;
mod faults;
mod load;
mod receiver;
mod records;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures::future::{join_all, try_join_all};
use tokio_util::sync::CancellationToken;

use self::checker::{Evidence, Report};
use self::faults::{Done, Process, Victims, afflict, heal_all};
use self::load::{Crowd, Tally};
use self::records::Records;
use crate::app::{App, Page};
use crate::clock::Sources;
use crate::config::{Config, EndpointConfig};
use crate::domain::api_key::Scope;
use crate::domain::audit::Actor;
use crate::domain::coupon::CouponCode;
use crate::domain::document::{self, Format};
use crate::domain::id::Name;
use crate::domain::outbox::OutboxState;
use crate::fault::{Fault, Result};
use crate::fleet::{self, Ground, Role, Size, Way};

/// The campaign that is drawn in, and its activity.
const CAMPAIGN: &str = include_str!("../../campaigns/chaos.toml");
const ACTIVITY: &str = "chaos";
/// The pool of its coupons, with more codes than coupons can be won.
const POOL: &str = "chaos";
const CODES: usize = 800;
/// Devices of a user, which act at the same time.
const DEVICES: usize = 2;
/// How long work may take to be done once everything is healed.
const QUIET_WITHIN: Duration = Duration::from_mins(4);
/// How often it is looked whether work is left.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long processes may take to stop in the end.
const STOP_WITHIN: Duration = Duration::from_secs(40);
/// What is due within this is waited for.
const SOON: TimeDelta = TimeDelta::minutes(1);
/// Entries that are read at a time.
const PAGE: u32 = 500;

/// What a campaign is told.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How long things go wrong.
    pub lasting: Duration,
    /// What everything random follows from.
    pub seed: u64,
    /// How many users there are; each has two devices.
    pub users: usize,
    /// How many databases, servers and workers.
    pub size: Size,
    /// Where records and logs are kept, for whoever wants to look at them.
    pub records: PathBuf,
}

/// What came of a campaign.
pub struct Outcome {
    plan: Plan,
    done: Done,
    tally: Arc<Crowd>,
    cut: u64,
    healed_in: Duration,
    /// What the checker says.
    pub report: Report,
    /// What the application's own books say.
    pub books: usize,
}

impl Outcome {
    /// Whether every promise was kept.
    pub fn is_clean(&self) -> bool {
        self.report.holds() && self.books == 0
    }
}

/// Runs a campaign and judges it.
///
/// # Errors
/// Something did not start or did not come back, or the evidence cannot be read. What is wrong with the evidence is in the outcome.
pub async fn run(plan: Plan) -> Result<Outcome> {
    let sources = Sources::system();
    let ended = CancellationToken::new();
    let failed = Fault::doing::<std::io::Error>;
    std::fs::create_dir_all(&plan.records).map_err(failed("make the directory of records"))?;
    let heard = Records::create(&plan.records.join("heard.jsonl"))?;
    let received = Records::create(&plan.records.join("received.jsonl"))?;
    let third_party = receiver::receive(plan.seed, received.clone(), sources.clone(), ended.clone()).await?;

    let (mut victims, config) = set_up(&plan, third_party).await?;
    let secret = prepare(config.clone(), sources.clone()).await?;
    try_join_all(victims.processes.iter_mut().map(|process| process.service.start())).await?;

    let servers = victims.to_servers.iter().map(Way::address).collect();
    let crowd = Arc::new(Crowd::new(servers, secret, ACTIVITY, heard.clone(), sources.clone())?);
    let (all_well, no_more_wishes) = (CancellationToken::new(), CancellationToken::new());
    let clients: Vec<_> = (0..plan.users * DEVICES)
        .map(|number| {
            let (user, device) = (number / DEVICES, number % DEVICES);
            tokio::spawn(crowd.clone().act(plan.seed, user, device, no_more_wishes.clone()))
        })
        .collect();
    let timer = all_well.clone();
    let lasting = plan.lasting;
    tokio::spawn(async move {
        tokio::time::sleep(lasting).await;
        timer.cancel();
    });
    let done = afflict(&mut victims, plan.seed, &all_well).await?;
    let healing_since = Instant::now();
    no_more_wishes.cancel();
    heal_all(&mut victims).await?;
    for client in join_all(clients).await {
        client.map_err(Fault::doing("act as a client"))?;
    }
    let app = App::open(config, sources.clone()).await?;
    let quiet = wait_until_quiet(&app).await;
    let healed_in = healing_since.elapsed();
    stop(&mut victims.processes).await?;
    let books = app.reconcile().await;
    app.close().await;
    quiet?;
    let books = books?.violations();
    ended.cancel();
    heard.flush()?;
    received.flush()?;

    let evidence = Evidence {
        databases: victims.ground.database_urls(),
        heard: heard.path().to_owned(),
        received: received.path().to_owned(),
        now_ms: sources.now().timestamp_millis(),
        overdue_ms: i64::try_from(QUIET_WITHIN.as_millis()).unwrap_or(i64::MAX),
        kept_ms: i64::from(Config::defaults().retention.outbox_days) * 86_400_000,
    };
    let report = checker::check(&evidence).await.map_err(Fault::doing("check the evidence"))?;
    let ways = victims.to_servers.iter().chain(&victims.to_databases).chain([&victims.to_redis]);
    let cut = ways.map(Way::cut).sum();
    Ok(Outcome { plan, done, tally: crowd, cut, healed_in, report, books })
}

/// Starts what the market stands on, and prepares its processes. Gives the settings of a process within this one as well.
async fn set_up(plan: &Plan, receiver: std::net::SocketAddr) -> Result<(Victims, Config)> {
    let ground = Ground::start(plan.size.shards, Some(&plan.records), &[]).await?;
    let free = || std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let open = async |port| Way::open(free(), &[port]).await.map_err(Fault::doing("open a way"));
    let mut to_databases = Vec::new();
    for database in &ground.postgres {
        to_databases.push(open(database.port).await?);
    }
    let to_redis = open(ground.redis.port).await?;
    let databases: Vec<String> = to_databases.iter().map(|way| fleet::database_url(way.address())).collect();

    let mut settings = fleet::settings(&databases, &format!("redis://{}", to_redis.address()));
    // Quick to give up and to try again: a campaign is minutes, not days.
    for (name, value) in [
        ("WEBHOOK__TIMEOUT_MS", "1500"),
        ("DISPATCH__LEASE_SECONDS", "6"),
        ("DISPATCH__FIRST_WAIT_MS", "200"),
        ("DISPATCH__WAIT_CAP_MS", "3000"),
        ("CRON__RECONCILE_STOCK__SCHEDULE", "*/5 * * * * *"),
        ("CRON__RELAY_OUTBOX__SCHEDULE", "* * * * * *"),
        ("CRON__RUN_WORKFLOWS__SCHEDULE", "* * * * * *"),
        ("SERVER__SHUTDOWN_SECONDS", "15"),
        ("STORE__CONNECTIONS", "12"),
    ] {
        settings.push((format!("BIG_MARKET__{name}"), value.to_owned()));
    }
    let mut config = fleet::config_here(&ground.database_urls(), &ground.redis_url());
    for (name, reserve) in [("plain", false), ("reserving", true)] {
        let url = format!("http://{receiver}/{name}");
        let about = format!("BIG_MARKET__WEBHOOK__ENDPOINTS__{}", name.to_uppercase());
        settings.push((format!("{about}__URL"), url.clone()));
        settings.push((format!("{about}__SECRET"), SECRET.into()));
        settings.push((format!("{about}__RESERVE"), reserve.to_string()));
        config.webhook.endpoints.insert(name.into(), EndpointConfig { url, secret: SECRET.into(), reserve });
    }
    settings.push(("BIG_MARKET__WEBHOOK__ALLOW_HOSTS".into(), receiver.to_string()));
    config.webhook.allow_hosts.push(receiver.to_string());

    let roles = std::iter::repeat_n(Role::Server, plan.size.servers)
        .chain(std::iter::repeat_n(Role::Worker, plan.size.workers));
    let mut processes = Vec::new();
    for (number, role) in roles.enumerate() {
        let service = fleet::market(role, number, &ground.logs, &settings)?;
        processes.push(Process { role, service, settings: settings.clone() });
    }
    let mut to_servers = Vec::new();
    for process in processes.iter().filter(|process| process.role == Role::Server) {
        to_servers.push(open(process.service.port).await?);
    }
    let users = plan.users;
    Ok((Victims { ground, processes, to_servers, to_databases, to_redis, users, mover: None }, config))
}

/// What signs webhooks. Nobody checks it here.
const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Publishes the campaign, loads codes, and makes an API key.
async fn prepare(config: Config, sources: Sources) -> Result<String> {
    let app = App::open(config, sources).await?;
    let prepared = async {
        let document = document::parse(CAMPAIGN, Format::Toml)
            .map_err(|error| Fault { doing: "read the campaign of chaos", cause: error.to_string().into() })?;
        app.publish(document, "chaos").await?;
        let codes: Vec<_> =
            (0..CODES).filter_map(|number| CouponCode::new(&format!("CHAOS-{number:04}")).ok()).collect();
        let pool = Name::new(POOL).expect("a fixed valid name");
        app.load_codes(&Actor::System("chaos"), &pool, &codes).await?;
        app.create_api_key(None, "chaos", Scope::ALL.into()).await
    };
    let made = prepared.await;
    app.close().await;
    Ok(made?.secret)
}

/// Waits until nothing is due: all awards are delivered, or wait for somebody who is not here.
async fn wait_until_quiet(app: &App) -> Result<()> {
    let began_at = Instant::now();
    let mut left = usize::MAX;
    while began_at.elapsed() < QUIET_WITHIN {
        left = work_due_soon(app).await?;
        if left == 0 {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let cause = format!("{left} entries are still due {} s after everything was healed", QUIET_WITHIN.as_secs());
    Err(Fault { doing: "wait until all work is done", cause: cause.into() }.into())
}

/// Work that is not done and will be due within a minute. What waits for codes or for a winner's address is due much later.
async fn work_due_soon(app: &App) -> Result<usize> {
    let soon = app.sources().now() + SOON;
    let mut due = 0;
    for state in [OutboxState::Pending, OutboxState::Leased] {
        let mut page = Page { after: None, limit: PAGE };
        loop {
            let entries = app.outbox(Some(state), &page).await?;
            due += entries.iter().filter(|entry| entry.run_at < soon).count();
            page.after = entries.last().map(|entry| entry.outbox_id);
            if entries.len() < PAGE as usize {
                break;
            }
        }
    }
    Ok(due)
}

/// Stops all processes as an operator does. Each ends by itself, and well.
async fn stop(processes: &mut [Process]) -> Result<(), Fault> {
    for process in processes.iter() {
        process.service.ask_to_stop();
    }
    for process in processes {
        let code = process.service.gone(STOP_WITHIN).await;
        if code != Some(0) {
            let cause = format!("{} ended with {code:?} when it was asked to stop", process.service.name);
            return Err(Fault { doing: "stop the fleet", cause: cause.into() });
        }
    }
    Ok(())
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Plan { lasting, seed, users, size, records } = &self.plan;
        let Tally { requests, unknown, done, draws, refused, given_up } = &self.tally.tally;
        let count = |number: &std::sync::atomic::AtomicU64| number.load(Ordering::Relaxed);
        writeln!(
            f,
            "seed {seed}: {} s, {users} users with {DEVICES} devices each, {} databases, {} servers, {} workers",
            lasting.as_secs(),
            size.shards,
            size.servers,
            size.workers
        )?;
        writeln!(f, "\nWhat went wrong")?;
        for (mishap, times) in &self.done {
            writeln!(f, "{times:>8}  {mishap}")?;
        }
        writeln!(f, "{:>8}  in all; {} answers were cut in their middle", self.done.values().sum::<u64>(), self.cut)?;
        writeln!(f, "\nWhat users did")?;
        writeln!(
            f,
            "{:>8}  requests, {} of them without an answer that says yes or no",
            count(requests),
            count(unknown)
        )?;
        writeln!(f, "{:>8}  wishes done, with {} draws", count(done), count(draws))?;
        writeln!(f, "{:>8}  wishes refused, {} given up", count(refused), count(given_up))?;
        writeln!(f, "{:>8.1}  seconds from the end of it until nothing was left to do", self.healed_in.as_secs_f64())?;
        writeln!(f, "\nWhat the checker found ({})\n{}", records.display(), self.report)?;
        writeln!(f, "The application's own books name {} violations.", self.books)
    }
}
