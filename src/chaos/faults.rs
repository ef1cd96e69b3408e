//! What goes wrong during a campaign: drawn from its seed, one or two things at a time, each healed before the next.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::load;
use crate::domain::bucket::Bucket;
use crate::fault::Fault;
use crate::fleet::{self, Ground, REDIS_FILES, Role, Service, Settings, Way};

/// How far clocks are off, in milliseconds.
const SKEW_MAX_MS: i64 = 30_000;
/// How long a process that was asked to stop may take before it counts as hanging.
const STOP_WITHIN: Duration = Duration::from_secs(40);
/// The environment variable that puts a process's clock off.
pub(super) const SKEW_VARIABLE: &str = "BIG_MARKET_CLOCK_SKEW_MS";

/// A fleet that things are done to.
pub(super) struct Victims {
    /// Databases and Redis.
    pub(super) ground: Ground,
    /// The processes of the market.
    pub(super) processes: Vec<Process>,
    /// Ways from clients to servers.
    pub(super) to_servers: Vec<Way>,
    /// Ways from all processes to databases.
    pub(super) to_databases: Vec<Way>,
    /// The way from all processes to Redis.
    pub(super) to_redis: Way,
    /// How many users there are.
    pub(super) users: usize,
    /// What moves users from one database to another at the moment.
    pub(super) mover: Option<Child>,
}

/// A process of the market.
pub(super) struct Process {
    pub(super) role: Role,
    pub(super) service: Service,
    pub(super) settings: Settings,
}

impl Process {
    /// The process starts with a clock that is off by so much from now on.
    fn skew(&mut self, by_ms: i64) -> Result<(), Fault> {
        let mut settings = self.settings.clone();
        settings.push((SKEW_VARIABLE.into(), by_ms.to_string()));
        self.service.set_recipe(fleet::market_recipe(self.role, self.service.port, &settings)?);
        Ok(())
    }
}

/// Something that goes wrong. Numbers name processes, databases and servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    KillProcess(usize),
    StopProcess(usize),
    HangProcess(usize),
    SkewProcess(usize, i64),
    KillDatabase(usize),
    HangDatabase(usize),
    KillRedis,
    HangRedis,
    PauseRedis,
    FlushRedis,
    StaleRedis,
    CutServer(usize),
    CutDatabase(usize),
    CutRedis,
    CutAllDatabases,
    MoveUsers(Bucket, usize),
    MoveUsersCutShort(Bucket, usize),
}

impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::KillProcess(_) => "kill a server or worker",
            Self::StopProcess(_) => "stop a server or worker gently",
            Self::HangProcess(_) => "hang a server or worker",
            Self::SkewProcess(..) => "kill one, and put its clock off",
            Self::KillDatabase(_) => "kill a Postgres",
            Self::HangDatabase(_) => "hang a Postgres",
            Self::KillRedis => "kill Redis",
            Self::HangRedis => "hang Redis",
            Self::PauseRedis => "pause Redis' clients",
            Self::FlushRedis => "flush Redis",
            Self::StaleRedis => "start Redis from an old copy",
            Self::CutServer(_) => "cut answers of a server",
            Self::CutDatabase(_) => "cut answers of a Postgres",
            Self::CutRedis => "cut answers of Redis",
            Self::CutAllDatabases => "cut every connection to Postgres",
            Self::MoveUsers(..) => "move users to a database",
            Self::MoveUsersCutShort(..) => "move users, and kill who moves them",
        };
        f.write_str(word)
    }
}

/// What was done so far, by its words.
pub(super) type Done = BTreeMap<String, u64>;

/// Does one thing after the other until `stop`, and leaves all of it healed.
///
/// # Errors
/// Something did not come back: the fault names its log.
pub(super) async fn afflict(victims: &mut Victims, seed: u64, stop: &CancellationToken) -> Result<Done, Fault> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut done = Done::new();
    let mut copy = None;
    while !stop.is_cancelled() {
        let calm = Duration::from_millis(random.random_range(200..1_500));
        stop.run_until_cancelled(tokio::time::sleep(calm)).await;
        let mut mishaps = vec![draw(&mut random, victims)];
        if random.random_bool(0.3) {
            mishaps.push(draw(&mut random, victims));
        }
        let lasting = Duration::from_millis(random.random_range(50..2_500));
        for mishap in &mishaps {
            tracing::info!("{mishap}: {mishap:?}");
            *done.entry(mishap.to_string()).or_default() += 1;
            begin(victims, *mishap, &mut copy).await?;
        }
        tokio::time::sleep(lasting).await;
        for mishap in &mishaps {
            heal(victims, *mishap, copy.as_deref()).await?;
        }
        // Now and then Redis' files are kept, to start from when they are old.
        if random.random_ratio(1, 6) {
            copy = Some(keep_copy(victims.ground.directory.path())?);
        }
    }
    Ok(done)
}

