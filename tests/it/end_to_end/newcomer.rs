//! From the first start to a delivered prize and a verified receipt, as the README says.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::process::{KEY, Process, command};

/// Runs a line in a shell and gives the JSON it printed.
fn shell(line: &str) -> Value {
    let output = Command::new("sh").args(["-c", line]).env("KEY", KEY).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{line}\n{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{line}\nprinted {printed:?}: {error}"))
}

fn check_three(answers: &[Value]) {
    let [recharge, draws, awards] = answers else { panic!("three commands, not {answers:?}") };
    assert_eq!(recharge["draws"], 5, "{recharge}");
    assert_eq!(draws["draws"].as_array().unwrap().len(), 1, "{draws}");
    let won = &draws["draws"][0]["award"]["id"];
    assert_eq!(awards["items"][0]["award"]["id"], *won, "{awards}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_commands_work_as_printed() {
    let directory = tempdir().unwrap();
    let process = Process::start(directory.path());
    let lines: Vec<_> = process.welcome.lines().filter(|line| line.starts_with("curl ")).collect();
    check_three(&lines.iter().map(|line| shell(line)).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_s_operator_signs_in_with_the_password_that_is_printed() {
    let directory = tempdir().unwrap();
    for _ in 0..2 {
        let process = Process::start(directory.path());
        let printed =
            process.welcome.lines().find_map(|line| line.strip_prefix("Operator: admin, password as made here: "));
        let wish = json!({"name": "admin", "password": printed.unwrap()});
        let answer = process.post("/admin/session", "", &wish).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        assert_eq!(process.json("/admin/operators").await["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_s_commands_work_as_written() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = readme.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let directory = tempdir().unwrap();
    let process = Process::start(directory.path());
    let answers: Vec<_> = block.lines().map(|line| shell(&line.replace("127.0.0.1:8080", &process.address))).collect();
    check_three(&answers);
}

#[tokio::test(flavor = "multi_thread")]
async fn prizes_are_delivered_and_receipts_verify_and_a_restart_keeps_everything() {
    let directory = tempdir().unwrap();
    let mut process = Process::start(directory.path());
    let recharged = process.post("/v1/activities/100301/recharges", "r", &json!({"user_id": "ann", "sku": "9011"}));
    assert_eq!(recharged.send().await.unwrap().status(), 201);
    for request in 0..15 {
        let body = json!({"user_id": "ann", "count": 10});
        let drawn = process.post("/v1/activities/100301/draws", &format!("d{request}"), &body).send().await.unwrap();
        assert_eq!(drawn.status(), 201);
    }
    // Everything that needs nobody arrives; coupons wait for codes and goods for a claim, visibly pending.
    let delivered = |awards: &Value| {
        let items = awards["items"].as_array().unwrap();
        items.iter().all(|award| match award["award"]["kind"].as_str().unwrap() {
            "coupon" | "goods" => award["state"] == "pending",
            _ => award["state"] == "delivered",
        })
    };
    let awards = process.eventually("/v1/users/ann/awards?limit=100", delivered).await;
    assert_eq!(awards["items"].as_array().unwrap().len(), 100);
    let points = process.json("/v1/users/ann/points").await;
    assert!(points["balance"].as_str().unwrap().parse::<f64>().unwrap() > 0.0, "{points}");

    let draw_id = process.json("/v1/users/ann/draws").await["items"][0]["id"].as_str().unwrap().to_owned();
    let receipt = process.json(&format!("/v1/draws/{draw_id}/receipt")).await;
    let file = directory.path().join("receipt.json");
    std::fs::write(&file, receipt.to_string()).unwrap();
    let verified = command(directory.path()).arg("verify").arg(&file).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let commitment = process.json("/v1/activities/100301").await["seeds"]["chains"][0]["commitment"].clone();
    for (noted, succeeds) in [(commitment.as_str().unwrap(), true), (&"0".repeat(64), false)] {
        let verified =
            command(directory.path()).arg("verify").arg(&file).args(["--commitment", noted]).output().unwrap();
        assert_eq!(verified.status.success(), succeeds, "{}", String::from_utf8_lossy(&verified.stderr));
    }
    let mut forged = receipt;
    forged["award_id"] = if forged["award_id"] == "101" { json!("104") } else { json!("101") };
    std::fs::write(&file, forged.to_string()).unwrap();
    assert!(!command(directory.path()).arg("verify").arg(&file).output().unwrap().status.success());

    process.kill();
    let process = Process::start(directory.path());
    assert_eq!(process.json("/v1/users/ann/points").await, points);
    let report = process.json("/admin/reconciliation").await;
    assert_eq!(report["violations_total"], 0, "{report:#}");
    let (code, _) = process.stop();
    assert_eq!(code, Some(0), "it stops when it is asked to");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_at_a_time_uses_the_embedded_files() {
    let directory = tempdir().unwrap();
    let _first = Process::start(directory.path());
    let second = command(directory.path()).output().unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("the embedded mode is one process"), "{said}");
}
