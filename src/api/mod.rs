//! HTTP in, HTTP out. No rules, no SQL. Every route on one page: [`routes`].

mod access;
mod activities;
mod assets;
mod audit;
mod behaviours;
mod campaigns;
mod coupons;
mod documents;
mod drafts;
mod draws;
mod extract;
mod goods;
mod guests;
mod health;
mod holds;
mod jobs;
mod keys;
mod known;
mod life;
mod lists;
mod observe;
mod openapi;
mod operations;
mod operators;
mod page;
mod points;
mod problem;
mod processes;
mod reach;
mod receipts;
mod recharges;
mod redemptions;
mod sessions;
mod settlements;
mod stories;
mod time;
mod tokens;
mod totals;
mod users;
mod winners;
mod workflows;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes as handler;

pub use access::Access;
pub use problem::{Code, Problem, ProblemFault};

use crate::app::{App, GuestRules};
use crate::domain::api_key::Scope;
use Access::{Needs, Public, SignedIn};
use Code::{
    ActivityEnded, ActivityNotOpen, ActivityNotStarted, ClaimExpired, Conflict, CsrfFailed, Forbidden,
    IdempotencyKeyMissing, InsufficientPoints, Internal, InvalidDocument, InvalidRequest, MalformedJson, NotFound,
    NotReady, PayloadTooLarge, QuotaExhausted, RequestReused, SecondPersonNeeded, SkuSoldOut, TooManyAttempts,
    TryAgain, Unauthenticated, UnsupportedMediaType, UserBlocked,
};
use Scope::{
    ActivitiesRead, AwardsWrite, BehavioursWrite, CampaignsWrite, DrawsWrite, KeysWrite, OperationsRead,
    OperationsWrite, OperatorsWrite, PointsWrite, RechargesWrite, RedemptionsWrite, TokensWrite, UsersRead,
};

/// What a JSON body can be refused for.
const BODY: [Code; 4] = [InvalidRequest, MalformedJson, PayloadTooLarge, UnsupportedMediaType];

