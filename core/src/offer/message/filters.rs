//! A discount as people say it.

/// Hundredths of a per cent of the price that are to be paid; none unless the discount is above 0 and below 1, and something
/// is left of the price.
///
/// Whole numbers, because `1 − 0.10` is not nine tenths in binary.
fn to_pay(discount: f64) -> Option<u32> {
    let pay = ((1.0 - discount) * 1e4).round();
    (discount > 0.0 && pay > 0.0 && pay < 1e4).then_some(pay as u32)
}

/// A discount in Chinese: tenths of the price that are to be paid, or hundredths without the decimal point (from twenty on,
/// below which nobody says so): 0.10 is `9折`, 0.05 is `95折`, 0.125 is `8.75折`.
pub(super) fn zhe(discount: f64) -> Option<String> {
    let pay = to_pay(discount)?;
    Some(if pay % 1000 == 0 {
        format!("{}折", pay / 1000)
    } else if pay % 100 == 0 && pay > 2000 {
        format!("{}折", pay / 100)
    } else {
        format!("{}折", decimal(pay, 1000))
    })
}

/// A discount in per cent: 0.10 is `10%`, 0.125 is `12.5%`.
pub(super) fn percent(discount: f64) -> Option<String> {
    Some(format!("{}%", decimal(10_000 - to_pay(discount)?, 100)))
}

/// `n / unit` without trailing zeros; `unit` is a power of ten.
fn decimal(n: u32, unit: u32) -> String {
    let places = unit.ilog10() as usize;
    let text = format!("{}.{:0places$}", n / unit, n % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discounts_as_people_say_them() {
        for (discount, chinese, english) in [
            (0.10, "9折", "10%"),
            (0.05, "95折", "5%"),
            (0.15, "85折", "15%"),
            (0.2, "8折", "20%"),
            (0.12, "88折", "12%"),
            (0.5, "5折", "50%"),
            (0.125, "8.75折", "12.5%"),
            (0.89, "1.1折", "89%"),
            (0.95, "0.5折", "95%"),
            (0.0001, "9.999折", "0.01%"),
        ] {
            assert_eq!(zhe(discount).as_deref(), Some(chinese));
            assert_eq!(percent(discount).as_deref(), Some(english));
        }
        for wrong in [0.0, -0.1, 1.0, 10.0, f64::NAN, f64::INFINITY, 1e-9] {
            assert_eq!((zhe(wrong), percent(wrong)), (None, None), "{wrong}");
        }
    }
}
