//! Which of 1,024 buckets a user's rows live in.

use sha2::{Digest, Sha256};
use ulid::Ulid;

use super::id::UserId;

/// One of 1,024 parts of the users. A bucket lives whole in one database, so a user's transaction never crosses two.
///
/// The bucket of a user is the first two bytes, big endian, of SHA-256 of the user id's UTF-8 bytes, modulo 1,024.
/// The last ten bits of every id minted for a user repeat it, so that an id alone tells where its row lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(u16);

impl Bucket {
    /// How many buckets there are. Never changes: it is part of every stored id.
    pub const COUNT: u16 = 1024;

    /// The bucket a user's rows live in.
    pub fn of(user: &UserId) -> Self {
        let digest = Sha256::digest(user.as_str().as_bytes());
        Self(u16::from_be_bytes([digest[0], digest[1]]) % Self::COUNT)
    }

    /// The bucket that a minted id repeats in its last ten bits.
    pub fn of_ulid(ulid: Ulid) -> Self {
        let low = u128::from(ulid) & u128::from(Self::COUNT - 1);
        Self(u16::try_from(low).expect("ten bits fit in sixteen"))
    }

    /// All of them, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// The number, 0 to 1,023.
    pub const fn number(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_keep_their_bucket_for_ever() {
        // Fixed vectors: printf ann | sha256sum, first four hex digits, modulo 1024.
        for (user, number) in [("ann", 401), ("user001", 561), ("用户", 270)] {
            assert_eq!(Bucket::of(&UserId::new(user).expect("valid")).number(), number, "{user}");
        }
    }
}
