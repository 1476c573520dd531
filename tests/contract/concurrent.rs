//! Several clients at once: Odoo tries a transaction again that another one got in the way of.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    case,
    client::{Odoo, Who},
    run::Case,
};

pub fn cases() -> Vec<Case> {
    vec![
        case!("concurrent: creates at the same time are all there, each with an id of its own", creates),
        case!("concurrent: two who write one record both succeed, and the last one stays", one_record),
        case!("concurrent: writes to different fields of one record are all kept", fields),
        case!("concurrent: a record that another removes is missing, and nothing else", removed),
    ]
}

const AT_ONCE: usize = 4;

async fn creates(odoo: &Odoo) {
    let names: Vec<String> = (0..AT_ONCE).map(|number| format!("{} {number}", odoo.tag)).collect();
    let calls = names.iter().map(|name| odoo.ok("res.partner", "create", json!({"vals_list": [{"name": name}]})));
    let mut ids: Vec<i64> = join_all(calls).await.iter().map(|made| made[0].as_i64().unwrap()).collect();
    ids.iter().for_each(|id| odoo.keep("res.partner", *id));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), AT_ONCE);
    assert_eq!(odoo.count("res.partner", json!([["id", "in", ids], ["name", "in", names]])).await, AT_ONCE as i64);
}

async fn one_record(odoo: &Odoo) {
    let id = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let write = |who: Who, city: &'static str| {
        odoo.call(who, "res.partner", "write", json!({"ids": [id], "vals": {"city": city}}))
    };
    let (one, two) = futures::join!(write(Who::Admin, "Ghent"), write(Who::Employee, "Bonn"));
    assert_eq!((one.unwrap(), two.unwrap()), (json!(true), json!(true)));
    let row = odoo.read("res.partner", id, &["city", "write_uid"]).await;
    let admin = odoo.uid(Who::Admin).await;
    let last = if row["write_uid"][0] == admin { "Ghent" } else { "Bonn" };
    assert_eq!(row["city"], last, "value and writer are of one write");
}

async fn fields(odoo: &Odoo) {
    let id = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let values = [("city", "Ghent"), ("street", "Main 1"), ("zip", "9000"), ("function", "Baker")];
    let calls = values.iter().map(|(field, value)| {
        odoo.ok("res.partner", "write", json!({"ids": [id], "vals": Value::from_iter([(*field, json!(value))])}))
    });
    join_all(calls).await;
    let row = odoo.read("res.partner", id, &["city", "street", "zip", "function"]).await;
    for (field, value) in values {
        assert_eq!(row[field], value);
    }
}

async fn removed(odoo: &Odoo) {
    let id = odoo.make("res.partner", json!({"name": odoo.tag})).await;
    let unlink = odoo.call(Who::Admin, "res.partner", "unlink", json!({"ids": [id]}));
    let write = odoo.call(Who::Employee, "res.partner", "write", json!({"ids": [id], "vals": {"city": "Bonn"}}));
    let (unlinked, written) = futures::join!(unlink, write);
    assert_eq!(unlinked.unwrap(), true);
    if let Err(fault) = written {
        fault.is("odoo.exceptions.MissingError", "Record does not exist or has been deleted.", 404);
    }
    assert_eq!(odoo.count("res.partner", json!([["id", "=", id]])).await, 0);
}
