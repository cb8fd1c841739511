//! Practice lines: made once, and told at each start where the simulated providers listen now.

use std::sync::Arc;

use signalbox_domain::{ConnectionId, Environment};
use signalbox_store::NewChange;

use super::{connect, open};
use crate::core::Core;
use crate::health;
use crate::refusal::{Refusal, RefusalKind};

pub(crate) async fn start_practice(
    core: &Arc<Core>,
    actor: &str,
) -> Result<Vec<ConnectionId>, Refusal> {
    let practice = core.practice.clone().ok_or_else(|| {
        Refusal::new(
            RefusalKind::Unavailable,
            "no_practice",
            "Practice lines are not available here",
            "Start Signalbox with its window, or with `serve --practice`",
        )
    })?;
    let lines = practice.lines().await.map_err(|why| {
        Refusal::new(
            RefusalKind::Unavailable,
            "practice",
            why,
            "Try again; another program may hold the ports",
        )
    })?;
    let mut ids = Vec::new();
    for new in lines {
        let known = core.lines().into_iter().find(|line| {
            let row = line.row();
            row.made.environment == Environment::Practice && row.made.provider == new.provider
        });
        match known {
            // The simulated providers listen elsewhere after each start.
            Some(line) => {
                let id = line.id();
                let mut row = line.row();
                row.made.urls.clone_from(&new.urls);
                row.made.fields.extend(new.fields.clone());
                let change = NewChange {
                    at: core.now_ms(),
                    connection: Some(id),
                    signal: line.signal(),
                    say: format!("{} was started again", row.made.name),
                    detail: None,
                    actor: actor.to_owned(),
                };
                core.store.update_connection(id, row.made.clone(), None, false, change).await?;
                let opened = open(core, &row).await;
                line.replace(core.store.connection(id).await?, opened);
                core.refresh_line(id).await;
                health::check(core, &line).await;
                ids.push(id);
            }
            None => ids.push(connect(core, new, actor).await?),
        }
    }
    Ok(ids)
}
