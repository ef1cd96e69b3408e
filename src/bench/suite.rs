//! The run that docs/benchmarks.md reports: every figure beside its target.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ceilings::{postgres::ByHand, redis, route, sqlite};
use super::crowd::Crowd;
use super::load::{Load, Pace, Until, as_f64, drive};
use super::report::{Results, Stretch, Target};
use super::site::{Campaigns, Site, WHEEL};
use super::{SEED, Stretches, plot, write_file};
use crate::clock::Sources;
use crate::fault::{Fault, Result};
use crate::fleet::{Directory, Size};

/// Clients of the single-transaction ceiling.
const SINGLE_CLIENTS: usize = 32;
/// Part of the peak at which latency is measured.
const HALF: f64 = 0.5;
/// Parts of the peak that make the curve of latency against load.
const CURVE: [f64; 8] = [0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97];
/// A mebibyte.
const MIB: f64 = 1_048_576.0;

/// How the suite is run.
pub struct SuitePlan {
    /// Connections of the load.
    pub clients: usize,
    /// Users who draw.
    pub users: u32,
    /// How unevenly they draw, where they do.
    pub zipf: Option<f64>,
    /// How long each stretch is.
    pub lasting: Duration,
    /// How often everything is measured; medians count.
    pub repeats: usize,
    /// Whether the embedded half is measured.
    pub embedded: bool,
    /// Whether the distributed half is measured.
    pub distributed: bool,
    /// Where `results.json`, `results.md` and `latency.svg` are written.
    pub out: PathBuf,
}

/// `big-market bench`: measures both halves, prints figures beside their targets, and writes them down. Gives how many rows of the books
/// did not hold afterwards.
///
/// # Errors
/// Something did not start, or took no load.
pub async fn run(plan: SuitePlan) -> Result<usize> {
    let told = [
        ("clients", plan.clients.to_string()),
        ("users", plan.users.to_string()),
        ("zipf", plan.zipf.map_or_else(|| "no".into(), |exponent| exponent.to_string())),
        ("seconds", plan.lasting.as_secs().to_string()),
        ("repeats", plan.repeats.to_string()),
        ("durability", "fsync on; Postgres synchronous_commit on, SQLite synchronous FULL, Redis appendfsync everysec".into()),
    ];
    let mut suite = Suite { results: Results::new(BTreeMap::from(told)), plan };
    for (what, told) in &suite.results.machine {
        println!("{what}: {told}");
    }
    if suite.plan.distributed {
        suite.distributed().await?;
        suite.two_of_each().await?;
    }
    if suite.plan.embedded {
        suite.embedded().await?;
    }
    suite.write_down()
}

struct Suite {
    plan: SuitePlan,
    results: Results,
}

impl Suite {
    fn crowd(&self) -> Arc<Crowd> {
        Arc::new(Crowd::new(self.plan.users, self.plan.zipf, SEED))
    }

