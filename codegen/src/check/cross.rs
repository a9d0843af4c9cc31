//! What only the whole shows: types declared twice, ends of relationships, probes, routes.

use std::collections::BTreeMap;

use pianoroll_model::{Effect, Retry};

use crate::check::count_ids;
use crate::check::operation::ids;
use crate::checked::{App, Host, Operation, Route, Spec};
use crate::mistake::Store;
use crate::source::{At, Place};
use crate::text::{AppText, OperationText};

/// Types are declared once, and relationships lead to types.
pub(super) fn types(text: &AppText, app: &App, mistakes: &Store) {
    let mut seen: Vec<&str> = Vec::new();
    for kind in text.files.iter().flat_map(|file| &file.types) {
        if let Some(name) = &kind.kind {
            if seen.contains(&name.as_str()) {
                mistakes.add(&name.place, format!("the type `{}` is declared twice", name.value));
            }
            seen.push(name.as_str());
        }
    }
    let relationships =
        text.files.iter().flat_map(|file| &file.types).flat_map(|kind| &kind.relationships);
    for (_, end) in relationships {
        if app.type_of(end.as_str()).is_none() {
            let message = format!("`{}` is not a type of {}", end.value, text.folder.value);
            mistakes.unknown(&end.place, message, end.as_str(), seen.iter().copied());
        }
    }
}

/// Probes are safe reads that take the same ids.
pub(super) fn probes(text: &AppText, app: &App, mistakes: &Store) {
    let operations = || app.modules.iter().flat_map(|module| &module.operations);
    for (operation, text) in pairs(text, app) {
        let Some(probe) = &text.probe else { continue };
        if operation.retry != Retry::Once {
            let message = format!("a probe, but the retry is {}", operation.retry);
            mistakes.hint(&probe.place, message, "only `once` needs one");
        }
        let Some(found) = operations().find(|other| other.id == probe.value) else {
            let message = format!("`{}` is not an operation", probe.value);
            let known = operations().map(|operation| operation.id.as_str());
            mistakes.unknown(&probe.place, message, probe.as_str(), known);
            continue;
        };
        if found.effect != Effect::Read || found.retry != Retry::Safe || found.body.is_some() {
            mistakes.add(&probe.place, format!("`{}` is not a safe read", probe.value));
        } else if ids(found) != ids(operation) {
            let message = format!(
                "`{}` takes {}, not {}",
                probe.value,
                count_ids(ids(found)),
                ids(operation)
            );
            mistakes.add(&probe.place, message);
        }
    }
}

/// A method and path lead to one operation, and ids in one place have one name.
pub(super) fn routes(texts: &[AppText], spec: &Spec, mistakes: &Store) {
    // By host, full path and method: what it is taken by.
    let mut taken: BTreeMap<(bool, String, &str), (&str, &str)> = BTreeMap::new();
    // By full path with blank ids: the path as first written.
    let mut written: BTreeMap<(bool, String), String> = BTreeMap::new();
    for (text, app) in texts.iter().zip(&spec.apps) {
        for (operation, text) in pairs(text, app) {
            for (route, place) in routes_of(operation, text) {
                let shape = (app.host == Host::Control, format!("{}{}", app.prefix, route.shape()));
                let path = written.entry(shape.clone()).or_insert_with(|| route.path.clone());
                if *path != route.path {
                    let message = format!("the ids of this path have other names in `{path}`");
                    mistakes.hint(&place, message, "name them alike");
                }
                let key = (shape.0, shape.1, route.method.as_str());
                match taken.get(&key) {
                    Some(by) if *by != (&app.id, &operation.id) => {
                        mistakes.add(&place, format!("`{route}` is taken by {} of {}", by.1, by.0));
                    }
                    _ => {
                        taken.insert(key, (&app.id, &operation.id));
                    }
                }
            }
        }
    }
}

fn routes_of<'o>(operation: &'o Operation, text: &OperationText) -> Vec<(&'o Route, Place)> {
    let place = |text: &Option<At<String>>, otherwise: &Place| {
        text.as_ref().map_or(otherwise, |text| &text.place).clone()
    };
    let own = place(&text.http, &text.name.place);
    let mut all = vec![(&operation.route, own.clone())];
    let documented = operation.documented.iter().filter(|route| **route != operation.route);
    let documented_place = text.documented.as_ref().map_or(&own, |it| &it.place);
    all.extend(documented.map(|route| (route, documented_place.clone())));
    for variant in operation.variants.iter().filter(|it| it.route != operation.route) {
        let revision = variant.since.to_string();
        let text = text.at.iter().find(|text| text.revision.value == revision);
        let place = text.map_or(own.clone(), |text| place(&text.http, &text.revision.place));
        all.push((&variant.route, place));
    }
    all
}

/// The operations of an app, each with its text.
pub(super) fn pairs<'p>(
    text: &'p AppText,
    app: &'p App,
) -> impl Iterator<Item = (&'p Operation, &'p OperationText)> {
    let files = text.files.iter().zip(&app.modules);
    files.flat_map(|(file, module)| {
        let text = |name: &str| file.operations.iter().find(|text| text.name.value == name);
        module.operations.iter().filter_map(move |op| Some((op, text(&op.name)?)))
    })
}
