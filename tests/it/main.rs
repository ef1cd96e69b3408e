//! Everything that is tested from outside the crate, in one binary that mirrors `src`.

mod conformance;
mod dispatch;
mod domain;
mod jobs;
mod store;
