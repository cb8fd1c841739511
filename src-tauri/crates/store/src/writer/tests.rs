//! Groups of jobs, one of which fails.

use signalbox_domain::ManualClock;

use super::*;

/// What the jobs after `first` find: a writer that was busy until all of them were queued.
async fn group(jobs: Vec<(i64, bool)>) -> (Vec<Result<i64>>, Vec<i64>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let db = pragmas::open_writer(&path, Durability::Full).unwrap();
    db.execute_batch("CREATE TABLE kept (n INTEGER NOT NULL)").unwrap();
    let clock = Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH));
    let start = WriterStart { path: path.clone(), durability: Durability::Full, clock, last_id: 0 };
    let writer = Arc::new(Writer::start(db, start).unwrap());
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let first = writer.clone();
    let first = tokio::spawn(async move {
        first.run(move |_| wait.recv().map_err(|error| StoreError::Io(error.to_string()))).await
    });
    let mut answers = Vec::new();
    for (n, is_repeatable) in jobs {
        let work = move |tx: &mut Tx<'_>| {
            tx.db.execute("INSERT INTO kept VALUES (?1)", [n])?;
            assert!(n != 13, "a job that panics");
            if n < 0 { Err(StoreError::KeyReused) } else { Ok(n) }
        };
        let (order, answer) = order(work, is_repeatable);
        writer.queue.send(order).await.unwrap();
        answers.push(answer);
    }
    go.send(()).unwrap();
    first.await.unwrap().unwrap();
    let mut heard = Vec::new();
    for answer in answers {
        heard.push(writer.answered(answer).await);
    }
    writer.close().await;
    let db = pragmas::open_reader(&path).unwrap();
    let mut kept = db.prepare("SELECT n FROM kept ORDER BY rowid").unwrap();
    let kept = kept.query_map([], |row| row.get(0)).unwrap().map(std::result::Result::unwrap);
    (heard, kept.collect())
}

#[tokio::test]
async fn a_job_that_fails_undoes_its_own_rows_and_nobody_elses() {
    for is_repeatable in [true, false] {
        let jobs = [1, -2, 3, 13, 5].map(|n| (n, is_repeatable)).to_vec();
        let (heard, kept) = group(jobs).await;
        assert_eq!(kept, [1, 3, 5], "repeatable: {is_repeatable}");
        assert!(
            matches!(heard[0], Ok(1)) && matches!(heard[2], Ok(3)) && matches!(heard[4], Ok(5))
        );
        assert!(matches!(heard[1], Err(StoreError::KeyReused)), "{:?}", heard[1]);
        assert!(matches!(heard[3], Err(StoreError::Io(_))), "{:?}", heard[3]);
    }
}

#[tokio::test]
async fn a_job_that_runs_once_is_never_run_again_for_its_neighbours() {
    let (heard, kept) = group(vec![(1, true), (2, false), (-3, true), (4, true)]).await;
    assert_eq!(kept, [1, 2, 4]);
    assert!(matches!(heard[1], Ok(2)), "{:?}", heard[1]);
}
