//! API tokens: made, listed, revoked. Only their hash is kept.

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use signalbox_domain::TokenId;
use signalbox_store::StoreError;
use ts_rs::TS;

use super::ById;
use crate::ApiError;
use crate::shapes::list::{Items, Nothing};
use crate::shapes::live::Tag::Tokens;
use crate::shapes::token::{NewToken, Revoked, Token};
use crate::table::{Command, Context, read, write};

/// Longest name of a token.
const LONGEST_NAME: usize = 60;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        read("tokens", "API tokens, without their secrets", &[Tokens], tokens),
        write("token_create", "Make an API token; its secret is shown once", &[Tokens], create),
        write("token_revoke", "Make an API token useless", &[Tokens], revoke),
    ]
}

/// What is kept of a token. 256 random bits need no slow hash.
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

async fn tokens(on: Context, _: Nothing) -> Result<Items<Token>, ApiError> {
    let rows = on.api.engine().store().tokens().await?;
    Ok(Items::all(rows.into_iter().map(Token::from).collect()))
}

/// A token to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(crate) struct TokenCreateArgs {
    /// What it is for; it appears in timelines. Without one it is called Token 1, or the next that is
    /// free.
    name: Option<String>,
}

async fn create(on: Context, args: TokenCreateArgs) -> Result<NewToken, ApiError> {
    let engine = on.api.engine();
    let taken: Vec<_> = engine.store().tokens().await?.into_iter().map(|row| row.name).collect();
    let name = match args.name {
        Some(name) => name.split_whitespace().collect::<Vec<_>>().join(" "),
        None => next_free(&taken),
    };
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        return Err(ApiError::invalid(
            "name",
            format!("A token needs a name of at most {LONGEST_NAME} characters"),
            "Name the program that will use it",
        ));
    }
    if taken.contains(&name) {
        return Err(ApiError::invalid(
            "name",
            format!("There is already a token called {name}"),
            "Choose another name, so that timelines tell the two apart",
        ));
    }
    let token = secret()?;
    let at = engine.clock().now().timestamp_millis();
    let id = engine.store().add_token(name.clone(), token_hash(&token), at).await?;
    engine.changed(&[signalbox_engine::Tag::Tokens]);
    Ok(NewToken { id, name, token })
}

fn next_free(taken: &[String]) -> String {
    let mut n = 1;
    while taken.contains(&format!("Token {n}")) {
        n += 1;
    }
    format!("Token {n}")
}

/// `sbx_` and 256 random bits: the prefix lets scanners for leaked secrets find it.
fn secret() -> Result<String, ApiError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::internal(&error.to_string()))?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sbx_{hex}"))
}

async fn revoke(on: Context, args: ById<TokenId>) -> Result<Revoked, ApiError> {
    let engine = on.api.engine();
    engine.store().remove_token(args.id).await.map_err(|error| match error {
        StoreError::NotFound => signalbox_engine::Refusal::not_found("token").into(),
        other => ApiError::from(other),
    })?;
    engine.changed(&[signalbox_engine::Tag::Tokens]);
    Ok(Revoked { revoked: true })
}
