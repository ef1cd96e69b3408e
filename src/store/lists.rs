//! The port for the black and the grey list of each activity.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::domain::audit::Change;
use crate::domain::id::{ActivityId, UserId};
use crate::domain::standing::{ListedUser, UserList};

/// What is remembered of lists. They are read with the facts of draws.
#[async_trait]
pub trait ListStore {
    /// Puts a user on a list, off the other one, and gives the entry. The same list and reason again changes nothing: the first
    /// entry stays and no record of a change is written.
    async fn put_on_list(&self, listed: &ListedUser, change: &Change) -> Stored<ListedUser>;

    /// Takes a user off a list. False where the user is not on it: nothing is changed.
    async fn take_off_list(
        &self,
        activity_id: &ActivityId,
        user_id: &UserId,
        list: UserList,
        change: &Change,
    ) -> Stored<bool>;

    /// Users on a list by id, ascending: `after` is the last of the part before.
    async fn listed(&self, activity_id: &ActivityId, list: UserList, page: &Page<UserId>) -> Stored<Vec<ListedUser>>;
}
