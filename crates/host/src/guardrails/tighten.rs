//! Guardrails by hand on top of those of a project: they may only tighten.

use std::fmt;

use super::{Guardrails, Limit, Scope};

/// A guardrail that would have loosened another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosened {
    /// The looser one's flag or line.
    pub looser: String,
    /// The one that stands.
    pub stands: String,
    /// What the one that stands allows: `20`, or the id that it does not allow.
    pub about: About,
}

/// What two guardrails are apart about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The most that is allowed.
    Most(u64),
    /// An id that is not allowed.
    Id(String),
}

impl fmt::Display for Loosened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { looser, stands, about } = self;
        match about {
            About::Most(most) => {
                write!(f, "`{looser}` would loosen `{stands}`, which allows {most}")
            }
            About::Id(id) => write!(f, "`{looser}` names `{id}`, which `{stands}` does not allow"),
        }
    }
}

impl Guardrails {
    /// Both of them together: of two numbers the smaller one holds, and all scopes do.
    ///
    /// # Errors
    /// What in `by` is looser than what stands here already: whoever writes it expects more than will be allowed.
    pub fn tightened(mut self, by: Guardrails) -> Result<Guardrails, Vec<Loosened>> {
        let mut loosened = Vec::new();
        let Guardrails { calls, writes, deletes, sends, seconds, records, only, never, .. } = by;
        let mut tighten = |stands: &mut Option<Limit>, by: Option<Limit>| match (&stands, by) {
            (_, None) => {}
            (Some(limit), Some(by)) if by.most > limit.most => loosened.push(Loosened {
                looser: by.source,
                stands: limit.source.clone(),
                about: About::Most(limit.most),
            }),
            (_, by) => *stands = by,
        };
        tighten(&mut self.calls, calls);
        tighten(&mut self.writes, writes);
        tighten(&mut self.deletes, deletes);
        tighten(&mut self.sends, sends);
        tighten(&mut self.seconds, seconds);
        for (resource, by) in records {
            let mut stands = self.records.remove(resource);
            tighten(&mut stands, Some(by));
            self.records.extend(stands.map(|stands| (resource, stands)));
        }
        for (stands, by) in [(&self.lists, &by.lists), (&self.campaigns, &by.campaigns)] {
            loosened.extend(by.iter().flat_map(|by| wider(stands, by)));
        }
        self.only.extend(only);
        self.never.extend(never);
        self.lists.extend(by.lists);
        self.campaigns.extend(by.campaigns);
        if loosened.is_empty() { Ok(self) } else { Err(loosened) }
    }
}

fn wider(stands: &[Scope<String>], by: &Scope<String>) -> Vec<Loosened> {
    let apart = |scope: &Scope<String>| {
        let id = by.members.iter().find(|id| !scope.members.contains(id))?;
        let (looser, stands) = (by.source.clone(), scope.source.clone());
        Some(Loosened { looser, stands, about: About::Id(id.clone()) })
    };
    stands.iter().filter_map(apart).collect()
}
