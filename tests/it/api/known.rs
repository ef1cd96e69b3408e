//! Finding users.

use serde_json::Value;

use crate::support::market::{Answer, Market};

fn ids(answer: &Answer) -> Vec<String> {
    answer.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_their_id() {
    let market = Market::demo().await;
    for name in ["ann", "ann-2", "Ann", "anna b", "bob"] {
        market.user(name).recharge("9014").await;
    }
    assert_eq!(ids(&market.get("/admin/users?prefix=ann").await), ["ann", "ann-2", "anna b"]);
    assert_eq!(ids(&market.get("/admin/users?prefix=anna%20").await), ["anna b"], "what is being typed");
    assert_eq!(ids(&market.get("/admin/users?prefix=%25").await), [""; 0]);
    assert_eq!(ids(&market.get("/admin/users").await), ["Ann", "ann", "ann-2", "anna b", "bob"]);

    let part = market.get("/admin/users?prefix=ann&limit=2").await;
    assert_eq!((ids(&part), &part.json()["next_cursor"]), (vec!["ann".into(), "ann-2".into()], &"ann-2".into()));
    let rest = market.get("/admin/users?prefix=ann&limit=2&cursor=ann-2").await;
    assert_eq!((ids(&rest), &rest.json()["next_cursor"]), (vec!["anna b".to_owned()], &Value::Null));

    let bad = market.get(format!("/admin/users?prefix={}&limit=0&q=1", "x".repeat(129))).await;
    assert_eq!(bad.fault_fields(), ["q", "prefix", "limit"]);
    assert_eq!(market.get("/admin/users?prefix=a%0Ab").await.fault_fields(), ["prefix"]);
}
