//! JSON, or the same as Python writes it: a parser of literals. It evaluates nothing, and names mean nothing to it.

use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::{Number, Value};

use super::fault::DomainFault;

/// Bytes of a text.
const MAX_TEXT: usize = 256 * 1024;
/// How deep lists may nest.
const MAX_DEPTH: usize = 150;

pub(super) fn parse(text: &str) -> Result<Value, DomainFault> {
    if text.len() > MAX_TEXT {
        return Err(DomainFault::new(&[], format!("the text is longer than {MAX_TEXT} bytes")));
    }
    let mut parser = Parser { text, rest: text.char_indices().peekable() };
    let value = parser.value(0)?;
    parser.space();
    match parser.rest.peek().copied() {
        None => Ok(value),
        Some((at, c)) => Err(parser.fault(at, format!("nothing is expected after the list, but there is `{c}`"))),
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: Peekable<CharIndices<'t>>,
}

impl Parser<'_> {
    fn fault(&self, at: usize, message: impl Into<String>) -> DomainFault {
        let end = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
        let mut fault = DomainFault::new(&[], message);
        fault.range = Some(at..end);
        fault
    }

    fn space(&mut self) {
        while self.rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
    }

    fn value(&mut self, depth: usize) -> Result<Value, DomainFault> {
        self.space();
        let Some(&(at, c)) = self.rest.peek() else {
            return Err(self.fault(self.text.len(), "the text ends too early"));
        };
        if depth > MAX_DEPTH {
            return Err(self.fault(at, "the lists nest too deeply"));
        }
        match c {
            '[' | '(' => self.list(depth),
            '"' | '\'' => self.string().map(Value::String),
            '-' | '+' | '.' | '0'..='9' => self.number(),
            '{' => Err(self.fault(at, "a domain holds lists, not objects")),
            _ if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(self.fault(at, format!("`{c}` is not expected here"))),
        }
    }

    /// `[…]`, `(…)`; `(x)` is `x`, as in Python.
    fn list(&mut self, depth: usize) -> Result<Value, DomainFault> {
        let Some((start, open)) = self.rest.next() else {
            return Err(self.fault(self.text.len(), "the text ends too early"));
        };
        let close = if open == '(' { ')' } else { ']' };
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            self.space();
            match self.rest.peek().copied() {
                None => return Err(self.fault(start, format!("this `{open}` is not closed"))),
                Some((_, c)) if c == close => {
                    self.rest.next();
                    break;
                }
                Some((at, c)) if !items.is_empty() && !comma => {
                    return Err(self.fault(at, format!("a `,` or `{close}` is expected here, not `{c}`")));
                }
                Some(_) => {}
            }
            items.push(self.value(depth + 1)?);
            self.space();
            comma = self.rest.next_if(|(_, c)| *c == ',').is_some();
        }
        if open == '(' && !comma && items.len() == 1 {
            return Ok(items.pop().unwrap_or_default());
        }
        Ok(Value::Array(items))
    }

    fn string(&mut self) -> Result<String, DomainFault> {
        let Some((start, quote)) = self.rest.next() else {
            return Err(self.fault(self.text.len(), "the text ends too early"));
        };
        let mut text = String::new();
        loop {
            match self.rest.next() {
                None | Some((_, '\n')) => return Err(self.fault(start, "this text is not closed")),
                Some((_, c)) if c == quote => return Ok(text),
                Some((at, '\\')) => self.escape(at, &mut text)?,
                Some((_, c)) => text.push(c),
            }
        }
    }

    fn escape(&mut self, at: usize, text: &mut String) -> Result<(), DomainFault> {
        let Some((_, c)) = self.rest.next() else {
            return Err(self.fault(at, "the text ends after a `\\`"));
        };
        text.push(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'a' => '\u{7}',
            '\\' | '/' | '"' | '\'' => c,
            'x' => self.code(at, 2)?,
            'u' => self.unicode(at)?,
            'U' => self.code(at, 8)?,
            other => return Err(self.fault(at, format!("`\\{other}` is not an escape"))),
        });
        Ok(())
    }

    fn hex(&mut self, at: usize, digits: usize) -> Result<u32, DomainFault> {
        let mut code = 0_u32;
        for _ in 0..digits {
            let digit = self.rest.next_if(|(_, c)| c.is_ascii_hexdigit()).and_then(|(_, c)| c.to_digit(16));
            let Some(digit) = digit else {
                return Err(self.fault(at, format!("this escape needs {digits} hexadecimal digits")));
            };
            code = code.checked_mul(16).map_or(u32::MAX, |code| code | digit);
        }
        Ok(code)
    }

    fn code(&mut self, at: usize, digits: usize) -> Result<char, DomainFault> {
        let code = self.hex(at, digits)?;
        char::from_u32(code).ok_or_else(|| self.fault(at, "this escape is not a character"))
    }

    /// `\uXXXX`, and two of them for what JSON writes as a surrogate pair.
    fn unicode(&mut self, at: usize) -> Result<char, DomainFault> {
        let high = self.hex(at, 4)?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.fault(at, "this escape is not a character"));
        }
        let paired =
            self.rest.next_if(|(_, c)| *c == '\\').is_some() && self.rest.next_if(|(_, c)| *c == 'u').is_some();
        if !paired {
            return Err(self.fault(at, "this escape is half of a pair"));
        }
        let low = self.hex(at, 4)?;
        if !(0xDC00..0xE000).contains(&low) {
            return Err(self.fault(at, "this escape is half of a pair"));
        }
        char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            .ok_or_else(|| self.fault(at, "this escape is not a character"))
    }

    fn number(&mut self) -> Result<Value, DomainFault> {
        let Some(&(start, _)) = self.rest.peek() else {
            return Err(self.fault(self.text.len(), "the text ends too early"));
        };
        let mut written = String::new();
        while let Some((_, c)) =
            self.rest.next_if(|(_, c)| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_'))
        {
            written.push(c);
        }
        let digits = written.strip_prefix('+').unwrap_or(&written);
        let whole = digits.strip_prefix('-').unwrap_or(digits);
        let is_decimal = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if is_decimal(whole) {
            if let Ok(number) = digits.parse::<i64>() {
                return Ok(number.into());
            }
            return digits
                .parse::<u64>()
                .map(Value::from)
                .map_err(|_| self.fault(start, format!("the number {written} is too large")));
        }
        if whole.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
            && let Some(number) = digits.parse::<f64>().ok().and_then(Number::from_f64)
        {
            return Ok(Value::Number(number));
        }
        Err(self.fault(start, format!("`{written}` is not a number")))
    }

    fn word(&mut self) -> Result<Value, DomainFault> {
        let Some(&(start, _)) = self.rest.peek() else {
            return Err(self.fault(self.text.len(), "the text ends too early"));
        };
        let mut word = String::new();
        while let Some((_, c)) = self.rest.next_if(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.')) {
            word.push(c);
        }
        match word.as_str() {
            "true" | "True" => Ok(Value::Bool(true)),
            "false" | "False" => Ok(Value::Bool(false)),
            "null" | "None" => Ok(Value::Null),
            _ => {
                let mut fault = self.fault(start, format!("`{word}` is a name, and a domain holds only values"));
                fault.range = Some(start..start + word.len());
                Err(fault.hint("write the value itself; texts need quotes"))
            }
        }
    }
}
