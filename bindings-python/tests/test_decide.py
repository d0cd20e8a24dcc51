"""Decisions: whom to contact, when, with what; from whatever holds the log, alone or in bulk."""

from __future__ import annotations

import dataclasses
import math
import os
import pickle
import random
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import beforehand
import pytest
from beforehand import Caution, Channel, Contact, Costs, CustomerTerms, HandOff, ItemTerms, Limits, Offer, Policy, RouteRule, Wait
from conftest import AS_OF

NOW = datetime(2025, 8, 20, 9, tzinfo=UTC)
POLICY = Policy(
    margin_share=0.35,
    order_value=30.0,
    offers=[Offer("reminder", prob_win_back=0.2), Offer("ten_off", prob_win_back=0.6, discount_share=0.1, min_purchases=2)],
    channels=[Channel("app", cost=0.05), Channel("sms", cost=0.15, strength=1.4)],
)


def words(decision: beforehand.Decision) -> str:
    """What is to be done; the type checker sees that no case is forgotten."""
    match decision:
        case beforehand.Contact(item=item, offer=offer, channel=channel, contact_at=at):
            return f"{offer} about {item} by {channel} at {at:%H:%M}"
        case beforehand.Wait(until_at=at):
            return f"look again on {at.date()}"
        case beforehand.Abstain(because=why):
            return f"nothing: {why}"
        case beforehand.HandOff(to=whom, because=why):
            return f"ask {whom}: {why}"


# ---- The four kinds ---------------------------------------------------------------------------------------------------------


def test_a_decision_is_matched_by_its_kind(model: beforehand.Model, history: beforehand.History) -> None:
    """Contact, hand over, wait, abstain: each a class of its own, with the word of the table."""

    def decide(policy: Policy) -> beforehand.Decision:
        return model.decide_for(history, as_of=NOW, policy=policy, customer="c000")

    contact = decide(POLICY)
    assert words(contact) == "ten_off about milk-2 by sms at 09:00"
    person = decide(dataclasses.replace(POLICY, routes=[RouteRule("human", discount_above=0.05)]))
    assert words(person) == "ask customer_success: rule"
    assert isinstance(person, HandOff) and person.message is not None
    nothing = decide(dataclasses.replace(POLICY, order_value=None))
    assert words(nothing) == "nothing: missing"
    assert isinstance(nothing, beforehand.Abstain) and nothing.missing[0].startswith("what an order is worth")
    resting = dataclasses.replace(POLICY, limits=Limits(holidays=["2025-08-20", "2025-08-21"]))
    later = decide(resting)
    assert words(later) == "look again on 2025-08-22"
    assert isinstance(later, Wait) and later.reasoning.binding is not None
    assert [decision.action for decision in (contact, person, nothing, later)] == ["contact", "hand_off", "abstain", "wait"]


def test_a_contact_says_all_that_is_needed_to_make_it(model: beforehand.Model, history: beforehand.History) -> None:
    approved = dataclasses.replace(POLICY, routes=[RouteRule("approve")])
    decision = model.decide_for(history, as_of=NOW, policy=approved, customer="c000")
    assert isinstance(decision, Contact)
    assert (decision.discount_share, decision.route, decision.effect, decision.propensity) == (0.1, "approve", "prior", 1.0)
    assert decision.contact_at == NOW and decision.expected_margin > 0
    assert decision.message is not None and decision.message.key == "reminder_offer"
    best, other = decision.reasoning.candidates
    assert (best.offer, best.expected_margin) == ("ten_off", decision.expected_margin)
    assert best.margin_low < best.expected_margin < best.margin_high
    assert sum(getattr(best.parts, field) for field in best.parts.__slots__) == pytest.approx(best.expected_margin)
    assert other.offer == "reminder" and other.expected_margin < best.expected_margin
    assert decision.reasoning.runner_up is not None and decision.reasoning.runner_up.in_days > 0
    assert {(e.kind, e.is_for) for e in decision.reasoning.evidence} >= {("due_soon", True), ("buys_unprompted", False)}
    assert len(decision.reasoning.gain_by_day) == POLICY.horizon_days
    assert decision.reasoning.words.startswith("Contact")
    assert pickle.loads(pickle.dumps(decision)) == decision
    assert "<td><b>action</b></td><td>contact</td>" in decision._repr_html_()
    assert repr(decision).startswith("Contact(item='milk-2', ")


