//! Counters of the gateway itself, and all figures as Prometheus text. Ready-made recorders are built for many threads
//! writing thousands of series; these are a dozen numbers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::behind::{Figure, TurnedAway};
use crate::desk::Shared;
use crate::problem::Problem;

/// The kinds of address a request can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Door {
    Webhooks,
    Messages,
    Call,
    Live,
    Board,
    Watch,
}

impl Door {
    pub(crate) fn of(path: &str) -> Self {
        let under = |door: &str| {
            path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if under("/api/webhooks") {
            Self::Webhooks
        } else if under("/api/messages") {
            Self::Messages
        } else if under("/api/call") {
            Self::Call
        } else if under("/api/live") {
            Self::Live
        } else if ["/healthz", "/metrics", "/api/openapi.json"].contains(&path) {
            Self::Watch
        } else {
            Self::Board
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Webhooks => "webhooks",
            Self::Messages => "messages",
            Self::Call => "call",
            Self::Live => "live",
            Self::Board => "board",
            Self::Watch => "watch",
        }
    }
}

/// What the gateway counts by itself since it started.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    inner: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    answers: BTreeMap<(Door, u16), u64>,
    deliveries: BTreeMap<(&'static str, &'static str), u64>,
    taken: u64,
    taking: Duration,
}

impl Counters {
    pub(crate) fn answered(&self, door: Door, status: StatusCode) {
        *self.lock().answers.entry((door, status.as_u16())).or_default() += 1;
    }

    /// A delivery that is on disk, and how long that took.
    pub(crate) fn taken(&self, provider: &str, took: Duration) {
        let mut counted = self.lock();
        *counted.deliveries.entry((known(provider), "taken")).or_default() += 1;
        counted.taken += 1;
        counted.taking += took;
    }

    pub(crate) fn turned_away(&self, provider: &str, why: TurnedAway) {
        let why = match why {
            TurnedAway::UnknownProvider | TurnedAway::NoLine => "unknown",
            TurnedAway::Signature => "signature",
            TurnedAway::Malformed => "malformed",
            TurnedAway::Busy => "busy",
            TurnedAway::Store => "store",
        };
        *self.lock().deliveries.entry((known(provider), why)).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A label must not grow with what strangers put into a path.
fn known(provider: &str) -> &'static str {
    ["twilio", "resend", "whatsapp", "calendar"]
        .into_iter()
        .find(|name| *name == provider)
        .unwrap_or("other")
}

/// `GET /metrics`
pub(crate) async fn show(State(desk): State<Shared>) -> Result<Response, Problem> {
    let figures = desk.behind.figures().await?;
    let feeds = desk.limits.feeds.saturating_sub(desk.feeds.available_permits());
    let text = text(&figures, &desk.counters.lock(), feeds);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn text(figures: &[Figure], counted: &Counted, feeds: usize) -> String {
    let mut out = String::new();
    let mut last = "";
    for Figure { name, labels, value } in figures {
        if *name != last {
            kind(&mut out, name, if name.ends_with("_total") { "counter" } else { "gauge" });
            last = name;
        }
        let labels: Vec<_> = labels.iter().map(|(key, value)| (*key, value.as_str())).collect();
        sample(&mut out, name, &labels, *value);
    }
    kind(&mut out, "http_answers_total", "counter");
    for ((door, status), n) in &counted.answers {
        let status = status.to_string();
        sample(
            &mut out,
            "http_answers_total",
            &[("door", door.word()), ("status", &status)],
            *n as f64,
        );
    }
    kind(&mut out, "deliveries_total", "counter");
    for ((provider, outcome), n) in &counted.deliveries {
        sample(
            &mut out,
            "deliveries_total",
            &[("provider", provider), ("outcome", outcome)],
            *n as f64,
        );
    }
    kind(&mut out, "delivery_commit_seconds", "summary");
    sample(&mut out, "delivery_commit_seconds_sum", &[], counted.taking.as_secs_f64());
    sample(&mut out, "delivery_commit_seconds_count", &[], counted.taken as f64);
    kind(&mut out, "live_feeds", "gauge");
    sample(&mut out, "live_feeds", &[], feeds as f64);
    out
}

// Writing to a String cannot fail, hence the dropped results below.
fn kind(out: &mut String, name: &str, kind: &str) {
    let _ = writeln!(out, "# TYPE signalbox_{name} {kind}");
}

fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    let _ = write!(out, "signalbox_{name}");
    for (index, (key, value)) in labels.iter().enumerate() {
        let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
        let _ = write!(out, "{}{key}=\"{value}\"", if index == 0 { '{' } else { ',' });
    }
    let _ = writeln!(out, "{} {value}", if labels.is_empty() { "" } else { "}" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_prometheus_text() {
        let counters = Counters::default();
        counters.answered(Door::Call, StatusCode::OK);
        counters.taken("twilio", Duration::from_millis(250));
        counters.turned_away("../../etc", TurnedAway::UnknownProvider);
        let figures = [
            Figure {
                name: "messages",
                labels: vec![("state", "queued".into()), ("line", "a\"b".into())],
                value: 3.0,
            },
            Figure { name: "messages", labels: vec![("state", "held".into())], value: 1.0 },
        ];
        let text = text(&figures, &counters.lock(), 2);
        for line in [
            "# TYPE signalbox_messages gauge",
            r#"signalbox_messages{state="queued",line="a\"b"} 3"#,
            r#"signalbox_http_answers_total{door="call",status="200"} 1"#,
            r#"signalbox_deliveries_total{provider="other",outcome="unknown"} 1"#,
            "signalbox_delivery_commit_seconds_sum 0.25",
            "signalbox_live_feeds 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        assert_eq!(text.matches("# TYPE signalbox_messages ").count(), 1, "a type is told once");
    }

    #[test]
    fn every_address_has_its_door() {
        assert_eq!(Door::of("/api/webhooks/twilio"), Door::Webhooks);
        assert_eq!(
            Door::of("/api/webhooksx"),
            Door::Board,
            "a prefix is not enough to escape the Host check"
        );
        assert_eq!(Door::of("/api/call"), Door::Call);
        assert_eq!(Door::of("/"), Door::Board);
    }
}
