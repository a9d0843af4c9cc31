//! A run of a plugin that is written as the text of a core module, with or without a simulator.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use pianoroll_gateway::{
    Config, Connection, Credential, Endpoints, Gateway, Quota, Retries, SystemClock,
};
use pianoroll_host::{Guest as _, GuestError, Host, HostSettings, Level, Observer, Place};
use pianoroll_model::{PermissionSet, Revision};
use pianoroll_simulator::{Settings, Simulator};
use serde_json::Value;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

use crate::compile::Compiler;
use crate::instance::HostGrants;
use crate::limits::{Limits, Usage};
use crate::manifest::Manifest;
use crate::needs::WIT;
use crate::package::Package;
use crate::runtime::Runtime;

/// The package, parsed, and its world.
pub(super) fn world(text: &str) -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("klaviyo.wit", text).unwrap();
    let world = resolve.select_world(&[package], Some("automation")).unwrap();
    (resolve, world)
}

/// A component made of a core module.
pub(super) fn component(mut module: Vec<u8>, (resolve, world): &(Resolve, WorldId)) -> Vec<u8> {
    embed_component_metadata(&mut module, resolve, *world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default().module(&module).unwrap();
    encoder.validate(true).encode().unwrap()
}

/// A plugin whose `run` ends with `null` where it comes to its end; text lies from address 64 on, 8 bytes for answers at 48.
pub(super) fn plugin(imports: &[(&str, &str, &str)], rest: &str) -> Vec<u8> {
    let import = |(interface, name, kind): &(&str, &str, &str)| {
        format!(
            "(import \"pianoroll:klaviyo/{interface}@0.1.0\" \"{name}\" (func ${name} {kind}))\n"
        )
    };
    let imports: String = imports.iter().map(import).collect();
    let text = format!(
        "(module {imports}
            (memory (export \"memory\") 1)
            (data (i32.const 8) \"\\10\\00\\00\\00\\04\\00\\00\\00null\")
            (global $heap (mut i32) (i32.const 4096))
            (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.set $heap (i32.add (local.get $at) (local.get 3)))
                (block $fits
                    (br_if $fits (i32.lt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
                    (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536))))))
                (local.get $at))
            {rest})"
    );
    component(wat::parse_str(text).unwrap(), &world(WIT))
}

/// A manifest that asks for these words.
pub(super) fn manifest(words: &[&str]) -> Manifest {
    let asks: String = words.iter().map(|word| format!("\"{word}\" = \"for a test\"\n")).collect();
    let text = format!(
        "[plugin]\nname = \"test\"\nversion = \"1.0.0\"\ndescription = \"A test.\"\n[permissions]\n{asks}"
    );
    Manifest::from_toml(&text, Path::new("plugin.toml")).unwrap()
}

/// What a run of a plugin came to.
pub(super) struct Ended {
    pub(super) result: Result<Value, GuestError>,
    pub(super) usage: Usage,
    pub(super) logs: Vec<String>,
    pub(super) requests: Vec<String>,
}

impl Ended {
    /// The result, or the error as people see it.
    pub(super) fn text(&self) -> String {
        match &self.result {
            Ok(value) => value.to_string(),
            Err(error) => error.rendered.clone(),
        }
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn log(&self, level: Level, text: &str, _: Option<&Place>) {
        self.0.lock().unwrap().push(format!("{level} {text}"));
    }

    fn notify(&self, text: &str, details: &Value) {
        self.0.lock().unwrap().push(format!("notify {text} {details}"));
    }
}

/// How a plugin is run.
pub(super) struct Stage {
    pub(super) limits: Limits,
    pub(super) grants: &'static str,
    pub(super) asks: &'static [&'static str],
    pub(super) granted: HostGrants,
    pub(super) change: Box<dyn FnOnce(&mut HostSettings)>,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            grants: "",
            asks: &[],
            granted: HostGrants::default(),
            change: Box::new(|_| {}),
        }
    }
}

impl Stage {
    pub(super) fn limited(change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        change(&mut limits);
        Self { limits, ..Self::default() }
    }

    pub(super) async fn run(self, component: Vec<u8>) -> Ended {
        let settings = Settings { profiles: 20, limits: false, ..Settings::default() };
        let clock = Arc::new(SystemClock::new());
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start(settings, listen, clock.clone()).await.unwrap();
        let url = simulator.gateway_url();
        let config = Config {
            endpoints: Endpoints::new(&url, &url).unwrap(),
            quota: Quota::Off,
            retries: Retries { attempts: 1, ..Retries::default() },
            ..Config::default()
        };
        let credential = Credential::new("a-key-of-the-tests".to_owned()).unwrap();
        let gateway = Gateway::new(config, credential, clock.clone()).unwrap();
        let id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().unwrap();
        let connection = Connection::new(Some(id), Revision::constant(2024, 10, 15));
        let mut host = HostSettings::new(gateway, connection, clock, "run-1".parse().unwrap(), 7);
        let heard = Arc::new(Heard::default());
        host.observer = heard.clone();
        let words = self.grants.split_whitespace();
        host.grants = words.fold(PermissionSet::none(), |set, word| set.allow_word(word).unwrap());
        (self.change)(&mut host);

        let runtime = Runtime::new(Compiler::Here, None).unwrap();
        let package = Package::unchecked(manifest(self.asks), component);
        let (plugin, told) = runtime.load(&package).await.unwrap();
        assert!(told.is_none());
        let guest = plugin.guest(self.limits, self.granted);
        let result = guest.run(Host::new(host).trunk()).await;
        let line = |request: pianoroll_simulator::LoggedRequest| {
            format!("{} {}", request.method, request.path)
        };
        let requests = simulator.requests().into_iter().map(line).collect();
        let logs = heard.0.lock().unwrap().clone();
        Ended { result, usage: guest.usage(), logs, requests }
    }
}
