//! Checks that ask the gateway: the key, the connections, the clock, and one read through each that the project names.

use jiff::Timestamp;
use pianoroll_api::{Arguments, operation};
use pianoroll_gateway::{Call, Cancel, Connection, ConnectionInfo, ErrorKind};
use pianoroll_model::{AccountId, ConnectionId};
use pianoroll_runtime::project::{ConnectionSettings, Project};

use super::finding::{Finding, State};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::refusal;
use crate::target::{self, Chosen, Destination, Target};

/// How far the clocks may be apart, in seconds. Runs compare their own time with the API's: a script that looks a day back
/// does not care for less than this.
const SKEW: i64 = 30;

pub(super) async fn check(
    destination: &Destination,
    project: &Project,
    findings: &mut Vec<Finding>,
) {
    let target = match destination.open(target::Wanted::Control, &Cancel::new()).await {
        Ok(target) => target,
        Err(failure) => return findings.push(Finding::fail("client", &failure)),
    };
    if let Some(listed) = connections(&target, findings).await {
        for wanted in wanted(destination, project, &listed, findings) {
            let finding = known(&wanted, &listed);
            let active = finding.state == State::Ok;
            findings.push(finding);
            if active {
                findings.push(through(&target, destination, &wanted).await);
            }
        }
    }
    target.close().await;
}

/// Whether the key is right, by the document's own test: listing the connections. And whether the clock is.
async fn connections(target: &Target, findings: &mut Vec<Finding>) -> Option<Vec<ConnectionInfo>> {
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
            let (name, hint) = match error.kind {
                ErrorKind::Unauthorized | ErrorKind::Forbidden => (
                    "key accepted",
                    "a shell that does not expand the variable sends no key or the wrong one: look at it with `printenv`",
                ),
                _ => (
                    "control plane",
                    "is its base URL right, and the network there? the document's is https://ctrl.maton.ai",
                ),
            };
            let failure = Failure::text(refusal::exit_of_call(&error), &error).hint(hint);
            findings.push(Finding::fail(name, &failure));
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

/// A connection to look at.
struct Wanted {
    name: String,
    id: ConnectionId,
    account: Option<AccountId>,
}

/// The connection of the command line, else those of the project, else the only active one.
fn wanted(
    destination: &Destination,
    project: &Project,
    listed: &[ConnectionInfo],
    findings: &mut Vec<Finding>,
) -> Vec<Wanted> {
    let of_project = |(name, settings): (&String, &ConnectionSettings)| Wanted {
        name: name.clone(),
        id: settings.id.clone(),
        account: settings.account.clone(),
    };
    let unnamed =
        |id: &ConnectionId| Wanted { name: id.to_string(), id: id.clone(), account: None };
    match destination.chosen() {
        Some(Chosen::Named(name, settings)) => return vec![of_project((name, settings))],
        Some(Chosen::Id(id)) => return vec![unnamed(id)],
        Some(Chosen::Any) if !project.connections.is_empty() => {
            return project.connections.iter().map(of_project).collect();
        }
        Some(Chosen::Any) | None => {}
    }
    let app = target::gateway_app().map_or("klaviyo", |app| app.id);
    let of_app = |one: &&ConnectionInfo| one.is_active() && (one.app == app || one.app.is_empty());
    let active: Vec<&ConnectionInfo> = listed.iter().filter(of_app).collect();
    match active.as_slice() {
        [] => {
            let text = format!("the key has no active {app} connection");
            let failure = Failure::text(Exit::Credential, text);
            let failure = failure.hint("`pianoroll connections create` starts one");
            findings.push(Finding::fail("connection", &failure));
            Vec::new()
        }
        [only] => vec![unnamed(&only.id)],
        several => {
            findings.push(Finding::warn(
                "connection",
                format!("{} are active, so every command must name one", several.len()),
                "give them names: `pianoroll connections import NAME ID`",
            ));
            Vec::new()
        }
    }
}

/// Whether a connection is among the key's, and active.
fn known(wanted: &Wanted, listed: &[ConnectionInfo]) -> Finding {
    let name = &wanted.name;
    let fail = |text: String, hint: &str| {
        Finding::fail("connection", &Failure::text(Exit::Credential, text).hint(hint))
    };
    match listed.iter().find(|connection| connection.id == wanted.id) {
        Some(connection) if connection.is_active() => {
            Finding::ok("connection", format!("{name} is active"))
        }
        Some(connection) => fail(
            format!("{name} is {}", connection.status),
            "authorise it at its page, or start a new one: `pianoroll connections create`",
        ),
        None => fail(
            format!("{name} is not among the connections of this key"),
            "is its `credential` the right one? `pianoroll connections list` shows what the key has",
        ),
    }
}

/// One read through a connection: whether the prefix is right, and the authorisation alive.
async fn through(target: &Target, destination: &Destination, wanted: &Wanted) -> Finding {
    let Wanted { name, id, account: pinned } = wanted;
    let connection = Connection { id: Some(id.clone()), ..target.connection.clone() };
    let found = target::account(&target.gateway, &connection, destination.source()).await;
    match (found, pinned) {
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
            "is it a connection of the right app?",
        ),
        (Err(failure), _) => Finding::fail("account", &failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
