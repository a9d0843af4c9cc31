//! The bytes of deliveries, as they come in.

use std::sync::Arc;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::hooks::MOST_BYTES;

/// The most bytes that all bodies under way may hold together: 8 of the largest. Anybody may send bodies; whether they are signed
/// shows only when they are whole.
const MOST_TOGETHER: usize = 8 * MOST_BYTES;

/// Room for bodies.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// A permit a byte.
    free: Arc<Semaphore>,
}

/// A whole body. Its room is free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is, or says that it is, longer than a delivery may be.
    TooLarge,
    /// The client went away.
    BrokenOff,
    /// Too many bodies at once.
    Full,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self { free: Arc::new(Semaphore::new(MOST_TOGETHER)) }
    }

    /// Reads a body to its end. Nothing is read of one that announces to be too large.
    pub(crate) async fn read(&self, headers: &HeaderMap, mut body: Body) -> Result<Held, Unread> {
        let announced = headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > MOST_BYTES as u64) {
            return Err(Unread::TooLarge);
        }
        let mut bytes = BytesMut::new();
        let mut room: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Unread::BrokenOff)?.into_data() else { continue };
            if bytes.len() + data.len() > MOST_BYTES {
                return Err(Unread::TooLarge);
            }
            let more = self.take(data.len()).ok_or(Unread::Full)?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Held { bytes: bytes.freeze(), _room: room })
    }

    /// Does not wait: whoever holds the room may be one who sends slowly.
    fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_many_owned(u32::try_from(bytes).ok()?).ok()
    }

    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.free.available_permits()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use http::HeaderValue;

    use super::*;

    fn chunks(chunks: &'static [&'static [u8]]) -> Body {
        let chunks = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from_static(chunk)));
        Body::from_stream(stream::iter(chunks))
    }

    #[tokio::test]
    async fn room_is_taken_while_a_body_is_held() {
        let room = Room::new();
        let held = room.read(&HeaderMap::new(), chunks(&[b"ab", b"", b"cde"])).await.unwrap();
        assert_eq!((&held.bytes[..], room.free()), (&b"abcde"[..], MOST_TOGETHER - 5));
        drop(held);
        assert_eq!(room.free(), MOST_TOGETHER);
        let empty = room.read(&HeaderMap::new(), Body::empty()).await.unwrap();
        assert!(empty.bytes.is_empty());
    }

    #[tokio::test]
    async fn what_finds_no_room_is_put_off_and_gives_back_what_it_had() {
        let room = Room::new();
        let rest = room.take(MOST_TOGETHER - 3).unwrap();
        let read = room.read(&HeaderMap::new(), chunks(&[b"ab", b"cd"])).await;
        assert_eq!((read.unwrap_err(), room.free()), (Unread::Full, 3));
        drop(rest);
        assert!(room.read(&HeaderMap::new(), chunks(&[b"ab", b"cd"])).await.is_ok());
    }

    #[tokio::test]
    async fn a_length_is_believed_where_it_is_too_large() {
        let (room, mut headers) = (Room::new(), HeaderMap::new());
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(MOST_BYTES + 1));
        let read = room
            .read(&headers, Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()));
        assert_eq!(read.await.unwrap_err(), Unread::TooLarge);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_none() {
        let broken = std::io::Error::other("gone");
        let chunks = [Ok(Bytes::from_static(b"ab")), Err(broken)];
        let read =
            Room::new().read(&HeaderMap::new(), Body::from_stream(stream::iter(chunks))).await;
        assert_eq!(read.unwrap_err(), Unread::BrokenOff);
    }
}
