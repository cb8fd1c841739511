//! Resend's error names, bounce types and reasons, in our words.

use signalbox_domain::{Failure, Scope};

use crate::http::Answer;
use crate::known::{self, Known, codes};
use crate::resend::wire::{Bounce, ErrorBody, Reason};

codes! {
    /// By name; a name that means different things under different statuses has the status in it.
    NAMES {
        "missing_api_key" Auth Line "The request reached Resend without an API key"
            => "Reconnect this line with an API key";
        "restricted_api_key" Auth Line "The API key may only send, and this needed more"
            => "Use a key with full access if this should work; sending is not affected";
        "invalid_api_key" Auth Line "Resend does not accept the API key"
            => "Make a new API key at resend.com and reconnect this line";
        "1010" Permanent Line "Resend's edge turned the request away before reading it"
            => "Check for a proxy that removes headers, and update Signalbox";
        "validation_error_403" Admin Line "The domain of the From address is not verified at Resend"
            => "Verify the domain at resend.com/domains, or use a From address of a verified one";
        "testing_only" Admin Message "Without a domain of your own, Resend only mails to your own address"
            => "Verify a domain at resend.com/domains";
        "validation_error_400" Permanent Line "Resend did not understand a field of the request"
            => "Update Signalbox, or send a support bundle";
        "validation_error_422" Permanent Line "Resend found a field of the mail out of order"
            => "Check From address and recipient; if both are right, send a support bundle";
        "validation_error_to" Recipient Line "Resend does not take this recipient's address"
            => "Correct the address; example addresses are not accepted";
        "invalid_idempotency_key" Permanent Line "Resend did not accept the number that keeps a mail from going out twice"
            => "Send a support bundle; this should not happen";
        "invalid_idempotent_request" Permanent Line "An earlier try of this mail had another text and may have gone out"
            => "Look the mail up at resend.com/emails before sending it again";
        "concurrent_idempotent_requests" Transient Line "An earlier try of this mail is still under way at Resend"
            => "Nothing needs to be done: Signalbox asks again in a moment";
        "missing_required_field" Permanent Line "A field that Resend needs is missing"
            => "Check that the mail has a subject and a text";
        "invalid_parameter" Permanent Line "Resend did not understand a value of the request"
            => "Update Signalbox; if that is done, send a support bundle";
        "invalid_from_address" Admin Line "The From address of this line is not written the way Resend wants"
            => "Write it as name@domain or Name <name@domain>";
        "invalid_access" Auth Line "The API key does not reach far enough"
            => "Reconnect this line with a key that has full access";
        "invalid_attachment" Content Line "An attachment has no content"
            => "Attach the file again or leave it out";
        "invalid_region" Permanent Line "Resend does not know the region"
            => "Check the domain's region at resend.com/domains";
        "not_found" Permanent Line "Resend has nothing under this id or address"
            => "Check that this line still uses the team that sent the mail";
        "method_not_allowed" Permanent Line "Resend does not offer that operation"
            => "Update Signalbox";
        "rate_limit_exceeded" RateLimited Line "Resend asks for fewer requests a second"
            => "Nothing needs to be done: sending slows down";
        "daily_quota_exceeded" Admin Line "Resend's daily quota is used up"
            => "Wait until tomorrow, or choose a larger plan at resend.com";
        "monthly_quota_exceeded" Admin Line "Resend's monthly quota is used up"
            => "Choose a larger plan at resend.com, or send through another line until next month";
        "security_error" Content Line "Resend sees a security risk in this mail"
            => "Remove suspicious links from the text and send it again";
        "application_error" Unknown Line "Resend had a fault of its own"
            => "Signalbox tries again in a way that cannot send twice";
        "internal_server_error" Unknown Line "Resend failed inside"
            => "Signalbox repeats the very same request, which cannot send twice";
        "complaint" OptedOut Line "The recipient marked the mail as spam"
            => "Do not mail them again; ask them another way if it matters";
        "failed" Content Line "Resend gave the mail up"
            => "See the mail at resend.com/emails for the reason";
        "reached_daily_quota" Admin Line "The mail came after Resend's daily quota was used up"
            => "Send it again tomorrow, or choose a larger plan";
        "reached_monthly_quota" Admin Line "The mail came after Resend's monthly quota was used up"
            => "Choose a larger plan, then send it again";
        "suppressed" Recipient Line "Resend no longer mails to this address"
            => "Ask for another address, or remove it from the suppression list at resend.com";
        "previous_bounce" Recipient Line "An earlier mail to this address came back, so Resend holds new ones"
            => "Check the address; remove it from Resend's suppression list once it is right";
        "previous_complaint" OptedOut Line "The recipient once marked a mail from this account as spam"
            => "Do not mail them; ask them another way";
        "bounced" Recipient Line "The mail came back"
            => "Check the address; the reason is at resend.com/emails";
        "canceled" Admin Message "The mail was cancelled at Resend"
            => "Send it again if it is wanted";
    }
}

