//! What only the SQLite store can be asked; what every store must do is in `conformance`.

mod award_books;
mod books;
mod exchanges;
mod file;
mod migrations;
mod statements;
