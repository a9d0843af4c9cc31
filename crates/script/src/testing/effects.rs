//! What a run did, against what it should have done.

use pianoroll_model::suggest;
use serde_json::{Map, Value};

use super::diff::{self, DiffLine};
use super::stage::Effected;

/// What a pattern may name; what it leaves out may be anything.
const WORDS: [&str; 5] = ["body", "effect", "on", "operation", "target"];

/// One expected effect.
#[derive(Debug)]
pub(super) struct Pattern(Map<String, Value>);

impl Pattern {
    /// An operation's id, or a map.
    pub(super) fn read(value: Value) -> Result<Self, String> {
        let fields = match value {
            Value::String(operation) => {
                Map::from_iter([("operation".to_owned(), operation.into())])
            }
            Value::Object(fields) => fields,
            other => {
                return Err(format!(
                    "an effect is written as a map such as `#{{ operation: \"profiles.update\" }}`, not {other}"
                ));
            }
        };
        for (name, value) in &fields {
            if !WORDS.contains(&name.as_str()) {
                let hint = match suggest(name, WORDS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", WORDS.join(", ")),
                };
                return Err(format!("an effect has no `{name}`: {hint}"));
            }
            // A word that no effect can have would be told as a difference, which hides the slip.
            if name == "operation"
                && let Some(id) = value.as_str()
                && !id.contains(' ')
                && pianoroll_api::operation::find(id).is_none()
            {
                let known = pianoroll_api::OPERATIONS.iter().map(|operation| operation.id);
                let hint = suggest(id, known).map(|near| format!(": did you mean `{near}`?"));
                return Err(format!("there is no operation `{id}`{}", hint.unwrap_or_default()));
            }
        }
        Ok(Self(fields))
    }

    fn takes(&self, effect: &Effected) -> bool {
        self.0.iter().all(|(name, value)| holds(value, &part(effect, name)))
    }

    /// Whether it is about the same as an effect, but for its body.
    fn is_near(&self, effect: &Effected) -> bool {
        let mut named = self.0.iter().filter(|(name, _)| *name != "body");
        named.all(|(name, value)| holds(value, &part(effect, name)))
    }

    fn line(&self) -> String {
        let text = |name: &str| self.0.get(name).and_then(Value::as_str).map(str::to_owned);
        let operation =
            text("operation").or_else(|| text("effect")).unwrap_or_else(|| "any".into());
        line(&operation, text("target").as_deref(), text("on").as_deref(), self.0.get("body"))
    }
}

fn part(effect: &Effected, name: &str) -> Value {
    match name {
        "operation" => effect.operation.clone().into(),
        "effect" => effect.effect.clone().into(),
        "target" => effect.target.clone().into(),
        "on" => effect.on.clone().into(),
        _ => effect.body.clone(),
    }
}

/// Whether a value holds all that is expected of it: of maps the entries that are named, of all else the whole.
pub(super) fn holds(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => expected
            .iter()
            .all(|(name, value)| holds(value, found.get(name).unwrap_or(&Value::Null))),
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| holds(expected, found))
        }
        (expected, found) => same(expected, found),
    }
}

/// `1` and `1.0` are one number.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

fn line(operation: &str, target: Option<&str>, on: Option<&str>, body: Option<&Value>) -> String {
    let mut line = operation.to_owned();
    if let Some(on) = on.filter(|on| !on.is_empty()) {
        line += &format!(" on {on}");
    }
    if let Some(target) = target.filter(|target| !target.is_empty()) {
        line += &format!(" {target}");
    }
    if let Some(body) = body.filter(|body| !body.is_null()) {
        line += &format!(" {body}");
    }
    line
}

fn shown(effect: &Effected) -> String {
    line(&effect.operation, Some(&effect.target), Some(&effect.on), Some(&effect.body))
}

/// Compares, in whatever order: items of a `parallel` have none.
///
/// # Errors
/// One line that says how they differ, and the effects in question.
pub(super) fn compare(
    expected: &[Pattern],
    found: &[Effected],
) -> Result<(), (String, Vec<DiffLine>)> {
    let partners = assign(expected, found);
    let mut missing: Vec<usize> = (0..expected.len()).collect();
    missing.retain(|index| !partners.contains(&Some(*index)));
    let mut unexpected: Vec<usize> = (0..found.len()).collect();
    unexpected.retain(|index| partners.get(*index).is_some_and(Option::is_none));
    if missing.is_empty() && unexpected.is_empty() {
        return Ok(());
    }
    let mut lines = Vec::new();
    let mut changed = 0;
    missing.retain(|index| {
        let pattern = &expected[*index];
        let near = unexpected.iter().position(|other| pattern.is_near(&found[*other]));
        let Some(near) = near else { return true };
        let effect = &found[unexpected.remove(near)];
        changed += 1;
        let nothing = Value::Null;
        let body = pattern.0.get("body").unwrap_or(&nothing);
        let head = line(&effect.operation, Some(&effect.target), Some(&effect.on), None);
        lines.push(DiffLine::Same(head));
        // Only what was expected of it is compared, so that the rest does not look like a mistake.
        lines.extend(diff::values(body, &within(body, &effect.body)).into_iter().map(indented));
        false
    });
    lines.extend(missing.iter().map(|index| DiffLine::Missing(expected[*index].line())));
    lines.extend(unexpected.iter().map(|index| DiffLine::Unexpected(shown(&found[*index]))));
    let counts =
        [(changed, "different"), (missing.len(), "missing"), (unexpected.len(), "unexpected")];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    let met = found.len() - unexpected.len() - changed;
    let rest = if met > 0 { format!(", {met} as expected") } else { String::new() };
    Err((format!("the effects are not as expected: {}{rest}", counts.join(", ")), lines))
}

