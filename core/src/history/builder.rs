//! The one way from input to a history: chunks of borrowed columns in, a sorted store and a report out.

use std::ops::Range;

use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::contacts::Contacts;
use super::items::Items;
use super::merge::{Merged, merge};
use super::names::ColumnNames;
use super::options::{IngestOptions, OnRefused, UnnamedReturns};
use super::part::Part;
use super::repeats::count_repeats;
use super::report::{IngestReport, Tally};
use super::returns;
use super::source::Chunk;
use super::store::{History, Unsorted};
use super::traits::{unite_ids, unite_numbers};
use crate::error::{Error, ErrorCode, Result};
use crate::id::Dictionary;
use crate::time::WallClock;

/// Fewer rows than this are not worth a second thread.
const SERIAL: usize = 50_000;
/// More threads than this would each see almost all identifiers and only cost memory.
const MAX_PARTS: usize = 8;
/// Codes are 32 bits, of which two mean something else.
const MAX_EVENTS: usize = u32::MAX as usize - 2;

/// Takes in chunks and ends in a [`History`].
#[derive(Debug)]
pub(super) struct Builder<'a> {
    names: &'a ColumnNames,
    on_refused: OnRefused,
    max_quantity: f64,
    unnamed_returns: UnnamedReturns,
    merge_days: u32,
    zone: TimeZone,
    parts: Vec<Part>,
    /// Refusals that no part sees, such as CSV lines that are no rows.
    tally: Tally,
    n_read: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(names: &'a ColumnNames, options: &IngestOptions) -> Result<Self> {
        options.validate()?;
        Ok(Self {
            names,
            on_refused: options.on_refused,
            max_quantity: options.max_quantity,
            unnamed_returns: options.unnamed_returns,
            merge_days: options.merge_days,
            zone: options.zone()?,
            parts: Vec::new(),
            tally: Tally::default(),
            n_read: 0,
        })
    }

    /// How many rows were taken in: the number of the next one.
    pub(super) fn n_read(&self) -> usize {
        self.n_read
    }

    /// Counts a row that never became part of a chunk.
    pub(super) fn refuse(&mut self, refuse: impl FnOnce(&mut Tally, usize)) -> Result<()> {
        refuse(&mut self.tally, self.n_read);
        self.n_read += 1;
        self.stop_if_asked()
    }

    /// Takes in chunks, on several threads if there are many rows. `first_row` of each chunk must continue the count.
    pub(super) fn push(&mut self, chunks: &[Chunk<'_>]) -> Result<()> {
        let rows: usize = chunks.iter().map(|c| c.len).sum();
        self.n_read += rows;
        if self.n_read > MAX_EVENTS {
            return Err(Error::new(
                ErrorCode::InvalidData,
                format!(
                    "the input has more than {MAX_EVENTS} rows, the most a history can hold; \
                     split the log by customer and fit the parts"
                ),
            ));
        }
        let n_parts = if rows < SERIAL { 1 } else { rayon::current_num_threads().clamp(1, MAX_PARTS) };
        while self.parts.len() < n_parts {
            let clock = WallClock::new(self.zone.clone());
            self.parts.push(Part::new(self.max_quantity, self.unnamed_returns, clock));
        }
        if n_parts == 1 {
            for chunk in chunks {
                self.parts[0].push(chunk, 0..chunk.len);
            }
        } else {
            self.parts.par_iter_mut().enumerate().for_each(|(i, part)| {
                for (chunk, own) in share(chunks, rows * i / n_parts..rows * (i + 1) / n_parts) {
                    part.push(chunk, own);
                }
            });
        }
        self.stop_if_asked()
    }

    fn stop_if_asked(&self) -> Result<()> {
        if self.on_refused == OnRefused::KeepGoing {
            return Ok(());
        }
        let tallies = self.parts.iter().map(|p| &p.tally).chain([&self.tally]);
        match tallies.filter_map(|t| t.first_error(self.names)).min_by_key(|(row, _)| *row) {
            None => Ok(()),
            Some((_, error)) => Err(error),
        }
    }

    /// Puts everything together.
    pub(super) fn finish(self) -> Result<(History, IngestReport)> {
        let Self { names, on_refused, merge_days, zone, mut parts, mut tally, n_read, .. } = self;

        let (customers, items_merged) = dictionaries(&mut parts);
        let mut contested = vec![false; items_merged.dictionary.len()];
        let items = items(&mut parts, &items_merged, &mut contested);
        let any_return = parts.iter().any(|p| !p.returns.is_empty());
        let returns = if any_return { returns::take(&mut parts, &customers, &items_merged) } else { Vec::new() };
        let mut report = IngestReport {
            n_read,
            n_kept: parts.iter().map(|p| p.at_us.len()).sum(),
            n_contacts: parts.iter().map(|p| p.contacts.rows.len()).sum(),
            n_conflicting_items: contested.iter().filter(|c| **c).count(),
            n_assumed_one: parts.iter().map(|p| p.n_without_quantity).sum(),
            ..IngestReport::default()
        };
        for part in &mut parts {
            tally.merge(std::mem::take(&mut part.tally));
        }
        let contacts = Contacts::unite(&mut parts, &customers);
        report.n_contacts_merged = report.n_contacts - contacts.len();
        let (mut events, order) = unite(parts, &customers, &items_merged);
        if any_return {
            let n_returns = returns.len();
            let before = tally.n_refused();
            events.undone = returns::apply(returns, &events, &order, &mut tally);
            report.n_returns = n_returns - (tally.n_refused() - before);
        }
        drop(order);
        report.n_refused = tally.n_refused();
        if on_refused == OnRefused::Fail
            && let Some((_, error)) = tally.first_error(names)
        {
            return Err(error);
        }
        report.refusals = tally.into_refusals(names);
        if report.n_assumed_one == report.n_kept {
            report.n_assumed_one = 0;
        }
        debug_assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_contacts + report.n_refused);
        if report.n_kept + report.n_contacts == 0 {
            return Err(report.empty());
        }
        let mut history = History::assemble(
            customers.dictionary,
            Items { ids: items_merged.dictionary, ..items },
            events,
            zone,
            merge_days as i32,
        );
        history.contacts = contacts;
        report.n_merged = count_repeats(&history);
        Ok((history, report))
    }
}