/// Every route: method, path, who may call it, who answers, and what it can refuse beside what any route can.
#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "one page, a line for each route")]
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/v1/activities/{id}/draws", Needs(DrawsWrite), handler!(draws::draw)).refuses(&BODY)
            .refuses(&[IdempotencyKeyMissing, NotFound, ActivityNotOpen, ActivityNotStarted, ActivityEnded, UserBlocked, QuotaExhausted, RequestReused]).for_users(),
        Route::get("/v1/activities/{id}", Needs(ActivitiesRead), handler!(activities::activity)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::get("/v1/activities/{id}/awards", Needs(ActivitiesRead), handler!(activities::activity_awards)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::get("/v1/activities/{id}/tiers", Needs(ActivitiesRead), handler!(activities::activity_tiers)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::get("/v1/activities/{id}/quota", Needs(UsersRead), handler!(activities::activity_quota)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::get("/v1/activities/{id}/skus", Needs(ActivitiesRead), handler!(activities::activity_skus)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::get("/v1/activities/{id}/winners", Needs(ActivitiesRead), handler!(winners::winners)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::post("/v1/activities/{id}/recharges", Needs(RechargesWrite), handler!(recharges::recharge)).refuses(&BODY)
            .refuses(&[IdempotencyKeyMissing, NotFound, ActivityNotOpen, ActivityEnded, SkuSoldOut, RequestReused]),
        Route::get("/v1/stages", Needs(ActivitiesRead), handler!(life::stages)).refuses(&[InvalidRequest]),
        Route::get("/v1/users/{id}/draws", Needs(UsersRead), handler!(users::user_draws)).refuses(&[InvalidRequest]).for_users(),
        Route::get("/v1/users/{id}/awards", Needs(UsersRead), handler!(users::user_awards)).refuses(&[InvalidRequest]).for_users(),
        Route::get("/v1/users/{id}/points", Needs(UsersRead), handler!(users::user_points)).refuses(&[InvalidRequest]).for_users(),
        Route::post("/v1/awards/{id}/claim", Needs(AwardsWrite), handler!(goods::claim)).refuses(&BODY).refuses(&[NotFound, ClaimExpired, Conflict]).for_users(),
        Route::post("/v1/redemptions", Needs(RedemptionsWrite), handler!(redemptions::redeem)).refuses(&BODY)
            .refuses(&[IdempotencyKeyMissing, NotFound, ActivityNotOpen, ActivityNotStarted, ActivityEnded, SkuSoldOut, InsufficientPoints, RequestReused, Conflict]).for_users(),
        Route::post("/v1/redemptions/{id}/reverse", Needs(RedemptionsWrite), handler!(redemptions::reverse_redemption))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::get("/v1/redemptions/{id}", Needs(UsersRead), handler!(redemptions::redemption)).refuses(&[InvalidRequest, NotFound]),
        Route::get("/v1/users/{id}/redemptions", Needs(UsersRead), handler!(redemptions::user_redemptions)).refuses(&[InvalidRequest]).for_users(),
        Route::post("/v1/behaviours", Needs(BehavioursWrite), handler!(behaviours::report_behaviour)).refuses(&BODY)
            .refuses(&[NotFound, ActivityNotOpen, ActivityNotStarted, ActivityEnded, Conflict]).for_users(),
        Route::get("/v1/users/{id}/behaviours", Needs(UsersRead), handler!(behaviours::user_behaviours)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::post("/v1/users/{id}/points/earn", Needs(PointsWrite), handler!(points::earn_points)).refuses(&BODY)
            .refuses(&[IdempotencyKeyMissing, RequestReused]),
        Route::post("/v1/users/{id}/points/spend", Needs(PointsWrite), handler!(points::spend_points)).refuses(&BODY)
            .refuses(&[IdempotencyKeyMissing, InsufficientPoints, RequestReused]),
        Route::post("/v1/users/{id}/points/holds", Needs(PointsWrite), handler!(holds::hold_points)).refuses(&BODY)
            .refuses(&[IdempotencyKeyMissing, InsufficientPoints, RequestReused]),
        Route::get("/v1/users/{id}/points/holds/{hold}", Needs(UsersRead), handler!(holds::points_hold)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::post("/v1/users/{id}/points/holds/{hold}/capture", Needs(PointsWrite), handler!(holds::capture_hold))
            .refuses(&[InvalidRequest, IdempotencyKeyMissing, NotFound, PayloadTooLarge, Conflict, RequestReused]),
        Route::post("/v1/users/{id}/points/holds/{hold}/release", Needs(PointsWrite), handler!(holds::release_hold))
            .refuses(&[InvalidRequest, IdempotencyKeyMissing, NotFound, PayloadTooLarge, Conflict, RequestReused]),
        Route::post("/v1/users/{id}/points/transfers/{transfer}/reverse", Needs(PointsWrite), handler!(points::reverse_transfer))
            .refuses(&[InvalidRequest, IdempotencyKeyMissing, NotFound, PayloadTooLarge, Conflict, InsufficientPoints, RequestReused]),
        Route::get("/v1/draws/{id}/receipt", Needs(UsersRead), handler!(draws::receipt)).refuses(&[InvalidRequest, NotFound]).for_users(),
        Route::post("/v1/user-tokens", Needs(TokensWrite), handler!(tokens::give_token)).refuses(&BODY).refuses(&[NotFound]),

        Route::get("/admin/activities", Needs(OperationsRead), handler!(life::activities)),
        Route::post("/admin/activities/{id}/pause", Needs(CampaignsWrite), handler!(life::pause))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::post("/admin/activities/{id}/resume", Needs(CampaignsWrite), handler!(life::resume))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::post("/admin/activities/{id}/close", Needs(CampaignsWrite), handler!(life::close))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::get("/admin/activities/{id}/settlements", Needs(OperationsRead), handler!(settlements::settlements)).refuses(&[InvalidRequest, NotFound]),
        Route::post("/admin/activities/{id}/settlements/{day}/check", Needs(OperationsWrite), handler!(settlements::check_settlement))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge]).lasts(Time::Unlimited),
        Route::get("/admin/activities/{id}/report", Needs(OperationsRead), handler!(settlements::report)).refuses(&[InvalidRequest, NotFound, Conflict]),
        Route::put("/admin/activities/{id}/draft", Needs(CampaignsWrite), handler!(drafts::save_draft))
            .refuses(&[InvalidRequest, PayloadTooLarge, UnsupportedMediaType, InvalidDocument]).takes(BodySize::Document),
        Route::get("/admin/drafts", Needs(OperationsRead), handler!(drafts::drafts)).refuses(&[InvalidRequest]),
        Route::get("/admin/activities/{id}/draft", Needs(CampaignsWrite), handler!(drafts::get_draft)).refuses(&[InvalidRequest, NotFound]),
        Route::delete("/admin/activities/{id}/draft", Needs(CampaignsWrite), handler!(drafts::discard_draft))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::get("/admin/activities/{id}/documents", Needs(CampaignsWrite), handler!(campaigns::documents)).refuses(&[InvalidRequest]),
        Route::post("/admin/activities/{id}/publish", Needs(CampaignsWrite), handler!(campaigns::publish_draft))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, InvalidDocument, Conflict, SecondPersonNeeded]),
        Route::get("/admin/activities/{id}/versions", Needs(CampaignsWrite), handler!(campaigns::versions)).refuses(&[InvalidRequest, NotFound]),
        Route::get("/admin/activities/{id}/stock", Needs(OperationsRead), handler!(campaigns::stock)).refuses(&[InvalidRequest, NotFound]),
        Route::get("/admin/activities/{id}/totals", Needs(OperationsRead), handler!(totals::totals)).refuses(&[InvalidRequest, NotFound]),
        Route::get("/admin/activities/{id}/pace", Needs(OperationsRead), handler!(totals::pace)).refuses(&[InvalidRequest, NotFound]),
        Route::get("/admin/outbox/counts", Needs(OperationsRead), handler!(operations::outbox_counts)),
        Route::get("/admin/outbox", Needs(OperationsRead), handler!(operations::outbox)).refuses(&[InvalidRequest]),
        Route::post("/admin/outbox/{id}/redrive", Needs(OperationsWrite), handler!(operations::redrive))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::post("/admin/outbox/redrive", Needs(OperationsWrite), handler!(operations::redrive_dead)).refuses(&BODY),
        Route::get("/admin/jobs", Needs(OperationsRead), handler!(jobs::jobs)),
        Route::get("/admin/jobs/{name}", Needs(OperationsRead), handler!(jobs::job)).refuses(&[InvalidRequest, NotFound]),
        Route::post("/admin/jobs/{name}/run", Needs(OperationsWrite), handler!(jobs::run_job))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::post("/admin/jobs/{name}/pause", Needs(OperationsWrite), handler!(jobs::pause_job)).refuses(&[InvalidRequest, NotFound, PayloadTooLarge]),
        Route::post("/admin/jobs/{name}/resume", Needs(OperationsWrite), handler!(jobs::resume_job)).refuses(&[InvalidRequest, NotFound, PayloadTooLarge]),
        Route::get("/admin/processes", Needs(OperationsRead), handler!(processes::processes)),
        Route::get("/admin/cron", Needs(OperationsRead), handler!(jobs::fires)).refuses(&[InvalidRequest, NotFound]),
        Route::get("/admin/activities/{id}/lists/{list}", Needs(OperationsRead), handler!(lists::listed)).refuses(&[InvalidRequest, NotFound]),
        Route::put("/admin/activities/{id}/lists/{list}/{user}", Needs(OperationsWrite), handler!(lists::put_on_list)).refuses(&BODY).refuses(&[NotFound]),
        Route::delete("/admin/activities/{id}/lists/{list}/{user}", Needs(OperationsWrite), handler!(lists::take_off_list))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge]),
        Route::get("/admin/users", Needs(OperationsRead), handler!(known::users)).refuses(&[InvalidRequest]),
        Route::get("/admin/users/{id}/timeline", Needs(OperationsRead), handler!(stories::timeline)).refuses(&[InvalidRequest]),
        Route::get("/admin/draws/{id}", Needs(OperationsRead), handler!(stories::draw_story)).refuses(&[InvalidRequest, NotFound]),
        Route::post("/admin/outbox/{id}/cancel", Needs(OperationsWrite), handler!(operations::cancel)).refuses(&BODY).refuses(&[NotFound, Conflict]),
        Route::get("/admin/goods", Needs(OperationsRead), handler!(goods::goods)).refuses(&[InvalidRequest]),
        Route::post("/admin/goods/{id}/ship", Needs(OperationsWrite), handler!(goods::ship)).refuses(&BODY).refuses(&[NotFound, Conflict]),
        Route::get("/admin/coupon-pools", Needs(OperationsRead), handler!(coupons::pools)),
        Route::get("/admin/coupon-pools/{id}", Needs(OperationsRead), handler!(coupons::pool)).refuses(&[InvalidRequest, NotFound]),
        Route::post("/admin/coupon-pools/{id}/codes", Needs(OperationsWrite), handler!(coupons::load))
            .refuses(&[InvalidRequest, PayloadTooLarge, UnsupportedMediaType]).takes(BodySize::Codes).lasts(Time::Unlimited),
        Route::get("/admin/workflows", Needs(OperationsRead), handler!(workflows::workflows)).refuses(&[InvalidRequest]),
        Route::get("/admin/workflows/{id}", Needs(OperationsRead), handler!(workflows::workflow)).refuses(&[InvalidRequest, NotFound]),
        Route::post("/admin/workflows/{id}/retry", Needs(OperationsWrite), handler!(workflows::retry_workflow))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge, Conflict]),
        Route::get("/admin/reconciliation", Needs(OperationsRead), handler!(operations::reconciliation)).lasts(Time::Unlimited),
        Route::post("/admin/api-keys", Needs(KeysWrite), handler!(keys::create_api_key)).refuses(&BODY),
        Route::get("/admin/api-keys", Needs(KeysWrite), handler!(keys::api_keys)),
        Route::delete("/admin/api-keys/{id}", Needs(KeysWrite), handler!(keys::revoke_api_key))
            .refuses(&[InvalidRequest, NotFound, PayloadTooLarge]),
        Route::get("/admin/audit", Needs(OperationsRead), handler!(audit::changes)).refuses(&[InvalidRequest]),

        Route::post("/admin/session", Public, handler!(sessions::sign_in)).refuses(&BODY)
            .refuses(&[Unauthenticated, CsrfFailed, TooManyAttempts]),
        Route::get("/admin/session", Public, handler!(sessions::session)),
        Route::delete("/admin/session", SignedIn, handler!(sessions::sign_out)).refuses(&[InvalidRequest, PayloadTooLarge]),
        Route::post("/admin/session/password", SignedIn, handler!(sessions::replace_password)).refuses(&BODY)
            .refuses(&[TooManyAttempts]),
        Route::get("/admin/operators", Needs(OperatorsWrite), handler!(operators::operators)),
        Route::post("/admin/operators", Needs(OperatorsWrite), handler!(operators::add_operator)).refuses(&BODY).refuses(&[Conflict]),
        Route::patch("/admin/operators/{id}", Needs(OperatorsWrite), handler!(operators::change_operator)).refuses(&BODY)
            .refuses(&[NotFound, Conflict]),

        Route::post("/demo/guest", Public, handler!(guests::sign_guest_in)).refuses(&[NotFound, ActivityNotOpen, ActivityEnded, SkuSoldOut]),
    ]
    .into_iter()
    .chain(routes_of_workers())
    .chain([Route::get("/openapi.json", Public, handler!(health::openapi_json))])
    .collect()
}

