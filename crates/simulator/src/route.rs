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
