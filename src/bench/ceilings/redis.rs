//! One call of a small script, as the counters of a draw are one.

use std::time::Duration;

use redis::Script;

use super::each_second;
use crate::fault::Fault;

const DOING: &str = "measure what Redis gives";

/// Takes one of what is left.
const SCRIPT: &str = r"
    local left = redis.call('DECR', KEYS[1])
    redis.call('SET', KEYS[2], ARGV[1])
    return left";

/// Calls each second, by so many clients with a connection each.
pub(in crate::bench) async fn measure(url: &str, clients: usize, lasting: Duration) -> Result<f64, Fault> {
    let client = redis::Client::open(url).map_err(Fault::doing(DOING))?;
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        connections.push(client.get_multiplexed_async_connection().await.map_err(Fault::doing(DOING))?);
    }
    let script = Script::new(SCRIPT);
    each_second(connections, lasting, move |mut connection, number| {
        let script = script.clone();
        async move {
            let mut call = script.key("ceiling:left");
            call.key("ceiling:claim").arg(number);
            let _left: i64 = call.invoke_async(&mut connection).await.map_err(Fault::doing(DOING))?;
            Ok((connection, 1))
        }
    })
    .await
}
