//! People who do not want to be written to.

use schemars::JsonSchema;
use serde::Deserialize;
use signalbox_domain::Channel;
use signalbox_domain::email::EmailAddress;
use signalbox_domain::phone::PhoneNumber;
use ts_rs::TS;

use crate::shapes::instant::At;
use crate::shapes::list::{self, List};
use crate::shapes::live::Tag::{Messages, Suppressions};
use crate::shapes::suppression::{SuppressArgs, Suppression, UnsuppressArgs, Unsuppressed};
use crate::table::{Command, Context, read, write};
use crate::{Api, ApiError};

/// Longest reason.
const LONGEST_WHY: usize = 200;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read("suppressions", "Addresses that are not written to", &[Suppressions], suppressions),
        write("suppress", "Never write to an address again", &[Suppressions, Messages], suppress),
        write("unsuppress", "Write to an address again", &[Suppressions, Messages], unsuppress),
    ]
}

/// Which addresses.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct SuppressionsArgs {
    /// `next` of the page before.
    after: Option<String>,
    /// Only addresses that begin so.
    q: Option<String>,
    /// 1 to 200, else 50.
    limit: Option<u32>,
}

async fn suppressions(on: Context, args: SuppressionsArgs) -> Result<List<Suppression>, ApiError> {
    let limit = list::limit(args.limit)?;
    let after = args.after.as_deref().map(place).transpose()?;
    let starting = args.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    let rows = on.api.engine().store().suppressions(starting, after, limit + 1).await?;
    let rows = rows.into_iter().map(Suppression::from).collect();
    Ok(List::page(rows, limit, |row| format!("{}:{}", row.channel, row.address)))
}

fn place(cursor: &str) -> Result<(Channel, String), ApiError> {
    let parts = cursor
        .split_once(':')
        .and_then(|(channel, address)| Some((channel.parse().ok()?, address.to_owned())));
    parts.ok_or_else(|| {
        ApiError::invalid(
            "after",
            "“after” is no place in this list",
            "Take it from `next` of the page before, as it is",
        )
    })
}

/// An address in the form in which messages are compared with it.
fn normalised(api: &Api, channel: Channel, typed: &str) -> Result<String, ApiError> {
    let refused = |why: String| ApiError::invalid("address", why, "Correct the address");
    match channel {
        Channel::Sms | Channel::Whatsapp => {
            PhoneNumber::parse(typed, api.engine().settings().country)
                .map(|number| number.as_str().to_owned())
                .map_err(|error| refused(error.to_string()))
        }
        Channel::Email => EmailAddress::parse(typed)
            .map(|address| address.as_str().to_owned())
            .map_err(|error| refused(error.to_string())),
    }
}

async fn suppress(on: Context, args: SuppressArgs) -> Result<Suppression, ApiError> {
    let why = args.why.split_whitespace().collect::<Vec<_>>().join(" ");
    if why.is_empty() || why.chars().count() > LONGEST_WHY {
        return Err(ApiError::invalid(
            "why",
            format!("The reason has 1 to {LONGEST_WHY} characters"),
            "Say who asked for it and how, such as: told us on the phone",
        ));
    }
    let address = normalised(&on.api, args.channel, &args.address)?;
    let engine = on.api.engine();
    let at = engine.clock().now().timestamp_millis();
    let source = format!("{why} ({})", on.caller.actor);
    engine.store().set_consent(args.channel, address.clone(), false, source.clone(), at).await?;
    engine.changed(&[signalbox_engine::Tag::Suppressions, signalbox_engine::Tag::Messages]);
    Ok(Suppression { channel: args.channel, address, since: At::ms(at), source })
}

async fn unsuppress(on: Context, args: UnsuppressArgs) -> Result<Unsuppressed, ApiError> {
    let address = normalised(&on.api, args.channel, &args.address)?;
    let engine = on.api.engine();
    let known = engine.store().suppressed_among(args.channel, vec![address.clone()]).await?;
    if known.is_empty() {
        return Ok(Unsuppressed { removed: false });
    }
    let at = engine.clock().now().timestamp_millis();
    let source = format!("lifted ({})", on.caller.actor);
    engine.store().set_consent(args.channel, address, true, source, at).await?;
    engine.changed(&[signalbox_engine::Tag::Suppressions, signalbox_engine::Tag::Messages]);
    Ok(Unsuppressed { removed: true })
}
