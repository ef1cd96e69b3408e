//! A campaign document as it was written: its text has what people say in comments, which the document itself does not.

use serde::{Deserialize, Serialize};

use super::document::Format;

/// What a document was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentSource {
    /// How it is written.
    pub format: Format,
    /// The text, to the letter.
    pub text: String,
}

impl DocumentSource {
    /// A text to be kept. JSON has no comments: it says nothing that the document does not.
    pub fn of(text: &str, format: Format) -> Option<Self> {
        (format != Format::Json).then(|| Self { format, text: text.to_owned() })
    }

    /// The text, where it is written so.
    pub fn text_in(&self, format: Format) -> Option<&str> {
        (self.format == format).then_some(&self.text)
    }
}

/// JSON with blanks for comments, so that every line is where it was. What is not closed stays, for the reader of JSON to refuse.
pub fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, is_comment) = match first {
            '"' => (string_length(rest), false),
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), true),
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or((1, false), |at| (at + 4, true)),
            _ => (first.len_utf8(), false),
        };
        let (piece, behind) = rest.split_at(length);
        if is_comment {
            plain.extend(piece.chars().map(|one| if one == '\n' { '\n' } else { ' ' }));
        } else {
            plain.push_str(piece);
        }
        rest = behind;
    }
    plain
}

/// How many bytes the text in quotes has that begins here. No line end is in one; without an end it is as long as its line.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, one) in text.char_indices().skip(1) {
        match one {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            _ => escaped = one == '\\' && !escaped,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_blanks_and_lines_stay() {
        for (text, plain) in [
            ("{} // why\n1", "{}       \n1"),
            ("/* a\n * b */{}", "    \n       {}"),
            (r#"{"a": "// no", /*yes*/ "b\"/*": 1}"#, r#"{"a": "// no",         "b\"/*": 1}"#),
            (r#""\\" // 钱"#, r#""\\"     "#),
            ("1 / 2 /* open", "1 / 2 /* open"),
            ("\"open // no\n// yes", "\"open // no\n      "),
            ("/**//***/x//", "         x  "),
        ] {
            assert_eq!(without_comments(text), plain, "{text}");
        }
    }

    #[test]
    fn json_is_not_kept_for_it_says_nothing_more() {
        assert_eq!(DocumentSource::of("{}", Format::Json), None);
        let source = DocumentSource::of("# why", Format::Toml).unwrap();
        assert_eq!((source.text_in(Format::Toml), source.text_in(Format::Jsonc)), (Some("# why"), None));
    }
}
