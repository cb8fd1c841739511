//! What a message would be, and what a person should know before sending it.

use chrono::{DateTime, Utc};
use signalbox_domain::ConnectionId;
use signalbox_domain::segments::Segments;

use super::check::check;
use super::{SendRequest, opted_out};
use crate::core::Core;
use crate::refusal::Refusal;

/// What would be sent; nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The normalised recipient.
    pub to: String,
    /// The line it would leave by.
    pub connection: ConnectionId,
    /// The subject, fields filled in.
    pub subject: Option<String>,
    /// The text, fields filled in.
    pub body: String,
    /// Its length as SMS.
    pub segments: Option<Segments>,
    /// Not before.
    pub send_at: Option<DateTime<Utc>>,
    /// Not after.
    pub useful_until: DateTime<Utc>,
    /// What a person should know before sending.
    pub notes: Vec<String>,
}

pub(crate) async fn preview(core: &Core, request: &SendRequest) -> Result<Preview, Refusal> {
    let checked = check(core, request, core.settings().country)?;
    let mut notes = Vec::new();
    let suppressed = core.store.suppressed_among(request.channel, vec![checked.to.clone()]).await?;
    if !suppressed.is_empty() {
        return Err(opted_out());
    }
    let settings = core.settings();
    let leaves = checked.send_at.unwrap_or_else(|| core.now());
    if let Some(hours) = &settings.allowed_hours
        && !hours.is_allowed(leaves, settings.zone)
    {
        let opens = settings.zone.to_local(hours.next_allowed(leaves, settings.zone));
        notes.push(format!(
            "Outside the allowed hours: it waits until {} {}",
            opens.naive.format("%a %H:%M"),
            opens.abbreviation
        ));
    }
    if let Some(block) = checked.line.block(core.now()) {
        notes.push(format!(
            "{} is not sending just now ({}): it waits",
            checked.line.name(),
            block.reason
        ));
    }
    Ok(Preview {
        to: checked.to,
        connection: checked.line.id(),
        subject: checked.subject,
        body: checked.body,
        segments: checked.segments,
        send_at: checked.send_at,
        useful_until: checked.useful_until,
        notes,
    })
}
