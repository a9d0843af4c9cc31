//! The guide, page by page: every snippet is run, and prints what the page says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use pianoroll_simulator::Settings;
use pianoroll_tests::guide::{Snippet, is_said, snippets};
use pianoroll_tests::{Finished, pianoroll, plugins, root, simulator, unlimited};

/// Plays a page in a folder of its own, and tells all that is not as it says.
async fn play(page: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/guide").join(page)).unwrap();
    let snippets = snippets(&text);
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    copy_scripts(folder.path());
    if page == "plugins.md" {
        give_packages(folder.path());
    }
    let shared = simulator(Settings { profiles: 200, ..unlimited() }).await;
    for (index, snippet) in snippets.iter().enumerate() {
        let said = snippets.get(index + 1).filter(|next| next.follows && next.language == "text");
        let place = format!("docs/guide/{page}:{}", snippet.line);
        if let Some(name) = snippet.word("name") {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, &snippet.text).unwrap();
        }
        match snippet.language.as_str() {
            "rhai" if is_kept(snippet) => {}
            "rhai" if snippet.word("part") == Some("test") => {
                wrong.extend(play_part(snippet, &place));
            }
            "rhai" => wrong.extend(run_script(snippet, said, folder.path(), &place)),
            "sh" => {
                let url = shared.gateway_url();
                let lines = snippet.text.lines().filter(|line| line.starts_with("pianoroll "));
                for line in lines {
                    wrong.extend(run_line(line, snippet, said, folder.path(), &url, &place));
                }
            }
            "rust" | "js" | "python" if snippet.word("from").is_some() => {
                wrong.extend(find_excerpt(snippet, &place));
            }
            "csv" | "json" | "toml" if snippet.word("name").is_some() => {}
            "text" if snippet.follows => {}
            other => wrong.push(format!("{place}: nobody runs a fence of `{other}` here")),
        }
    }
    shared.stop().await;
    wrong
}

/// Whether a script is only there for others.
fn is_kept(snippet: &Snippet) -> bool {
    let name = snippet.word("name").unwrap_or_default();
    let later = snippet.word("run") == Some("later");
    later || name.starts_with("lib/") || name.ends_with(".test.rhai")
}

/// The scripts of this repository, so that pages can speak about them.
fn copy_scripts(folder: &Path) {
    fs::create_dir_all(folder.join("scripts")).unwrap();
    for entry in fs::read_dir(root().join("scripts")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".rhai") && !name.ends_with(".test.rhai") {
            fs::copy(&path, folder.join("scripts").join(name)).unwrap();
        }
    }
}

/// The packages that the page about plugins speaks of: two versions of one plugin, signed with one key, and its component.
fn give_packages(folder: &Path) {
    let name = ("win-back-rust", "win-back");
    let more = ("[permissions]", "[permissions]\n\"files:write\" = \"to write a report\"");
    let first = plugins::signed("win-back-rust", 7, &[name]);
    let second = plugins::signed("win-back-rust", 7, &[name, ("\"1.0.0\"", "\"1.1.0\""), more]);
    for (file, content) in [
        ("win-back-1.0.0.wasm", first),
        ("win-back-1.1.0.wasm", second),
        ("win-back.wasm", plugins::component("win-back-rust")),
    ] {
        fs::write(folder.join(file), content).unwrap();
    }
}

/// What is not so in the file that a piece of code is said to be from.
fn find_excerpt(snippet: &Snippet, place: &str) -> Option<String> {
    let from = snippet.word("from")?;
    let Ok(file) = fs::read_to_string(root().join(from)) else {
        return Some(format!("{place}: there is no {from}"));
    };
    let said = format!("…\n{}…\n", snippet.text);
    (!is_said(&said, &file)).then(|| format!("{place}: this does not stand in {from}"))
}

/// Plays a part of a test: as one that expects nothing else.
fn play_part(snippet: &Snippet, place: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let test = format!("test(\"part\", || {{\n{}\nexpect::that(true, \"\");\n}});\n", snippet.text);
    fs::write(folder.path().join("part.rhai"), "let nothing = ();\n").unwrap();
    fs::write(folder.path().join("part.test.rhai"), test).unwrap();
    let mut command = pianoroll(["test"]);
    let finished = Finished::new(&command.current_dir(folder.path()).output().unwrap());
    compare(&finished, snippet, None, place)
}

fn run_script(
    snippet: &Snippet,
    said: Option<&Snippet>,
    folder: &Path,
    place: &str,
) -> Option<String> {
    let name = snippet.word("name").unwrap_or("example.rhai");
    fs::write(folder.join(name), &snippet.text).unwrap();
    let mut command = pianoroll(["run", name, "--simulate", "--quota", "off"]);
    command.args(snippet.word("args").unwrap_or_default().split_whitespace()).current_dir(folder);
    command.env("PIANOROLL_STATE", folder.join(".pianoroll"));
    compare(&Finished::new(&command.output().unwrap()), snippet, said, place)
}

fn run_line(
    line: &str,
    snippet: &Snippet,
    said: Option<&Snippet>,
    folder: &Path,
    url: &str,
    place: &str,
) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line);
    let mut command = pianoroll(line.split_whitespace().skip(1));
    command.current_dir(folder).env("PIANOROLL_GATEWAY_URL", url).env("PIANOROLL_QUOTA", "off");
    // Beside the page's project, and where a page has none not in the home of whoever runs the tests.
    command.env("PIANOROLL_STATE", folder.join(".pianoroll"));
    let finished = Finished::new(&command.output().unwrap());
    compare(&finished, snippet, said, &format!("{place}: `{line}`"))
}

/// What is not as the page says.
fn compare(
    finished: &Finished,
    snippet: &Snippet,
    said: Option<&Snippet>,
    place: &str,
) -> Option<String> {
    let wanted: i32 = snippet.word("exit").map_or(0, |code| code.parse().unwrap());
    let told = format!("stdout:\n{}\nstderr:\n{}", finished.stdout, finished.stderr);
    if finished.code != wanted {
        return Some(format!("{place}: ends with {} and not {wanted}\n{told}", finished.code));
    }
    let said = &said?.text;
    let lines = logged(&finished.stderr);
    let fits = is_said(said, &lines)
        || is_said(said, &finished.stdout)
        || is_said(said, &finished.stderr)
        || (wanted != 0 && finished.stderr.contains(said.trim_end()));
    (!fits).then(|| format!("{place}: does not print\n{said}but\n{told}"))
}

/// What a script printed, without the word for its level.
fn logged(stderr: &str) -> String {
    let lines = stderr.lines().filter_map(|line| {
        let printed = line.strip_prefix("info ").map(|rest| rest.trim_start_matches(' '));
        printed.or_else(|| line.strip_prefix("       "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_snippet_of_the_guide_does_what_it_says() {
    let mut pages: Vec<String> = fs::read_dir(root().join("docs/guide"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .collect();
    pages.sort();
    assert!(pages.len() > 5, "{pages:?}");
    let mut wrong = Vec::new();
    for page in &pages {
        wrong.extend(play(page).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
