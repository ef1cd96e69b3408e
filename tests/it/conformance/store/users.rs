//! Which users are known.

use std::sync::Arc;

use big_market::domain::standing::{ListedUser, UserList};
use big_market::store::behaviours::{BehavioursRecorded, NewBehaviour};
use big_market::store::users::first_looked_at;
use big_market::store::{Page, Store};

use crate::support::exchanges::{earn, payment};
use crate::support::rows::{OpenActivity, activity, at, change, user};

async fn found(store: &Arc<dyn Store>, prefix: &str, after: Option<&str>, limit: u32) -> Vec<String> {
    let page = Page { after: after.map(user), limit };
    store.users(prefix, &page).await.unwrap().iter().map(ToString::to_string).collect()
}

async fn list(store: &Arc<dyn Store>, name: &str, list: UserList) {
    let (activity_id, user_id) = (activity("a"), user(name));
    let listed = ListedUser { activity_id, user_id, list, reason: None, created_at: at(0) };
    store.put_on_list(&listed, &change(0)).await.unwrap();
}

pub async fn everybody_who_left_a_row_is_found_once(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let other = OpenActivity::publish(&store, "b").await;
    assert_eq!(found(&store, "", None, 9).await, [""; 0]);
    for (by, name) in [(&open, "ann"), (&other, "ann"), (&open, "granted")] {
        by.grant(&user(name), &format!("grant {name}"), 3).await;
    }
    for name in ["saver", "ann"] {
        earn(&store, &user(name), 500, None).await;
    }
    for key in ["one", "two"] {
        let unrewarded = NewBehaviour { orders: vec![], credits: vec![], ..payment(&open, &user("behaved"), key) };
        assert_eq!(store.record_behaviours(&[unrewarded]).await.unwrap(), BehavioursRecorded::Committed);
    }
    for name in ["listed", "ann"] {
        list(&store, name, UserList::Grey).await;
    }
    assert_eq!(found(&store, "", None, 9).await, ["ann", "behaved", "granted", "listed", "saver"]);
    for name in ["behaved", "granted", "listed", "saver"] {
        assert_eq!(found(&store, name, None, 9).await, [name], "by its whole id");
        assert_eq!(found(&store, &name[..2], None, 9).await, [name]);
    }
    assert_eq!(found(&store, "annn", None, 9).await, [""; 0]);
}

pub async fn ids_are_found_in_the_order_of_their_bytes_part_by_part(store: Arc<dyn Store>) {
    // Upper case before lower case, signs that patterns would take for wildcards, letters of several bytes and of none.
    let names = ["%", "A", "Zoe", "_", "a", "a b", "a%", "a_", "a_1", "ab", "b", "user:a", "é", "用户", "用户 1", "😀"];
    for name in names.iter().rev() {
        list(&store, name, UserList::Black).await;
    }
    assert!(names.is_sorted());
    assert_eq!(found(&store, "", None, 99).await, names);
    for prefix in ["", "a", "a_", "%", "A", "用", "用户 ", "user:", "é", "z"] {
        let wanted: Vec<_> = names.into_iter().filter(|name| name.starts_with(prefix)).collect();
        assert_eq!(found(&store, prefix, None, 99).await, wanted, "{prefix:?}");
        for limit in 1..4 {
            let (mut parts, mut after) = (Vec::new(), None);
            loop {
                let part = found(&store, prefix, after.as_deref(), limit).await;
                assert!(part.len() <= limit as usize);
                let Some(last) = part.last().cloned() else { break };
                after = Some(last);
                parts.extend(part);
            }
            assert_eq!(parts, wanted, "{prefix:?} by {limit}");
        }
    }
    assert_eq!(found(&store, "b", Some("a"), 9).await, ["b"], "after an id before the text");
    assert_eq!(found(&store, "a", Some("b"), 9).await, [""; 0], "after an id behind it");
    assert_eq!(first_looked_at("a", Some(&user("ab"))), "ab\u{1}");
}
