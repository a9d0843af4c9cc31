//! The real spec and what is made of it: up to date, the same every time, and complete when the spec grows.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use pianoroll_codegen::{Spec, Tree, check, contracts, emit};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn real() -> Tree {
    Tree::read(&root().join("spec")).unwrap()
}

fn checked(tree: &Tree) -> Spec {
    check(tree).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn the_committed_contracts_are_what_the_spec_says() {
    if let Err(error) = contracts::compare(&checked(&real()), &root()) {
        panic!("{error}");
    }
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    let first = real();
    let names: Vec<&str> = first.names().collect();
    let mut second = Tree::default();
    for name in names.into_iter().rev() {
        second.insert(name, first.get(name).unwrap());
    }
    assert_eq!(emit::rust(&checked(&first)), emit::rust(&checked(&second)));
    assert_eq!(emit::contracts(&checked(&first)), emit::contracts(&checked(&second)));
}

#[test]
fn stale_contracts_are_named_with_the_command_that_refreshes_them() {
    let folder = tempfile::tempdir().unwrap();
    let spec = checked(&real());
    let written = contracts::write(&spec, folder.path()).unwrap();
    assert_eq!(written.len(), emit::contracts(&spec).len());
    assert_eq!(contracts::write(&spec, folder.path()).unwrap(), Vec::<String>::new());
    contracts::compare(&spec, folder.path()).unwrap();

    let definitions = folder.path().join(emit::DEFINITIONS);
    std::fs::write(definitions.join("profiles.d.rhai"), "edited by hand").unwrap();
    std::fs::write(definitions.join("gone.d.rhai"), "of a module that is gone").unwrap();
    let layer = folder.path().join("crates/plugin-sdk/src/generated");
    std::fs::write(layer.join("gone.rs"), "of a module that is gone").unwrap();
    std::fs::remove_file(folder.path().join("docs/openapi.json")).unwrap();
    let error = contracts::compare(&spec, folder.path()).unwrap_err().to_string();
    let expected = "not what spec/ says: crates/plugin-sdk/src/generated/gone.rs, docs/definitions/gone.d.rhai, docs/definitions/profiles.d.rhai, \
                    docs/openapi.json; refresh them with `cargo xtask generate`";
    assert_eq!(error, expected);

    contracts::write(&spec, folder.path()).unwrap();
    contracts::compare(&spec, folder.path()).unwrap();
    assert!(!definitions.join("gone.d.rhai").exists() && !layer.join("gone.rs").exists());
}

/// Every output of a folder with a spec: the Rust, and the contracts as one text each.
struct Outputs {
    rust: String,
    contracts: Vec<(String, String)>,
}

impl Outputs {
    fn of(spec: &Path) -> Self {
        let spec = pianoroll_codegen::read(spec).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Self { rust: emit::rust(&spec), contracts: emit::contracts(&spec) }
    }

    fn contract(&self, name: &str) -> &str {
        let found = self.contracts.iter().find(|(file, _)| file == name);
        found.map_or_else(|| panic!("there is no {name}"), |(_, text)| text)
    }

    /// That each output holds its texts, and that another one does not.
    fn hold(&self, before: &Outputs, texts: &[(&str, &[&str])]) {
        for (file, texts) in texts {
            for text in *texts {
                let (there, earlier) = match *file {
                    "rust" => (self.rust.as_str(), Some(before.rust.as_str())),
                    file => {
                        let earlier = before.contracts.iter().find(|(name, _)| name == file);
                        (self.contract(file), earlier.map(|(_, text)| text.as_str()))
                    }
                };
                assert!(there.contains(text), "{file} lacks {text}");
                assert!(!earlier.is_some_and(|it| it.contains(text)), "{file} always had {text}");
            }
        }
    }
}

/// A copy of the real spec that a test may change.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tree = real();
    for name in tree.names() {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, tree.get(name).unwrap()).unwrap();
    }
    folder
}

