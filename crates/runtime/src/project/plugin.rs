//! `[plugins.NAME]`: what a plugin may use of this machine.

use std::ops::RangeInclusive;

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

const PLUGIN: [&str; 1] = ["limits"];

/// The limits with their bounds: a limit of nothing would end every run, and one without an end would be none.
const LIMITS: [(&str, RangeInclusive<u64>); 8] = [
    ("memory_mib", 1..=4_096),
    ("cpu_seconds", 1..=86_400),
    ("wall_seconds", 1..=2_592_000),
    ("transfer_mib", 1..=1_024),
    ("log_kib", 1..=1_048_576),
    ("host_calls", 1..=1_000_000_000_000),
    ("tables", 1..=100_000_000),
    ("instances", 1..=10_000),
];

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
    section.only(&PLUGIN, mistakes);
    let at = mistakes.place(&section.span);
    let Some(table) = section.section("limits", mistakes) else {
        return PluginSettings { at, ..PluginSettings::default() };
    };
    table.only(&LIMITS.each_ref().map(|(name, _)| *name), mistakes);
    let mut read =
        LIMITS.each_ref().map(|(name, bounds)| limit(&table, name, bounds, mistakes)).into_iter();
    let mut next = || read.next().flatten();
    let limits = PluginLimits {
        memory_mib: next(),
        cpu_seconds: next(),
        wall_seconds: next(),
        transfer_mib: next(),
        log_kib: next(),
        host_calls: next(),
        tables: next(),
        instances: next(),
    };
    PluginSettings { at, limits }
}

fn limit(
    table: &Section<'_, '_>,
    name: &str,
    bounds: &RangeInclusive<u64>,
    mistakes: &mut Mistakes<'_>,
) -> Option<u64> {
    let number = table.number(name, mistakes)?;
    if bounds.contains(&number.value) {
        return Some(number.value);
    }
    let (least, most) = (bounds.start(), bounds.end());
    let message = format!("`{name}` must be from {least} to {most}, not {}", number.value);
    mistakes.add(number.span, message, None);
    None
}
