//! The OpenAPI document: what handlers say of themselves, with what the page of routes adds.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HeaderBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, Schema, Tag,
};

use super::Route;
use super::access::{self, Access};
use super::documents;
use super::problem::{Code, Problem};
use crate::domain::story::TimelineKind;

/// Name of the security scheme of API keys.
const BEARER: &str = "api_key";
/// Name of the security scheme of operators who signed in.
const SESSION: &str = "session";
/// Name of the security scheme of end users.
const USER_TOKEN: &str = "user_token";

const ABOUT: &str = "Draws for a business's users: every prize reaches its winner exactly once. Writes that draw or \
    grant take an Idempotency-Key, and a repeat gives the first answer. Every answer that is not 2xx is an RFC 9457 \
    problem with a stable code.";

/// What is the same for all routes.
pub(super) fn base() -> OpenApi {
    let bearer =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key with the route's scope."));
    let cookie = ApiKeyValue::with_description(
        access::COOKIE,
        "The cookie of POST /admin/session, by another name where cookies are secure. Whatever changes something also needs its \
         csrf_token as X-CSRF-Token.",
    );
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let token = token.description(Some("A token of POST /v1/user-tokens, good for one user in one activity."));
    let mut problem_parts = Vec::new();
    Problem::schemas(&mut problem_parts);
    let components = ComponentsBuilder::new()
        .security_scheme(BEARER, SecurityScheme::Http(bearer.build()))
        .security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme(USER_TOKEN, SecurityScheme::Http(token.build()))
        .schemas_from_iter(documents::schemas())
        .schemas_from_iter(problem_parts)
        .schema(Problem::name(), <Problem as utoipa::PartialSchema>::schema())
        // No body has it: only a parameter.
        .schema(TimelineKind::name(), <TimelineKind as utoipa::PartialSchema>::schema());
    let mut info = Info::new("big-market", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.into());
    OpenApiBuilder::new().info(info).components(Some(components.build())).tags(Some(tags())).build()
}

fn tags() -> Vec<Tag> {
    let about = [
        ("draws", "Drawing, and the proof of a draw."),
        ("recharges", "Granting draws."),
        ("redemptions", "Exchanging points for draws."),
        ("behaviours", "What users do beside drawing, and what it earns."),
        ("activities", "What may be seen of activities."),
        ("users", "What a user drew, won and holds."),
        ("points", "Earning, spending, setting aside and taking back points."),
        ("campaigns", "Campaign documents."),
        ("operations", "What operators look at and repair."),
        ("keys", "API keys."),
        ("operators", "People: signing in, and who may do what."),
        ("tokens", "Tokens of end users."),
        ("health", "What machines ask."),
    ];
    let tag = |(name, text): (&str, &str)| {
        let mut tag = Tag::new(name);
        tag.description = Some(text.into());
        tag
    };
    about.map(tag).into()
}

/// Adds to a route's operation what its line on the page says: scope and refusals.
pub(super) fn complete(route: &Route, operation: &mut Operation) {
    let schemes: &[&str] = match (route.access, route.users) {
        (Access::Public, _) => &[],
        (Access::SignedIn, _) => &[SESSION],
        (Access::Needs(_), false) => &[BEARER, SESSION],
        (Access::Needs(_), true) => &[BEARER, SESSION, USER_TOKEN],
    };
    if !schemes.is_empty() {
        operation.security = Some(schemes.iter().map(|scheme| SecurityRequirement::new(*scheme, [""; 0])).collect());
    }
    if let Access::Needs(scope) = route.access {
        let text = operation.description.take().unwrap_or_default();
        let users = if route.users { " End users may call it for themselves, with a token." } else { "" };
        operation.description = Some(format!("{text}\n\nNeeds the scope `{scope}`.{users}").trim_start().to_owned());
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in &route.codes {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    for (status, codes) in by_status {
        operation.responses.responses.insert(status.to_string(), RefOr::T(refusal(status, &codes)));
    }
}

fn refusal(status: u16, codes: &[Code]) -> Response {
    let lines: Vec<_> = codes.iter().map(|code| format!("`{code}`: {}.", code.title())).collect();
    let schema = RefOr::<Schema>::Ref(Ref::from_schema_name(Problem::name()));
    let response = ResponseBuilder::new()
        .description(lines.join("\n"))
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build());
    let header = |text: &str| HeaderBuilder::new().description(Some(text)).build();
    let response = match StatusCode::from_u16(status) {
        Ok(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            response.header("WWW-Authenticate", header("The challenge, as RFC 6750 has it."))
        }
        Ok(StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) => {
            response.header("Retry-After", header("Seconds to wait."))
        }
        _ => response,
    };
    response.build()
}

/// The operation of a method.
pub(super) fn operation_mut<'a>(item: &'a mut PathItem, method: &Method) -> Option<&'a mut Operation> {
    match *method {
        Method::GET => item.get.as_mut(),
        Method::POST => item.post.as_mut(),
        Method::PUT => item.put.as_mut(),
        Method::PATCH => item.patch.as_mut(),
        Method::DELETE => item.delete.as_mut(),
        _ => None,
    }
}
