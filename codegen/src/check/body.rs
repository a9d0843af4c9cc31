//! What an operation sends.

use crate::check::{Scope, kind, once, word};
use crate::checked::{Attribute, Body, BodyId, BodyRelationship, Method, Shape};
use crate::source::At;
use crate::text::{BodyText, RelationshipText};

#[derive(Clone, Copy, PartialEq)]
enum Word {
    Attributes,
    Identifiers,
    Aggregate,
    Items,
    Groups,
    Plain,
}

const WORDS: [(&str, Word); 6] = [
    ("attributes", Word::Attributes),
    ("identifiers", Word::Identifiers),
    ("aggregate", Word::Aggregate),
    ("items", Word::Items),
    ("groups", Word::Groups),
    ("plain", Word::Plain),
];

/// The body of an operation with this method and so many ids in its path.
pub(super) fn body(scope: &Scope<'_>, text: &BodyText, method: Method, ids: usize) -> Option<Body> {
    let given = text.kind.as_ref()?;
    let word = word(scope.mistakes, given, "a kind of body", &WORDS)?;
    if (word == Word::Plain) == scope.app.json_api {
        let message =
            format!("`{}` does not fit an app with json_api = {}", given.value, scope.app.json_api);
        scope.mistakes.add(&given.place, message);
        return None;
    }
    unused(scope, text, word, given.as_str());
    let shape = shape(scope, text, word)?;
    let kind = match word {
        Word::Plain => String::new(),
        _ => need(scope, text, &text.r#type, "type")?.value.clone(),
    };
    // Identifiers name things that exist; other types may exist in bodies only.
    if word == Word::Identifiers
        && let Some(kind) = &text.r#type
    {
        scope.knows_type(kind);
    }
    let item = text.item.as_ref().filter(|_| matches!(word, Word::Items | Word::Groups));
    let item = item.or(text.r#type.as_ref());
    let attributes = attributes(scope, text, word, item);
    let mut body = Body {
        id: id(scope, text, word, method, ids, &attributes),
        relationships: Vec::new(),
        nested: nested(scope, text, &attributes),
        meta: meta(scope, text, &attributes),
        closed: text.closed.as_ref().is_none_or(|closed| closed.value),
        required: Vec::new(),
        shape,
        kind,
        attributes,
    };
    let relationships = text.relationships.iter();
    body.relationships =
        relationships.filter_map(|it| relationship(scope, it, item, &body.attributes)).collect();
    body.required = required(scope, text, &body);
    Some(body)
}

fn need<'t, T>(
    scope: &Scope<'_>,
    text: &BodyText,
    field: &'t Option<At<T>>,
    name: &str,
) -> Option<&'t At<T>> {
    if field.is_none() {
        scope.mistakes.add(&text.place, format!("`{name}` is missing"));
    }
    field.as_ref()
}

fn shape(scope: &Scope<'_>, text: &BodyText, word: Word) -> Option<Shape> {
    let max = || Some(need(scope, text, &text.max, "max")?.value);
    let word_of =
        |field: &Option<At<String>>, name| Some(need(scope, text, field, name)?.value.clone());
    Some(match word {
        Word::Attributes => Shape::Attributes,
        Word::Aggregate => Shape::Aggregate,
        Word::Plain => Shape::Plain,
        Word::Identifiers => Shape::Identifiers { max: max()? },
        Word::Items => {
            let (container, item) =
                (word_of(&text.container, "container"), word_of(&text.item, "item"));
            let max = max();
            Shape::Items { container: container?, item: item?, max: max? }
        }
        Word::Groups => {
            let (container, item) =
                (word_of(&text.container, "container"), word_of(&text.item, "item"));
            let (outer, by) = (word_of(&text.outer, "outer"), word_of(&text.by, "by"));
            let (list, max) = (word_of(&text.list, "list"), max());
            Shape::Groups {
                container: container?,
                outer: outer?,
                by: by?,
                list: list?,
                item: item?,
                max: max?,
            }
        }
    })
}

