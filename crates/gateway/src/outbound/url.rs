//! URLs that are secrets themselves.

use reqwest::Url;

use super::OutboundError;
use crate::config::is_loopback;

/// A URL that lets whoever knows it send in somebody's name, as a chat webhook's does. It can be sent to, and its host can be
/// shown; its `Debug` is blank but for that, and the rest can be neither shown nor serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl {
    url: Url,
}

impl SecretUrl {
    /// The URL as it is, without the line end that files and pipes add.
    ///
    /// # Errors
    /// What is no absolute `http` or `https` URL; plain `http` to another machine, which would tell the secret on the way; a
    /// user name or password; a fragment, which would not be sent. The URL is not repeated.
    pub fn new(text: &str) -> Result<Self, OutboundError> {
        let wrong = |why: &'static str| Err(OutboundError::Url(why));
        let text = text.trim();
        if text.is_empty() {
            return wrong("there is none");
        }
        // The parser would leave some of these out in silence, and so join two lines of a file.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return wrong(
                "it holds white space or control characters; write one URL and nothing else",
            );
        }
        // The parser would also take `https:path` and `https:///path`, whose host would be a part of the secret.
        let Some(rest) = after_scheme(text) else {
            return wrong("it must begin with https://");
        };
        if rest.starts_with(['/', '\\', '?', '#', ':']) || rest.is_empty() {
            return wrong("it names no host");
        }
        let Ok(url) = Url::parse(text) else {
            return wrong("it is not a URL");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("it must not hold a user name or password");
        }
        if url.fragment().is_some() {
            return wrong("it must end before `#`, behind which nothing is sent");
        }
        if url.scheme() != "https" && !is_loopback(&url) {
            return wrong("it would be sent unencrypted; write https://");
        }
        Ok(Self { url })
    }

    /// The host, which is no secret.
    #[must_use]
    pub fn host(&self) -> &str {
        // There is one: the scheme asks for it.
        self.url.host_str().unwrap_or_default()
    }

    /// Where to send.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretUrl({}/[secret])", self.host())
    }
}

/// What stands behind `http://` or `https://`.
fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let known = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    known.then_some(rest)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// What is shown of a URL, or of its refusal; never the secret.
    fn shown(text: &str) -> String {
        let found = SecretUrl::new(text);
        let debug = format!("{found:?} {found:#?}");
        let shown = match &found {
            Ok(url) => format!("{url:?} {}", url.host()),
            Err(error) => error.to_string(),
        };
        assert!(!debug.contains("T0p") && !shown.contains("T0p"), "{debug} {shown}");
        shown
    }

    #[test]
    fn urls_that_keep_their_secret_are_taken() {
        let check = |text: &str, expected: Expect| expected.assert_eq(&shown(text));
        check(
            "https://hooks.example.com/services/T0p?k=T0p\n",
            expect!["SecretUrl(hooks.example.com/[secret]) hooks.example.com"],
        );
        check("HTTPS://x.example:8443/T0p", expect!["SecretUrl(x.example/[secret]) x.example"]);
        check("http://127.0.0.1:9/T0p", expect!["SecretUrl(127.0.0.1/[secret]) 127.0.0.1"]);
        check("http://[::1]:9/T0p", expect!["SecretUrl([::1]/[secret]) [::1]"]);
        check("http://localhost/T0p", expect!["SecretUrl(localhost/[secret]) localhost"]);
    }

    #[test]
    fn all_others_are_refused_without_being_repeated() {
        let check = |texts: &[&str], expected: Expect| {
            let shown: Vec<String> = texts.iter().map(|text| shown(text)).collect();
            assert!(shown.windows(2).all(|two| two[0] == two[1]), "{shown:?}");
            expected.assert_eq(&shown[0]);
        };
        check(
            &[
                "http://hooks.example.com/T0p",
                "http://127.0.0.1.example.com/T0p",
                "http://10.0.0.1/T0p",
            ],
            expect!["the URL cannot be used: it would be sent unencrypted; write https://"],
        );
        check(
            &[
                "https://u:T0p@x.example/",
                "https://T0p@x.example/",
                "http://localhost@x.example/T0p",
            ],
            expect!["the URL cannot be used: it must not hold a user name or password"],
        );
        check(
            &[
                "/services/T0p",
                "hooks.example.com/T0p",
                "https:hooks.example.com/T0p",
                "ftp://x.example/T0p",
                "file:///T0p",
                "T0p:https://x.example",
            ],
            expect!["the URL cannot be used: it must begin with https://"],
        );
        check(
            &["https:///T0p/x", "https://", "https://?T0p", "https:////T0p"],
            expect!["the URL cannot be used: it names no host"],
        );
        check(
            &["https://[T0p", "https://x.example:T0p/", "https://a%00b/T0p"],
            expect!["the URL cannot be used: it is not a URL"],
        );
        check(
            &["https://x.example/#T0p"],
            expect!["the URL cannot be used: it must end before `#`, behind which nothing is sent"],
        );
        check(
            &[
                "https://x.example/T0p\nhttps://y.example/T0p",
                "https://x.example/T0p\u{0}",
                "https://x.example/ T0p",
            ],
            expect![
                "the URL cannot be used: it holds white space or control characters; write one URL and nothing else"
            ],
        );
        check(&["", " \n"], expect!["the URL cannot be used: there is none"]);
    }
}
