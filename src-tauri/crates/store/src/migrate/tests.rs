use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::*;
use crate::pragmas::{Durability, open_writer};

/// A step as later ones will be: it rebuilds a table that has rows, and changes and adds others.
const NEXT: &str = "
    CREATE TABLE setting_new (key TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
    INSERT INTO setting_new SELECT key, value, 7 FROM setting;
    DROP TABLE setting;
    ALTER TABLE setting_new RENAME TO setting;
    ALTER TABLE connection ADD COLUMN colour TEXT;
    UPDATE connection SET colour = 'red';
    CREATE INDEX connection_colour ON connection (colour);
    CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT;";

fn steps() -> Vec<M<'static>> {
    let mut steps = STEPS.to_vec();
    steps.push(M::up(NEXT));
    steps
}

/// Everything in a file: the schema, and all rows of all tables as text.
fn dump(path: &Path) -> BTreeMap<String, Vec<String>> {
    let db = Connection::open(path).unwrap();
    let names =
        "SELECT name || ': ' || COALESCE(sql, ''), type, name FROM sqlite_schema ORDER BY 1";
    let mut statement = db.prepare(names).unwrap();
    let schema: Vec<(String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    let mut all = BTreeMap::new();
    all.insert("version".into(), vec![recorded(&db).unwrap().to_string()]);
    for (sql, kind, name) in &schema {
        all.entry("schema".to_owned()).or_default().push(sql.clone());
        if kind == "table" {
            let mut statement =
                db.prepare(&format!("SELECT * FROM {name} ORDER BY 1, 2")).unwrap_or_else(|_| {
                    db.prepare(&format!("SELECT * FROM {name} ORDER BY 1")).unwrap()
                });
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                let values = (0..columns).map(|n| row.get::<_, rusqlite::types::Value>(n));
                Ok(format!("{:?}", values.collect::<rusqlite::Result<Vec<_>>>()?))
            });
            let rows = rows.unwrap().collect::<rusqlite::Result<Vec<_>>>().unwrap();
            all.insert(name.clone(), rows);
        }
    }
    all
}

/// A store of the first schema with something in it.
fn old_store(path: &Path) {
    let mut db = open_writer(path, Durability::Full).unwrap();
    by_steps(&mut db, &STEPS[..1]).unwrap();
    db.execute_batch(
        "INSERT INTO setting VALUES ('zone', '\"Europe/Berlin\"'), ('theme', '\"dark\"');
         INSERT INTO connection (id, provider, name, environment, state, since, fields, urls, created_at)
         VALUES (1, 'twilio', 'first', 3, 1, 7, '{}', '{}', 7), (2, 'smtp', 'second', 3, 1, 7, '{}', '{}', 7);",
    )
    .unwrap();
}

/// Migrates with every statement counted, and the one with this number refused. True when there
/// were not so many.
fn killed_at(path: &Path, steps: &[M<'_>], last: usize) -> bool {
    let mut db = open_writer(path, Durability::Full).unwrap();
    let (seen, killed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let hit = killed.clone();
    let count = move |context: AuthContext<'_>| {
        // One for each thing a statement does; reads of single columns are too many to matter.
        if matches!(context.action, AuthAction::Read { .. }) {
            return Authorization::Allow;
        }
        if seen.fetch_add(1, Ordering::SeqCst) < last {
            return Authorization::Allow;
        }
        hit.store(true, Ordering::SeqCst);
        Authorization::Deny
    };
    db.authorizer(Some(count)).unwrap();
    let result = by_steps(&mut db, steps);
    let was_killed = killed.load(Ordering::SeqCst);
    assert_eq!(result.is_err(), was_killed, "{result:?}");
    // Nothing is ended in good order here: the handle goes away with its transaction open.
    drop(db);
    !was_killed
}

fn at_every_statement(prepare: fn(&Path), steps: &[M<'_>]) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let (untouched, whole) = (dir.path().join("untouched.db"), dir.path().join("whole.db"));
    for path in [&untouched, &whole] {
        prepare(path);
    }
    let mut db = open_writer(&whole, Durability::Full).unwrap();
    by_steps(&mut db, steps).unwrap();
    drop(db);
    let (before, after) = (dump(&untouched), dump(&whole));
    assert_ne!(before, after);
    for last in 0.. {
        let path = dir.path().join(format!("{last}.db"));
        prepare(&path);
        if killed_at(&path, steps, last) {
            assert_eq!(dump(&path), after);
            return last;
        }
        assert_eq!(dump(&path), before, "killed at {last}: neither the old store nor the new one");
        let mut db = open_writer(&path, Durability::Full).unwrap();
        by_steps(&mut db, steps).unwrap();
        drop(db);
        assert_eq!(dump(&path), after, "killed at {last}, then started again");
        std::fs::remove_file(&path).unwrap();
    }
    unreachable!("a migration has an end")
}

/// queue.md test 12, for a new home.
#[test]
fn the_first_migration_killed_at_any_statement_leaves_nothing_behind() {
    let statements = at_every_statement(|path| drop(open_writer(path, Durability::Full)), STEPS);
    assert!(statements > 100, "only {statements} were seen");
}

/// queue.md test 12, for a store that has data.
#[test]
fn a_later_migration_killed_at_any_statement_leaves_the_old_data() {
    let statements = at_every_statement(old_store, &steps());
    assert!(statements > 20, "only {statements} were seen");
}

#[test]
fn a_store_of_a_newer_version_is_not_migrated() {
    let mut db = Connection::open_in_memory().unwrap();
    by_steps(&mut db, &steps()).unwrap();
    let found = recorded(&db).unwrap();
    let refused = migrate(&mut db);
    assert!(
        matches!(refused, Err(StoreError::Newer { found: f, known: KNOWN }) if f == found),
        "{refused:?}"
    );
}

#[test]
fn every_index_is_used_by_a_statement_of_ours() {
    let mut db = Connection::open_in_memory().unwrap();
    migrate(&mut db).unwrap();
    let mut statement = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        .unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    let mut sources = String::new();
    for folder in ["src", "src/outbox"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    // Those that SQLite chooses by itself, and the one that finds what a person has said.
    let chosen = ["consent_address", "change_connection"];
    for name in names.iter().filter(|name| !chosen.contains(&name.as_str())) {
        assert!(sources.contains(&format!("INDEXED BY {name}")), "{name} costs and serves nobody");
    }
}
