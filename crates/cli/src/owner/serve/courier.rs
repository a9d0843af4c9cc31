//! Sends notices: grouped, repeated until they have arrived, and given up when they are old.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pianoroll_gateway::{Outbound, OutboundError, SecretUrl};
use pianoroll_journal::{Keep, NoticeRecord, NoticeState};
use pianoroll_runtime::project::NotifySettings;
use serde_json::{Value, json};

use super::Server;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// How often the journal is looked through.
const LOOK: Duration = Duration::from_secs(1);

/// How many notices are looked at together.
const PORTION: u32 = 500;

/// How many of them stand in one message.
const MOST: usize = 20;

/// How soon a repetition comes for which newer notices wait.
const SOON: SignedDuration = SignedDuration::from_mins(5);

/// How long a pause between two tries is at most, and where the receiver says that it will never take a message.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// How long a notice is tried.
const OLD: SignedDuration = SignedDuration::from_hours(24);

/// Until the process ends. Nothing is open before the first notice.
pub(super) fn run(server: Arc<Server>) -> Result<impl Future<Output = ()> + Send, Failure> {
    let outbound = Outbound::new(Arc::clone(&server.owner.clock)).or_exit(Exit::Failed)?;
    Ok(async move {
        loop {
            server.owner.clock.sleep(LOOK).await;
            if let Err(error) = deliver(&server, &outbound).await {
                tracing::error!("notices cannot be looked through: {error}");
            }
        }
    })
}

async fn deliver(
    server: &Server,
    outbound: &Outbound,
) -> Result<(), pianoroll_journal::JournalError> {
    let now = server.owner.clock.now();
    let backend = server.owner.backend();
    let waiting = backend.notices(Some(NoticeState::Waiting), PORTION).await?;
    let mut groups: BTreeMap<String, Vec<NoticeRecord>> = BTreeMap::new();
    for notice in waiting {
        groups.entry(notice.recipient.clone()).or_default().push(notice);
    }
    for (recipient, notices) in groups {
        let notices = next_message(notices, now);
        if notices.is_empty() {
            continue;
        }
        let sent = send(server, outbound, &recipient, &notices).await;
        server.metrics.notification(sent.is_ok());
        if let Err(failure) = &sent {
            tracing::warn!(recipient, "a notice was not sent: {}", failure.why);
        }
        let now = server.owner.clock.now();
        let after =
            notices.into_iter().map(|notice| Keep::NoticeAfter(settled(notice, &sent, now)));
        backend.keep(after.collect()).await?;
    }
    Ok(())
}

/// The notices of the next message to one recipient, in their order. Those that have failed together are sent again together, with
/// nothing beside, so that a repetition is one. What is newer waits for a repetition that comes soon, and for no other.
fn next_message(notices: Vec<NoticeRecord>, now: Timestamp) -> Vec<NoticeRecord> {
    let (failed, mut new): (Vec<_>, Vec<_>) =
        notices.into_iter().partition(|notice| notice.tries > 0);
    if let Some(due) = failed.iter().find(|notice| notice.next <= now) {
        let together = (due.tries, due.next);
        return failed.into_iter().filter(|it| (it.tries, it.next) == together).collect();
    }
    let is_soon = |notice: &NoticeRecord| notice.next.duration_since(now) <= SOON;
    // What is new goes along with what is due.
    if failed.iter().any(is_soon) || new.iter().all(|notice| notice.next > now) {
        return Vec::new();
    }
    new.truncate(MOST);
    new
}

/// Why a message was not sent.
struct NotSent {
    why: String,
    /// Whether it may pass by itself, or by an operator who is about to mend it.
    passes: bool,
    pause: Option<Duration>,
}

async fn send(
    server: &Server,
    outbound: &Outbound,
    recipient: &str,
    notices: &[NoticeRecord],
) -> Result<(), NotSent> {
    let current = server.current();
    let Some(settings) = current.project.notify.get(recipient) else {
        let why = format!("there is no `[notify.{recipient}]` any more");
        return Err(NotSent { why, passes: false, pause: None });
    };
    let url = url(settings).map_err(|why| NotSent { why, passes: true, pause: None })?;
    // The same notices have the same key, so that a receiver can tell a repetition.
    let ids: Vec<String> = notices.iter().map(|notice| notice.id.to_string()).collect();
    let key = format!("pianoroll-{}", ids.join("-"));
    outbound.post(&url, &message(notices), &key).await.map_err(|error: OutboundError| NotSent {
        passes: error.is_transient(),
        pause: error.retry_after(),
        why: error.to_string(),
    })
}

/// The address, read anew each time: it may have changed.
fn url(settings: &NotifySettings) -> Result<SecretUrl, String> {
    let secret = settings.webhook.read_secret().map_err(|error| error.to_string())?;
    SecretUrl::new(secret.expose()).map_err(|error| error.to_string())
}

