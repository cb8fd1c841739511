//! The one window: how it opens, what it may show, what closing it means, and who else may ask for it.

use std::path::Path;

use tauri::plugin::TauriPlugin;
use tauri::{
    AppHandle, Manager, Runtime, Url, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent,
};
use tauri_plugin_window_state::StateFlags;

use crate::{Shown, desk_of, tray};

const LABEL: &str = "main";

/// Opens the window as the configuration describes it.
///
/// # Errors
/// When the system gives none.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, shown: Shown) -> tauri::Result<()> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == LABEL)
        .cloned()
        .unwrap_or_default();
    let own = app.config().build.dev_url.clone();
    WebviewWindowBuilder::from_config(app, &config)?
        // What the page remembers belongs to the home: two homes are two desks.
        .data_directory(desk_of(app).plan().home().join("window"))
        .on_navigation(move |url| is_our_page(url, own.as_ref()))
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .build()?;
    if !shown.hidden {
        show(app);
    }
    Ok(())
}

/// The page is inside the program; nothing from elsewhere may ever stand where the two commands can be called.
fn is_our_page(url: &Url, development: Option<&Url>) -> bool {
    let built_in = url.scheme() == "tauri"
        || matches!(url.scheme(), "http" | "https") && url.host_str() == Some("tauri.localhost")
        || url.as_str() == "about:blank";
    built_in
        || cfg!(debug_assertions) && development.is_some_and(|own| own.origin() == url.origin())
}

/// Brings the window before the person.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = the_window(app) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be shown");
    }
}

/// Takes the window away while the home is closed.
pub(crate) fn leave<R: Runtime>(app: &AppHandle<R>) {
    if let Some(Err(error)) = the_window(app).map(|window| window.hide()) {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

/// Whether a person has the window before them, and so everything that needs them.
pub(crate) fn is_before_their_eyes<R: Runtime>(app: &AppHandle<R>) -> bool {
    the_window(app).is_some_and(|window| {
        window.is_visible().unwrap_or(false) && window.is_focused().unwrap_or(false)
    })
}

fn the_window<R: Runtime>(app: &AppHandle<R>) -> Option<WebviewWindow<R>> {
    app.get_webview_window(LABEL)
}

/// Closing the window quits, unless it was chosen to stay in the tray and there is one.
pub(crate) fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    let app = window.app_handle();
    let chosen = desk_of(app).api_now().and_then(|api| api.engine().settings().close_to_tray);
    if stays_in_tray(chosen, tray::is_raised(app)) {
        api.prevent_close();
        leave(app);
    }
}

/// A choice that was never made is not made for the person: then closing means what it means everywhere.
fn stays_in_tray(chosen: Option<bool>, tray: bool) -> bool {
    tray && chosen == Some(true)
}

/// Leads a second start of the same home to the first one's window. `None` where starts cannot tell homes apart.
pub(crate) fn single_instance<R: Runtime>(home: &Path, is_usual: bool) -> Option<TauriPlugin<R>> {
    let plugin = tauri_plugin_single_instance::Builder::new().callback(|app, words, _| {
        if !words.iter().any(|word| word == "--hidden") {
            show(app);
        }
    });
    if is_usual {
        return Some(plugin.build());
    }
    // Elsewhere the name is fixed, and another home would be led to the wrong window: its lock keeps order there.
    cfg!(target_os = "linux").then(|| plugin.dbus_id(bus_name(home)).build())
}

/// A name on the session bus that only this home has. FNV-1a: short, and the same in every version.
fn bus_name(home: &Path) -> String {
    let bytes = home.as_os_str().as_encoded_bytes();
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("app.signalbox.home_{hash:016x}")
}

/// Keeps the window's size. On Wayland a program neither knows where its windows are nor, with its frame, how large they
/// are: they would grow with every start, and one restored to full size ends the program.
pub(crate) fn state<R: Runtime>() -> Option<TauriPlugin<R>> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if is_wayland(&variable("GDK_BACKEND"), &variable("WAYLAND_DISPLAY")) {
        return None;
    }
    let flags = StateFlags::SIZE | StateFlags::MAXIMIZED;
    Some(tauri_plugin_window_state::Builder::new().with_state_flags(flags).build())
}

fn is_wayland(backend: &str, display: &str) -> bool {
    cfg!(target_os = "linux") && !display.is_empty() && !backend.starts_with("x11")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_page_is_shown() {
        let url = |text: &str| Url::parse(text).expect("a URL");
        for ours in [
            "tauri://localhost/",
            "tauri://localhost/lines/1",
            "http://tauri.localhost/",
            "about:blank",
        ] {
            assert!(is_our_page(&url(ours), None), "{ours}");
        }
        for other in [
            "https://example.com/",
            "http://127.0.0.1:3000/",
            "file:///etc/passwd",
            "data:text/html,x",
            "http://localhost:1420/",
        ] {
            assert!(!is_our_page(&url(other), None), "{other}");
        }
        let development = url("http://localhost:1420");
        assert!(is_our_page(&url("http://localhost:1420/lines"), Some(&development)));
        assert!(
            !is_our_page(&url("http://localhost:9/"), Some(&development)),
            "another port is another program"
        );
    }

    #[test]
    fn closing_quits_unless_the_tray_was_chosen_and_exists() {
        assert!(stays_in_tray(Some(true), true));
        assert!(!stays_in_tray(Some(true), false), "nobody could open the window again");
        assert!(!stays_in_tray(None, true), "nobody was asked");
        assert!(!stays_in_tray(Some(false), true));
    }

    #[test]
    fn each_home_has_its_own_name_on_the_bus() {
        let name = bus_name(Path::new("/home/ruth/practice"));
        assert_eq!(name, bus_name(Path::new("/home/ruth/practice")));
        assert_ne!(name, bus_name(Path::new("/home/ruth/real")));
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_'),
            "{name} is a bus name"
        );
    }

    #[test]
    fn sizes_are_kept_on_x11_only() {
        assert!(!is_wayland("", ""));
        assert!(!is_wayland("x11", "wayland-0"), "asked for on a Wayland desktop");
        assert_eq!(is_wayland("", "wayland-0"), cfg!(target_os = "linux"));
    }
}
