//! Lists: any filter, any page, both directions, the same as sorting everything.

use proptest::prelude::*;
use signalbox_domain::{ConnectionId, HoldReason, MessageId, MessageState};
use signalbox_store::{Chosen, Cursor, MessageRow, NewBatch, PageRequest, Stream, Then};

use crate::desk::Desk;

/// Messages of two lines in many states, and all of their rows, newest first.
async fn many() -> (Desk, ConnectionId, Vec<MessageRow>) {
    let desk = Desk::new().await;
    let second = desk.add_line("second").await;
    let made = NewBatch { name: "b".into(), total: 1, bad: "[]".into(), key: None, at: desk.now() };
    let letters = (0..20).map(|n| desk.letter(&format!("b{n}@example.com"))).collect();
    desk.store().add_batch(made, letters).await.unwrap();
    for n in 0..100 {
        let mut new = desk.letter(&format!("p{n}@example.com"));
        if n % 3 == 0 {
            new.connection = second;
        }
        if n % 10 == 0 {
            new.send_at = Some(desk.now() + 1_000);
        }
        desk.accept(new).await;
        if n % 7 == 0 {
            desk.pass(1);
        }
    }
    for connection in [desk.line, second] {
        let ask = signalbox_store::ClaimRequest { connection, limit: 40, ..desk.ask() };
        for (n, message) in desk.store().claim(ask).await.unwrap().messages.iter().enumerate() {
            let id = message.row.id;
            match n % 8 {
                0 => drop(desk.accepted(id, 1, &format!("SM{id}")).await),
                1 => drop(desk.failed(id, 1, "a", Then::Attention).await),
                2 => drop(desk.failed(id, 1, "b", Then::Attention).await),
                3 => drop(desk.failed(id, 1, "a", Then::Unknown { look_at: None }).await),
                4 => {
                    let hold = Then::Hold { reason: HoldReason::Admin, due_at: None };
                    desk.failed(id, 1, "c", hold).await;
                }
                5 => {
                    let hold = Then::Hold { reason: HoldReason::Rate, due_at: Some(desk.now()) };
                    desk.failed(id, 1, "d", hold).await;
                    let now = desk.now();
                    let store = desk.store();
                    store.decide(vec![id], Chosen::Cancel, None, "t".into(), now).await.unwrap();
                }
                _ => {}
            }
        }
    }
    let mut statement = desk.file();
    let ids: Vec<MessageId> = {
        let db = &mut statement;
        let mut statement = db.prepare("SELECT id FROM message ORDER BY id DESC").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(|id| MessageId::from_raw(id.unwrap())).collect()
    };
    let rows = desk.store().rows(ids).await.unwrap();
    assert_eq!(rows.len(), 120);
    (desk, second, rows)
}

fn in_stream(row: &MessageRow, stream: &Stream, failures: &[(i64, String)]) -> bool {
    match stream {
        Stream::All => true,
        Stream::Shelf(connection, state) => row.connection == *connection && row.state == *state,
        Stream::Batch(batch) => row.batch == Some(*batch),
        Stream::Cause(connection, failure, state) => {
            let code = failures.iter().find(|(id, _)| id == failure).map(|(_, code)| code);
            row.connection == *connection
                && row.state == *state
                && row.failure.as_ref().map(|failure| &failure.code) == code
        }
    }
}

fn naive(rows: &[MessageRow], request: &PageRequest, failures: &[(i64, String)]) -> Vec<MessageId> {
    rows.iter()
        .filter(|row| request.streams.iter().any(|stream| in_stream(row, stream, failures)))
        .filter(|row| {
            request.reasons.is_empty() || row.reason.is_some_and(|r| request.reasons.contains(&r))
        })
        .filter(|row| (request.from..request.until).contains(&row.id.raw()))
        .map(|row| row.id)
        .collect()
}

#[test]
fn every_page_of_every_filter_is_what_sorting_everything_gives() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (desk, second, rows) = runtime.block_on(many());
    let causes = runtime.block_on(desk.store().causes()).unwrap();
    let failures: Vec<_> =
        causes.iter().map(|cause| (cause.failure_id, cause.failure.code.clone())).collect();
    let mut streams = vec![Stream::All, Stream::Batch(rows.iter().find_map(|r| r.batch).unwrap())];
    for connection in [desk.line, second] {
        streams.extend(MessageState::ALL.iter().map(|state| Stream::Shelf(connection, *state)));
    }
    streams.extend(
        causes.iter().map(|cause| Stream::Cause(cause.connection, cause.failure_id, cause.state)),
    );
    let ids: Vec<i64> = rows.iter().map(|row| row.id.raw()).collect();
    let bound = prop_oneof![Just(None), proptest::sample::select(ids.clone()).prop_map(Some)];
    let filter = (
        proptest::sample::subsequence(streams, 1..8),
        bound.clone(),
        bound,
        prop_oneof![
            4 => Just(Vec::new()),
            1 => Just(vec![HoldReason::Admin]),
            1 => Just(vec![HoldReason::Scheduled, HoldReason::Asked]),
        ],
        1_usize..30,
        proptest::sample::select(ids),
    );
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() };
    proptest!(config, |((streams, from, until, reasons, limit, start) in filter)| {
        let base = PageRequest {
            streams,
            cursor: None,
            from: from.unwrap_or(0),
            until: until.unwrap_or(i64::MAX),
            reasons,
            limit,
        };
        let expected = naive(&rows, &base, &failures);
        let page = |cursor| {
            let request = PageRequest { cursor, ..base.clone() };
            let page = runtime.block_on(desk.store().page(request)).expect("a page");
            (page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), page.older, page.newer)
        };
        // Down from the newest to the end.
        let (mut seen, mut cursor) = (Vec::<MessageId>::new(), None);
        loop {
            let (ids, older, newer) = page(cursor);
            prop_assert_eq!(newer, cursor.is_some());
            prop_assert!(ids.len() <= limit);
            seen.extend(&ids);
            if !older { break }
            cursor = ids.last().map(|id| Cursor::After(*id));
        }
        prop_assert_eq!(&seen, &expected);
        // Up from the oldest to the newest, page by page.
        let mut cursor = Cursor::Before(MessageId::from_raw(0));
        let mut seen: Vec<MessageId> = Vec::new();
        loop {
            let (ids, _, newer) = page(Some(cursor));
            seen.splice(0..0, ids.iter().copied());
            if !newer { break }
            cursor = Cursor::Before(ids[0]);
        }
        prop_assert_eq!(&seen, &expected);
        // From anywhere, whether or not that one is in the list itself.
        let start = MessageId::from_raw(start);
        let (below, older, _) = page(Some(Cursor::After(start)));
        let all_below: Vec<_> = expected.iter().copied().filter(|id| *id < start).collect();
        prop_assert_eq!(&below[..], &all_below[..limit.min(all_below.len())]);
        prop_assert_eq!(older, all_below.len() > limit);
        let (above, _, newer) = page(Some(Cursor::Before(start)));
        let all_above: Vec<_> = expected.iter().copied().filter(|id| *id > start).collect();
        prop_assert_eq!(&above[..], &all_above[all_above.len().saturating_sub(limit)..]);
        prop_assert_eq!(newer, all_above.len() > limit);
    });
}

#[tokio::test]
async fn a_message_that_does_not_exist_is_not_found_and_left_out_of_rows() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    let nobody = MessageId::from_raw(7);
    let missing = desk.store().message(nobody).await;
    assert!(matches!(missing, Err(signalbox_store::StoreError::NotFound)));
    let rows = desk.store().rows(vec![nobody, id]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
}
