//! Buckets that move between two databases: every row comes along, whenever the mover dies.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use big_market::domain::award::PrizeValue;
use big_market::domain::bucket::Bucket;
use big_market::domain::goods::{GoodsClaim, Recipient};
use big_market::domain::id::{DrawId, UserId};
use big_market::domain::ledger::HoldState;
use big_market::domain::outbox::AttemptOutcome;
use big_market::domain::standing::{ListedUser, UserList};
use big_market::domain::stock::{Claim, ClaimEnd, ClaimId};
use big_market::store::Store;
use big_market::store::draws::Recorded;
use big_market::store::moves::{BucketMoved, OpenMove};
use big_market::store::postgres::USER_TABLES;
use big_market::store::sqlite::SqliteStore;

use crate::support::exchanges::{payment, redemption};
use crate::support::pair::{Pair, Rows, user_of};
use crate::support::points::Saver;
use crate::support::rows::{
    self, OpenActivity, activity, at, award_item, change, finish, lease, limited, mint, new_version, points, sku_item,
};

/// Moves that may end before one was seen between two given steps.
const TRIES_MAX: u32 = 30;

/// Tables that have no rows of users.
const NOBODYS_TABLES: [&str; 25] = [
    "_sqlx_migrations",
    "activity",
    "activity_report",
    "api_key",
    "audit",
    "bucket_home",
    "bucket_map",
    "campaign_draft",
    "campaign_version",
    "coupon_code",
    "coupon_pool",
    "cron_fire",
    "cron_fire_part",
    "job_state",
    "operator",
    "process",
    "seed_chain",
    "session",
    "settlement",
    "settlement_correction",
    "shard_identity",
    "shared_secret",
    "stock_epoch",
    "stock_item",
    // In the first database, for all users.
    "workflow",
];

async fn opened(store: &Arc<dyn Store>) -> OpenActivity {
    let stock = [(award_item("car"), 100), (sku_item("pack"), 100)];
    OpenActivity::publish_version(store, limited(new_version(&activity("a"), "first", &stock), &[("car", 3)])).await
}

/// Gives a user at least one row in every table of users.
async fn live(open: &OpenActivity, user_id: &UserId) {
    let store = &open.store;
    open.grant(user_id, "grant", 3).await;
    let mut group =
        open.group(user_id, "draw", open.quota(user_id).await, &[PrizeValue::Goods, points(100), points(250)]);
    group.draws[0].per_user = Some(3);
    assert_eq!(open.record(&group).await, Recorded::Committed);
    let deliveries = lease(store, &group.draws[1..], at(1)).await;
    let retry = AttemptOutcome::Retry { run_at: at(99), error: "a partner was away".into() };
    store.finish_attempts(&[finish(&deliveries[0], retry)], at(2)).await.unwrap();
    let recipient = Recipient { name: "Ann".into(), phone: "1".into(), address: vec!["Way 1".into()], note: None };
    let award_record_id = group.draws[0].draw.award_record_id;
    let claim = GoodsClaim { award_record_id, user_id: user_id.clone(), recipient, claimed_at: at(3), shipment: None };
    store.claim_goods(&claim).await.unwrap();
    let saver = Saver { store: store.clone(), user_id: user_id.clone() };
    saver.earn("e", 1_000, Some(at(9_000))).await;
    saver.spend("s", 100).await;
    saver.hold("h", 50, None).await;
    let captured = saver.hold("c", 70, Some(at(50))).await;
    saver.end("end", captured.hold_id, HoldState::Captured).await;
    store.record_redemption(&redemption(open, user_id, "r", (100, 1))).await.unwrap();
    store.record_behaviours(&[payment(open, user_id, "paid")]).await.unwrap();
    let listed = ListedUser {
        activity_id: open.activity_id.clone(),
        user_id: user_id.clone(),
        list: UserList::Grey,
        reason: Some("too lucky".into()),
        created_at: at(4),
    };
    store.put_on_list(&listed, &change(4)).await.unwrap();
    let lost = ClaimId::Draw(DrawId::from_ulid(mint(user_id)));
    let claim = Claim { claim_id: lost, activity_id: open.activity_id.clone(), item: award_item("car") };
    assert_eq!(store.end_claims(&[claim], at(5)).await.unwrap(), [ClaimEnd::Release]);
}

async fn moved(store: &Arc<dyn Store>, bucket: Bucket, to: usize) -> BucketMoved {
    store.move_bucket(bucket, to, &change(6)).await.unwrap()
}

async fn used_cars(store: &Arc<dyn Store>) -> u64 {
    let truth = store.stock_truth(&activity("a")).await.unwrap();
    truth.iter().find(|truth| truth.item.id() == "car").unwrap().used
}

