//! One process of the fleet: started, looked at, killed, hung, started again on the same port and files.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::keeper;
use crate::fault::Fault;

/// How long a process may take until it does its work. Redis reads its files first, Postgres mends its own.
const READY_WITHIN: Duration = Duration::from_mins(2);
/// How often it is asked.
const ASK_EVERY: Duration = Duration::from_millis(30);
/// How long one answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What a process is asked to know that it does its work, and the beginning of its answer.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// What is sent to its port.
    pub says: &'static [u8],
    /// How the answer begins.
    pub answer: &'static [u8],
}

/// Makes the command that starts a process.
type Recipe = Box<dyn Fn() -> Command + Send + Sync>;

/// A process of the fleet. Dropping it kills it.
pub struct Service {
    /// What it is called in logs and reports.
    pub name: String,
    /// Where it listens: a port of this machine.
    pub port: u16,
    recipe: Recipe,
    question: Question,
    log: PathBuf,
    child: Option<Child>,
}

impl Service {
    /// Something that is not started yet. What it prints is added to a file below `logs`.
    pub fn new(
        name: impl Into<String>,
        port: u16,
        logs: &Path,
        question: Question,
        recipe: impl Fn() -> Command + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        let log = logs.join(format!("{name}.log"));
        Self { name, port, recipe: Box::new(recipe), question, log, child: None }
    }

    /// Another way to start it from now on.
    pub fn set_recipe(&mut self, recipe: impl Fn() -> Command + Send + Sync + 'static) {
        self.recipe = Box::new(recipe);
    }

    /// Starts it, and waits until it does its work.
    ///
    /// # Errors
    /// It cannot be started, or never answered: the fault names its log.
    pub async fn start(&mut self) -> Result<(), Fault> {
        self.launch()?;
        self.ready().await
    }

    /// Starts it and does not wait.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn launch(&mut self) -> Result<(), Fault> {
        let failed = Fault::doing::<std::io::Error>;
        let log = || OpenOptions::new().create(true).append(true).open(&self.log);
        let log: (File, File) = (log().map_err(failed("open a log"))?, log().map_err(failed("open a log"))?);
        let mut command = (self.recipe)();
        command.stdin(Stdio::null()).stdout(log.0).stderr(log.1);
        self.child = Some(keeper::spawn(command).map_err(failed("start a process of the fleet"))?);
        Ok(())
    }

    /// Waits until it does its work. What ended meanwhile is started again: a Postgres that was killed finds its own memory still in use
    /// for a moment, a server may have found its database starting.
    ///
    /// # Errors
    /// It never answered: the fault names its log.
    pub async fn ready(&mut self) -> Result<(), Fault> {
        let began_at = Instant::now();
        while !self.answers().await {
            if began_at.elapsed() > READY_WITHIN {
                let cause = format!("{} does not answer; {} says why", self.name, self.log.display());
                return Err(Fault { doing: "start a process of the fleet", cause: cause.into() });
            }
            tokio::time::sleep(ASK_EVERY).await;
            if !self.runs() {
                self.launch()?;
            }
        }
        Ok(())
    }

    /// Whether it does its work.
    pub async fn answers(&self) -> bool {
        matches!(tokio::time::timeout(ANSWER_WITHIN, self.ask()).await, Ok(Ok(true)))
    }

    async fn ask(&self) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(self.question.says).await?;
        let mut answer = vec![0; self.question.answer.len()];
        stream.read_exact(&mut answer).await?;
        Ok(answer == self.question.answer)
    }

    /// Whether the process is there.
    pub fn runs(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// The number of the process, while there is one.
    pub fn process_id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Kills it as a power cut would, with what it started itself.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let children = children_of(child.id());
        drop(child.kill());
        for number in children {
            signal(number, "-KILL");
        }
        drop(child.wait());
    }

    /// Asks it to stop. It may take its time; [`Service::ready`] starts it again once it is gone.
    pub fn ask_to_stop(&self) {
        self.signal("-TERM");
    }

    /// Waits until it is gone. Gives its exit code, unless a signal ended it or it took longer.
    pub async fn gone(&mut self, within: Duration) -> Option<i32> {
        let began_at = Instant::now();
        loop {
            match self.child.as_mut()?.try_wait() {
                Ok(Some(status)) => {
                    self.child = None;
                    return status.code();
                }
                _ if began_at.elapsed() > within => return None,
                _ => tokio::time::sleep(ASK_EVERY).await,
            }
        }
    }

    /// Lets it do nothing, as a machine that hangs, until it is resumed.
    pub fn hang(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        if let Some(number) = self.process_id() {
            signal(number, name);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.resume();
        self.kill();
    }
}

fn signal(process_id: u32, name: &str) {
    // What is gone needs no signal.
    drop(Command::new("kill").args([name, &process_id.to_string()]).stderr(Stdio::null()).status());
}

/// Processes that this one started, and that are still there.
fn children_of(process_id: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let parent_of = |number: u32| -> Option<u32> {
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // The name of the program, in brackets, may hold anything.
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    numbers.filter(|number| parent_of(*number) == Some(process_id)).collect()
}
