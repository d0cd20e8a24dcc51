"""Whom to contact this morning, with which offer, or not at all; and one decision explained. Needs nothing but beforehand.

python decide.py
"""

from collections import Counter
from pathlib import Path

import beforehand
from beforehand import Channel, Costs, ItemTerms, Offer, Policy

LOG = Path(__file__).parents[1] / "data/online_retail.parquet"
AS_OF = "2011-11-07T09:00"
NO_GOODS = ["POST", "DOT", "M", "m", "D", "C2", "BANK CHARGES", "CRUK", "PADS", "AMAZONFEE"]

# What the shop may do, and what it expects of it: nothing in this log says what a contact wins, so the shop does.
policy = Policy(
    margin_share=0.35,
    offers=[Offer("reminder", prob_win_back=0.15), Offer("ten_off", prob_win_back=0.25, discount_share=0.1, min_purchases=3)],
    channels=[Channel("email", cost=0.02), Channel("phone", cost=2.0, strength=1.3, capacity=20)],
    costs=Costs(per_ignored=0.2, per_early=0.2),
    items=[ItemTerms(item, order_value=0.0) for item in NO_GOODS],
    capacity=500,
    time_zone="Europe/London",
)

# An order of 74,215 units was a slip, and taken back; what an order is worth should not rest on such.
history = beforehand.History(LOG, max_quantity=5_000)
model = beforehand.fit(history, as_of=AS_OF)

# One row for each customer. With a capacity, those who gain most are served.
decisions = model.decide(history, as_of=AS_OF, policy=policy)
why = [because or "" for because in decisions["because"]]
for (action, because), n in sorted(Counter(zip(decisions["action"], why, strict=True)).items()):
    print(f"{n:6} {action} {because}".rstrip())

names = ("expected_margin", "customer", "item", "offer", "channel", "at", "action")
rows = zip(*(decisions[name] for name in names), strict=True)
contacts = sorted((row for row in rows if row[-1] == "contact"), reverse=True)
for gain, customer, item, offer, channel, at, _ in contacts[:5]:
    print(f"{customer} about {item}: {offer} by {channel} at {at:%H:%M}, gains {gain:.2f}")

# One customer's, with the whole reasoning, as a back end would ask for it.
match model.decide_for(history, as_of=AS_OF, policy=policy, customer=contacts[0][1]):
    case beforehand.Contact(message=message, reasoning=reasoning):
        print(message.text if message else "")
        print(reasoning.words)
    case beforehand.Wait(until_at=at):
        print(f"decide again on {at.date()}")
    case beforehand.Abstain(because=reason) | beforehand.HandOff(because=reason):
        print(f"no contact by the machine: {reason}")
