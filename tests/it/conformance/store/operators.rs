//! Operators: one name each, an admin always, tries counted once each, sessions that end.

use std::sync::Arc;

use big_market::domain::audit::Actor;
use big_market::domain::calendar::Timestamp;
use big_market::domain::id::OperatorId;
use big_market::domain::operator::{Lockout, Operator, OperatorName, PasswordHash, Role, SessionHash};
use big_market::domain::user_token::TokenSecret;
use big_market::store::audit::AuditFilter;
use big_market::store::operators::{
    Added, Attempt, NewOperator, NewPassword, NewSession, OperatorChanged, OperatorWish,
};
use big_market::store::{Page, Store};
use futures::future::join_all;

use crate::support::rows::{at, change, mint, user};

const LOCKOUT: Lockout = Lockout { attempts_max: 3, first_seconds: 30, seconds_max: 100 };

fn new(name: &str, role: Role) -> NewOperator {
    NewOperator {
        operator_id: OperatorId::from_ulid(mint(&user("operators"))),
        name: OperatorName::new(name).unwrap(),
        role,
        password_hash: PasswordHash("first".into()),
    }
}

async fn add(store: &Arc<dyn Store>, name: &str, role: Role) -> Operator {
    match store.add_operator(&new(name, role), &change(0)).await.unwrap() {
        Added::Operator(operator) => operator,
        Added::NameTaken => panic!("{name} is taken"),
    }
}

fn session(operator: &Operator, token: &str, now: i64) -> NewSession {
    NewSession {
        hash: SessionHash::of(token),
        operator_id: operator.operator_id,
        password_hash: PasswordHash("first".into()),
        expires_at: at(now + 1_000),
        idle_since: at(now - 100),
    }
}

async fn alive(store: &Arc<dyn Store>, token: &str, now: i64) -> bool {
    store.session(SessionHash::of(token), at(now), at(now - 100)).await.unwrap().is_some()
}

async fn actions(store: &Arc<dyn Store>) -> Vec<String> {
    let page = Page { after: None, limit: 100 };
    store.audit(&AuditFilter::default(), &page).await.unwrap().into_iter().map(|entry| entry.action).collect()
}

async fn locked_until(store: &Arc<dyn Store>, operator: &Operator) -> Option<Timestamp> {
    store.operator(operator.operator_id).await.unwrap().unwrap().locked_until
}

pub async fn a_name_belongs_to_one_operator(store: Arc<dyn Store>) {
    let grace = new("Grace", Role::Viewer);
    let added = store.add_operator(&grace, &change(0)).await.unwrap();
    assert_eq!(store.add_operator(&grace, &change(1)).await.unwrap(), added, "a repeat changes nothing");
    assert_eq!(store.add_operator(&new("gRACE", Role::Admin), &change(2)).await.unwrap(), Added::NameTaken);
    let rivals: Vec<_> = (0..8).map(|_| new("Ada", Role::Viewer)).collect();
    let raced = join_all(rivals.iter().map(async |rival| store.add_operator(rival, &change(3)).await.unwrap())).await;
    assert_eq!(raced.iter().filter(|added| **added != Added::NameTaken).count(), 1);
    let names: Vec<_> =
        store.operators().await.unwrap().into_iter().map(|operator| operator.name.to_string()).collect();
    assert_eq!(names, ["Grace", "Ada"]);
    assert_eq!(actions(&store).await, ["operator.create"; 2]);
}

pub async fn one_admin_is_always_left(store: Arc<dyn Store>) {
    let admins = [add(&store, "one", Role::Admin).await, add(&store, "two", Role::Admin).await];
    let leave = OperatorWish { role: Some(Role::Viewer), ..OperatorWish::default() };
    let raced = join_all(
        admins.iter().map(async |admin| store.change_operator(admin.operator_id, &leave, &change(1)).await.unwrap()),
    )
    .await;
    assert_eq!(raced.iter().filter(|changed| **changed == OperatorChanged::LastAdmin).count(), 1, "{raced:?}");
    let unknown = OperatorId::from_ulid(mint(&user("operators")));
    assert_eq!(store.change_operator(unknown, &leave, &change(2)).await.unwrap(), OperatorChanged::Unknown);
    let left = store.operators().await.unwrap().into_iter().find(|operator| operator.role == Role::Admin).unwrap();
    let disable = OperatorWish { disabled: Some(true), ..OperatorWish::default() };
    let refused = store.change_operator(left.operator_id, &disable, &change(3)).await.unwrap();
    assert_eq!(refused, OperatorChanged::LastAdmin);
    assert_eq!(actions(&store).await, ["operator.change", "operator.create", "operator.create"]);
}

