//! Connections to what is checked: one snapshot of each database, and a place to sort what files say.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use futures::StreamExt;
use futures::stream::BoxStream;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::Evidence;
use super::groups::{Groups, Keyed};
use super::record::{Heard, Kind, Received};

/// Letters of an id after its prefix.
const ID_LETTERS: usize = 26;
/// Lines of a file that are sent to be sorted at a time.
const LINES_AT_A_TIME: usize = 1_000;

/// The evidence cannot be read. Nothing is known about it.
#[derive(Debug)]
pub struct CannotCheck {
    why: String,
    cause: Option<sqlx::Error>,
}

pub(super) type Tried<T> = Result<T, CannotCheck>;

impl CannotCheck {
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), cause: None }
    }
}

impl From<sqlx::Error> for CannotCheck {
    fn from(cause: sqlx::Error) -> Self {
        Self { why: "a database cannot be read".into(), cause: Some(cause) }
    }
}

impl fmt::Display for CannotCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot check: {}", self.why)?;
        self.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl std::error::Error for CannotCheck {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

/// One database as it was at one instant. Nothing can be written to it.
pub(super) struct Session {
    pub(super) connection: PgConnection,
}

impl Session {
    /// Functions and settings of the session alone, then a snapshot.
    pub(super) async fn open(url: &str, evidence: &Evidence) -> Tried<Self> {
        let mut connection = connect(url, evidence).await?;
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut connection).await?;
        Ok(Self { connection })
    }

    /// Rows with their keys.
    pub(super) fn keyed(&mut self, sql: &'static str) -> BoxStream<'_, Result<Keyed<Value>, sqlx::Error>> {
        let rows = sqlx::query_as::<_, (String, Json<Value>)>(sql).fetch(&mut self.connection);
        rows.map(|row| row.map(|(key, Json(value))| (key, value))).boxed()
    }
}

/// The rows of a statement in all databases, in the order of their keys.
pub(super) async fn rows_of<'a>(sessions: &'a mut [Session], sql: &'static str) -> Tried<Groups<'a, Value>> {
    Groups::of(sessions.iter_mut().map(|session| session.keyed(sql))).await
}

/// A temporary table in the first database, where lines of files are sorted. It is gone with the connection.
pub(super) struct Scratch {
    pub(super) connection: PgConnection,
}

impl Scratch {
    pub(super) async fn open(url: &str, evidence: &Evidence) -> Tried<Self> {
        let mut connection = connect(url, evidence).await?;
        sqlx::raw_sql(
            r#"CREATE TEMPORARY TABLE line (
                   about  text NOT NULL,
                   key    text COLLATE "C" NOT NULL,
                   number bigint NOT NULL,
                   line   jsonb NOT NULL
               )"#,
        )
        .execute(&mut connection)
        .await?;
        let mut scratch = Self { connection };
        scratch.load::<Heard>(&evidence.heard, keys_of_heard).await?;
        scratch.load::<Received>(&evidence.received, keys_of_received).await?;
        Ok(scratch)
    }

    /// Reads a file a batch at a time. `keys_of` says what each line is about and under which keys it is found.
    async fn load<T: DeserializeOwned>(
        &mut self,
        path: &Path,
        keys_of: fn(&T) -> (&'static str, Vec<String>),
    ) -> Tried<()> {
        let unreadable = |why: &dyn fmt::Display| CannotCheck::because(format!("{}: {why}", path.display()));
        let mut lines = BufReader::new(File::open(path).map_err(|error| unreadable(&error))?).lines().enumerate();
        loop {
            let mut batch = Batch::default();
            for (number, line) in lines.by_ref().take(LINES_AT_A_TIME) {
                let line = line.map_err(|error| unreadable(&error))?;
                let in_line = |error: serde_json::Error| unreadable(&format!("line {}: {error}", number + 1));
                let record: T = serde_json::from_str(&line).map_err(in_line)?;
                let (about, keys) = keys_of(&record);
                batch.lines += 1;
                for key in keys {
                    batch.abouts.push(about);
                    batch.keys.push(key);
                    batch.numbers.push(i64::try_from(number).unwrap_or(i64::MAX));
                    // As text within JSON: its bytes stay as they are, and it may hold what no text of SQL may.
                    batch.texts.push(Json(line.clone()));
                }
            }
            if batch.lines == 0 {
                return Ok(());
            }
            sqlx::query(
                r"INSERT INTO line (about, key, number, line)
                  SELECT * FROM UNNEST($1::text[], $2::text[], $3::bigint[], $4::jsonb[])",
            )
            .bind(batch.abouts)
            .bind(batch.keys)
            .bind(batch.numbers)
            .bind(batch.texts)
            .execute(&mut self.connection)
            .await?;
        }
    }

    /// The lines about something, in the order of their keys, those of one key in the order of the file.
    pub(super) async fn lines<T: DeserializeOwned + Send>(&mut self, about: &'static str) -> Tried<Groups<'_, T>> {
        let rows = sqlx::query_as::<_, (String, Json<String>)>(
            r"SELECT key, line
                FROM line
               WHERE about = $1
               ORDER BY key, number",
        )
        .bind(about)
        .fetch(&mut self.connection);
        let read = |(key, Json(line)): (String, Json<String>)| {
            let record = serde_json::from_str(&line).map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok((key, record))
        };
        Groups::of([rows.map(move |row| row.and_then(read)).boxed()]).await
    }
}

#[derive(Default)]
struct Batch {
    lines: usize,
    abouts: Vec<&'static str>,
    keys: Vec<String>,
    numbers: Vec<i64>,
    texts: Vec<Json<String>>,
}

/// What receivers of webhooks got is sorted as this.
pub(super) const RECEIVED: &str = "received";

/// Requests are found under what makes them unique, in the order of the columns that hold it; a behaviour under each record that
/// answers it. Line feeds part them: they are in no id, and sort before all that may be.
fn keys_of_heard(heard: &Heard) -> (&'static str, Vec<String>) {
    let Heard { kind, user_id, .. } = heard;
    let (activity_id, request_id) = (heard.activity_id.as_deref(), heard.request_id.as_deref());
    let keys = match kind {
        Kind::Draw | Kind::Recharge => {
            vec![format!("{user_id}\n{}\n{}", activity_id.unwrap_or_default(), request_id.unwrap_or_default())]
        }
        Kind::Redemption | Kind::Earn | Kind::Spend => vec![format!("{user_id}\n{}", request_id.unwrap_or_default())],
        Kind::Behaviour => behaviours_in(heard).iter().map(key_of_behaviour).collect(),
        Kind::Other => Vec::new(),
    };
    (kind.word(), keys)
}

/// The records of behaviours that an answer holds; none where it acknowledges nothing.
pub(super) fn behaviours_in(heard: &Heard) -> Vec<Value> {
    let body: Option<Value> = heard.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    let items = body.as_ref().and_then(|body| body.get("items")?.as_array());
    items.cloned().unwrap_or_default()
}

/// As the database sorts behaviours.
pub(super) fn key_of_behaviour(item: &Value) -> String {
    let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    ["user_id", "behaviour", "business_key", "activity_id"].map(text).join("\n")
}

/// Calls are found under the award record that their key begins with.
fn keys_of_received(received: &Received) -> (&'static str, Vec<String>) {
    let award = received.key.get(.."award_".len() + ID_LETTERS).filter(|award| award.starts_with("award_"));
    (RECEIVED, vec![award.unwrap_or(&received.key).to_owned()])
}

async fn connect(url: &str, evidence: &Evidence) -> Tried<PgConnection> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(spelling_of_ids())).execute(&mut connection).await?;
    sqlx::raw_sql(WORDS).execute(&mut connection).await?;
    // Times are told by the campaign's clock: its servers' may be wrong on purpose.
    sqlx::query(
        r"SELECT set_config('checker.overdue_before', to_timestamp($1 / 1000.0)::text, FALSE),
                 set_config('checker.kept_since', to_timestamp($2 / 1000.0)::text, FALSE)",
    )
    .bind(evidence.now_ms - evidence.overdue_ms)
    .bind(evidence.now_ms - evidence.kept_ms)
    .execute(&mut connection)
    .await?;
    Ok(connection)
}

