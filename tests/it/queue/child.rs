//! A worker in a process of its own, which can be killed. It is this very program, told by its environment to run one test.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use big_market::clock::SystemClock;
use big_market::config::{ChosenSecret, Config, RedisConfig};
use big_market::queue::redis::RedisQueue;
use big_market::queue::{Handler, Queue, Tuning};
use chrono::DateTime;
use tokio_util::sync::CancellationToken;

use super::bench::Bench;
use crate::support::queues::{handler, now};

/// What the process is told: the address of Redis, the prefix, what its handlers do, and how many run at a time.
const TOLD: [&str; 4] = [
    "BIG_MARKET_TEST_QUEUE_URL",
    "BIG_MARKET_TEST_QUEUE_PREFIX",
    "BIG_MARKET_TEST_QUEUE_HANDLERS",
    "BIG_MARKET_TEST_QUEUE_CONCURRENCY",
];
/// The test that is the process.
const NAME: &str = "queue::child::works_where_it_is_told_to";

/// What handlers of a child do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handlers {
    /// Never end.
    Hold,
    /// Tell Redis that they ran, in which process, and how long after the message was pushed.
    Tell,
}

/// A worker in a process of its own. Dropping it kills it, and so does the end of the test.
pub(super) struct Worker(Child);

impl Worker {
    pub(super) fn start(bench: &Bench, handlers: Handlers, concurrency: usize) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(std::env::current_exe().unwrap()).args([
            "--exact",
            NAME,
            "--nocapture",
        ]);
        let told = [
            bench.settings.url.text().unwrap().to_owned(),
            bench.settings.prefix.clone(),
            format!("{handlers:?}"),
            concurrency.to_string(),
        ];
        command.envs(TOLD.into_iter().zip(told)).stdin(Stdio::null()).stdout(Stdio::null());
        Self(command.spawn().expect("setpriv and this program"))
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// SIGKILL, and nothing left of it.
    pub(super) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Memory it has at the moment, in bytes.
    pub(super) fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        resident.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Where handlers tell that a message ran: a set of keys.
pub(super) fn ran(bench: &Bench) -> String {
    format!("{}:ran", bench.settings.prefix)
}

/// How many ran in each process: a hash.
pub(super) fn ran_by(bench: &Bench) -> String {
    format!("{}:ran-by", bench.settings.prefix)
}

/// How many milliseconds after they were pushed messages ran: a list.
pub(super) fn late(bench: &Bench) -> String {
    format!("{}:late", bench.settings.prefix)
}

fn telling(bench: &Arc<Bench>) -> Handler {
    let bench = bench.clone();
    handler(move |message| {
        let bench = bench.clone();
        async move {
            let mut told = redis::pipe();
            told.sadd(ran(&bench), &message.key).hincr(ran_by(&bench), std::process::id(), 1);
            if let Some(pushed_at) = message.arguments["pushed_at"].as_str() {
                let pushed_at = DateTime::parse_from_rfc3339(pushed_at).unwrap();
                told.rpush(late(&bench), (now() - pushed_at.to_utc()).num_milliseconds());
            }
            bench.run_all(&told).await;
        }
    })
}

/// Nothing in an ordinary run of the tests. With the environment of `Worker::start` it is a process that works until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn works_where_it_is_told_to() {
    let told: Option<Vec<String>> = TOLD.into_iter().map(|name| std::env::var(name).ok()).collect();
    let Some([url, prefix, handlers, concurrency]) = told.map(|told| <[String; 4]>::try_from(told).unwrap()) else {
        return;
    };
    let settings = RedisConfig { url: ChosenSecret::new(url), prefix, ..Config::defaults().redis };
    let tuning = Tuning {
        dispatch_concurrency: concurrency.parse().unwrap(),
        stop_within: Duration::ZERO,
        ..Tuning::of(&Config::defaults())
    };
    let queue = RedisQueue::open(&settings, tuning, Arc::new(SystemClock)).await.unwrap();
    let handler = if handlers == format!("{:?}", Handlers::Tell) {
        telling(&Arc::new(Bench::new(settings).await))
    } else {
        handler(|_| std::future::pending())
    };
    queue.work(handler, CancellationToken::new()).await.unwrap();
}
