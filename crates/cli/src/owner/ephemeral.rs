//! Runs that leave nothing behind: dry runs, and those of `--ephemeral`.

use std::sync::Arc;

use pianoroll_model::RunId;
use pianoroll_server::{
    Answering, Audience, CancelReply, DeployOrder, DeployReply, Ended, EraseReply, Event, Owner,
    OwnerInfo, PROTOCOL, Refusal, RefusalKind, RunOrder, ScheduleOrder, ScheduleReply, SetState,
    StartRun,
};

use super::accounts::Accounts;
use super::attempt::{self, Ready, This};
use super::program::{Runnable, runnable};
use super::table::Table;
use crate::failure::Failure;
use crate::style;
use crate::target::Clients;

/// Runs things in this process, and keeps nothing.
pub(super) struct Ephemeral {
    dry_run: bool,
    /// The program that is known already, so that it is compiled once.
    program: Option<Runnable>,
    tells_effects: bool,
    clients: Clients,
    table: Table,
}

impl Ephemeral {
    pub(super) fn new(dry_run: bool, program: Option<Runnable>) -> Self {
        let (clients, table) = (Clients::default(), Table::default());
        Self { dry_run, program, tells_effects: false, clients, table }
    }

    /// Tells every effect, whatever it is made on.
    pub(super) fn telling_effects(self) -> Self {
        Self { tells_effects: true, ..self }
    }

    async fn start(&self, start: StartRun, audience: Arc<dyn Audience>) -> Result<Ended, Refusal> {
        let under_way = self.table.begin(&start.run)?;
        let project = attempt::project(&start.settings)?;
        let program = match &self.program {
            Some(program) => program.clone(),
            None => runnable(&start.program, None).await?,
        };
        let ready = Ready {
            accounts: Accounts::of(&start.settings, &project)?,
            terms: attempt::terms(&start.settings, &under_way),
            run: start.run,
            program,
            settings: start.settings,
            params: start.params,
            project,
            audience,
            tells_effects: self.tells_effects,
            cancel: under_way.cancel.clone(),
        };
        let opened = ready.open(&self.clients).await?;
        let about = opened.about();
        ready.note(format_args!("{} on {about}", style::Styled(style::DIM, &start.name)));
        let seed = start.seed.map_or_else(attempt::random_seed, Ok)?;
        let started = opened.own.clock.now();
        ready.audience.hear(Event::Started { run: ready.run.clone(), attempt: 1 });
        let this = This { journal: None, started, seed, dry_run: self.dry_run };
        let done = ready.attempt(&opened, this).await;
        opened.close().await;
        Ok(ready.ended(done?, &about))
    }
}

fn nothing<T: Send + 'static>() -> Answering<'static, T> {
    let refusal = Failure::input("nothing is kept of this run, so there is nothing to look for");
    Box::pin(std::future::ready(Err(refusal.into())))
}

impl Owner for Ephemeral {
    fn info(&self) -> Answering<'_, OwnerInfo> {
        Box::pin(std::future::ready(Ok(OwnerInfo {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            serving: false,
        })))
    }

    fn find(&self, _: String) -> Answering<'_, RunId> {
        nothing()
    }

    fn run(&self, order: RunOrder, audience: Arc<dyn Audience>) -> Answering<'_, Ended> {
        match order {
            RunOrder::Start(start) => Box::pin(self.start(*start, audience)),
            _ => nothing(),
        }
    }

    fn cancel(&self, run: RunId) -> Answering<'_, CancelReply> {
        let found = self.table.cancel(&run);
        let refusal = || Refusal::new(RefusalKind::Refused, format!("run {run} is not under way"));
        let answer = found.then_some(CancelReply::Requested).ok_or_else(refusal);
        Box::pin(std::future::ready(answer))
    }

    fn set_state(&self, _: SetState) -> Answering<'_, ()> {
        nothing()
    }

    fn schedule(&self, _: ScheduleOrder) -> Answering<'_, ScheduleReply> {
        nothing()
    }

    fn deploy(&self, _: DeployOrder) -> Answering<'_, DeployReply> {
        nothing()
    }

    fn erase(&self, _: String) -> Answering<'_, EraseReply> {
        nothing()
    }
}
