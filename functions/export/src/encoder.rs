//! The encoders of the two export formats. Texts are encoded in pieces, because a text can be too large for memory.

use serde_json::Value;
use shared::items::exports::ExportFormat;

use crate::{
    item::{CORRECTED_TEXT, Field, TEXT, columns},
    model::Item,
};

/// The characters that start a formula in a spreadsheet, including their full-width forms
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
/// The characters that end a cell or a row in some locale or import setting. A spreadsheet that splits cells at
/// semicolons takes a quote after a comma for text, so the quotes around a cell do not protect its content.
const SEPARATORS: [char; 6] = [',', ';', '\t', '|', '\r', '\n'];

/// The byte order mark (U+FEFF) in UTF-8. Excel reads a CSV file without it in a local code page.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Writes the header of an export file: a byte order mark and the column names in CSV, nothing in NDJSON.
pub(crate) fn header(format: ExportFormat, out: &mut Vec<u8>) {
    if format == ExportFormat::Csv {
        out.extend(BYTE_ORDER_MARK);
        for name in columns() {
            out.extend(name.bytes());
            out.push(b',');
        }
        out.extend(format!("{TEXT},{CORRECTED_TEXT}\r\n").bytes());
    }
}

/// Writes the fields of an item, without its texts.
pub(crate) fn begin_item(format: ExportFormat, item: &Item, out: &mut Vec<u8>) {
    if format == ExportFormat::Ndjson {
        out.push(b'{');
    }
    for (number, (name, field)) in columns().zip(item.fields()).enumerate() {
        if number > 0 {
            out.push(b',');
        }
        match format {
            ExportFormat::Ndjson => {
                out.extend(format!("\"{name}\":").bytes());
                match field {
                    Field::Null => out.extend(b"null"),
                    Field::Number(number) => out.extend(number.bytes()),
                    Field::Text(text) => out.extend(Value::from(text).to_string().bytes()),
                }
            }
            ExportFormat::Csv => match field {
                Field::Null => {}
                Field::Number(number) => out.extend(number.bytes()),
                Field::Text(text) => {
                    out.push(b'"');
                    Cell::default().push(&text, out);
                    out.push(b'"');
                }
            },
        }
    }
}

/// Writes an empty value for a text that does not exist.
pub(crate) fn no_text(format: ExportFormat, name: &str, out: &mut Vec<u8>) {
    match format {
        ExportFormat::Ndjson => out.extend(format!(",\"{name}\":null").bytes()),
        ExportFormat::Csv => out.push(b','),
    }
}

/// Writes the end of an item, after its texts.
pub(crate) fn end_item(format: ExportFormat, out: &mut Vec<u8>) {
    out.extend(match format {
        ExportFormat::Ndjson => b"}\n",
        ExportFormat::Csv => b"\r\n",
    });
}

/// A text that is written in pieces.
#[derive(Debug)]
pub(crate) struct LongText {
    format: ExportFormat,
    cell: Cell,
}

impl LongText {
    pub(crate) fn begin(format: ExportFormat, name: &str, out: &mut Vec<u8>) -> Self {
        match format {
            ExportFormat::Ndjson => out.extend(format!(",\"{name}\":\"").bytes()),
            ExportFormat::Csv => out.extend(b",\""),
        }
        Self { format, cell: Cell::default() }
    }

    pub(crate) fn push(&mut self, piece: &str, out: &mut Vec<u8>) {
        match self.format {
            ExportFormat::Ndjson => {
                let quoted = Value::from(piece).to_string();
                out.extend(quoted[1..quoted.len() - 1].bytes());
            }
            ExportFormat::Csv => self.cell.push(piece, out),
        }
    }

    pub(crate) fn end(self, out: &mut Vec<u8>) {
        out.push(b'"');
    }
}

/// The content of a quoted CSV cell (RFC 4180) that no spreadsheet interprets as a formula, regardless of its
/// separator: an apostrophe precedes each character that would start a formula.
#[derive(Debug)]
struct Cell {
    /// True if a spreadsheet may interpret the next character as the first character of a cell.
    starts: bool,
}

impl Default for Cell {
    fn default() -> Self {
        Self { starts: true }
    }
}

impl Cell {
    fn push(&mut self, piece: &str, out: &mut Vec<u8>) {
        let mut written = 0;
        for (at, character) in piece.char_indices() {
            let prefix = match character {
                '"' => b'"',
                _ if self.starts && FORMULA.contains(&character) => b'\'',
                _ => {
                    self.starts = SEPARATORS.contains(&character);
                    continue;
                }
            };
            out.extend_from_slice(&piece.as_bytes()[written..at]);
            out.push(prefix);
            written = at;
            // A spreadsheet removes quotes at the start of a cell.
            self.starts &= character == '"';
        }
        out.extend_from_slice(&piece.as_bytes()[written..]);
    }
}

#[cfg(test)]
mod tests {
    use shared::items::exports::ExportFormat;

    use super::{Cell, LongText};

    fn one(text: &str) -> String {
        let mut out = Vec::new();
        Cell::default().push(text, &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn quotes_are_doubled_and_other_text_is_unchanged() {
        for (text, written) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b; c - d", "a,b; c - d"),
            ("say \"x\"", "say \"\"x\"\""),
            ("two\r\nlines", "two\r\nlines"),
            ("größer 文 🙂", "größer 文 🙂"),
            ("1=1", "1=1"),
            ("'=1", "'=1"),
        ] {
            assert_eq!(one(text), written);
        }
    }

    #[test]
    fn no_formula_starts_a_cell_whatever_the_separator() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\t'=1"),
            ("\r=1", "\r'=1"),
            ("\n=1", "\n'=1"),
            ("＝1+1", "'＝1+1"),
            ("=A1,\"x\"", "'=A1,\"\"x\"\""),
            ("a;=1+1;.pdf", "a;'=1+1;.pdf"),
            ("a,=1|+1\t@A1", "a,'=1|'+1\t'@A1"),
            (";;=1", ";;'=1"),
            ("a;\"=1\"", "a;\"\"'=1\"\""),
            ("\"=1", "\"\"'=1"),
        ] {
            assert_eq!(one(text), written);
        }
    }

    #[test]
    fn a_text_in_pieces_equals_the_text_as_a_whole() {
        let text = "=cmd|' /C calc'!A0\n\"quoted\", \u{1}\u{7f} 文\r\n\\;＝1\"\";\"=1";
        for format in [ExportFormat::Csv, ExportFormat::Ndjson] {
            let write = |pieces: &[&str]| {
                let mut out = Vec::new();
                let mut long = LongText::begin(format, "text", &mut out);
                for piece in pieces {
                    long.push(piece, &mut out);
                }
                long.end(&mut out);
                String::from_utf8(out).expect("text")
            };
            let whole = write(&[text]);
            for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
                assert_eq!(write(&["", &text[..cut], &text[cut..], ""]), whole, "{cut}");
            }
            assert_eq!(whole.contains("\"'="), format == ExportFormat::Csv, "{whole}");
        }
    }
}
