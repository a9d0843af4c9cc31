//! Which schedules a word means: all of an automation's, or one of them.

use pianoroll_journal::ScheduleRecord;
use pianoroll_runtime::state_folder::StateFolder;

use crate::failure::Failure;
use crate::recorded::{Recorded, failed};
use crate::suggest;

/// The schedules of a state folder that are meant, by name.
pub(super) async fn schedules(
    folder: &StateFolder,
    word: Option<&str>,
    connection: Option<&str>,
) -> Result<Vec<ScheduleRecord>, Failure> {
    let all = match Recorded::read(folder).await? {
        Some(recorded) => recorded.backend.schedules().await.map_err(|error| failed(&error))?,
        None => Vec::new(),
    };
    let Some(word) = word else { return Ok(all) };
    let meant = |record: &&ScheduleRecord| {
        (record.automation == word || record.name == word)
            && connection.is_none_or(|connection| record.connection == connection)
    };
    let found: Vec<ScheduleRecord> = all.iter().filter(meant).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let of_word = all.iter().filter(|record| record.automation == word);
    let connections: Vec<&str> = of_word.map(|record| record.connection.as_str()).collect();
    if let (Some(connection), false) = (connection, connections.is_empty()) {
        let text = format!("`{word}` has no schedule on `{connection}`");
        return Err(Failure::input(text).hint_if(suggest::hint(connection, connections)));
    }
    let mut names: Vec<&str> = all.iter().map(|record| record.automation.as_str()).collect();
    names.dedup();
    let failure = Failure::input(format!("there is no schedule `{word}`"));
    Err(match names.is_empty() {
        true => failure.hint("nothing with a schedule is deployed: `pianoroll deploy`"),
        false => failure.hint_if(suggest::hint(word, names)),
    })
}

/// Their names.
pub(super) fn names(records: &[ScheduleRecord]) -> Vec<String> {
    records.iter().map(|record| record.name.clone()).collect()
}
