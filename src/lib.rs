//! big-market: a self-hosted marketing draw platform. Users draw, and every prize reaches its winner exactly once.

pub mod api;
pub mod app;
pub mod bench;
pub mod chaos;
pub mod clock;
pub mod config;
pub mod demo;
pub mod dispatch;
pub mod domain;
pub mod fault;
pub mod fleet;
pub mod jobs;
pub mod outage;
pub mod presence;
pub mod process;
pub mod queue;
pub mod redis_connection;
pub mod server;
pub mod show;
pub mod stock;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod worker;
pub mod workflows;
