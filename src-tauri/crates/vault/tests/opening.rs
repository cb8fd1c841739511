//! Opening a vault against a key store that can be told to misbehave: what makes a key, what finds it, and what
//! every way of failing is called.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use signalbox_vault::{
    Fault, KdfCost, KeyStoreError, MemoryKeyStore, OpenMode, SecretMap, SecretString, Vault,
    VaultError, VaultMode,
};

const HOME_ID: &str = "01hq3v8m2k7c4";
const LINE: &str = "01hq3v8m2k7c5";

struct Bench {
    home: tempfile::TempDir,
    store: Arc<MemoryKeyStore>,
}

impl Bench {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a folder"),
            store: Arc::new(MemoryKeyStore::new()),
        }
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    fn keyring(&self) -> OpenMode {
        OpenMode::key_store(self.store.clone())
    }

    async fn open(&self, mode: OpenMode) -> Result<Vault, VaultError> {
        Vault::open(self.home(), HOME_ID, mode).await
    }

    async fn code(&self, mode: OpenMode) -> &'static str {
        self.open(mode).await.expect_err("this must not open").code()
    }
}

fn passphrase(text: &str) -> OpenMode {
    OpenMode::passphrase(SecretString::from(text)).cost(KdfCost::LEAST)
}

#[tokio::test]
async fn the_first_opening_makes_a_key_and_the_next_one_finds_it() {
    let bench = Bench::new();
    let first = bench.open(bench.keyring()).await.expect("a new home");
    let sealed = first.seal(LINE, &SecretMap::from([("auth_token", "abc")])).expect("sealing");
    drop(first);

    let again = bench.open(bench.keyring().expect_existing(true)).await.expect("the key is there");
    let opened = again.open_sealed(LINE, &sealed).expect("the same key");
    assert_eq!(opened.expose("auth_token"), Some("abc"));
    assert_eq!(bench.store.writes(), 1);
}

#[tokio::test]
async fn the_first_passphrase_becomes_the_homes() {
    let bench = Bench::new();
    let first = bench.open(passphrase("one two three")).await.expect("a new home");
    assert_eq!(first.state().mode, VaultMode::Passphrase);
    assert_eq!(bench.code(passphrase("one two four")).await, "passphrase_wrong");
    let again = bench
        .open(passphrase("one two three").expect_existing(true))
        .await
        .expect("the same passphrase");
    assert_eq!(again.key_id(), first.key_id());
}

#[tokio::test]
async fn a_blank_passphrase_is_not_one() {
    let bench = Bench::new();
    for blank in ["", "  \t "] {
        assert_eq!(bench.code(passphrase(blank)).await, "passphrase_empty");
    }
    assert!(!bench.home().join("vault.json").exists());
}

#[tokio::test]
async fn no_new_key_takes_the_place_of_a_missing_one() {
    let bench = Bench::new();
    let missing = "vault_key_missing";
    assert_eq!(bench.code(bench.keyring().expect_existing(true)).await, missing);
    assert_eq!(bench.code(passphrase("one two").expect_existing(true)).await, missing);
    assert_eq!(bench.store.writes(), 0);
    assert!(!bench.home().join("vault.json").exists());
}

#[tokio::test]
async fn a_home_with_a_passphrase_gets_no_second_key_in_the_keyring() {
    let bench = Bench::new();
    bench.open(passphrase("one two three")).await.expect("a new home");
    assert_eq!(bench.code(bench.keyring()).await, "passphrase_needed");
    assert_eq!(bench.store.writes(), 0);
}

#[tokio::test]
async fn a_damaged_file_is_not_a_home_without_a_passphrase() {
    let bench = Bench::new();
    bench.open(passphrase("one two three")).await.expect("a new home");
    let file = bench.home().join("vault.json");
    let whole = std::fs::read(&file).expect("the file");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("cutting it short");
    assert_eq!(bench.code(passphrase("one two three")).await, "vault_corrupt");
    assert_eq!(bench.code(bench.keyring()).await, "vault_corrupt");
    assert_eq!(
        std::fs::read(&file).expect("the file"),
        &whole[..whole.len() / 2],
        "what is left of it may still be mended by hand"
    );
}

#[tokio::test]
async fn a_damaged_entry_is_not_replaced() {
    let bench = Bench::new();
    bench.store.set_entry(HOME_ID, Some(SecretString::from("v1.not-a-key")));
    assert_eq!(bench.code(bench.keyring()).await, "vault_corrupt");
    assert_eq!(bench.store.writes(), 0);
}

