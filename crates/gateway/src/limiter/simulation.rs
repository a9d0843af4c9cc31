//! The quota against servers that count in other ways, in virtual time: requests travel, are counted, and come back.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

use super::pace::{Leave, Moment, Pace};

/// How a server counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Counting {
    /// Windows of a second that begin afresh, so long after the client's start.
    Fixed(Duration),
    /// Any second.
    Sliding,
}

/// Where the round trip varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Jitter {
    /// Nowhere.
    None,
    /// On the way to the server, by ± so much, evenly.
    Out(Duration),
    /// On the way back.
    Back(Duration),
    /// Half on each way.
    Both(Duration),
}

/// What became of a run.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// Time against requests ÷ quota.
    pub ratio: f64,
    /// Share of refusals among requests.
    pub refused: f64,
    /// Calls that were refused more than once.
    pub repeated: u32,
}

const QUOTA: u32 = 10;
const LATENCY: Duration = Duration::from_millis(250);

struct Server {
    counting: Counting,
    counted: VecDeque<Duration>,
}

impl Server {
    /// Takes a request, or says how many whole seconds to wait.
    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let second = Duration::from_secs(1);
        let begin = match self.counting {
            // A request exactly a second ago no longer counts.
            Counting::Sliding => (now + Duration::from_nanos(1)).saturating_sub(second),
            Counting::Fixed(offset) => offset + Duration::from_secs((now - offset).as_secs()),
        };
        while self.counted.front().is_some_and(|time| *time < begin) {
            self.counted.pop_front();
        }
        if self.counted.len() < QUOTA as usize {
            self.counted.push_back(now);
            return Ok(());
        }
        Err(second)
    }
}

#[derive(Debug)]
enum Event {
    /// A request arrives: which call, what the way back will take.
    Arrive(u32, Leave, Duration),
    /// An answer is there.
    Return(u32, Leave, Result<(), Duration>),
    /// Somebody may leave.
    Look,
}

/// `calls` calls, `width` at a time, until all are done.
#[must_use]
pub fn run(calls: u32, width: usize, counting: Counting, jitter: Jitter, seed: u64) -> Outcome {
    let mut random = Pcg64Mcg::new(u128::from(seed));
    let mut draw =
        |range: Duration| range.mul_f64(f64::from(random.next_u32()) / f64::from(u32::MAX));
    let mut way = |jitter: Jitter| {
        let half = LATENCY / 2;
        let vary = |base: Duration, by: Duration, drawn: Duration| base - by + drawn;
        match jitter {
            Jitter::None => (half, half),
            Jitter::Out(by) => (vary(half, by, draw(by * 2)), half),
            Jitter::Back(by) => (half, vary(half, by, draw(by * 2))),
            Jitter::Both(by) => (vary(half, by / 2, draw(by)), vary(half, by / 2, draw(by))),
        }
    };
    let start = Duration::from_secs(5);
    let mut server = Server { counting, counted: VecDeque::new() };
    let mut pace = Pace::new(QUOTA, None);
    let mut events: BTreeMap<(Duration, u64), Event> = BTreeMap::new();
    let mut serial = 0;
    let mut post = |events: &mut BTreeMap<_, _>, at: Duration, event: Event| {
        serial += 1;
        events.insert((at, serial), event);
    };
    let mut waiting: VecDeque<u32> = (0..calls).collect();
    let mut refusals = vec![0_u32; calls as usize];
    let (mut under_way, mut done, mut sent) = (0, 0, 0_u32);
    let mut now = start;
    let mut look = None;
    post(&mut events, now, Event::Look);
    while done < calls {
        // Somebody is always under way, or about to leave.
        let Some(((at, _), event)) = events.pop_first() else { break };
        now = at;
        let moment = Moment { monotonic: now, wall: Timestamp::UNIX_EPOCH };
        match event {
            Event::Arrive(call, leave, back) => {
                let verdict = server.take(now);
                post(&mut events, now + back, Event::Return(call, leave, verdict));
            }
            Event::Return(call, leave, verdict) => {
                pace.answered(leave, moment);
                under_way -= 1;
                match verdict {
                    Ok(()) => done += 1,
                    Err(retry_after) => {
                        pace.refused(moment, retry_after);
                        if let Some(refusals) = refusals.get_mut(call as usize) {
                            *refusals += 1;
                        }
                        waiting.push_front(call);
                    }
                }
            }
            Event::Look => look = look.filter(|look| *look > now),
        }
        while under_way < width
            && let Some(call) = waiting.front().copied()
        {
            match pace.try_leave(moment) {
                Ok(leave) => {
                    waiting.pop_front();
                    under_way += 1;
                    sent += 1;
                    let (out, back) = way(jitter);
                    post(&mut events, now + out, Event::Arrive(call, leave, back));
                }
                Err(ready) => {
                    if look.is_none_or(|look| ready < look) {
                        look = Some(ready);
                        post(&mut events, ready, Event::Look);
                    }
                    break;
                }
            }
        }
    }
    let ideal = f64::from(calls) / f64::from(QUOTA);
    Outcome {
        ratio: (now - start).as_secs_f64() / ideal,
        refused: f64::from(sent - calls) / f64::from(sent),
        repeated: refusals.iter().map(|refusals| u32::from(*refusals > 1)).sum(),
    }
}

#[cfg(test)]
mod tests;
