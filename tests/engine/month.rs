//! Thirty days in a second: sleeping machines, wrong clocks, dead networks, restarts, and providers
//! that fail in every way, by chance. Whatever happens, the invariants hold.

mod world;

use std::sync::Arc;

use serde_json::json;
use signalbox_domain::{HoldReason, MessageState};
use signalbox_store::{Cursor, MessageRow, PageRequest, Stream};

use world::World;

const SEEDS: u64 = 20;
const DAYS: i64 = 30;

#[test]
fn thirty_days_of_bad_luck_lose_nothing_double_nothing_and_send_nothing_at_the_wrong_time() {
    let next = Arc::new(std::sync::atomic::AtomicU64::new(1));
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let next = next.clone();
            std::thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    if seed > SEEDS {
                        return;
                    }
                    runtime.block_on(a_month(seed));
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().expect("the month of a seed went wrong");
    }
}

async fn a_month(seed: u64) {
    let mut world = World::new(seed).await;
    let hours = json!({ "from": "08:00", "to": "20:00", "days": [1, 2, 3, 4, 5, 6] });
    // A zone in which the clocks go forward within the month.
    world.desk.set(json!({ "zone": "Europe/Berlin", "allowed_hours": hours })).await;
    let end = world.truth() + DAYS * 86_400_000;
    let mut steps = 0;
    while world.truth() < end {
        world = world.something_happens().await;
        steps += 1;
        if steps % 16 == 0 {
            check(&world, seed).await;
        }
    }
    world.all_is_well_again().await;
    check(&world, seed).await;
    let messages = all(&world).await;
    assert!(messages.len() > 60, "seed {seed}: {} messages prove nothing", messages.len());
    for row in messages {
        let times = world.taken(row.id);
        let fits = match row.state {
            MessageState::Accepted => times == 1,
            MessageState::Unknown => row.reason == Some(HoldReason::Asked) && times <= 1,
            MessageState::Expired
            | MessageState::NeedsAttention
            | MessageState::Suppressed
            | MessageState::Cancelled => times == 0,
            _ => false,
        };
        assert!(
            fits,
            "seed {seed}: {} is {} ({:?}) and was taken {times} times\n{:#?}",
            row.id,
            row.state,
            row.reason,
            world.desk.message(row.id).await
        );
    }
}

/// What must hold at any time.
async fn check(world: &World, seed: u64) {
    assert!(world.desk.engine.store().counters_agree().await.unwrap(), "seed {seed}: counters");
    let wrong = world.wrong();
    assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
}

async fn all(world: &World) -> Vec<MessageRow> {
    let mut rows = Vec::new();
    let mut request = PageRequest {
        streams: vec![Stream::All],
        cursor: None,
        from: 0,
        until: i64::MAX,
        reasons: Vec::new(),
        limit: 500,
    };
    loop {
        let page = world.desk.engine.store().page(request.clone()).await.unwrap();
        request.cursor = page.rows.last().map(|row| Cursor::After(row.id));
        rows.extend(page.rows);
        if !page.older {
            return rows;
        }
    }
}
