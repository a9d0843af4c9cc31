//! A text that is a secret, such as a URL that is told about runs, or what a webhook is signed with.

use std::fmt;

/// A text that is a secret: it can be neither printed nor serialised. [`crate::credential::Source::read_secret`] reads one.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// One line of text without the white space around it; none where that is not what it is.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_line = !text.is_empty() && !text.chars().any(char::is_control);
        is_line.then(|| Self(text.to_owned()))
    }

    /// The text itself, for where it is used and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([secret])")
    }
}
