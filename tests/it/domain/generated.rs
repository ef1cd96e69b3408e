//! Documents and facts for properties: mutated samples, and documents that are likely to be valid.

use big_market::domain::document::{
    AwardDocument, BlacklistDocument, CampaignDocument, LimitsDocument, PrizeDocument, TierDocument,
};
use big_market::domain::id::{AwardId, UserId};
use big_market::domain::standing::{Standing, UserList};
use big_market::domain::strategy::TierMode;
use proptest::prelude::*;
use serde_json::Value;

use super::{demo, nothing};

/// Values that something in a document might trip over.
fn odd_value() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "0",
        "1",
        "0.5",
        "0.79",
        "1.5",
        "-1",
        "1e9",
        "0.000000000001",
        "100",
        "101",
        "102",
        "109",
        "9014",
        "user001",
        "ann",
        "once",
        "from",
        "points",
        "nothing",
        "goods",
        "a b",
        "\n",
        "用户",
        "UTC",
        "2026-01-01T00:00:00Z",
        "2031-06-30T23:59:60+14:00",
        "99999999999999999999",
    ];
    let numbers = [0_u64, 1, 2, 3, 10, 1_000, 1_000_000, 1 << 32, u64::MAX];
    prop_oneof![
        4 => proptest::sample::select(texts.to_vec()).prop_map(Value::from).boxed(),
        3 => proptest::sample::select(numbers.to_vec()).prop_map(Value::from).boxed(),
        1 => any::<String>().prop_map(Value::from).boxed(),
        1 => any::<u32>().prop_map(Value::from).boxed(),
        1 => Just(Value::Null).boxed(),
    ]
}

/// One change somewhere in a document's JSON.
#[derive(Debug, Clone)]
pub(super) enum Mutation {
    Set(prop::sample::Index, Value),
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
}

pub(super) fn mutation() -> impl Strategy<Value = Mutation> {
    let any_place = any::<prop::sample::Index>;
    prop_oneof![
        4 => (any_place(), odd_value()).prop_map(|(at, value)| Mutation::Set(at, value)),
        1 => any_place().prop_map(Mutation::Remove),
        1 => any_place().prop_map(Mutation::Repeat),
        2 => (any_place(), any_place()).prop_map(|(one, other)| Mutation::Swap(one, other)),
    ]
}

/// The JSON pointers of every value in a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(values) => values.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in inner {
        let pointer = format!("{at}/{key}");
        found.push(pointer.clone());
        pointers(value, &pointer, found);
    }
}

pub(super) fn apply(document: &mut Value, mutation: Mutation) {
    let mut found = Vec::new();
    pointers(document, "", &mut found);
    let mut leaves = found.clone();
    leaves.retain(|pointer| document.pointer(pointer).is_some_and(|value| !value.is_object() && !value.is_array()));
    let in_list = |pointer: &String| pointer.rsplit('/').next().unwrap().parse::<usize>().is_ok();
    let entries: Vec<String> = found.into_iter().filter(in_list).collect();
    match mutation {
        Mutation::Set(at, value) => *document.pointer_mut(at.get::<String>(&leaves)).unwrap() = value,
        Mutation::Swap(one, other) => {
            let value = document.pointer(one.get::<String>(&leaves)).unwrap().clone();
            *document.pointer_mut(other.get::<String>(&leaves)).unwrap() = value;
        }
        Mutation::Remove(at) => with_entry(document, at, &entries, |list, index| drop(list.remove(index))),
        Mutation::Repeat(at) => with_entry(document, at, &entries, |list, index| list.push(list[index].clone())),
    }
}

fn with_entry(
    document: &mut Value,
    at: prop::sample::Index,
    entries: &[String],
    change: impl FnOnce(&mut Vec<Value>, usize),
) {
    if entries.is_empty() {
        return;
    }
    let (list, index) = at.get(entries).rsplit_once('/').unwrap();
    change(document.pointer_mut(list).unwrap().as_array_mut().unwrap(), index.parse().unwrap());
}

