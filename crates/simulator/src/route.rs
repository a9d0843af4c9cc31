//! Which operation a method and a path name, in the mode that is played.

use percent_encoding::percent_decode_str;
use pianoroll_api::operation::{App, Host, Mode, Operation, Route};
use pianoroll_api::{APPS, OPERATIONS};

/// All routes of all apps, for one mode.
#[derive(Debug)]
pub(crate) struct Routes {
    rows: Vec<Row>,
}

/// One way to an operation. The same operation may stand here twice.
#[derive(Debug)]
struct Row {
    operation: &'static Operation,
    route: Route,
    /// The segments of its path, so that most rows are passed over by a number.
    segments: usize,
    documented: bool,
    /// Whether the mode has it.
    open: bool,
}

/// Where a request leads.
#[derive(Debug)]
pub(crate) enum Target {
    /// An operation.
    Operation {
        operation: &'static Operation,
        /// By the documented route where that differs from the official one.
        by_documented_route: bool,
        /// The ids of the path, decoded.
        ids: Vec<String>,
    },
    /// A route that is in the table but not in this mode.
    NotInRevision(&'static App),
    /// A path that the app has, by other methods.
    WrongMethod(&'static App),
    /// A path that the app does not have.
    UnknownPath(&'static App),
    /// A prefix that is no app.
    UnknownApp,
}

impl Target {
    /// The app, where there is one.
    pub(crate) fn app(&self) -> Option<&'static App> {
        match self {
            Target::Operation { operation, .. } => Some(operation.app),
            Target::NotInRevision(app) | Target::WrongMethod(app) | Target::UnknownPath(app) => {
                Some(app)
            }
            Target::UnknownApp => None,
        }
    }

    /// The operation, where there is one.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        match self {
            Target::Operation { operation, .. } => Some(operation),
            _ => None,
        }
    }
}

impl Routes {
    /// The routes of a mode.
    pub(crate) fn new(mode: Mode) -> Self {
        let mut rows = Vec::new();
        for operation in OPERATIONS {
            let open = mode.has(operation);
            let route = operation.route_at(mode.revision(operation.app));
            let segments = |route: Route| route.path.split('/').count();
            rows.push(Row { operation, route, segments: segments(route), documented: false, open });
            if let Some(documented) = operation.documented.filter(|documented| *documented != route)
            {
                let open = mode == Mode::Documented;
                let segments = segments(documented);
                rows.push(Row { operation, route: documented, segments, documented: true, open });
            }
        }
        // The more of a path is written out, the earlier it is tried; official routes before documented ones.
        rows.sort_by_key(|row| (row.route.ids().count(), row.documented));
        Self { rows }
    }

    /// Where a request leads.
    pub(crate) fn find(&self, method: &str, path: &str) -> Target {
        let Some((app, native)) = self.app(path) else { return Target::UnknownApp };
        let segments = native.split('/').count();
        let matching = || {
            let of_app = self.rows.iter().filter(move |row| {
                row.segments == segments && std::ptr::eq(row.operation.app, app)
            });
            of_app.filter_map(|row| Some((row, row.route.matches(native)?)))
        };
        let by_method = || matching().filter(|(row, _)| row.route.method.as_str() == method);
        if let Some((row, ids)) = by_method().find(|(row, _)| row.open) {
            return Target::Operation {
                operation: row.operation,
                by_documented_route: row.documented,
                ids: ids.into_iter().map(decode).collect(),
            };
        }
        if by_method().next().is_some() {
            return Target::NotInRevision(app);
        }
        let known = matching().any(|(row, _)| row.open);
        if known { Target::WrongMethod(app) } else { Target::UnknownPath(app) }
    }

