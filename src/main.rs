//! The `big-market` command.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use big_market::app::App;
use big_market::clock::Sources;
use big_market::config::{Config, Mode};
use big_market::domain::document::{self, CampaignDocument, Format};
use big_market::domain::operator::{OperatorName, Password, Role};
use big_market::domain::receipt::{Receipt, Verdict};
use big_market::domain::refusal::Refusal;
use big_market::domain::roll::SeedCommitment;
use big_market::domain::source::DocumentSource;
use big_market::fault::{Error, Fault};
use big_market::fleet::{self, Size};
use big_market::process::{self, Newcomer, Part};
use big_market::{api, chaos, demo, show, telemetry};
use chrono::TimeDelta;
use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

mod measure;
mod shards;

/// Requests allocate small things on one thread and free them on another, which this does in less time and memory than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A self-hosted marketing draw platform: users draw, and every prize reaches its winner exactly once.
///
/// Without a command, everything runs in one process with nothing else installed.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// A settings file over the built-in defaults; `config.default.toml` is the manual.
    #[arg(long, global = true, env = "BIG_MARKET_CONFIG")]
    config: Option<PathBuf>,
    /// For trials: how far the clock of this process is off, in milliseconds.
    #[arg(long, hide = true, env = "BIG_MARKET_CLOCK_SKEW_MS", allow_negative_numbers = true, default_value_t = 0)]
    clock_skew_ms: i64,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve HTTP only.
    Server,
    /// Run jobs only.
    Worker,
    /// Bring the schema up to date and stop.
    Migrate,
    /// Work with campaign documents.
    #[command(subcommand)]
    Campaign(Campaign),
    /// Work with operators: the people who sign in.
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Print the OpenAPI document.
    Openapi,
    /// Check a receipt by recomputing it.
    Verify {
        /// A file, or '-' for standard input, as `GET /v1/draws/{id}/receipt` gave it.
        receipt: PathBuf,
        /// The commitment that you noted before the draw, from `GET /v1/activities/{id}`. Without it, compare what is printed.
        #[arg(long)]
        commitment: Option<SeedCommitment>,
    },
    /// Look at the databases in which users live, and move users between them. Distributed mode only.
    #[command(subcommand)]
    Shards(shards::Shards),
    /// Try a whole fleet on this machine: Postgres servers, Redis, servers behind server.listen, workers, and the demo campaign.
    Fleet {
        /// Postgres servers.
        #[arg(long, default_value_t = 2)]
        shards: usize,
        /// Processes that serve.
        #[arg(long, default_value_t = 2)]
        servers: usize,
        /// Processes that work.
        #[arg(long, default_value_t = 2)]
        workers: usize,
    },
    /// Break a fleet on this machine under load, at random, and prove that no promise was broken.
    Chaos(Chaos),
    /// Measure draws against what this machine gives without the product. Use a release build.
    Bench(measure::Bench),
    /// Evaluate the six invariants over everything stored.
    Reconcile,
}

#[derive(Subcommand)]
enum Campaign {
    /// Find every fault of a document.
    Validate {
        /// A .toml, .json or .jsonc file.
        file: PathBuf,
    },
    /// Make a document the current version of its activity.
    Publish {
        /// A .toml, .json or .jsonc file.
        file: PathBuf,
    },
    /// Show what a document means: odds, tiers, chains.
    Show {
        /// A .toml, .json or .jsonc file.
        file: PathBuf,
    },
    /// Print the JSON Schema of documents.
    Schema,
}

