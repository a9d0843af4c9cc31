// Generated from spec/ by pianoroll-codegen.

use crate::operation as t;
use ::pianoroll_model::{Effect, Retry, Revision};
static APP: [t::App; 1usize] = [
    t::App {
        id: "loop",
        name: "Loop \"quoted\" \\ and `ticked`",
        doc: "An app named by a keyword.",
        host: t::Host::Gateway,
        prefix: "/loop",
        revision_header: Some("revision"),
        revisions: &[
            Revision::constant(2024i16, 10i8, 15i8),
            Revision::constant(2025i16, 1i8, 15i8),
        ],
        retired_after_years: None,
        json_api: true,
        budgets: &[],
    },
];
static TIERS_0: [t::Tier; 2usize] = [
    t::Tier {
        id: "self",
        burst: Some(1u32),
        steady: Some(2u32),
    },
    t::Tier {
        id: "free",
        burst: None,
        steady: None,
    },
];
/// The apps, by id.
pub static APPS: &[t::App] = &APP;
/// The types of all resources: app by app, module by module, the main type first.
pub static RESOURCES: &[t::Resource] = &[
    t::Resource {
        app: &APP[0usize],
        module: "match",
        kind: "match",
        main: true,
        doc: "Operations named like what generated code leans on.",
        name: None,
        attributes: &[],
        relationships: &[],
    },
    t::Resource {
        app: &APP[0usize],
        module: "type",
        kind: "Self",
        main: true,
        doc: "A resource named by a keyword, in a module named by another.",
        name: Some("type"),
        attributes: &[
            t::Attribute {
                name: "type",
                kind: t::Kind::String,
                nullable: false,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "self",
                kind: t::Kind::String,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "crate",
                kind: t::Kind::Int,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "fn",
                kind: t::Kind::Bool,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "async",
                kind: t::Kind::Float,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "other",
                kind: t::Kind::Any,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "Also the name of the field that keeps the rest.",
            },
            t::Attribute {
                name: "2fa",
                kind: t::Kind::Bool,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "$value",
                kind: t::Kind::Float,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "flow-triggers",
                kind: t::Kind::List(&t::Kind::List(&t::Kind::Int)),
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "externalId",
                kind: t::Kind::String,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
            t::Attribute {
                name: "quote\"and\\slash",
                kind: t::Kind::Enum(&["a b", "match", "2"]),
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "A \"doc\" with \\ and */ and `ticks`.",
            },
        ],
        relationships: &[
            t::Relationship {
                name: "static",
                kind: "static",
            },
            t::Relationship {
                name: "loop",
                kind: "2fa",
            },
        ],
    },
    t::Resource {
        app: &APP[0usize],
        module: "type",
        kind: "static",
        main: false,
        doc: "Another keyword.",
        name: None,
        attributes: &[
            t::Attribute {
                name: "match",
                kind: t::Kind::Map,
                nullable: true,
                additional: false,
                read_only: false,
                write_only: false,
                doc: "",
            },
        ],
        relationships: &[],
    },
    t::Resource {
        app: &APP[0usize],
        module: "type",
        kind: "2fa",
        main: false,
        doc: "A type that begins with a digit.",
        name: None,
        attributes: &[],
        relationships: &[],
    },
];
/// All operations, sorted by id.
pub static OPERATIONS: &[t::Operation] = &[
    t::Operation {
        id: "match.default",
        app: &APP[0usize],
        module: "match",
        name: "default",
        wit: t::WitName {
            interface: "match",
            function: "default",
        },
        title: "Default",
        doc: "An id in the body, and data beside it.",
        source: "spec/loop/match.toml:54",
        route: t::Route {
            method: t::Method::Patch,
            path: "/api/default",
        },
        documented: Some(t::Route {
            method: t::Method::Patch,
            path: "/api/default",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Write,
        effect_when: &[],
        retry: Retry::Once,
        key: None,
        probe: None,
        tier: &TIERS_0[1usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: Some(t::Body {
            shape: t::Shape::Attributes,
            kind: "match",
            attributes: &[],
            required: &[],
            closed: true,
            id: t::BodyId::Key("self"),
            relationships: &[],
            nested: &[],
            meta: &["loop"],
        }),
        answer: t::Answer::One("match"),
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{}",
                body: Some("{\"self\":\"1\"}"),
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "match.loop",
        app: &APP[0usize],
        module: "match",
        name: "loop",
        wit: t::WitName {
            interface: "match",
            function: "loop",
        },
        title: "Loop",
        doc: "Ids, many at a time.",
        source: "spec/loop/match.toml:13",
        route: t::Route {
            method: t::Method::Post,
            path: "/api/loop",
        },
        documented: Some(t::Route {
            method: t::Method::Post,
            path: "/api/loop",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Write,
        effect_when: &[],
        retry: Retry::Idempotent,
        key: None,
        probe: None,
        tier: &TIERS_0[1usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: Some(t::Body {
            shape: t::Shape::Identifiers { max: 3u32 },
            kind: "static",
            attributes: &[],
            required: &[],
            closed: true,
            id: t::BodyId::None,
            relationships: &[],
            nested: &[],
            meta: &[],
        }),
        answer: t::Answer::None,
        ok: &[204u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{}",
                body: Some("[\"1\"]"),
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "match.option",
        app: &APP[0usize],
        module: "match",
        name: "option",
        wit: t::WitName {
            interface: "match",
            function: "option",
        },
        title: "Option",
        doc: "Named like a type of the prelude.",
        source: "spec/loop/match.toml:24",
        route: t::Route {
            method: t::Method::Get,
            path: "/api/option",
        },
        documented: None,
        documented_only: None,
        since: Some(Revision::constant(2025i16, 1i8, 15i8)),
        effect: Effect::Read,
        effect_when: &[],
        retry: Retry::Safe,
        key: None,
        probe: None,
        tier: &TIERS_0[1usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: None,
        answer: t::Answer::Map,
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{}",
                body: None,
                answer: None,
                modes: &[t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "match.some",
        app: &APP[0usize],
        module: "match",
        name: "some",
        wit: t::WitName {
            interface: "match",
            function: "some",
        },
        title: "Some",
        doc: "Named like a value of the prelude.",
        source: "spec/loop/match.toml:34",
        route: t::Route {
            method: t::Method::Get,
            path: "/api/some",
        },
        documented: Some(t::Route {
            method: t::Method::Get,
            path: "/api/some",
        }),
        documented_only: Some("nobody has it"),
        since: None,
        effect: Effect::Read,
        effect_when: &[],
        retry: Retry::Safe,
        key: None,
        probe: None,
        tier: &TIERS_0[1usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: None,
        answer: t::Answer::Map,
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{}",
                body: None,
                answer: None,
                modes: &[t::Mode::Documented],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "match.switch",
        app: &APP[0usize],
        module: "match",
        name: "switch",
        wit: t::WitName {
            interface: "match",
            function: "switch",
        },
        title: "Switch",
        doc: "A word that Rhai keeps.",
        source: "spec/loop/match.toml:5",
        route: t::Route {
            method: t::Method::Get,
            path: "/api/switch",
        },
        documented: Some(t::Route {
            method: t::Method::Get,
            path: "/api/switch",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Read,
        effect_when: &[],
        retry: Retry::Safe,
        key: None,
        probe: None,
        tier: &TIERS_0[1usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &["match"],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: None,
        answer: t::Answer::Many("match"),
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{}",
                body: None,
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "match.vec",
        app: &APP[0usize],
        module: "match",
        name: "vec",
        wit: t::WitName {
            interface: "match",
            function: "vec",
        },
        title: "Vec",
        doc: "Groups.",
        source: "spec/loop/match.toml:43",
        route: t::Route {
            method: t::Method::Put,
            path: "/api/vec",
        },
        documented: Some(t::Route {
            method: t::Method::Put,
            path: "/api/vec",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Write,
        effect_when: &[],
        retry: Retry::Conflicts,
        key: None,
        probe: None,
        tier: &TIERS_0[1usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: Some(t::Body {
            shape: t::Shape::Groups {
                container: "groups",
                outer: "group",
                by: "who",
                list: "list",
                item: "static",
                max: 4u32,
            },
            kind: "vec",
            attributes: &[
                t::Attribute {
                    name: "who",
                    kind: t::Kind::Map,
                    nullable: false,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "match",
                    kind: t::Kind::Map,
                    nullable: false,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
            ],
            required: &["who"],
            closed: true,
            id: t::BodyId::None,
            relationships: &[],
            nested: &[("who", "Self")],
            meta: &[],
        }),
        answer: t::Answer::One("static"),
        ok: &[201u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{}",
                body: Some("[{\"match\":{},\"who\":{\"id\":\"1\"}}]"),
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "type.fn",
        app: &APP[0usize],
        module: "type",
        name: "fn",
        wit: t::WitName {
            interface: "type",
            function: "fn",
        },
        title: "Fn",
        doc: "Deletes.",
        source: "spec/loop/type.toml:92",
        route: t::Route {
            method: t::Method::Delete,
            path: "/api/type/{self}",
        },
        documented: Some(t::Route {
            method: t::Method::Delete,
            path: "/api/fn/{self}",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Delete,
        effect_when: &[],
        retry: Retry::Once,
        key: None,
        probe: Some("type.string"),
        tier: &TIERS_0[0usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: None,
        answer: t::Answer::None,
        ok: &[204u16],
        examples: &[
            t::Example {
                args: &["1"],
                options: "{}",
                body: None,
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "type.import",
        app: &APP[0usize],
        module: "type",
        name: "import",
        wit: t::WitName {
            interface: "type",
            function: "import",
        },
        title: "Import",
        doc: "Ids named like the fields beside them.",
        source: "spec/loop/type.toml:53",
        route: t::Route {
            method: t::Method::Post,
            path: "/api/type/{type}/{body}/{options}",
        },
        documented: Some(t::Route {
            method: t::Method::Post,
            path: "/api/type/{type}/{body}/{options}",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Write,
        effect_when: &[],
        retry: Retry::Keyed,
        key: Some("fn"),
        probe: None,
        tier: &TIERS_0[0usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[
                t::Attribute {
                    name: "filter_by",
                    kind: t::Kind::String,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
            ],
        },
        body: Some(t::Body {
            shape: t::Shape::Items {
                container: "loop",
                item: "Self",
                max: 2u32,
            },
            kind: "import",
            attributes: &[
                t::Attribute {
                    name: "type",
                    kind: t::Kind::String,
                    nullable: false,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "self",
                    kind: t::Kind::String,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "crate",
                    kind: t::Kind::Int,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "fn",
                    kind: t::Kind::Bool,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "async",
                    kind: t::Kind::Float,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "other",
                    kind: t::Kind::Any,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "Also the name of the field that keeps the rest.",
                },
                t::Attribute {
                    name: "2fa",
                    kind: t::Kind::Bool,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "$value",
                    kind: t::Kind::Float,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "flow-triggers",
                    kind: t::Kind::List(&t::Kind::List(&t::Kind::Int)),
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "externalId",
                    kind: t::Kind::String,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "quote\"and\\slash",
                    kind: t::Kind::Enum(&["a b", "match", "2"]),
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "A \"doc\" with \\ and */ and `ticks`.",
                },
            ],
            required: &[],
            closed: true,
            id: t::BodyId::None,
            relationships: &[],
            nested: &[],
            meta: &[],
        }),
        answer: t::Answer::None,
        ok: &[202u16, 204u16],
        examples: &[
            t::Example {
                args: &["1", "2", "3"],
                options: "{\"filter_by\":\"\"}",
                body: Some(
                    "[{\"2fa\":true,\"quote\\\"and\\\\slash\":\"match\",\"type\":\"a\"}]",
                ),
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "type.list",
        app: &APP[0usize],
        module: "type",
        name: "list",
        wit: t::WitName {
            interface: "type",
            function: "list",
        },
        title: "List",
        doc: "Lists: <b>HTML</b>, [a link], ```ticks``` and \"quotes\".",
        source: "spec/loop/type.toml:31",
        route: t::Route {
            method: t::Method::Get,
            path: "/api/type",
        },
        documented: Some(t::Route {
            method: t::Method::Get,
            path: "/api/type",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Read,
        effect_when: &[],
        retry: Retry::Safe,
        key: None,
        probe: None,
        tier: &TIERS_0[0usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[
                t::FilterField {
                    name: "a.b-c",
                    operators: &["equals"],
                },
            ],
            filter_required: &[],
            sort: &["type"],
            sort_coupled: &[],
            include: &[
                t::Relationship {
                    name: "static",
                    kind: "static",
                },
                t::Relationship {
                    name: "loop",
                    kind: "2fa",
                },
            ],
            fields: &["Self", "static", "2fa"],
            additional_fields: &[],
            page: t::Page::Sized {
                size: 1u32,
                max: 2u32,
                undocumented: false,
            },
            parameters: &[
                t::Attribute {
                    name: "new",
                    kind: t::Kind::Int,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "self",
                    kind: t::Kind::String,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "type",
                    kind: t::Kind::List(&t::Kind::String),
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "2fa",
                    kind: t::Kind::Bool,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "fn",
                    kind: t::Kind::Float,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
            ],
        },
        body: None,
        answer: t::Answer::Many("Self"),
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{\"filter\":\"equals(a.b-c,\\\"it's\\\")\",\"new\":1,\"self\":\"x y\"}",
                body: None,
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "type.list_2",
        app: &APP[0usize],
        module: "type",
        name: "list_2",
        wit: t::WitName {
            interface: "type",
            function: "list2",
        },
        title: "List 2",
        doc: "Digits.",
        source: "spec/loop/type.toml:44",
        route: t::Route {
            method: t::Method::Get,
            path: "/api/type/{self}/2",
        },
        documented: Some(t::Route {
            method: t::Method::Get,
            path: "/api/type/{self}/2",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Read,
        effect_when: &[],
        retry: Retry::Safe,
        key: None,
        probe: None,
        tier: &TIERS_0[1usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &["2fa"],
            additional_fields: &[],
            page: t::Page::Fixed(5u32),
            parameters: &[],
        },
        body: None,
        answer: t::Answer::Many("2fa"),
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &["a'b \"c\""],
                options: "{}",
                body: None,
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "type.record",
        app: &APP[0usize],
        module: "type",
        name: "record",
        wit: t::WitName {
            interface: "type",
            function: "record",
        },
        title: "Record",
        doc: "Asks.",
        source: "spec/loop/type.toml:81",
        route: t::Route {
            method: t::Method::Post,
            path: "/api/record",
        },
        documented: Some(t::Route {
            method: t::Method::Post,
            path: "/api/record",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Read,
        effect_when: &[],
        retry: Retry::Safe,
        key: None,
        probe: None,
        tier: &TIERS_0[0usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: Some(t::Body {
            shape: t::Shape::Aggregate,
            kind: "record",
            attributes: &[
                t::Attribute {
                    name: "list",
                    kind: t::Kind::List(&t::Kind::Enum(&["a", "b"])),
                    nullable: false,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "when",
                    kind: t::Kind::Datetime,
                    nullable: false,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
            ],
            required: &["list"],
            closed: false,
            id: t::BodyId::None,
            relationships: &[],
            nested: &[],
            meta: &[],
        }),
        answer: t::Answer::Map,
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &[],
                options: "{}",
                body: Some("{\"list\":[\"a\"],\"when\":\"2024-01-01T00:00:00Z\"}"),
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
    t::Operation {
        id: "type.static",
        app: &APP[0usize],
        module: "type",
        name: "static",
        wit: t::WitName {
            interface: "type",
            function: "static",
        },
        title: "Static",
        doc: "A body whose id is in the path.",
        source: "spec/loop/type.toml:66",
        route: t::Route {
            method: t::Method::Patch,
            path: "/api/type/{self}/static",
        },
        documented: Some(t::Route {
            method: t::Method::Patch,
            path: "/api/type/{self}/static",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Write,
        effect_when: &[
            t::EffectWhen {
                attribute: "fn",
                condition: t::Condition::Present,
                effect: Effect::Send,
            },
            t::EffectWhen {
                attribute: "type",
                condition: t::Condition::Equals("live"),
                effect: Effect::Delete,
            },
        ],
        retry: Retry::Idempotent,
        key: None,
        probe: None,
        tier: &TIERS_0[0usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &[],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: Some(t::Body {
            shape: t::Shape::Attributes,
            kind: "Self",
            attributes: &[
                t::Attribute {
                    name: "type",
                    kind: t::Kind::String,
                    nullable: false,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "self",
                    kind: t::Kind::String,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "crate",
                    kind: t::Kind::Int,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "fn",
                    kind: t::Kind::Bool,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "async",
                    kind: t::Kind::Float,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "other",
                    kind: t::Kind::Any,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "Also the name of the field that keeps the rest.",
                },
                t::Attribute {
                    name: "2fa",
                    kind: t::Kind::Bool,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "$value",
                    kind: t::Kind::Float,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "flow-triggers",
                    kind: t::Kind::List(&t::Kind::List(&t::Kind::Int)),
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "externalId",
                    kind: t::Kind::String,
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "",
                },
                t::Attribute {
                    name: "quote\"and\\slash",
                    kind: t::Kind::Enum(&["a b", "match", "2"]),
                    nullable: true,
                    additional: false,
                    read_only: false,
                    write_only: false,
                    doc: "A \"doc\" with \\ and */ and `ticks`.",
                },
            ],
            required: &["type"],
            closed: true,
            id: t::BodyId::Path,
            relationships: &[
                t::BodyRelationship {
                    key: "loop",
                    name: "loop",
                    kind: "2fa",
                    many: true,
                    max: None,
                    required: false,
                },
                t::BodyRelationship {
                    key: "static",
                    name: "static",
                    kind: "static",
                    many: true,
                    max: Some(1u32),
                    required: false,
                },
            ],
            nested: &[],
            meta: &[],
        }),
        answer: t::Answer::One("Self"),
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &["1"],
                options: "{}",
                body: Some("{\"type\":\"a\"}"),
                answer: None,
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[
            t::Variant {
                since: Revision::constant(2025i16, 1i8, 15i8),
                doc: "Moved.",
                route: t::Route {
                    method: t::Method::Patch,
                    path: "/api/static/{self}",
                },
                body: Some(t::Body {
                    shape: t::Shape::Attributes,
                    kind: "Self",
                    attributes: &[
                        t::Attribute {
                            name: "type",
                            kind: t::Kind::String,
                            nullable: false,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "self",
                            kind: t::Kind::String,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "crate",
                            kind: t::Kind::Int,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "fn",
                            kind: t::Kind::Bool,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "async",
                            kind: t::Kind::Float,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "other",
                            kind: t::Kind::Any,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "Also the name of the field that keeps the rest.",
                        },
                        t::Attribute {
                            name: "2fa",
                            kind: t::Kind::Bool,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "$value",
                            kind: t::Kind::Float,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "flow-triggers",
                            kind: t::Kind::List(&t::Kind::List(&t::Kind::Int)),
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "externalId",
                            kind: t::Kind::String,
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "",
                        },
                        t::Attribute {
                            name: "quote\"and\\slash",
                            kind: t::Kind::Enum(&["a b", "match", "2"]),
                            nullable: true,
                            additional: false,
                            read_only: false,
                            write_only: false,
                            doc: "A \"doc\" with \\ and */ and `ticks`.",
                        },
                    ],
                    required: &["type"],
                    closed: true,
                    id: t::BodyId::Path,
                    relationships: &[
                        t::BodyRelationship {
                            key: "loop",
                            name: "loop",
                            kind: "2fa",
                            many: true,
                            max: None,
                            required: false,
                        },
                        t::BodyRelationship {
                            key: "static",
                            name: "static",
                            kind: "static",
                            many: true,
                            max: Some(1u32),
                            required: false,
                        },
                    ],
                    nested: &[],
                    meta: &[],
                }),
                page: t::Page::None,
                ok: &[200u16],
            },
        ],
    },
    t::Operation {
        id: "type.string",
        app: &APP[0usize],
        module: "type",
        name: "string",
        wit: t::WitName {
            interface: "type",
            function: "string",
        },
        title: "String",
        doc: "Named like a type of the prelude.",
        source: "spec/loop/type.toml:104",
        route: t::Route {
            method: t::Method::Get,
            path: "/api/type/{self}",
        },
        documented: Some(t::Route {
            method: t::Method::Get,
            path: "/api/type/{self}",
        }),
        documented_only: None,
        since: None,
        effect: Effect::Read,
        effect_when: &[],
        retry: Retry::Safe,
        key: None,
        probe: None,
        tier: &TIERS_0[0usize],
        daily: None,
        scopes: &[],
        query: t::Query {
            filter: &[],
            filter_required: &[],
            sort: &[],
            sort_coupled: &[],
            include: &[],
            fields: &["Self"],
            additional_fields: &[],
            page: t::Page::None,
            parameters: &[],
        },
        body: None,
        answer: t::Answer::One("Self"),
        ok: &[200u16],
        examples: &[
            t::Example {
                args: &["1"],
                options: "{}",
                body: None,
                answer: Some(
                    "{\"data\":{\"attributes\":{\"2fa\":true,\"new\":[1],\"type\":\"t\"},\"id\":\"1\",\"type\":\"Self\"}}",
                ),
                modes: &[t::Mode::Documented, t::Mode::Strict, t::Mode::Today],
            },
        ],
        variants: &[],
    },
];
/// One typed request an operation, module by module.
pub mod requests {
    /// Operations named like what generated code leans on.
    pub mod r#match {
        /// A word that Rhai keeps.
        ///
        /// `GET /api/switch` · effect read · retry safe · tier free (the credential's quota only).
        ///
        /// As a script:
        /// ```text
        /// match_::switch_()
        /// ```
        ///
        /// Source: `spec/loop/match.toml:5`.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Switch {
            /// The options by their plain names.
            pub options: crate::arguments::Options,
        }
        impl Switch {
            /// Without options.
            #[must_use]
            pub fn new() -> Self {
                Self {
                    options: ::std::default::Default::default(),
                }
            }
            /// Only these attributes of `match`: none is known.
            #[must_use]
            pub fn fields(
                mut self,
                names: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                crate::request::choose(&mut self.options, "fields", "match", names);
                self
            }
        }
        impl crate::request::TypedRequest for Switch {
            type Answer = crate::request::Document<
                ::std::vec::Vec<
                    crate::request::Typed<super::super::resources::r#match::Match>,
                >,
            >;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[4usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::None,
                    options: self.options,
                }
            }
        }
        /// Ids, many at a time.
        ///
        /// `POST /api/loop` · effect write · retry idempotent · tier free (the credential's quota only).
        ///
        /// Body: a list of ids of `static`, 3 a call; longer ones become several calls.
        ///
        /// As a script:
        /// ```text
        /// match_::loop_(["1"])
        /// ```
        ///
        /// Source: `spec/loop/match.toml:13`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Loop {
            /// The body: shorthand, or a document with a top-level `data`.
            pub body: ::serde_json::Value,
        }
        impl Loop {
            /// With a body.
            #[must_use]
            pub fn new(
                body: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                Self {
                    body: ::serde_json::Value::from(crate::request::texts(body)),
                }
            }
        }
        impl crate::request::TypedRequest for Loop {
            type Answer = ();
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[1usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::Some(self.body),
                    options: ::std::default::Default::default(),
                }
            }
        }
        /// Named like a type of the prelude.
        ///
        /// `GET /api/option` · effect read · retry safe · tier free (the credential's quota only).
        ///
        /// As a script:
        /// ```text
        /// match_::option()
        /// ```
        ///
        /// Source: `spec/loop/match.toml:24`.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Option {}
        impl Option {
            /// Without options.
            #[must_use]
            pub fn new() -> Self {
                Self {}
            }
        }
        impl crate::request::TypedRequest for Option {
            type Answer = ::serde_json::Value;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[2usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::None,
                    options: ::std::default::Default::default(),
                }
            }
        }
        /// Named like a value of the prelude.
        ///
        /// `GET /api/some` · effect read · retry safe · tier free (the credential's quota only).
        ///
        /// Documented only: nobody has it.
        ///
        /// As a script:
        /// ```text
        /// match_::some()
        /// ```
        ///
        /// Source: `spec/loop/match.toml:34`.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Some {}
        impl Some {
            /// Without options.
            #[must_use]
            pub fn new() -> Self {
                Self {}
            }
        }
        impl crate::request::TypedRequest for Some {
            type Answer = ::serde_json::Value;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[3usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::None,
                    options: ::std::default::Default::default(),
                }
            }
        }
        /// Groups.
        ///
        /// `PUT /api/vec` · effect write · retry conflicts · tier free (the credential's quota only).
        ///
        /// Body: a list of maps of `who` (required), `match`; 4 a call, longer ones become several calls.
        ///
        /// As a script:
        /// ```text
        /// match_::vec([#{ "match": #{}, who: #{ id: "1" } }])
        /// ```
        ///
        /// Source: `spec/loop/match.toml:43`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Vec {
            /// The body: shorthand, or a document with a top-level `data`.
            pub body: ::serde_json::Value,
        }
        impl Vec {
            /// With a body.
            #[must_use]
            pub fn new(body: impl ::std::convert::Into<::serde_json::Value>) -> Self {
                Self { body: body.into() }
            }
        }
        impl crate::request::TypedRequest for Vec {
            type Answer = crate::request::Document<
                crate::request::Typed<super::super::resources::r#type::Static>,
            >;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[5usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::Some(self.body),
                    options: ::std::default::Default::default(),
                }
            }
        }
        /// An id in the body, and data beside it.
        ///
        /// `PATCH /api/default` · effect write · retry once · tier free (the credential's quota only).
        ///
        /// Body: a map of `self` (required), `loop`.
        ///
        /// As a script:
        /// ```text
        /// match_::default_(#{ self: "1" })
        /// ```
        ///
        /// Source: `spec/loop/match.toml:54`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Default {
            /// The body: shorthand, or a document with a top-level `data`.
            pub body: ::serde_json::Value,
        }
        impl Default {
            /// With a body.
            #[must_use]
            pub fn new(body: impl ::std::convert::Into<::serde_json::Value>) -> Self {
                Self { body: body.into() }
            }
        }
        impl crate::request::TypedRequest for Default {
            type Answer = crate::request::Document<
                crate::request::Typed<super::super::resources::r#match::Match>,
            >;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[0usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::Some(self.body),
                    options: ::std::default::Default::default(),
                }
            }
        }
    }
    /// A resource named by a keyword, in a module named by another.
    pub mod r#type {
        /// Lists: <b>HTML</b>, [a link], ```ticks``` and "quotes".
        ///
        /// `GET /api/type` · effect read · retry safe · tier self (1/s, 2/min).
        ///
        /// As a script:
        /// ```text
        /// type::list(#{ filter: "equals(a.b-c,\"it's\")", "new": 1, self: "x y" })
        /// ```
        ///
        /// Source: `spec/loop/type.toml:31`.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct List {
            /// The options by their plain names.
            pub options: crate::arguments::Options,
        }
        impl List {
            /// Without options.
            #[must_use]
            pub fn new() -> Self {
                Self {
                    options: ::std::default::Default::default(),
                }
            }
            /// Filters: `a.b-c` (equals).
            #[must_use]
            pub fn filter(
                mut self,
                value: impl ::std::convert::Into<::std::string::String>,
            ) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("filter"),
                        ::serde_json::Value::from(value.into()),
                    );
                self
            }
            /// Sorts by `type`; `-` before it for descending.
            #[must_use]
            pub fn sort(
                mut self,
                value: impl ::std::convert::Into<::std::string::String>,
            ) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("sort"),
                        ::serde_json::Value::from(value.into()),
                    );
                self
            }
            /// Includes `static` or `loop`.
            #[must_use]
            pub fn include(
                mut self,
                names: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("include"),
                        ::serde_json::Value::from(crate::request::texts(names)),
                    );
                self
            }
            /// Rows a page, at most 2; 1 without it.
            #[must_use]
            pub fn page_size(mut self, value: u32) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("page_size"),
                        ::serde_json::Value::from(value),
                    );
                self
            }
            /// Goes on where an earlier page ended.
            #[must_use]
            pub fn cursor(
                mut self,
                value: impl ::std::convert::Into<::std::string::String>,
            ) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("cursor"),
                        ::serde_json::Value::from(value.into()),
                    );
                self
            }
            /// Only these attributes of `Self`: `type`, `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId` or `quote"and\slash`.
            #[must_use]
            pub fn fields(
                mut self,
                names: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                crate::request::choose(&mut self.options, "fields", "Self", names);
                self
            }
            /// Only these attributes of `static`: `match`.
            #[must_use]
            pub fn fields_static(
                mut self,
                names: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                crate::request::choose(&mut self.options, "fields", "static", names);
                self
            }
            /// Only these attributes of `2fa`: none is known.
            #[must_use]
            pub fn fields_2fa(
                mut self,
                names: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                crate::request::choose(&mut self.options, "fields", "2fa", names);
                self
            }
            /// `int`.
            #[must_use]
            pub fn new_(mut self, value: i64) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("new"),
                        ::serde_json::Value::from(value),
                    );
                self
            }
            /// `string`.
            #[must_use]
            pub fn self_(mut self, value: &str) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("self"),
                        ::serde_json::Value::from(value),
                    );
                self
            }
            /// `list<string>`.
            #[must_use]
            pub fn r#type(mut self, value: ::serde_json::Value) -> Self {
                self.options.insert(::std::string::String::from("type"), value);
                self
            }
            /// `bool`.
            #[must_use]
            pub fn n2fa(mut self, value: bool) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("2fa"),
                        ::serde_json::Value::from(value),
                    );
                self
            }
            /// `float`.
            #[must_use]
            pub fn r#fn(mut self, value: f64) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("fn"),
                        ::serde_json::Value::from(value),
                    );
                self
            }
        }
        impl crate::request::TypedRequest for List {
            type Answer = crate::request::Document<
                ::std::vec::Vec<
                    crate::request::Typed<super::super::resources::r#type::Self_>,
                >,
            >;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[8usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::None,
                    options: self.options,
                }
            }
        }
        /// Digits.
        ///
        /// `GET /api/type/{self}/2` · effect read · retry safe · tier free (the credential's quota only).
        ///
        /// As a script:
        /// ```text
        /// type::list_2("a'b \"c\"")
        /// ```
        ///
        /// Source: `spec/loop/type.toml:44`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct List2 {
            /// `{self}` of the path.
            pub self_: ::std::string::String,
            /// The options by their plain names.
            pub options: crate::arguments::Options,
        }
        impl List2 {
            /// With the ids of the path.
            #[must_use]
            pub fn new(self_: impl ::std::convert::Into<::std::string::String>) -> Self {
                Self {
                    self_: self_.into(),
                    options: ::std::default::Default::default(),
                }
            }
            /// Goes on where an earlier page ended.
            #[must_use]
            pub fn cursor(
                mut self,
                value: impl ::std::convert::Into<::std::string::String>,
            ) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("cursor"),
                        ::serde_json::Value::from(value.into()),
                    );
                self
            }
            /// Only these attributes of `2fa`: none is known.
            #[must_use]
            pub fn fields(
                mut self,
                names: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                crate::request::choose(&mut self.options, "fields", "2fa", names);
                self
            }
        }
        impl crate::request::TypedRequest for List2 {
            type Answer = crate::request::Document<
                ::std::vec::Vec<
                    crate::request::Typed<super::super::resources::r#type::N2fa>,
                >,
            >;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[9usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![self.self_],
                    body: ::std::option::Option::None,
                    options: self.options,
                }
            }
        }
        /// Ids named like the fields beside them.
        ///
        /// `POST /api/type/{type}/{body}/{options}` · effect write · retry keyed · tier self (1/s, 2/min).
        ///
        /// Body: a list of maps of `type`, `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId`, `quote"and\slash`; 2 a call, longer ones become several calls.
        ///
        /// As a script:
        /// ```text
        /// type::import_("1", "2", "3", [#{ "2fa": true, "quote\"and\\slash": "match", type: "a" }], #{ filter_by: "" })
        /// ```
        ///
        /// Source: `spec/loop/type.toml:53`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Import {
            /// `{type}` of the path.
            pub r#type: ::std::string::String,
            /// `{body}` of the path.
            pub body_: ::std::string::String,
            /// `{options}` of the path.
            pub options_: ::std::string::String,
            /// The body: shorthand, or a document with a top-level `data`.
            pub body: ::serde_json::Value,
            /// The options by their plain names.
            pub options: crate::arguments::Options,
        }
        impl Import {
            /// With the ids of the path and a body.
            #[must_use]
            pub fn new(
                r#type: impl ::std::convert::Into<::std::string::String>,
                body_: impl ::std::convert::Into<::std::string::String>,
                options_: impl ::std::convert::Into<::std::string::String>,
                body: impl ::std::convert::Into<::serde_json::Value>,
            ) -> Self {
                Self {
                    r#type: r#type.into(),
                    body_: body_.into(),
                    options_: options_.into(),
                    body: body.into(),
                    options: ::std::default::Default::default(),
                }
            }
            /// `string`.
            #[must_use]
            pub fn filter_by(mut self, value: &str) -> Self {
                self.options
                    .insert(
                        ::std::string::String::from("filter_by"),
                        ::serde_json::Value::from(value),
                    );
                self
            }
        }
        impl crate::request::TypedRequest for Import {
            type Answer = ();
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[7usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![self.r#type, self.body_, self.options_],
                    body: ::std::option::Option::Some(self.body),
                    options: self.options,
                }
            }
        }
        /// A body whose id is in the path.
        ///
        /// `PATCH /api/type/{self}/static` · effect write, send with `fn`, delete with `type` = `live` · retry idempotent · tier self (1/s, 2/min).
        ///
        /// Body: a map of `loop`, `static`, `type` (required), `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId`, `quote"and\slash`.
        ///
        /// As a script:
        /// ```text
        /// type::static_("1", #{ type: "a" })
        /// ```
        ///
        /// Source: `spec/loop/type.toml:66`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Static {
            /// `{self}` of the path.
            pub self_: ::std::string::String,
            /// The body: shorthand, or a document with a top-level `data`.
            pub body: ::serde_json::Value,
        }
        impl Static {
            /// With the ids of the path and a body.
            #[must_use]
            pub fn new(
                self_: impl ::std::convert::Into<::std::string::String>,
                body: impl ::std::convert::Into<::serde_json::Value>,
            ) -> Self {
                Self {
                    self_: self_.into(),
                    body: body.into(),
                }
            }
        }
        impl crate::request::TypedRequest for Static {
            type Answer = crate::request::Document<
                crate::request::Typed<super::super::resources::r#type::Self_>,
            >;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[11usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![self.self_],
                    body: ::std::option::Option::Some(self.body),
                    options: ::std::default::Default::default(),
                }
            }
        }
        /// Asks.
        ///
        /// `POST /api/record` · effect read · retry safe · tier self (1/s, 2/min).
        ///
        /// Body: a map of `list` (required), `when`.
        ///
        /// As a script:
        /// ```text
        /// type::record(#{ list: ["a"], when: "2024-01-01T00:00:00Z" })
        /// ```
        ///
        /// Source: `spec/loop/type.toml:81`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Record {
            /// The body: shorthand, or a document with a top-level `data`.
            pub body: ::serde_json::Value,
        }
        impl Record {
            /// With a body.
            #[must_use]
            pub fn new(body: impl ::std::convert::Into<::serde_json::Value>) -> Self {
                Self { body: body.into() }
            }
        }
        impl crate::request::TypedRequest for Record {
            type Answer = ::serde_json::Value;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[10usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![],
                    body: ::std::option::Option::Some(self.body),
                    options: ::std::default::Default::default(),
                }
            }
        }
        /// Deletes.
        ///
        /// `DELETE /api/type/{self}` · effect delete · retry once · tier self (1/s, 2/min).
        ///
        /// As a script:
        /// ```text
        /// type::fn_("1")
        /// ```
        ///
        /// Source: `spec/loop/type.toml:92`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Fn {
            /// `{self}` of the path.
            pub self_: ::std::string::String,
        }
        impl Fn {
            /// With the ids of the path.
            #[must_use]
            pub fn new(self_: impl ::std::convert::Into<::std::string::String>) -> Self {
                Self { self_: self_.into() }
            }
        }
        impl crate::request::TypedRequest for Fn {
            type Answer = ();
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[6usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![self.self_],
                    body: ::std::option::Option::None,
                    options: ::std::default::Default::default(),
                }
            }
        }
        /// Named like a type of the prelude.
        ///
        /// `GET /api/type/{self}` · effect read · retry safe · tier self (1/s, 2/min).
        ///
        /// As a script:
        /// ```text
        /// type::string("1")
        /// ```
        ///
        /// Source: `spec/loop/type.toml:104`.
        #[derive(Clone, Debug, PartialEq)]
        pub struct String {
            /// `{self}` of the path.
            pub self_: ::std::string::String,
            /// The options by their plain names.
            pub options: crate::arguments::Options,
        }
        impl String {
            /// With the ids of the path.
            #[must_use]
            pub fn new(self_: impl ::std::convert::Into<::std::string::String>) -> Self {
                Self {
                    self_: self_.into(),
                    options: ::std::default::Default::default(),
                }
            }
            /// Only these attributes of `Self`: `type`, `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId` or `quote"and\slash`.
            #[must_use]
            pub fn fields(
                mut self,
                names: impl ::std::iter::IntoIterator<
                    Item = impl ::std::convert::Into<::std::string::String>,
                >,
            ) -> Self {
                crate::request::choose(&mut self.options, "fields", "Self", names);
                self
            }
        }
        impl crate::request::TypedRequest for String {
            type Answer = crate::request::Document<
                crate::request::Typed<super::super::resources::r#type::Self_>,
            >;
            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[12usize]
            }
            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![self.self_],
                    body: ::std::option::Option::None,
                    options: self.options,
                }
            }
        }
    }
}
/// The attributes of resources, module by module. All are optional: answers leave out what was not asked for.
pub mod resources {
    /// Operations named like what generated code leans on.
    pub mod r#match {
        /// Operations named like what generated code leans on.
        #[derive(
            Clone,
            Debug,
            Default,
            PartialEq,
            ::serde::Deserialize,
            ::serde::Serialize
        )]
        pub struct Match {
            /// Attributes that the spec does not know.
            #[serde(flatten)]
            pub other: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        }
        impl ::std::convert::From<Match> for ::serde_json::Value {
            /// As a body: what is `None` is left out.
            fn from(attributes: Match) -> Self {
                ::serde_json::to_value(attributes).unwrap_or_default()
            }
        }
    }
    /// A resource named by a keyword, in a module named by another.
    pub mod r#type {
        /// A resource named by a keyword, in a module named by another.
        #[derive(
            Clone,
            Debug,
            Default,
            PartialEq,
            ::serde::Deserialize,
            ::serde::Serialize
        )]
        pub struct Self_ {
            /// `string`.
            #[serde(
                rename = "type",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub r#type: ::std::option::Option<::std::string::String>,
            /// `string`.
            #[serde(
                rename = "self",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub self_: ::std::option::Option<::std::string::String>,
            /// `int`.
            #[serde(
                rename = "crate",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub crate_: ::std::option::Option<i64>,
            /// `bool`.
            #[serde(
                rename = "fn",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub r#fn: ::std::option::Option<bool>,
            /// `float`.
            #[serde(
                rename = "async",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub r#async: ::std::option::Option<f64>,
            /// `any`: Also the name of the field that keeps the rest.
            #[serde(
                rename = "other",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub other_: ::std::option::Option<::serde_json::Value>,
            /// `bool`.
            #[serde(
                rename = "2fa",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub n2fa: ::std::option::Option<bool>,
            /// `float`.
            #[serde(
                rename = "$value",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub value: ::std::option::Option<f64>,
            /// `list<list<int>>`.
            #[serde(
                rename = "flow-triggers",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub flow_triggers: ::std::option::Option<
                ::std::vec::Vec<::std::vec::Vec<i64>>,
            >,
            /// `string`.
            #[serde(
                rename = "externalId",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub external_id: ::std::option::Option<::std::string::String>,
            /// `enum(a b,match,2)`: A "doc" with \ and */ and `ticks`.
            #[serde(
                rename = "quote\"and\\slash",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub quote_and_slash: ::std::option::Option<::std::string::String>,
            /// Attributes that the spec does not know.
            #[serde(flatten)]
            pub other: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        }
        impl ::std::convert::From<Self_> for ::serde_json::Value {
            /// As a body: what is `None` is left out.
            fn from(attributes: Self_) -> Self {
                ::serde_json::to_value(attributes).unwrap_or_default()
            }
        }
        /// Another keyword.
        #[derive(
            Clone,
            Debug,
            Default,
            PartialEq,
            ::serde::Deserialize,
            ::serde::Serialize
        )]
        pub struct Static {
            /// `map`.
            #[serde(
                rename = "match",
                default,
                skip_serializing_if = "::std::option::Option::is_none"
            )]
            pub r#match: ::std::option::Option<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
            >,
            /// Attributes that the spec does not know.
            #[serde(flatten)]
            pub other: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        }
        impl ::std::convert::From<Static> for ::serde_json::Value {
            /// As a body: what is `None` is left out.
            fn from(attributes: Static) -> Self {
                ::serde_json::to_value(attributes).unwrap_or_default()
            }
        }
        /// A type that begins with a digit.
        #[derive(
            Clone,
            Debug,
            Default,
            PartialEq,
            ::serde::Deserialize,
            ::serde::Serialize
        )]
        pub struct N2fa {
            /// Attributes that the spec does not know.
            #[serde(flatten)]
            pub other: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        }
        impl ::std::convert::From<N2fa> for ::serde_json::Value {
            /// As a body: what is `None` is left out.
            fn from(attributes: N2fa) -> Self {
                ::serde_json::to_value(attributes).unwrap_or_default()
            }
        }
    }
}
