//! Words about messages: sending them, finding them, deciding about them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::pair;

/// `send`
#[derive(Debug, Clone, Args)]
pub struct SendArgs {
    /// To whom: a phone number or a mail address
    #[arg(long)]
    pub to: String,
    /// The text; {name} and the like are filled in from --field. - reads standard input
    #[arg(long, alias = "text")]
    pub body: String,
    /// sms, whatsapp or email [default: email for addresses with @, else sms]
    #[arg(long)]
    pub channel: Option<String>,
    /// The subject of a mail
    #[arg(long)]
    pub subject: Option<String>,
    /// A value for {FIELD} in the text
    #[arg(long = "field", value_name = "FIELD=VALUE", value_parser = pair)]
    pub field: Vec<(String, String)>,
    /// The line to use: id or name
    #[arg(long, alias = "line", value_name = "LINE")]
    pub connection: Option<String>,
    /// The lines to try, in this order
    #[arg(long, value_name = "LINE,…", value_delimiter = ',')]
    pub route: Vec<String>,
    /// Not before: 2026-12-01T09:00:00Z, or local as "2026-12-01 09:00"
    #[arg(long, value_name = "WHEN")]
    pub send_at: Option<String>,
    /// Not after
    #[arg(long, value_name = "WHEN")]
    pub useful_until: Option<String>,
    /// The same key and content never send twice
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    /// The recipient's name
    #[arg(long)]
    pub name: Option<String>,
    /// Wait until it is decided: taken by the provider, refused, held or unknown
    #[arg(long)]
    pub wait: bool,
    /// Longest wait in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 180, requires = "wait")]
    pub patience: u32,
    /// Only say what it would be; nothing is kept
    #[arg(long, conflicts_with = "wait")]
    pub dry_run: bool,
}

/// `import`
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// The CSV file; - reads standard input
    pub file: PathBuf,
    /// Which column is which field: to, name, body, subject, send_at, useful_until, or a {FIELD} of the text
    #[arg(long, required = true, value_name = "COL=FIELD,…", value_delimiter = ',', value_parser = pair)]
    pub map: Vec<(String, String)>,
    /// sms, whatsapp or email
    #[arg(long, default_value = "sms")]
    pub channel: String,
    /// The text for every row
    #[arg(long)]
    pub body: Option<String>,
    /// The subject for every row
    #[arg(long)]
    pub subject: Option<String>,
    /// The line to use: id or name
    #[arg(long, alias = "line", value_name = "LINE")]
    pub connection: Option<String>,
    /// The country of numbers without one, such as US
    #[arg(long)]
    pub country: Option<String>,
    /// What to call the batch
    #[arg(long)]
    pub name: Option<String>,
    /// Not before
    #[arg(long, value_name = "WHEN")]
    pub send_at: Option<String>,
    /// Not after
    #[arg(long, value_name = "WHEN")]
    pub useful_until: Option<String>,
    /// The same key and content never send twice
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    /// Only check the rows; nothing is sent
    #[arg(long)]
    pub dry_run: bool,
}

/// `messages`
#[derive(Debug, Clone, Args)]
pub struct MessagesArgs {
    /// Words in recipient, text or failure
    #[arg(long, short = 'q')]
    pub q: Option<String>,
    /// Only these states
    #[arg(long, value_delimiter = ',')]
    pub state: Vec<String>,
    /// Only these channels
    #[arg(long, value_delimiter = ',')]
    pub channel: Vec<String>,
    /// Only these lines: ids or names
    #[arg(long, value_delimiter = ',', value_name = "LINE,…")]
    pub connection: Vec<String>,
    /// Only this batch
    #[arg(long)]
    pub batch: Option<String>,
    /// Only this cause of failure
    #[arg(long)]
    pub cause: Option<String>,
    /// Made at or after
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Made before
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// `next` of the page before
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// `prev` of the page after
    #[arg(long, value_name = "CURSOR")]
    pub before: Option<String>,
    /// Rows of a page
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub limit: Option<u16>,
}

/// One message.
#[derive(Debug, Clone, Args)]
pub struct IdArgs {
    /// Its id
    pub id: String,
}

/// Some messages.
#[derive(Debug, Clone, Args)]
pub struct IdsArgs {
    /// Their ids
    #[arg(required = true)]
    pub ids: Vec<String>,
}

/// Messages by id, or all of one cause.
#[derive(Debug, Clone, Args)]
pub struct WhichArgs {
    /// Their ids
    #[arg(required_unless_present = "cause", conflicts_with = "cause")]
    pub ids: Vec<String>,
    /// All of this cause
    #[arg(long)]
    pub cause: Option<String>,
    /// Of that cause, not these
    #[arg(
        long,
        value_name = "ID,…",
        value_delimiter = ',',
        requires = "cause",
        conflicts_with = "ids"
    )]
    pub except: Vec<String>,
}

/// `retry`
#[derive(Debug, Clone, Args)]
pub struct RetryArgs {
    /// Which messages
    #[command(flatten)]
    pub which: WhichArgs,
    /// Only say what it would do
    #[arg(long)]
    pub dry_run: bool,
}

/// `release`
#[derive(Debug, Clone, Args)]
pub struct ReleaseArgs {
    /// Only these messages
    pub ids: Vec<String>,
    /// Only those of this line: id or name
    #[arg(long, alias = "line", value_name = "LINE")]
    pub connection: Option<String>,
    /// Only those held for this reason
    #[arg(long)]
    pub reason: Option<String>,
    /// Only say what it would do
    #[arg(long)]
    pub dry_run: bool,
}

/// `resolve`
#[derive(Debug, Clone, Args)]
pub struct ResolveArgs {
    /// The message
    pub id: String,
    /// What is so
    #[arg(value_enum)]
    pub r#as: Resolution,
}

/// What a person decides of an unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Resolution {
    /// It was sent
    Sent,
    /// Send it again
    Again,
    /// Do not send it
    Drop,
}
