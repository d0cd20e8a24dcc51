//! The cases from raw events to the words, and what no decision may ever do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use beforehand::offer::{
    AbstainReason, Cap, Caution, Channel, ChannelLimits, CivilDate, Costs, CustomerTerms, Decision, Fatigue, ItemTerms,
    Limit, Limits, Lottery, Offer, Planner, Policy, QuietHours, Route, RouteRule, Weekday,
};
use beforehand::{Cell, Event, EventId, History, IngestOptions, Ladder, Model, Options, Step, Table, Timestamp};
use proptest::prelude::*;
use shop::{events, history, start};

fn day(days: f64) -> Timestamp {
    start().plus_days(days)
}

/// A shop in Shanghai that gives returning customers 10 % off and writes Chinese.
fn shanghai() -> Policy {
    Policy {
        offers: vec![Offer::reminder(0.15), Offer { min_purchases: 2, ..Offer::discount("returning", 0.10, 0.60) }],
        channels: vec![Channel::new("wechat", 0.05)],
        order_value: Some(100.0),
        unprompted_share: 0.25,
        costs: Costs { per_ignored: 0.5, per_early: 0.5, ..Costs::default() },
        caution: Caution { confidence: 0.5, ..Caution::default() },
        time_zone: "Asia/Shanghai".to_owned(),
        locale: "zh-CN".to_owned(),
        ..Policy::new(0.6)
    }
}

/// A: bought a filter 90 days ago, one lasts about 97: contact today with the returning customer's discount.
#[test]
fn a_water_filter_reminder_goes_out_on_the_ninetieth_day_with_the_words_of_the_case() {
    let mut log = events(400, 700.0, 1);
    for bought in [220.0, 316.0, 414.0, 511.0, 608.0] {
        log.push(Event::purchase("wang", "filter", day(bought)).amount(100.0));
    }
    let (history, as_of) = (history(log), day(698.0));
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let policy =
        Policy { items: vec![ItemTerms { name: Some("滤芯".to_owned()), ..ItemTerms::new("filter") }], ..shanghai() };
    let planner = Planner::new(policy).unwrap();
    let decision = planner.decide(&model, history.customer("wang").unwrap(), as_of).unwrap();
    let Decision::Contact(contact) = &decision else { panic!("{}", decision.reasoning().words) };
    assert_eq!((contact.offer.as_str(), contact.discount_share, contact.route), ("returning", 0.1, Route::Auto));
    assert!((0.0..1.0).contains(&contact.contact_at.days_since(as_of)));
    assert_eq!(
        contact.message.as_ref().unwrap().text,
        "您上次购买的滤芯已使用90天，按照您的使用频率，建议提前7天备货。现在下单可享老客户9折优惠，需要为您加入购物车吗？"
    );
    assert!(contact.reasoning.words.starts_with("建议联系：filter"), "{}", contact.reasoning.words);
    assert!(!contact.reasoning.would_change.is_empty() && contact.reasoning.candidates.len() == 2);
}

/// B: day 29 after the order, about 3 days left, the child grows into the next stage: the offer names it.
#[test]
fn b_milk_powder_offers_the_next_stage_in_the_words_of_the_case() {
    let mut log = events(300, 400.0, 2);
    let mut s = shop::Stream(9);
    for family in 0..120 {
        let mut at = s.uniform() * 100.0;
        let born = at;
        while at < 400.0 {
            let item = ["milk-1", "milk-2", "milk-3"][(((at - born) / 180.0) as usize).min(2)];
            log.push(Event::purchase(format!("f{family}"), item, day(at.floor())));
            at += 32.0 * (0.08 * s.normal()).exp();
        }
    }
    for bought in [199.0, 231.0, 263.0, 295.0, 327.0, 359.0] {
        log.push(Event::purchase("li", "milk-1", day(bought)));
    }
    let ladder = Ladder::new("milk powder")
        .step(Step::new(["milk-1"]).until_days(180.0))
        .step(Step::new(["milk-2"]).until_days(360.0))
        .step(Step::new(["milk-3"]));
    let (history, as_of) = (history(log), day(388.0));
    let options = Options { ladders: vec![ladder], ..Options::default() };
    let model = Model::fit(&history, as_of, &options).unwrap();
    let named = |item: &str, name: &str| ItemTerms { name: Some(name.to_owned()), ..ItemTerms::new(item) };
    let policy = Policy { items: vec![named("milk-1", "奶粉"), named("milk-2", "下一阶段配方")], ..shanghai() };
    let decision = Planner::new(policy).unwrap().decide(&model, history.customer("li").unwrap(), as_of).unwrap();
    let Decision::Contact(contact) = &decision else { panic!("{}", decision.reasoning().words) };
    assert_eq!(contact.next_item, Some(EventId::from("milk-2")));
    assert_eq!(
        contact.message.as_ref().unwrap().text,
        "您的奶粉还剩约3天量，根据您宝宝的成长阶段，建议升级到下一阶段配方。点击查看优惠。"
    );
}

