//! Operations that nothing special is known about: those that a line in the spec adds.

use pianoroll_api::operation::{
    Answer, Attribute, Body, BodyId, Kind, Method, Operation, Page, Query, Route, Shape, find,
};
use pianoroll_model::{Effect, Retry};
use serde_json::{Value, json};

use super::{Ask, account, ask, ids, start};

/// An operation that is not in the table.
fn added(
    id: &'static str,
    method: Method,
    path: &'static str,
    answer: Answer,
    body: Option<Body>,
) -> &'static Operation {
    let like = find("coupons.list").unwrap();
    let query = Query {
        filter: &[],
        filter_required: &[],
        sort: &["external_id"],
        sort_coupled: &[],
        include: &[],
        fields: &[],
        additional_fields: &[],
        page: if matches!(answer, Answer::Many(_)) { Page::Fixed(100) } else { Page::None },
        parameters: &[],
    };
    Box::leak(Box::new(Operation {
        id,
        app: like.app,
        module: like.module,
        name: "added",
        wit: like.wit,
        title: "",
        doc: "",
        source: "",
        route: Route { method, path },
        documented: None,
        documented_only: None,
        since: None,
        effect: Effect::Write,
        effect_when: &[],
        retry: Retry::Once,
        key: None,
        probe: None,
        tier: like.tier,
        daily: None,
        scopes: &[],
        query,
        body,
        answer,
        ok: if answer == Answer::None { &[204] } else { &[200] },
        examples: &[],
        variants: &[],
    }))
}

fn description(kind: &'static str, id: BodyId) -> Body {
    const ATTRIBUTES: &[Attribute] = &[Attribute {
        name: "description",
        kind: Kind::String,
        nullable: true,
        additional: false,
        read_only: false,
        write_only: false,
        doc: "",
    }];
    Body {
        shape: Shape::Attributes,
        kind,
        attributes: ATTRIBUTES,
        required: &[],
        closed: true,
        id,
        relationships: &[],
        nested: &[],
        meta: &[],
    }
}

fn request(operation: &'static Operation) -> Ask {
    Ask { operation, ..ask("coupons.list") }
}

#[test]
fn a_new_operation_works_by_its_path_and_body_alone() {
    let mut state = account();
    let path = "/api/coupons/{coupon_id}";
    let get = added("coupons.get", Method::Get, path, Answer::One("coupon"), None);
    let update = Some(description("coupon", BodyId::Path));
    let update = added("coupons.update", Method::Patch, path, Answer::One("coupon"), update);
    let delete = added("coupons.delete", Method::Delete, path, Answer::None, None);
    let codes = "/api/coupons/{coupon_id}/coupon-codes";
    let codes = added("coupons.list_codes", Method::Get, codes, Answer::Many("coupon-code"), None);

    let body = json!({ "description": "Changed" });
    let changed = request(update).id("WELCOME10").body(body).ok(&mut state);
    assert_eq!(changed["data"]["attributes"]["description"], "Changed");
    assert_eq!(request(get).id("WELCOME10").ok(&mut state), changed);
    let listed = request(codes).id("WELCOME10").ok(&mut state);
    assert_eq!(ids(&listed).len(), 20);
    assert!(ids(&listed).iter().all(|id| id.starts_with("WELCOME10-")));
    assert_eq!(request(delete).id("WELCOME10").ok(&mut state), Value::Null);
    assert!(request(get).id("WELCOME10").refused(&mut state).starts_with("404"));
    assert!(request(codes).id("WELCOME10").refused(&mut state).starts_with("404"));
}

#[test]
fn a_new_type_is_created_and_kept() {
    let mut state = account();
    let body = description("universal-content", BodyId::None);
    let create = added(
        "contents.create",
        Method::Post,
        "/api/universal-contents",
        Answer::One("universal-content"),
        Some(body),
    );
    let list = added(
        "contents.list",
        Method::Get,
        "/api/universal-contents",
        Answer::Many("universal-content"),
        None,
    );
    assert!(ids(&request(list).ok(&mut state)).is_empty());
    let made = request(create).body(json!({ "description": "One" })).ok(&mut state);
    assert_eq!(ids(&request(list).ok(&mut state)), [made["data"]["id"].as_str().unwrap()]);
}

#[test]
fn links_are_added_read_and_taken_away() {
    let mut state = account();
    let path = "/api/catalog-items/{catalog_item_id}/relationships/categories";
    let identifiers = || {
        Some(Body {
            shape: Shape::Identifiers { max: 10 },
            ..description("catalog-category", BodyId::None)
        })
    };
    let add =
        added("catalog_items.add_categories", Method::Post, path, Answer::None, identifiers());
    let set =
        added("catalog_items.set_categories", Method::Patch, path, Answer::None, identifiers());
    let remove =
        added("catalog_items.remove_categories", Method::Delete, path, Answer::None, identifiers());
    let read = added(
        "catalog_items.list_category_ids",
        Method::Get,
        path,
        Answer::Many("catalog-category"),
        None,
    );
    let id = "$custom:::$default:::PROD-001";
    let category = |name: &str| format!("$custom:::$default:::CAT-{name}");
    request(add).id(id).body(json!([category("HATS")])).ok(&mut state);
    assert_eq!(ids(&request(read).id(id).ok(&mut state)), [category("SHOES"), category("HATS")]);
    request(remove).id(id).body(json!([category("SHOES")])).ok(&mut state);
    request(set).id(id).body(json!([category("BAGS")])).later(1).ok(&mut state);
    assert_eq!(ids(&request(read).id(id).ok(&mut state)), [category("BAGS")]);
    let refused =
        request(add).id(id).body(json!(["$custom:::$default:::NONE"])).refused(&mut state);
    assert!(refused.starts_with("404"), "{refused}");
    assert_eq!(request(read).id(id).now, start());
}
