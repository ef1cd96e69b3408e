//! Measures draws over HTTP against what the same machine, databases and Redis give without the product: `big-market bench`.
//!
//! Machines differ and are shared, so what counts are ratios: each against a ceiling that was measured in the same run, right beside it.

mod ceilings;
mod cost;
mod crowd;
mod jobs;
mod load;
mod machine;
mod plot;
mod report;
mod scale;
mod site;
mod suite;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use self::ceilings::route::serve as serve_empty_route;
use self::cost::Meter;
use self::crowd::Crowd;
pub use self::jobs::{JobsPlan, run as run_jobs};
use self::load::{Load, Pace, Until};
use self::report::Stretch;
pub use self::scale::{ScalePlan, run as run_scale};
use self::site::Site;
pub use self::suite::{SuitePlan, run as run_suite};
use crate::fault::{Fault, Result};

/// What every run of users follows from: the same users in the same order each time.
const SEED: u64 = 2026;
/// How long a market is warmed up before it is measured.
const WARM_UP: Duration = Duration::from_secs(2);

/// What load to put on a market that runs.
pub struct LoadPlan {
    /// Where its servers are.
    pub servers: Vec<SocketAddr>,
    /// An API key that may draw and recharge.
    pub secret: String,
    /// Where users draw.
    pub activity: String,
    /// Connections.
    pub clients: usize,
    /// How many users there are.
    pub users: u32,
    /// How unevenly they draw, where they do.
    pub zipf: Option<f64>,
    /// Requests each second; without it each client asks again at once.
    pub rate: Option<f64>,
    /// How long.
    pub lasting: Duration,
    /// Whether the users are granted draws first, by the SKU `plenty` of campaigns/bench.toml.
    pub grant: bool,
}

/// `big-market bench load`: puts load on a market that runs somewhere, and tells how it answered.
///
/// # Errors
/// It takes no connections, or users cannot be granted draws.
pub async fn run_load(plan: LoadPlan) -> Result<()> {
    let site = Site::running(plan.servers, plan.secret, plan.activity);
    if plan.grant {
        site.grant(plan.users).await?;
    }
    let crowd = Arc::new(Crowd::new(plan.users, plan.zipf, SEED));
    let pace = plan.rate.map_or(Pace::Closed, Pace::Open);
    let mut stretches = Stretches::new(&site, crowd).await?;
    let stretch = stretches.measure("draws", plan.clients, pace, plan.lasting).await?;
    println!("{}", stretch.tell());
    Ok(())
}

/// Measures one stretch of load after another.
struct Stretches<'a> {
    site: &'a Site,
    crowd: Arc<Crowd>,
    meter: Meter,
    /// Keys of requests are never used again: each start of a benchmark has its own, and each stretch.
    run: u64,
}

impl<'a> Stretches<'a> {
    async fn new(site: &'a Site, crowd: Arc<Crowd>) -> Result<Self, Fault> {
        let meter = Meter::new(site).await?;
        let run = crate::clock::Sources::system().chance.number() >> 16;
        Ok(Self { site, crowd, meter, run })
    }

    /// Warms up, then measures.
    async fn measure(&mut self, name: &str, clients: usize, pace: Pace, lasting: Duration) -> Result<Stretch, Fault> {
        self.drive(clients, pace, WARM_UP.min(lasting)).await?;
        let before = self.meter.read().await?;
        let met = self.drive(clients, pace, lasting).await?;
        let cost = self.meter.read().await?.since(&before);
        let offered = match pace {
            Pace::Closed => None,
            Pace::Open(rate) => Some(rate),
        };
        Ok(Stretch::of(name, offered, &met, Some(cost)))
    }

    async fn drive(&mut self, clients: usize, pace: Pace, lasting: Duration) -> Result<load::Met, Fault> {
        self.run += 1;
        let load = Load { servers: self.site.servers.clone(), clients, pace, until: Until::Lasting(lasting) };
        self.site.draw(&self.crowd, &load, self.run, 1).await
    }
}

/// Where the files of a run are kept that stay.
fn write_file(path: &PathBuf, text: &str) -> Result<(), Fault> {
    const DOING: &str = "write results";
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(Fault::doing(DOING))?;
    }
    std::fs::write(path, text).map_err(Fault::doing(DOING))
}
