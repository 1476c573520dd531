//! Reading: `search`, `read`, `web_search_read`, `name_search`, order and paging.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("read: values by type, and false for what is empty", values),
        case!("read: ids of nobody are left out, order and repetition are the caller's", missing),
        case!("read: of `id` alone any number is a record", nobody),
        case!("read: an unknown field is an error", unknown_field),
        case!("read: without names a many2one is an id", 17, without_names),
        case!("search: order, limit, offset; a limit of 0 is all", paging),
        case!("search: an order that cannot be", 19, wrong_order),
        case!("search: an order by what is not stored is ignored", 14, 14, ignored_order),
        case!("search: empty values come last, first when descending", nulls),
        case!("search: by a many2one orders by the related model's own order", by_relation),
        case!("search_read: is search and read in one", search_read),
        case!("search_count: counts, and stops at a limit", 17, count),
        case!("web_search_read: a list of fields, a page and the total", 14, 16, web_fields),
        case!("web_search_read: a specification, a page and the total in one call", 17, web_specification),
        case!("web_search_read: x2many with limit and order; beyond the limit bare ids", 17, web_limits),
        case!("web_search_read: count_limit caps the total", 17, count_limit),
        case!("web_search_read: before 17's list of fields is an error", 17, web_list),
        case!("web_read: of ids of nobody", 19, web_read),
        case!("name_search: by part, exactly, by code, number, login and reference", name_search),
        case!("display_name: of contacts, states, products and lines", display_names),
        case!("x2many: archived records are left out", x2many_archived),
        case!("context_get: language, zone and user of the caller", context_get),
        case!("check_object_reference: an external id gives model and id", references),
        case!("companies: `allowed_company_ids` narrows what is seen, and must be the caller's", 19, companies),
        case!("language: one that is not installed is refused", 17, languages),
        Case {
            embedded_only: Some(
                "Odoo's translated fields and `fields_get` in the language of the context; a fresh database has only English",
            ),
            ..case!("language: texts and labels come in the language of the context", translations)
        },
        case!("get_metadata: gives the external id", 17, metadata),
    ]
}

async fn values(odoo: &Odoo) {
    let country = odoo.reference("base.us").await;
    let full = odoo
        .make(
            "res.partner",
            json!({"name": odoo.tag, "country_id": country, "color": 4, "partner_latitude": 1.5, "is_company": true}),
        )
        .await;
    let row = odoo
        .read(
            "res.partner",
            full,
            &["name", "country_id", "color", "partner_latitude", "is_company", "create_date", "child_ids"],
        )
        .await;
    assert_eq!(row["id"], full);
    assert_eq!(row["name"], json!(odoo.tag));
    assert_eq!(row["country_id"], json!([country, "United States"]));
    assert_eq!(row["color"], 4);
    assert_eq!(row["partner_latitude"], 1.5);
    assert_eq!(row["is_company"], true);
    assert_eq!(row["child_ids"], json!([]));
    let moment = row["create_date"].as_str().unwrap();
    assert_eq!((moment.len(), &moment[10..11]), (19, " "), "a moment is `YYYY-MM-DD HH:MM:SS` in UTC: {moment}");
    let empty = odoo.make("res.partner", json!({"name": format!("{} empty", odoo.tag)})).await;
    let row = odoo
        .read(
            "res.partner",
            empty,
            &["email", "country_id", "color", "partner_latitude", "is_company", "category_id", "comment"],
        )
        .await;
    assert_eq!(row["email"], false);
    assert_eq!(row["country_id"], false);
    assert_eq!(row["color"], 0);
    assert_eq!(row["partner_latitude"], 0.0);
    assert_eq!(row["is_company"], false);
    assert_eq!(row["category_id"], json!([]));
    assert_eq!(row["comment"], false);
}

async fn nobody(odoo: &Odoo) {
    for model in ["res.partner.category", "crm.stage"] {
        let read =
            async |fields: Value| odoo.ok(model, "read", json!({"ids": [2_000_000_000], "fields": fields})).await;
        assert_eq!(read(json!(["id"])).await, json!([{"id": 2_000_000_000}]), "{model}");
        assert_eq!(read(json!(["display_name"])).await, json!([]), "{model}");
    }
}

