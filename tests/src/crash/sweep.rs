//! One point of a sweep: a run is disturbed there, brought to its end, and judged beside an undisturbed one.

use std::path::{Path, PathBuf};
use std::process::Child;

use serde_json::Value;

use super::account::{self, Account, differences};
use super::deed::{Deed, deeds};
use super::operator::{Shift, finish};
use super::oracle::judge;
use super::scene::{Scene, Script};
use super::shim::{self, Trouble};

/// What an undisturbed run is.
#[derive(Debug)]
pub struct Undisturbed {
    /// Its effects.
    pub deeds: Vec<Deed>,
    /// What the account holds behind it.
    pub account: Account,
    /// What it came to.
    pub result: Value,
    /// What it wrote into the project: names and contents, less the moments.
    pub files: Vec<(String, String)>,
    /// How many requests reached the simulator.
    pub requests: u64,
    /// How many calls the shim has counted.
    pub writes: u64,
}

/// The preloaded library, compiled once for a test.
#[must_use]
pub fn shim_in(target: &str) -> PathBuf {
    shim::compile(Path::new(target))
}

/// Runs a script undisturbed.
///
/// # Panics
/// Where it does not complete, or is smaller than a sweep needs.
#[must_use]
pub fn undisturbed(script: Script, library: &Path) -> Undisturbed {
    let scene = Scene::new(script, library);
    scene.begin();
    let count = scene.project().with_file_name("count");
    let mut command = scene.run();
    shim::preload(&mut command, library, &scene.state(), &Trouble::Count { file: count.clone() });
    let finished = scene.end(command, &|_| {}).expect("it ends");
    assert_eq!(finished.code, 0, "{finished:?}");
    let report: Value = serde_json::from_str(&finished.stdout).expect("a report");
    let log = scene.simulator.requests();
    assert!(log.len() >= 60, "only {} calls", log.len());
    let account = account::read(scene.simulator.address());
    let writes = std::fs::read_to_string(count).expect("the shim has counted");
    Undisturbed {
        deeds: deeds(&log, &account.names),
        account,
        result: report["result"].clone(),
        files: files(&scene),
        requests: log.len() as u64,
        writes: writes.parse().expect("a number"),
    }
}

/// What happens to the first process of a run.
pub struct Disturbance<'a> {
    /// What the shim does.
    pub trouble: Trouble,
    /// What is added to the command line.
    pub words: &'a [&'a str],
    /// Who watches the process.
    pub watched: &'a dyn Fn(&Scene, &mut Child),
}

/// Disturbs a run, brings it to its end and judges it. The scene has been told to begin, and has got its faults. Answers whether the
/// first process has been disturbed so much that it did not complete.
///
/// # Errors
/// What is wrong, and what was done.
pub fn survive(
    scene: &Scene,
    expected: &Undisturbed,
    disturbance: &Disturbance<'_>,
) -> Result<bool, String> {
    let mut shift = Shift::default();
    let mut command = scene.run();
    command.args(disturbance.words);
    shim::preload(&mut command, scene.shim(), &scene.state(), &disturbance.trouble);
    let finished = scene.end(command, &|child| (disturbance.watched)(scene, child))?;
    shift.note("run", &finished);
    // What was in the way is over: nobody waits for a held request, and no fault is left.
    scene.simulator.set_faults(Vec::new());
    let shift = finish(scene, shift)?;
    judged(scene, expected, &shift).map(|()| finished.code != 0)
}

/// Judges a run that has come to its end.
///
/// # Errors
/// What is wrong, and what was done.
pub fn judged(scene: &Scene, expected: &Undisturbed, shift: &Shift) -> Result<(), String> {
    let log = scene.simulator.requests();
    let account = account::read(scene.simulator.address());
    let found = deeds(&log, &account.names);
    let mut wrong = judge(&expected.deeds, &found, &shift.words(&account.names));
    wrong.extend(differences(&expected.account, &account));
    if shift.result != expected.result {
        wrong.push(format!("the result is {}, not {}", shift.result, expected.result));
    }
    let files = files(scene);
    if files != expected.files {
        wrong.push(format!("the files are {files:?}, not {:?}", expected.files));
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}\n{}", wrong.join("\n"), shift.told)) }
}

/// What is in the project, less the moments.
fn files(scene: &Scene) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(scene.project()).expect("the project is there");
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("the project can be read");
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let plain = |cell: &str| match super::deed::is_time(cell) {
                true => "(time)".to_owned(),
                false => cell.to_owned(),
            };
            let plain = |line: &str| line.split(',').map(plain).collect::<Vec<_>>().join(",");
            let text = text.lines().map(plain).collect::<Vec<_>>().join("\n");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}