/// What goes wrong next.
fn draw(random: &mut StdRng, victims: &Victims) -> Mishap {
    let process = random.random_range(0..victims.processes.len());
    let database = random.random_range(0..victims.ground.postgres.len());
    let server = random.random_range(0..victims.to_servers.len());
    let skew = random.random_range(-SKEW_MAX_MS..=SKEW_MAX_MS);
    let bucket = Bucket::of(&load::user_id(random.random_range(0..victims.users)));
    match random.random_range(0..120) {
        0..22 => Mishap::KillProcess(process),
        22..30 => Mishap::StopProcess(process),
        30..36 => Mishap::HangProcess(process),
        36..42 => Mishap::SkewProcess(process, skew),
        42..52 => Mishap::KillDatabase(database),
        52..55 => Mishap::HangDatabase(database),
        55..63 => Mishap::KillRedis,
        63..66 => Mishap::HangRedis,
        66..70 => Mishap::PauseRedis,
        70..74 => Mishap::FlushRedis,
        74..80 => Mishap::StaleRedis,
        80..86 => Mishap::CutServer(server),
        86..92 => Mishap::CutDatabase(database),
        92..97 => Mishap::CutRedis,
        97..100 => Mishap::CutAllDatabases,
        100..114 => Mishap::MoveUsers(bucket, database),
        _ => Mishap::MoveUsersCutShort(bucket, database),
    }
}

async fn begin(victims: &mut Victims, mishap: Mishap, copy: &mut Option<PathBuf>) -> Result<(), Fault> {
    match mishap {
        Mishap::KillProcess(number) => victims.processes[number].service.kill(),
        Mishap::StopProcess(number) => victims.processes[number].service.ask_to_stop(),
        Mishap::HangProcess(number) => victims.processes[number].service.hang(),
        Mishap::SkewProcess(number, by_ms) => {
            victims.processes[number].service.kill();
            victims.processes[number].skew(by_ms)?;
        }
        Mishap::KillDatabase(number) => victims.ground.postgres[number].kill(),
        Mishap::HangDatabase(number) => victims.ground.postgres[number].hang(),
        Mishap::KillRedis => victims.ground.redis.kill(),
        Mishap::HangRedis => victims.ground.redis.hang(),
        Mishap::PauseRedis => tell_redis(victims.ground.redis.port, "CLIENT PAUSE 1500 ALL").await,
        Mishap::FlushRedis => tell_redis(victims.ground.redis.port, "FLUSHALL").await,
        Mishap::StaleRedis => {
            if copy.is_none() {
                *copy = Some(keep_copy(victims.ground.directory.path())?);
            }
            victims.ground.redis.kill();
        }
        Mishap::CutServer(number) => victims.to_servers[number].cut_answers(8),
        Mishap::CutDatabase(number) => victims.to_databases[number].cut_answers(8),
        Mishap::CutRedis => victims.to_redis.cut_answers(8),
        Mishap::CutAllDatabases => victims.to_databases.iter().for_each(Way::cut_all),
        Mishap::MoveUsers(bucket, to) | Mishap::MoveUsersCutShort(bucket, to) => {
            end_mover(victims);
            let (bucket, to) = (bucket.number().to_string(), to.to_string());
            let arguments = ["shards", "move", "--bucket", &bucket, "--to", &to];
            victims.mover = Some(fleet::tool(&arguments, &victims.ground.logs, &victims.processes[0].settings)?);
        }
    }
    Ok(())
}

