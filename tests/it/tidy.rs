//! The house rules that a compiler does not check. Each message says which rule was broken, where, and what to do.

use std::fs;
use std::path::{Path, PathBuf};

/// Which parts of the crate a part may name by `crate::`. `ls src` is the architecture; this is the direction of its arrows.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("fault.rs", &["domain"]),
    ("clock.rs", &["domain"]),
    ("config.rs", &["domain"]),
    ("telemetry.rs", &["config", "fault"]),
    ("tls.rs", &[]),
    ("redis_connection.rs", &["config", "fault", "tls"]),
    ("store", &["domain", "fault", "store"]),
    ("stock", &["domain", "fault", "config", "redis_connection", "stock"]),
    ("queue", &["domain", "fault", "config", "clock", "redis_connection", "queue"]),
    ("dispatch", &["domain", "fault", "config", "clock", "store", "dispatch"]),
    ("app", &["domain", "fault", "config", "clock", "store", "stock", "queue", "dispatch", "app"]),
    ("jobs", &["domain", "fault", "app", "queue", "workflows", "jobs"]),
    ("workflows", &["domain", "fault", "app", "workflows"]),
    ("outage.rs", &["fault", "store"]),
    ("api", &["domain", "fault", "outage", "config", "app", "api"]),
    ("chaos", &["domain", "fault", "config", "clock", "app", "fleet", "chaos"]),
    ("bench", &["domain", "fault", "config", "clock", "app", "fleet", "bench"]),
    ("show.rs", &["domain", "app"]),
    // Of the binary, like main.rs: it names the crate as everybody outside does.
    ("shards.rs", &["Failure"]),
    ("measure.rs", &["Failure"]),
    ("server.rs", &["fault", "config", "app", "api"]),
    ("worker.rs", &["fault", "app", "queue", "jobs", "workflows"]),
    ("demo.rs", &["domain", "fault", "config", "clock", "app", "dispatch"]),
    ("presence.rs", &["domain", "fault", "app"]),
    (
        "process.rs",
        &["domain", "fault", "config", "clock", "api", "app", "presence", "server", "worker", "demo", "telemetry"],
    ),
    ("fleet", &["fault", "config", "clock", "app", "demo", "fleet"]),
];

