//! The cases the library is for, from raw events to the dated forecast.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use beforehand::evaluate::{BacktestOptions, backtest};
use beforehand::{
    Basis, Cell, Event, ForecastOptions, History, IngestOptions, Ladder, Model, NextItemSource, Options, Step,
    Timestamp,
};
use shop::{Stream, events, history, start};

fn day(days: f64) -> Timestamp {
    start().plus_days(days)
}

/// A: bought a filter 90 days ago, one lasts about 97 days. Expected: remind today, seven days before it runs out.
#[test]
fn a_water_filter_is_due_seven_days_before_it_runs_out() {
    let mut log = events(400, 700.0, 1);
    for bought in [220.0, 316.0, 414.0, 511.0, 608.0] {
        log.push(Event::purchase("wang", "filter", day(bought)));
    }
    let (history, as_of) = (history(log), day(698.0));
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    assert!(model.has_layer());
    let forecasts = model.forecasts(history.customer("wang").unwrap(), as_of).unwrap();
    let filter = &forecasts[0];
    assert_eq!((filter.item.to_string().as_str(), filter.n_events, filter.basis), ("filter", 5, Basis::Own));
    assert_eq!(filter.last_bought_at, Some(day(608.0)));
    assert!((92.0..102.0).contains(&filter.cycle_days), "{}", filter.cycle_days);
    assert!((3.0..11.0).contains(&filter.supply_left_days), "{}", filter.supply_left_days);
    let left = filter.run_out_p50_at.days_since(as_of);
    // The median of those who have not bought by day 90 lies a little after the cycle's.
    assert!((3.0..20.0).contains(&left), "median run-out in {left} days");
    let lead = filter.remind_at.days_since(as_of);
    assert!(lead < 1.0, "remind in {lead} days");
    assert!(filter.prob_within[1].1 > 0.5, "{:?}", filter.prob_within);
}

fn milk_ladder() -> Ladder {
    Ladder::new("milk powder")
        .step(Step::new(["milk-1"]).until_days(180.0))
        .step(Step::new(["milk-2"]).until_days(360.0))
        .step(Step::new(["milk-3"]))
}

/// B: day 29 after the order, about 3 days of supply left, the child is about to enter the next stage.
#[test]
fn b_milk_powder_names_the_next_stage_when_the_supply_runs_out() {
    let mut log = events(300, 400.0, 2);
    // 120 families buy stage after stage, a tin every 32 days.
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
    // Five tins since day 220; the stage ends 180 days after the first.
    for bought in [220.0, 252.0, 284.0, 316.0, 348.0, 369.0] {
        log.push(Event::purchase("li", "milk-1", day(bought)));
    }
    let (history, as_of) = (history(log), day(398.0));
    let options = Options { ladders: vec![milk_ladder()], ..Options::default() };
    let model = Model::fit(&history, as_of, &options).unwrap();
    let forecasts = model.forecasts(history.customer("li").unwrap(), as_of).unwrap();
    let milk = &forecasts[0];
    assert_eq!(milk.need.as_deref(), Some("milk powder"));
    assert!((0.0..7.0).contains(&milk.supply_left_days), "{}", milk.supply_left_days);
    let left = milk.run_out_p50_at.days_since(as_of);
    assert!((1.0..10.0).contains(&left), "runs out in {left} days");
    let next = milk.next_item.as_ref().expect("a next item");
    assert_eq!((next.item.to_string().as_str(), next.source), ("milk-2", NextItemSource::Ladder));
    assert!(everyone_moves_on_as_alone(&model, &history, as_of) > 30);
}

