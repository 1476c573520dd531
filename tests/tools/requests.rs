//! How many requests a call costs: counted at the embedded Odoo.

use serde_json::json;

use crate::client::{Server, Target};
use tooldoo::demo;

/// Requests that reach Odoo for one warm call.
fn warm(profile: demo::Profile, version: u32, tool: &str, arguments: serde_json::Value) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let odoo =
        runtime.block_on(demo::Server::start(demo::Options { version: profile, ..demo::Options::default() })).unwrap();
    let target = Target::embedded(&odoo, version, "auto");
    let mut server = Server::start(&target);
    server.call(tool, arguments.clone());
    odoo.clear_requests();
    server.call(tool, arguments);
    let requests = odoo
        .requests()
        .iter()
        .map(|request| {
            format!("{} {}", request.model.as_deref().unwrap_or("-"), request.method.as_deref().unwrap_or("-"))
        })
        .collect();
    runtime.block_on(odoo.stop());
    requests
}

#[test]
fn a_search_costs_one_request_on_17_and_later() {
    for (profile, version) in [(demo::Profile::V19, 19), (demo::Profile::V17, 17)] {
        let requests =
            warm(profile, version, "search_crm_leads", json!({"stage": "open", "created_after": "2020-01-01"}));
        assert_eq!(requests, ["crm.lead web_search_read"], "on {version}");
        let requests = warm(profile, version, "search_crm_leads", json!({"stage": "Qualified"}));
        assert_eq!(requests, ["crm.stage name_search", "crm.lead web_search_read"], "a name is looked up first");
        let requests = warm(profile, version, "probe_nested", json!({}));
        assert_eq!(requests, ["sale.order web_search_read"], "with nested fields, on {version}");
    }
}

#[test]
fn before_17_a_relation_whose_fields_are_asked_for_costs_one_more() {
    let plain = warm(demo::Profile::V14, 14, "search_crm_leads", json!({"stage": "open"}));
    assert_eq!(plain, ["crm.lead web_search_read"], "names of many2one come with the rows");
    let mut nested = warm(demo::Profile::V14, 14, "probe_nested", json!({}));
    nested.sort();
    assert_eq!(
        nested,
        [
            "product.product read",
            "res.country read",
            "res.partner read",
            "sale.order web_search_read",
            // A search, because the lines are ordered before they are cut.
            "sale.order.line search_read",
        ]
    );
}

#[test]
fn a_page_that_is_read_by_id_costs_one_request() {
    assert_eq!(warm(demo::Profile::V19, 19, "get_crm_lead", json!({"lead_id": 1})), ["crm.lead web_search_read"]);
}
