//! Settings: built-in defaults, then a file, then the environment. `config.default.toml` is their manual.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

use crate::domain::cron::{Misfire, Part};

const DEFAULTS: &str = include_str!("../config.default.toml");

/// Calls to third parties that one process may be told to make at the same time.
const CONCURRENCY_MAX: usize = 10_000;
/// Characters of a secret that somebody chose for user tokens, at least.
const TOKEN_SECRET_MIN: usize = 32;
/// The endpoint that leads to the receiver of demo mode.
pub const DEMO_ENDPOINT: &str = "demo";

/// Every setting. See `config.default.toml` for meanings and units.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.default.toml is the manual of every setting")]
pub struct Config {
    pub store: StoreConfig,
    pub redis: RedisConfig,
    pub server: ServerConfig,
    pub draws: DrawsConfig,
    pub dispatch: DispatchConfig,
    pub webhook: WebhookConfig,
    pub queue: QueueConfig,
    pub cron: CronConfig,
    pub retention: RetentionConfig,
    pub reconcile: ReconcileConfig,
    pub campaigns: CampaignsConfig,
    pub operators: OperatorsConfig,
    pub tokens: TokensConfig,
    pub demo: DemoConfig,
    pub telemetry: TelemetryConfig,
}

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "config.default.toml is the manual of every setting")]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),+ }
    };
}

/// Which stores are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// SQLite, counters in memory, one process.
    Embedded,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

section!(
    /// `[store]`
    StoreConfig { mode: Mode, data_dir: PathBuf, readers: u32 }
);
section!(
    /// `[redis]`
    RedisConfig { url: ChosenSecret, prefix: String, connection_timeout_ms: u64, response_timeout_ms: u64 }
);
section!(
    /// `[server]`
    ServerConfig { listen: SocketAddr, request_timeout_ms: u64, body_bytes_max: usize, document_bytes_max: usize, codes_bytes_max: usize, shutdown_seconds: u64 }
);
section!(
    /// `[draws]`
    DrawsConfig { batch_max: usize, waiting_max: usize }
);
section!(
    /// `[dispatch]`
    DispatchConfig {
        batch_max: u32,
        concurrency: usize,
        lease_seconds: u32,
        first_wait_ms: u64,
        wait_cap_ms: u64,
        attempts_max: u32,
        snooze_seconds: u32,
    }
);
section!(
    /// `[webhook]`
    WebhookConfig { timeout_ms: u64, #[serde(deserialize_with = "list_or_commas")] allow_hosts: Vec<String>, endpoints: BTreeMap<String, EndpointConfig> }
);
section!(
    /// `[queue]`
    QueueConfig { poll_ms: u64, window: u64, keep_seconds: u64 }
);
section!(
    /// `[cron]`
    CronConfig {
        all_max: usize,
        relay_outbox: CronEntry,
        run_workflows: CronEntry,
        sync_stock: CronEntry,
        reconcile_stock: CronEntry,
        reconcile_ledger: CronEntry,
        expire: CronEntry,
        settle_day: CronEntry,
        expire_points: CronEntry,
        prune: CronEntry,
    }
);
section!(
    /// When one job runs, and in how many parts.
    CronEntry { schedule: String, misfire: Misfire, #[serde(default = "one_part")] parts: u16 }
);
section!(
    /// `[retention]`
    RetentionConfig { outbox_days: u32, attempts_days: u32, fires_days: u32 }
);
section!(
    /// `[reconcile]`
    ReconcileConfig { claim_seconds: u32, overdue_seconds: u32, rows_max: u32 }
);
section!(
    /// `[campaigns]`
    CampaignsConfig { second_person: bool }
);
section!(
    /// `[operators]`
    OperatorsConfig {
        session_seconds: u32,
        idle_seconds: u32,
        attempts_max: u32,
        lockout_seconds: u32,
        lockout_seconds_max: u32,
        secure_cookies: bool,
    }
);
section!(
    /// `[tokens]`
    TokensConfig { secret: ChosenSecret }
);
section!(
    /// `[demo]`
    DemoConfig { enabled: bool, receiver_listen: SocketAddr }
);
section!(
    /// `[telemetry]`
    TelemetryConfig { log: String, format: LogFormat }
);

impl CronConfig {
    /// Each scheduled job by its name, in the order of the manual.
    pub const fn entries(&self) -> [(&'static str, &CronEntry); 9] {
        [
            ("relay_outbox", &self.relay_outbox),
            ("run_workflows", &self.run_workflows),
            ("sync_stock", &self.sync_stock),
            ("reconcile_stock", &self.reconcile_stock),
            ("reconcile_ledger", &self.reconcile_ledger),
            ("expire", &self.expire),
            ("settle_day", &self.settle_day),
            ("expire_points", &self.expire_points),
            ("prune", &self.prune),
        ]
    }
}

const fn one_part() -> u16 {
    1
}

/// Jobs whose work can be split by the buckets of users. `src/jobs/` says the same of each.
pub const JOBS_IN_PARTS: [&str; 1] = ["prune"];

/// What a job does, in the manual's words: the comment above its line.
pub fn job_purpose(job: &str) -> String {
    let start = format!("{job} = {{");
    let before: Vec<&str> = DEFAULTS.lines().take_while(|line| !line.starts_with(&start)).collect();
    let comment = before.iter().rev().map_while(|line| line.strip_prefix("# "));
    let mut lines: Vec<&str> = comment.collect();
    lines.reverse();
    lines.join(" ")
}

/// A list, or what the environment can say instead: one text with commas.
fn list_or_commas<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Commas(String),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::List(list) => list,
        Written::Commas(text) => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
    })
}

