//! What a call brings back.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use pianoroll_api::request::{Links, cursor_of};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The answer of a successful call.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200, 201, 202 or 204.
    pub status: u16,
    /// Valid JSON, or empty. Checked without building a value, so that nobody pays for one who does not want it.
    pub body: Bytes,
    /// The gateway's `X-Request-Id`.
    pub request_id: Option<String>,
    /// The server's own time when it answered, in whole seconds; for telling a clock that is wrong.
    pub date: Option<Timestamp>,
    /// How it is known.
    pub settlement: Settlement,
    /// What it took.
    pub attempts: Effort,
}

impl Answer {
    /// The body as a value; null where it is empty.
    #[must_use]
    pub fn json(&self) -> Value {
        // The body was checked when it came in.
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The cursor of the next page, cut out of `links.next`.
    #[must_use]
    pub fn next_cursor(&self) -> Option<String> {
        match self.page().next {
            NextPage::At(cursor) => Some(cursor),
            NextPage::None | NextPage::Lost => None,
        }
    }

    /// What the answer says about its page.
    #[must_use]
    pub fn page(&self) -> PageInfo {
        #[derive(Deserialize)]
        struct Page {
            #[serde(default)]
            data: Rows,
            #[serde(default)]
            links: Option<Links>,
        }
        let Ok(page) = serde_json::from_slice::<Page>(&self.body) else {
            return PageInfo { rows: 0, next: NextPage::None };
        };
        let link = page.links.and_then(|links| links.next).filter(|link| !link.is_empty());
        let next = match link.as_deref().map(cursor_of) {
            None => NextPage::None,
            Some(None) => NextPage::Lost,
            Some(Some(cursor)) => NextPage::At(cursor),
        };
        PageInfo { rows: page.data.0, next }
    }
}

/// What an answer says about its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageInfo {
    /// How many resources it holds; 0 where it holds no list.
    pub rows: usize,
    /// Where it goes on.
    pub next: NextPage,
}

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextPage {
    /// Nowhere: this was the last page.
    None,
    /// At this cursor.
    At(String),
    /// There is a link to another page, and no cursor in it. Taking this for the end would lose rows in silence.
    Lost,
}

/// How many resources a member `data` holds; 0 where it is no list. Counted without reading them.
#[derive(Default)]
struct Rows(usize);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowsVisitor)
    }
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = Rows;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resources, one of them, or null")
    }

    fn visit_unit<E>(self) -> Result<Rows, E> {
        Ok(Rows(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rows, A::Error> {
        let mut rows = 0;
        while items.next_element::<IgnoredAny>()?.is_some() {
            rows += 1;
        }
        Ok(Rows(rows))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Rows, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Rows(0))
    }
}

/// How the success of a call is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The API said so.
    #[default]
    Answered,
    /// An answer was lost, and the repeated delete found nothing left.
    AlreadyGone,
    /// An answer was lost, and the repetition was refused as a duplicate of the same key.
    AlreadyRecorded,
    /// An answer was lost, the repetition conflicted, and a read shows what was to be created.
    AlreadyExists,
    /// An answer was lost, and the operation's probe shows its effect.
    Probed,
}

/// What a call took, beyond the one request that it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Requests sent.
    pub requests: u32,
    /// Those among them that repeated an earlier one.
    pub retries: u32,
    /// How often the API or the gateway said 429.
    pub throttled: u32,
    /// Time spent waiting for limits.
    pub waited: Duration,
}

impl std::ops::AddAssign for Effort {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.throttled += other.throttled;
        self.waited += other.waited;
    }
}

/// What all calls of a gateway client took together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Calls made.
    pub calls: u64,
    /// Requests sent.
    pub requests: u64,
    /// Those among them that repeated an earlier one.
    pub retries: u64,
    /// How often the API or the gateway said 429.
    pub throttled: u64,
    /// Time spent waiting for limits, summed over calls that may have waited side by side.
    pub waited: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, rows: usize, next: NextPage) {
        let answer = Answer {
            status: 200,
            body: Bytes::from(body.to_owned()),
            request_id: None,
            date: None,
            settlement: Settlement::Answered,
            attempts: Effort::default(),
        };
        assert_eq!(answer.page(), PageInfo { rows, next }, "{body}");
    }

    #[test]
    fn a_page_tells_where_the_list_goes_on() {
        check(r#"{"data":[{"id":"1"},{}],"links":{"next":null}}"#, 2, NextPage::None);
        check(r#"{"data":[],"links":{"next":""}}"#, 0, NextPage::None);
        check(r#"{"data":{"id":"1"}}"#, 0, NextPage::None);
        check(r#"{"data":null,"links":null}"#, 0, NextPage::None);
        check("", 0, NextPage::None);
        let link = |link: &str| format!(r#"{{"links":{{"next":"{link}"}},"data":[1]}}"#);
        check(&link("https://x/api?page%5Bcursor%5D=a%3D"), 1, NextPage::At("a=".to_owned()));
        // A link that leads on, but not by a cursor, is no last page.
        check(&link("https://x/api?page[number]=2"), 1, NextPage::Lost);
        check(&link("https://x/api"), 1, NextPage::Lost);
    }
}
