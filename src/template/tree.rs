//! The tree of a template: what minijinja's parser reads, owned by the template.
//!
//! Minijinja's own compiled form is not used, because its virtual machine has one kind of "undefined" and no way to let it travel
//! through an operator. See `evaluate`.

use std::ops::Range;

use minijinja::value::Value;

/// Where something stands in the template's source, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Place {
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// An expression and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

/// The expressions.
#[derive(Debug)]
pub(super) enum Kind {
    Constant(Value),
    Variable(Box<str>),
    Attribute(Box<Node>, Box<str>),
    Item(Box<(Node, Node)>),
    Slice(Box<[Option<Node>; 4]>),
    Not(Box<Node>),
    Negative(Box<Node>),
    And(Box<(Node, Node)>),
    Or(Box<(Node, Node)>),
    Arithmetic(Arithmetic, Box<(Node, Node)>),
    Concatenate(Box<(Node, Node)>),
    /// `a < b`, `a < b <= c`.
    Compare(Box<Node>, Vec<(Comparison, Node)>),
    /// `then if test else otherwise`
    If(Box<Conditional>),
    Filter(Box<Filter>),
    Test(Box<Test>),
    /// A function by its name.
    Call(Box<str>, Vec<Argument>),
    /// `loop.cycle(…)`, `loop.changed(…)`.
    LoopMethod(LoopMethod, Vec<Argument>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

#[derive(Debug)]
pub(super) struct Conditional {
    pub(super) test: Node,
    pub(super) then: Node,
    pub(super) otherwise: Option<Node>,
}

#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: Box<str>,
    /// `None` is the text of the block that a `{% filter %}` or `{% set %}` applies to.
    pub(super) input: Option<Node>,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Debug)]
pub(super) struct Test {
    pub(super) name: Box<str>,
    pub(super) subject: Node,
    pub(super) arguments: Vec<Argument>,
}

/// An argument of a filter, a test or a function.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Option<Box<str>>,
    pub(super) value: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopMethod {
    Cycle,
    Changed,
}

/// The statements.
#[derive(Debug)]
pub(super) enum Statement {
    Text(Box<str>),
    Emit(Node),
    For(Box<For>),
    If { test: Node, then: Vec<Statement>, otherwise: Vec<Statement> },
    With { assignments: Vec<(Target, Node)>, body: Vec<Statement> },
    Set(Target, Node),
    SetBlock { target: Target, filter: Option<Node>, body: Vec<Statement> },
    FilterBlock { filter: Node, body: Vec<Statement> },
    Do(Node),
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) struct For {
    pub(super) target: Target,
    pub(super) iterable: Node,
    pub(super) filter: Option<Node>,
    pub(super) body: Vec<Statement>,
    pub(super) otherwise: Vec<Statement>,
}

/// What an assignment assigns to.
#[derive(Debug)]
pub(super) enum Target {
    Name(Box<str>),
    /// `{% set total.sum = … %}`, of a `namespace()`.
    Attribute(Box<str>, Box<str>, Place),
    List(Vec<Target>, Place),
}

/// A whole template.
#[derive(Debug)]
pub(super) enum Body {
    /// One `{{ expression }}` and nothing else: keeps the type.
    Expression(Node),
    /// Anything else: gives text.
    Text(Vec<Statement>),
}
