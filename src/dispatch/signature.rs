//! Signatures as Standard Webhooks defines them: a receiver needs any of its libraries and the secret.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Header with the id of what is delivered: the same for every try.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the second in which the try was made.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

const SECRET_PREFIX: &str = "whsec_";
const SIGNATURE_PREFIX: &str = "v1,";
const SECRET_BYTES_MIN: usize = 24;
const SECRET_BYTES_MAX: usize = 64;
/// Signatures of one request that are looked at.
const SIGNATURES_MAX: usize = 8;

/// What both sides know.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// A text that is no secret. The message does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be \"{SECRET_PREFIX}\" and base64 of {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} random bytes; \
     make one with: echo {SECRET_PREFIX}$(openssl rand -base64 32)"
)]
pub struct InvalidSecret;

impl Secret {
    /// The signature of a delivery, as the header carries it.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        format!("{SIGNATURE_PREFIX}{}", STANDARD.encode(self.mac(id, timestamp, body).finalize().into_bytes()))
    }

    /// Whether one of the signatures, separated by spaces, is of this delivery. Takes the same time wherever they differ.
    pub fn verifies(&self, signatures: &str, id: &str, timestamp: i64, body: &[u8]) -> bool {
        signatures.split(' ').take(SIGNATURES_MAX).any(|signature| {
            let bytes = signature.strip_prefix(SIGNATURE_PREFIX).and_then(|text| STANDARD.decode(text).ok());
            bytes.is_some_and(|bytes| self.mac(id, timestamp, body).verify_slice(&bytes).is_ok())
        })
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        mac
    }
}

impl FromStr for Secret {
    type Err = InvalidSecret;

    fn from_str(text: &str) -> Result<Self, InvalidSecret> {
        let bytes = text.strip_prefix(SECRET_PREFIX).and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.ok_or(InvalidSecret)?;
        let long_enough = (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&bytes.len());
        long_enough.then_some(Self(bytes)).ok_or(InvalidSecret)
    }
}

impl fmt::Debug for Secret {
    /// Hides the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the reference libraries of Standard Webhooks test themselves with.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn signatures_are_those_of_the_standard() {
        let secret: Secret = SECRET.parse().expect("valid");
        assert_eq!(secret.sign(ID, TIMESTAMP, BODY), SIGNATURE);
        assert!(secret.verifies(SIGNATURE, ID, TIMESTAMP, BODY));
        assert!(secret.verifies(&format!("v1,AAAA v2,x {SIGNATURE}"), ID, TIMESTAMP, BODY));
    }

    #[test]
    fn anything_changed_is_noticed() {
        let secret: Secret = SECRET.parse().expect("valid");
        assert!(!secret.verifies(SIGNATURE, "msg_other", TIMESTAMP, BODY));
        assert!(!secret.verifies(SIGNATURE, ID, TIMESTAMP + 1, BODY));
        assert!(!secret.verifies(SIGNATURE, ID, TIMESTAMP, b"{}"));
        for bad in ["", "v1,", "v1,!", &SIGNATURE[3..]] {
            assert!(!secret.verifies(bad, ID, TIMESTAMP, BODY), "{bad:?}");
        }
    }

    #[test]
    fn secrets_are_checked_and_never_shown() {
        let long = format!("whsec_{}", STANDARD.encode([7; 65]));
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_???", &long] {
            let error = bad.parse::<Secret>().expect_err(bad).to_string();
            assert!(bad.len() < 8 || !error.contains(bad), "{error}");
        }
        let secret: Secret = SECRET.parse().expect("valid");
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
    }
}
