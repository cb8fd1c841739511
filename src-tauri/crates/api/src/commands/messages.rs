//! Messages: sending one, looking at one, listing and searching many.

use signalbox_domain::MessageId;
use signalbox_engine::SendRequest;

use super::ById;
use crate::filter::{self, MessagesArgs};
use crate::shapes::live::Tag::{Connections, Messages, Settings, Suppressions};
use crate::shapes::message::{Message, MessageDetail, MessageList};
use crate::shapes::send::{Preview, SendArgs};
use crate::shown::LinesNow;
use crate::table::{Command, Context, read, write};
use crate::{Api, ApiError};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        write("send", "Accept a message; when this answers, it is on disk", &[Messages], send),
        read(
            "preview",
            "What a message would be; nothing is stored",
            &[Connections, Suppressions, Settings],
            preview,
        ),
        read("messages", "Messages, newest first, filtered or searched", &[Messages], list),
        read("message", "One message with its text and everything that happened", &[Messages], one),
    ]
}

fn request(args: SendArgs) -> Result<SendRequest, ApiError> {
    if args.connection.is_some() && args.route.as_ref().is_some_and(|route| !route.is_empty()) {
        return Err(ApiError::invalid(
            "route",
            "A message leaves by one line or along a route, not both",
            "Give `connection` or `route`",
        ));
    }
    Ok(SendRequest {
        channel: args.channel,
        to: args.to,
        body: args.body,
        subject: args.subject,
        fields: args.fields,
        connection: args.connection,
        route: args.route.unwrap_or_default(),
        send_at: args.send_at,
        useful_until: args.useful_until,
        idempotency_key: args.idempotency_key,
        name: args.name,
    })
}

async fn send(on: Context, args: SendArgs) -> Result<Message, ApiError> {
    Ok(accept(&on, args).await?.0)
}

/// Accepts a message, and tells whether it is new.
pub(crate) async fn accept(on: &Context, args: SendArgs) -> Result<(Message, bool), ApiError> {
    let sent = on.api.engine().send(request(args)?, &on.caller.actor).await?;
    Ok((shaped(&on.api, sent.id).await?, sent.new))
}

async fn preview(on: Context, args: SendArgs) -> Result<Preview, ApiError> {
    let preview = on.api.engine().preview(&request(args)?).await?;
    Ok(Preview {
        to: preview.to,
        connection: preview.connection,
        subject: preview.subject,
        body: preview.body,
        segments: preview.segments,
        send_at: preview.send_at.map(Into::into),
        useful_until: preview.useful_until.into(),
        notes: preview.notes,
    })
}

async fn list(on: Context, args: MessagesArgs) -> Result<MessageList, ApiError> {
    filter::page(&on.api, args).await
}

async fn one(on: Context, args: ById<MessageId>) -> Result<MessageDetail, ApiError> {
    let whole = on.api.engine().store().message(args.id).await.map_err(no_message)?;
    let mut lines = LinesNow::of(&on.api);
    lines.complete(&on.api, std::iter::once(whole.row.connection)).await?;
    Ok(lines.detail(whole))
}

/// One message as a list shows it.
pub(crate) async fn shaped(api: &Api, id: MessageId) -> Result<Message, ApiError> {
    let row = api.engine().store().rows(vec![id]).await?.pop();
    let row = row.ok_or_else(|| no_message(signalbox_store::StoreError::NotFound))?;
    let mut lines = LinesNow::of(api);
    lines.complete(api, std::iter::once(row.connection)).await?;
    Ok(lines.message(row))
}

/// A store's "not found" said of a message.
pub(crate) fn no_message(error: signalbox_store::StoreError) -> ApiError {
    match error {
        signalbox_store::StoreError::NotFound => {
            signalbox_engine::Refusal::not_found("message").into()
        }
        other => other.into(),
    }
}
