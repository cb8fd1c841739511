//! Much history in little time: rows written straight into the file, counters and all.

use std::path::Path;

use rusqlite::{Connection, params};

/// What to fill a store with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fill {
    /// Messages.
    n: i64,
    /// Lines they are spread over.
    lines: i64,
    waiting: bool,
}

pub(crate) fn finished(n: i64) -> Fill {
    Fill { n, lines: 1, waiting: false }
}

pub(crate) fn waiting(n: i64) -> Fill {
    Fill { n, lines: 1, waiting: true }
}

pub(crate) fn mixed(n: i64) -> Fill {
    Fill { n, lines: 20, waiting: false }
}

const WORDS: [&str; 40] = [
    "appointment",
    "tomorrow",
    "invoice",
    "delivery",
    "table",
    "confirm",
    "reminder",
    "morning",
    "afternoon",
    "doctor",
    "garage",
    "repair",
    "pickup",
    "order",
    "parcel",
    "today",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "please",
    "reply",
    "cancel",
    "change",
    "thanks",
    "waiting",
    "ready",
    "shop",
    "office",
    "street",
    "number",
    "welcome",
    "account",
    "payment",
    "receipt",
    "booking",
    "seat",
    "ticket",
    "hours",
];

/// Makes a store and fills it.
pub(crate) async fn make(path: &Path, fill: Fill) {
    let bench = super::open(path).await;
    let mut lines = vec![bench.line.raw()];
    for _ in 1..fill.lines {
        lines.push(super::add_line(&bench.store).await.raw());
    }
    bench.store.close().await;
    drop(bench);
    let db = Connection::open(path.join("signalbox.db")).expect("it opens");
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN")
        .expect("begun");
    db.execute_batch(
        "INSERT INTO failure (id, class, code, say, remedy) VALUES
             (1, 7, '30005', 'No such number', 'Correct it'), (2, 1, '503', 'Not there', 'Wait')",
    )
    .expect("failures");
    rows(&db, &lines, fill);
    db.execute_batch(
        "INSERT INTO counter SELECT connection, state * 100 + COALESCE(reason, 0), COUNT(*)
             FROM message GROUP BY 1, 2;
         INSERT INTO tally SELECT hour, connection, state * 100 + COALESCE(reason, 0), COUNT(*)
             FROM message GROUP BY 1, 2, 3;
         INSERT INTO cause SELECT connection, failure, state, COUNT(*), MIN(updated_at), MAX(updated_at)
             FROM message WHERE state IN (7, 8, 12) AND failure IS NOT NULL GROUP BY 1, 2, 3;
         COMMIT;",
    )
    .expect("counters");
}

fn rows(db: &Connection, lines: &[i64], fill: Fill) {
    let mut message = db
        .prepare(
            "INSERT INTO message (id, connection, channel, state, reason, due_at, priority, hour, units,
                 recipient, name, tries, counted, rank, provider_id, failure, useful_until,
                 created_at, updated_at, actor)
             VALUES (?1, ?2, 1, ?3, ?4, ?5, 0, ?6, 1, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13, ?14, ?14, 'bench')",
        )
        .expect("a statement");
    let mut content = db
        .prepare("INSERT INTO content (message, subject, body) VALUES (?1, NULL, ?2)")
        .expect("a statement");
    let mut attempt = db
        .prepare(
            "INSERT INTO attempt (message, n, connection, boot, intent_at, ended_at, outcome, provider_id)
             VALUES (?1, 1, ?2, 1, ?3, ?3, 1, ?4)",
        )
        .expect("a statement");
    for n in 0..fill.n {
        // Over three months, to a minute before the bench begins.
        let at = super::NINE - 60_000 - (fill.n - n) * 7_000;
        let id = signalbox_domain::ids::first_id_at(at) | (n & 0xfffff);
        let line = lines[usize::try_from(n).unwrap_or(0) % lines.len()];
        let (state, reason, rank, failure) = match (fill.waiting, n % 100) {
            (true, _) => (0, None, 0, None),
            (_, 0..=89) => (4, None, 4, None),
            (_, 90..=94) => (5, None, 5, None),
            (_, 95..=96) => (8, None, 3, Some(1 + n % 2)),
            (_, 97) => (3, None, 2, None),
            (_, 98) => (10, None, 0, None),
            _ => (6, Some(if n % 1_000 == 99 { 12 } else { 3 }), 0, None),
        };
        let provider_id = (rank > 0).then(|| format!("SM{id:x}"));
        let name = format!("{} {}", WORDS[pick(n, 7)], WORDS[pick(n, 11)]);
        let tries = i64::from(rank > 0);
        message
            .execute(params![
                id,
                line,
                state,
                reason,
                fill.waiting.then_some(at),
                at / 3_600_000,
                format!("+1555{:07}", n * 7_919 % 10_000_000),
                name,
                tries,
                rank,
                provider_id,
                failure,
                super::NINE + 86_400_000_000,
                at,
            ])
            .expect("a message");
        content.execute(params![id, body(n)]).expect("a text");
        if tries > 0 {
            attempt.execute(params![id, line, at, provider_id]).expect("an attempt");
        }
    }
}

fn pick(n: i64, salt: i64) -> usize {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64).wrapping_mul(salt) >> 33;
    usize::try_from(mixed.rem_euclid(40)).unwrap_or(0)
}

fn body(n: i64) -> String {
    let mut text: String =
        (1..=16).map(|salt| format!("{} ", WORDS[pick(n, 2 * salt + 1)])).collect();
    text.push_str(&format!("ref{n:07}"));
    text
}
