//! The bodies of a script: its statements, and those of each function and closure.

use rhai::{AST, ASTNode, Module, ScriptFuncDef, Shared};

/// Visits every node of a function's body, each with the nodes around it, outermost first and itself last.
pub(super) fn visit(function: &Shared<ScriptFuncDef>, visit: &mut dyn FnMut(&[ASTNode])) {
    // Rhai 1.27 names no type for a body, but walks those of an AST: here of one that has this function only.
    let mut module = Module::new();
    module.set_script_fn(Shared::clone(function));
    AST::new([], module).walk(&mut |path: &[ASTNode]| {
        visit(path);
        true
    });
}

/// Visits every node of a script and of its functions, with the name of the function; the script itself has none.
pub(super) fn visit_all(ast: &AST, each: &mut dyn FnMut(Option<&str>, &[ASTNode])) {
    let mut path = Vec::new();
    for statement in ast.statements() {
        statement.walk(&mut path, &mut |path: &[ASTNode]| {
            each(None, path);
            true
        });
    }
    for function in ast.iter_fn_def() {
        visit(function, &mut |path| each(Some(&function.name), path));
    }
}
