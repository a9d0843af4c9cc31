//! A run of a plugin: one store, from its instantiation to its end.

#![expect(
    clippy::result_large_err,
    reason = "the size is the host's choice, and an error ends a call"
)]

use std::sync::Arc;

use pianoroll_host::{Branch, Guest, GuestError, GuestErrorKind, GuestRun};
use serde_json::{Value, json};
use wasmtime::component::InstancePre;
use wasmtime::{Store, UpdateDeadline};

use crate::digest::Digest;
use crate::ended::Ended;
use crate::instance::{HostGrants, Instance};
use crate::limits::{Limited, Limits, Meter, Usage};
use crate::manifest::Manifest;
use crate::runtime::Runtime;
use crate::trap;
use crate::values::ErrorRecord;

/// The most live handles of a plugin. None of our interfaces has any; those of its own language are few.
const MOST_HANDLES: usize = 1_000;

/// A plugin that is compiled, linked and type-checked. Clones are the same one.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) inner: Arc<Loaded>,
}

pub(crate) struct Loaded {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) digest: Digest,
    pub(crate) linked: InstancePre<Instance>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("digest", &self.inner.digest).finish_non_exhaustive()
    }
}

impl Plugin {
    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// Of its package, without the signature.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.inner.digest
    }

    /// A guest for one run. What it is granted of calls, the run's host knows.
    #[must_use]
    pub fn guest(&self, limits: Limits, granted: HostGrants) -> PluginGuest {
        PluginGuest { plugin: self.clone(), granted, meter: Arc::new(Meter::new(limits)) }
    }
}

/// A plugin, ready to run. It must be run inside a tokio runtime.
#[derive(Debug)]
pub struct PluginGuest {
    plugin: Plugin,
    granted: HostGrants,
    meter: Arc<Meter>,
}

impl PluginGuest {
    /// What it has used so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.meter.usage()
    }

    /// What it may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.meter.limits()
    }
}

impl Guest for PluginGuest {
    fn run(&self, trunk: Branch) -> GuestRun<'_> {
        Box::pin(async move {
            let manifest = &self.plugin.inner.manifest;
            let host = Arc::clone(trunk.host());
            let is_missing = |name: &str| !host.others().any(|other| other == name);
            if let Some(missing) =
                manifest.connections.iter().find(|connection| is_missing(&connection.name))
            {
                return Err(GuestError::program(format!(
                    "the run was given no connection `{}`, which the plugin {} works on",
                    missing.name,
                    trap::title(manifest)
                )));
            }
            // The plugin is not dropped in the middle of a call: when its time is over, what is under way comes to its end.
            let run = self.plugin.inner.run(trunk, self.granted, &self.meter);
            tokio::pin!(run);
            let over = host.clock().sleep(self.meter.limits().wall);
            tokio::select! {
                biased;
                ended = &mut run => ended,
                () = over => {
                    self.meter.reach(Limited::Wall);
                    host.cancel().cancel();
                    run.await
                }
            }
        })
    }

    fn measured(&self) -> Value {
        json!({ "usage": self.usage(), "limits": self.limits().to_value() })
    }
}

impl Loaded {
    async fn run(
        &self,
        trunk: Branch,
        granted: HostGrants,
        meter: &Arc<Meter>,
    ) -> Result<Value, GuestError> {
        let instance = Instance::new(trunk, Arc::clone(&self.manifest), granted, Arc::clone(meter));
        let mut store = Store::new(self.runtime.engine(), instance);
        store.limiter(|instance| &mut instance.grower);
        store.set_hostcall_fuel(usize::try_from(meter.limits().transfer).unwrap_or(usize::MAX));
        store.set_max_component_handles(MOST_HANDLES);
        store.epoch_deadline_callback(|store| {
            let instance = store.data();
            instance.meter.slice()?;
            instance.branch.check_time().map_err(Ended::Host)?;
            if instance.branch.host().is_stopped() {
                return Err(Ended::Stopped.into());
            }
            // Others run while this one computes.
            Ok(UpdateDeadline::Yield(1))
        });
        // Only now: what was waited for before is not the plugin's.
        let _beating = self.runtime.pulse().beat();
        store.set_epoch_deadline(1);
        let ended = self.enter(&mut store).await;
        let fail = |error: wasmtime::Error| trap::guest_error(&error, meter, &self.manifest);
        match ended.map_err(fail)? {
            Ok(text) => self.result(&text),
            Err(record) => Err(self.returned(&store, record)),
        }
    }

    async fn enter(
        &self,
        store: &mut Store<Instance>,
    ) -> wasmtime::Result<Result<String, ErrorRecord>> {
        let instance = self.linked.instantiate_async(&mut *store).await?;
        let run =
            instance.get_typed_func::<(), (Result<String, ErrorRecord>,)>(&mut *store, "run")?;
        let (ended,) = run.call_async(&mut *store, ()).await?;
        Ok(ended)
    }

    fn result(&self, text: &str) -> Result<Value, GuestError> {
        serde_json::from_str(text).map_err(|error| {
            GuestError::program(format!(
                "the plugin {} came to its end with what is no JSON text: {error}",
                trap::title(&self.manifest)
            ))
        })
    }

    /// The error that a plugin returned: the host's where it is one, and the plugin's own otherwise.
    fn returned(&self, store: &Store<Instance>, record: ErrorRecord) -> GuestError {
        let instance = store.data();
        let title = trap::title(&self.manifest);
        if let Some(error) = instance.remembered(&record) {
            let rendered = format!("{error}\n  = the plugin {title} did not handle it");
            return GuestError { rendered, ..GuestError::from(error) };
        }
        // Its further lines are its own, too: none looks like one of pianoroll.
        let said = record.message.replace('\n', "\n  ");
        let message = format!("the plugin {title} failed: {said}");
        let rendered = match serde_json::from_str::<Value>(&record.details) {
            Ok(Value::Object(details)) => match details.get("stack").and_then(Value::as_str) {
                Some(stack) if !stack.trim().is_empty() => {
                    let lines = stack.trim_end().lines().take(MOST_STACK);
                    let lines = lines.map(|line| format!("\n  {line}")).collect::<String>();
                    format!("{message}{lines}")
                }
                _ => message.clone(),
            },
            _ => message.clone(),
        };
        GuestError { rendered, kind: GuestErrorKind::Program, ..GuestError::program(message) }
    }
}

/// How many lines of a plugin's own stack are shown.
const MOST_STACK: usize = 20;