/// Those that a process without a server answers as well.
fn routes_of_workers() -> [Route; 3] {
    [
        Route::get("/healthz", Public, handler!(health::healthz)),
        Route::get("/readyz", Public, handler!(health::readyz)).refuses(&[NotReady]),
        Route::get("/metrics", Needs(OperationsRead), handler!(health::metrics)),
    ]
}

/// One line of the page.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{id}` or `{name}` for what varies.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether end users may call it with a token, for themselves.
    pub users: bool,
    /// Every code it can refuse with.
    pub codes: Vec<Code>,
    body_size: BodySize,
    time: Time,
    handler: UtoipaMethodRouter<ApiState>,
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    /// `server.request_timeout_ms`
    Limited,
    /// As long as it takes: it reads all there is.
    Unlimited,
}

/// Which setting bounds a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodySize {
    /// `server.body_bytes_max`
    Request,
    /// `server.document_bytes_max`
    Document,
    /// `server.codes_bytes_max`
    Codes,
}

impl Route {
    fn get(path: &'static str, access: Access, handler: UtoipaMethodRouter<ApiState>) -> Self {
        Self::new(Method::GET, path, access, handler)
    }

    fn post(path: &'static str, access: Access, handler: UtoipaMethodRouter<ApiState>) -> Self {
        Self::new(Method::POST, path, access, handler)
    }

