//! Search: what a person types finds what they mean, and the index can always be lost.

use proptest::prelude::*;
use signalbox_domain::{MessageId, MessageState};
use signalbox_store::{
    Chosen, Cursor, NewMessage, PageRequest, SearchRequest, Store, StoreError, Stream, Then,
};

use crate::desk::Desk;

pub(crate) fn asking(words: &str) -> SearchRequest {
    let page = PageRequest {
        streams: vec![Stream::All],
        cursor: None,
        from: 0,
        until: i64::MAX,
        reasons: Vec::new(),
        limit: 50,
    };
    SearchRequest { words: words.into(), page }
}

pub(crate) async fn search(store: &Store, words: &str) -> Vec<MessageId> {
    let (page, stopped) = store.search(asking(words)).await.expect("a search");
    assert_eq!(stopped, None);
    page.rows.iter().map(|row| row.id).collect()
}

async fn index(desk: &Desk) {
    while desk.store().index_step().await.expect("a step") {}
}

#[tokio::test]
async fn every_word_must_begin_a_word_of_the_message() {
    let desk = Desk::new().await;
    let id = desk
        .accept(NewMessage {
            name: Some("José Ñandú".into()),
            subject: Some("Rückfrage".into()),
            body: "Ihre Größe ist da: 42,5 — naïve café".into(),
            ..desk.letter("jose@example.com")
        })
        .await;
    index(&desk).await;
    let hits = [
        "jose",
        "JOSÉ",
        "nandu",
        "ruckfrage",
        "Rückfr",
        "grö",
        "42",
        "cafe",
        "naive",
        "example",
        "jose example",
        "jose rück caf",
        "\"café\"",
        "jose AND cafe*",
        "-naïve",
        "café; DROP",
    ];
    for words in hits {
        let expected =
            if words.contains("AND") || words.contains("DROP") { vec![] } else { vec![id] };
        assert_eq!(search(desk.store(), words).await, expected, "{words}");
    }
    for words in ["osé", "jose missing", "afe", "", "  ", "\"", "*", "()", "NOT"] {
        assert!(search(desk.store(), words).await.is_empty(), "{words}");
    }
}

#[tokio::test]
async fn numbers_names_and_failures_are_found() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let other = desk.queue("+15550102").await;
    index(&desk).await;
    assert_eq!(search(desk.store(), "+15550101").await, [id]);
    assert_eq!(search(desk.store(), "1555").await, [other, id], "newest first");
    assert!(search(desk.store(), "30005").await.is_empty());
    desk.failed(id, 1, "30005", Then::Attention).await;
    index(&desk).await;
    assert_eq!(search(desk.store(), "30005").await, [id]);
    assert_eq!(search(desk.store(), "failed nine").await, [id], "its words and its failure's");
    let again = vec![id];
    desk.store().decide(again, Chosen::Again, None, "Ada".into(), desk.now()).await.unwrap();
    desk.claim().await;
    desk.accepted(id, 2, "SM1").await;
    index(&desk).await;
    assert!(search(desk.store(), "30005").await.is_empty(), "it is over");
    assert_eq!(desk.number("SELECT COUNT(*) FROM search_dirty"), 0);
}

#[tokio::test]
async fn a_search_keeps_to_the_filter_and_goes_on_page_by_page() {
    let desk = Desk::new().await;
    let mut failed = Vec::new();
    for n in 0..30 {
        let id = desk.in_flight(&format!("p{n}@example.com")).await;
        if n % 3 == 0 {
            desk.failed(id, 1, "x", Then::Attention).await;
            failed.insert(0, id);
        }
    }
    index(&desk).await;
    let mut request = asking("nine");
    request.page.streams = vec![Stream::Shelf(desk.line, MessageState::NeedsAttention)];
    request.page.limit = 4;
    let mut seen = Vec::new();
    loop {
        let (page, _) = desk.store().search(request.clone()).await.unwrap();
        assert!(page.rows.len() <= 4);
        seen.extend(page.rows.iter().map(|row| row.id));
        if !page.older {
            break;
        }
        request.page.cursor = page.rows.last().map(|row| Cursor::After(row.id));
    }
    assert_eq!(seen, failed);
    let mut bounded = asking("nine");
    bounded.page.from = failed[5].raw();
    bounded.page.until = failed[2].raw();
    let (page, _) = desk.store().search(bounded).await.unwrap();
    assert_eq!(page.rows.len(), 9, "dates are ranges of ids");
}

