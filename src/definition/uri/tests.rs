use proptest::prelude::*;

use super::*;

fn template(text: &str) -> UriTemplate {
    UriTemplate::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
}

/// What a template reads in an address, as `name=value`.
fn read(pattern: &str, uri: &str) -> Option<String> {
    let template = template(pattern);
    let found = template.matches(uri)?;
    Some(found.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
}

#[test]
fn an_address_gives_its_variables() {
    for (pattern, uri, found) in [
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7", "id=7"),
        ("odoo://{model}/{id}", "odoo://crm.lead/7", "model=crm.lead id=7"),
        ("odoo://{model}/{id}", "ODOO://crm.lead/a%20b", "model=crm.lead id=a b"),
        ("odoo://{model}/{id}", "odoo://x/%C3%A4", "model=x id=ä"),
        ("odoo://{model}/{id}", "odoo://x/ä", "model=x id=ä"),
        ("odoo:///fields/{model}", "odoo:///fields/res.partner", "model=res.partner"),
        ("odoo:///server", "odoo:///server", ""),
        ("test://template/{id}/data", "test://template/123/data", "id=123"),
        ("x:{id}", "x:7", "id=7"),
        ("x://files/{name}.pdf", "x://files/S0001.pdf", "name=S0001"),
        ("x://a/{id}", "x://a/%2525", "id=%25"),
        ("odoo://{model}{?domain,limit}", "odoo://x", "model=x"),
        ("odoo://{model}{?domain,limit}", "odoo://x?limit=5", "model=x limit=5"),
        ("odoo://{model}{?domain,limit}", "odoo://x?limit=5&domain=%5B%5D", "model=x domain=[] limit=5"),
        ("odoo://{model}{?domain,limit}", "odoo://x?domain=a=b?c/d+e", "model=x domain=a=b?c/d+e"),
        (
            "odoo://{model}{?domain,limit}",
            r#"odoo://x?domain=[["a","=","b c"]]"#,
            r#"model=x domain=[["a","=","b c"]]"#,
        ),
        ("odoo://{model}{?domain,limit}", "odoo://x?limit=", "model=x limit="),
    ] {
        assert_eq!(read(pattern, uri).as_deref(), Some(found), "{pattern} on {uri}");
    }
}

#[test]
fn what_leaves_the_template_matches_nothing() {
    for (pattern, uri) in [
        ("odoo://crm.lead/{id}", "odoo://crm.lead/"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7/"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7/x"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/a%2Fb"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/a%2fb"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/a%5Cb"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/.."),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/%2E%2E"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/.%2e"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/."),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/%00"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7%0A"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7%C2%85"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7\n"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/%"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/%4"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/%zz"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/%+7"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/%ff"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7?x=1"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7?"),
        ("odoo://crm.lead/{id}", "odoo://crm.lead/7#x"),
        ("odoo://crm.lead/{id}", "odoo://res.partner/7"),
        ("odoo://crm.lead/{id}", "odoo+crm://crm.lead/7"),
        ("odoo://crm.lead/{id}", "crm.lead/7"),
        ("odoo://{model}/{id}", "odoo://../7"),
        ("odoo://{model}/{id}", "odoo:///7"),
        ("odoo:///server", "odoo:///server/"),
        ("odoo:///server", "odoo:///server?"),
        ("odoo:///server", "odoo:///serv%65r"),
        ("odoo://{model}{?a,b}", "odoo://x?c=1"),
        ("odoo://{model}{?a,b}", "odoo://x?a=1&a=2"),
        ("odoo://{model}{?a,b}", "odoo://x?a=1&"),
        ("odoo://{model}{?a,b}", "odoo://x?a"),
        ("odoo://{model}{?a,b}", "odoo://x?"),
        ("odoo://{model}{?a,b}", "odoo://x?%61=1"),
        ("odoo://{model}{?a,b}", "odoo://x?a=%0D%0A"),
        ("odoo://{model}{?a,b}", "odoo://x?a=1#b"),
    ] {
        assert_eq!(read(pattern, uri), None, "{pattern} on {uri}");
    }
    assert_eq!(read("x://{id}", &format!("x://{}", "1".repeat(LONGEST))), None);
}

