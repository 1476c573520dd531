//! What a client offers while a person types an argument: ranked, under the caller's rights, and rarely asking Odoo.

use serde_json::{Value, json};
use tooldoo::demo::{Profile, Recorded};

use crate::client::Server;
use crate::target::Target;

const PROMPTS: &str = r#"
[[tool]]
name = "rename"
model = "res.partner"
write = { ids = "{{ id }}", values = { name = "{{ name }}" } }
[tool.input]
required = ["id", "name"]
properties = { id = { type = "integer" }, name = { type = "string" } }

[[prompt]]
name = "about"
[[prompt.message]]
text = "{{ size }} {{ any }} {{ customer }} {{ company }} {{ salesperson }} {{ industry }} {{ kind }} {{ model }} {{ stage }} {{ wrong }} {{ free }} {{ person }}"
[[prompt.argument]]
name = "size"
complete.values = ["medium", "small", "large", "extra large", "Größe L"]
[[prompt.argument]]
name = "company"
complete = { model = "res.partner", domain = [["is_company", "=", true]] }
[[prompt.argument]]
name = "person"
complete = { model = "res.partner", domain = [["parent_id", "ilike", "{{ company }}"], ["is_company", "=", false]], field = "name" }
[[prompt.argument]]
name = "customer"
complete = { model = "res.partner" }
[[prompt.argument]]
name = "salesperson"
complete = { model = "crm.lead", field = "user_id" }
[[prompt.argument]]
name = "industry"
complete = { model = "res.partner.industry", field = "name" }
[[prompt.argument]]
name = "kind"
complete = { model = "crm.lead", field = "type" }
[[prompt.argument]]
name = "model"
complete = { model = "ir.model", field = "model" }
[[prompt.argument]]
name = "stage"
complete = { model = "{{ model }}", field = "name" }
[[prompt.argument]]
name = "any"
complete = { model = "{{ model }}" }
[[prompt.argument]]
name = "wrong"
complete = { model = "res.partner", field = "no_such_field" }
[[prompt.argument]]
name = "free"
[[prompt.argument]]
name = "moment"
complete = { model = "sale.order", field = "date_order" }
"#;

/// What is offered, whether there is more, and how many there are.
fn offered(server: &mut Server, argument: &str, typed: &str, given: Value) -> (Vec<String>, bool, Option<u64>) {
    let response = complete(server, argument, typed, given);
    let completion = &response["result"]["completion"];
    let values = completion["values"].as_array().unwrap_or_else(|| panic!("{argument} `{typed}`: {response}"));
    let values = values.iter().map(|value| value.as_str().unwrap().to_owned()).collect();
    (values, completion["hasMore"].as_bool().unwrap_or_default(), completion["total"].as_u64())
}

fn values(server: &mut Server, argument: &str, typed: &str) -> Vec<String> {
    offered(server, argument, typed, json!({})).0
}

fn complete(server: &mut Server, argument: &str, typed: &str, given: Value) -> Value {
    let mut params =
        json!({"ref": {"type": "ref/prompt", "name": "about"}, "argument": {"name": argument, "value": typed}});
    if given != json!({}) {
        params["context"] = json!({"arguments": given});
    }
    server.request("completion/complete", params)
}

/// Those that ask for records; what the server learns of an Odoo once is not among them.
fn searches(requests: &[Recorded]) -> Vec<&Recorded> {
    const METHODS: [&str; 6] =
        ["name_search", "read_group", "formatted_read_group", "search_read", "web_search_read", "get_available_models"];
    let is_search = |request: &&Recorded| {
        let text = format!("{} {}", request.path, request.body);
        METHODS.iter().any(|method| text.contains(method))
    };
    requests.iter().filter(is_search).collect()
}

/// Every case that asks nothing but what a client sees, on each embedded Odoo, and on a real one.
macro_rules! on_every_odoo {
    ($($case:ident),* $(,)?) => {
        mod embedded {
            $(#[test]
            fn $case() {
                super::on_the_embedded(super::$case);
            })*
        }
        mod real {
            $(#[test]
            fn $case() {
                super::on_a_real_one(super::$case);
            })*
        }
    };
}

on_every_odoo! {
    fixed_values_are_offered_the_best_first,
    of_many_the_first_hundred_are_offered_and_that_there_are_more,
    what_there_is_not_is_refused,
    records_are_offered_by_name,
    the_arguments_so_far_narrow_what_is_offered,
    only_models_that_the_caller_may_read_are_offered,
    a_variable_of_an_address_is_offered_what_can_stand_there,
}

