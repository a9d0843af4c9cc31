//! Checks a query against what its operation allows, and refuses it in the API's words. The API ignores nothing: what is
//! not allowed is an error (reference/gateway-behaviour, section 5).

mod filter;

use percent_encoding::percent_decode_str;
use pianoroll_api::find;
use pianoroll_api::operation::{
    Attribute, Kind, Mode, Operation, Page, Resource, resource_of_type,
};
use pianoroll_model::Revision;

use crate::exchange::{Query, Refusal, Source};

/// The pairs of a query, decoded, in order. A plus is a space, as in a form.
pub(crate) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Checks a query.
///
/// # Errors
/// 400 for the first thing that the operation does not allow.
pub(crate) fn check(
    operation: &Operation,
    mode: Mode,
    revision: Option<Revision>,
    pairs: &[(String, String)],
) -> Result<Query, Refusal> {
    let mut checked = Query::default();
    let single = single(operation).filter(|_| mode == Mode::Documented);
    for (name, value) in pairs {
        let parameter = Parameter { operation, single, name, value };
        match name.as_str() {
            "filter" if !operation.query.filter.is_empty() => {
                checked.filter = Some(filter::check(operation, value)?);
            }
            "sort" if !operation.query.sort.is_empty() => checked.sort = Some(parameter.sort()?),
            "include" => checked.include = parameter.include()?,
            "page[size]" => checked.page_size = Some(parameter.page_size(revision)?),
            "page[cursor]" if operation.page_at(revision) != Page::None => {
                // The cursor is the one thing that the next page's link does not repeat.
                checked.cursor = Some(value.clone());
                continue;
            }
            _ => parameter.other(&mut checked)?,
        }
        checked.repeated.push((name.clone(), value.clone()));
    }
    required_filter(operation, &checked)?;
    coupled_sort(operation, &checked)?;
    Ok(checked)
}

/// The operation that reads one row of what another one lists. The document's general section includes with a list what
/// Klaviyo includes with a single row only (`profiles.list`); as it is documented, it is played.
fn single(operation: &Operation) -> Option<&'static Operation> {
    (operation.name == "list").then(|| find(&format!("{}.get", operation.module))).flatten()
}

/// One parameter of a query.
struct Parameter<'q> {
    operation: &'q Operation,
    /// Whose includes are allowed too.
    single: Option<&'q Operation>,
    name: &'q str,
    value: &'q str,
}

impl Parameter<'_> {
    fn refused<T>(&self, detail: impl Into<String>) -> Result<T, Refusal> {
        Err(Refusal::invalid(detail, Source::Parameter(self.name.to_owned())))
    }

    /// A parameter that the operation does not take. The API names `page[size]` `page_size` here.
    fn unknown<T>(&self) -> Result<T, Refusal> {
        let name = match self.name.strip_prefix("page[").and_then(|rest| rest.strip_suffix(']')) {
            Some(part) => format!("page_{part}"),
            None => self.name.to_owned(),
        };
        let resource = resource_name(self.operation);
        let detail = format!("'{name}' is not a valid field for the resource '{resource}'.");
        Err(Refusal::invalid(detail, Source::Parameter(name)))
    }

    /// What the operation takes, and what is allowed beside it.
    fn queries(&self) -> impl Iterator<Item = &pianoroll_api::operation::Query> {
        std::iter::once(self.operation).chain(self.single).map(|operation| &operation.query)
    }

    fn list(&self) -> Vec<String> {
        self.value.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn sort(&self) -> Result<(String, bool), Refusal> {
        let (name, descending) = match self.value.strip_prefix('-') {
            Some(name) => (name, true),
            None => (self.value, false),
        };
        if self.operation.query.sort.contains(&name) {
            return Ok((name.to_owned(), descending));
        }
        self.refused(format!(
            "'{}' is not an allowed sort parameter for this resource.",
            self.value
        ))
    }

    fn include(&self) -> Result<Vec<String>, Refusal> {
        let names = self.list();
        let allowed = |name: &String| {
            let mut known = self.queries().flat_map(|query| query.include);
            known.any(|known| known.name == name)
        };
        match names.iter().find(|name| !allowed(name)) {
            Some(name) => self.refused(format!(
                "'{name}' is not an allowed include parameter for this resource."
            )),
            None => Ok(names),
        }
    }

    fn page_size(&self, revision: Option<Revision>) -> Result<u32, Refusal> {
        let Page::Sized { max, .. } = self.operation.page_at(revision) else {
            return self.unknown();
        };
        match self.value.parse() {
            Ok(size) if (1..=max).contains(&size) => Ok(size),
            _ => {
                let detail = format!("Page size must be an integer between 1 and {max}.");
                Err(Refusal::invalid(detail, Source::Parameter("page_size".to_owned())))
            }
        }
    }

    /// A sparse fieldset, additional fields, or a parameter of the operation's own.
    fn other(&self, checked: &mut Query) -> Result<(), Refusal> {
        if let Some(kind) = bracketed(self.name, "fields") {
            if !self.queries().any(|query| query.fields.contains(&kind)) {
                return self.unknown();
            }
            let names = self.list();
            if let Some(name) = names.iter().find(|name| !has_field(kind, name)) {
                return self
                    .refused(format!("'{name}' is not a valid field for the resource '{kind}'."));
            }
            checked.fields.insert(kind.to_owned(), names);
            return Ok(());
        }
        if let Some(kind) = bracketed(self.name, "additional-fields") {
            let mut allowed = self.operation.query.additional_fields.iter();
            let Some((_, allowed)) = allowed.find(|(known, _)| *known == kind) else {
                return self.unknown();
            };
            let names = self.list();
            if let Some(name) = names.iter().find(|name| !allowed.contains(&name.as_str())) {
                return self.refused(format!(
                    "'{name}' is not a valid additional field for the resource '{kind}'."
                ));
            }
            checked.additional_fields.insert(kind.to_owned(), names);
            return Ok(());
        }
        let mut own = self.operation.query.parameters.iter();
        let Some(attribute) = own.find(|attribute| attribute.name == self.name) else {
            return self.unknown();
        };
        if !fits(attribute, self.value) {
            return self
                .refused(format!("'{}' is not a valid value for '{}'.", self.value, self.name));
        }
        checked.parameters.insert(self.name.to_owned(), self.value.to_owned());
        Ok(())
    }
}

