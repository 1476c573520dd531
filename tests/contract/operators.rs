//! Domains: every operator on every type of field, on three leads that the case makes.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("operators: texts, and those that are not set", texts),
        case!("operators: selections", selections),
        case!("operators: numbers", numbers),
        case!("operators: days and moments", times),
        case!("operators: booleans", booleans),
        case!("operators: a many2one by id, by name and by path", links),
        case!("operators: a many2many by id, by name and by path", many),
        case!("operators: `child_of` and `parent_of` through a many2one", trees),
        case!("operators: conditions nested and negated", nested),
    ]
}

/// Leads `a`, `b` and `c`, two customers and two tags.
struct Sample<'o> {
    odoo: &'o Odoo,
    customers: [i64; 2],
    tags: [i64; 2],
}

async fn sample(odoo: &Odoo) -> Sample<'_> {
    let tag = &odoo.tag;
    let (us, be) = (odoo.reference("base.us").await, odoo.reference("base.be").await);
    let customer = async |name: &str, country: i64| {
        odoo.make("res.partner", json!({"name": format!("{tag} {name}"), "country_id": country})).await
    };
    let customers = [customer("One", us).await, customer("Two", be).await];
    let label = async |name: &str| odoo.make("crm.tag", json!({"name": format!("{tag} {name}")})).await;
    let tags = [label("Red").await, label("Blue").await];
    let employee = odoo.uid(Who::Employee).await;
    let leads = [
        json!({"name": format!("{tag} a"), "priority": "2", "expected_revenue": 10, "color": 1, "city": "Ghent", "partner_id": customers[0],
            "date_deadline": "2031-01-31", "date_closed": "2031-01-31 10:00:00", "tag_ids": [[6, 0, [tags[0]]]]}),
        json!({"name": format!("{tag} b"), "expected_revenue": 0, "color": 2, "user_id": false,
            "date_deadline": "2031-02-01", "date_closed": "2031-02-01 23:59:59", "tag_ids": [[6, 0, tags]]}),
        json!({"name": format!("{tag} c"), "type": "lead", "priority": "1", "expected_revenue": -5, "color": 0, "city": false, "user_id": employee,
            "partner_id": customers[1]}),
    ];
    for lead in leads {
        odoo.make("crm.lead", lead).await;
    }
    Sample { odoo, customers, tags }
}

