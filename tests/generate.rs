//! `generate` as an admin uses it: definitions of many models on every Odoo, which `check` finds nothing wrong with, and tools that do what
//! they say when they are called.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tooldoo::demo;

const MODELS: [&str; 16] = [
    "account.move",
    "crm.lead",
    "crm.stage",
    "hr.employee",
    "product.product",
    "product.template",
    "project.project",
    "project.task",
    "purchase.order",
    "res.country",
    "res.partner",
    "res.partner.category",
    "res.users",
    "sale.order",
    "stock.picking",
    "uom.uom",
];

/// An Odoo, a login on it, and how the binary is told.
struct Odoo {
    url: String,
    database: String,
    login: String,
    key: String,
}

impl Odoo {
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tooldoo"))
            .args(arguments)
            .env_clear()
            .env("ODOO_URL", &self.url)
            .env("ODOO_DB", &self.database)
            .env("ODOO_USERNAME", &self.login)
            .env("ODOO_API_KEY", &self.key)
            .output()
            .unwrap()
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success(), "{arguments:?}\n{out}\n{err}");
        out
    }

    /// What it says on stderr when it fails with this status.
    fn refused(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
        told
    }

    fn call(&self, tools: &Path, tool: &str, arguments: &Value) -> Value {
        let text = self.ok(&["call", tool, &arguments.to_string(), "--definitions", tools.to_str().unwrap()]);
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{tool}: {text}"))
    }
}

/// Runs a case on an embedded Odoo of this version, as this account.
fn embedded(version: demo::Profile, account: demo::Account, case: impl FnOnce(&Odoo)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(demo::Server::start(demo::Options { version, ..demo::Options::default() })).unwrap();
    case(&Odoo {
        url: server.url(),
        database: server.database().to_owned(),
        login: account.login.to_owned(),
        key: account.api_key.to_owned(),
    });
    runtime.block_on(server.stop());
}

/// Runs a case on the real Odoo that the environment names, if it names one.
fn real(case: impl FnOnce(&Odoo)) {
    let variable = |name: &str| std::env::var(format!("TOOLDOO_TEST_ODOO_{name}")).ok().filter(|text| !text.is_empty());
    let Some(url) = variable("URL") else {
        assert!(variable("REQUIRED").is_none(), "a real Odoo is required, and none is named");
        return;
    };
    let needed = |name: &str| variable(name).unwrap();
    case(&Odoo { url, database: needed("DB"), login: needed("LOGIN"), key: needed("API_KEY") });
}

/// The definitions of all models, checked as strictly as a pipeline would; a confirmed write is made at once here.
fn generated(odoo: &Odoo, into: &Path) {
    let mut arguments = vec!["generate", "-o", into.to_str().unwrap()];
    arguments.extend(MODELS);
    arguments.extend(["--operations", "search,get,count,group,create,update,delete,actions"]);
    odoo.ok(&arguments);
    for model in MODELS {
        odoo.ok(&["generate", model, "-o", into.join("_one.toml").to_str().unwrap(), "--force"]);
        odoo.ok(&["check", "--deny-warnings", "--definitions", into.join("_one.toml").to_str().unwrap()]);
    }
    for entry in fs::read_dir(into).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).unwrap();
            let first = text.lines().next().unwrap();
            let schema = first.strip_prefix("#:schema ").expect("names its schema");
            assert!(into.join(schema).exists(), "{schema}");
            assert!(toml::from_str::<toml::Table>(&text).is_ok());
            fs::write(&path, text.replace("= \"always\"", "= \"never\"")).unwrap();
        }
    }
}

