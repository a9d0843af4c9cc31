use expect_test::{Expect, expect};

use super::*;

fn check(given: &str, expected: Expect) {
    let shown = match word(given) {
        Ok(Word::Operation(row)) => text::operation(&facts::operation(row)),
        Ok(Word::Permission(permission)) => text::permission(&facts::permission(&permission)),
        Ok(Word::Effect(effect)) => text::effect(&facts::effect(effect)),
        Ok(Word::OfPlugins(permission)) => text::of_plugins(&facts::of_plugins(&permission)),
        Err(failure) => format!("{}\n{}\n", failure.error, failure.hints.join("\n")),
    };
    expected.assert_eq(&anstream::adapter::strip_str(&shown).to_string());
}

#[test]
fn operations_are_explained() {
    check(
        "flows.update_status",
        expect![[r#"
            flows.update_status
            Sets the status of a flow and of all its actions: draft, manual or live; live makes it send.

            write
              needs        flows:write
              by hand      a run by hand has it
              automation   permissions = ["flows:write"]
              counted by   calls, writes, records.flows

            send when `status` is `live`
              needs        flows:send
              by hand      --allow flows:send
              automation   permissions = ["flows:send"]
              counted by   calls, sends, records.flows

            Always
              bounded by   only, never
              lost answer  it is sent again: doing it twice is the same as once
              limits       3 a second, 60 a minute (tier S)

            `pianoroll operations show flows.update_status` tells what it takes
        "#]],
    );
    check(
        "campaigns.send",
        expect![[r#"
            campaigns.send
            Sends a campaign to its audiences, now or when its send strategy says; the job's id is the campaign's.

            send
              needs        campaigns:send
              by hand      --allow campaigns:send
              automation   permissions = ["campaigns:send"]
              counted by   calls, sends, records.campaigns

            Always
              bounded by   only, never, campaigns
              lost answer  it is never sent again by guess: `campaigns.get_send_job` is read, and where that does not settle it, the run ends there with an unknown outcome (exit code 6) that a person settles
              limits       10 a second, 150 a minute (tier M)

            `pianoroll operations show campaigns.send` tells what it takes
        "#]],
    );
    check(
        "lists.add_profiles",
        expect![[r#"
            lists.add_profiles
            Adds profiles to a list, at most 1,000 ids a call; consent stays as it is, but flows that the list triggers may start.

            write
              needs        lists:write
              by hand      a run by hand has it
              automation   permissions = ["lists:write"]
              counted by   calls, writes, records.profiles (each item)

            Always
              bounded by   only, never, lists
              lost answer  it is sent again: doing it twice is the same as once
              limits       10 a second, 150 a minute (tier M)

            `pianoroll operations show lists.add_profiles` tells what it takes
        "#]],
    );
    check(
        "campaigns.estimate_recipients",
        expect![[r#"
            campaigns.estimate_recipients
            Estimates how many people a campaign would reach, in one call.

            read
              needs        campaigns:read
              by hand      a run by hand has it
              automation   permissions = ["campaigns:read"]
              counted by   calls

            Always
              bounded by   never
              lost answer  it is sent again: it changes nothing
              limits       10 a second, 150 a minute (tier M)
              caution      no revision of Klaviyo's API has this route; call campaigns.start_recipient_estimation, wait for campaigns.get_recipient_estimation_job, then read campaigns.get_recipient_estimation

            `pianoroll operations show campaigns.estimate_recipients` tells what it takes
        "#]],
    );
    check(
        "events.create",
        expect![[r#"
            events.create
            Records one event and answers nothing: it is checked and queued; profile and metric are created where unknown, and flows that the metric triggers may start.

            write
              needs        events:write
              by hand      a run by hand has it
              automation   permissions = ["events:write"]
              counted by   calls, writes, records.events

            Always
              bounded by   only, never
              lost answer  it is sent again with the same `unique_id`, by which the API knows the repetition
              limits       350 a second, 3500 a minute (tier XL)

            `pianoroll operations show events.create` tells what it takes
        "#]],
    );
}

#[test]
fn permissions_and_effects_are_explained() {
    check(
        "flows:send",
        expect![[r#"
        flows:send
        Covers 1 operation.

          flows.update_status  when `status` is `live`

          by hand      --allow flows:send
          automation   permissions = ["flows:send"]
    "#]],
    );
    check(
        "flows:write",
        expect![[r#"
        flows:write
        Covers 2 operations.

          flows.create
          flows.update_status  unless `status` is `live`: then send

          by hand      a run by hand has it
          automation   permissions = ["flows:write"]
    "#]],
    );
    check(
        "metrics:delete",
        expect![[r#"
        metrics:delete
        No operation needs it: granting it grants nothing.

          by hand      --allow metrics:delete
          automation   permissions = ["metrics:delete"]
    "#]],
    );
    check(
        "connections:delete",
        expect![[r#"
        connections:delete
        Covers 1 operation.

          connections.delete

          by hand      --allow connections:delete
          automation   permissions = ["connections:delete"]
          note         no effect's word covers it: it has to be granted by this name
    "#]],
    );
    check(
        "request",
        expect![[r#"
        request
        Covers native paths that no operation has, reached by `request(method, path, …)`. Nobody knows what they do: unless it is a GET, each counts as delete and as send, and is never sent twice.

          by hand      --allow request
          automation   permissions = ["request"]
          note         no effect's word covers it: it has to be granted by this name
    "#]],
    );
    check(
        "send",
        expect![[r#"
        send: reaches people or third parties: messages, or data that leaves for another system

          campaigns.send
          flows.update_status  when `status` is `live`
          webhooks.create      when `endpoint_url` is given
          webhooks.update      when `endpoint_url` is given

          by hand      --allow send
          automation   permissions = ["send"]
          or finer     `campaigns:send` covers that resource only
    "#]],
    );
}

#[test]
fn files_are_granted_to_plugins() {
    check(
        "files:read",
        expect![[r#"
        files:read
        Lets a plugin read files of the project's folder. Scripts do so without a permission.

          plugin       pianoroll plugin install NAME --grant files:read
    "#]],
    );
}

#[test]
fn the_word_of_notifications_is_one_of_plugins() {
    check(
        "notify",
        expect![[r#"
        notify
        Lets a plugin tell you something, wherever you are. Scripts do so without a permission.

          plugin       pianoroll plugin install NAME --grant notify
    "#]],
    );
}

#[test]
fn unknown_words_are_told_with_what_was_meant() {
    check(
        "profile:write",
        expect![[r#"
        `profile:write` is not a permission, an operation or an effect
        did you mean `profiles:write`?
    "#]],
    );
    check(
        "profiles::merge",
        expect![[r#"
        `profiles::merge` is not a permission, an operation or an effect
        did you mean `profiles.merge`?
    "#]],
    );
    check(
        "profiles.merg",
        expect![[r#"
        `profiles.merg` is not a permission, an operation or an effect
        did you mean `profiles.merge`?
    "#]],
    );
    check(
        "sends",
        expect![[r#"
        `sends` is not a permission, an operation or an effect
        did you mean `send`?
    "#]],
    );
    check(
        "profiles",
        expect![[r#"
        `profiles` is not a permission, an operation or an effect
        `profiles` is a resource; its permissions are profiles:delete, profiles:read, profiles:write
    "#]],
    );
    check(
        "xyz",
        expect![[r#"
        `xyz` is not a permission, an operation or an effect
        `pianoroll operations list` shows all operations
    "#]],
    );
}

#[test]
fn every_operation_and_every_permission_has_an_explanation() {
    for row in OPERATIONS {
        let facts = facts::operation(row);
        for fact in &facts.effects {
            let covered = facts::permission(&fact.permission).covers;
            assert!(covered.iter().any(|one| one.operation == row.id), "{}", row.id);
        }
        assert!(serde_json::to_value(&facts).is_ok());
    }
}