#[test]
fn an_operation_is_added_by_its_lines_alone() {
    let copy = copy();
    let before = Outputs::of(copy.path());
    let file = copy.path().join("klaviyo/profiles.toml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str(
        r#"
[operations.list_push_tokens]
http = "GET /api/profiles/{profile_id}/push-tokens"
doc = "Lists the devices that take a profile's push messages."
documented = false
since = "2025-01-15"
tier = "S"
scopes = ["profiles:read"]
sort = ["created"]
page = { size = 20, max = 100 }
answer = "profile[]"
ok = 200
examples = [{ args = ["01GDDKASAP8TKDDA2GRZDSVP4H"], options = { sort = "-created" } }]
"#,
    );
    std::fs::write(&file, text).unwrap();
    Outputs::of(copy.path()).hold(
        &before,
        &[
            (
                "rust",
                &[
                    r#"id: "profiles.list_push_tokens","#,
                    r#"path: "/api/profiles/{profile_id}/push-tokens","#,
                    "pub struct ListPushTokens {",
                    "impl crate::request::TypedRequest for ListPushTokens {",
                ],
            ),
            (
                "docs/definitions/profiles.d.rhai",
                &[
                    "fn list_push_tokens(profile_id: String) -> Map;",
                    "fn list_push_tokens(profile_id: String, options: Map) -> Map;",
                    "fn each_push_token(profile_id: String, options: Map) -> Iterator<Resource>;",
                ],
            ),
            (
                "crates/plugin/wit/klaviyo.wit",
                &[
                    "    list-push-tokens: func(profile-id: string, options: options) -> result<response, error>;\n",
                ],
            ),
            (
                "crates/plugin-sdk/src/generated/profiles.rs",
                &[
                    "pub fn list_push_tokens(",
                    "pub fn each_push_token(",
                    "pub struct ListPushTokensOptions {",
                ],
            ),
            (
                "docs/openapi.json",
                &[
                    r#""/klaviyo/api/profiles/{profile_id}/push-tokens": {"#,
                    r#""operationId": "profiles.list_push_tokens""#,
                ],
            ),
            (
                "docs/operations.md",
                &[
                    "### profiles.list_push_tokens",
                    "- request: `GET /api/profiles/{profile_id}/push-tokens`",
                    "pianoroll call profiles.list_push_tokens 01GDDKASAP8TKDDA2GRZDSVP4H sort=-created",
                ],
            ),
        ],
    );
}

#[test]
fn an_app_is_added_by_its_folder_alone() {
    let copy = copy();
    let before = Outputs::of(copy.path());
    let folder = copy.path().join("shop");
    std::fs::create_dir(&folder).unwrap();
    let app = r#"[app]
name = "Shop"
doc = "Orders of a shop."
host = "gateway"
prefix = "/shop"
json_api = false
[tiers]
free = {}
"#;
    // A type that Klaviyo has as well: types are the app's own.
    let orders = r#"[resource]
type = "profile"
doc = "An order."
[resource.attributes]
total = "float"
[operations.create]
http = "POST /v2/orders"
doc = "Creates an order."
effect = "write"
retry = "once"
tier = "free"
body = { kind = "plain", attributes = { total = "float" }, required = ["total"] }
answer = "map"
ok = 201
examples = [{ body = { total = 1.5 } }]
"#;
    std::fs::write(folder.join("app.toml"), app).unwrap();
    std::fs::write(folder.join("orders.toml"), orders).unwrap();
    Outputs::of(copy.path()).hold(
        &before,
        &[
            ("rust", &[r#"id: "shop","#, r#"id: "orders.create","#, "pub mod orders {"]),
            ("docs/definitions/orders.d.rhai", &["module orders;", "fn create(body: Map) -> Map;"]),
            ("crates/plugin-sdk/wit/klaviyo.wit", &["interface orders {", "    import orders;"]),
            ("crates/plugin-sdk/src/generated.rs", &["pub mod orders;"]),
            ("crates/plugin-sdk/src/generated/orders.rs", &["pub fn create("]),
            ("docs/openapi.json", &[r#""/shop/v2/orders": {"#, r#""shop.profile": {"#]),
            (
                "docs/operations.md",
                &["# Shop", "### orders.create", "orders::create(#{ total: 1.5 })"],
            ),
        ],
    );
}
