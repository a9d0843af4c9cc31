//! What differs from a revision on.

use crate::check::{Scope, body, operation, query};
use crate::checked::{Operation, Variant};
use crate::text::OperationText;

/// The variants, oldest first, each complete: what it does not say is as in the one before it.
pub(super) fn variants(
    scope: &Scope<'_>,
    text: &OperationText,
    operation: &Operation,
) -> Vec<Variant> {
    let mut texts: Vec<_> = text.at.iter().collect();
    texts.sort_by(|a, b| a.revision.value.cmp(&b.revision.value));
    let mut all: Vec<Variant> = Vec::new();
    for text in texts {
        let Some(since) = operation::revision(scope, &text.revision) else { continue };
        if scope.app.revisions.first() == Some(&since) {
            let message = "the operation itself is what the first revision has";
            scope.mistakes.add(&text.revision.place, message);
        }
        let before = all.last();
        let route = match &text.http {
            Some(http) => operation::route(scope, http),
            None => Some(before.map_or(&operation.route, |it| &it.route).clone()),
        };
        let Some(route) = route else { continue };
        if let Some(http) = &text.http
            && route.ids() != operation.route.ids()
        {
            scope.mistakes.add(&http.place, "the path has other ids than the operation");
        }
        let (method, ids) = (route.method, route.ids().len());
        let body = match &text.body {
            Some(text) => body::body(scope, text, method, ids),
            None => before.map_or(&operation.body, |it| &it.body).clone(),
        };
        let page = match &text.page {
            Some(page) => query::page(scope, page, Some(&operation.answer)),
            None => before.map_or(operation.query.page, |it| it.page),
        };
        let ok = match text.ok.is_empty() {
            true => before.map_or(&operation.ok, |it| &it.ok).clone(),
            false => operation::statuses(scope, &text.ok),
        };
        let doc = match &text.doc {
            Some(doc) => doc.value.clone(),
            None => before.map_or(&operation.doc, |it| &it.doc).clone(),
        };
        all.push(Variant { since, doc, route, body, page, ok });
    }
    all
}
