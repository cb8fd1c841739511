//! Flipped bits in the file or its log: an error or true data, never a panic, never a guess.

use signalbox_domain::ManualClock;
use signalbox_store::{ClaimRequest, Finish, PageRequest, Store, Stream, Then};

use crate::desk::{Desk, Dice, cases, letter, open_at, roomy};

/// queue.md test 6.
#[tokio::test]
async fn a_flipped_byte_gives_an_error_or_true_data() {
    let mut desk = Desk::new().await;
    for n in 0..120 {
        let id = desk.in_flight(&format!("p{n}@example.com")).await;
        match n % 3 {
            0 => drop(desk.accepted(id, 1, &format!("SM{n}")).await),
            1 => drop(desk.failed(id, 1, "x", Then::Attention).await),
            _ => {}
        }
    }
    // The log is kept as a kill leaves it: copied while the store is open.
    let stash = tempfile::tempdir().unwrap();
    let names = ["signalbox.db", "signalbox.db-wal"];
    for name in names {
        std::fs::copy(desk.dir.path().join(name), stash.path().join(name)).unwrap();
    }
    let ask = desk.ask();
    desk.shut();
    let folded = std::fs::read(desk.dir.path().join("signalbox.db")).unwrap();
    let mut dice = Dice::of(6);
    let (mut refused, mut opened) = (0, 0);
    for n in 0..cases("SIGNALBOX_FLIPS", 300) {
        let home = tempfile::tempdir().unwrap();
        match n % 3 {
            0 => {
                // A quiet store: everything is in the file.
                let mut bytes = folded.clone();
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
                std::fs::write(home.path().join(names[0]), bytes).unwrap();
            }
            which => {
                for name in names {
                    std::fs::copy(stash.path().join(name), home.path().join(name)).unwrap();
                }
                let file = home.path().join(names[usize::try_from(which).unwrap() - 1]);
                let mut bytes = std::fs::read(&file).unwrap();
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
                std::fs::write(file, bytes).unwrap();
            }
        }
        match open_at(home.path(), &desk.clock, roomy()) {
            Err(_) => refused += 1,
            Ok(store) => {
                opened += 1;
                use_it(&store, &ask).await;
                drop(store);
                no_panic_on_a_second_start(home.path(), &desk.clock).await;
            }
        }
    }
    assert!(refused + opened > 0 && opened > 0, "{refused} refused, {opened} opened");
}

/// Everything is read and something is written. Errors are answers here; what is read without one
/// must be true.
async fn use_it(store: &Store, ask: &ClaimRequest) {
    let now = ask.now;
    let request = PageRequest {
        streams: vec![Stream::All],
        cursor: None,
        from: 0,
        until: i64::MAX,
        reasons: Vec::new(),
        limit: 200,
    };
    if let Ok(page) = store.page(request).await {
        assert!(page.rows.len() <= 120, "messages that nobody wrote");
        for row in page.rows {
            if let Ok(whole) = store.message(row.id).await {
                assert_eq!(whole.row.id, row.id);
            }
        }
    }
    // None of these may panic, and none may stop the next.
    drop(store.recover(now).await);
    drop(store.counts().await);
    drop(store.causes().await);
    drop(store.connections().await);
    drop(store.due_looks(now, 50).await);
    drop(store.enqueue(vec![letter(ask.connection, "+15550101", now)]).await);
    if let Ok(claimed) = store.claim(ask.clone()).await {
        for message in claimed.messages {
            let finish = Finish {
                message: message.row.id,
                n: message.n,
                failure: None,
                provider_id: None,
                then: Then::Accepted,
                gate: None,
                line: None,
                http: None,
                poll_at: None,
                now,
            };
            drop(store.finish(finish).await);
        }
    }
    drop(store.index_step().await);
}

async fn no_panic_on_a_second_start(home: &std::path::Path, clock: &ManualClock) {
    if let Ok(store) = open_at(home, clock, roomy()) {
        drop(store.counts().await);
    }
}
