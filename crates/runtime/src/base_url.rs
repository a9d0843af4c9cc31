//! Base URLs and the traps that people fall into with them.

use std::fmt;

/// Why a text is no base URL, with the text that would be right where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a base URL: {reason}{}", Hint(self.right.as_deref()))]
pub struct BaseUrlError {
    /// As it was given.
    pub given: String,
    /// What is wrong with it.
    pub reason: &'static str,
    /// What was probably meant.
    pub right: Option<String>,
}

struct Hint<'t>(Option<&'t str>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(right) => write!(f, "; write `{right}`"),
            None => Ok(()),
        }
    }
}

/// A base URL in the form that the gateway client takes: a scheme, a host, perhaps a port and a path, no slash at the end.
///
/// # Errors
/// The document's traps: an app or a native path at the end (`…/klaviyo`, `…/api`), square brackets outside an IPv6
/// address, white space, a query, a user or a password, a scheme other than `http` and `https`. A slash at the end is
/// dropped in silence: it can only mean one thing.
pub fn check(given: &str) -> Result<String, BaseUrlError> {
    let error = |reason: &'static str, right: Option<String>| {
        Err(BaseUrlError { given: shown(given), reason, right })
    };
    if given.is_empty() {
        return error("it is empty", None);
    }
    if given.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return error("it holds white space", None);
    }
    let (scheme, rest) = match given.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (scheme, rest),
        Some(_) => return error("the scheme must be http or https", None),
        None => return error("it has no scheme", Some(format!("https://{}", trimmed(given)))),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if rest.contains(['?', '#']) {
        let end = rest.find(['?', '#']).unwrap_or(rest.len());
        let right = format!("{scheme}://{}", trimmed(rest.get(..end).unwrap_or_default()));
        return error("it has a query", Some(right));
    }
    if authority.contains('@') {
        // Not shown again: what stands before the sign may be a secret.
        return error("it holds a user or a password; the key goes into a credential", None);
    }
    if authority.is_empty() || authority.starts_with(':') {
        return error("it has no host", None);
    }
    let host_brackets = authority.starts_with('[') && authority.contains(']');
    if path.contains(['[', ']']) || (authority.contains(['[', ']']) && !host_brackets) {
        return error("it holds square brackets", None);
    }
    let path = trimmed(path);
    for (tail, reason) in [
        ("/klaviyo/api", "it ends in an app and a native path, which pianoroll adds itself"),
        ("/klaviyo", "it ends in the app `klaviyo`, which pianoroll adds itself"),
        ("/api", "it ends in the native path `/api`, which pianoroll adds itself"),
    ] {
        if path == tail || path.starts_with(&format!("{tail}/")) {
            return error(reason, Some(format!("{scheme}://{authority}")));
        }
        if let Some(base) = path.strip_suffix(tail) {
            return error(reason, Some(format!("{scheme}://{authority}{base}")));
        }
    }
    Ok(format!("{scheme}://{authority}{path}"))
}

fn trimmed(text: &str) -> &str {
    text.trim_end_matches('/')
}

// What stands before an `@` may be a password, and errors reach logs.
fn shown(given: &str) -> String {
    match (given.split_once("://"), given.rfind('@')) {
        (Some((scheme, _)), Some(at)) => {
            format!("{scheme}://…{}", given.get(at..).unwrap_or_default())
        }
        _ => given.chars().filter(|character| !character.is_control()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    fn check(given: &str, expected: Expect) {
        expected.assert_eq(&super::check(given).unwrap_or_else(|error| error.to_string()));
    }

    #[test]
    fn a_base_url_ends_before_the_app() {
        check("https://gateway.maton.ai", expect!["https://gateway.maton.ai"]);
        check("http://127.0.0.1:4010/", expect!["http://127.0.0.1:4010"]);
        check("http://[::1]:4010", expect!["http://[::1]:4010"]);
        check("https://proxy.example/maton/", expect!["https://proxy.example/maton"]);
    }

    #[test]
    fn the_traps_are_named_with_the_way_out() {
        check(
            "https://gateway.maton.ai/klaviyo",
            expect![
                "`https://gateway.maton.ai/klaviyo` is not a base URL: it ends in the app `klaviyo`, which pianoroll adds itself; write `https://gateway.maton.ai`"
            ],
        );
        check(
            "https://gateway.maton.ai/klaviyo/api/",
            expect![
                "`https://gateway.maton.ai/klaviyo/api/` is not a base URL: it ends in an app and a native path, which pianoroll adds itself; write `https://gateway.maton.ai`"
            ],
        );
        check(
            "https://gateway.maton.ai/api/profiles",
            expect![
                "`https://gateway.maton.ai/api/profiles` is not a base URL: it ends in the native path `/api`, which pianoroll adds itself; write `https://gateway.maton.ai`"
            ],
        );
        check(
            "https://proxy.example/maton/klaviyo",
            expect![
                "`https://proxy.example/maton/klaviyo` is not a base URL: it ends in the app `klaviyo`, which pianoroll adds itself; write `https://proxy.example/maton`"
            ],
        );
        check(
            "gateway.maton.ai/",
            expect![
                "`gateway.maton.ai/` is not a base URL: it has no scheme; write `https://gateway.maton.ai`"
            ],
        );
        check(
            "ftp://gateway.maton.ai",
            expect!["`ftp://gateway.maton.ai` is not a base URL: the scheme must be http or https"],
        );
        check(
            "https://gateway.maton.ai?page[size]=1",
            expect![
                "`https://gateway.maton.ai?page[size]=1` is not a base URL: it has a query; write `https://gateway.maton.ai`"
            ],
        );
        check(
            "https://gateway.maton.ai/x[]",
            expect!["`https://gateway.maton.ai/x[]` is not a base URL: it holds square brackets"],
        );
        check("https:///x", expect!["`https:///x` is not a base URL: it has no host"]);
        check("https://a b", expect!["`https://a b` is not a base URL: it holds white space"]);
        check("", expect!["`` is not a base URL: it is empty"]);
    }

    #[test]
    fn a_password_is_not_repeated() {
        check(
            "https://me:secret@gateway.maton.ai",
            expect![
                "`https://…@gateway.maton.ai` is not a base URL: it holds a user or a password; the key goes into a credential"
            ],
        );
    }
}
