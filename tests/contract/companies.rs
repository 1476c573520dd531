//! Several companies: which one a new record gets, what is seen from where, and what may not be mixed.

use serde_json::{Value, json};

use crate::{
    case,
    client::{Fault, Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("companies: a new lead's company is the current one of its salesperson's", current),
        case!("companies: without a salesperson the team's or the customer's company, or none", 17, nobody),
        case!("companies: 14 puts every lead into the current one, and leaves it there", 14, 14, stays),
        case!("companies: a lead's company follows a change of salesperson, team and customer", 17, follows),
        case!("companies: records of other companies are hidden, and a refusal says where they are", 17, hidden),
        case!("companies: without a context all of the caller's are open", everything),
        case!("companies: one that is not the caller's is refused where companies matter", foreign),
        case!("companies: a company's own value of a field is read, found and written in it alone", own_values),
        case!("companies: a record does not lead to one of another company", 17, inconsistent),
    ]
}

/// San Francisco, the main one, and Chicago.
async fn two(odoo: &Odoo) -> (i64, i64) {
    (odoo.reference("base.main_company").await, odoo.reference("stock.res_company_1").await)
}

fn within(companies: &[i64]) -> Value {
    json!({"allowed_company_ids": companies})
}

/// Creates a lead seen from some companies.
async fn try_lead(odoo: &Odoo, who: Who, context: Value, mut values: Value) -> Result<i64, Fault> {
    values["name"] = json!(odoo.tag);
    let made = odoo.call(who, "crm.lead", "create", json!({"vals_list": [values], "context": context})).await?;
    let id = made[0].as_i64().unwrap();
    odoo.keep("crm.lead", id);
    Ok(id)
}

async fn lead(odoo: &Odoo, context: Value, values: Value) -> i64 {
    try_lead(odoo, Who::Admin, context, values).await.unwrap()
}

async fn company(odoo: &Odoo, lead: i64) -> Value {
    match &odoo.read("crm.lead", lead, &["company_id"]).await["company_id"] {
        Value::Array(pair) => pair[0].clone(),
        none => none.clone(),
    }
}

async fn current(odoo: &Odoo) {
    let (main, chicago) = two(odoo).await;
    let table = [
        (json!({}), main),
        (within(&[main]), main),
        (within(&[chicago]), chicago),
        (within(&[chicago, main]), chicago),
        (within(&[main, chicago]), main),
        (json!({"company_id": chicago}), main),
    ];
    for (context, expected) in table {
        let id = lead(odoo, context.clone(), json!({})).await;
        assert_eq!(company(odoo, id).await, expected, "{context}");
    }
    let id = try_lead(odoo, Who::Employee, within(&[chicago]), json!({})).await.unwrap();
    assert_eq!(company(odoo, id).await, chicago, "an employee's too");
    let given = lead(odoo, within(&[chicago]), json!({"company_id": false})).await;
    assert_eq!(company(odoo, given).await, false, "what is given stays");
}

async fn nobody(odoo: &Odoo) {
    let (_, chicago) = two(odoo).await;
    let team = odoo.make("crm.team", json!({"name": odoo.tag, "company_id": chicago})).await;
    let customer = odoo.make("res.partner", json!({"name": odoo.tag, "company_id": chicago})).await;
    let id = lead(odoo, within(&[chicago]), json!({"user_id": false})).await;
    assert_eq!(company(odoo, id).await, false);
    let id = lead(odoo, json!({}), json!({"user_id": false, "team_id": team})).await;
    assert_eq!(company(odoo, id).await, chicago, "the team's");
    let id = lead(odoo, json!({}), json!({"team_id": team})).await;
    assert_eq!(company(odoo, id).await, chicago, "the team's comes first");
    let id = lead(odoo, json!({}), json!({"user_id": false, "partner_id": customer})).await;
    assert_eq!(company(odoo, id).await, chicago, "the customer's");
}

async fn stays(odoo: &Odoo) {
    let (_, chicago) = two(odoo).await;
    let id = lead(odoo, within(&[chicago]), json!({"user_id": false})).await;
    assert_eq!(company(odoo, id).await, chicago);
    let change = json!({"ids": [id], "vals": {"user_id": odoo.uid(Who::Admin).await}, "context": within(&[chicago])});
    odoo.ok("crm.lead", "write", change).await;
    assert_eq!(company(odoo, id).await, chicago);
}

