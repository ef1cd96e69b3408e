//! What only queues in Redis can be asked; what all queues must do is in `conformance`.

mod backlog;
mod bench;
mod child;
mod loss;
mod poison;
mod processes;
