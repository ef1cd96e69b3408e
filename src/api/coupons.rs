//! Pools of coupon codes.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::extract::{Faults, PathText, media_type, read_body, wrong_media_type};
use super::page::Items;
use super::problem::Problem;
use crate::app::{App, CodesLoaded, CouponPoolView};
use crate::domain::coupon::{self, CouponCode};
use crate::domain::id::Name;
use crate::fault::Fault;

/// A pool of codes, and what may be asked of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouponPoolBody {
    /// Its name, as documents use it.
    #[schema(example = "payment")]
    pool: String,
    /// Codes ever loaded.
    total: u64,
    /// Codes that belong to awards.
    taken: u64,
    /// Codes that nobody has.
    left: u64,
    /// Awards that were promised and wait for their codes.
    promised: u64,
    /// Codes that documents in force may still promise; null where an award without stock uses the pool.
    #[schema(required)]
    can_still_be_won: Option<u64>,
    /// Codes to load so that no winner waits; null where no number is enough.
    #[schema(required)]
    shortage: Option<u64>,
}

impl From<CouponPoolView> for CouponPoolBody {
    fn from(view: CouponPoolView) -> Self {
        Self {
            shortage: view.shortage(),
            total: view.pool.total,
            taken: view.pool.taken,
            left: view.pool.left(),
            pool: view.pool.pool.to_string(),
            promised: view.promised,
            can_still_be_won: view.can_still_be_won,
        }
    }
}

/// What became of a file of codes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CodesLoadedBody {
    /// Codes that were new.
    added: u64,
    /// Codes that the pool had already.
    repeated: u64,
    /// Codes that nobody has.
    left: u64,
}

impl From<CodesLoaded> for CodesLoadedBody {
    fn from(loaded: CodesLoaded) -> Self {
        Self { added: loaded.added, repeated: loaded.repeated, left: loaded.left }
    }
}

/// List coupon pools
///
/// Every pool that has codes or that a document in force names, with what it owes and what may still be won from it.
#[utoipa::path(
    get,
    path = "/admin/coupon-pools",
    tag = "operations",
    responses((status = 200, description = "The pools.", body = Items<CouponPoolBody>)),
)]
pub(super) async fn pools(State(app): State<App>) -> Result<Json<Items<CouponPoolBody>>, Problem> {
    let views = app.coupon_pools().await?;
    Ok(Json(Items { items: views.into_iter().map(Into::into).collect() }))
}

/// Get a coupon pool
///
/// With what it owes and what may still be won from it.
#[utoipa::path(
    get,
    path = "/admin/coupon-pools/{id}",
    tag = "operations",
    params(("id" = String, Path, description = "The pool.")),
    responses((status = 200, description = "The pool.", body = CouponPoolBody)),
)]
pub(super) async fn pool(State(app): State<App>, PathText(id): PathText) -> Result<Json<CouponPoolBody>, Problem> {
    Ok(Json(app.coupon_pool(&read_pool(&id)?).await?.into()))
}

/// Load coupon codes
///
/// The body is CSV with one column, with or without the header `code`, at most a million codes. All lines are good, or none is
/// taken. Codes that the pool has already change nothing, so a file can simply be sent again.
#[utoipa::path(
    post,
    path = "/admin/coupon-pools/{id}/codes",
    tag = "operations",
    params(("id" = String, Path, description = "The pool; it begins with its first codes.")),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "What became of them.", body = CodesLoadedBody)),
)]
pub(super) async fn load(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathText(id): PathText,
    request: Request,
) -> Result<Json<CodesLoadedBody>, Problem> {
    let pool = read_pool(&id)?;
    let given = media_type(request.headers());
    if given.as_deref() != Some("text/csv") {
        return Err(wrong_media_type(given.as_deref(), "text/csv"));
    }
    let codes = read_codes(read_body(request, &()).await?).await?;
    Ok(Json(app.load_codes(&caller.actor(), &pool, &codes).await?.into()))
}

fn read_pool(id: &str) -> Result<Name, Problem> {
    let mut faults = Faults::default();
    faults.read("id", id).ok_or_else(|| faults.refuse())
}

/// A million lines take a while to read: not on a thread that answers others.
async fn read_codes(body: Bytes) -> Result<Vec<CouponCode>, Problem> {
    let read = tokio::task::spawn_blocking(move || coupon::read_codes(&body)).await;
    let read = read.map_err(Fault::doing("read a file of codes")).map_err(crate::fault::Error::from)?;
    read.map_err(|found| {
        let mut faults = Faults::default();
        for fault in found {
            faults.add(&format!("line {}", fault.line), fault.message);
        }
        faults.refuse()
    })
}
