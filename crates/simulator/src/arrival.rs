//! A request as it arrived, read to its end.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use serde_json::Value;

/// The largest body that the API takes, decompressed: 5 MB (reference/gateway-behaviour, section 8).
pub(crate) const MAX_BODY: usize = 5 * 1024 * 1024;

/// How much of a body that is too large is still read, so that a client that writes before it reads sees the refusal.
const MAX_DRAINED: usize = 64 * 1024 * 1024;

/// A request with its body.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) method: String,
    /// Percent-encoded, as sent.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Payload,
}

/// What a request carries.
#[derive(Debug)]
pub(crate) enum Payload {
    Empty,
    Json {
        text: Bytes,
        value: Value,
    },
    /// Not JSON, and why not.
    Unreadable {
        text: Bytes,
        why: String,
    },
    /// Compressed in a way that the API does not know, or not as it says.
    Encoding(String),
    TooLarge,
}

impl Payload {
    /// The bytes, decompressed.
    pub(crate) fn text(&self) -> &[u8] {
        match self {
            Payload::Json { text, .. } | Payload::Unreadable { text, .. } => text,
            Payload::Empty | Payload::Encoding(_) | Payload::TooLarge => &[],
        }
    }

    /// The JSON value, where it is one.
    pub(crate) fn value(&self) -> Option<&Value> {
        match self {
            Payload::Json { value, .. } => Some(value),
            _ => None,
        }
    }

    fn decode(raw: Bytes, encoding: &str) -> Self {
        let text = match encoding {
            "" | "identity" => raw,
            "gzip" => {
                let mut text = Vec::new();
                // One byte more than allowed, so that the limit is seen without unpacking a bomb.
                let mut reader = GzDecoder::new(&*raw).take(MAX_BODY as u64 + 1);
                if reader.read_to_end(&mut text).is_err() {
                    return Payload::Encoding(encoding.to_owned());
                }
                Bytes::from(text)
            }
            other => return Payload::Encoding(other.to_owned()),
        };
        if text.len() > MAX_BODY {
            return Payload::TooLarge;
        }
        if text.is_empty() {
            return Payload::Empty;
        }
        match serde_json::from_slice(&text) {
            Ok(value) => Payload::Json { text, value },
            Err(error) => Payload::Unreadable { text, why: error.to_string() },
        }
    }
}

impl Arrival {
    /// Reads a request to its end.
    ///
    /// # Errors
    /// The client went away before that.
    pub(crate) async fn read(request: Request<Incoming>) -> Result<Self, hyper::Error> {
        let (head, body) = request.into_parts();
        let encoding = header(&head.headers, "content-encoding").to_ascii_lowercase();
        let body = match collect(body).await? {
            Some(raw) => Payload::decode(raw, &encoding),
            None => Payload::TooLarge,
        };
        Ok(Self {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: head.headers,
            body,
        })
    }

    /// A header's value; empty where it is absent or not text.
    pub(crate) fn header(&self, name: &str) -> &str {
        header(&self.headers, name)
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}

/// The body, or nothing when it is too large.
async fn collect<B: Body<Data = Bytes> + Unpin>(mut body: B) -> Result<Option<Bytes>, B::Error> {
    let mut kept = Vec::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        total += data.len();
        if total <= MAX_BODY {
            kept.extend_from_slice(&data);
        } else if total > MAX_DRAINED {
            break;
        }
    }
    Ok((total <= MAX_BODY).then(|| Bytes::from(kept)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap().into()
    }

    #[test]
    fn compressed_bodies_are_unpacked_up_to_the_limit() {
        assert_eq!(Payload::decode(packed(b"{}"), "gzip").value(), Some(&serde_json::json!({})));
        assert!(matches!(
            Payload::decode(packed(&vec![b' '; MAX_BODY + 1]), "gzip"),
            Payload::TooLarge
        ));
        assert!(matches!(Payload::decode(Bytes::from_static(b"{}"), "gzip"), Payload::Encoding(_)));
        assert!(matches!(Payload::decode(Bytes::from_static(b"{}"), "br"), Payload::Encoding(_)));
        assert!(matches!(Payload::decode(packed(b""), "gzip"), Payload::Empty));
    }

    #[test]
    fn what_is_no_json_says_why() {
        match Payload::decode(Bytes::from_static(b"{\"a\":}"), "") {
            Payload::Unreadable { why, .. } => {
                assert_eq!(why, "expected value at line 1 column 6");
            }
            other => panic!("{other:?}"),
        }
    }
}
