//! Templates, and the small part of Django's language that renders them.

use serde_json::{Value, json};

use super::State;
use super::body::{self, refused};
use super::filter::values_at;
use super::record::Record;
use super::time::stamp;
use crate::exchange::{Exchange, Refusal, Reply};

/// The most templates that an account holds.
const MOST: usize = 1_000;

impl State {
    pub(super) fn create_template(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        self.room_for_template()?;
        let mut record = self.fresh(exchange, "template", given);
        if record.attributes.get("text").is_none_or(Value::is_null) {
            record.set("text", text_of(record.text("html")));
        }
        self.insert("template", record.clone());
        Ok(self.reply_one(exchange, "template", &record))
    }

    fn room_for_template(&self) -> Result<(), Refusal> {
        match self.rows("template").count() {
            count if count >= MOST => {
                Err(refused(format!("An account holds at most {MOST} templates."), "/data"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn update_template(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let template = self.wanted("template", exchange)?;
        let given = body::read(self, exchange)?;
        if matches!(template.text("editor_type"), "SYSTEM_DRAGGABLE" | "SIMPLE") {
            return Err(refused(
                "Templates of the drag-and-drop editor cannot be changed.",
                "/data/id",
            ));
        }
        self.change(exchange, "template", &given)
    }

    pub(super) fn render_template(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let id = given.id();
        let mut template =
            self.record("template", id).ok_or_else(|| Refusal::not_found("template", id))?;
        let context = given.attributes.get("context").cloned().unwrap_or(json!({}));
        for name in ["html", "text"] {
            if let Some(text) = template.attributes.get(name).and_then(Value::as_str) {
                let rendered =
                    render(text, &context).map_err(|detail| refused(detail, "/data/id"))?;
                template.set(name, rendered);
            }
        }
        Ok(self.reply_one(exchange, "template", &template))
    }

    pub(super) fn clone_template(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let id = given.id();
        let original =
            self.record("template", id).ok_or_else(|| Refusal::not_found("template", id))?;
        self.room_for_template()?;
        let name = given
            .text("name")
            .map_or_else(|| format!("Clone of {}", original.text("name")), str::to_owned);
        let mut copy = Record { id: self.new_id("template"), ..original };
        copy.set("name", name);
        for name in ["created", "updated"] {
            copy.set(name, stamp(exchange.now.as_second()));
        }
        self.insert("template", copy.clone());
        Ok(self.reply_one(exchange, "template", &copy))
    }
}

/// HTML without its tags.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// Fills `{{ name }}`, `{{ a.b }}` and `{{ name|default:"x" }}`, also with `|lower`, `|upper` and `|title`. What is not in
/// the context renders as nothing; blocks (`{% … %}`) are not evaluated and stay.
fn render(template: &str, context: &Value) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((expression, tail)) = after.split_once("}}") else {
            return Err("Invalid template: a variable is not closed.".to_owned());
        };
        out.push_str(&evaluate(expression, context)?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn evaluate(expression: &str, context: &Value) -> Result<String, String> {
    let mut parts = expression.split('|').map(str::trim);
    let name = parts.next().unwrap_or_default();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(format!("Invalid template: could not parse '{}'.", expression.trim()));
    }
    let mut text = values_at(context, name).first().map(shown).unwrap_or_default();
    for part in parts {
        let (filter, argument) = part.split_once(':').unwrap_or((part, ""));
        let argument = argument.trim().trim_matches(['"', '\'']);
        text = match filter.trim() {
            "default" if text.is_empty() => argument.to_owned(),
            "default" | "safe" => text,
            "lower" => text.to_lowercase(),
            "upper" => text.to_uppercase(),
            "title" => title(&text),
            unknown => return Err(format!("Invalid template: invalid filter '{unknown}'.")),
        };
    }
    Ok(text)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}

fn title(text: &str) -> String {
    let capital = |word: &str| {
        let mut characters = word.chars();
        let first =
            characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{}", characters.as_str().to_lowercase())
    };
    text.split(' ').map(capital).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(template: &str, expected: Expect) {
        let context = json!({ "first_name": "JOHN doe", "order": { "total": 12.5, "paid": true } });
        expected.assert_eq(
            &render(template, &context).unwrap_or_else(|error| format!("error: {error}")),
        );
    }

    #[test]
    fn variables_are_filled_and_missing_ones_render_as_nothing() {
        check("Hi {{ first_name|title }}!", expect!["Hi John Doe!"]);
        check("{{order.total}} {{ order.paid }}", expect!["12.5 True"]);
        check("[{{ nobody }}] [{{ nobody|default:'you' }}]", expect!["[] [you]"]);
        check("{{ first_name", expect!["error: Invalid template: a variable is not closed."]);
        check(
            "{{ first name }}",
            expect!["error: Invalid template: could not parse 'first name'."],
        );
        check(
            "{{ first_name|shout }}",
            expect!["error: Invalid template: invalid filter 'shout'."],
        );
        expect!["Hello you"].assert_eq(&text_of("<p>Hello <b>you</b></p>"));
    }
}
