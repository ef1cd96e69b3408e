//! Where a run was made: a figure means nothing without it.

use std::collections::BTreeMap;
use std::process::Command;

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// What follows a name and a colon.
fn line_of(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Mebibytes of memory; none where nobody tells.
pub(super) fn memory_mib() -> u64 {
    let total = line_of(&read("/proc/meminfo"), "MemTotal");
    let kib: Option<u64> = total.and_then(|total| total.strip_suffix(" kB")?.trim().parse().ok());
    kib.unwrap_or(0) / 1024
}

/// The machine, and the versions of what was measured on it.
pub(super) fn describe() -> BTreeMap<&'static str, String> {
    let first_line = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
    };
    let processors = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = line_of(&read("/proc/cpuinfo"), "model name").unwrap_or_default();
    let described = [
        ("big-market", Some(env!("CARGO_PKG_VERSION").to_owned())),
        ("build", Some(if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned())),
        ("processors", Some(format!("{processors} x {model}"))),
        ("memory", line_of(&read("/proc/meminfo"), "MemTotal")),
        ("kernel", Some(read("/proc/sys/kernel/osrelease").trim().to_owned())),
        ("postgres", crate::fleet::postgres_version()),
        ("redis", first_line("redis-server", "--version")),
    ];
    described.into_iter().filter_map(|(name, told)| Some((name, told?))).collect()
}
