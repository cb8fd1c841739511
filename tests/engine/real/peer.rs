//! Programs of `tests/peers`: real servers and the providers' own libraries, driven over pipes.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A running peer. Ends with the test, however that ends.
pub(crate) struct Peer {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// What it said when it was ready.
    pub(crate) ready: Value,
}

impl Peer {
    /// Starts one.
    pub(crate) fn start(script: &str, flags: &[&str]) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/peers");
        assert!(
            folder.join("node_modules").is_dir(),
            "the peers are not installed: run `npm ci` in tests/peers, or `cargo xtask test`"
        );
        let mut process = Command::new("node")
            .arg(script)
            .args(flags)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is installed: `cargo xtask test` sees to it");
        let orders = process.stdin.take();
        let mut answers = BufReader::new(process.stdout.take().expect("a pipe"));
        let ready = read(&mut answers);
        assert_eq!(ready["ready"], true, "{script} did not start: {ready}");
        Self { process, orders, answers, ready }
    }

    /// Gives an order and returns the answer.
    pub(crate) fn ask(&mut self, order: &Value) -> Value {
        let orders = self.orders.as_mut().expect("it was not told to end");
        writeln!(orders, "{order}").expect("the peer runs");
        let answer = read(&mut self.answers);
        assert!(answer["error"].is_null(), "{order} was answered with {answer}");
        answer
    }
}

fn read(answers: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the peer can be read");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends when its input does; the kill is for one that hangs.
        drop(self.orders.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
