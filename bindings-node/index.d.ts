// What the package offers.
// Written by `make gen` from the definitions in the Rust core: change those, not this file.

/** An identifier: a text, or a whole number. Those beyond 2^53 come back as bigint. */
export type Id = string | number | bigint

/**
 * An instant: a `Date`; milliseconds since 1970 as a number or a bigint; or a text such as `2026-01-31` (on the clock of the log: its `timeZone`) or
 * `2026-01-31T12:00:00+01:00`. Numbers that are not between 1980 and 2100 as milliseconds are refused: they count seconds or
 * something else.
 */
export type InstantLike = Date | number | bigint | string

/** A number, or one as databases return it: a text such as `"12.50"`, a bigint. */
export type NumberLike = number | bigint | string

/** Texts given once each, and for every row the place of its text (4294967295 for none): the fastest way in for texts. */
export interface TextCodes {
  /** For every row the place of its text in `values`. */
  readonly codes: Uint32Array | Uint16Array | Uint8Array | Int32Array
  /** The texts, each once. */
  readonly values: readonly Id[]
}

/** The values of one column. */
export type ColumnValues =
  | readonly unknown[]
  | TextCodes
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

/** Identifiers of a column that is answered: an array of texts, a `Float64Array`, or, beyond 2^53, a `BigInt64Array`. */
export interface IdValues extends ArrayLike<Id>, Iterable<Id> {}

/** Which column holds what, by the names of the data. `null` for a column that is to be ignored. */
export interface Columns {
  /** Who. Default `customer`. */
  readonly customer?: string
  /** When. Default `at`. */
  readonly time?: string
  /** What. Default `item`. */
  readonly item?: string
  /** How many units. Default: `quantity` if the table has it. */
  readonly quantity?: string | null
  /** What the row cost in total. Default: `amount` if the table has it. */
  readonly amount?: string | null
  /**
   * Purchase, return, contact and so on, in the words of `from_word`; a purchase where nothing stands. Default:
   * `kind` if the table has it.
   */
  readonly kind?: string | null
  /** The category of the item. Default: `category` if the table has it. */
  readonly category?: string | null
  /** The need the item serves. Default: `need` if the table has it. */
  readonly need?: string | null
  /** The content of one unit. Default: `packSize` if the table has it. */
  readonly packSize?: string | null
  /** The order the row belongs to. Default: `order` if the table has it. */
  readonly order?: string | null
  /**
   * The order that a return undoes; a row that names one, and no kind, is a return. Default: `undoes` if the table
   * has it.
   */
  readonly undoes?: string | null
  /** The channel of a contact. Default: `channel` if the table has it. */
  readonly channel?: string | null
  /** What a contact offered. Default: `offer` if the table has it. */
  readonly offer?: string | null
  /**
   * The probability with which a contact, or its being held out, was drawn. Default: `propensity` if the table has
   * it.
   */
  readonly propensity?: string | null
}

/** A row of a log, when the columns have the names they have by default. */
export interface EventRow {
  /** Who. */
  readonly customer: Id
  /**
   * What, as the shop identifies it: an article, a SKU. Needed for purchases and returns; a contact may be about
   * none.
   */
  readonly item?: Id | null
  /** When. */
  readonly at: InstantLike
  /** How many units; positive. When absent a purchase is of one unit, and a return of all units bought. */
  readonly quantity?: NumberLike | null
  /** What the row cost in total, in the shop's currency; unknown when absent. */
  readonly amount?: NumberLike | null
  /** What happened; a purchase when absent. */
  readonly kind?: EventKind | null
  /** The category of the item. When rows disagree, the earliest one counts. */
  readonly category?: Id | null
  /** The need the item serves: items of one need replace each other. When rows disagree, the earliest one counts. */
  readonly need?: Id | null
  /** The content of one unit (grams, pieces, …), positive. When rows disagree, the earliest one counts. */
  readonly packSize?: NumberLike | null
  /** The order (receipt, invoice) the row belongs to, so that a return can name it. */
  readonly order?: Id | null
  /**
   * For a return: the order whose purchase of this item by this customer it undoes. Where a table says no kind,
   * naming one is enough to be a return.
   */
  readonly undoes?: Id | null
  /**
   * For a contact: the channel it went through, or that consent is about (email, push, post, …); unknown, or all,
   * when absent.
   */
  readonly channel?: Id | null
  /** For a contact: what was offered (a campaign, a discount, a template); unknown when absent. */
  readonly offer?: Id | null
  /**
   * For a `contact` or `held_out`: the probability with which this action was drawn, above 0 and at most 1; unknown
   * when absent.
   */
  readonly propensity?: NumberLike | null
}

/**
 * The customers' past:
 * - rows as objects, in any order, such as `{ customer, item, at }` (see `EventRow`; other names are said with `columns`);
 * - columns by name, of equal length;
 * - Arrow IPC bytes, a stream or a file without compression (not where the answer comes at once);
 * - a `History`, which has been read already.
 */
export type Data = readonly object[] | Iterable<object> | Readonly<Record<string, ColumnValues>> | Uint8Array | ArrayBuffer | History

/**
 * A table of contracts: rows as objects, or columns by name, of equal length. Numbers, texts or booleans; `null`, `undefined` and `NaN`
 * where a value is missing. A `bigint` counts as a number, a `Date` as its text.
 */
export type Contracts = readonly object[] | Iterable<object> | Readonly<Record<string, ColumnValues>>

/** How data is read. On a model, what is not said is as the model was fitted. */
export interface ReadOptions {
  /** Which column holds what, such as `{ customer: 'user_id', time: 'paid_at' }`. */
  readonly columns?: Columns
  /**
   * The IANA time zone of the shop, such as `Europe/Berlin`: it decides on which civil day an instant falls, and what
   * a date or date-time without an offset means. Default `UTC`.
   */
  readonly timeZone?: string
  /**
   * Purchases of one item by one customer that lie fewer than this many civil days apart are one purchase: 1 (the
   * default) unites those of one day, 0 none, though forecasts take those of one day for one even then. At most 366.
   * Ingest keeps every row and counts those that will unite; they are united when the history is read, since only
   * then is it known which of them lie in the past.
   */
  readonly mergeDays?: number
  /**
   * What whole numbers and bigints in the time column count. Without it they are milliseconds, as everywhere in
   * JavaScript, and numbers that are not between 1980 and 2100 then are refused, for they count something else. In
   * texts and in Arrow's columns of integers there is no default.
   */
  readonly timeUnit?: TimeUnit | null
  /** A purchase of more units than this is refused as a slip of the keyboard. Default 1e9. */
  readonly maxQuantity?: number
  /**
   * What to do with a row that cannot be used. By default the rest is kept, and the report says what was left out.
   */
  readonly onRefused?: OnRefused
  /**
   * What to do with a return that does not name the order it undoes. By default it is left out, and the report says
   * so.
   */
  readonly unnamedReturns?: UnnamedReturns
  /** The character between two fields of a CSV line; ASCII, neither a quote nor an end of line. Default `,`. */
  readonly delimiter?: string
}

/** How far work is. */
export interface ProgressReport {
  /** What is being done, such as `train_layer`. */
  readonly stage: string
  /** The share of the whole that is done, 0 to 1. */
  readonly done: number
}

/** How work that takes long is run. */
export interface LongOptions {
  /** Stops the work when it is aborted: the promise rejects at once with the code `cancelled`. */
  readonly signal?: AbortSignal
  /** Called now and then; the work stops when it answers `false`. */
  readonly onProgress?: (report: ProgressReport) => unknown
}

/** Whatever goes wrong: the message says what was given, what is allowed, and what to do. */
export class BeforehandError extends Error {
  /** The stable name of what went wrong, the same in all languages. */
  readonly code: ErrorCode
  /** The option or column it is about, by the name the caller gave it. */
  readonly field: string | undefined
  /** The row of the input it is about, counted from zero. */
  readonly row: number | undefined
}

/**
 * What customers did: validated, sorted, ready for several calls. Immutable.
 *
 * Returns and cancellations undo the purchase they name; purchases of one item by one customer on one day are one. What was sent to
 * customers and how they answered (contacts) lies beside the purchases and changes no forecast of them. Nothing is lost in silence:
 * `report` accounts for every row.
 */
export class History {
  /** Reads rows or columns here and now: for one customer, or a small log. Throws a `BeforehandError`. */
  constructor(data: Data, options?: ReadOptions)
  /** Reads rows, columns or Arrow IPC bytes off the event loop. */
  static from(data: Data, options?: ReadOptions & Pick<LongOptions, 'signal'>): Promise<History>
  /** Reads a CSV file with a header off the event loop. */
  static fromCsv(path: string | URL, options?: ReadOptions & Pick<LongOptions, 'signal'>): Promise<History>
  /** What became of every row; `String(report)` says it in words. */
  get report(): IngestReport
  /** The IANA time zone it was read in. */
  get timeZone(): string
  /** How many customers, with those who only have contacts. */
  get nCustomers(): number
  /** How many items. */
  get nItems(): number
  /** How many events: purchases, without contacts. */
  get nEvents(): number
  /** The first event; an invalid date when there are only contacts. */
  get firstAt(): Date
  /** The last event; an invalid date when there are only contacts. */
  get lastAt(): Date
  /** What a customer bought of an item, less what was returned, in order of time. */
  purchases(customer: Id, item: Id): { readonly at: Date; readonly units: number }[]
  /** What it holds, in a line. */
  toString(): string
}

/**
 * Columns of equal length.
 *
 * Numbers come as typed arrays and instants as milliseconds (to the microsecond, so with a fraction); a column is made when it is
 * asked for. Iterating gives rows as objects with `Date`s, at some cost.
 */
export class Table<C = Readonly<Record<string, unknown>>, R = Readonly<Record<string, unknown>>> implements Iterable<R> {
  private constructor()
  /** How many rows. */
  get nRows(): number
  /** The names of the columns, in order. */
  get names(): string[]
  /** The columns by name; each is made when it is asked for. */
  get columns(): C
  /** A column by name. */
  column<K extends keyof C>(name: K): C[K]
  /** A row, counted from zero; `null` where there is no value. */
  row(index: number): R
  /** The rows. */
  [Symbol.iterator](): Iterator<R>
  /** The table as an Arrow IPC stream, with the `snake_case` names of all languages: for apache-arrow, DuckDB, Parquet writers. */
  toArrow(): Buffer
  /** The table as CSV with a header. */
  toCsv(): string
  /** What it holds, in a line. */
  toString(): string
}

/**
 * What `fit` learned from everyone. Immutable, small, and free of any customer's data.
 *
 * Its file loads in Rust, Python and Node. To use it in worker threads, pass `model.handle` and call `Model.fromHandle` there (the
 * threads share one model), or pass the bytes.
 */
export class Model {
  private constructor()
  /** Reads a model file, whatever language wrote it. */
  static load(path: string | URL): Promise<Model>
  /** Reads the bytes of a model file. */
  static fromBuffer(bytes: Uint8Array | ArrayBuffer): Model
  /** The model that another thread of this process gave the handle of, and still holds. */
  static fromHandle(handle: number): Model
  /** Writes the model file: a few megabytes at most. */
  save(path: string | URL): Promise<void>
  /** The bytes of the model file, the same in every language. */
  toBuffer(): Buffer
  /** A number by which worker threads of this process find the model, as long as it is held here: see `fromHandle`. */
  get handle(): number
  /** The instant up to which it learned. */
  get asOf(): Date
  /** The IANA time zone of the log it learned from. Rows given to its calls are read in it; a `History` must be, too. */
  get timeZone(): string
  /** How many customers it learned from. */
  get nCustomers(): number
  /** How many events it learned from. */
  get nEvents(): number
  /** How many items (or needs) it knows. */
  get nUnits(): number
  /** Whether the log was long enough to train the layer; otherwise the structural forecast answers alone. */
  get hasLayer(): boolean
  /** Whether it has seen an item. */
  knowsItem(item: Id): boolean
  /** Whether it is the same model, bit for bit. */
  equals(other: Model): boolean
  /** What it holds, in a line. */
  toString(): string

  /**
   * When each customer will need each item bought so far: one row per pair of customer and item, sorted by both.
   *
   * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
   *
   * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let month = 0; month < 10; month++) {
   *     log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
   *   }
   * }
   * const model = await fit(log, { asOf: "2025-11-01" })
   * const due = await model.replenishment(log, { asOf: "2025-11-01", horizonsDays: [14] })
   * console.log(due.nRows, due.columns.customer[0], due.columns.probWithin14Days.length)
   * // 40 c0 40
   * console.log(due.row(0).item, due.row(0).basis)
   * // filter own
   * ```
   */
  replenishment(data: Data, options: ReplenishmentArguments): Promise<ReplenishmentTable>

  /**
   * One customer's forecasts in full, an entry per item (or need) bought so far, in order of the items.
   *
   * Answers at once, in microseconds. Throws a `BeforehandError`.
   *
   * @param data the customers' past: rows, columns, a `History`.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let month = 0; month < 10; month++) {
   *     log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
   *   }
   * }
   * const model = await fit(log, { asOf: "2025-11-01" })
   * const own = log.filter((event) => event.customer === "c3")
   * const [filter] = model.forecasts(own, { asOf: "2025-11-01" })
   * console.log(filter.nEvents, filter.basis, filter.lastBoughtAt?.toISOString().slice(0, 10))
   * // 10 own 2025-10-08
   * ```
   */
  forecasts(data: Data, options: ForecastsArguments): Forecast[]

  /**
   * How long an item would last that is bought at `asOf`.
   *
   * Works for items the customer never bought, for customers nobody knows (leave out `data`), and for items the model
   * has never seen: the forecast then rests on the category or the population, and is as wide as that.
   *
   * Answers at once, in microseconds. Throws a `BeforehandError`.
   *
   * @param data the customers' past, or `null`.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let month = 0; month < 10; month++) {
   *     log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
   *   }
   * }
   * const model = await fit(log, { asOf: "2025-11-01" })
   * const newcomer = model.forecastIfBought(null, { item: "filter", asOf: "2025-11-01" })
   * console.log(newcomer.nEvents, newcomer.basis)
   * // 0 item
   * ```
   */
  forecastIfBought(data: Data | null | undefined, options: ForecastIfBoughtArguments): Forecast

  /**
   * How likely each customer is not to come back: one row per customer who has bought by `asOf`, sorted.
   *
   * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
   *
   * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let month = 0; month < (c % 4 === 0 ? 4 : 10); month++) {
   *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
   *   }
   * }
   * const model = await fit(log, { asOf: "2025-11-01" })
   * const risk = await model.lapse(log, { asOf: "2025-11-01", horizonsDays: [84] })
   * const prob = new Map([...risk].map((row) => [row.customer, row.probLapse84Days ?? NaN]))
   * console.log(Number(prob.get("c4")) > Number(prob.get("c5")))
   * // true
   * ```
   */
  lapse(data: Data, options: LapseArguments): Promise<LapseTable>

  /**
   * One customer's risk of lapse in full: every horizon, P(alive), and what raises or lowers the risk.
   *
   * Answers at once, in microseconds. Throws a `BeforehandError`.
   *
   * @param data the customers' past: rows, columns, a `History`.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let month = 0; month < (c % 4 === 0 ? 4 : 10); month++) {
   *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
   *   }
   * }
   * const model = await fit(log, { asOf: "2025-11-01" })
   * const risk = model.lapseOf(log, { asOf: "2025-11-01", customer: "c4" })
   * console.log(risk.nVisits, risk.recencyDays, risk.horizons[0]?.horizonDays)
   * // 4 206 84
   * ```
   */
  lapseOf(data: Data, options: LapseOfArguments): LapseRisk

  /**
   * What to do about every customer now: contact, wait, abstain or hand over to a person; one row per customer who
   * has bought.
   *
   * Every need that the model forecasts is weighed against doing nothing, on every day up to the policy's horizon,
   * with every offer, on every channel that the limits leave open. Where capacity, budget or stock are limited, those
   * who gain most are served. Contacts among the rows of `data` count for limits, consents and fatigue.
   *
   * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
   *
   * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let k = 0; k < 6; k++) log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2026, 0, 1 + k * (28 + (c % 5)))), amount: 40 })
   * }
   * const model = await fit(log, { asOf: "2026-06-11" })
   * const policy = {
   *   marginShare: 0.4,
   *   offers: [{ name: "reminder", probWinBack: 0.3 }],
   *   channels: [{ name: "app", cost: 0.05 }],
   * }
   * const decisions = await model.decide(log, { asOf: "2026-06-11", policy })
   * console.log(decisions.nRows)
   * // 40
   * ```
   */
  decide(data: Data, options: DecideArguments): Promise<DecideTable>

  /**
   * What to do about one customer now, with the whole reasoning: what was weighed, what speaks for and against, the
   * runner-up, the limit that binds, and what would change the decision.
   *
   * Answers at once, in microseconds. Throws a `BeforehandError`.
   *
   * @param data the customers' past: rows, columns, a `History`.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let k = 0; k < 6; k++) log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2026, 0, 1 + k * (28 + (c % 5)))), amount: 40 })
   * }
   * const model = await fit(log, { asOf: "2026-06-11" })
   * const policy = {
   *   marginShare: 0.4,
   *   offers: [{ name: "reminder", probWinBack: 0.3 }],
   *   channels: [{ name: "app", cost: 0.05 }],
   *   unpromptedShare: 0.5,
   * }
   * const decision = model.decideFor(log, { asOf: "2026-06-11", policy, customer: "c1" })
   * let next
   * switch (decision.action) {
   *   case "contact":
   *     next = `send over ${decision.channel} at ${decision.contactAt.toISOString()}: ${decision.message?.text}`
   *     break
   *   case "wait":
   *     next = `look again on ${decision.untilAt.toISOString().slice(0, 10)}`
   *     break
   *   case "abstain":
   *     next = `not now: ${decision.because}`
   *     break
   *   case "hand_off":
   *     next = `ask ${decision.to}`
   * }
   * console.log(next)
   * // look again on 2026-06-16
   * ```
   */
  decideFor(data: Data, options: DecideForArguments): Decision

  /**
   * One self-contained HTML page: what the log can carry, a backtest with its calibration curve and the worth of
   * reminders, customers' timelines, and the reminders due.
   *
   * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
   *
   * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
   * @example
   * ```ts
   * import { fit } from "beforehand"
   *
   * const log = []
   * for (let c = 0; c < 40; c++) {
   *   for (let month = 0; month < 10; month++) {
   *     log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
   *   }
   * }
   * const model = await fit(log, { asOf: "2025-11-01" })
   * const page = await model.report(log, { asOf: "2025-11-01", title: "Filters", withBacktest: false })
   * console.log(page.startsWith("<!DOCTYPE html>"))
   * // true
   * ```
   */
  report(data: Data, options: ReportArguments): Promise<string>
}

/**
 * Learns from a history what happened up to and including `asOf`; nothing later is looked at.
 *
 * The same log gives the same model, bit for bit, whatever the order of its rows and the number of threads.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { fit } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 40; c++) {
 *   for (let month = 0; month < 10; month++) {
 *     log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
 *   }
 * }
 * const model = await fit(log, { asOf: "2025-11-01" })
 * console.log(model.nCustomers, model.nEvents)
 * // 40 400
 * ```
 */
export function fit(data: Data, options: FitArguments): Promise<Model>

