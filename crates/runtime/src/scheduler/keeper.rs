//! The book and the journal together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_journal::{Backend, Fate, JournalError, Keep, OccurrenceFilter, RunFilter};
use pianoroll_model::{Outcome, RunId, Status};
use tokio::sync::Mutex;

use super::book::{Book, BookError, ScheduleState, Turn, Wanted, schedule_name};

/// The schedules of a journal that this process owns. Whatever it answers is on disk.
pub struct Scheduler {
    backend: Arc<dyn Backend>,
    // Held across the write that belongs to a change, so that what is on disk has the book's order.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// None after a failed write: what stands is read again.
    book: Option<Book>,
    /// What was answered to be begun, until it has begun or is put back. A book that is read again does not know it.
    handed_out: BTreeSet<(String, Timestamp)>,
}

/// Why the scheduler cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum SchedulerError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A schedule.
    #[error(transparent)]
    Book(#[from] BookError),
}

impl Scheduler {
    /// The schedules of a journal. A journal that was restored since they were looked at last pauses all of them.
    ///
    /// # Errors
    /// The journal cannot be read or written, or holds a schedule of another version.
    pub async fn open(backend: Arc<dyn Backend>, now: Timestamp) -> Result<Self, SchedulerError> {
        let mut book = load(&*backend).await?;
        if let Some(restored) = backend.restored().await? {
            backend.keep(book.restored(restored, now)).await?;
        }
        let held = Held { book: Some(book), ..Held::default() };
        Ok(Self { backend, held: Mutex::new(held) })
    }

    /// Looks at the clock. What the answer begins has its row in the journal.
    ///
    /// # Errors
    /// The journal cannot be written: nothing is begun, and the next look finds the same.
    pub async fn tick(&self, now: Timestamp) -> Result<Turn, SchedulerError> {
        let mut held = self.held.lock().await;
        let mut book = self.take_at(&mut held, now).await?;
        let mut turn = book.tick(now);
        let keeps = std::mem::take(&mut turn.keeps);
        let decided = keeps.iter().filter_map(|keep| match keep {
            Keep::Occurrence(occurrence) => Some(occurrence.clone()),
            _ => None,
        });
        turn.decided = decided.collect();
        self.write(&mut held, book, keeps).await?;
        let begin = turn.begin.iter().map(|begin| (begin.schedule.clone(), begin.due));
        held.handed_out.extend(begin);
        Ok(turn)
    }

    /// When the clock is to be looked at again; none where nothing is ever due. After something that has failed that is at once: what
    /// stands is read again then.
    pub async fn next_wake(&self) -> Option<Timestamp> {
        self.held.lock().await.book.as_ref().map_or(Some(Timestamp::UNIX_EPOCH), Book::next_wake)
    }

    /// A run of an automation on a connection has begun, by hand or by an event.
    pub async fn opened(&self, automation: &str, connection: &str, run: &RunId) {
        if let Some(book) = self.held.lock().await.book.as_mut() {
            book.opened(&schedule_name(automation, connection), run.clone());
        }
    }

    /// An occurrence has made its run.
    pub async fn begun(&self, schedule: &str, due: Timestamp, run: &RunId) {
        let mut held = self.held.lock().await;
        held.handed_out.remove(&(schedule.to_owned(), due));
        if let Some(book) = held.book.as_mut() {
            book.begun(schedule, due, run.clone());
        }
    }

    /// An occurrence could not make its run: it is tried again at a later moment.
    pub async fn put_back(&self, schedule: &str, due: Timestamp, until: Timestamp) {
        let mut held = self.held.lock().await;
        held.handed_out.remove(&(schedule.to_owned(), due));
        if let Some(book) = held.book.as_mut() {
            book.put_back(schedule, due, until);
        }
    }

    /// A run has ended; answers whether its schedule is paused for it.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn ended(
        &self,
        automation: &str,
        connection: &str,
        run: &RunId,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<bool, SchedulerError> {
        let mut held = self.held.lock().await;
        let mut book = self.take(&mut held).await?;
        let name = schedule_name(automation, connection);
        let (keeps, paused) = book.ended(&name, run, outcome, now);
        self.write(&mut held, book, keeps).await?;
        Ok(paused)
    }

    /// Pauses schedules, all of them or none.
    ///
    /// # Errors
    /// There is none of a name, or the journal cannot be written.
    pub async fn pause(
        &self,
        names: &[String],
        note: &str,
        now: Timestamp,
    ) -> Result<(), SchedulerError> {
        self.change(now, |book| each(names, |name| book.pause(name, note, now))).await
    }

    /// Lets schedules go on, all of them or none.
    ///
    /// # Errors
    /// As [`Scheduler::pause`].
    pub async fn resume(&self, names: &[String], now: Timestamp) -> Result<(), SchedulerError> {
        self.change(now, |book| each(names, |name| book.resume(name, now))).await
    }

