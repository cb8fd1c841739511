//! The program: its ready line, its end, and a ledger that survives a kill.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use signalbox_sandbox::config::{ACCOUNT_SID, AUTH_TOKEN};

use crate::support::{FROM, TO, http};

/// A running program; killed when a test ends early.
struct Program {
    child: Child,
    ready: Value,
}

impl Program {
    fn start(flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_signalbox-sandbox"))
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{error} in the ready line {line:?}"));
        Self { child, ready }
    }

    fn url(&self, room: &str) -> &str {
        self.ready["urls"][room].as_str().unwrap()
    }

    async fn sms(&self, body: &str) {
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json", self.url("twilio"));
        let form = [("To", TO), ("From", FROM), ("Body", body)];
        let answer = http()
            .post(url)
            .basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
    }

    async fn accepted(&self) -> u64 {
        let log = http().get(format!("{}/_sandbox/log", self.url("control"))).send().await.unwrap();
        log.json::<Value>().await.unwrap()["counts"]["accepted"].as_u64().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Ended already in most tests; then there is nobody to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_ready_line_names_every_port_and_the_ready_file_repeats_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ready.json");
    let program = Program::start(&["--ready-file", file.to_str().unwrap()]);
    for room in ["twilio", "resend", "smtp", "control"] {
        assert!(
            program.ready["ports"][room].as_u64().is_some_and(|port| port > 0),
            "{room}: {}",
            program.ready
        );
    }
    assert_eq!(program.ready["pid"], program.child.id());
    let repeated: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(repeated, program.ready);
}

#[test]
fn it_stops_when_its_parent_closes_standard_input() {
    let mut program = Program::start(&["--with-parent"]);
    drop(program.child.stdin.take());
    assert!(program.child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn it_stops_on_sigterm_even_while_it_watches_its_parent() {
    let mut program = Program::start(&["--with-parent"]);
    let told = Command::new("kill").arg(program.child.id().to_string()).status().unwrap();
    assert!(told.success());
    assert!(program.child.wait().unwrap().success(), "an orderly end, not a death by signal");
}

#[tokio::test]
async fn a_killed_sandbox_goes_on_counting_from_its_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("ledger.jsonl");
    let flags = ["--ledger", ledger.to_str().unwrap()];
    let mut first = Program::start(&flags);
    first.sms("one").await;
    first.sms("two").await;
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert_eq!(
        lines(&ledger),
        2,
        "written before the answer, so a kill loses nothing that was answered"
    );
    let second = Program::start(&flags);
    second.sms("three").await;
    assert_eq!(second.accepted().await, 3);
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}

#[test]
fn a_wrong_flag_is_refused_in_words() {
    let out = Command::new(env!("CARGO_BIN_EXE_signalbox-sandbox"))
        .args(["--callback-rewrite", "https://hooks.example"])
        .output()
        .unwrap();
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("FROM=TO"));
}