    /// The app of a path, and the path behind its prefix.
    fn app<'p>(&self, path: &'p str) -> Option<(&'static App, &'p str)> {
        let behind = |app: &App| {
            let native = path.strip_prefix(app.prefix)?;
            (native.is_empty() || native.starts_with('/')).then_some(native)
        };
        let prefixed = APPS.iter().filter(|app| app.host == Host::Gateway);
        if let Some(found) =
            prefixed.map(|app| (app, behind(app))).find_map(|(app, native)| Some((app, native?)))
        {
            return Some(found);
        }
        // The control plane has no prefix: it is known by the first word of its paths.
        let first = |path: &'p str| path.split('/').nth(1);
        let control = self.rows.iter().filter(|row| row.operation.app.host == Host::Control);
        let mut known = control.filter(|row| {
            behind(row.operation.app)
                .is_some_and(|native| first(native) == row.route.path.split('/').nth(1))
        });
        known.next().and_then(|row| Some((row.operation.app, behind(row.operation.app)?)))
    }
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path that fits a route, with an id that needs decoding.
    fn path(operation: &Operation, route: Route) -> String {
        let segments = route.path.split('/');
        let filled =
            segments.map(|segment| if segment.starts_with('{') { "a%3Ab" } else { segment });
        format!("{}{}", operation.app.prefix, filled.collect::<Vec<_>>().join("/"))
    }

    #[test]
    fn every_operation_is_found_in_the_modes_that_have_it_and_in_no_other() {
        for mode in Mode::ALL {
            let routes = Routes::new(mode);
            for operation in OPERATIONS {
                let route = operation.route_at(mode.revision(operation.app));
                let target = routes.find(route.method.as_str(), &path(operation, route));
                match &target {
                    Target::Operation { operation: found, by_documented_route, ids }
                        if mode.has(operation) =>
                    {
                        assert_eq!(
                            (found.id, *by_documented_route),
                            (operation.id, false),
                            "{mode}"
                        );
                        assert_eq!(
                            *ids,
                            vec!["a:b"; route.ids().count()],
                            "{mode} {}",
                            operation.id
                        );
                    }
                    Target::NotInRevision(_) if !mode.has(operation) => {}
                    target => panic!("{mode} {}: {target:?}", operation.id),
                }
            }
        }
    }

    #[test]
    fn documented_routes_that_differ_are_open_in_documented_mode_only() {
        let differs = |operation: &&Operation| {
            operation.documented.is_some_and(|route| route != operation.route)
        };
        let mut seen = 0;
        for operation in OPERATIONS.iter().filter(differs) {
            let route = operation.documented.unwrap();
            let find =
                |mode| Routes::new(mode).find(route.method.as_str(), &path(operation, route));
            let target = find(Mode::Documented);
            assert!(
                matches!(&target, Target::Operation { operation: found, by_documented_route: true, .. } if found.id == operation.id),
                "{}: {target:?}",
                operation.id
            );
            assert!(matches!(find(Mode::Strict), Target::NotInRevision(_)), "{}", operation.id);
            seen += 1;
        }
        assert_eq!(seen, 2, "tags.tag_campaigns and tags.tag_flows");
    }

    #[test]
    fn other_paths_say_what_is_wrong_with_them() {
        let routes = Routes::new(Mode::Strict);
        let check = |method: &str, path: &str, expected: fn(&Target) -> bool| {
            let target = routes.find(method, path);
            assert!(expected(&target), "{method} {path}: {target:?}");
        };
        check("GET", "/", |target| matches!(target, Target::UnknownApp));
        check("GET", "/hubspot/api", |target| matches!(target, Target::UnknownApp));
        check("GET", "/klaviyo", |target| matches!(target, Target::UnknownPath(_)));
        check("GET", "/klaviyo/api/profiles/", |target| matches!(target, Target::UnknownPath(_)));
        check("GET", "/klaviyo/connections", |target| matches!(target, Target::UnknownPath(_)));
        check("BREW", "/klaviyo/api/profiles", |target| matches!(target, Target::WrongMethod(_)));
        check("PUT", "/connections", |target| matches!(target, Target::WrongMethod(_)));
    }
}
