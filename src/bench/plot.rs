//! Latency against load, as a picture.

use plotters::prelude::*;

use super::report::Stretch;
use crate::fault::Fault;

const SIZE: (u32, u32) = (880, 480);
/// Milliseconds that the picture begins with: nothing is faster.
const LEAST_MS: f64 = 0.1;

/// A line for the median and one for the 99th percentile of each market, as SVG. `markets` are names with stretches by rising load.
pub(super) fn draw(markets: &[(&str, Vec<&Stretch>)]) -> Result<String, Fault> {
    let mut picture = String::new();
    paint(&mut picture, markets).map_err(|error| Fault { doing: "draw latency against load", cause: error.into() })?;
    Ok(picture)
}

fn paint(picture: &mut String, markets: &[(&str, Vec<&Stretch>)]) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let all = || markets.iter().flat_map(|(_, stretches)| stretches);
    let most = all().filter_map(|stretch| stretch.offered).fold(1.0, f64::max);
    let slowest = all().map(|stretch| stretch.p99_ms).fold(1.0, f64::max);
    let area = SVGBackend::with_string(picture, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(|error| told(&error))?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..most * 1.05, (LEAST_MS..slowest * 1.5).log_scale())
        .map_err(|error| told(&error))?;
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("draws offered each second").y_desc("milliseconds until the answer").light_line_style(BLACK.mix(0.06));
    mesh.x_label_formatter(&|x| format!("{x:.0}")).y_label_formatter(&|y| format!("{y}"));
    mesh.draw().map_err(|error| told(&error))?;
    let colours = [RGBColor(192, 57, 43), RGBColor(31, 97, 141)];
    for ((name, stretches), colour) in markets.iter().zip(colours.iter().cycle()) {
        for (what, value, width) in [("p50", median as fn(&Stretch) -> f64, 1), ("p99", slow, 3)] {
            let points = stretches.iter().filter_map(|stretch| Some((stretch.offered?, value(stretch))));
            let style = ShapeStyle::from(colour).stroke_width(width);
            chart
                .draw_series(LineSeries::new(points, style))
                .map_err(|error| told(&error))?
                .label(format!("{name}, {what}"))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        }
    }
    let mut labels = chart.configure_series_labels();
    labels.position(SeriesLabelPosition::UpperLeft).background_style(WHITE).border_style(BLACK.mix(0.3));
    labels.draw().map_err(|error| told(&error))?;
    area.present().map_err(|error| told(&error))
}

const fn median(stretch: &Stretch) -> f64 {
    stretch.p50_ms
}

const fn slow(stretch: &Stretch) -> f64 {
    stretch.p99_ms
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_market_has_its_lines() {
        let stretch = |offered, p50_ms, p99_ms| Stretch {
            name: String::new(),
            offered: Some(offered),
            rate: offered,
            p50_ms,
            p99_ms,
            p999_ms: p99_ms,
            max_ms: p99_ms,
            statuses: BTreeMap::new(),
            failed: 0,
            seconds: 1.0,
            cost: None,
        };
        let stretches = [stretch(1000.0, 1.0, 3.0), stretch(9000.0, 4.0, 40.0)];
        let picture = draw(&[("one", stretches.iter().collect()), ("another", Vec::new())]).unwrap();
        // Each line once in the chart and once in the legend.
        assert_eq!(picture.matches("stroke=\"#C0392B\"").count(), 4, "{picture}");
        assert!(picture.contains("one, p99") && picture.contains("another, p50"));
    }
}
