//! Checks that ask the gateway: the key, the connections, the clock, and one read through each that the project names.

use jiff::Timestamp;
use pianoroll_api::{Arguments, operation};
use pianoroll_gateway::{Call, Cancel, Connection, ConnectionInfo, ErrorKind};
use pianoroll_runtime::project::Project;

use super::finding::Finding;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::refusal;
use crate::target::{self, Destination, Target, Wanted};

/// How far the clocks may be apart, in seconds. Runs compare their own time with the API's: a script that looks a day back
/// does not care for less than this.
const SKEW: i64 = 30;

pub(super) async fn check(
    destination: &Destination,
    environment: &Environment,
    project: &Project,
    findings: &mut Vec<Finding>,
) {
    let target = match destination.open(Wanted::Control, environment, &Cancel::new()).await {
        Ok(target) => target,
        Err(failure) => return findings.push(Finding::fail("client", &failure)),
    };
    if let Some(listed) = connections(&target, destination, findings).await {
        named(project, &listed, findings);
        through(&target, destination, project, &listed, findings).await;
    }
    target.close().await;
}

/// Whether the key is right, by the document's own test: listing the connections. And whether the clock is.
async fn connections(
    target: &Target,
    destination: &Destination,
    findings: &mut Vec<Finding>,
) -> Option<Vec<ConnectionInfo>> {
    let operation = operation::find("connections.list")?;
    let arguments = Arguments::default();
    let sent = target.clock.now();
    let call = Call::new(operation, &arguments);
    match target.gateway.call(&target.connection, call).await {
        Ok(answer) => {
            findings.push(Finding::ok("key accepted", "the control plane knows it"));
            findings.extend(answer.date.map(|date| clock(sent, target.clock.now(), date)));
            Some(ConnectionInfo::parse_list(&answer.json()))
        }
        Err(error) => {
            let name = match error.kind {
                ErrorKind::Unauthorized | ErrorKind::Forbidden => "key accepted",
                _ => "control plane",
            };
            let failure = refusal::of_call(&error, destination.source());
            findings.push(Finding::fail(name, &failure.hint(match error.kind {
                ErrorKind::Unauthorized => {
                    "a shell that does not expand the variable sends no key or the wrong one; look with `printenv`, not in the script"
                }
                _ => "is the control plane's base URL right? the document's is https://ctrl.maton.ai",
            })));
            None
        }
    }
}

/// The gateway's date has whole seconds, and lies somewhere between sending and receiving.
fn clock(sent: Timestamp, received: Timestamp, date: Timestamp) -> Finding {
    let early = sent.as_second() - date.as_second();
    let late = date.as_second() - received.as_second();
    let skew = early.max(late).max(0);
    if skew <= SKEW {
        return Finding::ok("clock", "in step with the gateway's");
    }
    let direction = if early > late { "ahead of" } else { "behind" };
    Finding::warn(
        "clock",
        format!("{skew} s {direction} the gateway's"),
        "set it by NTP (`timedatectl set-ntp true`): scripts compare their own time with the API's",
    )
}

/// Whether the names of the project lead to active connections.
fn named(project: &Project, listed: &[ConnectionInfo], findings: &mut Vec<Finding>) {
    for (name, settings) in &project.connections {
        let found = listed.iter().find(|connection| connection.id == settings.id);
        findings.push(match found {
            Some(connection) if connection.is_active() => {
                Finding::ok("connection", format!("{name} is active"))
            }
            Some(connection) => Finding::fail("connection", &Failure::text(
                Exit::Credential,
                format!("{name} is {}", connection.status),
            )
            .hint("authorise it at its page, or start a new one: `pianoroll connections create`")),
            None => Finding::warn(
                "connection",
                format!("{name} is not among the connections of this key"),
                "is its `credential` the right one? `pianoroll connections list` shows what the key has",
            ),
        });
    }
    if !project.connections.is_empty() {
        return;
    }
    let app = target::gateway_app().map_or("klaviyo", |app| app.id);
    let active =
        listed.iter().filter(|one| one.is_active() && (one.app == app || one.app.is_empty()));
    findings.push(match active.count() {
        0 => Finding::fail(
            "connection",
            &Failure::text(Exit::Credential, format!("the key has no active {app} connection"))
                .hint("`pianoroll connections create` starts one"),
        ),
        1 => Finding::ok("connection", "one is active, so none needs to be named"),
        count => Finding::warn(
            "connection",
            format!("{count} are active, so every command must name one"),
            "give them names: `pianoroll connections import NAME ID`",
        ),
    });
}

/// One read through each connection: whether the prefix is right, and the authorisation alive.
async fn through(
    target: &Target,
    destination: &Destination,
    project: &Project,
    listed: &[ConnectionInfo],
    findings: &mut Vec<Finding>,
) {
    let app = target::gateway_app().map_or("klaviyo", |app| app.id);
    let active: Vec<&ConnectionInfo> = listed
        .iter()
        .filter(|one| one.is_active() && (one.app == app || one.app.is_empty()))
        .collect();
    for info in &active {
        let named = project.connections.iter().find(|(_, settings)| settings.id == info.id);
        // Of an agency's sixty accounts, those that the project uses.
        if named.is_none() && (active.len() > 1 || !project.connections.is_empty()) {
            continue;
        }
        let name = named.map_or_else(|| info.id.to_string(), |(name, _)| name.clone());
        let connection = Connection { id: Some(info.id.clone()), ..target.connection.clone() };
        let pinned = named.and_then(|(_, settings)| settings.account.as_ref());
        let found = target::account(&target.gateway, &connection, destination.source()).await;
        findings.push(match (found, pinned) {
            (Ok(Some(account)), Some(pinned)) if account != pinned.as_str() => Finding::fail(
                "account",
                &Failure::text(
                    Exit::Credential,
                    format!("{name} leads to {account}, and not to {pinned}"),
                )
                .hint("correct `account` or `id` of the connection in pianoroll.toml"),
            ),
            (Ok(Some(account)), _) => Finding::ok("account", format!("{name} leads to {account}")),
            (Ok(None), _) => Finding::warn(
                "account",
                format!("{name} answers without an account"),
                "is it the right app?",
            ),
            (Err(failure), _) => Finding::fail("account", &failure),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::State;

    #[test]
    fn a_skewed_clock_is_told_with_its_direction() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let check = |sent: i64, received: i64, date: i64, state: State, text: &str| {
            let finding = clock(at(sent), at(received), at(date));
            assert_eq!((finding.state, finding.text.as_str()), (state, text));
        };
        check(0, 1, 0, State::Ok, "in step with the gateway's");
        check(0, 20, 10, State::Ok, "in step with the gateway's");
        check(0, 1, 31, State::Ok, "in step with the gateway's");
        check(0, 1, 300, State::Warn, "299 s behind the gateway's");
        check(300, 301, 0, State::Warn, "300 s ahead of the gateway's");
    }
}
