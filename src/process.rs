//! One process: what it opens, runs side by side, and closes in order.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api::{self, ApiState, Workers};
use crate::app::App;
use crate::clock::Sources;
use crate::config::{Config, Mode};
use crate::domain::process::ProcessRole;
use crate::fault::{Fault, Result};
use crate::presence::Announced;
use crate::{demo, server, telemetry, worker};

/// Exit code of a process that was told to stop twice.
const EXIT_CUT_OFF: i32 = 130;

/// What a process can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Serve HTTP.
    Server,
    /// Run jobs.
    Worker,
}

/// What a process is told, beside its settings, for who tries the product.
#[derive(Debug, Clone, Default)]
pub struct Newcomer {
    /// The secret of the API key of the demo, where somebody chose one.
    pub chosen_secret: Option<String>,
    /// Whether guests are signed in, also where the demo was prepared by another process.
    pub guests: bool,
}

/// Runs the parts until the process is told to stop or one of them fails.
///
/// # Errors
/// A fault of what could not be opened or did not end well.
pub async fn run(mut config: Config, parts: &[Part], sources: Sources, newcomer: Newcomer) -> Result<()> {
    let metrics = telemetry::start_metrics()?;
    let _lock = match config.store.mode {
        Mode::Embedded => Some(lock_data_dir(&config.store.data_dir)?),
        Mode::Distributed => None,
    };
    let everything = parts.contains(&Part::Server) && parts.contains(&Part::Worker);
    let with_demo = everything && config.demo.enabled;
    let receiver = if with_demo { Some(demo::bind_receiver(&mut config, &sources).await?) } else { None };
    let serves = parts.contains(&Part::Server);
    let (setting, listen) = if serves {
        ("listen on server.listen", config.server.listen)
    } else {
        ("listen on worker.listen", config.worker.listen)
    };
    let app = App::open(config, sources).await?;
    let stop = CancellationToken::new();
    let mut running: JoinSet<Result<(), Fault>> = JoinSet::new();
    stop_on_signals(&stop)?;
    if let Some(receiver) = receiver {
        running.spawn(receiver.serve(stop.clone()));
    }
    if parts.contains(&Part::Worker) {
        running.spawn(worker::run(app.clone(), stop.clone()));
    }
    let listener = TcpListener::bind(listen).await.map_err(Fault::doing(setting))?;
    let address = listener.local_addr().map_err(Fault::doing(setting))?;
    tracing::info!("listening on http://{address}");
    let workers = if parts.contains(&Part::Worker) { Workers::Here } else { Workers::Elsewhere };
    let state = ApiState::new(app.clone(), metrics, workers);
    let state = if with_demo || newcomer.guests { state.with_guests(demo::guests()) } else { state };
    let router = if serves { api::router(state.clone()) } else { api::worker_router(state.clone()) };
    running.spawn(server::serve(state, router, listener, stop.clone()));
    let announced = Announced::begin(app.clone(), role_of(parts));
    if with_demo {
        let access = demo::prepare(&app, newcomer.chosen_secret).await?;
        println!("{}", demo::welcome(address, &access));
    }
    let ended = join_all(running, &stop).await;
    announced.end().await;
    app.close().await;
    Ok(ended?)
}

/// What a process that does this is called.
fn role_of(parts: &[Part]) -> ProcessRole {
    match (parts.contains(&Part::Server), parts.contains(&Part::Worker)) {
        (true, true) => ProcessRole::Embedded,
        (_, false) => ProcessRole::Server,
        (false, true) => ProcessRole::Worker,
    }
}

/// Waits for all parts. The first one that ends takes the others with it: a process does all it was asked to, or stops.
async fn join_all(mut running: JoinSet<Result<(), Fault>>, stop: &CancellationToken) -> Result<(), Fault> {
    let mut outcome = Ok(());
    while let Some(ended) = running.join_next().await {
        let ended = ended.unwrap_or_else(|panic| Err(Fault::doing("run a part of the process")(panic)));
        outcome = outcome.and(ended);
        stop.cancel();
    }
    outcome
}

/// Cancels `stop` when the process is told to end. Told twice, it ends at once.
///
/// # Errors
/// Signals cannot be listened for.
pub fn stop_on_signals(stop: &CancellationToken) -> Result<(), Fault> {
    let mut interrupted = signal(SignalKind::interrupt()).map_err(Fault::doing("listen for signals"))?;
    let mut terminated = signal(SignalKind::terminate()).map_err(Fault::doing("listen for signals"))?;
    let stop = stop.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
        };
        next().await;
        tracing::info!("stopping: finishing what runs; a second signal ends it at once");
        stop.cancel();
        next().await;
        // Nothing is lost by that: it is what a power cut would do.
        std::process::exit(EXIT_CUT_OFF);
    });
    Ok(())
}

/// Takes the data directory for this process alone: the counters of the embedded mode live in its memory.
fn lock_data_dir(data_dir: &Path) -> Result<File, Fault> {
    // Whoever can read the seeds can foresee draws.
    let created = DirBuilder::new().recursive(true).mode(0o700).create(data_dir);
    created.map_err(Fault::doing("create store.data_dir"))?;
    let file = File::create(data_dir.join("LOCK")).map_err(Fault::doing("lock store.data_dir"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault {
            doing: "lock store.data_dir",
            cause: format!(
                "another big-market process uses {}; the embedded mode is one process: run `big-market` alone, or set \
                 store.data_dir",
                data_dir.display()
            )
            .into(),
        }),
        Err(TryLockError::Error(error)) => Err(Fault::doing("lock store.data_dir")(error)),
    }
}
