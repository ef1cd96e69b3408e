//! Private Redis servers for the tests of this process, gone with it however it ends.
//!
//! The program is `redis-server`, or what `BIG_MARKET_TEST_REDIS` names, such as `valkey-server`.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use big_market::config::{ChosenSecret, Config, RedisConfig};
use redis::{Cmd, FromRedisValue};
use tempfile::TempDir;

/// What a server that only lives is told: nothing is written to disk.
const FORGETFUL: [&str; 4] = ["--save", "", "--appendonly", "no"];
/// Servers listen here: below the ports that systems hand out by themselves, so that one that is restarted finds its own free.
const PORTS: std::ops::Range<u16> = 16_384..32_000;
/// How long a command may take. Never reached by a server that works.
const PATIENCE: Duration = Duration::from_secs(30);

static SHARED: LazyLock<RedisServer> = LazyLock::new(|| {
    // A static is never dropped; without files of its own it leaves none behind.
    RedisServer::start_in(None, &FORGETFUL)
});
static PREFIXES: AtomicU64 = AtomicU64::new(0);
static STARTED: AtomicU16 = AtomicU16::new(0);

/// A running `redis-server` on a port of its own. Dropping it kills it.
pub struct RedisServer {
    /// None for one that has no files of its own.
    directory: Option<TempDir>,
    settings: Vec<String>,
    port: u16,
    child: Option<Child>,
}

