//! HTTP, through the real router.

mod access;
mod activities;
mod behaviours;
mod campaigns;
mod documentation;
mod draws;
mod health;
mod keys;
mod operations;
mod points;
mod recharges;
mod redemptions;
mod transport;
mod users;