/// A model of a shop, and its history, for policies to be tried on.
fn shop_model() -> (History, Model, Timestamp) {
    let history = history(events(120, 300.0, 4).into_iter().map(|e| e.amount(30.0)).collect::<Vec<_>>());
    let as_of = day(300.0).plus_days(0.4);
    let model = Model::fit(&history, as_of, &Options { max_training_rows: 5_000, ..Options::default() }).unwrap();
    (history, model, as_of)
}

fn texts(table: &Table, column: &str) -> Vec<String> {
    let column = table.column(column).unwrap();
    let show = |row| match column.get(row) {
        Cell::Text(text) => text.to_owned(),
        Cell::Int(int) => int.to_string(),
        _ => String::new(),
    };
    (0..table.n_rows()).map(show).collect()
}

#[test]
fn everyone_is_decided_as_one_by_one_and_on_any_number_of_threads() {
    let (history, model, as_of) = shop_model();
    let policy = Policy {
        lottery: Lottery { holdout_share: 0.2, explore_share: 0.2, salt: "x".to_owned() },
        ..Policy { channels: vec![Channel::new("app", 0.02), Channel::new("sms", 0.1)], ..shanghai() }
    };
    let planner = Planner::new(policy).unwrap();
    let all = planner.decide_all(&model, &history, as_of).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let alone = pool.install(|| planner.decide_all(&model, &history, as_of)).unwrap();
    // As text, for NaN stands for none.
    assert!(format!("{:?}", all.table()) == format!("{:?}", alone.table()));
    let customers = texts(all.table(), "customer");
    let (actions, channels, because) =
        (texts(all.table(), "action"), texts(all.table(), "channel"), texts(all.table(), "because"));
    assert!(customers.len() > 60 && all.n_contacts > 0);
    for (row, customer) in customers.iter().enumerate() {
        let one = planner.decide(&model, history.customer(customer.as_str()).unwrap(), as_of).unwrap();
        assert_eq!(one.as_str(), actions[row], "{customer}");
        match &one {
            Decision::Contact(c) => assert_eq!(c.channel, channels[row]),
            Decision::Abstain(a) => {
                assert_eq!(a.because.as_str(), because[row]);
                // A fifth is held out of what would have been done with a probability below 1, for a fifth explores.
                let is_held_out = a.because == AbstainReason::Holdout;
                assert_eq!(a.propensity.is_some(), is_held_out);
                assert!(a.propensity.is_none_or(|p| p > 0.0 && p < 0.2));
                let told = all.table().column("propensity").unwrap().get(row);
                assert!(a.propensity.is_none_or(|p| told == Cell::Number(p)));
            }
            _ => {}
        }
    }
    assert!(because.iter().any(|b| b == "holdout"));
}

