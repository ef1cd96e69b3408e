//! What only counters in Redis can be asked; what all counters must do is in `conformance`.

mod connection;
mod loss;
mod oracle;
mod table;
