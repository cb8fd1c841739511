//! Magic phone numbers: Twilio's own table and the practice numbers.
//!
//! Practice numbers are `+1 AAA 555 01XX`, the block set aside for fiction, with any area code. `XX` decides: 00–49 are
//! ordinary, 50–59 are refused, 60–69 break on the way, 70–79 break a few times and then work, 80–89 are accepted and
//! fail later, 90–99 send odd receipts.

use super::{Effect, Magic, Receipts, fault, fault_times, refuse, report};
use crate::Provider;
use crate::fault::FaultKind;

const fn sms(address: &'static str, effect: Effect, shows: &'static str) -> Magic {
    Magic { provider: Provider::Twilio, address, effect, shows }
}

const INVALID: Effect = refuse(400, "21211", "Invalid 'To' Phone Number");
const STOPPED: Effect = refuse(400, "21610", "Attempt to send to unsubscribed recipient");
const NOT_MOBILE: Effect = refuse(400, "21614", "'To' number is not a valid mobile number");
const NO_PERMISSION: Effect = refuse(
    400,
    "21408",
    "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
);
const NO_ROUTE: Effect = refuse(
    400,
    "21612",
    "Message cannot be sent with the current combination of 'To' and/or 'From' parameters",
);

/// Twilio's table of test recipients.
pub(super) const OFFICIAL: &[Magic] = &[
    sms("+15005550001", INVALID, "the number is not valid"),
    sms("+15005550002", NO_ROUTE, "the number cannot be routed to"),
    sms("+15005550003", NO_PERMISSION, "the account may not send to that country"),
    sms("+15005550004", STOPPED, "the recipient has opted out"),
    sms("+15005550009", NOT_MOBILE, "the number is not a mobile number"),
];

/// The practice numbers, with 202 as the example area code.
pub(super) const PRACTICE: &[Magic] = &[
    sms("+12025550150", INVALID, "the number is not valid"),
    sms("+12025550151", STOPPED, "the recipient has opted out"),
    sms("+12025550152", NOT_MOBILE, "the number is not a mobile number"),
    sms("+12025550153", NO_PERMISSION, "the account may not send to that country"),
    sms("+12025550154", NO_ROUTE, "the number cannot be routed to"),
    sms(
        "+12025550155",
        refuse(
            400,
            "21608",
            "The number is unverified. Trial accounts cannot send messages to unverified numbers",
        ),
        "a trial account may not write to this number",
    ),
    sms(
        "+12025550156",
        refuse(
            400,
            "21606",
            "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination",
        ),
        "the sender cannot be used for this destination",
    ),
    sms(
        "+12025550157",
        refuse(400, "21618", "The message body cannot be sent"),
        "the text is refused",
    ),
    sms(
        "+12025550158",
        refuse(400, "20001", "Unknown parameters"),
        "the request itself is called malformed",
    ),
    sms("+12025550159", refuse(403, "20005", "Account not active"), "the account is suspended"),
    sms(
        "+12025550160",
        fault(FaultKind::Status503),
        "the provider is unavailable; nothing was accepted",
    ),
    sms(
        "+12025550161",
        fault(FaultKind::Rate429),
        "too many requests (20429); nothing was accepted",
    ),
    sms(
        "+12025550162",
        fault(FaultKind::Error500),
        "an internal error; nothing was accepted, but nobody says so",
    ),
    sms("+12025550163", fault(FaultKind::Html502), "a gateway's HTML page instead of an answer"),
    sms(
        "+12025550164",
        fault(FaultKind::AcceptThenReset),
        "accepted, then the connection is reset: outcome unknown",
    ),
    sms(
        "+12025550165",
        fault(FaultKind::ResetBefore),
        "the connection is reset and nothing was accepted: outcome unknown",
    ),
    sms(
        "+12025550166",
        fault(FaultKind::Hang),
        "no answer, and nothing was accepted: outcome unknown",
    ),
    sms(
        "+12025550167",
        fault(FaultKind::AcceptThenHang),
        "accepted, but no answer ever comes: outcome unknown",
    ),
    sms(
        "+12025550168",
        fault(FaultKind::Error500AfterAccept),
        "accepted, then an internal error: outcome unknown",
    ),
    sms(
        "+12025550169",
        refuse(
            400,
            "21611",
            "This 'From' number has exceeded the maximum number of queued messages",
        ),
        "the sender's queue is full",
    ),
    sms("+12025550170", fault_times(FaultKind::Status503, 2), "unavailable twice, then delivered"),
    sms(
        "+12025550171",
        fault_times(FaultKind::Rate429, 2),
        "too many requests twice, then delivered",
    ),
    sms(
        "+12025550172",
        fault_times(FaultKind::AcceptThenReset, 1),
        "accepted and reset once; a second send would double it",
    ),
    sms(
        "+12025550173",
        fault_times(FaultKind::ResetBefore, 1),
        "reset once and not accepted, then delivered",
    ),
    sms(
        "+12025550174",
        fault_times(FaultKind::Auth401, 1),
        "the credential is refused once, then delivered",
    ),
    sms(
        "+12025550180",
        report("undelivered", "30003"),
        "accepted, then undelivered: the handset cannot be reached",
    ),
    sms(
        "+12025550181",
        report("undelivered", "30004"),
        "accepted, then undelivered: blocked by the carrier",
    ),
    sms(
        "+12025550182",
        report("undelivered", "30005"),
        "accepted, then undelivered: no such handset",
    ),
    sms("+12025550183", report("undelivered", "30006"), "accepted, then undelivered: a landline"),
    sms("+12025550184", report("undelivered", "30007"), "accepted, then filtered as spam"),
    sms(
        "+12025550185",
        report("undelivered", "30008"),
        "accepted, then undelivered: unknown carrier error",
    ),
    sms(
        "+12025550186",
        report("undelivered", "30017"),
        "accepted, then undelivered: the carrier is congested",
    ),
    sms(
        "+12025550187",
        report("failed", "30034"),
        "accepted, then failed: the sender is not registered",
    ),
    sms("+12025550188", report("failed", "30001"), "accepted, then failed: the queue overflowed"),
    sms(
        "+12025550189",
        report("failed", "30410"),
        "accepted, then failed: the carrier timed out, outcome unknown",
    ),
    sms(
        "+12025550190",
        Effect::Receipts(Receipts::Silent),
        "delivered, but no receipt is ever pushed",
    ),
    sms(
        "+12025550191",
        Effect::Receipts(Receipts::Doubled),
        "delivered, and every receipt comes twice",
    ),
    sms(
        "+12025550192",
        Effect::Receipts(Receipts::Shuffled),
        "delivered, and the receipts come in the wrong order",
    ),
    sms(
        "+12025550193",
        Effect::Receipts(Receipts::Slow),
        "delivered after a hundred times the usual time",
    ),
    sms(
        "+12025550194",
        Effect::Receipts(Receipts::StopAtSent),
        "sent, and nothing more is ever known",
    ),
];

/// The line for a number; a `whatsapp:` prefix does not matter.
pub(super) fn find(to: &str) -> Option<&'static Magic> {
    let number = to.strip_prefix("whatsapp:").unwrap_or(to);
    if let Some(official) = OFFICIAL.iter().find(|magic| magic.address == number) {
        return Some(official);
    }
    let national = number
        .strip_prefix("+1")
        .filter(|rest| rest.len() == 10 && rest.bytes().all(|b| b.is_ascii_digit()))?;
    let line = &national[3..];
    PRACTICE.iter().find(|magic| &magic.address[5..] == line)
}
