//! What WebKitGTK needs, and has to be told, before it starts; on Linux only.
//!
//! NVIDIA's driver shows an empty window with the renderer that WebKitGTK likes best. Everywhere else that renderer is the
//! good one, and switching it off for everyone makes scrolling slow; so it is left alone unless the driver is found, and
//! always when a person has said something.

/// Settles the renderer; replaces the process by itself if it has to, because a variable can only be set safely for a
/// program that has not begun.
#[cfg(target_os = "linux")]
pub(crate) fn settle_renderer() {
    use std::os::unix::process::CommandExt;

    let said = std::env::var_os(RENDERER).is_some();
    if !needs_other_renderer(said, has_nvidia(std::path::Path::new("/"))) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Returns only if it did not work; then the window may stay empty, as it would have anyway.
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(RENDERER, "1")
        .exec();
    crate::logs::refuse_to_start(&format!(
        "cannot start with another renderer, trying with this one: {error}"
    ));
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn settle_renderer() {}

/// Whether there is a screen to show a window on; without one GTK ends the program with a backtrace.
#[cfg(target_os = "linux")]
pub(crate) fn has_display() -> bool {
    names_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn has_display() -> bool {
    true
}

#[cfg(target_os = "linux")]
fn names_display(is_set: impl Fn(&str) -> bool) -> bool {
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(target_os = "linux")]
const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

#[cfg(target_os = "linux")]
fn needs_other_renderer(said: bool, nvidia: bool) -> bool {
    nvidia && !said
}

/// NVIDIA's own driver; with the free one the usual renderer works.
#[cfg(target_os = "linux")]
fn has_nvidia(root: &std::path::Path) -> bool {
    ["proc/driver/nvidia/version", "sys/module/nvidia/version"]
        .iter()
        .any(|sign| root.join(sign).exists())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_renderer_changes_only_for_nvidia_and_never_against_a_persons_word() {
        assert!(needs_other_renderer(false, true));
        assert!(!needs_other_renderer(false, false), "it makes everyone else slow");
        assert!(!needs_other_renderer(true, true), "also `0` is a word");
    }

    #[test]
    fn either_kind_of_display_will_do() {
        assert!(names_display(|name| name == "DISPLAY"));
        assert!(names_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(!names_display(|_| false));
    }

    #[test]
    fn nvidia_is_found_by_its_driver() {
        let root = tempfile::tempdir().expect("a folder");
        assert!(!has_nvidia(root.path()));
        std::fs::create_dir_all(root.path().join("sys/module/nvidia")).expect("made");
        std::fs::write(root.path().join("sys/module/nvidia/version"), "999").expect("written");
        assert!(has_nvidia(root.path()));
    }
}
