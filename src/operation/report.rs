//! `report`: records printed as one PDF, which comes within the answer.

use serde_json::{Map, Value, json};

use super::fields::{Wanted, select};
use super::files::{self, text_of};
use super::ids;
use super::needed::{needed, optional};
use super::prepared::{Body, Outline};
use super::read;
use super::run::Run;
use crate::definition::operation::Report;
use crate::odoo::{Effect, Error, FieldSpecification, Kind, Search, Specification, check_report_name};

/// Odoo's model of reports.
const MODEL: &str = "ir.actions.report";
/// As many reports as are named where the one that was asked for is not there.
const NAMED: u64 = 20;

/// The report, the records, and what the file is called.
pub(super) struct Prepared {
    model: String,
    ids: Vec<i64>,
    report: Found,
    file_name: Option<String>,
}

/// A report that Odoo has.
struct Found {
    /// `report_name`.
    name: String,
    /// What people call it.
    title: Option<String>,
    /// The caller named it, and which model it prints could not be looked up.
    unchecked: bool,
}

/// Resolves the records and the report.
///
/// # Errors
/// `invalid_arguments` for a name that is none and for a report of another model; `not_found` for a report that is not there, with
/// those that are; `unsupported` for one that is no PDF.
pub(super) async fn prepare(definition: &Report, run: &Run<'_>) -> Result<Prepared, Error> {
    let model = run.model()?;
    let name = text_of("report", needed("report", &definition.report, run)?)?;
    let name = name.trim();
    check_report_name(name)?;
    let ids = ids::of(&definition.ids, &model, run).await?;
    if u32::try_from(ids.len()).map_or(true, |count| count > run.max_records) {
        let message = format!("`ids` names {} records, and one call prints at most {}.", ids.len(), run.max_records);
        return Err(Error::new(Kind::InvalidArguments, message).hint("Print them in several calls."));
    }
    let file_name = match optional("file_name", definition.file_name.as_ref(), &run.scope)? {
        None | Some(Value::Null) => None,
        Some(given) => Some(files::file_name("file_name", &text_of("file_name", given)?)?),
    };
    // What the author wrote is the author's word.
    let given = definition.report.as_template().is_some();
    let report = found(name, given, &model, run).await?;
    Ok(Prepared { model, ids, report, file_name })
}

/// The report of that name, or of that external id.
async fn found(name: &str, given: bool, model: &str, run: &Run<'_>) -> Result<Found, Error> {
    let rows = match reports(json!([["report_name", "=", name]]), 1, run).await {
        Ok(rows) => rows,
        // Who may not read what reports there are may still print one.
        Err(error) if matches!(error.kind, Kind::AccessDenied | Kind::UnknownModel) => {
            return Ok(Found { name: name.to_owned(), title: None, unchecked: given });
        }
        Err(error) => return Err(error),
    };
    let row = match rows.into_iter().next() {
        Some(row) => row,
        None => by_external_id(name, model, run).await?,
    };
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let (Some(report_name), of) = (text("report_name"), text("model")) else {
        return Err(unknown(name, model, run).await);
    };
    if let Some(of) = of.filter(|of| of != model) {
        return Err(Error::new(Kind::InvalidArguments, format!("The report `{name}` prints `{of}`, not `{model}`.")));
    }
    match text("report_type").as_deref() {
        None | Some("qweb-pdf") => {}
        Some(kind) => {
            return Err(Error::new(
                Kind::Unsupported,
                format!("The report `{name}` is `{kind}` in Odoo, and not a PDF."),
            ));
        }
    }
    // What Odoo calls it becomes part of a path.
    check_report_name(&report_name)?;
    Ok(Found { name: report_name, title: text("name"), unchecked: false })
}

async fn by_external_id(name: &str, model: &str, run: &Run<'_>) -> Result<Map<String, Value>, Error> {
    let of_model = match run.instance.client.xml_id(name, &run.patience).await {
        Ok((of_model, id)) if of_model == MODEL => {
            let rows = reports(json!([["id", "=", id]]), 1, run).await?;
            return match rows.into_iter().next() {
                Some(row) => Ok(row),
                None => Err(unknown(name, model, run).await),
            };
        }
        Ok((of_model, _)) => of_model,
        Err(error) if error.kind.is_of_the_connection() => return Err(error),
        Err(_) => return Err(unknown(name, model, run).await),
    };
    let mut error = unknown(name, model, run).await;
    error.message = format!("The external id `{name}` is a record of `{of_model}`, not a report.");
    Err(error)
}

