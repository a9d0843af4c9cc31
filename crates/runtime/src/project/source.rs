//! `{ env = … }` or `{ file = … }`: where something secret is. The secret itself never stands in the file.

use std::path::Path;

use super::mistake::{Mistakes, is_variable};
use super::walk::Section;
use crate::credential::Source;

/// What is kept in such a place, in the words of messages.
pub(super) struct Kept {
    /// `a key`
    pub(super) what: &'static str,
    /// How its variable may be named.
    pub(super) env: &'static str,
    /// How its file may be named.
    pub(super) file: &'static str,
}

/// Reads a key that holds such a table.
pub(super) fn of(
    section: &Section<'_, '_>,
    key: &str,
    kept: &Kept,
    root: &Path,
    mistakes: &mut Mistakes<'_>,
) -> Option<Source> {
    if let Some(span) = section.span_of(key).filter(|_| section.is_text(key)) {
        let message = format!("{} does not stand in this file", kept.what);
        let hint =
            format!("say where it is: {key} = {{ {} }}, or {key} = {{ {} }}", kept.file, kept.env);
        mistakes.add(span, message, Some(hint));
        return None;
    }
    read(&section.section(key, mistakes)?, kept, root, mistakes)
}

/// Reads a table with `env` or `file` in it.
pub(super) fn read(
    section: &Section<'_, '_>,
    kept: &Kept,
    root: &Path,
    mistakes: &mut Mistakes<'_>,
) -> Option<Source> {
    let Kept { what, env: like_env, file: like_file } = kept;
    let env = section.text("env", mistakes);
    let file = section.text("file", mistakes);
    let (span, message, hint) = match (env, file) {
        (Some(env), None) if is_variable(&env.value) => return Some(Source::Env(env.value)),
        (Some(env), None) => {
            // What stands there may be the secret by mistake, so it is not shown.
            let message = "`env` takes the name of an environment variable, in capital letters";
            (env.span, message.to_owned(), format!("such as {like_env}"))
        }
        (None, Some(file)) if is_file(&file.value) => {
            return Some(Source::File(root.join(file.value)));
        }
        (None, Some(file)) => {
            let message = "`file` takes the path of a file that holds it".to_owned();
            (file.span, message, format!("such as {like_file}"))
        }
        (Some(_), Some(file)) => {
            let message = format!("`[{}]` has both `env` and `file`", section.path);
            (file.span, message, format!("{what} is in one place: keep one of them"))
        }
        // What is there is no text, and was told.
        (None, None) if section.has("env") || section.has("file") => return None,
        (None, None) => {
            let message = format!("`[{}]` has neither `env` nor `file`", section.path);
            let hint = format!("say where {} is: {like_env}, or {like_file}", the(what));
            (section.span.clone(), message, hint)
        }
    };
    mistakes.add(span, message, Some(hint));
    None
}

/// Whether a text can be the path of a file, and not a URL in its place, which would be a secret.
pub(super) fn is_file(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains("://")
}

/// `the key` of `a key`
fn the(what: &str) -> String {
    what.replacen("a ", "the ", 1)
}
