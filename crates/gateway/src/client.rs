//! The HTTP client under everything that leaves: to the gateway, and to where notifications go.

use std::time::Duration;

use crate::config::ConfigError;

/// A client: connections are reused, answers may be compressed, HTTP/2 where a server offers it over TLS.
///
/// With `tls` the system's root certificates are trusted, and `root_certificates` (PEM or DER) beside them. Without it only
/// the latter are: reading the system's takes longer than a start may.
pub(crate) fn client(
    connect_timeout: Duration,
    tls: bool,
    root_certificates: &[Vec<u8>],
) -> Result<reqwest::Client, ConfigError> {
    // Once a process; whoever was first has chosen, and any choice serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("pianoroll/", env!("CARGO_PKG_VERSION")))
        // A redirect would carry the key, or a body, to wherever an answer says.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // Only our own loop knows what may be sent twice.
        .retry(reqwest::retry::never())
        // Neither the environment nor the system decides who sees the requests.
        .no_proxy()
        .gzip(true)
        .connect_timeout(connect_timeout)
        // Servers close idle connections after a minute or more; a request on a connection that is just being closed is lost in
        // doubt, so ours go first.
        .pool_idle_timeout(Duration::from_secs(30))
        .tcp_nodelay(true);
    let certificates = read(root_certificates)?;
    let builder = match tls {
        true => builder.tls_certs_merge(certificates),
        false => builder.tls_certs_only(certificates),
    };
    builder.build().map_err(|error| ConfigError::Client(describe(&error)))
}

/// The innermost cause and what was tried; never the URL, which may be a secret, and else would double what the operation
/// already says.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    // The error itself names the URL, its sources do not.
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let text = error.to_string();
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        source = error.source();
    }
    match texts.is_empty() {
        true => "the request failed".to_owned(),
        false => texts.join(": "),
    }
}

fn read(root_certificates: &[Vec<u8>]) -> Result<Vec<reqwest::Certificate>, ConfigError> {
    let mut certificates = Vec::new();
    for (index, bytes) in root_certificates.iter().enumerate() {
        let wrong = |_| ConfigError::Certificate(index + 1);
        if bytes.starts_with(b"-----BEGIN") {
            certificates.extend(reqwest::Certificate::from_pem_bundle(bytes).map_err(wrong)?);
        } else {
            certificates.push(reqwest::Certificate::from_der(bytes).map_err(wrong)?);
        }
    }
    Ok(certificates)
}
