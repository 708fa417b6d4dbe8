//! A TLS endpoint on loopback in front of a plain one, with a certificate made on the spot: what DynamoDB's endpoint is to
//! a cold Lambda, but for the distance.

use crate::Result;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A running TLS endpoint; dropping it closes its port.
#[derive(Debug)]
pub struct TlsFront {
    /// Where it listens.
    pub port: u16,
    /// Its certificate, which is its own authority, as PEM.
    pub pem: String,
    task: JoinHandle<()>,
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TlsFront {
    /// Starts one for `localhost` before the plain endpoint at `plain`. TLS 1.3 or 1.2, ECDSA P-256.
    ///
    /// # Errors
    /// No randomness, or no port.
    pub async fn start(plain: SocketAddr) -> Result<Self> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?;
        let certificate = certificate(&key)?;
        let private = PrivatePkcs8KeyDer::from(key.to_pkcs8v1()?.as_ref().to_vec());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(certificate.clone())], PrivateKeyDer::Pkcs8(private))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                // A connection that breaks is the caller's to see.
                tokio::spawn(async move { drop(forward(acceptor, stream, plain).await) });
            }
        });
        Ok(Self { port, pem: pem(&certificate), task })
    }
}

async fn forward(acceptor: TlsAcceptor, stream: TcpStream, plain: SocketAddr) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut secure = acceptor.accept(stream).await?;
    let mut behind = TcpStream::connect(plain).await?;
    behind.set_nodelay(true)?;
    copy_bidirectional(&mut secure, &mut behind).await?;
    Ok(())
}

fn pem(certificate: &[u8]) -> String {
    let base64 = STANDARD.encode(certificate);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const UTF8: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;

/// One DER value (X.690, section 8.1): tag, length, contents.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let mut value = vec![tag];
    let length = contents.len().to_be_bytes();
    match contents.len() {
        0..128 => value.extend_from_slice(&length[7..]),
        128..256 => value.extend_from_slice(&[0x81, length[7]]),
        _ => value.extend_from_slice(&[0x82, length[6], length[7]]),
    }
    value.extend(contents);
    value
}

/// A certificate for `localhost` that `key` signs for itself (RFC 5280, section 4.1; algorithms RFC 5480 and 5758). It
/// says no more than a client looks at, so that no certificate library is needed.
fn certificate(key: &EcdsaKeyPair) -> Result<Vec<u8>> {
    let ecdsa_sha256 = der(SEQUENCE, &[&der(OID, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]])]);
    let ec_key = der(OID, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]]);
    let p256 = der(OID, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]]);
    let common_name = der(SEQUENCE, &[&der(OID, &[&[0x55, 0x04, 0x03]]), &der(UTF8, &[b"Guestlist bench"])]);
    let name = der(SEQUENCE, &[&der(SET, &[&common_name])]);
    let validity = der(SEQUENCE, &[&der(UTC_TIME, &[b"200101000000Z"]), &der(UTC_TIME, &[b"491231235959Z"])]);
    let point = der(BIT_STRING, &[&[0], key.public_key().as_ref()]);
    let public = der(SEQUENCE, &[&der(SEQUENCE, &[&ec_key, &p256]), &point]);
    let names = der(OCTET_STRING, &[&der(SEQUENCE, &[&der(0x82, &[b"localhost"])])]);
    let alternative = der(SEQUENCE, &[&der(OID, &[&[0x55, 0x1d, 0x11]]), &names]);
    let extensions = der(0xa3, &[&der(SEQUENCE, &[&alternative])]);
    let version = der(0xa0, &[&der(INTEGER, &[&[2]])]);
    let serial = der(INTEGER, &[&[1]]);
    let signed = der(SEQUENCE, &[&version, &serial, &ecdsa_sha256, &name, &validity, &name, &public, &extensions]);
    let signature = key.sign(&SystemRandom::new(), &signed)?;
    let signature = der(BIT_STRING, &[&[0], signature.as_ref()]);
    Ok(der(SEQUENCE, &[&signed, &ecdsa_sha256, &signature]))
}
