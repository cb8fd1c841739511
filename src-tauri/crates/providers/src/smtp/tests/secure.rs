//! Mail over TLS: what is trusted and what is not.

use std::sync::Arc;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use signalbox_domain::{FailureClass, Outcome};
use tokio_rustls::TlsAcceptor;

use super::peer::{Do, MailPeer};
use super::{letter, server};
use crate::adapter::Adapter;
use crate::http::install_crypto;
use crate::smtp::adapter::Smtp;
use crate::smtp::mail::mailbox;
use crate::smtp::session::Protection;

/// A server's identity and the file a person would give as `ca_file`.
fn identity(name: &str) -> (TlsAcceptor, Certificate) {
    install_crypto();
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate");
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a certificate and its key");
    let root = Certificate::from_der(certificate.to_vec()).expect("a certificate");
    (TlsAcceptor::from(Arc::new(config)), root)
}

fn trusting(root: Option<Certificate>) -> TlsParameters {
    let builder = TlsParameters::builder("127.0.0.1".into());
    let builder = match root {
        Some(root) => builder.add_root_certificate(root),
        None => builder,
    };
    builder.build().expect("parameters")
}

fn line(port: u16, protection: Protection) -> Smtp {
    Smtp::new(server(port, protection), mailbox("desk@barber.example").expect("an address"))
}

#[tokio::test]
async fn starttls_comes_before_the_password() {
    let (acceptor, root) = identity("127.0.0.1");
    let peer = MailPeer::start(&[], Some(acceptor), false).await;
    let smtp = line(peer.port, Protection::StartTls(trusting(Some(root))));
    assert!(matches!(smtp.send(&letter()).await, Outcome::Accepted { .. }));
    let heard = peer.heard();
    let words: Vec<&str> = heard.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(words[..4], ["EHLO", "STARTTLS", "EHLO", "AUTH"]);
    assert_eq!(peer.mails().len(), 1);
}

#[tokio::test]
async fn tls_from_the_first_byte_works_with_the_servers_own_ca() {
    let (acceptor, root) = identity("127.0.0.1");
    let peer = MailPeer::start(&[], Some(acceptor), true).await;
    let smtp = line(peer.port, Protection::Tls(trusting(Some(root))));
    assert!(matches!(smtp.send(&letter()).await, Outcome::Accepted { .. }));
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_never_sees_the_password() {
    for first_byte in [true, false] {
        let (acceptor, _) = identity("127.0.0.1");
        let (_, other) = identity("127.0.0.1");
        let peer = MailPeer::start(&[], Some(acceptor), first_byte).await;
        for root in [None, Some(other)] {
            let tls = trusting(root);
            let protection =
                if first_byte { Protection::Tls(tls) } else { Protection::StartTls(tls) };
            let outcome = line(peer.port, protection).send(&letter()).await;
            assert!(
                matches!(&outcome, Outcome::Refused { failure, .. } if failure.code == "tls"),
                "{outcome:?}"
            );
        }
        assert!(!peer.heard().iter().any(|line| line.starts_with("AUTH")));
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let (acceptor, root) = identity("other.example");
    let peer = MailPeer::start(&[], Some(acceptor), true).await;
    let outcome = line(peer.port, Protection::Tls(trusting(Some(root)))).send(&letter()).await;
    assert!(matches!(&outcome, Outcome::Refused { failure, .. } if failure.code == "tls"));
}

#[tokio::test]
async fn a_server_that_hides_starttls_gets_no_password() {
    let (acceptor, root) = identity("127.0.0.1");
    let hides = Do::Say("250-peer.example\r\n250 AUTH PLAIN");
    let peer = MailPeer::start(&[("EHLO", hides)], Some(acceptor), false).await;
    let outcome = line(peer.port, Protection::StartTls(trusting(Some(root)))).send(&letter()).await;
    assert!(
        matches!(&outcome, Outcome::Refused { failure, .. } if failure.class == FailureClass::Admin && failure.code == "no_starttls"),
        "whoever strips STARTTLS must not be given the password: {outcome:?}"
    );
    assert!(!peer.heard().iter().any(|line| line.starts_with("AUTH")));
}