/// Everyone's table names the next items that each one's forecasts name; how many rows have one.
fn everyone_moves_on_as_alone(model: &Model, history: &History, as_of: Timestamp) -> usize {
    let due = model.replenishment(history, as_of).unwrap();
    let alone = model.forecasts(history, as_of).unwrap();
    assert_eq!(due.len(), alone.len());
    for (row, forecast) in alone.iter().enumerate() {
        assert_eq!(due.next_item(row), forecast.next_item.as_ref(), "row {row}");
        for (in_table, alone) in
            [(&due.consumption_per_day, forecast.consumption_per_day), (&due.cycle_days, forecast.cycle_days)]
        {
            let ratio = f64::from(in_table[row]) / alone;
            assert!((ratio - 1.0).abs() < 1e-6, "row {row}: {ratio}");
        }
    }
    let table = due.into_table();
    let next = |row| table.column("next_item").unwrap().get(row);
    for (row, forecast) in alone.iter().enumerate() {
        let name = forecast.next_item.as_ref().map(|next| next.item.to_string()).unwrap_or_default();
        assert_eq!(next(row), Cell::Text(&name), "row {row}");
    }
    alone.iter().filter(|f| f.next_item.is_some()).count()
}

/// What buyers move on to is learned when nobody says it, with its support.
#[test]
fn a_successor_is_learned_from_what_buyers_move_on_to() {
    let mut log = Vec::new();
    let mut s = shop::Stream(5);
    for family in 0..60 {
        let begin = s.uniform() * 60.0;
        for k in 0..8 {
            let item = if k < 4 { "size-1" } else { "size-2" };
            log.push(Event::purchase(format!("f{family}"), item, day((begin + 25.0 * f64::from(k)).floor())));
        }
    }
    for bought in [175.0, 200.0, 225.0, 250.0] {
        log.push(Event::purchase("new", "size-1", day(bought)));
    }
    let (history, as_of) = (history(log), day(274.0));
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let forecast = &model.forecasts(history.customer("new").unwrap(), as_of).unwrap()[0];
    let next = forecast.next_item.as_ref().expect("a learned successor");
    assert_eq!((next.item.to_string().as_str(), next.source), ("size-2", NextItemSource::Learned));
    assert!(next.share > 0.9 && next.n_customers >= 50, "{next:?}");
    assert!(everyone_moves_on_as_alone(&model, &history, as_of) > 0);
    // Size 2 is followed by nothing.
    let other = &model.forecasts(history.customer("f0").unwrap(), as_of).unwrap();
    assert!(other.iter().filter(|f| f.item.to_string() == "size-2").all(|f| f.next_item.is_none()));
}

/// F: nothing is reminded of that was just bought, under whatever size or brand of the same need.
#[test]
fn f_what_was_just_bought_is_not_reminded_of() {
    let mut log: Vec<Event> = events(400, 500.0, 3)
        .into_iter()
        .map(|e| {
            let need = format!("{} need", e.item.as_ref().unwrap());
            e.need(need)
        })
        .collect();
    for bought in [300.0, 332.0, 364.0, 396.0, 428.0] {
        log.push(Event::purchase("ma", "milk", day(bought)).need("milk need"));
    }
    let without = history(log.clone());
    // Three days before the reminder would be due, a large pack of another brand.
    log.push(Event::purchase("ma", "milk-large-pack", day(455.0)).need("milk need"));
    let with = history(log);
    let as_of = day(456.0);
    let due = |history: &beforehand::History| {
        let model = Model::fit(history, as_of, &Options::default()).unwrap();
        let all = model.forecasts(history.customer("ma").unwrap(), as_of).unwrap();
        assert_eq!(all.len(), 1, "one need, one forecast");
        all[0].remind_at.days_since(as_of)
    };
    assert!(due(&without) < 3.0, "{}", due(&without));
    assert!(due(&with) > 14.0, "{}", due(&with));
}

/// Nothing in the whole shop that was bought yesterday or today is due now.
#[test]
fn f_nobody_is_reminded_of_yesterdays_purchase() {
    let history = history(events(500, 500.0, 4));
    let as_of = day(300.0);
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let due = model.replenishment(&history, as_of).unwrap();
    let fresh: Vec<usize> = (0..due.len()).filter(|&r| due.recency_days[r] <= 1.0).collect();
    assert!(fresh.len() > 20, "the test must see some: {}", fresh.len());
    for row in fresh {
        assert!(due.remind_days[row] > 2.0, "{} {}", due.customer(row), due.item(row));
    }
}

