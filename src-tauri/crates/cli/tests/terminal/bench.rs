//! A home, the program, and a plain HTTP caller.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A home in a folder of its own, gone at the end.
pub(crate) struct Home {
    folder: TempDir,
}

/// What one call of the program left behind.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Standard output as the one JSON value that it must be.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "exactly one line: {self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same after a success.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.exit, 0, "{self:?}");
        self.json()
    }

    /// The code of the one error shape, with the exit code.
    pub(crate) fn refused(&self) -> (i32, String) {
        let json = self.json();
        assert!(
            json["error"]["message"].is_string() && json["error"]["remedy"].is_string(),
            "{json}"
        );
        assert!(!self.err.is_empty(), "a person is told too");
        (self.exit, json["error"]["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a text").to_owned()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox-cli"));
        command.args(["--home", self.path().to_str().expect("a text")]).args(words);
        // Nothing of this machine's own setting may reach a test; and no keyring is there.
        for name in [
            "SIGNALBOX_HOME",
            "SIGNALBOX_VAULT",
            "SIGNALBOX_PORT",
            "SIGNALBOX_LOG",
            "XDG_RUNTIME_DIR",
        ] {
            command.env_remove(name);
        }
        command
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("TEST_SECRET", SECRET);
        command
    }

    /// Runs the program with `--json`.
    pub(crate) fn run(&self, words: &[&str]) -> Said {
        self.say(&[&["--json"], words].concat())
    }

    /// Runs the program as it is.
    pub(crate) fn say(&self, words: &[&str]) -> Said {
        let output = self.command(words).stdin(Stdio::null()).output().expect("the program runs");
        let Output { status, stdout, stderr } = output;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Said { exit: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
    }

    /// Starts an owner and waits until it is open.
    pub(crate) fn serve(&self, words: &[&str]) -> Serving<'_> {
        let words = [&["--json", "serve", "--port", "0"], words].concat();
        let mut child = self
            .command(&words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("its first line");
        if line.is_empty() {
            let mut err = String::new();
            let _ = child.stderr.take().expect("its errors").read_to_string(&mut err);
            panic!("it did not open: {err}");
        }
        Serving { home: self, child, ready: serde_json::from_str(&line).expect("JSON") }
    }

    /// Asks about a message until it stands where it should.
    pub(crate) fn until(&self, id: &str, state: &str) -> Value {
        let mut message = Value::Null;
        for _ in 0..400 {
            message = self.run(&["message", id]).ok();
            if message["state"] == state {
                return message;
            }
        }
        panic!("it never became {state}: {message}");
    }
}

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A running owner, ended at the end.
pub(crate) struct Serving<'a> {
    home: &'a Home,
    child: Child,
    pub(crate) ready: Value,
}

impl Serving<'_> {
    pub(crate) fn port(&self) -> u16 {
        self.ready["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port")
    }

    /// Tells it to stop and waits for its end.
    pub(crate) fn stop(mut self) -> i32 {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        assert!(told.success());
        self.child.wait().expect("its end").code().unwrap_or(-1)
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
    }

    /// One HTTP request as it stands; the status, the head and the body.
    pub(crate) fn http(
        &self,
        line: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String, String) {
        let mut stream =
            TcpStream::connect(("127.0.0.1", self.port())).expect("the gateway listens");
        let mut text =
            format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text += &format!("Host: 127.0.0.1:{}\r\n", self.port());
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{text}\r\n{body}").as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head.to_owned(), body.to_owned())
    }

    pub(crate) fn home(&self) -> &Home {
        self.home
    }
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        // Ended already in most tests; a test that failed must leave nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
