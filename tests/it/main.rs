//! Everything that is tested from outside the crate, in one binary that mirrors `src`.

#![expect(unreachable_pub, reason = "nothing links against tests, and `pub` reads better than `pub(crate)`")]
#![expect(clippy::unwrap_used, reason = "this is how a test fails, in its helpers too")]

mod api;
mod app;
mod conformance;
mod dispatch;
mod domain;
mod end_to_end;
mod jobs;
mod model;
mod server;
mod stock;
mod store;
mod support;
mod tidy;
mod workflows;
