//! Who may call a route: API keys as bearer tokens, and their scopes.

use std::collections::BTreeSet;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

use super::problem::Problem;
use crate::app::App;
use crate::domain::api_key::Scope;
use crate::domain::audit::Actor;
use crate::domain::principal::Principal;
use crate::domain::refusal::Refusal;
use crate::fault::Result;

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: anybody may call it.
    Public,
    /// An API key with this scope.
    Needs(Scope),
}

/// Lets a request through to its route if its caller has the scope. The route finds the caller among the extensions.
pub(super) async fn authorize(
    State((app, scope)): State<(App, Scope)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let caller = authenticate(&app, request.headers()).await?;
    if !caller.scopes().contains(&scope) {
        return Err(Refusal::Forbidden { scope }.into());
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Whom a request was let through for.
#[derive(Debug, Clone)]
pub(super) struct Caller(Principal);

impl Caller {
    /// Who the record of a change names.
    pub(super) fn actor(&self) -> Actor {
        self.0.actor.clone()
    }

    /// What the caller may do.
    pub(super) fn scopes(&self) -> &BTreeSet<Scope> {
        &self.0.scopes
    }

    /// The caller as those who give something away know it.
    pub(super) fn principal(&self) -> &Principal {
        &self.0
    }
}

async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Caller> {
    let secret = bearer(headers).ok_or(Refusal::Unauthenticated)?;
    Ok(Caller(app.authenticate(secret).await?.principal()))
}

/// The token of `Authorization: Bearer TOKEN`. Two such headers are none: nobody could say which one is meant.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_and_nothing_else() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().expect("a header"));
            }
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read(&["Bearer bm_x"]).as_deref(), Some("bm_x"));
        assert_eq!(read(&["bearer  bm_x"]).as_deref(), Some("bm_x"));
        for none in [&[] as &[&str], &["Basic bm_x"], &["Bearer"], &["Bearer "], &["bm_x"], &["Bearer a", "Bearer b"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }
}
