//! The plan of a dry run, for people and programs.

use std::fmt::Write as _;

use pianoroll_host::plan::{Plan, PlanGroup, PlannedEffect, PlannedNotification};
use serde_json::{Map, Value, json};

use crate::numbers::{counted, grouped};
use crate::output::plain;
use crate::style::{self, DIM, HEADING, Styled};

/// How many characters of a body are shown.
const SHOWN: usize = 90;

/// What a dry run adds to the object of `run --json`.
pub(crate) fn json(plan: &Plan) -> Map<String, Value> {
    // A plan is made of numbers, texts and JSON, so it always serialises.
    let Ok(Value::Object(mut plan)) = serde_json::to_value(plan) else { return Map::new() };
    let mut take = |name: &str| plan.remove(name).unwrap_or_default();
    let fields = [
        ("dry_run", json!(true)),
        ("planned", take("effects")),
        ("planned_counts", take("counts")),
        ("planned_groups", take("groups")),
        ("planned_dropped", take("dropped")),
        ("planned_notifications", take("notifications")),
        ("planned_notes", take("notes")),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// The effects by operation, with a sample or three of each.
pub(crate) fn text(plan: &Plan, drawn_seed: Option<u64>) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    if plan.groups.is_empty() {
        let _ = writeln!(text, "\n{}", Styled(HEADING, "A real run would change nothing."));
    } else {
        let effects = counted(plan.total(), "effect", "effects");
        let _ =
            writeln!(text, "\n{}", Styled(HEADING, format!("A real run would send {effects}:")));
    }
    let width = plan.groups.iter().map(|group| group.operation.len()).max().unwrap_or_default();
    for group in &plan.groups {
        let effect = Styled(style::effect(group.effect), group.effect);
        let operation = plain(&group.operation);
        let _ = writeln!(text, "  {effect:6}  {operation:width$}  {}", size(group));
        let samples = plan.effects.iter().filter(|one| group.samples.contains(&one.number));
        for sample in samples {
            let _ = writeln!(text, "          {}", Styled(DIM, plain(&line(sample))));
        }
        let rest = group.count - group.samples.len() as u64;
        if rest > 0 {
            let _ =
                writeln!(text, "          {}", Styled(DIM, format!("and {} more", grouped(rest))));
        }
    }
    if !plan.notifications.is_empty() {
        let _ = writeln!(text, "\n{}", Styled(HEADING, "It would tell its operator:"));
    }
    for PlannedNotification { text: said, details, .. } in &plan.notifications {
        let said = plain(said).replace('\n', "\n          ");
        let details = match details {
            Value::Null => String::new(),
            details => format!("  {}", Styled(DIM, plain(&short(details)))),
        };
        let _ = writeln!(text, "  notify  {said}{details}");
    }
    if !plan.notes.is_empty() || drawn_seed.is_some() {
        let _ = writeln!(text, "\n{}", Styled(HEADING, "What a dry run cannot know:"));
    }
    if let Some(seed) = drawn_seed {
        let _ = writeln!(
            text,
            "  random numbers: a real run draws others, unless it is told `--random-seed {seed}`"
        );
    }
    for note in &plan.notes {
        let _ = writeln!(text, "  {}: {}", plain(&note.operation), note.text);
    }
    text
}

fn size(group: &PlanGroup) -> String {
    let calls = counted(group.count, "call", "calls");
    match group.items {
        0 => calls,
        items => format!("{calls}, {}", counted(items, "item", "items")),
    }
}

/// An effect on one line: where it goes, and the beginning of its body.
fn line(effect: &PlannedEffect) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(effect.account.as_ref().map(|account| format!("on {account}")));
    if !effect.target.is_empty() {
        parts.push(effect.target.to_string());
    }
    parts.extend(effect.arguments.body.as_ref().map(short));
    parts.extend(effect.creates.first().map(|id| format!("as {id}")));
    parts.extend(effect.refused.as_ref().map(|why| format!("would be refused: {why}")));
    parts.join("  ")
}

fn short(body: &Value) -> String {
    let text = body.to_string();
    match text.char_indices().nth(SHOWN) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use expect_test::expect;
    use pianoroll_api::Arguments;
    use pianoroll_host::plan::PlanNote;
    use pianoroll_model::{Effect, Position};

    use super::*;

    fn effect(
        number: u64,
        operation: &'static str,
        effect: Effect,
        arguments: Arguments,
    ) -> PlannedEffect {
        PlannedEffect {
            number,
            position: Position::new(None, number),
            operation: Cow::Borrowed(operation),
            effect,
            account: None,
            target: arguments.ids.join("/").into(),
            items: 0,
            arguments,
            assumes: Map::new(),
            creates: Vec::new(),
            refused: None,
        }
    }

    #[test]
    fn a_plan_is_told_by_operation() {
        let create = Arguments::default().with_body(json!({ "name": "New" }));
        let update = |id: &str| Arguments::ids([id]).with_body(json!({ "title": "x".repeat(200) }));
        let effects = vec![
            PlannedEffect {
                creates: vec!["planned:list:1".to_owned()],
                ..effect(1, "lists.create", Effect::Write, create)
            },
            effect(2, "profiles.update", Effect::Write, update("A")),
            PlannedEffect {
                account: Some("target".into()),
                refused: Some("A list with id B does not exist.".into()),
                ..effect(3, "lists.delete", Effect::Delete, Arguments::ids(["B"]))
            },
        ];
        let group = |operation, effect, count, items, sample| PlanGroup {
            operation: Cow::Borrowed(operation),
            effect,
            count,
            items,
            samples: vec![sample],
        };
        let plan = Plan {
            groups: vec![
                group("lists.create", Effect::Write, 1, 0, 1),
                group("profiles.update", Effect::Write, 1_240, 2_000, 2),
                group("lists.delete", Effect::Delete, 1, 0, 3),
            ],
            effects,
            notifications: vec![PlannedNotification {
                position: Position::new(None, 9),
                text: "the list has shrunk\nby a half".to_owned(),
                details: json!({ "now": 3 }),
            }],
            notes: vec![PlanNote { operation: "x.y".into(), text: "not known".into(), count: 2 }],
            ..Plan::default()
        };
        let told = anstream::adapter::strip_str(&text(&plan, Some(7))).to_string();
        expect![[r#"

            A real run would send 1,242 effects:
              write   lists.create     1 call
                      {"name":"New"}  as planned:list:1
              write   profiles.update  1,240 calls, 2,000 items
                      A  {"title":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
                      and 1,239 more
              delete  lists.delete     1 call
                      on target  B  would be refused: A list with id B does not exist.

            It would tell its operator:
              notify  the list has shrunk
                      by a half  {"now":3}

            What a dry run cannot know:
              random numbers: a real run draws others, unless it is told `--random-seed 7`
              x.y: not known
        "#]].assert_eq(&told);
        let told = anstream::adapter::strip_str(&text(&Plan::default(), None)).to_string();
        expect![[r#"

            A real run would change nothing.
        "#]]
        .assert_eq(&told);
    }
}
