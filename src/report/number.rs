//! Numbers and times as people read them.
//!
//! Invariant: pure; the same number is the same text on every machine.

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

/// A whole number with thousands separators: `1,234,567`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded first, and far below 2^63"
)]
pub fn grouped(value: f64) -> String {
    let whole = libm::round(value) as i64;
    let digits = whole.unsigned_abs().to_string();
    let mut text = String::new();
    if whole < 0 {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number in at most eight places: `987,654`, `12.3 M`, `4.56 G`; small ones with three digits.
pub fn short(value: f64) -> String {
    let size = value.abs();
    let whole = (value - libm::round(value)).abs() < 1e-9;
    match size {
        _ if size < 1e4 && whole => grouped(value),
        _ if size > 0.0 && size < 0.001 => format!("{value:.1e}"),
        0.0..1.0 => format!("{value:.3}"),
        1.0..100.0 => format!("{value:.2}"),
        100.0..1e6 => grouped(value),
        1e6..1e9 => format!("{} M", three_digits(value / 1e6)),
        1e9..1e12 => format!("{} G", three_digits(value / 1e9)),
        _ => format!("{value:.2e}"),
    }
}

/// A number in at most six places, for ranges: `9,876`, `988 k`, `12.3 M`.
pub(super) fn brief(value: f64) -> String {
    match value.abs() {
        1e4..1e6 => format!("{} k", grouped(value / 1e3)),
        100.0..1e4 => grouped(value),
        _ => short(value),
    }
}

/// Two ends of a range in one unit, with digits enough to tell them apart: `24.31 k…24.33 k`.
pub(super) fn range(low: f64, high: f64) -> String {
    const DIGITS_MAX: usize = 5;
    if !low.is_finite() || !high.is_finite() {
        return format!("{}…{}", brief(low), brief(high));
    }
    let plain = (brief(low), brief(high));
    let apart = (high - low).abs() > 1e-9 * low.abs().max(high.abs());
    if plain.0 != plain.1 || !apart {
        return format!("{}…{}", plain.0, plain.1);
    }
    let (unit, sign) = match low.abs().max(high.abs()) {
        1e9.. => (1e9, " G"),
        1e6..1e9 => (1e6, " M"),
        1e4..1e6 => (1e3, " k"),
        _ => (1.0, ""),
    };
    let text = |value: f64, digits: usize| format!("{:.digits$}{sign}", value / unit);
    let tells = |digits: &usize| text(low, *digits) != text(high, *digits);
    let digits = (1..DIGITS_MAX).find(tells).unwrap_or(DIGITS_MAX);
    format!("{}…{}", text(low, digits), text(high, digits))
}

fn three_digits(value: f64) -> String {
    match value.abs() {
        0.0..9.995 => format!("{value:.2}"),
        9.995..99.95 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// A share as a percentage with sensible digits: `99.9 %`, `0.03 %`, `100 %`.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    match value {
        0.0 => "0 %".into(),
        _ if value < 0.01 => "<0.01 %".into(),
        _ if value < 1.0 => format!("{value:.2} %"),
        _ if (value - 100.0).abs() < 1e-9 => "100 %".into(),
        _ if value < 100.0 => format!("{:.1} %", libm::floor(value * 10.0 + 1e-9) / 10.0),
        _ => format!("{} %", grouped(value)),
    }
}

/// A length of time: `3.0 s`, `4 min 30 s`, `9 h 48 min`, `2 d 3 h`; negative ones with a sign.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded first, without a sign, and far below 2^63"
)]
pub fn duration(seconds: f64) -> String {
    if seconds < 0.0 {
        return format!("-{}", duration(-seconds));
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = libm::round(seconds) as u64;
    if whole < 3_600 {
        return pair((whole / 60, "min"), (whole % 60, "s"));
    }
    let minutes = libm::round(seconds / 60.0) as u64;
    if minutes < 2_880 {
        return pair((minutes / 60, "h"), (minutes % 60, "min"));
    }
    let hours = libm::round(seconds / 3_600.0) as u64;
    pair((hours / 24, "d"), (hours % 24, "h"))
}

/// A length of time as `h:mm:ss`, for columns.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times since the reference are not negative"
)]
pub(super) fn clock(seconds: f64) -> String {
    let whole = libm::round(seconds) as u64;
    format!("{}:{:02}:{:02}", whole / 3_600, whole / 60 % 60, whole % 60)
}

fn pair(large: (u64, &str), small: (u64, &str)) -> String {
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        rest => format!("{} {} {rest} {}", large.0, large.1, small.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1_234_567.4), "1,234,567");
        assert_eq!(grouped(-1_000.0), "-1,000");
        assert_eq!(grouped(0.0), "0");
        assert_eq!(short(999.0), "999");
        assert_eq!(short(23.04), "23.04");
        assert_eq!(short(0.74), "0.740");
        assert_eq!(short(2.7e-4), "2.7e-4");
        assert_eq!(short(987_654.0), "987,654");
        assert_eq!(short(124_930_211.0), "125 M");
        assert_eq!(short(92_300_000.0), "92.3 M");
        assert_eq!(short(6.3e10), "63.0 G");
        assert_eq!(brief(987_654.0), "988 k");
        assert_eq!(brief(-9_876.4), "-9,876");
        assert_eq!(brief(12.3), "12.30");
    }

    #[test]
    fn the_ends_of_a_range_are_told_apart() {
        assert_eq!(range(24_310.0, 24_380.0), "24.3 k…24.4 k");
        assert_eq!(range(24_310.0, 24_330.0), "24.31 k…24.33 k");
        assert_eq!(range(124.98e6, 125.02e6), "124.98 M…125.02 M");
        assert_eq!(range(3.42e6, 11.7e6), "3.42 M…11.7 M");
        assert_eq!(range(125e6, 125e6), "125 M…125 M");
        assert_eq!(range(-742e3, -649e3), "-742 k…-649 k");
    }

    #[test]
    fn shares_never_round_up_to_the_whole() {
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.9996), "99.9 %");
        assert_eq!(percent(0.614), "61.4 %");
        assert_eq!(percent(0.00031), "0.03 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(1.5), "150 %");
    }

    #[test]
    fn times_read_well() {
        assert_eq!(duration(3.0), "3.0 s");
        assert_eq!(duration(180.0), "3 min");
        assert_eq!(duration(270.0), "4 min 30 s");
        assert_eq!(duration(35_280.0), "9 h 48 min");
        assert_eq!(duration(3_599.7), "1 h");
        assert_eq!(duration(-90.0), "-1 min 30 s");
        assert_eq!(duration(183_600.0), "2 d 3 h");
    }
}
