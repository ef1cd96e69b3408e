//! What an end user's token reaches: requests that name its user, or its activity, and nobody and nothing else.
//!
//! One place for all routes marked for end users: whatever a request names as a user or an activity, in its path, its query
//! or its body, must be the token's. A write must name both, a read the user or the activity; a request that names less reaches
//! nothing, so that a route marked by mistake gives nothing away. An award stands for the activity it was won in: one of the
//! user's own from another activity is out of reach, and one that is not there or not the user's is left to the route, which
//! answers both alike. A draw stands for its user and activity; one that is not there is out of reach like anybody else's. A behaviour with a business key, such as a payment, is for the business to report.

use axum::RequestExt;
use axum::body::Body;
use axum::extract::{MatchedPath, Query, RawPathParams, Request};
use serde_json::Value;

use super::extract::{read_body, read_json};
use super::problem::Problem;
use crate::app::App;
use crate::domain::id::{AwardRecordId, DrawId};
use crate::domain::refusal::Refusal;
use crate::domain::user_token::UserToken;

/// How requests name users.
const USER_FIELDS: [&str; 1] = ["user_id"];
/// How requests name activities.
const ACTIVITY_FIELDS: [&str; 2] = ["activity_id", "activity"];

/// Everything that a request names, as it is written.
#[derive(Default)]
struct Named {
    users: Vec<Value>,
    activities: Vec<Value>,
    /// The path names an award, which belongs to one user and one activity.
    of_an_award: bool,
    has_business_key: bool,
}

impl Named {
    fn note(&mut self, field: &str, value: Value) {
        if USER_FIELDS.contains(&field) {
            self.users.push(value);
        } else if ACTIVITY_FIELDS.contains(&field) {
            self.activities.push(value);
        } else if field == "business_key" {
            self.has_business_key = true;
        }
    }

    fn all_of(&self, token: &UserToken, writes: bool) -> Result<(), Refusal> {
        let theirs = |named: &[Value], own: &str| named.iter().all(|named| named.as_str() == Some(own));
        if writes && self.activities.is_empty() && !self.of_an_award {
            return Err(Refusal::NotTheirs { what: "activity" });
        }
        if self.has_business_key {
            return Err(Refusal::NotTheirs { what: "business key" });
        }
        let named = !self.users.is_empty() || (!writes && !self.activities.is_empty());
        if !named || !theirs(&self.users, token.user_id.as_str()) {
            return Err(Refusal::NotTheirs { what: "user" });
        }
        if !theirs(&self.activities, token.activity_id.as_str()) {
            return Err(Refusal::NotTheirs { what: "activity" });
        }
        Ok(())
    }
}

/// Gives the request back if the token reaches all that it names.
pub(super) async fn check(app: &App, token: &UserToken, mut request: Request) -> Result<Request, Problem> {
    let mut named = Named::default();
    let matched = request.extensions().get::<MatchedPath>();
    let field = match matched.and_then(|path| path.as_str().split('/').nth(2)) {
        Some("users") => "user_id",
        Some("activities") => "activity_id",
        _ => "",
    };
    named.of_an_award = matched.is_some_and(|path| path.as_str().starts_with("/v1/awards/"));
    let of_a_draw = matched.is_some_and(|path| path.as_str().starts_with("/v1/draws/"));
    let unreadable = |text: String| Problem::from(Refusal::invalid("", text));
    let params = request.extract_parts::<RawPathParams>().await.map_err(|error| unreadable(error.body_text()))?;
    if let Some((_, id)) = params.iter().find(|(name, _)| *name == "id") {
        named.note(field, id.into());
        if named.of_an_award
            && let Ok(award_record_id) = id.parse::<AwardRecordId>()
            && let Some(activity_id) = app.activity_of_award(award_record_id, &token.user_id).await?
        {
            named.activities.push(activity_id.as_str().into());
        }
        if of_a_draw && let Ok(draw_id) = id.parse::<DrawId>() {
            let owner = app.owner_of_draw(draw_id).await?;
            named.users.push(owner.as_ref().map_or(Value::Null, |(user_id, _)| user_id.as_str().into()));
            named.activities.extend(owner.map(|(_, activity_id)| activity_id.as_str().into()));
        }
    }
    let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    for (name, text) in query.map_err(|error| unreadable(error.body_text()))?.0 {
        named.note(&name, text.into());
    }
    let writes = !request.method().is_safe();
    if writes {
        let (parts, body) = request.into_parts();
        let body = read_body(Request::from_parts(parts.clone(), body), &()).await?;
        if !body.is_empty()
            && let Value::Object(fields) = read_json::<Value>(&body)?
        {
            for (name, value) in fields {
                named.note(&name, value);
            }
        }
        request = Request::from_parts(parts, Body::from(body));
    }
    named.all_of(token, writes)?;
    Ok(request)
}
