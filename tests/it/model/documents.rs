//! Small campaigns with scarce stock: everything that can run out does.

use big_market::domain::document::{CampaignDocument, Format, parse};
use rand::RngExt;
use rand::rngs::StdRng;

use crate::support::partner::RESERVING;

/// The activity of every life.
pub const ACTIVITY: &str = "model";
/// Where lives are lived. An activity keeps its zone.
pub const ZONES: [&str; 3] = ["Asia/Shanghai", "America/New_York", "Europe/Lisbon"];
/// Its SKUs; the first is scarce, the second only now and then.
pub const SKUS: [&str; 2] = ["five", "one"];

/// What behaviours earn in every life.
const REBATES: &str = r#"
        [[rebates]]
        behaviour = "sign_in"
        daily = true
        sku = "one"
        points = "1.00"
        [[rebates.streaks]]
        at = 2
        repeat = true
        points = "0.75"
        [[rebates]]
        behaviour = "payment"
        points = "1.50"
        "#;

/// A campaign in which stocks, limits, tiers, delays and the blacklist are chosen by chance. Totals are at least
/// `used` higher than nothing, so that most can be published over an earlier one.
pub fn any(random: &mut StdRng, zone: &str, generous: u64) -> CampaignDocument {
    let mut stock = |most: u64| random.random_range(0..=most) + generous;
    let (points, draws, webhook, goods, sku) = (stock(6), stock(3), stock(5), stock(2), stock(6));
    // Now and then a SKU begins or ceases to be counted.
    let counted = if random.random_bool(0.5) { format!("stock = {}", 20 + 10 * generous) } else { String::new() };
    let limits = match random.random_range(0..3) {
        0 => String::new(),
        1 => format!("[limits]\nday = {}\nmonth = {}\n", random.random_range(3..12), random.random_range(12..40)),
        _ => format!("[limits]\nday = {}\n", random.random_range(3..8)),
    };
    // A tier that holds from the second draw on would leave the award that unlocks after two out of reach.
    let (mode, at) =
        if random.random_bool(0.5) { ("once", random.random_range(0..6)) } else { ("from", random.random_range(3..8)) };
    // Limits per user begin, end, rise and fall from version to version; one award may have nothing but its limit.
    let mut per_user = |most: u32| match random.random_range(0..=most) {
        0 => String::new(),
        limit => format!("per_user = {limit}"),
    };
    let (points_limit, partner_limit, goods_limit) = (per_user(4), per_user(3), per_user(1));
    let draws_scarcity = match per_user(2) {
        limit if limit.is_empty() => format!("stock = {draws}"),
        limit if random.random_bool(0.5) => limit,
        limit => format!("stock = {draws}\n{limit}"),
    };
    let blacklist = match random.random_range(0..3) {
        0 => "",
        1 => "[blacklist]\naward = \"points\"",
        _ => "[blacklist]\nusers = [\"user0\"]\naward = \"points\"\npoints = { min = \"0.01\", max = \"1\" }",
    };
    let delay = [0, 30, 600][random.random_range(0..3)];
    let partner = at_the_partner(webhook, &partner_limit, delay);
    let text = format!(
        r#"
        activity = "{ACTIVITY}"
        title = "A life"
        opens_at = "2026-01-01T00:00:00Z"
        closes_at = "2027-01-01T00:00:00Z"
        time_zone = "{zone}"
        {limits}
        [[awards]]
        id = "points"
        title = "Points"
        weight = "0.3"
        stock = {points}
        {points_limit}
        fallback = "nothing"
        prize = {{ kind = "points", min = "0.01", max = "9.99" }}
        [[awards]]
        id = "draws"
        title = "Draws"
        weight = "0.2"
        {draws_scarcity}
        fallback = "points"
        prize = {{ kind = "draws", sku = "one" }}
        {partner}
        [[awards]]
        id = "goods"
        title = "Goods"
        weight = "0.15"
        stock = {goods}
        {goods_limit}
        unlock_after = 2
        fallback = "partner"
        prize = {{ kind = "goods", claim_within_days = 5 }}
        [[awards]]
        id = "coupon"
        title = "Coupon"
        weight = "0.1"
        stock = {webhook}
        fallback = "points"
        prize = {{ kind = "coupon", pool = "pool" }}
        [[awards]]
        id = "nothing"
        title = "Nothing"
        weight = "0.05"
        prize = {{ kind = "nothing" }}
        [[tiers]]
        at = {at}
        mode = "{mode}"
        awards = ["partner", "reserved", "draws"]
        {blacklist}
        [[skus]]
        id = "five"
        draws = 5
        stock = {sku}
        price = "2.00"
        [[skus]]
        id = "one"
        draws = 1
        price = "0.50"
        {counted}
        {REBATES}
        "#
    );
    parse(&text, Format::Toml).expect("the document of a life can be read")
}

/// Awards of third parties: one is told at once, one reserves.
fn at_the_partner(stock: u64, limit: &str, delay: u32) -> String {
    format!(
        r#"
        [[awards]]
        id = "partner"
        title = "Partner"
        weight = "0.1"
        stock = {stock}
        {limit}
        fallback = "reserved"
        dispatch_after_seconds = {delay}
        prize = {{ kind = "webhook", endpoint = "partner" }}
        [[awards]]
        id = "reserved"
        title = "Reserved at the partner"
        weight = "0.1"
        stock = {stock}
        fallback = "draws"
        prize = {{ kind = "webhook", endpoint = "{RESERVING}" }}
        "#
    )
}
