//! Over TLS: HTTP/2 where the server offers it, and only to servers whose certificate is trusted.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use pianoroll_api::Arguments;
use pianoroll_gateway::{Config, Endpoints, ErrorKind, Outbound, OutboundError, SecretUrl};
use pianoroll_model::{Certainty, ManualClock};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::{QuickClock, call, client, config, profile};

struct TlsServer {
    address: SocketAddr,
    /// DER.
    certificate: Vec<u8>,
    /// PEM.
    pem: String,
    /// The version of each request, and the number of its connection.
    seen: Arc<Mutex<Vec<(Version, usize)>>>,
    accepting: JoinHandle<()>,
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What accepts TLS, and its certificate as DER and PEM.
fn acceptor(protocols: &[&[u8]]) -> (TlsAcceptor, Vec<u8>, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    tls.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    (TlsAcceptor::from(Arc::new(tls)), made.cert.der().to_vec(), made.cert.pem())
}

async fn start(protocols: &[&[u8]]) -> TlsServer {
    let (acceptor, certificate, pem) = acceptor(protocols);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen: Arc<Mutex<Vec<(Version, usize)>>> = Arc::default();
    let log = Arc::clone(&seen);
    let accepting = tokio::spawn(async move {
        let mut number = 0;
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, log) = (acceptor.clone(), Arc::clone(&log));
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let answer = service_fn(move |request: Request<Incoming>| {
                    log.lock().unwrap().push((request.version(), number));
                    async {
                        let body = Full::new(Bytes::from(profile("01", "a@b.c")));
                        Ok::<_, std::convert::Infallible>(Response::new(body))
                    }
                });
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), answer).await;
            });
            number += 1;
        }
    });
    TlsServer { address, certificate, pem, seen, accepting }
}

fn settings(server: &TlsServer, root_certificates: Vec<Vec<u8>>) -> Config {
    let base = format!("https://localhost:{}", server.address.port());
    Config { root_certificates, ..config(Endpoints::new(&base, &base).unwrap()) }
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_offered_and_shares_a_connection() {
    let server = start(&[b"h2", b"http/1.1"]).await;
    let clock = QuickClock::default();
    let gateway = client(settings(&server, vec![server.certificate.clone()]), &clock);
    let get = || call(&gateway, "profiles.get", Arguments::ids(["01"]));
    get().await.unwrap();
    let (one, two, three) = tokio::join!(get(), get(), get());
    for answer in [one, two, three] {
        assert_eq!(answer.unwrap().json()["data"]["id"], "01");
    }
    assert_eq!(*server.seen.lock().unwrap(), [(Version::HTTP_2, 0); 4]);
}

#[tokio::test]
async fn http_1_is_spoken_where_nothing_else_is_offered() {
    let server = start(&[b"http/1.1"]).await;
    let clock = QuickClock::default();
    let gateway = client(settings(&server, vec![server.pem.clone().into_bytes()]), &clock);
    for _ in 0..3 {
        call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap();
    }
    assert_eq!(*server.seen.lock().unwrap(), [(Version::HTTP_11, 0); 3]);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_ends_it_before_anything_is_sent() {
    let server = start(&[b"h2"]).await;
    let other = start(&[b"h2"]).await;
    let clock = QuickClock::default();
    let gateway = client(settings(&server, vec![other.certificate.clone()]), &clock);
    let error = call(
        &gateway,
        "lists.create",
        Arguments::default().with_body(serde_json::json!({"name": "x"})),
    )
    .await
    .unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::Connect, Certainty::NotDone), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(server.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_notification_leaves_for_a_server_that_is_not_trusted() {
    let server = start(&[b"h2", b"http/1.1"]).await;
    let outbound = Outbound::new(Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH))).unwrap();
    let url = format!("https://localhost:{}/services/T0pS3cret", server.address.port());
    let url = SecretUrl::new(&url).unwrap();
    let body = serde_json::json!({"text": "x"});
    let error = outbound.post(&url, &body, "key").await.unwrap_err();
    assert!(matches!(error, OutboundError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(!format!("{error} {error:?}").contains("T0p"), "{error:?}");
    assert!(server.seen.lock().unwrap().is_empty());
}

/// A server that answers a stream with "not looked at" once, and then as it should.
async fn start_refusing(refuse: h2::Reason) -> (TlsServer, Arc<Mutex<u32>>) {
    let (acceptor, certificate, pem) = acceptor(&[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let streams = Arc::new(Mutex::new(0));
    let count = Arc::clone(&streams);
    let accepting = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let number = {
                        let mut count = count.lock().unwrap();
                        *count += 1;
                        *count
                    };
                    if number == 1 {
                        respond.send_reset(refuse);
                        continue;
                    }
                    let mut body = respond.send_response(Response::new(()), false).unwrap();
                    body.send_data(Bytes::from(profile("01", "a@b.c")), true).unwrap();
                }
            });
        }
    });
    (TlsServer { address, certificate, pem, seen: Arc::default(), accepting }, streams)
}

#[tokio::test]
async fn a_stream_that_was_never_looked_at_is_sent_again_and_any_other_is_not() {
    let create = || Arguments::default().with_body(serde_json::json!({"name": "x"}));
    let clock = QuickClock::default();
    let (server, streams) = start_refusing(h2::Reason::REFUSED_STREAM).await;
    let gateway = client(settings(&server, vec![server.certificate.clone()]), &clock);
    let answer = call(&gateway, "lists.create", create()).await.unwrap();
    assert_eq!((answer.attempts.requests, *streams.lock().unwrap()), (2, 2));

    let (server, streams) = start_refusing(h2::Reason::INTERNAL_ERROR).await;
    let gateway = client(settings(&server, vec![server.certificate.clone()]), &clock);
    let error = call(&gateway, "lists.create", create()).await.unwrap_err();
    assert!(error.is_unknown_outcome(), "{error}");
    assert_eq!(*streams.lock().unwrap(), 1);
}

#[test]
fn a_root_certificate_that_is_none_is_named() {
    let clock = Arc::new(QuickClock::default());
    let credential = pianoroll_gateway::Credential::new("some-key".to_owned()).unwrap();
    let root_certificates =
        vec![b"-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n".to_vec()];
    let config = Config { root_certificates, ..Config::default() };
    let error = pianoroll_gateway::Gateway::new(config, credential, clock).unwrap_err();
    assert_eq!(error.to_string(), "root certificate 1 is neither PEM nor DER");
}