/// The error for a report that is not there, with those of the model that are.
async fn unknown(name: &str, model: &str, run: &Run<'_>) -> Error {
    let error = Error::new(Kind::NotFound, format!("Odoo has no report `{name}`."));
    let domain = json!([["model", "=", model], ["report_type", "=", "qweb-pdf"]]);
    let rows = reports(domain, NAMED, run).await.unwrap_or_default();
    let text = |row: &Map<String, Value>, key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let names: Vec<String> = rows
        .iter()
        .filter_map(|row| Some(format!("`{}` ({})", text(row, "report_name")?, text(row, "name")?)))
        .collect();
    if names.is_empty() {
        return error.hint(format!("No report of this Odoo prints `{model}`."));
    }
    error.hint(format!("Reports of `{model}` are {}.", names.join(", ")))
}

async fn reports(domain: Value, limit: u64, run: &Run<'_>) -> Result<Vec<Map<String, Value>>, Error> {
    let mut specification = Specification::default();
    for field in ["name", "report_name", "model", "report_type"] {
        specification.fields.insert(field.to_owned(), FieldSpecification::default());
    }
    let search = Search {
        model: MODEL.to_owned(),
        domain,
        specification,
        order: Some("id".to_owned()),
        offset: 0,
        limit: Some(limit),
        count: false,
        context: run.context.clone(),
    };
    Ok(run.instance.client.search_read(&search, &run.patience).await?.records)
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        let what = format!("Printing `{}` of `{}`", self.report.name, self.model);
        Outline { effect: Effect::Read, what, ids: self.ids.clone() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        let names = select(Wanted::Names, &run.metadata(&self.model).await?, run).await?;
        let rows = read::by_id(run, &self.model, &self.ids, &names).await?;
        if rows.len() < self.ids.len() {
            // Odoo prints a page without content for nobody.
            read::all_there(run, &self.model, &self.ids).await?;
        }
        let mut shown = crate::answer::records(rows, &names, &run.zone, run.links);
        let records = shown.remove("records").unwrap_or_default();
        let name = self.name(&records)?;

        let client = &run.instance.client;
        let pdf = client.report_pdf(&self.report.name, &self.ids, &run.context, &run.patience).await?;
        if pdf.len() > files::LARGEST {
            let message = format!("The PDF has {} bytes, and at most {} go into an answer.", pdf.len(), files::LARGEST);
            return Err(
                Error::new(Kind::Unsupported, message).hint("Print fewer records at once, or print them in Odoo.")
            );
        }
        let uri = files::report_uri(&self.report.name, &self.ids, &name);
        let mut answer = Map::new();
        answer.insert("file_name".to_owned(), name.into());
        answer.insert("type".to_owned(), "application/pdf".into());
        answer.insert("size".to_owned(), pdf.len().into());
        answer.extend(files::pages(&pdf).map(|pages| ("pages".to_owned(), pages.into())));
        answer.insert("uri".to_owned(), uri.as_str().into());
        answer.insert("records".to_owned(), records);
        if self.report.unchecked {
            let note = format!(
                "This Odoo user may not look up what a report prints: if `{}` is not a report of `{}`, the PDF shows other records \
                 that have these ids.",
                self.report.name, self.model
            );
            answer.insert("note".to_owned(), note.into());
        }
        let files = vec![files::blob(&uri, "application/pdf", &pdf)];
        Ok(Body { answer, files, ..Body::default() })
    }

    /// The file's name: as given, else the report's and the record's.
    fn name(&self, records: &Value) -> Result<String, Error> {
        let title = self.report.title.as_deref().unwrap_or(&self.report.name);
        let record = match records.as_array().map(Vec::as_slice) {
            Some([one]) => one.get("name").and_then(Value::as_str),
            _ => None,
        };
        let name = match (&self.file_name, record) {
            (Some(name), _) => name.clone(),
            (None, Some(record)) => format!("{title} - {record}"),
            (None, None) => title.to_owned(),
        };
        let name = if name.to_lowercase().ends_with(".pdf") { name } else { format!("{name}.pdf") };
        files::file_name("file_name", &name)
    }
}
