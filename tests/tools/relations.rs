//! Names and words at relations, on every Odoo: what Odoo makes of the commands that they become.

use serde_json::{Value, json};

use crate::Case;
use crate::client::{Server, Target};

pub const CASES: &[Case] = &[("relations: records are made, added, removed and emptied by name", life)];

fn names(records: &Value) -> Vec<String> {
    let mut names: Vec<_> =
        records.as_array().unwrap().iter().map(|record| record["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn life(server: &mut Server, target: &Target) {
    let (one, two, company) = (
        format!("Tooldoo Test one {}", target.name),
        format!("Tooldoo Test two {}", target.name),
        format!("Tooldoo Test company {}", target.name),
    );
    let tags = server.call("probe_tags", json!({"names": [one, two]}))["ids"].clone();
    assert_eq!(tags.as_array().unwrap().len(), 2);
    let people = json!([{"name": "Tooldoo Test a", "country": "BE"}, {"name": "Tooldoo Test b"}]);
    let created = server.call(
        "probe_company_of_people",
        json!({"name": company, "tags": [one], "country": "Belgium", "people": people}),
    );
    let record = &created["records"][0];
    assert_eq!((names(&record["category_id"]), &record["country_id"]["name"]), (vec![one.clone()], &json!("Belgium")));
    assert_eq!(names(&record["child_ids"]), ["1 Tooldoo Test a", "2 Tooldoo Test b"]);
    let change = |server: &mut Server, words: Value| {
        let mut arguments = words.as_object().unwrap().clone();
        arguments.insert("company".to_owned(), json!(company));
        server.call("probe_relations", Value::Object(arguments))["records"][0].clone()
    };
    assert_eq!(names(&change(server, json!({"add": [two]}))["category_id"]), [one.clone(), two.clone()]);
    assert_eq!(names(&change(server, json!({"remove": [one]}))["category_id"]), vec![two.clone()]);
    let both = change(server, json!({"set": [], "add": [tags[0].to_string()], "person": "Tooldoo Test c"}));
    assert_eq!(names(&both["category_id"]), [one]);
    assert_eq!(names(&both["child_ids"]), ["1 Tooldoo Test a", "2 Tooldoo Test b", "Tooldoo Test c"]);
    let cleared = change(server, json!({"clear": ["tags", "country"]}));
    assert_eq!((&cleared["category_id"], &cleared["country_id"]), (&json!([]), &Value::Null));
    let error = server.fails(
        "probe_company_of_people",
        json!({"name": company, "people": [{"name": "x"}, {"name": "y", "country": "Atlantis"}]}),
        "not_found",
    );
    assert!(error["message"].as_str().unwrap().contains("`people[1].country`"), "{error:?}");
    let mut ids: Vec<_> = record["child_ids"].as_array().unwrap().iter().map(|child| child["id"].clone()).collect();
    ids.extend(both["child_ids"].as_array().unwrap().iter().map(|child| child["id"].clone()));
    ids.push(record["id"].clone());
    let mut unique: Vec<Value> = Vec::new();
    for id in ids {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    server.call("probe_unlink", json!({"model": "res.partner", "ids": unique}));
    server.call("probe_unlink", json!({"model": "res.partner.category", "ids": tags}));
}