/// Reports fields that this kind of body does not have.
fn unused(scope: &Scope<'_>, text: &BodyText, word: Word, name: &str) {
    let listed = matches!(word, Word::Items | Word::Groups);
    let fields = [
        ("container", text.container.as_ref().map(|it| &it.place), listed),
        ("item", text.item.as_ref().map(|it| &it.place), listed),
        ("outer", text.outer.as_ref().map(|it| &it.place), word == Word::Groups),
        ("by", text.by.as_ref().map(|it| &it.place), word == Word::Groups),
        ("list", text.list.as_ref().map(|it| &it.place), word == Word::Groups),
        ("max", text.max.as_ref().map(|it| &it.place), listed || word == Word::Identifiers),
        ("type", text.r#type.as_ref().map(|it| &it.place), word != Word::Plain),
        ("id", text.id.as_ref().map(|it| &it.place), word == Word::Attributes),
    ];
    for (field, place, has) in fields {
        if let (Some(place), false) = (place, has) {
            scope.mistakes.add(place, format!("a body of `{name}` has no `{field}`"));
        }
    }
}

fn attributes(
    scope: &Scope<'_>,
    text: &BodyText,
    word: Word,
    kind: Option<&At<String>>,
) -> Vec<Attribute> {
    if let Some(given) = &text.attributes {
        let all = kind::attributes(given, scope.mistakes);
        for (attribute, text) in all.iter().zip(given).filter(|(it, _)| it.read_only) {
            let message = format!("`{}` is sent, so it cannot be read_only", attribute.name);
            scope.mistakes.add(&text.name.place, message);
        }
        return all;
    }
    match (word, kind) {
        (Word::Identifiers, _) | (_, None) => Vec::new(),
        (_, Some(kind)) => match scope.app.type_of(kind.as_str()) {
            Some((_, found)) => {
                found.attributes.iter().filter(|attribute| !attribute.read_only).cloned().collect()
            }
            None => {
                let message = format!("`{}` is not a type with attributes", kind.value);
                let hint = "say which the body takes: `attributes = { … }`";
                scope.mistakes.hint(&kind.place, message, hint);
                Vec::new()
            }
        },
    }
}

fn id(
    scope: &Scope<'_>,
    text: &BodyText,
    word: Word,
    method: Method,
    ids: usize,
    attributes: &[Attribute],
) -> BodyId {
    match &text.id {
        None if word == Word::Attributes && method == Method::Patch && ids > 0 => {
            let hint = "write `id = \"path\"`, or the key of the map that holds it";
            scope.mistakes.hint(&text.place, "a PATCH says what becomes `data.id`", hint);
            BodyId::Path
        }
        None => BodyId::None,
        Some(id) if id.value == "path" => {
            if ids == 0 {
                scope.mistakes.add(&id.place, "the path has no id");
            }
            BodyId::Path
        }
        Some(id) => {
            if attributes.iter().any(|attribute| attribute.name == id.value) {
                scope.mistakes.add(&id.place, format!("`{}` is also an attribute", id.value));
            }
            BodyId::Key(id.value.clone())
        }
    }
}

fn nested(scope: &Scope<'_>, text: &BodyText, attributes: &[Attribute]) -> Vec<(String, String)> {
    for (key, _) in &text.nested {
        known_attribute(scope, key, key.as_str(), attributes);
    }
    text.nested.iter().map(|(key, kind)| (key.value.clone(), kind.value.clone())).collect()
}

fn meta(scope: &Scope<'_>, text: &BodyText, attributes: &[Attribute]) -> Vec<String> {
    let keys = once(scope.mistakes, &text.meta);
    for key in &keys {
        if attributes.iter().any(|attribute| attribute.name == key.value) {
            scope.mistakes.add(&key.place, format!("`{}` is also an attribute", key.value));
        }
    }
    keys.into_iter().map(|key| key.value.clone()).collect()
}

fn known_attribute(scope: &Scope<'_>, at: &At<String>, name: &str, attributes: &[Attribute]) {
    if !attributes.iter().any(|attribute| attribute.name == name) {
        let message = format!("`{name}` is not an attribute of the body");
        let known = attributes.iter().map(|attribute| attribute.name.as_str());
        scope.mistakes.unknown(&at.place, message, name, known);
    }
}

fn required(scope: &Scope<'_>, text: &BodyText, body: &Body) -> Vec<String> {
    let paths = once(scope.mistakes, &text.required);
    for path in &paths {
        let first = path.value.split('.').next().unwrap_or_default().trim_end_matches("[]");
        known_attribute(scope, path, first, &body.attributes);
    }
    paths.into_iter().map(|path| path.value.clone()).collect()
}

fn relationship(
    scope: &Scope<'_>,
    text: &RelationshipText,
    kind: Option<&At<String>>,
    attributes: &[Attribute],
) -> Option<BodyRelationship> {
    if attributes.iter().any(|attribute| attribute.name == text.key.value) {
        scope.mistakes.add(&text.key.place, format!("`{}` is also an attribute", text.key.value));
    }
    let many = match &text.word {
        Some(given) => {
            word(scope.mistakes, given, "`one` or `many`", &[("one", false), ("many", true)])?
        }
        None => text.many,
    };
    let name = text.name.as_ref().unwrap_or(&text.key).value.clone();
    let kind = match &text.r#type {
        Some(kind) => {
            scope.knows_type(kind);
            kind.value.clone()
        }
        None => {
            let of = kind.and_then(|kind| scope.app.type_of(kind.as_str())).map(|(_, kind)| kind);
            let known = of.and_then(|of| of.relationships.iter().find(|it| it.name == name));
            let Some(known) = known else {
                let message = format!("`{name}` is not a relationship of the body's type");
                let known = of.into_iter().flat_map(|of| &of.relationships);
                let hint = match pianoroll_model::suggest(&name, known.map(|it| it.name.as_str())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "say its type: `{ name = \"…\", type = \"…\" }`".to_owned(),
                };
                scope.mistakes.hint(&text.key.place, message, hint);
                return None;
            };
            known.kind.clone()
        }
    };
    if let (Some(max), false) = (&text.max, many) {
        scope.mistakes.add(&max.place, "only a relationship to many has a `max`");
    }
    let max = text.max.as_ref().map(|max| max.value);
    let (key, required) = (text.key.value.clone(), text.required);
    Some(BodyRelationship { key, name, kind, many, max, required })
}
