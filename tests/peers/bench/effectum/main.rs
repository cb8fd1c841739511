//! effectum, as it ships: callers that each add a job and wait until it has run and is marked as
//! done. Arguments: a folder, seconds, callers. Says its jobs a second.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use effectum::{Error, Job, JobRunner, Queue, RunningJob, Worker};
use tokio::sync::oneshot;

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<()>>>>;

async fn work(job: RunningJob, waiting: Arc<Waiting>) -> Result<(), Error> {
    let n = u64::from_le_bytes(job.payload[..8].try_into().expect("a number"));
    job.complete("done").await?;
    if let Some(caller) = waiting.lock().expect("a list").remove(&n) {
        let _ = caller.send(());
    }
    Ok(())
}

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().collect();
    let file = Path::new(&words[1]).join("effectum.db");
    let time = Duration::from_secs(words[2].parse().expect("seconds"));
    let callers: u64 = words[3].parse().expect("callers");
    let queue = Arc::new(Queue::new(&file).await.expect("a queue"));
    let waiting = Waiting::default();
    let runner = JobRunner::builder("work", work).build();
    let worker = Worker::builder(&queue, Arc::new(waiting.clone()))
        .max_concurrency(64)
        .jobs([runner])
        .build()
        .await
        .expect("a worker");
    let done = Arc::new(AtomicU64::new(0));
    let next = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (queue, waiting, done, next) =
                (queue.clone(), waiting.clone(), done.clone(), next.clone());
            tokio::spawn(async move {
                while started.elapsed() < time {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let (ran, has_run) = oneshot::channel();
                    waiting.lock().expect("a list").insert(n, ran);
                    let mut payload = vec![b'x'; 200];
                    payload[..8].copy_from_slice(&n.to_le_bytes());
                    let job = Job::builder("work").payload(payload).build();
                    queue.add_job(job).await.expect("it is added");
                    // The last ones may be left over when the time is up.
                    if tokio::time::timeout(Duration::from_secs(5), has_run).await.is_ok() {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a caller ends");
    }
    println!("{:.0}", done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64());
    drop(worker);
    std::process::exit(0);
}
