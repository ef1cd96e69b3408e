//! What commands print for people.

use std::fmt::Write;

use crate::app::{OpenMove, Report, ShardSummary};
use crate::domain::campaign::Campaign;
use crate::domain::strategy::TierMode;

/// A campaign as its rules read: window, odds, tiers, SKUs.
pub fn campaign(campaign: &Campaign) -> String {
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        writeln!(text, "{words}").expect("writing to a string cannot fail");
    };
    line(format_args!("activity {} {}", campaign.activity_id, campaign.title));
    line(format_args!("  {} to {}, days of {}", campaign.opens_at, campaign.closes_at, campaign.time_zone));
    let limit = |limit: Option<u32>| limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
    line(format_args!("  draws: {} a day, {} a month", limit(campaign.limits.day), limit(campaign.limits.month)));
    let total = campaign.strategy.base().total();
    line(format_args!("awards (weights of {total})"));
    let awards = campaign.strategy.awards();
    for award in awards {
        let stock = award.stock.map_or_else(|| "unlimited".to_owned(), |stock| stock.to_string());
        let unlock =
            if award.unlock_after == 0 { String::new() } else { format!(", after {} today", award.unlock_after) };
        let per_user = award.per_user.map(|most| format!(", {most} a user")).unwrap_or_default();
        let fallback = award.fallback.map(|index| format!(", else {}", awards[index].award_id)).unwrap_or_default();
        let (id, kind) = (&award.award_id, award.prize.kind());
        line(format_args!(
            "  {id:<8} {:>12} stock {stock:<10} {kind:<8} {}{unlock}{per_user}{fallback}",
            award.weight, award.title
        ));
    }
    for tier in campaign.strategy.tiers() {
        let from = match tier.mode {
            TierMode::Once => "with exactly",
            TierMode::From => "from",
        };
        let ids: Vec<_> = tier.table.indexes().map(|index| awards[index].award_id.as_str()).collect();
        line(format_args!("tier {from} {} draws used: {}", tier.at, ids.join(", ")));
    }
    for offer in &campaign.skus {
        let stock = offer.stock.map_or_else(|| "unlimited".to_owned(), |stock| stock.to_string());
        line(format_args!("SKU {}: {} draws for {} points, stock {stock}", offer.sku, offer.draws, offer.price));
    }
    text
}

/// The databases in which users live, and the moves between them that have not ended.
pub fn shards(shards: &[ShardSummary], open: &[OpenMove]) -> String {
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        writeln!(text, "{words}").expect("writing to a string cannot fail");
    };
    let wide = shards.iter().map(|shard| shard.place.len()).max().unwrap_or(0).max("place".len());
    line(format_args!("database  {:<wide$}  buckets  draws (estimate)", "place"));
    for (number, shard) in shards.iter().enumerate() {
        line(format_args!("{number:>8}  {:<wide$}  {:>7}  {:>16}", shard.place, shard.buckets.len(), shard.draws));
    }
    if !open.is_empty() {
        line(format_args!("moves that are under way, or were cut short (the next move ends them):"));
    }
    for OpenMove { bucket, from, to, is_there, .. } in open {
        let stands = if *is_there { "it is there, and is deleted where it was" } else { "it is not there yet" };
        line(format_args!("  bucket {} from database {from} to {to}: {stands}", bucket.number()));
    }
    text
}

/// The invariants with what was found.
pub fn report(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let count = finding.violations.len();
        let word = if count == 0 { "holds".to_owned() } else { format!("{count} VIOLATIONS") };
        writeln!(text, "{word:<14} {}", finding.invariant.statement()).expect("writing to a string cannot fail");
        for violation in &finding.violations {
            writeln!(text, "    {}: {}", violation.subject, violation.detail).expect("writing to a string cannot fail");
        }
    }
    let compared = match report.counters_compared {
        0 => "no counters compared: they live in the server, ask GET /admin/reconciliation".to_owned(),
        activities => format!("counters of {activities} activities compared"),
    };
    writeln!(text, "{} draws replayed, {compared}", report.draws_replayed).expect("writing to a string cannot fail");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bucket::Bucket;

    #[test]
    fn databases_are_a_table_and_open_moves_a_line_each() {
        let all: Vec<Bucket> = Bucket::all().collect();
        let (low, high) = all.split_at(1_000);
        let shard = |place: &str, buckets: &[Bucket], draws| ShardSummary {
            place: place.into(),
            buckets: buckets.to_vec(),
            draws,
        };
        let listed = [shard("one:5432/market", low, 1_234_567), shard("two:5432/m", high, 0)];
        let open = OpenMove { bucket: all[8], number: 3, from: 0, to: 1, is_there: false };
        let text = shards(&listed, &[open, OpenMove { bucket: all[9], is_there: true, ..open }]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "       0  one:5432/market     1000           1234567");
        assert_eq!(lines[2], "       1  two:5432/m            24                 0");
        assert_eq!(lines[4], "  bucket 8 from database 0 to 1: it is not there yet");
        assert_eq!(lines[5], "  bucket 9 from database 0 to 1: it is there, and is deleted where it was");
        assert_eq!(shards(&listed, &[]).lines().count(), 3);
    }
}