fn on_the_embedded(case: fn(&Target)) {
    for profile in [Profile::V14, Profile::V17, Profile::V19] {
        Target::on_embedded(profile, "auto", case);
    }
}

fn on_a_real_one(case: fn(&Target)) {
    for protocol in ["json2", "jsonrpc"] {
        Target::on_real(protocol, case);
    }
}

fn admin(target: &Target, definitions: &str) -> Server {
    Server::at(target, (&target.login, &target.api_key), definitions)
}

fn employee(target: &Target, definitions: &str) -> Server {
    Server::at(target, (&target.employee.0, &target.employee.1), definitions)
}

fn fixed_values_are_offered_the_best_first(target: &Target) {
    let mut server = admin(target, PROMPTS);
    let all = ["medium", "small", "large", "extra large", "Größe L"].map(str::to_owned).to_vec();
    assert_eq!(offered(&mut server, "size", "", json!({})), (all, false, Some(5)), "in the author's order");
    assert_eq!(values(&mut server, "size", "l"), ["large", "extra large", "Größe L", "small"]);
    assert_eq!(values(&mut server, "size", "LARGE"), ["large", "extra large"]);
    assert_eq!(values(&mut server, "size", "grosse"), Vec::<String>::new(), "ß is not ss, as to Odoo");
    assert_eq!(values(&mut server, "size", "große"), ["Größe L"]);
    assert_eq!(values(&mut server, "size", "meduim"), ["medium"], "a slip is forgiven");
    assert_eq!(offered(&mut server, "size", "tiny", json!({})), (Vec::new(), false, Some(0)));
    assert_eq!(offered(&mut server, "free", "x", json!({})), (Vec::new(), false, Some(0)), "nobody said what to offer");
}

/// MCP has no more than a hundred values in one answer.
fn of_many_the_first_hundred_are_offered_and_that_there_are_more(target: &Target) {
    let parts: Vec<String> = (0..250).map(|n| format!("\"part {n:03}\"")).collect();
    let definitions = format!(
        "[[prompt]]\nname = \"about\"\n[[prompt.message]]\ntext = \"{{{{ part }}}} {{{{ country }}}}\"\n\
         [[prompt.argument]]\nname = \"part\"\ncomplete.values = [{}]\n\
         [[prompt.argument]]\nname = \"country\"\ncomplete = {{ model = \"res.country\" }}\n",
        parts.join(", ")
    );
    let mut server = admin(target, &definitions);
    let (first, more, total) = offered(&mut server, "part", "part", json!({}));
    assert_eq!((first.len(), more, total), (100, true, Some(250)));
    assert_eq!((first[0].as_str(), first[99].as_str()), ("part 000", "part 099"));
    // What is further down is found by typing on.
    let further: Vec<String> = (240..250).map(|n| format!("part {n}")).collect();
    assert_eq!(values(&mut server, "part", "part 24")[..10], further);
    let (first, more, total) = offered(&mut server, "country", "", json!({}));
    assert_eq!((first.len(), more), (100, true), "{total:?}");
    assert!(total.is_none_or(|total| total > 100), "{total:?}");
    assert_eq!(offered(&mut server, "country", "switzer", json!({})).0, ["Switzerland"]);
}

fn what_there_is_not_is_refused(target: &Target) {
    let mut server = admin(target, PROMPTS);
    assert_eq!(complete(&mut server, "colour", "r", json!({}))["error"]["code"], -32602);
    for reference in [
        json!({"type": "ref/prompt", "name": "abuot"}),
        json!({"type": "ref/resource", "uri": "odoo://nothing/{id}"}),
        json!({"type": "ref/tool", "name": "about"}),
        json!("about"),
    ] {
        let params = json!({"ref": reference, "argument": {"name": "size", "value": ""}});
        assert_eq!(server.request("completion/complete", params)["error"]["code"], -32602, "{reference}");
    }
    let wrong = complete(&mut server, "wrong", "", json!({}));
    assert!(wrong["error"]["message"].as_str().unwrap().contains("`no_such_field`"), "{wrong}");
    let long = "x".repeat(100_000);
    assert_eq!(values(&mut server, "customer", &long), Vec::<String>::new());
}

