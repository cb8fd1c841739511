//! `export-bindings OUT`: writes the TypeScript side of the command table.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(out) = std::env::args_os().nth(1) else {
        return failed("usage: export-bindings OUT");
    };
    match std::fs::write(&out, signalbox_api::bindings::typescript()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&format!("{}: {error}", out.display())),
    }
}

#[allow(clippy::print_stderr, reason = "a build step tells its caller what went wrong")]
fn failed(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}
