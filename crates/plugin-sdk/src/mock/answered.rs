//! What a mock answers to a call.

use serde_json::Value;

use crate::{Error, Response};

/// The answer of a mocked call, made of a document, a response, an error, or a result of them.
#[derive(Debug)]
pub struct Answered(pub(super) Result<Response, Error>);

impl From<Value> for Answered {
    /// A document; the next page is what its `links.next` has as `page[cursor]`, as from the API.
    fn from(document: Value) -> Self {
        let link = document.pointer("/links/next").and_then(Value::as_str);
        let cursor = |link: &str| {
            let (_, rest) = link
                .split_once("page[cursor]=")
                .or_else(|| link.split_once("page%5Bcursor%5D="))?;
            Some(rest.split('&').next().unwrap_or(rest).to_owned())
        };
        let next = link.and_then(cursor);
        let status = if document.is_null() { 204 } else { 200 };
        Self(Ok(Response { document, status: Some(status), next }))
    }
}

impl From<()> for Answered {
    fn from((): ()) -> Self {
        Value::Null.into()
    }
}

impl From<Response> for Answered {
    fn from(response: Response) -> Self {
        Self(Ok(response))
    }
}

impl From<Error> for Answered {
    fn from(error: Error) -> Self {
        Self(Err(error))
    }
}

impl<A: Into<Answered>> From<Result<A, Error>> for Answered {
    fn from(result: Result<A, Error>) -> Self {
        match result {
            Ok(answer) => answer.into(),
            Err(error) => Self(Err(error)),
        }
    }
}