impl Sample<'_> {
    async fn found(&self, domain: &Value) -> String {
        let mut all = vec![json!(["name", "like", self.odoo.tag])];
        all.extend(domain.as_array().cloned().unwrap());
        let asked = json!({"domain": all, "fields": ["name"], "order": "id", "context": {"tz": "UTC"}});
        let rows = self.odoo.ok("crm.lead", "search_read", asked).await;
        rows.as_array().unwrap().iter().filter_map(|row| row["name"].as_str()?.chars().last()).collect()
    }

    /// Each domain finds these leads.
    async fn check(&self, table: Vec<(Value, &str)>) {
        let mut wrong = Vec::new();
        for (domain, expected) in table {
            let found = self.found(&domain).await;
            if found != expected {
                wrong.push(format!("{domain}: found `{found}`, expected `{expected}`"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

async fn texts(odoo: &Odoo) {
    // Until 17 the empty text and no text are two things.
    let (no_city, a_city) = if odoo.version >= 18 { ("bc", "a") } else { ("", "a") };
    let table = vec![
        (json!([["city", "=", "Ghent"]]), "a"),
        (json!([["city", "!=", "Ghent"]]), "bc"),
        (json!([["city", "=", false]]), "bc"),
        (json!([["city", "!=", false]]), "a"),
        (json!([["city", "=", null]]), "bc"),
        (json!([["city", "=", ""]]), no_city),
        (json!([["city", "!=", ""]]), a_city),
        (json!([["city", "in", ["Ghent", "Bonn"]]]), "a"),
        (json!([["city", "in", ["Ghent", false]]]), "abc"),
        (json!([["city", "not in", ["Ghent"]]]), "bc"),
        (json!([["city", "not in", ["Ghent", false]]]), ""),
        (json!([["city", "not in", [false]]]), "a"),
        (json!([["city", "like", "Ghe"]]), "a"),
        (json!([["city", "like", "ghe"]]), ""),
        (json!([["city", "ilike", "ghe"]]), "a"),
        (json!([["city", "not like", "Ghe"]]), "bc"),
        (json!([["city", "not ilike", "GHE"]]), "bc"),
        (json!([["city", "ilike", ""]]), "abc"),
        (json!([["city", "=like", "Gh%"]]), "a"),
        (json!([["city", "=like", "gh%"]]), ""),
        (json!([["city", "=ilike", "gh%"]]), "a"),
        (json!([["city", "=ilike", "gh"]]), ""),
        (json!([["city", "=?", false]]), "abc"),
        (json!([["city", "=?", "Ghent"]]), "a"),
        (json!([["city", ">", "Bonn"]]), "a"),
        (json!([["city", "<=", "Bonn"]]), if odoo.version >= 18 { "bc" } else { "" }),
    ];
    sample(odoo).await.check(table).await;
}

async fn selections(odoo: &Odoo) {
    let table = vec![
        (json!([["type", "=", "lead"]]), "c"),
        (json!([["type", "!=", "lead"]]), "ab"),
        (json!([["type", "in", ["lead", "opportunity"]]]), "abc"),
        (json!([["type", "not in", ["lead"]]]), "ab"),
        (json!([["type", "=", false]]), ""),
        (json!([["type", "!=", false]]), "abc"),
        (json!([["type", "ilike", "OPP"]]), "ab"),
        (json!([["priority", ">", "0"]]), "ac"),
        (json!([["priority", "=", "2"]]), "a"),
    ];
    sample(odoo).await.check(table).await;
}

async fn numbers(odoo: &Odoo) {
    let table = vec![
        (json!([["expected_revenue", "=", 10]]), "a"),
        (json!([["expected_revenue", "=", 10.0]]), "a"),
        (json!([["expected_revenue", "!=", 10]]), "bc"),
        (json!([["expected_revenue", ">", 0]]), "a"),
        (json!([["expected_revenue", ">=", 0]]), "ab"),
        (json!([["expected_revenue", "<", 0]]), "c"),
        (json!([["expected_revenue", "<=", 0]]), "bc"),
        (json!([["expected_revenue", "=", 0]]), "b"),
        (json!([["expected_revenue", "in", [10, -5]]]), "ac"),
        (json!([["expected_revenue", "not in", [10, -5]]]), "b"),
        (json!([["color", "in", [1, 2]]]), "ab"),
        (json!([["color", "!=", 1]]), "bc"),
        (json!([["color", "=?", 2]]), "b"),
        (json!([["color", ">", 1]]), "b"),
    ];
    sample(odoo).await.check(table).await;
}

async fn times(odoo: &Odoo) {
    let table = vec![
        (json!([["date_deadline", "=", "2031-01-31"]]), "a"),
        (json!([["date_deadline", "!=", "2031-01-31"]]), "bc"),
        (json!([["date_deadline", ">", "2031-01-31"]]), "b"),
        (json!([["date_deadline", ">=", "2031-01-31"]]), "ab"),
        (json!([["date_deadline", "<=", "2031-01-31"]]), "a"),
        (json!([["date_deadline", "<", "2031-01-31"]]), ""),
        (json!([["date_deadline", "=", false]]), "c"),
        (json!([["date_deadline", "!=", false]]), "ab"),
        (json!([["date_deadline", "in", ["2031-01-31", "2031-02-01"]]]), "ab"),
        (json!([["date_deadline", "in", ["2031-01-31", false]]]), "ac"),
        (json!([["date_deadline", "not in", ["2031-01-31"]]]), "bc"),
        (json!([["date_closed", "=", "2031-01-31 10:00:00"]]), "a"),
        (json!([["date_closed", ">", "2031-01-31 10:00:00"]]), "b"),
        (json!([["date_closed", "<=", "2031-01-31 10:00:00"]]), "a"),
        (json!([["date_closed", "=", false]]), "c"),
        // A day is all of it, from its first second to its last.
        (json!([["date_closed", "<", "2031-02-01"]]), "a"),
        (json!([["date_closed", ">=", "2031-02-01"]]), "b"),
        (json!([["date_closed", "<=", "2031-02-01"]]), "ab"),
        (json!([["date_closed", ">", "2031-02-01"]]), ""),
        (json!([["date_closed", ">", "2031-01-31"]]), "b"),
    ];
    sample(odoo).await.check(table).await;
}

async fn booleans(odoo: &Odoo) {
    let sample = sample(odoo).await;
    let c = json!({"domain": [["name", "=", format!("{} c", odoo.tag)]]});
    let c = odoo.ok("crm.lead", "search", c).await;
    odoo.ok("crm.lead", "write", json!({"ids": c, "vals": {"active": false}})).await;
    let table = vec![
        (json!([]), "ab"),
        (json!([["active", "=", true]]), "ab"),
        (json!([["active", "=", false]]), "c"),
        (json!([["active", "!=", true]]), "c"),
        (json!([["active", "!=", false]]), "ab"),
        (json!([["active", "in", [true, false]]]), "abc"),
        (json!([["active", "in", [false]]]), "c"),
        (json!([["active", "not in", [false]]]), "ab"),
        (json!(["|", ["active", "=", true], ["active", "=", false]]), "abc"),
        (json!([["stage_id.is_won", "=", false]]), "ab"),
    ];
    sample.check(table).await;
}

async fn links(odoo: &Odoo) {
    let sample = sample(odoo).await;
    let [one, two] = sample.customers;
    let named = |name: &str| format!("{} {name}", odoo.tag);
    let table = vec![
        (json!([["partner_id", "=", one]]), "a"),
        (json!([["partner_id", "!=", one]]), "bc"),
        (json!([["partner_id", "in", [one, two]]]), "ac"),
        (json!([["partner_id", "not in", [one]]]), "bc"),
        (json!([["partner_id", "=", false]]), "b"),
        (json!([["partner_id", "!=", false]]), "ac"),
        (json!([["partner_id", "in", [one, false]]]), "ab"),
        (json!([["partner_id", "not in", [one, false]]]), "c"),
        (json!([["partner_id", "=", named("One")]]), "a"),
        (json!([["partner_id", "in", [named("One"), named("Two")]]]), "ac"),
        (json!([["partner_id", "like", named("One")]]), "a"),
        (json!([["partner_id", "ilike", named("one")]]), "a"),
        (json!([["partner_id", "not ilike", named("one")]]), "bc"),
        (json!([["partner_id.name", "=", named("One")]]), "a"),
        (json!([["partner_id.name", "!=", named("One")]]), "c"),
        (json!([["partner_id.name", "not ilike", "one"]]), "c"),
        (json!([["partner_id.country_id.code", "=", "BE"]]), "c"),
        (json!([["partner_id.country_id", "ilike", "belg"]]), "c"),
        (json!([["partner_id.ref", "=", false]]), "ac"),
        (json!([["user_id.login", "=", odoo.employee.login]]), "c"),
        (json!([["user_id", "=?", false]]), "abc"),
    ];
    sample.check(table).await;
}

async fn many(odoo: &Odoo) {
    let sample = sample(odoo).await;
    let [red, blue] = sample.tags;
    let named = |name: &str| format!("{} {name}", odoo.tag);
    let table = vec![
        (json!([["tag_ids", "in", [red]]]), "ab"),
        (json!([["tag_ids", "in", [red, blue]]]), "ab"),
        (json!([["tag_ids", "not in", [blue]]]), "ac"),
        (json!([["tag_ids", "=", blue]]), "b"),
        (json!([["tag_ids", "!=", blue]]), "ac"),
        (json!([["tag_ids", "=", false]]), "c"),
        (json!([["tag_ids", "!=", false]]), "ab"),
        (json!([["tag_ids", "=", named("Blue")]]), "b"),
        (json!([["tag_ids", "ilike", named("blue")]]), "b"),
        (json!([["tag_ids", "not ilike", named("blue")]]), "ac"),
        (json!([["tag_ids.name", "=", named("Blue")]]), "b"),
        // One tag of another name is enough.
        (json!([["tag_ids.name", "!=", named("Blue")]]), "ab"),
    ];
    sample.check(table).await;
}

async fn trees(odoo: &Odoo) {
    let sample = sample(odoo).await;
    let [one, _] = sample.customers;
    let branch = odoo.make("res.partner", json!({"name": format!("{} Branch", odoo.tag), "parent_id": one})).await;
    let b = json!({"domain": [["name", "=", format!("{} b", odoo.tag)]]});
    let b = odoo.ok("crm.lead", "search", b).await;
    odoo.ok("crm.lead", "write", json!({"ids": b, "vals": {"partner_id": branch}})).await;
    let table = vec![
        (json!([["partner_id", "child_of", one]]), "ab"),
        (json!([["partner_id", "child_of", [one]]]), "ab"),
        (json!([["partner_id", "child_of", branch]]), "b"),
        (json!([["partner_id", "parent_of", branch]]), "ab"),
        (json!([["partner_id", "parent_of", one]]), "a"),
        (json!([["partner_id", "child_of", format!("{} One", odoo.tag)]]), "ab"),
        (json!(["!", ["partner_id", "child_of", one]]), "c"),
    ];
    sample.check(table).await;
}

async fn nested(odoo: &Odoo) {
    let sample = sample(odoo).await;
    let color = |number: i64| json!(["color", "=", number]);
    let table = vec![
        (json!(["|", "&", color(1), ["city", "!=", false], "!", "|", color(1), color(2)]), "ac"),
        (json!(["!", "&", color(1), ["type", "=", "opportunity"]]), "bc"),
        (json!(["!", "!", color(1)]), "a"),
        (json!(["&", "|", color(1), color(2), "|", color(2), color(0)]), "b"),
        (json!(["|", color(1), "|", color(2), color(0)]), "abc"),
        (json!([color(1), color(2)]), ""),
        (json!(["!", ["city", "=", "Ghent"]]), "bc"),
        (json!(["!", ["city", "ilike", "ghent"]]), "bc"),
        (json!(["!", ["date_deadline", "=", false]]), "ab"),
        (json!(["!", ["tag_ids", "in", [sample.tags[1]]]]), "ac"),
        (json!(["!", ["partner_id", "=", sample.customers[0]]]), "bc"),
        (json!([[1, "=", 1], "|", [0, "=", 1], color(1)]), "a"),
    ];
    sample.check(table).await;
}
