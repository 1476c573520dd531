//! A prompt as a person keeps it from a conversation: a text and its arguments.

use serde_json::Value;

use crate::odoo::{Error, Kind};
use crate::source::did_you_mean;
use crate::template::{Template, is_template};

/// The longest text, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;
/// The longest title or name of an argument, in characters.
const LONGEST_TITLE: usize = 200;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 2_000;
/// Nobody fills in more.
const MOST_ARGUMENTS: usize = 20;

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// 1-64 of `[a-z0-9_]`.
    pub name: String,
    /// The name that people see.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What is said, with `{{ argument }}` in it.
    pub text: String,
    /// In the order in which they are asked for.
    pub arguments: Vec<Wanted>,
}

/// One argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// As the text names it.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Has to be given.
    pub required: bool,
}

impl Wanted {
    /// Arguments as a caller writes them: names, or tables with `name`, `description`, `required`.
    ///
    /// # Errors
    /// `invalid_arguments` for anything else.
    pub fn list(value: &Value) -> Result<Vec<Self>, Error> {
        let all = match value {
            Value::Array(all) => all.as_slice(),
            Value::Null => &[],
            one => std::slice::from_ref(one),
        };
        all.iter().map(Self::one).collect()
    }

    fn one(value: &Value) -> Result<Self, Error> {
        let wrong = || {
            Error::new(Kind::InvalidArguments, format!("An argument of the prompt is a name or a table, not {value}."))
                .hint("e.g. `{\"name\": \"customer\", \"description\": \"The company\", \"required\": true}`")
        };
        match value {
            Value::String(name) => Ok(Self { name: name.trim().to_owned(), ..Self::default() }),
            Value::Object(table) => {
                if let Some(key) = table.keys().find(|key| !["name", "description", "required"].contains(&key.as_str()))
                {
                    let hint = did_you_mean(key, ["name", "description", "required"])
                        .unwrap_or_else(|| "it has `name`, `description` and `required`".to_owned());
                    return Err(Error::new(
                        Kind::InvalidArguments,
                        format!("An argument of the prompt has no `{key}`."),
                    )
                    .hint(hint));
                }
                let text = |key: &str| match table.get(key) {
                    None | Some(Value::Null) => Ok(None),
                    Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
                    Some(_) => Err(wrong()),
                };
                let required = match table.get("required") {
                    None | Some(Value::Null) => false,
                    Some(Value::Bool(required)) => *required,
                    Some(_) => return Err(wrong()),
                };
                Ok(Self { name: text("name")?.ok_or_else(wrong)?, description: text("description")?, required })
            }
            _ => Err(wrong()),
        }
    }
}

/// A name as prompts have it.
///
/// # Errors
/// `invalid_arguments` for any other.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if plain && (1..=64).contains(&name.len()) {
        return Ok(());
    }
    let shown: String = name.chars().take(80).collect();
    Err(Error::new(Kind::InvalidArguments, format!("`{shown}` is not a name for a prompt."))
        .hint("1 to 64 of the characters `a-z`, `0-9` and `_`, e.g. `weekly_report`."))
}

impl Kept {
    /// The file that keeps it, within what may be kept.
    ///
    /// # Errors
    /// `invalid_arguments` with what is too long, missing, or names what is not declared.
    pub(super) fn text(&self) -> Result<String, Error> {
        check_name(&self.name)?;
        let wrong = |message: String| Err(Error::new(Kind::InvalidArguments, message));
        if self.text.trim().is_empty() {
            return wrong("`text` is empty: it is what the prompt says.".to_owned());
        }
        if self.text.len() > LONGEST_TEXT {
            return wrong(format!("`text` has {} bytes, and a prompt may have {LONGEST_TEXT}.", self.text.len()));
        }
        if self.arguments.len() > MOST_ARGUMENTS {
            return wrong(format!("A prompt has {MOST_ARGUMENTS} arguments at most."));
        }
        let descriptions = self.arguments.iter().map(|argument| ("description", argument.description.as_ref()));
        let texts = [("title", self.title.as_ref()), ("description", self.description.as_ref())]
            .into_iter()
            .chain(descriptions);
        for (key, text) in texts {
            let most = if key == "title" { LONGEST_TITLE } else { LONGEST_DESCRIPTION };
            if text.is_some_and(|text| text.chars().count() > most) {
                return wrong(format!("`{key}` is longer than {most} characters."));
            }
        }
        self.only_arguments()?;
        let mut prompt = toml::Table::new();
        let mut put = |key: &str, value: Option<&String>| {
            if let Some(value) = value {
                prompt.insert(key.to_owned(), value.clone().into());
            }
        };
        put("name", Some(&self.name));
        put("title", self.title.as_ref());
        put("description", self.description.as_ref());
        let arguments: Vec<toml::Value> = self.arguments.iter().map(argument).collect();
        if !arguments.is_empty() {
            prompt.insert("argument".to_owned(), arguments.into());
        }
        let message = toml::Table::from_iter([
            ("role".to_owned(), toml::Value::from("user")),
            ("text".to_owned(), self.text.clone().into()),
        ]);
        prompt.insert("message".to_owned(), vec![toml::Value::Table(message)].into());
        let file = toml::Table::from_iter([("prompt".to_owned(), vec![toml::Value::Table(prompt)].into())]);
        toml::to_string(&file)
            .map_err(|error| Error::new(Kind::Internal, format!("The prompt cannot be written as a file: {error}.")))
    }

    /// A text that somebody keeps says nothing of the user or the bundle: those who use it would not expect it.
    fn only_arguments(&self) -> Result<(), Error> {
        if !is_template(&self.text) {
            return Ok(());
        }
        let template = Template::compile(&self.text).map_err(|fault| {
            let hint = fault.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            Error::new(Kind::InvalidArguments, format!("`text` cannot be read as a template: {}{hint}.", fault.message))
                .hint("`{{ name }}` stands for an argument; `{% raw %}…{% endraw %}` keeps braces as they are.")
        })?;
        let declared = |name: &str| self.arguments.iter().any(|argument| argument.name == name);
        let names = template.names().iter();
        let unknown = names.map(|name| match (name.root.as_str(), &name.attribute) {
            ("args", Some(argument)) => argument.as_str(),
            (root, _) => root,
        });
        let Some(unknown) = unknown.into_iter().find(|name| !declared(name)) else { return Ok(()) };
        let hint = did_you_mean(unknown, self.arguments.iter().map(|argument| argument.name.as_str()))
            .unwrap_or_else(|| "Declare it among `arguments`, or take it out of the text.".to_owned());
        Err(Error::new(Kind::InvalidArguments, format!("`text` uses `{unknown}`, which is no declared argument."))
            .hint(hint))
    }
}

fn argument(wanted: &Wanted) -> toml::Value {
    let mut table = toml::Table::from_iter([("name".to_owned(), toml::Value::from(wanted.name.clone()))]);
    if let Some(description) = &wanted.description {
        table.insert("description".to_owned(), description.clone().into());
    }
    if wanted.required {
        table.insert("required".to_owned(), true.into());
    }
    table.into()
}
