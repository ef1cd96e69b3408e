//! Queues in a SQLite file, by apalis-sqlite.
