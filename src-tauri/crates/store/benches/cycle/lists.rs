//! Lists, filters and searches over a million messages of twenty lines.

use std::time::Instant;

use signalbox_domain::{ConnectionId, HoldReason, MessageState};
use signalbox_store::{Cursor, PageRequest, SearchRequest, Store, Stream};

use super::{fill, open, share};

const ASKED: usize = 100;

pub(crate) async fn run() {
    let dir = tempfile::tempdir().expect("a folder");
    fill::make(dir.path(), fill::mixed(1_000_000)).await;
    let bench = open(dir.path()).await;
    let started = Instant::now();
    while bench.store.index_step().await.expect("a step") {}
    println!(
        "\nover 1,000,000 messages of 20 lines (indexed in {:.0} s)",
        started.elapsed().as_secs_f64()
    );
    let index = std::fs::metadata(dir.path().join("search.db")).map_or(0, |file| file.len());
    let bytes = bench.store.bytes().await.expect("a size");
    println!("  the store {} MB, its index {} MB", bytes >> 20, index >> 20);
    println!(
        "                                             p50      p95     most   (goal p95 50 ms)"
    );
    let store = &bench.store;
    let lines: Vec<ConnectionId> =
        store.connections().await.expect("lines").into_iter().map(|row| row.id).collect();
    let shelves = |states: &[MessageState]| -> Vec<Stream> {
        let each = |line: &ConnectionId| {
            states.iter().map(|state| Stream::Shelf(*line, *state)).collect::<Vec<_>>()
        };
        lines.iter().flat_map(each).collect()
    };
    let one_line: Vec<Stream> =
        MessageState::ALL.iter().map(|state| Stream::Shelf(lines[3], *state)).collect();
    let failed = shelves(&[MessageState::NeedsAttention]);
    let cause = store.causes().await.expect("causes").remove(0);
    let cause = vec![Stream::Cause(cause.connection, cause.failure_id, cause.state)];
    let held = shelves(&[MessageState::Held]);
    for (what, streams, reasons) in [
        ("everything", vec![Stream::All], vec![]),
        ("one line", one_line.clone(), vec![]),
        ("failed", failed.clone(), vec![]),
        ("every state of every line", shelves(MessageState::ALL), vec![]),
        ("one cause", cause, vec![]),
        ("held, asked about", held, vec![HoldReason::Asked]),
    ] {
        pages(store, what, streams, reasons).await;
    }
    for (what, words, streams) in [
        ("search: a common word", "tomorrow", vec![Stream::All]),
        ("search: two common words", "tomorrow invoice", vec![Stream::All]),
        ("search: one letter", "a", vec![Stream::All]),
        ("search: three letters", "app", vec![Stream::All]),
        ("search: one message", "ref0123456", vec![Stream::All]),
        ("search: a number's beginning", "1555012", vec![Stream::All]),
        ("search: a country and a city", "1555", vec![Stream::All]),
        ("search: a long beginning", "appointm", vec![Stream::All]),
        ("search: nothing there", "zeppelin", vec![Stream::All]),
        ("search: a word, one line", "tomorrow", one_line),
        ("search: a word, failed", "tomorrow", failed),
    ] {
        searches(store, what, words, streams).await;
    }
    let mut waits = Vec::new();
    for _ in 0..ASKED {
        let started = Instant::now();
        store.counts().await.expect("counts");
        store.causes().await.expect("causes");
        waits.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    line("counts and causes", &mut waits);
}

fn line(what: &str, waits: &mut [f64]) {
    let (half, most, all) = (share(waits, 50), share(waits, 95), share(waits, 100));
    println!("  {what:<36} {half:>9.2} {most:>8.2} {all:>8.2} ms");
}

fn first(streams: Vec<Stream>, reasons: Vec<HoldReason>) -> PageRequest {
    PageRequest { streams, cursor: None, from: 0, until: i64::MAX, reasons, limit: 50 }
}

async fn pages(store: &Store, what: &str, streams: Vec<Stream>, reasons: Vec<HoldReason>) {
    let mut request = first(streams, reasons);
    let mut waits = Vec::new();
    for n in 0..ASKED {
        let started = Instant::now();
        let page = store.page(request.clone()).await.expect("a page");
        waits.push(started.elapsed().as_secs_f64() * 1_000.0);
        request.cursor = match page.rows.last() {
            // Down page by page, and now and then from the top again.
            Some(row) if n % 10 != 9 => Some(Cursor::After(row.id)),
            _ => None,
        };
    }
    line(what, &mut waits);
}

async fn searches(store: &Store, what: &str, words: &str, streams: Vec<Stream>) {
    let mut request = SearchRequest { words: words.into(), page: first(streams, Vec::new()) };
    let mut waits = Vec::new();
    for n in 0..ASKED {
        let started = Instant::now();
        let (page, _) = store.search(request.clone()).await.expect("a search");
        waits.push(started.elapsed().as_secs_f64() * 1_000.0);
        request.page.cursor = match page.rows.last() {
            Some(row) if n % 10 != 9 => Some(Cursor::After(row.id)),
            _ => None,
        };
    }
    line(what, &mut waits);
}