/**
 * Fits a model of customers who buy for a while and then leave unseen: BG/NBD, MBG/NBD, Pareto/NBD or (M)BG/CNBD-k,
 * by maximum likelihood.
 *
 * For the best calibrated risk use `lapse` of a fitted model, which corrects such a model by what it got wrong
 * before; this one is for those who want the model itself. The answer holds a text, `fitted`, with which the other
 * calls of this family use this fit instead of making their own, also on a later day.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { btyd, btydCustomers } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 60; c++) {
 *   for (let month = 0; month < 2 + (c % 9); month++) {
 *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + ((c * month) % 20))) })
 *   }
 * }
 * const fitted = await btyd(log, { asOf: "2025-11-01", family: "mbg_nbd" })
 * console.log(fitted.parameters.map((parameter) => parameter.name).join(" "), fitted.nCustomers)
 * // r alpha a b 60
 * const later = await btydCustomers(log, { asOf: "2025-12-01", fitted: fitted.fitted })
 * console.log(later.nRows)
 * // 60
 * ```
 */
export function btyd(data: Data, options: BtydArguments): Promise<PurchaseFit>

/**
 * What a model of buying and leaving says about each customer, fitted as by `btyd`: one row per customer who has
 * bought by `asOf`, sorted.
 *
 * Columns that take time come when they are asked for: probabilities of counts, days to the next purchase, discounted
 * values, and intervals.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { btydCustomers } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 60; c++) {
 *   for (let month = 0; month < 2 + (c % 9); month++) {
 *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + ((c * month) % 20))) })
 *   }
 * }
 * const buyers = await btydCustomers(log, { asOf: "2025-11-01", horizonsDays: [84] })
 * console.log(buyers.nRows, buyers.columns.probAlive.every((p) => p >= 0 && p <= 1))
 * // 60 true
 * const more = await btydCustomers(log, { asOf: "2025-11-01", family: "mbg_nbd", horizonsDays: [84], interval: 0.8 })
 * console.log(more.nRows, more.columns.purchasesHigh84Days?.every((n) => n >= 0))
 * // 60 true
 * ```
 */
export function btydCustomers(data: Data, options: BtydCustomersArguments): Promise<BtydCustomersTable>

/**
 * P(a customer has not left for good) on each day since the first purchase, by the model of `btyd` fitted up to
 * `asOf`.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { btydAlive } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 60; c++) {
 *   for (let month = 0; month < 2 + (c % 9); month++) {
 *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + ((c * month) % 20))) })
 *   }
 * }
 * const days = await btydAlive(log, { asOf: "2025-11-01", customer: "c4", family: "mbg_nbd" })
 * const probs = Array.from(days.columns.probAlive)
 * console.log((probs.at(-1) ?? NaN) < Math.max(...probs))
 * // true
 * ```
 */
export function btydAlive(data: Data, options: BtydAliveArguments): Promise<BtydAliveTable>

/**
 * What `btyd` says of each frequency and recency: customers who have been observed for the same time, by how many
 * repeat purchases they made, and when the last was.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { btydMatrix } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 60; c++) {
 *   for (let month = 0; month < 2 + (c % 9); month++) {
 *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + ((c * month) % 20))) })
 *   }
 * }
 * const matrix = await btydMatrix(log, { asOf: "2025-11-01", observedDays: 200, nSteps: 5, family: "mbg_nbd" })
 * console.log(matrix.nRows)
 * // 26
 * ```
 */
export function btydMatrix(data: Data, options: BtydMatrixArguments): Promise<BtydMatrixTable>

/**
 * Repeat purchases that the model of `btyd` expects and those that came, period by period, of the customers known
 * when it was fitted: how well it describes the log, and how well it foretells what follows.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { btydTracking } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 60; c++) {
 *   for (let month = 0; month < 2 + (c % 9); month++) {
 *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + ((c * month) % 20))) })
 *   }
 * }
 * const weeks = await btydTracking(log, { asOf: "2025-08-01", until: "2025-11-01", family: "mbg_nbd" })
 * console.log(Array.from(weeks.columns.isFitted).filter((fitted) => !fitted).length)
 * // 13
 * ```
 */
export function btydTracking(data: Data, options: BtydTrackingArguments): Promise<BtydTrackingTable>

/**
 * Fits a model of buying and leaving, as `btyd` does, with traits of customers that may change how often they buy and
 * how soon they leave (Fader & Hardie 2007), and with months and lists of days on which everyone buys more or less
 * often.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { btydContext } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 60; c++) {
 *   for (let month = 0; month < 2 + (c % 9); month++) {
 *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + ((c * month) % 20))) })
 *   }
 * }
 * const traitCustomers = Array.from({ length: 60 }, (_, c) => `c${c}`)
 * const traits = { is_company: traitCustomers.map((_, c) => (c % 9 > 4 ? 1 : 0)) }
 * const fit = await btydContext(log, {
 *   asOf: "2025-11-01",
 *   family: "mbg_nbd",
 *   traitCustomers,
 *   traits,
 *   specialDays: { sale: ["2025-03-08"] },
 * })
 * console.log(fit.effects.map((effect) => `${effect.name} on ${effect.on}`).join(", "))
 * // is_company on buying, is_company on leaving, sale on calendar
 * ```
 */
export function btydContext(data: Data, options: BtydContextArguments): Promise<ContextFit>

/**
 * What a model of buying and leaving with traits and calendar says about each customer, fitted as by `btydContext`:
 * one row per customer who has bought by `asOf`, sorted. Listed days to come count.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { btydContextCustomers } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 60; c++) {
 *   for (let month = 0; month < 2 + (c % 9); month++) {
 *     log.push({ customer: `c${c}`, item: "coffee", at: new Date(Date.UTC(2025, month, 5 + ((c * month) % 20))) })
 *   }
 * }
 * const traitCustomers = Array.from({ length: 60 }, (_, c) => `c${c}`)
 * const traits = { is_company: traitCustomers.map((_, c) => (c % 9 > 4 ? 1 : 0)) }
 * const buyers = await btydContextCustomers(log, {
 *   asOf: "2025-11-01",
 *   family: "mbg_nbd",
 *   traitCustomers,
 *   traits,
 *   horizonsDays: [84],
 * })
 * console.log(buyers.nRows, buyers.columns.probAlive.every((p) => p >= 0 && p <= 1))
 * // 60 true
 * ```
 */
export function btydContextCustomers(data: Data, options: BtydContextCustomersArguments): Promise<BtydContextCustomersTable>

/**
 * How many customers of a contract survive each renewal, and how many will: fits the shifted beta-geometric or the
 * beta-discrete-Weibull to cohorts.
 *
 * By likelihood alone: give two or three renewals at least, of some hundred customers. With one renewal, how fast
 * cancelling slows down is arbitrary; where nobody cancelled after the first, it says that nobody ever will.
 *
 * Answers at once, in microseconds. Throws a `BeforehandError`.
 * @example
 * ```ts
 * import { renewalCohorts } from "beforehand"
 *
 * // The "High End" customers of Fader & Hardie (2007), year by year.
 * const curve = renewalCohorts({ survivors: [[1000, 869, 743, 653, 593, 551, 517, 491]] })
 * console.log(curve.alpha.toFixed(3), curve.beta.toFixed(3), curve.survival[12]?.toFixed(3))
 * // 0.668 3.806 0.378
 * ```
 */
export function renewalCohorts(options: RenewalCohortsArguments): CohortCurve

/**
 * Learns from contracts that came up for renewal which ones are cancelled: P(cancel at the next renewal) by what is
 * known of each contract.
 *
 * Every column of the table that is not named here is a feature: numbers, texts as levels without an order, or
 * booleans, which count as the texts `true` and `false`; missing values may be left missing. Only give what was known
 * before the renewal came up. The answer's `fitted` is a text to keep; with it, `renewalRisk` says how likely other
 * contracts are to be cancelled, and `renewalDrivers` why.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 * @example
 * ```ts
 * import { renewalFit } from "beforehand"
 *
 * const contracts = Array.from({ length: 400 }, (_, i) => ({
 *   team: `team ${i}`,
 *   plan: i % 3 === 0 ? "yearly" : "monthly",
 *   seats: 1 + ((i * 7) % 40),
 *   cancelled: (i * 7919) % 100 < (i % 3 === 0 ? 5 : 35),
 * }))
 * const fit = await renewalFit({ contracts, customer: "team" })
 * console.log(fit.nRenewals, fit.nCancelled, fit.columns)
 * // 400 100 [ 'plan', 'seats' ]
 * ```
 */
export function renewalFit(options: RenewalFitArguments): Promise<RenewalFit>

/**
 * How likely each contract is to be cancelled at its next renewal, and within some: one row per contract, in the
 * order given.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 * @example
 * ```ts
 * import { renewalFit, renewalRisk } from "beforehand"
 *
 * const contracts = Array.from({ length: 400 }, (_, i) => ({
 *   team: `team ${i}`,
 *   plan: i % 3 === 0 ? "yearly" : "monthly",
 *   seats: 1 + ((i * 7) % 40),
 *   cancelled: (i * 7919) % 100 < (i % 3 === 0 ? 5 : 35),
 * }))
 * const { fitted } = await renewalFit({ contracts, customer: "team", horizonsTerms: [12] })
 * const running = [{ team: "wang", plan: "monthly", seats: 12 }, { team: "ana", plan: "yearly", seats: null }]
 * const risk = await renewalRisk({ fitted, contracts: running, customer: "team" })
 * const [wang = 0, ana = 0] = risk.columns.probCancel
 * console.log(risk.names, wang > 2 * ana)
 * // [ 'customer', 'probCancel', 'probCancelWithin12Terms' ] true
 * ```
 */
export function renewalRisk(options: RenewalRiskArguments): Promise<RenewalRiskTable>

/**
 * Why a contract's risk is what it is: what each column adds to the log-odds of cancelling, against the average
 * contract.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 * @example
 * ```ts
 * import { renewalDrivers, renewalFit } from "beforehand"
 *
 * const contracts = Array.from({ length: 400 }, (_, i) => ({
 *   team: `team ${i}`,
 *   plan: i % 3 === 0 ? "yearly" : "monthly",
 *   seats: 1 + ((i * 7) % 40),
 *   cancelled: (i * 7919) % 100 < (i % 3 === 0 ? 5 : 35),
 * }))
 * const { fitted } = await renewalFit({ contracts, customer: "team" })
 * const why = await renewalDrivers({ fitted, contracts, row: 1 })
 * const [first] = why.drivers
 * console.log(first?.column, first?.value, first !== undefined && first.logOdds > 0)
 * // plan monthly true
 * ```
 */
export function renewalDrivers(options: RenewalDriversArguments): Promise<RenewalDrivers>

/**
 * Whose use has truly fallen, at a stated rate of false alarms: one row per alarm, by customer and instant.
 *
 * The log's events are use: a login, a session, a document, `quantity` of them; items are the modules used. Periods
 * are counted back from the last civil day seen: that of `asOf`, or the one before where `asOf` is a day's beginning
 * and the log knows times of day; a period without an event is one of no use, from a customer's first event on.
 * Season, holidays and pauses are learned from everyone, so give the log of all customers.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { decline } from "beforehand"
 *
 * const log = []
 * for (let team = 0; team < 40; team++) {
 *   for (let week = 0; week < 52; week++) {
 *     const days = team === 7 && week >= 40 ? 1 : 3 + ((team * week) % 4)
 *     for (let day = 0; day < days; day++) {
 *       log.push({ customer: team, item: "reports", at: new Date(Date.UTC(2025, 0, 6 + 7 * week + day)) })
 *     }
 *   }
 * }
 * const alarms = await decline(log, { asOf: "2026-01-04" })
 * console.log(Array.from(alarms.columns.customer).includes(7))
 * // true
 * ```
 */
export function decline(data: Data, options: DeclineArguments): Promise<DeclineTable>

/**
 * The modules behind each alarm of `decline`: one row per module that fell, or that similar customers use more.
 *
 * The log is read as by `decline`. Of an alarm the modules that fell come first, the largest loss first.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { declineModules } from "beforehand"
 *
 * const log = []
 * for (let team = 0; team < 40; team++) {
 *   for (let week = 0; week < 52; week++) {
 *     for (const item of ["exports", "reports"]) {
 *       const days = team === 7 && week >= 40 && item === "reports" ? 0 : 2 + ((team * week) % 4)
 *       for (let day = 0; day < days; day++) {
 *         log.push({ customer: team, item, at: new Date(Date.UTC(2025, 0, 6 + 7 * week + day)) })
 *       }
 *     }
 *   }
 * }
 * const modules = await declineModules(log, { asOf: "2026-01-04" })
 * const { customer, module } = modules.columns
 * console.log(Array.from(customer).some((team, row) => team === 7 && module[row] === "reports"))
 * // true
 * ```
 */
export function declineModules(data: Data, options: DeclineModulesArguments): Promise<DeclineModulesTable>

/**
 * Whose use has fallen of late, and whether a person should offer help: one entry per customer with an alarm in the
 * last days.
 *
 * The log's events are use, read as by `decline`; what was sent to customers counts for limits and fatigue. What is
 * at stake is the share of the customer's remaining value (the policy's `customers[].remainingValue` or
 * `costs.remainingValue`) that went with the use. A proposal is never the machine's alone: its route is `approve`.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { decideDeclines } from "beforehand"
 *
 * const log = []
 * for (let team = 0; team < 40; team++) {
 *   for (let week = 0; week < 52; week++) {
 *     const uses = team === 7 && week >= 48 ? 1 : 10 + ((team * week) % 3)
 *     for (let use = 0; use < uses; use++) {
 *       log.push({ customer: team, item: "reports", at: new Date(Date.UTC(2025, 0, 6 + 7 * week + (use % 7))) })
 *     }
 *   }
 * }
 * const policy = {
 *   marginShare: 1,
 *   offers: [{ name: "tips", probWinBack: 0.25 }],
 *   channels: [{ name: "email", cost: 1 }],
 *   customers: [{ customer: 7, remainingValue: 4000 }],
 * }
 * const decided = await decideDeclines(log, { asOf: "2026-01-04", policy, helpTerms: { alarmDays: 28 } })
 * console.log(decided.map(({ decline, decision }) => `${decline.customer}: ${decision.action}`).join())
 * // 7: contact
 * ```
 */
export function decideDeclines(data: Data, options: DecideDeclinesArguments): Promise<DeclineDecision[]>

/**
 * What the log's own contacts teach: what each offer wins, measured against customers held out, and at which hours
 * customers open what they are sent. Put it into the policy, as `learned`.
 *
 * An effect is learned only where a lottery held customers out (rows of the kind `held_out`): a rate of response is
 * never taken for an effect.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { learnContacts } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 400; c++) {
 *   log.push({ customer: c, item: "filter", at: new Date(Date.UTC(2026, 0, 1)) })
 *   // One in four is held out; of the others every third buys.
 *   const kind = c % 4 === 0 ? "held_out" : "contact"
 *   log.push({ customer: c, at: new Date(Date.UTC(2026, 0, 31)), kind, channel: "app", offer: "reminder" })
 *   if (c % 4 && c % 3 === 0) log.push({ customer: c, item: "filter", at: new Date(Date.UTC(2026, 1, 3)) })
 * }
 * const policy = {
 *   marginShare: 0.4,
 *   offers: [{ name: "reminder", probWinBack: 0.1 }],
 *   channels: [{ name: "app", cost: 0.05 }],
 * }
 * const learned = await learnContacts(log, { asOf: "2026-04-01", policy })
 * console.log(learned.effects[0]?.probWinBack.toFixed(2))
 * // 0.33
 * ```
 */
export function learnContacts(data: Data, options: LearnContactsArguments): Promise<Required<Learned>>

/**
 * One customer's use, period by period: counts, what was expected if nothing had fallen, and the evidence for a fall.
 *
 * The log is read as by `decline`; season and thresholds are learned from everyone.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { declineHistory } from "beforehand"
 *
 * const log = []
 * for (let team = 0; team < 40; team++) {
 *   for (let week = 0; week < 52; week++) {
 *     const days = team === 7 && week >= 40 ? 1 : 3 + ((team * week) % 4)
 *     for (let day = 0; day < days; day++) {
 *       log.push({ customer: team, item: "reports", at: new Date(Date.UTC(2025, 0, 6 + 7 * week + day)) })
 *     }
 *   }
 * }
 * const weeks = await declineHistory(log, { asOf: "2026-01-04", customer: 7 })
 * const alarm = Array.from(weeks.columns.isAlarm).indexOf(true)
 * console.log(weeks.nRows, alarm >= 40 && alarm < 44)
 * // 52 true
 * ```
 */
export function declineHistory(data: Data, options: DeclineHistoryArguments): Promise<DeclineHistoryTable>

/**
 * Learns from everyone's use what is needed to follow customers period by period: season, holidays, pauses,
 * irregularity, and the evidence at which an alarm is due.
 *
 * The log is read as by `decline`. The answer is a text to keep; with it, `declineStates` says where each customer
 * stands, and `declineUpdate` takes in one customer's next counts in microseconds. Fit anew now and then, say
 * monthly, so that the season is known.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { declineFit } from "beforehand"
 *
 * const log = []
 * for (let team = 0; team < 40; team++) {
 *   for (let week = 0; week < 40; week++) {
 *     for (let day = 0; day < 3 + ((team * week) % 4); day++) {
 *       log.push({ customer: team, item: "reports", at: new Date(Date.UTC(2025, 0, 6 + 7 * week + day)) })
 *     }
 *   }
 * }
 * const fitted = await declineFit(log, { asOf: "2025-10-12" })
 * console.log(fitted.length < 20_000)
 * // true
 * ```
 */
export function declineFit(data: Data, options: DeclineFitArguments): Promise<string>

/**
 * Where every customer stands at the end of a period: one row per customer, sorted, each with the state that
 * `declineUpdate` goes on from.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { declineFit, declineStates } from "beforehand"
 *
 * const log = []
 * for (let team = 0; team < 40; team++) {
 *   for (let week = 0; week < 40; week++) {
 *     for (let day = 0; day < 3 + ((team * week) % 4); day++) {
 *       log.push({ customer: team, item: "reports", at: new Date(Date.UTC(2025, 0, 6 + 7 * week + day)) })
 *     }
 *   }
 * }
 * const fitted = await declineFit(log, { asOf: "2025-10-12" })
 * const states = await declineStates(log, { asOf: "2025-10-12", fitted })
 * console.log(states.nRows, states.columns.nPeriods[0])
 * // 40 40
 * ```
 */
export function declineStates(data: Data, options: DeclineStatesArguments): Promise<DeclineStatesTable>

/**
 * Takes in one customer's next periods, in constant time each: the alarms they raise, and where the customer stands
 * then.
 *
 * Answers at once, in microseconds. Throws a `BeforehandError`.
 * @example
 * ```ts
 * import { declineFit, declineStates, declineUpdate } from "beforehand"
 *
 * const log = []
 * for (let team = 0; team < 40; team++) {
 *   for (let week = 0; week < 40; week++) {
 *     for (let day = 0; day < 3 + ((team * week) % 4); day++) {
 *       log.push({ customer: team, item: "reports", at: new Date(Date.UTC(2025, 0, 6 + 7 * week + day)) })
 *     }
 *   }
 * }
 * const fitted = await declineFit(log, { asOf: "2025-10-12" })
 * const states = await declineStates(log, { asOf: "2025-10-12", fitted })
 * // The team's next weeks, as they come in.
 * const step = declineUpdate({ fitted, state: states.columns.state[7], counts: [5] })
 * const later = declineUpdate({ fitted, state: step.state, counts: [0, 0, 0, 0, 0, 0] })
 * console.log(step.nextPeriod, step.alarms.length, later.alarms[0]?.sincePeriod)
 * // 1 0 1
 * ```
 */
export function declineUpdate(options: DeclineUpdateArguments): DeclineStep

/**
 * What forecasts made at earlier instants of the same log would have been worth: fits at each cutoff, forecasts,
 * compares.
 *
 * The last cutoff lies one horizon before `asOf`, the others a step apart before it. No forecast saw anything after
 * its cutoff.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { backtest } from "beforehand"
 *
 * const log = []
 * for (let c = 0; c < 40; c++) {
 *   for (let month = 0; month < 10; month++) {
 *     log.push({ customer: `c${c}`, item: "filter", at: new Date(Date.UTC(2025, month, 5 + (c % 7))) })
 *   }
 * }
 * const test = await backtest(log, { asOf: "2025-11-01", nCutoffs: 2 })
 * console.log(test.cutoffs.length, test.all.nForecasts)
 * // 2 80
 * ```
 */
