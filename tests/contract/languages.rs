//! Two languages: translated values are read, found, ordered and written in the language of the context, and fall back to the English ones.

use serde_json::{Value, json};

use crate::{case, client::Odoo, run::Case};

pub fn cases() -> Vec<Case> {
    vec![
        case!("languages: a text is written and read in the language of the context, else in English", values),
        case!("languages: what is created in French is English too, until it is translated", created),
        case!("languages: a domain, a name search and an order look at the texts of the language", found),
        case!("languages: names of relations and of groups are of the language", names),
        case!("languages: labels of months are of the language", months),
    ]
}

fn within(lang: &str) -> Value {
    json!({"lang": lang})
}

async fn industry(odoo: &Odoo, english: &str, french: &str) -> i64 {
    let id = odoo.make("res.partner.industry", json!({"name": format!("{} {english}", odoo.tag)})).await;
    if !french.is_empty() {
        translate(odoo, id, french).await;
    }
    id
}

async fn translate(odoo: &Odoo, id: i64, french: &str) {
    let values = json!({"name": format!("{} {french}", odoo.tag)});
    odoo.ok("res.partner.industry", "write", json!({"ids": [id], "vals": values, "context": within("fr_FR")})).await;
}

/// The name, without the tag.
async fn name(odoo: &Odoo, id: i64, lang: &str) -> String {
    let asked = json!({"ids": [id], "fields": ["name"], "context": within(lang)});
    let rows = odoo.ok("res.partner.industry", "read", asked).await;
    rows[0]["name"].as_str().unwrap().replace(&format!("{} ", odoo.tag), "")
}

async fn values(odoo: &Odoo) {
    let id = industry(odoo, "Bakery", "").await;
    assert_eq!(name(odoo, id, "fr_FR").await, "Bakery", "English where there is no translation");
    translate(odoo, id, "Boulangerie").await;
    assert_eq!(
        (name(odoo, id, "fr_FR").await.as_str(), name(odoo, id, "en_US").await.as_str()),
        ("Boulangerie", "Bakery")
    );
    let values = json!({"name": format!("{} Bakeries", odoo.tag)});
    odoo.ok("res.partner.industry", "write", json!({"ids": [id], "vals": values})).await;
    assert_eq!(name(odoo, id, "en_US").await, "Bakeries", "without a language in the context it is English");
    assert_eq!(name(odoo, id, "fr_FR").await, "Boulangerie");
}

async fn created(odoo: &Odoo) {
    let values = json!([{"name": format!("{} Fromagerie", odoo.tag)}]);
    let made = json!({"vals_list": values, "context": within("fr_FR")});
    let id = odoo.ok("res.partner.industry", "create", made).await[0].as_i64().unwrap();
    odoo.keep("res.partner.industry", id);
    assert_eq!(name(odoo, id, "en_US").await, "Fromagerie");
    assert_eq!(name(odoo, id, "fr_FR").await, "Fromagerie");
}

async fn found(odoo: &Odoo) {
    let (bakery, dairy) = (industry(odoo, "Bakery", "Zythologie").await, industry(odoo, "Dairy", "Laiterie").await);
    let bare = industry(odoo, "Plain", "").await;
    let search = async |text: &str, operator: &str, lang: &str| {
        let domain = json!([["name", "like", odoo.tag], ["name", operator, text]]);
        let asked = json!({"domain": domain, "order": "name", "context": within(lang)});
        odoo.ok("res.partner.industry", "search", asked).await
    };
    assert_eq!(search("laiterie", "ilike", "fr_FR").await, json!([dairy]));
    assert_eq!(search("laiterie", "ilike", "en_US").await, json!([]));
    assert_eq!(search("dairy", "ilike", "fr_FR").await, json!([]));
    assert_eq!(search(&format!("{} Laiterie", odoo.tag), "=", "fr_FR").await, json!([dairy]));
    assert_eq!(search("plain", "ilike", "fr_FR").await, json!([bare]), "what is not translated is found in English");
    assert_eq!(search("", "ilike", "en_US").await, json!([bakery, dairy, bare]));
    assert_eq!(search("", "ilike", "fr_FR").await, json!([dairy, bare, bakery]), "ordered by the French names");
    let named = json!({"name": format!("{} Lait", odoo.tag), "domain": [], "operator": "ilike", "limit": 5, "context": within("fr_FR")});
    let named = odoo.ok("res.partner.industry", "name_search", named).await;
    assert_eq!(named, json!([[dairy, format!("{} Laiterie", odoo.tag)]]));
}

async fn names(odoo: &Odoo) {
    let bakery = industry(odoo, "Bakery", "Boulangerie").await;
    let id = odoo.make("res.partner", json!({"name": odoo.tag, "industry_id": bakery})).await;
    let french = format!("{} Boulangerie", odoo.tag);
    let read = json!({"ids": [id], "fields": ["industry_id"], "context": within("fr_FR")});
    assert_eq!(odoo.ok("res.partner", "read", read).await[0]["industry_id"], json!([bakery, french]));
    let domain = json!([["industry_id.name", "=", french], ["name", "=", odoo.tag]]);
    let count = json!({"domain": domain, "context": within("fr_FR")});
    assert_eq!(odoo.ok("res.partner", "search_count", count).await, 1, "a path looks at French too");
    let groups = json!({"domain": [["id", "=", id]], "fields": ["id"], "groupby": ["industry_id"], "lazy": false, "context": within("fr_FR")});
    let groups = odoo.ok("res.partner", "read_group", groups).await;
    assert_eq!(groups[0]["industry_id"], json!([bakery, french]));
    if odoo.version >= 17 {
        let specification = json!({"industry_id": {"fields": {"display_name": {}}}});
        let page = json!({"domain": [["id", "=", id]], "specification": specification, "context": within("fr_FR")});
        let page = odoo.ok("res.partner", "web_search_read", page).await;
        assert_eq!(page["records"][0]["industry_id"], json!({"id": bakery, "display_name": french}));
    }
}

async fn months(odoo: &Odoo) {
    odoo.make("crm.lead", json!({"name": odoo.tag, "date_deadline": "2031-02-01"})).await;
    for (unit, expected) in
        [("month", "février 2031"), ("quarter", "T1 2031"), ("year", "2031"), ("day", "01 févr. 2031")]
    {
        let by = format!("date_deadline:{unit}");
        let groups = json!({"domain": [["name", "=", odoo.tag]], "fields": ["id"], "groupby": [by], "lazy": false, "context": within("fr_FR")});
        assert_eq!(odoo.ok("crm.lead", "read_group", groups).await[0][&by], expected);
    }
}
