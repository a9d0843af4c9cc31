//! What was written: the shape of the TOML files, read with positions. Every field of every file is read, whatever is wrong
//! with the others, so that all mistakes show at once; what the values mean is for [`crate::check`] to say.

mod app;
mod body;
mod operation;
mod reader;
mod resource;

pub(crate) use app::{AppText, BudgetText, TierText};
pub(crate) use body::{BodyText, RelationshipText};
pub(crate) use operation::{
    DocumentedText, EffectWhenText, ExampleText, FilterText, OperationText, PageText,
};
pub(crate) use resource::{AttributeText, FileText, TypeText};

use crate::mistake::Store;
use crate::source::Tree;

/// All apps of a tree, in the order of their folders.
pub(crate) fn read(tree: &Tree, mistakes: &Store) -> Vec<AppText> {
    let mut folders: Vec<&str> = tree
        .names()
        .filter(|name| name.ends_with(".toml"))
        .filter_map(|name| Some(name.split_once('/')?.0))
        .collect();
    folders.dedup();
    folders.into_iter().map(|folder| app::read(tree, folder, mistakes)).collect()
}