export function backtest(data: Data, options: BacktestArguments): Promise<Backtest>

/**
 * What a log can carry: which scenarios are ready, thin or missing, what to look into first, and what to do about it.
 *
 * Works off the event loop. Whatever is wrong rejects with a `BeforehandError`; nothing is thrown at once.
 *
 * @param data the customers' past: rows, columns, a `History`, or Arrow IPC bytes.
 * @example
 * ```ts
 * import { audit } from "beforehand"
 *
 * const log = [{ customer: "c1", item: "filter", at: new Date("2025-11-01") }]
 * const found = await audit(log, { asOf: "2025-11-06" })
 * console.log(found.scenarios[0]?.scenario, found.scenarios[0]?.readiness)
 * // replenishment missing
 * console.log(String(found).split("\n")[0])
 * // Audit of the log as of 2025-11-06T00:00:00Z
 * ```
 */
export function audit(data: Data, options: AuditArguments): Promise<Audit>

/** What is asked with `fit`. */
export interface FitArguments extends ReadOptions, LongOptions {
  /**
   * The instant up to which the model may know the log. A date or time without offset is on the clock of the log, its
   * time zone. A date is the beginning of its day: in a log that knows times of day, nothing of that day has been
   * seen then; in a log of dates, all of it.
   */
  readonly asOf: InstantLike
  /** Which items replace each other. Default: those of one need. */
  readonly substitutes?: Substitutes
  /** Life stages given by the user. Default: none. */
  readonly ladders?: readonly Ladder[]
  /** Whether to learn, from what buyers of an item move on to, which item follows it. Default: true. */
  readonly learnSuccessors?: boolean
  /**
   * Rows on which the layer is trained, at most; more cost time and gain little. Allowed 1,000 … 10,000,000, default
   * 250,000. Fitting does not grow with the log beyond them.
   */
  readonly maxTrainingRows?: number
  /**
   * Rows on which the layer of lapse is trained, at most; 100 save time where nobody asks about lapse. Allowed 100 …
   * 10,000,000, default 100,000.
   */
  readonly maxLapseRows?: number
  /** Whether forecasts react to the supply bought (quantity × pack size). Default: true. */
  readonly useQuantity?: boolean
}

/** What is asked with `replenishment`. */
export interface ReplenishmentArguments extends ReadOptions, LongOptions {
  /**
   * The instant of prediction; not before the model's own. Nothing later is looked at. A date is understood as by
   * `fit`.
   */
  readonly asOf: InstantLike
  /** Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84. */
  readonly horizonsDays?: readonly number[]
  /** How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364. Default: 7. */
  readonly leadDays?: number
  /** Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds earlier. Default: 0.5. */
  readonly remindQuantile?: number
}

/** The columns that `replenishment` answers. */
export interface ReplenishmentColumns {
  /** Who. */
  readonly customer: IdValues
  /** The item bought last; of items that replace each other, the latest. */
  readonly item: IdValues
  /** Purchases of the item (or need) so far, merged per day. */
  readonly nEvents: Uint32Array
  /** On whose purchases the forecast mainly rests: `own`, `item`, `category` or `population`. */
  readonly basis: readonly ("own" | "item" | "category" | "population")[]
  /** Days since the last purchase. */
  readonly recencyDays: Float32Array | Float64Array
  /** Days one purchase of the usual supply lasts, the median. */
  readonly cycleDays: Float32Array | Float64Array
  /** Days the supply at hand still lasts; 0 when it should have run out. */
  readonly supplyLeftDays: Float32Array | Float64Array
  /** P(buys again within 364 days), 0 to 1. */
  readonly probAgain: Float32Array | Float64Array
  /** P(buys within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probWithin${number}Days`]: Float32Array | Float64Array
  /** The run-out date given that the customer buys again: 10 % quantile. Milliseconds since 1970, NaN for none. */
  readonly runOutP10At: Float64Array
  /** The run-out date: median. Milliseconds since 1970, NaN for none. */
  readonly runOutP50At: Float64Array
  /** The run-out date: 90 % quantile. Milliseconds since 1970, NaN for none. */
  readonly runOutP90At: Float64Array
  /** When to remind: the lead time before the run-out; never before asOf. Milliseconds since 1970, NaN for none. */
  readonly remindAt: Float64Array
  /** Units (times pack size) used per day: usual supply over usual cycle. */
  readonly consumptionPerDay: Float32Array | Float64Array
  /** The item to propose instead, when the customer moves on; empty for none. */
  readonly nextItem: readonly string[]
}

/** A row of what `replenishment` answers. */
export interface ReplenishmentRow {
  /** Who. */
  readonly customer: Id
  /** The item bought last; of items that replace each other, the latest. */
  readonly item: Id
  /** Purchases of the item (or need) so far, merged per day. */
  readonly nEvents: number
  /** On whose purchases the forecast mainly rests: `own`, `item`, `category` or `population`. */
  readonly basis: "own" | "item" | "category" | "population"
  /** Days since the last purchase. */
  readonly recencyDays: number | null
  /** Days one purchase of the usual supply lasts, the median. */
  readonly cycleDays: number | null
  /** Days the supply at hand still lasts; 0 when it should have run out. */
  readonly supplyLeftDays: number | null
  /** P(buys again within 364 days), 0 to 1. */
  readonly probAgain: number | null
  /** P(buys within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probWithin${number}Days`]: number | null
  /** The run-out date given that the customer buys again: 10 % quantile. */
  readonly runOutP10At: Date | null
  /** The run-out date: median. */
  readonly runOutP50At: Date | null
  /** The run-out date: 90 % quantile. */
  readonly runOutP90At: Date | null
  /** When to remind: the lead time before the run-out; never before asOf. */
  readonly remindAt: Date | null
  /** Units (times pack size) used per day: usual supply over usual cycle. */
  readonly consumptionPerDay: number | null
  /** The item to propose instead, when the customer moves on; empty for none. */
  readonly nextItem: string
}

/** What `replenishment` answers. */
export type ReplenishmentTable = Table<ReplenishmentColumns, ReplenishmentRow>

/** What is asked with `forecasts`. */
export interface ForecastsArguments extends ReadOptions {
  /** The instant of prediction; not before the model's own. Nothing later is looked at. */
  readonly asOf: InstantLike
  /** Whose forecasts; may be left out when `data` holds one customer only. */
  readonly customer?: Id | null
  /** Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84. */
  readonly horizonsDays?: readonly number[]
  /** How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364. Default: 7. */
  readonly leadDays?: number
  /** Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds earlier. Default: 0.5. */
  readonly remindQuantile?: number
}

/** What is asked with `forecastIfBought`. */
export interface ForecastIfBoughtArguments extends ReadOptions {
  /** The item. */
  readonly item: Id
  /** The instant of prediction; not before the model's own. Nothing later is looked at. */
  readonly asOf: InstantLike
  /** Who buys it; may be left out when `data` holds one customer only. */
  readonly customer?: Id | null
  /** Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84. */
  readonly horizonsDays?: readonly number[]
  /** How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364. Default: 7. */
  readonly leadDays?: number
  /** Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds earlier. Default: 0.5. */
  readonly remindQuantile?: number
}

/** What is asked with `lapse`. */
export interface LapseArguments extends ReadOptions, LongOptions {
  /** The instant of prediction; not before the model's own. Nothing later is looked at. */
  readonly asOf: InstantLike
  /**
   * Horizons for which P(lapse) and the expected purchases are given, days, each 0 < h ≤ 364. At least one; the first
   * is the one that drivers explain. Default: 84, 28, 182: a quarter, a month, half a year.
   */
  readonly horizonsDays?: readonly number[]
}

/** The columns that `lapse` answers. */
export interface LapseColumns {
  /** Who. */
  readonly customer: IdValues
  /** Days with a purchase so far. */
  readonly nVisits: Uint32Array
  /** Days since the last purchase. */
  readonly recencyDays: Float32Array | Float64Array
  /** P(no purchase within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probLapse${number}Days`]: Float32Array | Float64Array
  /** Expected number of days with a purchase within so many days; one column per horizon. */
  readonly [name: `expectedVisits${number}Days`]: Float32Array | Float64Array
  /**
   * P(the customer has not left for good), 0 to 1: by the model of buying and leaving; at least P(purchase within 364
   * days).
   */
  readonly probAlive: Float32Array | Float64Array
}

/** A row of what `lapse` answers. */
export interface LapseRow {
  /** Who. */
  readonly customer: Id
  /** Days with a purchase so far. */
  readonly nVisits: number
  /** Days since the last purchase. */
  readonly recencyDays: number | null
  /** P(no purchase within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probLapse${number}Days`]: number | null
  /** Expected number of days with a purchase within so many days; one column per horizon. */
  readonly [name: `expectedVisits${number}Days`]: number | null
  /**
   * P(the customer has not left for good), 0 to 1: by the model of buying and leaving; at least P(purchase within 364
   * days).
   */
  readonly probAlive: number | null
}

/** What `lapse` answers. */
export type LapseTable = Table<LapseColumns, LapseRow>

/** What is asked with `lapseOf`. */
export interface LapseOfArguments extends ReadOptions {
  /** The instant of prediction; not before the model's own. Nothing later is looked at. */
  readonly asOf: InstantLike
  /** Whose risk; may be left out when `data` holds one customer only. */
  readonly customer?: Id | null
  /**
   * Horizons for which P(lapse) and the expected purchases are given, days, each 0 < h ≤ 364. At least one; the first
   * is the one that drivers explain. Default: 84, 28, 182: a quarter, a month, half a year.
   */
  readonly horizonsDays?: readonly number[]
}

/** What is asked with `btyd`. */
export interface BtydArguments extends ReadOptions, LongOptions {
  /** The instant up to which purchases are known; nothing later is looked at. */
  readonly asOf: InstantLike
  /** How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. */
  readonly family?: Family
  /** Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364. */
  readonly horizonsDays?: readonly number[]
}

/** What is asked with `btydCustomers`. */
export interface BtydCustomersArguments extends ReadOptions, LongOptions {
  /** The instant of prediction, up to which the model is fitted; nothing later is looked at. */
  readonly asOf: InstantLike
  /**
   * What `btyd` answered as `fitted`, for `asOf` or before: it is used, with its family, and nothing is fitted.
   * Default: none.
   */
  readonly fitted?: string | null
  /** How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. */
  readonly family?: Family
  /** Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364. */
  readonly horizonsDays?: readonly number[]
  /** Numbers of purchase days, 0 … 1,000, each a column P(exactly so many) per horizon. Default: none. */
  readonly probCounts?: readonly number[]
  /** Shares in which the next purchase has come, 0 < p < 1, each a column of the days that takes. Default: none. */
  readonly nextPurchaseQuantiles?: readonly number[]
  /**
   * Days, each 0 < d ≤ 36,500, over which each customer's discounted value is told. It needs amounts. Default: none.
   */
  readonly lifetimeDays?: readonly number[]
  /**
   * What a value a year away is worth less, 0 … 10: 0.1 divides it by 1.1. Default: 0.1, what capital is often said
   * to cost.
   */
  readonly discountPerYear?: number
  /**
   * The probability with which intervals hold, 0 < p < 1, say 0.8; with it come intervals of purchases and of
   * lifetime values, doubt about the parameters included. They take time: some tenths of a millisecond a customer,
   * for lifetime values some milliseconds, and ten times as long or more with `pareto_nbd`. Default: none.
   */
  readonly interval?: number | null
}

/** The columns that `btydCustomers` answers. */
export interface BtydCustomersColumns {
  /** Who. */
  readonly customer: IdValues
  /** Purchase days after the first. */
  readonly nRepeats: Uint32Array
  /** Days from the first purchase to the last. */
  readonly lastDays: Float32Array | Float64Array
  /** Days from the first purchase to `asOf`. */
  readonly observedDays: Float32Array | Float64Array
  /** P(the customer has not left for good), 0 to 1. */
  readonly probAlive: Float32Array | Float64Array
  /** P(a purchase within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probActive${number}Days`]: Float32Array | Float64Array
  /** Expected number of purchase days within so many days; one column per horizon. */
  readonly [name: `expectedPurchases${number}Days`]: Float32Array | Float64Array
  /** Expected amount of a purchase day by Gamma-Gamma; none when the log has no amounts. */
  readonly expectedAmount: Float32Array | Float64Array
  /**
   * P(exactly so many purchase days within so many days), 0 to 1; one column per number of `probCounts` and horizon.
   */
  readonly [name: `probCount${number}In${number}Days`]: Float32Array | Float64Array
  /** With `interval`: lower end for the expected number of purchase days, by the doubt about the parameters. */
  readonly [name: `expectedPurchasesLow${number}Days`]: Float32Array | Float64Array
  /** Its upper end. */
  readonly [name: `expectedPurchasesHigh${number}Days`]: Float32Array | Float64Array
  /**
   * With `interval`: lower end for the number of purchase days itself, by chance and the doubt about the parameters.
   */
  readonly [name: `purchasesLow${number}Days`]: Float32Array | Float64Array
  /** Its upper end. */
  readonly [name: `purchasesHigh${number}Days`]: Float32Array | Float64Array
  /**
   * Days within which the next purchase comes with so many per cent probability; none when that may never be. One
   * column per share of `nextPurchaseQuantiles`.
   */
  readonly [name: `nextPurchaseP${number}Days`]: Float32Array | Float64Array
  /**
   * Expected discounted amount of the purchase days within so many days, in the amounts' currency; none when the log
   * has no amounts. One column per number of `lifetimeDays`.
   */
  readonly [name: `expectedLifetimeValue${number}Days`]: Float32Array | Float64Array
  /** With `interval`: lower end for the expected amount, by the doubt about buying and leaving, not about amounts. */
  readonly [name: `expectedLifetimeValueLow${number}Days`]: Float32Array | Float64Array
  /** Its upper end. */
  readonly [name: `expectedLifetimeValueHigh${number}Days`]: Float32Array | Float64Array
  /**
   * With `interval`: lower end for the discounted amount itself, by that doubt and by chance in the number of
   * purchase days.
   */
  readonly [name: `lifetimeValueLow${number}Days`]: Float32Array | Float64Array
  /** Its upper end. */
  readonly [name: `lifetimeValueHigh${number}Days`]: Float32Array | Float64Array
}

/** A row of what `btydCustomers` answers. */
export interface BtydCustomersRow {
  /** Who. */
  readonly customer: Id
  /** Purchase days after the first. */
  readonly nRepeats: number
  /** Days from the first purchase to the last. */
  readonly lastDays: number | null
  /** Days from the first purchase to `asOf`. */
  readonly observedDays: number | null
  /** P(the customer has not left for good), 0 to 1. */
  readonly probAlive: number | null
  /** P(a purchase within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probActive${number}Days`]: number | null
  /** Expected number of purchase days within so many days; one column per horizon. */
  readonly [name: `expectedPurchases${number}Days`]: number | null
  /** Expected amount of a purchase day by Gamma-Gamma; none when the log has no amounts. */
  readonly expectedAmount: number | null
  /**
   * P(exactly so many purchase days within so many days), 0 to 1; one column per number of `probCounts` and horizon.
   */
  readonly [name: `probCount${number}In${number}Days`]: number | null
  /** With `interval`: lower end for the expected number of purchase days, by the doubt about the parameters. */
  readonly [name: `expectedPurchasesLow${number}Days`]: number | null
  /** Its upper end. */
  readonly [name: `expectedPurchasesHigh${number}Days`]: number | null
  /**
   * With `interval`: lower end for the number of purchase days itself, by chance and the doubt about the parameters.
   */
  readonly [name: `purchasesLow${number}Days`]: number | null
  /** Its upper end. */
  readonly [name: `purchasesHigh${number}Days`]: number | null
  /**
   * Days within which the next purchase comes with so many per cent probability; none when that may never be. One
   * column per share of `nextPurchaseQuantiles`.
   */
  readonly [name: `nextPurchaseP${number}Days`]: number | null
  /**
   * Expected discounted amount of the purchase days within so many days, in the amounts' currency; none when the log
   * has no amounts. One column per number of `lifetimeDays`.
   */
  readonly [name: `expectedLifetimeValue${number}Days`]: number | null
  /** With `interval`: lower end for the expected amount, by the doubt about buying and leaving, not about amounts. */
  readonly [name: `expectedLifetimeValueLow${number}Days`]: number | null
  /** Its upper end. */
  readonly [name: `expectedLifetimeValueHigh${number}Days`]: number | null
  /**
   * With `interval`: lower end for the discounted amount itself, by that doubt and by chance in the number of
   * purchase days.
   */
  readonly [name: `lifetimeValueLow${number}Days`]: number | null
  /** Its upper end. */
  readonly [name: `lifetimeValueHigh${number}Days`]: number | null
}

/** What `btydCustomers` answers. */
export type BtydCustomersTable = Table<BtydCustomersColumns, BtydCustomersRow>

/** What is asked with `btydAlive`. */
export interface BtydAliveArguments extends ReadOptions, LongOptions {
  /** The instant up to which the model is fitted, and the last day told; nothing later is looked at. */
  readonly asOf: InstantLike
  /** Whose; by the identifier in the log. */
  readonly customer: Id
  /**
   * What `btyd` answered as `fitted`, for `asOf` or before: it is used, with its family, and nothing is fitted.
   * Default: none.
   */
  readonly fitted?: string | null
  /** How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. */
  readonly family?: Family
  /** Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364. */
  readonly horizonsDays?: readonly number[]
}

/** The columns that `btydAlive` answers. */
export interface BtydAliveColumns {
  /** The day. Milliseconds since 1970, NaN for none. */
  readonly at: Float64Array
  /** P(the customer had not left for good), by what was known of the customer on the day. */
  readonly probAlive: Float32Array | Float64Array
  /** Purchase days so far, the first one included. */
  readonly nPurchases: Uint32Array
}

/** A row of what `btydAlive` answers. */
export interface BtydAliveRow {
  /** The day. */
  readonly at: Date | null
  /** P(the customer had not left for good), by what was known of the customer on the day. */
  readonly probAlive: number | null
  /** Purchase days so far, the first one included. */
  readonly nPurchases: number
}

/** What `btydAlive` answers. */
export type BtydAliveTable = Table<BtydAliveColumns, BtydAliveRow>

/** What is asked with `btydMatrix`. */
export interface BtydMatrixArguments extends ReadOptions, LongOptions {
  /** The instant up to which the model is fitted; nothing later is looked at. */
  readonly asOf: InstantLike
  /** Days from the first purchase to now, of everyone in the matrix, 0 < d ≤ 36,500. Default: 364. */
  readonly observedDays?: number
  /** Days within which purchases are expected, 0 < h ≤ 36,500. Default: 84. */
  readonly horizonDays?: number
  /** The most repeat purchases, and the steps of recency, 1 … 200. Default: 26. */
  readonly nSteps?: number
  /**
   * What `btyd` answered as `fitted`, for `asOf` or before: it is used, with its family, and nothing is fitted.
   * Default: none.
   */
  readonly fitted?: string | null
  /** How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. */
  readonly family?: Family
  /** Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364. */
  readonly horizonsDays?: readonly number[]
}

/** The columns that `btydMatrix` answers. */
export interface BtydMatrixColumns {
  /** Purchase days after the first. */
  readonly nRepeats: Uint32Array
  /** Days from the first purchase to the last. */
  readonly lastDays: Float32Array | Float64Array
  /** P(the customer has not left for good), 0 to 1. */
  readonly probAlive: Float32Array | Float64Array
  /** Expected number of purchase days within the horizon. */
  readonly expectedPurchases: Float32Array | Float64Array
}

