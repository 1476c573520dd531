//! Who may knock: the checks that keep a web page from talking to a server on this machine (DNS rebinding).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{Server, reply};

/// Refuses a request whose `Host` is not ours or whose `Origin` is somebody else's.
pub(super) async fn check(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    match verdict(request.uri(), request.headers(), &server.options.allowed_hosts, &server.options.allowed_origins) {
        Ok(()) => next.run(request).await,
        Err((status, message)) => {
            tracing::warn!(reason = message, "refused a request");
            reply::error(status, &message)
        }
    }
}

type Refused = (StatusCode, String);

fn verdict(uri: &Uri, headers: &HeaderMap, hosts: &[String], origins: &[String]) -> Result<(), Refused> {
    // HTTP/2 carries it in the URI, as does a request to a proxy; where it is in both, it is not ours unless both are.
    let host = match (headers.get(header::HOST), uri.authority()) {
        (Some(host), _) => host.to_str().ok().and_then(authority),
        (None, named) => named.cloned(),
    };
    let named = uri.authority().map_or(host.as_ref(), Some);
    let (Some(host), Some(named)) = (&host, named) else {
        return Err((StatusCode::BAD_REQUEST, "The request has no usable `Host` header.".to_owned()));
    };
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Err((StatusCode::BAD_REQUEST, "The request has more than one `Host` header.".to_owned()));
    }
    let is_ours = |host: &Authority| {
        if hosts.is_empty() { is_loopback(host.host()) } else { hosts.iter().any(|name| names(name, host)) }
    };
    if let Some(host) = [host, named].into_iter().find(|host| !is_ours(host)) {
        let message =
            format!("The host `{host}` is not one of this server: `http.allowed_hosts` names those that are.");
        return Err((StatusCode::FORBIDDEN, message));
    }
    for origin in headers.get_all(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or("null");
        if !is_same(origin, host) && !origins.iter().any(|allowed| admits(allowed, origin)) {
            let message =
                format!("Pages of `{origin}` may not call this server: `http.allowed_origins` names those that may.");
            return Err((StatusCode::FORBIDDEN, message));
        }
    }
    Ok(())
}

/// A host and a port. A name with `@` before it is what a person is shown, not where a request goes.
fn authority(text: &str) -> Option<Authority> {
    text.parse().ok().filter(|_| !text.contains('@'))
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// An allowed host without a port stands for every port.
fn names(allowed: &str, host: &Authority) -> bool {
    let Ok(allowed) = allowed.parse::<Authority>() else { return false };
    allowed.host().eq_ignore_ascii_case(host.host())
        && (allowed.port_u16().is_none() || allowed.port_u16() == host.port_u16())
}

/// A page that this server itself serves, as a browser sees it.
fn is_same(origin: &str, host: &Authority) -> bool {
    let Some((scheme, authority)) = split(origin) else { return false };
    // A page of ours came over HTTP, whatever a proxy in front does.
    let Some(default) = default_port(scheme) else { return false };
    authority.host().eq_ignore_ascii_case(host.host())
        && authority.port_u16().unwrap_or(default) == host.port_u16().unwrap_or(default)
}

/// `https://app.example.com`, with a port or `:*` where it is not the scheme's own; `null` is never allowed.
fn admits(allowed: &str, origin: &str) -> bool {
    let (allowed, any_port) = match allowed.strip_suffix(":*") {
        Some(allowed) => (allowed, true),
        None => (allowed, false),
    };
    let (Some((wanted, name)), Some((scheme, authority))) = (split(allowed), split(origin)) else { return false };
    let default = default_port(scheme);
    wanted.eq_ignore_ascii_case(scheme)
        && name.host().eq_ignore_ascii_case(authority.host())
        && (any_port || name.port_u16().or(default) == authority.port_u16().or(default))
}

fn split(origin: &str) -> Option<(&str, Authority)> {
    let (scheme, name) = origin.trim_end_matches('/').split_once("://")?;
    Some((scheme, authority(name)?))
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn status(host: &str, origin: Option<&str>, hosts: &[&str], origins: &[&str]) -> u16 {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        let owned = |list: &[&str]| list.iter().map(|&entry| entry.to_owned()).collect::<Vec<_>>();
        match verdict(&Uri::from_static("/mcp"), &headers, &owned(hosts), &owned(origins)) {
            Ok(()) => 200,
            Err((status, _)) => status.as_u16(),
        }
    }

    #[test]
    fn only_loopback_names_are_ours_unless_others_are_listed() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.0.0.2", "[::1]:8080"] {
            assert_eq!(status(host, None, &[], &[]), 200, "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1:8080"] {
            assert_eq!(status(host, None, &[], &[]), 403, "{host}");
        }
        assert_eq!(status("mcp.example.com", None, &["mcp.example.com"], &[]), 200);
        assert_eq!(status("mcp.example.com:8443", None, &["mcp.example.com"], &[]), 200);
        assert_eq!(status("mcp.example.com:8443", None, &["mcp.example.com:443"], &[]), 403);
        assert_eq!(status("localhost", None, &["mcp.example.com"], &[]), 403);
        assert_eq!(status("a b", None, &[], &[]), 400);
    }

    #[test]
    fn a_name_before_the_host_and_another_host_in_the_target_are_refused() {
        assert_eq!(status("evil.example@localhost", None, &[], &[]), 400);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:8080"));
        for (target, allowed) in [("http://localhost:8080/mcp", true), ("http://evil.example/mcp", false)] {
            let verdict = verdict(&Uri::from_static(target), &headers, &[], &[]);
            assert_eq!(verdict.is_ok(), allowed, "{target}");
        }
        for origin in ["http://evil.example@localhost:8080", "javascript://localhost:8080"] {
            assert_eq!(status("localhost:8080", Some(origin), &[], &[]), 403, "{origin}");
        }
    }

    #[test]
    fn only_our_own_pages_may_call_unless_others_are_listed() {
        assert_eq!(status("localhost:8080", Some("http://localhost:8080"), &[], &[]), 200);
        for origin in [
            "http://localhost:9090",
            "http://evil.example",
            "null",
            "",
            "http://localhost:8080.evil.example",
            "localhost:8080",
        ] {
            assert_eq!(status("localhost:8080", Some(origin), &[], &[]), 403, "{origin}");
        }
        let allowed = &["https://app.example.com", "http://localhost:*"];
        assert_eq!(status("localhost", Some("https://app.example.com"), &[], allowed), 200);
        assert_eq!(status("localhost", Some("https://app.example.com:443"), &[], allowed), 200);
        assert_eq!(status("localhost", Some("https://app.example.com:444"), &[], allowed), 403);
        assert_eq!(status("localhost", Some("http://app.example.com"), &[], allowed), 403);
        assert_eq!(status("localhost", Some("http://localhost:6274"), &[], allowed), 200);
        assert_eq!(status("localhost", Some("null"), &[], &["null"]), 403);
    }
}
