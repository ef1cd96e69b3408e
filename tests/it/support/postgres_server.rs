//! A private Postgres server for the tests of this process, gone with it however it ends, and a database for each test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The database that every other is a copy of: migrated and empty.
const TEMPLATE: &str = "market";

static SERVER: LazyLock<PostgresServer> = LazyLock::new(PostgresServer::start);
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Keeps the server until its standard input ends: that happens when the tests end, also when they are killed.
const KEEPER: &str = r#"
set -eu
bin=$1 dir=$2 as=$3
trap 'kill -QUIT "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$dir"' EXIT
server=
$as "$bin/initdb" -U postgres -A trust -E UTF8 --locale=C --no-sync -D "$dir/data" >"$dir/initdb.log" 2>&1
$as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c full_page_writes=off \
    -c max_connections=300 -c max_locks_per_transaction=256 -c shared_buffers=128MB -c autovacuum=off \
    >"$dir/server.log" 2>&1 &
server=$!
until "$bin/pg_isready" -q -h "$dir" -U postgres; do
    kill -0 "$server" || { cat "$dir/server.log" >&2; exit 1; }
    sleep 0.02
done
echo ready
cat >/dev/null
"#;

struct PostgresServer {
    directory: PathBuf,
    /// Databases that tests are done with.
    done: Mutex<Sender<String>>,
    _keeper: Child,
    _lifeline: ChildStdin,
}

/// One test's database, dropped with it.
pub struct Database {
    /// Where it is.
    pub url: String,
    name: String,
}

impl Database {
    /// A new one: the schema is there, and nothing else.
    pub async fn fresh() -> Self {
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&SERVER.url("postgres")).await.unwrap();
        let create = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        Self { url: SERVER.url(&name), name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        SERVER.done.lock().unwrap().send(std::mem::take(&mut self.name)).unwrap();
    }
}

impl PostgresServer {
    fn start() -> Self {
        let directory = tempfile::Builder::new().prefix("big-market-pg-").tempdir().unwrap().keep();
        // Postgres refuses to run as root, and whoever runs it must own its directory.
        let as_whom = if std::fs::metadata(&directory).is_ok_and(|made| owner(&made) == 0) {
            assert!(Command::new("chown").arg("postgres").arg(&directory).status().unwrap().success());
            "setpriv --reuid postgres --regid postgres --init-groups"
        } else {
            ""
        };
        let mut keeper = Command::new("setsid")
            .args(["sh", "-c", KEEPER, "keeper"])
            .arg(binaries())
            .arg(&directory)
            .arg(as_whom)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lifeline = keeper.stdin.take().unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "Postgres did not start");
        let (done, dropped) = channel::<String>();
        let server = Self { directory, done: Mutex::new(done), _keeper: keeper, _lifeline: lifeline };
        let url = server.url("postgres");
        let template = server.url(TEMPLATE);
        let (ready, made) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                let create = format!("CREATE DATABASE {TEMPLATE}");
                sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
                let mut template = PgConnection::connect(&template).await.unwrap();
                sqlx::migrate!("migrations/postgres").run(&mut template).await.unwrap();
                template.close().await.unwrap();
                ready.send(()).unwrap();
                for name in dropped {
                    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
                }
            });
        });
        made.recv().expect("the schema of the template");
        server
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.directory.display())
    }
}

#[cfg(unix)]
fn owner(metadata: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(metadata)
}

/// Where Debian keeps the newest Postgres.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("Postgres: `make needs` installs it");
    let version = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions.map(|entry| entry.unwrap().path()).max_by_key(|path| version(path));
    newest.expect("a version of Postgres").join("bin")
}
