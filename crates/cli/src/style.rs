//! The few colours, used the same everywhere.

use std::fmt;

use anstyle::{AnsiColor, Style};
use pianoroll_model::Effect;

pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();

/// The colour of an effect: the more there is to regret, the louder.
pub(crate) const fn effect(effect: Effect) -> Style {
    match effect {
        Effect::Read => DIM,
        Effect::Write => AnsiColor::Yellow.on_default(),
        Effect::Delete => AnsiColor::Red.on_default(),
        Effect::Send => AnsiColor::Magenta.on_default().bold(),
    }
}

/// A text in a style. Width and alignment apply to the text, not to its colours.
pub(crate) struct Styled<T>(pub(crate) Style, pub(crate) T);

impl<T: fmt::Display> fmt::Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        self.1.fmt(f)?;
        write!(f, "{:#}", self.0)
    }
}

/// The styles of the help texts.
pub(crate) const fn help() -> clap::builder::Styles {
    clap::builder::Styles::styled()
        .header(HEADING)
        .usage(HEADING)
        .literal(NAME)
        .error(ERROR)
        .invalid(WARNING)
        .valid(GOOD)
}