/// A secret that somebody may choose; empty where nobody did.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ChosenSecret(String);

impl ChosenSecret {
    /// Keeps a text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret, where one was chosen.
    pub fn text(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }
}

impl std::fmt::Debug for ChosenSecret {
    /// Hides it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChosenSecret(..)")
    }
}

/// One third party.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    /// Where deliveries go.
    pub url: String,
    /// What signs them: `whsec_` and base64 of 24 to 64 bytes.
    pub secret: String,
    /// Whether it is asked to reserve before it sends, and lets go of what it reserved.
    #[serde(default)]
    pub reserve: bool,
}

impl std::fmt::Debug for EndpointConfig {
    /// Hides the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointConfig").field("url", &self.url).field("reserve", &self.reserve).finish_non_exhaustive()
    }
}

/// Why settings could not be read: which key, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file, a value or a key that is not known.
    #[error("settings: {0}. config.default.toml lists every key with its meaning")]
    Read(#[from] config::ConfigError),
    /// A value that cannot work.
    #[error("settings: {key}: {message}")]
    Value {
        /// Which setting.
        key: &'static str,
        /// What is wrong and how to mend it.
        message: String,
    },
}

impl Config {
    /// Reads defaults, then `file` where one is named, then the environment.
    ///
    /// # Errors
    /// A missing file, a key that is not known, a value of the wrong type or out of range.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let environment = config::Environment::with_prefix("BIG_MARKET").prefix_separator("__").separator("__");
        Self::merge(file, environment)
    }

    /// The built-in defaults alone.
    pub fn defaults() -> Self {
        let nothing = config::Environment::default().source(Some(config::Map::new()));
        Self::merge(None, nothing).expect("config.default.toml is complete and valid; a test reads it")
    }

    fn merge(file: Option<&Path>, environment: config::Environment) -> Result<Self, ConfigError> {
        let mut builder =
            config::Config::builder().add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml));
        if let Some(file) = file {
            builder = builder.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        let settings: Self = builder.add_source(environment).build()?.try_deserialize()?;
        settings.check()?;
        Ok(settings)
    }

    /// Names of the webhook endpoints that campaigns may use.
    pub fn endpoint_names(&self) -> BTreeSet<String> {
        let demo = self.demo.enabled.then(|| DEMO_ENDPOINT.to_owned());
        self.webhook.endpoints.keys().cloned().chain(demo).collect()
    }

    fn check(&self) -> Result<(), ConfigError> {
        let at_least_one = [
            ("store.readers", u64::from(self.store.readers)),
            ("redis.connection_timeout_ms", self.redis.connection_timeout_ms),
            ("redis.response_timeout_ms", self.redis.response_timeout_ms),
            ("draws.batch_max", self.draws.batch_max as u64),
            ("draws.waiting_max", self.draws.waiting_max as u64),
            ("dispatch.batch_max", u64::from(self.dispatch.batch_max)),
            ("dispatch.concurrency", self.dispatch.concurrency as u64),
            ("dispatch.first_wait_ms", self.dispatch.first_wait_ms),
            ("dispatch.snooze_seconds", u64::from(self.dispatch.snooze_seconds)),
            ("dispatch.lease_seconds", u64::from(self.dispatch.lease_seconds)),
            ("dispatch.attempts_max", u64::from(self.dispatch.attempts_max)),
            ("webhook.timeout_ms", self.webhook.timeout_ms),
            ("server.request_timeout_ms", self.server.request_timeout_ms),
            ("server.body_bytes_max", self.server.body_bytes_max as u64),
            ("server.codes_bytes_max", self.server.codes_bytes_max as u64),
            ("queue.poll_ms", self.queue.poll_ms),
            ("queue.window", self.queue.window),
            ("reconcile.rows_max", u64::from(self.reconcile.rows_max)),
            ("operators.session_seconds", u64::from(self.operators.session_seconds)),
            ("operators.idle_seconds", u64::from(self.operators.idle_seconds)),
            ("operators.attempts_max", u64::from(self.operators.attempts_max)),
            ("operators.lockout_seconds", u64::from(self.operators.lockout_seconds)),
            ("operators.lockout_seconds_max", u64::from(self.operators.lockout_seconds_max)),
        ];
        if let Some((key, _)) = at_least_one.into_iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::Value { key, message: "must be at least 1".into() });
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
        if self.redis.prefix.is_empty() || !self.redis.prefix.chars().all(plain) {
            let message = "must be letters, digits, '.', '_', '-' and ':', at least one".into();
            return Err(ConfigError::Value { key: "redis.prefix", message });
        }
        if self.dispatch.concurrency > CONCURRENCY_MAX {
            let message = format!("must be at most {CONCURRENCY_MAX}");
            return Err(ConfigError::Value { key: "dispatch.concurrency", message });
        }
        if u64::from(self.dispatch.lease_seconds) * 1000 <= 2 * self.webhook.timeout_ms {
            return Err(ConfigError::Value {
                key: "dispatch.lease_seconds",
                message: "must be more than twice webhook.timeout_ms, or a slow call would lose its lease".into(),
            });
        }
        if self.tokens.secret.text().is_some_and(|secret| secret.len() < TOKEN_SECRET_MIN) {
            let message = format!("must be at least {TOKEN_SECRET_MIN} characters; leave it empty to have one made");
            return Err(ConfigError::Value { key: "tokens.secret", message });
        }
        for (job, entry) in self.cron.entries() {
            if let Err(error) = cron::Schedule::from_str(&entry.schedule) {
                let message = format!("{job}.schedule {:?}: {error}; write it as \"0 30 2 * * *\"", entry.schedule);
                return Err(ConfigError::Value { key: "cron", message });
            }
            if let Some(wrong) = wrong_parts(job, entry.parts) {
                return Err(ConfigError::Value {
                    key: "cron",
                    message: format!("{job}.parts is {}; {wrong}", entry.parts),
                });
            }
        }
        Ok(())
    }
}

