//! The real binary over real HTTP: what a newcomer does, and what a power cut does.

mod bench;
mod campaign;
mod commands;
mod crash;
mod fleet;
mod load;
mod newcomer;
mod presence;
mod process;
mod shards;
