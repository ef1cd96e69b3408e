//! Stand-ins for time, chance and the outside world, and builders for what tests need.

pub mod backing;
pub mod contract;
pub mod crash;
pub mod cutting_proxy;
pub mod exchanges;
pub mod lossy_queue;
pub mod market;
pub mod partner;
pub mod points;
pub mod postgres_server;
pub mod redis_server;
pub mod reserving;
pub mod rows;
pub mod time;