#[test]
fn capacity_goes_to_those_who_gain_most() {
    let (history, model, as_of) = shop_model();
    let free = Planner::new(shanghai()).unwrap().decide_all(&model, &history, as_of).unwrap();
    let gains = |table: &Table| {
        let (actions, gain) = (texts(table, "action"), table.column("expected_margin").unwrap());
        let of = |row: usize| if let Cell::Number(x) = gain.get(row) { x } else { 0.0 };
        let mut out: Vec<f64> = (0..table.n_rows()).filter(|&r| actions[r] == "contact").map(of).collect();
        out.sort_by(|a, b| b.total_cmp(a));
        out
    };
    let all = gains(free.table());
    assert!(all.len() > 6, "{}", all.len());
    let few = Planner::new(Policy { capacity: Some(5), ..shanghai() }).unwrap();
    let few = few.decide_all(&model, &history, as_of).unwrap();
    let five = gains(few.table());
    assert!(five.len() == 5 && five.iter().zip(&all).all(|(a, b)| (a - b).abs() < 1e-9), "{five:?} {all:?}");
    assert_eq!(few.prices[0].0, "capacity");
    assert!(few.prices[0].1 > 0.0);
    assert!(texts(few.table(), "because").iter().any(|b| b == "capacity"));
    let none = Planner::new(Policy { budget: Some(0.0), ..shanghai() }).unwrap();
    assert_eq!(none.decide_all(&model, &history, as_of).unwrap().n_contacts, 0);
}

#[test]
fn a_basket_is_one_purchase_and_what_was_returned_is_none() {
    let at = |d: f64| start().plus_days(d);
    let log = |extra: Vec<Event>| {
        let regulars = (0..40).flat_map(|c| {
            let bought = move |k: i32| start().plus_days(f64::from(k) * (28.0 + f64::from(c % 5)));
            (0..6).map(move |k| Event::purchase(format!("c{c}"), "filter", bought(k)).amount(40.0))
        });
        history(regulars.chain(extra).collect::<Vec<_>>())
    };
    let buys = |item: &str, d: f64, order: &str| Event::purchase("new", item, at(d)).amount(40.0).order(order);
    let basket = vec![buys("filter", 130.0, "1"), buys("soap", 130.0, "1"), buys("salt", 130.0, "1")];
    let again = vec![buys("filter", 100.0, "0"), buys("filter", 130.0, "1")];
    let returned = [again.clone(), vec![Event::returned("new", "filter", at(110.0), "0")]].concat();
    let offers = |extra: Vec<Event>| {
        let (log, as_of) = (log(extra), at(158.0));
        let model = Model::fit(&log, as_of, &Options { max_training_rows: 5_000, ..Options::default() }).unwrap();
        let decision = Planner::new(shanghai()).unwrap().decide(&model, log.customer("new").unwrap(), as_of).unwrap();
        decision.reasoning().candidates.iter().map(|c| c.offer.clone()).collect::<Vec<_>>()
    };
    assert!(offers(again).contains(&"returning".to_owned()));
    assert!(!offers(basket).contains(&"returning".to_owned()));
    assert!(!offers(returned).contains(&"returning".to_owned()));
}

#[test]
fn what_is_scarce_changes_neither_draws_nor_rules() {
    let (history, model, as_of) = shop_model();
    let policy = Policy {
        offers: vec![Offer::reminder(0.25), Offer::discount("refill", 0.05, 0.3), Offer::discount("more", 0.1, 0.32)],
        channels: vec![Channel::new("app", 0.02), Channel::new("sms", 0.1)],
        lottery: Lottery { holdout_share: 0.1, explore_share: 0.5, salt: "x".to_owned() },
        routes: vec![RouteRule { discount_above: Some(0.01), ..RouteRule::to(Route::Approve) }],
        ..shanghai()
    };
    let all = |capacity: Option<u64>| {
        let policy = Policy { capacity, ..policy.clone() };
        Planner::new(policy).unwrap().decide_all(&model, &history, as_of).unwrap()
    };
    let (free, ample, few) = (all(None), all(Some(1_000_000)), all(Some(8)));
    // What does not bind changes nothing.
    assert!(format!("{:?}", free.table()) == format!("{:?}", ample.table()));
    let offers = texts(free.table(), "offer");
    assert!(offers.iter().any(|o| o == "reminder") && offers.iter().any(|o| o == "more"));
    assert_eq!(few.n_contacts, 8);
    let columns = |table: &Table| ["action", "offer", "channel", "route", "propensity"].map(|c| texts(table, c));
    let ([_, before, over, _, chances], [action, offer, channel, route, chance]) =
        (columns(free.table()), columns(few.table()));
    for row in (0..few.table().n_rows()).filter(|&r| action[r] == "contact") {
        // A person looks at every discount, in whatever way it came about, and here every way uses as much of what is scarce.
        assert_eq!(route[row], if offer[row] == "reminder" { "auto" } else { "approve" });
        assert_eq!((&offer[row], &channel[row], &chance[row]), (&before[row], &over[row], &chances[row]));
    }
}

