//! The words of the command line, exactly as the design lists them. What they do is not decided here.

mod desk;
mod lines;
mod messages;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use desk::*;
pub use lines::*;
pub use messages::*;

/// Signalbox from a terminal: the same commands as the window.
#[derive(Debug, Parser)]
#[command(
    name = "signalbox-cli",
    version,
    disable_help_subcommand = false,
    propagate_version = true
)]
pub struct Cli {
    /// What holds for every verb.
    #[command(flatten)]
    pub everywhere: Everywhere,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
pub struct Everywhere {
    /// The folder with everything Signalbox keeps [default: this system's data folder]
    #[arg(long, global = true, env = "SIGNALBOX_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Print exactly one JSON value on standard output (`live`: one per line)
    #[arg(long, global = true)]
    pub json: bool,
    /// Where the key to the credentials is [default: the keyring, or the passphrase this home has]
    #[arg(long, global = true, env = "SIGNALBOX_VAULT", value_enum, value_name = "WHERE")]
    pub vault: Option<VaultChoice>,
    /// The passphrase: @env:NAME or @file:PATH
    // Taken as plain text and read later, as all secrets: clap would repeat what it cannot read on the screen.
    #[arg(long, global = true, value_name = "FROM")]
    pub passphrase: Option<String>,
}

/// Where the key to the credentials is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VaultChoice {
    /// In this computer's keyring
    Keyring,
    /// In the home, under a passphrase
    Passphrase,
    /// In memory until Signalbox stops
    Session,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run Signalbox without a window: lines, gateway and the board in a browser
    Serve(ServeArgs),
    /// How this home stands
    Status,
    /// Connect a line: twilio, resend or smtp
    Connect(ConnectArgs),
    /// The lines
    Connections,
    /// Give a line new settings or credentials
    Reconnect(ReconnectArgs),
    /// Send nothing by a line, still take its receipts
    Pause(LineArgs),
    /// Let a paused line work again
    Resume(LineArgs),
    /// Neither send by a line nor take its receipts
    Disable(LineArgs),
    /// Let a disabled line work again
    Enable(LineArgs),
    /// Check a line now
    Check(LineArgs),
    /// Remove a line and its credentials
    Remove(RemoveArgs),
    /// Send a real message through one line
    Test(TestArgs),
    /// Send a message
    Send(Box<SendArgs>),
    /// Send a message to every row of a CSV file
    Import(Box<ImportArgs>),
    /// The batches made by imports
    Batches,
    /// List or search messages
    Messages(Box<MessagesArgs>),
    /// One message with its timeline
    Message(IdArgs),
    /// What is failing, grouped by cause
    Causes,
    /// Try failed messages again
    Retry(RetryArgs),
    /// What waits, and why
    Holds,
    /// Let held messages go
    Release(ReleaseArgs),
    /// Decide a message whose outcome is unknown
    Resolve(ResolveArgs),
    /// Take failed messages off the list
    Dismiss(WhichArgs),
    /// Put dismissed messages back on the list
    Undismiss(WhichArgs),
    /// Cancel messages that have not left
    Cancel(IdsArgs),
    /// What the providers reported
    Receipts(ReceiptsArgs),
    /// The checks of every line
    Health,
    /// What changed
    Changes(PageArgs),
    /// Read or change the settings
    Settings {
        /// What to do with them; without it, all are shown
        #[command(subcommand)]
        act: Option<SettingsVerb>,
    },
    /// Tokens for other programs
    Token {
        /// What to do
        #[command(subcommand)]
        act: TokenVerb,
    },
    /// Start the practice lines of a running Signalbox
    Practice,
    /// Copy the store to a file while it is in use
    Backup(BackupArgs),
    /// Put a backup in the place of this home's store; Signalbox must be stopped
    Restore(RestoreArgs),
    /// Look for what could be wrong
    Doctor,
    /// Follow what happens, one event per line
    Live,
    /// Run any command of the table
    Call(CallArgs),
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_words_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_of_the_design_is_there() {
        for line in [
            "serve --port 0 --public-url https://hooks.example --practice",
            "connect twilio --name A --env custom --set account_sid=AC1 --secret auth_token=@env:T --base-url http://127.0.0.1:1",
            "pause x",
            "remove x",
            "test x --to +15550100142",
            "send --to +15550100142 --body Hi --wait",
            "import f.csv --map Phone=to,Who=name --body Hi",
            "messages --state held,queued --limit 5",
            "message 01hq3v8m2k7c4",
            "retry a b --dry-run",
            "retry --cause k",
            "holds",
            "release",
            "resolve 01hq3v8m2k7c4 again",
            "dismiss --cause k",
            "receipts",
            "receipts replay",
            "settings",
            "settings get zone",
            "settings set zone=Europe/Berlin",
            "token create till",
            "token create --name till",
            "token create",
            "backup",
            "restore f.db",
            "live --json",
            "call status {}",
        ] {
            let words = std::iter::once("signalbox-cli").chain(line.split(' '));
            Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        for line in [
            "retry",
            "retry a --cause b",
            "resolve a maybe",
            "import f.csv",
            "messages --limit 0",
            "fly",
        ] {
            let words = std::iter::once("signalbox-cli").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_err(), "{line} must be refused");
        }
    }
}
