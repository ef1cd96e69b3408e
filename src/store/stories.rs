//! The port for what operators ask about one user or one draw.

use async_trait::async_trait;
use ulid::Ulid;

use super::{Page, Stored};
use crate::domain::id::{DrawId, UserId};
use crate::domain::story::{DrawStory, TimelineFilter, TimelineItem};

/// What is remembered of a user, put together. Each answer is of one snapshot, and as large as the page asks for.
#[async_trait]
pub trait StoryStore {
    /// One draw with everything it caused.
    async fn draw_story(&self, draw_id: DrawId) -> Stored<Option<DrawStory>>;

    /// Everything of a user, newest first, merged by id. What a draw, a redemption or a behaviour caused is told within it, and
    /// nowhere else.
    async fn timeline(&self, user_id: &UserId, filter: &TimelineFilter, page: &Page<Ulid>)
    -> Stored<Vec<TimelineItem>>;
}