#[test]
fn what_cannot_be_read_back_is_refused_with_its_place() {
    for (text, at, sentence) in [
        ("crm.lead/{id}", "crm.lead/{id}", "the address has no scheme"),
        ("1x://a", "1x", "`1x` is not the scheme of an address"),
        ("{a}://b", "{a}", "`{a}` is not the scheme of an address"),
        ("odoo://", "odoo://", "the address ends after its scheme"),
        ("odoo://a b", " ", "` ` cannot stand in an address"),
        ("odoo://ä", "ä", "`ä` cannot stand in an address"),
        ("odoo://a/%zz", "%", "`%` is followed by two hexadecimal digits"),
        ("odoo://a/{id", "{id", "`{` is not closed"),
        ("odoo://a/id}", "}", "there is no `{` for this `}`"),
        ("odoo://a/{+id}", "{+id}", "`{+…}` is not supported"),
        ("odoo://a{/id}", "{/id}", "`{/…}` is not supported"),
        ("odoo://a{?x}{&y}", "{&y}", "nothing can follow `{?…}`"),
        ("odoo://a{?x}/b", "/b", "nothing can follow `{?…}`"),
        ("odoo://a/{x}{y}", "{y}", "a second variable in one segment of the path"),
        ("odoo://a/{x,y}", "{x,y}", "one segment of the path holds one variable"),
        ("odoo://a/{x*}", "x*", "`x*` says more than a name, which is not supported"),
        ("odoo://a/{x:3}", "x:3", "`x:3` says more than a name, which is not supported"),
        ("odoo://a/{}", "}", "`` is not the name of a variable"),
        ("odoo://a/{x-y}", "x-y", "`x-y` is not the name of a variable"),
        ("odoo://a{?x,}", "}", "`` is not the name of a variable"),
        ("odoo://{x}/{x}", "x", "the variable `x` is there twice"),
        ("odoo://{x}{?x}", "x", "the variable `x` is there twice"),
        ("odoo://a/{{ id }}", "{{", "in an address a variable has one brace on each side"),
        ("odoo://a?x={x}", "?", "a query can only be given by variables"),
        ("odoo://a#b", "#", "an address of a resource has no `#` part"),
        ("odoo://a/../b", "..", "`..` is no part of an address"),
        ("odoo://a/..", "..", "`..` is no part of an address"),
    ] {
        let fault = UriTemplate::parse(text).expect_err(text);
        assert_eq!((fault.message.as_str(), text.get(fault.at.clone())), (sentence, Some(at)), "{text}");
        assert!(!fault.hint.is_empty());
    }
}

#[test]
fn more_text_wins_and_equals_are_known() {
    let winner = |uri: &str, all: &[&str]| {
        let all: Vec<_> = all.iter().map(|text| template(text)).collect();
        let best = all.iter().filter(|template| template.matches(uri).is_some()).max_by(|a, b| a.precedence(b));
        best.map(ToString::to_string)
    };
    let all = [
        "odoo://{model}/{id}",
        "odoo://crm.lead/{id}",
        "odoo://{model}/{id}/{field}",
        "odoo://crm.lead/7",
        "odoo://{model}/7",
    ];
    assert_eq!(winner("odoo://crm.lead/7", &all).as_deref(), Some("odoo://crm.lead/7"));
    assert_eq!(winner("odoo://crm.lead/8", &all).as_deref(), Some("odoo://crm.lead/{id}"));
    assert_eq!(winner("odoo://res.partner/8", &all).as_deref(), Some("odoo://{model}/{id}"));
    assert_eq!(winner("odoo://res.partner/7", &all).as_deref(), Some("odoo://{model}/7"));
    // As much text in both: the one that has it first.
    for both in [["x://a/{b}", "x://{a}/a"], ["x://{a}/a", "x://a/{b}"]] {
        assert_eq!(winner("x://a/a", &both).as_deref(), Some("x://a/{b}"));
    }
    let same = |a: &str, b: &str| template(a).is_same_as(&template(b));
    assert!(same("x://{a}", "x://{b}{?c}") && same("X://a", "x://a"));
    assert!(!same("x://{a}", "x://{a}/{b}") && !same("x://a", "x://{a}") && !same("x://a", "y://a"));
}

