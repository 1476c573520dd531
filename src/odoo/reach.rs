//! No answer at all: what went wrong on the way to Odoo, in a sentence each, and whether a write may have happened.

use std::error::Error as _;

use super::error::{Applied, Error, Kind};
use super::http::Http;
use super::request::{Effect, Ended};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The host's name is not known.
    Dns(String),
    /// No TLS connection; it will not come about by trying again.
    Tls(String),
    /// Nobody listens, or the network does not carry.
    Connect(String),
    /// It took too long to connect.
    ConnectTimeout,
    /// The connection ended before the answer did.
    Cut(String),
    /// The answer is larger than allowed.
    TooLarge(u64),
    /// The caller's time or will ended.
    Ended(Ended),
}

impl Trouble {
    /// From sending and from waiting for the head of the answer.
    pub(super) fn from_send(error: &reqwest::Error) -> Self {
        let cause = root_cause(error);
        if !error.is_connect() {
            return Self::Cut(cause);
        }
        if error.is_dns() || cause.contains("lookup address") {
            Self::Dns(cause)
        } else if error.is_timeout() {
            Self::ConnectTimeout
        } else if is_tls(error) {
            Self::Tls(cause)
        } else {
            Self::Connect(cause)
        }
    }

    /// From reading the body of the answer.
    pub(super) fn from_body(error: &reqwest::Error) -> Self {
        Self::Cut(root_cause(error))
    }

    /// Whether it may be gone in a moment.
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Dns(_) | Self::Connect(_) | Self::Cut(_))
    }
}

/// The innermost error's text: the one that says what happened.
fn root_cause(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    text.trim_end_matches('.').to_owned()
}

/// Whether the connection failed in TLS. The library below has no public type for it.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        let text = inner.to_string().to_lowercase();
        if ["certificate", "tls", "handshake", "corrupt message", "unknownissuer"]
            .iter()
            .any(|word| text.contains(word))
        {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The sentence. `left` is whether the request can have reached Odoo.
pub(super) fn error(http: &Http, trouble: &Trouble, effect: Effect, left: bool) -> Error {
    let host = http.host();
    let unknown = effect == Effect::Write && left;
    let error = match trouble {
        Trouble::Dns(cause) => Error::new(
            Kind::Unavailable,
            format!("Odoo is not reachable: the name `{host}` cannot be resolved ({cause})."),
        )
        .hint("Check the instance's `url`, and the network of this machine."),
        Trouble::Tls(cause) => {
            let error =
                Error::new(Kind::Unavailable, format!("Odoo is not reachable: TLS with `{host}` failed ({cause})."));
            if cause.contains("not valid for name") {
                error.hint("Give the instance's `url` by the name that the certificate has.")
            } else if cause.contains("certificate") || cause.contains("UnknownIssuer") {
                error.hint("If the certificate is your own, name its authority in `tls.ca_file`.")
            } else {
                error.hint("Check that the port speaks HTTPS; a bare Odoo speaks `http`.")
            }
        }
        Trouble::Connect(cause) => {
            Error::new(Kind::Unavailable, format!("Odoo at `{host}` is not reachable ({cause})."))
                .hint("Check that Odoo runs and that the instance's `url` is right; the next call tries again.")
        }
        Trouble::ConnectTimeout => Error::new(
            Kind::Unavailable,
            format!("Odoo at `{host}` is not reachable: no connection within 10 seconds."),
        )
        .hint("Check the instance's `url` and any firewall between; the next call tries again."),
        Trouble::Cut(cause) => Error::new(
            Kind::Unavailable,
            format!("The connection to Odoo at `{host}` ended before the answer was there ({cause})."),
        )
        .hint("Odoo or a proxy may have restarted or hit a limit of its own; an address that wants `https` does this too."),
        Trouble::TooLarge(max) => Error::new(
            Kind::Unsupported,
            format!("Odoo's answer is larger than the {max} bytes that `max_response` allows."),
        )
        .hint("Ask for fewer records or fields."),
        Trouble::Ended(Ended::Deadline) => {
            Error::new(Kind::Timeout, format!("Odoo at `{host}` did not answer in time."))
                .hint("Ask for less, or raise `timeout`.")
        }
        Trouble::Ended(Ended::Cancelled) => Error::new(Kind::Cancelled, "The call was cancelled."),
    };
    if unknown {
        error
            .hint("The change may have happened or not: read the record before anything is tried again.")
            .applied(Applied::Unknown)
    } else {
        error
    }
}