    /// Makes runs of due times between two moments that made none; answers how many.
    ///
    /// # Errors
    /// As [`Scheduler::pause`].
    pub async fn backfill(
        &self,
        name: &str,
        (from, to): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Result<usize, SchedulerError> {
        let mut held = self.held.lock().await;
        let mut book = self.take_at(&mut held, now).await?;
        let due = book.due_between(name, from, to.min(now))?;
        let schedule = Some(name.to_owned());
        let filter = OccurrenceFilter { schedule, from: Some(from), ..OccurrenceFilter::default() };
        let known = self.backend.occurrences(&filter).await?;
        let (keeps, count) = book.backfill(name, &due, &known, now)?;
        self.write(&mut held, book, keeps).await?;
        Ok(count)
    }

    /// Puts other schedules in the place of all that are there, together with what else is to be written in the same step.
    ///
    /// # Errors
    /// A definition that cannot be, or the journal cannot be written: then nothing has changed.
    pub async fn edit(
        &self,
        wanted: &BTreeMap<String, Wanted>,
        with: Vec<Keep>,
        now: Timestamp,
    ) -> Result<(), SchedulerError> {
        self.change(now, |book| {
            let mut keeps = with;
            keeps.extend(book.edit(wanted, now)?);
            Ok(keeps)
        })
        .await
    }

    /// All schedules as they stand, by name.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn states(&self) -> Result<Vec<ScheduleState>, SchedulerError> {
        let mut held = self.held.lock().await;
        let book = self.take(&mut held).await?;
        let states = book.states();
        held.book = Some(book);
        Ok(states)
    }

    /// How many schedules there are, and how many of them are paused.
    pub async fn count(&self) -> (usize, usize) {
        self.held.lock().await.book.as_ref().map_or((0, 0), Book::count)
    }

    async fn change(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Book) -> Result<Vec<Keep>, BookError>,
    ) -> Result<(), SchedulerError> {
        let mut held = self.held.lock().await;
        let mut book = self.take_at(&mut held, now).await?;
        // A change that fails half-way is thrown away with the book.
        let keeps = change(&mut book)?;
        self.write(&mut held, book, keeps).await
    }

    /// The book, which is gone until it is put back: a write that fails leaves it so.
    async fn take(&self, held: &mut Held) -> Result<Book, SchedulerError> {
        match held.book.take() {
            Some(book) => Ok(book),
            None => self.load(held).await,
        }
    }

    async fn load(&self, held: &Held) -> Result<Book, SchedulerError> {
        let mut book = load(&*self.backend).await?;
        book.handed_out(&held.handed_out);
        Ok(book)
    }

    /// The book for something that happens now: where the clock was set back, what was only missed behind now comes again.
    async fn take_at(&self, held: &mut Held, now: Timestamp) -> Result<Book, SchedulerError> {
        let book = self.take(held).await?;
        if !book.is_before(now) {
            return Ok(book);
        }
        let keeps = book.set_back(now);
        if keeps.is_empty() {
            return Ok(book);
        }
        self.backend.keep(keeps).await?;
        self.load(held).await
    }

    async fn write(
        &self,
        held: &mut Held,
        book: Book,
        keeps: Vec<Keep>,
    ) -> Result<(), SchedulerError> {
        if !keeps.is_empty() {
            self.backend.keep(keeps).await?;
        }
        held.book = Some(book);
        Ok(())
    }
}

/// Reads what the journal keeps of all schedules: for those that only look, too.
async fn load(backend: &dyn Backend) -> Result<Book, SchedulerError> {
    let records = backend.schedules().await?;
    let filter = OccurrenceFilter { fates: vec![Fate::Waiting], ..OccurrenceFilter::default() };
    let waiting = backend.occurrences(&filter).await?;
    // A clock that was set back is that of all schedules, so that they are asked for together.
    let rewound = records.iter().filter(|record| record.rewound.is_some());
    let decided = match rewound.map(|record| record.watermark).min() {
        None => Vec::new(),
        from => {
            let filter = OccurrenceFilter { from, ..OccurrenceFilter::default() };
            backend.occurrences(&filter).await?
        }
    };
    let status = vec![Status::Pending, Status::Running, Status::Waiting];
    let filter = RunFilter { status, ..RunFilter::default() };
    let open = backend.runs(&filter).await?.into_iter().map(|run| {
        let scope = run.new.scope;
        (schedule_name(&scope.automation, &scope.connection), run.new.id)
    });
    Ok(Book::load(records, waiting, decided, open.collect())?)
}

fn each(
    names: &[String],
    mut change: impl FnMut(&str) -> Result<Vec<Keep>, BookError>,
) -> Result<Vec<Keep>, BookError> {
    let mut keeps = Vec::new();
    for name in names {
        keeps.extend(change(name)?);
    }
    Ok(keeps)
}
