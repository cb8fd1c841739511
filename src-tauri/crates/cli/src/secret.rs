//! Where a secret comes from on a command line: an environment variable, a file, or standard input. Never the command
//! line itself, which every program on the machine can read.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::str::FromStr;

use signalbox_vault::SecretString;

use crate::stop::Stop;

/// Credentials are small; a whole key file is still far below.
const MOST_BYTES: u64 = 64 * 1024;

/// `@env:NAME`, `@file:PATH` or `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file; one newline at its end does not count.
    File(PathBuf),
    /// Standard input to its end; one newline there does not count.
    Input,
}

impl FromStr for SecretSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("@env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("@file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ if text == "-" => Ok(Self::Input),
            // The text is not repeated: it may be the secret itself.
            _ => Err("give @env:NAME, @file:PATH or - (standard input), never the secret itself"
                .to_owned()),
        }
    }
}

impl SecretSource {
    /// Reads the secret.
    ///
    /// # Errors
    /// Which place has none, without saying anything of its content.
    pub fn read(&self) -> Result<SecretString, Stop> {
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| {
                Stop::usage(format!("The environment variable {name} is not set, or is no text"))
            })?,
            Self::File(path) => {
                let file = File::open(path).map_err(|error| {
                    Stop::usage(format!("{} cannot be read: {}", path.display(), error.kind()))
                })?;
                read(file).map_err(|why| Stop::usage(format!("{}: {why}", path.display())))?
            }
            Self::Input => read(std::io::stdin().lock())
                .map_err(|why| Stop::usage(format!("Standard input: {why}")))?,
        };
        let text = text
            .strip_suffix('\n')
            .map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
        if text.is_empty() {
            return Err(Stop::usage("A secret is empty".to_owned()));
        }
        Ok(SecretString::from(text))
    }
}

fn read(source: impl Read) -> Result<String, &'static str> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|_| "it cannot be read")?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err("it is far too large for a secret");
    }
    String::from_utf8(bytes).map_err(|_| "it is no text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_vault::ExposeSecret;

    #[test]
    fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
        for text in ["hunter2", "@env:", "@file:", "env:NAME", ""] {
            let error = text.parse::<SecretSource>().expect_err(text);
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert_eq!("-".parse(), Ok(SecretSource::Input));
        assert_eq!("@env:A:B".parse(), Ok(SecretSource::Env("A:B".to_owned())));
    }

    #[test]
    fn the_newline_that_editors_add_is_no_part_of_a_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        for (text, expect) in
            [("abc\n", "abc"), ("abc\r\n", "abc"), ("abc \n\n", "abc \n"), ("abc", "abc")]
        {
            std::fs::write(&path, text).expect("written");
            let secret = SecretSource::File(path.clone()).read().expect("a secret");
            assert_eq!(secret.expose_secret(), expect);
        }
        std::fs::write(&path, "\n").expect("written");
        assert!(SecretSource::File(path).read().is_err(), "an empty secret is a mistake");
    }
}
