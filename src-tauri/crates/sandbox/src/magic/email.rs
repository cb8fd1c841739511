//! Magic mailboxes: Resend's own at `resend.dev`, and the practice mailboxes at `practice.example`, where one name means
//! the same at Resend and at the mail server wherever both can do it.

use super::{Effect, Magic, Receipts, fault, fault_times, refuse, report};
use crate::Provider;
use crate::fault::FaultKind;

const fn resend(address: &'static str, effect: Effect, shows: &'static str) -> Magic {
    Magic { provider: Provider::Resend, address, effect, shows }
}

const fn smtp(address: &'static str, effect: Effect, shows: &'static str) -> Magic {
    Magic { provider: Provider::Smtp, address, effect, shows }
}

const HARD_BOUNCE: Effect = report("bounced", "Permanent/General");
const SUPPRESSED: Effect = report("suppressed", "OnAccountSuppressionList");
const COMPLAINED: Effect = report("complained", "");

/// Resend's table of test recipients. `name+label@resend.dev` does the same.
pub(super) const RESEND_OFFICIAL: &[Magic] = &[
    resend("delivered@resend.dev", Effect::Deliver, "delivered"),
    resend("bounced@resend.dev", HARD_BOUNCE, "accepted, then a hard bounce"),
    resend("complained@resend.dev", COMPLAINED, "delivered, then reported as spam"),
    resend(
        "suppressed@resend.dev",
        SUPPRESSED,
        "accepted, then suppressed because of an earlier bounce",
    ),
];

/// Practice mailboxes at Resend.
pub(super) const RESEND: &[Magic] = &[
    resend("delivered@practice.example", Effect::Deliver, "delivered"),
    resend("bounced@practice.example", HARD_BOUNCE, "accepted, then a hard bounce"),
    resend(
        "full@practice.example",
        report("bounced", "Transient/MailboxFull"),
        "accepted, then bounced: the mailbox is full",
    ),
    resend(
        "too-large@practice.example",
        report("bounced", "Transient/MessageTooLarge"),
        "accepted, then bounced: too large",
    ),
    resend(
        "rejected@practice.example",
        report("bounced", "Transient/ContentRejected"),
        "accepted, then bounced: the content was rejected",
    ),
    resend("complained@practice.example", COMPLAINED, "delivered, then reported as spam"),
    resend(
        "suppressed@practice.example",
        SUPPRESSED,
        "accepted, then suppressed because of an earlier bounce",
    ),
    resend(
        "delayed@practice.example",
        report("delivery_delayed", ""),
        "accepted, delayed, then delivered",
    ),
    resend(
        "failed@practice.example",
        report("failed", "reached_daily_quota"),
        "accepted, then failed: the daily quota is used up",
    ),
    resend(
        "invalid@practice.example",
        refuse(422, "validation_error", "Invalid `to` field."),
        "the address is refused",
    ),
    resend(
        "unverified@practice.example",
        refuse(
            403,
            "validation_error",
            "The domain is not verified. Please, add and verify your domain",
        ),
        "the sending domain is not verified",
    ),
    resend(
        "spam@practice.example",
        refuse(451, "security_error", "We may have found a security issue with the request."),
        "the text is refused",
    ),
    resend(
        "quota@practice.example",
        refuse(429, "daily_quota_exceeded", "You have reached your daily email sending quota."),
        "the daily quota is used up",
    ),
    resend(
        "unavailable@practice.example",
        fault(FaultKind::Status503),
        "the provider is unavailable; nothing was accepted",
    ),
    resend(
        "unavailable-twice@practice.example",
        fault_times(FaultKind::Status503, 2),
        "unavailable twice, then delivered",
    ),
    resend(
        "limited@practice.example",
        fault(FaultKind::Rate429),
        "too many requests; nothing was accepted",
    ),
    resend(
        "limited-twice@practice.example",
        fault_times(FaultKind::Rate429, 2),
        "too many requests twice, then delivered",
    ),
    resend(
        "crash@practice.example",
        fault(FaultKind::Error500),
        "an internal error; nothing was accepted",
    ),
    resend(
        "crash-after@practice.example",
        fault(FaultKind::Error500AfterAccept),
        "accepted, then an internal error: outcome unknown",
    ),
    resend(
        "gateway@practice.example",
        fault(FaultKind::Html502),
        "a gateway's HTML page instead of an answer",
    ),
    resend(
        "reset-before@practice.example",
        fault(FaultKind::ResetBefore),
        "the connection is reset and nothing was accepted",
    ),
    resend(
        "reset-after@practice.example",
        fault(FaultKind::AcceptThenReset),
        "accepted, then the connection is reset: outcome unknown",
    ),
    resend("hang@practice.example", fault(FaultKind::Hang), "no answer, and nothing was accepted"),
    resend(
        "hang-after@practice.example",
        fault(FaultKind::AcceptThenHang),
        "accepted, but no answer ever comes: outcome unknown",
    ),
    resend(
        "unauthorized-once@practice.example",
        fault_times(FaultKind::Auth401, 1),
        "the key is refused once, then delivered",
    ),
    resend(
        "silent@practice.example",
        Effect::Receipts(Receipts::Silent),
        "delivered, but no event is ever pushed",
    ),
    resend(
        "doubled@practice.example",
        Effect::Receipts(Receipts::Doubled),
        "delivered, and every event comes twice",
    ),
    resend(
        "shuffled@practice.example",
        Effect::Receipts(Receipts::Shuffled),
        "delivered, and the events come in the wrong order",
    ),
    resend(
        "slow@practice.example",
        Effect::Receipts(Receipts::Slow),
        "delivered after a hundred times the usual time",
    ),
    resend(
        "stop-at-sent@practice.example",
        Effect::Receipts(Receipts::StopAtSent),
        "sent, and nothing more is ever known",
    ),
];

