//! What the query of an operation may hold.

use crate::check::{Scope, kind, once};
use crate::checked::{Answer, FilterField, Method, Page, Query, Relationship};
use crate::source::At;
use crate::text::{FilterText, OperationText, PageText};

/// The operators of the API's filter grammar.
const OPERATORS: &[&str] = &[
    "any",
    "contains",
    "contains-all",
    "contains-any",
    "ends-with",
    "equals",
    "greater-or-equal",
    "greater-than",
    "has",
    "less-or-equal",
    "less-than",
    "starts-with",
];

/// Options that every operation may have, and no parameter may be called.
const OPTIONS: &[&str] =
    &["filter", "sort", "fields", "include", "page_size", "cursor", "additional_fields"];

pub(super) fn query(
    scope: &Scope<'_>,
    text: &OperationText,
    method: Method,
    answer: Option<&Answer>,
) -> Query {
    let include = include(scope, text, answer);
    let filter: Vec<FilterField> =
        text.filter.iter().map(|filter| filter_field(scope, filter)).collect();
    let filtered: Vec<&str> = filter.iter().map(|filter| filter.name.as_str()).collect();
    let sorted: Vec<&str> = text.sort.iter().map(At::as_str).collect();
    for sort in text.sort.iter().filter(|sort| sort.value.starts_with('-')) {
        let hint = "write it without `-`; every name may be sorted both ways";
        scope.mistakes.hint(&sort.place, "only ascending names stand here", hint);
    }
    within(scope, &text.filter_required, &filtered, "a field of `filter`");
    within(scope, &text.sort_coupled, &filtered, "a field of `filter`");
    within(scope, &text.sort_coupled, &sorted, "a name of `sort`");
    Query {
        filter_required: values(scope, &text.filter_required),
        sort: values(scope, &text.sort),
        sort_coupled: values(scope, &text.sort_coupled),
        fields: fields(scope, text, method, answer, &include),
        additional_fields: additional_fields(scope, text),
        page: text.page.as_ref().map_or(Page::None, |text| page(scope, text, answer)),
        parameters: parameters(scope, text),
        filter,
        include,
    }
}

fn values(scope: &Scope<'_>, texts: &[At<String>]) -> Vec<String> {
    once(scope.mistakes, texts).into_iter().map(|text| text.value.clone()).collect()
}

fn within(scope: &Scope<'_>, texts: &[At<String>], known: &[&str], what: &str) {
    for text in texts.iter().filter(|text| !known.contains(&text.as_str())) {
        let message = format!("`{}` is not {what}", text.value);
        scope.mistakes.unknown(&text.place, message, text.as_str(), known.iter().copied());
    }
}

fn filter_field(scope: &Scope<'_>, text: &FilterText) -> FilterField {
    let mut operators: Vec<String> = Vec::new();
    for word in text.operators.words() {
        if !OPERATORS.contains(&word.value) {
            let message = format!("`{}` is not an operator of filters", word.value);
            scope.mistakes.unknown(&word.place, message, word.value, OPERATORS.iter().copied());
        } else if operators.iter().any(|earlier| earlier == word.value) {
            scope.mistakes.add(&word.place, format!("`{}` is there twice", word.value));
        } else {
            operators.push(word.value.to_owned());
        }
    }
    if text.operators.value.trim().is_empty() {
        let message = format!("`{}` has no operators", text.field.value);
        scope.mistakes.hint(&text.operators.place, message, "such as \"equals any\"");
    }
    FilterField { name: text.field.value.clone(), operators }
}

fn include(scope: &Scope<'_>, text: &OperationText, answer: Option<&Answer>) -> Vec<Relationship> {
    let kind = answer.and_then(Answer::kind).and_then(|kind| scope.app.type_of(kind));
    let Some((_, kind)) = kind else {
        // An answer that is wrong itself has been reported.
        if let (Some(first), Some(_)) = (text.include.first(), answer) {
            scope.mistakes.add(&first.place, "the answer has no type to include from");
        }
        return Vec::new();
    };
    let mut all = Vec::new();
    for name in once(scope.mistakes, &text.include) {
        match kind.relationships.iter().find(|it| it.name == name.value) {
            Some(relationship) => all.push(relationship.clone()),
            None => {
                let message = format!("`{}` is not a relationship of {}", name.value, kind.kind);
                let known = kind.relationships.iter().map(|it| it.name.as_str());
                scope.mistakes.unknown(&name.place, message, name.as_str(), known);
            }
        }
    }
    all
}

fn fields(
    scope: &Scope<'_>,
    text: &OperationText,
    method: Method,
    answer: Option<&Answer>,
    include: &[Relationship],
) -> Vec<String> {
    if let Some(given) = &text.fields {
        let known = once(scope.mistakes, given).into_iter().filter(|kind| scope.knows_type(kind));
        return known.map(|kind| kind.value.clone()).collect();
    }
    let (Method::Get, Some(kind)) = (method, answer.and_then(Answer::kind)) else {
        return Vec::new();
    };
    let mut all = vec![kind.to_owned()];
    for relationship in include {
        if !all.contains(&relationship.kind) {
            all.push(relationship.kind.clone());
        }
    }
    all
}

fn additional_fields(scope: &Scope<'_>, text: &OperationText) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for (kind, names) in &text.additional_fields {
        if !scope.knows_type(kind) {
            continue;
        }
        let of_type = scope.app.type_of(kind.as_str()).map(|(_, kind)| kind.attributes.as_slice());
        let additional =
            of_type.unwrap_or_default().iter().filter(|attribute| attribute.additional);
        let known: Vec<&str> = additional.map(|attribute| attribute.name.as_str()).collect();
        let what = format!("an additional attribute of {}", kind.value);
        within(scope, names, &known, &what);
        all.push((kind.value.clone(), values(scope, names)));
    }
    all
}

/// Paging, of an operation or of a variant.
pub(super) fn page(scope: &Scope<'_>, text: &PageText, answer: Option<&Answer>) -> Page {
    let mistake = |message: &str| {
        let hint = "write `{ size = 20, max = 100 }` or `{ fixed = 10 }`";
        scope.mistakes.hint(&text.place, message, hint);
        Page::None
    };
    if matches!(answer, Some(Answer::One(_) | Answer::None)) {
        return mistake("only an answer of many has pages");
    }
    match (&text.fixed, &text.size, &text.max) {
        (Some(fixed), None, None) if !text.undocumented => Page::Fixed(fixed.value),
        (None, Some(size), Some(max)) if size.value <= max.value => {
            let (size, max, undocumented) = (size.value, max.value, text.undocumented);
            Page::Sized { size, max, undocumented }
        }
        (None, Some(size), Some(max)) => {
            let message = format!("{} is more than the largest, {}", size.value, max.value);
            scope.mistakes.add(&size.place, message);
            Page::None
        }
        _ => mistake("expected a fixed size, or a size and the largest"),
    }
}

fn parameters(scope: &Scope<'_>, text: &OperationText) -> Vec<crate::checked::Attribute> {
    for parameter in text.query.iter().filter(|it| OPTIONS.contains(&it.name.as_str())) {
        let message = format!("`{}` is an option with a field of its own", parameter.name.value);
        scope.mistakes.add(&parameter.name.place, message);
    }
    kind::attributes(&text.query, scope.mistakes)
}