/// Ends what went wrong, and waits until who suffered does its work again. Two mishaps may have met the same one.
async fn heal(victims: &mut Victims, mishap: Mishap, copy: Option<&Path>) -> Result<(), Fault> {
    match mishap {
        Mishap::KillProcess(number) | Mishap::SkewProcess(number, _) | Mishap::HangProcess(number) => {
            revive(&mut victims.processes[number].service)?;
        }
        Mishap::StopProcess(number) => {
            let service = &mut victims.processes[number].service;
            service.resume();
            // Another mishap may have started it anew, and nobody asked that one.
            service.ask_to_stop();
            service.gone(STOP_WITHIN).await;
            if service.runs() {
                let cause = format!("{} was asked to stop and did not", service.name);
                return Err(Fault { doing: "stop a process of the fleet", cause: cause.into() });
            }
            revive(service)?;
        }
        Mishap::KillDatabase(number) | Mishap::HangDatabase(number) => {
            let service = &mut victims.ground.postgres[number];
            revive(service)?;
            service.ready().await?;
        }
        Mishap::KillRedis | Mishap::HangRedis => {
            revive(&mut victims.ground.redis)?;
            victims.ground.redis.ready().await?;
        }
        Mishap::StaleRedis => {
            victims.ground.redis.kill();
            if let Some(copy) = copy {
                let files = victims.ground.directory.path().join(REDIS_FILES);
                replace(&files, copy)?;
            }
            victims.ground.redis.start().await?;
        }
        Mishap::CutServer(number) => victims.to_servers[number].cut_answers(0),
        Mishap::CutDatabase(number) => victims.to_databases[number].cut_answers(0),
        Mishap::CutRedis => victims.to_redis.cut_answers(0),
        Mishap::MoveUsersCutShort(..) => end_mover(victims),
        // A move takes its time, and is in the way of what comes next.
        Mishap::MoveUsers(..) | Mishap::PauseRedis | Mishap::FlushRedis | Mishap::CutAllDatabases => {}
    }
    Ok(())
}

/// Lets a process go on, or starts it where it is gone. Nobody waits for it: the others are there.
fn revive(service: &mut Service) -> Result<(), Fault> {
    service.resume();
    if service.runs() {
        return Ok(());
    }
    service.launch()
}

/// Tells Redis something, where it listens.
async fn tell_redis(port: u16, command: &str) {
    let told = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(format!("{command}\r\n").as_bytes()).await?;
        stream.read_u8().await
    };
    // One that is gone or hangs has nothing to be told.
    drop(tokio::time::timeout(Duration::from_secs(2), told).await);
}

/// A copy of Redis' files as they are now: also while it writes them.
fn keep_copy(directory: &Path) -> Result<PathBuf, Fault> {
    let copy = directory.join("redis-copy");
    replace(&copy, &directory.join(REDIS_FILES))?;
    Ok(copy)
}

fn replace(files: &Path, by: &Path) -> Result<(), Fault> {
    copy_directory(files, by).map_err(Fault::doing("copy the files of Redis"))
}

fn copy_directory(to: &Path, from: &Path) -> std::io::Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(&target, &entry.path())?;
        } else {
            match std::fs::copy(entry.path(), target) {
                // Redis rewrites its files now and then.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                copied => drop(copied?),
            }
        }
    }
    Ok(())
}

/// Kills who moves users, wherever it is. Whoever needs every user in one place goes on with the move.
fn end_mover(victims: &mut Victims) {
    if let Some(mut mover) = victims.mover.take() {
        drop(mover.kill());
        drop(mover.wait());
    }
}

/// Starts what is gone, lets go on what hangs, and waits until everybody does their work; clocks are right again.
///
/// # Errors
/// Something does not come back: the fault names its log.
pub(super) async fn heal_all(victims: &mut Victims) -> Result<(), Fault> {
    for way in victims.to_servers.iter().chain(&victims.to_databases).chain([&victims.to_redis]) {
        way.cut_answers(0);
    }
    end_mover(victims);
    for service in victims.ground.postgres.iter_mut().chain([&mut victims.ground.redis]) {
        revive(service)?;
        service.ready().await?;
    }
    for process in &mut victims.processes {
        process.service.resume();
        process.service.ask_to_stop();
        process.service.gone(STOP_WITHIN).await;
        process.service.kill();
        let recipe = fleet::market_recipe(process.role, process.service.port, &process.settings)?;
        process.service.set_recipe(recipe);
        process.service.start().await?;
    }
    Ok(())
}
