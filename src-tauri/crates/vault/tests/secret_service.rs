//! The real thing on Linux: a private D-Bus with a private gnome-keyring, in a folder of its own, so that neither a
//! desktop's keyring nor a bus that happens to run is ever touched.
//!
//! The environment of a process cannot be changed safely once threads run. Each test therefore starts this same
//! binary again, under `dbus-run-session`, for the part that looks at the keyring; `INSIDE` tells it which part.

#![cfg(target_os = "linux")]

use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use signalbox_vault::{OpenMode, SecretMap, SecretString, Vault, VaultError, VaultMode};

const INSIDE: &str = "SIGNALBOX_VAULT_INSIDE";
const HOME: &str = "SIGNALBOX_VAULT_HOME";
const HOME_ID: &str = "01hq3v8m2k7c4";
const LINE: &str = "01hq3v8m2k7c5";
/// Signing in to the desktop: starts the keyring and unlocks it, making its login collection on first use.
const SIGN_IN: &str =
    "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null; ";

/// A person's computer: what is on its disk outlives a session.
struct Desktop {
    disk: tempfile::TempDir,
}

impl Desktop {
    fn new() -> Self {
        for (program, package) in [
            ("dbus-run-session", "dbus"),
            ("dbus-send", "dbus"),
            ("gnome-keyring-daemon", "gnome-keyring"),
            ("secret-tool", "libsecret-tools"),
        ] {
            let found = std::env::var_os("PATH").is_some_and(|path| {
                std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
            });
            assert!(
                found,
                "The program {program} is missing: install the package {package}, or run `cargo xtask test`, which does."
            );
        }
        let disk = tempfile::tempdir().expect("a folder");
        for folder in ["home", "data"] {
            std::fs::create_dir(disk.path().join(folder)).expect("a folder");
        }
        Self { disk }
    }

