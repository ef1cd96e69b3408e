//! The black and the grey list of each activity.

use super::App;
use crate::domain::audit::Actor;
use crate::domain::id::{ActivityId, UserId};
use crate::domain::refusal::Refusal;
use crate::domain::standing::{ListedUser, UserList};
use crate::fault::Result;
use crate::store::Page;

impl App {
    /// Puts a user on a list, off the other one; it holds from the next draw on. The same again changes nothing.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn put_on_list(
        &self,
        actor: &Actor,
        (activity_id, user_id): (&ActivityId, &UserId),
        list: UserList,
        reason: Option<String>,
    ) -> Result<ListedUser> {
        self.current(activity_id).await?;
        let change = self.change(actor);
        let listed = ListedUser {
            activity_id: activity_id.clone(),
            user_id: user_id.clone(),
            list,
            reason,
            created_at: change.at,
        };
        Ok(self.inner.store.put_on_list(&listed, &change).await?)
    }

    /// Takes a user off a list; it holds from the next draw on.
    ///
    /// # Errors
    /// A refusal where the activity is unknown or the user not on that list; a fault of the store.
    pub async fn take_off_list(
        &self,
        actor: &Actor,
        (activity_id, user_id): (&ActivityId, &UserId),
        list: UserList,
    ) -> Result<()> {
        self.current(activity_id).await?;
        let taken = self.inner.store.take_off_list(activity_id, user_id, list, &self.change(actor)).await?;
        if taken {
            return Ok(());
        }
        let what = match list {
            UserList::Black => "user on the black list",
            UserList::Grey => "user on the grey list",
        };
        Err(Refusal::Unknown { what, id: user_id.to_string() }.into())
    }

    /// Users on a list by id, ascending.
    ///
    /// # Errors
    /// A refusal where the activity is unknown; a fault of the store.
    pub async fn listed(
        &self,
        activity_id: &ActivityId,
        list: UserList,
        page: &Page<UserId>,
    ) -> Result<Vec<ListedUser>> {
        self.current(activity_id).await?;
        Ok(self.inner.store.listed(activity_id, list, page).await?)
    }
}
