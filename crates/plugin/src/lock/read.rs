//! Reading a lock, strictly.

use std::ops::Range;
use std::path::Path;

use pianoroll_host::GrantedPlugin;
use serde::Deserialize;
use toml::Spanned;

use crate::manifest::{Grants, shown, version};

use super::error::{Found, LockError};
use super::{Installed, Known, Lock, seal};

/// The most bytes of a lock: more plugins than any project has.
pub(super) const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The form that is known.
const FORM: i64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: Spanned<i64>,
    #[serde(default)]
    plugin: Vec<PluginText>,
    #[serde(default)]
    known: Vec<KnownText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginText {
    name: Spanned<String>,
    version: Spanned<String>,
    digest: Spanned<String>,
    signer: Option<Spanned<String>>,
    grants: Vec<Spanned<String>>,
    seal: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownText {
    name: Spanned<String>,
    signer: Option<Spanned<String>>,
    newest: Spanned<String>,
    seal: Spanned<String>,
}

/// What every form has: so that a later one is told as such.
#[derive(Deserialize)]
struct AnyForm {
    version: Spanned<i64>,
}

pub(super) fn read(text: &str, file: &Path) -> Result<Lock, LockError> {
    let mut found = Found::new(text, file);
    if text.len() > MOST_BYTES {
        found.add(0..0, format!("it has more than {MOST_BYTES} bytes"), None);
        return Err(found.into_error());
    }
    if let Ok(AnyForm { version: form }) = toml::from_str(text)
        && *form.get_ref() != FORM
    {
        let message = format!("it is of the form {}, and {FORM} is known", form.get_ref());
        found.add(form.span(), message, Some("it was written by another pianoroll; use that one"));
        return Err(found.into_error());
    }
    let written: Text = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            let message = shown(error.message());
            found.add(error.span().unwrap_or(0..0), message, Some(Found::WRITTEN));
            return Err(found.into_error());
        }
    };
    debug_assert_eq!(*written.version.get_ref(), FORM, "other forms were refused");
    let mut lock = Lock::default();
    for plugin in written.plugin {
        let place = plugin.name.span();
        let Some(plugin) = installed(plugin, &mut found) else { continue };
        match lock.plugins.iter().any(|other| other.title() == plugin.title()) {
            true => {
                found.add(place, format!("{} is there twice", plugin.title()), Some(Found::WRITTEN))
            }
            false => lock.plugins.push(plugin),
        }
    }
    for entry in written.known {
        let place = entry.name.span();
        let Some(entry) = known(entry, &mut found) else { continue };
        match lock.known_as(&entry.name) {
            Some(_) => {
                let message = format!("`{}` is known twice", entry.name);
                found.add(place, message, Some(Found::WRITTEN));
            }
            None => lock.known.push(entry),
        }
    }
    // Without it a key would not be pinned any more: whoever has taken it out has edited the entries, too.
    for plugin in &mut lock.plugins {
        let known = lock.known.iter().find(|known| known.name == plugin.name);
        plugin.edited |= known.is_none_or(|known| known.newest < plugin.version);
    }
    lock.sort();
    found.into_result(lock)
}

fn installed(text: PluginText, found: &mut Found<'_>) -> Option<Installed> {
    let name = name(&text.name, found);
    let version = value(&text.version, found, |text| self::version(text).ok(), "a version");
    let digest = value(&text.digest, found, |text| text.parse().ok(), "a digest");
    let signer =
        text.signer.map(|signer| value(&signer, found, |text| text.parse().ok(), "a public key"));
    let grants: Vec<_> = text
        .grants
        .iter()
        .map(|word| value(word, found, |text| text.parse().ok(), "a permission of plugins"))
        .collect();
    let mut plugin = Installed {
        name: name?,
        version: version?,
        digest: digest?,
        signer: signer.map_or(Some(None), |signer| signer.map(Some))?,
        grants: grants.into_iter().collect::<Option<Grants>>()?,
        edited: false,
    };
    plugin.edited = *text.seal.get_ref() != seal::of_installed(&plugin);
    Some(plugin)
}

fn known(text: KnownText, found: &mut Found<'_>) -> Option<Known> {
    let name = name(&text.name, found);
    let signer =
        text.signer.map(|signer| value(&signer, found, |text| text.parse().ok(), "a public key"));
    let newest = value(&text.newest, found, |text| self::version(text).ok(), "a version");
    let mut known = Known {
        name: name?,
        signer: signer.map_or(Some(None), |signer| signer.map(Some))?,
        newest: newest?,
        edited: false,
    };
    known.edited = *text.seal.get_ref() != seal::of_known(&known);
    Some(known)
}

fn name(text: &Spanned<String>, found: &mut Found<'_>) -> Option<String> {
    let read = |text: &str| GrantedPlugin::may_be_named(text).then(|| text.to_owned());
    value(text, found, read, "the name of a plugin")
}

/// The text itself is not told: the line is shown.
fn value<T>(
    text: &Spanned<String>,
    found: &mut Found<'_>,
    read: impl Fn(&str) -> Option<T>,
    wanted: &str,
) -> Option<T> {
    let value = read(text.get_ref());
    if value.is_none() {
        let place: Range<usize> = text.span();
        found.add(place, format!("this is not {wanted}"), Some(Found::WRITTEN));
    }
    value
}
