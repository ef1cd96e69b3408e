//! Who may call a route: API keys and end users by bearer tokens, operators by a cookie.

use std::collections::BTreeSet;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use cookie::Cookie;

use super::problem::Problem;
use super::reach;
use crate::app::{App, csrf_fits, looks_like_a_token};
use crate::domain::api_key::Scope;
use crate::domain::audit::Actor;
use crate::domain::operator::Session;
use crate::domain::principal::Principal;
use crate::domain::refusal::Refusal;
use crate::domain::user_token::UserToken;
use crate::fault::{Error, Result};

/// Name of the cookie that holds a session's token.
pub(super) const COOKIE: &str = "bm_session";
/// Its name where cookies are secure: browsers take one of such a name over TLS only, from this very host, for all of its paths. So no
/// neighbouring host, and nobody on the way, can put a session of theirs in its place.
const SECURE_COOKIE: &str = "__Host-bm_session";
/// Name of the header with which a page shows that it is ours.
pub(super) const CSRF_HEADER: &str = "x-csrf-token";
/// In which browsers say whether a page of this origin sent the request.
const FETCH_SITE: &str = "sec-fetch-site";

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: anybody may call it.
    Public,
    /// An operator's session, whatever the role: it is about the session itself.
    SignedIn,
    /// An API key, or an operator whose role has this scope.
    Needs(Scope),
}

/// What stands before a route.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) app: App,
    pub(super) access: Access,
    /// Whether end users may call it, for themselves.
    pub(super) for_users: bool,
}

/// Lets a request through to its route if its caller may call it. The route finds the [`Caller`] among the extensions, and
/// where the caller signed in, the [`SignedIn`].
pub(super) async fn authorize(
    State(guard): State<Guard>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (caller, signed_in) = authenticate(&guard.app, request.headers(), request.method(), request.uri()).await?;
    match (guard.access, &caller.user) {
        (Access::SignedIn, _) if signed_in.is_none() => return Err(Refusal::Unauthenticated.into()),
        (Access::Needs(_), Some(token)) if guard.for_users => {
            request = reach::check(&guard.app, token, request).await?;
        }
        (Access::Needs(scope), _) if !caller.scopes().contains(&scope) => {
            return Err(Refusal::Forbidden { scope }.into());
        }
        (Access::Public | Access::SignedIn | Access::Needs(_), _) => {}
    }
    if let Some(signed_in) = signed_in {
        request.extensions_mut().insert(signed_in);
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Whom a request was let through for.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    principal: Principal,
    user: Option<UserToken>,
}

impl Caller {
    /// Who the record of a change names.
    pub(super) fn actor(&self) -> Actor {
        self.principal.actor.clone()
    }

    /// What the caller may do. End users have no scopes: they may call the routes that are marked for them.
    pub(super) fn scopes(&self) -> &BTreeSet<Scope> {
        &self.principal.scopes
    }

    /// The caller as those who give something away know it.
    pub(super) fn principal(&self) -> &Principal {
        &self.principal
    }
}

impl From<Principal> for Caller {
    fn from(principal: Principal) -> Self {
        Self { principal, user: None }
    }
}

impl From<UserToken> for Caller {
    fn from(token: UserToken) -> Self {
        let actor = Actor::User(token.user_id.clone());
        let principal = Principal { actor, name: token.user_id.to_string(), scopes: BTreeSet::new() };
        Self { principal, user: Some(token) }
    }
}

/// The session a request came with.
#[derive(Clone)]
pub(super) struct SignedIn {
    /// The session.
    pub(super) session: Session,
    /// What its cookie holds.
    pub(super) token: String,
}

/// What the cookie of a session is called here.
pub(super) fn cookie_name(app: &App) -> &'static str {
    if app.config().operators.secure_cookies { SECURE_COOKIE } else { COOKIE }
}

/// Finds out who calls. Where there is an `Authorization` header, it alone counts: it was sent on purpose, a cookie is sent by
/// browsers whether or not anybody meant it.
async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    method: &Method,
    uri: &Uri,
) -> Result<(Caller, Option<SignedIn>)> {
    if headers.contains_key(header::AUTHORIZATION) {
        let credential = bearer(headers).ok_or(Refusal::Unauthenticated)?;
        let caller = if looks_like_a_token(credential) {
            app.read_token(credential).await?.into()
        } else {
            app.authenticate(credential).await?.principal().into()
        };
        return Ok((caller, None));
    }
    let token = session_token(headers, cookie_name(app)).ok_or(Refusal::Unauthenticated)?;
    let session = app.session(&token).await?;
    if !method.is_safe() {
        check_origin(headers, uri)?;
        let sent = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !csrf_fits(&token, sent) {
            let message = "send the csrf_token of GET /admin/session as X-CSRF-Token";
            return Err(Refusal::CsrfFailed { message }.into());
        }
    }
    Ok((session.operator.principal().into(), Some(SignedIn { session, token })))
}

