//! Logs and metrics of the process.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, LogFormat, TelemetryConfig};
use crate::fault::Fault;

/// Bounds of every histogram whose name ends in `_seconds`.
const SECONDS_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Bounds of how late jobs begin, who may wait for one another for minutes.
const LATE_BUCKETS: [f64; 10] = [0.05, 0.25, 1.0, 2.5, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0];

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

/// Every metric with what it means. A test finds those that are recorded and not here.
pub const METRICS: [(&str, &str); 16] = [
    ("big_market_http_requests_total", "HTTP requests answered, by route, method and status"),
    ("big_market_http_request_duration_seconds", "Time until a request was answered, by route and method"),
    ("big_market_draws_total", "Draws recorded"),
    ("big_market_dispatch_attempts_total", "Attempts to deliver an award, by its kind and how they ended"),
    ("big_market_outbox_entries", "Promised work by state"),
    ("big_market_workflows", "Workflows that are due, and those that are stuck until somebody looks"),
    ("big_market_stock_rebuilds_total", "Times that an activity's stock counters were filled anew from SQL"),
    ("big_market_invariant_violations", "Rows for which an invariant did not hold when it was last checked"),
    ("big_market_job_runs_total", "Runs of jobs, by job and how they ended"),
    ("big_market_job_duration_seconds", "Time that a run of a job took, by job"),
    ("big_market_job_late_seconds", "How long after it was due a fire of a job, or a part of one, began, by job"),
    ("big_market_queue_waiting", "Messages that wait and are due, by lane"),
    ("big_market_queue_worker_restarts_total", "Queue workers that ended and were started again, by lane"),
    ("big_market_queue_given_back_total", "Messages of workers that died or stopped, given to others, by lane"),
    ("big_market_coupon_codes_left", "Coupon codes that nobody has, by pool"),
    ("big_market_build_info", "1, with the version as a label"),
];

/// Tells the recorder what each metric means.
pub fn describe_metrics() {
    for (name, meaning) in METRICS {
        // The recorder looks at the name alone: what it is recorded as decides its kind.
        if name.ends_with("_total") {
            metrics::describe_counter!(name, meaning);
        } else if name.ends_with("_seconds") {
            metrics::describe_histogram!(name, metrics::Unit::Seconds, meaning);
        } else {
            metrics::describe_gauge!(name, meaning);
        }
    }
    metrics::gauge!("big_market_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Installs the recorder behind `/metrics`. Once in a process.
///
/// # Errors
/// A fault where a recorder is installed already.
pub fn start_metrics() -> Result<PrometheusHandle, Fault> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS_BUCKETS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full("big_market_job_late_seconds".into()), &LATE_BUCKETS)
        })
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(Fault::doing("install the metrics recorder"))?;
    describe_metrics();
    Ok(handle)
}
