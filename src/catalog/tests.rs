//! What bundles make of tools together.

use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::definition::load_texts;
use crate::odoo::Version;
use crate::source::Format;

const TOOLS: &str = r#"
[[tool]]
name = "leads"
bundles = ["sales"]
model = "crm.lead"
search_read.domain = [["team_id.name", "=", "{{ team }}"], ["name", "ilike", "{{ query }}"]]
input = { required = ["team"], properties = { team = { type = "string" }, query = { type = "string" } } }

[[tool]]
name = "orders"
bundles = ["sales", "crm"]
model = "sale.order"
search_count.domain = [["team_id.name", "=", "{{ bundle.team }}"]]

[[tool]]
name = "stages"
bundles = ["crm"]
model = "crm.stage"
search_count = {}

[[tool]]
name = "numbered"
bundles = ["numbers"]
model = "crm.stage"
search_count.domain = [["team_id", "=", "{{ team }}"]]
input.properties.team = { type = "integer" }
"#;

fn catalog(bundles: &str) -> Catalog {
    let text = format!("{TOOLS}\n{bundles}");
    let loaded = load_texts([(Path::new("test.toml"), text.as_str(), Format::Toml)]);
    assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
    let tools = loaded.definitions.tools.into_iter().map(Arc::new).collect();
    Catalog::new(tools).with_bundles(&loaded.definitions.bundles).with_known(Arc::new(Known::nothing("main")))
}

fn of(bundles: &[&str]) -> Caller {
    Caller { bundles: bundles.iter().map(|name| (*name).to_owned()).collect(), read_only: false, login: None }
}

fn names(catalog: &Catalog, bundles: &[&str]) -> Vec<String> {
    let caller = of(bundles);
    let listed: Vec<String> = catalog.tools(&caller).map(|offered| offered.tool.name.clone()).collect();
    for tool in catalog.entries.iter().map(super::Entry::tool) {
        // List and call ask the same question.
        assert_eq!(catalog.tool(&caller, &tool.name).is_some(), listed.contains(&tool.name), "{}", tool.name);
    }
    listed
}

fn clash(catalog: &Catalog, bundles: &[&str]) -> String {
    assert!(names(catalog, bundles).is_empty());
    catalog.clash(&of(bundles).bundles).expect("they do not go together").to_string()
}

const EUROPE: &str = "[[bundle]]\nname = \"sales\"\nbind.team = \"Europe\"\n";

#[test]
fn what_is_bound_leaves_the_schema_and_stays_in_the_tool() {
    let catalog = catalog(EUROPE);
    let leads = catalog.tool(&of(&["sales"]), "leads").unwrap();
    assert_eq!(leads.bound, *json!({"team": "Europe"}).as_object().unwrap());
    assert!(leads.schema.get("required").is_none());
    assert!(leads.schema["properties"].get("team").is_none() && leads.schema["properties"].get("query").is_some());
    assert!(leads.tool.input.schema["properties"].get("team").is_some());
    let unbound = catalog.tool(&of(&[]), "leads").unwrap();
    assert!(unbound.bound.is_empty() && Arc::ptr_eq(&unbound.schema, &unbound.tool.input.schema));
    let again = catalog.tool(&of(&["sales"]), "leads").unwrap();
    assert!(Arc::ptr_eq(&leads, &again), "made once for each set of bundles");
}

#[test]
fn a_tool_is_hidden_where_nothing_binds_what_it_needs() {
    let catalog = catalog(EUROPE);
    assert_eq!(names(&catalog, &["sales"]), ["leads", "orders"]);
    assert_eq!(names(&catalog, &["crm"]), ["stages"]);
    assert_eq!(names(&catalog, &[]), ["leads", "numbered", "stages"]);
    assert_eq!(names(&catalog, &["sales", "crm"]), ["leads", "orders", "stages"]);
    let orders = catalog.tool(&of(&["crm", "sales"]), "orders").unwrap();
    assert_eq!(orders.parameters["team"], "Europe");
}

