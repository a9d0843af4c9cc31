//! Apps, modules and types.

use pianoroll_model::Revision;

use crate::check::{kind, once, word};
use crate::checked::{App, Budget, Host, Module, Relationship, Tier, Type};
use crate::mistake::Store;
use crate::name;
use crate::source::At;
use crate::text::{AppText, BudgetText, FileText, TypeText};

/// An app without its modules.
pub(super) fn app(text: &AppText, mistakes: &Store) -> App {
    if !name::is_plain(text.folder.as_str()) {
        let message = format!("the folder `{}` cannot name an app", text.folder.value);
        mistakes.hint(&text.folder.place, message, PLAIN);
    }
    let value =
        |text: &Option<At<String>>| text.as_ref().map(|it| it.value.clone()).unwrap_or_default();
    let hosts = [("gateway", Host::Gateway), ("control", Host::Control)];
    let host = text.host.as_ref().and_then(|host| word(mistakes, host, "a host", &hosts));
    let tier = |tier: &crate::text::TierText| Tier {
        name: tier.name.value.clone(),
        burst: tier.burst.as_ref().map(|burst| burst.value),
        steady: tier.steady.as_ref().map(|steady| steady.value),
    };
    App {
        id: text.folder.value.clone(),
        name: value(&text.name),
        doc: value(&text.doc),
        host: host.unwrap_or(Host::Gateway),
        prefix: prefix(text, mistakes),
        revision_header: text.revision_header.as_ref().map(|header| header.value.clone()),
        revisions: revisions(text, mistakes),
        retired_after_years: retired_after_years(text, mistakes),
        json_api: text.json_api.as_ref().is_none_or(|flag| flag.value),
        tiers: text.tiers.iter().map(tier).collect(),
        budgets: text.budgets.iter().filter_map(|text| budget(text, mistakes)).collect(),
        modules: Vec::new(),
    }
}

/// What a module or operation may be called.
pub(super) const PLAIN: &str = "lower-case words and digits joined by `_`, a letter first";

fn prefix(text: &AppText, mistakes: &Store) -> String {
    let Some(prefix) = &text.prefix else { return String::new() };
    let fits =
        prefix.value.is_empty() || prefix.value.starts_with('/') && !prefix.value.ends_with('/');
    if !fits {
        let message = format!("`{}` is not a prefix of paths", prefix.value);
        mistakes.hint(
            &prefix.place,
            message,
            "it begins with `/` and does not end with one, or is empty",
        );
    }
    prefix.value.clone()
}

fn revisions(text: &AppText, mistakes: &Store) -> Vec<Revision> {
    let mut all: Vec<Revision> = Vec::new();
    for given in &text.revisions {
        match given.value.parse::<Revision>() {
            Ok(revision) if all.last().is_none_or(|last| *last < revision) => all.push(revision),
            Ok(_) => mistakes.add(&given.place, "revisions stand oldest first, each once"),
            Err(error) => mistakes.add(&given.place, error.to_string()),
        }
    }
    if let (Some(header), true) = (&text.revision_header, text.revisions.is_empty()) {
        mistakes.add(&header.place, "a header for the revision, but no `revisions`");
    }
    all
}

fn retired_after_years(text: &AppText, mistakes: &Store) -> Option<i16> {
    let given = text.retired_after_years.as_ref()?;
    let years = i16::try_from(given.value).ok().filter(|years| *years <= 100);
    if years.is_none() {
        mistakes.add(&given.place, "more than 100 years");
    }
    years
}

fn budget(text: &BudgetText, mistakes: &Store) -> Option<Budget> {
    let options = [("include", "include"), ("additional_fields", "additional_fields")];
    let option =
        word(mistakes, text.option.as_ref()?, "an option that a budget can watch", &options)?;
    Some(Budget {
        name: text.name.value.clone(),
        option: option.to_owned(),
        value: text.value.as_ref()?.value.clone(),
        burst: text.burst.as_ref()?.value,
        steady: text.steady.as_ref()?.value,
    })
}

/// A module without its operations.
pub(super) fn module(text: &FileText, mistakes: &Store) -> Module {
    if !name::is_plain(text.module.as_str()) {
        let message = format!("`{}` cannot name a module", text.module.value);
        mistakes.hint(&text.module.place, message, PLAIN);
    }
    let types = text.types.iter().enumerate();
    let types = types.filter_map(|(index, text)| kind_of_resource(text, index == 0, mistakes));
    Module { name: text.module.value.clone(), types: types.collect(), operations: Vec::new() }
}

fn kind_of_resource(text: &TypeText, main: bool, mistakes: &Store) -> Option<Type> {
    let attributes = kind::attributes(&text.attributes, mistakes);
    if let Some(name) = &text.name
        && !text.attributes.iter().any(|attribute| attribute.name.value == name.value)
    {
        let message = format!("`{}` is not an attribute of this resource", name.value);
        let known = text.attributes.iter().map(|attribute| attribute.name.as_str());
        mistakes.unknown(&name.place, message, name.as_str(), known);
    }
    let relationship = |(name, kind): &(At<String>, At<String>)| Relationship {
        name: name.value.clone(),
        kind: kind.value.clone(),
    };
    let kind = text.kind.as_ref()?;
    once(mistakes, std::slice::from_ref(kind));
    Some(Type {
        kind: kind.value.clone(),
        main,
        doc: text.doc.as_ref().map(|doc| doc.value.clone()).unwrap_or_default(),
        name: text.name.as_ref().map(|name| name.value.clone()),
        attributes,
        relationships: text.relationships.iter().map(relationship).collect(),
    })
}
