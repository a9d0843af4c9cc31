//! The options of a call.

use pianoroll_api::operation::{Page, Relationship};
use pianoroll_api::{Operation, Options, resource_of_type};
use pianoroll_model::Revision;
use serde_json::Value;

use super::error::CheckError;
use super::place::Place;
use super::value::{self, clipped, mismatch, shown};
use super::{Mistakes, filter};

pub(super) fn check(
    operation: &Operation,
    revision: Option<Revision>,
    options: &Options,
    mistakes: &mut Mistakes,
) {
    let query = &operation.query;
    let page = operation.page_at(revision);
    for (name, value) in options {
        match name.as_str() {
            // Languages without optional arguments write null for what is not given.
            known if value.is_null() && names(operation, page).contains(&known) => {}
            "filter" if !query.filter.is_empty() => {
                filter::check(operation, value, options, mistakes);
            }
            "sort" if !query.sort.is_empty() => sort(query.sort, value, mistakes),
            "include" if !query.include.is_empty() => include(query.include, value, mistakes),
            "fields" if !query.fields.is_empty() => fields(operation, value, mistakes),
            "additional_fields" if !query.additional_fields.is_empty() => {
                additional_fields(operation, value, mistakes);
            }
            "page_size" if page != Page::None => page_size(page, value, mistakes),
            "cursor" if page != Page::None => cursor(value, mistakes),
            _ => match query.parameters.iter().find(|parameter| parameter.name == name) {
                Some(parameter) => value::check(Place::Root(name), parameter, value, mistakes),
                None => unknown(operation, page, name, mistakes),
            },
        }
    }
    let given = |name: &str| options.get(name).is_some_and(|value| !value.is_null());
    for parameter in query.parameters {
        if !parameter.nullable && !given(parameter.name) {
            mistakes.missing(parameter.name, "missing: the option has to be given");
        }
    }
    if !query.filter_required.is_empty() && !given("filter") {
        mistakes.missing("filter", filter::required_text(query));
    }
}

/// The options that an operation takes, in alphabetical order.
pub(crate) fn names(operation: &Operation, page: Page) -> Vec<&'static str> {
    let query = &operation.query;
    let mut names: Vec<&'static str> = [
        (!query.additional_fields.is_empty(), "additional_fields"),
        (page != Page::None, "cursor"),
        (!query.fields.is_empty(), "fields"),
        (!query.filter.is_empty(), "filter"),
        (!query.include.is_empty(), "include"),
        (matches!(page, Page::Sized { .. }), "page_size"),
        (!query.sort.is_empty(), "sort"),
    ]
    .into_iter()
    .filter_map(|(takes, name)| takes.then_some(name))
    .collect();
    names.extend(query.parameters.iter().map(|parameter| parameter.name));
    names.sort_unstable();
    names
}

/// The plain name of a query parameter as the API writes it: `page_size` for `page[size]`.
pub(crate) fn plain_name(native: &str) -> Option<&'static str> {
    match native {
        "page[size]" => Some("page_size"),
        "page[cursor]" => Some("cursor"),
        _ if native.starts_with("fields[") => Some("fields"),
        _ if native.starts_with("additional-fields[") => Some("additional_fields"),
        _ => None,
    }
}

fn unknown(operation: &Operation, page: Page, name: &str, mistakes: &mut Mistakes) {
    let allowed = names(operation, page);
    if allowed.is_empty() {
        let message = "no such option: this operation takes none";
        return mistakes.add(CheckError::of_name(clipped(name), message));
    }
    let known = ["filter", "sort", "include", "fields", "additional_fields", "page_size", "cursor"];
    let message =
        if known.contains(&name) { "this operation does not take it" } else { "no such option" };
    let mut error =
        CheckError::of_name(clipped(name), message).among(name, allowed.iter().copied());
    let plain = plain_name(name).filter(|plain| allowed.contains(plain));
    error.suggestion = plain.map(str::to_owned).or(error.suggestion);
    mistakes.add(error);
}

fn sort(allowed: &[&str], value: &Value, mistakes: &mut Mistakes) {
    let Some(text) = value.as_str() else {
        return mistakes.add(mismatch("sort", "one name, `-` before it for descending", value));
    };
    let field = text.strip_prefix('-').unwrap_or(text);
    if !allowed.contains(&field) {
        let message = format!("cannot sort by `{}`", clipped(field));
        mistakes.add(CheckError::new("sort", message).among(field, allowed.iter().copied()));
    }
}

