//! Resend's requests: send, fetch, list, probe.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use signalbox_domain::{Channel, Failure, FailureClass, Outcome, Pace, ReceiptStatus, Scope};
use url::Url;

use crate::adapter::{
    Adapter, Candidate, Found, Letter, Limits, Lost, ProbeOutcome, Quota, Settle,
};
use crate::http::{Answer, Http};
use crate::known;
use crate::resend::errors;
use crate::resend::wire::{
    Created, Email, EmailList, SendBody, TOKEN_TAG, Tag, is_id, receipt_status,
};

/// Resend keeps a key for 24 hours; an hour is left for clocks and queues.
const KEY_LIFE: Duration = Duration::from_secs(23 * 3600);

/// Requests a second until Resend has told its limit. The whole team shares one.
const FIRST_PACE: i64 = 2;

/// Mails a day on the free plan, the only one whose answers count by day.
const FREE_DAY: i64 = 100;

/// Pages of 100 that a look-up reads at the most.
const PAGES: usize = 20;

/// One Resend team with one From address.
pub(crate) struct Resend {
    pub(crate) http: Http,
    pub(crate) base: Url,
    pub(crate) api_key: SecretString,
    pub(crate) from: String,
    /// Requests a second as the last answer told them.
    pub(crate) per_second: AtomicI64,
}

impl std::fmt::Debug for Resend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resend").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Resend {
    pub(crate) fn new(http: Http, base: Url, api_key: SecretString, from: String) -> Self {
        Self { http, base, api_key, from, per_second: AtomicI64::new(FIRST_PACE) }
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url
    }

    fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        self.http.request(method, url).bearer_auth(self.api_key.expose_secret())
    }

    async fn get(&self, url: &Url) -> Result<Answer, Failure> {
        match self.http.run(self.request(Method::GET, url)).await {
            Ok(answer) => {
                self.learn(&answer);
                Ok(answer)
            }
            Err(error) => Err(known::of_a_read(known::transport_failure(&error))),
        }
    }

    /// Takes the team's limit from an answer's headers.
    fn learn(&self, answer: &Answer) {
        let limit = answer.header("ratelimit-limit").and_then(|text| text.trim().parse().ok());
        if let Some(limit) = limit {
            self.per_second.store(i64::clamp(limit, 1, 100), Ordering::Relaxed);
        }
    }

    fn body(&self, letter: &Letter) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&SendBody {
            from: &self.from,
            to: [&letter.to],
            subject: letter.subject.as_deref().unwrap_or_default(),
            text: &letter.body,
            tags: [Tag { name: TOKEN_TAG, value: &letter.token }],
        })
    }

    /// Whether a listed mail may be the lost one. A tag, where there is one, settles it.
    fn may_be(&self, email: &Email, lost: &Lost, earliest: DateTime<Utc>) -> bool {
        if let Some(token) = email.token() {
            return token == lost.letter.token;
        }
        email.goes_to(&lost.letter.to)
            && email.is_from(&self.from)
            && email.subject() == lost.letter.subject.as_deref().unwrap_or_default()
            && email.created().is_none_or(|at| at >= earliest)
    }
}

/// What the answer to a send came to.
pub(crate) fn read_send(answer: &Answer) -> Outcome {
    if (200..300).contains(&answer.status) {
        return match answer.json::<Created>().as_ref().and_then(Created::id) {
            Some(id) => Outcome::Accepted { provider_id: Some(id.to_owned()) },
            None => Outcome::Unknown { failure: known::generic("unreadable") },
        };
    }
    let (mut failure, scope) = errors::of_answer(answer);
    // A conflict of keys is about an earlier try of this letter, whose fate it does not tell.
    if answer.status == 409 {
        failure.class = FailureClass::Unknown;
    }
    known::outcome(answer, failure, scope)
}

fn standing(email: &Email) -> (Option<ReceiptStatus>, Option<Failure>) {
    let failure = match email.last_event() {
        "bounced" => Some(errors::of_word("bounced")),
        "failed" => Some(errors::of_word("failed")),
        "suppressed" => Some(errors::of_word("suppressed")),
        "canceled" => Some(errors::of_word("canceled")),
        "complained" => Some(errors::of_word("complaint")),
        _ => None,
    };
    (receipt_status(email.last_event()), failure)
}

/// What is left of the day, where the plan counts by day. The header tells what is used.
fn quota(answer: &Answer) -> Option<Quota> {
    let used: i64 = answer.header("x-resend-daily-quota")?.trim().parse().ok()?;
    Some(Quota { left: (FREE_DAY - used).max(0), of: Some(FREE_DAY), per_seconds: 86_400 })
}

#[async_trait]
impl Adapter for Resend {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn address(&self) -> Option<String> {
        Some(crate::resend::wire::bare(&self.from).to_owned())
    }

    fn limits(&self) -> Limits {
        let per_second = self.per_second.load(Ordering::Relaxed).max(1);
        Limits { pace: Pace::per_second(per_second), concurrency: 4 }
    }

