//! What a template sees that is no JSON: `loop` and `namespace()`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Kwargs, Object, ObjectRepr, Value, from_args};
use minijinja::{Error as MiniError, ErrorKind};

/// `loop` inside a `for`.
#[derive(Debug)]
pub(super) struct LoopVariable {
    pub(super) index0: usize,
    pub(super) length: usize,
    pub(super) depth0: usize,
    pub(super) previous: Option<Value>,
    pub(super) next: Option<Value>,
    /// What `changed` was last asked about, of the whole loop.
    pub(super) last: Arc<Mutex<Option<Vec<Value>>>>,
}

impl LoopVariable {
    pub(super) fn cycle(&self, values: &[Value]) -> Value {
        self.index0.checked_rem(values.len()).and_then(|index| values.get(index)).cloned().unwrap_or_default()
    }

    pub(super) fn changed(&self, values: Vec<Value>) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = last.as_ref() != Some(&values);
        *last = Some(values);
        changed
    }
}

impl Object for LoopVariable {
    /// Neither a table nor a list: it cannot be sent or printed.
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "index" => (self.index0 + 1).into(),
            "index0" => self.index0.into(),
            "revindex" => (self.length - self.index0).into(),
            "revindex0" => (self.length - self.index0 - 1).into(),
            "first" => (self.index0 == 0).into(),
            "last" => (self.index0 + 1 == self.length).into(),
            "length" => self.length.into(),
            "depth" => (self.depth0 + 1).into(),
            "depth0" => self.depth0.into(),
            "previtem" => self.previous.clone()?,
            "nextitem" => self.next.clone()?,
            _ => return None,
        })
    }
}

/// How deep values may be put into one another by way of a namespace.
const MAX_NESTING: usize = 20;

/// `namespace(total=0)`: what can be set from inside a loop.
#[derive(Debug, Default)]
pub(super) struct Namespace(Mutex<BTreeMap<String, Value>>);

impl Namespace {
    pub(super) fn make(arguments: &[Value]) -> Result<Value, MiniError> {
        let (kwargs,): (Kwargs,) = from_args(arguments)?;
        let mut map = BTreeMap::new();
        for name in kwargs.args() {
            map.insert(name.to_owned(), kwargs.peek::<Value>(name)?);
        }
        Ok(Value::from_object(Self(Mutex::new(map))))
    }

    /// `None` takes the name away.
    pub(super) fn set(&self, name: &str, value: Option<Value>) -> Result<(), MiniError> {
        if value.as_ref().is_some_and(|value| nests(value, MAX_NESTING)) {
            return Err(MiniError::new(
                ErrorKind::InvalidOperation,
                "a namespace cannot hold values that nest so deeply",
            ));
        }
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match value {
            Some(value) => map.insert(name.to_owned(), value),
            None => map.remove(name),
        };
        Ok(())
    }
}

/// Whether lists, tables or namespaces nest deeper than that.
fn nests(value: &Value, depth: usize) -> bool {
    let Some(object) = value.as_object() else { return false };
    if value.downcast_object_ref::<Namespace>().is_some() || depth == 0 {
        return true;
    }
    match object.try_iter_pairs() {
        Some(mut pairs) => pairs.any(|(_, item)| nests(&item, depth - 1)),
        None => false,
    }
}

impl Object for Namespace {
    /// Neither a table nor a list: it cannot be sent or printed.
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key.as_str()?).cloned()
    }
}
