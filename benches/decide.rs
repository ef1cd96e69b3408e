//! What a decision costs, beside the HMAC that it cannot do without; and other ways to pick an award.
//!
//! `cargo bench --bench decide` tells; docs/benchmarks.md has a run.

use std::hint::black_box;

use big_market::domain::campaign::Campaign;
use big_market::domain::document::{self, Format};
use big_market::domain::id::{ActivityId, RequestId, UserId};
use big_market::domain::receipt::Receipt;
use big_market::domain::roll::{DaySeed, Purpose, Roll, RollKey};
use big_market::domain::standing::Standing;
use big_market::domain::strategy::{DrawFacts, WeightTable, decide};
use big_market::domain::validate;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;
use sha2::Sha256;

const DEMO: &str = include_str!("../campaigns/demo-100301.toml");
const SEED: DaySeed = DaySeed([7; 32]);
/// As long as the message of an ordinary draw.
const MESSAGE: &[u8] = b"100301\nuser-123456\n01J9ZZZZZZZZZZZZZZZZZZZZZZ\n0";

fn demo() -> Campaign {
    validate::compile(&document::parse(DEMO, Format::Toml).expect("a document")).expect("a campaign")
}

fn hmac() -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&SEED.0).expect("keys of any length");
    mac.update(black_box(MESSAGE));
    mac.finalize().into_bytes().into()
}

fn decision(criterion: &mut Criterion) {
    let campaign = demo();
    let activity_id: ActivityId = "100301".parse().expect("an id");
    let user_id: UserId = "user-123456".parse().expect("an id");
    let request_id: RequestId = "01J9ZZZZZZZZZZZZZZZZZZZZZZ".parse().expect("an id");
    let key = RollKey { activity_id: &activity_id, user_id: &user_id, request_id: &request_id, index: 0 };
    let standing = Standing::default();
    let facts = DrawFacts { user_id: &user_id, used: 3, used_today: 3, standing: &standing };
    let roll = Roll::new(&SEED, &key);

    let mut group = criterion.benchmark_group("decision");
    group.bench_function("hmac alone", |bencher| bencher.iter(hmac));
    group.bench_function("roll", |bencher| bencher.iter(|| Roll::new(black_box(&SEED), black_box(&key))));
    group.bench_function("rules alone", |bencher| {
        bencher.iter(|| decide(black_box(&campaign.strategy), black_box(&facts), black_box(roll)));
    });
    group.bench_function("whole", |bencher| {
        bencher.iter(|| decide(&campaign.strategy, black_box(&facts), Roll::new(black_box(&SEED), black_box(&key))));
    });
    group.finish();
}

/// Vose's alias method over integer weights, with the same exact number below a bound.
struct Alias {
    total: u64,
    columns: Vec<(u64, usize)>,
}

impl Alias {
    fn new(weights: &[u64]) -> Self {
        let (count, total) = (weights.len() as u64, weights.iter().sum());
        let mut scaled: Vec<u64> = weights.iter().map(|weight| weight * count).collect();
        let (mut small, mut large): (Vec<_>, Vec<_>) = (0..weights.len()).partition(|at| scaled[*at] < total);
        let mut columns: Vec<_> = (0..weights.len()).map(|at| (total, at)).collect();
        while let (Some(less), Some(more)) = (small.pop(), large.pop()) {
            columns[less] = (scaled[less], more);
            scaled[more] -= total - scaled[less];
            if scaled[more] < total { small.push(more) } else { large.push(more) }
        }
        Self { total, columns }
    }

    fn pick(&self, roll: Roll) -> usize {
        let column = usize::try_from(roll.below(self.columns.len() as u64, Purpose::Award)).expect("an index");
        let (kept, other) = self.columns[column];
        if roll.below(self.total, Purpose::Value) < kept { column } else { other }
    }
}

fn picks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pick");
    let mut random = StdRng::seed_from_u64(2026);
    for awards in [8, 100, 1000] {
        let weights: Vec<u64> = (0..awards).map(|_| random.random_range(1..1_000_000)).collect();
        let rolls: Vec<Roll> = (0..1024).map(|_| Roll(random.random())).collect();
        let cumulative = WeightTable::new(weights.iter().copied().zip(0..)).expect("weights");
        let alias = Alias::new(&weights);
        let library = WeightedAliasIndex::new(weights.clone()).expect("weights");
        let mut next = rolls.iter().copied().cycle();
        group.bench_function(BenchmarkId::new("cumulative", awards), |bencher| {
            bencher.iter(|| cumulative.pick(next.next().expect("a cycle")));
        });
        group.bench_function(BenchmarkId::new("alias", awards), |bencher| {
            bencher.iter(|| alias.pick(next.next().expect("a cycle")));
        });
        group.bench_function(BenchmarkId::new("alias of rand_distr", awards), |bencher| {
            bencher.iter(|| library.sample(&mut random));
        });
    }
    group.finish();
}

fn documents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("document");
    group.bench_function("parse and compile", |bencher| bencher.iter(demo));
    let receipts: Vec<Receipt> =
        serde_json::from_str(include_str!("../web/src/receipt/vectors.json")).expect("receipts");
    let receipt = &receipts[0];
    group.bench_function("encode a receipt", |bencher| {
        bencher.iter(|| serde_json::to_vec(black_box(receipt)).expect("JSON"));
    });
    group.finish();
}

criterion_group!(benches, decision, picks, documents);
criterion_main!(benches);
