//! What a value belongs to: the connection is known from what is there, or has to be named.

use pianoroll_journal::{StateScope, StateValue};

use super::{Key, show};
use crate::failure::Failure;
use crate::suggest;

/// The scope that is meant.
pub(super) fn find(key: &Key, known: &[StateValue]) -> Result<StateScope, Failure> {
    let of = |connection: &str| StateScope {
        automation: key.automation.clone(),
        connection: connection.to_owned(),
    };
    if let Some(connection) = &key.connection {
        return Ok(of(connection));
    }
    let mut scopes: Vec<&StateScope> = known
        .iter()
        .map(|value| &value.scope)
        .filter(|scope| scope.automation == key.automation)
        .collect();
    scopes.dedup();
    match scopes.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let names = known.iter().map(|value| value.scope.automation.as_str());
            let hint = match suggest::near(&key.automation, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "--connection NAME says which connection the value belongs to, --connection '' that it is the simulator's"
                    .to_owned(),
            };
            Err(Failure::input(format!("`{}` has kept nothing yet", key.automation)).hint(hint))
        }
        several => {
            let names: Vec<_> = several.iter().map(|scope| quoted(&scope.connection)).collect();
            Err(Failure::input(format!("`{}` keeps values on several connections", key.automation))
                .hint(format!("say which one: --connection {}", names.join(" | "))))
        }
    }
}

/// There is no such value; what was probably meant.
pub(super) fn no_value(key: &Key, scope: &StateScope, known: &[StateValue]) -> Failure {
    let failure = Failure::input(format!("{} keeps no `{}`", show::scope(scope), key.key));
    let keys = known.iter().filter(|value| value.scope == *scope).map(|value| value.key.as_str());
    match suggest::hint(&key.key, keys) {
        Some(hint) => failure.hint(hint),
        None => failure.hint("`pianoroll state list` lists what is kept"),
    }
}

fn quoted(connection: &str) -> String {
    match connection {
        "" => "''".to_owned(),
        connection => crate::words::quoted(connection),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn known() -> Vec<StateValue> {
        let value = |automation: &str, connection: &str, key: &str| StateValue {
            scope: StateScope { automation: automation.into(), connection: connection.into() },
            key: key.into(),
            value: json!(1),
            changed: Timestamp::UNIX_EPOCH,
            by: None,
        };
        vec![
            value("retag", "acme", "cursor"),
            value("retag", "acme", "seen"),
            value("clean", "", "seen"),
            value("clean", "acme", "seen"),
        ]
    }

    fn key(automation: &str, connection: Option<&str>) -> Key {
        let connection = connection.map(str::to_owned);
        Key { automation: automation.into(), key: "curser".into(), connection }
    }

    fn check(result: Result<StateScope, Failure>, expected: Expect) {
        expected.assert_eq(&match result {
            Ok(scope) => show::scope(&scope),
            Err(failure) => format!("{} ({})", failure.error, failure.hints.join("; ")),
        });
    }

    #[test]
    fn the_connection_is_the_only_one_or_has_to_be_named() {
        check(find(&key("retag", None), &known()), expect!["retag on acme"]);
        check(find(&key("retag", Some("other")), &known()), expect!["retag on other"]);
        check(find(&key("clean", Some("")), &known()), expect!["clean on the simulator"]);
        check(
            find(&key("clean", None), &known()),
            expect![
                "`clean` keeps values on several connections (say which one: --connection '' | acme)"
            ],
        );
        check(
            find(&key("retga", None), &known()),
            expect!["`retga` has kept nothing yet (did you mean `retag`?)"],
        );
        check(
            find(&key("another", None), &known()),
            expect![
                "`another` has kept nothing yet (--connection NAME says which connection the value belongs to, --connection '' that it is the simulator's)"
            ],
        );
    }

    #[test]
    fn a_value_that_is_not_there_is_named_with_what_is() {
        let key = key("retag", None);
        let scope = find(&key, &known()).unwrap();
        check(
            Err(no_value(&key, &scope, &known())),
            expect!["retag on acme keeps no `curser` (did you mean `cursor`?)"],
        );
    }
}
