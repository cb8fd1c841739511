//! The least that is still durable: one thread, group commit, one narrow table and an attempt.
//! It decides nothing, counts nothing and remembers no reasons; it is the floor to measure by.

use std::path::Path;

use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};

const GROUP: usize = 256;

enum Ask {
    Enqueue(u64),
    Claim,
    Finish(i64),
}

type Order = (Ask, oneshot::Sender<i64>);

pub(crate) async fn rate_with(path: &Path, callers: usize) -> f64 {
    let db = Connection::open(path.join("bare.db")).expect("it opens");
    db.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;
         PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE job (id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, state INTEGER NOT NULL,
             due_at INTEGER NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL) STRICT;
         CREATE INDEX job_claim ON job (lane, due_at, id) WHERE state = 0;
         CREATE TABLE attempt (job INTEGER NOT NULL, n INTEGER NOT NULL, intent_at INTEGER NOT NULL,
             outcome INTEGER, provider_id TEXT, PRIMARY KEY (job, n)) STRICT, WITHOUT ROWID;",
    )
    .expect("a schema");
    let (queue, orders) = mpsc::channel(4096);
    let writer = std::thread::spawn(move || write(&db, orders));
    let round = {
        let queue = queue.clone();
        move |n| {
            let queue = queue.clone();
            async move {
                ask(&queue, Ask::Enqueue(n)).await;
                let id = ask(&queue, Ask::Claim).await;
                ask(&queue, Ask::Finish(id)).await;
            }
        }
    };
    let rate = super::rate(callers, round).await;
    drop(queue);
    writer.join().expect("the writer ends");
    rate
}

async fn ask(queue: &mpsc::Sender<Order>, ask: Ask) -> i64 {
    let (reply, answer) = oneshot::channel();
    queue.send((ask, reply)).await.expect("the writer is there");
    answer.await.expect("an answer")
}

fn write(db: &Connection, mut orders: mpsc::Receiver<Order>) {
    let mut group = Vec::with_capacity(GROUP);
    while orders.blocking_recv_many(&mut group, GROUP) > 0 {
        let run = |sql: &str| db.prepare_cached(sql).expect("a statement");
        run("BEGIN IMMEDIATE").execute([]).expect("begun");
        let mut answers = Vec::with_capacity(group.len());
        for (ask, reply) in group.drain(..) {
            let answer = match ask {
                Ask::Enqueue(n) => {
                    let values = params![super::NINE, format!("+1555010{n:06}"), "x".repeat(200)];
                    run("INSERT INTO job (lane, state, due_at, recipient, body) VALUES (1, 0, ?1, ?2, ?3)")
                        .execute(values)
                        .expect("enqueued");
                    db.last_insert_rowid()
                }
                Ask::Claim => {
                    let id: i64 = run(
                        "UPDATE job SET state = 1 WHERE id = (SELECT id FROM job
                             WHERE lane = 1 AND state = 0 AND due_at <= ?1 ORDER BY due_at, id LIMIT 1)
                         RETURNING id",
                    )
                    .query_row([super::NINE], |row| row.get(0))
                    .expect("claimed");
                    run("INSERT INTO attempt (job, n, intent_at) VALUES (?1, 1, ?2)")
                        .execute([id, super::NINE])
                        .expect("the intent");
                    id
                }
                Ask::Finish(id) => {
                    run("UPDATE job SET state = 2 WHERE id = ?1 AND state = 1")
                        .execute([id])
                        .expect("finished");
                    run(
                        "UPDATE attempt SET outcome = 1, provider_id = ?2 WHERE job = ?1 AND n = 1",
                    )
                    .execute(params![id, format!("SM{id}")])
                    .expect("the outcome");
                    id
                }
            };
            answers.push((reply, answer));
        }
        run("COMMIT").execute([]).expect("committed");
        for (reply, answer) in answers {
            // The caller is there: it waits.
            let _ = reply.send(answer);
        }
    }
}
