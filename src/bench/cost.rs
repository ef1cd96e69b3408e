//! What a stretch of a run costs: time of processors, memory, statements, log, calls.

use std::collections::BTreeMap;

use redis::aio::MultiplexedConnection;
use serde::Serialize;
use sqlx::{Connection as _, PgConnection};

use super::load::as_f64;
use super::site::Site;
use crate::fault::Fault;

/// Ticks in which Linux tells the time of processors: a hundred a second, on every architecture.
const TICKS: f64 = 100.0;
/// How scripts are called. What they call in turn is counted by Redis as well, and is not a call of ours.
const SCRIPT_CALLS: [&str; 4] = ["eval", "evalsha", "fcall", "script|load"];

/// Statements that are told of.
const SLOWEST: i64 = 15;

/// What one statement came to.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Statement {
    /// Its text, with what was bound left out.
    pub(super) text: String,
    /// How often it ran.
    pub(super) calls: u64,
    /// How long it ran in all.
    pub(super) millis: f64,
}

/// Looks at what works for a site.
pub(super) struct Meter {
    processes: Vec<(String, u32)>,
    databases: Vec<PgConnection>,
    redis: Option<MultiplexedConnection>,
}

/// What everything came to at one moment.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    seconds: BTreeMap<String, f64>,
    statements: u64,
    log_bytes: u64,
    calls: u64,
}

/// What lies between two readings.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Cost {
    /// Seconds of one processor, by process. `load` is the generator of the load itself.
    pub(super) processor_seconds: BTreeMap<String, f64>,
    /// Statements that Postgres ran, `BEGIN` and `COMMIT` among them.
    pub(super) statements: u64,
    /// Bytes of Postgres' write-ahead log.
    pub(super) log_bytes: u64,
    /// Scripts that Redis was asked to run: how draws and jobs speak with it.
    pub(super) redis_calls: u64,
}

