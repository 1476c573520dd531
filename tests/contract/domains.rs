//! Domains: every operator, on a handful of partners and leads that the case makes.

use serde_json::{Value, json};

use crate::{case, client::Odoo, run::Case};

pub fn cases() -> Vec<Case> {
    vec![
        case!("domain: comparisons, texts, lists, relations and paths find the same records", operators),
        case!("domain: a number that is not set is 0", 19, zeros),
        case!("domain: a number that is not set is read as 0, and found only as false", 14, 14, unset_numbers),
        case!("domain: what cannot be searched is ignored", 14, 14, not_searchable),
        case!("domain: `!` before a path turns the operator round", 14, 14, turned_round),
        case!("domain: `!` is every other record", 19, negation),
        case!("domain: 14 knows neither `any` nor `not =like` nor parts of dates", 14, 14, not_yet),
        case!("domain: `any` and `not any` search the related records", 17, any),
        case!("domain: 19 reads values by type, and answers mistakes with an empty or a wide result", 19, silent),
        case!("domain: 19 has `not =like`, parts of dates and relative dates", 19, newest),
        case!("domain: `child_of` and `parent_of` follow the tree, by id and by name", trees),
        case!("domain: archived records are found only when asked for", archived),
        case!("domain: dates and moments", dates),
        case!("domain: a day in a domain is one of the user's zone (19)", 19, zones),
        case!("domain: what is malformed is an error that says so", 19, malformed),
        case!("domain: an x2many without a record, and the ids in it", x2many),
        case!("domain: ilike folds case and not accents; % and _ are wildcards", likes),
        case!("domain: a name after = on a many2one is searched by name, exactly", 19, names_exactly),
    ]
}

/// Partners with one `ref`: a company with two contacts, another company, a person.
async fn partners(odoo: &Odoo) {
    let (us, be) = (odoo.reference("base.us").await, odoo.reference("base.be").await);
    let tag = &odoo.tag;
    let vip = odoo.make("res.partner.category", json!({"name": format!("{tag} vip")})).await;
    let acme = odoo
        .make(
            "res.partner",
            json!({"name": format!("{tag} Acme"), "ref": tag, "is_company": true, "country_id": us, "category_id": [[6, 0, [vip]]], "color": 3, "email": "acme@example.com"}),
        )
        .await;
    for (name, color) in [("Ann", 1), ("Bob", 2)] {
        odoo.make(
            "res.partner",
            json!({"name": format!("{tag} {name}"), "ref": tag, "parent_id": acme, "color": color, "country_id": us}),
        )
        .await;
    }
    odoo.make("res.partner", json!({"name": format!("{tag} Bolt"), "ref": tag, "is_company": true, "country_id": be, "color": 0, "city": "Ghent"})).await;
    odoo.make("res.partner", json!({"name": format!("{tag} Zoe"), "ref": tag, "color": 0})).await;
}

/// The names that a domain finds among the case's partners, without the tag.
async fn found(odoo: &Odoo, domain: Value) -> Vec<String> {
    let mut all = vec![json!(["ref", "=", odoo.tag])];
    all.extend(domain.as_array().cloned().unwrap());
    let rows = odoo.ok("res.partner", "search_read", json!({"domain": all, "fields": ["name"], "order": "id"})).await;
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned())
        .collect()
}

