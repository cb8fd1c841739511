//! Twilio's requests: send, fetch, probe.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use signalbox_domain::segments::segments;
use signalbox_domain::{Channel, Environment, Failure, FailureClass, Outcome, Scope};
use url::Url;

use crate::adapter::{Adapter, Found, Letter, Limits, Lost, ProbeOutcome, Settle};
use crate::http::{Answer, Http, is_loopback};
use crate::known;
use crate::twilio::webhook::TOKEN_FIELD;
use crate::twilio::wire::{Account, MessagePage, MessageResource, is_sid, receipt_status};
use crate::twilio::{errors, find, pace};

/// How long a sender rests whose queue at Twilio is full: it holds up to ten hours of work.
const FULL_QUEUE_REST: Duration = Duration::from_secs(3600);

/// Twilio takes callback addresses up to this length.
const CALLBACK_LIMIT: usize = 4000;

/// Who a line sends as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A number, short code or name of the account.
    From(String),
    /// A pool that chooses by itself.
    Service(String),
}

/// One Twilio account with one sender.
pub(crate) struct Twilio {
    pub(crate) http: Http,
    pub(crate) base: Url,
    pub(crate) account: String,
    pub(crate) token: SecretString,
    pub(crate) sender: Sender,
    pub(crate) environment: Environment,
}

impl std::fmt::Debug for Twilio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twilio").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Twilio {
    fn path(&self, rest: &str) -> Url {
        self.at(&format!("/2010-04-01/Accounts/{}{rest}", self.account))
    }

    /// An absolute path of the API, below the path prefix of an overridden address.
    pub(crate) fn at(&self, path_and_query: &str) -> Url {
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        let prefix = self.base.path().trim_end_matches('/');
        let mut url = self.base.clone();
        if prefix.is_empty() || path.starts_with(&format!("{prefix}/")) {
            url.set_path(path);
        } else {
            url.set_path(&format!("{prefix}{path}"));
        }
        url.set_query(query);
        url
    }

    pub(crate) fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        self.http
            .request(method, url)
            .basic_auth(&self.account, Some(self.token.expose_secret()))
            .header("accept", "application/json")
    }

    /// The callback with the letter's token in its query, or none when Twilio would refuse the
    /// whole message because of it (21609): better a message without receipts.
    pub(crate) fn callback(&self, letter: &Letter) -> Option<String> {
        let text = letter.status_callback.as_deref()?;
        let mut url = Url::parse(text).ok()?;
        let host = url.host_str()?;
        let simulated = matches!(self.environment, Environment::Practice | Environment::Custom);
        if host.contains('_') || (is_loopback(&url) && !simulated) {
            return None;
        }
        url.query_pairs_mut().append_pair(TOKEN_FIELD, &letter.token);
        Some(url.into()).filter(|url: &String| url.len() <= CALLBACK_LIMIT)
    }

    fn form(&self, letter: &Letter) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", &letter.to);
        match &self.sender {
            Sender::From(from) => form.append_pair("From", from),
            Sender::Service(sid) => form.append_pair("MessagingServiceSid", sid),
        };
        form.append_pair("Body", &letter.body);
        // What a person reads in the app is what arrives, and what a look-up has to recognise.
        form.append_pair("SmartEncoded", "false");
        if let Some(callback) = self.callback(letter) {
            form.append_pair("StatusCallback", &callback);
        }
        form.finish()
    }

    /// A cheap list, which every kind of credential may read.
    async fn probe_by_list(&self, first: &Answer) -> ProbeOutcome {
        let mut url = self.path("/Messages.json");
        url.set_query(Some("PageSize=1"));
        match self.http.run(self.request(Method::GET, &url)).await {
            Ok(answer) if answer.status == 200 => {
                match answer.json::<MessagePage>().and_then(|page| page.messages) {
                    Some(_) => ProbeOutcome::Passed { account: None, quota: None },
                    None => ProbeOutcome::Failed(known::of_a_read(known::generic("unreadable"))),
                }
            }
            Ok(answer) => {
                let (failure, _) = errors::of_answer(&answer);
                // Test credentials are told so, which proves them.
                if failure.code == "20008" && self.environment == Environment::Sandbox {
                    return ProbeOutcome::Passed { account: None, quota: None };
                }
                let worse = matches!(answer.status, 401 | 403);
                let (failure, _) = errors::of_answer(if worse { &answer } else { first });
                ProbeOutcome::Failed(known::of_a_read(failure))
            }
            Err(error) => ProbeOutcome::Failed(known::of_a_read(known::transport_failure(&error))),
        }
    }
}