def test_closed_days_are_told_with_the_reason(model: beforehand.Model, history: beforehand.History) -> None:
    limits = Limits(
        holidays=["2025-08-21"], channels=[beforehand.ChannelLimits("app", weekdays=["monday", "wednesday", "thursday"])]
    )
    policy = dataclasses.replace(POLICY, channels=POLICY.channels[:1], limits=limits, horizon_days=7)
    decision = model.decide_for(history, as_of=NOW, policy=policy, customer="c000")
    closed = [(day.in_days, day.limit) for day in decision.reasoning.closed_days]
    # The 20th is a Wednesday.
    assert closed == [(1, "holiday"), (2, "weekday"), (3, "weekday"), (4, "weekday"), (6, "weekday")]


# ---- The cases, word by word ------------------------------------------------------------------------------------------------


def shanghai(**more: Any) -> Policy:
    """A shop that gives returning customers 10 % off and writes Chinese."""
    return Policy(
        margin_share=0.6,
        order_value=100.0,
        unprompted_share=0.25,
        offers=[Offer("reminder", prob_win_back=0.15), Offer("returning", 0.6, discount_share=0.1, min_purchases=2)],
        channels=[Channel("wechat", cost=0.05)],
        costs=Costs(per_ignored=0.5, per_early=0.5),
        caution=Caution(confidence=0.5),
        time_zone="Asia/Shanghai",
        locale="zh-CN",
        **more,
    )


def test_case_a_a_water_filter_in_the_words_of_the_case() -> None:
    """Bought 90 days ago, one lasts about 97: contact today, with the returning customer's discount."""
    start = date(2024, 1, 1)
    draw = random.Random(1)
    log = []
    for customer in range(150):
        day, cycle = draw.uniform(0, 97), draw.uniform(80, 115)
        while day < 698:
            log.append({"customer": f"c{customer}", "item": "filter", "at": start + timedelta(int(day)), "amount": 100})
            day += cycle * draw.lognormvariate(0, 0.04)
    log += [
        {"customer": "wang", "item": "filter", "at": start + timedelta(day), "amount": 100} for day in (220, 316, 414, 511, 608)
    ]
    as_of = start + timedelta(698)
    model = beforehand.fit(log, as_of=as_of)
    policy = shanghai(items=[ItemTerms("filter", name="滤芯")])
    decision = model.decide_for(log, as_of=as_of, policy=policy, customer="wang")
    assert isinstance(decision, Contact), decision.reasoning.words
    assert (decision.offer, decision.discount_share, decision.route) == ("returning", 0.1, "auto")
    assert decision.message == beforehand.Message(
        key="reminder_offer",
        locale="zh-CN",
        text="您上次购买的滤芯已使用90天，按照您的使用频率，建议提前7天备货。现在下单可享老客户9折优惠，需要为您加入购物车吗？",
    )
    assert decision.reasoning.words.startswith("建议联系：filter")
    # A customer's own language goes before the shop's.
    english = dataclasses.replace(policy, customers=[CustomerTerms("wang", locale="en")])
    decision = model.decide_for(log, as_of=as_of, policy=english, customer="wang")
    assert isinstance(decision, Contact) and decision.message is not None
    assert decision.message.text.startswith("It has been 90 days since you bought 滤芯.")


def test_messages_may_be_ones_own(model: beforehand.Model, history: beforehand.History) -> None:
    own = beforehand.Template("reminder_offer", "en", "{{ item }} again? {{ discount | percent }} off.")
    policy = dataclasses.replace(POLICY, messages=[own])
    decision = model.decide_for(history, as_of=NOW, policy=policy, customer="c000")
    assert isinstance(decision, Contact) and decision.message is not None
    assert decision.message.text == "milk-2 again? 10% off."
    wrong = dataclasses.replace(POLICY, messages=[dataclasses.replace(own, text="{{ itm }} again?")])
    with pytest.raises(beforehand.InvalidOptionsError, match=r'uses "itm", which is no parameter of it; allowed are'):
        model.decide(history, as_of=NOW, policy=wrong)