/// The session that a request came with; nothing where it came with none, or with one that ended. A request with an `Authorization`
/// header has none, as everywhere.
pub(super) async fn current_session(app: &App, headers: &HeaderMap) -> Result<Option<SignedIn>> {
    if headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let Some(token) = session_token(headers, cookie_name(app)) else { return Ok(None) };
    match app.session(&token).await {
        Ok(session) => Ok(Some(SignedIn { session, token })),
        Err(Error::Refusal(Refusal::Unauthenticated)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Refuses what a page of another origin sent, as far as the browser says.
pub(super) fn check_origin(headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
    let foreign = Refusal::CsrfFailed { message: "a page of another origin sent this; send it from this server's own" };
    if headers.get_all(FETCH_SITE).iter().any(|site| site != "same-origin") {
        return Err(foreign);
    }
    // A proxy may have ended TLS before us, so the scheme is not compared.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).or(uri.authority().map(Authority::as_str));
    let same = |origin: &header::HeaderValue| {
        let authority = origin.to_str().ok().and_then(|origin| Some(origin.split_once("://")?.1));
        matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
    };
    if headers.get_all(header::ORIGIN).iter().all(same) { Ok(()) } else { Err(foreign) }
}

/// The token of `Authorization: Bearer TOKEN`. Two such headers are none: nobody could say which one is meant.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// The session's token among the cookies. Two are none, as above.
fn session_token(headers: &HeaderMap, name: &str) -> Option<String> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut tokens = texts.flat_map(Cookie::split_parse).flatten().filter(|cookie| cookie.name() == name);
    let (token, None) = (tokens.next()?, tokens.next()) else { return None };
    Some(token.value().to_owned()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn a_bearer_token_is_read_and_nothing_else() {
        let read = |values: &[&str]| {
            let pairs: Vec<_> = values.iter().map(|value| (header::AUTHORIZATION, *value)).collect();
            bearer(&headers(&pairs)).map(str::to_owned)
        };
        assert_eq!(read(&["Bearer bm_x"]).as_deref(), Some("bm_x"));
        assert_eq!(read(&["bearer  bm_x"]).as_deref(), Some("bm_x"));
        for none in [&[] as &[&str], &["Basic bm_x"], &["Bearer"], &["Bearer "], &["bm_x"], &["Bearer a", "Bearer b"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_session_s_token_is_found_among_cookies_where_there_is_one() {
        let read = |values: &[&str]| {
            let pairs: Vec<_> = values.iter().map(|value| (header::COOKIE, *value)).collect();
            session_token(&headers(&pairs), COOKIE)
        };
        assert_eq!(read(&["a=b; bm_session=x; c=d"]).as_deref(), Some("x"));
        assert_eq!(read(&["a=b", "bm_session=x"]).as_deref(), Some("x"));
        for none in [&[] as &[&str], &["bm_session="], &["bm_sessions=x"], &["bm_session=x; bm_session=y"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }

    #[test]
    fn pages_of_other_origins_are_told_apart_where_browsers_say() {
        let same = |origin: Option<&str>, site: Option<&str>| {
            let mut pairs = vec![(header::HOST, "market.example:8080")];
            pairs.extend(origin.map(|origin| (header::ORIGIN, origin)));
            pairs.extend(site.map(|site| (HeaderName::from_static(FETCH_SITE), site)));
            check_origin(&headers(&pairs), &Uri::from_static("/admin/session")).is_ok()
        };
        assert!(same(None, None) && same(None, Some("same-origin")));
        assert!(same(Some("https://market.example:8080"), Some("same-origin")));
        assert!(same(Some("http://Market.example:8080"), None));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!same(None, Some(site)), "{site}");
        }
        for origin in
            ["null", "https://market.example", "https://evil.example", "https://market.example:8080.evil.example"]
        {
            assert!(!same(Some(origin), None) && !same(Some(origin), Some("same-origin")), "{origin}");
        }
    }
}