/// `profile` in `fields[profile]`.
fn bracketed<'n>(name: &'n str, before: &str) -> Option<&'n str> {
    name.strip_prefix(before)?.strip_prefix('[')?.strip_suffix(']')
}

/// The type that the API names when it speaks of an operation.
fn resource_name(operation: &Operation) -> &'static str {
    let main = || {
        let mut resources = pianoroll_api::RESOURCES.iter();
        resources.find(|resource| resource.main && resource.module == operation.module)
    };
    let kind = operation.answer.kind().or_else(|| main().map(|resource| resource.kind));
    kind.unwrap_or(operation.module)
}

/// Whether a sparse fieldset may name an attribute, or something inside one: `location.city`.
fn has_field(kind: &str, name: &str) -> bool {
    let known = |resource: &Resource| {
        let (outer, inside) =
            name.split_once('.').map_or((name, false), |(outer, _)| (outer, true));
        resource.attribute(outer).is_some_and(|attribute| {
            let nests = matches!(attribute.kind, Kind::Map | Kind::Any);
            !attribute.write_only && (nests || !inside)
        })
    };
    resource_of_type(kind).is_some_and(known)
}

fn fits(attribute: &Attribute, value: &str) -> bool {
    match attribute.kind {
        Kind::Int => value.parse::<i64>().is_ok(),
        Kind::Float => value.parse::<f64>().is_ok_and(f64::is_finite),
        Kind::Bool => matches!(value, "true" | "false"),
        Kind::Enum(values) => values.contains(&value),
        Kind::Datetime => filter::is_time(value),
        Kind::String | Kind::Map | Kind::Any | Kind::List(_) => true,
    }
}

/// Some operations want one of a few fields in their filter.
fn required_filter(operation: &Operation, query: &Query) -> Result<(), Refusal> {
    let required = operation.query.filter_required;
    let mut clauses = query.filter.iter().flat_map(|filter| &filter.clauses);
    if required.is_empty() || clauses.any(|clause| required.contains(&clause.field.as_str())) {
        return Ok(());
    }
    let detail = format!("A filter on {} is required.", required.join(" or "));
    Err(Refusal::invalid(detail, Source::Parameter("filter".to_owned())))
}

/// Some fields, filtered on, leave one order only (reference/gateway-behaviour, section 3).
fn coupled_sort(operation: &Operation, query: &Query) -> Result<(), Refusal> {
    let Some((sort, descending)) = &query.sort else { return Ok(()) };
    let clauses = query.filter.iter().flat_map(|filter| &filter.clauses);
    for clause in
        clauses.filter(|clause| operation.query.sort_coupled.contains(&clause.field.as_str()))
    {
        let wanted = match clause.operator.as_str() {
            "greater-than" | "greater-or-equal" => false,
            "less-than" | "less-or-equal" => true,
            _ => continue,
        };
        if *sort != clause.field || *descending != wanted {
            let sign = if wanted { "-" } else { "" };
            let detail = format!(
                "When filtering on {} with {}, the only allowed sort is '{sign}{}'.",
                clause.field, clause.operator, clause.field
            );
            return Err(Refusal::invalid(detail, Source::Parameter("sort".to_owned())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
