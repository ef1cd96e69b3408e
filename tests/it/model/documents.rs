//! Small campaigns with scarce stock: everything that can run out does.

use big_market::domain::document::{CampaignDocument, Format, parse};
use rand::RngExt;
use rand::rngs::StdRng;

/// The activity of every life.
pub const ACTIVITY: &str = "model";
/// Where lives are lived. An activity keeps its zone.
pub const ZONES: [&str; 3] = ["Asia/Shanghai", "America/New_York", "Europe/Lisbon"];
/// Its SKUs; the first is scarce, the second only now and then.
pub const SKUS: [&str; 2] = ["five", "one"];

/// A campaign in which stocks, limits, tiers and delays are chosen by chance. Totals are at least
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
    let delay = [0, 30, 600][random.random_range(0..3)];
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
        weight = "0.4"
        stock = {points}
        fallback = "nothing"
        prize = {{ kind = "points", min = "0.01", max = "9.99" }}
        [[awards]]
        id = "draws"
        title = "Draws"
        weight = "0.2"
        stock = {draws}
        fallback = "points"
        prize = {{ kind = "draws", sku = "one" }}
        [[awards]]
        id = "partner"
        title = "Partner"
        weight = "0.2"
        stock = {webhook}
        fallback = "draws"
        dispatch_after_seconds = {delay}
        prize = {{ kind = "webhook", endpoint = "partner" }}
        [[awards]]
        id = "goods"
        title = "Goods"
        weight = "0.1"
        stock = {goods}
        unlock_after = 2
        fallback = "partner"
        prize = {{ kind = "goods" }}
        [[awards]]
        id = "nothing"
        title = "Nothing"
        weight = "0.1"
        prize = {{ kind = "nothing" }}
        [[tiers]]
        at = {at}
        mode = "{mode}"
        awards = ["partner", "draws"]
        [blacklist]
        users = ["user0"]
        award = "points"
        points = {{ min = "0.01", max = "1" }}
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
        "#
    );
    parse(&text, Format::Toml).expect("the document of a life can be read")
}
