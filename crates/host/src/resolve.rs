//! Stop 1: what is meant. An operation by its id, or a method and a native path, which first is looked for in the table and
//! then *is* that operation, with its checks, its effect and its permission.

use percent_encoding::percent_decode_str;
use pianoroll_api::operation::{self, Host, Method};
use pianoroll_api::{APPS, App, Arguments, OPERATIONS, Operation, Options};
use serde_json::{Map, Value};

use crate::check::options::plain_name;
use crate::check::value::clipped;
use crate::check::{CheckError, CheckErrors, MAX_BODY_BYTES, size};

/// The operation with an id.
///
/// # Errors
/// There is none: with the one that was probably meant, and the operations of the same module.
pub fn operation(id: &str) -> Result<&'static Operation, CheckErrors> {
    operation::find(id).ok_or_else(|| no_such_operation(id))
}

fn no_such_operation(id: &str) -> CheckErrors {
    let (module, name) = id.split_once('.').unwrap_or((id, ""));
    let modules = || OPERATIONS.iter().map(|operation| operation.module);
    // Each half is judged by itself: `remove` is not `create`, however long the module's name.
    let meant = if modules().any(|known| known == module) {
        Some(module)
    } else {
        pianoroll_model::suggest(module, modules())
    };
    let mut error = CheckError::new("", "no such operation");
    if let Some(meant) = meant {
        let siblings = || OPERATIONS.iter().filter(move |operation| operation.module == meant);
        let name = pianoroll_model::suggest(name, siblings().map(|operation| operation.name));
        error.suggestion = name.map(|name| format!("{meant}.{name}"));
        error.allowed = siblings().map(|operation| operation.id.to_owned()).collect();
    }
    let shown = if id.trim().is_empty() { "an empty id".to_owned() } else { clipped(id) };
    CheckErrors::one(shown, error)
}

