//! The inbox as HTML. All text in mails is untrusted and escaped.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::message::Message;

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}\
a{color:#0b57d0}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;\
border-bottom:1px solid #ccc;overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;\
background:#f6f6f6;padding:1rem}iframe{width:100%;height:32rem;border:1px solid #ccc;background:#fff}";

/// Renders the list of mails, newest first.
pub(crate) fn list(messages: &[Message], to: Option<&str>) -> String {
    let title = to.map_or_else(|| "Inbox".to_owned(), |to| format!("Inbox of {to}"));
    let rows: String = messages.iter().rev().map(row).collect();
    let content = if rows.is_empty() {
        "<p>No mail yet. <a href=\"/local/inbox\">Refresh</a></p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th scope=\"col\">Subject</th><th scope=\"col\">To</th>\
             <th scope=\"col\">Received</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    document(&title, &content)
}

fn row(message: &Message) -> String {
    let copies = if message.copies > 1 { format!(" ({} copies)", message.copies) } else { String::new() };
    let subject = if message.subject.is_empty() { "(no subject)" } else { &message.subject };
    format!(
        "<tr><td><a href=\"/local/inbox/{}\">{}</a>{copies}</td><td>{}</td><td>{}</td></tr>",
        escaped(&message.id),
        escaped(subject),
        escaped(&message.to),
        time_element(message.received_at),
    )
}

/// Renders one mail.
pub(crate) fn mail(message: &Message) -> String {
    let html = message.html.as_ref().map_or_else(String::new, |html| {
        // Scripts are disabled. Links open a new window outside the sandbox.
        let framed = format!("<base target=\"_blank\">{html}");
        format!(
            "<h2>HTML</h2><iframe title=\"The mail as HTML\" sandbox=\"allow-popups \
             allow-popups-to-escape-sandbox\" srcdoc=\"{}\"></iframe>",
            escaped(&framed)
        )
    });
    let content = format!(
        "<p><a href=\"/local/inbox\">All mails</a></p><p>To {} · {}</p><h2>Text</h2><pre>{}</pre>{html}",
        escaped(&message.to),
        time_element(message.received_at),
        linked(&message.text),
    );
    document(&message.subject, &content)
}

fn document(title: &str, content: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>"
    )
}

fn time_element(time: OffsetDateTime) -> String {
    let text = time.format(&Rfc3339).unwrap_or_default();
    format!("<time datetime=\"{text}\">{text}</time>")
}

/// Escapes text and turns its web addresses into links.
fn linked(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|part| {
            let word = part.trim_end();
            if word.starts_with("http://") || word.starts_with("https://") {
                let (address, rest) = (escaped(word), escaped(&part[word.len()..]));
                format!("<a href=\"{address}\" rel=\"noreferrer\">{address}</a>{rest}")
            } else {
                escaped(part)
            }
        })
        .collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn addresses_become_links_and_markup_stays_text() {
        assert_eq!(
            linked("See https://a.example/?x=1&y=\"\n<script>"),
            "See <a href=\"https://a.example/?x=1&amp;y=&quot;\" rel=\"noreferrer\">\
             https://a.example/?x=1&amp;y=&quot;</a>\n&lt;script&gt;"
        );
        assert_eq!(linked("javascript:alert(1)"), "javascript:alert(1)");
    }
}