#[test]
fn two_values_for_one_argument_do_not_go_together() {
    let more = "[[bundle]]\nname = \"crm\"\nbind.team = \"Asia\"\n";
    let catalog = catalog(&format!("{EUROPE}{more}"));
    let told = clash(&catalog, &["sales", "crm"]);
    for part in ["`crm` and `sales`", "`team` is \"Asia\" in one and \"Europe\" in another", "by itself"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(names(&catalog, &["crm"]), ["orders", "stages"]);
    let same = self::catalog(&format!("{EUROPE}{}", more.replace("Asia", "Europe")));
    assert_eq!(names(&same, &["sales", "crm"]), ["leads", "orders", "stages"]);
}

#[test]
fn a_value_that_the_tools_of_another_bundle_refuse_does_not_go_with_them() {
    let told = clash(&catalog(EUROPE), &["sales", "numbers"]);
    assert!(told.contains("`numbered`") && told.contains("`team`") && told.contains("integer"), "{told}");
}

#[test]
fn a_tool_works_on_the_odoo_of_the_bundle_that_shows_it() {
    let more = "[[bundle]]\nname = \"crm\"\ninstance = \"second\"\n";
    let there = catalog(more);
    let instance = |bundles: &[&str], name: &str| there.tool(&of(bundles), name).unwrap().instance.clone();
    assert_eq!(instance(&["crm"], "stages").as_deref(), Some("second"));
    assert_eq!(instance(&[], "stages"), None);
    assert_eq!(instance(&["numbers", "crm"], "numbered"), None, "each tool by its own bundle");
    assert_eq!(instance(&["numbers", "crm"], "stages").as_deref(), Some("second"));
    assert!(there.needs("second", None).unwrap().models.contains("crm.stage"));
    assert!(!there.needs("second", None).unwrap().models.contains("crm.lead"));
    assert!(there.needs("main", None).unwrap().models.contains("crm.stage"), "`default` shows it too");
    let told = clash(&there, &["default", "crm"]);
    assert!(told.contains("`stages`") && told.contains("`main`") && told.contains("`second`"), "{told}");
    let main = catalog(&more.replace("second", "main"));
    assert_eq!(names(&main, &["default", "crm"]).len(), 3, "the default instance by its name is the same");
}

#[test]
fn what_an_odoo_lacks_hides_a_tool_only_from_those_who_work_on_it() {
    let facts = |there: bool| Facts {
        version: Some(Version::new(19, 0)),
        models: HashMap::from([("crm.stage".to_owned(), there)]),
        ..Facts::default()
    };
    let known = Known::nothing("main").with("main", &facts(true)).with("second", &facts(false));
    let catalog = catalog("[[bundle]]\nname = \"crm\"\ninstance = \"second\"\n").with_known(Arc::new(known));
    assert!(names(&catalog, &["crm"]).is_empty());
    assert_eq!(names(&catalog, &["numbers"]), ["numbered"]);
}

#[test]
fn ceilings_of_companies_meet() {
    let bundles = "
        [[bundle]]\nname = \"sales\"\ncompany_ids = [3, 1]\nbind.team = \"Europe\"
        [[bundle]]\nname = \"crm\"\ncompany_ids = [1, 2]
        [[bundle]]\nname = \"numbers\"\ncompany_ids = [2]
        [[bundle]]\nname = \"open\"\ninclude = [\"stages\"]
        [[bundle]]\nname = \"far\"\ninclude = [\"stages\"]\ninstance = \"second\"\ncompany_ids = [9]
    ";
    let there = catalog(bundles);
    let companies = |bundles: &[&str], name: &str| there.tool(&of(bundles), name).unwrap().companies.clone();
    assert_eq!(companies(&["sales"], "leads"), Some(vec![3, 1]));
    assert_eq!(companies(&["sales", "crm"], "leads"), Some(vec![1]), "of a tool of one of the two as well");
    assert_eq!(companies(&["sales", "open"], "stages"), Some(vec![3, 1]), "a bundle without a ceiling opens nothing");
    assert_eq!(companies(&["sales", "far"], "stages"), Some(vec![9]), "company 9 of another Odoo");
    assert_eq!(companies(&["sales", "far"], "leads"), Some(vec![3, 1]));
    assert_eq!(companies(&[], "leads"), None);
    let told = clash(&there, &["sales", "numbers"]);
    assert!(told.contains("company_ids") && told.contains("`numbers` and `sales`"), "{told}");
}

#[test]
fn who_knows_the_list_notices_a_binding_and_not_its_value() {
    let changes =
        |older: &str, newer: &str, bundle: &str| catalog(older).changes(&catalog(newer), &of(&[bundle])).tools;
    assert!(changes("", EUROPE, "sales") && changes(EUROPE, "", "sales"));
    assert!(!changes(EUROPE, &EUROPE.replace("Europe", "Asia"), "sales"));
    assert!(!changes("", EUROPE, "crm"));
    let crm = "[[bundle]]\nname = \"crm\"\nbind.team = \"Asia\"\n";
    assert!(changes("", crm, "crm"), "a tool that was hidden for lack of it");
}

#[test]
fn nobody_fills_the_memory_with_sets_of_bundles() {
    let names: String =
        (0..12).map(|number| format!("[[bundle]]\nname = \"b{number}\"\ninclude = [\"stages\"]\n")).collect();
    let catalog = catalog(&names);
    for one in 0..12 {
        for other in 0..12 {
            let pair = [format!("b{one}"), format!("b{other}")];
            let offered = catalog.tool(&Caller { bundles: pair.to_vec(), read_only: false, login: None }, "stages");
            assert_eq!(offered.unwrap().schema["properties"], Value::Object(serde_json::Map::new()));
        }
    }
    assert!(catalog.views.len() <= 100);
}

/// Of two at one address the order of a list would decide, and silently.
#[test]
fn a_resource_for_one_odoo_is_there_in_the_place_of_one_for_all() {
    for (all, own) in [("a", "b"), ("b", "a")] {
        let text = format!(
            r#"
[[tool]]
name = "there"
instance = "other"
server.what = "info"
[[resource]]
name = "{all}"
uri = "odoo://crm.lead/{{id}}"
model = "crm.lead"
read.ids = "{{{{ id }}}}"
[[resource]]
name = "{own}"
uri = "odoo://crm.lead/{{lead}}"
instance = "other"
model = "crm.lead"
read.ids = "{{{{ lead }}}}"
"#
        );
        let loaded = load_texts([(Path::new("test.toml"), text.as_str(), Format::Toml)]);
        assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
        let catalog = Catalog::of(loaded.definitions).with_known(Arc::new(Known::nothing("main")));
        let caller = of(&[]);
        let mut listed: Vec<String> = catalog.addresses(&caller).into_iter().map(|addressed| addressed.uri).collect();
        listed.sort();
        assert_eq!(listed, ["odoo+other://crm.lead/{lead}", "odoo://crm.lead/{id}"]);
        let name = |uri: &str| catalog.resource(&caller, uri).map(|found| found.resource.tool.name.clone());
        assert_eq!(name("odoo+other://crm.lead/7").as_deref(), Some(own));
        assert_eq!(name("odoo://crm.lead/7").as_deref(), Some(all));
    }
}
