//! The words after `call OPERATION`: ids, then `name=value` options, typed by the operation's row of the table. And back:
//! the words that stand for given arguments, for examples.

use pianoroll_api::operation::{Attribute, Kind, Operation, Page};
use pianoroll_api::{Arguments, Options};
use pianoroll_model::Revision;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::suggest;

/// The arguments that the words stand for, without the body.
pub(crate) fn parse(
    operation: &'static Operation,
    served: Option<Revision>,
    words: &[String],
) -> Result<Arguments, Failure> {
    let names: Vec<&str> = operation.route_at(served).ids().collect();
    let mut arguments = Arguments::default();
    let mut rest = words.iter();
    for (index, name) in names.iter().enumerate() {
        match rest.next() {
            Some(word) if !is_option(operation, served, word) => arguments.ids.push(word.clone()),
            found => {
                let found = match found {
                    Some(word) => format!("`{word}` is an option"),
                    None => format!("{} given", counted(index, "id")),
                };
                return Err(Failure::input(format!(
                    "`{}` needs its {name}: {found}",
                    operation.id
                ))
                .hint(usage(operation, served)));
            }
        }
    }
    for word in rest {
        let Some((name, value)) = word.split_once('=') else {
            let why = match names.len() {
                0 => format!("`{}` takes no id", operation.id),
                count => format!("`{}` takes {}", operation.id, counted(count, "id")),
            };
            return Err(Failure::input(format!(
                "`{word}` is one word too many: {why}, and options are written name=value"
            ))
            .hint(usage(operation, served)));
        };
        option(operation, served, name, value, &mut arguments.options)?;
    }
    Ok(arguments)
}

/// The words for arguments, quoted for a shell.
pub(crate) fn show(arguments: &Arguments) -> Vec<String> {
    let mut words: Vec<String> = arguments.ids.iter().map(|id| quoted(id)).collect();
    for (name, value) in &arguments.options {
        match value {
            Value::Object(by_type) => {
                words.extend(
                    by_type
                        .iter()
                        .map(|(kind, value)| quoted(&format!("{name}.{kind}={}", listed(value)))),
                );
            }
            value => words.push(quoted(&format!("{name}={}", listed(value)))),
        }
    }
    words
}

/// How the operation is called: `pianoroll call profiles.get PROFILE_ID [fields=…]`.
pub(crate) fn usage(operation: &Operation, served: Option<Revision>) -> String {
    let mut text = format!("pianoroll call {}", operation.id);
    for id in operation.route_at(served).ids() {
        text.push_str(&format!(" {}", id.to_uppercase()));
    }
    for name in names(operation, served) {
        text.push_str(&format!(" [{name}=…]"));
    }
    if operation.body_at(served).is_some() {
        text.push_str(" --body FILE|-");
    }
    text
}

/// The names of the options that the operation takes.
pub(crate) fn names(operation: &Operation, served: Option<Revision>) -> Vec<&'static str> {
    let query = &operation.query;
    let page = operation.page_at(served);
    let own = [
        ("filter", !query.filter.is_empty()),
        ("sort", !query.sort.is_empty()),
        ("fields", !query.fields.is_empty()),
        ("include", !query.include.is_empty()),
        ("additional_fields", !query.additional_fields.is_empty()),
        ("page_size", matches!(page, Page::Sized { .. })),
        ("cursor", page != Page::None),
    ];
    let own = own.into_iter().filter_map(|(name, taken)| taken.then_some(name));
    own.chain(query.parameters.iter().map(|parameter| parameter.name)).collect()
}

fn is_option(operation: &Operation, served: Option<Revision>, word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    let name = name.and_then(|name| name.split('.').next());
    name.is_some_and(|name| names(operation, served).contains(&name))
}