impl RedisServer {
    /// The one that all tests of this process share, for cases that break nothing. Use keys below [`fresh_prefix`].
    pub fn shared() -> &'static Self {
        &SHARED
    }

    /// A server of one's own, which writes nothing to disk unless told by `SAVE`.
    pub fn start() -> Self {
        Self::start_with(&FORGETFUL)
    }

    /// A server of one's own with settings as on the command line: `["--appendonly", "yes"]`.
    pub fn start_with(settings: &[&str]) -> Self {
        let directory = tempfile::Builder::new().prefix("big-market-redis-").tempdir().unwrap();
        Self::start_in(Some(directory), settings)
    }

    fn start_in(directory: Option<TempDir>, settings: &[&str]) -> Self {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let span = PORTS.end - PORTS.start;
        let first = u16::try_from(std::process::id() % u32::from(span)).unwrap();
        for _ in PORTS {
            let number = STARTED.fetch_add(1, Ordering::Relaxed) % span;
            let port = PORTS.start + (first + number) % span;
            if TcpListener::bind(("127.0.0.1", port)).is_err() {
                continue;
            }
            // Somebody else may take the port before the server does; then the next one is tried.
            if let Ok(child) = launch(port, &files(directory.as_ref()), &settings) {
                return Self { directory, settings, port, child: Some(child) };
            }
        }
        panic!("no server could be started: is {} installed? `make needs` does it", program());
    }

    /// Where it is, as settings name it.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Settings that lead to it, with a prefix that no other test uses.
    pub fn settings(&self) -> RedisConfig {
        let url = ChosenSecret::new(self.url());
        RedisConfig { url, prefix: fresh_prefix(), ..Config::defaults().redis }
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where it keeps its files.
    pub fn directory(&self) -> PathBuf {
        files(self.directory.as_ref())
    }

    /// Stops it as an operator does: SIGTERM. It saves what its settings say.
    pub fn stop(&mut self) {
        self.signal("-TERM");
        self.child.take().expect("a running server").wait().unwrap();
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("a running server");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it again on the same port and files.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "stop it first");
        self.child = Some(launch(self.port, &self.directory(), &self.settings).unwrap());
    }

    /// Kills it and starts it again.
    pub fn restart(&mut self) {
        self.kill();
        self.start_again();
    }

    /// Lets it do nothing, as a machine that hangs, until it is resumed.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Runs a command on a connection of its own: `server.run(redis::cmd("FLUSHALL"))`.
    pub fn run<T: FromRedisValue>(&self, command: &Cmd) -> T {
        command.query(&mut self.connect()).unwrap()
    }

    /// Waits until a replica has everything that was written so far.
    pub fn wait_for_a_replica(&self) {
        let mut all = redis::pipe();
        all.cmd("SET").arg("written-before-waiting").arg(1).ignore();
        all.cmd("WAIT").arg(1).arg(u64::try_from(PATIENCE.as_millis()).unwrap() / 2);
        let (reached,): (u32,) = all.query(&mut self.connect()).unwrap();
        assert_eq!(reached, 1, "no replica followed");
    }

    fn connect(&self) -> redis::Connection {
        let client = redis::Client::open(self.url()).unwrap();
        let connection = client.get_connection_with_timeout(PATIENCE).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
    }

    fn signal(&self, signal: &str) {
        let process_id = self.child.as_ref().expect("a running server").id().to_string();
        assert!(Command::new("kill").args([signal, &process_id]).status().unwrap().success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn files(directory: Option<&TempDir>) -> PathBuf {
    directory.map_or_else(std::env::temp_dir, |directory| directory.path().to_owned())
}

/// A prefix that no other test of this process uses.
pub fn fresh_prefix() -> String {
    format!("test-{}", PREFIXES.fetch_add(1, Ordering::Relaxed))
}

/// The program under test.
fn program() -> String {
    std::env::var("BIG_MARKET_TEST_REDIS").unwrap_or_else(|_| "redis-server".into())
}

struct Launch {
    command: Command,
    started: SyncSender<std::io::Result<Child>>,
}

/// Starts processes that the kernel kills when this thread ends, which it does with the tests: also when they are killed. A test's
/// own thread would take the shared server with it.
static KEEPER: LazyLock<Mutex<Sender<Launch>>> = LazyLock::new(|| {
    let (sender, launches) = channel::<Launch>();
    std::thread::spawn(move || {
        for mut launch in launches {
            launch.started.send(launch.command.spawn()).unwrap();
        }
    });
    Mutex::new(sender)
});

/// A server that accepts connections, or what it said before it ended.
fn launch(port: u16, directory: &Path, settings: &[String]) -> Result<Child, String> {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", &program(), "--bind", "127.0.0.1", "--port", &port.to_string(), "--dir"])
        .arg(directory)
        .args(["--daemonize", "no", "--logfile", "", "--loglevel", "notice"])
        .args(settings)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let (started, child) = sync_channel(1);
    KEEPER.lock().unwrap().send(Launch { command, started }).unwrap();
    let mut child = child.recv().unwrap().map_err(|error| format!("setpriv: {error}"))?;
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("Ready to accept connections") {
        if lines.read_line(&mut said).unwrap() == 0 {
            child.wait().unwrap();
            return Err(said);
        }
    }
    // Nobody reads on; a full pipe must not stop the server.
    std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
    Ok(child)
}

#[test]
fn a_server_starts_again_on_its_port_and_files() {
    let mut server = RedisServer::start_with(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
    let get = redis::cmd("GET").arg("word").to_owned();
    server.run::<()>(redis::cmd("SET").arg("word").arg("kept"));
    server.restart();
    assert_eq!(server.run::<String>(&get), "kept");
    server.stop();
    server.start_again();
    server.pause();
    server.resume();
    assert_eq!(server.run::<String>(&get), "kept");
    assert!(server.directory().join("appendonlydir").exists());
}

#[test]
fn tests_share_a_server_and_break_only_their_own() {
    let (shared, own) = (RedisServer::shared(), RedisServer::start());
    assert_ne!(shared.address(), own.address());
    let key = format!("{}:word", fresh_prefix());
    assert_ne!(key, format!("{}:word", fresh_prefix()));
    shared.run::<()>(redis::cmd("SET").arg(&key).arg("kept"));
    own.run::<()>(&redis::cmd("FLUSHALL"));
    assert_eq!(shared.run::<String>(redis::cmd("GET").arg(&key)), "kept");
}
