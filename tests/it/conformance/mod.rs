//! What every adapter of a port must do, written once against the port and run on each adapter.

mod queue;
mod stock;
mod store;