#[test]
fn a_template_prints_as_it_was_written() {
    for text in [
        "odoo://{model}{?domain,limit,offset}",
        "odoo:///server",
        "x:a/{b}.pdf",
        "test://template/{id}/data",
        "x://a?b=c",
    ] {
        assert_eq!(template(text).to_string(), text);
    }
    assert_eq!(template("odoo://{m}{?a}").with_scheme("odoo+b").to_string(), "odoo+b://{m}{?a}");
    let bound = |text: &str, name: &str, value| {
        let written = template(text).with_values(|known| (known == name).then_some(value));
        written.map(|written| written.as_str().to_owned())
    };
    assert_eq!(bound("odoo://{m}/{id}{?a,b}", "m", Some("a b")).as_deref(), Some("odoo://a%20b/{id}{?a,b}"));
    assert_eq!(bound("odoo://{m}/{id}{?a,b}", "a", Some("x")).as_deref(), Some("odoo://{m}/{id}{?b}"));
    assert_eq!(bound("odoo://{m}/{id}", "m", Some("a/b")), None);
    assert_eq!(bound("odoo://{m}/{id}", "m", None), None);
    let names: Vec<String> = template("odoo://{m}/{id}{?a,b}").variables().map(str::to_owned).collect();
    assert_eq!(names, ["m", "id", "a", "b"]);
}

proptest! {
    /// What is expanded is read back as it was, whatever the values are, or is not expanded.
    #[test]
    fn what_is_expanded_is_read_back(model in any::<String>(), id in "\\PC{1,12}", domain in proptest::option::of(any::<String>())) {
        let template = template("odoo://{model}/{id}{?domain,limit}");
        let value = |name: &str| match name {
            "model" => Some(model.as_str()),
            "id" => Some(id.as_str()),
            "domain" => domain.as_deref(),
            _ => None,
        };
        if let Some(uri) = template.expand(value) {
            let read = template.matches(&uri);
            let mut given = vec![("model".to_owned(), model.clone()), ("id".to_owned(), id.clone())];
            given.extend(domain.clone().map(|domain| ("domain".to_owned(), domain)));
            if uri.len() <= LONGEST {
                prop_assert_eq!(read, Some(given), "{}", uri);
            }
        }
    }

    /// Whatever a caller sends, no value of the path leads to another place.
    #[test]
    fn no_value_leaves_its_segment(tail in "[a-z./\\\\%0-9A-F?=&#:\u{0}\n ä]{0,24}") {
        let template = template("odoo://{model}/{id}{?a}");
        for (name, value) in template.matches(&format!("odoo://{tail}")).unwrap_or_default() {
            prop_assert!(!value.chars().any(char::is_control));
            prop_assert!(name == "a" || (!value.is_empty() && !value.contains('/') && !value.contains("..")));
        }
    }

    /// No text makes it stumble, and a template that parses prints as something that means the same.
    #[test]
    fn any_text_is_a_template_or_a_fault(text in "([a-z]{1,3}:)?[a-z{}?,/.%+*0-9:é ]{0,16}") {
        match UriTemplate::parse(&text) {
            Ok(template) => {
                prop_assert!(UriTemplate::parse(&template.to_string()).is_ok_and(|same| same.is_same_as(&template)));
                prop_assert_eq!(template.precedence(&template), std::cmp::Ordering::Equal);
            }
            Err(fault) => prop_assert!(text.get(fault.at).is_some()),
        }
    }

    /// Which one is meant does not depend on the order in which they are asked.
    #[test]
    fn precedence_is_an_order(a in "x:([a-b]|\\{c\\}|/){1,5}", b in "x:([a-b]|\\{c\\}|/){1,5}") {
        if let (Ok(a), Ok(b)) = (UriTemplate::parse(&a), UriTemplate::parse(&b)) {
            prop_assert_eq!(a.precedence(&b), b.precedence(&a).reverse());
            prop_assert_eq!(a.precedence(&b).is_eq(), a.is_same_as(&b));
        }
    }
}
