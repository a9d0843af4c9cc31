//! The catalog and the coupons.

use serde_json::{Value, json};

use super::super::State;
use super::super::random::{base62, mix, pick};
use super::super::record::Record;
use super::super::time::{DAY, stamp};

/// Items, the document's among them.
const ITEMS: u64 = 250;

/// Codes of the document's coupon besides its own: more than a page.
const CODES: u64 = 120;

const CATEGORIES: &[&str] = &["Bags", "Hats", "Jackets", "Shirts", "Shoes", "Socks"];
const COLOURS: &[&str] = &["Black", "Blue", "Green", "Grey", "Red", "White"];

/// The id of what the shop calls `external`.
pub(in super::super) fn catalog_id(external: &str) -> String {
    format!("$custom:::$default:::{external}")
}

pub(super) fn fill(state: &mut State) {
    for (number, name) in CATEGORIES.iter().enumerate() {
        let external = format!("CAT-{}", name.to_uppercase());
        let time = stamp(state.start - (900 - number as i64) * DAY);
        let attributes = json!({ "external_id": external, "name": name, "updated": time });
        state.insert("catalog-category", Record::new(catalog_id(&external), attributes));
    }
    for number in 1..=ITEMS {
        item(state, number);
    }
    coupons(state);
}

fn item(state: &mut State, number: u64) {
    let drawn = mix(0, 120, number);
    let category = if number == 1 { "Shoes" } else { pick(CATEGORIES, drawn) };
    let (external, title, price, slug) = match number {
        1 => (
            "PROD-001".to_owned(),
            "Blue Running Shoes".to_owned(),
            129.99,
            "blue-running-shoes".to_owned(),
        ),
        _ => (
            format!("SHOP-{number:04}"),
            format!("{} {category} {number}", pick(COLOURS, drawn >> 8)),
            (900 + (drawn >> 16) % 24_000) as f64 / 100.0,
            format!("item-{number:04}"),
        ),
    };
    let url = format!("https://store.example.com/products/{slug}");
    let image = format!("https://store.example.com/images/{slug}.jpg");
    let created = state.start - 800 * DAY + number as i64 * 2 * DAY;
    let common = |external: &str, title: String| {
        json!({
            "external_id": external,
            "title": title,
            "description": format!("{category} from our own workshop."),
            "price": price,
            "url": url,
            "image_full_url": image,
            "image_thumbnail_url": image,
            "images": [image],
            "custom_metadata": {},
            "published": !number.is_multiple_of(17),
            "created": stamp(created),
            "updated": stamp(created + 10 * DAY),
        })
    };
    let id = catalog_id(&external);
    let record = Record::new(id.clone(), common(&external, title.clone()));
    let categories = vec![catalog_id(&format!("CAT-{}", category.to_uppercase()))];
    state.insert("catalog-item", record.many("categories", "catalog-category", categories));
    for (place, size) in ["S", "L"].into_iter().enumerate() {
        let variant = format!("{external}-{size}");
        let mut attributes = common(&variant, format!("{title} {size}"));
        if let Value::Object(map) = &mut attributes {
            map.insert("sku".to_owned(), json!(format!("SKU-{number:04}-{size}")));
            map.insert("inventory_policy".to_owned(), json!(drawn >> 30 & 1));
            map.insert("inventory_quantity".to_owned(), json!((drawn >> (32 + 8 * place)) % 60));
        }
        let variant = Record::new(catalog_id(&variant), attributes);
        state.insert("catalog-variant", variant.one("item", "catalog-item", id.clone()));
    }
}

/// The coupon that the document creates and uses.
const COUPON: &str = "SUMMER_SALE_2024";

fn coupons(state: &mut State) {
    state.creatable.insert(COUPON);
    let coupons = [
        (COUPON, "Summer sale discount coupon"),
        ("WELCOME10", "Ten per cent for new customers"),
        ("WINBACK15", "Fifteen per cent for those who come back"),
    ];
    for (id, description) in coupons {
        let attributes = json!({ "external_id": id, "description": description });
        state.insert("coupon", Record::new(id, attributes));
        let first = (id == COUPON).then(|| "SAVE10NOW".to_owned());
        let count = if first.is_some() { CODES } else { 20 };
        let others = (0..count)
            .map(|number| format!("{}{}", &id[..4], base62(mix(0, 121, number), 8).to_uppercase()));
        for (number, code) in first.into_iter().chain(others).enumerate() {
            let status = match number % 5 {
                3 => "USED",
                4 => "ASSIGNED_TO_PROFILE",
                _ => "UNASSIGNED",
            };
            let attributes = json!({
                "unique_code": code, "expires_at": stamp(state.start + 365 * DAY - number as i64 * 3_600), "status": status,
            });
            let mut record =
                Record::new(format!("{id}-{code}"), attributes).one("coupon", "coupon", id);
            if status != "UNASSIGNED" {
                let holder = state.profiles.people.id(number as u64 % state.profiles.people.count);
                record = record.one("profile", "profile", holder);
            }
            state.insert("coupon-code", record);
        }
    }
    let job = json!({
        "status": "complete", "created_at": stamp(state.start - 3 * DAY), "total_count": 1, "completed_count": 1,
        "failed_count": 0, "completed_at": stamp(state.start - 3 * DAY + 5), "expires_at": stamp(state.start + 4 * DAY),
        "errors": [],
    });
    let codes = vec!["SUMMER_SALE_2024-SAVE10NOW".to_owned()];
    let job = Record::new("Y291cG9uLWpvYi0x", job).many("coupon-codes", "coupon-code", codes);
    state.insert("coupon-code-bulk-create-job", job);
}
