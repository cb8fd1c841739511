//! The command line and the environment of the window. What they mean is the terminal program's to say, so that both open
//! the same home in the same way.

use std::path::{Path, PathBuf};

use clap::Parser;
use signalbox_cli::args::Everywhere;
pub use signalbox_cli::args::VaultChoice;
use signalbox_cli::stop::Stop;

/// Keeps the lines between a business and its customers working.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "signalbox", version)]
pub struct Options {
    /// The folder with everything Signalbox keeps [default: this system's data folder]
    #[arg(long, env = "SIGNALBOX_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Start in the tray, where there is one
    #[arg(long)]
    pub hidden: bool,
    /// The gateway's port; the next free one when it is taken [default: 3000]
    #[arg(long, env = "SIGNALBOX_PORT", value_name = "N")]
    pub port: Option<u16>,
    /// Where providers reach the gateway, for example a tunnel's address
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Where the key to the credentials is [default: the keyring, or the passphrase this home has]
    #[arg(long, env = "SIGNALBOX_VAULT", value_name = "WHERE", value_enum)]
    pub vault: Option<VaultChoice>,
    /// The passphrase: @env:NAME or @file:PATH
    #[arg(long, value_name = "FROM")]
    pub passphrase: Option<String>,
}

impl Options {
    /// The home's folder.
    ///
    /// # Errors
    /// When none was given and this system has no usual place.
    pub fn home(&self) -> Result<PathBuf, Stop> {
        self.everywhere().home()
    }

    /// Whether this home is the one that a plain start opens.
    #[must_use]
    pub fn is_usual_home(home: &Path) -> bool {
        Self::default().home().is_ok_and(|usual| usual == home)
    }

    /// The same options in the terminal's words.
    pub(crate) fn everywhere(&self) -> Everywhere {
        let Self { home, vault, passphrase, .. } = self.clone();
        Everywhere { home, json: false, vault, passphrase }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_fit_together() {
        use clap::CommandFactory;
        Options::command().debug_assert();
    }

    #[test]
    fn a_relative_home_is_where_the_program_was_started() {
        let options = Options { home: Some("here".into()), ..Options::default() };
        let home = options.home().expect("a path");
        assert!(home.is_absolute(), "nothing may change it later: {}", home.display());
        assert!(!Options::is_usual_home(&home));
    }
}