/// Buying two packs at once postpones the reminder, once the log has shown that larger purchases last longer.
#[test]
fn quantity_postpones_the_run_out() {
    let mut log = Vec::new();
    let mut s = shop::Stream(11);
    for c in 0..300 {
        let mut at = s.uniform() * 40.0;
        while at < 500.0 {
            let packs = 1.0 + (s.uniform() * 3.0).floor();
            log.push(Event::purchase(format!("c{c}"), "food", day(at.floor())).quantity(packs));
            at += 20.0 * packs * (0.1 * s.normal()).exp();
        }
    }
    for (bought, packs) in [(380.0, 1.0), (400.0, 1.0), (420.0, 1.0), (440.0, 1.0), (460.0, 1.0)] {
        log.push(Event::purchase("one", "food", day(bought)).quantity(packs));
        let last = if bought > 450.0 { 3.0 } else { packs };
        log.push(Event::purchase("three", "food", day(bought)).quantity(last));
    }
    let (history, as_of) = (history(log), day(470.0));
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let left = |c: &str| model.forecasts(history.customer(c).unwrap(), as_of).unwrap()[0].clone();
    let (one, three) = (left("one"), left("three"));
    assert!((4.0..16.0).contains(&one.supply_left_days), "{}", one.supply_left_days);
    assert!(three.supply_left_days > 30.0, "{}", three.supply_left_days);
    assert!(three.run_out_p50_at.days_since(as_of) > 20.0 + one.run_out_p50_at.days_since(as_of));
}

/// Items bought once, customers and items never seen: an answer, wide, and it says on what it rests.
#[test]
fn lack_of_evidence_is_a_result() {
    let mut log = events(300, 400.0, 6);
    log.push(Event::purchase("once", "coffee", day(380.0)));
    log.push(Event::purchase("odd", "never-sold-before", day(380.0)));
    let (history, as_of) = (history(log), day(390.0));
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let once = &model.forecasts(history.customer("once").unwrap(), as_of).unwrap()[0];
    assert_eq!((once.basis, once.n_events), (Basis::Item, 1));
    let odd = &model.forecasts(history.customer("odd").unwrap(), as_of).unwrap()[0];
    assert_eq!(odd.basis, Basis::Population);
    let width = |f: &beforehand::Forecast| f.run_out_p90_at.days_since(f.run_out_p10_at);
    assert!(width(once) > 20.0, "{}", width(once));
    let options = ForecastOptions::default();
    let stranger = model.forecast_if_bought(None, "coffee", as_of, &options).unwrap();
    assert_eq!((stranger.basis, stranger.n_events, stranger.last_bought_at), (Basis::Item, 0, None));
    let nothing_known = model.forecast_if_bought(None, "unheard-of", as_of, &options).unwrap();
    assert_eq!(nothing_known.basis, Basis::Population);
    assert!(nothing_known.prob_again > 0.0 && nothing_known.prob_again < 1.0);
}

/// An item nobody has bought before rests on its category, once the category has shown what it does.
#[test]
fn a_new_item_of_a_known_category_rests_on_the_category() {
    let of = |item: &str| if matches!(item, "milk" | "coffee") { "food" } else { "household" };
    let mut log: Vec<Event> = events(300, 400.0, 8)
        .into_iter()
        .map(|e| {
            let category = of(&e.item.as_ref().unwrap().to_string());
            e.category(category)
        })
        .collect();
    let as_of = day(390.0);
    let model = Model::fit(&history(log.clone()), as_of, &Options::default()).unwrap();
    log.clear();
    log.push(Event::purchase("new", "oat-milk", day(380.0)).category("food"));
    log.push(Event::purchase("new", "mop", day(380.0)).category("household"));
    log.push(Event::purchase("new", "mystery", day(380.0)));
    let theirs = history(log);
    let forecasts = model.forecasts(&theirs, as_of).unwrap();
    let of = |item: &str| forecasts.iter().find(|f| f.item.to_string() == item).unwrap();
    assert_eq!(of("oat-milk").basis, Basis::Category);
    assert_eq!(of("mop").basis, Basis::Category);
    assert_eq!(of("mystery").basis, Basis::Population);
    // Food is bought every three to five weeks, household goods every two to three months.
    assert!(of("oat-milk").cycle_days < 0.7 * of("mop").cycle_days);
}

