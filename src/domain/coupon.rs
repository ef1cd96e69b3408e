//! Coupon codes: pools of them, and the files they are loaded from.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{ActivityId, AwardId, Name, Version};

/// One code. Whoever knows it can spend it, so it is never logged and never part of a message.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CouponCode(String);

impl CouponCode {
    /// The longest code, in bytes.
    pub const BYTES_MAX: usize = 128;

    /// Keeps a code.
    ///
    /// # Errors
    /// What is wrong with it and how to mend it, without repeating it.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("holds no code; remove the line".into());
        }
        if text.len() > Self::BYTES_MAX {
            return Err(format!("holds a code of {} bytes; use at most {}", text.len(), Self::BYTES_MAX));
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("holds a code with a space or a control character; remove it".into());
        }
        Ok(Self(text.to_owned()))
    }

    /// The code, for its winner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CouponCode {
    /// Hides the code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CouponCode(..)")
    }
}

/// One line of a file of codes that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFault {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it and how to mend it. Never the code.
    pub message: String,
}

/// Codes that one file may hold.
pub const CODES_MAX: usize = 1_000_000;
/// Faults that are named at most; more of them say the same.
const FAULTS_MAX: usize = 100;

/// Reads a file of codes: CSV with one column, with or without the header `code`. All lines are good, or none is taken.
///
/// # Errors
/// The lines that cannot be used, at most a hundred of them.
pub fn read_codes(text: &[u8]) -> Result<Vec<CouponCode>, Vec<CodeFault>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text);
    let (mut codes, mut faults) = (Vec::new(), Vec::new());
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { text, at: 0, line: 1 };
    loop {
        let start = reader.position().byte();
        let read = reader.read_record(&mut record);
        let line = lines.line_of(start);
        match read {
            Ok(false) => break,
            Ok(true) => {}
            Err(_) => {
                // After a line that is not text, nobody can say where the next one begins.
                faults.push(CodeFault { line, message: "is not UTF-8 text; save the file as UTF-8".into() });
                break;
            }
        }
        if codes.is_empty() && faults.is_empty() && record.len() == 1 && record[0].eq_ignore_ascii_case("code") {
            continue;
        }
        if record.len() == 1 {
            match CouponCode::new(&record[0]) {
                Ok(code) => codes.push(code),
                Err(message) => faults.push(CodeFault { line, message }),
            }
        } else {
            let message = format!("has {} columns; a file of codes has one", record.len());
            faults.push(CodeFault { line, message });
        }
        if codes.len() > CODES_MAX {
            let message = format!("is beyond {CODES_MAX} codes; load the rest with another request");
            faults.push(CodeFault { line, message });
            break;
        }
        if faults.len() >= FAULTS_MAX {
            break;
        }
    }
    if codes.is_empty() && faults.is_empty() {
        faults.push(CodeFault { line: 1, message: "the file holds no code; send one code a line".into() });
    }
    if faults.is_empty() { Ok(codes) } else { Err(faults) }
}

/// Counts the lines of a file as editors do: `\n`, `\r\n` and a lone `\r` each end one.
///
/// The reader's own count is of the place where it stopped, and it passes over blank lines and the `\n` of `\r\n` only when it
/// goes on, so it would name a line above the one it reads.
struct Lines<'a> {
    text: &'a [u8],
    /// How far lines are counted.
    at: usize,
    /// The line there.
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that the reader found from byte `start` on. Starts must not fall.
    fn line_of(&mut self, start: u64) -> u64 {
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let start = usize::try_from(start).unwrap_or(usize::MAX).clamp(self.at, self.text.len());
        let begins = start + self.text[start..].iter().take_while(|byte| is_line_end(byte)).count();
        for at in self.at..begins {
            let ends_line = match self.text[at] {
                b'\n' => true,
                b'\r' => self.text.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(ends_line);
        }
        self.at = begins;
        self.line
    }
}

/// How full a pool is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponPool {
    /// Its name, as documents use it.
    pub pool: Name,
    /// Codes ever loaded.
    pub total: u64,
    /// Codes that belong to awards.
    pub taken: u64,
}

impl CouponPool {
    /// Codes that nobody has.
    pub const fn left(&self) -> u64 {
        self.total.saturating_sub(self.taken)
    }
}

/// Coupon awards that were promised and wait for their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponPromises {
    /// Where they were won.
    pub activity_id: ActivityId,
    /// Under which version, whose document names the pool.
    pub version: Version,
    /// Which award.
    pub award_id: AwardId,
    /// How many.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        read_codes(text.as_bytes()).expect("good codes").iter().map(|code| code.reveal().to_owned()).collect()
    }

    fn faults(text: &[u8]) -> Vec<(u64, String)> {
        read_codes(text).expect_err("faults").into_iter().map(|fault| (fault.line, fault.message)).collect()
    }

    #[test]
    fn a_file_holds_one_code_a_line_with_or_without_a_header() {
        for text in ["A-1\nA-2\n", "code\nA-1\nA-2", "Code\r\n A-1 \r\n\r\n\"A-2\"\r\n"] {
            assert_eq!(codes(text), ["A-1", "A-2"], "{text:?}");
        }
    }

    #[test]
    fn every_bad_line_is_named_and_no_code_is() {
        let long = "x".repeat(129);
        let text = format!("GOOD\nA,B\n{long}\nA B\n\"\"\n");
        let found = faults(text.as_bytes());
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert!(found.iter().all(|(_, message)| !message.contains("A B") && !message.contains("xxx")), "{found:?}");
        assert_eq!(faults(b"").len(), 1);
        assert_eq!(faults(b"code\n").len(), 1);
        assert_eq!(faults(b"A\n\xff\n")[0].0, 2);
        assert_eq!(faults("\"\"\n".repeat(500).as_bytes()).len(), FAULTS_MAX);
    }

    #[test]
    fn lines_are_counted_as_editors_do() {
        let bad = |text: &str| faults(text.as_bytes()).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        // Bad lines are those with two columns: the third, the sixth and the last.
        let text = "code\nA-1\nA,2\n\n\nA,3\nA-4\n\nA,5";
        for (name, end) in [("unix", "\n"), ("windows", "\r\n"), ("old", "\r")] {
            assert_eq!(bad(&text.replace('\n', end)), [3, 6, 9], "{name}");
            assert_eq!(bad(&(text.replace('\n', end) + end + end)), [3, 6, 9], "{name}, blank at the end");
            assert_eq!(bad(&format!("\u{feff}{}", text.replace('\n', end))), [3, 6, 9], "{name}, marked as UTF-8");
            assert_eq!(bad(&format!("{end}{end}{}", text.replace('\n', end))), [5, 8, 11], "{name}, blank at first");
        }
        assert_eq!(bad("A-1\r\n\nA,2\r\r\nA,3"), [3, 5], "line ends of several kinds");
        assert_eq!(bad("\"A\r\nB\"\r\n\r\nA,2\r\n"), [1, 4], "a code over two lines");
        assert_eq!(bad("A-1\r\n   \r\n\"\"\r\nA-2\r\n"), [2, 3], "lines of spaces and of quotes are not blank");
        for end in ["\n", "\r\n", "\r"] {
            let text = [b"A-1".as_slice(), b"", b"A-2", b"\xff", b"A-3"].join(end.as_bytes());
            assert_eq!(faults(&text), [(4, "is not UTF-8 text; save the file as UTF-8".to_owned())], "{end:?}");
        }
    }

    #[test]
    fn a_code_is_never_printed() {
        assert!(!format!("{:?}", CouponCode::new("SECRET").expect("a code")).contains("SECRET"));
    }
}