# ---- Contacts in the log ----------------------------------------------------------------------------------------------------

COFFEE: list[dict[str, Any]] = [
    {"who": "x", "sku": "coffee", "when": datetime(2025, month, day, 8, tzinfo=UTC), "paid": 40.0, "what": "purchase"}
    for month, day in ((5, 20), (6, 19), (7, 19))
]
SENT: list[dict[str, Any]] = [
    {"who": "x", "when": datetime(2025, 8, day, 10, tzinfo=UTC), "what": "contact", "way": "app", "with": "reminder", "p": 0.9}
    for day in (15, 18)
]
COLUMNS = {
    "customer": "who", "item": "sku", "time": "when", "amount": "paid", "kind": "what", "channel": "way", "offer": "with",
    "propensity": "p",
}  # fmt: skip
APP = dataclasses.replace(POLICY, offers=[Offer("reminder", prob_win_back=0.5)], channels=[Channel("app")])


def in_full(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with every column."""
    return [{name: row.get(name) for name in COLUMNS.values()} for row in rows]


def decide_coffee(model: beforehand.Model, log: Any, policy: Policy = APP) -> beforehand.Decision:
    """The decision about the one customer of a log, with every column that contacts have."""
    rows = in_full(log) if isinstance(log, list) else log
    return model.decide_for(rows, as_of=NOW, policy=policy, columns=COLUMNS)


@pytest.mark.parametrize("kind", ["rows", "pandas", "polars", "pyarrow"])
def test_contacts_come_in_the_log_of_any_kind(model: beforehand.Model, kind: str) -> None:
    """Two messages ignored this week: no third yet, in whatever the log lies."""

    def as_log(rows: list[dict[str, Any]]) -> Any:
        if kind == "pandas":
            return pytest.importorskip("pandas").DataFrame(in_full(rows))
        if kind == "polars":
            return pytest.importorskip("polars").DataFrame(in_full(rows), infer_schema_length=None)
        if kind == "pyarrow":
            return pytest.importorskip("pyarrow").Table.from_pylist(in_full(rows))
        return rows

    free = decide_coffee(model, as_log(COFFEE))
    assert isinstance(free, Contact)
    assert not any(e.kind == "ignored_contacts" for e in free.reasoning.evidence)
    after = decide_coffee(model, as_log(COFFEE + SENT))
    assert isinstance(after, Wait) and after.until_at.date() == date(2025, 8, 22)
    assert after.reasoning.binding is not None and after.reasoning.binding.limit == "cap_ignored"
    (ignored,) = [e for e in after.reasoning.evidence if e.kind == "ignored_contacts"]
    assert ignored.n == 2 and not ignored.is_for
    opened = {"who": "x", "when": datetime(2025, 8, 18, 11, tzinfo=UTC), "what": "open", "way": "app"}
    answered = decide_coffee(model, as_log([*COFFEE, *SENT, opened]))
    assert answered != after
    refused = {"who": "x", "when": datetime(2025, 8, 19, tzinfo=UTC), "what": "opt_out", "way": "app"}
    gone = decide_coffee(model, as_log([*COFFEE, refused]))
    assert words(gone) == "nothing: limit"
    assert gone.reasoning.binding is not None and gone.reasoning.binding.limit == "opted_out"


def test_unknown_channels_and_offers_of_a_log_do_no_harm(model: beforehand.Model) -> None:
    """What was sent by a channel that the policy no longer has still counts for the gap between all contacts."""
    pigeon = [{**row, "way": "pigeon", "with": "seeds"} for row in SENT]
    decision = decide_coffee(model, COFFEE + pigeon)
    assert isinstance(decision, Wait)
    learned = beforehand.learn_contacts(in_full(COFFEE + pigeon), as_of=NOW, policy=APP, columns=COLUMNS)
    assert (learned.effects, learned.hours) == ((), None)
    of_another = dataclasses.replace(APP, learned=beforehand.Learned(effects=[effect("seeds")]))
    assert decide_coffee(model, COFFEE, of_another) == decide_coffee(model, COFFEE)


def effect(offer: str) -> beforehand.LearnedEffect:
    return beforehand.LearnedEffect(
        offer=offer, n_contacted=900, n_held_out=100, share_contacted=0.5, share_held_out=0.2, prob_win_back=0.4,
        standard_error=0.05,
    )  # fmt: skip


def test_what_the_log_teaches_goes_back_into_the_policy(model: beforehand.Model) -> None:
    start = datetime(2025, 3, 1, 12, tzinfo=UTC)
    log: list[dict[str, Any]] = []
    for customer in range(400):
        log.append({"customer": customer, "item": "coffee", "at": start - timedelta(40)})
        held_out = customer % 4 == 0
        sent = {"customer": customer, "at": start, "kind": "held_out" if held_out else "contact", "channel": "app"}
        log.append({**sent, "offer": "reminder", "propensity": 0.25 if held_out else 0.75})
        if not held_out and customer % 3 == 0:
            log.append({"customer": customer, "at": start + timedelta(hours=8), "kind": "open", "channel": "app"})
            log.append({"customer": customer, "item": "coffee", "at": start + timedelta(3)})
    learned = beforehand.learn_contacts(log, as_of=NOW, policy=APP)
    (measured,) = learned.effects
    assert (measured.offer, measured.n_contacted, measured.n_held_out) == ("reminder", 300, 100)
    assert measured.prob_win_back == pytest.approx(1 / 3, abs=0.01)
    assert learned.hours is not None
    taught = decide_coffee(model, COFFEE, dataclasses.replace(APP, learned=learned))
    assert isinstance(taught, Contact) and taught.effect == "log"
    (known,) = [e for e in taught.reasoning.evidence if e.kind == "effect"]
    assert known.n == 400 and known.value != APP.offers[0].prob_win_back
    assert pickle.loads(pickle.dumps(learned)) == learned


# ---- Everyone ---------------------------------------------------------------------------------------------------------------


def test_everyone_is_decided_as_one_by_one(model: beforehand.Model, history: beforehand.History) -> None:
    policy = dataclasses.replace(
        POLICY,
        caution=Caution(confidence=0.7, person_cost=0.01),
        lottery=beforehand.Lottery(holdout_share=0.1, explore_share=0.2, salt="x"),
        routes=[RouteRule("approve", order_value_above=10.0, confidence_below=0.9)],
    )
    table = model.decide(history, as_of=NOW, policy=policy)
    assert table.n_rows == 160 and set(table["action"]) == {"contact", "wait", "abstain", "hand_off"}
    rows = table.to_arrow().to_pylist()
    for row in rows:
        one = model.decide_for(history, as_of=NOW, policy=policy, customer=row["customer"])
        assert (row["action"], row["because"]) == (one.action, getattr(one, "because", None))
        match one:
            case beforehand.Contact():
                same = ("offer", "discount_share", "channel", "expected_margin", "route", "propensity")
                assert [row[name] for name in same] == [getattr(one, name) for name in same]
                assert (row["at"], row["item"], row["next_item"] or None) == (one.contact_at, one.item, one.next_item)
                assert row["message"] == (one.message.text if one.message else "")
            case beforehand.Wait():
                assert (row["at"], row["offer"], row["channel"]) == (one.until_at, one.offer, one.channel)
            case beforehand.HandOff():
                assert (row["offer"], row["expected_margin"]) == (one.offer, one.expected_margin)


def test_capacity_goes_to_those_who_gain_most(model: beforehand.Model, history: beforehand.History) -> None:
    def gains(policy: Policy) -> list[float]:
        table = model.decide(history, as_of=NOW, policy=policy)
        pairs = zip(table["action"], table["expected_margin"], strict=True)
        return sorted((gain for action, gain in pairs if action == "contact"), reverse=True)

    free = gains(POLICY)
    assert len(free) > 40
    assert gains(dataclasses.replace(POLICY, capacity=10)) == pytest.approx(free[:10])
    assert gains(dataclasses.replace(POLICY, capacity=0)) == []
    narrow = [POLICY.channels[0], dataclasses.replace(POLICY.channels[1], capacity=5)]
    table = model.decide(history, as_of=NOW, policy=dataclasses.replace(POLICY, channels=narrow))
    by = [channel for action, channel in zip(table["action"], table["channel"], strict=True) if action == "contact"]
    assert by.count("sms") == 5 and by.count("app") > 5
    limited = model.decide(history, as_of=NOW, policy=dataclasses.replace(POLICY, capacity=10))
    assert list(limited["because"]).count("capacity") == len(free) - 10


def test_rows_in_any_order_and_any_threads_decide_the_same(shop_rows: list[dict[str, str]]) -> None:
    """The same bits, from a shuffled log and from one thread."""
    sent = [
        {"customer": f"c{n:03}", "at": f"2025-08-{10 + n % 9}", "kind": "contact", "channel": "sms"} for n in range(0, 160, 3)
    ]
    log = [*({"customer": row["customer"], "item": row["item"], "at": row["at"]} for row in shop_rows), *sent]
    policy = dataclasses.replace(POLICY, capacity=30, lottery=beforehand.Lottery(explore_share=0.3))

    def decide(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        history = beforehand.History(rows)
        model = beforehand.fit(history, as_of=AS_OF)
        rows = model.decide(history, as_of=NOW, policy=policy).to_arrow().to_pylist()
        return sorted(rows, key=lambda row: row["customer"])

    expected = decide(log)
    random.Random(3).shuffle(log)
    assert decide(log) == expected
    script = f"""
import json, sys
from datetime import datetime, UTC
import beforehand
history = beforehand.History(json.load(sys.stdin))
model = beforehand.fit(history, as_of={AS_OF!r})
policy = json.loads({policy_json(policy)!r})
table = model.decide(history, as_of={NOW.isoformat()!r}, policy=policy)
print(sorted(zip(*(map(repr, table[name]) for name in ("customer", "action", "offer", "channel", "expected_margin", "at")))))
"""
    alone, many = (run(script, log, threads) for threads in ("1", "4"))
    assert alone == many != ""
    assert all(repr(row["expected_margin"]) in alone for row in expected if row["expected_margin"] is not None)


def policy_json(policy: Policy) -> str:
    from beforehand._values import to_json

    return to_json(dataclasses.asdict(policy))


def run(script: str, log: list[dict[str, str]], threads: str) -> str:
    import json

    environment = {**os.environ, "RAYON_NUM_THREADS": threads}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, input=json.dumps(log), capture_output=True, text=True, check=True, env=environment)
    return done.stdout


# ---- Mistakes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"margin_share": 35}, "policy.margin_share", "policy.margin_share is 35; allowed are 0 to 1"),
        ({"offers": []}, "policy.offers", "give at least one: a reminder with the probability"),
        ({"offers": [*POLICY.offers, Offer("x", 1.5)]}, "policy.offers[2].prob_win_back", 'of "x" is 1.5; allowed are 0 to 1'),
        ({"offers": [Offer("x", math.nan)]}, "policy.offers[0].prob_win_back", "is nan; give a finite number"),
        ({"offers": [Offer("x", "high")]}, "policy.offers[0].prob_win_back", 'invalid type: string "high"'),
        ({"offers": [Offer("x", 0.1), Offer("x", 0.2)]}, "policy.offers", 'two offers "x"; names must differ'),
        ({"channels": [Channel("app", cost=-1)]}, "policy.channels[0].cost", "is -1; allowed are 0 to"),
        ({"channels": [Channel("app", capacity=-1)]}, "policy.channels[0].capacity", "invalid value: integer `-1`"),
        ({"costs": Costs(per_ignored=-2)}, "policy.costs.per_ignored", "policy.costs.per_ignored is -2"),
        ({"caution": Caution(confidence=80)}, "policy.caution.confidence", "is 80; allowed are 0.5 to 0.999"),
        ({"caution": {"confident": 0.8}}, "policy.caution.confident", "expected one of `confidence`"),
        ({"limits": Limits(channels=[beforehand.ChannelLimits("fax")])}, "policy.limits.channels", "channels are app, sms"),
        ({"limits": Limits(min_gap_days=-1)}, "policy.limits.min_gap_days", "policy.limits.min_gap_days is -1"),
        ({"limits": Limits(holidays=["soon"])}, "policy.limits.holidays[0]", "write 2026-10-01"),
        ({"horizon_days": 0}, "policy.horizon_days", "is 0; allowed are 1 to 300"),
        ({"time_zone": "Mars"}, "policy.time_zone", 'time_zone is "Mars"; give an IANA name'),
        ({"customers": [CustomerTerms("li", time_zone="Mars")]}, "policy.customers[0].time_zone", 'time_zone is "Mars"'),
        ({"customers": [CustomerTerms("li", mood=7)]}, "policy.customers[0].mood", "mood of li is 7; allowed are -1 to 1"),
        ({"items": [ItemTerms("tea"), ItemTerms("tea")]}, "policy.items", "holds tea twice"),
        ({"items": [ItemTerms("tea", stock=object())]}, "policy.items[0].stock", "is a object, which cannot be used here"),
        ({"routes": [RouteRule("robot")]}, "policy.routes[0].route", "expected one of `auto`, `approve`, `human`"),
    ],
)
def test_a_mistake_in_a_policy_names_its_place(
    model: beforehand.Model, history: beforehand.History, change: dict[str, Any], field: str, says: str
) -> None:
    policy = dataclasses.replace(POLICY, **change)
    for decide in (model.decide, model.decide_for):
        with pytest.raises(beforehand.InvalidOptionsError) as e:
            decide(history, as_of=NOW, policy=policy)
        if decide == model.decide:
            assert (e.value.field, e.value.code) == (field, "invalid_options")
            assert says in str(e.value)


def test_what_else_can_be_wrong(model: beforehand.Model, history: beforehand.History) -> None:
    with pytest.raises(beforehand.UnknownCustomerError, match="c999"):
        model.decide_for(history, as_of=NOW, policy=POLICY, customer="c999")
    with pytest.raises(beforehand.InvalidOptionsError, match="before the model's own"):
        model.decide(history, as_of="2025-01-01", policy=POLICY)
    with pytest.raises(beforehand.InvalidOptionsError, match="window_days is 0"):
        beforehand.learn_contacts(history, as_of=NOW, policy=POLICY, window_days=0)
    with pytest.raises(beforehand.InvalidOptionsError, match=r"policy\.margin_share is 35") as e:
        beforehand.learn_contacts(history, as_of=NOW, policy=dataclasses.replace(POLICY, margin_share=35))
    assert e.value.field == "policy.margin_share"
    with pytest.raises(beforehand.InvalidOptionsError, match="policy") as e:
        model.decide(history, as_of=NOW, policy="policy.json")  # type: ignore[arg-type]
    assert e.value.field == "policy"


def test_a_policy_may_be_a_mapping_and_hold_times_of_day(model: beforehand.Model, history: beforehand.History) -> None:
    """What a JSON file holds serves as it is; dates and times of day may be Python's."""
    quiet = {
        "channels": [{"name": "app", "quiet_hours": {"begins": time(8), "ends": time(11, 30)}}],
        "holidays": [date(2025, 8, 22)],
    }
    given: Any = {
        "margin_share": 0.35,
        "order_value": 30,
        "offers": [{"name": "reminder", "prob_win_back": 0.5}],
        "channels": [{"name": "app"}],
        "limits": quiet,
    }
    decision = model.decide_for(history, as_of=NOW, policy=given, customer="c000")
    assert isinstance(decision, Contact)
    assert decision.contact_at == NOW.replace(hour=11, minute=30)
    assert [(day.in_days, day.limit) for day in decision.reasoning.closed_days] == [(2, "holiday")]
