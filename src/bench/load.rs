//! Load over HTTP: a closed loop, where each client asks again once it is answered, or an open one, where requests come at a constant
//! rate whether or not the ones before were answered.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hdrhistogram::Histogram;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::fault::Fault;

/// Digits of a latency that are kept.
const DIGITS: u8 = 3;
/// How long an answer is waited for. What took longer counts as failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request of a client, with its body.
pub(super) type Asked = Request<Full<Bytes>>;

/// When clients ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pace {
    /// Each at once when it was answered.
    Closed,
    /// So many a second, all together. Latency counts from when a request was due, not from when a client was free to send it.
    Open(f64),
}

/// Until when clients ask.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// So long.
    Lasting(Duration),
    /// So many requests.
    Asked(u64),
}

/// Who asks, and how.
#[derive(Debug, Clone)]
pub(super) struct Load {
    /// Whom; clients are spread over all of them.
    pub(super) servers: Vec<SocketAddr>,
    /// Connections, one for each client.
    pub(super) clients: usize,
    /// When.
    pub(super) pace: Pace,
    /// How long.
    pub(super) until: Until,
}

/// What clients met.
#[derive(Debug, Clone)]
pub(super) struct Met {
    /// Microseconds until answers that say yes.
    pub(super) latency: Histogram<u64>,
    /// Answers by status.
    pub(super) statuses: BTreeMap<u16, u64>,
    /// Requests that got no answer.
    pub(super) failed: u64,
    /// Seconds from the first request to the last answer.
    pub(super) seconds: f64,
}

impl Met {
    fn new() -> Self {
        let most = u64::try_from(PATIENCE.as_micros()).unwrap_or(u64::MAX);
        let latency = Histogram::new_with_max(most, DIGITS).expect("a number of digits that histograms keep");
        Self { latency, statuses: BTreeMap::new(), failed: 0, seconds: 0.0 }
    }

    fn add(&mut self, other: &MetByOne) {
        for micros in &other.micros {
            self.latency.saturating_record(u64::from(*micros));
        }
        for (status, times) in &other.statuses {
            *self.statuses.entry(*status).or_default() += times;
        }
        self.failed += other.failed;
    }

    /// Answers that say yes.
    pub(super) fn done(&self) -> u64 {
        self.statuses.range(200..300).map(|(_, times)| times).sum()
    }

    /// Those, each second.
    pub(super) fn rate(&self) -> f64 {
        as_f64(self.done()) / self.seconds
    }

    /// Milliseconds within which this part of the answers came.
    pub(super) fn millis(&self, quantile: f64) -> f64 {
        as_f64(self.latency.value_at_quantile(quantile)) / 1000.0
    }
}

/// A count as the numbers of figures are.
#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
pub(super) const fn as_f64(count: u64) -> f64 {
    count as f64
}

/// Asks as `load` says. `ask` makes the n-th request.
///
/// # Errors
/// A server takes no connections. Requests that fail later are counted, not errors.
pub(super) async fn drive<F>(load: &Load, ask: F) -> Result<Met, Fault>
where
    F: Fn(u64) -> Asked + Send + Sync + 'static,
{
    let mut connections = Vec::with_capacity(load.clients);
    for number in 0..load.clients {
        let connection = Connection::open(load.servers[number % load.servers.len()]).await;
        connections.push(connection.map_err(Fault::doing("connect to a server"))?);
    }
    let began_at = Instant::now();
    let (ends_at, most) = match load.until {
        Until::Lasting(lasting) => (Some(began_at + lasting), u64::MAX),
        Until::Asked(most) => (None, most),
    };
    let shared = Arc::new(Shared { next: AtomicU64::new(0), began_at, ends_at, most, pace: load.pace, ask });
    let mut clients = JoinSet::new();
    for connection in connections {
        clients.spawn(shared.clone().act(connection));
    }
    let mut met = Met::new();
    while let Some(ended) = clients.join_next().await {
        met.add(&ended.map_err(Fault::doing("act as a client"))?);
    }
    met.seconds = began_at.elapsed().as_secs_f64();
    Ok(met)
}

struct Shared<F> {
    next: AtomicU64,
    began_at: Instant,
    ends_at: Option<Instant>,
    most: u64,
    pace: Pace,
    ask: F,
}

