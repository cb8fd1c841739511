//! Which line a new message is to leave by, and which ones it may try after it.

use std::sync::Arc;

use signalbox_domain::{ConnectionId, ConnectionState};

use super::SendRequest;
use crate::core::Core;
use crate::line::Line;
use crate::refusal::{Refusal, RefusalKind};

pub(super) fn choose_line(
    core: &Core,
    request: &SendRequest,
) -> Result<(Arc<Line>, Vec<ConnectionId>), Refusal> {
    let named = |id: ConnectionId, field: &str| {
        // The request is wrong, not its address: what is asked for exists, the line it names does not.
        let line = core.line(id).ok_or_else(|| Refusal {
            field: Some(field.to_owned()),
            kind: RefusalKind::Invalid,
            ..Refusal::not_found("line")
        })?;
        if line.channel() != Some(request.channel) {
            return Err(Refusal::invalid(
                field,
                "wrong_channel",
                format!("{} does not send {}", line.name(), request.channel),
                "Choose a line of this channel",
            ));
        }
        if line.state() == ConnectionState::Disabled {
            return Err(Refusal::invalid(
                field,
                "line_off",
                format!("{} is switched off", line.name()),
                "Switch the line on, or choose another one",
            ));
        }
        Ok(line)
    };
    if let Some(id) = request.connection {
        return Ok((named(id, "connection")?, Vec::new()));
    }
    let candidates: Vec<Arc<Line>> = match request.route.is_empty() {
        true => core
            .lines()
            .into_iter()
            .filter(|line| {
                line.channel() == Some(request.channel) && line.state() != ConnectionState::Disabled
            })
            .collect(),
        false => request.route.iter().map(|id| named(*id, "route")).collect::<Result<_, _>>()?,
    };
    let now = core.now();
    // A line in danger is passed over for new messages; if all are, the first one holds it.
    let best = candidates
        .iter()
        .position(|line| line.adapter().is_some() && line.block(now).is_none())
        .or_else(|| candidates.iter().position(|line| line.adapter().is_some()))
        .unwrap_or(0);
    let Some(line) = candidates.get(best).cloned() else {
        return Err(Refusal {
            field: Some("channel".into()),
            ..Refusal::new(
                RefusalKind::Invalid,
                "no_line",
                format!("No line sends {}", request.channel),
                "Connect one first, or start the practice lines",
            )
        });
    };
    let route = match request.route.is_empty() {
        true => Vec::new(),
        false => candidates[best + 1..].iter().map(|line| line.id()).collect(),
    };
    Ok((line, route))
}
