//! The desktop program. Everything it does is in the library, so that tests can do it without a window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    signalbox_desktop::run()
}
