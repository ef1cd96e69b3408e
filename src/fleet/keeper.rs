//! Starts processes that the kernel kills when this one ends, however it ends.

use std::io;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{LazyLock, Mutex, PoisonError};

struct Launch {
    command: Command,
    started: SyncSender<io::Result<Child>>,
}

/// What the kernel looks at is the thread that started a process, so it is one that stays as long as this process does.
static KEEPER: LazyLock<Mutex<Sender<Launch>>> = LazyLock::new(|| {
    let (sender, launches): (_, Receiver<Launch>) = channel();
    std::thread::spawn(move || {
        for mut launch in launches {
            // Who asked may have gone meanwhile.
            drop(launch.started.send(launch.command.spawn()));
        }
    });
    Mutex::new(sender)
});

/// A command that will run `program`, as another user where one is named, and that ends with this process.
pub(super) fn command(program: &str, user: Option<&str>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.args(["--pdeathsig", "KILL", program]);
    command
}

/// Starts it.
pub(super) fn spawn(command: Command) -> io::Result<Child> {
    let (started, child) = sync_channel(1);
    let keeper = KEEPER.lock().unwrap_or_else(PoisonError::into_inner);
    keeper.send(Launch { command, started }).map_err(io::Error::other)?;
    child.recv().map_err(io::Error::other)?
}