/** A row of what `btydMatrix` answers. */
export interface BtydMatrixRow {
  /** Purchase days after the first. */
  readonly nRepeats: number
  /** Days from the first purchase to the last. */
  readonly lastDays: number | null
  /** P(the customer has not left for good), 0 to 1. */
  readonly probAlive: number | null
  /** Expected number of purchase days within the horizon. */
  readonly expectedPurchases: number | null
}

/** What `btydMatrix` answers. */
export type BtydMatrixTable = Table<BtydMatrixColumns, BtydMatrixRow>

/** What is asked with `btydTracking`. */
export interface BtydTrackingArguments extends ReadOptions, LongOptions {
  /** The instant up to which the model is fitted, and by which customers must be known. */
  readonly asOf: InstantLike
  /** The end of what is compared, from `asOf` on. */
  readonly until: InstantLike
  /** Days in a period, 1 … 366. Default: 7. */
  readonly stepDays?: number
  /**
   * What `btyd` answered as `fitted`, for `asOf` or before: it is used, with its family, and nothing is fitted.
   * Default: none.
   */
  readonly fitted?: string | null
  /** How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. */
  readonly family?: Family
  /** Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364. */
  readonly horizonsDays?: readonly number[]
}

/** The columns that `btydTracking` answers. */
export interface BtydTrackingColumns {
  /** The end of the period. Milliseconds since 1970, NaN for none. */
  readonly at: Float64Array
  /** Repeat purchases that came. */
  readonly nActual: Uint32Array
  /** Repeat purchases that the model expects of customers who began when these did. */
  readonly expected: Float32Array | Float64Array
  /** Whether the period ends by the instant of the fit: the model has seen it. */
  readonly isFitted: readonly boolean[]
}

/** A row of what `btydTracking` answers. */
export interface BtydTrackingRow {
  /** The end of the period. */
  readonly at: Date | null
  /** Repeat purchases that came. */
  readonly nActual: number
  /** Repeat purchases that the model expects of customers who began when these did. */
  readonly expected: number | null
  /** Whether the period ends by the instant of the fit: the model has seen it. */
  readonly isFitted: boolean
}

/** What `btydTracking` answers. */
export type BtydTrackingTable = Table<BtydTrackingColumns, BtydTrackingRow>

/** What is asked with `btydContext`. */
export interface BtydContextArguments extends ReadOptions, LongOptions {
  /** The instant up to which purchases are known; nothing later is looked at. */
  readonly asOf: InstantLike
  /** How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. No calendar with `pareto_nbd`. */
  readonly family?: Family
  /**
   * Whose traits `traits` holds, in its order, by the identifiers in the log; each once. Customers of the log who are
   * missing here count as average, those who are not in the log as nothing. Default: nobody's.
   */
  readonly traitCustomers?: readonly Id[]
  /**
   * Traits that do not change, as columns by name: a number per customer of `traitCustomers`, categories as 0 and 1,
   * none where unknown, which counts as the mean. Default: none.
   */
  readonly traits?: Readonly<Record<string, readonly (number | null)[]>>
  /** Names of traits that may change how often a customer buys, at most 100. Default: all of them. */
  readonly buying?: readonly string[] | null
  /** Names of traits that may change how soon a customer leaves, at most 100. Default: all of them. */
  readonly leaving?: readonly string[] | null
  /**
   * Whether each month of the year has an effect on how often everyone buys. Default: no; it takes logs of more than
   * a year.
   */
  readonly hasMonths?: boolean
  /**
   * Lists of days by name, such as holidays of one kind or the days of promotions, as `2025-12-24`; each list has an
   * effect on how often everyone buys. List coming days too. At most 100 lists. Default: none.
   */
  readonly specialDays?: Readonly<Record<string, readonly string[]>>
}

/** What is asked with `btydContextCustomers`. */
export interface BtydContextCustomersArguments extends ReadOptions, LongOptions {
  /** The instant of prediction, up to which the model is fitted; nothing later is looked at. */
  readonly asOf: InstantLike
  /** Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364. */
  readonly horizonsDays?: readonly number[]
  /** How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. No calendar with `pareto_nbd`. */
  readonly family?: Family
  /**
   * Whose traits `traits` holds, in its order, by the identifiers in the log; each once. Customers of the log who are
   * missing here count as average, those who are not in the log as nothing. Default: nobody's.
   */
  readonly traitCustomers?: readonly Id[]
  /**
   * Traits that do not change, as columns by name: a number per customer of `traitCustomers`, categories as 0 and 1,
   * none where unknown, which counts as the mean. Default: none.
   */
  readonly traits?: Readonly<Record<string, readonly (number | null)[]>>
  /** Names of traits that may change how often a customer buys, at most 100. Default: all of them. */
  readonly buying?: readonly string[] | null
  /** Names of traits that may change how soon a customer leaves, at most 100. Default: all of them. */
  readonly leaving?: readonly string[] | null
  /**
   * Whether each month of the year has an effect on how often everyone buys. Default: no; it takes logs of more than
   * a year.
   */
  readonly hasMonths?: boolean
  /**
   * Lists of days by name, such as holidays of one kind or the days of promotions, as `2025-12-24`; each list has an
   * effect on how often everyone buys. List coming days too. At most 100 lists. Default: none.
   */
  readonly specialDays?: Readonly<Record<string, readonly string[]>>
}

/** The columns that `btydContextCustomers` answers. */
export interface BtydContextCustomersColumns {
  /** Who. */
  readonly customer: IdValues
  /** Purchase days after the first. */
  readonly nRepeats: Uint32Array
  /** P(the customer has not left for good), 0 to 1. */
  readonly probAlive: Float32Array | Float64Array
  /** P(a purchase within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probActive${number}Days`]: Float32Array | Float64Array
  /** Expected number of purchase days within so many days; one column per horizon. */
  readonly [name: `expectedPurchases${number}Days`]: Float32Array | Float64Array
}

/** A row of what `btydContextCustomers` answers. */
export interface BtydContextCustomersRow {
  /** Who. */
  readonly customer: Id
  /** Purchase days after the first. */
  readonly nRepeats: number
  /** P(the customer has not left for good), 0 to 1. */
  readonly probAlive: number | null
  /** P(a purchase within so many days), 0 to 1; one column per horizon. */
  readonly [name: `probActive${number}Days`]: number | null
  /** Expected number of purchase days within so many days; one column per horizon. */
  readonly [name: `expectedPurchases${number}Days`]: number | null
}

/** What `btydContextCustomers` answers. */
export type BtydContextCustomersTable = Table<BtydContextCustomersColumns, BtydContextCustomersRow>

/** What is asked with `renewalCohorts`. */
export interface RenewalCohortsArguments {
  /**
   * Cohorts, each with the customers at its start and those left after 1, 2, … renewals: 2 to 10,000 falling numbers.
   */
  readonly survivors: readonly (readonly number[])[]
  /** How cancellation depends on how long a customer has stayed. Default: `shifted_beta_geometric`. */
  readonly kind?: CohortKind
  /** Renewals the answered curves reach over, 1 … 1,200. Default: 12. */
  readonly nTerms?: number
}

/** What is asked with `renewalFit`. */
export interface RenewalFitArguments extends LongOptions {
  /** The contracts, one per row. */
  readonly contracts: Contracts
  /**
   * The column that says whether the contract was cancelled: true or false, 1 or 0, yes or no. Default: `cancelled`.
   */
  readonly cancelled?: string
  /** The column that says whose contract it is, which is no feature. Default: none. */
  readonly customer?: string | null
  /** The column with what each row counts for, above 0; relative. Default: all the same. */
  readonly weight?: string | null
  /**
   * The column with the terms a contract had lasted when it came under observation. Only with `exitTerm`. Default: 0
   * for all.
   */
  readonly entryTerm?: string | null
  /**
   * The column with the renewal a contract was last seen at, counted from 1, where it was cancelled or not. Default:
   * each row is one renewal, and terms play no part.
   */
  readonly exitTerm?: string | null
  /** Columns that are no features: what is known only after the renewal, names, notes. Default: none. */
  readonly ignore?: readonly string[]
  /** Horizons for which P(cancel within) is given, in terms, each 1 … 1,200. Default: 3, 12. */
  readonly horizonsTerms?: readonly number[]
  /** The most renewals in all contracts together that a fit takes, 1,000 … 100,000,000. Default: 2,000,000. */
  readonly maxRenewals?: number
}

/** What is asked with `renewalRisk`. */
export interface RenewalRiskArguments extends LongOptions {
  /** The `fitted` that `renewalFit` answered. */
  readonly fitted: string
  /** The contracts, one per row, with the features of the fit; other columns are not looked at. */
  readonly contracts: Contracts
  /** The column that says whose contract it is. Default: the number of the row is answered. */
  readonly customer?: string | null
  /** The column with the terms each contract has lasted; needed after a fit with `exitTerm`, and only then. */
  readonly term?: string | null
}

/** The columns that `renewalRisk` answers. */
export interface RenewalRiskColumns {
  /** Whose contract it is; the number of the row, from 0, when no column says so. */
  readonly customer: IdValues
  /** P(cancel at the next renewal), 0 to 1. */
  readonly probCancel: Float32Array | Float64Array
  /** P(cancel within so many terms), 0 to 1; one column per horizon of the fit. */
  readonly [name: `probCancelWithin${number}Terms`]: Float32Array | Float64Array
}

/** A row of what `renewalRisk` answers. */
export interface RenewalRiskRow {
  /** Whose contract it is; the number of the row, from 0, when no column says so. */
  readonly customer: Id
  /** P(cancel at the next renewal), 0 to 1. */
  readonly probCancel: number | null
  /** P(cancel within so many terms), 0 to 1; one column per horizon of the fit. */
  readonly [name: `probCancelWithin${number}Terms`]: number | null
}

/** What `renewalRisk` answers. */
export type RenewalRiskTable = Table<RenewalRiskColumns, RenewalRiskRow>

/** What is asked with `renewalDrivers`. */
export interface RenewalDriversArguments extends LongOptions {
  /** The `fitted` that `renewalFit` answered. */
  readonly fitted: string
  /** The contracts, one per row, with the features of the fit. */
  readonly contracts: Contracts
  /** The row of the contract, from 0. Default: the first. */
  readonly row?: number
  /** The column with the terms each contract has lasted; needed after a fit with `exitTerm`, and only then. */
  readonly term?: string | null
}

/** What is asked with `decline`. */
export interface DeclineArguments extends ReadOptions, LongOptions {
  /** The end of the last period; nothing later is looked at. */
  readonly asOf: InstantLike
  /** Civil days in a period, 1 … 366. */
  readonly periodDays?: number
  /**
   * The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default: 0.05. Smaller is slower: at
   * the same counts, less evidence is enough for more alarms.
   */
  readonly falseAlarmsPerYear?: number
  /**
   * How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days. Default: as many as the periods
   * of a log of events are long, and 52 for counts given as such.
   */
  readonly periodsPerYear?: number | null
  /**
   * Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not known of a young
   * customer's level widens the evidence anyway.
   */
  readonly minPeriods?: number
  /** When an alarm is raised. Default: by evidence. */
  readonly rule?: AlarmRule
  /**
   * Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their names. Default: 4096.
   */
  readonly maxCustomers?: number
  /**
   * Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds the stated rate to
   * about a twentieth of itself.
   */
  readonly nSimulated?: number
}

/** The columns that `decline` answers. */
export interface DeclineColumns {
  /** Who. */
  readonly customer: IdValues
  /**
   * When the alarm was raised: the end of the period whose count raised it. Milliseconds since 1970, NaN for none.
   */
  readonly alarmAt: Float64Array
  /**
   * Since when: the beginning of the first fallen period, the most likely one. Milliseconds since 1970, NaN for none.
   */
  readonly sinceAt: Float64Array
  /** The earlier end of a 90 % interval of it. Milliseconds since 1970, NaN for none. */
  readonly sinceEarliestAt: Float64Array
  /** The later end of that interval. Milliseconds since 1970, NaN for none. */
  readonly sinceLatestAt: Float64Array
  /** The share of the level that was lost, 0 to 1, the most likely one. */
  readonly depth: Float32Array | Float64Array
  /** The lower end of a 90 % interval of it. */
  readonly depthMin: Float32Array | Float64Array
  /** The upper end of that interval. */
  readonly depthMax: Float32Array | Float64Array
  /** Counts per period before the fall. */
  readonly levelBefore: Float32Array | Float64Array
  /** Counts per period since. */
  readonly levelAfter: Float32Array | Float64Array
  /** The share of healthy customers that show as much evidence in a year; by another rule, that alarm by it. */
  readonly falseAlarmsPerYear: Float32Array | Float64Array
  /** The items that fell, or that similar customers use more; separated by commas. */
  readonly modules: readonly string[]
}

/** A row of what `decline` answers. */
export interface DeclineRow {
  /** Who. */
  readonly customer: Id
  /** When the alarm was raised: the end of the period whose count raised it. */
  readonly alarmAt: Date | null
  /** Since when: the beginning of the first fallen period, the most likely one. */
  readonly sinceAt: Date | null
  /** The earlier end of a 90 % interval of it. */
  readonly sinceEarliestAt: Date | null
  /** The later end of that interval. */
  readonly sinceLatestAt: Date | null
  /** The share of the level that was lost, 0 to 1, the most likely one. */
  readonly depth: number | null
  /** The lower end of a 90 % interval of it. */
  readonly depthMin: number | null
  /** The upper end of that interval. */
  readonly depthMax: number | null
  /** Counts per period before the fall. */
  readonly levelBefore: number | null
  /** Counts per period since. */
  readonly levelAfter: number | null
  /** The share of healthy customers that show as much evidence in a year; by another rule, that alarm by it. */
  readonly falseAlarmsPerYear: number | null
  /** The items that fell, or that similar customers use more; separated by commas. */
  readonly modules: string
}

/** What `decline` answers. */
export type DeclineTable = Table<DeclineColumns, DeclineRow>

/** What is asked with `declineModules`. */
export interface DeclineModulesArguments extends ReadOptions, LongOptions {
  /** The end of the last period; nothing later is looked at. */
  readonly asOf: InstantLike
  /** Civil days in a period, 1 … 366. */
  readonly periodDays?: number
  /**
   * The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default: 0.05. Smaller is slower: at
   * the same counts, less evidence is enough for more alarms.
   */
  readonly falseAlarmsPerYear?: number
  /**
   * How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days. Default: as many as the periods
   * of a log of events are long, and 52 for counts given as such.
   */
  readonly periodsPerYear?: number | null
  /**
   * Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not known of a young
   * customer's level widens the evidence anyway.
   */
  readonly minPeriods?: number
  /** When an alarm is raised. Default: by evidence. */
  readonly rule?: AlarmRule
  /**
   * Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their names. Default: 4096.
   */
  readonly maxCustomers?: number
  /**
   * Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds the stated rate to
   * about a twentieth of itself.
   */
  readonly nSimulated?: number
}

/** The columns that `declineModules` answers. */
export interface DeclineModulesColumns {
  /** Who. */
  readonly customer: IdValues
  /**
   * When the alarm was raised: the end of the period whose count raised it. Milliseconds since 1970, NaN for none.
   */
  readonly alarmAt: Float64Array
  /** The item. */
  readonly module: IdValues
  /** `fell`: used less since the fall. `used_little`: long used less than by similar customers. */
  readonly reason: readonly ("fell" | "used_little")[]
  /** Counts per period: since the fall (`fell`), or in all periods seen (`used_little`). */
  readonly perPeriod: Float32Array | Float64Array
  /** Counts per period expected by earlier use, or by that of similar customers. */
  readonly expectedPerPeriod: Float32Array | Float64Array
  /** P(the module's level truly lies below what was expected), 0 to 1. */
  readonly probBelow: Float32Array | Float64Array
}

/** A row of what `declineModules` answers. */
export interface DeclineModulesRow {
  /** Who. */
  readonly customer: Id
  /** When the alarm was raised: the end of the period whose count raised it. */
  readonly alarmAt: Date | null
  /** The item. */
  readonly module: Id
  /** `fell`: used less since the fall. `used_little`: long used less than by similar customers. */
  readonly reason: "fell" | "used_little"
  /** Counts per period: since the fall (`fell`), or in all periods seen (`used_little`). */
  readonly perPeriod: number | null
  /** Counts per period expected by earlier use, or by that of similar customers. */
  readonly expectedPerPeriod: number | null
  /** P(the module's level truly lies below what was expected), 0 to 1. */
  readonly probBelow: number | null
}

/** What `declineModules` answers. */
export type DeclineModulesTable = Table<DeclineModulesColumns, DeclineModulesRow>

/** What is asked with `decide`. */
export interface DecideArguments extends ReadOptions, LongOptions {
  /** The instant of the decision; not before the model's own. Nothing later is looked at. */
  readonly asOf: InstantLike
  /** What the business may do, what it costs, and how careful to be. */
  readonly policy: Policy
}

/** The columns that `decide` answers. */
export interface DecideColumns {
  /** Who. */
  readonly customer: IdValues
  /** `contact`, `wait`, `abstain` or `hand_off`. */
  readonly action: readonly ("contact" | "wait" | "abstain" | "hand_off")[]
  /**
   * Why nothing is done, or why a person decides: `no_gain`, `doubt`, `limit`, `capacity`, `holdout`, `explore`,
   * `refused`, `missing`, `rule`; none for a contact and for waiting.
   */
  readonly because: readonly ("no_gain" | "doubt" | "limit" | "capacity" | "holdout" | "explore" | "refused" | "missing" | "rule" | null)[]
  /** What it is about: the item bought last. */
  readonly item: IdValues
  /** The item to propose instead, when the customer moves on; empty for none. */
  readonly nextItem: readonly string[]
  /** The offer, by its name in the policy; empty for none. */
  readonly offer: readonly string[]
  /** Its discount, a share of the price. */
  readonly discountShare: Float32Array | Float64Array
  /** The channel, by its name in the policy; empty for none. */
  readonly channel: readonly string[]
  /** When to send; when to decide again, for `wait`. Milliseconds since 1970, NaN for none. */
  readonly at: Float64Array
  /** What the contact is expected to gain over none. */
  readonly expectedMargin: Float32Array | Float64Array
  /** Who sends it: `auto` or `approve`, after a person's look; none without a contact. */
  readonly route: readonly ("auto" | "approve" | null)[]
  /** The probability with which this contact or holdout was drawn: log it with the row. */
  readonly propensity: Float32Array | Float64Array
  /** The words; empty for none. */
  readonly message: readonly string[]
}

/** A row of what `decide` answers. */
export interface DecideRow {
  /** Who. */
  readonly customer: Id
  /** `contact`, `wait`, `abstain` or `hand_off`. */
  readonly action: "contact" | "wait" | "abstain" | "hand_off"
  /**
   * Why nothing is done, or why a person decides: `no_gain`, `doubt`, `limit`, `capacity`, `holdout`, `explore`,
   * `refused`, `missing`, `rule`; none for a contact and for waiting.
   */
  readonly because: "no_gain" | "doubt" | "limit" | "capacity" | "holdout" | "explore" | "refused" | "missing" | "rule" | null
  /** What it is about: the item bought last. */
  readonly item: Id
  /** The item to propose instead, when the customer moves on; empty for none. */
  readonly nextItem: string
  /** The offer, by its name in the policy; empty for none. */
  readonly offer: string
  /** Its discount, a share of the price. */
  readonly discountShare: number | null
  /** The channel, by its name in the policy; empty for none. */
  readonly channel: string
  /** When to send; when to decide again, for `wait`. */
  readonly at: Date | null
  /** What the contact is expected to gain over none. */
  readonly expectedMargin: number | null
  /** Who sends it: `auto` or `approve`, after a person's look; none without a contact. */
  readonly route: "auto" | "approve" | null
  /** The probability with which this contact or holdout was drawn: log it with the row. */
  readonly propensity: number | null
  /** The words; empty for none. */
  readonly message: string
}

