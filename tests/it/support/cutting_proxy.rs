//! A way to Redis that is cut after a script ran and before its answer arrives: nobody can know whether it ran.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A proxy on a port of its own. Dropping it ends it.
pub struct CuttingProxy {
    /// Host and port.
    pub address: String,
    way: Arc<Way>,
    task: JoinHandle<()>,
}

struct Way {
    target: Mutex<String>,
    cuts: AtomicUsize,
}

impl CuttingProxy {
    /// Leads to `target`, a host and port.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let way = Arc::new(Way { target: Mutex::new(target), cuts: AtomicUsize::new(0) });
        let shared = way.clone();
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(lead(client, shared.clone()));
            }
        });
        Self { address, way, task }
    }

    /// Cuts the connection instead of handing on the answer of a script, so many times from now on.
    pub fn cut_answers(&self, times: usize) {
        self.way.cuts.store(times, Ordering::SeqCst);
    }

    /// Cuts that were asked for and did not happen yet.
    pub fn cuts_left(&self) -> usize {
        self.way.cuts.load(Ordering::SeqCst)
    }

    /// Leads new connections elsewhere; those that are there stay.
    pub fn lead_to(&self, target: String) {
        *self.way.target.lock().unwrap() = target;
    }
}

impl Drop for CuttingProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn lead(client: TcpStream, way: Arc<Way>) {
    let target = way.target.lock().unwrap().clone();
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let script_sent = AtomicBool::new(false);
    let there = async {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
            if bytes[..length].windows(7).any(|word| word == b"EVALSHA") {
                script_sent.store(true, Ordering::SeqCst);
            }
            if to_server.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    };
    let back = async {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
            let cut = |cuts: usize| cuts.checked_sub(1);
            if script_sent.swap(false, Ordering::SeqCst)
                && way.cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, cut).is_ok()
            {
                return;
            }
            if to_client.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}
