//! What stands behind the window: a home that is being opened, is open, could not be opened, or is closed again.
//!
//! Owns the order of these and who waits for what. Does not know how a home is opened: [`house`](crate::house) does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signalbox_api::{Api, ApiError};
use signalbox_domain::Clock;
use signalbox_engine::SystemClock;
use tokio::sync::{Notify, watch};

use crate::house::{House, Plan};

/// How often a home that another process holds is tried again: its owner may be on its way out.
const TRY_TAKEN: Duration = Duration::from_secs(2);

/// The home of this program, from the first moment to the last.
pub struct Desk {
    plan: Plan,
    clock: Arc<dyn Clock>,
    stands: watch::Sender<Stand>,
    house: Mutex<Option<House>>,
    again: Notify,
    leaving: AtomicBool,
}

#[derive(Clone)]
enum Stand {
    Opening,
    Open(Api),
    Refused(ApiError),
    Closing,
    Closed,
}

impl Stand {
    fn is_over(&self) -> bool {
        matches!(self, Self::Closing | Self::Closed)
    }
}

/// An open home, as someone sees it who waited for it.
pub(crate) struct Opening {
    pub(crate) api: Api,
    /// Whether it was refused while they waited.
    pub(crate) was_refused: bool,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Desk({:?})", self.plan)
    }
}

impl Desk {
    /// A desk whose home is not open yet.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            clock: Arc::new(SystemClock::new()),
            stands: watch::Sender::new(Stand::Opening),
            house: Mutex::default(),
            again: Notify::new(),
            leaving: AtomicBool::new(false),
        }
    }

    /// The clock of everything here.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Where the home is.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Begins to open the home; returns at once.
    pub fn open(self: &Arc<Self>) {
        let desk = self.clone();
        tauri::async_runtime::spawn(async move { desk.keep_trying().await });
    }

    async fn keep_trying(&self) {
        while !self.leaving() {
            match House::open(&self.plan).await {
                Ok(house) => return self.settle(house).await,
                Err(refusal) => self.refuse(refusal).await,
            }
        }
    }

    /// Publishes an open house, or closes it if it came too late.
    async fn settle(&self, house: House) {
        let api = house.api().clone();
        let late = {
            let mut place = self.house.lock().unwrap_or_else(PoisonError::into_inner);
            if self.leaving() {
                Some(house)
            } else {
                *place = Some(house);
                None
            }
        };
        match late {
            Some(house) => house.close(Duration::ZERO).await,
            None => {
                self.stands.send_replace(Stand::Open(api));
            }
        }
    }

    /// Publishes why the home is not open, and waits for a reason to try again.
    async fn refuse(&self, refusal: ApiError) {
        // Once, however often it is tried again.
        if !matches!(&*self.stands.borrow(), Stand::Refused(before) if *before == refusal) {
            tracing::warn!(code = refusal.code, "the home cannot be opened: {refusal}");
        }
        let taken = refusal.code == crate::house::TAKEN;
        self.stands.send_if_modified(|stand| {
            if stand.is_over() {
                return false;
            }
            *stand = Stand::Refused(refusal);
            true
        });
        tokio::select! {
            () = self.again.notified() => {}
            () = self.clock.sleep(TRY_TAKEN), if taken => {}
            () = self.closing() => {}
        }
    }

    /// The command table, as soon as there is one.
    ///
    /// # Errors
    /// Why the home could not be opened. Asking again after that lets it be tried again.
    pub async fn api(&self) -> Result<Api, ApiError> {
        let mut stands = self.stands.subscribe();
        let stand = stands.wait_for(|stand| !matches!(stand, Stand::Opening)).await;
        match stand.as_deref() {
            Ok(Stand::Open(api)) => Ok(api.clone()),
            Ok(Stand::Refused(refusal)) => {
                self.again.notify_one();
                Err(refusal.clone())
            }
            Ok(Stand::Opening | Stand::Closing | Stand::Closed) | Err(_) => {
                Err(crate::house::closing())
            }
        }
    }

    /// Waits until the home is open, however long it is refused; `None` when the program ends before.
    pub(crate) async fn opened(&self) -> Option<Opening> {
        let mut stands = self.stands.subscribe();
        let mut was_refused = false;
        loop {
            match &*stands.borrow_and_update() {
                Stand::Open(api) => return Some(Opening { api: api.clone(), was_refused }),
                Stand::Closing | Stand::Closed => return None,
                Stand::Refused(_) => was_refused = true,
                Stand::Opening => {}
            }
            stands.changed().await.ok()?;
        }
    }

    /// Done when the home is being closed. Whoever keeps a part of it lets go then.
    pub(crate) async fn closing(&self) {
        // The sender lives as long as this desk, so there is no other end.
        let _ = self.stands.subscribe().wait_for(Stand::is_over).await;
    }

    /// The open home, if it is; for questions that cannot wait.
    pub(crate) fn api_now(&self) -> Option<Api> {
        match &*self.stands.borrow() {
            Stand::Open(api) => Some(api.clone()),
            _ => None,
        }
    }

    /// Whether everything is closed and the process may end.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.leaving() && matches!(&*self.stands.borrow(), Stand::Closed)
    }

    fn leaving(&self) -> bool {
        self.leaving.load(Ordering::SeqCst)
    }

    /// True for the first who wants to close.
    pub fn begin_to_close(&self) -> bool {
        !self.leaving.swap(true, Ordering::SeqCst)
    }

    /// Closes the home: attempts in flight may finish until `deadline`.
    pub async fn close(&self, deadline: Duration) {
        self.leaving.store(true, Ordering::SeqCst);
        self.stands.send_replace(Stand::Closing);
        let house = self.house.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(house) = house {
            house.close(deadline).await;
        }
        self.stands.send_replace(Stand::Closed);
    }
}