/** What `decide` answers. */
export type DecideTable = Table<DecideColumns, DecideRow>

/** What is asked with `decideFor`. */
export interface DecideForArguments extends ReadOptions {
  /** The instant of the decision; not before the model's own. Nothing later is looked at. */
  readonly asOf: InstantLike
  /** What the business may do, what it costs, and how careful to be. */
  readonly policy: Policy
  /** Whom it is about; may be left out when `data` holds one customer only. */
  readonly customer?: Id | null
}

/** What is asked with `decideDeclines`. */
export interface DecideDeclinesArguments extends ReadOptions, LongOptions {
  /** The end of the last period, and the instant of the decision; nothing later is looked at. */
  readonly asOf: InstantLike
  /** What the business may do, what it costs, and how careful to be. Its offers are ways of helping. */
  readonly policy: Policy
  /** What is known of the help. */
  readonly helpTerms?: HelpTerms
  /** Civil days in a period, 1 … 366. */
  readonly periodDays?: number
  /**
   * The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default: 0.05. Smaller is slower: at
   * the same counts, less evidence is enough for more alarms.
   */
  readonly falseAlarmsPerYear?: number
  /**
   * How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days. Default: as many as the periods
   * of a log of events are long, and 52 for counts given as such.
   */
  readonly periodsPerYear?: number | null
  /**
   * Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not known of a young
   * customer's level widens the evidence anyway.
   */
  readonly minPeriods?: number
  /** When an alarm is raised. Default: by evidence. */
  readonly rule?: AlarmRule
  /**
   * Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their names. Default: 4096.
   */
  readonly maxCustomers?: number
  /**
   * Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds the stated rate to
   * about a twentieth of itself.
   */
  readonly nSimulated?: number
}

/** What is asked with `learnContacts`. */
export interface LearnContactsArguments extends ReadOptions, LongOptions {
  /** Nothing later is looked at. */
  readonly asOf: InstantLike
  /** The policy whose channels and time zones the contacts are of. */
  readonly policy: Policy
  /** A purchase counts as an outcome of a contact within so many days, above 0 and up to 364. Default: 14. */
  readonly windowDays?: number
}

/** What is asked with `declineHistory`. */
export interface DeclineHistoryArguments extends ReadOptions, LongOptions {
  /** The end of the last period; nothing later is looked at. */
  readonly asOf: InstantLike
  /** Whose; by the identifier in the log. */
  readonly customer: Id
  /** Civil days in a period, 1 … 366. */
  readonly periodDays?: number
  /**
   * The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default: 0.05. Smaller is slower: at
   * the same counts, less evidence is enough for more alarms.
   */
  readonly falseAlarmsPerYear?: number
  /**
   * How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days. Default: as many as the periods
   * of a log of events are long, and 52 for counts given as such.
   */
  readonly periodsPerYear?: number | null
  /**
   * Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not known of a young
   * customer's level widens the evidence anyway.
   */
  readonly minPeriods?: number
  /** When an alarm is raised. Default: by evidence. */
  readonly rule?: AlarmRule
  /**
   * Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their names. Default: 4096.
   */
  readonly maxCustomers?: number
  /**
   * Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds the stated rate to
   * about a twentieth of itself.
   */
  readonly nSimulated?: number
}

/** The columns that `declineHistory` answers. */
export interface DeclineHistoryColumns {
  /** The beginning of the period. Milliseconds since 1970, NaN for none. */
  readonly at: Float64Array
  /** What was counted; none when nothing is known. */
  readonly nUsed: Float32Array | Float64Array
  /** What was expected of it if nothing had fallen. */
  readonly expected: Float32Array | Float64Array
  /** Logarithm of the evidence for a fall over what an alarm takes: above 0 an alarm is due. */
  readonly evidence: Float32Array | Float64Array
  /** Whether an alarm was raised at the period's end. */
  readonly isAlarm: readonly boolean[]
  /**
   * Of an alarm: the beginning of the first fallen period, the most likely one. Milliseconds since 1970, NaN for
   * none.
   */
  readonly sinceAt: Float64Array
  /** Of an alarm: counts per period before the fall. */
  readonly levelBefore: Float32Array | Float64Array
  /** Of an alarm: counts per period since. */
  readonly levelAfter: Float32Array | Float64Array
}

/** A row of what `declineHistory` answers. */
export interface DeclineHistoryRow {
  /** The beginning of the period. */
  readonly at: Date | null
  /** What was counted; none when nothing is known. */
  readonly nUsed: number | null
  /** What was expected of it if nothing had fallen. */
  readonly expected: number | null
  /** Logarithm of the evidence for a fall over what an alarm takes: above 0 an alarm is due. */
  readonly evidence: number | null
  /** Whether an alarm was raised at the period's end. */
  readonly isAlarm: boolean
  /** Of an alarm: the beginning of the first fallen period, the most likely one. */
  readonly sinceAt: Date | null
  /** Of an alarm: counts per period before the fall. */
  readonly levelBefore: number | null
  /** Of an alarm: counts per period since. */
  readonly levelAfter: number | null
}

/** What `declineHistory` answers. */
export type DeclineHistoryTable = Table<DeclineHistoryColumns, DeclineHistoryRow>

/** What is asked with `declineFit`. */
export interface DeclineFitArguments extends ReadOptions, LongOptions {
  /** The end of the last period; nothing later is looked at. */
  readonly asOf: InstantLike
  /** Civil days in a period, 1 … 366. */
  readonly periodDays?: number
  /**
   * The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default: 0.05. Smaller is slower: at
   * the same counts, less evidence is enough for more alarms.
   */
  readonly falseAlarmsPerYear?: number
  /**
   * How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days. Default: as many as the periods
   * of a log of events are long, and 52 for counts given as such.
   */
  readonly periodsPerYear?: number | null
  /**
   * Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not known of a young
   * customer's level widens the evidence anyway.
   */
  readonly minPeriods?: number
  /** When an alarm is raised. Default: by evidence. */
  readonly rule?: AlarmRule
  /**
   * Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their names. Default: 4096.
   */
  readonly maxCustomers?: number
  /**
   * Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds the stated rate to
   * about a twentieth of itself.
   */
  readonly nSimulated?: number
}

/** What is asked with `declineStates`. */
export interface DeclineStatesArguments extends ReadOptions, LongOptions {
  /** The end of the last period: the instant of the fit, or whole periods after it. Nothing later is looked at. */
  readonly asOf: InstantLike
  /** What `declineFit` answered. */
  readonly fitted: string
}

/** The columns that `declineStates` answers. */
export interface DeclineStatesColumns {
  /** Who. */
  readonly customer: IdValues
  /** Periods with a known count since the first, or since the last alarm. */
  readonly nPeriods: Uint32Array
  /** The level expected if nothing has fallen: counts per average period. */
  readonly levelPerPeriod: Float32Array | Float64Array
  /** Where the customer stands, for `declineUpdate`. */
  readonly state: readonly string[]
}

/** A row of what `declineStates` answers. */
export interface DeclineStatesRow {
  /** Who. */
  readonly customer: Id
  /** Periods with a known count since the first, or since the last alarm. */
  readonly nPeriods: number
  /** The level expected if nothing has fallen: counts per average period. */
  readonly levelPerPeriod: number | null
  /** Where the customer stands, for `declineUpdate`. */
  readonly state: string
}

/** What `declineStates` answers. */
export type DeclineStatesTable = Table<DeclineStatesColumns, DeclineStatesRow>

/** What is asked with `declineUpdate`. */
export interface DeclineUpdateArguments {
  /** What `declineFit` answered. */
  readonly fitted: string
  /**
   * The counts of the next periods in order, 0 to 1e12 each; none for a period of which nothing is known. At most
   * 10,000.
   */
  readonly counts: readonly (number | null)[]
  /**
   * Where the customer stands: what `declineStates` or the last `declineUpdate` answered; none for a new customer.
   */
  readonly state?: string | null
  /** A new customer's first period; 0 is the first one after the fit. Default: 0. Not used with `state`. */
  readonly firstPeriod?: number
}

/** What is asked with `backtest`. */
export interface BacktestArguments extends ReadOptions, LongOptions {
  /** The end of the log that is looked at; nothing later is. */
  readonly asOf: InstantLike
  /** Which items replace each other. Default: those of one need. */
  readonly substitutes?: Substitutes
  /** Life stages given by the user. Default: none. */
  readonly ladders?: readonly Ladder[]
  /** Whether to learn, from what buyers of an item move on to, which item follows it. Default: true. */
  readonly learnSuccessors?: boolean
  /**
   * Rows on which the layer is trained, at most; more cost time and gain little. Allowed 1,000 … 10,000,000, default
   * 250,000. Fitting does not grow with the log beyond them.
   */
  readonly maxTrainingRows?: number
  /**
   * Rows on which the layer of lapse is trained, at most; 100 save time where nobody asks about lapse. Allowed 100 …
   * 10,000,000, default 100,000.
   */
  readonly maxLapseRows?: number
  /** Whether forecasts react to the supply bought (quantity × pack size). Default: true. */
  readonly useQuantity?: boolean
  /** How many cutoffs, 1 … 24. Default 3. */
  readonly nCutoffs?: number
  /** Days between them, 1 … 364. Default 28. */
  readonly stepDays?: number
  /** Horizon of the probabilities, days, 1 … 364. The last cutoff lies this far before `asOf`. Default 28. */
  readonly horizonDays?: number
  /** How reminders are judged. */
  readonly reminders?: ReminderOptions
}

/** What is asked with `audit`. */
export interface AuditArguments extends ReadOptions, LongOptions {
  /** The instant of the audit; later events are not looked at. */
  readonly asOf: InstantLike
}

/** What is asked with `report`. */
export interface ReportArguments extends ReadOptions, LongOptions {
  /**
   * The instant of prediction; not before the model's own. Nothing later is looked at, but to mark what a shown
   * customer bought since.
   */
  readonly asOf: InstantLike
  /** Title of the page. Default "Reminders". */
  readonly title?: string
  /** Reminders shown at most, one per customer, the likeliest purchase first; 0 … 1000. Default 12. */
  readonly nReminders?: number
  /** How many of them are drawn as timelines. Default 6. */
  readonly nTimelines?: number
  /** Reminders due within so many days are shown, 0 … 364. Default 7. */
  readonly dueWithinDays?: number
  /** Whether to backtest, which fits once per cutoff. Default: true. */
  readonly withBacktest?: boolean
  /** With a policy the page also shows what it makes of everyone's needs today. Default: none. */
  readonly policy?: Policy | null
  /** What items are called, by identifier. Items that are not listed appear with their identifier. */
  readonly itemNames?: Readonly<Record<string, string>>
  /** Sentences for the end of the page, such as the source of the data. */
  readonly notes?: readonly string[]
}

/**
 * Which items replace each other, so that buying one postpones the reminder for the others.
 * - `need`: Items of the same `need` column; items without a need stand for themselves.
 * - `category`: Items of the same `category` column.
 * - `none`: None: every item is forecast by itself.
 */
export type Substitutes =
  | "need"
  | "category"
  | "none"

/**
 * Items that follow each other as the customer (or the child, the pet, the machine) grows: milk powder stage 1, 2, 3.
 *
 * All items of a ladder serve one need: buying any of them postpones the reminder. The forecast names the first item
 * of the step on which the customer will be when the supply runs out.
 */
export interface Ladder {
  /** The need, for messages and results. */
  readonly name: string
  /** The steps, first to last. */
  readonly steps: readonly Step[]
  /**
   * When each customer's clock started (the child's birth, say). A customer who is not listed is taken to have
   * entered, with the first purchase on the ladder, at the start of that purchase's step.
   */
  readonly startedAt?: readonly (readonly [Id, InstantLike])[]
}

/** One step of a `Ladder`. */
export interface Step {
  /** The items of the step; the first is the one proposed. */
  readonly items: readonly Id[]
  /** The age, in days on the ladder's clock, at which the step ends; `null` for the last step. */
  readonly untilDays?: number | null
}

/**
 * When one customer will need one item again.
 *
 * Instants are in UTC. *Run-out* is the next purchase of the item, or of another item of the same need, given that it
 * comes within 364 days; `probAgain` says how likely that is.
 */
export interface Forecast {
  /** The item bought last. */
  readonly item: Id
  /** The need, when several items serve it: a need, a category or a ladder's name. */
  readonly need: string | null
  /** The item to propose instead of the one bought last, when the customer moves on. */
  readonly nextItem: NextItem | null
  /** Purchases of the item (or need) so far, merged per day. */
  readonly nEvents: number
  /** On whose purchases the forecast mainly rests. */
  readonly basis: Basis
  /** The last purchase; `null` when the customer never bought it. */
  readonly lastBoughtAt: Date | null
  /** Days one purchase of the usual supply lasts, the median; after the last purchase, see `supplyLeftDays`. */
  readonly cycleDays: number
  /** Erlang-k regularity of the cycle: 1 = random like a Poisson process, larger = more regular. */
  readonly regularity: number
  /** Units (times pack size) used per day: usual supply over cycle. */
  readonly consumptionPerDay: number
  /**
   * Days the supply at hand still lasts, 0 when it should have run out: the cycle that follows the last purchase,
   * adjusted for how much was bought, less the days since.
   */
  readonly supplyLeftDays: number
  /** P(buys again within 364 days). */
  readonly probAgain: number
  /** P(buys within each of the horizons asked for): (days, probability). */
  readonly probWithin: readonly (readonly [number, number])[]
  /** The run-out date: 10 % quantile. */
  readonly runOutP10At: Date
  /** The run-out date: median. */
  readonly runOutP50At: Date
  /** The run-out date: 90 % quantile. */
  readonly runOutP90At: Date
  /**
   * When to remind: the lead time before the run-out quantile asked for; before the supply at hand is used up, where
   * that comes first and the customer's own purchases say so (`basis: own`). Never before `asOf`.
   */
  readonly remindAt: Date
}

/** Where a proposed next item comes from. */
export interface NextItem {
  /** The item to propose. */
  readonly item: Id
  /** `ladder` when the user said so, `learned` when it was learned from what buyers moved on to. */
  readonly source: NextItemSource
  /**
   * Of the buyers of the present item who moved on to another one, the share that moved to this one, 0 to 1; 1 for a
   * ladder.
   */
  readonly share: number
  /** How many customers moved on to it; 0 for a ladder. */
  readonly nCustomers: number
}

/**
 * Whether a next item was given or learned.
 * - `ladder`: From a `Ladder` given by the user.
 * - `learned`: From what buyers of the item moved on to.
 */
export type NextItemSource =
  | "ladder"
  | "learned"

/**
 * On whose purchases a forecast mainly rests.
 * - `own`: The customer's own purchases of this item (or need): three or more.
 * - `item`: What other customers did with this item.
 * - `category`: What customers did with other items of its category.
 * - `population`: What everyone did with everything.
 */
export type Basis =
  | "own"
  | "item"
  | "category"
  | "population"

/** One customer's risk of lapse, with its reasons. */
export interface LapseRisk {
  /** Who. */
  readonly customer: Id
  /** The instant of prediction. */
  readonly asOf: Date
  /** Days with a purchase so far. */
  readonly nVisits: number
  /** Days since the last purchase. */
  readonly recencyDays: number
  /**
   * P(the customer has not left for good), 0 to 1: by the model of buying and leaving, which is what separates a
   * customer who has left from one who buys seldom; at least P(purchase within 364 days).
   */
  readonly probAlive: number
  /** One per horizon asked for, in the order given. */
  readonly horizons: readonly LapseHorizon[]
  /** Log-odds of lapse within the first horizon: of this customer, … */
  readonly logOdds: number
  /** … and of the average customer. The difference is the sum of the drivers. */
  readonly baseLogOdds: number
  /** What raises and what lowers the risk within the first horizon, the largest first. */
  readonly drivers: readonly LapseDriver[]
}

/** What is expected of a customer within one horizon. */
export interface LapseHorizon {
  /** Days from `asOf`. */
  readonly horizonDays: number
  /** P(no purchase within the horizon), 0 to 1. */
  readonly probLapse: number
  /** Expected number of days with a purchase within the horizon. */
  readonly expectedVisits: number
}

/** What one reason does to the risk. */
export interface LapseDriver {
  /** The reason. */
  readonly reason: LapseReason
  /** By how much it raises (positive) or lowers (negative) the log-odds of lapse against the average customer. */
  readonly logOdds: number
}

/**
 * Why a customer's risk differs from the average customer's.
 * - `purchase_rate`: How often the customer has bought.
 * - `silence`: How long the customer has been silent, against the own rhythm.
 * - `regularity`: How regular the gaps are.
 * - `trend`: Whether purchases have become more or less frequent of late.
 * - `tenure`: How long ago the first purchase was.
 * - `spending`: How much was spent, in all and last.
 * - `basket`: How many rows a purchase has, in all and last.
 */
export type LapseReason =
  | "purchase_rate"
  | "silence"
  | "regularity"
  | "trend"
  | "tenure"
  | "spending"
  | "basket"

/**
 * How customers buy and leave.
 * - `bg_nbd`: BG/NBD (Fader, Hardie & Lee 2005): purchases at random, may leave after each repeat purchase.
 * - `mbg_nbd`: MBG/NBD (Batislam, Denizel & Filiztekin 2007): may leave after the first purchase too.
 * - `pareto_nbd`: Pareto/NBD (Schmittlein, Morrison & Colombo 1987): may leave at any time.
 * - `bg_cnbd`: BG/CNBD-k (Platzer & Reutterer 2016): as `bg_nbd` with Erlang-k gaps, k chosen by likelihood.
 * Summaries need `log_gaps`.
 * - `mbg_cnbd`: MBG/CNBD-k: as `mbg_nbd` with Erlang-k gaps, k chosen by likelihood. Summaries need `log_gaps`.
 */
export type Family =
  | "bg_nbd"
  | "mbg_nbd"
  | "pareto_nbd"
  | "bg_cnbd"
  | "mbg_cnbd"

/**
 * A model of buying and leaving fitted to a log: parameters, how sure they are, and how the fit ended. Time is in
 * days, purchases are days with a purchase.
 */
export interface PurchaseFit {
  /** How customers buy and leave. */
  readonly family: Family
  /** The regularity of gaps: 1 = random, larger = more regular, up to 8. */
  readonly k: number
  /** The parameters, in the order of the family's paper. */
  readonly parameters: readonly PurchaseParameter[]
  /**
   * The covariance matrix of the parameters by the delta method, in their order; none where a standard error is none.
   */
  readonly covariance: readonly (readonly (number | null)[])[]
  /** The log-likelihood, without constants that do not depend on the parameters; none when nobody bought twice. */
  readonly logLikelihood: number | null
  /** How the fit ended. */
  readonly status: FitStatus
  /** What to do about it. */
  readonly advice: string
  /** Customers with a purchase by the instant. */
  readonly nCustomers: number
  /** Their purchase days after the first. */
  readonly nRepeats: number
  /**
   * How much customers spend on a purchase day, by Gamma-Gamma (Fader & Hardie 2013), from the days after the first
   * on which every amount is known; none when the log has no amounts.
   */
  readonly spend: SpendFit | null
  /**
   * The fit as a text to keep: given back as `fitted`, with the same log or a later one, it is used instead of a new
   * fit. It holds no customer's data.
   */
  readonly fitted: string
}

/** One parameter of a fitted model. */
export interface PurchaseParameter {
  /** As in the papers: r, alpha, and a, b or s, beta. `alpha` and `beta` are days. */
  readonly name: string
  /** The estimate, positive. */
  readonly estimate: number
  /**
   * Its standard error by the delta method; none when nothing was fitted, and for a parameter that ended at the end
   * of its range (then `status` is `near_boundary`): the data give none, and the others' hold given its value.
   */
  readonly standardError: number | null
}

