//! Operators: who they are and what they may do.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, JsonBody, PathText};
use super::page::Items;
use super::problem::Problem;
use super::sessions::read_password;
use super::time::Time;
use crate::app::{App, OperatorChange};
use crate::domain::id::OperatorId;
use crate::domain::operator::{Operator, OperatorName, Role};

/// A wish for an operator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OperatorWish {
    /// What they are called: 1 to 64 printable characters. Upper and lower case are the same name.
    #[schema(example = "grace", min_length = 1, max_length = 64)]
    name: String,
    /// What they may do.
    #[schema(value_type = Role)]
    role: String,
    /// What they sign in with: 12 to 128 characters.
    #[schema(format = Password, min_length = 12, max_length = 128)]
    password: String,
}

/// What is to be different about an operator: at least one of these.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OperatorChangeWish {
    /// What they may do.
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    /// Whether they may no longer sign in. Ends their sessions.
    disabled: Option<bool>,
    /// What they sign in with: 12 to 128 characters. Ends their sessions and their lock.
    #[schema(format = Password, min_length = 12, max_length = 128)]
    password: Option<String>,
}

/// A person who runs campaigns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperatorBody {
    /// The operator.
    #[schema(example = "oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// What they are called.
    name: String,
    /// What they may do.
    role: Role,
    /// When they were added.
    created_at: Time,
    /// Since when they may not sign in; null while they may.
    #[schema(required)]
    disabled_at: Option<Time>,
    /// Until when no password is looked at, because of too many wrong ones; null where none is locked out.
    #[schema(required)]
    locked_until: Option<Time>,
}

impl From<Operator> for OperatorBody {
    fn from(operator: Operator) -> Self {
        Self {
            id: operator.operator_id.to_string(),
            name: operator.name.to_string(),
            role: operator.role,
            created_at: Time(operator.created_at),
            disabled_at: operator.disabled_at.map(Time),
            locked_until: operator.locked_until.map(Time),
        }
    }
}

/// List operators
///
/// Oldest first.
#[utoipa::path(
    get,
    path = "/admin/operators",
    tag = "operators",
    responses((status = 200, description = "The operators.", body = Items<OperatorBody>)),
)]
pub(super) async fn operators(State(app): State<App>) -> Result<Json<Items<OperatorBody>>, Problem> {
    let operators = app.operators().await?;
    Ok(Json(Items { items: operators.into_iter().map(Into::into).collect() }))
}

/// Add an operator
///
/// Nobody gives a role that may do more than the caller may. A name that somebody has is a conflict.
#[utoipa::path(
    post,
    path = "/admin/operators",
    tag = "operators",
    request_body = OperatorWish,
    responses((status = 201, description = "Added.", body = OperatorBody)),
)]
pub(super) async fn add_operator(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    JsonBody(wish): JsonBody<OperatorWish>,
) -> Result<(StatusCode, Json<OperatorBody>), Problem> {
    let mut faults = Faults::default();
    let name = OperatorName::new(&wish.name).map_err(|error| faults.add("name", error.to_string())).ok();
    let read = (name, faults.read::<Role>("role", &wish.role), read_password(&mut faults, "password", &wish.password));
    let (Some(name), Some(role), Some(password)) = read else { return Err(faults.refuse()) };
    let operator = app.add_operator(caller.principal(), name, role, &password).await?;
    Ok((StatusCode::CREATED, Json(operator.into())))
}

/// Change an operator
///
/// Gives another role or password, or lets them sign in or not. Nobody changes an operator who may do more than the caller
/// may. The last admin who may sign in stays one. A repeat changes nothing more.
#[utoipa::path(
    patch,
    path = "/admin/operators/{id}",
    tag = "operators",
    params(("id" = String, Path, description = "The operator.")),
    request_body = OperatorChangeWish,
    responses((status = 200, description = "As the operator is since.", body = OperatorBody)),
)]
pub(super) async fn change_operator(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    JsonBody(wish): JsonBody<OperatorChangeWish>,
) -> Result<Json<OperatorBody>, Problem> {
    let mut faults = Faults::default();
    let operator_id = faults.read::<OperatorId>("id", &id);
    let role = wish.role.as_deref().and_then(|role| faults.read::<Role>("role", role));
    let password = wish.password.as_deref().and_then(|password| read_password(&mut faults, "password", password));
    if wish.role.is_none() && wish.disabled.is_none() && wish.password.is_none() {
        faults.add("", "changes nothing; give role, disabled or password");
    }
    let (Some(operator_id), true) = (operator_id, faults.is_empty()) else { return Err(faults.refuse()) };
    let change = OperatorChange { role, disabled: wish.disabled, password };
    Ok(Json(app.change_operator(caller.principal(), operator_id, &change).await?.into()))
}
