//! temp
#![allow(missing_docs)]
use super::{decay::*, evidence::*, purchases::*, summary::*, traits::*, structure::*, layer::*};
use crate::stats::*;
use crate::history::*;
use rayon::prelude::*;
pub fn history(c: &[i64], i: &[i64], day: &[i64], q: &[f64]) -> History {
    let mut cs = c.to_vec(); cs.sort_unstable(); cs.dedup();
    let mut is = i.to_vec(); is.sort_unstable(); is.dedup();
    let customers = Dictionary::from_sorted_ints(cs); let ids = Dictionary::from_sorted_ints(is);
    let u = Unsorted { customer: c.iter().map(|&x| customers.code(Id::Int(x)).unwrap()).collect(), item: i.iter().map(|&x| ids.code(Id::Int(x)).unwrap()).collect(),
      at_us: day.iter().map(|d| d*86_400_000_000).collect(), quantity: q.to_vec(), ..Default::default() };
    History::assemble(customers, Items{ids, ..Default::default()}, u, jiff::tz::TimeZone::UTC, 1)
}
fn us(d: i32) -> i64 { i64::from(d) * 86_400_000_000 + 86_399_999_999 }
fn pairs(h: &History, units: &Units, t: &Traits, day: i32, keep: &(dyn Fn(u32,u32)->bool + Sync), f: &mut dyn FnMut(u32, &[Purchase], &PairEvidence, &CustomerEvidence, &Structure)) {
    let mut p = Purchases::default(); let mut eb = EvidenceBuilder::new(Decay::new(4000));
    for c in 0..h.n_customers() as u32 {
        p.load(h, units, c, us(day));
        let Some(ce) = eb.customer(&p, t, day) else { continue };
        for own in p.by_unit() { if !keep(c, own[0].unit) {continue}
            let pe = eb.pair(own, &ce, t, day); let st = Structure::new(&pe, &ce); f(c, own, &pe, &ce, &st); }
    }
}
/// experiment: train on cutoffs (lags) and test at `test`; returns (n, prob7, prob28, struct28, c, i)
pub fn run(h: &History, cutoffs: &[i32], test: i32, max_rows: usize) -> Vec<(f32, f32, f32, f32, i64, i64)> {
    let t0 = std::time::Instant::now();
    let units = Units::items(h.items.len());
    let mut all = cutoffs.to_vec(); all.push(test);
    let decay = Decay::new(6000);
    let mut s = Summary::new(all.clone(), units.len());
    let mut p = Purchases::default();
    for c in 0..h.n_customers() as u32 { p.load(h, &units, c, us(test)); s.add(&p, &decay); }
    let traits = Traits::at_cutoffs(&s);
    eprintln!("traits {:?}", t0.elapsed());
    let mut rows = HazardRows { n_features: N_FEATURES, ..Default::default() };
    let mut counts: Vec<usize> = vec![]; let per = max_rows / cutoffs.len();
    for (&day, t) in cutoffs.iter().zip(&traits) {
        let mut n = 0; let mut pp = Purchases::default();
        for c in 0..h.n_customers() as u32 { pp.load(h, &units, c, us(day)); n += pp.by_unit().count(); }
        counts.push(0);
        let frac = (per as f64 / n as f64).min(1.0);
        let factors = weekday_factors(&t.population.weekday, day);
        let hash = |c: u32, u: u32| { let mut z = (u64::from(c) << 32 | u64::from(u)).wrapping_mul(0x9E37_79B9_7F4A_7C15); z ^= z >> 31; z = z.wrapping_mul(0xBF58_476D_1CE4_E5B9); z ^= z >> 29; z as f64 / u64::MAX as f64 };
        let lag = test - day;
        pairs(h, &units, t, day, &|c, u| hash(c, u) < frac, &mut |c, own, pe, ce, st| {
            // next purchase
            let last = own[own.len()-1];
            let r = h.events_of(c);
            let next = r.filter(|&e| h.item[e] == last.item && h.day[e] > day && h.day[e] <= test).map(|e| h.day[e] - day).min();
            let observed = EDGES_DAYS.iter().filter(|&&e| e as i32 <= lag).count();
            let ev = next.map(|n| EDGES_DAYS.iter().position(|&e| f64::from(n) <= e).unwrap_or(99)).unwrap_or(99);
            let (na, e) = if ev < observed { (ev + 1, true) } else { (observed, false) };
            rows.features.extend(features(pe, ce, st, t, own[0].unit));
            rows.offset.push(log_odds(&st.hazards(), &factors)); rows.n_at_risk.push(na as u8); rows.event.push(e); rows.cutoff.push(counts.len() as u8 - 1); *counts.last_mut().unwrap() += 1;
        });
    }
    eprintln!("rows {} {:?} events {:?}", rows.len(), t0.elapsed(), rows.n_events());
    let lags: Vec<f64> = cutoffs.iter().map(|c| f64::from(test - c)).collect();
    let layer = Layer::fit(rows, &lags);
    eprintln!("fit {:?}", t0.elapsed());
    let t = traits.last().unwrap();
    let factors = weekday_factors(&t.population.weekday, test);
    let mut out = vec![]; let mut b = Block::new(N_FEATURES); let mut off = [Spans::default(); BLOCK]; let mut meta = vec![];
    let mut flush = |b: &mut Block, off: &mut [Spans; BLOCK], meta: &mut Vec<(f32, f32, i64, i64)>, out: &mut Vec<(f32,f32,f32,f32,i64,i64)>| {
        layer.apply(b, off);
        for (k, m) in meta.iter().enumerate() {
            let mut s = 1.0; let mut p7 = 0.0; let mut p28 = 0.0;
            for j in 0..N_SPANS { s *= 1.0 - sigmoid(off[k][j]); if j == 2 { p7 = 1.0 - s } if j == 4 { p28 = 1.0 - s } }
            out.push((m.0, p7, p28, m.1, m.2, m.3));
        }
        meta.clear(); b.clear();
    };
    pairs(h, &units, t, test, &|_, _| true, &mut |c, own, pe, ce, st| {
        off[b.len] = log_odds(&st.hazards(), &factors);
        b.push(&features(pe, ce, st, t, own[0].unit));
        let (Id::Int(ci), Id::Int(ii)) = (h.customers.id(c), h.items.ids.id(own[0].item)) else { return };
        meta.push((own.len() as f32, (1.0 - (-st.hazard(28.0)).exp()) as f32, ci, ii));
        if b.is_full() { flush(&mut b, &mut off, &mut meta, &mut out) }
    });
    flush(&mut b, &mut off, &mut meta, &mut out);
    eprintln!("LEVEL test {test} layer {:.4} struct {:.4}", out.iter().map(|o| o.2 as f64).sum::<f64>()/out.len() as f64, out.iter().map(|o| o.3 as f64).sum::<f64>()/out.len() as f64);
    eprintln!("score {} {:?}", out.len(), t0.elapsed());
    out
}
