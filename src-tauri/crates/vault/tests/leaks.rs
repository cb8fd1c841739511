//! Nothing that prints tells a secret: canaries are planted in every place a secret passes, and everything that can
//! be printed, logged or left on the disk is searched for them.

use std::io::Write;
use std::sync::{Arc, Mutex};

use signalbox_vault::{
    Fault, KdfCost, KeyId, KeySource, KeyStore, KeyStoreError, MemoryKeyStore, OpenMode, SecretMap,
    SecretString, Vault, VaultError, WrappedKey, sealed_with,
};

const HOME_ID: &str = "01hq3v8m2k7c4";
const LINE: &str = "01hq3v8m2k7c5";
const VALUE: &str = "CANARY-credential";
const PASSPHRASE: &str = "CANARY-passphrase";

fn assert_tells_nothing(what: &str, printed: &str) {
    assert!(!printed.contains("CANARY"), "{what} told a secret");
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

/// The only test of this file that logs, since a log is the whole process's.
#[tokio::test]
async fn a_vault_in_use_tells_nothing_in_debug_log_or_files() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let home = tempfile::tempdir().expect("a folder");
    let mode = OpenMode::passphrase(SecretString::from(PASSPHRASE)).cost(KdfCost::LEAST);
    assert_tells_nothing("OpenMode", &format!("{mode:?} {mode:#?}"));

    let vault = Vault::open(home.path(), HOME_ID, mode).await.expect("a new home");
    let secrets = SecretMap::from([("auth_token", VALUE)]);
    let sealed = vault.seal(LINE, &secrets).expect("sealing");
    let opened = vault.open_sealed(LINE, &sealed).expect("opening");
    let wrapped = WrappedKey::read(home.path()).expect("the file").expect("is there");
    tracing::info!(?vault, ?secrets, ?opened, ?wrapped, "as a careless caller would log it");
    tracing::info!(key_id = %vault.key_id(), state = ?vault.state(), id = ?sealed_with(&sealed));

    let wrong = OpenMode::passphrase(SecretString::from("CANARY-wrong")).cost(KdfCost::LEAST);
    let error = Vault::open(home.path(), HOME_ID, wrong).await.expect_err("another passphrase");
    assert_tells_nothing("a wrong passphrase", &format!("{error:?} {error} {}", error.remedy()));

    let logged = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    assert!(
        logged.contains("auth_token"),
        "names of secrets may show, so the search did look at the log"
    );
    assert_tells_nothing("the log", &logged);
    for entry in std::fs::read_dir(home.path()).expect("the folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        assert_tells_nothing("a file in the home", &String::from_utf8_lossy(&bytes));
    }
}

#[tokio::test]
async fn the_key_shows_nowhere_outside_its_entry() {
    let home = tempfile::tempdir().expect("a folder");
    let store = Arc::new(MemoryKeyStore::new());
    let vault = Vault::open(home.path(), HOME_ID, OpenMode::key_store(store.clone()))
        .await
        .expect("a new home");
    let entry = store.read(HOME_ID).expect("no fault").expect("an entry");
    let entry = signalbox_vault::ExposeSecret::expose_secret(&entry).to_owned();
    let key = entry.split('.').nth(1).expect("the middle of the entry is the key");
    let sealed = vault.seal(LINE, &SecretMap::from([("a", "b")])).expect("sealing");
    let source = KeySource::Keyring(store.clone());
    let printed =
        format!("{vault:?} {vault:#?} {store:?} {source:?} {sealed:?} {:?}", vault.state());
    assert!(!printed.contains(key), "the key was printed");
    assert!(printed.contains(&vault.key_id().to_string()), "its id may be");
    assert_eq!(
        std::fs::read_dir(home.path())
            .expect("the folder")
            .filter_map(|entry| std::fs::metadata(entry.ok()?.path()).ok())
            .map(|file| file.len())
            .sum::<u64>(),
        0,
        "with a keyring, the home holds no byte of the key"
    );
}

#[tokio::test]
async fn a_damaged_entry_is_not_quoted() {
    let home = tempfile::tempdir().expect("a folder");
    let store = Arc::new(MemoryKeyStore::new());
    for entry in ["CANARY", "v1.CANARY", "v1.CANARY.CANARY", "vCANARY.x.y", "v1.a.b.CANARY"] {
        store.set_entry(HOME_ID, Some(SecretString::from(entry)));
        let error = Vault::open(home.path(), HOME_ID, OpenMode::key_store(store.clone()))
            .await
            .expect_err("not a key");
        assert_tells_nothing("a damaged entry", &format!("{error:?} {error} {}", error.say()));
    }
}

fn one_of_each() -> Vec<VaultError> {
    let sealed_with: KeyId = {
        let mut bytes = [7_u8; 60];
        bytes[0] = 1;
        sealed_with(&bytes).expect("a header")
    };
    vec![
        VaultError::KeyringUnreachable,
        VaultError::KeyringLocked,
        VaultError::KeyringDenied,
        VaultError::KeyringFailed { detail: "odd".to_owned() },
        VaultError::TimedOut { waited: std::time::Duration::from_secs(60) },
        VaultError::KeyMissing,
        VaultError::PassphraseNeeded,
        VaultError::PassphraseEmpty,
        VaultError::WrongPassphrase,
        VaultError::Corrupt { what: "The file vault.json", why: "it is damaged" },
        VaultError::UnsupportedVersion { what: "The file vault.json", found: 2 },
        VaultError::SealBroken,
        VaultError::OtherKey { sealed_with },
        VaultError::TooLarge { limit: 1 },
        VaultError::Home { file: "vault.json", kind: std::io::ErrorKind::PermissionDenied },
        VaultError::System { what: "randomness" },
    ]
}

#[test]
fn every_error_has_its_own_code_and_plain_sentences() {
    let mut codes = std::collections::BTreeSet::new();
    for error in one_of_each() {
        assert!(codes.insert(error.code()), "{} names two errors", error.code());
        for sentence in [error.say(), error.remedy().to_owned()] {
            assert!(sentence.ends_with('.'), "not a sentence: {sentence}");
            assert!(sentence.starts_with(char::is_uppercase), "not a sentence: {sentence}");
            for blame in ["you ", "You ", "your fault", "invalid", "illegal", "failed to"] {
                assert!(!sentence.contains(blame), "blames or mumbles: {sentence}");
            }
        }
    }
}

#[tokio::test]
async fn the_keyrings_own_words_are_bounded_and_on_one_line() {
    let home = tempfile::tempdir().expect("a folder");
    let store = Arc::new(MemoryKeyStore::new());
    let detail = format!("first\nsecond\u{1b}[31m{}", "x".repeat(10_000));
    store.set_fault(Fault::Fail(KeyStoreError::Failed { detail }));
    let said = Vault::open(home.path(), HOME_ID, OpenMode::key_store(store))
        .await
        .expect_err("a fault")
        .say();
    assert!(said.len() < 300 && !said.contains(char::is_control));
}
