//! What was given on the command line, read into what the command table takes: pairs, secrets, settings, files.

use std::io::Read;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::secret::SecretSource;
use crate::stop::Stop;

/// Longest text read from a file or standard input; the owner's gateway takes no more.
const MOST_BYTES: u64 = 1024 * 1024;

/// `NAME=VALUE …` or `NAME VALUE`. A value that reads as JSON is JSON; everything else is text.
pub(super) fn settings_patch(settings: &[String]) -> Result<Value, Stop> {
    let pairs: Vec<(&str, &str)> = match settings {
        [name, value] if !name.contains('=') => vec![(name, value)],
        _ => settings
            .iter()
            .map(|text| {
                text.split_once('=')
                    .ok_or_else(|| Stop::usage(format!("“{text}” is not NAME=VALUE")))
            })
            .collect::<Result<_, _>>()?,
    };
    let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    Ok(pairs
        .into_iter()
        .map(|(name, text)| (name.to_owned(), value(text)))
        .collect::<Map<_, _>>()
        .into())
}

/// Secrets as the table takes them. They leave this process only through the owner's door on this machine.
pub(super) fn secrets(given: &[String]) -> Result<Map<String, Value>, Stop> {
    let mut secrets = Map::new();
    let mut inputs = 0;
    for (index, text) in given.iter().enumerate() {
        // What was given is never repeated: it may be the secret itself.
        let nth = index + 1;
        let bad = |why: &str| Stop::usage(format!("--secret number {nth}: {why}"));
        let (name, from) = text
            .split_once('=')
            .ok_or_else(|| bad("expected FIELD=@env:NAME, FIELD=@file:PATH or FIELD=-"))?;
        let source: SecretSource = from.parse().map_err(|why: String| bad(&why))?;
        inputs += usize::from(source == SecretSource::Input);
        if inputs > 1 {
            return Err(bad("standard input can only be read once"));
        }
        secrets.insert(name.trim().to_owned(), source.read()?.expose_secret().into());
    }
    Ok(secrets)
}

pub(super) fn object(pairs: &[(String, String)]) -> Map<String, Value> {
    pairs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect()
}

pub(super) fn put(args: &mut Value, name: &str, value: &Option<String>) {
    if let Some(value) = value {
        args[name] = value.clone().into();
    }
}

pub(super) fn put_list(args: &mut Value, name: &str, list: &[String]) {
    if !list.is_empty() {
        args[name] = list.into();
    }
}

pub(super) fn absolute(path: &Path) -> Result<String, Stop> {
    let whole: PathBuf = std::path::absolute(path)
        .map_err(|error| Stop::usage(format!("{}: {error}", path.display())))?;
    let text =
        whole.to_str().ok_or_else(|| Stop::usage(format!("{} is no text", whole.display())))?;
    Ok(text.to_owned())
}

pub(super) fn read_text(path: &Path) -> Result<String, Stop> {
    let bad = |why: &dyn std::fmt::Display| {
        Stop::usage(format!("{} cannot be read: {why}", path.display()))
    };
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| bad(&error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(bad(&"it is larger than 1 MiB; send it in parts"));
    }
    String::from_utf8(bytes).map_err(|_| bad(&"it is not UTF-8 text; save it as “CSV UTF-8”"))
}
