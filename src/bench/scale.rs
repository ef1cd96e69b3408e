//! Whether a draw costs the same when much is stored already: ten times the users, many activities, millions of draws.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::crowd::Crowd;
use super::load::{Load, Pace, Until, as_f64};
use super::report::{Results, Target};
use super::site::{Campaigns, Site, WHEEL};
use super::{SEED, Stretches, write_file};
use crate::clock::Sources;
use crate::fault::{Fault, Result};
use crate::fleet::Size;

/// Draws of one request while a market is filled.
const AT_ONCE: u32 = 10;
/// How many more users the large market has.
const MORE_USERS: u32 = 10;

/// How a small and a large market are compared.
pub struct ScalePlan {
    /// Draws that the large market has stored.
    pub stored: u64,
    /// Activities of the large market; the small one has one.
    pub activities: usize,
    /// Users of the small market; the large one has ten times as many.
    pub users: u32,
    /// Connections of the load.
    pub clients: usize,
    /// How long each stretch is.
    pub lasting: Duration,
    /// How often each market is measured; medians count.
    pub repeats: usize,
    /// Where `scale.json` and `scale.md` are written.
    pub out: PathBuf,
}

/// `big-market bench scale`: measures an empty market and a full one. Gives how many rows of the books did not hold afterwards.
///
/// # Errors
/// Something did not start, or took no load.
pub async fn run(plan: ScalePlan) -> Result<usize> {
    let told = [
        ("stored", plan.stored.to_string()),
        ("activities", plan.activities.to_string()),
        ("users", plan.users.to_string()),
        ("clients", plan.clients.to_string()),
        ("repeats", plan.repeats.to_string()),
    ];
    let mut results = Results::new(BTreeMap::from(told));
    let size = Size { shards: 1, servers: 1, workers: 0 };
    let mut small = Site::distributed(size, Campaigns::one(WHEEL)).await?;
    small.grant(plan.users).await?;
    measure(&plan, &small, plan.users, "small", &mut results).await?;
    small.deliver_all().await?;
    results.violations.insert("small".into(), small.close().await?.map_or(0, |report| report.violations()));
    drop(small);

    let users = plan.users * MORE_USERS;
    let campaigns = Campaigns { document: WHEEL, activities: plan.activities };
    let mut large = Site::distributed(Size { workers: 1, ..size }, campaigns).await?;
    large.grant(users).await?;
    let until = Until::Asked(plan.stored / u64::from(AT_ONCE));
    let filling = Load { servers: large.servers.clone(), clients: plan.clients, pace: Pace::Closed, until };
    let crowd = Arc::new(Crowd::new(users, None, SEED));
    let filled = large.draw(&crowd, &filling, Sources::system().chance.number() >> 16, AT_ONCE).await?;
    println!("{} draws stored in {:.0} s", filled.done() * u64::from(AT_ONCE), filled.seconds);
    large.deliver_all().await?;
    large.stop_workers().await;
    measure(&plan, &large, users, "large", &mut results).await?;
    for (what, target) in [("microseconds of processors a draw", Target::AtMost(1.2)), ("draws", Target::AtLeast(0.83))]
    {
        let ratio = results.median(&format!("large: {what}")) / results.median(&format!("small: {what}"));
        results.figure(&format!("{what}, large / small"), "", Some(target), ratio);
    }
    large.deliver_all().await?;
    results.violations.insert("large".into(), large.close().await?.map_or(0, |report| report.violations()));

    let table = results.table();
    println!("\n{table}\n\nrows that break an invariant: {:?}", results.violations);
    let json = serde_json::to_string_pretty(&results).map_err(Fault::doing("write results"))?;
    write_file(&plan.out.join("scale.json"), &json)?;
    write_file(&plan.out.join("scale.md"), &format!("{table}\n"))?;
    Ok(results.violations.values().sum())
}

async fn measure(plan: &ScalePlan, site: &Site, users: u32, name: &str, results: &mut Results) -> Result<(), Fault> {
    let mut stretches = Stretches::new(site, Arc::new(Crowd::new(users, None, SEED))).await?;
    for _ in 0..plan.repeats {
        let stretch = stretches.measure(name, plan.clients, Pace::Closed, plan.lasting).await?;
        results.figure(&format!("{name}: draws"), "/s", None, stretch.rate);
        if let Some(cost) = &stretch.cost {
            let done: u64 = stretch.statuses.range(200..300).map(|(_, times)| times).sum();
            let each = cost.processor_micros_each(done);
            results.figure(&format!("{name}: microseconds of processors a draw"), "us", None, each);
            let bytes = as_f64(cost.log_bytes) / as_f64(done.max(1));
            results.figure(&format!("{name}: bytes of Postgres' log a draw"), "B", None, bytes);
        }
        results.stretch(stretch);
    }
    Ok(())
}
