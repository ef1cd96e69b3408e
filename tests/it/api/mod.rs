//! HTTP, through the real router.

mod access;
mod activities;
mod behaviours;
mod campaigns;
mod coupons;
mod documentation;
mod draws;
mod goods;
mod health;
mod jobs;
mod keys;
mod life;
mod operations;
mod points;
mod recharges;
mod redemptions;
mod rules;
mod transport;
mod users;
mod workflows;