fn they_work(odoo: &Odoo) {
    let directory = tempfile::tempdir().unwrap();
    let tools = directory.path();
    generated(odoo, tools);
    let call = |tool: &str, arguments: Value| odoo.call(tools, tool, &arguments);

    // A real Odoo may have seen this before.
    let name = format!("Generated {} Ltd", std::process::id());

    // A contact: made, found, read, changed.
    let made = call("create_partner", json!({"name": name, "country": "Belgium", "email": "g@example.com"}));
    let id = made["ids"][0].as_i64().unwrap();
    let found = call("search_partners", json!({"query": name}));
    assert_eq!(found["records"][0]["id"], id, "{found}");
    let found = call("search_partners", json!({"country": "Belgium", "query": name}));
    assert_eq!(found["total"], 1, "{found}");
    assert_eq!(call("search_partners", json!({"query": name, "archived": true}))["total"], 0);
    let read = call("get_partner", json!({"partner": name}));
    assert_eq!(read["records"][0]["country_id"]["name"], "Belgium", "{read}");
    let changed =
        call("update_partner", json!({"partner": id.to_string(), "email": "new@example.com", "clear": ["country"]}));
    assert_eq!(changed["ids"], json!([id]), "{changed}");
    let read = call("get_partner", json!({"partner": id.to_string()}));
    assert_eq!(read["records"][0]["email"], "new@example.com", "{read}");
    assert_eq!(read["records"][0]["country_id"], Value::Null, "{read}");

    // A quotation with a line by the product's name.
    let product = call("search_products", json!({"limit": 1}))["records"][0].clone();
    let product_id = product["id"].as_i64().unwrap().to_string();
    let lines = json!([{"product": product_id, "quantity": 3}]);
    let made = call("create_sale_order", json!({"customer": name, "order_lines": lines}));
    let order = made["ids"][0].as_i64().unwrap();
    let read = call("get_sale_order", json!({"order": order.to_string()}));
    let record = &read["records"][0];
    assert_eq!(record["partner_id"]["name"], name, "{read}");
    assert_eq!(record["order_line"][0]["product_uom_qty"].as_f64(), Some(3.0), "{read}");
    let found = call("search_sale_orders", json!({"customer": name, "state": "draft"}));
    assert_eq!(found["records"][0]["id"], order, "{found}");
    assert_eq!(call("count_sale_orders", json!({"customer": name}))["count"], 1);
    let groups = call("group_sale_orders", json!({"group_by": ["partner_id"], "customer": name}));
    assert_eq!(groups["groups"][0]["__count"], 1, "{groups}");
    call("update_sale_order", json!({"order": order.to_string(), "client_order_ref": "G-1"}));
    call("confirm_sale_order", json!({"order": order.to_string()}));
    let read = call("get_sale_order", json!({"order": order.to_string()}));
    assert_eq!(read["records"][0]["state"], "sale", "{read}");

    // Every model's records are found, and one of them read.
    for (search, get, key) in [
        ("search_crm_leads", "get_crm_lead", "lead"),
        ("search_crm_stages", "get_crm_stage", "stage"),
        ("search_hr_employees", "get_hr_employee", "employee"),
        ("search_product_templates", "get_product_template", "template"),
        ("search_projects", "get_project", "project"),
        ("search_project_tasks", "get_project_task", "task"),
        ("search_purchase_orders", "get_purchase_order", "order"),
        ("search_countries", "get_country", "country"),
        ("search_partner_categories", "get_partner_category", "category"),
        ("search_stock_pickings", "get_stock_picking", "picking"),
    ] {
        let found = call(search, json!({"limit": 1}));
        let id = found["records"][0]["id"].as_i64().unwrap_or_else(|| panic!("{search}: {found}"));
        let read = call(get, json!({key: id.to_string()}));
        assert_eq!(read["records"][0]["id"], id, "{get}");
    }
    for tool in ["search_account_moves", "search_users"] {
        assert!(call(tool, json!({}))["records"].is_array(), "{tool}");
    }
    call("delete_partner_category", json!({"category": made_category(&call)}));

    // 17 and 18 cancel by a wizard: what cannot be removed there stays in an embedded Odoo that ends with the case.
    let (order, partner) = (json!({"order": order.to_string()}), json!({"partner": id.to_string()}));
    let tools = tools.to_str().unwrap();
    for (tool, arguments) in
        [("cancel_sale_order", &order), ("delete_sale_order", &order), ("delete_partner", &partner)]
    {
        odoo.run(&["call", tool, &arguments.to_string(), "--definitions", tools]);
    }
}

fn made_category(call: &dyn Fn(&str, Value) -> Value) -> String {
    call("create_partner_category", json!({"name": "Generated tag"}))["ids"][0].to_string()
}

#[test]
fn the_tools_work_on_the_embedded_odoo_19() {
    embedded(demo::Profile::V19, demo::ADMIN, they_work);
}

#[test]
fn the_tools_work_on_the_embedded_odoo_17() {
    embedded(demo::Profile::V17, demo::ADMIN, they_work);
}

#[test]
fn the_tools_work_on_the_embedded_odoo_14() {
    embedded(demo::Profile::V14, demo::ADMIN, they_work);
}