/// A fetched or listed message as the reconciler wants it.
pub(crate) fn standing(
    message: &MessageResource,
) -> (Option<signalbox_domain::ReceiptStatus>, Option<Failure>) {
    let status = receipt_status(message.status());
    let failed = status == Some(signalbox_domain::ReceiptStatus::Failed);
    let failure =
        failed.then(|| errors::of_receipt(message.error_code().as_deref(), message.status()));
    (status, failure)
}

/// What the answer to a send came to.
pub(crate) fn read_send(answer: &Answer) -> Outcome {
    if (200..300).contains(&answer.status) {
        let message = answer.json::<MessageResource>();
        if let Some(sid) = message.as_ref().and_then(MessageResource::sid) {
            return Outcome::Accepted { provider_id: Some(sid.to_owned()) };
        }
        // 201 is Twilio's own word for "created"; the callback's token will bring the id.
        let says_json = answer.header("content-type").is_some_and(|kind| kind.contains("json"));
        if answer.status == 201 && says_json && !answer.whole {
            return Outcome::Accepted { provider_id: None };
        }
        return Outcome::Unknown { failure: known::generic("unreadable") };
    }
    let (failure, scope) = errors::of_answer(answer);
    let full = failure.code == "21611";
    let outcome = known::outcome(answer, failure, scope);
    if full { known::wait_at_least(outcome, FULL_QUEUE_REST) } else { outcome }
}

#[async_trait]
impl Adapter for Twilio {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn address(&self) -> Option<String> {
        match &self.sender {
            Sender::From(from) => Some(from.clone()),
            Sender::Service(sid) => Some(sid.clone()),
        }
    }

    fn limits(&self) -> Limits {
        pace::limits(match &self.sender {
            Sender::From(from) => Some(from),
            Sender::Service(_) => None,
        })
    }

    fn settle(&self) -> Settle {
        Settle::LookUp
    }

    fn units(&self, body: &str) -> i64 {
        i64::from(segments(body).segments).max(1)
    }

    async fn send(&self, letter: &Letter) -> Outcome {
        if letter.channel != Channel::Sms {
            let failure = Failure::new(
                FailureClass::Permanent,
                "channel",
                "This line only carries text messages",
                "Send it through a line of the right channel",
            );
            return Outcome::Refused { failure, retry_after: None, scope: Scope::Message };
        }
        let request = self
            .request(Method::POST, &self.path("/Messages.json"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(self.form(letter));
        match self.http.run(request).await {
            Ok(answer) => read_send(&answer),
            Err(error) => known::transport_outcome(&error),
        }
    }

    async fn find(&self, lost: &Lost) -> Found {
        find::look_up(self, lost, self.path("/Messages.json")).await
    }

    fn can_be_polled(&self) -> bool {
        true
    }

    async fn status(&self, provider_id: &str) -> Option<Found> {
        if !is_sid(provider_id) {
            return Some(Found::No);
        }
        let url = self.path(&format!("/Messages/{provider_id}.json"));
        Some(match self.http.run(self.request(Method::GET, &url)).await {
            Ok(answer) if answer.status == 404 => Found::No,
            Ok(answer) if answer.status == 200 => match answer.json::<MessageResource>() {
                Some(message) if message.sid().is_some() => {
                    let (status, failure) = standing(&message);
                    Found::Yes { provider_id: provider_id.to_owned(), status, failure }
                }
                _ => Found::CannotTell(known::of_a_read(known::generic("unreadable"))),
            },
            Ok(answer) => Found::CannotTell(known::of_a_read(errors::of_answer(&answer).0)),
            Err(error) => Found::CannotTell(known::of_a_read(known::transport_failure(&error))),
        })
    }

    async fn probe(&self) -> ProbeOutcome {
        let url = self.path(".json");
        let answer = match self.http.run(self.request(Method::GET, &url)).await {
            Ok(answer) => answer,
            Err(error) => {
                return ProbeOutcome::Failed(known::of_a_read(known::transport_failure(&error)));
            }
        };
        match answer.status {
            200 => match answer.json::<Account>() {
                Some(account) if account.is_closed() => {
                    ProbeOutcome::Failed(errors::of_receipt(Some("suspended"), ""))
                }
                Some(account) => {
                    ProbeOutcome::Passed { account: account.friendly_name, quota: None }
                }
                None => ProbeOutcome::Failed(known::of_a_read(known::generic("unreadable"))),
            },
            // A standard API key may not read the account, and is told so with the same words as
            // a wrong one.
            401 | 403 => self.probe_by_list(&answer).await,
            _ => ProbeOutcome::Failed(known::of_a_read(errors::of_answer(&answer).0)),
        }
    }
}
