//! Lists of what is stored: filter, order, cursor, page.

use pianoroll_api::operation::Page as Paging;

use super::State;
use super::cursor::{Cursor, Key};
use super::document::Page;
use super::filter;
use super::record::Record;
use crate::exchange::{Exchange, Refusal};

/// How many rows an answer holds; nothing where it holds all.
pub(super) fn size(exchange: &Exchange) -> Option<usize> {
    match exchange.operation.page_at(exchange.revision) {
        Paging::None => None,
        paging => exchange.query.page_size.or(paging.default_size()).map(|size| size as usize),
    }
}

/// Takes a page from rows that are in order and beyond the cursor. `key` is what the rows are ordered by, besides the id.
pub(super) fn take(exchange: &Exchange, rows: impl Iterator<Item = (Option<Key>, Record)>) -> Page {
    let size = size(exchange).unwrap_or(usize::MAX);
    let mut page = Page::default();
    let mut last = None;
    for (key, record) in rows {
        if page.records.len() == size {
            page.next = last;
            return page;
        }
        last = Some(Cursor { key, id: record.id.clone() });
        page.records.push(record);
    }
    page
}

impl State {
    /// A page of these rows, which may come in any order.
    pub(super) fn page_of(
        &self,
        exchange: &Exchange,
        kind: &str,
        rows: Vec<Record>,
    ) -> Result<Page, Refusal> {
        let query = &exchange.query;
        if let Some(filter) = &query.filter {
            filter::check(filter, kind)?;
        }
        let sort = query.sort.as_ref().filter(|(field, _)| field != "id");
        let descending = query.sort.as_ref().is_some_and(|(_, descending)| *descending);
        let cursor = Cursor::of(exchange, sort.is_some())?;
        let mut ordered: Vec<(Option<Key>, Record)> = (rows.into_iter())
            .filter(|record| self.meets(kind, record, query.filter.as_ref()))
            .map(|record| (sort.map(|(field, _)| self.key(kind, &record, field)), record))
            .collect();
        ordered.sort_by(|one, two| (&one.0, &one.1.id).cmp(&(&two.0, &two.1.id)));
        if descending {
            ordered.reverse();
        }
        let beyond = |(key, record): &(Option<Key>, Record)| {
            let Some(cursor) = &cursor else { return true };
            let order = (key, &record.id).cmp(&(&cursor.key, &cursor.id));
            if descending { order.is_lt() } else { order.is_gt() }
        };
        Ok(take(exchange, ordered.into_iter().filter(beyond)))
    }
}
