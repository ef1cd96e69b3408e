//! What machines ask.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use big_market::telemetry::METRICS;
use http::{Method, StatusCode};
use serde_json::json;

use crate::support::market::Market;

#[tokio::test]
async fn a_market_is_alive_and_ready_until_its_store_is_gone() {
    let market = Market::empty().await;
    for path in ["/healthz", "/readyz"] {
        let answer = market.call(Method::GET, path).anonymous().send().await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({"status": "ok"})), "{path}");
    }
    market.store.close().await;
    assert_eq!(market.get("/healthz").await.status, StatusCode::OK);
    let answer = market.get("/readyz").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "not_ready"));
}

#[tokio::test]
async fn a_failure_is_an_answer_that_tells_nothing_of_its_cause() {
    let market = Market::demo().await;
    market.plant("ALTER TABLE job_state RENAME TO gone").await;
    let broken = market.get("/admin/jobs").await;
    assert_eq!((broken.status, broken.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    market.store.close().await;
    let away = market.get("/v1/users/ann/draws").await;
    assert_eq!((away.status, away.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "try_again"));
    for answer in [broken, away] {
        for word in ["pool", "sqlite", "SELECT", "database", "job_state"] {
            assert!(!answer.text().contains(word), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn metrics_count_requests_by_route() {
    let market = Market::demo().await;
    for user in ["metrics-1", "metrics-2"] {
        market.get(format!("/v1/users/{user}/points")).await;
    }
    market.get("/v1/nothing/at-all").await;
    let answer = market.get("/metrics").await;
    assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    let text = answer.text();
    let line = |start: &str, label: &str| text.lines().any(|line| line.starts_with(start) && line.contains(label));
    assert!(line("big_market_http_requests_total", "route=\"/v1/users/{id}/points\",method=\"GET\",status=\"200\""));
    assert!(line("big_market_http_requests_total", "route=\"none\""));
    assert!(line("big_market_http_request_duration_seconds", "route=\"/v1/users/{id}/points\""));
    assert!(line("# HELP big_market_http_requests_total", "HTTP requests"));
    assert!(line("big_market_http_request_duration_seconds_bucket", "le=\"0.25\""));
    assert!(!text.contains("metrics-1"), "a user's name became a label");
}

/// The names that files below a directory record metrics under.
fn recorded_metrics(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            recorded_metrics(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for kind in ["metrics::counter!(", "metrics::gauge!(", "metrics::histogram!("] {
            let uses = text.split(kind).skip(1);
            found.extend(
                uses.filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split('"').next()?.to_owned())),
            );
        }
    }
}

#[test]
fn every_metric_is_explained_and_recorded() {
    let mut recorded = BTreeSet::new();
    recorded_metrics(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut recorded);
    let explained = METRICS.map(|(name, _)| name.to_owned());
    assert_eq!(recorded, BTreeSet::from(explained), "left: recorded in src; right: explained in src/telemetry.rs");
}

#[tokio::test]
async fn the_openapi_document_is_served() {
    let market = Market::empty().await;
    let answer = market.call(Method::GET, "/openapi.json").anonymous().send().await;
    assert_eq!(answer.json(), serde_json::to_value(big_market::api::openapi()).unwrap());
}