async fn missing(odoo: &Odoo) {
    let (one, two) = (
        odoo.make("res.partner", json!({"name": odoo.tag})).await,
        odoo.make("res.partner", json!({"name": odoo.tag})).await,
    );
    let rows = odoo.ok("res.partner", "read", json!({"ids": [two, 2_000_000_000, one, two], "fields": ["name"]})).await;
    let ids: Vec<&Value> = rows.as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, [&json!(two), &json!(one), &json!(two)]);
    let none = odoo.ok("res.partner", "read", json!({"ids": [2_000_000_000], "fields": ["name"]})).await;
    assert_eq!(none, json!([]));
}

async fn unknown_field(odoo: &Odoo) {
    let fault = odoo.fault("res.partner", "read", json!({"ids": [1], "fields": ["name", "nope"]})).await;
    fault.is("builtins.ValueError", "Invalid field 'nope' on", 500);
}

async fn without_names(odoo: &Odoo) {
    let country = odoo.reference("base.us").await;
    let id = odoo.make("res.partner", json!({"name": odoo.tag, "country_id": country})).await;
    let rows =
        odoo.ok("res.partner", "read", json!({"ids": [id], "fields": ["country_id", "parent_id"], "load": null})).await;
    assert_eq!(rows[0]["country_id"], country);
    assert_eq!(rows[0]["parent_id"], false);
}

async fn paging(odoo: &Odoo) {
    for (name, color) in [("a", 2), ("b", 1), ("c", 2)] {
        odoo.make("res.partner", json!({"name": format!("{} {name}", odoo.tag), "ref": odoo.tag, "color": color}))
            .await;
    }
    let found = async |arguments: Value| {
        let mut all = json!({"domain": [["ref", "=", odoo.tag]], "fields": ["name"]});
        all.as_object_mut().unwrap().extend(arguments.as_object().cloned().unwrap());
        let rows = odoo.ok("res.partner", "search_read", all).await;
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().chars().last().unwrap())
            .collect::<String>()
    };
    assert_eq!(found(json!({"order": "name"})).await, "abc");
    assert_eq!(found(json!({"order": "name desc"})).await, "cba");
    assert_eq!(found(json!({"order": "color, name desc"})).await, "bca");
    assert_eq!(found(json!({"order": "color desc, id"})).await, "acb");
    assert_eq!(found(json!({"order": "name", "limit": 2})).await, "ab");
    assert_eq!(found(json!({"order": "name", "limit": 2, "offset": 2})).await, "c");
    assert_eq!(found(json!({"order": "name", "limit": 0})).await, "abc");
    assert_eq!(found(json!({"order": "name", "offset": 50})).await, "");
}

async fn wrong_order(odoo: &Odoo) {
    let fault = async |order: &str| odoo.fault("res.partner", "search", json!({"domain": [], "order": order})).await;
    fault("nope").await.is("builtins.ValueError", "Invalid field 'nope' on model 'res.partner'", 500);
    fault("name; drop").await.is("odoo.exceptions.UserError", "Invalid \"order\" specified (name; drop)", 422);
    fault("email_formatted").await.is(
        "builtins.ValueError",
        "Cannot convert res.partner.email_formatted to SQL because it is not stored",
        500,
    );
    fault("category_id").await.is("builtins.ValueError", "Cannot convert res.partner.category_id to SQL", 500);
    fault("country_id.name").await.is(
        "builtins.ValueError",
        "Invalid field property 'name' on res.partner.country_id",
        500,
    );
    let fault = odoo.fault("res.partner", "search", json!({"domain": [], "limit": -1})).await;
    fault.is("psycopg2.errors.InvalidRowCountInLimitClause", "LIMIT must not be negative", 500);
}

async fn ignored_order(odoo: &Odoo) {
    let field = json!({"allfields": ["category_id"], "attributes": ["sortable"]});
    assert_eq!(odoo.ok("res.partner", "fields_get", field).await["category_id"]["sortable"], false);
    for name in ["b", "a", "c"] {
        odoo.make("res.partner", json!({"name": format!("{name} {}", odoo.tag), "ref": odoo.tag})).await;
    }
    let search = |order: &str| json!({"domain": [["ref", "=", odoo.tag]], "order": order});
    let up = odoo.ok("res.partner", "search", search("category_id")).await;
    assert_eq!(up.as_array().unwrap().len(), 3);
    assert_eq!(up, odoo.ok("res.partner", "search", search("category_id desc")).await);
    let dotted = odoo.fault("crm.lead", "search", json!({"domain": [], "order": "partner_id.id"})).await;
    dotted.is("odoo.exceptions.UserError", "Invalid \"order\" specified (partner_id.id).", 422);
    let nulls = odoo.fault("crm.lead", "search", json!({"domain": [], "order": "name desc nulls last"})).await;
    nulls.is("odoo.exceptions.UserError", "Invalid \"order\" specified (name desc nulls last).", 422);
}

