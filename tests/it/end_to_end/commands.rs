//! The command line: what each command prints, and what it says of bad input.

use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::tempdir;

use super::process::command;

fn campaign(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns").join(name)
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    command(directory).args(arguments).output().unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_document_is_validated_shown_and_published_once() {
    let directory = tempdir().unwrap();
    let file = campaign("exactness-100001.toml");
    let file = file.to_str().unwrap();
    assert!(printed(&run(directory.path(), &["campaign", "validate", file])).contains("is valid"));
    let shown = printed(&run(directory.path(), &["campaign", "show", file]));
    assert!(shown.contains("109") && shown.contains("10000"), "{shown}");
    assert!(printed(&run(directory.path(), &["campaign", "publish", file])).contains("published version 1"));
    assert!(printed(&run(directory.path(), &["campaign", "publish", file])).contains("this document already"));
    let report = printed(&run(directory.path(), &["reconcile"]));
    assert_eq!(report.matches("holds").count(), 6, "{report}");
}

#[test]
fn every_fault_of_a_document_is_named_with_its_mend() {
    let directory = tempdir().unwrap();
    let text = std::fs::read_to_string(campaign("demo-100301.toml")).unwrap();
    let file = directory.path().join("broken.toml");
    let broken = text.replacen("weight = \"0.79\"", "weight = \"0.78\"", 1).replace("Asia/Shanghai", "Asia/Nowhere");
    std::fs::write(&file, broken).unwrap();
    let said = complaint(&run(directory.path(), &["campaign", "validate", file.to_str().unwrap()]));
    assert!(said.contains("time_zone") && said.contains("weight"), "{said}");
    assert!(complaint(&run(directory.path(), &["campaign", "publish", file.to_str().unwrap()])).contains("time_zone"));
}

#[test]
fn misspelt_settings_and_missing_files_are_named() {
    let directory = tempdir().unwrap();
    let settings = directory.path().join("big-market.toml");
    std::fs::write(&settings, "[server]\nlistne = \"127.0.0.1:1\"\n").unwrap();
    let said = complaint(&run(directory.path(), &["--config", settings.to_str().unwrap(), "migrate"]));
    assert!(said.contains("listne"), "{said}");
    let said = complaint(&run(directory.path(), &["verify", "no-such-file.json"]));
    assert!(said.contains("no-such-file.json"), "{said}");
    let missing = directory.path().join("missing");
    let said = complaint(&run(&missing, &["reconcile"]));
    assert!(said.contains("does not exist"), "{said}");
}

#[test]
fn schemas_are_printed_as_json() {
    let directory = tempdir().unwrap();
    for arguments in [&["openapi"][..], &["campaign", "schema"]] {
        let text = printed(&run(directory.path(), arguments));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(json.is_object());
    }
    assert!(printed(&run(directory.path(), &["migrate"])).contains("up to date"));
}

#[test]
fn a_chosen_key_that_is_too_short_is_refused_by_name() {
    let directory = tempdir().unwrap();
    let output = command(directory.path()).env("BIG_MARKET_DEMO_API_KEY", "short").output().unwrap();
    let said = complaint(&output);
    assert!(said.contains("BIG_MARKET_DEMO_API_KEY") && said.contains("16"), "{said}");
}

#[test]
fn an_address_that_is_taken_is_named_by_its_setting() {
    let directory = tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = complaint(&command(directory.path()).env("BIG_MARKET__SERVER__LISTEN", address).output().unwrap());
    assert!(said.contains("server.listen"), "{said}");
}

#[test]
fn operators_are_added_with_a_password_that_is_read_or_made() {
    let directory = tempdir().unwrap();
    let said = printed(&run(directory.path(), &["operator", "add", "grace", "--role", "admin"]));
    let password = said.lines().find_map(|line| line.strip_prefix("password: ")).unwrap();
    assert!(said.contains("added admin oper_") && password.len() >= 12, "{said}");
    assert!(complaint(&run(directory.path(), &["operator", "add", "Grace", "--role", "viewer"])).contains("already"));
    assert!(complaint(&run(directory.path(), &["operator", "add", "ada", "--role", "king"])).contains("king"));
    // Standard input is empty here.
    let arguments = ["operator", "add", "ada", "--role", "viewer", "--password-stdin"];
    let read = command(directory.path()).args(arguments).stdin(std::process::Stdio::null()).output().unwrap();
    assert!(complaint(&read).contains("12 to 128"));
}

#[test]
fn the_command_line_does_not_publish_where_it_takes_two_people() {
    let directory = tempdir().unwrap();
    let file = campaign("exactness-100001.toml");
    let arguments = ["campaign", "publish", file.to_str().unwrap()];
    let mut command = command(directory.path());
    let output = command.args(arguments).env("BIG_MARKET__CAMPAIGNS__SECOND_PERSON", "true").output().unwrap();
    assert!(complaint(&output).contains("campaigns.second_person"));
}
