//! What Odoo answers silently and wrongly, refused or put right before it reaches Odoo.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[
    ("a name written to a many2one is refused, not emptied", name_to_relation),
    ("the text of a boolean is the boolean", boolean_text),
    ("a name after = on a relation is refused", name_in_domain),
    ("digits in a domain are an id", digits_in_domain),
    ("a selection is found by its label", selection_label),
    ("a selection value that is none is refused with those there are", selection_wrong),
    ("a field that the model lacks is refused by name", unknown_field),
    ("a field that cannot be searched is refused", not_searchable),
    ("an order by what cannot be sorted is refused", not_sortable),
    ("a day in a condition on a moment is the whole day", whole_day),
    ("a moment with an offset is written in UTC", moment_with_offset),
    ("empty text after child_of matches nothing by accident", empty_text),
    ("a method on no records is refused", no_records),
    ("no values are refused", no_values),
    ("a bare list at a many2many sets it, an empty one too", bare_list),
    ("a relative date of Odoo 19 is not let through", relative_date),
    ("a domain that is malformed is refused, not dropped", malformed_domain),
    ("a number that is not set is 0, as it is shown", zero),
    ("`!` is everything else, or is refused", negated),
    ("`any` is refused where Odoo has no such operator", related),
    ("a private method and a model that is a path are refused", bad_names),
];

/// A lead of this test's own.
fn with_lead(server: &mut Server, values: Value, test: impl FnOnce(&mut Server, i64)) {
    let created = server.call("probe_create", json!({"model": "crm.lead", "values": values}));
    let id = created["ids"][0].as_i64().unwrap();
    test(server, id);
    server.call("probe_unlink", json!({"model": "crm.lead", "ids": [id]}));
}

fn read(server: &mut Server, model: &str, id: i64, field: &str) -> Value {
    let answer = server.call("probe_read", json!({"model": model, "ids": [id], "fields": [field]}));
    answer["records"][0][field].clone()
}

fn count(server: &mut Server, model: &str, domain: Value) -> u64 {
    server.call("probe_count", json!({"model": model, "domain": domain.to_string()}))["count"].as_u64().unwrap()
}

fn name_to_relation(server: &mut Server, _: &Target) {
    with_lead(server, json!({"name": "silent", "country_id": 20}), |server, id| {
        let write = json!({"model": "crm.lead", "ids": [id], "values": {"country_id": "Belgium"}});
        let error = server.fails("probe_write", write, "invalid_arguments");
        assert!(error["message"].as_str().unwrap().contains("country_id"), "{error:?}");
        assert_eq!(read(server, "crm.lead", id, "country_id")["id"], 20, "Odoo would have emptied it");
    });
}

fn boolean_text(server: &mut Server, _: &Target) {
    let companies = count(server, "res.partner", json!([["is_company", "=", true]]));
    let people = count(server, "res.partner", json!([["is_company", "=", false]]));
    assert_ne!(companies, people);
    assert_eq!(count(server, "res.partner", json!([["is_company", "=", "false"]])), people);
    let created = server
        .call("probe_create", json!({"model": "res.partner", "values": {"name": "silent", "is_company": "false"}}));
    let id = created["ids"][0].as_i64().unwrap();
    assert_eq!(read(server, "res.partner", id, "is_company"), false, "Odoo would have written true");
    server.call("probe_unlink", json!({"model": "res.partner", "ids": [id]}));
}

