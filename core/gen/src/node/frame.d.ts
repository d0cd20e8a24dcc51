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

// {rows}

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
// {reading}
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
  // {methods}
}