codes! {
    /// By type and subtype of a bounce.
    BOUNCES {
        "Permanent/General" Recipient Line "The address does not exist any more"
            => "Ask for another address";
        "Permanent/NoEmail" Recipient Line "The mail came back for good, and it does not say from which mailbox"
            => "Check the address before writing to it again";
        "Permanent/Suppressed" Recipient Line "The address bounced before and is no longer tried"
            => "Ask the recipient for a working address";
        "Permanent/OnAccountSuppressionList" Recipient Line "The address is on this account's suppression list"
            => "Remove it there if the address is right";
        "Transient/General" Deferred Line "The recipient's mail server put the mail off"
            => "It can be sent again later";
        "Transient/MailboxFull" Deferred Line "The recipient's mailbox has no room"
            => "Tell the recipient another way, or send it again tomorrow";
        "Transient/MessageTooLarge" Content Line "The mail is too large for the recipient's server"
            => "Shorten the mail";
        "Transient/ContentRejected" Content Line "The recipient's server does not like the text"
            => "Reword the mail";
        "Transient/AttachmentRejected" Content Line "The recipient's server does not take this kind of attachment"
            => "Leave the attachment out, or send a link";
        "Undetermined/Undetermined" Deferred Line "The mail came back and nobody says why"
            => "Send it again tomorrow; check the address if it comes back again";
    }
}

/// Both tables.
pub(crate) fn tables() -> [&'static [(&'static str, Known)]; 2] {
    [NAMES, BOUNCES]
}

/// The row of a code as it is kept in a failure.
pub(crate) fn lookup(code: &str) -> Option<&'static Known> {
    tables().into_iter().find_map(|table| known::find(table, code))
}

/// What a refusing answer means, and how far it reaches.
pub(crate) fn of_answer(answer: &Answer) -> (Failure, Scope) {
    let body = answer.json::<ErrorBody>().unwrap_or_default();
    let message = body.message.unwrap_or_default().to_ascii_lowercase();
    let name = match (body.name.as_deref(), answer.status) {
        // Their sentence only ever chooses between rows of ours.
        (Some("validation_error"), 403) if message.contains("own email") => "testing_only",
        (Some("validation_error"), 403) => "validation_error_403",
        (Some("validation_error"), 422) if message.contains("`to`") => "validation_error_to",
        (Some("validation_error"), 422) => "validation_error_422",
        (Some("validation_error"), _) => "validation_error_400",
        (Some(name), _) => name,
        // The edge answers in plain text, with its own number.
        (None, 403) if is_edge_block(answer) => "1010",
        (None, _) => "",
    };
    match known::find(NAMES, name) {
        Some(known) => (known.failure(name), known.scope),
        None => {
            let known = known::by_status(answer.status);
            (known.failure(format!("http_{}", answer.status)), known.scope)
        }
    }
}

fn is_edge_block(answer: &Answer) -> bool {
    answer.body.len() < 4096 && String::from_utf8_lossy(&answer.body).contains("1010")
}

/// Why a mail came back. An unknown subtype has the meaning of its type.
pub(crate) fn of_bounce(bounce: Option<&Bounce>) -> Failure {
    let code = bounce.map_or_else(|| "Undetermined/Undetermined".to_owned(), Bounce::code);
    let kind = match code.split('/').next() {
        Some("Permanent") => "Permanent/General",
        Some("Transient") => "Transient/General",
        _ => "Undetermined/Undetermined",
    };
    let row = known::find(BOUNCES, &code).or_else(|| known::find(BOUNCES, kind));
    row.unwrap_or(&BOUNCES[0].1).failure(code)
}

/// Why a mail failed or was suppressed, when the reason is one we know; else the kind says it.
pub(crate) fn of_reason(reason: Option<&Reason>, kind: &'static str) -> Failure {
    let reason = reason.and_then(|reason| reason.reason.as_deref()).unwrap_or(kind);
    let known = known::find(NAMES, reason).or_else(|| known::find(NAMES, kind));
    known.unwrap_or(&NAMES[0].1).failure(reason)
}

/// The failure under one of our own words.
pub(crate) fn of_word(word: &'static str) -> Failure {
    of_reason(None, word)
}