/**
 * How a fit ended. Whatever it is, every answer of the model is finite.
 * - `converged`: At a maximum of the likelihood inside the range of the parameters.
 * - `near_boundary`: A parameter ran to the end of its range, or the data do not determine it.
 * - `all_one_time_buyers`: Nobody has bought twice: there is nothing to learn about repeats.
 * - `not_converged`: The steps ended before the slope vanished.
 * - `given`: Parameters were given, not fitted.
 */
export type FitStatus =
  | "converged"
  | "near_boundary"
  | "all_one_time_buyers"
  | "not_converged"
  | "given"

/** How much customers spend, by Gamma-Gamma. */
export interface SpendFit {
  /** Shape of a customer's amounts: the larger, the more alike they are. */
  readonly p: number
  /** Shape of the customers' means, above 1: the larger, the more alike customers are. */
  readonly q: number
  /** Scale, in the amounts' currency. */
  readonly gamma: number
  /** The standard errors of p, q and gamma; none for one at the end of its range. */
  readonly standardErrors: readonly (number | null)[]
  /** The log-likelihood. */
  readonly logLikelihood: number | null
  /** How the fit ended. */
  readonly status: FitStatus
  /** Customers with a repeat purchase of known amount. */
  readonly nCustomers: number
  /** What a new customer is expected to spend on a purchase day, in the amounts' currency. */
  readonly expectedAmount: number
}

/**
 * A model of buying and leaving with traits and calendar: the average customer's parameters, and effects. Time is in
 * days.
 */
export interface ContextFit {
  /** How customers buy and leave. */
  readonly family: Family
  /** The regularity of gaps: 1 = random, larger = more regular, up to 8. */
  readonly k: number
  /** The parameters of a customer of mean traits, on days without effects, in the order of the family's paper. */
  readonly parameters: readonly PurchaseParameter[]
  /** The effects: traits on buying, traits on leaving, months, lists of days. */
  readonly effects: readonly ContextEffect[]
  /**
   * The log-likelihood, comparable with that of `btyd`: twice the difference is about χ² distributed if the effects
   * are none. None when nobody bought twice.
   */
  readonly logLikelihood: number | null
  /** How the fit ended. */
  readonly status: FitStatus
  /** What to do about it. */
  readonly advice: string
  /** Customers with a purchase by the instant. */
  readonly nCustomers: number
}

/** What a trait, a month or a list of days changes. */
export interface ContextEffect {
  /** The trait, the month (`january` … `december`) or the list of days. */
  readonly name: string
  /** What it acts on. */
  readonly on: EffectOn
  /**
   * Per unit of the trait, or on such days: the logarithm of a factor, or what is added to log-odds; see `on`. 0 for
   * a trait that is the same for everyone.
   */
  readonly coefficient: number
  /**
   * Its standard error; none for a trait that is the same for everyone, and at the end of the coefficient's range.
   */
  readonly standardError: number | null
}

/**
 * What an effect acts on.
 * - `buying`: How often the customer buys: the coefficient is the logarithm of the factor per unit of the trait.
 * - `leaving`: How soon the customer leaves: the coefficient is added to the log-odds of the mean probability of
 * leaving after a purchase, or, for Pareto/NBD, is the logarithm of the factor of the rate.
 * - `calendar`: How often everyone buys on such days: the logarithm of the factor.
 */
export type EffectOn =
  | "buying"
  | "leaving"
  | "calendar"

/**
 * How cancellation depends on how long a customer has stayed.
 * - `shifted_beta_geometric`: Shifted beta-geometric (Fader & Hardie 2007): each customer cancels with the same
 * probability at every renewal, and these probabilities have a Beta distribution. Retention rises because the
 * faithful remain.
 * - `beta_discrete_weibull`: Beta-discrete-Weibull (Fader, Hardie, Liu, Davin & Steenburgh 2018): a customer's own
 * probability, too, may rise (`shape` above 1) or fall (below 1) with time.
 */
export type CohortKind =
  | "shifted_beta_geometric"
  | "beta_discrete_weibull"

/** What a cohort model says: survival and retention, renewal by renewal. */
export interface CohortCurve {
  /** Which model. */
  readonly kind: CohortKind
  /** First parameter of the Beta distribution of cancelling, above 0. */
  readonly alpha: number
  /** Second parameter, above 0. */
  readonly beta: number
  /** Exponent of time, above 0; 1 for the shifted beta-geometric. */
  readonly shape: number
  /** The log-likelihood. */
  readonly logLikelihood: number
  /** How many customers it was fitted to. */
  readonly nCustomers: number
  /** The share of customers that survives 0, 1, 2, … renewals, 0 to 1. */
  readonly survival: readonly number[]
  /** P(a customer who has survived 0, 1, 2, … renewals survives the next), 0 to 1. */
  readonly retention: readonly number[]
}

/** A fitted model of renewals, and what it learned from. */
export interface RenewalFit {
  /** The model, a text to keep: for `renewalRisk` and `renewalDrivers`. */
  readonly fitted: string
  /** How many renewals it learned from. */
  readonly nRenewals: number
  /** How many of them were cancelled. */
  readonly nCancelled: number
  /** The features: columns that must be there as well when the model is asked. */
  readonly columns: readonly string[]
  /** Which of them were dropped, and why. */
  readonly notes: readonly string[]
}

/** Why a contract's risk is what it is. `logOdds` is `baseLogOdds` and the contributions of all columns. */
export interface RenewalDrivers {
  /** P(cancel at the next renewal), 0 to 1. */
  readonly probCancel: number
  /** The log-odds of cancelling of the average contract. */
  readonly baseLogOdds: number
  /** The contract's own. */
  readonly logOdds: number
  /** The columns' contributions, the largest first. */
  readonly drivers: readonly RenewalDriver[]
}

/** One column's contribution. */
export interface RenewalDriver {
  /** The column; `term` for the number of the term. */
  readonly column: string
  /** Its value in the row, as a text; `missing` where there is none. */
  readonly value: string
  /** What it adds to the log-odds of cancelling; below 0 it lowers the risk. */
  readonly logOdds: number
}

/**
 * When an alarm is raised.
 * - `evidence`: When the evidence for a fall exceeds what the stated share of healthy customers shows in a year.
 * - `two_falls_running`: When the count fell two periods running, taken literally. Kept for comparison: nearly every
 * healthy customer alarms within a year, which `falseAlarmsPerYear` and each alarm show.
 */
export type AlarmRule =
  | "evidence"
  | "two_falls_running"

/**
 * What the business may do about a customer's need, what it costs, and how careful to be.
 *
 * Only the margin, one offer and one channel must be stated; amounts are in the currency of the orders.
 */
export interface Policy {
  /** The margin, a share of the price, 0 to 1, of items for which nothing else is said. */
  readonly marginShare: number
  /** What can be offered; at least one. A reminder is an offer without a discount. */
  readonly offers: readonly Offer[]
  /** How customers can be reached; at least one. */
  readonly channels: readonly Channel[]
  /**
   * What an order is worth where neither the item's terms nor the customer's last purchase say; default: unknown, and
   * the decision abstains.
   */
  readonly orderValue?: number | null
  /**
   * Of the purchases that a forecast expects, the share that would come without a contact, 0 to 1. Default 1: as the
   * log shows them. Lower it where the log's purchases followed reminders of yours, which the forecast cannot tell
   * from others.
   */
  readonly unpromptedShare?: number
  /** What a contact costs beside its channel. */
  readonly costs?: Costs
  /** How the effect of a contact depends on the stock left. */
  readonly response?: Response
  /** How contacts that were ignored wear off. */
  readonly fatigue?: Fatigue
  /** When channels may be used at all. */
  readonly limits?: Limits
  /** How careful to be. */
  readonly caution?: Caution
  /** What is left to chance, in order to learn. */
  readonly lottery?: Lottery
  /** What the log's own contacts have taught; default: nothing. */
  readonly learned?: Learned
  /**
   * What contacts may cost on the day of the decision, channels' costs and discounts, over all customers; default: no
   * limit.
   */
  readonly budget?: number | null
  /** How many contacts may be made on the day of the decision, over all customers; default: any number. */
  readonly capacity?: number | null
  /**
   * How far ahead waiting is weighed, days, 1 to 300; default 28. A contact that would be best later is decided again
   * then.
   */
  readonly horizonDays?: number
  /** Who acts on a decision; the first rule that holds counts, and the machine acts when none does. */
  readonly routes?: readonly RouteRule[]
  /** What is known of items. */
  readonly items?: readonly ItemTerms[]
  /** What is known of customers. */
  readonly customers?: readonly CustomerTerms[]
  /** The time zone of customers for whom nothing else is said, such as `Europe/Berlin`; default `UTC`. */
  readonly timeZone?: string
  /** The language of messages where nothing else is said, such as `zh-CN`; default `en`. */
  readonly locale?: string
  /** Templates of messages, beside and before the ones that come with the library. */
  readonly messages?: readonly Template[]
}

/** Something that a contact can offer; without a discount it is a reminder. */
export interface Offer {
  /** Its name, as contacts in the log have it. */
  readonly name: string
  /** The discount, a share of the price, 0 to 1; default 0. Offers whose discount eats the margin are never made. */
  readonly discountShare?: number
  /**
   * P(a customer who would not have bought does so because of a contact at the best moment), 0 to 1: what you expect
   * of it. It is the prior where the log holds a randomised control, and counts as it is where it does not.
   */
  readonly probWinBack: number
  /**
   * How many contacts your expectation is worth; at least 1, default 50. Sets how soon the log's own control
   * outweighs it, and how doubtful a gain is.
   */
  readonly nContactsPrior?: number
  /**
   * The offer is for customers who have bought on at least so many days, returned purchases left aside; default 0.
   */
  readonly minPurchases?: number
}

/** A way to reach a customer. */
export interface Channel {
  /** Its name, as contacts in the log have it. */
  readonly name: string
  /** What one contact costs; default 0. */
  readonly cost?: number
  /** How well a contact works here compared with what offers say, times; default 1. */
  readonly strength?: number
  /** How many contacts it can carry on the day of the decision, over all customers; default: any number. */
  readonly capacity?: number | null
}

/**
 * The costs of a contact, in the currency of the orders. All default to 0 unless said otherwise: what is not stated
 * is not assumed.
 */
export interface Costs {
  /** The annoyance of a contact that is ignored. */
  readonly perIgnored?: number
  /** The annoyance of one that comes much too early: with more than `earlyAfterDays` of stock left. */
  readonly perEarly?: number
  /** From how much stock left a contact is much too early, days. Default 14. */
  readonly earlyAfterDays?: number
  /** Per day that a contact comes before the best moment, which is `leadDays` before the run-out. */
  readonly earlyPerDay?: number
  /** Per day that it comes after that moment. */
  readonly latePerDay?: number
  /** The time between contact and delivery, days, for the two costs per day. Default 7. */
  readonly leadDays?: number
  /**
   * P(the customer is lost for good through one ignored contact), 0 to 1: times the customer's remaining value, this
   * is a cost of its own.
   */
  readonly probLostPerIgnored?: number
  /** What a customer will still bring, margin, unless said for the customer. */
  readonly remainingValue?: number
}

/**
 * The effect of a contact as a share of its peak, by the days of stock left when it comes.
 *
 * With `s` days left, the need falling due `s` days after the contact:
 */
export interface Response {
  /** Stock left from which on a contact works fully, days: delivery and thinking it over. At least 0, default 4. */
  readonly bestFromDays?: number
  /**
   * Stock left up to which it works fully, days; not below `bestFromDays`. Default 10: with the default above, a week
   * ahead.
   */
  readonly bestToDays?: number
  /** Days over which the effect of an earlier contact falls to a third (1/e). Above 0, default 6. */
  readonly earlyScaleDays?: number
  /** Days over which the effect of a later contact falls to a third (1/e). Above 0, default 3. */
  readonly lateScaleDays?: number
  /** How long after the run-out a contact still has an effect, days. At least 0, default 10. */
  readonly lateUntilDays?: number
}

/**
 * How contacts that were ignored wear off: each lets later ones work less, for a while.
 *
 * `effect = stated · keep ^ Σ 2^(-days since / halfLifeDays)` over the contacts ignored.
 */
export interface Fatigue {
  /** What one contact ignored just now leaves of the effect, 0 to 1; 1: nothing wears off. Default 0.7. */
  readonly keep?: number
  /** Days after which an ignored contact counts half; above 0, default 14. */
  readonly halfLifeDays?: number
}

/** When channels may be used, and how often a customer is contacted at all. */
export interface Limits {
  /** The channels, at least one; elsewhere a channel is its place in this list. Default: one, named `message`. */
  readonly channels?: readonly ChannelLimits[]
  /**
   * Caps on contacts over all channels; all hold. Default: none, for the gap and the cap on ignored contacts already
   * keep the number low.
   */
  readonly caps?: readonly Cap[]
  /**
   * A cap on ignored contacts over all channels: how many may lie within how many days before no further one may
   * follow. Default: 2 in 7 days, so that nobody who ignored two is contacted a third time in a week. `null` for
   * none.
   */
  readonly capIgnored?: Cap | null
  /**
   * Days of 24 hours from one contact to the next, over all channels, 0 … 366. Default: 3. Most answers to a message
   * that come at all come within two or three days; a contact made sooner cannot know whether the last was ignored.
   */
  readonly minGapDays?: number
  /**
   * Civil dates on which nothing is sent, on the customer's calendar. Default: none, for holidays differ by country.
   */
  readonly holidays?: readonly string[]
}

/** When one channel may be used. */
export interface ChannelLimits {
  /** The channel's name: any text that no other channel has, not empty. No default. */
  readonly name?: string
  /**
   * When nothing is sent. Default: 21:00 to 08:00, which is inside what the common rules on calls and messages ask
   * for and outside most people's sleep. `null` for a channel that disturbs nobody, such as a note inside an app.
   */
  readonly quietHours?: QuietHours | null
  /** Days of the week on which the channel may be used, at least one. Default: all seven. */
  readonly weekdays?: readonly Weekday[]
  /**
   * Whether the channel may be used only for customers known to have agreed. Default: no, because a log seldom holds
   * consents; where the law asks for one on this channel, say yes. A refusal holds either way.
   */
  readonly needsConsent?: boolean
  /** Caps on the contacts of this channel; all hold. Default: none beyond those over all channels. */
  readonly caps?: readonly Cap[]
  /** A cap on this channel's contacts that were ignored. Default: none beyond the one over all channels. */
  readonly capIgnored?: Cap | null
  /**
   * Days of 24 hours from one contact on this channel to the next, 0 … 366. Default: 0, for the gap over all channels
   * holds anyway.
   */
  readonly minGapDays?: number
}

/** A time of the day in which nothing is sent, on the customer's clock. */
export interface QuietHours {
  /** Quiet begins, `HH:MM`. */
  readonly begins: string
  /** Quiet ends, `HH:MM`; past midnight when it is earlier than `begins`. Not the same as `begins`. */
  readonly ends: string
}

/**
 * A day of the week.
 * - `monday`: Monday.
 * - `tuesday`: Tuesday.
 * - `wednesday`: Wednesday.
 * - `thursday`: Thursday.
 * - `friday`: Friday.
 * - `saturday`: Saturday.
 * - `sunday`: Sunday.
 */
export type Weekday =
  | "monday"
  | "tuesday"
  | "wednesday"
  | "thursday"
  | "friday"
  | "saturday"
  | "sunday"

/**
 * At most so many contacts in so many days.
 *
 * A contact is refused at an instant `t` when `maxContacts` or more of the contacts that count went out within `(t −
 * days, t]`; `days` have 24 hours, so that seven of them are a week on any clock.
 */
export interface Cap {
  /** Contacts at most, 1 … 1,000. */
  readonly maxContacts: number
  /** Within so many days, above 0 and up to 366. */
  readonly days: number
}

/** How careful to be about a gain that is not known exactly. */
export interface Caution {
  /**
   * The machine acts when the gain is positive with at least this probability, and does nothing when it is negative
   * with at least this probability; .5 to .999. Default .8. At .5 only the expectation counts.
   */
  readonly confidence?: number
  /**
   * What a person's time for one decision costs. Between the two bounds a person is asked when resolving the doubt is
   * worth more than that. Default: nobody is asked.
   */
  readonly personCost?: number | null
  /** Whom a decision is handed to. Default `customer_success`. */
  readonly handOffTo?: string
  /**
   * An offer that a person refused to make to a customer is not proposed again for so many days, 0 to 366. Default
   * 28.
   */
  readonly refusedDays?: number
}

/**
 * What is left to chance, in order to learn what contacts are worth. Draws are hashes of customer, day and `salt`:
 * the same inputs draw the same.
 */
export interface Lottery {
  /**
   * The share of customers that are never contacted, 0 to .5, so that what contacts earn can be measured. Default 0.
   */
  readonly holdoutShare?: number
  /**
   * The probability with which, instead of the best action, one is drawn among the offers that gain anything and
   * doing nothing, 0 to .5; also the probability of a contact whose gain is doubtful. Default 0.
   */
  readonly exploreShare?: number
  /** Makes other draws. Default: empty. */
  readonly salt?: string
}

/** What a log's contacts teach; put it into the policy. */
export interface Learned {
  /**
   * At which hours customers open what they are sent, as a text for the library itself; `null` where the log holds no
   * opens.
   */
  readonly hours?: string | null
  /**
   * What each offer wins, where the log holds a control for it. Offers without one rest on what the policy states: a
   * rate of response is never taken for an effect.
   */
  readonly effects?: readonly LearnedEffect[]
  /** What people made of proposals, offer by offer. */
  readonly approvals?: readonly LearnedApproval[]
}

/**
 * What contacts of one offer won, measured against customers whom a lottery held out.
 *
 * With y = whether the customer bought within the window, weighted by 1 / propensity (Hájek 1971):
 *
 * Of a customer's rows, contacts and held out alike, one counts per window: the first, then the first after its
 * window, and so on. Outcomes of one customer are not taken to be independent: errors are clustered by customer
 * (Liang & Zeger 1986).
 */
export interface LearnedEffect {
  /** The offer, by name. */
  readonly offer: string
  /** Contacts with it that count: at most one per customer and window. */
  readonly nContacted: number
  /** Windows of customers held out from it, or from any offer where the log does not say which. */
  readonly nHeldOut: number
  /** The share of the contacted that bought within the window. */
  readonly shareContacted: number
  /** The share of the held out that did. */
  readonly shareHeldOut: number
  /** Of those who would not have bought, the share that contacts won; may come out negative. */
  readonly probWinBack: number
  /** Its standard error. */
  readonly standardError: number
  /**
   * How many independent contacts of the same weight would tell as much, at most `nContacted`; all of them when
   * absent.
   */
  readonly effectiveContacted?: number | null
  /** As `effectiveContacted`, of the held out. */
  readonly effectiveHeldOut?: number | null
}

/** What people made of proposals with one offer. */
export interface LearnedApproval {
  /** The offer, by name. */
  readonly offer: string
  /** Proposals approved as they were. */
  readonly nApproved: number
  /** Proposals approved after an edit. */
  readonly nEdited: number
  /** Proposals refused. */
  readonly nRefused: number
  /**
   * P(the next one is approved, as it is or edited): the mean of a uniform prior's posterior, `(nApproved + nEdited +
   * 1) / (n + 2)`.
   */
  readonly probApproved: number
}

/** A rule about who acts. It holds when every condition stated does; the first rule that holds counts. */
export interface RouteRule {
  /** Who acts. */
  readonly route: Route
  /** Holds when an order is worth more than this. */
  readonly orderValueAbove?: number | null
  /** Holds when the discount is larger than this share. */
  readonly discountAbove?: number | null
  /** Holds when P(the contact gains anything) is below this. */
  readonly confidenceBelow?: number | null
  /** Holds when the customer's mood is known and below this, -1 to 1. */
  readonly moodBelow?: number | null
  /** Holds when there is a contract with the customer (`true`), or none (`false`). */
  readonly hasContract?: boolean | null
}

