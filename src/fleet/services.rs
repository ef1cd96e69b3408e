//! What a fleet stands on: private Postgres servers and a Redis, on free ports and in a directory that is gone afterwards.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use super::keeper;
use super::service::{Question, Service};
use crate::fault::Fault;

/// Processes of a fleet listen here: below the ports that systems hand out by themselves, so that one that is started again finds its
/// own free.
const PORTS: std::ops::Range<u16> = 16_384..32_000;
/// Where Debian keeps the versions of Postgres.
const POSTGRES: &str = "/usr/lib/postgresql";
/// Who runs Postgres where this process is root: Postgres refuses to.
const POSTGRES_USER: &str = "postgres";
/// The database of each server.
pub const DATABASE: &str = "market";
/// Connections of one server: each process of the fleet has `store.connections` to each.
const CONNECTIONS: &str = "max_connections=400";

static TAKEN: AtomicU16 = AtomicU16::new(0);

/// A port that nobody listens on, and that this process has not named before.
///
/// # Errors
/// There is none.
pub fn free_port() -> Result<u16, Fault> {
    let span = PORTS.end - PORTS.start;
    // Fleets that are started at the same time look in different places.
    let first = u16::try_from(std::process::id().wrapping_mul(61) % u32::from(span)).unwrap_or(0);
    for _ in PORTS {
        let number = TAKEN.fetch_add(1, Ordering::Relaxed) % span;
        let port = PORTS.start + (first + number) % span;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Fault { doing: "find a free port", cause: format!("all of {PORTS:?} are taken").into() })
}

/// A directory of this process, removed with it.
pub struct Directory(PathBuf);

impl Directory {
    /// A new one where the system keeps what is temporary.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> Result<Self, Fault> {
        let number = TAKEN.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("big-market-fleet-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(Fault::doing("make a directory for the fleet"))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A Postgres server with an empty database, started. It is told `settings` beside its defaults.
///
/// # Errors
/// Postgres is not installed, or does not start.
pub async fn postgres(number: usize, directory: &Path, logs: &Path, settings: &[String]) -> Result<Service, Fault> {
    let binaries = postgres_binaries()?;
    let (name, port, files) =
        (format!("postgres-{number}"), free_port()?, directory.join(format!("postgres-{number}")));
    std::fs::create_dir(&files).map_err(Fault::doing("make a directory for Postgres"))?;
    let user = postgres_user(&files)?;
    let mut initdb = keeper::command(&binaries.join("initdb").to_string_lossy(), user);
    initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(&files);
    run("make a database cluster", initdb)?;
    let program = binaries.join("postgres").to_string_lossy().into_owned();
    let listen = port.to_string();
    let settings = settings.to_vec();
    let recipe = move || {
        let mut command = keeper::command(&program, user);
        command.arg("-D").arg(&files).arg("-k").arg(&files).args(["-p", &listen]);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", CONNECTIONS, "-c", "shared_buffers=128MB"]);
        // Each user of a batch of draws is a lock.
        command.args(["-c", "max_locks_per_transaction=256"]);
        command.args(settings.iter().flat_map(|setting| ["-c", setting.as_str()]));
        command
    };
    let mut service = Service::new(name, port, logs, TAKES_CLIENTS, recipe);
    service.start().await?;
    let mut createdb = Command::new(binaries.join("createdb"));
    createdb.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", DATABASE]);
    run("make a database", createdb)?;
    Ok(service)
}

/// The first words of a client. The server says `R` (you are in) once it takes clients, and an error while it mends its files.
const TAKES_CLIENTS: Question =
    Question { says: b"\0\0\0\x29\0\x03\0\0user\0postgres\0database\0postgres\0\0", answer: b"R" };

/// A Redis that writes what it is told to its append-only file each second, started.
///
/// # Errors
/// Redis is not installed, or does not start.
pub async fn redis(directory: &Path, logs: &Path) -> Result<Service, Fault> {
    let (port, files) = (free_port()?, directory.join(REDIS_FILES));
    std::fs::create_dir(&files).map_err(Fault::doing("make a directory for Redis"))?;
    let recipe = move || {
        let mut command = keeper::command("redis-server", None);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--dir"]).arg(&files);
        command.args(["--daemonize", "no", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]);
        command.args(["--maxmemory-policy", "noeviction"]);
        command
    };
    let mut service = Service::new("redis", port, logs, Question { says: b"PING\r\n", answer: b"+PONG" }, recipe);
    service.start().await?;
    Ok(service)
}

/// Where Redis keeps its files, below the directory of the fleet.
pub const REDIS_FILES: &str = "redis";

/// Runs a command to its end.
fn run(doing: &'static str, mut command: Command) -> Result<(), Fault> {
    let output = command.stdin(Stdio::null()).output().map_err(Fault::doing(doing))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Fault { doing, cause: String::from_utf8_lossy(&output.stderr).into_owned().into() })
}

/// What the newest Postgres of this machine calls itself.
pub fn postgres_version() -> Option<String> {
    let output = Command::new(postgres_binaries().ok()?.join("postgres")).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The newest Postgres of this machine.
fn postgres_binaries() -> Result<PathBuf, Fault> {
    let none = || Fault {
        doing: "find Postgres",
        cause: format!("there is none below {POSTGRES}; `make needs` installs it").into(),
    };
    let versions = std::fs::read_dir(POSTGRES).map_err(|_| none())?;
    let version = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions.filter_map(|entry| Some(entry.ok()?.path())).max_by_key(version);
    newest.map(|path| path.join("bin")).ok_or_else(none)
}

/// Whose the files of Postgres are to be; somebody else's only where this process is root.
fn postgres_user(files: &Path) -> Result<Option<&'static str>, Fault> {
    let made = std::fs::metadata(files).map_err(Fault::doing("look at the directory of Postgres"))?;
    if std::os::unix::fs::MetadataExt::uid(&made) != 0 {
        return Ok(None);
    }
    let mut chown = Command::new("chown");
    chown.arg(POSTGRES_USER).arg(files);
    run("give the directory of Postgres to its user", chown)?;
    Ok(Some(POSTGRES_USER))
}
