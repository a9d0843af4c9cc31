//! Which functions there are, by name and number of arguments: a loop over what is registered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rhai::Engine;

use crate::script::Dialect;

/// The functions of one namespace: name and possible numbers of arguments.
pub(crate) type Functions = BTreeMap<String, BTreeSet<usize>>;

/// All functions that are registered.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Those without a module; methods count their object as an argument.
    pub(crate) globals: Functions,
    /// Those of modules.
    pub(crate) modules: BTreeMap<String, Functions>,
}

/// Functions that Rhai's parser and evaluator know without registration, with the numbers of arguments.
const BUILT_IN: [(&str, &[usize]); 7] = [
    ("type_of", &[1]),
    ("is_shared", &[1]),
    ("is_def_var", &[1]),
    ("is_def_fn", &[2, 3]),
    ("Fn", &[1]),
    ("call", &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ("curry", &[2, 3, 4, 5, 6, 7, 8, 9]),
];

impl Table {
    /// The table: all engines have the same functions.
    pub(crate) fn get() -> &'static Table {
        static TABLE: LazyLock<Table> = LazyLock::new(|| {
            Table::read(&crate::engine::for_compiling(crate::engine::params_module([])))
        });
        &TABLE
    }

    /// The table of a kind of programs.
    pub(crate) fn of(dialect: Dialect) -> &'static Table {
        static OF_TESTS: LazyLock<Table> = LazyLock::new(|| {
            Table::read(&crate::engine::for_compiling_tests(crate::engine::params_module([])))
        });
        match dialect {
            Dialect::Script => Self::get(),
            Dialect::Test => &OF_TESTS,
        }
    }

    fn read(engine: &Engine) -> Table {
        let mut table = Table::default();
        let functions = engine.collect_fn_metadata(
            None,
            |function| {
                let name = function.metadata.name.to_string();
                Some((function.namespace.to_string(), name, function.metadata.num_params))
            },
            true,
        );
        for (namespace, name, arguments) in functions {
            if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                || name.contains('$')
            {
                continue;
            }
            let functions = match namespace.as_str() {
                "" => &mut table.globals,
                module => table.modules.entry(module.to_owned()).or_default(),
            };
            functions.entry(name).or_default().insert(arguments);
        }
        for (name, arguments) in BUILT_IN {
            table.globals.entry(name.to_owned()).or_default().extend(arguments);
        }
        // Registered only to say what is gone.
        table.globals.remove("sleep");
        table
    }
}