    /// Runs part `part` of test `test` in a session on a bus of its own, after the shell command `first`.
    fn session(&self, test: &str, part: &str, first: &str) {
        self.run(
            Command::new("dbus-run-session")
                .args(["--", "sh", "-c"])
                .arg(format!(r#"{first}exec "$0" --exact "$1" --nocapture"#))
                .arg(std::env::current_exe().expect("this test's binary"))
                .arg(test),
            test,
            part,
        );
    }

    fn run(&self, command: &mut Command, test: &str, part: &str) {
        use std::os::unix::fs::DirBuilderExt;
        let runtime_dir = tempfile::tempdir().expect("a folder");
        let private = runtime_dir.path().join("run");
        std::fs::DirBuilder::new().mode(0o700).create(&private).expect("a private folder");
        let disk = self.disk.path();
        let output = command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", disk)
            .env("XDG_DATA_HOME", disk.join("data"))
            .env("XDG_RUNTIME_DIR", &private)
            .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/bus", private.display()))
            .env(HOME, disk.join("home"))
            .env(INSIDE, part)
            .stdin(Stdio::null())
            .output()
            .expect("starting the session");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && told.contains("1 passed"),
            "{test}, part {part}: {told}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// Which part of a test this process is, if it is one inside a session.
fn part() -> Option<String> {
    std::env::var(INSIDE).ok()
}

fn home() -> std::path::PathBuf {
    std::env::var_os(HOME).expect("set for every part").into()
}

/// The runtime that programs have: calling zbus on one of its workers would panic.
fn on_the_runtime<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async { tokio::spawn(work).await.expect("no panic on a worker") })
}

fn open(expect_existing: bool) -> Result<Vault, VaultError> {
    let mode =
        OpenMode::keyring().expect_existing(expect_existing).patience(Duration::from_secs(30));
    on_the_runtime(async move { Vault::open(&home(), HOME_ID, mode).await })
}

fn say(program: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starting a program");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("writing to it");
    drop(stdin);
    let output = child.wait_with_output().expect("its end");
    assert!(output.status.success(), "{program} said no");
    String::from_utf8(output.stdout).expect("text")
}

/// The entry as another program sees it.
fn entry() -> String {
    say("secret-tool", &["lookup", "service", "app.signalbox", "username", HOME_ID], "")
}

fn lock_the_keyring() {
    let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
    let service = "--dest=org.freedesktop.secrets";
    let method = "org.freedesktop.Secret.Service.Lock";
    let path = "/org/freedesktop/secrets";
    say("dbus-send", &["--session", "--print-reply", service, path, method, collection], "");
}

fn sealed_file() -> std::path::PathBuf {
    home().join("sealed")
}

#[test]
fn a_key_outlives_the_session_it_was_made_in() {
    let this = "a_key_outlives_the_session_it_was_made_in";
    match part().as_deref() {
        None => {
            let desktop = Desktop::new();
            desktop.session(this, "make", SIGN_IN);
            desktop.session(this, "find", SIGN_IN);
        }
        Some("make") => {
            assert_eq!(open(true).err(), Some(VaultError::KeyMissing), "nothing is there yet");
            let vault = open(false).expect("a new home");
            assert_eq!(vault.state().mode, VaultMode::Keyring);
            let secrets = SecretMap::from([("auth_token", "abc")]);
            let sealed = vault.seal(LINE, &secrets).expect("sealing");
            std::fs::write(sealed_file(), sealed).expect("keeping it");
        }
        Some(_) => {
            let vault = open(true).expect("the key of the last session");
            let sealed = std::fs::read(sealed_file()).expect("what the last session sealed");
            let opened = vault.open_sealed(LINE, &sealed).expect("the same key");
            assert_eq!(opened.expose("auth_token"), Some("abc"));
        }
    }
}

#[test]
fn a_locked_keyring_is_called_locked_and_its_key_is_left_alone() {
    let this = "a_locked_keyring_is_called_locked_and_its_key_is_left_alone";
    match part().as_deref() {
        None => {
            let desktop = Desktop::new();
            desktop.session(this, "lock", SIGN_IN);
            desktop.session(this, "unlocked again", SIGN_IN);
        }
        Some("lock") => {
            let made = open(false).expect("a new home");
            std::fs::write(sealed_file(), made.key_id().to_string()).expect("keeping its id");
            lock_the_keyring();
            for expect_existing in [true, false] {
                assert_eq!(open(expect_existing).err(), Some(VaultError::KeyringLocked));
            }
        }
        Some(_) => {
            let vault = open(true).expect("unlocked by signing in");
            let before = std::fs::read_to_string(sealed_file()).expect("the id");
            assert_eq!(vault.key_id().to_string(), before, "no second key was made");
        }
    }
}

#[test]
fn a_key_cannot_be_made_in_a_locked_keyring() {
    let this = "a_key_cannot_be_made_in_a_locked_keyring";
    if part().is_none() {
        return Desktop::new().session(this, "only", SIGN_IN);
    }
    // Something must be in the collection for it to be lockable as a whole.
    say("secret-tool", &["store", "--label=other", "some", "thing"], "else");
    lock_the_keyring();
    assert_eq!(open(false).err(), Some(VaultError::KeyringLocked));
}

#[test]
fn a_keyring_that_was_never_set_up_is_unreachable() {
    let this = "a_keyring_that_was_never_set_up_is_unreachable";
    if part().is_none() {
        // The bus starts a daemon by itself, one without a default collection.
        return Desktop::new().session(this, "only", "");
    }
    assert_eq!(open(false).err(), Some(VaultError::KeyringUnreachable));
}

#[test]
fn a_keyring_that_comes_later_is_reached_without_a_restart() {
    let this = "a_keyring_that_comes_later_is_reached_without_a_restart";
    if part().is_none() {
        let mut alone = Command::new(std::env::current_exe().expect("this test's binary"));
        return Desktop::new().run(alone.args(["--exact", this, "--nocapture"]), this, "only");
    }
    assert_eq!(open(false).err(), Some(VaultError::KeyringUnreachable), "there is no bus yet");
    let address = std::env::var("DBUS_SESSION_BUS_ADDRESS").expect("set for every part");
    let bus = format!("--address={address}");
    let arguments = ["--session", "--fork", "--nopidfile", "--print-pid=1", &bus];
    // The daemon keeps its standard output, so its number is read by a shell and not waited for.
    let shell = format!("dbus-daemon {} >\"$0\" 2>/dev/null", arguments.join(" "));
    let number = home().join("bus-number");
    let number_text = number.to_str().expect("a plain path");
    say("sh", &["-c", &shell, number_text], "");
    let bus = Kill(std::fs::read_to_string(&number).expect("its number").trim().to_owned());
    say("sh", &["-c", SIGN_IN], "");
    open(false).expect("the keyring is there now");
    drop(bus); // the keyring ends with its bus
}

/// A process to end, by its number.
struct Kill(String);

impl Drop for Kill {
    fn drop(&mut self) {
        drop(Command::new("kill").arg(&self.0).status());
    }
}

#[test]
fn an_entry_that_is_not_a_key_is_neither_used_nor_replaced() {
    let this = "an_entry_that_is_not_a_key_is_neither_used_nor_replaced";
    if part().is_none() {
        return Desktop::new().session(this, "only", SIGN_IN);
    }
    let arguments = ["store", "--label=x", "service", "app.signalbox", "username", HOME_ID];
    say("secret-tool", &arguments, "something else");
    assert_eq!(open(false).err().map(|e| e.code()), Some("vault_corrupt"));
    assert_eq!(entry(), "something else");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic while logging").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_key_shows_neither_in_the_loudest_log_nor_in_the_keyrings_files() {
    let this = "the_key_shows_neither_in_the_loudest_log_nor_in_the_keyrings_files";
    if part().is_none() {
        return Desktop::new().session(this, "only", SIGN_IN);
    }
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let vault = open(false).expect("a new home");
    drop(open(true).expect("and again"));

    let entry = SecretString::from(entry());
    let text = signalbox_vault::ExposeSecret::expose_secret(&entry);
    let key = text.split('.').nth(1).filter(|key| key.len() == 43);
    let key = key.expect("the entry is v1.KEY.ID, as text");
    assert!(text.starts_with("v1.") && text.ends_with(&vault.key_id().to_string()));

    let logged = String::from_utf8_lossy(&log.0.lock().expect("no panic")).into_owned();
    assert!(logged.contains("zbus"), "the bus was logged too, or this proves nothing");
    let as_numbers = format!("{:?}", key.as_bytes());
    let as_numbers = as_numbers.trim_matches(['[', ']']);
    assert!(!logged.contains(key) && !logged.contains(as_numbers), "the log told the key");
    for folder in
        [home(), Path::new(&std::env::var("XDG_DATA_HOME").expect("set")).join("keyrings")]
    {
        for file in std::fs::read_dir(folder).expect("a folder") {
            let bytes = std::fs::read(file.expect("an entry").path()).expect("a file");
            assert!(!String::from_utf8_lossy(&bytes).contains(key), "a file told the key");
        }
    }
}
