//! The bounds of state values, for everybody who sets one.

use serde_json::Value;

/// How many bytes of JSON a value may have.
pub const VALUE_BYTES: usize = 256 * 1024;

/// How many characters a key may have.
pub const KEY_CHARACTERS: usize = 200;

/// Why a value cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateValueError {
    /// The key is empty.
    #[error("the key is empty")]
    EmptyKey,
    /// The key is too long.
    #[error("the key has {0} characters, and {KEY_CHARACTERS} are allowed")]
    LongKey(usize),
    /// The key holds a control character.
    #[error("the key holds a control character")]
    ControlInKey,
    /// The value is too long.
    #[error("the value has {0} bytes of JSON, and {VALUE_BYTES} are allowed")]
    LongValue(usize),
}

/// Whether a key and its value keep the bounds; none takes a value away.
///
/// # Errors
/// The first bound that they do not keep.
pub fn check(key: &str, value: Option<&Value>) -> Result<(), StateValueError> {
    let characters = key.chars().count();
    if characters == 0 {
        return Err(StateValueError::EmptyKey);
    }
    if characters > KEY_CHARACTERS {
        return Err(StateValueError::LongKey(characters));
    }
    if key.chars().any(char::is_control) {
        return Err(StateValueError::ControlInKey);
    }
    match value.map_or(0, |value| value.to_string().len()) {
        bytes if bytes > VALUE_BYTES => Err(StateValueError::LongValue(bytes)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_and_values_are_bounded() {
        assert_eq!(check("last seen/é", Some(&json!({"a": 1}))), Ok(()));
        assert_eq!(check("", None), Err(StateValueError::EmptyKey));
        assert_eq!(check(&"é".repeat(200), None), Ok(()));
        assert_eq!(check(&"k".repeat(201), None), Err(StateValueError::LongKey(201)));
        assert_eq!(check("a\nb", None), Err(StateValueError::ControlInKey));
        let text = |letters: usize| json!("x".repeat(letters));
        assert_eq!(check("k", Some(&text(VALUE_BYTES - 2))), Ok(()));
        let long = Err(StateValueError::LongValue(VALUE_BYTES + 1));
        assert_eq!(check("k", Some(&text(VALUE_BYTES - 1))), long);
    }
}
