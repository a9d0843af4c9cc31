//! The API's filter grammar: `equals(email,"a@b.c")`, combined by `and(…)` or a bare comma list, which mean the same.
//! There is no `or` and no `not`. Source: the official "Filtering" guide; reference/gateway-behaviour, section 6.

use std::fmt;

/// A parsed filter: all clauses must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The clauses, in the order written; nested `and`s are flattened.
    pub clauses: Vec<Clause>,
}

/// `operator(field,argument)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// `equals`, `any`, `greater-than`, …
    pub operator: String,
    /// `messages.channel`
    pub field: String,
    /// The literal; `has(profile)` has none.
    pub argument: Option<Literal>,
    /// Where the clause begins in the text, in bytes.
    pub offset: usize,
}

/// A value in a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Quoted text; comparisons are case-sensitive.
    Text(String),
    /// A bare word that is none of the others: a number or a date, as written.
    Bare(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `[…]`
    List(Vec<Literal>),
}

/// Why a text is no filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {}", offset + 1)]
pub struct FilterError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the start.
    pub offset: usize,
}

/// Parses a filter. White space between tokens is accepted here; [`Filter`]'s text has none, since the API refuses it.
///
/// # Errors
/// The first place where the grammar does not hold.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    let mut parser = Parser { text, offset: 0, depth: 0 };
    let mut clauses = Vec::new();
    loop {
        parser.clause(&mut clauses)?;
        parser.space();
        if parser.rest().is_empty() {
            return Ok(Filter { clauses });
        }
        parser.expect(',')?;
    }
}

/// Text as a quoted literal.
#[must_use]
pub fn quote(text: &str) -> String {
    Literal::Text(text.to_owned()).to_string()
}

/// How deep `and`s and lists may nest; far beyond use, far below the stack.
const MAX_DEPTH: usize = 32;

