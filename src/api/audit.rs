//! Who changed what.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Faults, QueryText};
use super::page::{PageWish, Part};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, AuditFilter};
use crate::domain::audit::AuditEntry;

/// The record of one change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangeBody {
    /// The record.
    #[schema(example = "audit_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Who made it.
    actor: ActorBody,
    /// What was done.
    #[schema(example = "campaign.publish")]
    action: String,
    /// To what.
    #[schema(example = "activity 100301")]
    subject: String,
    /// What it was; null where it was not there.
    #[schema(required, value_type = Option<Object>)]
    before: Option<serde_json::Value>,
    /// What it is since; null where it is gone.
    #[schema(required, value_type = Option<Object>)]
    after: Option<serde_json::Value>,
    /// When.
    created_at: Time,
}

/// Who made a change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActorBody {
    /// An API key, an operator, `user:` and an end user, or `system:` and a word.
    #[schema(example = "oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// What people call the key or operator; null for others.
    #[schema(required)]
    name: Option<String>,
}

impl From<AuditEntry> for ChangeBody {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.audit_id.to_string(),
            actor: ActorBody { id: entry.actor, name: entry.actor_name },
            action: entry.action,
            subject: entry.subject,
            before: entry.before,
            after: entry.after,
            created_at: Time(entry.created_at),
        }
    }
}

/// List changes
///
/// Who changed what, newest first: all of them, those of one actor, or those of one subject.
#[utoipa::path(
    get,
    path = "/admin/audit",
    tag = "operations",
    params(
        ("actor" = Option<String>, Query, description = "Only changes by this actor, by its id."),
        ("subject" = Option<String>, Query, description = "Only changes of this subject, as records name it."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Items wanted at most; 20 if absent."),
    ),
    responses((status = 200, description = "A part of the changes.", body = Part<ChangeBody>)),
)]
pub(super) async fn changes(State(app): State<App>, query: QueryText) -> Result<Json<Part<ChangeBody>>, Problem> {
    let mut faults = Faults::default();
    faults.only(&query, &["actor", "subject", "cursor", "limit"]);
    let read = (PageWish::read(&mut faults, &query), faults.is_empty());
    let (Some(wish), true) = read else { return Err(faults.refuse()) };
    let text = |field: &str| query.get(field).map(str::to_owned);
    let filter = AuditFilter { actor: text("actor"), subject: text("subject") };
    let rows = app.audit(&filter, &wish.page()).await?;
    let (rows, next) = wish.cut(rows, |row| row.audit_id);
    let next_cursor = next.map(|id| id.to_string());
    Ok(Json(Part { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}
