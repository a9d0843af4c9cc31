//! The server itself: connections, compression, latency, start and stop.

use std::sync::Arc;
use std::time::Duration;

use pianoroll_model::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{Answered, Asked, Stage};
use crate::{Rule, Settings, Simulator};

/// Reads one answer that says its length.
async fn read_one(stream: &mut TcpStream) -> Answered {
    let mut received = Vec::new();
    loop {
        if let Some(answered) = Answered::parse(&received) {
            let length = answered.header("content-length").unwrap().parse::<usize>().unwrap();
            if answered.body.len() == length {
                return answered;
            }
        }
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0, "the connection ended");
    }
}

#[tokio::test]
async fn a_connection_is_kept_until_the_simulator_stops() {
    let stage = Stage::of(|_| {}).await;
    let mut stream = TcpStream::connect(stage.simulator.address()).await.unwrap();
    for _ in 0..3 {
        stream.write_all(&Asked::new("GET", "/connections").bytes(false)).await.unwrap();
        assert_eq!(read_one(&mut stream).await.status, 200);
    }
    let address = stage.simulator.address();
    stage.simulator.stop().await;
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_a_client_sent_before_its_end_is_in_the_log_once_it_has_settled() {
    let stage = Stage::of(|_| {}).await;
    for count in 1..=50 {
        let mut stream = TcpStream::connect(stage.simulator.address()).await.unwrap();
        stream.write_all(&Asked::new("GET", "/connections").bytes(false)).await.unwrap();
        drop(stream);
        stage.simulator.settled().await.unwrap();
        assert_eq!(stage.simulator.requests().len(), count);
    }
}

#[tokio::test]
async fn a_client_that_stays_is_waited_for() {
    let stage = Stage::of(|_| {}).await;
    let stays = TcpStream::connect(stage.simulator.address()).await.unwrap();
    let mut settled = std::pin::pin!(stage.simulator.settled());
    for _ in 0..100 {
        tokio::select! {
            biased;
            _ = settled.as_mut() => panic!("one is still there"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(stays);
    settled.await.unwrap();
}

#[tokio::test]
async fn a_dropped_simulator_stops_listening() {
    let stage = Stage::of(|_| {}).await;
    let address = stage.simulator.address();
    let mut idle = TcpStream::connect(address).await.unwrap();
    drop(stage);
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_stop_ends_what_waits() {
    let stage = Stage::of(|settings| settings.latency = Duration::from_secs(10)).await;
    let mut stream = TcpStream::connect(stage.simulator.address()).await.unwrap();
    stream.write_all(&Asked::new("GET", "/connections").bytes(false)).await.unwrap();
    while stage.clock.next_wake().is_none() {
        tokio::task::yield_now().await;
    }
    stage.simulator.stop().await;
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn half_a_request_does_not_keep_the_simulator_from_stopping() {
    let stage = Stage::of(|_| {}).await;
    let mut stream = TcpStream::connect(stage.simulator.address()).await.unwrap();
    // A whole request before it shows that the server has taken the connection.
    stream.write_all(&Asked::new("GET", "/connections").bytes(false)).await.unwrap();
    read_one(&mut stream).await;
    stream.write_all(b"GET /connections HTTP/1.1\r\nhost: sim").await.unwrap();
    let Stage { simulator, clock } = stage;
    let mut stopping = std::pin::pin!(simulator.stop());
    loop {
        tokio::select! {
            biased;
            () = stopping.as_mut() => break,
            () = tokio::task::yield_now() => {}
        }
        if let Some(wait) = clock.next_wake() {
            clock.advance(wait);
        }
    }
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_take_it() {
    let stage = Stage::of(|_| {}).await;
    let plain = stage.get("/klaviyo/api/profiles").await;
    assert_eq!(plain.header("content-encoding"), None);
    let packed = Asked::new("GET", "/klaviyo/api/profiles").with("accept-encoding", "gzip, br");
    let packed = stage.send(packed).await.unwrap();
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.json(), plain.json());
    assert_eq!(packed.json()["data"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn requests_take_latency_and_jitter_and_the_same_seed_takes_the_same() {
    let times = async || {
        let stage = Stage::of(|settings| {
            settings.latency = Duration::from_millis(250);
            settings.jitter = Duration::from_millis(40);
        })
        .await;
        let mut times = Vec::new();
        for _ in 0..5 {
            let before = stage.clock.monotonic();
            stage.send_in_time(Asked::new("GET", "/connections")).await.unwrap();
            times.push(stage.clock.monotonic() - before);
        }
        times
    };
    let first = times().await;
    assert!(first.iter().all(|time| (210..=290).contains(&time.as_millis())), "{first:?}");
    assert!(first.windows(2).any(|pair| pair[0] != pair[1]), "{first:?}");
    assert_eq!(times().await, first);
}

#[tokio::test]
async fn limits_see_a_request_when_it_arrives() {
    let stage = Stage::of(|settings| settings.latency = Duration::from_millis(400)).await;
    stage.simulator.set_faults(vec![Rule { delay_ms: 3000, ..Rule::default() }]);
    stage.send_in_time(Asked::new("GET", "/klaviyo/api/webhooks")).await.unwrap();
    // 200 ms there, 3 s of a fault behind the limits, 200 ms back: the minute began 200 ms before it was charged.
    let answered = stage.send_in_time(Asked::new("GET", "/klaviyo/api/webhooks")).await.unwrap();
    assert_eq!(answered.header("ratelimit-remaining"), Some("13"));
    assert_eq!(stage.clock.monotonic(), Duration::from_millis(2 * 3400));
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let stage = Stage::of(|_| {}).await;
    let address = stage.simulator.address();
    let clock = Arc::new(stage.clock.clone());
    let error = Simulator::start(Settings::default(), address, clock).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {address}: the port is in use"));
}

#[tokio::test]
async fn the_urls_are_bases_without_a_slash() {
    let stage = Stage::of(|_| {}).await;
    assert_eq!(stage.simulator.gateway_url(), format!("http://{}", stage.simulator.address()));
    assert_eq!(stage.simulator.control_url(), stage.simulator.gateway_url());
}
