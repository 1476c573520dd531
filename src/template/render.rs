//! Running the statements of a template that gives text.

use std::sync::{Arc, Mutex};

use minijinja::value::{Value, ValueKind};

use super::builtins::MAX_TEXT;
use super::evaluate::{Cell, Lack, Machine, Mode, Origin};
use super::objects::{LoopVariable, Namespace};
use super::tree::{For, Node, Place, Statement, Target};
use super::{Error, json};

/// What ends a block early.
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

/// What ends the whole template early.
pub(super) enum Stop {
    Absent(Lack),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl<'t> Machine<'t> {
    pub(super) fn run(&mut self, statements: &'t [Statement], out: &mut String) -> Result<Flow, Stop> {
        for statement in statements {
            self.burn(1)?;
            match self.statement(statement, out)? {
                Flow::Next => {}
                end => return Ok(end),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &'t Statement, out: &mut String) -> Result<Flow, Stop> {
        match statement {
            Statement::Text(text) => write(out, text)?,
            Statement::Emit(node) => {
                let cell = self.eval(node)?;
                self.emit(cell, node.place, out)?;
            }
            Statement::For(it) => self.repeat(it, out)?,
            Statement::If { test, then, otherwise } => {
                let branch = if self.eval(test)?.is_true() { then } else { otherwise };
                return self.run(branch, out);
            }
            Statement::With { assignments, body } => {
                return self.within(|machine| {
                    for (target, value) in assignments {
                        let cell = machine.eval(value)?;
                        machine.assign(target, cell)?;
                    }
                    machine.run(body, out)
                });
            }
            Statement::Set(target, value) => {
                let cell = self.eval(value)?;
                self.assign(target, cell)?;
            }
            Statement::SetBlock { target, filter, body } => {
                let mut text = String::new();
                let flow = self.within(|machine| machine.run(body, &mut text))?;
                let cell = match filter {
                    Some(filter) => self.filtered(text, filter)?,
                    None => Cell::Given(Value::from(text), Origin::Given),
                };
                self.assign(target, cell)?;
                return Ok(flow);
            }
            Statement::FilterBlock { filter, body } => {
                let mut text = String::new();
                let flow = self.within(|machine| machine.run(body, &mut text))?;
                let cell = self.filtered(text, filter)?;
                self.emit(cell, filter.place, out)?;
                return Ok(flow);
            }
            Statement::Do(node) => {
                self.eval(node)?;
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn emit(&mut self, cell: Cell, place: Place, out: &mut String) -> Result<(), Stop> {
        match cell {
            Cell::Given(value, _) => {
                let text = json::text(&value)
                    .map_err(|error| self.error(place, error.detail().unwrap_or("it has no text")))?;
                write(out, &text)
            }
            Cell::Absent(_) if self.mode == Mode::People => Ok(()),
            Cell::Absent(lack) => Err(Stop::Absent(lack)),
        }
    }

    fn filtered(&mut self, text: String, filter: &'t Node) -> Result<Cell, Error> {
        let outer = self.block.replace(Value::from(text));
        let cell = self.eval(filter);
        self.block = outer;
        cell
    }

    /// Runs with locals of its own.
    fn within(&mut self, run: impl FnOnce(&mut Self) -> Result<Flow, Stop>) -> Result<Flow, Stop> {
        let (locals, frame) = (self.locals.len(), self.frame);
        self.frame = locals;
        let flow = run(self);
        self.locals.truncate(locals);
        self.frame = frame;
        flow
    }

    fn assign(&mut self, target: &'t Target, cell: Cell) -> Result<(), Error> {
        match target {
            Target::Name(name) => {
                let own = self.locals.get_mut(self.frame..).unwrap_or_default();
                match own.iter_mut().find(|(known, _)| **known == **name) {
                    Some((_, old)) => *old = cell,
                    None => self.locals.push((name, cell)),
                }
                Ok(())
            }
            Target::Attribute(name, attribute, place) => {
                let holder = self.locals.iter().rev().find(|(known, _)| **known == **name);
                let Some((_, Cell::Given(holder, _))) = holder else {
                    return Err(self.error(*place, format!("`{name}` is not a `namespace()`")));
                };
                let Some(namespace) = holder.downcast_object_ref::<Namespace>() else {
                    return Err(self.error(*place, format!("`{name}` is not a `namespace()`")));
                };
                let value = match cell {
                    Cell::Given(value, _) => Some(value),
                    Cell::Absent(_) => None,
                };
                namespace.set(attribute, value).map_err(|error| self.error(*place, error.detail().unwrap_or_default()))
            }
            Target::List(targets, own) => {
                let (value, origin) = match cell {
                    Cell::Given(value, origin) => (value, origin),
                    Cell::Absent(lack) => {
                        return targets.iter().try_for_each(|target| self.assign(target, Cell::Absent(lack.clone())));
                    }
                };
                let items = value
                    .try_iter()
                    .map_err(|_| self.error(*own, "what is not a list cannot be taken apart"))?
                    .collect::<Vec<_>>();
                if items.len() != targets.len() {
                    return Err(self.error(*own, format!("{} names for {} values", targets.len(), items.len())));
                }
                for (target, item) in targets.iter().zip(items) {
                    self.assign(target, Cell::Given(item, origin))?;
                }
                Ok(())
            }
        }
    }

    fn repeat(&mut self, it: &'t For, out: &mut String) -> Result<(), Stop> {
        let (items, origin) = match self.eval(&it.iterable)? {
            Cell::Given(value, origin) => (self.items(&value, origin, it)?, origin),
            Cell::Absent(_) => (Vec::new(), Origin::Given),
        };
        if items.is_empty() {
            self.run(&it.otherwise, out)?;
            return Ok(());
        }
        let depth0 = self.locals.iter().filter(|(name, _)| *name == "loop").count();
        let last = Arc::new(Mutex::new(None));
        for (index0, item) in items.iter().enumerate() {
            self.burn(1)?;
            let variable = LoopVariable {
                index0,
                length: items.len(),
                depth0,
                previous: index0.checked_sub(1).and_then(|index| items.get(index)).cloned(),
                next: items.get(index0 + 1).cloned(),
                last: Arc::clone(&last),
            };
            let flow = self.within(|machine| {
                machine.locals.push(("loop", Cell::Given(Value::from_object(variable), Origin::Given)));
                machine.assign(&it.target, Cell::Given(item.clone(), origin))?;
                machine.run(&it.body, out)
            })?;
            if matches!(flow, Flow::Break) {
                break;
            }
        }
        Ok(())
    }

    /// What the loop goes through, after its `if`. Nothing and none are no elements.
    fn items(&mut self, value: &Value, origin: Origin, it: &'t For) -> Result<Vec<Value>, Stop> {
        if value.kind() == ValueKind::None {
            return Ok(Vec::new());
        }
        let place = it.iterable.place;
        let mut items = Vec::new();
        let all = value.try_iter().map_err(|_| self.error(place, format!("a {} is not a list", value.kind())))?;
        for item in all {
            self.burn(1)?;
            let keep = match &it.filter {
                None => true,
                Some(filter) => {
                    let (locals, frame) = (self.locals.len(), self.frame);
                    self.frame = locals;
                    self.assign(&it.target, Cell::Given(item.clone(), origin))?;
                    let keep = self.eval(filter)?.is_true();
                    self.locals.truncate(locals);
                    self.frame = frame;
                    keep
                }
            };
            if keep {
                items.push(item);
            }
        }
        Ok(items)
    }
}

fn write(out: &mut String, text: &str) -> Result<(), Stop> {
    if out.len() + text.len() > MAX_TEXT {
        return Err(Stop::Failed(Error::TooLarge { limit: format!("{MAX_TEXT} bytes") }));
    }
    out.push_str(text);
    Ok(())
}
