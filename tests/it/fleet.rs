//! Several servers on the same two databases and one Redis, opened as the settings say.

use std::fmt::Write;
use std::time::Instant;

use big_market::app::{App, DrawRequest, RechargeRequest};
use big_market::clock::Sources;
use big_market::domain::document::{CampaignDocument, Format, parse};
use big_market::domain::id::{ActivityId, RequestId, SkuId, UserId};
use big_market::fault::Result;
use big_market::fleet;
use futures::StreamExt;
use futures::future::join_all;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::postgres_server::Database;
use crate::support::redis_server::RedisServer;

const ACTIVITY: &str = "fleet";
const USERS: usize = 1_000;

/// Servers with all they stand on.
struct Fleet {
    servers: Vec<App>,
    databases: Vec<Database>,
    redis: RedisServer,
}

impl Fleet {
    async fn of(servers: usize) -> Self {
        let databases = vec![Database::fresh().await, Database::fresh().await];
        let redis = RedisServer::start();
        let mut fleet = Self { servers: Vec::new(), databases, redis };
        for _ in 0..servers {
            let urls: Vec<String> = fleet.databases.iter().map(|database| database.url.clone()).collect();
            let mut config = fleet::config_here(&urls, &fleet.redis.url());
            config.store.connections = 8;
            fleet.servers.push(App::open(config, Sources::system()).await.unwrap());
        }
        fleet
    }

    fn server(&self, number: usize) -> &App {
        &self.servers[number % self.servers.len()]
    }

    async fn recharge_all(&self) {
        let grants = (0..USERS).map(|user| async move {
            let request = RechargeRequest {
                activity_id: ActivityId::new(ACTIVITY).unwrap(),
                user_id: user_id(user),
                request_id: RequestId::new("grant").unwrap(),
                sku: SkuId::new("hundred").unwrap(),
            };
            self.server(user).recharge(request).await.unwrap();
        });
        futures::stream::iter(grants).buffer_unordered(32).collect::<()>().await;
    }

    /// The awards of one draw of every user, all at once, each at one of the servers.
    async fn all_draw(&self, request: &str) -> Vec<Result<String>> {
        let draws = (0..USERS).map(|user| async move {
            let request = DrawRequest {
                activity_id: ActivityId::new(ACTIVITY).unwrap(),
                user_id: user_id(user),
                request_id: RequestId::new(request).unwrap(),
                count: 1,
            };
            Ok(self.server(user).draw(request).await?.draws[0].award_id.to_string())
        });
        join_all(draws).await
    }

    async fn close(self) {
        join_all(self.servers.iter().map(App::close)).await;
    }
}

fn user_id(user: usize) -> UserId {
    UserId::new(&format!("user-{user}")).unwrap()
}

/// One award with so many units, which every draw picks, and nothing where it has run out.
fn document(units: u64) -> CampaignDocument {
    let text = format!(
        r#"
        activity = "{ACTIVITY}"
        title = "One award"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2035-12-01T00:00:00Z"
        time_zone = "UTC"
        [[awards]]
        id = "car"
        title = "The car"
        weight = "1"
        stock = {units}
        fallback = "none"
        prize = {{ kind = "goods" }}
        [[awards]]
        id = "none"
        title = "Nothing"
        prize = {{ kind = "nothing" }}
        [[skus]]
        id = "hundred"
        draws = 100
        "#
    );
    parse(&text, Format::Toml).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_clients_at_three_servers_one_wins_each_last_unit() {
    const ROUNDS: u64 = 8;
    let fleet = Fleet::of(3).await;
    fleet.server(0).publish(document(1), "tests").await.unwrap();
    fleet.recharge_all().await;
    for round in 1..=ROUNDS {
        let mut cars = 0;
        let mut wins = fleet.all_draw(&format!("round {round}")).await;
        // Where counters are filled anew a server may say that it cannot now: it is asked again with the same key.
        while wins.iter().any(std::result::Result::is_err) {
            wins = fleet.all_draw(&format!("round {round}")).await;
        }
        for win in wins {
            cars += usize::from(win.unwrap() == "car");
        }
        assert_eq!(cars, 1, "in round {round}");
        fleet.server(usize::try_from(round).unwrap()).publish(document(round + 1), "tests").await.unwrap();
    }
    let report = fleet.server(0).reconcile().await.unwrap();
    assert_eq!(report.violations(), 0, "{}", big_market::show::report(&report));
    fleet.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flush_at_peak_with_a_million_stored_draws_oversells_nothing() {
    const STORED: u64 = 1_000_000;
    const LEFT: u64 = 700;
    let fleet = Fleet::of(2).await;
    fleet.server(0).publish(document(STORED + LEFT), "tests").await.unwrap();
    fleet.recharge_all().await;
    // What a year of draws leaves behind: half of it in each database, of users who are not here today.
    for (number, database) in fleet.databases.iter().enumerate() {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        let mut insert = String::new();
        write!(
            insert,
            "INSERT INTO draw (draw_id, bucket, user_id, activity_id, version, request_id, request_index, drawn_at, day, used_before,
                               used_today_before, roll, reason, award_id, kind, award_record_id)
             SELECT gen_random_uuid(), {}, 'past-' || number % 5000, '{ACTIVITY}', 1, number::text, 0, '2026-01-02T00:00:00Z',
                    '2026-01-02', number / 5000, 0, decode(repeat('00', 32), 'hex'), '{{}}', 'car', 'goods', gen_random_uuid()
               FROM generate_series(1, {}) AS number;
             ANALYZE draw;",
            number * 512,
            STORED / 2
        )
        .unwrap();
        sqlx::raw_sql(AssertSqlSafe(insert)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
    // The counters know nothing of the year yet, nor of anything else.
    fleet.redis.run::<()>(&redis::cmd("FLUSHALL"));

    let flushed = Instant::now();
    let mut cars = 0;
    for round in 0..3 {
        let request = format!("round {round}");
        let mut wins = fleet.all_draw(&request).await;
        while wins.iter().any(std::result::Result::is_err) {
            wins = fleet.all_draw(&request).await;
        }
        if round == 0 {
            println!("served {USERS} draws again {:.1?} after a flush, with {STORED} stored draws", flushed.elapsed());
        }
        cars += wins.into_iter().filter(|win| win.as_ref().unwrap() == "car").count();
        // In the middle of it, again.
        fleet.redis.run::<()>(&redis::cmd("FLUSHALL"));
    }
    assert_eq!(cars, usize::try_from(LEFT).unwrap(), "every unit that was left, and no other");
    fleet.close().await;
}
