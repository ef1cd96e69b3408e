//! Work from its commit to its effect: awards delivered by workers through the queue, as a backlog and as they come.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::{Connection as _, PgConnection};

use super::crowd::Crowd;
use super::load::{Load, Pace, Until, as_f64};
use super::report::{Results, Target};
use super::site::{Campaigns, POINTS, Site};
use super::{SEED, Stretches, write_file};
use crate::clock::Sources;
use crate::fault::{Fault, Result};
use crate::fleet::{Ground, Size};

const DOING: &str = "measure work";
/// Draws of one request while a backlog is made.
const AT_ONCE: u32 = 10;
/// How often it is looked how far work is.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A mebibyte.
const MIB: f64 = 1_048_576.0;

/// How work is measured.
pub struct JobsPlan {
    /// Awards that wait when the worker starts.
    pub backlog: u64,
    /// Users who win them.
    pub users: u32,
    /// Connections of the load.
    pub clients: usize,
    /// How long draws and deliveries run beside each other.
    pub lasting: Duration,
    /// Where `jobs.json` and `jobs.md` are written.
    pub out: PathBuf,
}

/// One look at a backlog while it is worked off.
#[derive(Debug, Serialize)]
struct Look {
    seconds: f64,
    left: i64,
    worker_mib: f64,
    redis_mib: f64,
}

/// `big-market bench jobs`: a backlog, then awards as they are won. Gives how many rows of the books did not hold afterwards.
///
/// # Errors
/// Something did not start, or took no load.
pub async fn run(plan: JobsPlan) -> Result<usize> {
    let told = [
        ("backlog", plan.backlog.to_string()),
        ("users", plan.users.to_string()),
        ("clients", plan.clients.to_string()),
        ("seconds", plan.lasting.as_secs().to_string()),
    ];
    let mut results = Results::new(BTreeMap::from(told));
    let crowd = Arc::new(Crowd::new(plan.users, None, SEED));
    let mut site =
        Site::distributed(Size { shards: 1, servers: 1, workers: 0 }, Campaigns::one(POINTS)).await?;
    site.grant(plan.users).await?;

    let until = Until::Asked(plan.backlog / u64::from(AT_ONCE));
    let filling = Load { servers: site.servers.clone(), clients: plan.clients, pace: Pace::Closed, until };
    let filled = site.draw(&crowd, &filling, Sources::system().chance.number() >> 16, AT_ONCE).await?;
    let waiting = filled.done() * u64::from(AT_ONCE);
    results.figure("awards promised, ten draws a request", "/s", None, as_f64(waiting) / filled.seconds);

    let began_at = Instant::now();
    let worker = site.add_worker().await?;
    let looks = watch(&site, &worker, began_at).await?;
    let rate = as_f64(waiting) / began_at.elapsed().as_secs_f64();
    results.figure("awards of a backlog delivered", "/s", Some(Target::AtLeast(10_000.0)), rate);
    let most = |of: fn(&Look) -> f64| looks.iter().map(of).fold(0.0, f64::max);
    results.figure("memory of the worker at most", "MiB", None, most(|look| look.worker_mib));
    results.figure("memory of Redis at most", "MiB", None, most(|look| look.redis_mib));

    let mut stretches = Stretches::new(&site, crowd).await?;
    let peak = stretches.measure("draws that win, with a worker", plan.clients, Pace::Closed, plan.lasting).await?;
    let both = peak.rate;
    results.stretch(peak);
    let database = database_of(&site)?;
    wait_until_done(&database).await?;
    let since = Sources::system().now();
    let half = stretches.measure("half of those", plan.clients, Pace::Open(both / 2.0), plan.lasting).await?;
    results.figure("awards won and delivered, paced at half load", "/s", None, half.rate);
    results.stretch(half);
    drop(stretches);
    wait_until_done(&database).await?;
    let [p50, p99, p999] = pickup(&database, since).await?;
    results.figure("from the draw to the delivery, p50", "ms", None, p50);
    results.figure("from the draw to the delivery, p99", "ms", Some(Target::AtMost(50.0)), p99);
    results.figure("from the draw to the delivery, p99.9", "ms", None, p999);

    let report = site.close().await?;
    let violations = report.map_or(0, |report| report.violations());
    results.violations.insert("awards".into(), violations);
    let table = results.table();
    println!("\n{table}\n\n{violations} rows break an invariant");
    let all = serde_json::json!({ "results": results, "backlog": looks });
    let json = serde_json::to_string_pretty(&all).map_err(Fault::doing("write results"))?;
    write_file(&plan.out.join("jobs.json"), &json)?;
    write_file(&plan.out.join("jobs.md"), &format!("{table}\n"))?;
    Ok(violations)
}

fn ground(site: &Site) -> Result<&Ground, Fault> {
    site.ground.as_ref().ok_or_else(|| Fault { doing: DOING, cause: "its databases were not started here".into() })
}

fn database_of(site: &Site) -> Result<String, Fault> {
    Ok(ground(site)?.database_urls().remove(0))
}

/// Looks at the backlog until nothing is left of it.
async fn watch(site: &Site, worker: &str, began_at: Instant) -> Result<Vec<Look>, Fault> {
    let mut database = PgConnection::connect(&database_of(site)?).await.map_err(Fault::doing(DOING))?;
    let client = redis::Client::open(ground(site)?.redis_url()).map_err(Fault::doing(DOING))?;
    let mut counters = client.get_multiplexed_async_connection().await.map_err(Fault::doing(DOING))?;
    let processes = site.processes();
    let process_id = processes.iter().find(|(name, _)| name == worker).map_or(0, |(_, number)| *number);
    let mut looks = Vec::new();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        let left = left(&mut database).await?;
        let info: String =
            redis::cmd("INFO").arg("memory").query_async(&mut counters).await.map_err(Fault::doing(DOING))?;
        let redis_bytes = info.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok());
        looks.push(Look {
            seconds: began_at.elapsed().as_secs_f64(),
            left,
            worker_mib: super::cost::memory_now(process_id) / MIB,
            redis_mib: as_f64(redis_bytes.unwrap_or(0)) / MIB,
        });
        if left == 0 {
            return Ok(looks);
        }
    }
}

async fn left(database: &mut PgConnection) -> Result<i64, Fault> {
    sqlx::query_scalar(r"SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')")
        .fetch_one(database)
        .await
        .map_err(Fault::doing(DOING))
}

async fn wait_until_done(database: &str) -> Result<(), Fault> {
    let mut database = PgConnection::connect(database).await.map_err(Fault::doing(DOING))?;
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    while left(&mut database).await? > 0 {
        ticks.tick().await;
    }
    Ok(())
}

/// Milliseconds from the decision of a draw to the delivery of its award, of awards won since then: median, 99 and 99.9 of a hundred.
async fn pickup(database: &str, since: crate::domain::calendar::Timestamp) -> Result<[f64; 3], Fault> {
    let mut database = PgConnection::connect(database).await.map_err(Fault::doing(DOING))?;
    let told: Vec<f64> = sqlx::query_scalar(
        r"SELECT percentile_cont(ARRAY[0.5, 0.99, 0.999])
                 WITHIN GROUP (ORDER BY (EXTRACT(EPOCH FROM delivered_at - created_at) * 1000)::float8)
            FROM award_record
           WHERE created_at >= $1",
    )
    .bind(since)
    .fetch_one(&mut database)
    .await
    .map_err(Fault::doing(DOING))?;
    <[f64; 3]>::try_from(told).map_err(|_| Fault { doing: DOING, cause: "nothing was delivered".into() })
}
