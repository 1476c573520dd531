//! Who may log in, with which groups: the logins' secrets are here, their groups in `data/groups.toml`.

use std::collections::{BTreeMap, HashSet};

use indexmap::IndexMap;
use serde::Deserialize;

use super::{Profile, model::DATA};

/// A login of the embedded Odoo. The password and the key protect nothing: the data is made up and the server is loopback only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The login.
    pub login: &'static str,
    /// The password.
    pub password: &'static str,
    /// The API key, for JSON-2 and in place of the password over JSON-RPC.
    pub api_key: &'static str,
}

/// The administrator, Mitchell Admin.
pub const ADMIN: Account = Account { login: "admin", password: "admin", api_key: "demo-key-of-the-administrator" };

/// An ordinary employee, Marc Demo: sales (own documents), stock, projects, contacts, nothing technical.
pub const EMPLOYEE: Account = Account { login: "demo", password: "demo", api_key: "demo-key-of-the-employee" };

/// A salesperson (own documents) and nothing else: neither stock nor purchases nor projects.
pub const SALESPERSON: Account = Account { login: "sales", password: "sales", api_key: "demo-key-of-the-salesperson" };

/// Who works in the warehouse and buys for it.
pub const WAREHOUSE: Account = Account { login: "stock", password: "stock", api_key: "demo-key-of-the-warehouse" };

/// An HR officer.
pub const HR_OFFICER: Account = Account { login: "hr", password: "hr", api_key: "demo-key-of-the-hr-officer" };

/// An accountant.
pub const ACCOUNTANT: Account =
    Account { login: "accountant", password: "accountant", api_key: "demo-key-of-the-accountant" };

/// A customer with a login of the portal, Joel Willis: no employee.
pub const PORTAL: Account = Account { login: "portal", password: "portal", api_key: "demo-key-of-the-portal-user" };

impl Account {
    /// Every account there is.
    pub const ALL: [Self; 7] = [ADMIN, EMPLOYEE, SALESPERSON, WAREHOUSE, HR_OFFICER, ACCOUNTANT, PORTAL];

    /// The account with that login.
    #[must_use]
    pub fn of(login: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.login == login)
    }

    /// The account that a key or, over JSON-RPC, a password belongs to.
    pub(super) fn behind(secret: &str, password_too: bool) -> Option<Self> {
        let fits = |account: &Self| account.api_key == secret || password_too && account.password == secret;
        Self::ALL.into_iter().find(fits)
    }
}

/// A group as the file has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    label: String,
    #[serde(default)]
    implied: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: IndexMap<String, Group>,
    logins: IndexMap<String, Vec<String>>,
    /// As it was before a version: what is named there replaces what is named above.
    #[serde(default)]
    before: BTreeMap<String, Earlier>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    #[serde(default)]
    groups: IndexMap<String, Group>,
    #[serde(default)]
    logins: IndexMap<String, Vec<String>>,
}

/// The groups of one version of Odoo, and who is in them.
#[derive(Debug)]
pub(super) struct Groups {
    groups: IndexMap<String, Group>,
    logins: IndexMap<String, Vec<String>>,
}

impl Groups {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence on what is wrong with the file. It is embedded, so this is a mistake of whoever changed it.
    pub(super) fn load(profile: Profile) -> Result<Self, String> {
        let text = DATA
            .get_file("groups.toml")
            .and_then(include_dir::File::contents_utf8)
            .ok_or("`groups.toml` is missing")?;
        let file: File = toml::from_str(text).map_err(|error| format!("`groups.toml`: {error}"))?;
        let mut all = Self { groups: file.groups, logins: file.logins };
        for (version, earlier) in file.before {
            let version: u8 =
                version.parse().map_err(|_| format!("`groups.toml`: `before.{version}` is no version"))?;
            if profile.major() < version {
                all.groups.extend(earlier.groups);
                all.logins.extend(earlier.logins);
            }
        }
        let named = all.logins.values().flatten().chain(all.groups.values().flat_map(|group| &group.implied));
        match named.into_iter().find(|name| !all.groups.contains_key(*name)) {
            Some(unknown) => Err(format!("`groups.toml` names the group `{unknown}`, which it does not have")),
            None => Ok(all),
        }
    }

    /// The groups of a login, with all that they imply.
    pub(super) fn of(&self, login: &str) -> HashSet<String> {
        let mut found = HashSet::new();
        let mut queue: Vec<&String> = self.logins.get(login).into_iter().flatten().collect();
        while let Some(name) = queue.pop() {
            if found.insert(name.clone()) {
                queue.extend(self.groups.get(name).into_iter().flat_map(|group| &group.implied));
            }
        }
        found
    }

    /// What access errors call a group.
    pub(super) fn label<'g>(&'g self, name: &'g str) -> &'g str {
        self.groups.get(name).map_or(name, |group| group.label.as_str())
    }
}
