//! The WIT package, cut down to what a plugin asks for.

use std::collections::BTreeSet;

use super::asks::Asks;
use crate::needs::WIT;

/// Interfaces that every plugin has: they need no permission.
const ALWAYS: [&str; 9] =
    ["types", "checkpoints", "log", "clock", "random", "state", "params", "progress", "wait"];

/// The package with the interfaces that `asks` needs, and a world that imports those.
pub(super) fn cut(asks: &Asks) -> String {
    let kept = interfaces(asks);
    let mut text = String::new();
    for block in WIT.split("\n\n").map(|block| block.trim_matches('\n')).collect_blocks() {
        match name(&block, "interface ") {
            Some(interface) if !kept.contains(interface) => continue,
            _ => {}
        }
        if !text.is_empty() {
            text.push('\n');
        }
        if name(&block, "world ").is_some() {
            text.push_str(&world(&block, &kept));
        } else {
            text.push_str(&block);
        }
        text.push('\n');
    }
    text
}

/// The interfaces of the package that `asks` needs, by their names in it.
pub(super) fn interfaces(asks: &Asks) -> BTreeSet<&str> {
    let mut kept = BTreeSet::from(ALWAYS);
    if asks.calls() {
        kept.insert("calls");
    }
    if asks.files {
        kept.insert("files");
    }
    if asks.notify {
        kept.insert("notify");
    }
    kept.extend(asks.operations().map(|operation| operation.wit.interface));
    kept
}

/// Blocks are parted by an empty line, but a block of several parts has such lines inside it, too: there, the next line is
/// indented.
trait Blocks<'t> {
    fn collect_blocks(self) -> Vec<String>;
}

impl<'t, I: Iterator<Item = &'t str>> Blocks<'t> for I {
    fn collect_blocks(self) -> Vec<String> {
        let mut blocks: Vec<String> = Vec::new();
        for part in self {
            match blocks.last_mut() {
                Some(block) if part.starts_with(' ') => {
                    block.push_str("\n\n");
                    block.push_str(part);
                }
                _ => blocks.push(part.to_owned()),
            }
        }
        blocks
    }
}

fn name<'b>(block: &'b str, keyword: &str) -> Option<&'b str> {
    block.lines().find_map(|line| {
        Some(line.strip_prefix(keyword)?.strip_suffix(" {")?.trim_start_matches('%'))
    })
}

fn world(block: &str, kept: &BTreeSet<&str>) -> String {
    let lines = block.lines().filter(|line| {
        let import = line.trim().strip_prefix("import ").and_then(|rest| rest.strip_suffix(';'));
        import.is_none_or(|interface| kept.contains(interface.trim_start_matches('%')))
    });
    lines.collect::<Vec<_>>().join("\n")
}
