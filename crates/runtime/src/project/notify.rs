//! `[notify.NAME]`: whom to tell about runs, and what.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::mistake::{Mistakes, did_you_mean};
use super::source::{self, Kept};
use super::walk::Section;
use crate::credential::Source;

/// A checked `[notify.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct NotifySettings {
    /// Where its table stands: line and column, from 1.
    pub at: (usize, usize),
    /// Where the URL is that is told; it is a secret.
    pub webhook: Source,
    /// What it is told about.
    pub on: BTreeSet<Notice>,
}

/// What somebody may be told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A run has failed.
    Failed,
    /// A run has completed, with problems.
    Problems,
    /// An effect was sent and its answer was never seen.
    Unknown,
    /// What was told about as failed is well again.
    Recovered,
    /// An occurrence was missed.
    Missed,
    /// A schedule was paused after failures.
    Paused,
    /// A program has something to say.
    Said,
}

impl Notice {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Failed,
        Self::Problems,
        Self::Unknown,
        Self::Recovered,
        Self::Missed,
        Self::Paused,
        Self::Said,
    ];

    /// Those of a `[notify.NAME]` without `on`.
    pub const DEFAULT: [Self; 4] = [Self::Failed, Self::Problems, Self::Unknown, Self::Recovered];

    pub(super) const WORDS: [&str; 7] = [
        Self::Failed.as_str(),
        Self::Problems.as_str(),
        Self::Unknown.as_str(),
        Self::Recovered.as_str(),
        Self::Missed.as_str(),
        Self::Paused.as_str(),
        Self::Said.as_str(),
    ];

    /// The word that stands in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Notice::Failed => "failed",
            Notice::Problems => "problems",
            Notice::Unknown => "unknown",
            Notice::Recovered => "recovered",
            Notice::Missed => "missed",
            Notice::Paused => "paused",
            Notice::Said => "said",
        }
    }
}

const URL: Kept =
    Kept { what: "a URL", env: "env = \"ONCALL_URL\"", file: "file = \"secrets/oncall\"" };

pub(super) fn read(
    section: &Section<'_, '_>,
    root: &Path,
    mistakes: &mut Mistakes<'_>,
) -> Option<NotifySettings> {
    if !section.has("webhook") {
        let message = format!("`[{}]` has no `webhook`", section.path);
        let hint = format!("say where the URL is: webhook = {{ {} }}", URL.file);
        mistakes.add(section.span.clone(), message, Some(hint));
    }
    let webhook = source::of(section, "webhook", &URL, root, mistakes);
    let on = match section.has("on") {
        true => notices(section, mistakes),
        false => Notice::DEFAULT.into(),
    };
    Some(NotifySettings { at: mistakes.place(&section.span), webhook: webhook?, on })
}

fn notices(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> BTreeSet<Notice> {
    if section.is_empty_list("on")
        && let Some(span) = section.span_of("on")
    {
        let hint = "leave `on` out to be told about failures and recoveries".to_owned();
        mistakes.add(span, "`on` names nothing", Some(hint));
    }
    let mut notices = BTreeSet::new();
    for word in section.placed_texts("on", mistakes).unwrap_or_default() {
        match Notice::ALL.into_iter().find(|notice| notice.as_str() == word.value) {
            Some(notice) if notices.insert(notice) => {}
            Some(_) => mistakes.add(word.span, format!("`{}` is there twice", word.value), None),
            None => {
                let hint = match word.value.as_str() {
                    "approval" => Some("there is nothing to approve until plans exist".to_owned()),
                    other => did_you_mean(other, &Notice::WORDS),
                };
                let message = format!("nobody can be told about `{}`", word.value);
                mistakes.add(word.span, message, hint);
            }
        }
    }
    notices
}
