//! What the stores can only be asked past their port; what every store must do is in `conformance`.

mod award_books;
mod books;
mod exchanges;
mod file;
mod ground;
mod ids;
mod locks;
mod migrations;
mod seals;
mod statements;
