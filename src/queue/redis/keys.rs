//! What a lane is called in Redis, and the scripts that work on it.

use std::sync::LazyLock;

use apalis_redis::Config;
use redis::{Script, ScriptInvocation};

use crate::queue::Lane;

/// The parts of a script as one text. The first line says what the script needs; one that cannot have it is refused as a whole.
macro_rules! script {
    ($needs:literal, $part:literal) => {
        LazyLock::new(|| {
            Script::new(concat!("#!lua flags=", $needs, "\n", include_str!("keys.lua"), "\n", include_str!($part)))
        })
    };
}

pub(super) static PUSH: LazyLock<Script> = script!("", "push.lua");
// What empties the queue may run where memory is short.
pub(super) static PROMOTE: LazyLock<Script> = script!("allow-oom", "promote.lua");
pub(super) static BEAT: LazyLock<Script> = script!("allow-oom", "beat.lua");
pub(super) static RETIRE: LazyLock<Script> = script!("allow-oom", "retire.lua");
pub(super) static GIVE_BACK: LazyLock<Script> = script!("allow-oom", "give_back.lua");
pub(super) static COLLECT: LazyLock<Script> = script!("allow-oom", "collect.lua");
pub(super) static FORGET: LazyLock<Script> = script!("allow-oom", "forget.lua");
pub(super) static BACKLOG: LazyLock<Script> = script!("no-writes", "backlog.lua");
pub(super) static SIGNS: LazyLock<Script> = script!("no-writes", "signs.lua");
pub(super) static LIVE: LazyLock<Script> = script!("no-writes", "live.lua");

/// The keys of one lane: those of apalis, and beside them our own.
pub(super) struct Keys {
    /// Names of apalis' keys, without its other settings.
    pub(super) config: Config,
    all: [String; 11],
}

impl Keys {
    pub(super) fn new(prefix: &str, lane: Lane) -> Self {
        let queue = format!("{prefix}:queue:{}", lane.name());
        let config = Config::default().queue(&queue);
        let all = [
            config.active_jobs_list(),
            config.job_data_hash(),
            format!("{queue}:delayed"),
            config.workers_set(),
            format!("{queue}:leaving"),
            config.done_jobs_set(),
            config.dead_jobs_set(),
            format!("{queue}:finished"),
            config.job_meta_hash(),
            config.inflight_jobs_set(),
            format!("{queue}:workers:metadata"),
        ];
        Self { config, all }
    }

    /// A call of a script on this lane.
    pub(super) fn call<'a>(&self, script: &'a Script) -> ScriptInvocation<'a> {
        let mut invocation = script.prepare_invoke();
        for key in &self.all {
            invocation.key(key);
        }
        invocation
    }
}

/// The id of the message with a key. apalis reads an id that looks like a number, a ULID or a UUID as one, and writes it in another
/// way: "007" would be finished as "7", for ever. Nothing that begins like this looks like one.
pub(super) fn message_id(key: &str) -> String {
    format!("={key}")
}

#[cfg(test)]
mod tests {
    use apalis::prelude::TaskId;

    use super::*;

    #[test]
    fn apalis_writes_an_id_as_it_read_it() {
        for key in ["", "007", "01j9zzzzzzzzzzzzzzzzzzzzzy", "018F3C4E-7B1A-7000-8000-0123456789AB", "用户 one"] {
            let id = message_id(key);
            assert_eq!(id.parse::<TaskId>().unwrap().to_string(), id);
        }
        assert_ne!("007".parse::<TaskId>().unwrap().to_string(), "007", "or it could be left out");
    }
}
