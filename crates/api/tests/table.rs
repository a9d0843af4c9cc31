//! What holds of every row of the table, whatever the spec says.

use std::collections::BTreeSet;

use pianoroll_api::operation::{Answer, Method, Mode, Operation, Route};
use pianoroll_api::{APPS, OPERATIONS, RESOURCES, find, resolve};
use serde_json::Value;

#[test]
fn operations_are_found_by_their_ids() {
    assert!(OPERATIONS.is_sorted_by(|a, b| a.id < b.id));
    for operation in OPERATIONS {
        assert_eq!(operation.id, format!("{}.{}", operation.module, operation.name));
        assert!(std::ptr::eq(find(operation.id).unwrap(), operation));
        assert!(APPS.iter().any(|app| std::ptr::eq(app, operation.app)));
    }
    assert!(find("profiles").is_none());
    assert!(find("profiles.lists").is_none());
    assert!(find("").is_none());
}

/// A path of a route, each id another one.
fn path(route: Route) -> (String, Vec<String>) {
    let ids: Vec<String> = route.ids().enumerate().map(|(index, _)| format!("id{index}")).collect();
    let mut path = route.path.to_owned();
    for (name, id) in route.ids().zip(&ids) {
        path = path.replace(&format!("{{{name}}}"), id);
    }
    (path, ids)
}

#[test]
fn every_route_leads_back_to_its_operation() {
    let mut routes = 0;
    for operation in OPERATIONS {
        let variants = operation.variants.iter().map(|variant| variant.route);
        for route in variants.chain([operation.route]).chain(operation.documented) {
            let (path, ids) = path(route);
            let (found, found_ids) = resolve(operation.app.id, route.method, &path).unwrap();
            assert_eq!(
                (found.id, found_ids),
                (operation.id, ids.iter().map(String::as_str).collect())
            );
            routes += 1;
        }
    }
    assert!(routes > OPERATIONS.len());
}

#[test]
fn paths_of_nobody_lead_nowhere() {
    let nowhere = [
        (Method::Get, "/api/profiles/"),
        (Method::Get, "/api/profiles/1/"),
        (Method::Get, "api/profiles"),
        (Method::Put, "/api/profiles/1"),
        (Method::Get, "/api/profiles/1/lists/2"),
        (Method::Get, "/api/no-such-thing"),
        (Method::Get, ""),
    ];
    for (method, path) in nowhere {
        assert!(resolve("klaviyo", method, path).is_none(), "{method} {path}");
    }
    assert!(resolve("klaviyo", Method::Get, "/connections").is_none());
    assert_eq!(resolve("maton", Method::Get, "/connections").unwrap().0.id, "connections.list");
}

#[test]
fn every_mode_that_has_an_operation_has_an_example_of_it() {
    for operation in OPERATIONS {
        for mode in Mode::ALL {
            let shown = operation.examples.iter().any(|example| example.modes.contains(&mode));
            assert_eq!(shown, mode.has(operation), "{} in the mode {mode}", operation.id);
        }
    }
}

#[test]
fn examples_are_json_and_answers_of_the_right_shape() {
    let json = |text: &str, what: &Operation| -> Value {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}: {text}", what.id))
    };
    let mut answers = 0;
    for operation in OPERATIONS {
        for example in operation.examples {
            assert_eq!(example.args.len(), operation.route.ids().count());
            assert!(json(example.options, operation).is_object());
            assert_eq!(example.body.is_some(), operation.body.is_some());
            let body = example.body.map(|body| json(body, operation));
            assert!(body.is_none_or(|body| body.is_object() || body.is_array()));
            let Some(answer) = example.answer else { continue };
            let answer = json(answer, operation);
            answers += 1;
            match operation.answer {
                Answer::Many(kind) => {
                    let data = answer["data"].as_array().unwrap();
                    assert!(data.iter().all(|resource| resource["type"] == kind));
                }
                Answer::One(kind) => assert_eq!(answer["data"]["type"], kind),
                Answer::Map => assert!(answer.is_object()),
                Answer::None => panic!("{} answers nothing", operation.id),
            }
        }
    }
    assert!(answers > 0);
}

#[test]
fn what_a_row_names_is_there() {
    for operation in OPERATIONS {
        let known = |kind: &str| {
            let found = operation.app.resource(kind);
            assert_eq!(found.map(|it| it.kind), Some(kind), "{}", operation.id);
        };
        operation.answer.kind().into_iter().for_each(known);
        operation.query.fields.iter().copied().for_each(known);
        operation.query.include.iter().map(|it| it.kind).for_each(known);
        if let Some(probe) = operation.probe {
            assert!(find(probe).unwrap().effect.is_read());
        }
        assert!(
            operation.ok.iter().all(|status| (200..300).contains(status))
                && !operation.ok.is_empty()
        );
    }
    let mains: BTreeSet<&str> = RESOURCES.iter().filter(|it| it.main).map(|it| it.module).collect();
    let modules: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.module).collect();
    assert_eq!(mains, modules);
}