fn records_are_offered_by_name(target: &Target) {
    let version = &target.name;
    let mut server = admin(target, PROMPTS);
    assert_eq!(values(&mut server, "company", "wood")[0], "Wood Corner", "{version}");
    let named = values(&mut server, "company", "in");
    let at = |name: &str| named.iter().position(|found| found == name);
    assert!(at("Azure Interior") < at("Gemini Furniture"), "{version}: where a word begins so, first: {named:?}");
    assert!(at("Azure Interior").is_some() && at("Lumber Inc").is_some() && at("Wood Corner").is_none(), "{named:?}");
    assert_eq!(values(&mut server, "company", "AZURE int"), ["Azure Interior"], "{version}");
    assert_eq!(values(&mut server, "company", "azrue"), ["Azure Interior"], "{version}");
    assert_eq!(values(&mut server, "salesperson", "mitch"), ["Mitchell Admin"], "{version}: a relation, by name");
    let (industries, more, total) = offered(&mut server, "industry", "", json!({}));
    assert_eq!((industries.len() as u64, more), (total.unwrap(), false), "{version}");
    assert!(industries.contains(&"Mining".to_owned()), "{version}");
    assert_eq!(values(&mut server, "kind", "opp"), ["opportunity"], "{version}");
    // Without its offset it would be taken for a moment in the user's zone when it is given back.
    let moments = values(&mut server, "moment", "");
    let is_exact = |moment: &String| moment.parse::<jiff::Timestamp>().is_ok();
    assert!(!moments.is_empty() && moments.iter().all(is_exact), "{version}: {moments:?}");
}

fn the_arguments_so_far_narrow_what_is_offered(target: &Target) {
    let mut server = admin(target, PROMPTS);
    let (people, ..) = offered(&mut server, "person", "", json!({"company": "Azure Interior"}));
    assert!(
        people.contains(&"Brandon Freeman".to_owned()) && !people.contains(&"Joel Willis".to_owned()),
        "{people:?}"
    );
    // A form that sends all its fields sends the empty ones too.
    let (anybody, ..) = offered(&mut server, "person", "", json!({"company": ""}));
    assert!(anybody.len() > people.len() && anybody.contains(&"Joel Willis".to_owned()), "{anybody:?}");
    assert_eq!(offered(&mut server, "stage", "", json!({})).0, Vec::<String>::new(), "which model is not known yet");
    let (stages, ..) = offered(&mut server, "stage", "", json!({"model": "crm.stage"}));
    assert!(stages.contains(&"Qualified".to_owned()), "{stages:?}");
    let hostile = offered(&mut server, "person", "", json!({"company": "x'), ('id', '!=', 0"})).0;
    assert_eq!(hostile, Vec::<String>::new(), "an argument is a value");
    let unknown = complete(&mut server, "stage", "", json!({"model": "no.such.model"}));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
}

fn only_models_that_the_caller_may_read_are_offered(target: &Target) {
    let mut admin = admin(target, PROMPTS);
    assert_eq!(values(&mut admin, "model", "crm.lead")[0], "crm.lead");
    assert_eq!(values(&mut admin, "model", "sales order")[0], "sale.order", "by what people call it too");
    let first = values(&mut admin, "model", "");
    assert!(first.iter().all(|model| !model.starts_with('_')), "none that stands for another: {first:?}");
    let mut employee = employee(target, PROMPTS);
    let models = values(&mut employee, "model", "res.partner");
    assert!(models.contains(&"res.partner".to_owned()), "{models:?}");
    // Odoo before 16 does not tell which of the models a user may read: all are offered there.
    let hidden = values(&mut employee, "model", "ir.config_parameter");
    assert_eq!(hidden.contains(&"ir.config_parameter".to_owned()), target.version < 16, "{hidden:?}");
    // What may not be read is not there to be offered.
    let nothing = offered(&mut employee, "any", "", json!({"model": "ir.config_parameter"}));
    assert_eq!(nothing, (Vec::new(), false, Some(0)));
    assert!(!offered(&mut admin, "any", "", json!({"model": "ir.config_parameter"})).0.is_empty());
}

#[test]
fn a_keystroke_asks_once_and_the_next_ones_often_not_at_all() {
    let mut server = Server::new(PROMPTS);
    values(&mut server, "company", "");
    let (_, first) = server.recorded(|server| values(server, "customer", "a"));
    assert_eq!(searches(&first).len(), 1, "{first:?}");
    assert_eq!(first.len(), 1, "nothing else is asked: {first:?}");
    let (narrowed, none) = server.recorded(|server| {
        let _ = values(server, "customer", "az");
        values(server, "customer", "azure int")
    });
    assert!(narrowed[0].starts_with("Azure Interior"), "{narrowed:?}");
    assert_eq!(none.len(), 0, "{none:?}");
    // Where nothing is called so, what there is at all is asked for once, for what is nearly called so.
    let (_, missed) = server.recorded(|server| values(server, "customer", "qqqq"));
    let (_, again) = server.recorded(|server| values(server, "customer", "qqqqq"));
    assert_eq!((searches(&missed).len(), searches(&again).len()), (2, 1), "{missed:?} {again:?}");
    // What was written is seen at once.
    let renamed = server.call("rename", json!({"id": 14, "name": "Zanzibar Trading"}));
    assert!(renamed["ids"].is_array(), "{renamed}");
    let found = values(&mut server, "customer", "zanzi");
    assert!(found.iter().any(|name| name.contains("Zanzibar Trading")), "{found:?}");
}

