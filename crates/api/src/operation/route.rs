//! Methods and native paths.

/// A method and a native path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The native path, its ids in braces: `/api/profiles/{profile_id}`.
    pub path: &'static str,
}

impl Route {
    /// The names of the ids in the path, in order.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        let segments = self.path.split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The ids of a path that this route's template matches, still percent-encoded.
    #[must_use]
    pub fn matches<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut ids = Vec::new();
        let mut given = path.split('/');
        for wanted in self.path.split('/') {
            let segment = given.next()?;
            if wanted.starts_with('{') {
                if segment.is_empty() {
                    return None;
                }
                ids.push(segment);
            } else if wanted != segment {
                return None;
            }
        }
        given.next().is_none().then_some(ids)
    }
}

/// An HTTP method that the spec uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PATCH
    Patch,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

impl Method {
    /// `GET`
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Method {
    type Err = ();

    /// The method of this name, in any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Method::Get, Method::Post, Method::Patch, Method::Put, Method::Delete];
        all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or(())
    }
}
