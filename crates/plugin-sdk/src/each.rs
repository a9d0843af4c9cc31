//! The resources of all pages.

use crate::{Call, Error, Resource, Response};

/// Every resource of all pages, which are fetched as they are needed. After an error it ends.
#[derive(Debug)]
pub struct Each {
    call: Option<Call>,
    send: fn(Call) -> Result<Response, Error>,
    page: std::vec::IntoIter<Resource>,
}

impl Each {
    /// From the page that a call reads on. What sends the calls may be anything.
    #[must_use]
    pub fn new(call: Call, send: fn(Call) -> Result<Response, Error>) -> Self {
        Self { call: Some(call), send, page: Vec::new().into_iter() }
    }
}

impl Iterator for Each {
    type Item = Result<Resource, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(resource) = self.page.next() {
                return Some(Ok(resource));
            }
            let mut call = self.call.take()?;
            let mut page = match (self.send)(call.clone()) {
                Ok(page) => page,
                Err(error) => return Some(Err(error)),
            };
            self.call = page.next.take().map(|cursor| {
                call.options.insert("cursor".to_owned(), cursor.into());
                call
            });
            self.page = page.into_resources().into_iter();
        }
    }
}
