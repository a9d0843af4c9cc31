//! Checks that ask nobody: the project file, the key's place, the base URLs, the revision, the quota.

use pianoroll_gateway::Quota;
use pianoroll_runtime::project::Project;

use super::finding::Finding;
use crate::arguments::TargetArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::counted;
use crate::target::{self, Destination, Wanted};

/// The project file, or the defaults where it cannot be read.
pub(super) fn project(environment: &Environment, findings: &mut Vec<Finding>) -> Project {
    match Project::find(&environment.folder) {
        Ok(project) => {
            findings.push(Finding::ok(
                "project",
                match &project.file {
                    Some(file) => format!(
                        "{}: {}, {}",
                        file.display(),
                        counted(project.credentials.len() as u64, "credential", "credentials"),
                        counted(project.connections.len() as u64, "connection", "connections")
                    ),
                    None => {
                        "no pianoroll.toml here or above: every setting has its default".to_owned()
                    }
                },
            ));
            project
        }
        Err(error) => {
            findings.push(Finding::fail("project", &Failure::new(Exit::Input, error)));
            Project::default()
        }
    }
}

/// The settings, as far as they can be judged without asking anybody. A destination, when it makes sense to ask.
pub(super) fn settings(
    args: &TargetArguments,
    environment: &Environment,
    project: &Project,
    findings: &mut Vec<Finding>,
) -> Option<Destination> {
    if !args.simulate {
        match target::endpoints(args, environment, project) {
            Ok(endpoints) => findings.push(Finding::ok(
                "base URLs",
                format!("{} and {}", endpoints.gateway, endpoints.control),
            )),
            Err(failure) => findings.push(Finding::fail(
                "base URLs",
                &failure.hint(
                    "the app and the native path follow the base URL: GATEWAY/klaviyo/api/profiles",
                ),
            )),
        }
    }
    let destination =
        match Destination::for_calls(args, environment, project.clone(), Wanted::Control) {
            Ok(destination) => destination,
            Err(failure) => {
                // The same mistake in a URL is told once.
                if target::endpoints(args, environment, project).is_ok() || args.simulate {
                    findings.push(Finding::fail("settings", &failure));
                }
                return None;
            }
        };
    let key = key(&destination, findings);
    quota(&destination, findings);
    revision(&destination, findings);
    key.then_some(destination)
}

fn key(destination: &Destination, findings: &mut Vec<Finding>) -> bool {
    let Some(source) = destination.source() else {
        findings.push(Finding::ok("key", "the simulator takes any"));
        return true;
    };
    if let Some(warning) = source.warning() {
        findings.push(Finding::warn(
            "key file",
            warning,
            "a key that others can read is no secret",
        ));
    }
    match target::read_key(source) {
        Ok(_) => {
            findings.push(Finding::ok("key", format!("there is one in {source}")));
            true
        }
        Err(failure) => {
            findings.push(Finding::fail("key", &failure));
            false
        }
    }
}

fn quota(destination: &Destination, findings: &mut Vec<Finding>) {
    let (quota, maton) = match destination {
        Destination::Simulator(settings) => (settings.quota, false),
        Destination::Gateway(gateway) => (gateway.quota, gateway.endpoints.is_maton()),
    };
    findings.push(match quota {
        Quota::Off if maton => Finding::fail(
            "quota",
            &Failure::input("the quota is off, and Maton refuses what goes past its own")
                .hint("leave it at 10 requests a second"),
        ),
        Quota::Off => Finding::ok("quota", "off: no limits are kept"),
        Quota::PerSecond(requests) if requests > 10 && maton => Finding::warn(
            "quota",
            format!("{requests} requests a second"),
            "Maton documents 10 a second for an account: what goes past it is refused with 429 and repeated",
        ),
        Quota::PerSecond(requests) => {
            Finding::ok("quota", format!("{requests} requests a second, shared by all connections of the key"))
        }
    });
}

fn revision(destination: &Destination, findings: &mut Vec<Finding>) {
    findings.push(match destination.revisions(target::today()) {
        Ok((sent, served)) if sent == served => Finding::ok("revision", sent.to_string()),
        Ok((sent, served)) if destination.is_local() => {
            Finding::ok("revision", format!("{sent}, served as {served} in this mode"))
        }
        Ok((sent, served)) => Finding::warn(
            "revision",
            format!("{sent} is retired, and served as {served}"),
            format!(
                "bodies are built for {served} already; say so with `revision = \"{served}\"` under [gateway], or `served = …` on a connection that is served otherwise"
            ),
        ),
        Err(failure) => Finding::fail("revision", &failure),
    });
}
