//! Writes one typed request for every example of every operation: the compiler then proves that each can be written, and
//! `tests/every_operation_typed.rs` that each works.

use std::fmt::Write as _;

fn main() {
    let mut text = String::from(
        "/// Sends the example of this number, if there is one, by the typed client.\n\
         pub async fn send(client: &Client<'_>, number: usize) -> Option<Result<(), CallError>> {\n\
         \x20   Some(match number {\n",
    );
    let mut index = String::from(
        "/// Operation, example and modes of every number.\npub const EXAMPLES: &[(&str, usize)] = &[\n",
    );
    let mut number = 0;
    for operation in pianoroll_api::OPERATIONS {
        for (place, example) in operation.examples.iter().enumerate() {
            let mut fields = String::new();
            for (name, id) in operation.route.ids().zip(example.args) {
                write!(fields, " {name}: {id:?}.to_owned(),").expect("texts take all");
            }
            if operation.body.is_some() {
                let body = example.body.unwrap_or("null");
                write!(fields, " body: json({body:?}),").expect("texts take all");
            }
            if takes_options(operation) {
                write!(fields, " options: options({:?}),", example.options)
                    .expect("texts take all");
            }
            let (module, name) = (operation.module, pascal(operation.name));
            let request = format!("requests::{module}::{name} {{{fields} }}");
            writeln!(text, "        {number} => client.send({request}).await,")
                .expect("texts take all");
            writeln!(index, "    ({:?}, {place}),", operation.id).expect("texts take all");
            number += 1;
        }
    }
    text.push_str("        _ => return None,\n    })\n}\n\n");
    text.push_str(&index);
    text.push_str("];\n");
    let folder = std::env::var("OUT_DIR").expect("cargo names the folder");
    std::fs::write(std::path::Path::new(&folder).join("examples.rs"), text)
        .expect("the folder takes files");
}

fn takes_options(operation: &pianoroll_api::Operation) -> bool {
    let query = &operation.query;
    let pages = query.page != pianoroll_api::operation::Page::None;
    let lists = [query.filter.len(), query.sort.len(), query.include.len(), query.fields.len()];
    pages
        || lists.iter().any(|&len| len > 0)
        || !query.additional_fields.is_empty()
        || !query.parameters.is_empty()
}

/// `list_profiles` as `ListProfiles`.
fn pascal(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').map(word).collect()
}