/// What one client met. Latencies one by one: a histogram for each would not fit into the caches of a processor.
#[derive(Default)]
struct MetByOne {
    micros: Vec<u32>,
    statuses: BTreeMap<u16, u64>,
    failed: u64,
}

impl<F: Fn(u64) -> Asked + Send + Sync + 'static> Shared<F> {
    async fn act(self: Arc<Self>, mut connection: Connection) -> MetByOne {
        let mut met = MetByOne::default();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let due_at = match self.pace {
                Pace::Closed => Instant::now(),
                Pace::Open(rate) => self.began_at + Duration::from_secs_f64(as_f64(number) / rate),
            };
            if number >= self.most || self.ends_at.is_some_and(|ends_at| due_at >= ends_at) {
                return met;
            }
            if self.pace != Pace::Closed {
                sleep_until(due_at).await;
            }
            if let Some(status) = connection.ask((self.ask)(number)).await {
                *met.statuses.entry(status).or_default() += 1;
                if (200..300).contains(&status) {
                    met.micros.push(u32::try_from(due_at.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
            } else {
                met.failed += 1;
                if connection.open_again().await.is_err() {
                    return met;
                }
            }
        }
    }
}

/// A connection that is kept.
struct Connection {
    server: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    async fn open(server: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        // It ends with its sender; what went wrong shows in the answer.
        tokio::spawn(connection);
        Ok(Self { server, sender })
    }

    async fn open_again(&mut self) -> std::io::Result<()> {
        *self = Self::open(self.server).await?;
        Ok(())
    }

    /// The status of the whole answer, or nothing.
    async fn ask(&mut self, request: Asked) -> Option<u16> {
        let answer = async {
            self.sender.ready().await.ok()?;
            let answer = self.sender.send_request(request).await.ok()?;
            let status = answer.status().as_u16();
            answer.into_body().collect().await.ok()?;
            Some(status)
        };
        tokio::time::timeout(PATIENCE, answer).await.ok()?
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;

    use super::*;

    /// A server that says yes to even bodies and no to odd ones, after `waits`.
    async fn server(waits: Duration) -> SocketAddr {
        let answer = move |body: String| async move {
            tokio::time::sleep(waits).await;
            let is_even = body.parse::<u64>().is_ok_and(|number| number.is_multiple_of(2));
            if is_even { StatusCode::CREATED } else { StatusCode::CONFLICT }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(answer))).await });
        address
    }

    fn numbered(number: u64) -> Asked {
        Request::post("/").header("host", "bench").body(Full::from(number.to_string())).unwrap()
    }

    #[tokio::test]
    async fn every_request_is_made_once_and_counted_by_its_status() {
        let servers = vec![server(Duration::ZERO).await, server(Duration::ZERO).await];
        let load = Load { servers, clients: 7, pace: Pace::Closed, until: Until::Asked(101) };
        let met = drive(&load, numbered).await.unwrap();
        assert_eq!(met.statuses, BTreeMap::from([(201, 51), (409, 50)]));
        assert_eq!((met.done(), met.latency.len(), met.failed), (51, 51, 0));
    }

    /// One client, answers after 20 ms, a request due each 5 ms: the tenth was due 45 ms after the first and is answered after 200 ms.
    #[tokio::test]
    async fn latency_counts_from_when_a_request_was_due() {
        let servers = vec![server(Duration::from_millis(20)).await];
        let load = Load { servers, clients: 1, pace: Pace::Open(200.0), until: Until::Asked(10) };
        let met = drive(&load, |number| numbered(2 * number)).await.unwrap();
        assert_eq!(met.done(), 10);
        assert!(met.millis(1.0) >= 150.0, "the last waited for the ones before it: {} ms", met.millis(1.0));
    }

    #[tokio::test]
    async fn an_open_loop_asks_no_faster_than_its_rate() {
        let servers = vec![server(Duration::ZERO).await];
        let load = Load { servers, clients: 8, pace: Pace::Open(100.0), until: Until::Asked(11) };
        let met = drive(&load, |number| numbered(2 * number)).await.unwrap();
        assert!(met.seconds >= 0.1, "the eleventh is due after 100 ms, not {} s", met.seconds);
    }
}
