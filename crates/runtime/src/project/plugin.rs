//! `[plugins.NAME]`: what a plugin may use of this machine.

use pianoroll_host::GrantedPlugin;

use super::mistake::Mistakes;
use super::walk::{At, Section};

/// What the file says of a plugin. Whether it is installed is not looked at here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginSettings {
    /// Where its table stands: line and column, from 1.
    pub at: (usize, usize),
    /// The limits of its instances.
    pub limits: PluginLimits,
}

/// What an instance of a plugin may use. None stands for the default of the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginLimits {
    /// Memory, in MiB: no more than 4,096, since a component addresses no more.
    pub memory_mib: Option<u64>,
    /// Time of a processor, in seconds; what the plugin waits for the host is not counted.
    pub cpu_seconds: Option<u64>,
    /// Time by the clock, in seconds.
    pub wall_seconds: Option<u64>,
    /// What one host call moves, in either direction, in MiB.
    pub transfer_mib: Option<u64>,
    /// The log, in KiB.
    pub log_kib: Option<u64>,
    /// How often it asks the host for something.
    pub host_calls: Option<u64>,
    /// The elements of its tables.
    pub tables: Option<u64>,
    /// The parts that it is made of: core instances, memories and tables, each.
    pub instances: Option<u64>,
}

/// Reads a table; its name is checked too.
pub(super) fn read(
    name: &At<String>,
    section: &Section<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> PluginSettings {
    if !GrantedPlugin::may_be_named(&name.value) {
        let message = format!("`{}` cannot be the name of a plugin", name.value);
        let hint =
            "names have small letters, digits and `-`, and begin with a letter; without a version";
        mistakes.add(name.span.clone(), message, Some(hint.to_owned()));
    }
    let at = mistakes.place(&section.span);
    let table = section.section("limits", mistakes);
    let limits = table.map(|table| limits(&table, mistakes)).unwrap_or_default();
    PluginSettings { at, limits }
}

fn limits(table: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> PluginLimits {
    let mut limit = |name: &str| table.number(name, mistakes).map(|number| number.value);
    PluginLimits {
        memory_mib: limit("memory_mib"),
        cpu_seconds: limit("cpu_seconds"),
        wall_seconds: limit("wall_seconds"),
        transfer_mib: limit("transfer_mib"),
        log_kib: limit("log_kib"),
        host_calls: limit("host_calls"),
        tables: limit("tables"),
        instances: limit("instances"),
    }
}
