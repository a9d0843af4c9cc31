//! `pianoroll connections import`: a connection gets a name in pianoroll.toml.

use std::path::Path;

use pianoroll_gateway::Cancel;
use pianoroll_model::ConnectionId;
use pianoroll_runtime::project::{self, FILE_NAME, ImportedConnection, Project};
use serde_json::Value;

use super::Control;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output, plain};
use crate::target;

pub(super) struct Wish<'w> {
    pub(super) name: &'w str,
    pub(super) id: Option<&'w ConnectionId>,
    pub(super) live: bool,
}

pub(super) async fn import(
    wish: &Wish<'_>,
    control: &Control<'_>,
    project: &Project,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    let Some(file) = project.file.as_deref() else {
        let folder = environment.folder.display();
        return Err(Failure::input(format!("there is no {FILE_NAME} in `{folder}` or above it"))
            .hint("make one with `pianoroll init`"));
    };
    let app = target::gateway_app()?;
    let id = match wish.id {
        // Read first, so that a mistyped id is told now and not in the night.
        Some(id) => {
            let row = control.get(id).await?;
            let status = row.get("status").and_then(Value::as_str).unwrap_or_default();
            if status != "ACTIVE" {
                output::warn(format_args!("the connection {id} is {}, not ACTIVE", plain(status)));
            }
            id.clone()
        }
        None => target::only(&control.target.gateway, app, control.source, &Cancel::new()).await?,
    };
    let mut connection = control.target.connection.clone();
    connection.id = Some(id.clone());
    let account = match target::account(&control.target.gateway, &connection, control.source).await
    {
        Ok(account) => account,
        Err(failure) => {
            output::warn(format_args!(
                "the account could not be read, so it is not pinned: {}",
                failure.error
            ));
            None
        }
    };
    let credential = match project.credentials.len() {
        1 => project.credentials.keys().next().cloned(),
        _ => None,
    };
    let imported = ImportedConnection {
        name: wish.name.to_owned(),
        id: id.clone(),
        credential,
        account: account.clone(),
        live: wish.live,
    };
    project::import(file, &imported).or_exit(Exit::Input)?;
    let account = account.map(|account| format!(", account {account}")).unwrap_or_default();
    let file = file.strip_prefix(&environment.folder).unwrap_or(file);
    output.line(format_args!(
        "{} now has [connections.{}]: {id}{account}",
        Path::new(file).display(),
        wish.name
    ))
}
