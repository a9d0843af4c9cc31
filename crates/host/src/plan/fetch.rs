//! Reads of a dry run's own: the few that a list cannot be told without.

use std::collections::{BTreeMap, HashMap};

use pianoroll_api::filter::{Clause, Filter, Literal};
use pianoroll_api::operation::{self, Method, Operation, Page};
use pianoroll_api::request::cursor_of;
use pianoroll_api::{Arguments, OPERATIONS};
use pianoroll_gateway::Call;
use serde_json::Value;

use super::consequence::Key;
use super::subject::Subject;
use crate::account::KnownAccount;
use crate::host::Host;

/// The most records that are asked for in one request.
const BATCH: usize = 100;

/// The most pages of a list that are read for the sake of some of its records.
const PAGES: usize = 20;

/// Reads records that a page cannot be told without. What cannot be read is missing in the answer.
pub(super) async fn fetch(
    host: &Host,
    account: &KnownAccount,
    operation: &Operation,
    keys: Vec<Key>,
) -> HashMap<Key, Value> {
    let mut by_kind: BTreeMap<String, Vec<Key>> = BTreeMap::new();
    for key in keys {
        by_kind.entry(key.kind.clone()).or_default().push(key);
    }
    let mut found = HashMap::new();
    for (kind, mut keys) in by_kind {
        keys.sort_unstable();
        fetch_kind(host, account, operation, &kind, keys, &mut found).await;
    }
    found
}

/// Reads records of one type, in as few requests as the table knows a way.
async fn fetch_kind(
    host: &Host,
    account: &KnownAccount,
    operation: &Operation,
    kind: &str,
    keys: Vec<Key>,
    found: &mut HashMap<Key, Value>,
) {
    let of_app = || OPERATIONS.iter().filter(|row| std::ptr::eq(row.app, operation.app));
    let reads = |row: &Operation, ids: usize| {
        let route = row.route_at(account.revision(row));
        route.method == Method::Get && route.ids().count() == ids && row.documented_only.is_none()
    };
    let list = of_app().find_map(|row| {
        let field =
            row.query.filter.iter().find(|field| {
                matches!(field.name, "id" | "ids") && field.operators.contains(&"any")
            })?;
        let is_list = matches!(row.answer, operation::Answer::Many(of) if of == kind);
        (is_list && row.query.filter_required.is_empty() && reads(row, 0))
            .then_some((row, field.name))
    });
    let one = || {
        of_app().find(|row| {
            matches!(row.answer, operation::Answer::One(of) if of == kind)
                && reads(row, 1)
                && Subject::of(row, None, &Arguments::default()).relation.is_none()
        })
    };
    // A type without either has few records: tags, for one.
    let whole = || {
        of_app().find(|row| {
            matches!(row.answer, operation::Answer::Many(of) if of == kind)
                && row.query.filter_required.is_empty()
                && reads(row, 0)
        })
    };
    match list {
        Some((row, field)) => {
            let page = row.page_at(account.revision(row));
            let size = match page {
                Page::Sized { max, .. } => max,
                Page::Fixed(size) => size,
                Page::None => u32::MAX,
            };
            for batch in keys.chunks((size as usize).min(BATCH)) {
                let ids = batch.iter().map(|key| Literal::Text(key.id.clone())).collect();
                let clause = Clause {
                    operator: "any".to_owned(),
                    field: field.to_owned(),
                    argument: Some(Literal::List(ids)),
                    offset: 0,
                };
                let filter = Filter { clauses: vec![clause] }.to_string();
                let mut arguments = Arguments::default().with_option("filter", filter);
                if let Page::Sized { max, .. } = page {
                    arguments = arguments.with_option("page_size", max);
                }
                let Some(document) = ask(host, account, row, &arguments).await else { continue };
                let rows = document["data"].as_array().into_iter().flatten();
                found.extend(rows.filter_map(|row| Some((Key::of(row)?, row.clone()))));
            }
        }
        None => {
            if let Some(row) = one() {
                for key in keys {
                    if let Some(document) =
                        ask(host, account, row, &Arguments::ids([key.id.clone()])).await
                    {
                        found.insert(key, document["data"].clone());
                    }
                }
            } else if let Some(row) = whole() {
                walk(host, account, row, &keys, found).await;
            }
        }
    }
}

/// Reads a whole list for the sake of a few of its records, as far as that is reasonable.
async fn walk(
    host: &Host,
    account: &KnownAccount,
    row: &'static Operation,
    keys: &[Key],
    found: &mut HashMap<Key, Value>,
) {
    let mut arguments = Arguments::default();
    for _ in 0..PAGES {
        let Some(document) = ask(host, account, row, &arguments).await else { return };
        let rows = document["data"].as_array().into_iter().flatten();
        let wanted = rows.filter_map(|row| Some((Key::of(row)?, row.clone())));
        found.extend(wanted.filter(|(key, _)| keys.contains(key)));
        let next = document["links"]["next"].as_str().and_then(cursor_of);
        match next {
            Some(cursor) if found.len() < keys.len() => {
                arguments.options.insert("cursor".to_owned(), cursor.into());
            }
            _ => return,
        }
    }
}

/// A read of the dry run's own. It counts as a request, and not as a call of the program.
async fn ask(
    host: &Host,
    account: &KnownAccount,
    operation: &'static Operation,
    arguments: &Arguments,
) -> Option<Value> {
    let call = Call::new(operation, arguments).with_cancel(&host.settings.cancel);
    let result = account.account.gateway.call(&account.account.connection, call).await;
    host.tally.effort(match &result {
        Ok(answer) => answer.attempts,
        Err(error) => error.effort,
    });
    result.ok().map(|answer| answer.json())
}
