//! Lists in parts: newest first, a cursor to go on from.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Faults, QueryText};
use crate::app::Page;

/// Items of a part where the caller does not say.
const LIMIT_DEFAULT: u32 = 20;
/// Items of a part at most.
const LIMIT_MAX: u32 = 100;

/// What part of a list is wanted.
pub(super) struct PageWish<K> {
    cursor: Option<K>,
    limit: u32,
}

impl<K: FromStr<Err: Display> + Clone> PageWish<K> {
    /// Reads `cursor` and `limit`.
    pub(super) fn read(faults: &mut Faults, query: &QueryText) -> Option<Self> {
        let cursor = faults.optional(query, "cursor");
        let limit = read_limit(faults, query);
        Some(Self { cursor: cursor?, limit: limit? })
    }

    /// The rows to ask for: one more than wanted, to learn whether any follow.
    pub(super) fn page(&self) -> Page<K> {
        Page { after: self.cursor.clone(), limit: self.limit + 1 }
    }

    /// Cuts rows that were asked for by [`Self::page`] to the part wanted, with the cursor that goes on after it.
    pub(super) fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> (Vec<T>, Option<K>) {
        let wanted = self.limit as usize;
        if rows.len() <= wanted {
            return (rows, None);
        }
        rows.truncate(wanted);
        let next = rows.last().map(key);
        (rows, next)
    }
}

/// Reads `limit`.
pub(super) fn read_limit(faults: &mut Faults, query: &QueryText) -> Option<u32> {
    let Some(text) = query.get("limit") else { return Some(LIMIT_DEFAULT) };
    let Ok(limit) = text.parse() else {
        faults.add("limit", format!("is not a whole number; use 1 to {LIMIT_MAX}"));
        return None;
    };
    faults.within("limit", limit, 1..=LIMIT_MAX)
}

/// A list that is small enough to be given whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Items<T> {
    /// All of it.
    pub(super) items: Vec<T>,
}

/// A part of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Part<T> {
    /// The part.
    pub(super) items: Vec<T>,
    /// Send it as `cursor` for the part that follows; null after the last one.
    #[schema(required)]
    pub(super) next_cursor: Option<String>,
}