fn indented(line: DiffLine) -> DiffLine {
    match line {
        DiffLine::Same(text) => DiffLine::Same(format!("  {text}")),
        DiffLine::Missing(text) => DiffLine::Missing(format!("  {text}")),
        DiffLine::Unexpected(text) => DiffLine::Unexpected(format!("  {text}")),
        DiffLine::Gap => DiffLine::Gap,
    }
}

/// A found value without what was not asked about.
fn within(expected: &Value, found: &Value) -> Value {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let named = expected
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), within(value, found.get(name)?))));
            Value::Object(named.collect())
        }
        _ => found.clone(),
    }
}

/// For each effect the pattern that takes it, so that as many as possible have one. Source: Kuhn's augmenting paths.
fn assign(expected: &[Pattern], found: &[Effected]) -> Vec<Option<usize>> {
    fn place(
        index: usize,
        expected: &[Pattern],
        found: &[Effected],
        partners: &mut [Option<usize>],
        seen: &mut [bool],
    ) -> bool {
        let takes = |other: usize| expected[index].takes(&found[other]);
        for other in 0..found.len() {
            if seen[other] || !takes(other) {
                continue;
            }
            seen[other] = true;
            let free = match partners[other] {
                None => true,
                Some(holder) => place(holder, expected, found, partners, seen),
            };
            if free {
                partners[other] = Some(index);
                return true;
            }
        }
        false
    }
    let mut partners = vec![None; found.len()];
    for index in 0..expected.len() {
        place(index, expected, found, &mut partners, &mut vec![false; found.len()]);
    }
    partners
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn update(target: &str, body: Value) -> Effected {
        Effected {
            operation: "profiles.update".to_owned(),
            effect: "write".to_owned(),
            target: target.to_owned(),
            on: String::new(),
            body,
        }
    }

    fn check(expected: Value, found: &[Effected], shown: Expect) {
        let patterns = expected.as_array().unwrap().iter().cloned().map(Pattern::read);
        let outcome = patterns
            .collect::<Result<Vec<_>, _>>()
            .map_err(|message| (message, Vec::new()))
            .and_then(|patterns| compare(&patterns, found));
        shown.assert_eq(&match outcome {
            Ok(()) => "as expected".to_owned(),
            Err((message, lines)) => {
                lines.iter().fold(message, |text, line| format!("{text}\n{line}"))
            }
        });
    }

    #[test]
    fn order_does_not_matter_and_what_is_left_out_neither() {
        let found = [
            update("A", json!({ "properties": { "x": 1, "y": 2 } })),
            update("B", json!({ "properties": { "x": 1 } })),
        ];
        // The first pattern takes both; the second one only A.
        check(
            json!(["profiles.update", { "operation": "profiles.update", "target": "A" }]),
            &found,
            expect!["as expected"],
        );
        check(
            json!([{ "target": "B", "body": { "properties": { "x": 1.0 } } }, { "effect": "write" }]),
            &found,
            expect!["as expected"],
        );
    }

    #[test]
    fn differences_are_told_by_effect() {
        let found = [
            update("A", json!({ "properties": { "lifecycle": "active", "y": 2 } })),
            update("C", json!({ "first_name": "Eve" })),
            update("D", json!({ "first_name": "Dan" })),
        ];
        check(
            json!([
                { "operation": "profiles.update", "target": "A", "body": { "properties": { "lifecycle": "inactive" } } },
                { "operation": "lists.create", "body": { "name": "Inactive" } },
                { "target": "D" },
            ]),
            &found,
            expect![[r#"
                the effects are not as expected: 1 different, 1 missing, 1 unexpected, 1 as expected
                  profiles.update A
                    {
                      "properties": {
                -       "lifecycle": "inactive"
                +       "lifecycle": "active"
                      }
                    }
                - lists.create {"name":"Inactive"}
                + profiles.update C {"first_name":"Eve"}"#]],
        );
        check(
            json!([]),
            &found[2..],
            expect![[r#"
            the effects are not as expected: 1 unexpected
            + profiles.update D {"first_name":"Dan"}"#]],
        );
        check(
            json!(["lists.create"]),
            &[],
            expect![[r#"
            the effects are not as expected: 1 missing
            - lists.create"#]],
        );
    }

    #[test]
    fn patterns_that_no_effect_can_meet_are_mistakes() {
        check(
            json!([{ "operation": "profile.update" }]),
            &[],
            expect!["there is no operation `profile.update`: did you mean `profiles.update`?"],
        );
        check(
            json!([{ "opration": "profiles.update" }]),
            &[],
            expect!["an effect has no `opration`: did you mean `operation`?"],
        );
        check(
            json!([3]),
            &[],
            expect![[
                r#"an effect is written as a map such as `#{ operation: "profiles.update" }`, not 3"#
            ]],
        );
    }
}
