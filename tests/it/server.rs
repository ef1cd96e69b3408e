//! The HTTP server over real sockets: it finishes what runs, for as long as it may.

use std::time::Duration;

use big_market::api::{self, ApiState, Workers};
use big_market::fault::Fault;
use big_market::server::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::market::{Market, recorder};

/// A request that the server has begun and cannot finish: it waits for the body.
struct Unfinished {
    stream: TcpStream,
    server: JoinHandle<Result<(), Fault>>,
    stop: CancellationToken,
}

const BODY: &str = r#"{"user_id": "ann"}"#;

async fn unfinished(market: &Market) -> Unfinished {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let state = ApiState::new(market.app.clone(), recorder(), Workers::Here);
    let server = tokio::spawn(serve(state.clone(), api::router(state), listener, stop.clone()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/activities/100301/draws HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: k\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        market.secret,
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body once a handler waits for it.
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        seen.push(stream.read_u8().await.unwrap());
    }
    assert!(seen.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&seen));
    Unfinished { stream, server, stop }
}

#[tokio::test]
async fn a_request_under_way_is_answered_after_the_server_was_told_to_stop() {
    let market = Market::demo().await;
    market.user("ann").recharge("9014").await;
    let Unfinished { mut stream, server, stop } = unfinished(&market).await;
    stop.cancel();
    stream.write_all(BODY.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_the_server_from_stopping() {
    let market = Market::demo_with(|config| config.server.shutdown_seconds = 0).await;
    let Unfinished { stream: _open, server, stop } = unfinished(&market).await;
    stop.cancel();
    tokio::time::timeout(Duration::from_mins(1), server).await.expect("it stops").unwrap().unwrap();
}
