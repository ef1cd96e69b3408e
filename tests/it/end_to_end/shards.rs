//! `big-market shards`: what it prints, and what it says of bad input.

use std::path::Path;
use std::process::Output;

use tempfile::tempdir;

use super::process::command;
use crate::support::pair::Pair;
use crate::support::redis_server::RedisServer;

struct Installation {
    pair: Pair,
    environment: Vec<(&'static str, String)>,
}

impl Installation {
    async fn fresh() -> Self {
        let pair = Pair::fresh().await;
        let redis = RedisServer::shared().settings();
        let environment = vec![
            ("BIG_MARKET__STORE__MODE", "distributed".into()),
            ("BIG_MARKET__STORE__SHARDS", pair.urls().join(",")),
            ("BIG_MARKET__REDIS__URL", redis.url.text().unwrap().to_owned()),
            ("BIG_MARKET__REDIS__PREFIX", redis.prefix),
        ];
        Self { pair, environment }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let nowhere = Path::new("/nonexistent");
        command(nowhere).envs(self.environment.iter().cloned()).arg("shards").args(arguments).output().unwrap()
    }

    fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn complaint(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// The buckets of each database, as `show` counts them.
    fn counts(&self) -> Vec<String> {
        let shown = self.printed(&["show"]);
        let rows = shown.lines().skip(1).take(2);
        rows.map(|row| row.split_whitespace().nth(2).unwrap().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buckets_are_shown_moved_and_spread() {
    let installation = Installation::fresh().await;
    assert_eq!(installation.counts(), ["512", "512"]);
    let moved = installation.printed(&["move", "--bucket", "3,510-511", "--to", "1"]);
    assert!(moved.contains("bucket 3: moved from database 0 to 1 (1 of 3)"), "{moved}");
    assert!(moved.contains("bucket 511: moved from database 0 to 1 (3 of 3)"), "{moved}");
    assert_eq!(installation.counts(), ["509", "515"]);
    let again = installation.printed(&["move", "--bucket", "3", "--to", "1"]);
    assert!(again.contains("bucket 3: is in database 1 already"), "{again}");

    // As a mover that died leaves it.
    let mut first = installation.pair.connect(0).await;
    sqlx::raw_sql("UPDATE bucket_map SET moving_to = 1, move_number = move_number + 1 WHERE bucket = 8")
        .execute(&mut first)
        .await
        .unwrap();
    // Whoever starts ends it.
    assert_eq!(installation.counts(), ["508", "516"]);

    let spread = installation.printed(&["spread"]);
    assert_eq!(spread.matches("moved from database 1 to 0").count(), 4, "{spread}");
    assert_eq!(installation.counts(), ["512", "512"]);
    assert!(installation.printed(&["spread"]).contains("nothing is left to move"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_moves_are_refused_by_name() {
    let installation = Installation::fresh().await;
    for bucket in ["1024", "5-3", "ann"] {
        assert!(installation.complaint(&["move", "--bucket", bucket, "--to", "1"]).contains(bucket));
    }
    let said = installation.complaint(&["move", "--bucket", "5", "--to", "2"]);
    assert!(said.contains("no database 2") && said.contains("from 0 to 1"), "{said}");
    let directory = tempdir().unwrap();
    let embedded = command(directory.path()).args(["shards", "show"]).output().unwrap();
    assert!(!embedded.status.success());
    assert!(String::from_utf8_lossy(&embedded.stderr).contains("store.shards"));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is made to look at");
}