/// One award of a document that is likely to be valid.
#[derive(Debug, Clone)]
struct Sketch {
    stock: Option<u64>,
    unlock_after: u32,
    per_user: Option<u32>,
    fallback: prop::sample::Index,
    points: bool,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let stock = prop::option::of(0_u64..50);
    let per_user = prop::option::weighted(0.3, 1_u32..4);
    (stock, 0_u32..4, per_user, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(stock, unlock_after, per_user, fallback, points)| Sketch { stock, unlock_after, per_user, fallback, points },
    )
}

/// Documents that are likely to be valid: weights sum to 1, each award falls back to a later one, the last never runs
/// out.
pub(super) fn likely_valid() -> impl Strategy<Value = CampaignDocument> {
    let awards = prop::collection::vec((sketch(), 1_u64..=10_000), 1..8);
    let tiers = prop::collection::btree_map(2_u32..40, (any::<bool>(), any::<prop::sample::Index>()), 0..4);
    let blacklist = prop::option::of(any::<prop::sample::Index>());
    let day = prop::option::of(3_u32..100);
    (awards, tiers, blacklist, day).prop_map(|(awards, tiers, blacklist, day)| {
        let mut cuts: Vec<u64> = awards.iter().map(|(_, cut)| *cut).chain([0, 10_000]).collect();
        cuts.sort_unstable();
        let last = awards.len();
        let mut document = demo();
        document.limits = LimitsDocument { day, month: None };
        document.awards = awards.iter().enumerate().map(|(index, (sketch, _))| award(sketch, index, last)).collect();
        document.awards.push(nothing(&last.to_string()));
        for (award, ends) in document.awards.iter_mut().zip(cuts.windows(2)) {
            let weight = ends[1] - ends[0];
            award.weight = if weight == 10_000 { "1".into() } else { format!("0.{weight:04}") };
        }
        document.tiers = tiers
            .into_iter()
            .map(|(at, (once, first))| TierDocument {
                at,
                mode: if once { TierMode::Once } else { TierMode::From },
                awards: (first.index(last + 1)..=last).map(|index| index.to_string()).collect(),
            })
            .collect();
        document.blacklist = blacklist.map(|award| BlacklistDocument {
            users: vec!["user001".into()],
            award: award.index(last + 1).to_string(),
            points: None,
        });
        document
    })
}

fn award(sketch: &Sketch, index: usize, last: usize) -> AwardDocument {
    let prize = if sketch.points {
        PrizeDocument::Points { min: "0.01".into(), max: "9.99".into() }
    } else {
        PrizeDocument::Draws { sku: "9013".into() }
    };
    let fallback = index + 1 + sketch.fallback.index(last - index);
    AwardDocument {
        stock: sketch.stock,
        unlock_after: sketch.unlock_after,
        per_user: sketch.per_user,
        fallback: (sketch.stock.is_some() || sketch.unlock_after > 0 || sketch.per_user.is_some())
            .then(|| fallback.to_string()),
        prize,
        ..nothing(&index.to_string())
    }
}

/// A user's name, draws used, those of today, and standing.
pub(super) type Facts = (UserId, u32, u32, Standing);

/// A user's name, counts and standing, at and around every edge of the documents above.
pub(super) fn facts() -> impl Strategy<Value = Facts> {
    let user = prop_oneof![Just("ann"), Just("user001"), Just("user002")].prop_map(|user| UserId::new(user).unwrap());
    let count = || prop_oneof![4 => 0_u32..45, 1 => 0_u32..1_100, 1 => any::<u32>(), 1 => Just(u32::MAX)];
    let list = prop_oneof![4 => Just(None), 1 => Just(Some(UserList::Black)), 1 => Just(Some(UserList::Grey))];
    let won = prop::collection::btree_map(0_u32..8, 1_u32..5, 0..4);
    let standing = (list, won).prop_map(|(list, won)| {
        let won = won.into_iter().map(|(award, won)| (AwardId::new(&award.to_string()).unwrap(), won));
        Standing { list, won: won.collect() }
    });
    (user, count(), count(), standing)
}