    fn put(path: &'static str, access: Access, handler: UtoipaMethodRouter<ApiState>) -> Self {
        Self::new(Method::PUT, path, access, handler)
    }

    fn patch(path: &'static str, access: Access, handler: UtoipaMethodRouter<ApiState>) -> Self {
        Self::new(Method::PATCH, path, access, handler)
    }

    fn delete(path: &'static str, access: Access, handler: UtoipaMethodRouter<ApiState>) -> Self {
        Self::new(Method::DELETE, path, access, handler)
    }

    /// Any route can break or take too long; one that needs a caller can miss it, and one that changes something can be called
    /// by a page of another origin.
    fn new(method: Method, path: &'static str, access: Access, handler: UtoipaMethodRouter<ApiState>) -> Self {
        let mut codes = vec![Internal, TryAgain];
        match access {
            Public => {}
            SignedIn => codes.push(Unauthenticated),
            Needs(_) => codes.extend([Unauthenticated, Forbidden]),
        }
        if access != Public && !method.is_safe() {
            codes.push(CsrfFailed);
        }
        codes.sort_unstable();
        let (body_size, time) = (BodySize::Request, Time::Limited);
        Self { method, path, access, users: false, codes, body_size, time, handler }
    }

    fn takes(self, body_size: BodySize) -> Self {
        Self { body_size, ..self }
    }

