//! Bugs to plant: at least one for each check, each breaking that check alone.

mod awards;
mod draws;
mod logs;
mod points;

pub(super) use logs::{Lost, in_logs};

/// What a bug leaves in a database.
pub(super) struct Plant {
    pub(super) check: &'static str,
    /// What keeps the bug out: it is taken away first.
    pub(super) loosen: &'static str,
    /// Plants it once, where it can, and gives the row.
    pub(super) sql: &'static str,
}

const fn plant(check: &'static str, loosen: &'static str, sql: &'static str) -> Plant {
    Plant { check, loosen, sql }
}

/// Bugs in databases. Answers to the requests `lost-1` and `lost-2` were lost, so nobody can say what they were.
pub(super) fn in_databases() -> impl Iterator<Item = &'static Plant> {
    [draws::BUGS, points::BUGS, awards::BUGS].into_iter().flatten()
}
