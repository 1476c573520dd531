//! Contacts and the company above them: what one takes from the other.

use serde_json::{Value, json};

use crate::{case, client::Odoo, run::Case};

pub fn cases() -> Vec<Case> {
    vec![
        case!("partners: a person under a company has the company's address", takes),
        case!("partners: a change of the company's address reaches its contacts, and no other addresses", follows),
        case!("partners: in 19 a change of a contact's address is one of the company's", shared),
        case!("partners: the first contact brings the address of a company without one", first),
        case!("partners: what is the company's is its contacts' too", commercial),
    ]
}

async fn make(odoo: &Odoo, name: &str, mut values: Value) -> i64 {
    values["name"] = json!(format!("{} {name}", odoo.tag));
    odoo.make("res.partner", values).await
}

async fn firm(odoo: &Odoo) -> i64 {
    let country = odoo.reference("base.be").await;
    make(
        odoo,
        "Firm",
        json!({"is_company": true, "street": "Main 1", "city": "Ghent", "zip": "9000", "country_id": country}),
    )
    .await
}

/// Street and city, with a `/` between.
async fn place(odoo: &Odoo, id: i64) -> String {
    let row = odoo.read("res.partner", id, &["street", "city"]).await;
    format!("{}/{}", row["street"].as_str().unwrap_or_default(), row["city"].as_str().unwrap_or_default())
}

async fn set(odoo: &Odoo, id: i64, values: Value) {
    odoo.ok("res.partner", "write", json!({"ids": [id], "vals": values})).await;
}

async fn takes(odoo: &Odoo) {
    let firm = firm(odoo).await;
    let ann = make(odoo, "Ann", json!({"parent_id": firm})).await;
    assert_eq!(place(odoo, ann).await, "Main 1/Ghent");
    assert_eq!(odoo.read("res.partner", ann, &["country_id"]).await["country_id"][1], "Belgium");
    let bob = make(odoo, "Bob", json!({"parent_id": firm, "city": "Paris"})).await;
    assert_eq!(place(odoo, bob).await, "Main 1/Ghent", "the company's, whatever was given");
    let invoices = make(odoo, "Invoices", json!({"parent_id": firm, "type": "invoice"})).await;
    assert_eq!(place(odoo, invoices).await, "/", "an address of another kind is its own");
    let zoe = make(odoo, "Zoe", json!({"street": "Elsewhere 5"})).await;
    set(odoo, zoe, json!({"parent_id": firm})).await;
    assert_eq!(place(odoo, zoe).await, "Main 1/Ghent", "who joins later, too");
}

async fn follows(odoo: &Odoo) {
    let firm = firm(odoo).await;
    let ann = make(odoo, "Ann", json!({"parent_id": firm})).await;
    let delivery = make(odoo, "Delivery", json!({"parent_id": firm, "type": "delivery", "city": "Namur"})).await;
    set(odoo, firm, json!({"city": "Bruges"})).await;
    assert_eq!(place(odoo, ann).await, "Main 1/Bruges");
    assert_eq!(place(odoo, delivery).await, "/Namur");
}

async fn shared(odoo: &Odoo) {
    let firm = firm(odoo).await;
    let ann = make(odoo, "Ann", json!({"parent_id": firm})).await;
    let bob = make(odoo, "Bob", json!({"parent_id": firm})).await;
    set(odoo, ann, json!({"city": "Liège"})).await;
    assert_eq!(place(odoo, ann).await, "Main 1/Liège");
    let others = if odoo.version >= 19 { "Main 1/Liège" } else { "Main 1/Ghent" };
    assert_eq!((place(odoo, firm).await, place(odoo, bob).await), (others.to_owned(), others.to_owned()));
}

async fn first(odoo: &Odoo) {
    let firm = make(odoo, "Firm", json!({"is_company": true})).await;
    make(odoo, "Ann", json!({"parent_id": firm, "street": "Only 1", "city": "Namur"})).await;
    assert_eq!(place(odoo, firm).await, "Only 1/Namur");
    let bob = make(odoo, "Bob", json!({"parent_id": firm})).await;
    assert_eq!(place(odoo, bob).await, "Only 1/Namur");
}

async fn commercial(odoo: &Odoo) {
    let firm = firm(odoo).await;
    let ann = make(odoo, "Ann", json!({"parent_id": firm})).await;
    let branch = make(odoo, "Branch", json!({"parent_id": firm, "is_company": true})).await;
    set(odoo, firm, json!({"vat": "XX1"})).await;
    let vat = async |id: i64| odoo.read("res.partner", id, &["vat"]).await["vat"].clone();
    assert_eq!(vat(ann).await, "XX1");
    assert_eq!(vat(branch).await, false, "a company's is its own");
    let bob = make(odoo, "Bob", json!({"parent_id": firm})).await;
    assert_eq!(vat(bob).await, "XX1");
    let top = odoo.read("res.partner", bob, &["commercial_partner_id"]).await;
    assert_eq!(top["commercial_partner_id"][0], firm);
}
