//! HTTP as it is on the wire, for tests that want to see every byte of it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The status; 0 where the connection ended without one.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Sends one request, and reads its answer to the end.
///
/// # Panics
/// Where nobody listens.
#[must_use]
pub fn ask(address: SocketAddr, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answered {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    let mut head = format!("{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    // One who refuses early may hang up before all of it is there.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&*text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answered { status, body: body.to_owned() }
}
