//! Jobs, run by the messages that queues deliver, on a real store and a clock that is moved by hand.

mod bench;
mod cron;
mod dispatch;
mod parts;
mod points;
mod redrive;
mod reservations;
mod worker;
