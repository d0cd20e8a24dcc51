"""A nightly job on PostgreSQL: read the orders, forecast, write a table of reminders back.

    pip install 'psycopg[binary]'
    python from_postgres.py "host=localhost dbname=shop user=me"

The database has a table orders (user_id bigint, paid_at timestamptz, sku text, quantity integer). Both ways go through COPY,
PostgreSQL's way for bulk: rows stream through a file and never pile up as Python objects.
"""

import sys
import tempfile
from pathlib import Path

import beforehand
import psycopg

AS_OF = "2011-11-06"
COLUMNS = {"customer": "user_id", "time": "paid_at", "item": "sku", "quantity": "quantity"}
ORDERS = """
    copy (select user_id, paid_at, sku, quantity from orders where quantity > 0) to stdout (format csv, header)
"""
REMINDERS = """
    create table reminders (
        customer bigint, item text, n_events integer, basis text, recency_days real, cycle_days real, supply_left_days real,
        prob_again real, prob_within_28_days real, run_out_p10_at timestamptz, run_out_p50_at timestamptz,
        run_out_p90_at timestamptz, remind_at timestamptz, consumption_per_day real, next_item text, primary key (customer, item)
    )
"""

with psycopg.connect(sys.argv[1]) as database, tempfile.TemporaryDirectory() as place:
    orders = Path(place) / "orders.csv"
    with orders.open("wb") as file, database.cursor().copy(ORDERS) as rows:
        for block in rows:
            file.write(block)
    history = beforehand.History(orders, columns=COLUMNS)
    print("read", history)

    model = beforehand.fit(history, as_of=AS_OF)
    due = Path(place) / "due.csv"
    model.replenishment(history, as_of=AS_OF, horizons_days=[28]).write_csv(due)

    # One transaction: readers see yesterday's reminders or today's, never half of them.
    database.execute("drop table if exists reminders")
    database.execute(REMINDERS)
    with due.open("rb") as file, database.cursor().copy("copy reminders from stdin (format csv, header)") as table:
        while block := file.read(1 << 16):
            table.write(block)

    written = database.execute("select count(*), count(distinct customer) from reminders").fetchone()
    assert written is not None
    print("wrote {} reminders for {} customers; due within a week, the likeliest:".format(*written))
    query = """
        select customer, item, prob_within_28_days::numeric(4, 3), (remind_at at time zone 'UTC')::date from reminders
        where remind_at < %s::timestamptz + interval '7 days' order by prob_within_28_days desc, customer, item limit 3
    """
    for customer, item, prob, remind in database.execute(query, [AS_OF]):
        print(f"  remind {customer} of {item} on {remind}: P(buys within 28 days) = {prob}")
