//! What a gateway client is told before it starts.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use pianoroll_api::operation::Host;
use reqwest::Url;

/// The two base URLs, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Stands before an app's prefix and native path: `https://gateway.maton.ai`.
    pub gateway: String,
    /// The control plane, which owns the connections: `https://ctrl.maton.ai`.
    pub control: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            gateway: "https://gateway.maton.ai".to_owned(),
            control: "https://ctrl.maton.ai".to_owned(),
        }
    }
}

impl Endpoints {
    /// Two bases as a person writes them.
    ///
    /// # Errors
    /// A base that is no plain `http` or `https` URL.
    pub fn new(gateway: &str, control: &str) -> Result<Self, ConfigError> {
        let plain = |text: &str| -> Result<String, ConfigError> {
            base(text)?;
            Ok(text.trim_end_matches('/').to_owned())
        };
        Ok(Self { gateway: plain(gateway)?, control: plain(control)? })
    }

    /// The base that an app lives under.
    #[must_use]
    pub fn base(&self, host: Host) -> &str {
        let base = match host {
            Host::Gateway => &self.gateway,
            Host::Control => &self.control,
        };
        base.trim_end_matches('/')
    }

    /// Whether both bases are on this machine, as a simulator's are.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let loopback = |text: &str| base(text).is_ok_and(|url| is_loopback(&url));
        loopback(&self.gateway) && loopback(&self.control)
    }

    /// Whether one of the bases is Maton's own.
    #[must_use]
    pub fn is_maton(&self) -> bool {
        [&self.gateway, &self.control]
            .into_iter()
            .any(|text| base(text).is_ok_and(|url| maton(&url)))
    }

    /// Whether any base is encrypted; where none is, no root certificates are read at start.
    pub(crate) fn any_tls(&self) -> bool {
        [&self.gateway, &self.control].into_iter().any(|text| text.starts_with("https:"))
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for text in [&self.gateway, &self.control] {
            let url = base(text)?;
            if maton(&url) && url.scheme() != "https" {
                return Err(ConfigError::Unencrypted { base: text.clone() });
            }
        }
        Ok(())
    }
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn maton(url: &Url) -> bool {
    // A dot at the end names the same host.
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host == "maton.ai" || host.ends_with(".maton.ai")
}

fn base(text: &str) -> Result<Url, ConfigError> {
    let wrong = |why: &'static str| ConfigError::Base { base: text.to_owned(), why };
    let url = Url::parse(text).map_err(|_| wrong("it is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("it must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // The text is not repeated: it may hold a password.
        return Err(ConfigError::BaseWithPassword);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it must end before `?` or `#`"));
    }
    Ok(url)
}

/// The gateway's limit for one credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// This many requests a second, over all connections.
    PerSecond(u32),
    /// No limits at all, not even the endpoints' own. Never with Maton's hosts.
    Off,
}

impl Default for Quota {
    /// Maton's documented limit: 10 requests a second for an account.
    fn default() -> Self {
        Quota::PerSecond(10)
    }
}

impl std::fmt::Display for Quota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Quota::PerSecond(requests) => requests.fmt(f),
            Quota::Off => f.write_str("off"),
        }
    }
}

/// A text that is no quota.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a quota; write requests per second from 1 to 10000, or `off`")]
pub struct ParseQuotaError(pub String);

impl FromStr for Quota {
    type Err = ParseQuotaError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Quota::Off);
        }
        match text.parse() {
            Ok(requests @ 1..=10_000) => Ok(Quota::PerSecond(requests)),
            _ => Err(ParseQuotaError(text.to_owned())),
        }
    }
}

/// How often, and how long apart, a request may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retries {
    /// Requests of one call at most, those refused with 429 not counted.
    pub attempts: u32,
    /// How many 429s one call sits out.
    pub throttles: u32,
    /// Upper end of the first pause; the pause is drawn evenly from nothing to it, and it doubles each time.
    pub first_pause: Duration,
    /// Where the doubling ends.
    pub longest_pause: Duration,
    /// A call that would have to wait longer than this for a limit fails instead, so that a run can be parked.
    pub longest_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            attempts: 5,
            throttles: 6,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(20),
            longest_wait: Duration::from_secs(15 * 60),
        }
    }
}