/// A function that writes an id as the product does: its kind, then 26 letters of Crockford's base 32 for its 128 bits, which get
/// two bits of nought in front. Spelt out letter by letter, because a loop takes four times as long and there are millions.
fn spelling_of_ids() -> String {
    let letters: Vec<String> = (0..ID_LETTERS)
        .map(|letter| format!("substr(letters, substring(bits FROM {} FOR 5)::bit(5)::int + 1, 1)", letter * 5 + 1))
        .collect();
    format!(
        r"CREATE FUNCTION pg_temp.id(kind text, id uuid) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
          DECLARE
              letters CONSTANT text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
              bits CONSTANT bit varying := B'00' || ('x' || replace(id::text, '-', ''))::bit(128);
          BEGIN
              RETURN kind || '_' || {};
          END $$",
        letters.join(" || ")
    )
}

/// How the product writes the rest: the bucket of a user is the first two bytes of SHA-256 of the id, modulo 1,024, and the last
/// ten bits of ids repeat it; points have two places; instants are RFC 3339 in UTC with milliseconds.
const WORDS: &str = r#"
SET TIME ZONE 'UTC';
SET work_mem = '64MB';
CREATE FUNCTION pg_temp.bucket_of(user_id text) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    digest CONSTANT bytea := sha256(convert_to(user_id, 'UTF8'));
BEGIN
    RETURN (get_byte(digest, 0) * 256 + get_byte(digest, 1)) % 1024;
END $$;
CREATE FUNCTION pg_temp.bucket_in(id uuid) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN get_byte(uuid_send(id), 14) % 4 * 256 + get_byte(uuid_send(id), 15);
END $$;
CREATE FUNCTION pg_temp.points(hundredths bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT to_char(hundredths / 100.0, 'FM999999999999990.00')
$$;
CREATE FUNCTION pg_temp.instant(at timestamptz) RETURNS text LANGUAGE sql STABLE STRICT AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
"#;
