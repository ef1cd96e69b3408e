//! Signing in and out.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use cookie::{Cookie, SameSite, time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{SignedIn, check_origin, cookie_name, current_session};
use super::extract::{Faults, JsonBody, NoBody};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, csrf_token};
use crate::domain::calendar::Timestamp;
use crate::domain::operator::{Operator, Password, Role};

/// A wish to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInWish {
    /// The operator's name; upper and lower case are the same.
    #[schema(example = "admin")]
    name: String,
    /// The operator's password.
    #[schema(format = Password)]
    password: String,
}

/// A wish for another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordWish {
    /// The password until now.
    #[schema(format = Password)]
    password: String,
    /// The password from now on: 12 to 128 characters.
    #[schema(format = Password, min_length = 12, max_length = 128)]
    new_password: String,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionBody {
    /// Who signed in.
    operator: SessionOperatorBody,
    /// Send it as `X-CSRF-Token` with everything that changes something.
    csrf_token: String,
    /// When the session ends, used or not.
    expires_at: Time,
}

/// The session a request came with, where it came with one.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct CurrentSessionBody {
    /// Who signed in; null where nobody did, or the session has ended. The rest is null with it.
    #[schema(required)]
    operator: Option<SessionOperatorBody>,
    /// Send it as `X-CSRF-Token` with everything that changes something.
    #[schema(required)]
    csrf_token: Option<String>,
    /// When the session ends, used or not.
    #[schema(required)]
    expires_at: Option<Time>,
}

impl From<SessionBody> for CurrentSessionBody {
    fn from(SessionBody { operator, csrf_token, expires_at }: SessionBody) -> Self {
        Self { operator: Some(operator), csrf_token: Some(csrf_token), expires_at: Some(expires_at) }
    }
}

/// Who signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionOperatorBody {
    /// The operator.
    #[schema(example = "oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// What they are called.
    name: String,
    /// What they may do.
    role: Role,
}

impl SessionBody {
    fn of(operator: &Operator, token: &str, expires_at: Timestamp) -> Self {
        let (id, name) = (operator.operator_id.to_string(), operator.name.to_string());
        let operator = SessionOperatorBody { id, name, role: operator.role };
        Self { operator, csrf_token: csrf_token(token), expires_at: Time(expires_at) }
    }
}

/// The cookie that holds a session's token for so many seconds; none make the browser forget it.
fn set_cookie(app: &App, token: &str, seconds: u32) -> HeaderValue {
    let cookie = Cookie::build((cookie_name(app), token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.config().operators.secure_cookies)
        .max_age(time::Duration::seconds(seconds.into()));
    HeaderValue::try_from(cookie.to_string()).expect("base64 and fixed words are a header value")
}

/// Sign in
///
/// Begins a session and sets its cookie. Wrong passwords in a row lock the name for a while, each further one for longer;
/// nothing tells whether the name is known.
#[utoipa::path(
    post,
    path = "/admin/session",
    tag = "operators",
    request_body = SignInWish,
    responses((
        status = 201,
        description = "Signed in.",
        body = SessionBody,
        headers(("Set-Cookie" = String, description = "`bm_session`, or `__Host-bm_session` where cookies are secure: `HttpOnly`, `SameSite=Strict`."))
    )),
)]
pub(super) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    JsonBody(wish): JsonBody<SignInWish>,
) -> Result<Response, Problem> {
    check_origin(&headers, &uri)?;
    let signed_in = app.sign_in(&wish.name, &wish.password).await?;
    let body = SessionBody::of(&signed_in.operator, &signed_in.token, signed_in.expires_at);
    let cookie = set_cookie(&app, &signed_in.token, app.config().operators.session_seconds);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

/// Who is signed in
///
/// The operator of the session, with the token that changes need. That nobody is signed in is an answer, no refusal: a page asks this
/// before it knows.
#[utoipa::path(
    get,
    path = "/admin/session",
    tag = "operators",
    responses((status = 200, description = "The session, or none.", body = CurrentSessionBody)),
)]
pub(super) async fn session(State(app): State<App>, headers: HeaderMap) -> Result<Json<CurrentSessionBody>, Problem> {
    let Some(SignedIn { session, token }) = current_session(&app, &headers).await? else {
        return Ok(Json(CurrentSessionBody::default()));
    };
    Ok(Json(SessionBody::of(&session.operator, &token, session.expires_at).into()))
}

/// Sign out
///
/// Ends the session and takes its cookie back.
#[utoipa::path(
    delete,
    path = "/admin/session",
    tag = "operators",
    responses((
        status = 204,
        description = "Signed out.",
        headers(("Set-Cookie" = String, description = "Makes the browser forget the cookie."))
    )),
)]
pub(super) async fn sign_out(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    NoBody: NoBody,
) -> Result<Response, Problem> {
    app.sign_out(&signed_in.session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(&app, "", 0))]).into_response())
}

/// Change one's own password
///
/// Ends all other sessions of the operator. Wrong passwords count as at signing in.
#[utoipa::path(
    post,
    path = "/admin/session/password",
    tag = "operators",
    request_body = PasswordWish,
    responses((status = 204, description = "Changed.")),
)]
pub(super) async fn replace_password(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    JsonBody(wish): JsonBody<PasswordWish>,
) -> Result<StatusCode, Problem> {
    let mut faults = Faults::default();
    let Some(new) = read_password(&mut faults, "new_password", &wish.new_password) else { return Err(faults.refuse()) };
    app.replace_password(&signed_in.session, &wish.password, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a password that is to be kept, or notes why it cannot be.
pub(super) fn read_password(faults: &mut Faults, field: &str, text: &str) -> Option<Password> {
    Password::new(text).map_err(|error| faults.add(field, error.to_string())).ok()
}
