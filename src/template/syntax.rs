//! Reading a template: minijinja parses, and what it read becomes our tree, with what this language does not have refused.

use std::ops::Range;

use minijinja::machinery::ast;
use minijinja::machinery::{Span, Token, parse, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::Fault;
use super::builtins;
use super::tree::{
    Argument, Arithmetic, Body, Comparison, Conditional, Filter, For, Kind, LoopMethod, Node, Place, Statement, Target,
    Test,
};

/// Tokens between one `{{` and its `}}`, or one `{%` and its `%}`: a bound on how deep an expression can nest.
const MAX_TOKENS: usize = 1_000;
/// `{%` tags of one template.
const MAX_TAGS: usize = 1_000;
/// How deep expressions and blocks may nest.
const MAX_DEPTH: usize = 100;

/// Reads a template.
pub(super) fn read(source: &str) -> Result<Body, Fault> {
    bound(source)?;
    let tree = parse(source, "template", SyntaxConfig::default()).map_err(|error| syntax_fault(&error))?;
    let ast::Stmt::Template(template) = tree else {
        return Err(Fault::new("this is not a template"));
    };
    let lift = Lift { source };
    let mut body = lift.statements(&template.children, 0)?;
    let trimmed = source.trim();
    if trimmed.starts_with("{{") && trimmed.ends_with("}}") {
        let mut real = body
            .iter()
            .enumerate()
            .filter(|(_, statement)| !matches!(statement, Statement::Text(text) if text.trim().is_empty()));
        if let (Some((index, Statement::Emit(_))), None) = (real.next(), real.next())
            && let Statement::Emit(node) = body.swap_remove(index)
        {
            return Ok(Body::Expression(node));
        }
    }
    Ok(Body::Text(body))
}

/// The parser and the tree recurse; a bound on the tokens is a bound on the stack.
fn bound(source: &str) -> Result<(), Fault> {
    if u32::try_from(source.len()).is_err() {
        return Err(Fault::new("the template is too long"));
    }
    let (mut tags, mut tokens) = (0_usize, 0_usize);
    for token in tokenize(source, false, SyntaxConfig::default()) {
        let (token, span) = token.map_err(|error| syntax_fault(&error))?;
        match token {
            Token::VariableStart => tokens = 0,
            Token::BlockStart => {
                tokens = 0;
                tags += 1;
            }
            _ => tokens += 1,
        }
        if tokens > MAX_TOKENS || tags > MAX_TAGS {
            return Err(Fault::new("the template is too complex").at(range(span)).hint("split it into several"));
        }
    }
    Ok(())
}

fn range(span: Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

fn syntax_fault(error: &minijinja::Error) -> Fault {
    let detail = error.detail().unwrap_or("it cannot be read");
    let fault = Fault::new(format!("syntax error in the template: {detail}"));
    match error.range() {
        Some(range) => fault.at(range),
        None => fault,
    }
}

fn refused(what: &str, span: Span) -> Fault {
    Fault::new(format!("`{what}` is not part of templates here")).at(range(span))
}

/// Turns the parser's tree into ours.
struct Lift<'s> {
    source: &'s str,
}

impl Lift<'_> {
    fn statements(&self, statements: &[ast::Stmt<'_>], depth: usize) -> Result<Vec<Statement>, Fault> {
        statements.iter().map(|statement| self.statement(statement, depth + 1)).collect()
    }

    fn statement(&self, statement: &ast::Stmt<'_>, depth: usize) -> Result<Statement, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::new("the template nests too deeply"));
        }
        Ok(match statement {
            ast::Stmt::EmitRaw(raw) => Statement::Text(raw.raw.into()),
            ast::Stmt::EmitExpr(emit) => Statement::Emit(self.node(&emit.expr, depth)?),
            ast::Stmt::ForLoop(it) => {
                if it.recursive {
                    return Err(refused("recursive", it.span()));
                }
                Statement::For(Box::new(For {
                    target: self.target(&it.target)?,
                    iterable: self.node(&it.iter, depth)?,
                    filter: it.filter_expr.as_ref().map(|filter| self.node(filter, depth)).transpose()?,
                    body: self.statements(&it.body, depth)?,
                    otherwise: self.statements(&it.else_body, depth)?,
                }))
            }
            ast::Stmt::IfCond(it) => Statement::If {
                test: self.node(&it.expr, depth)?,
                then: self.statements(&it.true_body, depth)?,
                otherwise: self.statements(&it.false_body, depth)?,
            },
            ast::Stmt::WithBlock(it) => Statement::With {
                assignments: it
                    .assignments
                    .iter()
                    .map(|(target, value)| Ok((self.target(target)?, self.node(value, depth)?)))
                    .collect::<Result<_, Fault>>()?,
                body: self.statements(&it.body, depth)?,
            },
            ast::Stmt::Set(it) => Statement::Set(self.target(&it.target)?, self.node(&it.expr, depth)?),
            ast::Stmt::SetBlock(it) => Statement::SetBlock {
                target: self.target(&it.target)?,
                filter: it.filter.as_ref().map(|filter| self.node(filter, depth)).transpose()?,
                body: self.statements(&it.body, depth)?,
            },
            ast::Stmt::FilterBlock(it) => Statement::FilterBlock {
                filter: self.node(&it.filter, depth)?,
                body: self.statements(&it.body, depth)?,
            },
            ast::Stmt::Do(it) => Statement::Do(self.call(&it.call, it.call.span(), depth)?),
            ast::Stmt::Break(_) => Statement::Break,
            ast::Stmt::Continue(_) => Statement::Continue,
            ast::Stmt::Template(it) => return Err(Fault::new("a template inside a template").at(range(it.span()))),
            ast::Stmt::AutoEscape(it) => {
                return Err(refused("autoescape", it.span())
                    .hint("values are never escaped; use the filter `e` where HTML is due"));
            }
            ast::Stmt::Block(it) => return Err(refused("block", it.span())),
            ast::Stmt::Extends(it) => {
                return Err(refused("extends", it.span()).hint("templates cannot read other files"));
            }
            ast::Stmt::Include(it) => {
                return Err(refused("include", it.span()).hint("templates cannot read other files"));
            }
            ast::Stmt::Import(it) => return Err(refused("import", it.span()).hint("templates cannot read other files")),
            ast::Stmt::FromImport(it) => {
                return Err(refused("import", it.span()).hint("templates cannot read other files"));
            }
            ast::Stmt::Macro(it) => return Err(refused("macro", it.span()).hint("write it out where it is used")),
            ast::Stmt::CallBlock(it) => return Err(refused("call", it.span()).hint("there are no macros to call")),
        })
    }

    fn target(&self, target: &ast::Expr<'_>) -> Result<Target, Fault> {
        match target {
            ast::Expr::Var(variable) => Ok(Target::Name(variable.id.into())),
            ast::Expr::GetAttr(attribute) => match &attribute.expr {
                ast::Expr::Var(variable) => Ok(Target::Attribute(
                    variable.id.into(),
                    attribute.name.into(),
                    Place { start: variable.span().start_offset, end: attribute.span().end_offset },
                )),
                other => {
                    Err(Fault::new("only a name, or an attribute of a namespace, can be set").at(range(other.span())))
                }
            },
            ast::Expr::List(list) => Ok(Target::List(
                list.items.iter().map(|item| self.target(item)).collect::<Result<_, Fault>>()?,
                Place { start: list.span().start_offset, end: list.span().end_offset },
            )),
            other => Err(Fault::new("only a name, or an attribute of a namespace, can be set").at(range(other.span()))),
        }
    }

    fn boxed(&self, expression: &ast::Expr<'_>, depth: usize) -> Result<Box<Node>, Fault> {
        self.node(expression, depth).map(Box::new)
    }

    fn pair(&self, left: &ast::Expr<'_>, right: &ast::Expr<'_>, depth: usize) -> Result<Box<(Node, Node)>, Fault> {
        Ok(Box::new((self.node(left, depth)?, self.node(right, depth)?)))
    }

    fn node(&self, expression: &ast::Expr<'_>, depth: usize) -> Result<Node, Fault> {
        let depth = depth + 1;
        if depth > MAX_DEPTH {
            return Err(Fault::new("the expression nests too deeply").at(range(expression.span())));
        }
        let kind = match expression {
            ast::Expr::Var(it) => Kind::Variable(it.id.into()),
            ast::Expr::Const(it) => Kind::Constant(it.value.clone()),
            ast::Expr::GetAttr(it) => Kind::Attribute(self.boxed(&it.expr, depth)?, it.name.into()),
            ast::Expr::GetItem(it) => Kind::Item(self.pair(&it.expr, &it.subscript_expr, depth)?),
            ast::Expr::Slice(it) => {
                let part = |part: &Option<ast::Expr<'_>>| part.as_ref().map(|part| self.node(part, depth)).transpose();
                Kind::Slice(Box::new([
                    Some(self.node(&it.expr, depth)?),
                    part(&it.start)?,
                    part(&it.stop)?,
                    part(&it.step)?,
                ]))
            }
            ast::Expr::UnaryOp(it) => match (&it.op, &it.expr) {
                (ast::UnaryOpKind::Neg, operand) => Kind::Negative(self.boxed(operand, depth)?),
                (ast::UnaryOpKind::Not, ast::Expr::BinOp(inner)) if self.is_not_in(inner) => Kind::Compare(
                    self.boxed(&inner.left, depth)?,
                    vec![(Comparison::NotIn, self.node(&inner.right, depth)?)],
                ),
                (ast::UnaryOpKind::Not, operand) => Kind::Not(self.boxed(operand, depth)?),
            },
            ast::Expr::BinOp(it) => self.binary(it, depth)?,
            ast::Expr::Compare(it) => Kind::Compare(
                self.boxed(&it.expr, depth)?,
                it.ops
                    .iter()
                    .map(|op| Ok((comparison(op.op), self.node(&op.expr, depth)?)))
                    .collect::<Result<_, Fault>>()?,
            ),
            ast::Expr::IfExpr(it) => Kind::If(Box::new(Conditional {
                test: self.node(&it.test_expr, depth)?,
                then: self.node(&it.true_expr, depth)?,
                otherwise: it.false_expr.as_ref().map(|it| self.node(it, depth)).transpose()?,
            })),
            ast::Expr::Filter(it) => {
                let name = normal_name(it.name);
                builtins::check_filter(&name, it.args.len()).map_err(|fault| fault.at(range(it.span())))?;
                Kind::Filter(Box::new(Filter {
                    name,
                    input: it.expr.as_ref().map(|it| self.node(it, depth)).transpose()?,
                    arguments: self.arguments(&it.args, depth)?,
                }))
            }
            ast::Expr::Test(it) => {
                let name = normal_name(it.name);
                builtins::check_test(&name).map_err(|fault| fault.at(range(it.span())))?;
                Kind::Test(Box::new(Test {
                    name,
                    subject: self.node(&it.expr, depth)?,
                    arguments: self.arguments(&it.args, depth)?,
                }))
            }
            ast::Expr::Call(it) => return self.call(it, expression.span(), depth),
            ast::Expr::List(it) => Kind::List(self.nodes(&it.items, depth)?),
            ast::Expr::Tuple(it) => Kind::List(self.nodes(&it.items, depth)?),
            ast::Expr::Map(it) => Kind::Map(
                it.keys
                    .iter()
                    .zip(&it.values)
                    .map(|(key, value)| Ok((self.node(key, depth)?, self.node(value, depth)?)))
                    .collect::<Result<_, Fault>>()?,
            ),
        };
        Ok(Node { kind, place: place(expression) })
    }

    fn nodes(&self, items: &[ast::Expr<'_>], depth: usize) -> Result<Vec<Node>, Fault> {
        items.iter().map(|item| self.node(item, depth)).collect()
    }

    fn binary(&self, it: &ast::BinOp<'_>, depth: usize) -> Result<Kind, Fault> {
        let arithmetic = |op| Ok(Kind::Arithmetic(op, self.pair(&it.left, &it.right, depth)?));
        let compare = |op| Ok(Kind::Compare(self.boxed(&it.left, depth)?, vec![(op, self.node(&it.right, depth)?)]));
        match it.op {
            ast::BinOpKind::Add => arithmetic(Arithmetic::Add),
            ast::BinOpKind::Sub => arithmetic(Arithmetic::Subtract),
            ast::BinOpKind::Mul => arithmetic(Arithmetic::Multiply),
            ast::BinOpKind::Div => arithmetic(Arithmetic::Divide),
            ast::BinOpKind::FloorDiv => arithmetic(Arithmetic::FloorDivide),
            ast::BinOpKind::Rem => arithmetic(Arithmetic::Remainder),
            ast::BinOpKind::Pow => arithmetic(Arithmetic::Power),
            ast::BinOpKind::Concat => Ok(Kind::Concatenate(self.pair(&it.left, &it.right, depth)?)),
            ast::BinOpKind::ScAnd => Ok(Kind::And(self.pair(&it.left, &it.right, depth)?)),
            ast::BinOpKind::ScOr => Ok(Kind::Or(self.pair(&it.left, &it.right, depth)?)),
            ast::BinOpKind::Eq => compare(Comparison::Equal),
            ast::BinOpKind::Ne => compare(Comparison::NotEqual),
            ast::BinOpKind::Lt => compare(Comparison::Less),
            ast::BinOpKind::Lte => compare(Comparison::LessOrEqual),
            ast::BinOpKind::Gt => compare(Comparison::Greater),
            ast::BinOpKind::Gte => compare(Comparison::GreaterOrEqual),
            ast::BinOpKind::In => compare(Comparison::In),
        }
    }

    /// The parser gives one tree for `x not in y` and for `not x in y`, but absence does not: the first uses `x`, the second
    /// tests what `x in y` gave. Only the source between the operands tells.
    fn is_not_in(&self, it: &ast::BinOp<'_>) -> bool {
        matches!(it.op, ast::BinOpKind::In)
            && self.source.get(place(&it.left).end as usize..place(&it.right).start as usize).is_some_and(|between| {
                between.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "not")
            })
    }

    fn call(&self, it: &ast::Call<'_>, span: Span, depth: usize) -> Result<Node, Fault> {
        let place = Place { start: start(&it.expr), end: span.end_offset };
        let kind = match &it.expr {
            ast::Expr::Var(function) => {
                builtins::check_function(function.id).map_err(|fault| fault.at(range(function.span())))?;
                Kind::Call(function.id.into(), self.arguments(&it.args, depth)?)
            }
            ast::Expr::GetAttr(method) => match (&method.expr, method.name) {
                (ast::Expr::Var(variable), "cycle") if variable.id == "loop" => {
                    Kind::LoopMethod(LoopMethod::Cycle, self.arguments(&it.args, depth)?)
                }
                (ast::Expr::Var(variable), "changed") if variable.id == "loop" => {
                    Kind::LoopMethod(LoopMethod::Changed, self.arguments(&it.args, depth)?)
                }
                (_, name) => return Err(builtins::method_fault(name).at(place.range())),
            },
            other => {
                return Err(Fault::new("only a function can be called").at(range(other.span())));
            }
        };
        builtins::check_units(&kind)?;
        Ok(Node { kind, place })
    }

    fn arguments(&self, arguments: &[ast::CallArg<'_>], depth: usize) -> Result<Vec<Argument>, Fault> {
        arguments
            .iter()
            .map(|argument| match argument {
                ast::CallArg::Pos(value) => Ok(Argument { name: None, value: self.node(value, depth)? }),
                ast::CallArg::Kwarg(name, value) => {
                    Ok(Argument { name: Some((*name).into()), value: self.node(value, depth)? })
                }
                ast::CallArg::PosSplat(value) | ast::CallArg::KwargSplat(value) => {
                    Err(Fault::new("`*` and `**` in a call are not part of templates here").at(range(value.span())))
                }
            })
            .collect()
    }
}

/// `divisible by` is `divisibleby` to minijinja.
fn normal_name(name: &str) -> Box<str> {
    name.chars().filter(|c| !c.is_whitespace()).collect::<String>().into()
}

fn comparison(op: ast::CompareOpKind) -> Comparison {
    match op {
        ast::CompareOpKind::Eq => Comparison::Equal,
        ast::CompareOpKind::Ne => Comparison::NotEqual,
        ast::CompareOpKind::Lt => Comparison::Less,
        ast::CompareOpKind::Lte => Comparison::LessOrEqual,
        ast::CompareOpKind::Gt => Comparison::Greater,
        ast::CompareOpKind::Gte => Comparison::GreaterOrEqual,
        ast::CompareOpKind::In => Comparison::In,
        ast::CompareOpKind::NotIn => Comparison::NotIn,
    }
}

fn place(expression: &ast::Expr<'_>) -> Place {
    Place { start: start(expression), end: expression.span().end_offset }
}

/// The parser's spans of postfix and infix expressions begin at the last part, or one token early: the leftmost operand knows.
fn start(expression: &ast::Expr<'_>) -> u32 {
    match expression {
        ast::Expr::GetAttr(it) => start(&it.expr),
        ast::Expr::GetItem(it) => start(&it.expr),
        ast::Expr::Slice(it) => start(&it.expr),
        ast::Expr::Call(it) => start(&it.expr),
        ast::Expr::BinOp(it) => start(&it.left),
        ast::Expr::Compare(it) => start(&it.expr),
        ast::Expr::Test(it) => start(&it.expr),
        ast::Expr::IfExpr(it) => start(&it.true_expr),
        ast::Expr::Filter(it) => match &it.expr {
            Some(input) => start(input),
            None => it.span().start_offset,
        },
        other => other.span().start_offset,
    }
}