#[derive(Subcommand)]
enum OperatorCommand {
    /// Add an operator; the first admin is made so.
    Add {
        /// What they are called; upper and lower case are the same name.
        name: String,
        /// What they may do: viewer, operator or admin.
        #[arg(long)]
        role: Role,
        /// Read the password from the first line of standard input. Without it, one is made and printed this once.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(clap::Args)]
struct Chaos {
    /// How long things go wrong. Healing and checking come on top.
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// What everything random follows from; made and printed if absent.
    #[arg(long)]
    seed: Option<u64>,
    /// Users, with two devices each.
    #[arg(long, default_value_t = 40)]
    users: usize,
    /// Postgres servers.
    #[arg(long, default_value_t = 2)]
    shards: usize,
    /// Processes that serve.
    #[arg(long, default_value_t = 2)]
    servers: usize,
    /// Processes that work.
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// Where the records of clients and of the receiver of webhooks are kept.
    #[arg(long, default_value = "data/chaos")]
    records: PathBuf,
}

impl Chaos {
    async fn run(self) -> Result<ExitCode, Failure> {
        let seed = self.seed.unwrap_or_else(|| Sources::system().chance.number() >> 32);
        println!("seed {seed}: repeat it with --seed {seed}");
        let outcome = chaos::run(chaos::Plan {
            lasting: Duration::from_secs(self.seconds),
            seed,
            users: self.users,
            size: Size { shards: self.shards, servers: self.servers, workers: self.workers },
            records: self.records,
        });
        let outcome = outcome.await?;
        println!("{outcome}");
        Ok(if outcome.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Why a command failed, as it is shown.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(arguments)) {
        Ok(code) => code,
        Err(failure) => fail(&*failure),
    }
}

fn fail(failure: &dyn std::error::Error) -> ExitCode {
    eprintln!("big-market: {failure}");
    ExitCode::FAILURE
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let config = Config::read(arguments.config.as_deref())?;
    let sources = match arguments.clock_skew_ms {
        0 => Sources::system(),
        skew_ms => Sources::skewed(TimeDelta::try_milliseconds(skew_ms).ok_or("--clock-skew-ms is too far off")?),
    };
    match arguments.command {
        None => serve(config, &[Part::Server, Part::Worker], sources).await,
        Some(Command::Server) => serve(config, &[Part::Server], sources).await,
        Some(Command::Worker) => serve(config, &[Part::Worker], sources).await,
        Some(Command::Migrate) => {
            App::open(config, Sources::system()).await?.close().await;
            println!("the schema is up to date");
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Campaign(command)) => campaign(config, command).await,
        Some(Command::Operator(command)) => operator(config, command).await,
        Some(Command::Openapi) => {
            println!("{}", api::openapi().to_pretty_json()?);
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Verify { receipt, commitment }) => verify(&receipt, commitment),
        Some(Command::Shards(command)) => command.run(config).await,
        Some(Command::Fleet { shards, servers, workers }) => {
            telemetry::start_logs(&config.telemetry)?;
            let stop = CancellationToken::new();
            process::stop_on_signals(&stop)?;
            let size = Size { shards, servers, workers };
            let chosen_secret = std::env::var(demo::KEY_VARIABLE).ok();
            fleet::run(size, config, chosen_secret, stop).await?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Bench(bench)) => bench.run().await,
        Some(Command::Chaos(options)) => {
            telemetry::start_logs(&config.telemetry)?;
            options.run().await
        }
        Some(Command::Reconcile) => reconcile(config).await,
    }
}

async fn serve(config: Config, parts: &[Part], sources: Sources) -> Result<ExitCode, Failure> {
    telemetry::start_logs(&config.telemetry)?;
    let newcomer = Newcomer {
        chosen_secret: std::env::var(demo::KEY_VARIABLE).ok(),
        guests: std::env::var_os(demo::GUESTS_VARIABLE).is_some(),
    };
    process::run(config, parts, sources, newcomer).await?;
    Ok(ExitCode::SUCCESS)
}

async fn campaign(config: Config, command: Campaign) -> Result<ExitCode, Failure> {
    match command {
        Campaign::Schema => println!("{:#}", document::json_schema()),
        Campaign::Validate { file } => {
            let (document, _) = read_document(&file)?;
            return Ok(match big_market::app::validate_campaign(&config, &document) {
                Ok(campaign) => {
                    println!("{} is valid: activity {}", file.display(), campaign.activity_id);
                    ExitCode::SUCCESS
                }
                Err(refusal) => refused(&file, &refusal),
            });
        }
        Campaign::Show { file } => {
            let (document, _) = read_document(&file)?;
            return Ok(match big_market::app::validate_campaign(&config, &document) {
                Ok(campaign) => {
                    print!("{}", show::campaign(&campaign));
                    ExitCode::SUCCESS
                }
                Err(refusal) => refused(&file, &refusal),
            });
        }
        Campaign::Publish { file } => {
            let (document, source) = read_document(&file)?;
            if config.campaigns.second_person {
                let message =
                    "campaigns.second_person is set; save it as a draft, and let an operator publish it over HTTP";
                return Ok(refused(&file, &Refusal::SecondPersonNeeded { message: message.into() }));
            }
            let app = App::open(config, Sources::system()).await?;
            let published = app.publish_written(document, source, "command line".into()).await;
            app.close().await;
            match published {
                Ok(published) if published.changed => {
                    println!("published version {} of activity {}", published.version, published.activity_id);
                }
                Ok(published) => println!("version {} is this document already", published.version),
                Err(Error::Refusal(refusal)) => return Ok(refused(&file, &refusal)),
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn operator(config: Config, command: OperatorCommand) -> Result<ExitCode, Failure> {
    let OperatorCommand::Add { name, role, password_stdin } = command;
    let name = OperatorName::new(&name).map_err(|error| format!("the name {error}"))?;
    let chosen = if password_stdin {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        let password = Password::new(line.trim_end_matches(['\r', '\n']));
        Some(password.map_err(|error| format!("the password {error}"))?)
    } else {
        None
    };
    let app = App::open(config, Sources::system()).await?;
    let password = chosen.clone().unwrap_or_else(|| app.made_password());
    let added = app.add_operator(&"command line".into(), name, role, &password).await;
    app.close().await;
    let operator = added?;
    println!("added {} {} as {}", operator.role, operator.operator_id, operator.name);
    if chosen.is_none() {
        println!("password: {}", String::from_utf8_lossy(password.bytes()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints why a document was refused, a line for each fault.
fn refused(file: &Path, refusal: &Refusal) -> ExitCode {
    eprintln!("{}: {refusal}", file.display());
    if let Refusal::InvalidDocument { faults } = refusal {
        for fault in faults {
            eprintln!("  {fault}");
        }
    }
    ExitCode::FAILURE
}

fn read_document(file: &Path) -> Result<(CampaignDocument, Option<DocumentSource>), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let format = Format::of_file(file).ok_or_else(|| format!("{}: name it .toml, .json or .jsonc", file.display()))?;
    let document = document::parse(&text, format).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok((document, DocumentSource::of(&text, format)))
}

fn verify(file: &Path, commitment: Option<SeedCommitment>) -> Result<ExitCode, Failure> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let receipt: Receipt =
        serde_json::from_str(&text).map_err(|error| format!("{}: not a receipt: {error}", file.display()))?;
    let stated = receipt.seed.commitment;
    if let Some(noted) = commitment.filter(|noted| *noted != stated) {
        eprintln!("{}: REFUTED\n  it states the commitment {stated}, not {noted}", receipt.draw_id);
        return Ok(ExitCode::FAILURE);
    }
    println!("commitment {stated} of {}, published before the first draw", receipt.seed.first_day);
    Ok(match receipt.verify() {
        Verdict::Proven => {
            println!("{}: proven. The committed seed, the document and the facts give this award.", receipt.draw_id);
            ExitCode::SUCCESS
        }
        Verdict::SeedNotRevealed => {
            println!(
                "{}: the award follows from the roll. The roll itself can be checked once the seed of {} is revealed, \
                 after that day is over: fetch the receipt again then.",
                receipt.draw_id, receipt.day
            );
            ExitCode::SUCCESS
        }
        Verdict::Refuted(faults) => {
            eprintln!("{}: REFUTED", receipt.draw_id);
            for fault in faults {
                eprintln!("  {fault}");
            }
            ExitCode::FAILURE
        }
    })
}

async fn reconcile(config: Config) -> Result<ExitCode, Failure> {
    if config.store.mode == Mode::Embedded && !config.store.data_dir.is_dir() {
        let cause = format!("{} does not exist; set store.data_dir", config.store.data_dir.display()).into();
        return Err(Fault { doing: "reconcile", cause }.into());
    }
    let app = App::open(config, Sources::system()).await?;
    let report = app.reconcile().await;
    app.close().await;
    let report = report?;
    print!("{}", show::report(&report));
    Ok(if report.violations() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
