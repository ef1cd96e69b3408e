//! HTTP, through the real router.

mod access;
mod activities;
mod audit;
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
mod people;
mod points;
mod recharges;
mod redemptions;
mod rules;
mod tokens;
mod transport;
mod users;
mod workflows;
