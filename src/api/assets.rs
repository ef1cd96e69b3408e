//! The draw page and the console: files of `web/`, embedded when the binary is built.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::extract::PathText;
use super::problem::{Code, Problem};
use super::{ApiState, no_route};
use crate::app::App;

/// One file as `web/` built it.
struct Asset {
    path: &'static str,
    plain: &'static [u8],
    /// The same, compressed, where that makes it smaller.
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

// `ASSETS`, ascending by path; empty where the pages were not built. Written by build.rs.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What `/` and `/console` say where the pages are not in the binary.
const NOT_BUILT: &str = "The pages are not in this binary: install Node.js 20.19 or newer, run `make run` again, and reload; \
                         the API works without them and is described at /openapi.json.\n";
/// What a page holds in the place of the nonce for styles that its scripts make.
const NONCE_PLACE: &str = "__STYLE_NONCE__";
/// What the draw page holds in the place of whether guests can sign in: so it asks for that only where it can be had.
const GUESTS_PLACE: &str = "__GUESTS__";
/// Bytes of chance in a nonce.
const NONCE_BYTES: usize = 16;
/// Names of hashed files never change their meaning.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The routes of the pages. They are for people, so the OpenAPI document leaves them out.
pub(super) fn pages() -> Router<ApiState> {
    Router::new()
        .route("/", get(draw_page))
        .route("/console", get(console))
        .route("/console/{*rest}", get(console))
        .route("/assets/{*path}", get(asset))
}

async fn draw_page(State(state): State<ApiState>) -> Response {
    let guests = if state.guests.is_some() { "yes" } else { "no" };
    page("index.html", (GUESTS_PLACE, guests), None)
}

async fn console(State(app): State<App>) -> Response {
    let mut bytes = [0; NONCE_BYTES];
    app.sources().chance.fill(&mut bytes);
    let nonce = URL_SAFE_NO_PAD.encode(bytes);
    page("console.html", (NONCE_PLACE, &nonce), Some(&nonce))
}

/// A hashed file. Whoever has it once never asks again.
async fn asset(headers: HeaderMap, PathText(path): PathText) -> Response {
    let Some(asset) = find(&format!("assets/{path}")) else { return no_route().await.into_response() };
    let accepts = |coding| accepts(&headers, coding);
    let (bytes, coding) = match (asset.brotli, asset.gzip) {
        (Some(bytes), _) if accepts("br") => (bytes, Some("br")),
        (_, Some(bytes)) if accepts("gzip") => (bytes, Some("gzip")),
        _ => (asset.plain, None),
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(asset.path)));
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// A page with the one place in it filled, and with the policy that keeps everything foreign out of it. Styles that its scripts make need
/// the nonce, where it has one.
fn page(path: &str, (place, value): (&str, &str), style_nonce: Option<&str>) -> Response {
    let Some(asset) = find(path) else {
        return (StatusCode::NOT_FOUND, NOT_BUILT).into_response();
    };
    let Ok(text) = std::str::from_utf8(asset.plain) else {
        return Problem::new(Code::Internal, "the page is not text").into_response();
    };
    let text = text.replace(place, value);
    let styles = style_nonce.map_or_else(String::new, |nonce| format!(" 'nonce-{nonce}'"));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let mut response = axum::response::Html(text).into_response();
    let headers = response.headers_mut();
    let policy = HeaderValue::try_from(policy).expect("a policy is printable");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn find(path: &str) -> Option<&'static Asset> {
    let at = ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
    ASSETS.get(at)
}

/// Whether the caller takes this coding: it is named, and not with a weight of zero.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts.any(|part| {
            part.strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0)
        });
        named && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_accepted_where_it_is_named_and_not_refused() {
        let accepts = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
            accepts(&headers, "br")
        };
        assert!(accepts("gzip, deflate, br") && accepts("BR;q=0.5") && accepts("br"));
        assert!(!accepts("gzip") && !accepts("br;q=0") && !accepts("gzip, br;q=0.0") && !accepts(""));
        assert!(!super::accepts(&HeaderMap::new(), "br"));
    }

    #[test]
    fn what_is_embedded_is_found_by_its_path() {
        assert!(ASSETS.is_sorted_by_key(|asset| asset.path));
        for asset in ASSETS {
            assert!(std::ptr::eq(find(asset.path).expect("it is there"), asset));
            assert!(asset.brotli.is_none_or(|smaller| smaller.len() < asset.plain.len()), "{}", asset.path);
            assert!(content_type(asset.path) != "application/octet-stream" || !asset.path.starts_with("assets/"));
        }
        assert!(find("assets/none.js").is_none());
    }
}