#[test]
fn the_tools_work_on_a_real_odoo() {
    real(they_work);
}

#[test]
fn what_a_login_may_not_do_or_read_is_left_out() {
    embedded(demo::Profile::V19, demo::EMPLOYEE, |odoo| {
        let output = odoo.run(&["generate", "res.partner", "res.country"]);
        let (text, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success(), "{told}");
        assert!(text.contains("name        = \"search_countries\"") && !text.contains("create_country"), "{text}");
        assert!(told.contains("the user may not create them"), "{told}");
        let told = odoo.refused(&["generate", "ir.config_parameter"], 1);
        assert!(told.contains("may not read") && told.contains("ir.config_parameter"), "{told}");
    });
}

/// The files are what an author begins with: a change of them is seen.
#[test]
fn the_files_are_as_a_person_would_write_them() {
    embedded(demo::Profile::V19, demo::ADMIN, |odoo| {
        for (name, arguments) in [
            ("sale_order", vec!["sale.order"]),
            ("partner_category", vec!["res.partner.category", "--operations", "search,get,count,create,update,delete"]),
            ("crm_lead", vec!["crm.lead", "--operations", "search,group,actions"]),
            ("fields", vec!["res.partner", "--fields", "name,parent_id,lang", "--operations", "search,create"]),
        ] {
            let arguments: Vec<&str> = ["generate"].into_iter().chain(arguments).collect();
            let text = odoo.ok(&arguments);
            assert_eq!(text, odoo.ok(&arguments), "the same again");
            insta::assert_snapshot!(name, text);
        }
    });
}

#[test]
fn nothing_is_overwritten_unasked_and_what_is_not_there_is_said() {
    embedded(demo::Profile::V19, demo::ADMIN, |odoo| {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tags.toml");
        let place = file.to_str().unwrap();
        fs::write(&file, "# mine\n").unwrap();
        let told = odoo.refused(&["generate", "res.partner.category", "-o", place], 1);
        assert!(told.contains(place) && told.contains("--force"), "{told}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing else was written");
        odoo.ok(&["generate", "res.partner.category", "-o", place, "--force"]);
        assert!(fs::read_to_string(&file).unwrap().contains("search_partner_categories"));

        // A second file with the same tools: written, and told.
        let output = odoo.run(&["generate", "res.partner.category", "-o", directory.path().to_str().unwrap()]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.success() && told.contains("search_partner_categories") && told.contains("tags.toml"),
            "{told}"
        );

        for (arguments, words) in [
            (vec!["generate", "sale.ordr"], ["`sale.ordr`", "`sale.order`"]),
            (vec!["generate", "Sales Order"], ["`Sales Order`", "`sale.order`"]),
            (vec!["generate", "res.partner", "--fields", "nmae"], ["`nmae`", "`name`"]),
            (vec!["generate", "res.partner", "--instance", "mian"], ["`mian`", "`main`"]),
            (vec!["generate", "res.partner", "-o", "x.json"], ["`x.json`", "toml"]),
        ] {
            let told = odoo.refused(&arguments, 2);
            assert!(words.iter().all(|word| told.contains(word)), "{arguments:?}: {told}");
        }
        let told = odoo.refused(&["generate", "crm.lead.lost"], 1);
        assert!(told.contains("wizard"), "{told}");
        // One that is wrong: nothing of the others either.
        let other = directory.path().join("other");
        odoo.refused(&["generate", "res.partner", "sale.ordr", "-o", other.to_str().unwrap()], 2);
        assert!(!other.exists());
    });
}

/// Beside what `init` wrote, the schema is the one that `init` wrote.
#[test]
fn the_schema_is_found_where_init_puts_it() {
    embedded(demo::Profile::V19, demo::ADMIN, |odoo| {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        odoo.ok(&["init", root.to_str().unwrap()]);
        let mine = root.join("tools.d/mine");
        odoo.ok(&["generate", "uom.uom", "-o", mine.to_str().unwrap()]);
        let text = fs::read_to_string(mine.join("uoms.toml")).unwrap();
        let schema = text.lines().next().unwrap().strip_prefix("#:schema ").unwrap();
        assert_eq!(
            mine.join(schema).canonicalize().unwrap(),
            root.join("schema/definitions.schema.json").canonicalize().unwrap()
        );
        assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);
    });
}
