//! Messages from customers, on request: recorded like Twilio records them and posted to the inbound webhook. STOP and
//! START change what may be sent back.

use std::sync::{Arc, PoisonError};

use serde::{Deserialize, Serialize};

use super::Twilio;
use super::messages::Message;
use super::segments::segments;
use crate::magic::Effect;

/// A message from a customer, to be simulated.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbound {
    /// The customer's number.
    pub from: String,
    /// The business's number.
    pub to: String,
    /// Text.
    pub body: String,
    /// Where to post it; default: the configured inbound URL.
    #[serde(default)]
    pub url: Option<String>,
    /// Messaging Service it arrives through; Advanced Opt-Out (`OptOutType`) is only told with one.
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
}

/// Why an inbound message could not be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReceived {
    /// The sandbox was started without Twilio.
    #[error("this sandbox has no Twilio")]
    NoTwilio,
}

/// (recipient, sender) pairs that may be stopped at a time; beyond it the list starts anew.
const MOST_STOPPED: usize = 100_000;

const STOP: [&str; 8] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];
const HELP: [&str; 2] = ["HELP", "INFO"];

/// What a whole message means to Twilio's opt-out handling.
fn keyword(body: &str) -> Option<&'static str> {
    let word = body.trim().to_uppercase();
    let is = |list: &[&str]| list.contains(&word.as_str());
    match () {
        () if is(&STOP) => Some("STOP"),
        () if is(&START) => Some("START"),
        () if is(&HELP) => Some("HELP"),
        () => None,
    }
}

impl Twilio {
    /// Simulates a message from a customer and returns its SID.
    pub(crate) fn receive(self: &Arc<Self>, inbound: Inbound) -> String {
        let config = self.config();
        let now = self.ground.clock.now();
        let sid = self.ground.ids.sid("SM");
        let opt_out = keyword(&inbound.body);
        let pair = (inbound.from.clone(), inbound.to.clone());
        {
            let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
            match opt_out {
                Some("STOP") => {
                    if stopped.len() >= MOST_STOPPED {
                        stopped.clear();
                    }
                    stopped.insert(pair);
                }
                Some("START") => {
                    stopped.remove(&pair);
                }
                _ => {}
            }
        }
        let segments = segments(&inbound.body);
        self.messages().add(Message {
            sid: sid.clone(),
            account: config.account_sid.clone(),
            to: inbound.to.clone(),
            from: Some(inbound.from.clone()),
            service: inbound.messaging_service_sid.clone(),
            body: inbound.body.clone(),
            status: "received",
            error: None,
            direction: "inbound",
            segments,
            media: 0,
            created: now,
            updated: now,
            sent: Some(now),
            callback: None,
            effect: Effect::Deliver,
        });
        if let Some(url) = inbound.url.or(config.inbound_url) {
            let mut params = vec![
                ("AccountSid", config.account_sid),
                ("ApiVersion", "2010-04-01".to_owned()),
                ("Body", inbound.body),
                ("From", inbound.from),
                ("FromCity", "ALBANY".to_owned()),
                ("FromCountry", "US".to_owned()),
                ("FromState", "NY".to_owned()),
                ("FromZip", "12207".to_owned()),
                ("MessageSid", sid.clone()),
                ("NumMedia", "0".to_owned()),
                ("NumSegments", segments.to_string()),
                ("SmsMessageSid", sid.clone()),
                ("SmsSid", sid.clone()),
                ("SmsStatus", "received".to_owned()),
                ("To", inbound.to),
                ("ToCity", String::new()),
                ("ToCountry", "US".to_owned()),
                ("ToState", "CA".to_owned()),
                ("ToZip", String::new()),
            ];
            if let Some(service) = inbound.messaging_service_sid {
                params.extend(opt_out.map(|kind| ("OptOutType", kind.to_owned())));
                params.push(("MessagingServiceSid", service));
            }
            self.post(&url, "received", &sid, params);
        }
        sid
    }
}

#[cfg(test)]
mod tests {
    use super::keyword;

    #[test]
    fn only_a_whole_message_is_a_keyword() {
        assert_eq!(keyword(" Stop "), Some("STOP"));
        assert_eq!(keyword("unstop"), Some("START"));
        assert_eq!(keyword("please stop"), None);
    }
}