#[tokio::test]
async fn the_mover_knows_every_table_of_users() {
    let pair = Pair::fresh().await;
    let mut connection = pair.connect(0).await;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    for table in &tables {
        let moves = USER_TABLES.contains(&table.as_str());
        assert_ne!(
            moves,
            NOBODYS_TABLES.contains(&table.as_str()),
            "{table}: put it into USER_TABLES of the mover if it has rows of users, else into the list of this test"
        );
    }
    assert!(USER_TABLES.iter().all(|table| tables.iter().any(|known| known == table)));
    let marked: BTreeSet<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.columns WHERE column_name = 'bucket' AND is_nullable = 'NO'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let known = USER_TABLES.iter().chain(&["bucket_home", "bucket_map"]).map(|table| (*table).to_owned());
    assert_eq!(marked, known.collect(), "rows of users say their bucket, and only they do");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_a_user_moves_and_nobody_elses() {
    let pair = Pair::fresh().await;
    let store = pair.process().await;
    let open = opened(&store).await;
    let (ann, bob) = (user_of(0, "ann"), user_of(1, "bob"));
    live(&open, &ann).await;
    live(&open, &bob).await;
    let bucket = Bucket::of(&ann);
    let before = pair.rows().await;
    let of_ann = pair.rows_in(0, Some(bucket)).await;
    for (table, rows) in &of_ann {
        assert!(!rows.is_empty(), "{table} has no row to move");
    }
    // Another process looked at the map before.
    let other = pair.process().await;
    assert_eq!(moved(&store, bucket, 1).await, BucketMoved::From(0));
    assert_eq!(pair.rows().await, before);
    assert_eq!(pair.rows_in(1, Some(bucket)).await, of_ann);
    assert!(pair.rows_in(0, Some(bucket)).await.values().all(Vec::is_empty));
    assert_eq!(pair.states(bucket).await, [None, Some("home".into())]);
    assert_eq!(store.shard_of(&ann), 1);
    assert_eq!(moved(&store, bucket, 1).await, BucketMoved::AlreadyThere);
    let noted = rows::noted(&store).await;
    let moves: Vec<_> = noted.iter().filter(|entry| entry.action == "bucket.move").collect();
    assert_eq!(moves.len(), 1, "{noted:?}");
    assert_eq!(moves[0].subject, format!("bucket {}", bucket.number()));

    // It finds the user where they are, to read and to write.
    let saver = Saver { store: other.clone(), user_id: ann.clone() };
    let elsewhere = OpenActivity { store: other.clone(), ..open.clone() };
    assert_eq!(elsewhere.quota(&ann).await.used, 3);
    saver.spend("after", 10).await;
    saver.check().await;
    assert_eq!(used_cars(&other).await, 2);
    assert_eq!(moved(&other, bucket, 0).await, BucketMoved::From(1));
    assert_eq!(open.quota(&ann).await.used, 3);
}

#[tokio::test]
async fn a_move_to_nowhere_is_refused() {
    let pair = Pair::fresh().await;
    let store = pair.process().await;
    let bucket = Bucket::of(&user_of(0, "ann"));
    assert_eq!(moved(&store, bucket, 2).await, BucketMoved::UnknownDatabase(2));
    assert_eq!(moved(&store, bucket, 0).await, BucketMoved::AlreadyThere);
    let directory = tempfile::tempdir().unwrap();
    let embedded = SqliteStore::open(&directory.path().join("store.db"), 1).await.unwrap();
    embedded.migrate().await.unwrap();
    let embedded: Arc<dyn Store> = Arc::new(embedded);
    assert_eq!(moved(&embedded, bucket, 0).await, BucketMoved::OneDatabase);
    assert_eq!(embedded.open_moves().await.unwrap(), []);
}

#[tokio::test]
async fn tables_are_indexed_by_bucket_while_many_move() {
    let pair = Pair::fresh().await;
    let store = pair.process().await;
    let mut connection = pair.connect(1).await;
    store.prepare_moves().await.unwrap();
    // One that was cut short is there, and Postgres does not use it.
    sqlx::raw_sql("UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'draw_moving_bucket'::regclass")
        .execute(&mut connection)
        .await
        .unwrap();
    store.prepare_moves().await.unwrap();
    let indexed = "SELECT COUNT(*) FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass
                    WHERE indisvalid AND indexname = tablename || '_moving_bucket' AND indexdef LIKE '% (bucket)'";
    let count: i64 = sqlx::query_scalar(indexed).fetch_one(&mut connection).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), USER_TABLES.len());
    store.finish_moves().await.unwrap();
    store.finish_moves().await.unwrap();
    let count: i64 = sqlx::query_scalar(indexed).fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 0);
}

