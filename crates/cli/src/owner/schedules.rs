//! What is done to schedules by hand, whether this process keeps them or not.

use std::sync::Arc;

use pianoroll_journal::{Keep, Trigger};
use pianoroll_model::RunId;
use pianoroll_runtime::deployment::Snapshot;
use pianoroll_runtime::scheduler::{BookError, Scheduler, SchedulerError};
use pianoroll_server::{Audience, DeployOrder, DeployReply, Ended, ScheduleOrder, ScheduleReply};

use super::folder_owner::FolderOwner;
use super::run::Fresh;
use super::table::UnderWay;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::recorded::failed;
use crate::suggest;

impl FolderOwner {
    /// The schedules of the journal, loaded when somebody needs them.
    pub(super) async fn scheduler(&self) -> Result<Arc<Scheduler>, Failure> {
        let load = async {
            let scheduler = Scheduler::open(self.journal.shared(), self.clock.now()).await;
            scheduler.map(Arc::new).or_exit(Exit::Failed)
        };
        self.scheduler.get_or_try_init(|| load).await.cloned()
    }

    pub(super) async fn schedule(&self, order: ScheduleOrder) -> Result<ScheduleReply, Failure> {
        let (scheduler, now) = (self.scheduler().await?, self.clock.now());
        let done = match &order {
            ScheduleOrder::Pause { schedules, note } => {
                scheduler.pause(schedules, note, now).await.map(|()| schedules.len())
            }
            ScheduleOrder::Resume { schedules } => {
                scheduler.resume(schedules, now).await.map(|()| schedules.len())
            }
            ScheduleOrder::Backfill { schedule, from, to } => {
                scheduler.backfill(schedule, (*from, *to), now).await
            }
        };
        let count = match done {
            Ok(count) => count as u64,
            Err(error) => return Err(unknown(&scheduler, error).await),
        };
        let server = self.server();
        if let Some(server) = &server {
            match &order {
                ScheduleOrder::Pause { schedules, note } => {
                    tracing::info!(note, "paused by hand: {}", schedules.join(", "));
                }
                ScheduleOrder::Resume { schedules } => {
                    tracing::info!("resumed by hand: {}", schedules.join(", "));
                }
                ScheduleOrder::Backfill { schedule, from, to } => {
                    tracing::info!(schedule, %from, %to, count, "filled in by hand");
                }
            }
            server.changed();
            if matches!(order, ScheduleOrder::Resume { .. }) {
                server.ask_for_causes();
            }
        }
        Ok(ScheduleReply { count, serving: server.is_some() })
    }

    pub(super) async fn deploy(&self, order: DeployOrder) -> Result<DeployReply, Failure> {
        let DeployOrder { snapshot, programs, compared_with } = order;
        // One at a time: the second one compares itself with the first.
        let _turn = self.deploying.lock().await;
        let before = self.backend().deployment().await.map_err(|error| failed(&error))?;
        if before.as_ref().map(|before| before.serial) != compared_with {
            let text = "something else was deployed in the meantime";
            return Err(Failure::text(Exit::Failed, text).hint("look at the difference again"));
        }
        let (scheduler, now) = (self.scheduler().await?, self.clock.now());
        let deployment = snapshot.to_deployment(before.as_ref(), now);
        // What this version cannot read again is not kept.
        Snapshot::of(&deployment).or_exit(Exit::Input)?;
        let with = vec![Keep::Deployment(deployment.clone(), programs)];
        scheduler.edit(&snapshot.schedules(), with, now).await.or_exit(Exit::Failed)?;
        let server = self.server();
        if let Some(server) = &server {
            server.deploy(&deployment)?;
        }
        Ok(DeployReply { serial: deployment.serial, serving: server.is_some() })
    }

    /// A run by hand of what is deployed.
    pub(super) async fn trigger(
        &self,
        run: &RunId,
        (automation, connection): (&str, &str),
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        let deployment = self.backend().deployment().await.map_err(|error| failed(&error))?;
        let deployment = deployment.ok_or_else(|| {
            Failure::input("nothing is deployed").hint("`pianoroll deploy` comes first")
        })?;
        let (snapshot, _) = Snapshot::of(&deployment).or_exit(Exit::Failed)?;
        let found = snapshot.run(automation, connection);
        let (deployed, of) = found.ok_or_else(|| not_deployed(automation, connection))?;
        let fresh = Fresh {
            name: automation.to_owned(),
            automation: automation.to_owned(),
            program: self.program(&deployed.program).await?,
            params: deployed.params.clone(),
            settings: of.settings.clone(),
            trigger: Trigger::Manual,
            seed: None,
        };
        self.create(run, fresh, None, under_way, audience).await
    }
}

/// Nothing of this name is deployed on a connection.
pub(super) fn not_deployed(automation: &str, connection: &str) -> Failure {
    Failure::input(format!("`{automation}` is not deployed on `{connection}`"))
}

/// Says which schedules there are, where a name is none.
async fn unknown(scheduler: &Scheduler, error: SchedulerError) -> Failure {
    let SchedulerError::Book(BookError::Unknown(name)) = &error else {
        return Failure::new(Exit::Failed, error);
    };
    let states = scheduler.states().await.unwrap_or_default();
    let names: Vec<&str> = states.iter().map(|state| state.record.name.as_str()).collect();
    let hint = suggest::hint(name, names.iter().copied());
    Failure::input(format!("there is no schedule `{name}`")).hint_if(hint)
}