const GREYLISTED: Effect = Effect::Refuse {
    status: 451,
    code: "4.7.1",
    say: "Greylisted, please try again later",
    times: Some(2),
};
const DEFERRED: Effect = Effect::Refuse {
    status: 450,
    code: "4.2.1",
    say: "Mailbox temporarily unavailable",
    times: Some(2),
};

/// Practice mailboxes at the mail server. A number as label says how often the first two stumble: `greylist+5@…`.
pub(super) const SMTP: &[Magic] = &[
    smtp("delivered@practice.example", Effect::Deliver, "accepted"),
    smtp("greylist@practice.example", GREYLISTED, "451 4.7.1 twice, then accepted"),
    smtp("deferred@practice.example", DEFERRED, "450 4.2.1 twice, then accepted"),
    smtp(
        "unavailable@practice.example",
        fault(FaultKind::Status503),
        "421 at RCPT, connection closed; nothing was accepted",
    ),
    smtp(
        "unavailable-twice@practice.example",
        fault_times(FaultKind::Status503, 2),
        "421 twice, then accepted",
    ),
    smtp(
        "limited@practice.example",
        fault(FaultKind::Rate429),
        "450 4.7.1, too many messages; nothing was accepted",
    ),
    smtp(
        "limited-twice@practice.example",
        fault_times(FaultKind::Rate429, 2),
        "450 4.7.1 twice, then accepted",
    ),
    smtp("full@practice.example", refuse(452, "4.2.2", "Mailbox full"), "the mailbox is full"),
    smtp("bounced@practice.example", refuse(550, "5.1.1", "User unknown"), "no such mailbox"),
    smtp(
        "unverified@practice.example",
        refuse(550, "5.7.26", "Unauthenticated email from this domain is not accepted"),
        "the sending domain is not authenticated",
    ),
    smtp(
        "too-large@practice.example",
        refuse(552, "5.3.4", "Message too big for system"),
        "refused after the final dot: too large",
    ),
    smtp(
        "spam@practice.example",
        refuse(554, "5.7.1", "Message rejected as spam"),
        "refused after the final dot: spam",
    ),
    smtp(
        "crash@practice.example",
        fault(FaultKind::Error500),
        "451 4.3.0 after the final dot; nothing was accepted",
    ),
    smtp(
        "crash-after@practice.example",
        fault(FaultKind::Error500AfterAccept),
        "accepted, then 421 after the final dot: outcome unknown",
    ),
    smtp(
        "gateway@practice.example",
        fault(FaultKind::Html502),
        "an HTML page instead of a reply after the final dot",
    ),
    smtp(
        "reset-before@practice.example",
        fault(FaultKind::ResetBefore),
        "the connection is reset inside DATA; nothing was accepted",
    ),
    smtp(
        "reset-after@practice.example",
        fault(FaultKind::AcceptThenReset),
        "accepted at the final dot, then reset: outcome unknown",
    ),
    smtp(
        "hang@practice.example",
        fault(FaultKind::Hang),
        "no reply to the final dot, and nothing was accepted: outcome unknown",
    ),
    smtp(
        "hang-after@practice.example",
        fault(FaultKind::AcceptThenHang),
        "accepted at the final dot, but no reply ever comes: outcome unknown",
    ),
];

/// The line for an address, and the label after `+`. Names and domains are compared without case.
pub(super) fn find<'a>(table: &[Magic], to: &'a str) -> Option<(Effect, Option<&'a str>)> {
    let (mailbox, domain) = to.rsplit_once('@')?;
    let (name, label) = match mailbox.split_once('+') {
        Some((name, label)) => (name, Some(label)),
        None => (mailbox, None),
    };
    let entry = table.iter().find(|magic| {
        magic.address.split_once('@').is_some_and(|(mine, at)| {
            mine.eq_ignore_ascii_case(name) && at.eq_ignore_ascii_case(domain)
        })
    })?;
    Some((entry.effect, label))
}