/// What chat services show as it is, and what programs read beside it.
fn message(notices: &[NoticeRecord]) -> Value {
    let line = |notice: &NoticeRecord| {
        notice.content.get("text").and_then(Value::as_str).unwrap_or("(erased)").to_owned()
    };
    let lines: Vec<String> = notices.iter().map(line).collect();
    let all = notices.iter().map(|notice| {
        json!({
            "kind": notice.kind,
            "text": notice.content.get("text"),
            "run": notice.content.get("run"),
            "details": notice.content.get("details"),
            "at": notice.at,
        })
    });
    json!({ "text": lines.join("\n"), "source": "pianoroll", "notices": all.collect::<Vec<_>>() })
}

fn settled(notice: NoticeRecord, sent: &Result<(), NotSent>, now: Timestamp) -> NoticeRecord {
    let tries = notice.tries + 1;
    let Err(failure) = sent else {
        return NoticeRecord { state: NoticeState::Sent, tries, next: now, error: None, ..notice };
    };
    let error = Some(failure.why.clone());
    if now.duration_since(notice.at) >= OLD {
        tracing::error!(recipient = notice.recipient, kind = notice.kind, "a notice is given up");
        return NoticeRecord { state: NoticeState::GivenUp, tries, next: now, error, ..notice };
    }
    let doubled = match failure.passes {
        true => SignedDuration::from_secs(30 << tries.min(7)).min(LONGEST),
        false => LONGEST,
    };
    let asked = failure.pause.and_then(|pause| SignedDuration::try_from(pause).ok());
    let pause = asked.map_or(doubled, |asked| asked.max(doubled).min(OLD));
    NoticeRecord { tries, next: now.checked_add(pause).unwrap_or(now), error, ..notice }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(id: u64) -> NoticeRecord {
        NoticeRecord {
            id,
            recipient: "oncall".to_owned(),
            key: format!("failed:{id}"),
            kind: "failed".to_owned(),
            content: json!({ "text": format!("retag {id} has failed"), "run": "r1" }),
            at: Timestamp::from_second(1_800_000_000).unwrap(),
            state: NoticeState::Waiting,
            tries: 0,
            next: Timestamp::from_second(1_800_000_005).unwrap(),
            error: None,
        }
    }

    #[test]
    fn a_message_has_a_line_a_notice() {
        let message = message(&[notice(1), notice(2)]);
        assert_eq!(message["text"], "retag 1 has failed\nretag 2 has failed");
        assert_eq!(message["notices"][1]["kind"], "failed");
    }

    #[test]
    fn what_has_failed_together_is_repeated_alone_and_before_what_is_newer() {
        let at = |seconds: i64| notice(1).at + SignedDuration::from_secs(seconds);
        let ids = |notices: Vec<NoticeRecord>| -> Vec<u64> {
            notices.iter().map(|notice| notice.id).collect()
        };
        let new = || vec![notice(1), notice(2)];
        assert_eq!(ids(next_message(new(), at(0))), [] as [u64; 0]);
        assert_eq!(ids(next_message(new(), at(5))), [1, 2]);
        let failed = |passes| Err(NotSent { why: "answered".to_owned(), passes, pause: None });
        let mut all: Vec<NoticeRecord> =
            new().into_iter().map(|notice| settled(notice, &failed(true), at(5))).collect();
        all.push(notice(3));
        assert_eq!(ids(next_message(all.clone(), at(30))), [] as [u64; 0]);
        assert_eq!(ids(next_message(all, at(65))), [1, 2]);
        // What a receiver will never take holds nothing up, and is tried once an hour.
        let refused = settled(notice(1), &failed(false), at(5));
        let all = vec![refused, notice(2)];
        assert_eq!(ids(next_message(all.clone(), at(30))), [2]);
        assert_eq!(ids(next_message(all, at(3605))), [1]);
    }

    #[test]
    fn what_is_not_sent_is_tried_again_until_it_is_old() {
        let failed = |pause| Err(NotSent { why: "answered 500".to_owned(), passes: true, pause });
        let at = |hours: i64| notice(1).at + SignedDuration::from_hours(hours);
        let first = settled(notice(1), &failed(None), at(0));
        assert_eq!((first.state, first.tries), (NoticeState::Waiting, 1));
        assert_eq!(first.next, at(0) + SignedDuration::from_secs(60));
        let asked = settled(notice(1), &failed(Some(Duration::from_secs(600))), at(0));
        assert_eq!(asked.next, at(0) + SignedDuration::from_secs(600));
        let old = settled(first.clone(), &failed(None), at(25));
        assert_eq!(old.state, NoticeState::GivenUp);
        let sent = settled(first, &Ok(()), at(1));
        assert_eq!((sent.state, sent.error), (NoticeState::Sent, None));
    }
}