#[test]
fn people_are_asked_by_rule_or_when_it_pays() {
    let (history, model, as_of) = shop_model();
    let route = |rule: RouteRule, terms: CustomerTerms| {
        let policy = Policy { routes: vec![rule], customers: vec![terms], ..shanghai() };
        Planner::new(policy).unwrap()
    };
    let free = Planner::new(shanghai()).unwrap().decide_all(&model, &history, as_of).unwrap();
    let row = texts(free.table(), "action").iter().position(|a| a == "contact").unwrap();
    let customer = texts(free.table(), "customer")[row].clone();
    let decide =
        |planner: &Planner| planner.decide(&model, history.customer(customer.as_str()).unwrap(), as_of).unwrap();
    let angry = CustomerTerms { mood: Some(-0.9), ..CustomerTerms::new(customer.as_str()) };
    let rule = RouteRule { mood_below: Some(-0.5), ..RouteRule::to(Route::Human) };
    assert_eq!(decide(&route(rule.clone(), angry)).as_str(), "hand_off");
    assert_eq!(decide(&route(rule, CustomerTerms::new(customer.as_str()))).as_str(), "contact");
    let approve = route(RouteRule::to(Route::Approve), CustomerTerms::new(customer.as_str()));
    assert!(matches!(decide(&approve), Decision::Contact(c) if c.route == Route::Approve));
    // A response nobody knows: doubtful, so a cheap person is asked, a dear one is not.
    let vague = |person_cost: f64| {
        let offers = vec![Offer { n_contacts_prior: 1.0, ..Offer::reminder(0.15) }];
        let caution = Caution { confidence: 0.99, person_cost: Some(person_cost), ..Caution::default() };
        Planner::new(Policy { offers, caution, ..shanghai() }).unwrap()
    };
    assert_eq!(decide(&vague(0.0)).as_str(), "hand_off");
    assert!(matches!(decide(&vague(1e6)), Decision::Abstain(a) if a.because == AbstainReason::Doubt));
}

#[test]
fn an_unknown_price_is_missing_and_stock_and_margin_bind() {
    let (_, model, as_of) = shop_model();
    let rows = [200.0, 230.0, 260.0].map(|d| Event::purchase("new", "filter", day(d)));
    let (own, _) = History::from_events(rows, &IngestOptions::default()).unwrap();
    let decide = |policy: Policy| Planner::new(policy).unwrap().decide(&model, &own, as_of).unwrap();
    let unpriced = decide(Policy { order_value: None, ..shanghai() });
    assert!(
        matches!(&unpriced, Decision::Abstain(a) if a.because == AbstainReason::Missing && a.missing[0].contains("filter"))
    );
    let sold_out = ItemTerms { stock: Some(0.0), ..ItemTerms::new("filter") };
    let sold_out = decide(Policy { items: vec![sold_out], ..shanghai() });
    assert!(matches!(sold_out, Decision::Abstain(a) if a.because == AbstainReason::Missing));
    // An offer that gives the whole margin away is never made.
    let policy = Policy { offers: vec![Offer::discount("all", 0.6, 0.9)], ..shanghai() };
    assert!(matches!(decide(policy), Decision::Abstain(_)));
}

