//! The pages: whole where they were built, one sentence where not, and never open to anything foreign.

use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::market::Market;

/// Pages are for people: their answers have other shapes than the API's.
async fn get(market: &Market, path: &str, encoding: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).header("accept-encoding", encoding).body(axum::body::Body::empty()).unwrap();
    let answer = market.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn pages_are_whole_or_say_how_they_are_built() {
    let market = Market::empty().await;
    for path in ["/", "/console", "/console/operations/jobs"] {
        let (status, headers, body) = get(&market, path, "").await;
        assert_eq!(
            (&headers["cache-control"], &headers["x-content-type-options"]),
            (&"no-store".parse().unwrap(), &"nosniff".parse().unwrap())
        );
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        if status == StatusCode::NOT_FOUND {
            assert!(body.contains("make run") && body.lines().count() == 1, "{body}");
            continue;
        }
        assert_eq!(status, StatusCode::OK, "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!body.contains("__STYLE_NONCE__") && !body.contains("__GUESTS__"), "the places are filled");
        // Markets of tests sign guests in.
        assert_eq!(body.contains(r#"<meta name="guests" content="yes""#), path == "/", "{body}");
        let script = body.split('"').find(|text| text.starts_with("/assets/") && text.contains(".js")).unwrap();
        let (status, headers, _) = get(&market, script, "gzip, br").await;
        assert_eq!((status, &headers["content-encoding"]), (StatusCode::OK, &"br".parse().unwrap()));
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["vary"], "Accept-Encoding");
    }
}

#[tokio::test]
async fn what_is_not_a_page_is_a_problem() {
    let market = Market::empty().await;
    for path in ["/assets/none.js", "/assets/../Cargo.toml", "/consoles", "/index.html"] {
        let (status, headers, _) = get(&market, path, "br").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(headers["content-type"], "application/problem+json", "{path}");
    }
}
