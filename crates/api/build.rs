//! Generates the table from the spec. Mistakes in the spec become build errors, all at once, each with its place.
fn main() {
    pianoroll_codegen::build_script("../../spec");
}
