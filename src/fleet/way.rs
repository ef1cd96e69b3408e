//! A way to services on ports: each new connection is led to the next one that answers. It can be cut in the middle of an answer.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Bytes that are handed on at a time.
const CHUNK: usize = 1 << 16;

/// A way. Dropping it ends it, with every connection.
pub struct Way {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    targets: Vec<SocketAddr>,
    next: AtomicUsize,
    cuts: AtomicUsize,
    cut: AtomicU64,
    /// Counts the times that all connections were cut.
    life: watch::Sender<u64>,
}

impl Way {
    /// Leads from `listen`, where port 0 is a free one, to ports of this machine.
    ///
    /// # Errors
    /// The address cannot be taken.
    pub async fn open(listen: SocketAddr, ports: &[u16]) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let targets = ports.iter().map(|port| SocketAddr::from(([127, 0, 0, 1], *port))).collect();
        let shared = Arc::new(Shared {
            targets,
            next: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
            cut: AtomicU64::new(0),
            life: watch::Sender::new(0),
        });
        let leading = shared.clone();
        let task = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((client, _)) => drop(tokio::spawn(lead(client, leading.clone()))),
                    // Too many open files, most likely: some will be closed.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        });
        Ok(Self { address, shared, task })
    }

    /// Where it begins.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the next answers, so many, in their middle: whoever asked cannot know what became of it.
    pub fn cut_answers(&self, times: usize) {
        self.shared.cuts.store(times, Ordering::SeqCst);
    }

    /// Cuts all connections that are there now.
    pub fn cut_all(&self) {
        self.shared.life.send_modify(|life| *life += 1);
    }

    /// Answers that were cut so far.
    pub fn cut(&self) -> u64 {
        self.shared.cut.load(Ordering::SeqCst)
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.task.abort();
        self.cut_all();
    }
}

impl Shared {
    /// A connection to the next target that takes one.
    async fn connect(&self) -> io::Result<TcpStream> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let mut failure = io::Error::other("a way that leads nowhere");
        for number in 0..self.targets.len() {
            match TcpStream::connect(self.targets[(first + number) % self.targets.len()]).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn takes_a_cut(&self) -> bool {
        let less = |cuts: usize| cuts.checked_sub(1);
        let taken = self.cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok();
        self.cut.fetch_add(u64::from(taken), Ordering::SeqCst);
        taken
    }
}

async fn lead(client: TcpStream, shared: Arc<Shared>) {
    let mut life = shared.life.subscribe();
    let Ok(server) = shared.connect().await else { return };
    // Many small questions and answers: none waits for the next.
    if client.set_nodelay(true).and(server.set_nodelay(true)).is_err() {
        return;
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let there = async {
        let copied = tokio::io::copy(&mut from_client, &mut to_server).await;
        // Who has asked all may still wait for the answer.
        if copied.and(to_server.shutdown().await).is_ok() {
            std::future::pending::<()>().await;
        }
    };
    let back = async {
        let mut bytes = vec![0; CHUNK];
        while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
            let cut = shared.takes_a_cut();
            let handed_on = if cut { length / 2 } else { length };
            if to_client.write_all(&bytes[..handed_on]).await.is_err() || cut {
                return;
            }
        }
    };
    tokio::select! {
        () = there => {}
        () = back => {}
        _ = life.changed() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each connection with what it said, once.
    async fn echo() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut said = [0; 8];
                if stream.read_exact(&mut said).await.is_ok() {
                    drop(stream.write_all(&said).await);
                }
            }
        });
        port
    }

    async fn ask(way: &Way) -> Vec<u8> {
        let mut stream = TcpStream::connect(way.address()).await.expect("connected");
        stream.write_all(b"12345678").await.expect("said");
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        answer
    }

    #[tokio::test]
    async fn answers_come_whole_or_are_cut_in_their_middle() {
        let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
        let way = Way::open(([127, 0, 0, 1], 0).into(), &[nobody, echo().await]).await.expect("a way");
        assert_eq!(ask(&way).await, b"12345678");
        way.cut_answers(1);
        assert_eq!(ask(&way).await, b"1234");
        assert_eq!(ask(&way).await, b"12345678");
        assert_eq!(way.cut(), 1);
    }

    #[tokio::test]
    async fn connections_that_are_there_can_be_cut() {
        let way = Way::open(([127, 0, 0, 1], 0).into(), &[echo().await]).await.expect("a way");
        let mut stream = TcpStream::connect(way.address()).await.expect("connected");
        stream.write_all(b"1234").await.expect("said");
        while way.shared.life.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
        way.cut_all();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        assert!(answer.is_empty());
    }
}
