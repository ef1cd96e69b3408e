//! Wins of limited awards and lists of users: the facts of draws that are no quota.

use std::sync::Arc;

use big_market::domain::award::PrizeValue;
use big_market::domain::id::{AwardId, UserId, Version};
use big_market::domain::quota::Quota;
use big_market::domain::standing::{ListedUser, Standing, UserList};
use big_market::domain::stock::Epoch;
use big_market::store::catalog::Published;
use big_market::store::draws::{DrawGroup, Recorded};
use big_market::store::{Page, Store};
use futures::future::join_all;
use serde_json::json;

use crate::support::rows::{
    OpenActivity, activity, at, award_item, change, limited, new_version, noted, sku_item, user,
};

const CAR: PrizeValue = PrizeValue::Goods;
const NOTHING: PrizeValue = PrizeValue::Nothing;

fn won(wins: u32) -> Standing {
    let won = (wins > 0).then(|| (AwardId::new("car").unwrap(), wins));
    Standing { list: None, won: won.into_iter().collect() }
}

async fn standing(open: &OpenActivity, user_id: &UserId) -> Standing {
    open.facts(user_id, &[]).await.standing
}

/// An activity that limits the award `car` to so many a user.
async fn with_limit(store: &Arc<dyn Store>, per_user: u32) -> OpenActivity {
    let open = OpenActivity { epoch: Epoch(2), ..OpenActivity::publish(store, "a").await };
    let new = limited(new_version(&open.activity_id, "limited", &[]), &[("car", per_user)]);
    assert_eq!(store.publish(&new).await.unwrap(), Published::Version(Version(2)));
    open
}

/// Draws of which each win of a car is counted, as far as `per_user` allows.
async fn group(open: &OpenActivity, request_id: &str, values: &[PrizeValue], per_user: u32) -> DrawGroup {
    let ann = user("ann");
    let facts = open.facts(&ann, &[]).await;
    let mut group = open.group(&ann, request_id, facts.quota, values);
    let mut standing = facts.standing;
    for new in &mut group.draws {
        new.draw.version = Version(2);
        new.draw.standing = standing.clone();
        if new.draw.award_id.as_str() == "car" {
            new.per_user = Some(per_user);
            standing.count_win(&new.draw.award_id);
        }
    }
    group
}

pub async fn wins_of_limited_awards_are_facts(store: Arc<dyn Store>) {
    let open = with_limit(&store, 3).await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    assert_eq!(standing(&open, &ann).await, Standing::default());
    let first = group(&open, "r", &[CAR, NOTHING, CAR], 3).await;
    assert_eq!(open.record(&first).await, Recorded::Committed);
    assert_eq!(open.record(&first).await, Recorded::Moved, "a repeat counts nothing");
    assert_eq!(standing(&open, &ann).await, won(2));
    assert_eq!(open.record(&group(&open, "s", &[CAR], 3).await).await, Recorded::Committed);
    assert_eq!(standing(&open, &ann).await, won(3));
    assert_eq!(standing(&open, &user("bob")).await, Standing::default());
    let kept = open.facts(&ann, &["r"]).await.earlier;
    let kept: Vec<_> = kept.into_iter().map(|draw| draw.standing).collect();
    assert_eq!(kept, [Standing::default(), won(1), won(1)]);
    assert_eq!(store.win_violations(9).await.unwrap(), []);
}

pub async fn a_win_beyond_its_limit_is_a_fault_and_writes_nothing(store: Arc<dyn Store>) {
    let open = with_limit(&store, 2).await;
    let ann = user("ann");
    open.grant(&ann, "g", 9).await;
    let too_many = group(&open, "r", &[CAR, CAR, CAR], 2).await;
    assert!(store.record_draws(&[too_many]).await.is_err());
    assert_eq!(open.record(&group(&open, "r", &[CAR, CAR], 2).await).await, Recorded::Committed);
    let one_more = group(&open, "s", &[NOTHING, CAR], 2).await;
    assert!(store.record_draws(&[one_more]).await.is_err());
    let facts = open.facts(&ann, &["s"]).await;
    assert_eq!((facts.quota.used, facts.standing, facts.earlier), (2, won(2), vec![]));
}

pub async fn parallel_wins_of_one_user_stay_within_the_limit(store: Arc<dyn Store>) {
    let open = with_limit(&store, 1).await;
    open.grant(&user("ann"), "g", 50).await;
    let mut groups = Vec::new();
    for number in 0..12 {
        groups.push(group(&open, &format!("r{number}"), &[CAR], 1).await);
    }
    let answers = join_all(groups.iter().map(|group| open.record(group))).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Recorded::Committed).count(), 1);
    assert_eq!(standing(&open, &user("ann")).await, won(1));
    assert_eq!(store.win_violations(9).await.unwrap(), []);
}