/// What a method and a native path turn out to be.
#[derive(Debug)]
pub enum Target {
    /// An operation, with the arguments that the path, the query and the body hold.
    Operation(&'static Operation, Arguments),
    /// A path that no operation has.
    Native(NativeRequest),
}

/// A request to a native path that no operation has.
#[derive(Clone, Debug)]
pub struct NativeRequest {
    /// The app.
    pub app: &'static App,
    /// The method.
    pub method: Method,
    /// The native path, percent-encoded, without a query.
    pub path: String,
    /// The query, not encoded.
    pub query: Vec<(String, String)>,
    /// The body, sent as it stands.
    pub body: Option<Value>,
}

impl NativeRequest {
    /// Method and path, as errors and the ledger name it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Resolves a method and a native path such as `/api/profiles`, with or without the app's prefix before it and a query behind
/// it. Names in `query` may be those of the API (`page[size]`) or the plain ones of options (`page_size`).
///
/// # Errors
/// A method that is none, a path outside the app's native space, or values that fit into no query.
pub fn request(
    method: &str,
    path: &str,
    query: &Options,
    body: Option<Value>,
) -> Result<Target, CheckErrors> {
    let name = format!("{} {}", clipped(method), clipped(path));
    let refuse = |argument: &str, message: String| {
        CheckErrors::one(name.clone(), CheckError::new(argument, message))
    };
    let methods = ["GET", "POST", "PATCH", "PUT", "DELETE"];
    let method: Method = method.parse().map_err(|()| {
        let error = CheckError::new("method", "not a method of the API");
        CheckErrors::one(name.clone(), error.among(method, methods))
    })?;
    let (path, in_path) = match path.split_once('?') {
        Some((path, in_path)) => (path, Some(in_path)),
        None => (path, None),
    };
    native_path(path).map_err(|message| refuse("path", message))?;
    let (app, path) = app_of(path).map_err(|message| refuse("path", message))?;
    let pairs = pairs(in_path, query).map_err(|(name, message)| refuse(&name, message))?;
    if let Some((operation, ids)) = operation::resolve(app.id, method, path) {
        let ids = ids.into_iter().map(|id| percent_decode_str(id).decode_utf8_lossy());
        let options = options(pairs).map_err(|(name, message)| refuse(&name, message))?;
        let ids = ids.map(String::from).collect();
        return Ok(Target::Operation(operation, Arguments { ids, body, options }));
    }
    let query = pairs.into_iter().map(|(name, value)| match text(&value) {
        Some(text) => Ok((name, text)),
        None => Err(refuse(
            &name,
            "must be text, a number, true or false, or a list of these".to_owned(),
        )),
    });
    let query = query.collect::<Result<_, _>>()?;
    let body = body.filter(|body| !body.is_null());
    match &body {
        Some(_) if method == Method::Get => {
            return Err(refuse("body", "a GET has no body".to_owned()));
        }
        Some(body) if size::exceeds(body, MAX_BODY_BYTES) => {
            let bytes = size::exact(body);
            let message = format!("has {bytes} bytes; the API takes at most {MAX_BODY_BYTES}");
            return Err(refuse("body", message));
        }
        _ => {}
    }
    Ok(Target::Native(NativeRequest { app, method, path: path.to_owned(), query, body }))
}

/// Whether a path stays in the app's native space, however often a server decodes it.
fn native_path(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err(match path.contains("://") {
            true => "is a URL; give the native path, such as /api/profiles".to_owned(),
            false => "must begin with `/`, such as /api/profiles".to_owned(),
        });
    }
    if path.len() > 4096 {
        return Err(format!("is {} bytes long; a path has at most 4096", path.len()));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(c);
    if let Some(bad) = path.chars().find(|c| !plain(*c)) {
        return Err(match bad {
            '#' => "holds `#`; percent-encode it".to_owned(),
            bad if bad.is_control() => {
                format!("holds the control character U+{:04X}", u32::from(bad))
            }
            bad => format!("holds `{bad}`; percent-encode it"),
        });
    }
    let mut decoded = path.to_owned();
    // Twice: some proxies decode a path before they pass it on.
    for _ in 0..3 {
        if decoded.contains("//") {
            return Err("holds `//`".to_owned());
        }
        if decoded.split(['/', '\\']).any(|segment| segment == "." || segment == "..") {
            return Err("holds `.` or `..` as a segment, so it would leave its place".to_owned());
        }
        let Ok(again) = percent_decode_str(&decoded).decode_utf8() else {
            return Err("is not UTF-8 once decoded".to_owned());
        };
        if again.matches('/').count() != path.matches('/').count() || again.contains('\\') {
            return Err("hides a `/` or `\\` in its encoding".to_owned());
        }
        if let Some(bad) = again.chars().find(|c| c.is_control()) {
            return Err(format!("holds the control character U+{:04X}", u32::from(bad)));
        }
        decoded = again.into_owned();
    }
    Ok(())
}

/// The app that a path belongs to, and the path below its prefix. A prefix may be left out while there is only one app behind
/// the gateway.
fn app_of(path: &str) -> Result<(&'static App, &str), String> {
    let behind_the_gateway = || APPS.iter().filter(|app| app.host == Host::Gateway);
    let prefixed = behind_the_gateway().find_map(|app| {
        let below = path.strip_prefix(app.prefix).filter(|_| !app.prefix.is_empty())?;
        (below.is_empty() || below.starts_with('/')).then_some((app, below))
    });
    let mut apps = behind_the_gateway();
    let (app, path) = match (prefixed, apps.next(), apps.next()) {
        (Some(found), _, _) => found,
        (None, Some(only), None) => (only, path),
        (None, _, _) => {
            let prefixes: Vec<&str> = behind_the_gateway().map(|app| app.prefix).collect();
            return Err(format!("must begin with an app: {}", prefixes.join(", ")));
        }
    };
    // The API itself takes both spellings.
    let bare = path.strip_suffix('/').unwrap_or(path);
    if bare.is_empty() { Err("names nothing below the app".to_owned()) } else { Ok((app, bare)) }
}

type Mistake = (String, String);

/// The query of a path and the one beside it, which must not say the same thing twice.
fn pairs(in_path: Option<&str>, query: &Options) -> Result<Vec<(String, Value)>, Mistake> {
    let mut pairs: Vec<(String, Value)> = Vec::new();
    for pair in in_path.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // A plus stays a plus, as in cursors and offsets of times.
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        pairs.push((decode(name), Value::String(decode(value))));
    }
    pairs.extend(query.iter().map(|(name, value)| (name.clone(), value.clone())));
    for (index, (name, _)) in pairs.iter().enumerate() {
        if name.is_empty() {
            return Err(("query".to_owned(), "holds a parameter without a name".to_owned()));
        }
        if pairs.iter().skip(index + 1).any(|(other, _)| other == name) {
            return Err((clipped(name), "is given twice".to_owned()));
        }
    }
    Ok(pairs)
}

/// The options that a query means: the API's spellings turned back into plain names, its comma lists into lists.
fn options(pairs: Vec<(String, Value)>) -> Result<Options, Mistake> {
    let mut options = Options::new();
    for (name, value) in pairs {
        match (plain_name(&name), name.as_str()) {
            (Some(plain @ ("fields" | "additional_fields")), _) => {
                let kind = name.split_once('[').and_then(|(_, kind)| kind.strip_suffix(']'));
                let kind = kind.unwrap_or_default().to_owned();
                let by_type =
                    options.entry(plain.to_owned()).or_insert_with(|| Value::Object(Map::new()));
                match by_type {
                    Value::Object(map) => drop(map.insert(kind, listed(value))),
                    _ => {
                        return Err((
                            plain.to_owned(),
                            format!("is given both as `{plain}` and as `{}`", clipped(&name)),
                        ));
                    }
                }
            }
            (Some(plain), _) => {
                let value = if plain == "page_size" { number(value) } else { value };
                if options.insert(plain.to_owned(), value).is_some() {
                    return Err((plain.to_owned(), "is given twice".to_owned()));
                }
            }
            (None, plain) => {
                let value = match plain {
                    "include" => listed(value),
                    "page_size" => number(value),
                    _ => value,
                };
                if options.insert(name.clone(), value).is_some() {
                    return Err((name, "is given twice".to_owned()));
                }
            }
        }
    }
    Ok(options)
}

fn listed(value: Value) -> Value {
    match value {
        Value::String(text) => text.split(',').map(|name| Value::from(name.trim())).collect(),
        other => other,
    }
}

fn number(value: Value) -> Value {
    match value.as_str().and_then(|text| text.parse::<u64>().ok()) {
        Some(number) => number.into(),
        None => value,
    }
}

/// A value as the text of a query parameter; lists by comma.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| if item.is_array() { None } else { text(item) }).collect();
            texts.map(|texts| texts.join(","))
        }
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
