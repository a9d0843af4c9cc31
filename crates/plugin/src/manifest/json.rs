//! The manifest in a package: JSON of one form, and nothing else.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::{At, Written, WrittenDefault, WrittenParam};
use super::mistake::Mistakes;
use super::plain::shown;
use super::{MOST_BYTES, Manifest};

/// The form of it. Another one is of another pianoroll.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    manifest: u32,
    name: String,
    version: String,
    description: String,
    permissions: Vec<Permission>,
    params: Vec<Param>,
    connections: Vec<Connection>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    permission: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Param {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    optional: bool,
    /// `null` is none: no type has such a value.
    default: Value,
    doc: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Connection {
    name: String,
    doc: String,
}

/// What every form has: so that a later one is told as such.
#[derive(Deserialize)]
struct AnyForm {
    manifest: u32,
}

pub(super) fn read(bytes: &[u8], mistakes: &mut Mistakes<'_>) -> Option<Written> {
    if bytes.len() > MOST_BYTES {
        mistakes.add(None, format!("it has more than {MOST_BYTES} bytes"), None);
        return None;
    }
    if let Ok(AnyForm { manifest: form @ FORM.. }) = serde_json::from_slice(bytes)
        && form != FORM
    {
        let hint = "install a newer pianoroll".to_owned();
        mistakes.add(None, format!("it is of the form {form}, and {FORM} is known"), Some(hint));
        return None;
    }
    let section: Section = match serde_json::from_slice(bytes) {
        Ok(section) => section,
        // The message may hold what stands in the file.
        Err(error) => {
            mistakes.add(None, shown(&error.to_string()), None);
            return None;
        }
    };
    if section.manifest != FORM {
        mistakes.add(None, format!("there is no form {}", section.manifest), None);
        return None;
    }
    let pairs = |one, other| (at(one), at(other));
    Some(Written {
        name: Some(at(section.name)),
        version: Some(at(section.version)),
        description: Some(at(section.description)),
        permissions: section
            .permissions
            .into_iter()
            .map(|one| pairs(one.permission, one.reason))
            .collect(),
        params: section.params.into_iter().map(param).collect(),
        connections: section.connections.into_iter().map(|one| pairs(one.name, one.doc)).collect(),
    })
}

fn param(param: Param) -> WrittenParam {
    let Param { name, kind, optional, default, doc } = param;
    let default = (!default.is_null()).then(|| at(WrittenDefault::Read(default)));
    WrittenParam { name: at(name), kind: Some(at(kind)), optional, default, doc: at(doc) }
}

fn at<T>(value: T) -> At<T> {
    At { value, place: None }
}

pub(super) fn write(manifest: &Manifest) -> Vec<u8> {
    let permissions = manifest.asks.iter().map(|ask| Permission {
        permission: ask.permission.to_string(),
        reason: ask.reason.clone(),
    });
    let params = manifest.params.iter().map(|param| Param {
        name: param.name.clone(),
        kind: param.kind.to_string(),
        optional: param.optional,
        default: param.default.clone().unwrap_or_default(),
        doc: param.doc.clone(),
    });
    let connections = manifest.connections.iter();
    let connections = connections
        .map(|one| Connection { name: one.name.clone(), doc: one.doc.clone() })
        .collect();
    let section = Section {
        manifest: FORM,
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        description: manifest.description.clone(),
        permissions: permissions.collect(),
        params: params.collect(),
        connections,
    };
    // Texts and numbers always serialise.
    serde_json::to_vec(&section).unwrap_or_default()
}
