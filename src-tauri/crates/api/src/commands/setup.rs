//! Connecting: what there is to connect, trying it, keeping it, changing it.

use std::collections::BTreeMap;

use signalbox_engine::{LinePatch, NewLine, RefusalKind};
use signalbox_providers::ProbeOutcome;
use signalbox_providers::catalogue;
use signalbox_vault::SecretString;

use super::lines::shaped;
use crate::ApiError;
use crate::shapes::connection::{Connection, Probe};
use crate::shapes::list::{Items, Nothing};
use crate::shapes::live::Tag::{Changes, Connections, Health, Messages};
use crate::shapes::provider::{ConnectArgs, FieldKind, ProviderField, ProviderInfo, UpdateArgs};
use crate::table::{Command, Context, read, write};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read("providers", "What can be connected, and what each asks for", &[], providers),
        write("connect", "Connect a line", &[Connections, Health, Messages, Changes], connect),
        write("connect_check", "Try a line without keeping anything", &[], connect_check),
        write(
            "connection_update",
            "Change a line, or give it a new credential",
            &[Connections, Health, Messages, Changes],
            update,
        ),
        write(
            "practice_start",
            "Make or wake the practice lines",
            &[Connections, Health, Changes],
            practice_start,
        ),
    ]
}

async fn providers(_: Context, _: Nothing) -> Result<Items<ProviderInfo>, ApiError> {
    Ok(Items::all(catalogue::providers().iter().map(provider).collect()))
}

fn provider(info: &catalogue::ProviderInfo) -> ProviderInfo {
    ProviderInfo {
        key: info.key.into(),
        name: info.name.into(),
        channel: info.channel,
        multiple: info.multiple,
        environments: info.environments.to_vec(),
        fields: info.fields.iter().map(field).collect(),
        webhook: info.webhook,
        docs_url: info.docs_url.into(),
    }
}

fn field(field: &catalogue::Field) -> ProviderField {
    ProviderField {
        key: field.key.into(),
        label: field.label.into(),
        hint: field.hint.into(),
        example: field.example.into(),
        pattern: field.pattern.map(str::to_owned),
        required: field.required,
        secret: field.secret,
        kind: match field.kind {
            catalogue::FieldKind::Text => FieldKind::Text,
            catalogue::FieldKind::Password => FieldKind::Password,
            catalogue::FieldKind::Choice => FieldKind::Choice,
            catalogue::FieldKind::Number => FieldKind::Number,
            catalogue::FieldKind::Email => FieldKind::Email,
            catalogue::FieldKind::Phone => FieldKind::Phone,
        },
        choices: field.choices.map(|choices| choices.iter().map(|&choice| choice.into()).collect()),
    }
}

fn new_line(args: ConnectArgs) -> NewLine {
    NewLine {
        provider: args.provider,
        name: args.name,
        environment: args.environment,
        fields: args.fields,
        secrets: sealed(args.secrets),
        urls: args.urls.unwrap_or_default(),
    }
}

fn sealed(secrets: BTreeMap<String, String>) -> BTreeMap<String, SecretString> {
    secrets.into_iter().map(|(key, secret)| (key, SecretString::from(secret))).collect()
}

async fn connect(on: Context, args: ConnectArgs) -> Result<Connection, ApiError> {
    let (test, new) = (args.test.unwrap_or_default(), new_line(args));
    let engine = on.api.engine();
    if test && let (ProbeOutcome::Failed(failure), _) = engine.connect_check(new.clone()).await? {
        let say = format!("{}. Nothing was kept", failure.say.trim_end_matches('.'));
        return Err(ApiError::new(RefusalKind::Invalid, "probe_failed", say, failure.remedy));
    }
    let id = engine.connect(new, &on.caller.actor).await?;
    shaped(&on.api, id).await
}

async fn connect_check(on: Context, args: ConnectArgs) -> Result<Probe, ApiError> {
    let at = on.api.engine().clock().now().into();
    let (outcome, took) = on.api.engine().connect_check(new_line(args)).await?;
    Ok(match outcome {
        ProbeOutcome::Passed { account, .. } => Probe {
            at,
            ok: true,
            latency_ms: Some(took),
            say: account.map(|account| format!("Signed in as {account}")),
            code: None,
        },
        ProbeOutcome::Failed(failure) => Probe {
            at,
            ok: false,
            latency_ms: Some(took),
            say: Some(crate::wording::numbers::sentences([failure.say.as_str(), &failure.remedy])),
            code: Some(failure.code),
        },
    })
}

async fn update(on: Context, args: UpdateArgs) -> Result<Connection, ApiError> {
    let patch = LinePatch {
        name: args.name,
        fields: args.fields.unwrap_or_default(),
        secrets: sealed(args.secrets.unwrap_or_default()),
    };
    on.api.engine().update_line(args.id, patch, &on.caller.actor).await?;
    shaped(&on.api, args.id).await
}

async fn practice_start(on: Context, _: Nothing) -> Result<Items<Connection>, ApiError> {
    let ids = on.api.engine().start_practice(&on.caller.actor).await?;
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        items.push(shaped(&on.api, id).await?);
    }
    Ok(Items::all(items))
}
