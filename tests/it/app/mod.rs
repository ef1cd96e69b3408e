//! What the product does, verb by verb, on a real store with a clock that tests move.

mod limits;
mod redemptions;
mod retries;
mod rules;
mod settlement;
mod stock;