    /// Lets end users call it too, with tokens, for themselves. The request must name the user as `user_id` in the query or
    /// the body, or by `/v1/users/{id}`; a read may name the activity alone. See `reach.rs`.
    fn for_users(self) -> Self {
        Self { users: true, ..self }
    }

    fn lasts(self, time: Time) -> Self {
        Self { time, ..self }
    }

    fn refuses(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes);
        self.codes.sort_unstable();
        self
    }

    /// What the handler says of itself, with what the page says of it.
    fn into_handler(mut self) -> UtoipaMethodRouter<ApiState> {
        let (schemas, mut paths, methods) = std::mem::take(&mut self.handler);
        let item = paths.paths.get_mut(self.path);
        if let Some(operation) = item.and_then(|item| openapi::operation_mut(item, &self.method)) {
            openapi::complete(&self, operation);
        }
        (schemas, paths, methods)
    }
}

/// Where the jobs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    /// In this process: it is ready once they live.
    Here,
    /// In another one.
    Elsewhere,
}

/// What routes work with.
#[derive(Clone)]
pub struct ApiState {
    app: App,
    metrics: PrometheusHandle,
    workers: Workers,
    openapi: Bytes,
    guests: Option<Arc<GuestRules>>,
}

impl ApiState {
    /// Puts the state together. `metrics` is the handle of the recorder behind `/metrics`.
    pub fn new(app: App, metrics: PrometheusHandle, workers: Workers) -> Self {
        let openapi = openapi().to_json().expect("an OpenAPI document is JSON").into();
        Self { app, metrics, workers, openapi, guests: None }
    }

