//! `big-market shards`: the databases in which users live, and users that move between them.

use std::process::ExitCode;

use big_market::app::App;
use big_market::clock::Sources;
use big_market::config::{Config, Mode};
use big_market::domain::bucket::{Bucket, BucketList};
use big_market::show;
use clap::Subcommand;

use crate::Failure;

/// What to do with the databases of users.
#[derive(Subcommand)]
pub(crate) enum Shards {
    /// List the databases, how many buckets of users each has, and moves that were cut short.
    Show,
    /// Move buckets while everybody works. Run again, it goes on where it was cut short.
    Move {
        /// Which, such as 7 or 3,10-12.
        #[arg(long)]
        bucket: BucketList,
        /// The number of the database they move to, counted from 0 in the order of store.shards.
        #[arg(long)]
        to: usize,
    },
    /// Move as few buckets as it takes to give every database as many, after one was added to store.shards.
    Spread,
}

impl Shards {
    /// Does it, and prints a line for each bucket.
    pub(crate) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        if config.store.mode == Mode::Embedded {
            let message = "the embedded mode keeps all users in one file, so there is nothing to move; set store.mode to \
                           \"distributed\" and name databases in store.shards";
            return Err(message.into());
        }
        let app = App::open(config, Sources::system()).await?;
        let done = self.with(&app).await;
        app.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn with(self, app: &App) -> Result<(), Failure> {
        let moves: Vec<(Bucket, usize)> = match self {
            Self::Show => {
                let (shards, open) = app.shards().await?;
                print!("{}", show::shards(&shards, &open));
                return Ok(());
            }
            Self::Move { bucket: BucketList(buckets), to } => {
                let moves = app.moves_to(&buckets, to).await?;
                for bucket in buckets.iter().filter(|bucket| moves.iter().all(|(moved, _)| moved != *bucket)) {
                    println!("bucket {}: is in database {to} already", bucket.number());
                }
                moves
            }
            Self::Spread => app.even_moves().await?,
        };
        let count = moves.len();
        if count == 0 {
            // One that died before its end may have left indexes.
            app.finish_moves().await?;
            println!("nothing is left to move");
            return Ok(());
        }
        println!("indexing every table by bucket, which takes a while where there is much");
        app.prepare_moves().await?;
        for (position, (bucket, to)) in moves.into_iter().enumerate() {
            let answer = app.move_bucket(&"command line".into(), bucket, to).await;
            let number = bucket.number();
            let from =
                answer.map_err(|error| format!("bucket {number}: {error}; run the same command again to go on"))?;
            match from {
                Some(from) => {
                    println!("bucket {number}: moved from database {from} to {to} ({} of {count})", position + 1);
                }
                None => println!("bucket {number}: is in database {to} already ({} of {count})", position + 1),
            }
        }
        app.finish_moves().await?;
        Ok(())
    }
}