/// Buyers of one item at a cycle of their own choosing of days, irregular by a tenth of it; each from a day of their own on.
fn regular(n: i64, cycle: f64, last_start: f64, end: f64) -> Vec<Event> {
    let start: Timestamp = "2005-01-01".parse().unwrap();
    let mut state = 3u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let mut out = Vec::new();
    for c in 0..n {
        let mut day = (uniform() * last_start).floor();
        while day <= end {
            out.push(Event::purchase(c, "item", start.plus_days(day)));
            day += (cycle * (0.9 + 0.2 * uniform())).round();
        }
    }
    out
}

#[test]
fn case_f_what_was_bought_for_the_first_time_today_lasts_as_long_as_it_does_for_others() {
    // A cycle of two years whose buyers all came long ago, and one of a quarter whose buyers keep coming.
    for (cycle, last_start, end) in [(730.0, 700.0, 5_840.0), (90.0, 720.0, 720.0)] {
        let (history, _) =
            History::from_events(regular(400, cycle, last_start, end), &IngestOptions::default()).unwrap();
        let as_of = "2005-01-01".parse::<Timestamp>().unwrap().plus_days(end);
        let model = Model::fit(&history, as_of, &Options::default()).unwrap();
        let bought = Event::purchase("new", "item", as_of);
        let (own, _) = History::from_events([bought], &IngestOptions::default()).unwrap();
        let forecast = &model.forecasts(&own, as_of).unwrap()[0];
        let [week, month, quarter] = [0, 1, 2].map(|h: usize| forecast.prob_within[h].1);
        assert!(week < 0.02 && month < 0.05, "{cycle}: {week} {month}");
        let p50_days = forecast.run_out_p50_at.days_since(as_of);
        if cycle > 364.0 {
            // Beyond the reach: hardly any purchase within it, and none of its days before the others.
            assert!(quarter < 0.1 && forecast.prob_again < 0.6 && p50_days > 100.0, "{quarter} {forecast:?}");
        } else {
            assert!((0.8 * cycle..1.1 * cycle).contains(&p50_days) && quarter < 0.7, "{quarter} {forecast:?}");
        }
    }
}

/// Many who buy one thing every 30 days, give or take 3: what earlier cutoffs teach must not undo what regularity says. There the
/// spread of the gaps was learned from fewer of them, but as regular as now.
#[test]
fn regular_buyers_are_forecast_as_regular() {
    let mut stream = Stream(7);
    let mut rows = Vec::new();
    for customer in 0..400 {
        let mut day = 30.0 * stream.uniform();
        while day < 400.0 {
            rows.push(Event::purchase(customer, "filter", start().plus_days(day.floor())));
            day += 30.0 + 3.0 * stream.normal();
        }
    }
    let log = history(rows);
    let options = BacktestOptions { n_cutoffs: 4, ..BacktestOptions::default() };
    let test = backtest(&log, start().plus_days(400.0), &Options::default(), &options).unwrap();
    let (all, coverage) = (&test.all, test.coverage.unwrap().share.unwrap());
    assert!(all.log_loss < 1.03 * test.structure.log_loss, "{} {}", all.log_loss, test.structure.log_loss);
    assert!((all.mean_prob - all.base_rate).abs() < 0.02, "{} forecast, {} came", all.mean_prob, all.base_rate);
    assert!((0.75..0.85).contains(&coverage), "{coverage}");
}
