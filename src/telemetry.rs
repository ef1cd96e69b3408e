//! Logs and metrics of the process.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, LogFormat, TelemetryConfig};
use crate::fault::Fault;

/// Bounds of every histogram whose name ends in `_seconds`.
const SECONDS_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Sends log lines to standard error, so that standard output holds only what a command prints.
///
/// # Errors
/// A setting that names filters nobody understands.
pub fn start_logs(config: &TelemetryConfig) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| ConfigError::Value {
        key: "telemetry.log",
        message: format!(
            "{error}; use a level such as \"info\" or filters such as \"info,big_market::dispatch=debug\""
        ),
    })?;
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match config.format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Installs the recorder behind `/metrics`. Once in a process.
///
/// # Errors
/// A fault where a recorder is installed already.
pub fn start_metrics() -> Result<PrometheusHandle, Fault> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS_BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(Fault::doing("install the metrics recorder"))
}
