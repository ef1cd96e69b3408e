//! Which of 1,024 buckets a user's rows live in.

use std::str::FromStr;

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

    /// The bucket of that number; nothing beyond the last.
    pub fn numbered(number: u16) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// The number, 0 to 1,023.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// Buckets as somebody writes them: numbers and ranges such as `3,10-12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketList(pub Vec<Bucket>);

impl FromStr for BucketList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut buckets = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (read(first)?, read(last)?);
            if first > last {
                return Err(format!("{part} ends before it begins; write {}-{}", last.0, first.0));
            }
            buckets.extend((first.0..=last.0).map(Bucket));
        }
        buckets.sort_unstable();
        buckets.dedup();
        Ok(Self(buckets))
    }
}

fn read(text: &str) -> Result<Bucket, String> {
    let number = text.trim().parse().ok().and_then(Bucket::numbered);
    number
        .ok_or_else(|| format!("{text:?} is no bucket; write numbers from 0 to {}, such as 3,10-12", Bucket::COUNT - 1))
}

/// Which buckets go to which database, by its number, so that all have as many: the fewest moves that do it.
pub fn spread(mut databases: Vec<Vec<Bucket>>) -> Vec<(Bucket, usize)> {
    let mut moves = Vec::new();
    loop {
        let numbers = 0..databases.len();
        let Some(fullest) = numbers.clone().max_by_key(|number| databases[*number].len()) else { return moves };
        let Some(emptiest) = numbers.min_by_key(|number| databases[*number].len()) else { return moves };
        if databases[fullest].len() <= databases[emptiest].len() + 1 {
            return moves;
        }
        let Some(bucket) = databases[fullest].pop() else { return moves };
        databases[emptiest].push(bucket);
        moves.push((bucket, emptiest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Result<Vec<u16>, String> {
        Ok(text.parse::<BucketList>()?.0.iter().map(|bucket| bucket.number()).collect())
    }

    #[test]
    fn lists_are_numbers_and_ranges() {
        assert_eq!(numbers("3, 10-12,11"), Ok(vec![3, 10, 11, 12]));
        assert_eq!(numbers("1023"), Ok(vec![1023]));
        for (text, part) in [("1024", "1024"), ("", "0 to 1023"), ("7-5", "5-7"), ("1-", "no bucket"), ("x", "\"x\"")] {
            let said = numbers(text).expect_err("no list");
            assert!(said.contains(part), "{text}: {said}");
        }
    }

    #[test]
    fn buckets_spread_evenly_by_the_fewest_moves() {
        let all: Vec<Bucket> = Bucket::all().collect();
        let (low, high) = all.split_at(512);
        let moves = spread(vec![low.to_vec(), high.to_vec(), Vec::new()]);
        assert_eq!(moves.len(), 341);
        assert!(moves.iter().all(|(_, to)| *to == 2));
        let from = |half: &[Bucket]| moves.iter().filter(|(bucket, _)| half.contains(bucket)).count();
        assert_eq!((from(low), from(high)), (170, 171));
        assert_eq!(spread(vec![low.to_vec(), high.to_vec()]), []);
        assert_eq!(spread(vec![all]), []);
        assert_eq!(spread(Vec::new()), []);
    }

    #[test]
    fn users_keep_their_bucket_for_ever() {
        // Fixed vectors: printf ann | sha256sum, first four hex digits, modulo 1024.
        for (user, number) in [("ann", 401), ("user001", 561), ("用户", 270)] {
            assert_eq!(Bucket::of(&UserId::new(user).expect("valid")).number(), number, "{user}");
        }
    }
}
