//! `big-market fleet`: a whole fleet for who wants to see one, and what is left when it ends.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::process::{PATIENCE, Process, good};

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_serves_the_demo_survives_a_kill_and_leaves_nothing_behind() {
    let directory = tempdir().unwrap();
    let fleet = Process::start_as(directory.path(), &["fleet"]);
    let ann = json!({ "user_id": "ann", "sku": "9013" });
    good(fleet.post("/v1/activities/100301/recharges", "grant", &ann).send().await.unwrap()).await;
    let draw = async |key: &str| {
        // A connection that leads to a server that was killed is cut; asked again with the same key, another one answers.
        loop {
            let wish = fleet.post("/v1/activities/100301/draws", key, &json!({ "user_id": "ann" }));
            match wish.send().await {
                Ok(answer) if answer.status() != 503 => break good(answer).await,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    let first = draw("one").await;
    // Each process of it says that it lives.
    let lives = |role: &str, seen: &Value| {
        let items = seen["items"].as_array().unwrap().iter();
        items.filter(|item| item["role"] == role && item["alive"] == true).count()
    };
    let (servers, workers) = (fleet.children("server").len(), fleet.children("worker").len());
    let all = |seen: &Value| (lives("server", seen), lives("worker", seen)) == (servers, workers);
    fleet.eventually("/admin/processes", all).await;
    for server in fleet.children("server") {
        assert!(Command::new("kill").args(["-KILL", &server.to_string()]).status().unwrap().success());
        draw(&format!("after {server}")).await;
    }
    assert_eq!(draw("one").await, first, "what was answered stays so");
    // What needs nobody else is delivered. A server may still be on its way back.
    let all_delivered = async || {
        let answer = fleet.get("/v1/users/ann/awards").send().await.ok()?;
        let awards = answer.json::<Value>().await.ok()?;
        let awards = awards["items"].as_array()?;
        let done = |award: &Value| award["award"]["kind"] != "points" || award["state"] == "delivered";
        (!awards.is_empty() && awards.iter().all(done)).then_some(())
    };
    let looking = async {
        while all_delivered().await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("awards of points are delivered");

    let logs = fleet.logs.clone().expect("a fleet says where its logs are");
    assert!(Path::new(&logs).is_dir());
    let (code, _) = fleet.stop();
    assert_eq!(code, Some(0));
    assert!(!Path::new(&logs).exists(), "{logs} is left behind");
}
