//! What a call is about, as its path says it.

use pianoroll_api::operation::{Operation, Resource};
use pianoroll_api::{Arguments, RESOURCES};
use pianoroll_model::Revision;

/// The type and the id that a path begins with, and what it goes on to: of `/api/lists/{list_id}/profiles` the list, its id
/// and `profiles`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subject<'a> {
    pub(super) kind: &'static str,
    pub(super) id: Option<&'a str>,
    pub(super) relation: Option<&'static str>,
    /// Whether it is about the links and not about what they lead to: `/relationships/`.
    pub(super) linkage: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn of(
        operation: &'static Operation,
        revision: Option<Revision>,
        arguments: &'a Arguments,
    ) -> Self {
        let path = operation.route_at(revision).path;
        // Where the resources begin differs from app to app: behind `/api`, or at once.
        let path = path.strip_prefix("/api").unwrap_or(path);
        let mut segments = path.split('/').skip(1);
        let first = segments.next().unwrap_or_default();
        let mut rest = segments.filter(|segment| !segment.starts_with('{'));
        let next = rest.next();
        let linkage = next == Some("relationships");
        let relation = if linkage { rest.next() } else { next };
        Self {
            kind: kind(operation, first),
            id: arguments.ids.first().map(String::as_str),
            relation,
            linkage,
        }
    }
}

/// The type whose plural a path begins with, else the main one of the operation's module.
fn kind(operation: &Operation, segment: &str) -> &'static str {
    let of_app = |resource: &&Resource| std::ptr::eq(resource.app, operation.app);
    let named = RESOURCES.iter().filter(of_app).find(|one| plural(one.kind) == segment);
    let main = || {
        let main = |one: &&Resource| one.main && one.module == operation.module;
        RESOURCES.iter().filter(of_app).find(main)
    };
    named.or_else(main).map_or("", |resource| resource.kind)
}

/// The plural of a type as paths write it.
fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use pianoroll_api::OPERATIONS;
    use pianoroll_api::operation::{self, Answer, Method};

    use super::*;

    #[test]
    fn a_path_says_what_a_call_is_about() {
        let check = |operation: &str, kind: &str, relation: Option<&str>, linkage: bool| {
            let operation = operation::find(operation).unwrap();
            let arguments = Arguments::ids(["x"]);
            let subject = Subject::of(operation, None, &arguments);
            assert_eq!(
                (subject.kind, subject.relation, subject.linkage),
                (kind, relation, linkage),
                "{}",
                operation.id
            );
        };
        check("lists.list_profiles", "list", Some("profiles"), false);
        check("lists.add_profiles", "list", Some("profiles"), true);
        check("catalog_items.get", "catalog-item", None, false);
        check("flow_actions.list_messages", "flow-action", Some("flow-messages"), false);
        check("campaigns.get_send_job", "campaign-send-job", None, false);
        check("connections.get", "connection", None, false);
    }

    #[test]
    fn a_read_of_one_record_answers_with_the_type_of_its_path() {
        for operation in OPERATIONS.iter().filter(|operation| operation.route.method == Method::Get)
        {
            let arguments = Arguments::default();
            let subject = Subject::of(operation, None, &arguments);
            if let (Answer::One(kind), None) = (operation.answer, subject.relation) {
                assert_eq!(subject.kind, kind, "{}", operation.id);
            }
        }
    }
}