struct Parser<'t> {
    text: &'t str,
    offset: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.offset += self.rest().len() - self.rest().trim_start().len();
    }

    fn error<T>(&self, message: impl Into<String>) -> Result<T, FilterError> {
        Err(FilterError { message: message.into(), offset: self.offset })
    }

    fn take(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.rest().starts_with(wanted);
        if found {
            self.offset += wanted.len_utf8();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), FilterError> {
        if self.take(wanted) {
            return Ok(());
        }
        match self.rest().chars().next() {
            Some(found) => self.error(format!("expected `{wanted}`, found `{found}`")),
            None => self.error(format!("expected `{wanted}`, found the end")),
        }
    }

    fn deeper(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { self.error("the filter nests too deeply") } else { Ok(()) }
    }

    fn word(&mut self, what: &str, allowed: impl Fn(char) -> bool) -> Result<&'t str, FilterError> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|character| !allowed(character)).unwrap_or(rest.len());
        if end == 0 {
            return self.error(format!("expected {what}"));
        }
        self.offset += end;
        Ok(rest.get(..end).unwrap_or_default())
    }

    fn clause(&mut self, clauses: &mut Vec<Clause>) -> Result<(), FilterError> {
        self.space();
        let offset = self.offset;
        let operator = self.word("an operator such as `equals`", |c| {
            c.is_ascii_alphanumeric() || c == '-' || c == '_'
        })?;
        if matches!(operator, "or" | "not") {
            let message = format!("the API has no `{operator}`, only `and`: found it");
            return Err(FilterError { message, offset });
        }
        self.expect('(')?;
        if operator == "and" {
            self.deeper()?;
            loop {
                self.clause(clauses)?;
                if !self.take(',') {
                    break;
                }
            }
            self.depth -= 1;
            return self.expect(')');
        }
        let field = self
            .word("a field", |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '$'))?;
        let argument = if self.take(',') { Some(self.literal()?) } else { None };
        self.expect(')')?;
        clauses.push(Clause {
            operator: operator.to_owned(),
            field: field.to_owned(),
            argument,
            offset,
        });
        Ok(())
    }

    fn literal(&mut self) -> Result<Literal, FilterError> {
        self.space();
        if self.take('[') {
            return self.list();
        }
        for quote in ['"', '\''] {
            if self.take(quote) {
                return self.quoted(quote);
            }
        }
        let word = self.word("a value", |c| {
            !matches!(c, ',' | '(' | ')' | '[' | ']' | '"' | '\'') && !c.is_whitespace()
        })?;
        Ok(match word {
            "true" => Literal::Bool(true),
            "false" => Literal::Bool(false),
            "null" => Literal::Null,
            bare => Literal::Bare(bare.to_owned()),
        })
    }

    fn list(&mut self) -> Result<Literal, FilterError> {
        self.deeper()?;
        let mut items = Vec::new();
        if !self.take(']') {
            loop {
                items.push(self.literal()?);
                if !self.take(',') {
                    break;
                }
            }
            self.expect(']')?;
        }
        self.depth -= 1;
        Ok(Literal::List(items))
    }

    fn quoted(&mut self, quote: char) -> Result<Literal, FilterError> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((index, character)) = characters.next() {
            if character == quote {
                self.offset += index + quote.len_utf8();
                return Ok(Literal::Text(text));
            }
            if character != '\\' {
                text.push(character);
                continue;
            }
            // One backslash escapes a quote or a backslash; before anything else it stands for itself.
            match characters.next() {
                Some((_, escaped)) if escaped == quote || escaped == '\\' => text.push(escaped),
                Some((_, other)) => text.extend(['\\', other]),
                None => text.push('\\'),
            }
        }
        self.error(format!("the text that begins here has no closing `{quote}`"))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, clause) in self.clauses.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{clause}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.argument {
            Some(argument) => write!(f, "{}({},{argument})", self.operator, self.field),
            None => write!(f, "{}({})", self.operator, self.field),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Text(text) => {
                write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            Literal::Bare(text) => f.write_str(text),
            Literal::Bool(value) => value.fmt(f),
            Literal::Null => f.write_str("null"),
            Literal::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&match parse(text) {
            Ok(filter) => filter.to_string(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn filters_are_written_without_space_and_flat() {
        check("equals(email, 'a@b.c')", expect![[r#"equals(email,"a@b.c")"#]]);
        check(
            r#"and(equals(status,"active"),greater-than(created,2024-01-01))"#,
            expect![[r#"equals(status,"active"),greater-than(created,2024-01-01)"#]],
        );
        check(
            r#"has(profile),any(id,["a","b\"c"])"#,
            expect![[r#"has(profile),any(id,["a","b\"c"])"#]],
        );
        check(
            "equals(archived,false),equals(x,null)",
            expect!["equals(archived,false),equals(x,null)"],
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        check("", expect!["expected an operator such as `equals` at character 1"]);
        check("equals(email", expect!["expected `)`, found the end at character 13"]);
        check(
            "equals(email,\"a)",
            expect!["the text that begins here has no closing `\"` at character 15"],
        );
        check("equals(email,\"a\"))", expect!["expected `,`, found `)` at character 18"]);
        check("equals email", expect!["expected `(`, found `e` at character 8"]);
        check(
            "and(equals(a,1),or(equals(b,2),equals(c,3)))",
            expect!["the API has no `or`, only `and`: found it at character 17"],
        );
    }

    proptest! {
        #[test]
        fn any_text_survives_quoting(text in ".*") {
            let filter = parse(&format!("equals(name,{})", quote(&text))).unwrap();
            prop_assert_eq!(filter.clauses[0].argument.clone(), Some(Literal::Text(text)));
        }

        #[test]
        fn no_text_breaks_the_parser(text in ".*") {
            if let Ok(filter) = parse(&text) {
                prop_assert_eq!(parse(&filter.to_string()).map(|again| again.to_string()), Ok(filter.to_string()));
            }
        }
    }
}