    async fn distributed(&mut self) -> Result<()> {
        let mut site = Site::distributed(Size { shards: 1, servers: 1, workers: 0 }, Campaigns::one(WHEEL)).await?;
        site.grant(self.plan.users).await?;
        let Some(ground) = &site.ground else { return Err(no_ground().into()) };
        let by_hand = ByHand::new(&ground.database_urls()[0], 64).await?;
        let redis_url = ground.redis_url();
        let mut empty_route = route::service(&ground.logs)?;
        empty_route.start().await?;
        let mut stretches = Stretches::new(&site, self.crowd()).await?;
        // Ceilings are much the same however long they are measured.
        let shorter = self.plan.lasting / 2;
        for _ in 0..self.plan.repeats {
            let single = by_hand.single(SINGLE_CLIENTS, shorter).await?;
            self.results.figure("Postgres by hand, a transaction each, 32 clients", "/s", None, single);
            let batched = by_hand.batched(shorter).await?;
            self.results.figure("Postgres by hand, a hundred in a transaction", "/s", None, batched);
            let calls = redis::measure(&redis_url, SINGLE_CLIENTS, shorter).await?;
            self.results.figure("Redis scripts, 32 clients", "/s", None, calls);
            let empty = self.empty_route(empty_route.port, shorter).await?;
            self.results.figure("an empty route of axum", "/s", None, empty);

            let peak = stretches.measure("distributed, peak", self.plan.clients, Pace::Closed, self.plan.lasting).await?;
            self.judge_peak(&peak, single, batched);
            let rate = peak.rate;
            self.results.stretch(peak);
            self.half_of(&mut stretches, "distributed", rate).await?;

            let lone_single = 1000.0 / by_hand.single(1, shorter).await?;
            let lone_call = 1000.0 / redis::measure(&redis_url, 1, shorter).await?;
            let lone = stretches.measure("distributed, a lone client", 1, Pace::Closed, self.plan.lasting).await?;
            let ratio = 1000.0 / lone.rate / (lone_single + lone_call);
            self.results.figure("a lone draw / (a Redis call + a transaction by hand)", "", Some(Target::AtMost(1.5)), ratio);
            self.results.stretch(lone);
        }
        let peak = self.results.median("distributed draws over HTTP");
        self.curve(&mut stretches, "distributed", peak).await?;
        self.memory(&stretches, "server-0", "distributed");
        let slowest = stretches.meter.slowest().await?;
        self.results.statements(slowest);
        drop(stretches);
        self.close(&mut site, "distributed").await
    }

    async fn empty_route(&self, port: u16, lasting: Duration) -> Result<f64, Fault> {
        let servers = vec![([127, 0, 0, 1], port).into()];
        let load = Load { servers, clients: self.plan.clients, pace: Pace::Closed, until: Until::Lasting(lasting) };
        Ok(drive(&load, |_| route::request()).await?.rate())
    }

    fn judge_peak(&mut self, peak: &Stretch, single: f64, batched: f64) {
        let results = &mut self.results;
        results.figure("distributed draws over HTTP", "/s", None, peak.rate);
        results.figure("distributed draws / a transaction each by hand", "", Some(Target::AtLeast(3.0)), peak.rate / single);
        results.figure("distributed draws / batched by hand", "", Some(Target::AtLeast(0.6)), peak.rate / batched);
        if let Some(cost) = &peak.cost {
            let draws = peak.rate * peak.seconds;
            let at_most = Some(Target::AtMost(0.1));
            results.figure("SQL statements a draw", "", at_most, as_f64(cost.statements) / draws);
            results.figure("Redis calls a draw", "", at_most, as_f64(cost.redis_calls) / draws);
            results.figure("bytes of Postgres' log a draw", "B", None, as_f64(cost.log_bytes) / draws);
        }
    }

    async fn half_of(&mut self, stretches: &mut Stretches<'_>, half: &str, peak: f64) -> Result<(), Fault> {
        let name = format!("{half}, half of peak");
        let stretch = stretches.measure(&name, self.plan.clients, Pace::Open(peak * HALF), self.plan.lasting).await?;
        self.results.figure(&format!("{half}: p99 at half of peak"), "ms", Some(Target::AtMost(20.0)), stretch.p99_ms);
        self.results.stretch(stretch);
        Ok(())
    }

    async fn curve(&mut self, stretches: &mut Stretches<'_>, half: &str, peak: f64) -> Result<(), Fault> {
        for part in CURVE {
            let pace = Pace::Open(peak * part);
            let name = format!("{half}, {:.0} % of peak", part * 100.0);
            let stretch = stretches.measure(&name, self.plan.clients, pace, self.plan.lasting / 2).await?;
            self.results.stretch(stretch);
        }
        Ok(())
    }

    fn memory(&mut self, stretches: &Stretches<'_>, process: &str, half: &str) {
        if let Some(bytes) = stretches.meter.memory_peak(process) {
            let name = format!("{half}: memory of the server at most");
            self.results.figure(&name, "MiB", Some(Target::AtMost(200.0)), as_f64(bytes) / MIB);
        }
    }

