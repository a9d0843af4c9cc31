//! Options as query parameters.

use pianoroll_api::Options;
use pianoroll_api::operation::Operation;
use serde_json::Value;

use super::{BuildError, encode};

/// The query without its `?`, in the order of the options' names: the same options always make the same request.
pub(super) fn query(operation: &Operation, options: &Options) -> Result<String, BuildError> {
    let mut query = Query::default();
    let main = operation.answer.kind();
    for (name, value) in options {
        if value.is_null() {
            // Languages without optional arguments pass null for "not given".
            continue;
        }
        let option = Given { name, value };
        match name.as_str() {
            "filter" => query.push(name, &unspaced(option.words()?)),
            "sort" | "include" => query.push(name, &option.words()?),
            "page_size" => query.push("page[size]", &option.word()?),
            "cursor" => query.push("page[cursor]", &option.word()?),
            "fields" => option.by_type("fields", main, &mut query)?,
            "additional_fields" => {
                // The main type is the one whose additional fields there are, where only one has any.
                let only = match operation.query.additional_fields {
                    [(kind, _)] => Some(*kind),
                    _ => main,
                };
                option.by_type("additional-fields", only, &mut query)?;
            }
            _ if operation.query.parameters.iter().any(|parameter| parameter.name == name) => {
                query.push(name, &option.words()?);
            }
            _ => return Err(option.wrong("this operation has no such option")),
        }
    }
    Ok(query.text)
}

/// A filter without white space between its tokens, which people write and the API refuses. What is no filter stays.
fn unspaced(filter: String) -> String {
    if !filter.contains(char::is_whitespace) {
        return filter;
    }
    match pianoroll_api::filter::parse(&filter) {
        Ok(parsed) => parsed.to_string(),
        Err(_) => filter,
    }
}

#[derive(Default)]
pub(super) struct Query {
    pub(super) text: String,
}

impl Query {
    pub(super) fn push(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.push_str(&encode(name));
        self.text.push('=');
        self.text.push_str(&encode(value));
    }
}

struct Given<'o> {
    name: &'o str,
    value: &'o Value,
}

impl Given<'_> {
    fn wrong(&self, why: &'static str) -> BuildError {
        BuildError::Option { option: self.name.to_owned(), why }
    }

    fn word_of(&self, value: &Value) -> Result<String, BuildError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(value) => Ok(value.to_string()),
            _ => Err(self.wrong("a text, a number or a truth value is wanted")),
        }
    }

    fn word(&self) -> Result<String, BuildError> {
        self.word_of(self.value)
    }

    /// One value, or several with commas between them.
    fn words_of(&self, value: &Value) -> Result<String, BuildError> {
        match value {
            Value::Array(items) => {
                let words: Result<Vec<_>, _> =
                    items.iter().map(|item| self.word_of(item)).collect();
                Ok(words?.join(","))
            }
            one => self.word_of(one),
        }
    }

    fn words(&self) -> Result<String, BuildError> {
        self.words_of(self.value)
    }

    fn by_type(
        &self,
        parameter: &str,
        main: Option<&str>,
        query: &mut Query,
    ) -> Result<(), BuildError> {
        if let Value::Object(types) = self.value {
            for (kind, fields) in types {
                query.push(&format!("{parameter}[{kind}]"), &self.words_of(fields)?);
            }
            return Ok(());
        }
        let main = main.ok_or_else(|| self.wrong("the operation answers no type; name one"))?;
        query.push(&format!("{parameter}[{main}]"), &self.words()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::unspaced;

    #[test]
    fn a_filter_is_sent_without_space_between_its_tokens() {
        let check = |filter: &str, sent: &str| assert_eq!(unspaced(filter.to_owned()), sent);
        check("equals(name,'x')", "equals(name,'x')");
        check("equals(name, 'a b')", "equals(name,\"a b\")");
        check("and(equals(a,1), any(b, [\"c\", \"d\"]))", "equals(a,1),any(b,[\"c\",\"d\"])");
        check("equals(name, ", "equals(name, ");
    }
}