#[test]
fn what_one_company_sees_another_is_not_offered() {
    let bundle = "\n[[bundle]]\nname = \"default\"\ncompany_ids = [3]\ninclude = [\"*\"]\n";
    let prompts = r#"
[[prompt]]
name = "about"
[[prompt.message]]
text = "{{ customer }}"
[[prompt.argument]]
name = "customer"
complete = { model = "crm.lead" }
"#;
    let mut all = Server::new(prompts);
    let mut second = Server::new(&format!("{prompts}{bundle}"));
    let mut nobodys = Server::new(&format!("{prompts}{}", bundle.replace("[3]", "[99]")));
    let refused = complete(&mut nobodys, "customer", "", json!({}));
    assert!(refused["error"]["message"].as_str().unwrap().contains("companies"), "no silence about it: {refused}");
    let (everything, _, total) = offered(&mut all, "customer", "", json!({}));
    let (theirs, _, fewer) = offered(&mut second, "customer", "", json!({}));
    assert!(fewer.is_some() && fewer < total, "{fewer:?} of {total:?}");
    assert!(theirs.iter().all(|name| everything.contains(name)), "{theirs:?}");
    let (_, sent) = second.recorded(|server| values(server, "customer", "x"));
    assert!(sent.iter().any(|request| request.body.to_string().contains("\"allowed_company_ids\":[3]")), "{sent:?}");
}

const RESOURCES: &str = r#"
[[resource]]
name = "partner"
uri = "test://partner/{id}"
model = "res.partner"
read = { ids = "{{ id }}", fields = ["name"] }
complete.id = { model = "res.partner", domain = [["is_company", "=", true]] }

[[resource]]
name = "any"
uri = "test://any/{model}/{id}{?shape}"
model = "{{ model }}"
read = { ids = "{{ id }}" }
[resource.complete]
model = { model = "ir.model", field = "model" }
id = { model = "{{ model }}" }
shape.values = ["short", "long"]
"#;

fn a_variable_of_an_address_is_offered_what_can_stand_there(target: &Target) {
    let version = &target.name;
    let mut server = admin(target, RESOURCES);
    let mut complete = |uri: &str, name: &str, typed: &str, given: Value| {
        let reference = json!({"type": "ref/resource", "uri": uri});
        let argument = json!({"name": name, "value": typed});
        let params = json!({"ref": reference, "argument": argument, "context": {"arguments": given}});
        server.request("completion/complete", params)
    };
    let mut values = |uri: &str, name: &str, typed: &str, given: Value| -> (Vec<String>, Value) {
        let response = complete(uri, name, typed, given);
        let values = &response["result"]["completion"]["values"];
        let values = values.as_array().unwrap_or_else(|| panic!("{name} `{typed}`: {response}"));
        let labels = response["result"]["_meta"]["tooldoo/labels"].clone();
        (values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(), labels)
    };
    let (found, labels) = values("test://partner/{id}", "id", "azure int", json!({}));
    assert_eq!(found.len(), 1, "{version}: {found:?}");
    assert_eq!(labels[&found[0]], "Azure Interior", "{version}");
    let id = found[0].clone();
    let (by_id, labels) = values("test://partner/{id}", "id", &id, json!({}));
    assert_eq!((&by_id[0], &labels[&id]), (&id, &json!("Azure Interior")), "{version}: an id finds itself first");
    let (tens, _) = values("test://partner/{id}", "id", "1", json!({}));
    assert!(tens.iter().all(|id| id.parse::<i64>().unwrap() > 0) && tens[0].starts_with('1'), "{tens:?}");

    let any = "test://any/{model}/{id}{?shape}";
    assert_eq!(values(any, "model", "crm.lead", json!({})).0[0], "crm.lead", "{version}");
    assert_eq!(values(any, "id", "", json!({})).0, Vec::<String>::new(), "{version}: of no model yet");
    let (stages, labels) = values(any, "id", "qualif", json!({"model": "crm.stage"}));
    assert_eq!(labels[&stages[0]], "Qualified", "{version}");
    assert_eq!(values(any, "shape", "s", json!({})).0, ["short"]);
    assert_eq!(complete(any, "shapes", "", json!({}))["error"]["code"], -32602, "{version}");
}