    /// Two databases and two servers on the same processors.
    async fn two_of_each(&mut self) -> Result<()> {
        let mut site = Site::distributed(Size { shards: 2, servers: 2, workers: 0 }, Campaigns::one(WHEEL)).await?;
        site.grant(self.plan.users).await?;
        let mut stretches = Stretches::new(&site, self.crowd()).await?;
        let one = self.results.median("distributed draws over HTTP");
        for _ in 0..self.plan.repeats {
            let name = "two databases, two servers";
            let peak = stretches.measure(name, self.plan.clients, Pace::Closed, self.plan.lasting).await?;
            let ratio = peak.rate / one;
            self.results.figure("two databases and servers / one of each", "", Some(Target::AtLeast(0.85)), ratio);
            self.results.stretch(peak);
        }
        drop(stretches);
        self.close(&mut site, "two databases, two servers").await
    }

    async fn embedded(&mut self) -> Result<()> {
        let mut site = Site::embedded(Campaigns::one(WHEEL)).await?;
        site.grant(self.plan.users).await?;
        let mut stretches = Stretches::new(&site, self.crowd()).await?;
        for _ in 0..self.plan.repeats {
            let directory = Directory::new()?;
            let (single, batched) = sqlite::measure(directory.path(), self.plan.lasting / 2).await?;
            self.results.figure("SQLite by hand, a transaction each", "/s", None, single);
            self.results.figure("SQLite by hand, a hundred in a transaction", "/s", None, batched);
            let peak = stretches.measure("embedded, peak", self.plan.clients, Pace::Closed, self.plan.lasting).await?;
            let rate = peak.rate;
            self.results.figure("embedded draws over HTTP", "/s", None, rate);
            self.results.figure("embedded draws / batched by hand", "", Some(Target::AtLeast(0.6)), rate / batched);
            self.results.stretch(peak);
            self.half_of(&mut stretches, "embedded", rate).await?;
        }
        let peak = self.results.median("embedded draws over HTTP");
        self.curve(&mut stretches, "embedded", peak).await?;
        self.memory(&stretches, "everything-0", "embedded");
        drop(stretches);
        self.close(&mut site, "embedded").await
    }

    /// Delivers what is still to be delivered, stops the market and reads its books.
    async fn close(&mut self, site: &mut Site, half: &str) -> Result<()> {
        let began_at = Instant::now();
        site.deliver_all().await?;
        println!("{half}: awards that waited were delivered within {:.1} s", began_at.elapsed().as_secs_f64());
        let Some(report) = site.close().await? else { return Ok(()) };
        println!("{half}: {} rows break an invariant", report.violations());
        self.results.violations.insert(half.to_owned(), report.violations());
        Ok(())
    }

    fn write_down(&self) -> Result<usize> {
        let table = self.results.table();
        println!("\n{table}");
        let json = serde_json::to_string_pretty(&self.results).map_err(Fault::doing("write results"))?;
        let out = &self.plan.out;
        write_file(&out.join("results.json"), &json)?;
        write_file(&out.join("results.md"), &format!("{table}\n"))?;
        let on_curve = |half: &str| {
            let begins = format!("{half}, ");
            let stretches = self.results.stretches.iter();
            stretches.filter(|stretch| stretch.name.starts_with(&begins) && stretch.name.ends_with("% of peak")).collect()
        };
        let picture = plot::draw(&[("distributed", on_curve("distributed")), ("embedded", on_curve("embedded"))])?;
        write_file(&out.join("latency.svg"), &picture)?;
        println!("\nWritten to {} at {}", out.display(), Sources::system().now());
        Ok(self.results.violations.values().sum())
    }
}

fn no_ground() -> Fault {
    Fault { doing: "measure ceilings", cause: "the databases were not started here".into() }
}
