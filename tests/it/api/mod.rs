//! HTTP, through the real router.

mod access;
mod activities;
mod campaigns;
mod documentation;
mod draws;
mod health;
mod jobs;
mod keys;
mod operations;
mod points;
mod recharges;
mod rules;
mod transport;
mod users;
