//! `signalbox-cli`: reads its words, starts the runtime, ends with the exit code.

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use signalbox_cli::args::{Cli, Verb};
use signalbox_cli::stop::{Stop, code};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(misread(&error)),
    };
    // A command that opens a home for a moment leaves its lines closed; that is worth no warning.
    let usual = if matches!(cli.verb, Verb::Serve(_)) { "warn" } else { "error" };
    let filter = EnvFilter::try_from_env("SIGNALBOX_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            signalbox_cli::note(&format!("The runtime cannot start: {error}"));
            return ExitCode::from(code::INTERNAL);
        }
    };
    let exit = runtime.block_on(signalbox_cli::run(cli));
    // A read of standard input or of the keyring cannot be called off; it must not hold up the end.
    runtime.shutdown_background();
    ExitCode::from(exit)
}

/// Help and version are answers; everything else is a mistake, told as JSON too when that was asked for.
fn misread(error: &clap::Error) -> u8 {
    // Nobody is left to tell when this cannot be printed.
    let _ = error.print();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return 0;
    }
    if std::env::args_os().any(|word| word == "--json") {
        signalbox_cli::print_json(&Stop::misread(error).body());
    }
    code::USAGE
}