async fn follows(odoo: &Odoo) {
    let (_, chicago) = two(odoo).await;
    let employee = odoo.uid(Who::Employee).await;
    let id = lead(odoo, json!({}), json!({"user_id": false})).await;
    let set = async |values: Value, context: Value| {
        odoo.ok("crm.lead", "write", json!({"ids": [id], "vals": values, "context": context})).await;
        let row = odoo.read("crm.lead", id, &["company_id", "team_id"]).await;
        (row["company_id"][0].clone(), row["team_id"][0].clone())
    };
    let team = odoo.reference("sales_team.crm_team_1").await;
    assert_eq!(set(json!({"user_id": employee}), within(&[chicago])).await, (json!(chicago), json!(team)));
    let admin = odoo.uid(Who::Admin).await;
    let sales = odoo.reference("sales_team.team_sales_department").await;
    assert_eq!(
        set(json!({"user_id": admin}), json!({})).await,
        (json!(chicago), json!(sales)),
        "a company that fits stays"
    );
    assert_eq!(set(json!({"user_id": false}), json!({})).await, (Value::Null, json!(sales)));
}

async fn hidden(odoo: &Odoo) {
    let (main, chicago) = two(odoo).await;
    let ours = lead(odoo, within(&[main]), json!({})).await;
    let theirs = lead(odoo, within(&[chicago]), json!({})).await;
    let free = lead(odoo, json!({}), json!({"company_id": false})).await;
    let seen = async |context: Value| {
        let domain = json!([["name", "=", odoo.tag]]);
        odoo.ok("crm.lead", "search", json!({"domain": domain, "order": "id", "context": context})).await
    };
    assert_eq!(seen(within(&[main])).await, json!([ours, free]));
    assert_eq!(seen(within(&[chicago])).await, json!([theirs, free]));
    assert_eq!(seen(within(&[main, chicago])).await, json!([ours, theirs, free]));
    let read = json!({"ids": [ours, theirs], "fields": ["name"], "context": within(&[main])});
    let fault = odoo.fault("crm.lead", "read", read).await;
    let place = "This seems to be a multi-company issue, you might be able to access the record by switching to the company: My Company (Chicago).";
    fault.is("odoo.exceptions.AccessError", place, 403);
    assert_eq!(fault.context["suggested_company"], json!({"id": chicago, "display_name": "My Company (Chicago)"}));
    let made = try_lead(odoo, Who::Admin, within(&[main]), json!({"company_id": chicago})).await.unwrap_err();
    made.is("odoo.exceptions.AccessError", "doesn't have 'create' access to:\n- Lead (crm.lead)", 403);
    made.is("odoo.exceptions.AccessError", place, 403);
}

async fn everything(odoo: &Odoo) {
    let (main, chicago) = two(odoo).await;
    let ours = lead(odoo, within(&[main]), json!({})).await;
    let theirs = lead(odoo, within(&[chicago]), json!({})).await;
    for context in [json!({}), json!({"allowed_company_ids": []})] {
        let arguments = json!({"ids": [ours, theirs], "fields": ["company_id"], "context": context});
        let rows = odoo.ok("crm.lead", "read", arguments).await;
        assert_eq!((&rows[0]["company_id"][0], &rows[1]["company_id"][0]), (&json!(main), &json!(chicago)));
    }
    let companies = async |context: Value| -> Value {
        let arguments = json!({"domain": [["id", "in", [main, chicago]]], "context": context});
        odoo.call(Who::Employee, "res.company", "search_count", arguments).await.unwrap()
    };
    assert_eq!(companies(json!({})).await, 2);
    assert_eq!(companies(within(&[chicago])).await, 1, "an employee sees the companies at work only");
}

async fn foreign(odoo: &Odoo) {
    let (main, _) = two(odoo).await;
    let strange = 2_000_000_000;
    for companies in [json!([strange]), json!([main, strange]), json!(["a"])] {
        let context = json!({"allowed_company_ids": companies});
        for who in [Who::Admin, Who::Employee] {
            for (model, method, arguments) in [
                ("crm.lead", "search_count", json!({"domain": []})),
                ("crm.lead", "create", json!({"vals_list": [{"name": "x"}]})),
                ("crm.lead", "default_get", json!({"fields": ["user_id"]})),
                ("res.country", "default_get", json!({"fields": ["name"]})),
            ] {
                let mut arguments = arguments;
                arguments["context"] = context.clone();
                let fault = odoo.call(who, model, method, arguments).await.unwrap_err();
                fault.is("odoo.exceptions.AccessError", "Access to unauthorized or invalid companies.", 403);
            }
            let countries = json!({"domain": [["code", "=", "BE"]], "context": context});
            let found = odoo.call(who, "res.country", "search_count", countries).await.unwrap();
            assert_eq!(found, 1, "no rule, no company needed");
        }
    }
}

