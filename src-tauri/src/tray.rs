//! The tray: how it stands in one line, a way to open the window, a way to quit. Only where a tray exists: to hide the
//! window where there is none would strand whoever hid it.

mod host;

use std::sync::{Mutex, PoisonError};

use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Runtime};

use crate::{Shown, desk_of, window};

const OPEN: &str = "open";
const VERDICT: &str = "verdict";
const QUIT: &str = "quit";

/// What stands in the line before the first look.
const FIRST: &str = "Opening";
/// Menus grow as wide as their longest line.
const LONGEST: usize = 80;

/// The tray, once there is one.
pub(crate) struct Tray<R: Runtime>(Mutex<Option<Raised<R>>>);

struct Raised<R: Runtime> {
    verdict: MenuItem<R>,
    icon: TrayIcon<R>,
}

impl<R: Runtime> Default for Tray<R> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Puts the icon up if there is a place for it. Asks first, on the side: the window does not wait for the answer.
/// A window that was to stay hidden is shown if there is none.
pub(crate) fn raise<R: Runtime>(app: &AppHandle<R>, shown: Shown) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let clock = desk_of(&app).clock().clone();
        if !host::is_there(&*clock).await {
            tracing::info!("there is no tray here");
            return if shown.hidden {
                window::show(&app)
            };
        }
        let on_main = app.clone();
        let asked = app.run_on_main_thread(move || {
            // The library behind the icon panics where it is not installed.
            let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| build(&on_main)));
            match built {
                Ok(Ok(raised)) => {
                    *on_main.state::<Tray<R>>().0.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(raised);
                    return;
                }
                Ok(Err(error)) => tracing::warn!(%error, "the tray icon cannot be shown"),
                Err(_) => tracing::warn!("the tray icon's library is not installed"),
            }
            if shown.hidden {
                window::show(&on_main);
            }
        });
        if let Err(error) = asked {
            tracing::warn!(%error, "the tray icon was not asked for");
        }
    });
}

fn build<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Raised<R>> {
    let verdict = MenuItem::with_id(app, VERDICT, FIRST, false, None::<&str>)?;
    let open = MenuItem::with_id(app, OPEN, "Open Signalbox", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "Quit", true, None::<&str>)?;
    let (above, below) = (PredefinedMenuItem::separator(app)?, PredefinedMenuItem::separator(app)?);
    // Linux reports no clicks on the icon itself, so the first item is the one that opens.
    let menu = Menu::with_items(app, &[&open, &above, &verdict, &below, &quit])?;
    let icon = TrayIconBuilder::with_id("main")
        .icon(tauri::include_image!("icons/32x32.png"))
        .tooltip("Signalbox")
        .menu(&menu)
        .on_menu_event(on_menu_event)
        .build(app)?;
    Ok(Raised { verdict, icon })
}

fn on_menu_event<R: Runtime>(app: &AppHandle<R>, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::show(app),
        QUIT => app.exit(0),
        _ => {}
    }
}

/// Shows how it stands.
pub(crate) fn say<R: Runtime>(app: &AppHandle<R>, verdict: &str) {
    let tray = app.state::<Tray<R>>();
    let raised = tray.0.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(Raised { verdict: line, icon }) = raised.as_ref() else { return };
    let text = shortened(verdict);
    let said =
        line.set_text(&text).and_then(|()| icon.set_tooltip(Some(format!("Signalbox: {text}"))));
    if let Err(error) = said {
        tracing::warn!(%error, "the tray could not be changed");
    }
}

/// Whether there is a tray from which a hidden window can be opened again.
pub(crate) fn is_raised<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.state::<Tray<R>>().0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_verdict_does_not_widen_the_menu() {
        assert_eq!(shortened("All lines clear."), "All lines clear.");
        let long = shortened(&"2 lines need you. ".repeat(20));
        assert_eq!(long.chars().count(), LONGEST, "{long}");
        assert!(long.ends_with('…'), "{long}");
    }
}
