//! What is wrong with the arguments of a call.

use std::fmt;

/// What of an argument is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Its name: there is no such option or attribute.
    Name,
    /// What was given for it.
    Value,
    /// It was not given.
    Absence,
}

/// One mistake in the arguments of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    /// Where: the name of an id or an option, or a place in the body such as `body.properties` or `body[3].email`. Empty
    /// where the operation itself is meant.
    pub argument: String,
    /// What of it is wrong.
    pub about: About,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// All that would be right, where that can be listed.
    pub allowed: Vec<String>,
}

impl CheckError {
    /// A mistake without a suggestion.
    pub(crate) fn new(argument: impl fmt::Display, message: impl Into<String>) -> Self {
        Self {
            argument: argument.to_string(),
            about: About::Value,
            message: message.into(),
            suggestion: None,
            allowed: Vec::new(),
        }
    }

    /// About a name that is unknown.
    pub(crate) fn of_name(argument: impl fmt::Display, message: impl Into<String>) -> Self {
        Self { about: About::Name, ..Self::new(argument, message) }
    }

    /// With what would be right, and the nearest of it to what was given.
    pub(crate) fn among<'a>(
        mut self,
        given: &str,
        allowed: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.allowed = allowed.into_iter().map(str::to_owned).collect();
        let candidates = self.allowed.iter().map(String::as_str);
        self.suggestion = pianoroll_model::suggest(given, candidates).map(str::to_owned);
        self
    }
}

/// How many allowed words a text lists before it counts the rest.
const LISTED: usize = 24;

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.argument.is_empty() {
            write!(f, "{}: ", self.argument)?;
        }
        f.write_str(&self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        if self.allowed.is_empty() {
            return Ok(());
        }
        let (listed, rest) = self.allowed.split_at(self.allowed.len().min(LISTED));
        write!(f, " (allowed: {}", listed.join(", "))?;
        if !rest.is_empty() {
            write!(f, " and {} more", rest.len())?;
        }
        f.write_str(")")
    }
}

/// All mistakes of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckErrors {
    /// The operation, or what was given in its place.
    pub operation: String,
    /// The mistakes: at least one, at most 20.
    pub errors: Vec<CheckError>,
    /// How many more there are.
    pub more: usize,
}

impl CheckErrors {
    /// A single mistake.
    pub(crate) fn one(operation: impl Into<String>, error: CheckError) -> Self {
        Self { operation: operation.into(), errors: vec![error], more: 0 }
    }
}

impl fmt::Display for CheckErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.errors.as_slice() {
            return write!(f, "{}: {only}", self.operation);
        }
        let count = self.errors.len() + self.more;
        write!(f, "{}: {count} mistakes in the arguments", self.operation)?;
        for error in &self.errors {
            write!(f, "\n  {error}")?;
        }
        if self.more > 0 {
            write!(f, "\n  and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for CheckErrors {}

/// Collects mistakes: all are counted, the first are kept.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    errors: Vec<CheckError>,
    more: usize,
}

/// How many mistakes are kept. A list of ten thousand faulty rows would not be read.
const KEPT: usize = 20;

impl Mistakes {
    pub(crate) fn add(&mut self, error: CheckError) {
        if self.errors.len() < KEPT { self.errors.push(error) } else { self.more += 1 }
    }

    pub(crate) fn say(&mut self, argument: impl fmt::Display, message: impl Into<String>) {
        self.add(CheckError::new(argument, message));
    }

    /// Says that something was not given.
    pub(crate) fn missing(&mut self, argument: impl fmt::Display, message: impl Into<String>) {
        self.add(CheckError { about: About::Absence, ..CheckError::new(argument, message) });
    }

    /// Whether a place was complained about already.
    pub(crate) fn names(&self, argument: impl fmt::Display) -> bool {
        if self.errors.is_empty() {
            return false;
        }
        let argument = argument.to_string();
        self.errors.iter().any(|error| error.argument == argument)
    }

    pub(crate) fn into_result(self, operation: &str) -> Result<(), CheckErrors> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(CheckErrors { operation: operation.to_owned(), errors: self.errors, more: self.more })
    }
}
