//! How long the journal keeps what it holds: personal data is not kept for ever by accident.

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, Unit};
use pianoroll_journal::{Backend, JournalError, JournalErrorKind};

use crate::components::Components;
use crate::state_folder::StateFolder;

/// How often an owner sweeps at most.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Holds when the last sweep was.
const MARK_NAME: &str = "swept";

/// How long finished runs, and parts of them, are kept. What a run has read is deleted when it completes, whatever stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// A finished run with everything that belongs to it, counted from its end.
    pub keep: SignedDuration,
    /// The values that its effects have replaced, so that they can be put back.
    pub revert: SignedDuration,
    /// What a run has read that failed or was cancelled, so that it can be taken up again.
    pub retry: SignedDuration,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        Self { keep: days(90), revert: days(30), retry: days(7) }
    }
}

/// Deletes what is older than the settings say; answers how many runs went.
///
/// # Errors
/// The journal cannot be written.
pub async fn sweep(
    backend: &dyn Backend,
    settings: &Retention,
    now: Timestamp,
) -> Result<u64, JournalError> {
    // Before the beginning of time there is nothing to delete.
    let before = |kept: SignedDuration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    let (runs, replaced) = (before(settings.keep), before(settings.revert));
    backend.sweep(runs, replaced, before(settings.retry)).await
}

/// As [`sweep`], for an owner that begins: does nothing where one has swept within the last day, and answers none then. Components that no
/// run is made of any more go too.
///
/// # Errors
/// As [`sweep`]; or the folder cannot keep that it was swept.
pub async fn sweep_daily(
    folder: &StateFolder,
    backend: &dyn Backend,
    settings: &Retention,
    now: Timestamp,
) -> Result<Option<u64>, JournalError> {
    let mark = folder.path().join(MARK_NAME);
    let last = std::fs::read_to_string(&mark).ok();
    let last = last.and_then(|text| text.trim().parse::<Timestamp>().ok());
    // A mark of the future is that of a clock that was wrong.
    if last.is_some_and(|last| last <= now && now.duration_since(last) < EVERY) {
        return Ok(None);
    }
    let swept = sweep(backend, settings, now).await?;
    Components::of(folder).sweep(backend, now).await?;
    std::fs::write(&mark, format!("{now}\n")).map_err(|error| {
        let message = format!("cannot keep when it was swept ({}: {error})", mark.display());
        JournalError::new(JournalErrorKind::Storage, message)
    })?;
    Ok(Some(swept))
}

/// Reads `90d`, `12h` or `2w 3d`; a day has 24 hours here. The error says what is wrong, as a fragment.
pub(crate) fn duration(text: &str) -> Result<SignedDuration, String> {
    let wanted = "is no duration such as \"90d\" or \"12h\"";
    let span: Span = text.parse().map_err(|_| format!("`{text}` {wanted}"))?;
    let days = SpanRelativeTo::days_are_24_hours();
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err(format!("`{text}` has months or years, which are not equally long; say days"));
    }
    let duration = span.to_duration(days).map_err(|_| format!("`{text}` {wanted}"))?;
    let most = Span::new().days(36_500).total((Unit::Second, days)).unwrap_or(f64::MAX);
    if duration <= SignedDuration::ZERO {
        return Err(format!("`{text}` is not longer than nothing"));
    }
    if duration.as_secs_f64() > most {
        return Err(format!("`{text}` is longer than a hundred years"));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use pianoroll_journal::Memory;

    use super::*;
    use crate::state_folder::StateEnvironment;

    fn check(text: &str, expected: Expect) {
        let read = duration(text).map(|duration| format!("{} h", duration.as_hours()));
        expected.assert_eq(&read.unwrap_or_else(|error| error));
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        check("90d", expect!["2160 h"]);
        check("2w 1d", expect!["360 h"]);
        check("36 hours", expect!["36 h"]);
        check("P7D", expect!["168 h"]);
        check("90", expect![[r#"`90` is no duration such as "90d" or "12h""#]]);
        check("soon", expect![[r#"`soon` is no duration such as "90d" or "12h""#]]);
        check(
            "3 months",
            expect!["`3 months` has months or years, which are not equally long; say days"],
        );
        check("0d", expect!["`0d` is not longer than nothing"]);
        check("-1d", expect!["`-1d` is not longer than nothing"]);
        check("40000d", expect!["`40000d` is longer than a hundred years"]);
    }

    #[tokio::test]
    async fn an_owner_sweeps_once_a_day() {
        let parent = tempfile::tempdir().unwrap();
        let folder =
            StateFolder::locate(Some(parent.path()), None, &StateEnvironment::default()).unwrap();
        let (backend, settings) = (Memory::new(), Retention::default());
        let mut now: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let mut swept = Vec::new();
        for hours in [0, 1, 22, 1, 5, -48] {
            now += SignedDuration::from_hours(hours);
            swept.push(sweep_daily(&folder, &backend, &settings, now).await.unwrap());
        }
        assert_eq!(swept, [Some(0), None, None, Some(0), None, Some(0)]);
    }
}