/**
 * Who acts on a decision.
 * - `auto`: The machine sends it.
 * - `approve`: A person looks at it first, and approves, edits or refuses it.
 * - `human`: A person does it: the decision is to hand off.
 */
export type Route =
  | "auto"
  | "approve"
  | "human"

/** What is known of one item beyond the log. */
export interface ItemTerms {
  /** The item, as in the log. */
  readonly item: Id
  /** What customers call it, for messages; default: the identifier. */
  readonly name?: string | null
  /** What an order of it is worth; default: what the customer last paid. */
  readonly orderValue?: number | null
  /** Its margin, a share of the price; default: the policy's. */
  readonly marginShare?: number | null
  /** Units in stock; contacts about it are not expected to sell more. Default: any number. */
  readonly stock?: number | null
}

/** What is known of one customer beyond the log. */
export interface CustomerTerms {
  /** The customer, as in the log. */
  readonly customer: Id
  /** The customer's time zone, such as `Asia/Shanghai`; default: the policy's. */
  readonly timeZone?: string | null
  /** The language of messages, such as `zh-CN`; default: the policy's. */
  readonly locale?: string | null
  /** What the customer will still bring, margin; default: the policy's. */
  readonly remainingValue?: number | null
  /** The customer's mood, from -1 (angry) to 1 (delighted), where it is known. */
  readonly mood?: number | null
  /** Whether there is a contract with the customer; default: no. */
  readonly hasContract?: boolean
}

/** A text of one's own for a key and a locale, in place of the built-in one. */
export interface Template {
  /** What it says. */
  readonly key: MessageKey
  /** In which language: a tag such as `zh-CN`, `zh` or `en`; letter case does not matter. */
  readonly locale: string
  /** The text, with parameters in double braces and the filters of Jinja; see `Templates`. */
  readonly text: string
}

/**
 * What a message says.
 * - `reminder`: An item runs out soon. Parameters: `item`, `days_used`, `leadDays`.
 * - `reminder_offer`: An item runs out soon, and there is a discount. Parameters: `item`, `days_used`, `leadDays`,
 * `discount`.
 * - `next_stage`: An item runs out soon, and another one comes after it. Parameters: `item`, `days_left`, `nextItem`.
 * - `next_stage_offer`: As `NextStage`, with an offer behind the link. Parameters: `item`, `days_left`, `nextItem`.
 * - `usage_tips`: A module of a service is little used. Parameters: `module`, `nTips`.
 * - `instalments`: A large bill can be paid in instalments. Parameters: `n_instalments`, `monthly_amount`.
 */
export type MessageKey =
  | "reminder"
  | "reminder_offer"
  | "next_stage"
  | "next_stage_offer"
  | "usage_tips"
  | "instalments"

/** What to do about one customer now. */
export type Decision =
  | ({ readonly action: "contact" } & Contact)
  | ({ readonly action: "wait" } & Wait)
  | ({ readonly action: "abstain" } & Abstain)
  | ({ readonly action: "hand_off" } & HandOff)

/**
 * On what the effect of a contact rests.
 * - `prior`: On what the policy states.
 * - `log`: On the log's own randomised control, with what the policy states as prior.
 */
export type EffectSource =
  | "prior"
  | "log"

/** What a contact says. */
export interface Message {
  /** What is said. */
  readonly key: MessageKey
  /** In which language. */
  readonly locale: string
  /** The words; parameters are not escaped for HTML. */
  readonly text: string
}

/** Why a decision came out as it did. */
export interface Reasoning {
  /** The best contact of every offer, best first; the first is what was proposed or would be. */
  readonly candidates: readonly Candidate[]
  /** The best contact that differs from the first in its day only. */
  readonly runnerUp: Candidate | null
  /** What speaks for a contact and what against it. */
  readonly evidence: readonly Evidence[]
  /** What keeps a better contact from being made, and what that costs. */
  readonly binding: Binding | null
  /** What would have to be different for the decision to change. */
  readonly wouldChange: readonly Change[]
  /** The decision and its reasons in plain words, in the policy's language for the customer (English or Chinese). */
  readonly words: string
  /**
   * The gain of the first candidate on each day from that of the decision, limits left aside: the value of waiting.
   */
  readonly gainByDay: readonly number[]
  /** The days of `gainByDay` on which limits close the first candidate's channel to the customer, in order. */
  readonly closedDays: readonly ClosedDay[]
}

/** A contact that was weighed. */
export interface Candidate {
  /** What it is about. */
  readonly item: Id | null
  /** The offer, by name. */
  readonly offer: string
  /** The channel, by name. */
  readonly channel: string
  /** On which day, counted from that of the decision. */
  readonly inDays: number
  /** What it is expected to gain over none. */
  readonly expectedMargin: number
  /**
   * The lower end of what it may gain, at the policy's confidence: the effect and the customer's own chance are not
   * known exactly.
   */
  readonly marginLow: number
  /** The upper end. */
  readonly marginHigh: number
  /** Of what the gain is made. */
  readonly parts: Parts
}

/**
 * What a contact is expected to gain over none, and of what this is made. In the currency of the orders; costs are
 * negative.
 */
export interface Parts {
  /** Margin of purchases that would not have come without the contact. */
  readonly winBack: number
  /** Discount given to those who would have bought anyway. */
  readonly cannibalised: number
  /** Annoyance of a contact that is ignored. */
  readonly ignored: number
  /** What is lost when an ignored contact drives the customer away. */
  readonly lost: number
  /** Annoyance of a contact that comes too early, and the cost of days too early or too late. */
  readonly timing: number
  /** The contact itself: its channel's cost, and a person's time. */
  readonly contact: number
}

/** One thing that speaks for a contact or against it. */
export interface Evidence {
  /** What it is. */
  readonly kind: EvidenceKind
  /** Whether it speaks for a contact. */
  readonly isFor: boolean
  /** Its number: see `EvidenceKind`. */
  readonly value: number
  /** On how many observations it rests. */
  readonly n: number
}

/**
 * What speaks for a contact or against it.
 * - `due_soon`: P(the need falls due while a contact today works best); n: purchases it rests on.
 * - `due_later`: P(the need falls due only when a contact today is much too early); n: purchases.
 * - `buys_unprompted`: P(the customer buys unprompted); n: purchases.
 * - `effect`: P(a contact wins a customer who would not buy); n: contacts it rests on.
 * - `ignored_contacts`: Contacts ignored of late, those further back counting less; n: contacts made.
 * - `use_fell`: The share of the use that was lost; n: counts per period before the fall.
 * - `false_alarm`: The share of healthy customers whose use shows as much of a fall in a year; n: as for `use_fell`.
 * - `recovers`: P(the use recovers without help); n: as for `use_fell`.
 * - `approved`: P(a person approves the proposal); n: verdicts it rests on.
 */
export type EvidenceKind =
  | "due_soon"
  | "due_later"
  | "buys_unprompted"
  | "effect"
  | "ignored_contacts"
  | "use_fell"
  | "false_alarm"
  | "recovers"
  | "approved"

/** What keeps a better contact from being made. */
export interface Binding {
  /** The limit. */
  readonly limit: Limit
  /** What the contact would gain without it, beyond what it gains with it. */
  readonly costs: number
}

/**
 * What keeps a channel closed. Where several limits do, the first of this list is named; of caps and gaps the one
 * that lasts longest.
 * - `opted_out`: The customer refused this channel.
 * - `consent`: The channel needs a consent, and none is known.
 * - `holiday`: The civil day is a holiday.
 * - `weekday`: The channel rests on this day of the week.
 * - `quiet_hours`: What is left of the day is quiet hours.
 * - `clock_change`: A change of the clocks skips all the time that would have been allowed on this day.
 * - `cap_ignored`: Enough contacts have been ignored of late: see `capIgnored`.
 * - `cap`: Enough contacts have been made of late.
 * - `gap`: The last contact is too recent.
 */
export type Limit =
  | "opted_out"
  | "consent"
  | "holiday"
  | "weekday"
  | "quiet_hours"
  | "clock_change"
  | "cap_ignored"
  | "cap"
  | "gap"

/** A number that would change the decision. */
export interface Change {
  /** Which number. */
  readonly of: ChangeOf
  /** What it is. */
  readonly value: number
  /** At which value the decision turns. */
  readonly threshold: number
}

/**
 * A number that a decision depends on.
 * - `prob_win_back`: P(a contact wins a customer who would not buy).
 * - `prob_own`: P(the customer buys unprompted).
 * - `order_value`: What an order is worth.
 * - `contact_cost`: What the contact costs.
 */
export type ChangeOf =
  | "prob_win_back"
  | "prob_own"
  | "order_value"
  | "contact_cost"

/** A day on which limits close a channel to a customer. */
export interface ClosedDay {
  /** Which day, counted from that of the decision. */
  readonly inDays: number
  /** Why. */
  readonly limit: Limit
}

/** Contact the customer. */
export interface Contact {
  /** What it is about: the item bought last; `null` for a need without an item. */
  readonly item: Id | null
  /** The item to propose instead, when the customer moves on to another stage. */
  readonly nextItem: Id | null
  /** The offer, by its name in the policy. */
  readonly offer: string
  /** Its discount, a share of the price. */
  readonly discountShare: number
  /** The channel, by its name in the policy. */
  readonly channel: string
  /** When to send, within the allowed hours of the day of the decision. */
  readonly contactAt: Date
  /** What the contact is expected to gain over none, in the currency of the orders. */
  readonly expectedMargin: number
  /** Who sends it: the machine, or a person after a look. */
  readonly route: Route
  /**
   * The probability with which this action was drawn, for whoever learns from the log; 1 without exploration and
   * holdout.
   */
  readonly propensity: number
  /** On what the effect rests. */
  readonly effect: EffectSource
  /** The words, where the policy has a template for them. */
  readonly message: Message | null
  /** Why. */
  readonly reasoning: Reasoning
}

/** A later contact is worth more. */
export interface Wait {
  /** When to decide again: the day that now seems best, or the end of what is planned ahead. */
  readonly untilAt: Date
  /** What the contact would be about. */
  readonly item: Id | null
  /** The offer that would then be best. */
  readonly offer: string
  /** The channel that would then be best. */
  readonly channel: string
  /** What that contact is expected to gain over none. */
  readonly expectedMargin: number
  /** Why. */
  readonly reasoning: Reasoning
}

/**
 * Why nothing is done.
 * - `no_gain`: No contact in the days planned ahead is expected to gain anything.
 * - `doubt`: The gain is positive, but too doubtful, and a person's time is worth more than resolving the doubt.
 * - `limit`: Limits leave no day on which a contact would gain anything.
 * - `capacity`: Others gain more from the capacity or budget there is.
 * - `holdout`: The customer belongs to the holdout, which is never contacted.
 * - `explore`: A lottery chose to do nothing, to learn what contacts are worth.
 * - `refused`: A person has refused this proposal of late, or would most likely refuse it.
 * - `missing`: Something is missing: see `missing`.
 */
export type AbstainReason =
  | "no_gain"
  | "doubt"
  | "limit"
  | "capacity"
  | "holdout"
  | "explore"
  | "refused"
  | "missing"

/** Do not contact. */
export interface Abstain {
  /** Why not. */
  readonly because: AbstainReason
  /**
   * For a holdout: the probability with which this came to be; log it with the `held_out` row, and the first
   * candidate's offer.
   */
  readonly propensity: number | null
  /** What was missing for a decision, in plain words; often nothing. */
  readonly missing: readonly string[]
  /** Why, in full. */
  readonly reasoning: Reasoning
}

/**
 * Why a person decides.
 * - `doubt`: The gain is doubtful, and resolving the doubt is worth more than a person's time.
 * - `rule`: A rule of the policy says so.
 */
export type HandOffReason =
  | "doubt"
  | "rule"

/** Let a person decide. */
export interface HandOff {
  /** To whom: the policy's word. */
  readonly to: string
  /** Why a person. */
  readonly because: HandOffReason
  /** What it is about. */
  readonly item: Id | null
  /** The offer that the machine would make. */
  readonly offer: string
  /** The channel that it would use. */
  readonly channel: string
  /** What that contact is expected to gain over none. */
  readonly expectedMargin: number
  /** The words the machine would use. */
  readonly message: Message | null
  /** Why, in full. */
  readonly reasoning: Reasoning
}

/** What is known of the help that a customer gets whose use has fallen. */
export interface HelpTerms {
  /** Alarms raised within so many days before the decision are acted on, above 0 and up to 366. Default 14. */
  readonly alarmDays?: number
  /**
   * The share of customers whose use truly falls within a year, 0 to 1. Default .2: it says how many alarms are real.
   */
  readonly fallsPerYear?: number
  /** P(the use recovers without help), 0 to 1. Default 0: what is not stated is not assumed. */
  readonly probRecovers?: number
  /** How many tips the message speaks of, at least 1. Default 3. */
  readonly nTips?: number
}

/** What to do about one customer whose use has fallen. */
export interface DeclineDecision {
  /** The fall: since when, how deep, in which modules. */
  readonly decline: UsageDecline
  /** What to do. A contact is never the machine's alone: its route is `approve`. */
  readonly decision: Decision
}

/** One customer's use has fallen. */
export interface UsageDecline {
  /** Who. */
  readonly customer: Id
  /** When the alarm was raised: the end of the period whose count raised it. */
  readonly alarmAt: Date
  /** Since when: the beginning of the first fallen period, the most likely … */
  readonly sinceAt: Date
  /** … and the ends of a 90 % interval. */
  readonly sinceEarliestAt: Date
  /** The later end of that interval. */
  readonly sinceLatestAt: Date
  /** The share of the level that was lost, 0 to 1; the most likely … */
  readonly depth: number
  /** … and the ends of a 90 % interval. */
  readonly depthMin: number
  /** The upper end of that interval. */
  readonly depthMax: number
  /** The level before the fall, counts per period. */
  readonly levelBefore: number
  /** The level since, counts per period. */
  readonly levelAfter: number
  /**
   * The share of healthy customers that show as much evidence in a year, 0 to the stated rate: how sure the alarm is.
   */
  readonly falseAlarmsPerYear: number
  /** The items (modules, features) that fell, or that the customer uses less than similar customers do. */
  readonly modules: readonly ModuleFinding[]
}

/** A module that an alarm names. */
export interface ModuleFinding {
  /** The module. */
  readonly module: Id
  /** Why it is named. */
  readonly reason: ModuleReason
  /** Counts per period since the fall (`fell`), or in all periods seen (`used_little`). */
  readonly perPeriod: number
  /**
   * Counts per period expected instead: by the customer's own earlier use (`fell`), or by the use of others who use
   * the product as much (`used_little`).
   */
  readonly expectedPerPeriod: number
  /** P(the module's level truly lies below what was expected), 0 to 1. */
  readonly probBelow: number
}

/**
 * What a module has to do with an alarm.
 * - `fell`: The customer uses it less since the fall than before.
 * - `used_little`: The customer has long used it less than others who use the product as much.
 */
export type ModuleReason =
  | "fell"
  | "used_little"

/** What became of one customer's new periods. */
export interface DeclineStep {
  /** Where the customer stands now: give it back with the next counts. */
  readonly state: string
  /** The period whose count comes next. */
  readonly nextPeriod: number
  /** The level expected if nothing has fallen: counts per period of an average period. */
  readonly levelPerPeriod: number
  /** The alarms that the new counts raised. */
  readonly alarms: readonly Alarm[]
}

/**
 * One customer's level has fallen.
 *
 * Levels are counts per period of an average period; pauses are not counted in.
 */
export interface Alarm {
  /** The period whose count raised the alarm. */
  readonly period: number
  /** The first fallen period, the most likely … */
  readonly sincePeriod: number
  /** … and the ends of a 90 % interval. */
  readonly sinceEarliest: number
  /** The latest period of that interval. */
  readonly sinceLatest: number
  /** The share of the level that was lost, 0 to 1; the most likely … */
  readonly depth: number
  /** … and the ends of a 90 % interval. */
  readonly depthMin: number
  /** The upper end of that interval. */
  readonly depthMax: number
  /** The level before the fall, counts per period. */
  readonly levelBefore: number
  /** The level since, counts per period. */
  readonly levelAfter: number
  /**
   * The share of healthy customers that show as much evidence in a year, 0 to the stated rate: how sure the alarm is.
   * Under `TwoFallsRunning`, the share that alarms by that rule.
   */
  readonly falseAlarmsPerYear: number
}

/** What counts as a reminder, and as a right one. */
export interface ReminderOptions {
  /**
   * How far the purchase may be from the predicted run-out, in days, both ways; ≥ 0. Default 7: a reminder in the
   * right week helps.
   */
  readonly toleranceDays?: number
  /**
   * Run-outs up to this many days after `asOf` are reminded of, and purchases up to it count for the recall; > 0.
   * Default 28.
   */
  readonly horizonDays?: number
  /** Most points of the curve, ≥ 2. Default 50. */
  readonly nPoints?: number
}

/** What a backtest found. Every forecast came from a model fitted at its cutoff, which knew nothing later. */
export interface Backtest {
  /** The cutoffs, earliest first. */
  readonly cutoffs: readonly Date[]
  /** The horizon of the probabilities, days. */
  readonly horizonDays: number
  /** P(buys within the horizon), over all pairs. */
  readonly all: Scores
  /** The same over pairs bought twice or more; `null` when there was none. */
  readonly repeated: Scores | null
  /** The same of the structural forecast alone, without the layer. */
  readonly structure: Scores
  /** The calibration curve over all pairs. */
  readonly calibration: readonly CalibrationBin[]
  /** Mean CRPS of the date of the next purchase, days, up to the follow-up: lower is better. */
  readonly crpsDays: number
  /** How often the 80 % interval of the date held the purchase, among those that came within the follow-up. */
  readonly coverage: Coverage | null
  /** Precision and recall of reminders; `null` when the log ends too early to judge any. */
  readonly reminders: ReminderCurve | null
}

/**
 * How good a set of probability forecasts is, each score with its formula.
 *
 * Scores depend on the rows alone, not on their order: equal to the last bit for any permutation.
 */
export interface Scores {
  /** Forecasts scored, at least 1. */
  readonly nForecasts: number
  /** Forecasts whose event happened. */
  readonly nPositive: number
  /** Share that happened, `nPositive / nForecasts`, in [0, 1]. */
  readonly baseRate: number
  /** Mean forecast, in [0, 1]. Above `baseRate`: the forecasts promise too much as a whole. */
  readonly meanProb: number
  /** Log-loss, see `logLoss`. ≥ 0, lower is better. */
  readonly logLoss: number
  /**
   * Log-loss of forecasting `baseRate` for every row: the best that knowing nothing about a row can do. It is taken
   * from the scored rows themselves, which makes it a slightly harder opponent than a rate learned from the past.
   */
  readonly logLossBase: number
  /**
   * `1 − logLoss / logLossBase`: 0 is no better than the base rate, 1 is perfect, negative is harmful. `null` when the outcome is the same in every row.
   */
  readonly logLossSkill: number | null
  /** Brier score, see `brier`. In [0, 1], lower is better. */
  readonly brier: number
  /** `1 − brier / (baseRate · (1 − baseRate))` (Murphy 1973): as `logLossSkill`, for the Brier score. */
  readonly brierSkill: number | null
  /** Area under the ROC curve, see `auc`. `null` when the outcome is the same in every row. */
  readonly auc: number | null
  /** Expected calibration error over 20 equal-count bins, see `ece`. In [0, 1], lower is better. */
  readonly ece: number
  /** Share that happened among the 1 % highest forecasts, see `precision_at_top`. In [0, 1], higher is better. */
  readonly precisionTop1pct: number
}

