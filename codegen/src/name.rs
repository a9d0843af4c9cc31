//! Names for each target, derived by rule from the spec's own.

/// Words that Rust keeps, and that `r#` frees.
const RUST: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Words that Rust keeps for good.
const RUST_ALWAYS: &[&str] = &["crate", "self", "super", "Self"];

/// Words that Rhai keeps: its keywords, those it reserves, and functions that it treats as keywords.
const RHAI: &[&str] = &[
    "Fn",
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "else",
    "eval",
    "exit",
    "export",
    "false",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Words that WIT keeps, and that `%` frees.
const WIT: &[&str] = &[
    "as",
    "async",
    "bool",
    "borrow",
    "char",
    "constructor",
    "enum",
    "error-context",
    "export",
    "f32",
    "f64",
    "flags",
    "from",
    "func",
    "future",
    "import",
    "include",
    "interface",
    "list",
    "map",
    "option",
    "own",
    "package",
    "record",
    "resource",
    "result",
    "s16",
    "s32",
    "s64",
    "s8",
    "static",
    "stream",
    "string",
    "tuple",
    "type",
    "u16",
    "u32",
    "u64",
    "u8",
    "use",
    "variant",
    "with",
    "world",
];

/// Whether a module or an operation may be called this: lower-case words and digits, joined by `_`.
pub(crate) fn is_plain(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('_').all(word)
}

/// The words of a name, in lower case: `flow-triggers`, `externalId`, `$flow` and `UPPER_CASE` alike.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    for character in name.chars() {
        let hump = character.is_ascii_uppercase()
            && before.is_some_and(|before: char| before.is_ascii_lowercase());
        if !character.is_ascii_alphanumeric() || hump {
            words.push(String::new());
        }
        if character.is_ascii_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.push(character.to_ascii_lowercase());
        }
        before = Some(character);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A Rust module, field, parameter or method, without `r#`. Empty where the name has no letter or digit.
pub(crate) fn snake(name: &str) -> String {
    let snake = words(name).join("_");
    if RUST_ALWAYS.contains(&snake.as_str()) {
        return format!("{snake}_");
    }
    if snake.starts_with(|first: char| first.is_ascii_digit()) {
        format!("n{snake}")
    } else {
        snake
    }
}

/// The same, clear of names that the place needs for itself.
pub(crate) fn snake_beside(name: &str, reserved: &[&str]) -> String {
    let snake = snake(name);
    if reserved.contains(&snake.as_str()) { format!("{snake}_") } else { snake }
}

/// A Rust type.
pub(crate) fn pascal(name: &str) -> String {
    let capital = |word: &String| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    let pascal: String = words(name).iter().map(capital).collect();
    if RUST_ALWAYS.contains(&pascal.as_str()) {
        return format!("{pascal}_");
    }
    if pascal.starts_with(|first: char| first.is_ascii_digit()) {
        format!("N{pascal}")
    } else {
        pascal
    }
}

/// An identifier of generated Rust, raw where it must be.
pub(crate) fn ident(name: &str) -> proc_macro2::Ident {
    let span = proc_macro2::Span::call_site();
    if RUST.contains(&name) {
        proc_macro2::Ident::new_raw(name, span)
    } else {
        proc_macro2::Ident::new(name, span)
    }
}

/// A module or function of a script: the spec's name, with `_` behind it where Rhai keeps the word.
pub(crate) fn rhai(name: &str) -> String {
    if RHAI.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// An interface or function of WIT: words joined by `-`. A word that begins with a digit joins the one before it, since
/// WIT has no such words; keywords stay, since `%` frees them all.
pub(crate) fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for word in words(name) {
        if !kebab.is_empty() && !word.starts_with(|first: char| first.is_ascii_digit()) {
            kebab.push('-');
        }
        kebab.push_str(&word);
    }
    kebab
}

/// The same as it is written in a WIT file.
pub(crate) fn wit(kebab: &str) -> String {
    if WIT.contains(&kebab) { format!("%{kebab}") } else { kebab.to_owned() }
}

/// One of several: `profiles` is `profile`, `categories` `category`, `addresses` `address`.
pub(crate) fn singular(plural: &str) -> String {
    let sibilant = ["sses", "shes", "ches", "xes", "zes"];
    if let Some(stem) = plural.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    if sibilant.iter().any(|ending| plural.ends_with(ending)) {
        return plural[..plural.len() - 2].to_owned();
    }
    match plural.strip_suffix('s') {
        Some(stem) if !plural.ends_with("ss") && !stem.is_empty() => stem.to_owned(),
        _ => plural.to_owned(),
    }
}

/// A name as the beginning of a sentence: `list_profiles` is `List profiles`.
pub(crate) fn sentence(name: &str) -> String {
    let text = words(name).join(" ");
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_own_form() {
        let check = |name: &str, forms: [&str; 5]| {
            let ident = ident(&snake(name)).to_string();
            assert_eq!([&*ident, &pascal(name), &rhai(name), &kebab(name), &singular(name)], forms);
        };
        check(
            "list_profiles",
            ["list_profiles", "ListProfiles", "list_profiles", "list-profiles", "list_profile"],
        );
        check("type", ["r#type", "Type", "type", "type", "type"]);
        check("match", ["r#match", "Match", "match_", "match", "match"]);
        check("self", ["self_", "Self_", "self", "self", "self"]);
        check("2fa", ["n2fa", "N2fa", "2fa", "2fa", "2fa"]);
        check("list_2", ["list_2", "List2", "list_2", "list2", "list_2"]);
        check(
            "externalId",
            ["external_id", "ExternalId", "externalId", "external-id", "externalId"],
        );
        check("$flow", ["flow", "Flow", "$flow", "flow", "$flow"]);
        check("categories", ["categories", "Categories", "categories", "categories", "category"]);
        check("addresses", ["addresses", "Addresses", "addresses", "addresses", "address"]);
    }
}
