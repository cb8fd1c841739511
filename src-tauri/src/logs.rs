//! Where the program's own words go: a file for each day in the home, and the terminal it was started from.
//!
//! Refuses to redact: secrets are wrapped in types that print nothing, long before they could come here.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// Days that are kept.
const KEPT: usize = 14;
/// What is written down when `SIGNALBOX_LOG` says nothing else.
const USUAL: &str = "info,zbus=warn,tao=warn,wry=warn";

/// Begins to write; ends, with everything written, when the result is dropped.
pub(crate) fn start(home: &Path) -> Option<WorkerGuard> {
    let filter =
        || EnvFilter::try_from_env("SIGNALBOX_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    let colour = std::io::stderr().is_terminal();
    let terminal =
        fmt::layer().with_ansi(colour).with_writer(std::io::stderr).with_filter(filter());
    let (file, guard) = match file(home) {
        Ok(appender) => {
            let (writer, guard) = tracing_appender::non_blocking(appender);
            (
                Some(fmt::layer().with_ansi(false).with_writer(writer).with_filter(filter())),
                Some(guard),
            )
        }
        Err(_) => (None, None),
    };
    let without_file = file.is_none();
    // A test may have set one before; then that one it is.
    let _ = tracing_subscriber::registry().with(terminal).with(file).try_init();
    if without_file {
        tracing::warn!(home = %home.display(), "no log is kept: the folder cannot be written");
    }
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(backtrace = %std::backtrace::Backtrace::capture(), "a part of the program broke: {panic}");
    }));
    guard
}

fn file(home: &Path) -> std::io::Result<RollingFileAppender> {
    let folder = home.join("logs");
    make_private(&folder)?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("window")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .map_err(std::io::Error::other)
}

/// The home may not exist yet, and nobody else may look into it, now or later.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Says why there will be no window, to whoever started the program.
#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
pub(crate) fn refuse_to_start(why: &str) -> ExitCode {
    eprintln!("signalbox: {why}");
    ExitCode::FAILURE
}
