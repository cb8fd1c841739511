//! The providers of the campaign: simulated, in a process of their own, with a ledger and with
//! every fault that leaves a sender in doubt. They are never killed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::Clock;
use signalbox_sandbox::{
    Fault, FaultKind, Occasion, Provider, ResendConfig, Sandbox, SandboxConfig, TwilioConfig, Urls,
    WhenFull,
};

use super::roles::{given, say, until_told_to_end};

/// Messages per provider before the ledger refuses to go on.
const KEEP: usize = 1_000_000;
/// What goes wrong, how often, and at which requests.
const FAULTS: &[(FaultKind, f64, Occasion)] = &[
    (FaultKind::AcceptThenReset, 0.06, Occasion::Send),
    (FaultKind::AcceptThenHang, 0.01, Occasion::Send),
    (FaultKind::Error500AfterAccept, 0.05, Occasion::Send),
    (FaultKind::ResetBefore, 0.04, Occasion::Send),
    (FaultKind::Html502, 0.02, Occasion::Send),
    (FaultKind::Status503, 0.02, Occasion::Send),
    (FaultKind::Rate429, 0.01, Occasion::Send),
    (FaultKind::Status503, 0.04, Occasion::Read),
];

pub(crate) fn ledger(folder: &Path) -> PathBuf {
    folder.join("ledger.jsonl")
}

/// Where they listen, for the owners to come.
pub(crate) fn urls(folder: &Path) -> (String, String, String) {
    let text = std::fs::read_to_string(folder.join("urls")).expect("the providers listen");
    let mut lines = text.lines().map(str::to_owned);
    let mut next = || lines.next().expect("three addresses");
    (next(), next(), next())
}

pub(crate) fn run() {
    let (folder, clock) = given();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let config = SandboxConfig {
            ledger: Some(ledger(&folder)),
            keep: KEEP,
            when_full: WhenFull::Refuse,
            // Half of it before the message is taken, half between taking it and the answer.
            latency_ms: 200,
            control_port: None,
            twilio: Some(TwilioConfig { list_lag_ms: 60_000, ..TwilioConfig::default() }),
            resend: Some(ResendConfig { requests_per_second: 0, ..ResendConfig::default() }),
            ..SandboxConfig::default()
        };
        let sandbox = Sandbox::start_at(config, Arc::new(clock)).await.expect("the sandbox starts");
        for provider in [Provider::Twilio, Provider::Resend, Provider::Smtp] {
            for (n, (kind, probability, on)) in FAULTS.iter().enumerate() {
                let fault = Fault {
                    next: None,
                    probability: Some(*probability),
                    seed: n as u64,
                    on: Some(*on),
                    ..Fault::next(provider, *kind, 0)
                };
                assert!(sandbox.inject(fault), "the order to go wrong is taken");
            }
        }
        let Urls { twilio, resend, smtp, .. } = sandbox.urls().clone();
        let lines = [twilio, resend, smtp].map(|url| url.expect("each of them was started"));
        std::fs::write(folder.join("urls"), lines.join("\n")).expect("the folder can be written");
        say("listening");
        let mut lag = 0;
        let ended = tokio::task::spawn_blocking(until_told_to_end);
        tokio::pin!(ended);
        loop {
            tokio::select! {
                _ = &mut ended => break,
                // The list is late by a minute at most, and never by the same time.
                () = clock.sleep(Duration::from_secs(7)) => {
                    lag = (lag + 17_000) % 61_000;
                    sandbox.configure(|config| {
                        if let Some(twilio) = &mut config.twilio {
                            twilio.list_lag_ms = lag;
                        }
                    });
                }
            }
        }
        sandbox.stop().await;
    });
}