async fn nulls(odoo: &Odoo) {
    for city in [json!("Bonn"), json!(false), json!("Aachen")] {
        odoo.make("res.partner", json!({"name": odoo.tag, "ref": odoo.tag, "city": city})).await;
    }
    let found = async |order: &str| {
        let rows = odoo
            .ok(
                "res.partner",
                "search_read",
                json!({"domain": [["ref", "=", odoo.tag]], "fields": ["city"], "order": order}),
            )
            .await;
        rows.as_array().unwrap().iter().map(|row| row["city"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("city").await, [json!("Aachen"), json!("Bonn"), json!(false)]);
    assert_eq!(found("city desc").await, [json!(false), json!("Bonn"), json!("Aachen")]);
    if odoo.version >= 17 {
        assert_eq!(found("city DESC NULLS LAST").await, [json!("Bonn"), json!("Aachen"), json!(false)]);
    }
}

async fn by_relation(odoo: &Odoo) {
    let (us, be) = (odoo.reference("base.us").await, odoo.reference("base.be").await);
    for country in [json!(us), json!(false), json!(be)] {
        odoo.make("res.partner", json!({"name": odoo.tag, "ref": odoo.tag, "country_id": country})).await;
    }
    let arguments = json!({"domain": [["ref", "=", odoo.tag]], "fields": ["country_id"], "order": "country_id"});
    let rows = odoo.ok("res.partner", "search_read", arguments).await;
    assert_eq!(rows[0]["country_id"][0], be, "countries are ordered by name");
    assert_eq!(rows[1]["country_id"][0], us);
    assert_eq!(rows[2]["country_id"], false);
}

async fn search_read(odoo: &Odoo) {
    let id = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let rows = odoo
        .ok("res.partner", "search_read", json!({"domain": [["name", "=", odoo.tag]], "fields": ["name", "name"]}))
        .await;
    assert_eq!(rows, json!([{"id": id, "name": odoo.tag}]));
    let every = odoo.ok("res.partner", "search_read", json!({"domain": [["name", "=", odoo.tag]]})).await;
    assert!(every[0].as_object().unwrap().len() > 40, "without fields all are read");
}

async fn count(odoo: &Odoo) {
    for _ in 0..3 {
        odoo.make("res.partner", json!({"name": odoo.tag})).await;
    }
    let count = async |limit: Value| {
        odoo.ok("res.partner", "search_count", json!({"domain": [["name", "=", odoo.tag]], "limit": limit})).await
    };
    assert_eq!(count(Value::Null).await, 3);
    assert_eq!(count(json!(2)).await, 2);
}

async fn web_fields(odoo: &Odoo) {
    for _ in 0..3 {
        odoo.make("res.partner", json!({"name": odoo.tag})).await;
    }
    let page = odoo
        .ok(
            "res.partner",
            "web_search_read",
            json!({"domain": [["name", "=", odoo.tag]], "fields": ["name", "country_id"], "limit": 2}),
        )
        .await;
    assert_eq!(page["length"], 3);
    assert_eq!(page["records"].as_array().unwrap().len(), 2);
    assert_eq!(page["records"][0]["country_id"], false);
}

async fn web_specification(odoo: &Odoo) {
    let country = odoo.reference("base.us").await;
    let tag = &odoo.tag;
    let company = odoo.make("res.partner", json!({"name": tag, "is_company": true, "country_id": country})).await;
    let child = odoo.make("res.partner", json!({"name": format!("{tag} child"), "parent_id": company})).await;
    let specification = json!({
        "name": {},
        "country_id": {"fields": {"display_name": {}, "code": {}}},
        "parent_id": {"fields": {"display_name": {}}},
        "child_ids": {"fields": {"name": {}}},
        "state_id": {},
        "user_ids": {},
        "commercial_partner_id": {"fields": {}},
    });
    let page = odoo
        .ok(
            "res.partner",
            "web_search_read",
            json!({"domain": [["name", "=", tag]], "specification": specification, "limit": 5}),
        )
        .await;
    assert_eq!(page["length"], 1);
    let expected = json!({
        "id": company,
        "name": tag,
        "country_id": {"id": country, "display_name": "United States", "code": "US"},
        "parent_id": false,
        "child_ids": [{"id": child, "name": format!("{tag} child")}],
        "state_id": false,
        "user_ids": [],
        "commercial_partner_id": {"id": company},
    });
    assert_eq!(page["records"][0], expected);
    let bare = odoo
        .ok(
            "res.partner",
            "web_search_read",
            json!({"domain": [["name", "=", tag]], "specification": {"country_id": {}, "child_ids": {}}}),
        )
        .await;
    assert_eq!(bare["records"], json!([{"id": company, "country_id": country, "child_ids": [child]}]));
    let fault = odoo
        .fault("res.partner", "web_search_read", json!({"domain": [], "specification": {"nope": {}}, "limit": 1}))
        .await;
    fault.is("builtins.ValueError", "Invalid field 'nope' on", 500);
}

async fn web_limits(odoo: &Odoo) {
    let tag = &odoo.tag;
    let company = odoo.make("res.partner", json!({"name": tag, "is_company": true})).await;
    for name in ["a", "c", "b"] {
        odoo.make("res.partner", json!({"name": name, "parent_id": company})).await;
    }
    let specification = json!({"child_ids": {"fields": {"name": {}}, "limit": 2, "order": "name desc"}});
    let rows = odoo.ok("res.partner", "web_read", json!({"ids": [company], "specification": specification})).await;
    let children = rows[0]["child_ids"].as_array().unwrap();
    assert_eq!(children.len(), 3);
    assert_eq!((&children[0]["name"], &children[1]["name"]), (&json!("c"), &json!("b")));
    assert_eq!(children[2].as_object().unwrap().keys().collect::<Vec<_>>(), ["id"], "beyond the limit only the id");
}

async fn count_limit(odoo: &Odoo) {
    for _ in 0..5 {
        odoo.make("res.partner", json!({"name": odoo.tag})).await;
    }
    let page = async |limit: i64, offset: i64, most: i64| {
        let domain = json!([["name", "=", odoo.tag]]);
        let arguments =
            json!({"domain": domain, "specification": {}, "limit": limit, "offset": offset, "count_limit": most});
        let page = odoo.ok("res.partner", "web_search_read", arguments).await;
        (page["length"].as_i64().unwrap(), page["records"].as_array().unwrap().len())
    };
    assert_eq!(page(2, 0, 3).await, (3, 2));
    assert_eq!(page(2, 2, 3).await, (4, 2));
    assert_eq!(page(2, 4, 10).await, (5, 1));
    assert_eq!(page(2, 0, 10).await, (5, 2));
}

async fn web_list(odoo: &Odoo) {
    let fault = odoo
        .fault("res.partner", "web_search_read", json!({"domain": [], "specification": ["name"], "limit": 1}))
        .await;
    fault.is("builtins.AttributeError", "'list' object has no attribute 'keys'", 500);
}

async fn web_read(odoo: &Odoo) {
    let id = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let rows =
        odoo.ok("res.partner", "web_read", json!({"ids": [id, 2_000_000_000], "specification": {"name": {}}})).await;
    assert_eq!(rows, json!([{"id": id, "name": odoo.tag}]));
    let related = json!({"country_id": {"fields": {"name": {}}}});
    let fault =
        odoo.fault("res.partner", "web_read", json!({"ids": [id, 2_000_000_000], "specification": related})).await;
    fault.is("odoo.exceptions.MissingError", "Record does not exist or has been deleted", 404);
}

async fn name_search(odoo: &Odoo) {
    let tag = &odoo.tag;
    let company = odoo
        .make("res.partner", json!({"name": format!("{tag} Firm"), "is_company": true, "ref": format!("R{tag}")}))
        .await;
    let person = odoo.make("res.partner", json!({"name": format!("{tag} Person"), "parent_id": company})).await;
    let ask = async |model: &str, text: &str, operator: &str| {
        odoo.ok(model, "name_search", json!({"name": text, "domain": [], "operator": operator, "limit": 5})).await
    };
    assert_eq!(
        ask("res.partner", &format!("{tag} f"), "ilike").await,
        json!([[company, format!("{tag} Firm")], [person, format!("{tag} Firm, {tag} Person")]])
    );
    assert_eq!(ask("res.partner", &format!("{tag} Firm"), "=").await, json!([[company, format!("{tag} Firm")]]));
    assert_eq!(ask("res.partner", &format!("{tag} firm"), "=").await, json!([]), "= is case-sensitive");
    assert_eq!(ask("res.partner", &format!("R{tag}"), "=").await[0][0], company, "by reference");
    let be = odoo.reference("base.be").await;
    assert_eq!(ask("res.country", "BE", "=").await, json!([[be, "Belgium"]]), "a country by its code");
    let admin = ask("res.users", &odoo.admin.login, "=").await;
    assert_eq!(admin[0][0], odoo.uid(Who::Admin).await, "a user by login");
    let order = odoo.make("sale.order", json!({"partner_id": company})).await;
    let number = odoo.read("sale.order", order, &["name"]).await["name"].clone();
    assert_eq!(ask("sale.order", number.as_str().unwrap(), "=").await[0][0], order, "an order by its number");
    let product =
        odoo.make("product.product", json!({"name": format!("{tag} thing"), "default_code": format!("C{tag}")})).await;
    let named = format!("[C{tag}] {tag} thing");
    assert_eq!(
        ask("product.product", &format!("C{tag}"), "=").await,
        json!([[product, named]]),
        "a product by its internal reference"
    );
    assert_eq!(ask("product.product", &format!("{tag} thing"), "=").await[0][0], product, "and by its name");
    let domain = json!({"name": tag, "domain": [["is_company", "=", true]], "operator": "ilike", "limit": 5});
    assert_eq!(odoo.ok("res.partner", "name_search", domain).await.as_array().unwrap().len(), 1, "within a domain");
    let limited = odoo
        .ok("res.partner", "name_search", json!({"name": tag, "domain": [], "operator": "ilike", "limit": 1}))
        .await;
    assert_eq!(limited.as_array().unwrap().len(), 1);
    let first = ask("res.country", "be", "ilike").await;
    assert_eq!(first[0][0], be, "a country whose code it is comes first");
}

async fn display_names(odoo: &Odoo) {
    let tag = &odoo.tag;
    let company = odoo.make("res.partner", json!({"name": format!("{tag} Firm"), "is_company": true})).await;
    let invoices = odoo.make("res.partner", json!({"parent_id": company, "type": "invoice"})).await;
    let name = odoo.read("res.partner", invoices, &["display_name"]).await["display_name"].as_str().unwrap().to_owned();
    assert!(name.starts_with(&format!("{tag} Firm, Invoice")), "{name}");
    let state = odoo.reference("base.state_us_5").await;
    assert_eq!(odoo.read("res.country.state", state, &["display_name"]).await["display_name"], "California (US)");
    let top = odoo.make("res.partner.category", json!({"name": format!("{tag} top")})).await;
    let sub = odoo.make("res.partner.category", json!({"name": "sub", "parent_id": top})).await;
    assert_eq!(
        odoo.read("res.partner.category", sub, &["display_name"]).await["display_name"],
        json!(format!("{tag} top / sub"))
    );
}

async fn x2many_archived(odoo: &Odoo) {
    let tag = &odoo.tag;
    let top = odoo.make("res.partner.category", json!({"name": tag})).await;
    let sub = odoo.make("res.partner.category", json!({"name": "sub", "parent_id": top, "active": false})).await;
    assert_eq!(odoo.read("res.partner.category", top, &["child_ids"]).await["child_ids"], json!([]));
    let all = json!({"ids": [top], "fields": ["child_ids"], "context": {"active_test": false}});
    assert_eq!(odoo.ok("res.partner.category", "read", all).await[0]["child_ids"], json!([sub]));
}

async fn context_get(odoo: &Odoo) {
    let context = odoo.call(Who::Employee, "res.users", "context_get", json!({})).await.unwrap();
    if odoo.version >= 17 {
        assert_eq!(context["uid"], odoo.uid(Who::Employee).await);
    } else {
        assert_eq!(context.get("uid"), None, "who calls is what `authenticate` answered");
    }
    assert_eq!(context["lang"], "en_US");
    assert!(context["tz"].is_string() || context["tz"] == false, "{context}");
}

async fn references(odoo: &Odoo) {
    for who in [Who::Admin, Who::Employee] {
        let found = odoo
            .call(who, "ir.model.data", "check_object_reference", json!({"module": "base", "xml_id": "be"}))
            .await
            .unwrap();
        assert_eq!(found[0], "res.country");
        let code = odoo.call(who, "res.country", "read", json!({"ids": [found[1]], "fields": ["code"]})).await.unwrap();
        assert_eq!(code[0]["code"], "BE");
    }
    let fault =
        odoo.fault("ir.model.data", "check_object_reference", json!({"module": "base", "xml_id": odoo.tag})).await;
    fault.is("builtins.ValueError", &format!("External ID not found in the system: base.{}", odoo.tag), 500);
}

async fn companies(odoo: &Odoo) {
    let chicago = odoo.ok("res.company", "search", json!({"domain": [["name", "ilike", "chicago"]]})).await[0].clone();
    let francisco =
        odoo.ok("res.company", "search", json!({"domain": [["name", "ilike", "francisco"]]})).await[0].clone();
    let customer = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let order = odoo.make("sale.order", json!({"partner_id": customer, "company_id": francisco})).await;
    let seen = async |companies: Value| {
        odoo.ok(
            "sale.order",
            "search_count",
            json!({"domain": [["id", "=", order]], "context": {"allowed_company_ids": companies}}),
        )
        .await
    };
    assert_eq!(seen(json!([francisco])).await, 1);
    assert_eq!(seen(json!([chicago])).await, 0);
    assert_eq!(seen(json!([chicago, francisco])).await, 1);
    let default = odoo
        .ok(
            "sale.order",
            "default_get",
            json!({"fields": ["company_id"], "context": {"allowed_company_ids": [chicago]}}),
        )
        .await;
    assert_eq!(default["company_id"], chicago, "the first allowed company is the current one");
    let fault = odoo
        .fault("res.partner", "search", json!({"domain": [], "context": {"allowed_company_ids": [2_000_000_000]}}))
        .await;
    fault.is("odoo.exceptions.AccessError", "Access to unauthorized or invalid companies.", 403);
    let fault = odoo
        .call(
            Who::Employee,
            "sale.order",
            "read",
            json!({"ids": [order], "fields": ["name"], "context": {"allowed_company_ids": [chicago]}}),
        )
        .await
        .unwrap_err();
    assert_eq!(fault.name, "odoo.exceptions.AccessError");
}

async fn languages(odoo: &Odoo) {
    let fault = odoo.fault("res.partner", "search", json!({"domain": [], "context": {"lang": "xx_XX"}})).await;
    fault.is("odoo.exceptions.UserError", "Invalid language code: xx_XX", 422);
}

async fn translations(odoo: &Odoo) {
    let be = odoo.reference("base.be").await;
    let french = json!({"ids": [be], "fields": ["name"], "context": {"lang": "fr_FR"}});
    assert_eq!(odoo.ok("res.country", "read", french).await[0]["name"], "Belgique");
    assert_eq!(odoo.read("res.country", be, &["name"]).await["name"], "Belgium");
    let found = json!({"domain": [["name", "ilike", "belgique"]], "context": {"lang": "fr_FR"}});
    assert_eq!(odoo.ok("res.country", "search", found).await, json!([be]));
    assert_eq!(odoo.count("res.country", json!([["name", "ilike", "belgique"]])).await, 0);
    let label = json!({"allfields": ["email"], "attributes": ["string"], "context": {"lang": "fr_FR"}});
    assert_eq!(odoo.ok("res.partner", "fields_get", label).await["email"]["string"], "E-mail");
    let tag = odoo.make("crm.tag", json!({"name": odoo.tag})).await;
    odoo.ok(
        "crm.tag",
        "write",
        json!({"ids": [tag], "vals": {"name": format!("{} fr", odoo.tag)}, "context": {"lang": "fr_FR"}}),
    )
    .await;
    assert_eq!(
        odoo.read("crm.tag", tag, &["name"]).await["name"],
        json!(odoo.tag),
        "a write in one language leaves the others"
    );
}

async fn metadata(odoo: &Odoo) {
    let be = odoo.reference("base.be").await;
    let rows = odoo.ok("res.country", "get_metadata", json!({"ids": [be]})).await;
    assert_eq!(rows[0]["xmlid"], "base.be");
    assert_eq!(rows[0]["id"], be);
}
