//! Any order of events against a model: a plain list of messages and the rules, with no SQL.
//!
//! Beside being equal to the model, the store is held to what the model cannot excuse: what the
//! provider has is not claimed again unless it failed there or a person wants it again.

mod rules;
mod world;

use proptest::prelude::*;
use signalbox_domain::{Priority, ReceiptStatus};

use crate::desk::cases;
use world::World;

/// One event. Indexes are taken modulo what there is.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Enqueue { to: usize, priority: Priority, later: Option<i64>, useful: i64 },
    Claim { limit: usize, watched: bool },
    Finish { which: usize, end: End },
    StaleFinish { which: usize, back: u32, accepted: bool },
    Crash,
    Pass(i64),
    SetBack(i64),
    Consent { to: usize, allowed: bool },
    Receipt { which: usize, attempt: u32, status: ReceiptStatus, retry: bool },
    Settle { which: usize, found: Found },
    Decide { which: usize, chosen: usize },
    Expire,
    PullIn,
    Restore,
}

/// How an attempt ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Accepted,
    Retry { wait: i64, counted: bool },
    Hold { until: Option<i64> },
    Attention,
    Suppress,
    Unknown { look: bool },
}

/// What a look finds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    Sent { attempt: u32 },
    Nothing,
    Later { missed: bool },
    Ask,
}

fn step() -> impl Strategy<Value = Step> {
    let wait = || prop_oneof![Just(0_i64), 1..20_000_i64];
    let end = prop_oneof![
        4 => Just(End::Accepted),
        2 => (wait(), any::<bool>()).prop_map(|(wait, counted)| End::Retry { wait, counted }),
        1 => proptest::option::of(wait()).prop_map(|until| End::Hold { until }),
        1 => Just(End::Attention),
        1 => Just(End::Suppress),
        3 => any::<bool>().prop_map(|look| End::Unknown { look }),
    ];
    let found = prop_oneof![
        2 => (0..3_u32).prop_map(|attempt| Found::Sent { attempt }),
        2 => Just(Found::Nothing),
        1 => any::<bool>().prop_map(|missed| Found::Later { missed }),
        1 => Just(Found::Ask),
    ];
    let priority = proptest::sample::select(Priority::ALL);
    let status = proptest::sample::select(ReceiptStatus::ALL);
    let which = 0..24_usize;
    prop_oneof![
        5 => (0..5_usize, priority, proptest::option::weighted(0.2, 1..20_000_i64), 1..60_000_i64)
            .prop_map(|(to, priority, later, useful)| Step::Enqueue { to, priority, later, useful }),
        6 => (4..8_usize, any::<bool>()).prop_map(|(limit, watched)| Step::Claim { limit, watched }),
        7 => (which.clone(), end).prop_map(|(which, end)| Step::Finish { which, end }),
        2 => (which.clone(), 0..3_u32, any::<bool>())
            .prop_map(|(which, back, accepted)| Step::StaleFinish { which, back, accepted }),
        1 => Just(Step::Crash),
        4 => (1..15_000_i64).prop_map(Step::Pass),
        1 => (1..90_000_i64).prop_map(Step::SetBack),
        1 => (0..5_usize, any::<bool>()).prop_map(|(to, allowed)| Step::Consent { to, allowed }),
        6 => (which.clone(), 0..3_u32, status, any::<bool>())
            .prop_map(|(which, attempt, status, retry)| {
                Step::Receipt { which, attempt, status, retry }
            }),
        4 => (which.clone(), found).prop_map(|(which, found)| Step::Settle { which, found }),
        3 => (which, 0..8_usize).prop_map(|(which, chosen)| Step::Decide { which, chosen }),
        1 => Just(Step::Expire),
        1 => Just(Step::PullIn),
        1 => Just(Step::Restore),
    ]
}

#[test]
fn whatever_happens_the_store_is_where_the_rules_say() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let config = ProptestConfig {
        cases: cases("SIGNALBOX_CASES", 256),
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..Default::default()
    };
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..50))| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in &steps {
                world.take(step).await;
                world.compare(step).await;
            }
            world.close().await;
        });
    });
}
