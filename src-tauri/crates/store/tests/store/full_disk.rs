//! A full disk: said clearly, nothing lost, and results still find room.

use signalbox_domain::MessageState;
use signalbox_store::{NewMessage, OpenOptions, StoreError, Then};

use crate::desk::{Desk, Dice, roomy};

/// queue.md test 5: the file may not grow, 20 times at different sizes.
#[tokio::test]
async fn a_file_that_may_not_grow_refuses_clearly_and_keeps_what_it_has() {
    let mut dice = Dice::of(5);
    for run in 0..20 {
        let mut desk = Desk::new().await;
        let pages: u32 = desk.number("PRAGMA page_count").try_into().unwrap();
        let more = u32::try_from(20 + dice.below(200)).unwrap();
        desk.shut();
        let max_pages = Some(pages + more);
        let mut desk = Desk::again(desk, OpenOptions { max_pages, ..roomy() });
        let mut kept = Vec::new();
        let mut in_flight = Vec::new();
        let body = "long ".repeat(dice.below(300));
        let error = loop {
            let new = NewMessage { body: body.clone(), ..desk.letter("p@example.com") };
            match desk.store().enqueue(vec![new]).await {
                Ok(_) => kept.push(()),
                Err(error) => break error,
            }
            if kept.len() % 10 == 0 {
                match desk.store().claim(desk.ask()).await {
                    Ok(claimed) => in_flight.extend(claimed.messages.iter().map(|m| m.row.id)),
                    Err(error) => break error,
                }
            }
            assert!(kept.len() < 100_000, "the file never became full");
        };
        assert!(matches!(error, StoreError::DiskFull), "run {run}: {error}");
        let again = desk.store().enqueue(vec![desk.letter("p@example.com")]).await;
        assert!(matches!(again, Ok(_) | Err(StoreError::DiskFull)), "run {run}: {again:?}");
        let count = desk.number("SELECT COUNT(*) FROM message");
        assert!(count >= i64::try_from(kept.len()).unwrap(), "run {run}: an accepted one is gone");
        // Somebody made room: everything goes on, in the same process and after a restart.
        for id in in_flight.iter().take(3) {
            let finish = desk.end_of(*id, 1, Then::Accepted);
            match desk.store().finish(finish).await {
                Ok(done) => assert!(done.applied),
                Err(error) => assert!(matches!(error, StoreError::DiskFull), "run {run}: {error}"),
            }
        }
        desk.shut();
        let desk = Desk::again(desk, roomy());
        for id in in_flight {
            if desk.state(id).await == MessageState::Sending {
                assert!(desk.finish(desk.end_of(id, 1, Then::Accepted)).await.applied);
            }
            assert_eq!(desk.state(id).await, MessageState::Accepted);
        }
        desk.queue("p@example.com").await;
        desk.assert_counts();
    }
}

#[tokio::test]
async fn the_ballast_is_laid_given_up_and_laid_again() {
    let mut desk = Desk::new().await;
    let file = desk.dir.path().join("ballast");
    desk.shut();
    std::fs::remove_file(&file).unwrap();
    let home = signalbox_store::Home::take(desk.dir.path()).unwrap();
    let clock = std::sync::Arc::new(desk.clock.clone());
    let store = signalbox_store::Store::open(home, clock, roomy()).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 8 * 1024 * 1024);
    assert!(store.drop_ballast());
    assert!(!file.exists());
    assert!(!store.drop_ballast(), "there is none left to give");
    let new = crate::desk::letter(desk.line, "+15550101", desk.now());
    store.enqueue(vec![new]).await.unwrap();
    assert_eq!(file.metadata().unwrap().len(), 8 * 1024 * 1024, "there is room again");
}