fn include(allowed: &[Relationship], value: &Value, mistakes: &mut Mistakes) {
    let Value::Array(items) = value else {
        return mistakes.add(mismatch("include", "a list of relationships", value));
    };
    for item in items {
        match item.as_str() {
            None => mistakes.add(mismatch("include", "a list of relationships", item)),
            Some(name) if allowed.iter().any(|relationship| relationship.name == name) => {}
            Some(name) => {
                let message = format!("cannot include `{}`", clipped(name));
                let names = allowed.iter().map(|relationship| relationship.name);
                mistakes.add(CheckError::new("include", message).among(name, names));
            }
        }
    }
}

fn page_size(page: Page, value: &Value, mistakes: &mut Mistakes) {
    match page {
        Page::None => {}
        Page::Fixed(size) => mistakes.say(
            "page_size",
            format!("cannot be chosen: this operation always answers {size} a page"),
        ),
        Page::Sized { max, .. } => {
            if !value.as_u64().is_some_and(|size| (1..=u64::from(max)).contains(&size)) {
                let found = shown(value);
                let message = format!("must be a whole number from 1 to {max}, found {found}");
                mistakes.say("page_size", message);
            }
        }
    }
}

fn cursor(value: &Value, mistakes: &mut Mistakes) {
    match value.as_str() {
        Some("") => mistakes.say("cursor", "is empty; leave it out for the first page"),
        Some(text) if text.chars().any(char::is_control) => {
            mistakes.say("cursor", "holds a control character");
        }
        Some(text) if text.starts_with("https://") || text.starts_with("http://") => {
            mistakes.say("cursor", "is a link; give the cursor inside it");
        }
        Some(_) => {}
        None => mistakes.add(mismatch("cursor", "text", value)),
    }
}

fn fields(operation: &Operation, value: &Value, mistakes: &mut Mistakes) {
    let types = operation.query.fields;
    let main = operation.answer.kind().filter(|main| types.contains(main));
    by_type("fields", main, types, value, mistakes, |kind, name, mistakes| {
        let Some(resource) = resource_of_type(kind).filter(|found| !found.attributes.is_empty())
        else {
            // A type without described attributes cannot be judged.
            return;
        };
        // `location.city` asks for a part of `location`.
        let head = name.split('.').next().unwrap_or(name);
        if resource.attribute(head).is_none_or(|attribute| attribute.write_only) {
            let readable = resource.attributes.iter().filter(|attribute| !attribute.write_only);
            let message = format!("`{}` is not an attribute of {kind}", clipped(name));
            let names = readable.map(|attribute| attribute.name);
            mistakes.add(CheckError::new("fields", message).among(head, names));
        }
    });
}

fn additional_fields(operation: &Operation, value: &Value, mistakes: &mut Mistakes) {
    let by = operation.query.additional_fields;
    let types: Vec<&str> = by.iter().map(|(kind, _)| *kind).collect();
    // Where only one type has any, that is the one meant.
    let main = match types.as_slice() {
        [only] => Some(*only),
        _ => operation.answer.kind().filter(|main| types.contains(main)),
    };
    by_type("additional_fields", main, &types, value, mistakes, |kind, name, mistakes| {
        let known = by.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, names)| *names);
        if !known.contains(&name) {
            let message = format!("`{}` cannot be asked for", clipped(name));
            let error = CheckError::new("additional_fields", message);
            mistakes.add(error.among(name, known.iter().copied()));
        }
    });
}

/// A list for the main type, or a map of type to list. `judge` looks at each name.
fn by_type(
    option: &str,
    main: Option<&str>,
    types: &[&str],
    value: &Value,
    mistakes: &mut Mistakes,
    judge: impl Fn(&str, &str, &mut Mistakes),
) {
    let list = |at: &str, kind: &str, value: &Value, mistakes: &mut Mistakes| {
        let Value::Array(names) = value else {
            return mistakes.add(mismatch(at, "a list of names", value));
        };
        if names.is_empty() {
            mistakes.say(at, "is empty; name at least one, or leave it out");
        }
        for name in names {
            match name.as_str() {
                Some(name) => judge(kind, name, mistakes),
                None => mistakes.add(mismatch(at, "a list of names", name)),
            }
        }
    };
    match (value, main) {
        (Value::Array(_), Some(main)) => list(option, main, value, mistakes),
        (Value::Array(_), None) => {
            let error = CheckError::new(option, "must be a map of type to list of names");
            mistakes.add(error.among("", types.iter().copied()));
        }
        (Value::Object(map), _) => {
            for (kind, value) in map {
                if types.contains(&kind.as_str()) {
                    list(&format!("{option}.{kind}"), kind, value, mistakes);
                } else {
                    let message =
                        format!("`{}` is not a type that this operation answers", clipped(kind));
                    let error = CheckError::new(option, message);
                    mistakes.add(error.among(kind, types.iter().copied()));
                }
            }
        }
        _ => mistakes.add(mismatch(
            option,
            "a list of names, or a map of type to such a list",
            value,
        )),
    }
}