pub async fn tries_side_by_side_count_like_those_in_a_row(store: Arc<dyn Store>) {
    let grace = add(&store, "grace", Role::Viewer).await;
    let attempt = async |now: i64| store.begin_attempt(&grace.name, &LOCKOUT, &change(now)).await.unwrap();
    let raced = join_all((0..20).map(|_| attempt(10))).await;
    let compared = raced.iter().filter(|attempt| matches!(attempt, Attempt::Compare(..))).count();
    assert_eq!(compared, 3, "{raced:?}");
    assert_eq!(attempt(39).await, Attempt::Locked(at(40)));
    assert!(matches!(attempt(40).await, Attempt::Compare(..)), "one more, and a longer lock");
    assert_eq!(attempt(41).await, Attempt::Locked(at(100)));
    assert!(store.begin_session(&session(&grace, "s", 42), &change(42)).await.unwrap());
    assert_eq!(locked_until(&store, &grace).await, None);
    assert!(matches!(attempt(43).await, Attempt::Compare(..)));
    assert_eq!(locked_until(&store, &grace).await, None, "counted from none");
    let nobody = OperatorName::new("nobody").unwrap();
    assert_eq!(store.begin_attempt(&nobody, &LOCKOUT, &change(44)).await.unwrap(), Attempt::Nobody);
    assert_eq!(actions(&store).await, ["session.begin", "operator.lock", "operator.lock", "operator.create"]);
}

pub async fn a_session_ends_by_time_by_idleness_and_when_told(store: Arc<dyn Store>) {
    let grace = add(&store, "grace", Role::Viewer).await;
    for _ in 0..2 {
        assert!(store.begin_session(&session(&grace, "a", 0), &change(0)).await.unwrap(), "a repeat changes nothing");
    }
    assert_eq!(actions(&store).await, ["session.begin", "operator.create"]);
    assert!(alive(&store, "a", 99).await && !alive(&store, "a", 100).await && !alive(&store, "b", 0).await);
    for now in [99, 50, 198] {
        store.touch_session(SessionHash::of("a"), at(now)).await.unwrap();
    }
    assert!(alive(&store, "a", 297).await, "a later note stays");
    store.touch_session(SessionHash::of("a"), at(999)).await.unwrap();
    assert!(alive(&store, "a", 999).await && !alive(&store, "a", 1_000).await);
    assert!(store.begin_session(&session(&grace, "b", 999), &change(999)).await.unwrap());
    let by = big_market::domain::audit::Change { actor: Actor::Operator(grace.operator_id), ..change(1_000) };
    store.end_session(SessionHash::of("b"), &by).await.unwrap();
    store.end_session(SessionHash::of("b"), &change(1_001)).await.unwrap();
    assert!(!alive(&store, "b", 1_000).await);
    let page = Page { after: None, limit: 1 };
    let last = store.audit(&AuditFilter::default(), &page).await.unwrap().remove(0);
    assert_eq!((last.action.as_str(), last.actor_name.as_deref()), ("session.end", Some("grace")));
}

pub async fn who_is_disabled_or_has_another_password_gets_no_session(store: Arc<dyn Store>) {
    let grace = add(&store, "grace", Role::Viewer).await;
    for token in ["here", "there"] {
        assert!(store.begin_session(&session(&grace, token, 0), &change(0)).await.unwrap());
    }
    let new = NewPassword {
        operator_id: grace.operator_id,
        from: PasswordHash("first".into()),
        to: PasswordHash("second".into()),
        session: SessionHash::of("here"),
    };
    assert!(store.replace_password(&new, &change(1)).await.unwrap());
    assert!(!store.replace_password(&new, &change(2)).await.unwrap(), "it is another one meanwhile");
    assert!(alive(&store, "here", 3).await && !alive(&store, "there", 3).await);
    assert!(!store.begin_session(&session(&grace, "late", 4), &change(4)).await.unwrap());
    let change_to = async |wish: OperatorWish, now: i64| {
        store.change_operator(grace.operator_id, &wish, &change(now)).await.unwrap()
    };
    change_to(OperatorWish { password_hash: Some(PasswordHash("first".into())), ..OperatorWish::default() }, 5).await;
    assert!(!alive(&store, "here", 6).await, "a reset ends every session");
    assert!(store.begin_session(&session(&grace, "again", 6), &change(6)).await.unwrap());
    change_to(OperatorWish { disabled: Some(true), ..OperatorWish::default() }, 7).await;
    assert!(!alive(&store, "again", 8).await);
    assert!(!store.begin_session(&session(&grace, "never", 8), &change(8)).await.unwrap());
    assert_eq!(store.begin_attempt(&grace.name, &LOCKOUT, &change(9)).await.unwrap(), Attempt::Nobody);
}

pub async fn the_first_secret_is_everybody_s(store: Arc<dyn Store>) {
    let fresh: Vec<_> = (0..8).map(|number| TokenSecret([number; 32])).collect();
    let given = join_all(fresh.iter().map(async |fresh| store.token_secret(fresh, at(0)).await.unwrap())).await;
    assert!(given.iter().all(|secret| *secret == given[0]) && fresh.contains(&given[0]));
}
