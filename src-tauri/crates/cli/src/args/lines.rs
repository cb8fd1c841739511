//! Words about lines, and about running them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::pair;

/// `serve`
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// The gateway's port; the next free one when it is taken
    #[arg(long, env = "SIGNALBOX_PORT", default_value_t = signalbox_gateway::DEFAULT_PORT)]
    pub port: u16,
    /// Where providers reach this gateway, for example a tunnel's address
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Start the practice lines
    #[arg(long)]
    pub practice: bool,
    /// Show the page in this folder instead of the one inside this program
    #[arg(long, value_name = "DIR")]
    pub board: Option<PathBuf>,
}

/// `connect`
#[derive(Debug, Clone, Args)]
pub struct ConnectArgs {
    /// twilio, resend or smtp
    pub provider: String,
    /// What people at the desk call it
    #[arg(long)]
    pub name: String,
    /// production, sandbox, practice or custom
    #[arg(long, default_value = "production")]
    pub env: String,
    /// A setting that is no secret
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// A secret: @env:NAME, @file:PATH or - for standard input
    #[arg(long = "secret", value_name = "FIELD=FROM")]
    pub secret: Vec<String>,
    /// Another address in place of one of the provider's own
    #[arg(long = "url", value_name = "VAR=URL", value_parser = pair)]
    pub url: Vec<(String, String)>,
    /// The same as --url api=URL
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Only try it; nothing is kept
    #[arg(long)]
    pub dry_run: bool,
}

/// `reconnect`
#[derive(Debug, Clone, Args)]
pub struct ReconnectArgs {
    /// Id or name of the line
    pub line: String,
    /// Its new name
    #[arg(long)]
    pub name: Option<String>,
    /// A setting that is no secret
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// A secret: @env:NAME, @file:PATH or - for standard input
    #[arg(long = "secret", value_name = "FIELD=FROM")]
    pub secret: Vec<String>,
}

/// One line.
#[derive(Debug, Clone, Args)]
pub struct LineArgs {
    /// Id or name of the line
    pub line: String,
}

/// `remove`
#[derive(Debug, Clone, Args)]
pub struct RemoveArgs {
    /// Id or name of the line
    pub line: String,
    /// What becomes of its waiting messages
    #[arg(long, value_enum, default_value_t = Waiting::KeepAsFailed)]
    pub waiting: Waiting,
}

/// What becomes of a removed line's waiting messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Waiting {
    /// They are cancelled
    Cancel,
    /// They stay, as failed, to be sent another way
    #[value(alias = "keep_as_failed")]
    KeepAsFailed,
}

/// `test`
#[derive(Debug, Clone, Args)]
pub struct TestArgs {
    /// Id or name of the line
    pub line: String,
    /// To whom
    #[arg(long)]
    pub to: String,
    /// Another text than the usual one
    #[arg(long)]
    pub body: Option<String>,
}