    /// Lets guests sign themselves in, as the demo does.
    #[must_use]
    pub fn with_guests(self, rules: GuestRules) -> Self {
        Self { guests: Some(Arc::new(rules)), ..self }
    }

    /// The product behind the routes.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The recorder behind `/metrics`.
    pub fn metrics(&self) -> &PrometheusHandle {
        &self.metrics
    }
}

impl FromRef<ApiState> for App {
    fn from_ref(state: &ApiState) -> Self {
        state.app.clone()
    }
}

/// Every route with everything around it.
pub fn router(state: ApiState) -> Router {
    assemble(state, routes())
}

/// What a process without a server answers, with everything around it: whether it lives, is ready, and how it does.
pub fn worker_router(state: ApiState) -> Router {
    assemble(state, routes_of_workers())
}

fn assemble(state: ApiState, page: impl IntoIterator<Item = Route>) -> Router {
    let server = &state.app.config().server;
    let time_max = Duration::from_millis(server.request_timeout_ms);
    let mut router = OpenApiRouter::new();
    for route in page {
        let (access, time) = (route.access, route.time);
        let guard = access::Guard { app: state.app.clone(), access, for_users: route.users };
        let bytes_max = match route.body_size {
            BodySize::Request => server.body_bytes_max,
            BodySize::Document => server.document_bytes_max,
            BodySize::Codes => server.codes_bytes_max,
        };
        let (schemas, paths, methods) = route.into_handler();
        let methods = match access {
            Public => methods,
            SignedIn | Needs(_) => methods.route_layer(from_fn_with_state(guard, access::authorize)),
        };
        let methods = match time {
            Time::Limited => methods.route_layer(from_fn_with_state(time_max, observe::limit_time)),
            Time::Unlimited => methods,
        };
        router = router.routes((schemas, paths, methods.route_layer(DefaultBodyLimit::max(bytes_max))));
    }
    let (router, _) = router.split_for_parts();
    router
        .merge(assets::pages())
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(observe::answer_panic))
        .layer(from_fn_with_state(state.app.clone(), observe::observe))
        .with_state(state)
}

/// The OpenAPI document of all routes.
pub fn openapi() -> OpenApi {
    let router = OpenApiRouter::with_openapi(openapi::base());
    routes().into_iter().fold(router, |router, route| router.routes(route.into_handler())).into_openapi()
}

async fn no_route() -> Problem {
    Problem::new(NotFound, "there is no such route; /openapi.json lists those there are")
}

async fn no_method() -> Problem {
    Problem::new(Code::MethodNotAllowed, "this route does not take this method; the Allow header names those it takes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_page_says_what_its_handler_says() {
        for mut route in routes() {
            let (method, path) = (route.method.clone(), route.path);
            let paths: Vec<_> = route.handler.1.paths.keys().cloned().collect();
            assert_eq!(paths, [path]);
            let item = route.handler.1.paths.get_mut(path).expect("just seen");
            assert!(openapi::operation_mut(item, &method).is_some(), "{path} does not answer {method}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_a_summary() {
        let mut names = std::collections::BTreeSet::new();
        for mut route in routes() {
            let item = route.handler.1.paths.get_mut(route.path).expect("as on the page");
            let operation = openapi::operation_mut(item, &route.method).expect("as on the page");
            assert!(names.insert(operation.operation_id.clone().expect("a name")), "{:?}", operation.operation_id);
            assert!(operation.summary.is_some() && operation.description.is_some(), "{:?}", operation.operation_id);
        }
    }
}
