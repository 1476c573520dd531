//! The records: a table per model, cheap to copy, so that a read works on a snapshot and a write that fails leaves nothing behind.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::civil::DateTime;
use serde_json::Value;

use super::clock;

/// One record: field → stored value. A many2one is an id, a many2many a list of ids, an empty value is missing or null, a translated text is a
/// table from language to text.
pub(super) type Record = HashMap<Arc<str>, Value>;

/// The records of one model.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    rows: BTreeMap<i64, Arc<Record>>,
    next: i64,
}

/// The whole database.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    tables: HashMap<Arc<str>, Arc<Table>>,
    /// External ids: (module, name) → (model, id).
    external: Arc<HashMap<String, (String, i64)>>,
    sequences: HashMap<Arc<str>, i64>,
    /// The moment at which its clock stands, in UTC; `None` where it goes.
    stands: Option<DateTime>,
}

impl Store {
    /// An empty one whose clock stands.
    pub(super) fn at(moment: DateTime) -> Self {
        Self { stands: Some(moment), ..Self::default() }
    }

    /// The moment of a call; one for the whole transaction.
    pub(super) fn now(&self) -> DateTime {
        self.stands.unwrap_or_else(clock::now)
    }

    /// A record, if it is there.
    pub(super) fn get(&self, model: &str, id: i64) -> Option<&Record> {
        self.tables.get(model)?.rows.get(&id).map(Arc::as_ref)
    }

    /// Whether a record is there.
    pub(super) fn has(&self, model: &str, id: i64) -> bool {
        self.tables.get(model).is_some_and(|table| table.rows.contains_key(&id))
    }

    /// All ids of a model, ascending.
    pub(super) fn ids(&self, model: &str) -> Vec<i64> {
        self.tables.get(model).map(|table| table.rows.keys().copied().collect()).unwrap_or_default()
    }

    /// Adds a record under the next free id, which is never one that was used before.
    pub(super) fn insert(&mut self, model: &str, record: Record) -> i64 {
        let id = self.tables.get(model).map_or(0, |table| table.next) + 1;
        self.insert_at(model, id, record);
        id
    }

    /// Adds a record under an id of its own, as the sample data has it; numbering goes on behind the highest.
    pub(super) fn insert_at(&mut self, model: &str, id: i64, record: Record) {
        let table = self.table(model);
        table.next = table.next.max(id);
        table.rows.insert(id, Arc::new(record));
    }

    /// Sets one stored value.
    pub(super) fn set(&mut self, model: &str, id: i64, field: &str, value: Value) {
        if let Some(row) = self.table(model).rows.get_mut(&id) {
            Arc::make_mut(row).insert(field.into(), value);
        }
    }

    /// Removes a record.
    pub(super) fn remove(&mut self, model: &str, id: i64) {
        self.table(model).rows.remove(&id);
        let external = Arc::make_mut(&mut self.external);
        external.retain(|_, (owner, target)| owner != model || *target != id);
    }

    /// Names a record: `base.be`.
    pub(super) fn name(&mut self, external: &str, model: &str, id: i64) {
        Arc::make_mut(&mut self.external).insert(external.into(), (model.into(), id));
    }

    /// The record that an external id names.
    pub(super) fn named(&self, external: &str) -> Option<(&str, i64)> {
        self.external.get(external).map(|(model, id)| (model.as_str(), *id))
    }

    /// All external ids.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str, i64)> {
        self.external.iter().map(|(name, (model, id))| (name.as_str(), model.as_str(), *id))
    }

    /// The next number of a sequence, from 1.
    pub(super) fn next(&mut self, sequence: &str) -> i64 {
        let number = self.sequences.entry(sequence.into()).or_default();
        *number += 1;
        *number
    }

    fn table(&mut self, model: &str) -> &mut Table {
        Arc::make_mut(self.tables.entry(model.into()).or_default())
    }
}
