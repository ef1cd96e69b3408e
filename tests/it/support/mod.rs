//! What tests share.

pub mod rows;
