//! The wrapped key and its file: what opens it, what does not, and what it may ask for.

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

const CHEAP: KdfCost = KdfCost::LEAST;

fn passphrase() -> SecretString {
    SecretString::from("five small boats go home")
}

/// One wrapped key for all that only changes bytes of it; wrapping costs memory and time.
static WRAPPED: LazyLock<(Key, WrappedKey)> = LazyLock::new(|| {
    let key = Key::random().expect("randomness");
    let wrapped = WrappedKey::wrap(&key, &passphrase(), CHEAP).expect("wrapping");
    (key, wrapped)
});

fn file_of(wrapped: &WrappedKey) -> Vec<u8> {
    serde_json::to_vec_pretty(wrapped).expect("JSON")
}

/// The file with one number changed and its check made to match, as someone who wants to do harm would.
fn priced(memory_kib: u32, passes: u32, lanes: u32) -> WrappedKey {
    let mut wrapped = WRAPPED.1.clone();
    wrapped.cost = KdfCost { memory_kib, passes, lanes };
    wrapped.check = wrapped.expected_check();
    wrapped
}

#[test]
fn the_passphrase_gives_the_same_key_back() {
    let (key, wrapped) = &*WRAPPED;
    let back = wrapped.unwrap_key(&passphrase()).expect("the right passphrase");
    assert_eq!(back.expose(), key.expose());
}

#[test]
fn the_default_cost_works_and_is_what_was_decided() {
    let decided = KdfCost { memory_kib: 65_536, passes: 3, lanes: 1 };
    assert_eq!(KdfCost::DEFAULT, decided);
    let key = Key::random().expect("randomness");
    let wrapped = WrappedKey::wrap(&key, &passphrase(), KdfCost::DEFAULT).expect("wrapping");
    let back = wrapped.unwrap_key(&passphrase()).expect("the right passphrase");
    assert_eq!(back.id(), key.id());
}

#[test]
fn another_passphrase_is_wrong_and_not_damage() {
    for wrong in ["five small boats go Home", "five small boats go home ", "x"] {
        assert_eq!(
            WRAPPED.1.unwrap_key(&SecretString::from(wrong)).err(),
            Some(VaultError::WrongPassphrase)
        );
    }
}

#[test]
fn the_same_key_and_passphrase_wrap_differently_each_time() {
    let (key, first) = &*WRAPPED;
    let second = WrappedKey::wrap(key, &passphrase(), CHEAP).expect("wrapping");
    assert_ne!(first.salt, second.salt);
    assert_ne!(first.wrapped, second.wrapped);
}

#[test]
fn hostile_costs_are_refused_before_any_memory_is_asked_for() {
    let hostile = [
        (u32::MAX, 1, 1),
        (256 * 1024 + 1, 1, 1),
        (64 * 1024, u32::MAX, 1),
        (64 * 1024, 17, 1),
        (64 * 1024, 3, u32::MAX),
        (64 * 1024, 3, 5),
        (8 * 1024 - 1, 3, 1),
        (64 * 1024, 0, 1),
        (64 * 1024, 3, 0),
        (0, 0, 0),
    ];
    for (memory_kib, passes, lanes) in hostile {
        let refused = corrupt("its cost is out of bounds");
        let wrapped = priced(memory_kib, passes, lanes);
        assert_eq!(
            WrappedKey::parse(&file_of(&wrapped)).err(),
            Some(refused.clone()),
            "{memory_kib} KiB, {passes} passes, {lanes} lanes must not even be read"
        );
        assert_eq!(wrapped.unwrap_key(&passphrase()).err(), Some(refused));
    }
}

#[test]
fn a_changed_cost_within_bounds_opens_nothing() {
    assert_eq!(
        priced(CHEAP.memory_kib, 2, 1).unwrap_key(&passphrase()).err(),
        Some(VaultError::WrongPassphrase)
    );
}

#[test]
fn a_file_cut_short_anywhere_is_damaged() {
    let file = file_of(&WRAPPED.1);
    for length in 0..file.len() {
        assert_eq!(
            WrappedKey::parse(&file[..length]).err().map(|e| e.code()),
            Some("vault_corrupt"),
            "cut to {length} of {} bytes",
            file.len()
        );
    }
}

#[test]
fn a_newer_file_is_called_newer_even_with_fields_unknown_today() {
    assert_eq!(
        WrappedKey::parse(br#"{"version": 2, "pepper": true}"#).err(),
        Some(VaultError::UnsupportedVersion { what: FILE, found: 2 })
    );
}

#[test]
fn a_file_far_too_large_is_not_read() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("vault.json"), vec![b' '; 1 << 20]).expect("writing");
    assert_eq!(WrappedKey::read(home.path()).err().map(|e| e.code()), Some("vault_corrupt"));
}

#[test]
fn the_file_comes_back_and_leaves_nothing_beside_it() {
    let home = tempfile::tempdir().expect("a folder");
    assert_eq!(WrappedKey::read(home.path()), Ok(None), "a new home has none");
    for _ in 0..2 {
        WRAPPED.1.write(home.path()).expect("writing, also over an older one");
    }
    assert_eq!(WrappedKey::read(home.path()), Ok(Some(WRAPPED.1.clone())));
    let files: Vec<_> = std::fs::read_dir(home.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(files, ["vault.json"]);
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().expect("a folder");
    WRAPPED.1.write(home.path()).expect("writing");
    let mode =
        std::fs::metadata(home.path().join("vault.json")).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_leaves_the_old_file_and_no_other() {
    let home = tempfile::tempdir().expect("a folder");
    // A folder in the file's place: the rename fails, whoever runs the test.
    std::fs::create_dir_all(home.path().join("vault.json/full")).expect("a folder in the way");
    assert_eq!(WRAPPED.1.write(home.path()).err().map(|e| e.code()), Some("vault_home"));
    let left = std::fs::read_dir(home.path()).expect("the folder").count();
    assert_eq!(left, 1, "the half-done file is taken away again");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_changed_byte_never_gives_another_key(at in any::<proptest::sample::Index>(), to in any::<u8>()) {
        let mut file = file_of(&WRAPPED.1);
        let at = at.index(file.len());
        prop_assume!(file[at] != to);
        file[at] = to;
        if let Ok(read) = WrappedKey::parse(&file) {
            // White space between fields may differ; the fields may not.
            prop_assert_eq!(&read, &WRAPPED.1, "byte {} was changed and believed", at);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(WrappedKey::parse(&bytes).is_err());
    }
}
