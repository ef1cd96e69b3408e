//! The real binary on a free port and in a directory of its own.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

/// The API key that every process here is given.
pub const KEY: &str = "end-to-end-key-0123456789";
/// How long anything may take before a test gives up on it. Never reached by a process that works.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A running `big-market`. Dropping it kills it.
pub struct Process {
    child: Child,
    /// Where it serves.
    pub address: String,
    /// What it printed before it served, with the three commands.
    pub welcome: String,
    /// Where it keeps logs of the processes it started, if it did.
    pub logs: Option<String>,
    client: Client,
}

impl Process {
    /// Starts everything in one process on the files of `directory`.
    pub fn start(directory: &Path) -> Self {
        Self::start_as(directory, &[])
    }

    /// Starts a command that serves the demo.
    pub fn start_as(directory: &Path, arguments: &[&str]) -> Self {
        let mut child =
            command(directory).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (mut welcome, mut address) = (String::new(), None);
        let is_fleet = arguments.contains(&"fleet");
        let mut logs = None;
        while !welcome.contains(if is_fleet { "Ctrl-C" } else { "/awards -H" }) {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the process ended before it served:\n{welcome}");
            if let Some(rest) = line.strip_prefix("big-market serves http://") {
                address = rest.split_whitespace().next().map(str::to_owned);
            }
            if let Some(rest) = line.strip_prefix("The fleet, with logs in ") {
                logs = rest.split(';').next().map(str::to_owned);
            }
            welcome.push_str(&line);
        }
        // Nobody reads on; a full pipe must not stop the process.
        std::thread::spawn(move || lines.read_to_string(&mut String::new()));
        let client = Client::builder().timeout(Duration::from_secs(10)).no_proxy().build().unwrap();
        Self { child, address: address.unwrap(), welcome, logs, client }
    }

    /// The most memory it ever used, in bytes, where the system tells.
    pub fn memory_max(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
    }

    /// The numbers of the processes of a fleet whose names begin like this.
    pub fn children(&self, name: &str) -> Vec<u32> {
        let lines = self.welcome.lines().filter(|line| line.trim_start().starts_with(&format!("{name}-")));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect()
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and gives the exit code and how long that took.
    pub fn stop(mut self) -> (Option<i32>, Duration) {
        let asked_at = Instant::now();
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let status = self.child.wait().unwrap();
        (status.code(), asked_at.elapsed())
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address)).bearer_auth(KEY)
    }

    pub fn post(&self, path: &str, key: &str, body: &Value) -> RequestBuilder {
        let request = self.client.post(format!("http://{}{path}", self.address)).bearer_auth(KEY);
        request.header("Idempotency-Key", key).json(body)
    }

    /// The JSON of a good answer.
    pub async fn json(&self, path: &str) -> Value {
        good(self.get(path).send().await.unwrap()).await
    }

    /// Asks again until the answer is as wanted.
    pub async fn eventually(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let began_at = Instant::now();
        loop {
            let answer = self.json(path).await;
            if wanted(&answer) {
                return answer;
            }
            assert!(began_at.elapsed() < PATIENCE, "never as wanted: {answer:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `big-market` with settings for a test: a free port, a directory of its own, jobs as usual.
pub fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_big-market"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("BIG_MARKET__SERVER__LISTEN", "127.0.0.1:0")
        .env("BIG_MARKET__STORE__DATA_DIR", directory)
        .env("BIG_MARKET_DEMO_API_KEY", KEY);
    command
}

/// The JSON of an answer that must be good.
pub async fn good(response: Response) -> Value {
    let (status, url) = (response.status(), response.url().clone());
    let body = response.text().await.unwrap();
    assert!(status.is_success(), "{url} answered {status}: {body}");
    serde_json::from_str(&body).unwrap()
}
