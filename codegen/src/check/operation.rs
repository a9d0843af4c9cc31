//! One operation.

use pianoroll_model::{Effect, Retry, Revision};

use crate::check::app::PLAIN;
use crate::check::{Scope, body, example, once, query, variant, word};
use crate::checked::{Answer, BodyId, Condition, EffectWhen, Method, Operation, Route, Shape};
use crate::name;
use crate::source::{At, line_and_column};
use crate::text::{DocumentedText, EffectWhenText, OperationText};

const RETRIES: [(&str, Retry); 5] = [
    ("safe", Retry::Safe),
    ("idempotent", Retry::Idempotent),
    ("keyed", Retry::Keyed),
    ("conflicts", Retry::Conflicts),
    ("once", Retry::Once),
];

/// Nothing where too little is there to go on; that has been reported.
pub(super) fn operation(scope: &Scope<'_>, text: &OperationText) -> Option<Operation> {
    if !name::is_plain(text.name.as_str()) {
        let message = format!("`{}` cannot name an operation", text.name.value);
        scope.mistakes.hint(&text.name.place, message, PLAIN);
    }
    let route = text.http.as_ref().and_then(|http| route(scope, http));
    let answer = text.answer.as_ref().and_then(|answer| self::answer(scope, answer));
    // The rest is checked whatever these are, so that its mistakes show as well.
    let method = route.as_ref().map_or(Method::Get, |route| route.method);
    let ids = route.as_ref().map_or(0, |route| route.ids().len());
    let query = query::query(scope, text, method, answer.as_ref());
    let body = text.body.as_ref().and_then(|body| body::body(scope, body, method, ids));
    if let (Some(body), Method::Get) = (&text.body, method) {
        scope.mistakes.add(&body.place, "a GET sends no body");
    }
    let title = text.title.as_ref().map(|title| title.value.clone());
    let mut operation = Operation {
        id: format!("{}.{}", scope.file.module.value, text.name.value),
        name: text.name.value.clone(),
        title: title.unwrap_or_else(|| name::sentence(text.name.as_str())),
        doc: text.doc.as_ref().map(|doc| doc.value.clone()).unwrap_or_default(),
        source: source(scope, text),
        documented: documented(scope, text, route.as_ref()),
        documented_only: text.documented_only.as_ref().map(|why| why.value.clone()),
        since: text.since.as_ref().and_then(|since| revision(scope, since)),
        effect: effect(scope, text, method),
        effect_when: Vec::new(),
        retry: retry(scope, text, method),
        key: text.key.as_ref().map(|key| key.value.clone()),
        probe: text.probe.as_ref().map(|probe| probe.value.clone()),
        tier: text.tier.as_ref().map(|tier| tier.value.clone()).unwrap_or_default(),
        daily: text.daily.as_ref().map(|daily| daily.value),
        scopes: once(scope.mistakes, &text.scopes).into_iter().map(|it| it.value.clone()).collect(),
        ok: statuses(scope, &text.ok),
        route: route.clone().unwrap_or(Route { method, path: String::new() }),
        answer: answer.clone().unwrap_or(Answer::None),
        query,
        body,
        examples: Vec::new(),
        variants: Vec::new(),
    };
    operation.variants = variant::variants(scope, text, &operation);
    let conditions = text.effect_when.iter();
    operation.effect_when =
        conditions.filter_map(|when| effect_when(scope, when, &operation)).collect();
    tier(scope, text);
    key(scope, text, &operation);
    documented_only(scope, text, &operation);
    // Examples of something half understood would only be told off for its mistakes.
    if route.is_some() && answer.is_some() && (text.body.is_none() || operation.body.is_some()) {
        operation.examples = example::examples(scope, text, &operation);
    }
    route.and(answer).map(|_| operation)
}

fn source(scope: &Scope<'_>, text: &OperationText) -> String {
    let file = &text.name.place.file;
    let (line, _) =
        line_and_column(scope.tree.get(file).unwrap_or_default(), text.name.place.start);
    format!("spec/{file}:{line}")
}

