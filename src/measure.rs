//! `big-market bench`: what is measured, and how much of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use big_market::bench::{self, JobsPlan, LoadPlan, ScalePlan, SuitePlan};
use big_market::process;
use clap::{Args, Subcommand, ValueEnum};
use tokio_util::sync::CancellationToken;

use crate::Failure;

/// What `big-market bench` is told.
#[derive(Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Command {
    /// Measure work from its commit to its effect: a backlog of awards, then awards as they are won.
    Jobs(Jobs),
    /// Measure whether a draw costs the same when much is stored already.
    Scale(Scale),
    /// Put load on a market that runs already. It must have an activity like that of campaigns/bench.toml.
    Load(Load),
    /// Serve a route that does nothing, to be measured.
    #[command(hide = true)]
    Route { port: u16 },
}

/// What every measurement is told.
#[derive(Args)]
struct Common {
    /// Connections that ask.
    #[arg(long, default_value_t = 384)]
    clients: usize,
    /// How many users there are.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    users: u32,
    /// How long each stretch is.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Half {
    Embedded,
    Distributed,
    Both,
}

#[derive(Args)]
struct Suite {
    #[command(flatten)]
    common: Common,
    /// Let some users draw more than others: an exponent of Zipf's law, such as 1.1.
    #[arg(long)]
    zipf: Option<f64>,
    /// What is measured.
    #[arg(long, value_enum, default_value = "both")]
    half: Half,
    /// How often everything is measured; medians count.
    #[arg(long, default_value_t = 5)]
    repeats: usize,
    /// Where results are written.
    #[arg(long, default_value = "data/bench")]
    out: PathBuf,
}

#[derive(Args)]
struct Jobs {
    #[command(flatten)]
    common: Common,
    /// Awards that wait when the worker starts.
    #[arg(long, default_value_t = 1_000_000)]
    backlog: u64,
    /// Where results are written.
    #[arg(long, default_value = "data/bench")]
    out: PathBuf,
}

#[derive(Args)]
struct Scale {
    #[command(flatten)]
    common: Common,
    /// Draws that the large market has stored.
    #[arg(long, default_value_t = 10_000_000)]
    stored: u64,
    /// Activities of the large market.
    #[arg(long, default_value_t = 100)]
    activities: usize,
    /// How often each market is measured; medians count.
    #[arg(long, default_value_t = 5)]
    repeats: usize,
    /// Where results are written.
    #[arg(long, default_value = "data/bench")]
    out: PathBuf,
}

#[derive(Args)]
struct Load {
    #[command(flatten)]
    common: Common,
    /// Where servers are, such as 127.0.0.1:8080; with commas for several.
    #[arg(long, value_delimiter = ',', required = true)]
    servers: Vec<SocketAddr>,
    /// An API key with the scopes `draws:write` and, for `--grant`, `recharges:write`.
    #[arg(long, env = "BIG_MARKET_BENCH_KEY", hide_env_values = true)]
    key: String,
    /// Where users draw.
    #[arg(long, default_value = "bench")]
    activity: String,
    /// Let some users draw more than others: an exponent of Zipf's law, such as 1.1.
    #[arg(long)]
    zipf: Option<f64>,
    /// Requests each second. Without it, each client asks again as soon as it was answered.
    #[arg(long)]
    rate: Option<f64>,
    /// Grant the users draws first, by the SKU `plenty`.
    #[arg(long)]
    grant: bool,
}

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let violations = match self.command {
            None => bench::run_suite(self.suite.plan()).await?,
            Some(Command::Jobs(jobs)) => bench::run_jobs(jobs.plan()).await?,
            Some(Command::Scale(scale)) => bench::run_scale(scale.plan()).await?,
            Some(Command::Load(load)) => {
                bench::run_load(load.plan()).await?;
                0
            }
            Some(Command::Route { port }) => {
                let stop = CancellationToken::new();
                process::stop_on_signals(&stop)?;
                bench::serve_empty_route(port, stop).await?;
                0
            }
        };
        Ok(if violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Common {
    const fn lasting(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

impl Suite {
    fn plan(self) -> SuitePlan {
        SuitePlan {
            clients: self.common.clients,
            users: self.common.users,
            zipf: self.zipf,
            lasting: self.common.lasting(),
            repeats: self.repeats,
            embedded: self.half != Half::Distributed,
            distributed: self.half != Half::Embedded,
            out: self.out,
        }
    }
}

impl Jobs {
    fn plan(self) -> JobsPlan {
        JobsPlan {
            backlog: self.backlog,
            users: self.common.users,
            clients: self.common.clients,
            lasting: self.common.lasting(),
            out: self.out,
        }
    }
}

impl Scale {
    fn plan(self) -> ScalePlan {
        ScalePlan {
            stored: self.stored,
            activities: self.activities,
            users: self.common.users,
            clients: self.common.clients,
            lasting: self.common.lasting(),
            repeats: self.repeats,
            out: self.out,
        }
    }
}

impl Load {
    fn plan(self) -> LoadPlan {
        LoadPlan {
            lasting: self.common.lasting(),
            servers: self.servers,
            secret: self.key,
            activity: self.activity,
            clients: self.common.clients,
            users: self.common.users,
            zipf: self.zipf,
            rate: self.rate,
            grant: self.grant,
        }
    }
}