/// Which files may name a library, so that it can be replaced in one place.
const LIBRARIES: &[(&str, &[&str])] = &[
    (
        "sqlx::",
        &[
            "src/store/postgres",
            "src/store/sqlite",
            "src/queue/sqlite.rs",
            "src/outage.rs",
            "src/chaos/checker",
            "src/bench",
        ],
    ),
    ("apalis", &["src/queue"]),
    (
        "axum::",
        &["src/api", "src/server.rs", "src/dispatch/receiver.rs", "src/chaos/receiver.rs", "src/bench/ceilings"],
    ),
    ("reqwest::", &["src/dispatch", "src/chaos/load.rs"]),
    ("PostgresStore", &["src/store/postgres", "src/app/open.rs"]),
    ("SqliteStore", &["src/store/sqlite", "src/app/open.rs"]),
    ("SqliteQueue", &["src/queue/sqlite.rs", "src/app/open.rs"]),
    ("use redis::", &["src/redis_connection.rs", "src/stock/redis", "src/queue/redis", "src/bench"]),
    ("RedisQueue", &["src/queue/redis", "src/app/open.rs"]),
    ("RedisStock", &["src/stock/redis", "src/app/open.rs"]),
    ("MemoryStock", &["src/stock/memory.rs", "src/app/open.rs"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(below: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut open = vec![root().join(below)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "no Rust files below {below}");
    files.sort();
    files
}

/// The lines of a file that are compiled into the product: no comments, no tests at its end.
fn product_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let product = text.split("#[cfg(test)]").next().unwrap_or(text);
    product
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

fn named_parts(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn layers_only_name_what_lies_below_them() {
    let mut broken = Vec::new();
    for (file, text) in rust_files("src") {
        let within = file.strip_prefix("src/").unwrap();
        let part = within.split('/').next().unwrap();
        if matches!(part, "lib.rs" | "main.rs") {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == part) else {
            broken.push(format!("{file}: {part} has no place in the layers; add it to LAYERS in tests/it/tidy.rs"));
            continue;
        };
        for (at, line) in product_lines(&text) {
            for named in named_parts(line).filter(|named| !named.is_empty() && !allowed.contains(named)) {
                broken.push(format!(
                    "{file}:{at}: {part} must not name crate::{named}. It may name {allowed:?}: move the code to the layer \
                     that may, or pass in what it needs."
                ));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn libraries_are_named_where_they_can_be_replaced() {
    let mut broken = Vec::new();
    for (file, text) in rust_files("src") {
        for (library, places) in LIBRARIES {
            if places.iter().any(|place| file.starts_with(place)) {
                continue;
            }
            for (at, _) in product_lines(&text).filter(|(_, line)| line.contains(library)) {
                broken.push(format!("{file}:{at}: {library} belongs in {places:?} only; go through the port instead"));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// What the checker may build on. Everything else is the application, or could be.
const CHECKER_ROOTS: &[&str] = &["std", "futures", "serde", "serde_json", "sqlx"];
/// Functions and views of the migrations: the application's as well, though they stand in SQL.
const OF_MIGRATIONS: &[&str] =
    &["ulid_text", "live_draw", "live_recharge_order", "promised_award", "stock_used", "open_fire"];

#[test]
fn the_checker_shares_nothing_with_what_it_checks() {
    let files = rust_files("src/chaos/checker");
    let modules: Vec<&str> = files.iter().filter_map(|(file, _)| Path::new(file).file_stem()?.to_str()).collect();
    let mut broken = Vec::new();
    for (file, text) in &files {
        // Each `super` is one step up, and the directory of the checker is not to be left.
        let depth = file.split('/').count() - "src/chaos/checker/".split('/').count() + 1;
        let steps_max = if file.ends_with("/mod.rs") { depth - 1 } else { depth };
        for (at, line) in product_lines(text) {
            let steps = line.matches("super::").count();
            let outside = line.contains("crate::") || line.contains("big_market::") || steps > steps_max;
            let root = line
                .trim_start()
                .trim_start_matches("pub ")
                .strip_prefix("use ")
                .map(|path| path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
            let foreign =
                root.is_some_and(|root| root != "super" && !CHECKER_ROOTS.contains(&root) && !modules.contains(&root));
            let borrowed = OF_MIGRATIONS.iter().any(|name| line.contains(name));
            if outside || foreign || borrowed {
                broken.push(format!(
                    "{file}:{at}: the checker proves nothing with the code it checks: write it anew, upon {CHECKER_ROOTS:?}"
                ));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let files = ["src", "tests"].into_iter().flat_map(rust_files);
    let silent: Vec<_> = files.filter(|(_, text)| !text.starts_with("//! ")).map(|(file, _)| file).collect();
    assert!(silent.is_empty(), "the first line of each file says what it is for, as `//! ...`: {silent:?}");
}

#[test]
fn nothing_is_left_for_later() {
    let mut broken = Vec::new();
    for (file, text) in ["src", "tests"].into_iter().flat_map(rust_files) {
        if file.ends_with("tidy.rs") {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            for word in ["TODO", "FIXME", "XXX", "#[allow(", "#[ignore"] {
                if line.contains(word) {
                    broken
                        .push(format!("{file}:{}: {word}: do it now, or write down in docs/decisions why not", at + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn migrations_come_in_pairs_of_the_same_name() {
    let names = |directory: &Path| -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
            .unwrap_or_default();
        names.sort();
        names
    };
    let (sqlite, postgres) = (root().join("migrations/sqlite"), root().join("migrations/postgres"));
    assert!(!names(&sqlite).is_empty(), "migrations/sqlite is empty");
    if postgres.exists() {
        assert_eq!(names(&sqlite), names(&postgres), "each migration is a pair of files with the same name");
    }
}
