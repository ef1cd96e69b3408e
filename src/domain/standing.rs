//! How a user stands in an activity beside draws used: on which list, and how often limited awards were won.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calendar::Timestamp;
use super::id::{ActivityId, AwardId, UserId};
use super::text_form;

/// A list that operators put users on, without publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserList {
    /// Gets the document's blacklist award whatever is drawn; where the document names none, may not draw.
    Black,
    /// Draws, but never wins an award that is counted or limited per user.
    Grey,
}

text_form!(UserList { Black => "black", Grey => "grey" });

/// What a decision depends on that is the user's own and changes without a publication. Kept with each draw.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The list the user is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<UserList>,
    /// Wins before this draw of awards that the version limits per user; those never won are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub won: BTreeMap<AwardId, u32>,
}

impl Standing {
    /// On no list, with no limited award won: nothing that needs to be kept.
    pub fn is_plain(&self) -> bool {
        self.list.is_none() && self.won.is_empty()
    }

    /// Wins of an award before this draw.
    pub fn wins(&self, award_id: &AwardId) -> u32 {
        self.won.get(award_id).copied().unwrap_or(0)
    }

    /// Counts one more win of a limited award.
    pub fn count_win(&mut self, award_id: &AwardId) {
        let won = self.won.entry(award_id.clone()).or_insert(0);
        *won = won.saturating_add(1);
    }
}

/// A user on a list of an activity: at most one list for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUser {
    /// Where.
    pub activity_id: ActivityId,
    /// Who.
    pub user_id: UserId,
    /// Which list.
    pub list: UserList,
    /// Why, for people.
    pub reason: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}
