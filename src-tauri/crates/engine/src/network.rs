//! Whether this machine has a network at all, so that no line is blamed for what we lack.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells whether a packet could leave this machine.
pub trait Network: Send + Sync + std::fmt::Debug {
    /// True when there is a route to the outside.
    fn has_route(&self) -> bool;
}

/// Asks the operating system's routing table. Nothing is sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNetwork;

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
}

/// A network that a test switches on and off.
#[derive(Debug)]
pub struct SwitchedNetwork {
    up: AtomicBool,
}

impl SwitchedNetwork {
    /// A network that is there.
    #[must_use]
    pub fn up() -> Self {
        Self { up: AtomicBool::new(true) }
    }

    /// Switches it.
    pub fn set(&self, up: bool) {
        self.up.store(up, Ordering::SeqCst);
    }
}

impl Network for SwitchedNetwork {
    fn has_route(&self) -> bool {
        self.up.load(Ordering::SeqCst)
    }
}
