//! Rows of several databases as one sequence, in the order of their keys: what is compared passes by, and is never all in memory.

use std::cmp::Ordering;

use futures::TryStreamExt;
use futures::stream::BoxStream;

use super::session::{CannotCheck, Tried};

/// A row with its key. Equal keys are about the same thing.
pub(super) type Keyed<T> = (String, T);

/// Rows of several sources, each in the order of its keys by bytes, grouped by key.
pub(super) struct Groups<'a, T> {
    sources: Vec<Source<'a, T>>,
}

struct Source<'a, T> {
    next: Option<Keyed<T>>,
    rest: BoxStream<'a, Result<Keyed<T>, sqlx::Error>>,
}

/// All that two sequences say about one key.
pub(super) struct Pair<L, R> {
    pub(super) key: String,
    pub(super) left: Vec<L>,
    pub(super) right: Vec<R>,
}

impl<'a, T> Groups<'a, T> {
    pub(super) async fn of(
        streams: impl IntoIterator<Item = BoxStream<'a, Result<Keyed<T>, sqlx::Error>>>,
    ) -> Tried<Self> {
        let mut sources = Vec::new();
        for mut rest in streams {
            let next = rest.try_next().await?;
            sources.push(Source { next, rest });
        }
        Ok(Self { sources })
    }

    /// The key of the next group.
    fn key(&self) -> Option<&str> {
        self.sources.iter().filter_map(|source| Some(source.next.as_ref()?.0.as_str())).min()
    }

    /// The rows of a key, where it is the next one.
    async fn take(&mut self, key: &str) -> Tried<Vec<T>> {
        let mut rows = Vec::new();
        for source in &mut self.sources {
            while source.next.as_ref().is_some_and(|(next, _)| next == key) {
                let following = source.rest.try_next().await?;
                if let Some((after, _)) = &following
                    && after.as_str() < key
                {
                    return Err(CannotCheck::because("a database sorts keys otherwise than by their bytes"));
                }
                rows.extend(std::mem::replace(&mut source.next, following).map(|(_, row)| row));
            }
        }
        Ok(rows)
    }
}

/// The next key of either sequence, with what both say about it.
pub(super) async fn pair<L, R>(left: &mut Groups<'_, L>, right: &mut Groups<'_, R>) -> Tried<Option<Pair<L, R>>> {
    let key = match (left.key(), right.key()) {
        (Some(left), Some(right)) if left.cmp(right) == Ordering::Greater => right,
        (Some(left), _) => left,
        (None, Some(right)) => right,
        (None, None) => return Ok(None),
    };
    let key = key.to_owned();
    let (left, right) = (left.take(&key).await?, right.take(&key).await?);
    Ok(Some(Pair { key, left, right }))
}
