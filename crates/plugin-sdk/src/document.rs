//! What calls answer, and light access to it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, clock};

/// The answer of a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Response {
    /// The document as the API answered it; `null` where it answers none. Of an operation that takes a list of any length: an
    /// array with the document of each call that the list became.
    pub document: Value,
    /// The HTTP status of the last call; none where an empty list became no call.
    pub status: Option<u16>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl Response {
    /// `data` of the document; `null` where there is none.
    #[must_use]
    pub fn data(&self) -> &Value {
        self.document.get("data").unwrap_or(&Value::Null)
    }

    /// The id of the resource; empty where the document holds no single one.
    #[must_use]
    pub fn id(&self) -> &str {
        id(self.data())
    }

    /// An attribute of the resource; `null` where it has none of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &Value {
        attribute(self.data(), name)
    }

    /// An attribute that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name).as_str()
    }

    /// The resource, of a document that holds one.
    #[must_use]
    pub fn into_resource(mut self) -> Resource {
        Resource(self.document.get_mut("data").map(Value::take).unwrap_or_default())
    }

    /// The resources, of a document that holds a list of them.
    #[must_use]
    pub fn into_resources(mut self) -> Vec<Resource> {
        match self.document.get_mut("data").map(Value::take) {
            Some(Value::Array(list)) => list.into_iter().map(Resource).collect(),
            Some(Value::Null) | None => Vec::new(),
            Some(one) => vec![Resource(one)],
        }
    }

    /// What came along by the option `include`.
    #[must_use]
    pub fn included(&self) -> Vec<Resource> {
        let included = self.document.get("included").and_then(Value::as_array);
        included.into_iter().flatten().cloned().map(Resource).collect()
    }

    /// The whole document as a type of one's own.
    ///
    /// # Errors
    /// It has another shape.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, Error> {
        Ok(serde_json::from_value(self.document)?)
    }
}

/// A resource: `id`, `type`, `attributes`, `relationships`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resource(pub Value);

impl Resource {
    /// Its id; empty where it has none.
    #[must_use]
    pub fn id(&self) -> &str {
        id(&self.0)
    }

    /// Its type: `profile`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// An attribute; `null` where it has none of this name, also where `fields` did not ask for it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &Value {
        attribute(&self.0, name)
    }

    /// An attribute that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name).as_str()
    }

    /// An attribute that is a time, in milliseconds; nothing where it is null.
    ///
    /// # Errors
    /// It is something else.
    pub fn time(&self, name: &str) -> Result<Option<i64>, Error> {
        match self.attribute(name) {
            Value::Null => Ok(None),
            Value::String(text) => clock::parse(text).map(Some),
            other => Err(Error::new(format_args!("`{name}` is no time, but {other}"))),
        }
    }

    /// All attributes as a type of one's own.
    ///
    /// # Errors
    /// They have another shape.
    pub fn attributes<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let attributes = self.0.get("attributes").unwrap_or(&Value::Null);
        Ok(T::deserialize(attributes)?)
    }

    /// The ids of a relationship.
    #[must_use]
    pub fn related(&self, name: &str) -> Vec<&str> {
        let data = self.0.get("relationships").and_then(|it| it.get(name)?.get("data"));
        match data {
            Some(Value::Array(list)) => list.iter().map(id).collect(),
            Some(one @ Value::Object(_)) => vec![id(one)],
            _ => Vec::new(),
        }
    }
}

impl From<Resource> for Value {
    fn from(resource: Resource) -> Self {
        resource.0
    }
}

fn id(resource: &Value) -> &str {
    resource.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn attribute<'v>(resource: &'v Value, name: &str) -> &'v Value {
    resource.get("attributes").and_then(|it| it.get(name)).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_read_without_unwrapping() {
        let profile = json!({
            "type": "profile", "id": "P1",
            "attributes": { "email": "a@b.c", "created": "2024-01-01T00:00:00+00:00" },
            "relationships": { "lists": { "data": [{ "type": "list", "id": "L1" }] } },
        });
        let document = json!({ "data": profile, "included": [{ "type": "list", "id": "L1" }] });
        let response = Response { document, status: Some(200), next: None };
        assert_eq!((response.id(), response.text("email")), ("P1", Some("a@b.c")));
        assert_eq!(response.attribute("phone_number"), &Value::Null);
        assert_eq!(response.included()[0].kind(), "list");
        let resource = response.into_resource();
        assert_eq!(resource.related("lists"), ["L1"]);
        assert_eq!(resource.time("created").unwrap(), Some(1_704_067_200_000));
        assert!(resource.time("email").is_err());
        let none = Response { document: Value::Null, status: Some(204), next: None };
        assert_eq!((none.id(), none.clone().into_resources()), ("", Vec::new()));
    }
}