pub async fn a_limit_that_begins_counts_what_was_won_before(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let (ann, bob) = (user("ann"), user("bob"));
    open.won(&ann, &[CAR, NOTHING, CAR]).await;
    open.won(&bob, &[NOTHING]).await;
    assert_eq!(standing(&open, &ann).await, Standing::default(), "nothing is limited");
    open.grant(&ann, "more", 9).await;
    let under_way = open.group(&ann, "s", open.quota(&ann).await, &[CAR]);
    let publish = async |title: &str, limits: &[(&str, u32)]| {
        let stock = new_version(&open.activity_id, "first", &[(award_item("car"), 10), (sku_item("pack"), 5)]).stock;
        let mut new = limited(new_version(&open.activity_id, title, &[]), limits);
        new.stock = stock;
        store.publish(&new).await.unwrap();
        store.stock_epoch(&open.activity_id).await.unwrap().unwrap().0
    };
    let begun = publish("limited", &[("car", 1)]).await;
    assert_eq!(begun, 2, "no total changed, and yet draws under way are stale");
    assert_eq!(standing(&open, &ann).await, won(2), "more than the limit is still what happened");
    assert_eq!(standing(&open, &bob).await, Standing::default());
    assert_eq!(open.record(&under_way).await, Recorded::Stale, "it was decided without the count");
    assert_eq!(publish("raised", &[("car", 5)]).await, begun, "another limit needs no other count");
    let open = OpenActivity { epoch: Epoch(begun), ..open.clone() };
    assert_eq!(open.record(&group(&open, "s", &[CAR], 5).await).await, Recorded::Committed);
    let ended = publish("unlimited", &[]).await;
    assert_eq!((ended, standing(&open, &ann).await), (begun + 1, Standing::default()));
    let open = OpenActivity { epoch: Epoch(ended), ..open };
    open.draw(&ann, "t", &[CAR]).await;
    assert_eq!(publish("again", &[("car", 9), ("other", 1)]).await, ended + 1);
    let counted = standing(&open, &ann).await;
    assert_eq!((counted.wins(&AwardId::new("car").unwrap()), counted.wins(&AwardId::new("other").unwrap())), (4, 1));
}

fn listed(name: &str, list: UserList, reason: Option<&str>, seconds: i64) -> ListedUser {
    ListedUser {
        activity_id: activity("a"),
        user_id: user(name),
        list,
        reason: reason.map(Into::into),
        created_at: at(seconds),
    }
}

pub async fn lists_are_facts_from_the_next_draw_on(store: Arc<dyn Store>) {
    let open = OpenActivity::publish(&store, "a").await;
    let other = OpenActivity::publish(&store, "b").await;
    let ann = user("ann");
    let put = async |listed: &ListedUser, seconds| store.put_on_list(listed, &change(seconds)).await.unwrap();
    let grey = listed("ann", UserList::Grey, Some("odd"), 1);
    assert_eq!(put(&grey, 1).await, grey);
    assert_eq!(put(&listed("ann", UserList::Grey, Some("odd"), 2), 2).await, grey, "the first entry stays");
    assert_eq!(standing(&open, &ann).await.list, Some(UserList::Grey));
    assert_eq!(standing(&open, &user("bob")).await.list, None);
    assert_eq!(standing(&other, &ann).await.list, None);
    let black = listed("ann", UserList::Black, None, 3);
    assert_eq!(put(&black, 3).await, black);
    assert_eq!(standing(&open, &ann).await.list, Some(UserList::Black), "off the other list");
    let take = async |list| store.take_off_list(&activity("a"), &ann, list, &change(4)).await.unwrap();
    assert!(!take(UserList::Grey).await);
    assert!(take(UserList::Black).await);
    assert!(!take(UserList::Black).await);
    assert_eq!(open.facts(&ann, &[]).await.standing, Standing::default());
    assert_eq!(open.quota(&ann).await, Quota::default());

    let audit = noted(&store).await;
    let told: Vec<_> = audit.iter().rev().map(|entry| (entry.action.as_str(), &entry.before, &entry.after)).collect();
    let (grey, black) = (json!({"list": "grey", "reason": "odd"}), json!({"list": "black", "reason": null}));
    let expected = [
        ("user_list.put", &None, &Some(grey.clone())),
        ("user_list.put", &Some(grey), &Some(black.clone())),
        ("user_list.delete", &Some(black), &None),
    ];
    assert_eq!(told, expected);
    assert!(audit.iter().all(|entry| entry.subject == "user ann in activity a"));
}

pub async fn lists_are_read_part_by_part_by_user(store: Arc<dyn Store>) {
    OpenActivity::publish(&store, "a").await;
    for (seconds, name) in (1..).zip(["dan", "ann", "用户", "cat", "bob"]) {
        store.put_on_list(&listed(name, UserList::Grey, None, seconds), &change(seconds)).await.unwrap();
    }
    store.put_on_list(&listed("eve", UserList::Black, None, 9), &change(9)).await.unwrap();
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let part = store.listed(&activity("a"), UserList::Grey, &Page { after, limit: 2 }).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.user_id.clone());
        assert!(part.len() <= 2);
        names.extend(part.into_iter().map(|listed| listed.user_id.to_string()));
    }
    assert_eq!(names, ["ann", "bob", "cat", "dan", "用户"]);
    let page = Page { after: None, limit: 9 };
    assert_eq!(store.listed(&activity("b"), UserList::Grey, &page).await.unwrap(), []);
}

pub async fn parallel_puts_leave_one_entry_and_one_record(store: Arc<dyn Store>) {
    OpenActivity::publish(&store, "a").await;
    let wanted = listed("ann", UserList::Grey, None, 1);
    let changes: Vec<_> = (0..8).map(change).collect();
    let answers = join_all(changes.iter().map(|change| store.put_on_list(&wanted, change))).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap() == wanted));
    let page = Page { after: None, limit: 9 };
    assert_eq!(store.listed(&activity("a"), UserList::Grey, &page).await.unwrap(), [wanted]);
    assert_eq!(noted(&store).await.len(), 1);
}
