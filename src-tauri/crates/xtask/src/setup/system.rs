//! Package names and package tools of the systems we know. Data and command lines only.

use crate::shell::program;

/// What the machine is wanted for; a later one includes the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Compile everything but the window: enough for the headless board.
    Headless,
    /// The window.
    Desktop,
    /// Everything the tests use.
    Test,
}

/// Something the machine must have.
pub(crate) struct Need {
    pub(crate) what: &'static str,
    pub(crate) purpose: Purpose,
    /// If any of these can be started, it is there, whatever package it came from.
    pub(crate) programs: &'static [&'static str],
    pub(crate) apt: &'static [&'static str],
    pub(crate) dnf: &'static [&'static str],
    pub(crate) pacman: &'static [&'static str],
}

pub(crate) const NEEDS: &[Need] = &[
    Need {
        what: "a C compiler, for SQLite",
        purpose: Purpose::Headless,
        programs: &["cc"],
        apt: &["build-essential"],
        dnf: &["gcc", "gcc-c++", "make"],
        pacman: &["base-devel"],
    },
    Need {
        what: "Node and npm, for the page",
        purpose: Purpose::Headless,
        programs: &["npm"],
        apt: &["nodejs", "npm"],
        dnf: &["nodejs", "npm"],
        pacman: &["nodejs", "npm"],
    },
    Need {
        what: "finding C libraries",
        purpose: Purpose::Desktop,
        programs: &["pkg-config"],
        apt: &["pkg-config"],
        dnf: &["pkgconf-pkg-config"],
        pacman: &["pkgconf"],
    },
    Need {
        what: "the web view",
        purpose: Purpose::Desktop,
        programs: &[],
        apt: &["libwebkit2gtk-4.1-dev"],
        dnf: &["webkit2gtk4.1-devel"],
        pacman: &["webkit2gtk-4.1"],
    },
    Need {
        what: "windows",
        purpose: Purpose::Desktop,
        programs: &[],
        apt: &["libgtk-3-dev"],
        dnf: &["gtk3-devel"],
        pacman: &["gtk3"],
    },
    Need {
        what: "the tray",
        purpose: Purpose::Desktop,
        programs: &[],
        apt: &["libayatana-appindicator3-dev"],
        dnf: &["libappindicator-gtk3-devel"],
        pacman: &["libayatana-appindicator"],
    },
    Need {
        what: "icons",
        purpose: Purpose::Desktop,
        programs: &[],
        apt: &["librsvg2-dev"],
        dnf: &["librsvg2-devel"],
        pacman: &["librsvg"],
    },
    Need {
        what: "an X server without a screen, for the real window in tests",
        purpose: Purpose::Test,
        programs: &["xvfb-run"],
        apt: &["xvfb"],
        dnf: &["xorg-x11-server-Xvfb"],
        pacman: &["xorg-server-xvfb"],
    },
    Need {
        what: "its access file",
        purpose: Purpose::Test,
        programs: &["xauth"],
        apt: &["xauth"],
        dnf: &["xorg-x11-xauth"],
        pacman: &["xorg-xauth"],
    },
    Need {
        what: "a private D-Bus",
        purpose: Purpose::Test,
        programs: &["dbus-run-session"],
        apt: &["dbus"],
        dnf: &["dbus-daemon"],
        pacman: &["dbus"],
    },
    Need {
        what: "asking it",
        purpose: Purpose::Test,
        programs: &["dbus-send"],
        apt: &["dbus"],
        dnf: &["dbus-tools"],
        pacman: &["dbus"],
    },
    Need {
        what: "a private keyring",
        purpose: Purpose::Test,
        programs: &["gnome-keyring-daemon"],
        apt: &["gnome-keyring"],
        dnf: &["gnome-keyring"],
        pacman: &["gnome-keyring"],
    },
    Need {
        what: "its client library",
        purpose: Purpose::Test,
        programs: &[],
        apt: &["libsecret-1-0"],
        dnf: &["libsecret"],
        pacman: &["libsecret"],
    },
    Need {
        what: "a browser for the page's tests",
        purpose: Purpose::Test,
        programs: &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
        apt: &["chromium"],
        dnf: &["chromium"],
        pacman: &["chromium"],
    },
    Need {
        what: "driving the real window",
        purpose: Purpose::Test,
        programs: &["WebKitWebDriver"],
        apt: &["webkit2gtk-driver"],
        dnf: &["webkit2gtk4.1-webdriver"],
        pacman: &["webkit2gtk-4.1"],
    },
];

impl Need {
    pub(crate) fn packages(&self, system: System) -> &'static [&'static str] {
        match system {
            System::Apt => self.apt,
            System::Dnf => self.dnf,
            System::Pacman => self.pacman,
        }
    }
}

/// A package tool we know how to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Apt,
    Dnf,
    Pacman,
}

impl System {
    pub(crate) fn detect() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        [("apt-get", Self::Apt), ("dnf", Self::Dnf), ("pacman", Self::Pacman)]
            .into_iter()
            .find_map(|(name, system)| program(name).map(|_| system))
    }

    /// Ask whether a package is installed.
    pub(crate) fn ask(self, package: &'static str) -> Vec<&'static str> {
        match self {
            Self::Apt => vec!["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", package],
            Self::Dnf => vec!["rpm", "-q", package],
            Self::Pacman => vec!["pacman", "-Q", package],
        }
    }

    /// Reading the answer of a question that succeeded: dpkg also knows packages that are removed.
    pub(crate) fn says_installed(self, answer: &str) -> bool {
        self != Self::Apt || answer.starts_with("ii")
    }

    /// Bring the package index up to date first, where installing does not do that itself.
    pub(crate) fn refresh(self) -> Option<&'static [&'static str]> {
        (self == Self::Apt).then_some(&["apt-get", "update"])
    }

    pub(crate) fn command(self, needs: &[&Need]) -> Vec<&'static str> {
        let mut command = match self {
            Self::Apt => vec!["apt-get", "install", "-y", "--no-install-recommends"],
            Self::Dnf => vec!["dnf", "install", "-y"],
            // The index is brought along: Arch does not support partial upgrades.
            Self::Pacman => vec!["pacman", "-Syu", "--noconfirm", "--needed"],
        };
        for package in needs.iter().flat_map(|need| need.packages(self)) {
            if !command.contains(package) {
                command.push(package);
            }
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_needs_more_than_the_headless_board() {
        let count = |purpose| NEEDS.iter().filter(|need| need.purpose <= purpose).count();
        assert!(count(Purpose::Headless) < count(Purpose::Desktop));
        assert!(count(Purpose::Desktop) < count(Purpose::Test));
    }

    #[test]
    fn every_need_is_known_on_every_system() {
        for need in NEEDS {
            for system in [System::Apt, System::Dnf, System::Pacman] {
                assert!(
                    !need.packages(system).is_empty(),
                    "{} has no package on {system:?}",
                    need.what
                );
            }
        }
    }

    #[test]
    fn a_removed_package_is_not_installed() {
        assert!(System::Apt.says_installed("ii "));
        for answer in ["rc ", "un ", ""] {
            assert!(!System::Apt.says_installed(answer), "`{answer}` means removed or unknown");
        }
    }

    #[test]
    fn each_package_is_asked_for_once() {
        let needs: Vec<&Need> = NEEDS.iter().collect();
        let command = System::Apt.command(&needs);
        assert_eq!(command.iter().filter(|word| **word == "dbus").count(), 1);
        assert_eq!(&command[..3], ["apt-get", "install", "-y"], "it must not ask");
    }
}