#[tokio::test]
async fn a_search_that_looks_for_long_says_where_to_go_on() {
    let desk = Desk::new().await;
    let rare = desk.in_flight("+15550101").await;
    desk.failed(rare, 1, "x", Then::Attention).await;
    for _ in 0..11 {
        let many = (0..2_000).map(|n| desk.letter(&format!("p{n}@example.com"))).collect();
        desk.store().enqueue(many).await.unwrap();
    }
    index(&desk).await;
    let mut request = asking("nine");
    request.page.streams = vec![Stream::Shelf(desk.line, MessageState::NeedsAttention)];
    let (page, stopped) = desk.store().search(request.clone()).await.unwrap();
    assert!(page.rows.is_empty() && page.older, "the budget ended first");
    request.page.cursor = stopped.map(Cursor::After);
    let (page, stopped) = desk.store().search(request).await.unwrap();
    assert_eq!((page.rows[0].id, stopped), (rare, None));
}

#[tokio::test]
async fn a_change_made_while_the_index_is_written_is_not_forgotten() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    index(&desk).await;
    for n in 0..200 {
        let attempt = 2 * n + 1;
        desk.failed(id, attempt, "first", Then::Retry { due_at: desk.now(), counted: false }).await;
        desk.claim().await;
        // Both at once: the step may read before the second failure and unmark after it.
        let due_at = desk.now();
        let then = Then::Retry { due_at, counted: false };
        let (step, _) =
            tokio::join!(desk.store().index_step(), desk.failed(id, attempt + 1, "second", then));
        step.unwrap();
        index(&desk).await;
        assert_eq!(search(desk.store(), "second").await, [id], "round {n}");
        desk.claim().await;
    }
}

#[tokio::test]
async fn a_missing_or_damaged_index_is_built_again() {
    let mut desk = Desk::new().await;
    for n in 0..500 {
        desk.queue(&format!("p{n}@example.com")).await;
    }
    index(&desk).await;
    let file = desk.dir.path().join("search.db");
    for damage in ["missing", "nonsense", "empty", "torn"] {
        desk.shut();
        let whole = std::fs::read(&file).unwrap();
        match damage {
            "missing" => std::fs::remove_file(&file).unwrap(),
            "nonsense" => std::fs::write(&file, "not an index at all, but a letter").unwrap(),
            "empty" => std::fs::write(&file, b"").unwrap(),
            _ => std::fs::write(&file, &whole[..whole.len() / 2]).unwrap(),
        }
        desk.reopen();
        index(&desk).await;
        // Damage that opening did not meet is met by a search, which says so once.
        if let Err(error) = desk.store().search(asking("nine")).await {
            assert!(matches!(error, StoreError::Corrupt(_)), "{damage}: {error}");
            index(&desk).await;
        }
        assert_eq!(search(desk.store(), "p499").await.len(), 1, "{damage}");
        let (page, _) = desk.store().search(asking("nine")).await.unwrap();
        assert_eq!(page.rows.len(), 50, "{damage}");
    }
}

#[tokio::test]
async fn damage_inside_the_index_heals_while_the_store_is_open() {
    let mut desk = Desk::new().await;
    for n in 0..2_000 {
        desk.accept(NewMessage { body: format!("word{n} nine"), ..desk.letter("+15550101") }).await;
    }
    index(&desk).await;
    desk.shut();
    let file = desk.dir.path().join("search.db");
    let mut bytes = std::fs::read(&file).unwrap();
    // All pages but the first few, which opening looks at.
    for byte in bytes.iter_mut().skip(12 * 4_096) {
        *byte ^= 0x55;
    }
    std::fs::write(&file, bytes).unwrap();
    desk.reopen();
    let mut told = false;
    for _ in 0..3 {
        told |= desk.store().search(asking("word7")).await.is_err();
        index(&desk).await;
    }
    assert!(told, "damage must not look like an empty result");
    assert_eq!(search(desk.store(), "word1999").await.len(), 1);
    assert_eq!(desk.number("SELECT COUNT(*) FROM message"), 2_000, "the store was never at risk");
}

#[test]
fn whatever_is_typed_is_no_error() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let desk = runtime.block_on(Desk::new());
    runtime.block_on(desk.queue("+15550101"));
    runtime.block_on(index(&desk));
    let config = ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() };
    proptest!(config, |(words in "\\PC{0,40}")| {
        let found = runtime.block_on(desk.store().search(asking(&words)));
        prop_assert!(found.is_ok(), "{:?}: {:?}", words, found.err());
    });
}