#[tokio::test]
async fn every_failure_of_the_keyring_has_its_name() {
    let bench = Bench::new();
    let odd = KeyStoreError::Failed { detail: "odd".to_owned() };
    for (error, code) in [
        (KeyStoreError::Unreachable, "keyring_unreachable"),
        (KeyStoreError::Locked, "keyring_locked"),
        (KeyStoreError::Denied, "keyring_denied"),
        (odd, "keyring_failed"),
    ] {
        for fault in [Fault::Fail(error.clone()), Fault::FailWrites(error)] {
            bench.store.set_fault(fault);
            assert_eq!(bench.code(bench.keyring()).await, code);
        }
    }
    bench.store.set_fault(Fault::None);
    bench.open(bench.keyring()).await.expect("a keyring that came back is used");
}

#[tokio::test]
async fn a_keyring_that_forgets_is_found_out_before_anything_is_sealed() {
    let bench = Bench::new();
    bench.store.set_fault(Fault::ForgetWrites);
    assert_eq!(bench.code(bench.keyring()).await, "keyring_failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn openings_at_the_same_time_make_one_key() {
    for mode in [None, Some("one two three")] {
        let bench = Arc::new(Bench::new());
        let openings: Vec<_> = (0..8)
            .map(|_| {
                let bench = bench.clone();
                tokio::spawn(async move {
                    let mode = mode.map_or_else(|| bench.keyring(), passphrase);
                    bench.open(mode).await.expect("opening").key_id()
                })
            })
            .collect();
        let mut ids = Vec::new();
        for opening in openings {
            ids.push(opening.await.expect("no panic"));
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "two keys in one home strand what one of them sealed");
        assert!(bench.store.writes() <= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_keyring_that_never_answers_is_given_up_on() {
    let bench = Bench::new();
    bench.store.set_fault(Fault::Hang);
    let patience = Duration::from_secs(45);
    let error = bench.open(bench.keyring().patience(patience)).await.expect_err("nobody answered");
    assert_eq!(error, VaultError::TimedOut { waited: patience });
    assert_eq!(error.say(), "The vault did not open within 45 seconds.");
    bench.store.set_fault(Fault::None);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_makes_no_key() {
    let bench = Bench::new();
    bench.store.set_fault(Fault::Hang);
    assert_eq!(bench.code(bench.keyring()).await, "vault_timed_out");
    bench.store.wait_until_hanging();
    tokio::time::resume();
    bench.store.set_fault(Fault::None);

    // Waits for the abandoned opening, since one home decides one opening after the other.
    let missing = bench.code(bench.keyring().expect_existing(true)).await;
    assert_eq!(missing, "vault_key_missing");
    assert_eq!(bench.store.writes(), 0, "nobody waited for it any longer");
}

#[tokio::test]
async fn a_key_that_was_already_being_kept_is_found_by_the_next_opening() {
    let bench = Bench::new();
    bench.store.set_fault(Fault::HangWrites);
    // Not by the clock: the opening is dropped once the keyring has been asked to keep the key.
    {
        let opening = bench.open(bench.keyring().patience(Duration::MAX));
        let store = bench.store.clone();
        let hanging = tokio::task::spawn_blocking(move || store.wait_until_hanging());
        tokio::select! {
            _ = opening => panic!("the keyring has not answered yet"),
            done = hanging => done.expect("no panic"),
        }
    }
    bench.store.set_fault(Fault::None);
    bench
        .open(bench.keyring().expect_existing(true))
        .await
        .expect("the late answer kept a whole key");
    assert_eq!(bench.store.writes(), 1);
}

#[tokio::test]
async fn a_hanging_keyring_does_not_keep_the_runtime_from_ending() {
    let bench = Bench::new();
    let store = bench.store.clone();
    store.set_fault(Fault::Hang);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let patience = Duration::from_millis(1);
        let code = runtime.block_on(bench.code(bench.keyring().patience(patience)));
        assert_eq!(code, "vault_timed_out");
        drop(runtime); // would wait for ever if the call were in the runtime's own pool
        bench.store.set_fault(Fault::None);
    })
    .join()
    .expect("the runtime ended while the keyring was still asking");
}

#[tokio::test]
async fn a_home_that_is_not_there_is_said_so() {
    let bench = Bench::new();
    let nowhere = bench.home().join("nowhere");
    let error = Vault::open(&nowhere, HOME_ID, bench.keyring()).await.expect_err("no such folder");
    assert_eq!(error.code(), "vault_home");
}

#[tokio::test]
async fn a_vault_says_where_its_key_lives() {
    let bench = Bench::new();
    let state = bench.open(bench.keyring()).await.expect("a new home").state();
    assert_eq!(state.mode, VaultMode::Session, "a key in memory is not called a keyring");
    assert!(state.say.contains("until Signalbox closes"));
}
