//! `app.toml` and the files beside it.

use crate::mistake::Store;
use crate::source::{At, Place, Tree};
use crate::text::reader::{self, Context, Table};
use crate::text::resource::{self, FileText};

/// One folder of the spec.
pub(crate) struct AppText {
    pub(crate) folder: At<String>,
    pub(crate) name: Option<At<String>>,
    pub(crate) doc: Option<At<String>>,
    pub(crate) host: Option<At<String>>,
    pub(crate) prefix: Option<At<String>>,
    pub(crate) revision_header: Option<At<String>>,
    pub(crate) revisions: Vec<At<String>>,
    pub(crate) retired_after_years: Option<At<u32>>,
    pub(crate) json_api: Option<At<bool>>,
    pub(crate) tiers: Vec<TierText>,
    pub(crate) budgets: Vec<BudgetText>,
    pub(crate) files: Vec<FileText>,
}

/// A rate tier.
pub(crate) struct TierText {
    pub(crate) name: At<String>,
    pub(crate) burst: Option<At<u32>>,
    pub(crate) steady: Option<At<u32>>,
}

/// A window that an option charges.
pub(crate) struct BudgetText {
    pub(crate) name: At<String>,
    pub(crate) option: Option<At<String>>,
    pub(crate) value: Option<At<String>>,
    pub(crate) burst: Option<At<u32>>,
    pub(crate) steady: Option<At<u32>>,
}

pub(super) fn read(tree: &Tree, folder: &str, mistakes: &Store) -> AppText {
    let name = format!("{folder}/app.toml");
    let context = Context { file: &name, mistakes };
    let file = match tree.get(&name) {
        Some(text) => reader::file(context, text).table(),
        None => {
            let first = tree.names().find(|name| name.starts_with(&format!("{folder}/")));
            let place = Place { file: first.unwrap_or_default().to_owned(), start: 0, end: 0 };
            mistakes.add(&place, format!("the folder has no `{name}`"));
            // Nothing is asked of a file that is not there.
            return AppText {
                files: files(tree, folder, mistakes),
                ..read_app(&Table::empty(context), folder, false)
            };
        }
    };
    let app = AppText { files: files(tree, folder, mistakes), ..read_app(&file, folder, true) };
    file.finish();
    app
}

fn read_app(file: &Table<'_>, folder: &str, there: bool) -> AppText {
    let table = if there {
        file.need("app");
        file.table("app")
    } else {
        None
    };
    let folder = At { value: folder.to_owned(), place: file.place.clone() };
    let app = AppText {
        folder,
        name: table.as_ref().and_then(|table| table.need_text("name")),
        doc: table.as_ref().and_then(|table| table.need_text("doc")),
        host: table.as_ref().and_then(|table| table.need_text("host")),
        prefix: table.as_ref().and_then(|table| table.need_text("prefix")),
        revision_header: table.as_ref().and_then(|table| table.text("revision_header")),
        revisions: table.as_ref().map(|table| table.texts("revisions")).unwrap_or_default(),
        retired_after_years: table.as_ref().and_then(|table| table.number("retired_after_years")),
        json_api: table.as_ref().and_then(|table| table.need("json_api")?.bool()),
        tiers: tiers(file),
        budgets: budgets(file),
        files: Vec::new(),
    };
    if let Some(table) = table {
        table.finish();
    }
    app
}

fn tiers(file: &Table<'_>) -> Vec<TierText> {
    let entries = file.table("tiers").map(Table::entries).unwrap_or_default();
    let tier = |(name, node): (At<String>, reader::Node<'_>)| {
        let table = node.table();
        let tier = TierText { name, burst: table.number("burst"), steady: table.number("steady") };
        table.finish();
        tier
    };
    entries.into_iter().map(tier).collect()
}

fn budgets(file: &Table<'_>) -> Vec<BudgetText> {
    let entries = file.table("budgets").map(Table::entries).unwrap_or_default();
    let budget = |(name, node): (At<String>, reader::Node<'_>)| {
        let table = node.table();
        let budget = BudgetText {
            name,
            option: table.need_text("option"),
            value: table.need_text("value"),
            burst: table.need("burst").and_then(reader::Node::number),
            steady: table.need("steady").and_then(reader::Node::number),
        };
        table.finish();
        budget
    };
    entries.into_iter().map(budget).collect()
}

fn files(tree: &Tree, folder: &str, mistakes: &Store) -> Vec<FileText> {
    let names = tree.names().filter_map(|name| {
        let stem = name.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".toml")?;
        (stem != "app").then_some((name, stem))
    });
    let read = |(name, stem): (&str, &str)| {
        let text = tree.get(name).unwrap_or_default();
        resource::read(Context { file: name, mistakes }, stem, text)
    };
    names.map(read).collect()
}