impl Meter {
    /// Finds everything.
    pub(super) async fn new(site: &Site) -> Result<Self, Fault> {
        let mut processes = site.processes();
        processes.push(("load".into(), std::process::id()));
        let (mut databases, mut redis) = (Vec::new(), None);
        if let Some(ground) = &site.ground {
            for url in ground.database_urls() {
                let mut database = PgConnection::connect(&url).await.map_err(Fault::doing(DOING))?;
                sqlx::query(r"CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
                    .execute(&mut database)
                    .await
                    .map_err(Fault::doing(DOING))?;
                databases.push(database);
            }
            let client = redis::Client::open(ground.redis_url()).map_err(Fault::doing(DOING))?;
            redis = Some(client.get_multiplexed_async_connection().await.map_err(Fault::doing(DOING))?);
        }
        Ok(Self { processes, databases, redis })
    }

    /// Reads everything.
    pub(super) async fn read(&mut self) -> Result<Reading, Fault> {
        let (mut statements, mut log_bytes) = (0, 0);
        for database in &mut self.databases {
            let (calls, bytes): (i64, i64) = sqlx::query_as(
                r"SELECT (SELECT COALESCE(SUM(calls), 0) FROM pg_stat_statements)::bigint,
                         (pg_current_wal_insert_lsn() - '0/0')::bigint",
            )
            .fetch_one(database)
            .await
            .map_err(Fault::doing(DOING))?;
            statements += u64::try_from(calls).unwrap_or(0);
            log_bytes += u64::try_from(bytes).unwrap_or(0);
        }
        let calls = match &mut self.redis {
            Some(redis) => {
                let told: String =
                    redis::cmd("INFO").arg("commandstats").query_async(redis).await.map_err(Fault::doing(DOING))?;
                script_calls(&told)
            }
            None => 0,
        };
        let known: Vec<u32> = self.processes.iter().map(|(_, number)| *number).collect();
        let seconds = self.processes.iter().map(|(name, number)| (name.clone(), processor_seconds(*number, &known)));
        let seconds = seconds.collect();
        Ok(Reading { seconds, statements, log_bytes, calls })
    }

    /// Has Postgres look at its tables, as it does by itself from time to time.
    pub(super) async fn analyze(&mut self) -> Result<(), Fault> {
        for database in &mut self.databases {
            sqlx::query(r"ANALYZE").execute(database).await.map_err(Fault::doing(DOING))?;
        }
        Ok(())
    }

    /// The statements that took Postgres longest so far, over all databases, longest first.
    pub(super) async fn slowest(&mut self) -> Result<Vec<Statement>, Fault> {
        let mut all: BTreeMap<String, Statement> = BTreeMap::new();
        for database in &mut self.databases {
            let rows: Vec<(String, i64, f64)> = sqlx::query_as(
                r"SELECT query, calls, total_exec_time FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT $1",
            )
            .bind(SLOWEST * 2)
            .fetch_all(database)
            .await
            .map_err(Fault::doing(DOING))?;
            for (text, calls, millis) in rows {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let empty = Statement { text: text.clone(), calls: 0, millis: 0.0 };
                let statement = all.entry(text).or_insert(empty);
                statement.calls += u64::try_from(calls).unwrap_or(0);
                statement.millis += millis;
            }
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|one, other| other.millis.total_cmp(&one.millis));
        all.truncate(usize::try_from(SLOWEST).unwrap_or(usize::MAX));
        Ok(all)
    }

    /// The most memory that a process has had so far, in bytes.
    pub(super) fn memory_peak(&self, name: &str) -> Option<u64> {
        let (_, number) = self.processes.iter().find(|(process, _)| process == name)?;
        memory(*number, "VmHWM:")
    }
}

/// The memory that a process has now, in bytes.
pub(super) fn memory_now(process_id: u32) -> f64 {
    as_f64(memory(process_id, "VmRSS:").unwrap_or(0))
}

fn memory(process_id: u32, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process_id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

const DOING: &str = "read what a run costs";

impl Reading {
    /// What came since `before`.
    pub(super) fn since(&self, before: &Self) -> Cost {
        let spent = |(name, seconds): (&String, &f64)| {
            (name.clone(), seconds - before.seconds.get(name).copied().unwrap_or_default())
        };
        Cost {
            processor_seconds: self.seconds.iter().map(spent).collect(),
            statements: self.statements - before.statements,
            log_bytes: self.log_bytes - before.log_bytes,
            redis_calls: self.calls - before.calls,
        }
    }
}

impl Cost {
    /// Microseconds of processors for each of `times`, of everything but the load itself.
    pub(super) fn processor_micros_each(&self, times: u64) -> f64 {
        let seconds: f64 =
            self.processor_seconds.iter().filter(|(name, _)| *name != "load").map(|(_, spent)| spent).sum();
        seconds * 1e6 / as_f64(times.max(1))
    }
}

fn script_calls(told: &str) -> u64 {
    let lines = told.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split_once(":calls="));
    let ours = lines.filter(|(name, _)| SCRIPT_CALLS.contains(name));
    ours.filter_map(|(_, rest)| rest.split(',').next()?.parse::<u64>().ok()).sum()
}

/// Seconds that a process has computed, with the processes it started: each connection to Postgres is one. Without those that are known
/// for themselves: the load starts everything else.
fn processor_seconds(process_id: u32, known: &[u32]) -> f64 {
    let Ok(entries) = std::fs::read_dir("/proc") else { return 0.0 };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let ticks: u64 = numbers
        .filter(|number| *number == process_id || !known.contains(number))
        .filter_map(|number| {
            let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
            ticks_of(&stat, number == process_id, process_id)
        })
        .sum();
    as_f64(ticks) / TICKS
}

/// Ticks of a process, if it is the one looked for or one of its children.
fn ticks_of(stat: &str, is_itself: bool, parent: u32) -> Option<u64> {
    // The name of the program, in brackets, may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number)?.parse::<u64>().ok();
    let own = field(11)? + field(12)?;
    if is_itself {
        // With the children that have ended.
        return Some(own + field(13)? + field(14)?);
    }
    (field(1)? == u64::from(parent)).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_of_redis_counts() {
        let told = "# Commandstats\r\ncmdstat_evalsha:calls=12,usec=100,usec_per_call=1.0\r\n\
                    cmdstat_hincrby:calls=400,usec=3\r\ncmdstat_eval:calls=3,usec=1\r\n";
        assert_eq!(script_calls(told), 15);
    }

    #[test]
    fn a_process_is_counted_with_its_children() {
        let stat = "7 (a (strange) name) S 3 7 7 0 -1 4194560 1 2 3 4 50 6 100 20 20 0 1 0 9 9 9";
        assert_eq!(ticks_of(stat, true, 7), Some(176));
        assert_eq!(ticks_of(stat, false, 3), Some(56));
        assert_eq!(ticks_of(stat, false, 4), None);
    }

    #[test]
    fn this_process_computes() {
        let spin = std::time::Instant::now();
        while spin.elapsed() < std::time::Duration::from_millis(30) {}
        assert!(processor_seconds(std::process::id(), &[]) > 0.0);
    }
}
