//! Writing a connection into a project file, leaving every other byte of it alone.

use std::path::{Path, PathBuf};

use pianoroll_model::ConnectionId;
use toml_edit::{DocumentMut, Item, Table, value};

use super::{Project, ProjectError};

/// What `[connections.NAME]` shall hold.
#[derive(Clone, Debug)]
pub struct ImportedConnection {
    /// Its name in the project.
    pub name: String,
    /// The gateway's id of it.
    pub id: ConnectionId,
    /// The name of its credential, where the project has one.
    pub credential: Option<String>,
    /// The API's id of the account, where it is known.
    pub account: Option<String>,
    /// Whether real customers are behind it.
    pub live: bool,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not a project file as it stands.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The name is taken.
    #[error("`[connections.{name}]` is already in `{}`", file.display())]
    NameTaken {
        /// The name.
        name: String,
        /// The project file.
        file: PathBuf,
    },
    /// The connection is already there under another name.
    #[error("this connection is already in `{}` as `[connections.{name}]`", file.display())]
    AlreadyThere {
        /// Its name there.
        name: String,
        /// The project file.
        file: PathBuf,
    },
    /// The name cannot be one.
    #[error("`{0}` cannot be the name of a connection; use letters, digits, `-`, `_` and `.`")]
    Name(String),
    /// The file cannot be written.
    #[error("cannot write `{}`", file.display())]
    Write {
        /// The project file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Adds `[connections.NAME]` to the end of the project file. Comments, order and spacing stay as they are; the file is
/// replaced in one move, so that nobody reads half of it.
///
/// # Errors
/// The file has mistakes, the name or the connection is already there, or the file cannot be written.
pub fn import(file: &Path, connection: &ImportedConnection) -> Result<(), ImportError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| ProjectError::Read { file: file.to_owned(), source })?;
    let changed = changed(&text, file, connection)?;
    replace(file, &changed).map_err(|source| ImportError::Write { file: file.to_owned(), source })
}

fn changed(
    text: &str,
    file: &Path,
    connection: &ImportedConnection,
) -> Result<String, ImportError> {
    let ImportedConnection { name, id, credential, account, live } = connection;
    let project = Project::parse(text, file)?;
    if project.connections.contains_key(name) {
        return Err(ImportError::NameTaken { name: name.clone(), file: file.to_owned() });
    }
    if let Some((name, _)) = project.connections.iter().find(|(_, known)| known.id == *id) {
        return Err(ImportError::AlreadyThere { name: name.clone(), file: file.to_owned() });
    }
    // Parsed once already: what the strict reader takes, the editor takes too.
    let mut document: DocumentMut = text.parse().unwrap_or_default();
    let mut table = Table::new();
    table["id"] = value(id.as_str());
    if let Some(credential) = credential {
        table["credential"] = value(credential);
    }
    if let Some(account) = account {
        table["account"] = value(account);
    }
    table["live"] = value(*live);
    // What stands below the last table belongs to the end of the file, and the new table comes after it.
    let rest = document.trailing().as_str().unwrap_or_default().to_owned();
    let rest = rest.trim_end();
    if !rest.is_empty() && !text_is_one_line(&document) {
        document.set_trailing("");
        table.decor_mut().set_prefix(format!("{rest}\n\n"));
    }
    let connections = document.entry("connections").or_insert_with(|| {
        let mut parent = Table::new();
        parent.set_implicit(true);
        Item::Table(parent)
    });
    match connections {
        Item::Table(connections) => connections.insert(name, Item::Table(table)),
        // `connections = { … }` on one line.
        other => other
            .as_table_like_mut()
            .and_then(|connections| connections.insert(name, value(table.into_inline_table()))),
    };
    let changed = document.to_string();
    // The name may be one that the reader refuses.
    match Project::parse(&changed, file) {
        Ok(project) if project.connections.contains_key(name) => Ok(changed),
        _ => Err(ImportError::Name(name.clone())),
    }
}

/// Whether the connections stand on one line, `connections = { … }`, where no table can follow.
fn text_is_one_line(document: &DocumentMut) -> bool {
    document.get("connections").is_some_and(Item::is_value)
}

fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    // The file itself, should the name be a link to it.
    let file = std::fs::canonicalize(file)?;
    let draft = file.with_extension("toml.new");
    let mut written = std::fs::OpenOptions::new().write(true).create_new(true).open(&draft)?;
    let outcome = (|| {
        written.write_all(text.as_bytes())?;
        written.sync_all()?;
        std::fs::set_permissions(&draft, std::fs::metadata(&file)?.permissions())?;
        std::fs::rename(&draft, &file)
    })();
    if outcome.is_err() {
        // The error that matters is the one above.
        let _ = std::fs::remove_file(&draft);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, name: &str, expected: Expect) {
        let connection = ImportedConnection {
            name: name.to_owned(),
            id: "21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().unwrap(),
            credential: None,
            account: Some("AbC123".to_owned()),
            live: true,
        };
        let changed = changed(text, Path::new("pianoroll.toml"), &connection);
        expected.assert_eq(&changed.unwrap_or_else(|error| format!("{error}\n")));
    }

    #[test]
    fn a_connection_is_added_and_the_rest_stays() {
        check(
            "# mine\n[gateway]   # ours\nquota = 5 # slow\n\n[connections.beta]\nid = \"b\"\n# the end\n",
            "acme",
            expect![[r##"
                # mine
                [gateway]   # ours
                quota = 5 # slow

                [connections.beta]
                id = "b"
                # the end

                [connections.acme]
                id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80"
                account = "AbC123"
                live = true
            "##]],
        );
        check(
            "connections = { beta = { id = \"b\" } }\n",
            "acme",
            expect![[r#"
                connections = { beta = { id = "b" } , acme = { id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80", account = "AbC123", live = true } }
            "#]],
        );
    }

    #[test]
    fn nothing_is_overwritten() {
        check(
            "[connections.acme]\nid = \"b\"\n",
            "acme",
            expect![[r#"
                `[connections.acme]` is already in `pianoroll.toml`
            "#]],
        );
        check(
            "[connections.old]\nid = \"21fd90f9-5935-43cd-b6c8-bde9d915ca80\"\n",
            "acme",
            expect![[r#"
                this connection is already in `pianoroll.toml` as `[connections.old]`
            "#]],
        );
        check(
            "",
            "a b",
            expect![[r#"
            `a b` cannot be the name of a connection; use letters, digits, `-`, `_` and `.`
        "#]],
        );
    }

    #[test]
    fn the_file_is_replaced_in_one_move() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pianoroll.toml");
        std::fs::write(&file, "# mine\n").unwrap();
        replace(&file, "# new\n").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "# new\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