fn option(
    operation: &'static Operation,
    served: Option<Revision>,
    name: &str,
    text: &str,
    options: &mut Options,
) -> Result<(), Failure> {
    let parameter = operation.query.parameters.iter().find(|parameter| parameter.name == name);
    if let Some(parameter) = parameter {
        let value = typed(operation, parameter, text)?;
        return insert(operation, name, name, value, options);
    }
    let (base, kind) = match name.split_once('.') {
        Some((base, kind)) => (base, Some(kind)),
        None => (name, None),
    };
    if !names(operation, served).contains(&base) {
        let allowed = names(operation, served);
        let hint = suggest::hint(base, allowed.iter().copied())
            .or_else(|| Some(format!("`{}` takes no options", operation.id)))
            .filter(|_| !base.is_empty());
        let error = format!("`{}` has no option `{base}`", operation.id);
        return Err(Failure::input(error).hint_if(hint));
    }
    match (base, kind) {
        ("fields" | "additional_fields", Some(kind)) => {
            by_type(operation, base, kind, text, options)
        }
        (_, Some(_)) => {
            Err(Failure::input(format!("`{base}` is not chosen by type: write `{base}=…`")))
        }
        ("fields" | "additional_fields", None)
            if options.get(base).is_some_and(Value::is_object) =>
        {
            match main_type(operation, base) {
                Some(main) => by_type(operation, base, main, text, options),
                None => insert(operation, base, base, list(text), options),
            }
        }
        ("fields" | "additional_fields" | "include", None) => {
            insert(operation, base, base, list(text), options)
        }
        ("page_size", None) => {
            let value = number(operation, base, text)?;
            insert(operation, base, base, value, options)
        }
        _ => insert(operation, base, base, text.into(), options),
    }
}

fn by_type(
    operation: &'static Operation,
    base: &str,
    kind: &str,
    text: &str,
    options: &mut Options,
) -> Result<(), Failure> {
    let of_main = main_type(operation, base);
    let entry = options.entry(base.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    // `fields=email fields.list=name`: the plain one is the main type's.
    if let (Value::Array(_), Some(main)) = (&*entry, of_main) {
        let mut types = Map::new();
        types.insert(main.to_owned(), entry.take());
        *entry = Value::Object(types);
    }
    match entry.as_object_mut().map(|types| types.insert(kind.to_owned(), list(text))) {
        Some(None) => Ok(()),
        _ => Err(twice(operation, &format!("{base}.{kind}"))),
    }
}

fn main_type(operation: &'static Operation, base: &str) -> Option<&'static str> {
    let additional = operation.query.additional_fields.first().map(|(kind, _)| *kind);
    match base {
        "additional_fields" => additional,
        _ => operation.answer.kind().or_else(|| operation.query.fields.first().copied()),
    }
}

fn insert(
    operation: &Operation,
    name: &str,
    shown: &str,
    value: Value,
    options: &mut Options,
) -> Result<(), Failure> {
    match options.insert(name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(twice(operation, shown)),
    }
}

fn twice(operation: &Operation, name: &str) -> Failure {
    Failure::input(format!("`{name}` of `{}` is given twice", operation.id))
        .hint("lists are written with commas: fields=email,created")
}

fn typed(operation: &Operation, parameter: &Attribute, text: &str) -> Result<Value, Failure> {
    let wrong = |wanted: &str| {
        let name = parameter.name;
        Failure::input(format!("`{name}` of `{}` must be {wanted}, not `{text}`", operation.id))
    };
    Ok(match parameter.kind {
        Kind::String | Kind::Datetime => text.into(),
        Kind::Enum(allowed) if !allowed.contains(&text) => {
            return Err(wrong(&format!("one of {}", allowed.join(", "))).hint_if(
                suggest::near(text, allowed.iter().copied())
                    .map(|word| format!("did you mean `{word}`?")),
            ));
        }
        Kind::Enum(_) => text.into(),
        Kind::Int => number(operation, parameter.name, text)?,
        Kind::Float => {
            let number: f64 = text.parse().map_err(|_| wrong("a number"))?;
            serde_json::Number::from_f64(number)
                .map(Value::Number)
                .ok_or_else(|| wrong("a number"))?
        }
        Kind::Bool => text.parse::<bool>().map(Value::Bool).map_err(|_| wrong("true or false"))?,
        Kind::List(_) => list(text),
        Kind::Map | Kind::Any => {
            serde_json::from_str(text).map_err(|error| wrong(&format!("JSON ({error})")))?
        }
    })
}

fn number(operation: &Operation, name: &str, text: &str) -> Result<Value, Failure> {
    let number: Result<i64, _> = text.parse();
    number.map(Value::from).map_err(|_| {
        Failure::input(format!(
            "`{name}` of `{}` must be a whole number, not `{text}`",
            operation.id
        ))
    })
}

fn list(text: &str) -> Value {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().into()
}

fn listed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(listed).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}"),
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// A word as a shell reads it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '-' | '_' | '.' | ',' | '=' | ':' | '/' | '@' | '+' | '%')
    };
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests;
