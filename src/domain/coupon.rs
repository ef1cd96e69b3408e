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
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                // After a line that is not text, nobody can say where the next one begins.
                let line = error.position().map_or(line, csv::Position::line);
                faults.push(CodeFault { line, message: "is not UTF-8 text; save the file as UTF-8".into() });
                break;
            }
        }
        let line = record.position().map_or(line, csv::Position::line);
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
    fn a_code_is_never_printed() {
        assert!(!format!("{:?}", CouponCode::new("SECRET").expect("a code")).contains("SECRET"));
    }
}
