//! Twilio's error codes, in our words. What is not in the table falls to its family, then to the
//! HTTP status. Codes are looked up alike whether they came with an answer or with a receipt:
//! behind a messaging service, refusals arrive as receipts.

use signalbox_domain::{Failure, FailureClass, Scope};

use crate::http::Answer;
use crate::known::{self, Known, codes};
use crate::twilio::wire::ErrorBody;

mod delivery;
mod request;

codes! {
    /// Whole families, for codes that are newer than this table.
    FAMILY {
        "21xxx" Permanent Line "Twilio refused the request for a reason this version does not know"
            => "Look the code up at twilio.com/docs/api/errors, and update Signalbox";
        "30xxx" Admin Message "Twilio could not deliver for a reason this version does not know"
            => "Look the code up at twilio.com/docs/api/errors before sending it again";
        "suspended" Admin Line "The Twilio account is suspended or closed"
            => "Sign in to the Twilio console and settle what is open there";
        "undelivered" Deferred Line "The phone network gave the message back without a reason"
            => "Nothing needs to be done: it is tried again later";
        "failed" Deferred Line "Twilio gave the message up without a reason"
            => "Look the message up in the Twilio console if it fails again";
        "canceled" Admin Message "The message was cancelled in the Twilio account"
            => "Send it again if it is still wanted";
    }
}

/// All known codes: those of the request and those of delivery.
pub(crate) fn tables() -> [&'static [(&'static str, Known)]; 3] {
    [request::CODES, delivery::CODES, FAMILY]
}

/// What a code means, if anything is known of it or of its family.
pub(crate) fn lookup(code: &str) -> Option<&'static Known> {
    tables().into_iter().find_map(|table| known::find(table, code)).or_else(|| family(code))
}

fn family(code: &str) -> Option<&'static Known> {
    if code.len() != 5 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match &code[..2] {
        "21" => known::find(FAMILY, "21xxx"),
        "30" | "63" => known::find(FAMILY, "30xxx"),
        _ => None,
    }
}

/// How many more tries a message is worth after a receipt with this code. Behind "unknown carrier
/// error" the text may have reached the phone, so it is tried once more and then left alone.
/// Source: twilio.com/docs/api/errors/30008 and /30003.
pub(crate) fn worth_again(code: &str) -> usize {
    match code {
        "30008" | "failed" => 1,
        "30003" | "undelivered" => 3,
        _ => usize::MAX,
    }
}

/// What a refusing answer means, and how far it reaches.
pub(crate) fn of_answer(answer: &Answer) -> (Failure, Scope) {
    let code = answer.json::<ErrorBody>().and_then(|body| body.code());
    if let Some(code) = code
        && let Some(known) = lookup(&code)
    {
        return (known.failure(code), known.scope);
    }
    let known = known::by_status(answer.status);
    (known.failure(format!("http_{}", answer.status)), known.scope)
}

/// Why a message failed after it was taken: by its code, else by the status word.
pub(crate) fn of_receipt(code: Option<&str>, status: &str) -> Failure {
    let code = code.filter(|code| !code.is_empty() && *code != "0").unwrap_or(status);
    lookup(code).or_else(|| known::find(FAMILY, "30xxx")).map_or_else(
        || Failure::new(FailureClass::Admin, code, "The message failed", "Look it up at Twilio"),
        |known| known.failure(code),
    )
}
