//! One connection to Redis that many calls share, replaced when it is of no use any more.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{
    Client, ErrorKind, FromRedisValue, IntoConnectionInfo, RedisError, RedisResult, ScriptInvocation, ServerErrorKind,
};

use crate::config::RedisConfig;
use crate::fault::Fault;
use crate::tls;

/// The oldest Redis whose scripts can say what they need. Valkey calls itself Redis 7.2 here.
const MAJOR_VERSION_MIN: u32 = 7;
/// Waits between attempts to connect grow up to this, so that whoever waits for one is soon told.
const RECONNECT_DELAY: Duration = Duration::from_millis(50);

/// A connection that many calls share.
pub(super) struct Connection {
    client: Client,
    config: ConnectionManagerConfig,
    current: Mutex<Current>,
}

#[derive(Clone)]
struct Current {
    number: u64,
    manager: ConnectionManager,
}

impl Connection {
    /// Connects, and refuses a server that cannot keep what is counted.
    ///
    /// # Errors
    /// A fault that says which setting, here or there, must be another.
    pub(super) async fn open(settings: &RedisConfig) -> Result<Self, Fault> {
        let Some(url) = settings.url.text() else {
            let cause = "redis.url is empty; name a Redis 7 or a Valkey, such as redis://127.0.0.1:6379".into();
            return Err(Fault { doing: "connect to Redis", cause });
        };
        tls::choose_provider();
        let failed = Fault::doing::<RedisError>;
        let info = url.into_connection_info().map_err(failed("read redis.url"))?;
        let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let client = Client::open(info).map_err(failed("read redis.url"))?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(settings.connection_timeout_ms)))
            .set_response_timeout(Some(Duration::from_millis(settings.response_timeout_ms)))
            .set_number_of_retries(1)
            .set_min_delay(RECONNECT_DELAY)
            .set_max_delay(RECONNECT_DELAY);
        let manager = ConnectionManager::new_with_config(client.clone(), config.clone())
            .await
            .map_err(failed("connect to Redis; is redis.url right"))?;
        let connection = Self { client, config, current: Mutex::new(Current { number: 0, manager }) };
        connection.check().await?;
        Ok(connection)
    }

    /// Calls a script, and again where the connection was lost or the server turned out to be no master any more. The script must be
    /// safe to repeat: whoever loses a connection does not know whether the call arrived.
    ///
    /// # Errors
    /// What the server or the network says. A call that was not answered in time is not repeated, and may still be carried out.
    pub(super) async fn call<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> RedisResult<T> {
        match self.call_once(script).await {
            Err(error) if is_lost(&error) => self.call_once(script).await,
            answer => answer,
        }
    }

    /// Calls a script. A connection that turned out to be of no use is not used again.
    ///
    /// # Errors
    /// What the server or the network says. The call may have been carried out, or may still be.
    pub(super) async fn call_once<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> RedisResult<T> {
        let Current { number, mut manager } = self.current();
        let answer = script.invoke_async(&mut manager).await;
        // The manager sees for itself where a connection was cut. It does not see one that leads to a server that is gone without a
        // word, or that is no master any more.
        if answer.as_ref().is_err_and(|error| error.is_timeout() || is_read_only(error)) {
            self.replace(number);
        }
        answer
    }

    fn current(&self) -> Current {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the connection, unless another call did meanwhile. The new one is made by the next call.
    fn replace(&self, number: u64) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.number != number {
            return;
        }
        match ConnectionManager::new_lazy_with_config(self.client.clone(), self.config.clone()) {
            Ok(manager) => *current = Current { number: number + 1, manager },
            Err(error) => tracing::warn!(error = %error, "kept a connection to Redis that should be replaced"),
        }
    }

    /// Refuses servers that would lose what is counted while all is well.
    async fn check(&self) -> Result<(), Fault> {
        const DOING: &str = "use this Redis";
        let mut manager = self.current().manager;
        let info = redis::cmd("INFO").arg("server").arg("memory").query_async::<String>(&mut manager).await;
        let info = info.map_err(Fault::doing(DOING))?;
        unfit(&info).map_or(Ok(()), |cause| Err(Fault { doing: DOING, cause: cause.into() }))
    }
}

/// Why a server must not be used, by what it says of itself.
fn unfit(info: &str) -> Option<String> {
    let version = field(info, "redis_version").unwrap_or_default();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < MAJOR_VERSION_MIN) {
        let use_this = format!("use Redis {MAJOR_VERSION_MIN} or newer, or Valkey");
        return Some(format!("it calls itself version {version:?}; {use_this}"));
    }
    let policy = field(info, "maxmemory_policy").unwrap_or("noeviction");
    if policy.starts_with("allkeys-") {
        return Some(format!(
            "its maxmemory-policy is {policy}, so it may drop any key when memory is short; set \"maxmemory-policy noeviction\" \
             in its configuration, or use a Redis that nothing else needs as a cache"
        ));
    }
    if policy != "noeviction" {
        // No key here has an end, so such a policy finds nothing to drop.
        tracing::warn!("the maxmemory-policy of Redis is {policy}; noeviction says what is meant");
    }
    None
}

/// A call that did not arrive, or whose answer did not: the connection was cut, or the server refused to write.
fn is_lost(error: &RedisError) -> bool {
    error.is_unrecoverable_error() || is_read_only(error)
}

fn is_read_only(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
}

fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_and_those_that_drop_keys_are_unfit() {
        let info = |version: &str, policy: &str| {
            format!("# Server\r\nredis_version:{version}\r\nvalkey_version:8.0.1\r\nmaxmemory_policy:{policy}\r\n")
        };
        for version in ["7.0.15", "7.2.4", "10.1.0"] {
            assert_eq!(unfit(&info(version, "noeviction")), None);
            assert_eq!(unfit(&info(version, "volatile-lru")), None);
            assert!(unfit(&info(version, "allkeys-random")).is_some_and(|cause| cause.contains("noeviction")));
        }
        for version in ["6.2.14", "", "seven"] {
            assert!(unfit(&info(version, "noeviction")).is_some_and(|cause| cause.contains("Redis 7 or newer")));
        }
        assert!(unfit("").is_some());
    }
}