async fn check(odoo: &Odoo, table: Vec<(Value, &str)>) {
    let mut wrong = Vec::new();
    for (domain, expected) in table {
        let found = found(odoo, domain.clone()).await.join(" ");
        if found != expected {
            wrong.push(format!("{domain}: found `{found}`, expected `{expected}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn operators(odoo: &Odoo) {
    partners(odoo).await;
    let (us, be) = (odoo.reference("base.us").await, odoo.reference("base.be").await);
    let tag = &odoo.tag;
    let everyone = "Acme Ann Bob Bolt Zoe";
    check(
        odoo,
        vec![
            (json!([]), everyone),
            (json!([["name", "=", format!("{tag} Ann")]]), "Ann"),
            (json!([["name", "!=", format!("{tag} Ann")]]), "Acme Bob Bolt Zoe"),
            (json!([["name", "in", [format!("{tag} Ann"), format!("{tag} Zoe")]]]), "Ann Zoe"),
            (json!([["name", "not in", [format!("{tag} Ann"), format!("{tag} Zoe")]]]), "Acme Bob Bolt"),
            (json!([["name", "in", []]]), ""),
            (json!([["name", "not in", []]]), everyone),
            (json!([["color", ">", 1]]), "Acme Bob"),
            (json!([["color", ">=", 1]]), "Acme Ann Bob"),
            (json!([["color", "<", 1]]), "Bolt Zoe"),
            (json!([["color", "<=", 1]]), "Ann Bolt Zoe"),
            (json!([["color", "=", 0]]), "Bolt Zoe"),
            (json!([["city", "=", false]]), "Acme Ann Bob Zoe"),
            (json!([["city", "!=", false]]), "Bolt"),
            (json!([["city", "!=", "Paris"]]), everyone),
            (json!([["city", "in", ["Ghent", false]]]), everyone),
            (json!([["is_company", "=", true]]), "Acme Bolt"),
            (json!([["is_company", "=", false]]), "Ann Bob Zoe"),
            (json!([["is_company", "!=", true]]), "Ann Bob Zoe"),
            (json!([["name", "like", "Bo"]]), "Bob Bolt"),
            (json!([["name", "like", "bo"]]), ""),
            (json!([["name", "ilike", "bo"]]), "Bob Bolt"),
            (json!([["name", "not like", "Bo"]]), "Acme Ann Zoe"),
            (json!([["name", "not ilike", "BO"]]), "Acme Ann Zoe"),
            (json!([["city", "not ilike", "ghent"]]), "Acme Ann Bob Zoe"),
            (json!([["name", "=like", format!("{tag} B%")]]), "Bob Bolt"),
            (json!([["name", "=ilike", format!("{tag} b__")]]), "Bob"),
            (json!([["country_id", "=", us]]), "Acme Ann Bob"),
            (json!([["country_id", "!=", us]]), "Bolt Zoe"),
            (json!([["country_id", "in", [us, be]]]), "Acme Ann Bob Bolt"),
            (json!([["country_id", "not in", [us]]]), "Bolt Zoe"),
            (json!([["country_id", "=", false]]), "Zoe"),
            (json!([["country_id", "!=", false]]), "Acme Ann Bob Bolt"),
            (json!([["country_id", "in", [be, false]]]), "Bolt Zoe"),
            (json!([["country_id", "ilike", "belg"]]), "Bolt"),
            (json!([["country_id", "not ilike", "belg"]]), "Acme Ann Bob Zoe"),
            (json!([["country_id.code", "=", "BE"]]), "Bolt"),
            (json!([["parent_id.name", "ilike", "acme"]]), "Ann Bob"),
            (json!([["parent_id.country_id.code", "=", "US"]]), "Ann Bob"),
            (json!([["child_ids.name", "ilike", "ann"]]), "Acme"),
            (json!([["category_id.name", "ilike", "vip"]]), "Acme"),
            (json!([["category_id", "ilike", "vip"]]), "Acme"),
            (json!([["name", "=?", false]]), everyone),
            (json!([["color", "=?", 2]]), "Bob"),
            (json!(["|", ["color", "=", 1], ["color", "=", 2]]), "Ann Bob"),
            (json!(["&", ["is_company", "=", true], ["color", "=", 0]]), "Bolt"),
            (json!(["!", ["is_company", "=", true]]), "Ann Bob Zoe"),
            (json!(["|", "&", ["is_company", "=", true], ["color", "=", 0], ["color", "=", 1]]), "Ann Bolt"),
            (json!(["!", "|", ["color", "=", 1], ["color", "=", 2]]), "Acme Bolt Zoe"),
            (json!([["is_company", "=", true], ["color", "=", 0]]), "Bolt"),
            (json!([[1, "=", 1]]), everyone),
            (json!([[0, "=", 1]]), ""),
        ],
    )
    .await;
}

async fn zeros(odoo: &Odoo) {
    partners(odoo).await;
    check(odoo, vec![(json!([["color", "=", false]]), "Bolt Zoe"), (json!([["color", "in", [false]]]), "Bolt Zoe")])
        .await;
    two_revenues(odoo).await;
    for (condition, expected) in [
        (json!(["expected_revenue", "=", 0]), 2),
        (json!(["expected_revenue", "<", 5]), 2),
        (json!(["expected_revenue", "!=", 0]), 1),
        (json!(["expected_revenue", "=", false]), 2),
    ] {
        assert_eq!(odoo.count("crm.lead", json!([["name", "=", odoo.tag], condition])).await, expected, "{condition}");
    }
}

/// Leads of one name: revenue not given, 0, and 10.
async fn two_revenues(odoo: &Odoo) {
    odoo.make("crm.lead", json!({"name": odoo.tag})).await;
    odoo.make("crm.lead", json!({"name": odoo.tag, "expected_revenue": 0})).await;
    odoo.make("crm.lead", json!({"name": odoo.tag, "expected_revenue": 10})).await;
}

async fn unset_numbers(odoo: &Odoo) {
    partners(odoo).await;
    check(odoo, vec![(json!([["color", "=", false]]), ""), (json!([["color", "=", 0]]), "Bolt Zoe")]).await;
    two_revenues(odoo).await;
    let mine = json!(["name", "=", odoo.tag]);
    let rows = json!({"domain": [mine], "fields": ["expected_revenue"], "order": "id"});
    let rows = odoo.ok("crm.lead", "search_read", rows).await;
    assert_eq!((&rows[0]["expected_revenue"], &rows[1]["expected_revenue"]), (&json!(0.0), &json!(0.0)));
    for (condition, expected) in [
        (json!(["expected_revenue", "=", 0]), 1),
        (json!(["expected_revenue", "<", 5]), 1),
        (json!(["expected_revenue", "!=", 0]), 1),
        (json!(["expected_revenue", "=", false]), 1),
    ] {
        assert_eq!(odoo.count("crm.lead", json!([mine, condition])).await, expected, "{condition}");
    }
}

async fn not_searchable(odoo: &Odoo) {
    partners(odoo).await;
    let everyone = "Acme Ann Bob Bolt Zoe";
    let fields = json!({"allfields": ["email_formatted"], "attributes": ["searchable", "store"]});
    let fields = odoo.ok("res.partner", "fields_get", fields).await;
    assert_eq!(fields["email_formatted"]["searchable"], false);
    check(
        odoo,
        vec![
            (json!([["email_formatted", "=", "nobody"]]), everyone),
            (json!([["parent_id.email_formatted", "=", "nobody"]]), "Ann Bob"),
        ],
    )
    .await;
}

async fn turned_round(odoo: &Odoo) {
    partners(odoo).await;
    check(
        odoo,
        vec![
            // A child is not called so, rather than: no child is.
            (json!(["!", ["child_ids.name", "ilike", "ann"]]), "Acme"),
            // Who has no country is not there.
            (json!(["!", ["country_id.code", "=", "US"]]), "Bolt"),
        ],
    )
    .await;
}

async fn negation(odoo: &Odoo) {
    partners(odoo).await;
    check(
        odoo,
        vec![
            (json!(["!", ["child_ids.name", "ilike", "ann"]]), "Ann Bob Bolt Zoe"),
            (json!(["!", ["country_id.code", "=", "US"]]), "Bolt Zoe"),
        ],
    )
    .await;
    two_revenues(odoo).await;
    let rich = json!([["name", "=", odoo.tag], "!", ["expected_revenue", ">", 5]]);
    assert_eq!(odoo.count("crm.lead", rich).await, 2);
    let dated = json!([["name", "=", odoo.tag], "!", ["date_deadline", "<", "2031-01-01"]]);
    assert_eq!(odoo.count("crm.lead", dated).await, 3);
}

async fn not_yet(odoo: &Odoo) {
    let name =
        async |condition: Value| odoo.fault("res.partner", "search_count", json!({"domain": [condition]})).await.name;
    assert_eq!(name(json!(["child_ids", "any", [["color", "=", 2]]])).await, "builtins.TypeError");
    assert_eq!(name(json!(["name", "not =like", "x"])).await, "builtins.ValueError");
    assert_eq!(name(json!(["create_date.month_number", "=", 1])).await, "builtins.AttributeError");
    assert!(name(json!(["create_date", ">=", "today -30d"])).await.starts_with("psycopg2.errors."));
}

async fn any(odoo: &Odoo) {
    partners(odoo).await;
    check(
        odoo,
        vec![
            (json!([["parent_id", "any", [["name", "ilike", "acme"]]]]), "Ann Bob"),
            (json!([["parent_id", "not any", [["name", "ilike", "acme"]]]]), "Acme Bolt Zoe"),
            (json!([["child_ids", "any", [["color", "=", 2]]]]), "Acme"),
            (json!([["child_ids", "not any", [["color", "=", 2]]]]), "Ann Bob Bolt Zoe"),
            (json!([["child_ids", "any", []]]), "Acme"),
            (
                json!([["child_ids", "any", ["|", ["color", "=", 1], ["parent_id", "any", [["color", "=", 9]]]]]]),
                "Acme",
            ),
            (json!([["category_id", "any", [["name", "ilike", "vip"]]]]), "Acme"),
        ],
    )
    .await;
}

async fn silent(odoo: &Odoo) {
    partners(odoo).await;
    let everyone = "Acme Ann Bob Bolt Zoe";
    check(
        odoo,
        vec![
            (json!([["id", "=", "2"]]), ""),
            (json!([["is_company", "=", "false"]]), "Ann Bob Zoe"),
            (json!([["is_company", "=", "true"]]), "Acme Bolt"),
            (json!([["is_company", "in", ["no"]]]), "Ann Bob Zoe"),
            (json!([["type", "=", "Contact"]]), ""),
            (json!([["type", "=", "contact"]]), everyone),
            (json!([["city", "=", ""]]), "Acme Ann Bob Zoe"),
            (json!([["parent_id", "child_of", ""]]), everyone),
            (json!([["name", "like", ""]]), everyone),
            (json!([["name", "ilike", false]]), everyone),
            (json!([["country_id", "=", []]]), "Zoe"),
            (json!([["country_id", "in", false]]), ""),
            (json!([["color", "=", "2"]]), "Bob"),
            (json!([["name", "ILIKE", "bolt"]]), "Bolt"),
        ],
    )
    .await;
}

async fn newest(odoo: &Odoo) {
    partners(odoo).await;
    let tag = &odoo.tag;
    let everyone = "Acme Ann Bob Bolt Zoe";
    let row = odoo
        .ok("res.partner", "search_read", json!({"domain": [["ref", "=", tag]], "fields": ["create_date"], "limit": 1}))
        .await;
    let made = row[0]["create_date"].as_str().unwrap();
    let (month, hour): (i64, i64) = (made[5..7].parse().unwrap(), made[11..13].parse().unwrap());
    // Of the zone that the call names: never that of the user.
    for (context, hour) in [(json!({}), hour), (json!({"tz": "Asia/Tokyo"}), (hour + 9) % 24)] {
        let domain = json!([["id", "=", row[0]["id"]], ["create_date.hour_number", "=", hour]]);
        let found = odoo.ok("res.partner", "search_count", json!({"domain": domain, "context": context})).await;
        assert_eq!(found, 1, "{made}: {hour} in {context}");
    }
    check(
        odoo,
        vec![
            (json!([["name", "not =like", format!("{tag} B%")]]), "Acme Ann Zoe"),
            (json!([["name", "not =ilike", format!("{tag} b%")]]), "Acme Ann Zoe"),
            (json!([["create_date.month_number", "=", month]]), everyone),
            (json!([["create_date.month_number", "!=", month]]), ""),
            (json!([["create_date", ">=", "today -1d"]]), everyone),
            (json!([["create_date", "<", "today -1d"]]), ""),
            (json!([["display_name", "ilike", "acme"]]), "Acme Ann Bob"),
        ],
    )
    .await;
}

async fn trees(odoo: &Odoo) {
    partners(odoo).await;
    let tag = &odoo.tag;
    let acme =
        odoo.ok("res.partner", "search", json!({"domain": [["name", "=", format!("{tag} Acme")]]})).await[0].clone();
    let ann =
        odoo.ok("res.partner", "search", json!({"domain": [["name", "=", format!("{tag} Ann")]]})).await[0].clone();
    check(
        odoo,
        vec![
            (json!([["id", "child_of", acme]]), "Acme Ann Bob"),
            (json!([["id", "child_of", [ann]]]), "Ann"),
            (json!([["id", "parent_of", ann]]), "Acme Ann"),
            (json!([["parent_id", "child_of", acme]]), "Acme Ann Bob"),
            (json!([["id", "child_of", format!("{tag} Bolt")]]), "Bolt"),
            (json!([["id", "child_of", []]]), ""),
        ],
    )
    .await;
    let top = odoo.make("res.partner.category", json!({"name": format!("{tag} top")})).await;
    let sub = odoo.make("res.partner.category", json!({"name": format!("{tag} sub"), "parent_id": top})).await;
    odoo.ok("res.partner", "write", json!({"ids": [ann], "vals": {"category_id": [[6, 0, [sub]]]}})).await;
    check(odoo, vec![(json!([["category_id", "child_of", top]]), "Ann"), (json!([["category_id", "=", top]]), "")])
        .await;
}

async fn archived(odoo: &Odoo) {
    partners(odoo).await;
    let zoe =
        odoo.ok("res.partner", "search", json!({"domain": [["ref", "=", odoo.tag], ["name", "like", "Zoe"]]})).await;
    odoo.ok("res.partner", "write", json!({"ids": zoe, "vals": {"active": false}})).await;
    check(
        odoo,
        vec![
            (json!([]), "Acme Ann Bob Bolt"),
            (json!([["active", "=", false]]), "Zoe"),
            (json!([["active", "in", [true, false]]]), "Acme Ann Bob Bolt Zoe"),
            (json!(["|", ["active", "=", true], ["active", "=", false]]), "Acme Ann Bob Bolt Zoe"),
        ],
    )
    .await;
    let all = json!({"domain": [["ref", "=", odoo.tag]], "context": {"active_test": false}});
    assert_eq!(odoo.ok("res.partner", "search_count", all).await, 5);
    let read = odoo.ok("res.partner", "read", json!({"ids": zoe, "fields": ["active"]})).await;
    assert_eq!(read[0]["active"], false, "an archived record is read by its id");
}

async fn dates(odoo: &Odoo) {
    let tag = &odoo.tag;
    for (name, day) in [("a", json!("2031-05-09")), ("b", json!("2031-05-10")), ("c", json!(false))] {
        odoo.make(
            "crm.lead",
            json!({"name": format!("{tag} {name}"), "date_deadline": day, "date_closed": "2031-05-10 23:30:00"}),
        )
        .await;
    }
    let found = async |condition: Value| odoo.count("crm.lead", json!([["name", "like", tag], condition])).await;
    assert_eq!(found(json!(["date_deadline", "=", "2031-05-10"])).await, 1);
    assert_eq!(found(json!(["date_deadline", "<", "2031-05-10"])).await, 1);
    assert_eq!(found(json!(["date_deadline", "<=", "2031-05-10"])).await, 2);
    assert_eq!(found(json!(["date_deadline", ">", "2031-05-09"])).await, 1);
    assert_eq!(found(json!(["date_deadline", "=", false])).await, 1);
    assert_eq!(found(json!(["date_deadline", "!=", false])).await, 2);
    assert_eq!(found(json!(["date_closed", "=", "2031-05-10 23:30:00"])).await, 3);
    assert_eq!(found(json!(["date_closed", ">", "2031-05-10 23:30:00"])).await, 0);
    assert_eq!(found(json!(["date_closed", ">=", "2031-05-10 23:30:00"])).await, 3);
    assert_eq!(found(json!(["date_closed", "<", "2031-05-10 23:30:01"])).await, 3);
    assert_eq!(found(json!(["date_closed", "!=", "2031-05-10 23:30:00"])).await, 0);
}

async fn zones(odoo: &Odoo) {
    let tag = &odoo.tag;
    // 23:30 UTC is the next day in Tokyo.
    odoo.make("crm.lead", json!({"name": tag, "date_open": "2031-05-10 23:30:00"})).await;
    let found = async |operator: &str, day: &str, zone: &str| {
        let domain = json!([["name", "=", tag], ["date_open", operator, day]]);
        odoo.ok("crm.lead", "search_count", json!({"domain": domain, "context": {"tz": zone}})).await
    };
    assert_eq!(found("<=", "2031-05-10", "UTC").await, 1);
    assert_eq!(found("<=", "2031-05-10", "Asia/Tokyo").await, 0);
    assert_eq!(found(">=", "2031-05-11", "Asia/Tokyo").await, 1);
    assert_eq!(found(">", "2031-05-10", "Asia/Tokyo").await, 1);
    assert_eq!(found("<", "2031-05-11", "Asia/Tokyo").await, 0);
    assert_eq!(found("<", "2031-05-11", "UTC").await, 1);
}

async fn malformed(odoo: &Odoo) {
    let raise = async |domain: Value| odoo.fault("res.partner", "search_count", json!({"domain": domain})).await;
    let value = "builtins.ValueError";
    raise(json!([["nope", "=", 1]])).await.is(
        value,
        "Invalid field res.partner.nope in condition ('nope', '=', 1)",
        500,
    );
    raise(json!([["country_id.nope", "=", 1]])).await.is(value, "Invalid field res.country.nope", 500);
    raise(json!([["name.nope", "=", 1]])).await.is(value, "Invalid field property 'nope' on res.partner.name", 500);
    raise(json!([["name", "~", 1]])).await.is(value, "Invalid operator in condition ('name', '~', 1)", 500);
    raise(json!([["name", "="]])).await.is(value, "Domain() invalid item in domain: ['name', '=']", 500);
    raise(json!(["|", ["id", "=", 1]])).await.is(value, "Domain() malformed domain ['|', ['id', '=', 1]]", 500);
    raise(json!("[]")).await.is("builtins.TypeError", "Domain() invalid argument type for domain: '[]'", 500);
    raise(json!([["name", "any", []]])).await.is(value, "Cannot use 'any' with non-relational fields", 500);
    raise(json!([["name", "any!", []]])).await.is(value, "Domain() invalid item in domain", 500);
    raise(json!([["country_id", ">", "a"]])).await.is(
        "builtins.TypeError",
        "Inequality not supported for relational field using a string",
        500,
    );
    raise(json!([["color", "=", "x"]])).await.is(value, "invalid literal for int() with base 10: 'x'", 500);
    raise(json!([["create_date", "=", "foo"]])).await.is(value, "Invalid term 'foo' in expression date: 'foo'", 500);
    raise(json!([["create_date", "<", "2026-11-21T00:00:00Z"]])).await.is(
        value,
        "expecting only datetimes with no timezone",
        500,
    );
    raise(json!([["tz_offset", "=", "x"]])).await.is(
        value,
        "Cannot convert res.partner.tz_offset to SQL because it is not stored",
        500,
    );
}

async fn x2many(odoo: &Odoo) {
    partners(odoo).await;
    let rows = odoo.ok("res.partner", "search_read", json!({"domain": [["ref", "=", odoo.tag], ["child_ids", "!=", false]], "fields": ["child_ids", "category_id"]})).await;
    assert_eq!(rows.as_array().unwrap().len(), 1, "one has contacts");
    let (child, category) = (rows[0]["child_ids"][0].clone(), rows[0]["category_id"][0].clone());
    check(
        odoo,
        vec![
            (json!([["child_ids", "=", false]]), "Ann Bob Bolt Zoe"),
            (json!([["child_ids", "in", [child]]]), "Acme"),
            (json!([["child_ids", "=", child]]), "Acme"),
            (json!([["child_ids", "not in", [child]]]), "Ann Bob Bolt Zoe"),
            (json!([["category_id", "in", [category]]]), "Acme"),
            (json!([["category_id", "=", false]]), "Ann Bob Bolt Zoe"),
            (json!([["category_id", "!=", category]]), "Ann Bob Bolt Zoe"),
        ],
    )
    .await;
}

async fn likes(odoo: &Odoo) {
    let tag = &odoo.tag;
    odoo.make("res.partner.category", json!({"name": format!("{tag} Café_Noir")})).await;
    let found = async |operator: &str, text: &str| {
        odoo.count("res.partner.category", json!([["name", "like", tag], ["name", operator, text]])).await
    };
    assert_eq!(found("ilike", "CAFÉ").await, 1);
    assert_eq!(found("ilike", "cafe").await, 0);
    assert_eq!(found("like", "CAFÉ").await, 0);
    assert_eq!(found("ilike", "c%noir").await, 1);
    assert_eq!(found("ilike", "caf_").await, 1);
    assert_eq!(found("ilike", "caf\\_").await, 0);
    assert_eq!(found("ilike", "é\\_n").await, 1);
    assert_eq!(found("=like", "%Noir").await, 1);
    assert_eq!(found("=like", "Noir").await, 0);
}

async fn names_exactly(odoo: &Odoo) {
    partners(odoo).await;
    check(
        odoo,
        vec![
            (json!([["country_id", "=", "United States"]]), "Acme Ann Bob"),
            (json!([["country_id", "=", "united states"]]), ""),
            (json!([["country_id", "=", "US"]]), "Acme Ann Bob"),
            (json!([["country_id", "=", "Belgiu"]]), ""),
        ],
    )
    .await;
}
