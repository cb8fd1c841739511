//! The self-signed certificate of a mail server on loopback.

use std::io;
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::HOST;

/// A key and its certificate, made anew at each start.
#[derive(Debug)]
pub(crate) struct Identity {
    config: Arc<ServerConfig>,
    pem: String,
}

impl Identity {
    /// Valid for `localhost`, `127.0.0.1` and the server's own name.
    pub(crate) fn new() -> io::Result<Self> {
        let names = ["localhost", "127.0.0.1", HOST].map(str::to_owned).to_vec();
        let CertifiedKey { cert, signing_key }: CertifiedKey<KeyPair> =
            generate_simple_self_signed(names).map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .map_err(io::Error::other)?;
        Ok(Self { config: Arc::new(config), pem: cert.pem() })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }

    /// The certificate, for a client's list of trusted authorities.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }
}