fn name_in_domain(server: &mut Server, _: &Target) {
    let search = json!({"model": "res.partner", "domain": "[['country_id', '=', 'Belgium']]"});
    let error = server.fails("probe_count", search, "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("country_id"), "{error:?}");
    assert!(count(server, "res.partner", json!([["country_id", "ilike", "United States"]])) > 0);
}

fn digits_in_domain(server: &mut Server, _: &Target) {
    assert_eq!(count(server, "res.partner", json!([["id", "=", "1"]])), 1);
    assert_eq!(
        count(server, "res.partner", json!([["id", "in", ["1", 3]]])),
        count(server, "res.partner", json!([["id", "in", [1, 3]]]))
    );
}

fn selection_label(server: &mut Server, _: &Target) {
    let by_value = count(server, "sale.order", json!([["state", "=", "draft"]]));
    assert!(by_value > 0);
    assert_eq!(count(server, "sale.order", json!([["state", "=", "Quotation"]])), by_value);
}

fn selection_wrong(server: &mut Server, _: &Target) {
    let search = json!({"model": "sale.order", "domain": "[['state', '=', 'Quotatoin']]"});
    let error = server.fails("probe_count", search, "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("Quotatoin"), "{error:?}");
    assert!(json!(error).to_string().contains("Quotation"), "{error:?}");
}

fn unknown_field(server: &mut Server, _: &Target) {
    let named =
        |error: &serde_json::Map<String, Value>| assert!(json!(error).to_string().contains("is_company"), "{error:?}");
    named(&server.fails(
        "probe_count",
        json!({"model": "res.partner", "domain": "[['is_compny', '=', True]]"}),
        "unknown_field",
    ));
    named(&server.fails(
        "probe_search",
        json!({"model": "res.partner", "fields": ["name", "is_compny"]}),
        "unknown_field",
    ));
    named(&server.fails(
        "probe_create",
        json!({"model": "res.partner", "values": {"name": "x", "is_compny": true}}),
        "unknown_field",
    ));
    server.fails("probe_search", json!({"model": "res.partner", "order": "is_compny desc"}), "unknown_field");
    server.fails("probe_group", json!({"model": "res.partner", "group_by": ["is_compny"]}), "unknown_field");
    server.fails(
        "probe_count",
        json!({"model": "res.partner", "domain": "[['country_id.cod', '=', 'BE']]"}),
        "unknown_field",
    );
    server.fails("probe_count", json!({"model": "res.partnr"}), "unknown_model");
}

fn not_searchable(server: &mut Server, target: &Target) {
    // A field that is computed without a search method; which one that is differs by version.
    let fields = server.call("probe_fields", json!({"model": "res.partner", "attributes": ["type", "searchable"]}));
    let field = fields["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["searchable"] == false && field["type"] == "char");
    let Some(field) = field else { panic!("no such field on {}", target.name) };
    let domain = json!([[field["name"], "=", "x"]]).to_string();
    server.fails("probe_count", json!({"model": "res.partner", "domain": domain}), "invalid_arguments");
}

fn not_sortable(server: &mut Server, _: &Target) {
    server.fails("probe_search", json!({"model": "res.partner", "order": "category_id"}), "invalid_arguments");
    server.fails("probe_search", json!({"model": "res.partner", "order": "name; drop table"}), "invalid_arguments");
    server.fails("probe_search", json!({"model": "res.partner", "order": "category_id desc, id"}), "invalid_arguments");
    let down = server.call("probe_search", json!({"model": "res.partner", "order": "id DESC", "limit": 2}));
    let ids: Vec<i64> =
        down["records"].as_array().unwrap().iter().map(|record| record["id"].as_i64().unwrap()).collect();
    assert!(ids[0] > ids[1], "{ids:?}");
}

fn whole_day(server: &mut Server, _: &Target) {
    with_lead(server, json!({"name": "silent day", "date_closed": "2031-05-10T23:30:00"}), |server, id| {
        let on = |server: &mut Server, operator: &str, day: &str| {
            count(server, "crm.lead", json!([["id", "=", id], ["date_closed", operator, day]]))
        };
        assert_eq!(on(server, "=", "2031-05-10"), 1);
        assert_eq!(on(server, "!=", "2031-05-10"), 0);
        assert_eq!(on(server, "<=", "2031-05-10"), 1);
        assert_eq!(on(server, ">", "2031-05-10"), 0);
        assert_eq!(on(server, ">=", "2031-05-11"), 0);
        assert_eq!(on(server, "<", "2031-05-10"), 0);
        assert!(read(server, "crm.lead", id, "date_closed").as_str().unwrap().starts_with("2031-05-10T23:30:00"));
    });
    let search = json!({"model": "crm.lead", "domain": "[['date_closed', 'in', ['2031-05-10']]]"});
    server.fails("probe_count", search, "invalid_arguments");
}

fn moment_with_offset(server: &mut Server, _: &Target) {
    with_lead(server, json!({"name": "silent moment", "date_closed": "2031-05-10T12:00:00Z"}), |server, id| {
        let exact = json!([["id", "=", id], ["date_closed", "=", "2031-05-10T14:00:00+02:00"]]);
        assert_eq!(count(server, "crm.lead", exact), 1);
    });
    let wrong = json!({"model": "crm.lead", "values": {"name": "x", "date_closed": "10/05/2031"}});
    server.fails("probe_create", wrong, "invalid_arguments");
}

fn empty_text(server: &mut Server, _: &Target) {
    let search = json!({"model": "product.product", "domain": "[['categ_id', 'child_of', '']]"});
    server.fails("probe_count", search, "invalid_arguments");
}

fn no_records(server: &mut Server, _: &Target) {
    server.fails("probe_call", json!({"model": "sale.order", "method": "action_confirm", "ids": []}), "not_found");
    server.fails("probe_unlink", json!({"model": "res.partner", "ids": []}), "not_found");
    server.fails("probe_write", json!({"model": "res.partner", "ids": [], "values": {"name": "x"}}), "not_found");
    server.fails(
        "probe_write",
        json!({"model": "res.partner", "ids": [99_999_999], "values": {"name": "x"}}),
        "not_found",
    );
    server.fails("probe_unlink", json!({"model": "res.partner", "ids": [99_999_999]}), "not_found");
}

fn no_values(server: &mut Server, _: &Target) {
    server.fails("probe_write", json!({"model": "res.partner", "ids": [1], "values": {}}), "invalid_arguments");
    server.fails("probe_create_many", json!({"model": "res.partner", "values": []}), "invalid_arguments");
}

fn bare_list(server: &mut Server, _: &Target) {
    let tags = server.call("probe_search", json!({"model": "crm.tag", "limit": 2}));
    let ids: Vec<Value> = tags["records"].as_array().unwrap().iter().map(|tag| tag["id"].clone()).collect();
    with_lead(server, json!({"name": "silent tags", "tag_ids": ids}), |server, id| {
        let has = |server: &mut Server| -> Vec<Value> {
            read(server, "crm.lead", id, "tag_ids").as_array().unwrap().iter().map(|tag| tag["id"].clone()).collect()
        };
        let mut now = has(server);
        now.sort_by_key(Value::to_string);
        let mut wanted = ids.clone();
        wanted.sort_by_key(Value::to_string);
        assert_eq!(now, wanted);
        server.call("probe_write", json!({"model": "crm.lead", "ids": [id], "values": {"tag_ids": []}}));
        assert!(has(server).is_empty(), "Odoo would have changed nothing");
    });
}

fn relative_date(server: &mut Server, _: &Target) {
    let search = json!({"model": "crm.lead", "domain": "[['create_date', '>=', 'today -30d']]"});
    server.fails("probe_count", search, "invalid_arguments");
}

fn malformed_domain(server: &mut Server, _: &Target) {
    for domain in [
        "[['name', '=']]",
        "['|', ['name', '=', 'x']]",
        "[['name', 'is', 'x']]",
        "name = x",
        "[['name', '=', 'x'",
        "[[['a']]]",
    ] {
        server.fails("probe_count", json!({"model": "res.partner", "domain": domain}), "invalid_arguments");
    }
    for nothing in ["[]", ""] {
        let all = server.call("probe_count", json!({"model": "res.partner"}));
        assert_eq!(server.call("probe_count", json!({"model": "res.partner", "domain": nothing})), all);
    }
}

/// Runs a test on leads of one name: revenue not given, 0 and 10.
fn with_revenues(server: &mut Server, test: impl FnOnce(&mut dyn FnMut(Value) -> u64)) {
    let mut ids = Vec::new();
    for values in [json!({}), json!({"expected_revenue": 0}), json!({"expected_revenue": 10})] {
        let mut values = values;
        values["name"] = "silent revenue".into();
        let created = server.call("probe_create", json!({"model": "crm.lead", "values": values}));
        ids.push(created["ids"][0].clone());
    }
    let mut count = |condition: Value| {
        let mut domain = json!(["&", ["id", "in", ids]]);
        domain.as_array_mut().unwrap().extend(condition.as_array().cloned().unwrap());
        count(server, "crm.lead", domain)
    };
    test(&mut count);
    server.call("probe_unlink", json!({"model": "crm.lead", "ids": ids}));
}

fn zero(server: &mut Server, _: &Target) {
    with_revenues(server, |count| {
        for (operator, value, expected) in [
            ("=", json!(0), 2),
            ("=", json!(false), 2),
            ("!=", json!(0), 1),
            ("<", json!(5), 2),
            ("<=", json!(0), 2),
            (">=", json!(0), 3),
            (">", json!(-1), 3),
            (">", json!(0), 1),
            ("in", json!([0]), 2),
            ("in", json!([0, 10]), 3),
            ("not in", json!([0]), 1),
            ("not in", json!([10]), 2),
        ] {
            let condition = json!([["expected_revenue", operator, value]]);
            assert_eq!(count(condition.clone()), expected, "{condition}");
        }
    });
}

fn negated(server: &mut Server, target: &Target) {
    with_revenues(server, |count| {
        for (condition, expected) in [
            (json!(["!", ["expected_revenue", ">", 5]]), 2),
            (json!(["!", ["expected_revenue", "=", 0]]), 1),
            (json!(["!", "|", ["expected_revenue", "=", 10], ["name", "ilike", "nobody"]]), 2),
            (json!(["!", ["date_deadline", "<", "2031-01-01"]]), 3),
            (json!(["!", ["partner_id", "=", 1]]), 3),
            (json!(["!", "!", ["name", "ilike", "silent"]]), 3),
            (json!(["!", ["city", "=like", "Gh%"]]), 3),
            (json!([["city", "not =ilike", "gh%"]]), 3),
            (json!(["!", ["partner_id", "child_of", 1]]), 3),
            (json!(["!", ["partner_id", "=?", 1]]), 3),
        ] {
            assert_eq!(count(condition.clone()), expected, "{condition}");
        }
    });
    let path = json!({"model": "res.partner", "domain": "['!', ['child_ids.name', 'ilike', 'a']]"});
    if target.version < 19 {
        server.fails("probe_count", path, "unsupported");
    } else {
        assert!(server.call("probe_count", path)["count"].as_u64().unwrap() > 0);
    }
}

fn related(server: &mut Server, target: &Target) {
    let any = json!({"model": "res.partner", "domain": "[['child_ids', 'any', [['name', 'ilike', 'a']]]]"});
    if target.version < 17 {
        let error = server.fails("probe_count", any, "unsupported");
        assert!(error["message"].as_str().unwrap().contains("only Odoo 17 and later"), "{error:?}");
    } else {
        assert!(server.call("probe_count", any)["count"].as_u64().unwrap() > 0);
    }
}

fn bad_names(server: &mut Server, _: &Target) {
    for model in ["../../web/version?", "res.partner/../x", "res partner", "RES.PARTNER", ""] {
        let response = server.request("tools/call", json!({"name": "probe_count", "arguments": {"model": model}}));
        assert_eq!(response["result"]["isError"], true, "{model}: {response}");
    }
    for method in ["_write", "__class__", "../x", "search; x"] {
        let call = json!({"model": "res.partner", "method": method, "ids": [1]});
        let response = server.request("tools/call", json!({"name": "probe_call", "arguments": call}));
        assert_eq!(response["result"]["isError"], true, "{method}: {response}");
    }
}