const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "UTC"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// F: whatever the history and the policy, no contact breaks a limit: quiet hours and days on the customer's clock, also when
    /// the clocks change, caps, gaps, consents; and nobody is reminded of what was just bought.
    #[test]
    fn no_decision_ever_breaks_a_limit(
        bought in prop::collection::vec(0.0f64..300.0, 1..12),
        sent in prop::collection::vec((0.0f64..10.0, 0usize..2, any::<bool>()), 0..6),
        opted_out in prop::option::of(0usize..2),
        zone in 0usize..5,
        // Around the changes of the clocks in March and October 2026.
        when in prop_oneof![80.0f64..90.0, 295.0f64..306.0, 60.0f64..330.0],
        quiet in (0u32..24, 1u32..23),
        weekday in 0usize..7,
        gap in 0.0f64..6.0,
        win in 0.2f64..0.9,
    ) {
        static MODEL: std::sync::OnceLock<Model> = std::sync::OnceLock::new();
        let model = MODEL.get_or_init(|| {
            let history = history(events(120, 300.0, 4));
            Model::fit(&history, day(300.0), &Options { max_training_rows: 5_000, ..Options::default() }).unwrap()
        });
        let new_year: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let as_of = new_year.plus_days(when);
        prop_assume!(as_of >= model.as_of());
        let names = ["app", "sms"];
        let mut rows: Vec<Event> =
            bought.iter().map(|b| Event::purchase("x", "filter", as_of.plus_days(-b)).amount(50.0)).collect();
        for (ago, channel, opened) in &sent {
            let at = as_of.plus_days(-ago);
            rows.push(Event::contacted("x", at).channel(names[*channel]));
            if *opened && *ago > 0.2 {
                rows.push(Event::opened("x", at.plus_days(0.1)).channel(names[*channel]));
            }
        }
        if let Some(channel) = opted_out {
            rows.push(Event::opted_out("x", as_of.plus_days(-20.0)).channel(names[channel]));
        }
        let hour = |h: u32| format!("{:02}:00", h % 24).parse().unwrap();
        let quiet_hours = Some(QuietHours { begins: hour(quiet.0), ends: hour(quiet.0 + quiet.1) });
        let weekdays: Vec<Weekday> = (0..7).filter(|d| *d != weekday).map(|d| Weekday::ALL[d]).collect();
        let of = |name: &str| ChannelLimits { quiet_hours, weekdays: weekdays.clone(), ..ChannelLimits::new(name) };
        let holiday: CivilDate = "2026-10-26".parse().unwrap();
        let limits = Limits {
            channels: names.map(of).to_vec(),
            caps: vec![Cap { max_contacts: 3, days: 7.0 }],
            min_gap_days: gap,
            holidays: vec![holiday],
            ..Limits::default()
        };
        let policy = Policy {
            offers: vec![Offer::reminder(win), Offer::discount("ten", 0.1, win)],
            channels: names.map(|name| Channel::new(name, 0.0)).to_vec(),
            caution: Caution { confidence: 0.5, ..Caution::default() },
            fatigue: Fatigue { keep: 1.0, ..Fatigue::default() },
            time_zone: ZONES[zone].to_owned(),
            limits,
            ..Policy::new(0.9)
        };
        let (own, _) = History::from_events(rows, &IngestOptions::default()).unwrap();
        let decision = Planner::new(policy.clone()).unwrap().decide(model, &own, as_of).unwrap();
        let Decision::Contact(contact) = decision else { return Ok(()) };
        prop_assert!(contact.expected_margin > 0.0);
        let at = contact.contact_at;
        prop_assert!(at >= as_of && at.days_since(as_of) < 1.1);
        // The customer's clock, by another library's eyes than the planner's: the civil time in the zone.
        let wall = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap().in_tz(ZONES[zone]).unwrap();
        let h = wall.hour() as u32;
        let is_quiet = (h + 24 - quiet.0 % 24) % 24 < quiet.1;
        prop_assert!(!is_quiet, "{wall} within quiet hours {quiet:?}");
        prop_assert!(wall.weekday().to_monday_zero_offset() as usize != weekday, "{wall}");
        prop_assert!(wall.date().to_string() != "2026-10-26");
        let channel = names.iter().position(|n| *n == contact.channel).unwrap();
        prop_assert!(opted_out != Some(channel));
        let ago = |s: &(f64, usize, bool)| at.days_since(as_of.plus_days(-s.0));
        prop_assert!(sent.iter().all(|s| ago(s) >= gap - 1e-6), "gap {gap}");
        prop_assert!(sent.iter().filter(|s| ago(s) < 7.0).count() < 3);
        let ignored = |s: &&(f64, usize, bool)| {
            let answered = bought.iter().any(|b| *b <= s.0 && s.0 - b <= 7.0);
            let opened = s.2 && s.0 > 0.2;
            !opened && !answered && ago(s) < 7.0
        };
        // An opening may stand for another contact of its channel than the one it followed.
        let openings = sent.iter().filter(|s| s.2 && s.0 > 0.2).count();
        prop_assert!(sent.iter().filter(ignored).count() < 2 + openings, "a third contact after two ignored");
    }

    /// F: nobody is reminded of what was just bought, by whichever channel: today's purchase puts the reminder off.
    #[test]
    fn nobody_is_reminded_of_what_was_just_bought(cycle in 20.0f64..60.0, n in 3u32..8) {
        static MODEL: std::sync::OnceLock<Model> = std::sync::OnceLock::new();
        let model = MODEL.get_or_init(|| {
            let history = history(events(120, 300.0, 4));
            Model::fit(&history, day(300.0), &Options { max_training_rows: 5_000, ..Options::default() }).unwrap()
        });
        let as_of = day(600.0);
        let rows = (0..n).map(|k| Event::purchase("x", "filter", as_of.plus_days(-f64::from(k) * cycle)).amount(50.0));
        let (own, _) = History::from_events(rows, &IngestOptions::default()).unwrap();
        let decision = Planner::new(shanghai()).unwrap().decide(model, &own, as_of).unwrap();
        prop_assert!(!matches!(decision, Decision::Contact(_)), "{}", decision.reasoning().words);
    }
}