/** One bin of a calibration curve: forecasts of about the same size, and what became of them. */
export interface CalibrationBin {
  /** Forecasts in the bin, at least 1. */
  readonly n: number
  /** Mean forecast of the bin, in [0, 1]. */
  readonly meanProb: number
  /**
   * Share of the bin that happened, in [0, 1]. Rows of one probability that straddle two bins bring the share of all
   * rows of that probability into both.
   */
  readonly shareObserved: number
  /** Lower end of the 95 % Wilson interval of `shareObserved`. */
  readonly observedLow: number
  /** Upper end of the 95 % Wilson interval of `shareObserved`. */
  readonly observedHigh: number
}

/** How often the central interval of a date forecast held the date. */
export interface Coverage {
  /** What the interval promises, in (0, 1). */
  readonly level: number
  /** What it held, in [0, 1]; well made intervals come close to `level`. `null` when the data cannot tell. */
  readonly share: number | null
  /** Lower end of the 95 % interval of `share`. */
  readonly shareLow: number | null
  /** Upper end of the 95 % interval of `share`. */
  readonly shareHigh: number | null
  /** Share of dates below the interval (the purchase came earlier than forecast); meant to be `(1 − level) / 2`. */
  readonly shareBelow: number | null
  /** Forecasts looked at. */
  readonly nForecasts: number
  /** Those whose purchase was observed. */
  readonly nObserved: number
  /** Forecasts still watched at the upper end of the interval: how much the answer there rests on. */
  readonly nAtUpper: number
}

/** Precision and recall of reminders over the choice of a probability threshold. */
export interface ReminderCurve {
  /** The definition it was made with. */
  readonly options: ReminderOptions
  /** Candidates watched long enough to be judged. */
  readonly nJudged: number
  /**
   * Candidates left out because the log ends before `horizonDays + toleranceDays` after their `asOf`, whether they
   * bought or not: to keep only those that bought would flatter the result.
   */
  readonly nUndecided: number
  /** Purchases within the horizon by judged candidates: what could have been reminded of. */
  readonly nPurchases: number
  /**
   * From the highest threshold to the lowest; the last point reminds of every run-out within the horizon. Empty when
   * no judged candidate runs out within the horizon.
   */
  readonly points: readonly ReminderPoint[]
}

/** One choice of the threshold, and what reminders at or above it are worth. */
export interface ReminderPoint {
  /** Candidates with at least this probability are reminded, in [0, 1]. */
  readonly probThreshold: number
  /** Reminders sent. */
  readonly nReminders: number
  /** Reminders whose purchase fell within the tolerance of the predicted run-out. */
  readonly nRight: number
  /** `nRight / nReminders`, in [0, 1]. */
  readonly precision: number
  /** Lower end of the 95 % Wilson interval of `precision`. */
  readonly precisionLow: number
  /** Upper end of the 95 % Wilson interval of `precision`. */
  readonly precisionHigh: number
  /**
   * Purchases within the horizon that had a right reminder, over all that could have been reminded of; `null` when
   * there was none.
   */
  readonly recall: number | null
}

/** What a log can carry, as data; `Display` gives it in plain words. */
export interface Audit {
  /** The instant of the audit; later events were not looked at. */
  readonly asOf: Date
  /** What the log holds. */
  readonly log: LogFacts
  /** What to look into before trusting any forecast, the most urgent first. */
  readonly findings: readonly Finding[]
  /** Each scenario with its readiness and the reasons, always all of them, always in this order. */
  readonly scenarios: readonly ScenarioReadiness[]
  /** The same in plain words. */
  toString(): string
}

/**
 * What a log holds. Only events up to `asOf` are counted, in every field.
 *
 * A *visit* is a day on which a customer bought anything, a *pair* a customer and an item that customer bought, and a
 * pair is *repeated* when it was bought on two or more days. Shares are in [0, 1], and 0 when there is nothing to
 * share.
 */
export interface LogFacts {
  /** Customers with an event. */
  readonly nCustomers: number
  /** Items with an event. */
  readonly nItems: number
  /** Events. */
  readonly nEvents: number
  /** Events after `asOf`, which were left out. */
  readonly nEventsAfter: number
  /** Days on which a customer bought, over all customers. */
  readonly nVisits: number
  /** The IANA name of the time zone in which days were counted. */
  readonly timeZone: string
  /** The first event; `null` when there is none. */
  readonly firstAt: Date | null
  /** The last event; `null` when there is none. */
  readonly lastAt: Date | null
  /** Civil days from the first to the last event, both included. */
  readonly spanDays: number
  /** Civil days from the last event to `asOf`. */
  readonly quietDays: number
  /** Pairs of customer and item. */
  readonly nPairs: number
  /** Pairs bought on two or more days. */
  readonly nPairsRepeated: number
  /** `nPairsRepeated / nPairs`. */
  readonly sharePairsRepeated: number
  /** Customers with visits on two or more days. */
  readonly nCustomersReturning: number
  /** `nCustomersReturning / nCustomers`. */
  readonly shareCustomersReturning: number
  /** Share of customers with a single event. */
  readonly shareCustomersSingleEvent: number
  /** Median events per customer. */
  readonly medianEventsPerCustomer: number
  /** Median days between two purchases of one pair; `null` when no pair is repeated. */
  readonly medianCycleDays: number | null
  /**
   * Regularity of the cycles as the shape k of an Erlang distribution: 1 is pure chance, 2 and more a rhythm. `null`
   * with fewer than 100 pairs bought on three days.
   *
   * Formula: with M = g₁ / (g₁ + g₂) of the last two gaps of each pair, k = (1 − 4 v) / (8 v), v = mean (M − ½)²
   * (Wheat & Morrison 1990).
   */
  readonly regularity: number | null
  /** Customers with an event in the last 84 days before `asOf`. */
  readonly nCustomersActive: number
  /** Customers with an event in at least 8 of the last 12 weeks before `asOf`. */
  readonly nCustomersWeekly: number
  /** Customers who moved from one item to another of the same need or category and did not come back to the first. */
  readonly nCustomersMovedOn: number
  /** Whether the log has quantities (some quantity is not 1). */
  readonly hasQuantity: boolean
  /** Share of events with a quantity other than 1. */
  readonly shareEventsQuantity: number
  /** Share of events with an amount of money. */
  readonly shareEventsAmount: number
  /** Share of events whose item has a category. */
  readonly shareEventsCategory: number
  /** Share of events whose item has a need. */
  readonly shareEventsNeed: number
  /** Share of events whose item has a pack size. */
  readonly shareEventsPackSize: number
  /** Needs that two or more items serve. */
  readonly nNeedsShared: number
  /** Purchases returned or cancelled, in full or in part. */
  readonly nReturns: number
  /** How fine the instants are; `null` without events. */
  readonly timeResolution: TimeResolution | null
  /** Days between first and last event on which nobody bought anything. */
  readonly nDaysEmpty: number
  /** Weekdays on which as good as nothing happens, 0 = Monday … 6 = Sunday: taken as closed. */
  readonly closedWeekdays: readonly number[]
  /** Stretches without any event, too long to be chance. In order of time. */
  readonly holes: readonly Hole[]
  /** Sudden changes of level. In order of time. */
  readonly jumps: readonly Jump[]
}

/**
 * How fine the instants of a log are.
 * - `days`: Dates only: at most two times of day occur (two, because midnight moves with the clocks).
 * - `minutes`: Times of day, in whole minutes.
 * - `seconds`: Times of day, with seconds.
 */
export type TimeResolution =
  | "days"
  | "minutes"
  | "seconds"

/**
 * A stretch of days without any event, longer than chance explains.
 *
 * A closed shop looks the same as lost data: forecasts treat both as "nobody bought".
 */
export interface Hole {
  /** First empty day (its beginning). */
  readonly fromAt: Date
  /** First day with events again (its beginning). */
  readonly untilAt: Date
  /** Length in civil days. */
  readonly nDays: number
}

/**
 * A sudden change of the weekly number of visits: a new sales channel, a new way of counting, or data lost in part.
 */
export interface Jump {
  /** Start of the first week at the new level (its beginning). */
  readonly at: Date
  /** Median visits per week in the four weeks before. */
  readonly beforePerWeek: number
  /** Median visits per week in the four weeks after. */
  readonly afterPerWeek: number
}

/** Something about the log to look into, with what to do. */
export interface Finding {
  /** What it is about. */
  readonly code: FindingCode
  /** The same in plain words. */
  readonly words: string
  /** What to do. */
  readonly todo: string
}

/**
 * What a finding is about.
 * - `no_events`: There is no event up to `asOf`.
 * - `ends_early`: The log ends well before `asOf`.
 * - `hole`: A stretch without any event.
 * - `jump`: A sudden change of level.
 * - `mostly_single_events`: Most customers have a single event.
 * - `events_after_as_of`: Some events lie after `asOf` and were left out.
 * - `no_quantities`: Every quantity is 1.
 * - `days_only`: The log has dates, no times.
 */
export type FindingCode =
  | "no_events"
  | "ends_early"
  | "hole"
  | "jump"
  | "mostly_single_events"
  | "events_after_as_of"
  | "no_quantities"
  | "days_only"

/** A scenario, whether the log can carry it, and why. */
export interface ScenarioReadiness {
  /** The scenario. */
  readonly scenario: Scenario
  /** The lowest readiness of the required checks. */
  readonly readiness: Readiness
  /** The reasons, required ones first. */
  readonly checks: readonly Check[]
}

/**
 * What the library can do with a log.
 * - `replenishment`: When will this customer buy this item again.
 * - `supply_left`: How many days of supply are left, from quantities and pack sizes.
 * - `substitutes`: A purchase of another size or brand postpones the reminder.
 * - `life_stage`: The next need is another item: the next stage of a ladder.
 * - `lapse`: Who without a contract will not come back.
 * - `renewal`: Who with a contract will not renew.
 * - `decline`: Whose usage is falling.
 * - `offer_timing`: Whether, when, with which offer and on which channel to contact.
 * - `card_bill`: What the next card bill will be, and whether it can be paid.
 * - `financial_need`: Who needs funds.
 * - `identity`: One person behind many identifiers.
 * - `memory`: What was said before, and what is still open.
 * - `implicit_need`: What a message or a return really asks for.
 * - `outcome`: What proactive service earned, against a holdout.
 */
export type Scenario =
  | "replenishment"
  | "supply_left"
  | "substitutes"
  | "life_stage"
  | "lapse"
  | "renewal"
  | "decline"
  | "offer_timing"
  | "card_bill"
  | "financial_need"
  | "identity"
  | "memory"
  | "implicit_need"
  | "outcome"

/**
 * Whether a log can carry a scenario.
 * - `missing`: It cannot; what is needed is not in the log.
 * - `thin`: It can answer, widely and with little to test it on.
 * - `ready`: It can, and the answer can be tested on the log itself.
 */
export type Readiness =
  | "missing"
  | "thin"
  | "ready"

/** One thing a scenario needs, what was found of it, and what to do. */
export interface Check {
  /** What was looked at. */
  readonly code: CheckCode
  /** How far it carries the scenario. */
  readonly readiness: Readiness
  /** Whether the scenario depends on it; otherwise it would only improve the answer. */
  readonly required: boolean
  /** What was found, in the unit of the code; `null` when it cannot be in an order log. */
  readonly found: number | null
  /** What `ready` asks for, in the same unit: at least this, for `freshness` at most this. */
  readonly needed: number | null
  /** The same in plain words. */
  readonly words: string
  /** What to do; `null` when there is nothing to do. */
  readonly todo: string | null
}

/**
 * What a check looks at.
 * - `span`: Days from the first to the last event.
 * - `repeated_pairs`: Pairs of customer and item bought on two or more days.
 * - `cycles`: Median purchase cycles that fit into the log.
 * - `freshness`: Days from the last event to `asOf`.
 * - `returning_customers`: Customers with visits on two or more days.
 * - `quantity`: Share of events with a quantity other than 1.
 * - `pack_size`: Share of events whose item has a pack size.
 * - `need`: Share of events whose item has a need.
 * - `shared_needs`: Needs that two or more items serve.
 * - `category`: Share of events whose item has a category.
 * - `moved_on`: Customers who moved on from one item to another of the same need or category.
 * - `weekly_customers`: Customers active in most weeks.
 * - `amount`: Share of events with an amount.
 * - `time_of_day`: Instants finer than a day.
 * - `returns`: Returns that name the purchase they undo.
 * - `other_records`: Records that an order log does not hold; `words` names them.
 */
export type CheckCode =
  | "span"
  | "repeated_pairs"
  | "cycles"
  | "freshness"
  | "returning_customers"
  | "quantity"
  | "pack_size"
  | "need"
  | "shared_needs"
  | "category"
  | "moved_on"
  | "weekly_customers"
  | "amount"
  | "time_of_day"
  | "returns"
  | "other_records"

/**
 * What a whole number in a time column counts.
 * - `seconds`: Seconds since 1970-01-01T00:00:00Z.
 * - `milliseconds`: Milliseconds since 1970-01-01T00:00:00Z.
 * - `microseconds`: Microseconds since 1970-01-01T00:00:00Z.
 * - `nanoseconds`: Nanoseconds since 1970-01-01T00:00:00Z; rounded down to the microsecond.
 */
export type TimeUnit =
  | "seconds"
  | "milliseconds"
  | "microseconds"
  | "nanoseconds"

/**
 * What to do with a row that cannot be used.
 * - `keep_going`: Leave the row out and say so in the report.
 * - `fail`: Stop with an `invalid_data` error that names the first such row.
 */
export type OnRefused =
  | "keep_going"
  | "fail"

/**
 * What to do with a return that does not name the order it undoes.
 * - `refuse`: Leave it out and say so in the report.
 * - `latest_purchase`: Take it to undo what the customer bought of the item last, up to then, and is not returned
 * yet; then what was bought before that, until all units are undone. Without a quantity it undoes one purchase.
 */
export type UnnamedReturns =
  | "refuse"
  | "latest_purchase"

/**
 * What became of the rows of an ingest.
 *
 * Every row is accounted for: `nRead == nKept + nReturns + nContacts + nRefused`.
 */
export interface IngestReport {
  /** Rows read. */
  readonly nRead: number
  /** Rows that became events of the history: purchases. */
  readonly nKept: number
  /** Kept rows that unite with an earlier purchase of the same item by the same customer (option `mergeDays`). */
  readonly nMerged: number
  /** Returns that undo a purchase, in full or in part. */
  readonly nReturns: number
  /** Rows about contacts: messages sent, opened, clicked or held out, and consent. They lie beside the events. */
  readonly nContacts: number
  /** Rows about contacts that are equal to another one in every field; they are one. */
  readonly nContactsMerged: number
  /** Rows left out. */
  readonly nRefused: number
  /** Kept rows without a quantity, counted as one unit. Only counted where some other row has a quantity. */
  readonly nAssumedOne: number
  /** Items for which rows name different categories, needs or pack sizes; the earliest one counts. */
  readonly nConflictingItems: number
  /** The rows left out, one entry per reason. */
  readonly refusals: readonly Refusal[]
  /** The same in plain words. */
  toString(): string
}

/** The rows that were left out for one reason. */
export interface Refusal {
  /** Why. */
  readonly reason: Reason
  /** How many rows. */
  readonly nRows: number
  /** The first such row, counted from zero; in CSV the line after the header is row 0. */
  readonly firstRow: number
  /** The column of that row that is at fault, by the name the caller gave it. */
  readonly column: string
  /** What stands there, cut to 60 characters. */
  readonly sample: string
}

/**
 * Why a row was left out. The `snake_case` strings are the same in all languages and never change.
 * - `missing_customer`: No customer: null or an empty text.
 * - `missing_item`: A purchase or a return without an item: null or an empty text.
 * - `missing_time`: No instant: null, an empty text, or the smallest 64-bit number, which stands for "not a time".
 * - `bad_time`: A text that is no date, date-time or whole number.
 * - `unknown_time_unit`: A whole number as time while the option `timeUnit` is not set.
 * - `time_out_of_range`: An instant before 1900 or after 2199.
 * - `bad_quantity`: A quantity that is no finite number.
 * - `non_positive_quantity`: A purchase (or return) of zero or fewer units.
 * - `absurd_quantity`: More units than the option `maxQuantity` allows.
 * - `bad_amount`: An amount that is no finite number.
 * - `bad_pack_size`: A pack size that is not positive and finite.
 * - `bad_kind`: A kind that is none of the known words, or a row that is no return and says it undoes an order.
 * - `bad_propensity`: A propensity that is not above 0 and at most 1.
 * - `id_too_long`: An identifier of more than 65,536 bytes.
 * - `wrong_field_count`: A CSV line with more or fewer fields than the header.
 * - `not_utf8`: A text that is not UTF-8.
 * - `unnamed_return`: A return that does not name the order it undoes, while the option `unnamedReturns` is `refuse`.
 * - `unmatched_return`: A return that names an order in which this customer did not buy this item; or that names
 * none, of an item that this customer had not bought by then.
 * - `nothing_left_to_return`: A return of units that were all returned already.
 */
export type Reason =
  | "missing_customer"
  | "missing_item"
  | "missing_time"
  | "bad_time"
  | "unknown_time_unit"
  | "time_out_of_range"
  | "bad_quantity"
  | "non_positive_quantity"
  | "absurd_quantity"
  | "bad_amount"
  | "bad_pack_size"
  | "bad_kind"
  | "bad_propensity"
  | "id_too_long"
  | "wrong_field_count"
  | "not_utf8"
  | "unnamed_return"
  | "unmatched_return"
  | "nothing_left_to_return"

/**
 * What a row of the log says happened.
 *
 * Purchases and returns are what the customer did; the other kinds are *contacts*: what the business did to reach the
 * customer, how the customer answered, and what people made of contacts that were proposed to them. Contacts lie
 * beside the purchases and change no forecast of them.
 * - `purchase`: The customer bought the item.
 * - `return`: The customer brought the item back, or the order was cancelled. Undoes the purchase it names and is
 * never a purchase itself.
 * - `contact`: A message was sent to the customer.
 * - `open`: A message was opened, or read.
 * - `click`: Something in a message was clicked.
 * - `held_out`: The customer would have been contacted, but a lottery put the customer into the control group.
 * - `opt_out`: The customer no longer wants messages on the channel; without a channel, on none.
 * - `opt_in`: The customer wants messages on the channel; without a channel, on all.
 * - `approved`: A person approved a proposed contact as it was.
 * - `edited`: A person approved a proposed contact after an edit.
 * - `refused`: A person refused a proposed contact.
 */
export type EventKind =
  | "purchase"
  | "return"
  | "contact"
  | "open"
  | "click"
  | "held_out"
  | "opt_out"
  | "opt_in"
  | "approved"
  | "edited"
  | "refused"

/**
 * The stable, language-independent name of what went wrong.
 *
 * Python raises one subclass per code, Node puts it into `err.code`; the strings end up in logs and never change.
 * - `invalid_options`: An option is out of range or contradicts another one.
 * - `invalid_data`: The input holds something that cannot be read as what it should be.
 * - `empty_data`: There is nothing to work on: no row, or none that could be kept.
 * - `unknown_customer`: The history holds no customer of that id.
 * - `not_converged`: An estimate did not settle; the message says what to change.
 * - `incompatible_model`: The bytes are no model of this library, or of a version it cannot read.
 * - `io`: A file could not be read or written.
 * - `cancelled`: The caller asked for the work to stop.
 * - `internal`: A defect of the library itself; please report it.
 */
export type ErrorCode =
  | "invalid_options"
  | "invalid_data"
  | "empty_data"
  | "unknown_customer"
  | "not_converged"
  | "incompatible_model"
  | "io"
  | "cancelled"
  | "internal"
