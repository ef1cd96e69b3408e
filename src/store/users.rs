//! The port for finding users.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::id::UserId;

/// Who is known. Nobody registers users: one is known since the first row that names them.
#[async_trait]
pub trait UserStore {
    /// Users whose id starts with the text, each once, by the bytes of their ids: `after` is the last of the part before. Known is
    /// whoever was ever granted draws, had points, showed a behaviour, or was put on a list; whoever drew was granted draws before.
    async fn users(&self, prefix: &str, page: &Page<UserId>) -> Stored<Vec<UserId>>;
}

/// From where on ids are looked at: the text itself, or what follows the last id of the part before. No id holds a control character, so
/// none lies between that id and itself followed by the least of them.
pub fn first_looked_at(prefix: &str, after: Option<&UserId>) -> String {
    let next = after.map(|last| format!("{last}\u{1}")).unwrap_or_default();
    next.max(prefix.to_owned())
}