    fn settle(&self) -> Settle {
        Settle::SendAgainWithin(KEY_LIFE)
    }

    fn units(&self, _body: &str) -> i64 {
        1
    }

    async fn send(&self, letter: &Letter) -> Outcome {
        let body = match self.body(letter) {
            Ok(body) if letter.channel == Channel::Email => body,
            _ => {
                let failure = Failure::new(
                    FailureClass::Permanent,
                    "channel",
                    "This line only carries mail",
                    "Send it through a line of the right channel",
                );
                return Outcome::Refused { failure, retry_after: None, scope: Scope::Message };
            }
        };
        let request = self
            .request(Method::POST, &self.at("/emails"))
            .header("idempotency-key", &letter.token)
            .header("content-type", "application/json")
            .body(body);
        match self.http.run(request).await {
            Ok(answer) => {
                self.learn(&answer);
                read_send(&answer)
            }
            Err(error) => known::transport_outcome(&error),
        }
    }

    async fn find(&self, lost: &Lost) -> Found {
        let mut url = self.at("/emails");
        url.set_query(Some("limit=100"));
        let mut found: Vec<Email> = Vec::new();
        for _ in 0..PAGES {
            let answer = match self.get(&url).await {
                Ok(answer) => answer,
                Err(failure) => return Found::CannotTell(failure),
            };
            if answer.status != 200 {
                return Found::CannotTell(known::of_a_read(errors::of_answer(&answer).0));
            }
            let list = answer.json::<EmailList>().unwrap_or_default();
            let Some(emails) = list.data else {
                return Found::CannotTell(known::of_a_read(known::generic("unreadable")));
            };
            let last = emails.last().and_then(Email::id).map(str::to_owned);
            let earliest = lost.earliest(answer.date());
            let older = |email: &Email| email.created().is_some_and(|at| at < earliest);
            let done = emails.last().is_none_or(older) || !list.has_more;
            found.extend(emails.into_iter().filter(|email| self.may_be(email, lost, earliest)));
            match last {
                Some(last) if !done => url.set_query(Some(&format!("limit=100&after={last}"))),
                _ => return among(found, &lost.letter.token),
            }
        }
        if found.is_empty() {
            return Found::CannotTell(known::of_a_read(known::generic("unreadable")));
        }
        among(found, &lost.letter.token)
    }

    fn can_be_polled(&self) -> bool {
        true
    }

    async fn status(&self, provider_id: &str) -> Option<Found> {
        if !is_id(provider_id) {
            return Some(Found::No);
        }
        let answer = match self.get(&self.at(&format!("/emails/{provider_id}"))).await {
            Ok(answer) => answer,
            Err(failure) => return Some(Found::CannotTell(failure)),
        };
        match answer.status {
            200 => match answer.json::<Email>() {
                Some(email) if email.id().is_some() => {
                    let (status, failure) = standing(&email);
                    let provider_id = provider_id.to_owned();
                    Some(Found::Yes { provider_id, status, failure })
                }
                _ => Some(Found::CannotTell(known::of_a_read(known::generic("unreadable")))),
            },
            404 => Some(Found::No),
            _ => {
                let (failure, _) = errors::of_answer(&answer);
                // A sending key cannot ask, now or ever; only the webhook tells.
                if failure.code == "restricted_api_key" {
                    return None;
                }
                Some(Found::CannotTell(known::of_a_read(failure)))
            }
        }
    }

    async fn probe(&self) -> ProbeOutcome {
        let answer = match self.get(&self.at("/domains")).await {
            Ok(answer) => answer,
            Err(failure) => return ProbeOutcome::Failed(failure),
        };
        let passed = ProbeOutcome::Passed { account: None, quota: quota(&answer) };
        if answer.status == 200 {
            return match answer.json::<serde_json::Value>() {
                Some(_) => passed,
                None => ProbeOutcome::Failed(known::of_a_read(known::generic("unreadable"))),
            };
        }
        let (failure, _) = errors::of_answer(&answer);
        // Only a valid key is told that it may do nothing but send.
        if failure.code == "restricted_api_key" {
            return passed;
        }
        ProbeOutcome::Failed(known::of_a_read(failure))
    }
}

/// One that carries our tag is it; others only may be.
fn among(mut found: Vec<Email>, token: &str) -> Found {
    if let Some(email) = found.iter().find(|email| email.token().as_deref() == Some(token))
        && let Some(id) = email.id()
    {
        let (status, failure) = standing(email);
        return Found::Yes { provider_id: id.to_owned(), status, failure };
    }
    found.sort_by_key(Email::created);
    let candidates: Vec<Candidate> = found
        .iter()
        .filter_map(|email| {
            let (status, failure) = standing(email);
            Some(Candidate {
                provider_id: email.id()?.to_owned(),
                status,
                failure,
                same_text: true,
            })
        })
        .collect();
    if candidates.is_empty() { Found::No } else { Found::Candidates(candidates) }
}
