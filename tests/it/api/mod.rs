//! HTTP, through the real router.

mod access;
mod activities;
mod campaigns;
mod documentation;
mod draws;
mod health;
mod keys;
mod life;
mod operations;
mod recharges;
mod transport;
mod users;
mod workflows;
