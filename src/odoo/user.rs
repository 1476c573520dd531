//! As whom Odoo is used.

/// The Odoo user of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id in `res.users`.
    pub id: i64,
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// The language, e.g. `en_US`.
    pub lang: String,
    /// The time zone, e.g. `Europe/Brussels`; many users have none.
    pub tz: Option<String>,
    /// The current company.
    pub company_id: i64,
    /// Every company that the user may use.
    pub company_ids: Vec<i64>,
}
