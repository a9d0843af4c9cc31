//! A journal that a crash left, and that the disk then spoiled: it is detected and named, or it does no harm.

use std::fmt;
use std::path::Path;

use pianoroll_tests::Finished;
use pianoroll_tests::crash::operator::{Shift, finish};
use pianoroll_tests::crash::point::{spread, visit};
use pianoroll_tests::crash::scene::{Scene, Script};
use pianoroll_tests::crash::shim::{Trouble, When, preload};
use pianoroll_tests::crash::sweep::{judged, shim_in, undisturbed};

/// What is done to a file.
#[derive(Clone, Copy)]
enum Damage {
    /// It is cut off.
    Cut,
    /// One bit is another.
    Flip,
}

/// Behind a crash at a write, one file is damaged at a place, in thousandths of its size.
struct Point {
    crash: u64,
    file: &'static str,
    damage: Damage,
    place: u64,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.damage {
            Damage::Cut => "cut",
            Damage::Flip => "flip",
        };
        write!(f, "write {} then {} {word} at {}", self.crash, self.file, self.place)
    }
}

impl Point {
    /// Does it; false where the file is not there or empty.
    fn spoil(&self, folder: &Path) -> bool {
        let path = folder.join(self.file);
        let Ok(mut bytes) = std::fs::read(&path) else { return false };
        let at = bytes.len() * usize::try_from(self.place).unwrap() / 1000;
        match (self.damage, bytes.get_mut(at)) {
            (_, None) => return false,
            (Damage::Cut, _) => bytes.truncate(at),
            (Damage::Flip, Some(byte)) => *byte ^= 0x10,
        }
        std::fs::write(&path, bytes).unwrap();
        true
    }
}

/// Whether a command has said what is wrong and what to do about it.
fn names_it(finished: &Finished) -> bool {
    let said = &finished.stderr;
    let what = ["damage", "older", "not as it was made", "gone from", "cannot be read"];
    let hint = ["restore", "delete"];
    what.iter().any(|word| said.contains(word)) && hint.iter().any(|word| said.contains(word))
}

#[test]
fn a_damaged_journal_is_named() {
    let shim = shim_in(crate::TARGET);
    let expected = undisturbed(Script::CAMPAIGN, &shim);
    let mut points = Vec::new();
    for (file, places) in [("journal.db", 8), ("journal.db-wal", 10), ("journal.mark", 2)] {
        for damage in [Damage::Cut, Damage::Flip] {
            let crash = expected.writes * 2 / 3;
            let places = spread(1000, places).into_iter().map(|place| place - 1);
            points.extend(places.map(|place| Point { crash, file, damage, place }));
        }
    }
    let look = |scene: &Scene, point: &Point| {
        scene.begin();
        let mut command = scene.run();
        let trouble = Trouble::Crash { at: point.crash, when: When::After };
        preload(&mut command, scene.shim(), &scene.state(), &trouble);
        let finished = scene.end(command, &|_| {})?;
        let mut shift = Shift::default();
        shift.note("run", &finished);
        if !point.spoil(&scene.state()) {
            return Ok(false);
        }
        let sent = scene.simulator.requests().len();
        let mut refused = false;
        for words in [["runs", "list", "--json"], ["runs", "retry", "last"]] {
            let finished = scene.end(scene.command(words), &|_| {})?;
            shift.note(&words.join(" "), &finished);
            // Waiting for a word is no refusal.
            if !matches!(finished.code, 0 | 6) {
                refused = true;
                if !names_it(&finished) {
                    return Err(format!("not named\n{}", shift.told));
                }
            }
        }
        if refused {
            let later = scene.simulator.requests().split_off(sent);
            let effects = later.iter().any(|it| it.effect.is_some_and(|effect| !effect.is_read()));
            // A word on the damage comes before the first effect, or the run went on and is judged as a whole.
            return if effects { Err(format!("went on\n{}", shift.told)) } else { Ok(true) };
        }
        judged(scene, &expected, &finish(scene, shift)?).map(|()| true)
    };
    visit("a_damaged_journal_is_named", &points, || Scene::new(Script::CAMPAIGN, &shim), look);
}
