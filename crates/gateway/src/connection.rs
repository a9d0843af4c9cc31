//! Which account a call is for, and in which version of the API.

use jiff::civil::Date;
use pianoroll_api::App;
use pianoroll_model::{ConnectionId, Revision};

/// A named account behind a credential, as one run uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its name in the project file.
    pub name: Option<String>,
    /// The gateway's id for it. Without one no header is sent, which only calls of the control plane may do: for any
    /// other the gateway would pick a connection by itself.
    pub id: Option<ConnectionId>,
    /// What the revision header says.
    pub revision: Revision,
    /// What is really served, and what bodies are built for.
    pub served: Revision,
    /// Whether operations whose documented path differs from the official one use the documented one.
    pub documented_routes: bool,
}

impl Connection {
    /// An unnamed connection that is served what it asks for.
    #[must_use]
    pub fn new(id: Option<ConnectionId>, revision: Revision) -> Self {
        Self { name: None, id, revision, served: revision, documented_routes: false }
    }

    /// What calls of the control plane go through: no connection at all.
    #[must_use]
    pub const fn control_plane() -> Self {
        // The control plane has no revisions; the header is not sent.
        let revision = Revision::constant(2024, 10, 15);
        Self { name: None, id: None, revision, served: revision, documented_routes: false }
    }

    /// With the revision that is really served.
    #[must_use]
    pub fn served_as(mut self, served: Revision) -> Self {
        self.served = served;
        self
    }
}

/// What an app serves when `sent` is asked for on a day: that revision, or the oldest one known that is not retired. Where
/// all known ones are retired, the newest of them is the best guess.
#[must_use]
pub fn served_revision(app: &App, sent: Revision, today: Date) -> Revision {
    let Some(years) = app.retired_after_years else { return sent };
    let alive = |revision: Revision| today < revision.retired_on(years);
    if alive(sent) {
        return sent;
    }
    let later = app.revisions.iter().copied().filter(|revision| *revision > sent);
    later.clone().find(|revision| alive(*revision)).or(later.max()).unwrap_or(sent)
}

#[cfg(test)]
mod tests {
    use pianoroll_api::operation::Host;

    use super::*;

    const OLD: Revision = Revision::constant(2024, 10, 15);
    const NEW: Revision = Revision::constant(2025, 1, 15);

    static APP: App = App {
        id: "test",
        name: "Test",
        doc: "",
        host: Host::Gateway,
        prefix: "/test",
        revision_header: Some("revision"),
        revisions: &[OLD, NEW],
        retired_after_years: Some(2),
        json_api: true,
        budgets: &[],
    };

    #[test]
    fn a_retired_revision_is_served_as_the_oldest_living_one() {
        let check = |sent: Revision, today: (i16, i8, i8), served: Revision| {
            let today = Date::constant(today.0, today.1, today.2);
            assert_eq!(served_revision(&APP, sent, today), served, "{sent} on {today}");
        };
        check(OLD, (2026, 10, 14), OLD);
        check(OLD, (2026, 10, 15), NEW);
        check(OLD, (2026, 11, 21), NEW);
        check(NEW, (2026, 11, 21), NEW);
        // All that the spec knows are retired: the newest stays the best guess.
        check(OLD, (2030, 1, 1), NEW);
        // One that the spec does not know is taken at its word while it lives.
        check(Revision::constant(2026, 7, 15), (2026, 11, 21), Revision::constant(2026, 7, 15));
    }
}