#[test]
fn a_limit_that_binds_is_named_with_what_it_costs() {
    let (_, model, as_of) = shop_model();
    let mut rows: Vec<Event> = (0..6)
        .map(|k| Event::purchase("x", "filter", as_of.plus_days(-26.0 - 32.0 * f64::from(k))).amount(80.0))
        .collect();
    let contacted = |ago: f64| Event::contacted("x", as_of.plus_days(-ago)).channel("wechat");
    rows.extend([contacted(4.0), contacted(1.0)]);
    let (own, _) = History::from_events(rows, &IngestOptions::default()).unwrap();
    let policy = Policy {
        horizon_days: 3,
        unprompted_share: 0.2,
        fatigue: Fatigue { keep: 1.0, ..Fatigue::default() },
        ..shanghai()
    };
    let decision = Planner::new(policy).unwrap().decide(&model, &own, as_of).unwrap();
    let binding = decision.reasoning().binding.as_ref().expect("a limit binds");
    assert!(matches!(binding.limit, Limit::CapIgnored | Limit::Gap), "{}", decision.reasoning().words);
    assert!(binding.costs > 0.0);
    let closed = &decision.reasoning().closed_days;
    assert!(closed.iter().map(|day| day.in_days).eq(0..3) && closed.iter().any(|day| day.limit == binding.limit));
}

#[test]
fn a_mistake_in_a_policy_is_named_with_its_place() {
    let customer = |zone: &str| CustomerTerms { time_zone: Some(zone.to_owned()), ..CustomerTerms::new("li") };
    let wrong = [
        (
            Policy { offers: vec![Offer::reminder(0.1), Offer::discount("x", 0.1, 1.5)], ..shanghai() },
            "offers[1].prob_win_back",
        ),
        (Policy { channels: vec![Channel::new("app", -1.0)], ..shanghai() }, "channels[0].cost"),
        (Policy { costs: Costs { per_early: -1.0, ..Costs::default() }, ..shanghai() }, "costs.per_early"),
        (Policy { caution: Caution { confidence: 2.0, ..Caution::default() }, ..shanghai() }, "caution.confidence"),
        (Policy { limits: Limits { min_gap_days: -1.0, ..Limits::default() }, ..shanghai() }, "limits.min_gap_days"),
        (Policy { time_zone: "Mars".to_owned(), ..shanghai() }, "time_zone"),
        (Policy { customers: vec![customer("UTC"), customer("Mars")], ..shanghai() }, "customers[1].time_zone"),
    ];
    for (policy, place) in wrong {
        let error = Planner::new(policy).expect_err(place);
        assert_eq!(error.field(), Some(place), "{error}");
        assert!(error.to_string().starts_with(place) || place.ends_with("time_zone"), "{error}");
    }
}
