//! The `big-market` command.

fn main() {}