async fn inconsistent(odoo: &Odoo) {
    let (main, chicago) = two(odoo).await;
    let name = format!("{} customer", odoo.tag);
    let customer = odoo.make("res.partner", json!({"name": name, "company_id": chicago})).await;
    let refused = format!(
        "Uh-oh! You’ve got some company inconsistencies here:\n- “{}” belongs to company “My Company (San Francisco)” while “Contact” (partner_id: '{name}') belongs to another company.\nTo avoid a mess, no company crossover is allowed!",
        odoo.tag
    );
    let fault = try_lead(odoo, Who::Admin, within(&[main]), json!({"partner_id": customer})).await.unwrap_err();
    assert_eq!(fault.message, refused);
    fault.is("odoo.exceptions.UserError", "Uh-oh!", 422);
    let ours = lead(odoo, within(&[main]), json!({})).await;
    let fault = odoo.fault("crm.lead", "write", json!({"ids": [ours], "vals": {"partner_id": customer}})).await;
    assert_eq!(fault.message, refused);
    let none = json!({"partner_id": customer, "user_id": false, "company_id": false});
    let fault = try_lead(odoo, Who::Admin, json!({}), none).await.unwrap_err();
    fault.is("odoo.exceptions.UserError", "belongs to company “” while “Contact”", 422);
    let theirs = lead(odoo, within(&[chicago]), json!({"partner_id": customer})).await;
    assert_eq!(company(odoo, theirs).await, chicago);
    let order = json!({"vals_list": [{"partner_id": customer, "company_id": main}]});
    let fault = odoo.fault("sale.order", "create", order).await;
    fault.is("odoo.exceptions.UserError", "while “Customer” (partner_id: ", 422);
    fault.is("odoo.exceptions.UserError", "while “Delivery Address” (partner_shipping_id: ", 422);
}

/// `company_dependent` fields: the cost of a product, the barcode of a contact.
async fn own_values(odoo: &Odoo) {
    let (main, chicago) = two(odoo).await;
    let product = odoo.make("product.product", json!({"name": odoo.tag, "standard_price": 5})).await;
    let write = async |companies: &[i64], values: Value| {
        let arguments = json!({"ids": [product], "vals": values, "context": within(companies)});
        odoo.ok("product.product", "write", arguments).await;
    };
    let cost = async |companies: &[i64]| {
        let arguments = json!({"ids": [product], "fields": ["standard_price"], "context": within(companies)});
        odoo.ok("product.product", "read", arguments).await[0]["standard_price"].clone()
    };
    assert_eq!((cost(&[main]).await, cost(&[chicago]).await), (json!(5.0), json!(0.0)), "set in the current one");
    write(&[chicago], json!({"standard_price": 7})).await;
    assert_eq!((cost(&[main]).await, cost(&[chicago]).await), (json!(5.0), json!(7.0)));
    assert_eq!(
        (cost(&[chicago, main]).await, cost(&[]).await),
        (json!(7.0), json!(5.0)),
        "the first is the current one"
    );
    let found = async |companies: &[i64], price: i64| {
        let domain = json!([["id", "=", product], ["standard_price", "=", price]]);
        odoo.ok("product.product", "search_count", json!({"domain": domain, "context": within(companies)})).await
    };
    assert_eq!((found(&[main], 7).await, found(&[chicago], 7).await), (json!(0), json!(1)));
    let customer = odoo.make("res.partner", json!({"name": odoo.tag, "barcode": odoo.tag})).await;
    let there = json!({"ids": [customer], "fields": ["barcode"], "context": within(&[chicago])});
    assert_eq!(odoo.ok("res.partner", "read", there).await[0]["barcode"], false);
    let said =
        json!({"allfields": ["barcode"], "attributes": ["company_dependent", "store", "searchable", "sortable"]});
    let said = odoo.ok("res.partner", "fields_get", said).await["barcode"].clone();
    let column = odoo.version >= 18;
    assert_eq!(said, json!({"company_dependent": true, "store": column, "searchable": true, "sortable": column}));
}
