//! The processes of a campaign: starting, listening to, killing.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use signalbox_domain::Clock;
use signalbox_engine::SystemClock;

use crate::real::clock::FastClock;

const ROLE: &str = "SIGNALBOX_CAMPAIGN_ROLE";
const FOLDER: &str = "SIGNALBOX_CAMPAIGN_FOLDER";
const CLOCK: &str = "SIGNALBOX_CAMPAIGN_CLOCK";
/// Stands before everything a child says, so that it is told from what the test harness prints.
const SAID: &str = "campaign: ";

/// What a process is there for.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    Providers,
    Owner,
    LastOwner,
}

impl Role {
    /// What this process was started as; `None` for the parent.
    pub(crate) fn of_this_process() -> Option<Self> {
        match std::env::var(ROLE).ok()?.as_str() {
            "providers" => Some(Self::Providers),
            "owner" => Some(Self::Owner),
            "last owner" => Some(Self::LastOwner),
            other => panic!("there is no role `{other}`"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Providers => "providers",
            Self::Owner => "owner",
            Self::LastOwner => "last owner",
        }
    }
}

/// The folder and the clock a child was given.
pub(crate) fn given() -> (std::path::PathBuf, FastClock) {
    let folder = std::env::var_os(FOLDER).expect("a child is given a folder");
    let clock = std::env::var(CLOCK).expect("a child is given a clock");
    (folder.into(), FastClock::told(&clock))
}

/// Says something to the parent, in one write: a kill leaves the whole line or none of it.
pub(crate) fn say(words: &str) {
    let mut out = std::io::stdout().lock();
    // A parent that is gone ends this process by its standard input.
    let _ = out.write_all(format!("{SAID}{words}\n").as_bytes()).and_then(|()| out.flush());
}

/// Blocks until the parent closes standard input, or is gone.
pub(crate) fn until_told_to_end() {
    let mut rest = [0; 64];
    while std::io::stdin().read(&mut rest).is_ok_and(|n| n > 0) {}
}

/// A running child. Killed when a test ends early.
pub(crate) struct Child {
    role: Role,
    process: std::process::Child,
    said: Receiver<String>,
    ids: Vec<String>,
}

impl Child {
    /// Starts this very program in a role.
    pub(crate) fn start(test: &str, role: Role, folder: &Path, clock: &FastClock) -> Self {
        let program = std::env::current_exe().expect("the path of this program");
        let mut process = Command::new(program)
            .args(["--exact", test, "--nocapture", "--test-threads", "1"])
            .env(ROLE, role.word())
            .env(FOLDER, folder)
            .env(CLOCK, clock.tell())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let out = BufReader::new(process.stdout.take().expect("a pipe"));
        let (tell, said) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // The harness ends its own words without a line, so ours may stand behind them.
                let Some((_, words)) = line.split_once(SAID) else { continue };
                if tell.send(words.to_owned()).is_err() {
                    return;
                }
            }
        });
        Self { role, process, said, ids: Vec::new() }
    }

    /// Waits until the child says these words.
    pub(crate) fn wait_for(&mut self, words: &str, longest: Duration) {
        let machine = SystemClock::new();
        while let Some(left) = longest.checked_sub(machine.monotonic()) {
            match self.said.recv_timeout(left) {
                Ok(said) if said == words => return,
                Ok(said) => self.keep(&said),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the {} ended before it said `{words}`", self.role.word())
                }
            }
        }
        panic!("the {} did not say `{words}` within {longest:?}", self.role.word());
    }

    /// What it said was accepted, until so much time has passed.
    pub(crate) fn told_within(&mut self, span: Duration) -> Vec<String> {
        let machine = SystemClock::new();
        while let Some(left) = span.checked_sub(machine.monotonic()) {
            match self.said.recv_timeout(left) {
                Ok(said) => self.keep(&said),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the {} ended by itself", self.role.word())
                }
            }
        }
        std::mem::take(&mut self.ids)
    }

    /// SIGKILL. Returns what it had said before and was not yet heard.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().expect("a running child can be killed");
        self.process.wait().expect("a killed child ends");
        while let Ok(said) = self.said.recv() {
            self.keep(&said);
        }
        std::mem::take(&mut self.ids)
    }

    /// Lets it end in order, and wants it to have succeeded.
    pub(crate) fn end(mut self) {
        drop(self.process.stdin.take());
        let status = self.process.wait().expect("a child that was told to end ends");
        assert!(status.success(), "the {} failed", self.role.word());
    }

    fn keep(&mut self, said: &str) {
        if let Some(id) = said.strip_prefix("accepted ") {
            self.ids.push(id.to_owned());
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Ended already unless the test failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
