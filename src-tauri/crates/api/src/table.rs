//! The command table: what a command is, and how one is declared.
//!
//! A command is declared once, by [`read`] or [`write`], beside its function in `commands`. From
//! that come the router, the list with JSON schemas and the TypeScript client.

use std::future::Future;
use std::pin::Pin;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::TS;

use crate::bindings::Types;
use crate::shapes::live::Tag;
use crate::{Api, ApiError, Caller, arguments};

/// Whether a command changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It only looks. Its tags say which changes make its answer old.
    Read,
    /// It changes something. Its tags say what.
    Write,
}

/// What a command runs with.
pub(crate) struct Context {
    pub(crate) api: Api,
    pub(crate) caller: Caller,
}

type Answer = Pin<Box<dyn Future<Output = Result<Value, ApiError>> + Send>>;
type Run = Box<dyn Fn(Context, Value) -> Answer + Send + Sync>;

/// One command.
pub struct Command {
    /// Its name at every door.
    pub name: &'static str,
    /// Whether it changes anything.
    pub kind: Kind,
    /// What it shows, or what it changes.
    pub tags: &'static [Tag],
    /// What it does, in one sentence.
    pub about: &'static str,
    run: Run,
    args_schema: fn(SchemaGenerator) -> Schema,
    result_schema: fn(SchemaGenerator) -> Schema,
    types: fn(&mut Types) -> (String, String),
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Command({})", self.name)
    }
}

impl Command {
    pub(crate) fn call(&self, context: Context, args: Value) -> Answer {
        (self.run)(context, args)
    }

    /// JSON schema of the arguments, complete in itself.
    #[must_use]
    pub fn args_schema(&self) -> Schema {
        (self.args_schema)(SchemaSettings::draft2020_12().into_generator())
    }

    /// JSON schema of the result, complete in itself.
    #[must_use]
    pub fn result_schema(&self) -> Schema {
        (self.result_schema)(SchemaSettings::draft2020_12().for_serialize().into_generator())
    }

    /// TypeScript names of the arguments and the result.
    pub(crate) fn types(&self, types: &mut Types) -> (String, String) {
        (self.types)(types)
    }
}

/// Declares a command that only looks.
pub(crate) fn read<A, R, F>(
    name: &'static str,
    about: &'static str,
    tags: &'static [Tag],
    run: impl Fn(Context, A) -> F + Clone + Send + Sync + 'static,
) -> Command
where
    A: DeserializeOwned + JsonSchema + TS + Send + 'static,
    R: Serialize + JsonSchema + TS + 'static,
    F: Future<Output = Result<R, ApiError>> + Send,
{
    command(name, Kind::Read, about, tags, run)
}

/// Declares a command that changes something.
pub(crate) fn write<A, R, F>(
    name: &'static str,
    about: &'static str,
    tags: &'static [Tag],
    run: impl Fn(Context, A) -> F + Clone + Send + Sync + 'static,
) -> Command
where
    A: DeserializeOwned + JsonSchema + TS + Send + 'static,
    R: Serialize + JsonSchema + TS + 'static,
    F: Future<Output = Result<R, ApiError>> + Send,
{
    command(name, Kind::Write, about, tags, run)
}

fn command<A, R, F>(
    name: &'static str,
    kind: Kind,
    about: &'static str,
    tags: &'static [Tag],
    run: impl Fn(Context, A) -> F + Clone + Send + Sync + 'static,
) -> Command
where
    A: DeserializeOwned + JsonSchema + TS + Send + 'static,
    R: Serialize + JsonSchema + TS + 'static,
    F: Future<Output = Result<R, ApiError>> + Send,
{
    let run = move |context, args| -> Answer {
        let run = run.clone();
        Box::pin(async move {
            let result = run(context, arguments::read(name, args)?).await?;
            serde_json::to_value(result).map_err(|error| ApiError::internal(&error.to_string()))
        })
    };
    Command {
        name,
        kind,
        tags,
        about,
        run: Box::new(run),
        args_schema: SchemaGenerator::into_root_schema_for::<A>,
        result_schema: SchemaGenerator::into_root_schema_for::<R>,
        types: |types| (types.name::<A>(), types.name::<R>()),
    }
}
