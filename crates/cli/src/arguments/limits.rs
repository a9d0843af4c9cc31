//! `--limit`: guardrails of a run by hand.

use std::str::FromStr;

use pianoroll_host::{Guardrails, Limit};

use crate::failure::Failure;
use crate::suggest;

const NAMES: [&str; 5] = ["calls", "writes", "deletes", "sends", "seconds"];

/// `writes=100`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LimitWord {
    name: &'static str,
    most: u64,
}

impl FromStr for LimitWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, most) =
            text.split_once('=').ok_or_else(|| "write NAME=N, such as writes=100".to_owned())?;
        let known = NAMES.into_iter().find(|known| *known == name).ok_or_else(|| {
            let hint =
                suggest::hint(name, NAMES).map(|hint| format!("; {hint}")).unwrap_or_default();
            format!("`{name}` cannot be limited{hint}")
        })?;
        let most = most.replace('_', "");
        let most = most.parse().map_err(|_| format!("`{most}` is not a whole number"))?;
        Ok(Self { name: known, most })
    }
}

impl LimitWord {
    /// The guardrails that the words set together.
    pub(crate) fn guardrails(words: &[LimitWord]) -> Result<Guardrails, Failure> {
        let mut guardrails = Guardrails::default();
        for LimitWord { name, most } in words {
            let place = match *name {
                "calls" => &mut guardrails.calls,
                "writes" => &mut guardrails.writes,
                "deletes" => &mut guardrails.deletes,
                "sends" => &mut guardrails.sends,
                _ => &mut guardrails.seconds,
            };
            let limit = Limit::new(*most, format!("--limit {name}={most}"));
            if place.replace(limit).is_some() {
                return Err(Failure::input(format!("--limit: `{name}` is limited twice")));
            }
        }
        Ok(guardrails)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_names_and_numbers() {
        let word: LimitWord = "writes=1_000".parse().unwrap();
        let guardrails = LimitWord::guardrails(std::slice::from_ref(&word)).unwrap();
        assert_eq!(guardrails.writes, Some(Limit::new(1000, "--limit writes=1000")));
        assert!(LimitWord::guardrails(&[word.clone(), word]).is_err());
        let error = |text: &str| text.parse::<LimitWord>().unwrap_err();
        assert_eq!(error("write=1"), "`write` cannot be limited; did you mean `writes`?");
        assert_eq!(error("writes=many"), "`many` is not a whole number");
        assert_eq!(error("writes"), "write NAME=N, such as writes=100");
    }
}