/// The settings of a [`Gateway`](crate::Gateway).
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the gateway is.
    pub endpoints: Endpoints,
    /// The credential's limit.
    pub quota: Quota,
    /// A file through which all processes of this machine share the credential's quota; nothing keeps it to this one.
    /// [`shared_quota_file`](crate::shared_quota_file) names the usual place. It stays the same when the key is
    /// [replaced](crate::Gateway::replace_credential).
    pub shared_quota: Option<PathBuf>,
    /// From the first packet until the connection stands, encryption included.
    pub connect_timeout: Duration,
    /// From the start of a request until the last byte of its answer.
    pub request_timeout: Duration,
    /// The most bytes of an answer, after decompression.
    pub max_response_bytes: usize,
    /// The most bytes of a request's body; the API takes 5 MB.
    pub max_request_bytes: usize,
    /// Repetitions.
    pub retries: Retries,
    /// Certificates (PEM or DER) that are trusted beside the system's own: for private gateways and tests.
    pub root_certificates: Vec<Vec<u8>>,
    /// Seeds the jitter of pauses.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoints: Endpoints::default(),
            quota: Quota::default(),
            shared_quota: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            max_response_bytes: 64 << 20,
            max_request_bytes: 5_000_000,
            retries: Retries::default(),
            root_certificates: Vec::new(),
            seed: 0,
        }
    }
}

/// Why no gateway client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A base URL that cannot be one.
    #[error("`{base}` cannot be a base URL: {why}")]
    Base {
        /// As written.
        base: String,
        /// What is wrong.
        why: &'static str,
    },
    /// A base URL with a user name or password in it.
    #[error("a base URL must not hold a user name or password")]
    BaseWithPassword,
    /// The key would leave in the clear.
    #[error("`{base}` would send the key unencrypted; write https://")]
    Unencrypted {
        /// As written.
        base: String,
    },
    /// Maton's limit holds whatever we say.
    #[error(
        "the quota cannot be off for Maton's own hosts: every request past the limit would be refused"
    )]
    QuotaOff,
    /// A root certificate that cannot be read.
    #[error("root certificate {0} is neither PEM nor DER")]
    Certificate(usize),
    /// The file of the shared quota cannot be used.
    #[error("the quota cannot be shared through {}: {error}", path.display())]
    SharedQuota {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The HTTP client.
    #[error("the HTTP client could not be set up: {0}")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn quotas_are_numbers_or_off() {
        let check = |text: &str, expected: Expect| {
            let quota = text.parse::<Quota>();
            expected.assert_eq(
                &quota.map_or_else(|error| error.to_string(), |quota| quota.to_string()),
            );
        };
        check("10", expect!["10"]);
        check("off", expect!["off"]);
        check(
            "0",
            expect!["`0` is not a quota; write requests per second from 1 to 10000, or `off`"],
        );
        check(
            "-1",
            expect!["`-1` is not a quota; write requests per second from 1 to 10000, or `off`"],
        );
        check(
            "fast",
            expect!["`fast` is not a quota; write requests per second from 1 to 10000, or `off`"],
        );
    }

    #[test]
    fn bases_are_plain_urls() {
        let check = |text: &str, expected: Expect| {
            let endpoints = Endpoints::new(text, text).and_then(|ends| ends.check().map(|()| ends));
            expected.assert_eq(&endpoints.map_or_else(
                |error| error.to_string(),
                |ends| {
                    format!(
                        "{} loopback={} maton={}",
                        ends.gateway,
                        ends.is_loopback(),
                        ends.is_maton()
                    )
                },
            ));
        };
        check("http://127.0.0.1:8080/", expect!["http://127.0.0.1:8080 loopback=true maton=false"]);
        check("http://[::1]:80", expect!["http://[::1]:80 loopback=true maton=false"]);
        check("http://localhost:1", expect!["http://localhost:1 loopback=true maton=false"]);
        check("https://api.maton.ai", expect!["https://api.maton.ai loopback=false maton=true"]);
        check("https://MATON.ai./x/", expect!["https://MATON.ai./x loopback=false maton=true"]);
        check("https://notmaton.ai", expect!["https://notmaton.ai loopback=false maton=false"]);
        check(
            "http://gateway.maton.ai",
            expect!["`http://gateway.maton.ai` would send the key unencrypted; write https://"],
        );
        check(
            "gateway.maton.ai",
            expect!["`gateway.maton.ai` cannot be a base URL: it is not a URL"],
        );
        check(
            "ftp://x",
            expect!["`ftp://x` cannot be a base URL: it must begin with http:// or https://"],
        );
        check("https://u:secret@x", expect!["a base URL must not hold a user name or password"]);
        check(
            "https://x?y",
            expect!["`https://x?y` cannot be a base URL: it must end before `?` or `#`"],
        );
    }
}