/// `GET /api/profiles/{profile_id}`
pub(super) fn route(scope: &Scope<'_>, text: &At<String>) -> Option<Route> {
    let methods = Method::ALL.map(|method| (method.as_str(), method));
    let mistake = |place, message: String| {
        scope.mistakes.hint(place, message, "such as `GET /api/profiles/{profile_id}`");
        None
    };
    let Some((method, path)) = text.value.split_once(' ') else {
        return mistake(&text.place, "expected a method and a path".to_owned());
    };
    let given = At { value: method.to_owned(), place: text.place.part(1, method.len()) };
    let method = word(scope.mistakes, &given, "a method", &methods)?;
    let start = 2 + given.value.len();
    if !path.starts_with('/') {
        return mistake(
            &text.place.part(start, path.len().max(1)),
            format!("`{path}` is not a path"),
        );
    }
    let mut ids: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        let offset = segment.as_ptr() as usize - path.as_ptr() as usize;
        let place = text.place.part(start + offset, segment.len().max(1));
        let braced = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let literal = |it: u8| it.is_ascii_alphanumeric() || b"-_.~".contains(&it);
        match braced {
            Some(id) if ids.contains(&id) => {
                return mistake(&place, format!("the id `{id}` is there twice"));
            }
            Some(id) if name::is_plain(id) => ids.push(id),
            Some(id) => return mistake(&place, format!("`{id}` cannot name an id")),
            None if segment.is_empty() || !segment.bytes().all(literal) => {
                return mistake(&place, format!("`{segment}` is not a segment of a path"));
            }
            None => {}
        }
    }
    Some(Route { method, path: path.to_owned() })
}

fn answer(scope: &Scope<'_>, text: &At<String>) -> Option<Answer> {
    let (kind, many) = match text.value.strip_suffix("[]") {
        Some(kind) => (kind, true),
        None => (text.as_str(), false),
    };
    match (kind, many) {
        ("none", false) => return Some(Answer::None),
        ("map", false) => return Some(Answer::Map),
        _ => {}
    }
    if !scope.app.json_api {
        let message = format!("`{}` is not an answer outside JSON:API", text.value);
        scope.mistakes.hint(&text.place, message, "allowed: `map`, `none`");
        return None;
    }
    let kind = At { value: kind.to_owned(), place: text.place.clone() };
    scope.knows_type(&kind).then(|| {
        let kind = kind.value;
        if many { Answer::Many(kind) } else { Answer::One(kind) }
    })
}

fn documented(scope: &Scope<'_>, text: &OperationText, own: Option<&Route>) -> Option<Route> {
    let Some(given) = &text.documented else { return own.cloned() };
    match &given.value {
        DocumentedText::Flag(true) => own.cloned(),
        DocumentedText::Flag(false) => None,
        DocumentedText::Route(path) => {
            let other = route(scope, &At { value: path.clone(), place: given.place.clone() })?;
            if Some(&other) == own {
                let hint = "leave `documented` out";
                scope.mistakes.hint(&given.place, "this is the operation's own route", hint);
            }
            Some(other)
        }
    }
}

fn documented_only(scope: &Scope<'_>, text: &OperationText, operation: &Operation) {
    if let (Some(why), None) = (&text.documented_only, &operation.documented)
        && !matches!(&text.documented, Some(it) if matches!(it.value, DocumentedText::Route(_)))
    {
        scope.mistakes.add(&why.place, "neither documented nor official");
    }
}

/// A revision that the app describes.
pub(super) fn revision(scope: &Scope<'_>, text: &At<String>) -> Option<Revision> {
    let known: Vec<(String, Revision)> =
        scope.app.revisions.iter().map(|revision| (revision.to_string(), *revision)).collect();
    let found = known.iter().find(|(name, _)| *name == text.value).map(|(_, revision)| *revision);
    if found.is_none() {
        let message = format!("`{}` is not among the revisions of app.toml", text.value);
        let names = known.iter().map(|(name, _)| name.as_str());
        scope.mistakes.unknown(&text.place, message, text.as_str(), names);
    }
    found
}

fn effect(scope: &Scope<'_>, text: &OperationText, method: Method) -> Effect {
    let words = Effect::ALL.map(|effect| (effect.as_str(), effect));
    match &text.effect {
        Some(effect) => word(scope.mistakes, effect, "an effect", &words),
        None if method == Method::Get => Some(Effect::Read),
        None => {
            let message = format!("a {} must state its `effect`", method.as_str());
            let hint = "by consequence: \"read\", \"write\", \"delete\" or \"send\"";
            scope.mistakes.hint(&text.name.place, message, hint);
            None
        }
    }
    // The mildest, so that nothing is said about conditions that may raise the right one.
    .unwrap_or(Effect::Read)
}