/// What is wrong with the number of parts that a job is to run in.
fn wrong_parts(job: &str, parts: u16) -> Option<String> {
    if !(1..=Part::MAX).contains(&parts) {
        return Some(format!("use 1 to {}", Part::MAX));
    }
    if parts > 1 && !JOBS_IN_PARTS.contains(&job) {
        return Some(format!("it runs in one piece; of the jobs, only {} can run in parts", JOBS_IN_PARTS.join(", ")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let source = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let environment = config::Environment::with_prefix("BIG_MARKET").prefix_separator("__").separator("__");
        Config::merge(None, environment.source(Some(source)))
    }

    #[test]
    fn the_manual_is_complete() {
        assert_eq!(Config::defaults().server.listen.port(), 8080);
    }

    #[test]
    fn the_environment_overrides_and_unknown_keys_are_errors() {
        let settings =
            merged(&[("BIG_MARKET__SERVER__LISTEN", "0.0.0.0:9000"), ("BIG_MARKET__DEMO__ENABLED", "false")]);
        let settings = settings.expect("valid");
        assert_eq!(settings.server.listen.port(), 9000);
        assert!(!settings.demo.enabled);
        let error = merged(&[("BIG_MARKET__SERVER__LISTNE", "x")]).expect_err("a misspelt key");
        assert!(error.to_string().contains("listne"), "{error}");
        // The key of the demo is not a setting.
        assert!(merged(&[("BIG_MARKET_DEMO_API_KEY", "x")]).is_ok());
    }

    #[test]
    fn the_environment_writes_lists_with_commas() {
        let settings = merged(&[("BIG_MARKET__WEBHOOK__ALLOW_HOSTS", "localhost:8090, 10.0.0.7:80")]).expect("valid");
        assert_eq!(settings.webhook.allow_hosts, ["localhost:8090", "10.0.0.7:80"]);
    }

    #[test]
    fn values_that_cannot_work_are_refused_by_name() {
        let error = merged(&[("BIG_MARKET__DISPATCH__LEASE_SECONDS", "20")]).expect_err("too short");
        assert!(error.to_string().contains("dispatch.lease_seconds"), "{error}");
        // Braces would say which part of a key names its slot.
        let error = merged(&[("BIG_MARKET__REDIS__PREFIX", "{market}")]).expect_err("a brace");
        assert!(error.to_string().contains("redis.prefix"), "{error}");
        let error = merged(&[("BIG_MARKET__CRON__EXPIRE__SCHEDULE", "every day")]).expect_err("no schedule");
        assert!(error.to_string().contains("cron: expire.schedule"), "{error}");
        let error = merged(&[("BIG_MARKET__TOKENS__SECRET", "short")]).expect_err("too short");
        assert!(error.to_string().contains("tokens.secret"), "{error}");
        let settings = merged(&[("BIG_MARKET__TOKENS__SECRET", &"hunter2".repeat(5))]).expect("long enough");
        assert!(settings.tokens.secret.text().is_some() && !format!("{settings:?}").contains("hunter2"));
        let error = merged(&[("BIG_MARKET__DRAWS__BATCH_MAX", "0")]).expect_err("no batch");
        assert!(error.to_string().contains("draws.batch_max"), "{error}");
    }

    #[test]
    fn only_jobs_that_can_be_split_run_in_parts() {
        assert_eq!(Config::defaults().cron.prune.parts, 1);
        let parts = |job: &str, parts: &str| merged(&[(&format!("BIG_MARKET__CRON__{job}__PARTS"), parts)]);
        assert_eq!(parts("PRUNE", "1024").expect("valid").cron.prune.parts, 1024);
        for (job, number, told) in [
            ("EXPIRE", "2", "cron: expire.parts is 2; it runs in one piece; of the jobs, only prune can run in parts"),
            ("PRUNE", "0", "cron: prune.parts is 0; use 1 to 1024"),
            ("PRUNE", "1025", "cron: prune.parts is 1025; use 1 to 1024"),
        ] {
            let error = parts(job, number).expect_err("cannot work").to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn the_manual_says_what_each_job_does() {
        for (job, _) in Config::defaults().cron.entries() {
            let purpose = job_purpose(job);
            assert!(
                purpose.len() > 20 && purpose.ends_with('.'),
                "{job}: write a sentence above its line: {purpose:?}"
            );
        }
        assert_eq!(job_purpose("prune"), "Deletes what `retention` no longer keeps.");
    }
}
