//! "Has this been done for exactly these inputs?" A stamp is a file under `target/xtask` with a
//! fingerprint of the inputs' names and contents. Times are not looked at: a fresh checkout and a
//! branch switch change times, not contents.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::repo;
use crate::shell::Done;

/// Fingerprint of files and of whole folders, with extra words (a tool's version, say) mixed in.
pub(crate) fn fingerprint(inputs: &[PathBuf], skip: &[&str], words: &str) -> String {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    for input in inputs {
        add(input, skip, &mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn add(path: &Path, skip: &[&str], hasher: &mut DefaultHasher) {
    let name = path.file_name().unwrap_or_default();
    if skip.iter().any(|skipped| name == *skipped) {
        return;
    }
    if let Ok(entries) = std::fs::read_dir(path) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        name.hash(hasher);
        paths.iter().for_each(|path| add(path, skip, hasher));
    } else if let Ok(bytes) = std::fs::read(path) {
        name.hash(hasher);
        bytes.hash(hasher);
    }
}

/// Do the work unless the stamp says that it was done for this fingerprint and its product is there.
pub(crate) fn unless_done(
    stamp: &Path,
    mark: &str,
    product: &Path,
    work: impl FnOnce() -> Done,
) -> Done<bool> {
    if product.exists() && std::fs::read_to_string(stamp).is_ok_and(|done| done == mark) {
        return Ok(false);
    }
    // Removed first: work that is interrupted half-way must not look done.
    let _ = std::fs::remove_file(stamp);
    work()?;
    repo::write(stamp, mark)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::stop;

    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("xtask-stamp-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[test]
    fn work_is_done_once_per_content() {
        let dir = folder("once");
        let source = dir.join("in.txt");
        let stamp = dir.join("stamp");
        let mut done = 0;
        for (text, expect) in [("a", 1), ("a", 1), ("b", 2)] {
            std::fs::write(&source, text).unwrap();
            let mark = fingerprint(std::slice::from_ref(&source), &[], "");
            unless_done(&stamp, &mark, &source, || {
                done += 1;
                Ok(())
            })
            .unwrap();
            assert_eq!(done, expect, "content `{text}`");
        }
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn failed_work_is_tried_again() {
        let dir = folder("failed");
        let stamp = dir.join("stamp");
        assert!(unless_done(&stamp, "m", &dir, || stop("no")).is_err());
        assert!(
            unless_done(&stamp, "m", &dir, || Ok(())).unwrap(),
            "the failure must leave no stamp"
        );
        assert!(!unless_done(&stamp, "m", &dir, || Ok(())).unwrap());
        assert!(
            unless_done(&stamp, "m", &dir.join("gone"), || Ok(())).unwrap(),
            "its product is missing"
        );
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn skipped_folders_do_not_count() {
        let dir = folder("skip");
        let before = fingerprint(std::slice::from_ref(&dir), &["node_modules"], "");
        std::fs::create_dir_all(dir.join("node_modules")).unwrap();
        std::fs::write(dir.join("node_modules/x"), "x").unwrap();
        assert_eq!(before, fingerprint(std::slice::from_ref(&dir), &["node_modules"], ""));
        std::fs::write(dir.join("y"), "y").unwrap();
        assert_ne!(
            before,
            fingerprint(std::slice::from_ref(&dir), &["node_modules"], ""),
            "a new file counts"
        );
        std::fs::remove_dir_all(dir).unwrap();
    }
}