/// Works until it has to wait, and waits until it may go on: whoever holds it may let it die there.
async fn step<F: Future>(mut work: Pin<&mut F>) -> Option<F::Output> {
    let mut worked = false;
    poll_fn(|context| {
        if worked {
            return Poll::Ready(None);
        }
        worked = true;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// How far a move is: what the source and the target say of the bucket, and whether the map names the target while the move is open.
type Progress = (Option<String>, Option<String>, Option<bool>);

/// A bucket that is moved to and fro by movers that die.
struct Mortal {
    pair: Pair,
    survivor: Arc<dyn Store>,
    open: OpenActivity,
    user_id: UserId,
    bucket: Bucket,
    before: Rows,
    moves: u32,
}

impl Mortal {
    async fn fresh() -> Self {
        let pair = Pair::fresh().await;
        let survivor = pair.process().await;
        let open = opened(&survivor).await;
        let user_id = user_of(0, "ann");
        live(&open, &user_id).await;
        let before = pair.rows().await;
        Self { pair, survivor, open, bucket: Bucket::of(&user_id), user_id, before, moves: 0 }
    }

    async fn progress(&self, from: usize) -> Progress {
        let states = self.pair.states(self.bucket).await;
        let count = |wanted: &[&str]| states.iter().flatten().filter(|state| wanted.contains(&state.as_str())).count();
        assert!(count(&["home"]) <= 1 && count(&["home", "leaving"]) <= 1, "{states:?}");
        let open_moves = self.survivor.open_moves().await.unwrap();
        let is_there = open_moves.first().map(|OpenMove { is_there, .. }| *is_there);
        (states[from].clone(), states[1 - from].clone(), is_there)
    }

    /// Moves until it is time to die, and checks that others find every row once and end the move. `is_time` is told where the bucket came
    /// from. Tells whether the move was cut short.
    async fn move_until(&mut self, mut is_time: impl AsyncFnMut(&Self, usize) -> bool) -> bool {
        let from = self.survivor.shard_of(&self.user_id);
        let to = 1 - from;
        let mover = self.pair.process().await;
        let was_cut_short = {
            let mut work = pin!(moved(&mover, self.bucket, to));
            loop {
                if is_time(self, from).await {
                    break true;
                }
                if step(work.as_mut()).await.is_some() {
                    break false;
                }
            }
        };
        mover.close().await;
        self.moves += 1;
        let progress = self.progress(from).await;
        // Whoever needs every row once ends the move; so does whoever repeats it.
        if self.moves.is_multiple_of(2) {
            assert_eq!(used_cars(&self.survivor).await, 1, "{progress:?}");
            assert_eq!(self.survivor.open_moves().await.unwrap(), []);
        }
        moved(&self.survivor, self.bucket, to).await;
        assert_eq!(self.open.quota(&self.user_id).await.used, 3, "{progress:?}");
        assert_eq!(self.pair.rows().await, self.before, "{progress:?}");
        let left = self.pair.rows_in(from, Some(self.bucket)).await;
        assert!(left.values().all(Vec::is_empty), "{progress:?}");
        was_cut_short
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mover_may_die_wherever_it_waits() {
    let mut mortal = Mortal::fresh().await;
    for steps in (3..).step_by(3) {
        let mut left = steps;
        let cut_short = mortal.move_until(async |_, _| {
            left -= 1;
            left == 0
        });
        if !cut_short.await {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mover_may_die_between_any_two_steps() {
    let mut mortal = Mortal::fresh().await;
    let between_steps = [
        (Some("home"), None, None),
        (Some("home"), None, Some(false)),
        (Some("leaving"), None, Some(false)),
        (Some("leaving"), Some("arriving"), Some(false)),
        (Some("left"), Some("arriving"), Some(false)),
        (Some("left"), Some("arriving"), Some(true)),
        (Some("left"), Some("home"), Some(true)),
        (None, Some("home"), Some(true)),
    ]
    .map(|(from, to, is_there): (Option<&str>, Option<&str>, _)| {
        (from.map(str::to_owned), to.map(str::to_owned), is_there)
    });
    for wanted in between_steps {
        // An answer that is there before the mover waits for it lets the next step begin unseen.
        let mut tries = 0;
        while !mortal.move_until(async |mortal, from| mortal.progress(from).await == wanted).await {
            tries += 1;
            assert!(tries < TRIES_MAX, "{wanted:?} was never seen");
        }
    }
}
