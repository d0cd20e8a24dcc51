// The shop's tables, and how they are read as one log of orders and contacts.

export const SCHEMA = `
  create table if not exists order_lines (
    order_id bigint not null,
    customer_id bigint not null,
    sku text not null,
    quantity numeric not null default 1,
    total numeric(12, 2),
    paid_at timestamptz not null
  );
  create index if not exists order_lines_customer on order_lines (customer_id);

  -- Messages sent and answered, customers held out by the lottery, and who wants none.
  create table if not exists contacts (
    customer_id bigint not null,
    kind text not null check (kind in ('contact', 'open', 'click', 'held_out', 'opt_out', 'opt_in')),
    channel text,
    offer text,
    sku text,
    propensity double precision,
    at timestamptz not null
  );
  create index if not exists contacts_customer on contacts (customer_id);
`

export const ORDERS = 'select order_id, customer_id, sku, quantity, total, paid_at from order_lines'

/** Orders and contacts; what is no contact has no kind and is a purchase. */
export const LOG = `
  select order_id, customer_id, sku, quantity, total, paid_at, null as kind, null as channel, null as offer, null as propensity
  from order_lines
  union all
  select null, customer_id, sku, null, null, at, kind, channel, offer, propensity
  from contacts
`

/** What `pg` returns can be given as it is: bigint and numeric as texts, timestamptz as Date. */
export const READING = {
  columns: { customer: 'customer_id', item: 'sku', time: 'paid_at', quantity: 'quantity', amount: 'total', order: 'order_id' },
  timeZone: 'Europe/Berlin',
} as const
