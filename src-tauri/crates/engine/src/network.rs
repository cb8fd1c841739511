//! Whether this machine has a network at all, so that no line is blamed for what we lack.
//!
//! A route is not a way out: with the router up and the line behind it down, or a portal in between,
//! every packet has somewhere to go and none arrives. So when a provider cannot be reached, the
//! hosts of the other lines are tried before that provider is blamed. Nobody else is called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use signalbox_domain::{ConnectionId, Failure, FailureClass};
use signalbox_providers::catalogue;
use tokio::net::{TcpStream, lookup_host};

use crate::line::Line;

/// Where to look for a way out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Landmarks {
    /// Host and port of lines other than the one that cannot be reached.
    pub hosts: Vec<(String, u16)>,
    /// Names that a working network can look up; only looked up, never called.
    pub names: Vec<String>,
}

/// Tells whether a packet could leave this machine.
#[async_trait]
pub trait Network: Send + Sync + std::fmt::Debug {
    /// True when there is a route to the outside.
    fn has_route(&self) -> bool;

    /// True when the outside answers: one of the hosts takes a connection, or, where there are
    /// none, one of the names is found. True as well when there is nothing to try. The caller
    /// limits the time.
    async fn reaches_out(&self, landmarks: Landmarks) -> bool;
}

/// Whether a failure may be the network's: nothing of the request arrived anywhere.
pub(crate) fn never_arrived(failure: &Failure) -> bool {
    failure.class == FailureClass::Transient
        && matches!(failure.code.as_str(), "dns" | "connect" | "connect_timeout" | "timeout")
}

/// Where to look for a way out when the line `but` cannot be reached.
pub(crate) fn landmarks(lines: &[Arc<Line>], but: Option<ConnectionId>) -> Landmarks {
    let of = |line: &Arc<Line>| line.outside().map(|host| (line.id(), host));
    let all: Vec<_> = lines.iter().filter_map(of).collect();
    let failed = all.iter().find(|(id, _)| Some(*id) == but).map(|(_, (host, _))| host.clone());
    let mut hosts: Vec<_> = all
        .iter()
        .map(|(_, host)| host.clone())
        .filter(|(host, _)| failed.as_ref() != Some(host))
        .collect();
    hosts.sort();
    hosts.dedup();
    let known = catalogue::providers().iter().filter_map(|info| info.api_host().map(str::to_owned));
    let names = match all.is_empty() {
        true => Vec::new(),
        false => failed.into_iter().chain(known).collect(),
    };
    Landmarks { hosts, names }
}

/// Asks the operating system's routing table. Nothing is sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNetwork;

#[async_trait]
impl Network for SystemNetwork {
    fn has_route(&self) -> bool {
        // Documentation addresses: connecting a datagram socket only looks the route up.
        let v4 = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);
        let v6 = SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)), 9);
        let try_route = |from: SocketAddr, to: SocketAddr| {
            UdpSocket::bind(from).and_then(|socket| socket.connect(to)).is_ok()
        };
        try_route(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0), v4)
            || try_route(SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0), v6)
    }

    async fn reaches_out(&self, landmarks: Landmarks) -> bool {
        let Landmarks { hosts, names } = landmarks;
        // A name that is still remembered proves less than a host that answers.
        if !hosts.is_empty() {
            let calls = hosts.into_iter().map(|host| Box::pin(TcpStream::connect(host)));
            return futures_util::future::select_ok(calls).await.is_ok();
        }
        if names.is_empty() {
            return true;
        }
        let questions = names.into_iter().map(|name| Box::pin(lookup_host((name, 443))));
        futures_util::future::select_ok(questions).await.is_ok()
    }
}

/// A network that a test switches on and off.
#[derive(Debug)]
pub struct SwitchedNetwork {
    up: AtomicBool,
    leads_nowhere: AtomicBool,
}

impl SwitchedNetwork {
    /// A network that is there.
    #[must_use]
    pub fn up() -> Self {
        Self { up: AtomicBool::new(true), leads_nowhere: AtomicBool::new(false) }
    }

    /// Switches it.
    pub fn set(&self, up: bool) {
        self.up.store(up, Ordering::SeqCst);
    }

    /// Lets its route end at the router, or lead out again.
    pub fn lead_nowhere(&self, nowhere: bool) {
        self.leads_nowhere.store(nowhere, Ordering::SeqCst);
    }
}

#[async_trait]
impl Network for SwitchedNetwork {
    fn has_route(&self) -> bool {
        self.up.load(Ordering::SeqCst)
    }

    async fn reaches_out(&self, _: Landmarks) -> bool {
        self.has_route() && !self.leads_nowhere.load(Ordering::SeqCst)
    }
}
