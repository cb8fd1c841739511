//! Words about everything else: receipts, settings, tokens, copies of the store.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `receipts`
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ReceiptsArgs {
    /// What to do with them; without it they are listed
    #[command(subcommand)]
    pub act: Option<ReceiptsVerb>,
    /// Only processed, dead or pending ones
    #[arg(long)]
    pub state: Option<String>,
    /// Which page
    #[command(flatten)]
    pub page: PageArgs,
}

/// What can be done with receipts.
#[derive(Debug, Clone, Subcommand)]
pub enum ReceiptsVerb {
    /// Work dead receipts off again
    Replay {
        /// Only these; without any, all dead ones
        ids: Vec<String>,
    },
}

/// One page of a list.
#[derive(Debug, Clone, Args)]
pub struct PageArgs {
    /// `next` of the page before
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// Rows of a page
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub limit: Option<u16>,
}

/// `settings`
#[derive(Debug, Clone, Subcommand)]
pub enum SettingsVerb {
    /// Show all settings, or one
    Get {
        /// Its name
        name: Option<String>,
    },
    /// Change settings: NAME=VALUE …, where VALUE is text or JSON
    Set {
        /// The settings
        #[arg(required = true, value_name = "NAME=VALUE")]
        settings: Vec<String>,
    },
}

/// `token`
#[derive(Debug, Clone, Subcommand)]
pub enum TokenVerb {
    /// Make one; it is shown once
    Create {
        /// What it is for; Token 1 or the next that is free when nobody says
        name: Option<String>,
        /// The same, by its own name
        #[arg(long = "name", value_name = "NAME", conflicts_with = "name")]
        called: Option<String>,
    },
    /// Show which there are
    List,
    /// Make one useless
    Revoke {
        /// Its id
        id: String,
    },
}

/// `backup`
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// The file to make
    pub path: Option<PathBuf>,
}

/// `restore`
#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// The backup
    pub path: PathBuf,
}

/// `call`
#[derive(Debug, Clone, Args)]
pub struct CallArgs {
    /// The command's name
    pub command: String,
    /// Its arguments, one JSON object; - reads standard input
    #[arg(value_name = "JSON")]
    pub args: Option<String>,
}
