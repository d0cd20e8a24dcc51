#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::evaluate::{ReminderOptions, ReminderOutcome, calibration, coverage, reminder_curve};

fn as_of() -> Timestamp {
    "2011-11-06".parse().unwrap()
}

/// A report with every part, and texts that want escaping.
fn full() -> Report {
    let mut report = Report::new("Reminders </title><script>alert(1)</script>", as_of());
    let probs: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
    let labels: Vec<bool> = (0..1000_u32).map(|i| i * 7919 % 1000 < i).collect();
    report
        .scores
        .push(ScoreRow { name: "all \"pairs\" & <more>".into(), scores: Scores::of(&labels, &probs).unwrap() });
    report.calibration = calibration(&labels, &probs, 20).unwrap();
    report.coverage = Some(coverage(&probs, &labels, 0.8).unwrap());
    let outcomes: Vec<_> = probs
        .iter()
        .zip(&labels)
        .map(|(&prob, &bought)| ReminderOutcome {
            run_out_days: 20.0 * (1.0 - prob),
            prob,
            bought_days: bought.then_some(10.0),
            follow_up_days: 60.0,
        })
        .collect();
    report.reminder_curve = Some(reminder_curve(&outcomes, &ReminderOptions::default()).unwrap());
    let mut pair = PairForecast::new("<img src=x onerror=alert(1)>", "滤芯 & \"🧊\"".repeat(2000));
    pair.purchases =
        (1..30).rev().map(|k| Purchase { at: as_of().plus_days(-9.0 * f64::from(k)), quantity: 2.0 }).collect();
    pair.run_out_p10_at = Some(as_of().plus_days(2.0));
    pair.run_out_p50_at = Some(as_of().plus_days(8.0));
    pair.run_out_p90_at = Some(as_of().plus_days(15.0));
    pair.remind_at = Some(as_of().plus_days(1.0));
    pair.bought_at = Some(as_of().plus_days(9.0));
    pair.prob_within = Some(0.97);
    pair.basis = "own".into();
    report.timelines = vec![pair.clone(), PairForecast::new("new", "never bought")];
    report.reminders = vec![pair, PairForecast::new("", "")];
    report.notes.push("Data: <somewhere>".into());
    report
}

/// Every element that is opened is closed, in order; returns the attributes' text.
fn well_formed(html: &str) -> Vec<&str> {
    const VOID: [&str; 2] = ["meta", "br"];
    let body = html.strip_prefix("<!DOCTYPE html>").expect("doctype");
    let (mut open, mut tags) = (Vec::new(), Vec::new());
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("unclosed tag in {piece:.80}"));
        assert!(!text.contains('>') || open.last() == Some(&"style") || tag == "style", "stray > in {text:.80}");
        let name = tag.split([' ', '\n']).next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closing order at {piece:.80}");
        } else if !VOID.contains(&name) {
            open.push(name);
        }
        tags.push(tag);
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    tags
}

fn ids<'a>(tags: &[&'a str]) -> Vec<&'a str> {
    let mut ids: Vec<_> = tags.iter().filter_map(|t| t.split(" id=\"").nth(1)?.split('"').next()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn texts_are_escaped_and_nothing_is_loaded_from_outside() {
    let html = full().to_html();
    let tags = well_formed(&html);
    assert!(!html.contains("<script") && !html.contains("<img"));
    assert!(html.contains("&lt;script&gt;") && html.contains("&lt;img src=x"));
    for outside in ["http://", "https://", " src=", "url(", "@import", "<link", " on"] {
        assert!(!tags.iter().any(|tag| tag.contains(outside)), "{outside}");
    }
    // The names of 18 kB are cut.
    assert!(html.len() < 120_000, "{}", html.len());
}

#[test]
fn charts_have_a_name_and_a_description_each_under_its_own_id() {
    let html = full().to_html();
    let tags = well_formed(&html);
    let charts = tags.iter().filter(|t| t.starts_with("svg ")).count();
    // Calibration, reminders and two timelines, in two widths.
    assert_eq!(charts, 8);
    let ids = ids(&tags);
    assert_eq!(ids.len(), 2 * charts);
    assert!(ids.windows(2).all(|w| w[0] != w[1]), "{ids:?}");
    assert!(tags.iter().filter(|t| t.starts_with("svg ")).all(|t| t.contains("role=\"img\"")));
}

#[test]
fn parts_without_data_leave_no_trace() {
    let html = Report::new("Empty", as_of()).to_html();
    well_formed(&html);
    for part in ["<h2", "<table", "<svg", "<dl", "<footer"] {
        assert!(!html.contains(part), "{part}");
    }
}

#[test]
fn a_report_survives_json_and_gives_the_same_bytes() {
    let report = full();
    let json = serde_json::to_string(&report).unwrap();
    let back: Report = serde_json::from_str(&json).unwrap();
    assert!(report == back && report.to_html() == back.to_html());
    let short: Report = serde_json::from_str(r#"{"title":"t","as_of":"2011-11-06","horizon_days":7}"#).unwrap();
    assert!(short.reminders.is_empty());
    assert!(serde_json::from_str::<Report>(r#"{"title":"t","as_of":"2011-11-06","horizon":7}"#).is_err());
}

#[test]
fn numbers_and_names_for_readers() {
    assert_eq!((svg::px(-0.01), svg::px(1.25), svg::px(3.0)), ("0".into(), "1.3".into(), "3".into()));
    assert_eq!((svg::percent(0.004), svg::percent(0.714)), ("0.4\u{a0}%".into(), "71\u{a0}%".into()));
    assert_eq!((svg::count(999), svg::count(1_234_567)), ("999".into(), "1\u{202f}234\u{202f}567".into()));
    assert_eq!(
        (svg::quantity(2.0), svg::quantity(1.5), svg::quantity(f64::NAN)),
        ("2".into(), "1.5".into(), "?".into())
    );
    assert_eq!(svg::name(&"é".repeat(61)).chars().count(), 61);
    assert_eq!(svg::name(&"é".repeat(60)), "é".repeat(60));
}

proptest! {
    #[test]
    fn any_timeline_is_drawn_within_its_frame(
        bought in prop::collection::vec((-9000.0_f64..0.0, prop::num::f64::ANY), 0..40),
        ahead in prop::collection::vec(prop::option::of(-400.0_f64..60_000.0), 5),
    ) {
        let mut pair = PairForecast::new("c", "i");
        pair.purchases = bought.iter().map(|&(day, quantity)| Purchase { at: as_of().plus_days(day), quantity }).collect();
        pair.purchases.sort_by_key(|p| p.at);
        let mut dates = ahead.into_iter().map(|day| day.map(|day| as_of().plus_days(day)));
        pair.run_out_p10_at = dates.next().flatten();
        pair.run_out_p50_at = dates.next().flatten();
        pair.run_out_p90_at = dates.next().flatten();
        pair.remind_at = dates.next().flatten();
        pair.bought_at = dates.next().flatten();
        let mut report = Report::new("t", as_of());
        report.timelines.push(pair);
        let html = report.to_html();
        let tags = well_formed(&html);
        for tag in tags {
            prop_assert!(!tag.contains("NaN") && !tag.contains("inf"), "{}", tag);
            for key in [" x=\"", " x1=\"", " cx=\""] {
                if let Some(x) = tag.split(key).nth(1).and_then(|rest| rest.split('"').next()) {
                    let x: f64 = x.parse().unwrap();
                    prop_assert!((0.0..=736.0).contains(&x), "{}", tag);
                }
            }
        }
    }
}
