//! What the checks of this installation say.

use super::numbers::{bytes, counted, verb};
use crate::shapes::status::{DiskStatus, DoctorItem, VaultMode, VaultStatus};

/// An item that is well.
#[must_use]
pub fn well(what: &str, say: impl Into<String>) -> DoctorItem {
    DoctorItem { what: what.into(), ok: true, say: say.into(), remedy: String::new() }
}

/// An item that is not.
#[must_use]
pub fn ill(what: &str, say: impl Into<String>, remedy: impl Into<String>) -> DoctorItem {
    DoctorItem { what: what.into(), ok: false, say: say.into(), remedy: remedy.into() }
}

/// Room on the disk.
#[must_use]
pub fn disk(disk: &DiskStatus) -> DoctorItem {
    let floor = bytes(disk.floor_bytes);
    match (disk.free_bytes, disk.ok) {
        (None, _) => well("Disk", "The system does not say how much room there is"),
        (Some(free), true) => {
            well("Disk", format!("{} free; at least {floor} are needed", bytes(free)))
        }
        (Some(free), false) => ill(
            "Disk",
            format!("{} free; nothing new is accepted below {floor}", bytes(free)),
            "Free some space on this computer. Messages already accepted are safe",
        ),
    }
}

/// Where credentials are sealed.
#[must_use]
pub fn vault(vault: &VaultStatus) -> DoctorItem {
    match vault.mode {
        VaultMode::Locked => ill(
            "Vault",
            vault.say.clone(),
            "Unlock the keyring of this computer, or start with a passphrase",
        ),
        _ => well("Vault", vault.say.clone()),
    }
}

/// Whether providers can reach the gateway.
#[must_use]
pub fn gateway(
    port: Option<u16>,
    public_url: Option<&str>,
    wants_webhooks: bool,
) -> [DoctorItem; 2] {
    let listens = match port {
        Some(port) => well("Gateway", format!("Listens on 127.0.0.1:{port}")),
        None => ill(
            "Gateway",
            "Does not listen, so no provider and no other program can reach Signalbox",
            "Start it with `signalbox-cli serve`, or with the window",
        ),
    };
    let reached = match public_url {
        Some(url) => well("Public address", format!("Providers report to {url}")),
        None if wants_webhooks => ill(
            "Public address",
            "None is set, so providers cannot report what became of a message",
            "Set it in Settings, for example to the address of a tunnel",
        ),
        None => well("Public address", "None is set, and no line needs one"),
    };
    [listens, reached]
}

/// What waits in the receipts' lists.
#[must_use]
pub fn receipts(dead: usize, most: usize) -> DoctorItem {
    if dead == 0 {
        return well("Receipts", "All that came were processed");
    }
    let many = if dead >= most {
        format!("At least {}", counted(dead as i64, "receipt"))
    } else {
        counted(dead as i64, "receipt")
    };
    ill(
        "Receipts",
        format!("{many} could not be processed; {} kept", verb(dead as i64, "it is", "they are")),
        "Replay them under Receipts, or with `signalbox-cli receipts replay`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ill_says_what_to_do_and_what_is_well_says_nothing_of_it() {
        let low = DiskStatus { free_bytes: Some(1_000), floor_bytes: 200_000_000, ok: false };
        assert!(!disk(&low).ok && !disk(&low).remedy.is_empty());
        let unknown = DiskStatus { free_bytes: None, floor_bytes: 200_000_000, ok: true };
        assert!(disk(&unknown).say.contains("does not say"), "not known is said, not guessed");
        assert!(receipts(0, 200).remedy.is_empty());
        assert_eq!(receipts(1, 200).say, "1 receipt could not be processed; it is kept");
    }

    #[test]
    fn a_public_address_is_only_missed_by_lines_that_need_one() {
        assert!(gateway(Some(3000), None, false)[1].ok);
        assert!(!gateway(Some(3000), None, true)[1].ok);
        assert!(!gateway(None, None, false)[0].ok);
    }
}
