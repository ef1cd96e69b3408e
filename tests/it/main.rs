//! Everything that is tested from outside the crate, in one binary that mirrors `src`.
#![expect(unreachable_pub, reason = "in a binary made of tests, `pub` says that modules share it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where and stops")]

mod conformance;
mod store;
mod support;
