//! Processes that say that they live, until they stop or are killed.

use serde_json::Value;
use tempfile::tempdir;

use super::process::Process;

const PROCESSES: &str = "/admin/processes";

fn count(answer: &Value, is_meant: impl Fn(&Value) -> bool) -> usize {
    answer["items"].as_array().unwrap().iter().filter(|item| is_meant(item)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_seen_from_its_start_to_its_end() {
    let directory = tempdir().unwrap();
    let process = Process::start(directory.path());
    let alone = process.eventually(PROCESSES, |seen| count(seen, |item| item["alive"] == true) == 1).await;
    assert_eq!((&alone["items"][0]["role"], &alone["items"][0]["stopped_at"]), (&"embedded".into(), &Value::Null));
    let (code, _) = process.stop();
    assert_eq!(code, Some(0));

    let mut process = Process::start(directory.path());
    let seen = process.eventually(PROCESSES, |seen| count(seen, |item| item["alive"] == true) == 1).await;
    assert_eq!(count(&seen, |item| item["stopped_at"].is_string()), 1, "the first one said that it ends: {seen:#}");
    process.kill();

    let process = Process::start(directory.path());
    let seen = process.eventually(PROCESSES, |seen| seen["items"].as_array().unwrap().len() == 3).await;
    assert_eq!(count(&seen, |item| item["stopped_at"].is_string()), 1, "who is killed says nothing: {seen:#}");
}
