use expect_test::{Expect, expect};
use jiff::civil::date;
use std::path::Path;

use super::*;
use crate::arguments::{ModeWord, QuotaWord};

const PROJECT: &str = r#"
[gateway]
quota = 5
[credentials.agency]
env = "AGENCY_KEY"
quota = 8
[credentials.other]
file = "secrets/other"
[connections.acme]
id = "acme-id"
credential = "agency"
served = "2025-01-15"
[connections.beta]
id = "beta-id"
credential = "other"
live = false
"#;

fn check(args: &TargetArguments, project: &str, expected: Expect) {
    check_with(args, &Environment::default(), project, expected);
}

fn check_with(args: &TargetArguments, environment: &Environment, project: &str, expected: Expect) {
    let project = Project::parse(project, Path::new("/project/pianoroll.toml")).unwrap();
    let shown = match Destination::new(args, environment, project) {
        Ok(Destination::Simulator(settings)) => format!("{settings:?}"),
        Ok(destination) => {
            let (sent, served) = destination.revisions(date(2026, 11, 21)).unwrap();
            let Destination::Gateway(gateway) = &destination else { unreachable!() };
            let connection = match &gateway.connection {
                Chosen::Named(name, settings) => format!("{name} ({})", settings.id),
                Chosen::Id(id) => id.to_string(),
                Chosen::Any => "any".to_owned(),
            };
            format!(
                "{} {} quota={} key={} connection={connection} {sent} as {served}",
                gateway.endpoints.gateway, gateway.endpoints.control, gateway.quota, gateway.source
            )
        }
        Err(failure) => {
            let code = failure.exit.code();
            format!("{code}: {}\n{}", failure.error, failure.hints.join("\n"))
        }
    };
    expected.assert_eq(&shown);
}

fn text(word: &str) -> Option<String> {
    Some(word.to_owned())
}

#[test]
fn without_anything_the_official_hosts_and_the_only_connection() {
    check(
        &TargetArguments::default(),
        "",
        expect![
            "https://gateway.maton.ai https://ctrl.maton.ai quota=10 key=the environment variable MATON_API_KEY connection=any 2024-10-15 as 2025-01-15"
        ],
    );
    check(
        &TargetArguments::default(),
        "[connections.acme]\nid = \"acme-id\"\n",
        expect![
            "https://gateway.maton.ai https://ctrl.maton.ai quota=10 key=the environment variable MATON_API_KEY connection=acme (acme-id) 2024-10-15 as 2025-01-15"
        ],
    );
}

#[test]
fn a_connection_brings_its_credential_quota_and_revision() {
    let named =
        |name: &str| TargetArguments { connection: text(name), ..TargetArguments::default() };
    check(
        &named("acme"),
        PROJECT,
        expect![
            "https://gateway.maton.ai https://ctrl.maton.ai quota=8 key=the environment variable AGENCY_KEY connection=acme (acme-id) 2024-10-15 as 2025-01-15"
        ],
    );
    check(
        &named("beta-id"),
        PROJECT,
        expect![
            "https://gateway.maton.ai https://ctrl.maton.ai quota=5 key=the file `/project/secrets/other` connection=beta (beta-id) 2024-10-15 as 2025-01-15"
        ],
    );
    check(
        &named("acne"),
        PROJECT,
        expect![[r#"
        5: the project has no connection `acne`
        did you mean `acme`?"#]],
    );
    check(
        &named("somebody-else"),
        PROJECT,
        expect![[r#"
        5: the project has several credentials (agency, other), and none was chosen
        name a connection that says which one it uses: --connection NAME"#]],
    );
    check(
        &TargetArguments::default(),
        PROJECT,
        expect![[r#"
        5: the project has several connections, and none was named
        choose one:
        --connection acme   acme-id
        --connection beta   beta-id"#]],
    );
}

#[test]
fn the_command_line_comes_first_then_the_environment() {
    let environment = Environment {
        gateway: text("http://127.0.0.1:1"),
        control: text("http://127.0.0.1:2"),
        quota: text("3"),
        ..Environment::default()
    };
    check_with(
        &TargetArguments::default(),
        &environment,
        "[gateway]\nurl = \"http://file\"\n",
        expect![
            "http://127.0.0.1:1 http://127.0.0.1:2 quota=3 key=the environment variable MATON_API_KEY connection=any 2024-10-15 as 2024-10-15"
        ],
    );
    let args = TargetArguments {
        gateway: text("http://127.0.0.1:3/"),
        quota: Some(QuotaWord(Quota::Off)),
        mode: Some(ModeWord(Mode::Today)),
        ..TargetArguments::default()
    };
    check_with(
        &args,
        &environment,
        "",
        expect![
            "http://127.0.0.1:3 http://127.0.0.1:2 quota=off key=the environment variable MATON_API_KEY connection=any 2024-10-15 as 2025-01-15"
        ],
    );
    check(
        &args,
        "",
        expect![
            "http://127.0.0.1:3 http://127.0.0.1:3 quota=off key=the environment variable MATON_API_KEY connection=any 2024-10-15 as 2025-01-15"
        ],
    );
    // The other way round too: the key for a server on this machine does not go to Maton's gateway.
    let alone =
        TargetArguments { control: text("http://127.0.0.1:4"), ..TargetArguments::default() };
    check(
        &alone,
        "",
        expect![
            "http://127.0.0.1:4 http://127.0.0.1:4 quota=10 key=the environment variable MATON_API_KEY connection=any 2024-10-15 as 2024-10-15"
        ],
    );
    let broken = Environment { quota: text("fast"), ..Environment::default() };
    check_with(
        &TargetArguments::default(),
        &broken,
        "",
        expect![[r#"
        2: PIANOROLL_QUOTA: `fast` is not a quota; write requests per second from 1 to 10000, or `off`
    "#]],
    );
    let trapped = TargetArguments {
        gateway: text("https://gateway.maton.ai/klaviyo/"),
        ..TargetArguments::default()
    };
    check(
        &trapped,
        "",
        expect![[r#"
        2: --gateway: `https://gateway.maton.ai/klaviyo/` is not a base URL: it ends in the app `klaviyo`, which pianoroll adds itself; write `https://gateway.maton.ai`
    "#]],
    );
}

#[test]
fn the_simulator_needs_nothing_from_outside() {
    let args = TargetArguments { simulate: true, profiles: Some(9), ..TargetArguments::default() };
    let environment = Environment { gateway: text("http://elsewhere"), ..Environment::default() };
    check_with(
        &args,
        &environment,
        PROJECT,
        expect![
            "SimulatorSettings { mode: Documented, profiles: Some(9), seed: None, quota: PerSecond(10), request_timeout: None }"
        ],
    );
    let elsewhere =
        TargetArguments { mode: Some(ModeWord(Mode::Strict)), ..TargetArguments::default() };
    check(
        &elsewhere,
        "",
        expect![[r#"
        2: --mode is for simulators, and this gateway is not on this machine
        add --simulate to play the gateway in this process"#]],
    );
}
