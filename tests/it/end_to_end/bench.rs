//! `big-market bench`: every figure is measured and judged, and what was measured keeps its promises.

use serde_json::Value;
use tempfile::tempdir;

use super::process::command;

/// Runs a benchmark that is as short as can be, and gives what it wrote.
fn bench(arguments: &[&str], results: &str) -> Value {
    let directory = tempdir().unwrap();
    let out = directory.path().join("out");
    let output = command(directory.path())
        .arg("bench")
        .args(arguments)
        .args(["--seconds", "1", "--users", "50", "--clients", "8", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("| figure | median |"), "{told}");
    serde_json::from_str(&std::fs::read_to_string(out.join(results)).unwrap()).unwrap()
}

/// The figures that have a target, each with a value that is a number.
fn judged(results: &Value) -> Vec<&str> {
    let figures = results["figures"].as_array().unwrap();
    assert!(figures.iter().all(|figure| figure["median"].as_f64().is_some_and(|median| median > 0.0)), "{figures:#?}");
    let judged = figures.iter().filter(|figure| figure["is_met"].is_boolean());
    judged.map(|figure| figure["name"].as_str().unwrap()).collect()
}

fn assert_books_hold(results: &Value, markets: usize) {
    let violations = results["violations"].as_object().unwrap();
    assert_eq!(violations.len(), markets);
    assert!(violations.values().all(|rows| rows == 0), "{violations:?}");
}

#[test]
fn both_halves_are_measured_against_their_ceilings() {
    let results = bench(&["--repeats", "1"], "results.json");
    assert_eq!(
        judged(&results),
        [
            "distributed draws / a transaction each by hand",
            "distributed draws / batched by hand",
            "SQL statements a draw",
            "Redis calls a draw",
            "distributed: p99 at half of peak",
            "a lone draw / (a Redis call + a transaction by hand)",
            "distributed: memory of the server at most",
            "two databases and servers / one of each",
            "embedded draws / batched by hand",
            "embedded: p99 at half of peak",
            "embedded: memory of the server at most",
        ]
    );
    assert_books_hold(&results, 3);
    let stretches = results["stretches"].as_array().unwrap();
    for stretch in stretches {
        let statuses = stretch["statuses"].as_object().unwrap();
        assert!(statuses.keys().all(|status| status == "201") && !statuses.is_empty(), "{stretch:#}");
    }
}

#[test]
fn work_is_measured_from_its_promise_to_its_delivery() {
    let all = bench(&["jobs", "--backlog", "600"], "jobs.json");
    assert_eq!(judged(&all["results"]), ["awards of a backlog delivered", "from the draw to the delivery, p99"]);
    assert_books_hold(&all["results"], 1);
    let backlog = all["backlog"].as_array().unwrap();
    assert_eq!(backlog.last().unwrap()["left"], 0);
}

#[test]
fn a_full_market_is_compared_with_an_empty_one() {
    let results = bench(&["scale", "--stored", "600", "--activities", "3", "--repeats", "1"], "scale.json");
    assert_eq!(judged(&results), ["microseconds of processors a draw, large / small", "draws, large / small"]);
    assert_books_hold(&results, 2);
}