fn retry(scope: &Scope<'_>, text: &OperationText, method: Method) -> Retry {
    match &text.retry {
        Some(retry) => word(scope.mistakes, retry, "a class of retry", &RETRIES),
        None if method == Method::Get => Some(Retry::Safe),
        None => {
            let message = format!("a {} must state its `retry`", method.as_str());
            let hint = "what a lost answer allows: \"safe\", \"idempotent\", \"keyed\", \"conflicts\" or \"once\"";
            scope.mistakes.hint(&text.name.place, message, hint);
            None
        }
    }
    .unwrap_or(Retry::Once)
}

fn effect_when(
    scope: &Scope<'_>,
    text: &EffectWhenText,
    operation: &Operation,
) -> Option<EffectWhen> {
    let attribute = text.attribute.as_ref()?;
    let bodies =
        operation.body.iter().chain(operation.variants.iter().filter_map(|it| it.body.as_ref()));
    let known: Vec<&str> =
        bodies.flat_map(|body| &body.attributes).map(|attribute| attribute.name.as_str()).collect();
    if !known.contains(&attribute.as_str()) {
        let message = format!("`{}` is not an attribute of the body", attribute.value);
        scope.mistakes.unknown(&attribute.place, message, attribute.as_str(), known);
    }
    let condition = match (&text.equals, &text.present) {
        (Some(equals), None) => Condition::Equals(equals.value.clone()),
        (None, Some(present)) if present.value => Condition::Present,
        _ => {
            let hint = "write `equals = \"…\"` or `present = true`";
            scope.mistakes.hint(&text.place, "expected one condition", hint);
            return None;
        }
    };
    let words = Effect::ALL.map(|effect| (effect.as_str(), effect));
    let given = text.effect.as_ref()?;
    let effect = word(scope.mistakes, given, "an effect", &words)?;
    if effect == Effect::Read {
        scope.mistakes.hint(
            &given.place,
            "nothing is milder than a read",
            "a condition can only raise it",
        );
    }
    if effect <= operation.effect && effect != Effect::Read {
        let message = format!("the operation's own effect is {} already", operation.effect);
        scope.mistakes.hint(&given.place, message, "a condition can only raise it");
    }
    Some(EffectWhen { attribute: attribute.value.clone(), condition, effect })
}

fn tier(scope: &Scope<'_>, text: &OperationText) {
    if let Some(tier) = &text.tier
        && scope.app.tier(tier.as_str()).is_none()
    {
        let message = format!("`{}` is not a tier of app.toml", tier.value);
        let known = scope.app.tiers.iter().map(|tier| tier.name.as_str());
        scope.mistakes.unknown(&tier.place, message, tier.as_str(), known);
    }
}

fn key(scope: &Scope<'_>, text: &OperationText, operation: &Operation) {
    match (&text.key, operation.retry) {
        (None, Retry::Keyed) => {
            if let Some(retry) = &text.retry {
                let hint = "`key = \"…\"` names the attribute that carries it";
                scope.mistakes.hint(&retry.place, "`keyed` needs a `key`", hint);
            }
        }
        (Some(key), Retry::Keyed) => {
            let attributes = operation.body.iter().flat_map(|body| &body.attributes);
            let known: Vec<&str> = attributes.map(|attribute| attribute.name.as_str()).collect();
            if operation.body.is_some() && !known.contains(&key.as_str()) {
                let message = format!("`{}` is not an attribute of the body", key.value);
                scope.mistakes.unknown(&key.place, message, key.as_str(), known);
            }
            if text.body.is_none() {
                scope.mistakes.add(&key.place, "there is no body to carry a key");
            }
        }
        (Some(key), retry) if text.retry.is_some() => {
            scope.mistakes.add(&key.place, format!("a key, but the retry is {retry}"));
        }
        _ => {}
    }
}

/// The statuses of success.
pub(super) fn statuses(scope: &Scope<'_>, texts: &[At<u32>]) -> Vec<u16> {
    let status = |text: &At<u32>| {
        let status = u16::try_from(text.value).ok().filter(|status| (200..300).contains(status));
        if status.is_none() {
            scope.mistakes.add(&text.place, format!("{} is not a status of success", text.value));
        }
        status
    };
    texts.iter().filter_map(status).collect()
}

/// How many ids a call of the operation names: those of its path, and the one in its body.
pub(super) fn ids(operation: &Operation) -> usize {
    let in_body = operation.body.as_ref().is_some_and(|body| matches!(body.id, BodyId::Key(_)));
    operation.route.ids().len() + usize::from(in_body)
}

/// Whether the guest gives a list.
pub(super) fn gives_list(shape: &Shape) -> bool {
    shape.max().is_some()
}
