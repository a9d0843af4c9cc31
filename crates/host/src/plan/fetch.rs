//! Reads of a dry run's own: the few that a list cannot be told without.

use std::collections::HashMap;

use pianoroll_api::filter::{Clause, Filter, Literal};
use pianoroll_api::operation::{self, Method, Operation, Page};
use pianoroll_api::{Arguments, OPERATIONS};
use pianoroll_gateway::Call;
use serde_json::Value;

use super::consequence::Key;
use super::subject::Subject;
use crate::account::KnownAccount;
use crate::host::Host;

/// The most records that are asked for in one request.
const BATCH: usize = 100;

/// Reads records that a list cannot be told without: in as few requests as the table knows a way. What cannot be read is
/// missing in the answer.
pub(super) async fn fetch(
    host: &Host,
    account: &KnownAccount,
    operation: &Operation,
    keys: Vec<Key>,
) -> HashMap<Key, Value> {
    let mut found = HashMap::new();
    let Some(kind) = keys.first().map(|key| key.kind.clone()) else { return found };
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
        let is_list = row.answer == operation::Answer::Many(known(&row.answer, &kind)?);
        (is_list && row.query.filter_required.is_empty() && reads(row, 0))
            .then_some((row, field.name))
    });
    let one = || {
        of_app().find(|row| {
            row.answer.kind() == Some(kind.as_str())
                && matches!(row.answer, operation::Answer::One(_))
                && reads(row, 1)
                && Subject::of(row, None, &Arguments::default()).relation.is_none()
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
            let Some(row) = one() else { return found };
            for key in keys {
                if let Some(document) =
                    ask(host, account, row, &Arguments::ids([key.id.clone()])).await
                {
                    found.insert(key, document["data"].clone());
                }
            }
        }
    }
    found
}

/// The static name of a type, where an answer is of it.
fn known(answer: &operation::Answer, kind: &str) -> Option<&'static str> {
    answer.kind().filter(|known| *known == kind)
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
