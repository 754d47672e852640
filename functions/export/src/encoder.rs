//! The encoders of the two export formats. Texts are encoded in pieces, because a text can be too large for memory.

use serde_json::Value;
use shared::items::exports::ExportFormat;

use crate::{
    item::{CORRECTED_TEXT, Field, TEXT, columns},
    model::Item,
};

/// The characters that start a formula in a spreadsheet, including their full-width forms
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). A cell that starts with one of them is prefixed with an
/// apostrophe.
const FORMULA: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Writes the header of an export file: column names in CSV, nothing in NDJSON.
pub(crate) fn header(format: ExportFormat, out: &mut Vec<u8>) {
    if format == ExportFormat::Csv {
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
                Field::Text(text) => cell(&text, out),
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

/// The state of a text that is written in pieces.
#[derive(Debug)]
pub(crate) struct LongText {
    format: ExportFormat,
    begun: bool,
}

impl LongText {
    pub(crate) fn begin(format: ExportFormat, name: &str, out: &mut Vec<u8>) -> Self {
        match format {
            ExportFormat::Ndjson => out.extend(format!(",\"{name}\":\"").bytes()),
            ExportFormat::Csv => out.extend(b",\""),
        }
        Self { format, begun: false }
    }

    pub(crate) fn push(&mut self, piece: &str, out: &mut Vec<u8>) {
        match self.format {
            ExportFormat::Ndjson => {
                let quoted = Value::from(piece).to_string();
                out.extend(quoted[1..quoted.len() - 1].bytes());
            }
            ExportFormat::Csv => {
                if !self.begun && piece.starts_with(FORMULA) {
                    out.push(b'\'');
                }
                escape(piece, out);
            }
        }
        self.begun |= !piece.is_empty();
    }

    pub(crate) fn end(self, out: &mut Vec<u8>) {
        out.push(b'"');
    }
}

/// Writes a CSV cell that no spreadsheet interprets as a formula, quoted if necessary (RFC 4180).
fn cell(text: &str, out: &mut Vec<u8>) {
    let formula = text.starts_with(FORMULA);
    // Quotes distinguish an empty text from a missing one.
    let quoted = text.is_empty() || text.contains([',', '"', '\r', '\n']);
    if quoted {
        out.push(b'"');
    }
    if formula {
        out.push(b'\'');
    }
    escape(text, out);
    if quoted {
        out.push(b'"');
    }
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use shared::items::exports::ExportFormat;

    use super::{LongText, cell};

    fn one(text: &str) -> String {
        let mut out = Vec::new();
        cell(text, &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_cell_is_quoted_if_necessary() {
        for (text, written) in [
            ("plain", "plain"),
            ("", "\"\""),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("größer 文 🙂", "größer 文 🙂"),
        ] {
            assert_eq!(one(text), written);
        }
    }

    #[test]
    fn no_cell_starts_like_a_formula() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("＝1+1", "'＝1+1"),
            ("=A1,\"x\"", "\"'=A1,\"\"x\"\"\""),
            ("1=1", "1=1"),
            ("'=1", "'=1"),
        ] {
            assert_eq!(one(text), written);
        }
    }

    #[test]
    fn a_text_in_pieces_equals_the_text_as_a_whole() {
        let text = "=cmd|' /C calc'!A0\n\"quoted\", \u{1}\u{7f} 文\r\n\\";
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
