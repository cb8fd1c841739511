//! Whether anything here shows tray icons. On Linux an icon can be made where nobody shows it, on plain GNOME for one; so
//! the desktop is asked. Elsewhere there always is a tray.

use signalbox_domain::Clock;

/// Whether a tray icon would be seen.
#[cfg(not(target_os = "linux"))]
pub(super) async fn is_there(_clock: &dyn Clock) -> bool {
    true
}

/// Whether a tray icon would be seen. A desktop that does not answer within a second has none.
#[cfg(target_os = "linux")]
pub(super) async fn is_there(clock: &dyn Clock) -> bool {
    let limit = clock.sleep(std::time::Duration::from_secs(1));
    tokio::select! {
        answer = asked() => answer.unwrap_or_else(|error| {
            tracing::debug!(%error, "nobody says whether there is a tray");
            false
        }),
        () = limit => false,
    }
}

#[cfg(target_os = "linux")]
async fn asked() -> zbus::Result<bool> {
    let bus = zbus::Connection::session().await?;
    let watcher = "org.kde.StatusNotifierWatcher";
    let proxy = zbus::proxy::Builder::<zbus::Proxy<'_>>::new(&bus)
        .destination(watcher)?
        .path("/StatusNotifierWatcher")?
        .interface(watcher)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?;
    proxy.get_property("IsStatusNotifierHostRegistered").await
}
