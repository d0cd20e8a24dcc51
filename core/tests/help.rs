//! Case C: use falls two weeks in a row, and a person is asked to offer help, with the words ready.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use beforehand::churn::{DeclineOptions, UsageDecline, usage_declines};
use beforehand::offer::{
    AbstainReason, Channel, CustomerTerms, Decision, HelpTerms, ItemTerms, Offer, Planner, Policy, Route, RouteRule,
};
use beforehand::{Event, History, IngestOptions, Timestamp};

const N_WEEKS: u32 = 60;

fn start() -> Timestamp {
    "2025-01-06".parse().unwrap()
}

fn as_of() -> Timestamp {
    start().plus_days(f64::from(7 * N_WEEKS) - 1.0)
}

/// Sixty accounts that use four modules every week, more or less; one of them hardly uses automations of late.
fn accounts() -> Vec<Event> {
    let mut log = Vec::new();
    let mut state = 1u64;
    let mut wobble = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 31)
    };
    for account in 0..60 {
        for week in 0..N_WEEKS {
            for (module, level) in [("boards", 30.0), ("reports", 12.0), ("automations", 40.0), ("chat", 20.0)] {
                let fallen = account == 7 && week >= N_WEEKS - 2 && module == "automations";
                let used = level * if fallen { 0.05 } else { 1.0 } * (0.8 + 0.4 * wobble());
                let at = start().plus_days(f64::from(week * 7) + 4.0 * wobble());
                log.push(Event::purchase(format!("account {account}"), module, at).quantity(used.round().max(1.0)));
            }
        }
    }
    log
}

fn policy() -> Policy {
    Policy {
        offers: vec![Offer { name: "tips".to_owned(), ..Offer::reminder(0.25) }],
        channels: vec![Channel::new("email", 1.0)],
        customers: vec![CustomerTerms { remaining_value: Some(4_000.0), ..CustomerTerms::new("account 7") }],
        items: vec![ItemTerms { name: Some("自动化".to_owned()), ..ItemTerms::new("automations") }],
        locale: "zh-CN".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        ..Policy::new(1.0)
    }
}

fn history(log: Vec<Event>) -> (History, Vec<UsageDecline>) {
    let (history, _) = History::from_events(log, &IngestOptions::default()).unwrap();
    let declines = usage_declines(&history, as_of(), 7, &DeclineOptions::default()).unwrap();
    (history, declines)
}

fn only(log: Vec<Event>, policy: Policy) -> Decision {
    let (history, declines) = history(log);
    let planner = Planner::new(policy).unwrap();
    let mut decisions = planner.decide_declines(&declines, &history, as_of(), &HelpTerms::default()).unwrap();
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    let decided = decisions.remove(0);
    assert_eq!(decided.decline.customer.to_string(), "account 7");
    assert!(as_of().days_since(decided.decline.alarm_at) < 14.0);
    assert_eq!(decided.decline.modules[0].module.to_string(), "automations");
    decided.decision
}

#[test]
fn c_falling_use_becomes_a_proposal_that_a_person_approves_in_the_words_of_the_case() {
    let Decision::Contact(contact) = only(accounts(), policy()) else { panic!("no contact") };
    assert_eq!((contact.route, contact.offer.as_str()), (Route::Approve, "tips"));
    assert_eq!(
        contact.message.unwrap().text,
        "我们注意到您团队在自动化模块使用较少，这里有3个提升效率的小技巧，希望对您有帮助。"
    );
    // About a third of the use is gone, and with it a third of 4,000; help wins back a quarter of that.
    assert!((200.0..450.0).contains(&contact.expected_margin), "{}", contact.expected_margin);
    assert!(contact.reasoning.words.contains("使用量下降"), "{}", contact.reasoning.words);
}

#[test]
fn rules_limits_and_missing_values_hold_for_help_too() {
    let to_person = Policy { routes: vec![RouteRule::to(Route::Human)], ..policy() };
    assert!(matches!(only(accounts(), to_person), Decision::HandOff(_)));

    let unknown = Policy { customers: Vec::new(), order_value: Some(50.0), ..policy() };
    let Decision::Abstain(abstain) = only(accounts(), unknown) else { panic!("a value was made up") };
    assert_eq!(abstain.because, AbstainReason::Missing);
    assert!(abstain.missing[0].contains("remaining_value"), "{:?}", abstain.missing);

    let mut log = accounts();
    log.push(Event::contacted("account 7", as_of().plus_days(-0.5)).channel("email"));
    let decision = only(log, policy());
    assert!(!matches!(decision, Decision::Contact(_)), "contacted twice within three days: {decision:?}");
}

#[test]
fn an_alarm_of_long_ago_is_not_acted_on_and_one_of_the_future_not_seen() {
    let (history, declines) = history(accounts());
    let planner = Planner::new(policy()).unwrap();
    let decide = |as_of: Timestamp| planner.decide_declines(&declines, &history, as_of, &HelpTerms::default());
    assert!(decide(as_of().plus_days(30.0)).unwrap().is_empty());
    assert!(decide(as_of().plus_days(-21.0)).unwrap().is_empty());
    let wrong = HelpTerms { prob_recovers: 1.5, ..HelpTerms::default() };
    let error = planner.decide_declines(&declines, &history, as_of(), &wrong).unwrap_err();
    assert_eq!(error.field(), Some("prob_recovers"));
}
