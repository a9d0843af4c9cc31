//! One list of tests that every backend must pass, and what SQLite alone promises of its files.
#![expect(clippy::unwrap_used, reason = "a test ends at the first failure")]

mod conformance {
    pub(crate) mod damage;
    pub(crate) mod files;
    pub(crate) mod given;
    pub(crate) mod property;
    pub(crate) mod records;
    pub(crate) mod runs;
    pub(crate) mod timetable;
    pub(crate) mod upkeep;
}

/// Runs each test for each backend: another backend is one more line here.
macro_rules! for_each_backend {
    ($($module:ident :: $test:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let backend = std::sync::Arc::new(pianoroll_journal::Memory::new());
                crate::conformance::$module::$test(backend).await;
            })*
        }

        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let folder = tempfile::tempdir().unwrap();
                let backend = pianoroll_journal::Sqlite::open(folder.path()).await.unwrap();
                crate::conformance::$module::$test(std::sync::Arc::new(backend)).await;
            })*
        }
    };
}

for_each_backend! {
    runs::a_run_goes_from_pending_to_its_end,
    runs::a_newer_claim_fences_the_older,
    runs::an_attempt_without_an_end_was_interrupted,
    runs::completed_runs_are_not_claimed_again_and_failed_ones_are,
    runs::unique_triggers_make_one_run,
    runs::runs_are_listed_in_pages,
    runs::last_run_is_the_newest_that_completed,
    runs::closing_ends_what_waits,
    runs::cancelling_is_remembered,
    runs::a_program_must_be_what_its_digest_says,
    records::entries_come_back_as_they_were_written,
    records::a_commit_is_whole_or_nothing,
    records::a_void_entry_is_made_again,
    records::an_operator_resolves_what_is_open,
    records::completing_deletes_what_reads_were_answered,
    records::a_failed_run_keeps_what_it_has_read_until_that_is_old,
    records::notes_are_kept_once_and_in_order,
    records::state_values_belong_to_their_scope,
    records::what_was_handed_over_is_there_behind_a_durable_write,
    records::chunks_end_where_they_should,
    records::a_group_with_old_and_new_claims_fences_the_old,
    timetable::schedules_are_what_they_were_put_as,
    timetable::an_occurrence_that_has_fired_stays_so,
    timetable::occurrences_are_found_by_what_is_asked,
    timetable::what_was_only_missed_comes_again,
    timetable::what_is_deployed_keeps_its_programs,
    timetable::a_notice_is_told_once,
    timetable::erasing_takes_a_text_out_of_notices,
    timetable::a_sweep_takes_what_is_decided_and_old,
    upkeep::sweeping_deletes_old_runs,
    upkeep::erasing_takes_a_text_out_of_finished_runs,
    upkeep::a_run_is_exported,
}