/// The chunks, and the rows of each, that make up a range of all rows.
fn share<'c, 'a>(chunks: &'c [Chunk<'a>], rows: Range<usize>) -> impl Iterator<Item = (&'c Chunk<'a>, Range<usize>)> {
    let mut start = 0;
    chunks.iter().filter_map(move |chunk| {
        let own = rows.start.clamp(start, start + chunk.len) - start..rows.end.clamp(start, start + chunk.len) - start;
        start += chunk.len;
        (!own.is_empty()).then_some((chunk, own))
    })
}

/// The dictionaries of customers and items.
fn dictionaries(parts: &mut [Part]) -> (Merged, Merged) {
    let (used_customers, used_items): (Vec<_>, Vec<_>) = parts.iter().map(Part::used).unzip();
    let customers = parts.iter_mut().map(|p| std::mem::take(&mut p.customers)).collect();
    let items = parts.iter_mut().map(|p| std::mem::take(&mut p.items)).collect();
    (merge(customers, &used_customers), merge(items, &used_items))
}

/// What is known about the items; their identifiers are filled in later.
fn items(parts: &mut [Part], merged: &Merged, contested: &mut [bool]) -> Items {
    let ids = parts.iter_mut().map(|p| std::mem::take(&mut p.categories)).collect();
    let traits = parts.iter_mut().map(|p| std::mem::take(&mut p.category)).collect();
    let (categories, category, category_at_us) = unite_ids(traits, ids, merged, contested);
    let ids = parts.iter_mut().map(|p| std::mem::take(&mut p.needs)).collect();
    let traits = parts.iter_mut().map(|p| std::mem::take(&mut p.need)).collect();
    let (needs, need, need_at_us) = unite_ids(traits, ids, merged, contested);
    let sizes = parts.iter_mut().map(|p| std::mem::take(&mut p.pack_size)).collect();
    let (pack_size, pack_size_at_us) = unite_numbers(sizes, merged, contested);
    let ids = Dictionary::default();
    Items { ids, categories, category, category_at_us, needs, need, need_at_us, pack_size, pack_size_at_us }
}

/// One set of columns in final codes, and the order of each purchase. Each column goes as soon as it is copied.
fn unite(mut parts: Vec<Part>, customers: &Merged, items: &Merged) -> (Unsorted, Vec<u32>) {
    let lens: Vec<usize> = parts.iter().map(|p| p.at_us.len()).collect();
    let mut column = |take: fn(&mut Part) -> Vec<u32>| parts.iter_mut().map(take).collect::<Vec<_>>();
    let customer = column(|p| std::mem::take(&mut p.customer));
    let item = column(|p| std::mem::take(&mut p.item));
    let order = column(|p| std::mem::take(&mut p.order));
    let at_us = parts.iter_mut().map(|p| std::mem::take(&mut p.at_us)).collect();
    let quantity = parts.iter_mut().map(|p| std::mem::take(&mut p.quantity)).collect();
    let amount = parts.iter_mut().map(|p| std::mem::take(&mut p.amount)).collect();
    drop(parts);
    let events = Unsorted {
        customer: join(recode(customer, customers), &lens, 0),
        item: join(recode(item, items), &lens, 0),
        at_us: join(at_us, &lens, 0),
        quantity: join(quantity, &lens, 1.0),
        amount: join(amount, &lens, f64::NAN),
        undone: Vec::new(),
    };
    (events, join(order, &lens, super::intern::MISSING))
}

/// Replaces the codes of each part by the final ones.
fn recode(mut columns: Vec<Vec<u32>>, merged: &Merged) -> Vec<Vec<u32>> {
    let one = |(column, codes): (&mut Vec<u32>, &Vec<u32>)| {
        for code in column {
            *code = codes[*code as usize];
        }
    };
    if columns.len() == 1 {
        columns.iter_mut().zip(&merged.codes).for_each(one);
    } else {
        columns.par_iter_mut().zip(&merged.codes).for_each(one);
    }
    columns
}

/// Appends the columns of all parts to the first one. An empty column stands for `usual` in every row; when all are
/// empty, so is the result.
fn join<T: Copy>(columns: Vec<Vec<T>>, lens: &[usize], usual: T) -> Vec<T> {
    if columns.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let mut columns = columns.into_iter().zip(lens);
    let Some((mut all, &len)) = columns.next() else { return Vec::new() };
    if all.is_empty() {
        all.resize(len, usual);
    }
    all.reserve_exact(lens.iter().sum::<usize>() - len);
    for (column, &len) in columns {
        if column.is_empty() {
            all.resize(all.len() + len, usual);
        } else {
            all.extend_from_slice(&column);
        }
    }
    all
}
