//! The proof of campaigns of kills: what proves must itself be shown to notice.

mod checker;
mod plants;
mod scene;
