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

impl App {
    /// Its resource with this type.
    #[must_use]
    pub fn resource(&'static self, kind: &str) -> Option<&'static Resource> {
        let mut of_app = crate::RESOURCES.iter().filter(|resource| resource.app.id == self.id);
        of_app.find(|resource| resource.kind == kind)
    }
}

/// The resource with this type: the first app's, where several apps have one. [`App::resource`] is exact.
#[must_use]
pub fn resource_of_type(kind: &str) -> Option<&'static Resource> {
    crate::RESOURCES.iter().find(|resource| resource.kind == kind)
}

/// The operation behind a method and a native path of an app, with the ids in the path, still percent-encoded. Official
/// routes, at any revision, win over documented ones, and of several the one with the fewest ids: a literal segment says
/// more than an id.
#[must_use]
pub fn resolve<'p>(
    app: &str,
    method: Method,
    path: &'p str,
) -> Option<(&'static Operation, Vec<&'p str>)> {
    let of_app = || crate::OPERATIONS.iter().filter(|operation| operation.app.id == app);
    let by = |operation: &'static Operation, route: Route| {
        let ids = (route.method == method).then(|| route.matches(path)).flatten()?;
        Some((operation, ids))
    };
    let official = of_app().flat_map(|operation| {
        let routes = operation.variants.iter().map(|variant| variant.route);
        routes.chain([operation.route]).filter_map(move |route| by(operation, route))
    });
    let documented = of_app().filter_map(|operation| by(operation, operation.documented?));
    let least = |(_, ids): &(&Operation, Vec<&str>)| ids.len();
    official.min_by_key(least).or_else(|| documented.min_by_key(least))
}
