//! The store on SQLite: one file, nothing to install.
