//! Case C: use falls two weeks in a row, and a person is asked to offer help, with the words ready.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use beforehand::EventKind::{Approved, Edited, Refused};
use beforehand::churn::{DeclineOptions, UsageDecline, usage_declines};
use beforehand::offer::{
    AbstainReason, Caution, Channel, CustomerTerms, Decision, HelpTerms, ItemTerms, Learned, Offer, Planner, Policy,
    Route, RouteRule,
};
use beforehand::{Event, EventKind, History, IngestOptions, Timestamp};

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
fn where_use_seldom_falls_an_alarm_is_worth_less() {
    let (history, declines) = history(accounts());
    let planner = Planner::new(policy()).unwrap();
    let gain = |falls_per_year: f64| {
        let terms = HelpTerms { falls_per_year, ..HelpTerms::default() };
        let decisions = planner.decide_declines(&declines, &history, as_of(), &terms).unwrap();
        decisions[0].decision.reasoning().candidates.first().map_or(0.0, |c| c.expected_margin)
    };
    let (often, seldom, never) = (gain(0.5), gain(declines[0].false_alarms_per_year), gain(0.0));
    assert!(often > seldom && seldom > never && never <= 0.0, "{often} {seldom} {never}");
    assert!(
        planner
            .decide_declines(&declines, &history, as_of(), &HelpTerms { falls_per_year: -0.1, ..HelpTerms::default() })
            .is_err()
    );
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

/// A person's verdict on the proposal, some days before the decision.
fn verdict(account: u32, kind: EventKind, days: f64) -> Event {
    let (account, at) = (format!("account {account}"), as_of().plus_days(-days));
    let event = match kind {
        EventKind::Approved => Event::approved(account, at),
        EventKind::Edited => Event::edited(account, at),
        EventKind::Refused => Event::refused(account, at),
        other => panic!("{other} is no verdict"),
    };
    event.offer("tips")
}

#[test]
fn a_refused_proposal_is_not_made_again_for_a_while() {
    let refused = |days| {
        let mut log = accounts();
        log.push(verdict(7, Refused, days));
        only(log, policy())
    };
    let Decision::Abstain(abstain) = refused(5.0) else { panic!("proposed again") };
    assert_eq!(abstain.because, AbstainReason::Refused);
    assert!(abstain.reasoning.words.contains("否决"), "{}", abstain.reasoning.words);
    assert!(matches!(refused(29.0), Decision::Contact(_)));
    let mut log = accounts();
    log.extend([verdict(7, Approved, 5.0), verdict(8, Refused, 5.0)]);
    assert!(matches!(only(log, policy()), Decision::Contact(_)), "the verdict was about somebody else");
}

#[test]
fn proposals_that_people_refuse_are_learned_to_be_not_worth_their_time() {
    let with = |kinds: [(EventKind, u32); 3]| {
        let mut log = accounts();
        let kinds = kinds.into_iter().flat_map(|(kind, n)| (0..n).map(move |_| kind));
        log.extend(kinds.enumerate().map(|(i, kind)| verdict(20 + i as u32, kind, 60.0)));
        let (history, _) = history(log.clone());
        let learned = Learned::of(&history, as_of(), &policy(), 14.0).unwrap();
        let caution = Caution { person_cost: Some(60.0), ..Caution::default() };
        (learned.approvals.clone(), only(log, Policy { learned, caution, ..policy() }))
    };
    let (approvals, decision) = with([(Approved, 6), (Edited, 2), (Refused, 1)]);
    let [tips] = &approvals[..] else { panic!("{approvals:?}") };
    assert_eq!((tips.offer.as_str(), tips.n_approved, tips.n_edited, tips.n_refused), ("tips", 6, 2, 1));
    assert!((tips.prob_approved - 9.0 / 11.0).abs() < 1e-12);
    let Decision::Contact(contact) = decision else { panic!("not proposed") };
    assert!(contact.reasoning.words.contains("人工批准该方案"), "{}", contact.reasoning.words);

    // One in eleven of them approved: a tenth of the gain does not pay a person's hour.
    let (_, decision) = with([(Approved, 0), (Edited, 0), (Refused, 9)]);
    let Decision::Abstain(abstain) = decision else { panic!("{decision:?}") };
    assert_eq!(abstain.because, AbstainReason::Refused);
}
