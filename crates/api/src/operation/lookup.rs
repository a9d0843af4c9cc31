//! Finding rows of the table.

use crate::operation::{App, Method, Operation, Resource, Route};

/// The operation with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Operation> {
    let index = crate::OPERATIONS.binary_search_by(|operation| operation.id.cmp(id)).ok()?;
    crate::OPERATIONS.get(index)
}

/// The app with this id.
#[must_use]
pub fn app(id: &str) -> Option<&'static App> {
    crate::APPS.iter().find(|app| app.id == id)
}

/// The resource with this type.
#[must_use]
pub fn resource_of_type(kind: &str) -> Option<&'static Resource> {
    crate::RESOURCES.iter().find(|resource| resource.kind == kind)
}

/// The operation behind a method and a native path of an app, with the ids in the path, still percent-encoded. Official
/// routes win over documented ones.
#[must_use]
pub fn resolve<'p>(
    app: &str,
    method: Method,
    path: &'p str,
) -> Option<(&'static Operation, Vec<&'p str>)> {
    let of_app = || crate::OPERATIONS.iter().filter(|operation| operation.app.id == app);
    let by = |route: Option<Route>| {
        route.filter(|route| route.method == method).and_then(|route| route.matches(path))
    };
    let current = of_app().find_map(|operation| Some((operation, by(Some(operation.route))?)));
    current.or_else(|| of_app().find_map(|operation| Some((operation, by(operation.documented)?))))
}
