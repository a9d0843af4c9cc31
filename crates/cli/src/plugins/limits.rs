//! The limits of a plugin: the engine's own, and those of the project file.

use std::time::Duration;

use pianoroll_plugin::Limits;
use pianoroll_runtime::project::{PluginLimits, Project};

/// What a plugin may use in a project.
pub(crate) fn limits(project: &Project, name: &str) -> Limits {
    project.plugins.get(name).map_or_else(Limits::default, |settings| set(&settings.limits))
}

fn set(given: &PluginLimits) -> Limits {
    let usual = Limits::default();
    let unit = |given: Option<u64>, unit: u64, usual: u64| {
        given.map_or(usual, |given| given.saturating_mul(unit))
    };
    let seconds = |given: Option<u64>, usual: Duration| given.map_or(usual, Duration::from_secs);
    let instances = given.instances.and_then(|most| usize::try_from(most).ok());
    Limits {
        memory: unit(given.memory_mib, 1 << 20, usual.memory),
        table_elements: unit(given.tables, 1, usual.table_elements),
        instances: instances.unwrap_or(usual.instances),
        cpu: seconds(given.cpu_seconds, usual.cpu),
        wall: seconds(given.wall_seconds, usual.wall),
        transfer: unit(given.transfer_mib, 1 << 20, usual.transfer),
        log: unit(given.log_kib, 1 << 10, usual.log),
        host_calls: unit(given.host_calls, 1, usual.host_calls),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_project_file_changes_what_it_names() {
        let text = "[plugins.a]\nlimits = { memory_mib = 64, cpu_seconds = 5, log_kib = 2 }\n";
        let project = Project::parse(text, Path::new("pianoroll.toml")).unwrap();
        let usual = Limits::default();
        let expected =
            Limits { memory: 64 << 20, cpu: Duration::from_secs(5), log: 2048, ..usual.clone() };
        assert_eq!(limits(&project, "a"), expected);
        assert_eq!(limits(&project, "b"), usual);
    }
}
