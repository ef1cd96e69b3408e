//! A whole campaign through HTTP, from the first sign-in to closed books, as `campaigns/demo.sh` runs it.

use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use super::process::{KEY, Process};

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_runs_from_the_first_sign_in_to_closed_books() {
    let directory = tempdir().unwrap();
    let process = Process::start(directory.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns/demo.sh");
    let base = format!("http://{}", process.address);
    let output = Command::new("sh").arg(script).arg(&base).env("KEY", KEY).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.ends_with("== every invariant holds\n"), "{said}");
    let activities = process.json("/admin/activities").await;
    let settled = activities["items"].as_array().unwrap().iter().find(|item| item["state"] == "settled");
    let id = settled.expect("the campaign is settled")["id"].as_str().unwrap().to_owned();
    let report = process.json(&format!("/admin/activities/{id}/report")).await;
    assert_eq!((&report["sums"]["draws"], &report["days_different"]), (&48.into(), &0.into()), "{report:#}");
    // Three sign-ins of 10 and six payments of 25; four exchanges of 20, one of them taken back.
    assert_eq!(report["sums"]["points_rebated"], "180.00", "{report:#}");
    assert_eq!(
        (&report["sums"]["points_redeemed"], &report["sums"]["points_returned"]),
        (&"80.00".into(), &"20.00".into())
    );
    // Its seeds are public now, and its draws can be checked.
    let activity = process.json(&format!("/v1/activities/{id}")).await;
    assert_eq!(activity["state"], "settled");
    let changes = process.json("/admin/audit?limit=100").await;
    let did = |action: &str| changes["items"].as_array().unwrap().iter().any(|change| change["action"] == action);
    for action in ["campaign.publish", "coupon_pool.load", "goods.ship", "activity.close"] {
        assert!(did(action), "{action} is not recorded: {changes:#}");
    }
}
