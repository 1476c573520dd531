//! Which schemas are published, and when.

use std::path::Path;

use super::*;
use crate::access::Caller;
use crate::catalog::{Catalog, Facts, Known};
use crate::definition::load_texts;
use crate::odoo::Version;
use crate::operation::fit::testing::{country, lead, partner};
use crate::source::Format;

const TOOLS: &str = r#"
[defaults]
model = "crm.lead"
result = { structured = true }

[[tool]]
name = "leads"
[tool.search_read]
fields = ["name", "expected_revenue", { partner_id = ["email", { country_id = ["code"] }] }]

[[tool]]
name = "by_country"
[tool.read_group]
group_by = ["partner_id.country_id", "create_date:month"]
aggregates = ["expected_revenue:sum"]

[[tool]]
name = "any"
model = "{{ model }}"
[tool.search_read]
[tool.input]
required = ["model"]
properties = { model = { type = "string" } }

[[tool]]
name = "own"
output = { type = "object", properties = { count = { type = "integer" } } }
[tool.search_count]

[[tool]]
name = "plain"
[tool.search_count]
[tool.result]
structured = false

[[tool]]
name = "asked"
confirm = "always"
[tool.unlink]
ids = 1

[[tool]]
name = "static"
[[tool.content]]
type = "text"
text = "x"
"#;

fn catalog() -> Catalog {
    let loaded = load_texts([(Path::new("test.toml"), TOOLS, Format::Toml)]);
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    Catalog::new(loaded.definitions.tools.into_iter().map(Arc::new).collect())
}

fn schema(catalog: &Catalog, name: &str) -> Option<Value> {
    let caller = Caller { bundles: Vec::new(), read_only: false, login: None };
    let tool = catalog.tool(&caller, name).unwrap();
    catalog.output(&tool).map(|schema| Value::Object(Clone::clone(&*schema)))
}

fn knowing(models: &[Model]) -> Arc<Known> {
    let models = models.iter().map(|model| (model.name.clone(), Some(Arc::new(model.clone())))).collect();
    let seen = Seen { models, list_views: HashMap::new() };
    let facts = Facts { version: Some(Version::new(19, 0)), seen, ..Facts::default() };
    Arc::new(Known::nothing("main").with("main", &facts))
}

#[test]
fn nothing_is_promised_of_an_odoo_that_was_not_seen() {
    let catalog = catalog().with_known(Arc::new(Known::nothing("main")));
    for name in ["leads", "by_country", "any", "plain", "asked", "static"] {
        assert_eq!(schema(&catalog, name), None, "{name}");
    }
    assert_eq!(schema(&catalog, "own"), Some(json!({"type": "object", "properties": {"count": {"type": "integer"}}})));
    let unseen = catalog.needs("main", None).unwrap().unseen;
    assert_eq!(unseen.models, BTreeSet::from(["crm.lead".to_owned()]), "the related ones are not known yet");
    assert!(catalog.is_undecided("main"));
}

#[test]
fn related_models_are_wanted_when_they_are_known_to_be_needed() {
    let first = catalog().with_known(knowing(&[lead()]));
    assert_eq!(first.needs("main", None).unwrap().unseen.models, BTreeSet::from(["res.partner".to_owned()]));
    assert_eq!(schema(&first, "leads"), None);
    let second = catalog().with_known(knowing(&[lead(), partner()]));
    assert_eq!(second.needs("main", None).unwrap().unseen.models, BTreeSet::from(["res.country".to_owned()]));
    // A path ends at the last relation: its model need not be read.
    assert!(schema(&second, "by_country").is_some());
    let all = catalog().with_known(knowing(&[lead(), partner(), country()]));
    assert!(all.needs("main", None).unwrap().unseen.is_empty());
    let record = &schema(&all, "leads").unwrap()["properties"]["records"]["items"];
    assert_eq!(record["required"], json!(["id"]));
    let country = &record["properties"]["partner_id"]["properties"]["country_id"];
    assert_eq!(country["properties"]["code"], json!({"type": ["string", "null"]}));
    assert_eq!(country["type"], json!(["object", "null"]));
    let group = &schema(&all, "by_country").unwrap()["properties"]["groups"]["items"]["properties"];
    assert_eq!(group["expected_revenue:sum"], json!({"type": "number"}));
    assert_eq!(group["partner_id.country_id"]["required"], json!(["id"]));
    // Clients are told that the list has changed.
    let caller = Caller { bundles: Vec::new(), read_only: false, login: None };
    assert!(first.changes(&all, &caller).tools && !all.changes(&all, &caller).tools);
}

#[test]
fn only_what_is_certain_is_promised() {
    let all = catalog().with_known(knowing(&[lead(), partner(), country()]));
    assert_eq!(schema(&all, "plain"), None);
    assert_eq!(schema(&all, "static"), None);
    let any = schema(&all, "any").unwrap();
    assert_eq!(any["properties"]["records"]["items"], json!({"type": "object"}));
    assert_eq!(any["required"], json!(["records"]));
    // A plan that waits for a person's word is an error, and no answer.
    assert_eq!(schema(&all, "asked").unwrap()["required"], json!(["ids"]));
    // The configuration decides where a tool does not.
    let known = Known::clone(&knowing(&[lead(), partner(), country()])).structured(true);
    let text = "[[tool]]\nname = \"count\"\nmodel = \"crm.lead\"\n[tool.search_count]\n";
    let loaded = load_texts([(Path::new("test.toml"), text, Format::Toml)]);
    let count = Catalog::new(loaded.definitions.tools.into_iter().map(Arc::new).collect());
    assert_eq!(schema(&count.clone().with_known(knowing(&[])), "count"), None);
    assert_eq!(
        schema(&count.with_known(Arc::new(known)), "count"),
        Some(json!({"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}))
    );
}
