//! How a gateway takes its port, and how it ends.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use signalbox_gateway::{Gateway, GatewayOptions, SessionToken};
use tokio::io::AsyncWriteExt;

use crate::peer::{Ask, SESSION, connect, house, read};
use crate::rooms::Rooms;

#[tokio::test]
async fn a_port_that_is_taken_gives_way_to_the_next() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let options = GatewayOptions { port, ..GatewayOptions::new(SessionToken::from_text(SESSION)) };
    let gateway = Gateway::open(Arc::new(Rooms::new()), options).await.expect("another port");
    assert_ne!(gateway.port(), port);
    assert_eq!(
        gateway.board_url(),
        format!("http://127.0.0.1:{}/?token={SESSION}", gateway.port())
    );
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_end() {
    let house = house().await;
    let mut stream = connect(&house).await;
    let ask = Ask::new("POST /api/call/slow").bearer(SESSION);
    stream.write_all(&ask.bytes(house.gateway.port())).await.expect("sent");
    let idle = connect(&house).await;
    house.rooms.begun.notified().await;
    let port = house.gateway.port();
    let stopping = tokio::spawn(house.gateway.stop(Duration::from_secs(10)));
    while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    house.rooms.go_on.notify_one();
    assert_eq!(read(stream).await.status, 200, "the answer still comes");
    stopping.await.expect("stopped without waiting for an idle connection");
    drop(idle);
}

#[tokio::test]
async fn what_does_not_finish_is_ended_at_the_deadline() {
    let house = house().await;
    let mut stream = connect(&house).await;
    let ask = Ask::new("POST /api/call/slow").bearer(SESSION);
    stream.write_all(&ask.bytes(house.gateway.port())).await.expect("sent");
    house.rooms.begun.notified().await;
    let clock = house.rooms.clock.clone();
    let stopping = tokio::spawn(house.gateway.stop(Duration::from_secs(10)));
    while !stopping.is_finished() {
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    stopping.await.expect("stopped");
}
