"""The types of options and results.

Written by `make gen` from the definitions in the Rust core: change those, not this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias

from ._show import Shown
from ._values import instant as _instant

Id: TypeAlias = int | str
"""An identifier: a whole number or a text, compared as it is."""

InstantLike: TypeAlias = datetime | date | str
"""An instant: an aware `datetime`; a naive one or a `date` is on the clock of the log (`time_zone` of `History`);
or a text such as 2026-01-31 or 2026-01-31T12:00:00+01:00. NumPy's and pandas' instants serve as well."""

Substitutes: TypeAlias = Literal["need", "category", "none"]
"""Which items replace each other, so that buying one postpones the reminder for the others.

- `need`: Items of the same `need` column; items without a need stand for themselves.

- `category`: Items of the same `category` column.

- `none`: None: every item is forecast by itself.
"""

NextItemSource: TypeAlias = Literal["ladder", "learned"]
"""Whether a next item was given or learned.

- `ladder`: From a `Ladder` given by the user.

- `learned`: From what buyers of the item moved on to.
"""

Basis: TypeAlias = Literal["own", "item", "category", "population"]
"""On whose purchases a forecast mainly rests.

- `own`: The customer's own purchases of this item (or need): three or more.

- `item`: What other customers did with this item.

- `category`: What customers did with other items of its category.

- `population`: What everyone did with everything.
"""

LapseReason: TypeAlias = Literal["purchase_rate", "silence", "regularity", "trend", "tenure", "spending", "basket"]
"""Why a customer's risk differs from the average customer's.

- `purchase_rate`: How often the customer has bought.

- `silence`: How long the customer has been silent, against the own rhythm.

- `regularity`: How regular the gaps are.

- `trend`: Whether purchases have become more or less frequent of late.

- `tenure`: How long ago the first purchase was.

- `spending`: How much was spent, in all and last.

- `basket`: How many rows a purchase has, in all and last.
"""

Family: TypeAlias = Literal["bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd", "mbg_cnbd"]
"""How customers buy and leave.

- `bg_nbd`: BG/NBD (Fader, Hardie & Lee 2005): purchases at random, may leave after each repeat purchase.

- `mbg_nbd`: MBG/NBD (Batislam, Denizel & Filiztekin 2007): may leave after the first purchase too.

- `pareto_nbd`: Pareto/NBD (Schmittlein, Morrison & Colombo 1987): may leave at any time.

- `bg_cnbd`: BG/CNBD-k (Platzer & Reutterer 2016): as `bg_nbd` with Erlang-k gaps, k chosen by likelihood. Summaries
need `log_gaps`.

- `mbg_cnbd`: MBG/CNBD-k: as `mbg_nbd` with Erlang-k gaps, k chosen by likelihood. Summaries need `log_gaps`.
"""

FitStatus: TypeAlias = Literal["converged", "near_boundary", "all_one_time_buyers", "not_converged", "given"]
"""How a fit ended. Whatever it is, every answer of the model is finite.

- `converged`: At a maximum of the likelihood inside the range of the parameters.

- `near_boundary`: A parameter ran to the end of its range, or the data do not determine it.

- `all_one_time_buyers`: Nobody has bought twice: there is nothing to learn about repeats.

- `not_converged`: The steps ended before the slope vanished.

- `given`: Parameters were given, not fitted.
"""

EffectOn: TypeAlias = Literal["buying", "leaving", "calendar"]
"""What an effect acts on.

- `buying`: How often the customer buys: the coefficient is the logarithm of the factor per unit of the trait.

- `leaving`: How soon the customer leaves: the coefficient is added to the log-odds of the mean probability of leaving
after a purchase, or, for Pareto/NBD, is the logarithm of the factor of the rate.

- `calendar`: How often everyone buys on such days: the logarithm of the factor.
"""

CohortKind: TypeAlias = Literal["shifted_beta_geometric", "beta_discrete_weibull"]
"""How cancellation depends on how long a customer has stayed.

- `shifted_beta_geometric`: Shifted beta-geometric (Fader & Hardie 2007): each customer cancels with the same
probability at every renewal, and these probabilities have a Beta distribution. Retention rises because the faithful
remain.

- `beta_discrete_weibull`: Beta-discrete-Weibull (Fader, Hardie, Liu, Davin & Steenburgh 2018): a customer's own
probability, too, may rise (`shape` above 1) or fall (below 1) with time.
"""

AlarmRule: TypeAlias = Literal["evidence", "two_falls_running"]
"""When an alarm is raised.

- `evidence`: When the evidence for a fall exceeds what the stated share of healthy customers shows in a year.

- `two_falls_running`: When the count fell two periods running, taken literally. Kept for comparison: nearly every
healthy customer alarms within a year, which `false_alarms_per_year` and each alarm show.
"""

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
"""A day of the week.

- `monday`: Monday.

- `tuesday`: Tuesday.

- `wednesday`: Wednesday.

- `thursday`: Thursday.

- `friday`: Friday.

- `saturday`: Saturday.

- `sunday`: Sunday.
"""

Route: TypeAlias = Literal["auto", "approve", "human"]
"""Who acts on a decision.

- `auto`: The machine sends it.

- `approve`: A person looks at it first, and approves, edits or refuses it.

- `human`: A person does it: the decision is to hand off.
"""

MessageKey: TypeAlias = Literal[
    "reminder",
    "reminder_offer",
    "next_stage",
    "next_stage_offer",
    "usage_tips",
    "instalments",
]
"""What a message says.

- `reminder`: An item runs out soon. Parameters: `item`, `days_used`, `lead_days`.

- `reminder_offer`: An item runs out soon, and there is a discount. Parameters: `item`, `days_used`, `lead_days`,
`discount`.

- `next_stage`: An item runs out soon, and another one comes after it. Parameters: `item`, `days_left`, `next_item`.

- `next_stage_offer`: As `NextStage`, with an offer behind the link. Parameters: `item`, `days_left`, `next_item`.

- `usage_tips`: A module of a service is little used. Parameters: `module`, `n_tips`.

- `instalments`: A large bill can be paid in instalments. Parameters: `n_instalments`, `monthly_amount`.
"""

EffectSource: TypeAlias = Literal["prior", "log"]
"""On what the effect of a contact rests.

- `prior`: On what the policy states.

- `log`: On the log's own randomised control, with what the policy states as prior.
"""

EvidenceKind: TypeAlias = Literal[
    "due_soon",
    "due_later",
    "buys_unprompted",
    "effect",
    "ignored_contacts",
    "use_fell",
    "false_alarm",
    "recovers",
    "approved",
]
"""What speaks for a contact or against it.

- `due_soon`: P(the need falls due while a contact today works best); n: purchases it rests on.

- `due_later`: P(the need falls due only when a contact today is much too early); n: purchases.

- `buys_unprompted`: P(the customer buys unprompted); n: purchases.

- `effect`: P(a contact wins a customer who would not buy); n: contacts it rests on.

- `ignored_contacts`: Contacts ignored of late, those further back counting less; n: contacts made.

- `use_fell`: The share of the use that was lost; n: counts per period before the fall.

- `false_alarm`: The share of healthy customers whose use shows as much of a fall in a year; n: as for `use_fell`.

- `recovers`: P(the use recovers without help); n: as for `use_fell`.

- `approved`: P(a person approves the proposal); n: verdicts it rests on.
"""

Limit: TypeAlias = Literal[
    "opted_out",
    "consent",
    "holiday",
    "weekday",
    "quiet_hours",
    "clock_change",
    "cap_ignored",
    "cap",
    "gap",
]
"""What keeps a channel closed. Where several limits do, the first of this list is named; of caps and gaps the one
that lasts longest.

- `opted_out`: The customer refused this channel.

- `consent`: The channel needs a consent, and none is known.

- `holiday`: The civil day is a holiday.

- `weekday`: The channel rests on this day of the week.

- `quiet_hours`: What is left of the day is quiet hours.

- `clock_change`: A change of the clocks skips all the time that would have been allowed on this day.

- `cap_ignored`: Enough contacts have been ignored of late: see `cap_ignored`.

- `cap`: Enough contacts have been made of late.

- `gap`: The last contact is too recent.
"""

ChangeOf: TypeAlias = Literal["prob_win_back", "prob_own", "order_value", "contact_cost"]
"""A number that a decision depends on.

- `prob_win_back`: P(a contact wins a customer who would not buy).

- `prob_own`: P(the customer buys unprompted).

- `order_value`: What an order is worth.

- `contact_cost`: What the contact costs.
"""

AbstainReason: TypeAlias = Literal[
    "no_gain",
    "doubt",
    "limit",
    "capacity",
    "holdout",
    "explore",
    "refused",
    "missing",
]
"""Why nothing is done.

- `no_gain`: No contact in the days planned ahead is expected to gain anything.

- `doubt`: The gain is positive, but too doubtful, and a person's time is worth more than resolving the doubt.

- `limit`: Limits leave no day on which a contact would gain anything.

- `capacity`: Others gain more from the capacity or budget there is.

- `holdout`: The customer belongs to the holdout, which is never contacted.

- `explore`: A lottery chose to do nothing, to learn what contacts are worth.

- `refused`: A person has refused this proposal of late, or would most likely refuse it.

- `missing`: Something is missing: see `missing`.
"""

HandOffReason: TypeAlias = Literal["doubt", "rule"]
"""Why a person decides.

- `doubt`: The gain is doubtful, and resolving the doubt is worth more than a person's time.

- `rule`: A rule of the policy says so.
"""

ModuleReason: TypeAlias = Literal["fell", "used_little"]
"""What a module has to do with an alarm.

- `fell`: The customer uses it less since the fall than before.

- `used_little`: The customer has long used it less than others who use the product as much.
"""

TimeResolution: TypeAlias = Literal["days", "minutes", "seconds"]
"""How fine the instants of a log are.

- `days`: Dates only: at most two times of day occur (two, because midnight moves with the clocks).

- `minutes`: Times of day, in whole minutes.

- `seconds`: Times of day, with seconds.
"""

FindingCode: TypeAlias = Literal[
    "no_events",
    "ends_early",
    "hole",
    "jump",
    "mostly_single_events",
    "events_after_as_of",
    "no_quantities",
    "days_only",
]
"""What a finding is about.

- `no_events`: There is no event up to `as_of`.

- `ends_early`: The log ends well before `as_of`.

- `hole`: A stretch without any event.

- `jump`: A sudden change of level.

- `mostly_single_events`: Most customers have a single event.

- `events_after_as_of`: Some events lie after `as_of` and were left out.

- `no_quantities`: Every quantity is 1.

- `days_only`: The log has dates, no times.
"""

Scenario: TypeAlias = Literal[
    "replenishment",
    "supply_left",
    "substitutes",
    "life_stage",
    "lapse",
    "renewal",
    "decline",
    "offer_timing",
    "card_bill",
    "financial_need",
    "identity",
    "memory",
    "implicit_need",
    "outcome",
]
"""What the library can do with a log.

- `replenishment`: When will this customer buy this item again.

- `supply_left`: How many days of supply are left, from quantities and pack sizes.

- `substitutes`: A purchase of another size or brand postpones the reminder.

- `life_stage`: The next need is another item: the next stage of a ladder.

- `lapse`: Who without a contract will not come back.

- `renewal`: Who with a contract will not renew.

- `decline`: Whose usage is falling.

- `offer_timing`: Whether, when, with which offer and on which channel to contact.

- `card_bill`: What the next card bill will be, and whether it can be paid.

- `financial_need`: Who needs funds.

- `identity`: One person behind many identifiers.

- `memory`: What was said before, and what is still open.

- `implicit_need`: What a message or a return really asks for.

- `outcome`: What proactive service earned, against a holdout.
"""

Readiness: TypeAlias = Literal["missing", "thin", "ready"]
"""Whether a log can carry a scenario.

- `missing`: It cannot; what is needed is not in the log.

- `thin`: It can answer, widely and with little to test it on.

- `ready`: It can, and the answer can be tested on the log itself.
"""

CheckCode: TypeAlias = Literal[
    "span",
    "repeated_pairs",
    "cycles",
    "freshness",
    "returning_customers",
    "quantity",
    "pack_size",
    "need",
    "shared_needs",
    "category",
    "moved_on",
    "weekly_customers",
    "amount",
    "time_of_day",
    "returns",
    "other_records",
]
"""What a check looks at.

- `span`: Days from the first to the last event.

- `repeated_pairs`: Pairs of customer and item bought on two or more days.

- `cycles`: Median purchase cycles that fit into the log.

- `freshness`: Days from the last event to `as_of`.

- `returning_customers`: Customers with visits on two or more days.

- `quantity`: Share of events with a quantity other than 1.

- `pack_size`: Share of events whose item has a pack size.

- `need`: Share of events whose item has a need.

- `shared_needs`: Needs that two or more items serve.

- `category`: Share of events whose item has a category.

- `moved_on`: Customers who moved on from one item to another of the same need or category.

- `weekly_customers`: Customers active in most weeks.

- `amount`: Share of events with an amount.

- `time_of_day`: Instants finer than a day.

- `returns`: Returns that name the purchase they undo.

- `other_records`: Records that an order log does not hold; `words` names them.
"""

OnRefused: TypeAlias = Literal["keep_going", "fail"]
"""What to do with a row that cannot be used.

- `keep_going`: Leave the row out and say so in the report.

- `fail`: Stop with an `invalid_data` error that names the first such row.
"""

UnnamedReturns: TypeAlias = Literal["refuse", "latest_purchase"]
"""What to do with a return that does not name the order it undoes.

- `refuse`: Leave it out and say so in the report.

- `latest_purchase`: Take it to undo what the customer bought of the item last, up to then, and is not returned yet;
then what was bought before that, until all units are undone. Without a quantity it undoes one purchase.
"""

TimeUnit: TypeAlias = Literal["seconds", "milliseconds", "microseconds", "nanoseconds"]
"""What a whole number in a time column counts.

- `seconds`: Seconds since 1970-01-01T00:00:00Z.

- `milliseconds`: Milliseconds since 1970-01-01T00:00:00Z.

- `microseconds`: Microseconds since 1970-01-01T00:00:00Z.

- `nanoseconds`: Nanoseconds since 1970-01-01T00:00:00Z; rounded down to the microsecond.
"""

Reason: TypeAlias = Literal[
    "missing_customer",
    "missing_item",
    "missing_time",
    "bad_time",
    "unknown_time_unit",
    "time_out_of_range",
    "bad_quantity",
    "non_positive_quantity",
    "absurd_quantity",
    "bad_amount",
    "bad_pack_size",
    "bad_kind",
    "bad_propensity",
    "id_too_long",
    "wrong_field_count",
    "not_utf8",
    "unnamed_return",
    "unmatched_return",
    "nothing_left_to_return",
]
"""Why a row was left out. The `snake_case` strings are the same in all languages and never change.

- `missing_customer`: No customer: null or an empty text.

- `missing_item`: A purchase or a return without an item: null or an empty text.

- `missing_time`: No instant: null, an empty text, or the smallest 64-bit number, which stands for "not a time".

- `bad_time`: A text that is no date, date-time or whole number.

- `unknown_time_unit`: A whole number as time while the option `time_unit` is not set.

- `time_out_of_range`: An instant before 1900 or after 2199.

- `bad_quantity`: A quantity that is no finite number.

- `non_positive_quantity`: A purchase (or return) of zero or fewer units.

- `absurd_quantity`: More units than the option `max_quantity` allows.

- `bad_amount`: An amount that is no finite number.

- `bad_pack_size`: A pack size that is not positive and finite.

- `bad_kind`: A kind that is none of the known words, or a row that is no return and says it undoes an order.

- `bad_propensity`: A propensity that is not above 0 and at most 1.

- `id_too_long`: An identifier of more than 65,536 bytes.

- `wrong_field_count`: A CSV line with more or fewer fields than the header.

- `not_utf8`: A text that is not UTF-8.

- `unnamed_return`: A return that does not name the order it undoes, while the option `unnamed_returns` is `refuse`.

- `unmatched_return`: A return that names an order in which this customer did not buy this item; or that names none,
of an item that this customer had not bought by then.

- `nothing_left_to_return`: A return of units that were all returned already.
"""

EventKind: TypeAlias = Literal[
    "purchase",
    "return",
    "contact",
    "open",
    "click",
    "held_out",
    "opt_out",
    "opt_in",
    "approved",
    "edited",
    "refused",
]
"""What a row of the log says happened.

Purchases and returns are what the customer did; the other kinds are *contacts*: what the business did to reach the
customer, how the customer answered, and what people made of contacts that were proposed to them. Contacts lie beside
the purchases and change no forecast of them.

- `purchase`: The customer bought the item.

- `return`: The customer brought the item back, or the order was cancelled. Undoes the purchase it names and is never
a purchase itself.

- `contact`: A message was sent to the customer.

- `open`: A message was opened, or read.

- `click`: Something in a message was clicked.

- `held_out`: The customer would have been contacted, but a lottery put the customer into the control group.

- `opt_out`: The customer no longer wants messages on the channel; without a channel, on none.

- `opt_in`: The customer wants messages on the channel; without a channel, on all.

- `approved`: A person approved a proposed contact as it was.

- `edited`: A person approved a proposed contact after an edit.

- `refused`: A person refused a proposed contact.
"""


@dataclass(frozen=True, slots=True, kw_only=False)
class Ladder(Shown):
    """Items that follow each other as the customer (or the child, the pet, the machine) grows: milk powder stage 1,
    2, 3.

    All items of a ladder serve one need: buying any of them postpones the reminder. The forecast names the first item
    of the step on which the customer will be when the supply runs out.
    """

    name: str
    """The need, for messages and results."""
    steps: Sequence[Step]
    """The steps, first to last."""
    started_at: Sequence[tuple[Id, InstantLike]] = ()
    """When each customer's clock started (the child's birth, say). A customer who is not listed is taken to have
    entered, with the first purchase on the ladder, at the start of that purchase's step.
    """


@dataclass(frozen=True, slots=True, kw_only=False)
class Step(Shown):
    """One step of a `Ladder`."""

    items: Sequence[Id]
    """The items of the step; the first is the one proposed."""
    until_days: float | None = None
    """The age, in days on the ladder's clock, at which the step ends; `None` for the last step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast(Shown):
    """When one customer will need one item again.

    Instants are in UTC. *Run-out* is the next purchase of the item, or of another item of the same need, given that
    it comes within 364 days; `prob_again` says how likely that is.
    """

    item: Id
    """The item bought last."""
    need: str | None
    """The need, when several items serve it: a need, a category or a ladder's name."""
    next_item: NextItem | None
    """The item to propose instead of the one bought last, when the customer moves on."""
    n_events: int
    """Purchases of the item (or need) so far, merged per day."""
    basis: Basis
    """On whose purchases the forecast mainly rests."""
    last_bought_at: datetime | None
    """The last purchase; `None` when the customer never bought it."""
    cycle_days: float
    """Days one purchase of the usual supply lasts, the median; after the last purchase, see `supply_left_days`."""
    regularity: float
    """Erlang-k regularity of the cycle: 1 = random like a Poisson process, larger = more regular."""
    consumption_per_day: float
    """Units (times pack size) used per day: usual supply over cycle."""
    supply_left_days: float
    """Days the supply at hand still lasts, 0 when it should have run out: the cycle that follows the last purchase,
    adjusted for how much was bought, less the days since.
    """
    prob_again: float
    """P(buys again within 364 days)."""
    prob_within: tuple[tuple[float, float], ...]
    """P(buys within each of the horizons asked for): (days, probability)."""
    run_out_p10_at: datetime
    """The run-out date: 10 % quantile."""
    run_out_p50_at: datetime
    """The run-out date: median."""
    run_out_p90_at: datetime
    """The run-out date: 90 % quantile."""
    remind_at: datetime
    """When to remind: the lead time before the run-out quantile asked for; before the supply at hand is used up,
    where that comes first and the customer's own purchases say so (`basis: own`). Never before `as_of`.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Forecast:
        return cls(
            item=d["item"],
            need=d["need"],
            next_item=None if d["next_item"] is None else NextItem._of(d["next_item"]),
            n_events=d["n_events"],
            basis=d["basis"],
            last_bought_at=None if d["last_bought_at"] is None else _instant(d["last_bought_at"]),
            cycle_days=d["cycle_days"],
            regularity=d["regularity"],
            consumption_per_day=d["consumption_per_day"],
            supply_left_days=d["supply_left_days"],
            prob_again=d["prob_again"],
            prob_within=tuple(tuple(v) for v in d["prob_within"]),
            run_out_p10_at=_instant(d["run_out_p10_at"]),
            run_out_p50_at=_instant(d["run_out_p50_at"]),
            run_out_p90_at=_instant(d["run_out_p90_at"]),
            remind_at=_instant(d["remind_at"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NextItem(Shown):
    """Where a proposed next item comes from."""

    item: Id
    """The item to propose."""
    source: NextItemSource
    """`ladder` when the user said so, `learned` when it was learned from what buyers moved on to."""
    share: float
    """Of the buyers of the present item who moved on to another one, the share that moved to this one, 0 to 1; 1 for
    a ladder.
    """
    n_customers: int
    """How many customers moved on to it; 0 for a ladder."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> NextItem:
        return cls(
            item=d["item"],
            source=d["source"],
            share=d["share"],
            n_customers=d["n_customers"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseRisk(Shown):
    """One customer's risk of lapse, with its reasons."""

    customer: Id
    """Who."""
    as_of: datetime
    """The instant of prediction."""
    n_visits: int
    """Days with a purchase so far."""
    recency_days: float
    """Days since the last purchase."""
    prob_alive: float
    """P(the customer has not left for good), 0 to 1: by the model of buying and leaving, which is what separates a
    customer who has left from one who buys seldom; at least P(purchase within 364 days).
    """
    horizons: tuple[LapseHorizon, ...]
    """One per horizon asked for, in the order given."""
    log_odds: float
    """Log-odds of lapse within the first horizon: of this customer, …"""
    base_log_odds: float
    """… and of the average customer. The difference is the sum of the drivers."""
    drivers: tuple[LapseDriver, ...]
    """What raises and what lowers the risk within the first horizon, the largest first."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> LapseRisk:
        return cls(
            customer=d["customer"],
            as_of=_instant(d["as_of"]),
            n_visits=d["n_visits"],
            recency_days=d["recency_days"],
            prob_alive=d["prob_alive"],
            horizons=tuple(LapseHorizon._of(v) for v in d["horizons"]),
            log_odds=d["log_odds"],
            base_log_odds=d["base_log_odds"],
            drivers=tuple(LapseDriver._of(v) for v in d["drivers"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseHorizon(Shown):
    """What is expected of a customer within one horizon."""

    horizon_days: float
    """Days from `as_of`."""
    prob_lapse: float
    """P(no purchase within the horizon), 0 to 1."""
    expected_visits: float
    """Expected number of days with a purchase within the horizon."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> LapseHorizon:
        return cls(
            horizon_days=d["horizon_days"],
            prob_lapse=d["prob_lapse"],
            expected_visits=d["expected_visits"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseDriver(Shown):
    """What one reason does to the risk."""

    reason: LapseReason
    """The reason."""
    log_odds: float
    """By how much it raises (positive) or lowers (negative) the log-odds of lapse against the average customer."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> LapseDriver:
        return cls(
            reason=d["reason"],
            log_odds=d["log_odds"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFit(Shown):
    """A model of buying and leaving fitted to a log: parameters, how sure they are, and how the fit ended. Time is in
    days, purchases are days with a purchase.
    """

    family: Family
    """How customers buy and leave."""
    k: int
    """The regularity of gaps: 1 = random, larger = more regular, up to 8."""
    parameters: tuple[PurchaseParameter, ...]
    """The parameters, in the order of the family's paper."""
    covariance: tuple[tuple[float | None, ...], ...]
    """The covariance matrix of the parameters by the delta method, in their order; none where a standard error is
    none.
    """
    log_likelihood: float | None
    """The log-likelihood, without constants that do not depend on the parameters; none when nobody bought twice."""
    status: FitStatus
    """How the fit ended."""
    advice: str
    """What to do about it."""
    n_customers: int
    """Customers with a purchase by the instant."""
    n_repeats: int
    """Their purchase days after the first."""
    spend: SpendFit | None
    """How much customers spend on a purchase day, by Gamma-Gamma (Fader & Hardie 2013), from the days after the first
    on which every amount is known; none when the log has no amounts.
    """
    fitted: str = field(repr=False)
    """The fit as a text to keep: given back as `fitted`, with the same log or a later one, it is used instead of a
    new fit. It holds no customer's data.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> PurchaseFit:
        return cls(
            family=d["family"],
            k=d["k"],
            parameters=tuple(PurchaseParameter._of(v) for v in d["parameters"]),
            covariance=tuple(tuple(v for v in v) for v in d["covariance"]),
            log_likelihood=d["log_likelihood"],
            status=d["status"],
            advice=d["advice"],
            n_customers=d["n_customers"],
            n_repeats=d["n_repeats"],
            spend=None if d["spend"] is None else SpendFit._of(d["spend"]),
            fitted=d["fitted"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseParameter(Shown):
    """One parameter of a fitted model."""

    name: str
    """As in the papers: r, alpha, and a, b or s, beta. `alpha` and `beta` are days."""
    estimate: float
    """The estimate, positive."""
    standard_error: float | None
    """Its standard error by the delta method; none when nothing was fitted, and for a parameter that ended at the end
    of its range (then `status` is `near_boundary`): the data give none, and the others' hold given its value.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> PurchaseParameter:
        return cls(
            name=d["name"],
            estimate=d["estimate"],
            standard_error=d["standard_error"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendFit(Shown):
    """How much customers spend, by Gamma-Gamma."""

    p: float
    """Shape of a customer's amounts: the larger, the more alike they are."""
    q: float
    """Shape of the customers' means, above 1: the larger, the more alike customers are."""
    gamma: float
    """Scale, in the amounts' currency."""
    standard_errors: tuple[float | None, ...]
    """The standard errors of p, q and gamma; none for one at the end of its range."""
    log_likelihood: float | None
    """The log-likelihood."""
    status: FitStatus
    """How the fit ended."""
    n_customers: int
    """Customers with a repeat purchase of known amount."""
    expected_amount: float
    """What a new customer is expected to spend on a purchase day, in the amounts' currency."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> SpendFit:
        return cls(
            p=d["p"],
            q=d["q"],
            gamma=d["gamma"],
            standard_errors=tuple(v for v in d["standard_errors"]),
            log_likelihood=d["log_likelihood"],
            status=d["status"],
            n_customers=d["n_customers"],
            expected_amount=d["expected_amount"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextFit(Shown):
    """A model of buying and leaving with traits and calendar: the average customer's parameters, and effects. Time is
    in days.
    """

    family: Family
    """How customers buy and leave."""
    k: int
    """The regularity of gaps: 1 = random, larger = more regular, up to 8."""
    parameters: tuple[PurchaseParameter, ...]
    """The parameters of a customer of mean traits, on days without effects, in the order of the family's paper."""
    effects: tuple[ContextEffect, ...]
    """The effects: traits on buying, traits on leaving, months, lists of days."""
    log_likelihood: float | None
    """The log-likelihood, comparable with that of `btyd`: twice the difference is about χ² distributed if the effects
    are none. None when nobody bought twice.
    """
    status: FitStatus
    """How the fit ended."""
    advice: str
    """What to do about it."""
    n_customers: int
    """Customers with a purchase by the instant."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ContextFit:
        return cls(
            family=d["family"],
            k=d["k"],
            parameters=tuple(PurchaseParameter._of(v) for v in d["parameters"]),
            effects=tuple(ContextEffect._of(v) for v in d["effects"]),
            log_likelihood=d["log_likelihood"],
            status=d["status"],
            advice=d["advice"],
            n_customers=d["n_customers"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEffect(Shown):
    """What a trait, a month or a list of days changes."""

    name: str
    """The trait, the month (`january` … `december`) or the list of days."""
    on: EffectOn
    """What it acts on."""
    coefficient: float
    """Per unit of the trait, or on such days: the logarithm of a factor, or what is added to log-odds; see `on`. 0
    for a trait that is the same for everyone.
    """
    standard_error: float | None
    """Its standard error; none for a trait that is the same for everyone, and at the end of the coefficient's range.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ContextEffect:
        return cls(
            name=d["name"],
            on=d["on"],
            coefficient=d["coefficient"],
            standard_error=d["standard_error"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCurve(Shown):
    """What a cohort model says: survival and retention, renewal by renewal."""

    kind: CohortKind
    """Which model."""
    alpha: float
    """First parameter of the Beta distribution of cancelling, above 0."""
    beta: float
    """Second parameter, above 0."""
    shape: float
    """Exponent of time, above 0; 1 for the shifted beta-geometric."""
    log_likelihood: float
    """The log-likelihood."""
    n_customers: int
    """How many customers it was fitted to."""
    survival: tuple[float, ...]
    """The share of customers that survives 0, 1, 2, … renewals, 0 to 1."""
    retention: tuple[float, ...]
    """P(a customer who has survived 0, 1, 2, … renewals survives the next), 0 to 1."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> CohortCurve:
        return cls(
            kind=d["kind"],
            alpha=d["alpha"],
            beta=d["beta"],
            shape=d["shape"],
            log_likelihood=d["log_likelihood"],
            n_customers=d["n_customers"],
            survival=tuple(d["survival"]),
            retention=tuple(d["retention"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalFit(Shown):
    """A fitted model of renewals, and what it learned from."""

    fitted: str = field(repr=False)
    """The model, a text to keep: for `renewal_risk` and `renewal_drivers`."""
    n_renewals: int
    """How many renewals it learned from."""
    n_cancelled: int
    """How many of them were cancelled."""
    columns: tuple[str, ...]
    """The features: columns that must be there as well when the model is asked."""
    notes: tuple[str, ...]
    """Which of them were dropped, and why."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> RenewalFit:
        return cls(
            fitted=d["fitted"],
            n_renewals=d["n_renewals"],
            n_cancelled=d["n_cancelled"],
            columns=tuple(d["columns"]),
            notes=tuple(d["notes"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalDrivers(Shown):
    """Why a contract's risk is what it is. `log_odds` is `base_log_odds` and the contributions of all columns."""

    prob_cancel: float
    """P(cancel at the next renewal), 0 to 1."""
    base_log_odds: float
    """The log-odds of cancelling of the average contract."""
    log_odds: float
    """The contract's own."""
    drivers: tuple[RenewalDriver, ...]
    """The columns' contributions, the largest first."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> RenewalDrivers:
        return cls(
            prob_cancel=d["prob_cancel"],
            base_log_odds=d["base_log_odds"],
            log_odds=d["log_odds"],
            drivers=tuple(RenewalDriver._of(v) for v in d["drivers"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalDriver(Shown):
    """One column's contribution."""

    column: str
    """The column; `term` for the number of the term."""
    value: str
    """Its value in the row, as a text; `missing` where there is none."""
    log_odds: float
    """What it adds to the log-odds of cancelling; below 0 it lowers the risk."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> RenewalDriver:
        return cls(
            column=d["column"],
            value=d["value"],
            log_odds=d["log_odds"],
        )


@dataclass(frozen=True, slots=True, kw_only=False)
class Costs(Shown):
    """The costs of a contact, in the currency of the orders. All default to 0 unless said otherwise: what is not
    stated is not assumed.
    """

    per_ignored: float = 0.0
    """The annoyance of a contact that is ignored."""
    per_early: float = 0.0
    """The annoyance of one that comes much too early: with more than `early_after_days` of stock left."""
    early_after_days: float = 14.0
    """From how much stock left a contact is much too early, days. Default 14."""
    early_per_day: float = 0.0
    """Per day that a contact comes before the best moment, which is `lead_days` before the run-out."""
    late_per_day: float = 0.0
    """Per day that it comes after that moment."""
    lead_days: float = 7.0
    """The time between contact and delivery, days, for the two costs per day. Default 7."""
    prob_lost_per_ignored: float = 0.0
    """P(the customer is lost for good through one ignored contact), 0 to 1: times the customer's remaining value,
    this is a cost of its own.
    """
    remaining_value: float = 0.0
    """What a customer will still bring, margin, unless said for the customer."""


@dataclass(frozen=True, slots=True, kw_only=False)
class Response(Shown):
    """The effect of a contact as a share of its peak, by the days of stock left when it comes.

    With `s` days left, the need falling due `s` days after the contact:
    """

    best_from_days: float = 4.0
    """Stock left from which on a contact works fully, days: delivery and thinking it over. At least 0, default 4."""
    best_to_days: float = 10.0
    """Stock left up to which it works fully, days; not below `best_from_days`. Default 10: with the default above, a
    week ahead.
    """
    early_scale_days: float = 6.0
    """Days over which the effect of an earlier contact falls to a third (1/e). Above 0, default 6."""
    late_scale_days: float = 3.0
    """Days over which the effect of a later contact falls to a third (1/e). Above 0, default 3."""
    late_until_days: float = 10.0
    """How long after the run-out a contact still has an effect, days. At least 0, default 10."""


@dataclass(frozen=True, slots=True, kw_only=False)
class Fatigue(Shown):
    """How contacts that were ignored wear off: each lets later ones work less, for a while.

    `effect = stated · keep ^ Σ 2^(-days since / half_life_days)` over the contacts ignored.
    """

    keep: float = 0.7
    """What one contact ignored just now leaves of the effect, 0 to 1; 1: nothing wears off. Default 0.7."""
    half_life_days: float = 14.0
    """Days after which an ignored contact counts half; above 0, default 14."""


@dataclass(frozen=True, slots=True, kw_only=False)
class QuietHours(Shown):
    """A time of the day in which nothing is sent, on the customer's clock."""

    begins: time | str
    """Quiet begins, `HH:MM`."""
    ends: time | str
    """Quiet ends, `HH:MM`; past midnight when it is earlier than `begins`. Not the same as `begins`."""


@dataclass(frozen=True, slots=True, kw_only=False)
class Cap(Shown):
    """At most so many contacts in so many days.

    A contact is refused at an instant `t` when `max_contacts` or more of the contacts that count went out within `(t
    − days, t]`; `days` have 24 hours, so that seven of them are a week on any clock.
    """

    max_contacts: int
    """Contacts at most, 1 … 1,000."""
    days: float
    """Within so many days, above 0 and up to 366."""


@dataclass(frozen=True, slots=True, kw_only=False)
class ChannelLimits(Shown):
    """When one channel may be used."""

    name: str = ""
    """The channel's name: any text that no other channel has, not empty. No default."""
    quiet_hours: QuietHours | None = QuietHours(begins="21:00", ends="08:00")
    """When nothing is sent. Default: 21:00 to 08:00, which is inside what the common rules on calls and messages ask
    for and outside most people's sleep. `null` for a channel that disturbs nobody, such as a note inside an app.
    """
    weekdays: Sequence[Weekday] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    """Days of the week on which the channel may be used, at least one. Default: all seven."""
    needs_consent: bool = False
    """Whether the channel may be used only for customers known to have agreed. Default: no, because a log seldom
    holds consents; where the law asks for one on this channel, say yes. A refusal holds either way.
    """
    caps: Sequence[Cap] = ()
    """Caps on the contacts of this channel; all hold. Default: none beyond those over all channels."""
    cap_ignored: Cap | None = None
    """A cap on this channel's contacts that were ignored. Default: none beyond the one over all channels."""
    min_gap_days: float = 0.0
    """Days of 24 hours from one contact on this channel to the next, 0 … 366. Default: 0, for the gap over all
    channels holds anyway.
    """


@dataclass(frozen=True, slots=True, kw_only=False)
class Limits(Shown):
    """When channels may be used, and how often a customer is contacted at all."""

    channels: Sequence[ChannelLimits] = (ChannelLimits(name="message"),)
    """The channels, at least one; elsewhere a channel is its place in this list. Default: one, named `message`."""
    caps: Sequence[Cap] = ()
    """Caps on contacts over all channels; all hold. Default: none, for the gap and the cap on ignored contacts
    already keep the number low.
    """
    cap_ignored: Cap | None = Cap(max_contacts=2, days=7.0)
    """A cap on ignored contacts over all channels: how many may lie within how many days before no further one may
    follow. Default: 2 in 7 days, so that nobody who ignored two is contacted a third time in a week. `null` for
    none.
    """
    min_gap_days: float = 3.0
    """Days of 24 hours from one contact to the next, over all channels, 0 … 366. Default: 3. Most answers to a
    message that come at all come within two or three days; a contact made sooner cannot know whether the last was
    ignored.
    """
    holidays: Sequence[date | str] = ()
    """Civil dates on which nothing is sent, on the customer's calendar. Default: none, for holidays differ by
    country.
    """


@dataclass(frozen=True, slots=True, kw_only=False)
class Caution(Shown):
    """How careful to be about a gain that is not known exactly."""

    confidence: float = 0.8
    """The machine acts when the gain is positive with at least this probability, and does nothing when it is negative
    with at least this probability; .5 to .999. Default .8. At .5 only the expectation counts.
    """
    person_cost: float | None = None
    """What a person's time for one decision costs. Between the two bounds a person is asked when resolving the doubt
    is worth more than that. Default: nobody is asked.
    """
    hand_off_to: str = "customer_success"
    """Whom a decision is handed to. Default `customer_success`."""
    refused_days: float = 28.0
    """An offer that a person refused to make to a customer is not proposed again for so many days, 0 to 366. Default
    28.
    """


@dataclass(frozen=True, slots=True, kw_only=False)
class Lottery(Shown):
    """What is left to chance, in order to learn what contacts are worth. Draws are hashes of customer, day and
    `salt`: the same inputs draw the same.
    """

    holdout_share: float = 0.0
    """The share of customers that are never contacted, 0 to .5, so that what contacts earn can be measured. Default
    0.
    """
    explore_share: float = 0.0
    """The probability with which, instead of the best action, one is drawn among the offers that gain anything and
    doing nothing, 0 to .5; also the probability of a contact whose gain is doubtful. Default 0.
    """
    salt: str = ""
    """Makes other draws. Default: empty."""


@dataclass(frozen=True, slots=True, kw_only=False)
class LearnedEffect(Shown):
    """What contacts of one offer won, measured against customers whom a lottery held out.

    With y = whether the customer bought within the window, weighted by 1 / propensity (Hájek 1971):

    Of a customer's rows, contacts and held out alike, one counts per window: the first, then the first after its
    window, and so on. Outcomes of one customer are not taken to be independent: errors are clustered by customer
    (Liang & Zeger 1986).
    """

    offer: str
    """The offer, by name."""
    n_contacted: int
    """Contacts with it that count: at most one per customer and window."""
    n_held_out: int
    """Windows of customers held out from it, or from any offer where the log does not say which."""
    share_contacted: float
    """The share of the contacted that bought within the window."""
    share_held_out: float
    """The share of the held out that did."""
    prob_win_back: float
    """Of those who would not have bought, the share that contacts won; may come out negative."""
    standard_error: float
    """Its standard error."""
    effective_contacted: float | None = None
    """How many independent contacts of the same weight would tell as much, at most `n_contacted`; all of them when
    absent.
    """
    effective_held_out: float | None = None
    """As `effective_contacted`, of the held out."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> LearnedEffect:
        return cls(
            offer=d["offer"],
            n_contacted=d["n_contacted"],
            n_held_out=d["n_held_out"],
            share_contacted=d["share_contacted"],
            share_held_out=d["share_held_out"],
            prob_win_back=d["prob_win_back"],
            standard_error=d["standard_error"],
            effective_contacted=d["effective_contacted"],
            effective_held_out=d["effective_held_out"],
        )


@dataclass(frozen=True, slots=True, kw_only=False)
class LearnedApproval(Shown):
    """What people made of proposals with one offer."""

    offer: str
    """The offer, by name."""
    n_approved: int
    """Proposals approved as they were."""
    n_edited: int
    """Proposals approved after an edit."""
    n_refused: int
    """Proposals refused."""
    prob_approved: float
    """P(the next one is approved, as it is or edited): the mean of a uniform prior's posterior, `(n_approved +
    n_edited + 1) / (n + 2)`.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> LearnedApproval:
        return cls(
            offer=d["offer"],
            n_approved=d["n_approved"],
            n_edited=d["n_edited"],
            n_refused=d["n_refused"],
            prob_approved=d["prob_approved"],
        )


@dataclass(frozen=True, slots=True, kw_only=False)
class Learned(Shown):
    """What a log's contacts teach; put it into the policy."""

    hours: str | None = None
    """At which hours customers open what they are sent, as a text for the library itself; `None` where the log holds
    no opens.
    """
    effects: Sequence[LearnedEffect] = ()
    """What each offer wins, where the log holds a control for it. Offers without one rest on what the policy states:
    a rate of response is never taken for an effect.
    """
    approvals: Sequence[LearnedApproval] = ()
    """What people made of proposals, offer by offer."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Learned:
        return cls(
            hours=d["hours"],
            effects=tuple(LearnedEffect._of(v) for v in d["effects"]),
            approvals=tuple(LearnedApproval._of(v) for v in d["approvals"]),
        )


@dataclass(frozen=True, slots=True, kw_only=False)
class RouteRule(Shown):
    """A rule about who acts. It holds when every condition stated does; the first rule that holds counts."""

    route: Route
    """Who acts."""
    order_value_above: float | None = None
    """Holds when an order is worth more than this."""
    discount_above: float | None = None
    """Holds when the discount is larger than this share."""
    confidence_below: float | None = None
    """Holds when P(the contact gains anything) is below this."""
    mood_below: float | None = None
    """Holds when the customer's mood is known and below this, -1 to 1."""
    has_contract: bool | None = None
    """Holds when there is a contract with the customer (`true`), or none (`false`)."""


@dataclass(frozen=True, slots=True, kw_only=False)
class ItemTerms(Shown):
    """What is known of one item beyond the log."""

    item: Id
    """The item, as in the log."""
    name: str | None = None
    """What customers call it, for messages; default: the identifier."""
    order_value: float | None = None
    """What an order of it is worth; default: what the customer last paid."""
    margin_share: float | None = None
    """Its margin, a share of the price; default: the policy's."""
    stock: float | None = None
    """Units in stock; contacts about it are not expected to sell more. Default: any number."""


@dataclass(frozen=True, slots=True, kw_only=False)
class CustomerTerms(Shown):
    """What is known of one customer beyond the log."""

    customer: Id
    """The customer, as in the log."""
    time_zone: str | None = None
    """The customer's time zone, such as `Asia/Shanghai`; default: the policy's."""
    locale: str | None = None
    """The language of messages, such as `zh-CN`; default: the policy's."""
    remaining_value: float | None = None
    """What the customer will still bring, margin; default: the policy's."""
    mood: float | None = None
    """The customer's mood, from -1 (angry) to 1 (delighted), where it is known."""
    has_contract: bool = False
    """Whether there is a contract with the customer; default: no."""


@dataclass(frozen=True, slots=True, kw_only=False)
class Template(Shown):
    """A text of one's own for a key and a locale, in place of the built-in one."""

    key: MessageKey
    """What it says."""
    locale: str
    """In which language: a tag such as `zh-CN`, `zh` or `en`; letter case does not matter."""
    text: str
    """The text, with parameters in double braces and the filters of Jinja; see `Templates`."""


@dataclass(frozen=True, slots=True, kw_only=False)
class Policy(Shown):
    """What the business may do about a customer's need, what it costs, and how careful to be.

    Only the margin, one offer and one channel must be stated; amounts are in the currency of the orders.
    """

    margin_share: float
    """The margin, a share of the price, 0 to 1, of items for which nothing else is said."""
    offers: Sequence[Offer]
    """What can be offered; at least one. A reminder is an offer without a discount."""
    channels: Sequence[Channel]
    """How customers can be reached; at least one."""
    order_value: float | None = None
    """What an order is worth where neither the item's terms nor the customer's last purchase say; default: unknown,
    and the decision abstains.
    """
    unprompted_share: float = 1.0
    """Of the purchases that a forecast expects, the share that would come without a contact, 0 to 1. Default 1: as
    the log shows them. Lower it where the log's purchases followed reminders of yours, which the forecast cannot
    tell from others.
    """
    costs: Costs = Costs()
    """What a contact costs beside its channel."""
    response: Response = Response()
    """How the effect of a contact depends on the stock left."""
    fatigue: Fatigue = Fatigue()
    """How contacts that were ignored wear off."""
    limits: Limits = Limits()
    """When channels may be used at all."""
    caution: Caution = Caution()
    """How careful to be."""
    lottery: Lottery = Lottery()
    """What is left to chance, in order to learn."""
    learned: Learned = Learned()
    """What the log's own contacts have taught; default: nothing."""
    budget: float | None = None
    """What contacts may cost on the day of the decision, channels' costs and discounts, over all customers; default:
    no limit.
    """
    capacity: int | None = None
    """How many contacts may be made on the day of the decision, over all customers; default: any number."""
    horizon_days: int = 28
    """How far ahead waiting is weighed, days, 1 to 300; default 28. A contact that would be best later is decided
    again then.
    """
    routes: Sequence[RouteRule] = ()
    """Who acts on a decision; the first rule that holds counts, and the machine acts when none does."""
    items: Sequence[ItemTerms] = ()
    """What is known of items."""
    customers: Sequence[CustomerTerms] = ()
    """What is known of customers."""
    time_zone: str = "UTC"
    """The time zone of customers for whom nothing else is said, such as `Europe/Berlin`; default `UTC`."""
    locale: str = "en"
    """The language of messages where nothing else is said, such as `zh-CN`; default `en`."""
    messages: Sequence[Template] = ()
    """Templates of messages, beside and before the ones that come with the library."""


@dataclass(frozen=True, slots=True, kw_only=False)
class Offer(Shown):
    """Something that a contact can offer; without a discount it is a reminder."""

    name: str
    """Its name, as contacts in the log have it."""
    prob_win_back: float
    """P(a customer who would not have bought does so because of a contact at the best moment), 0 to 1: what you
    expect of it. It is the prior where the log holds a randomised control, and counts as it is where it does not.
    """
    discount_share: float = 0.0
    """The discount, a share of the price, 0 to 1; default 0. Offers whose discount eats the margin are never made."""
    n_contacts_prior: float = 50.0
    """How many contacts your expectation is worth; at least 1, default 50. Sets how soon the log's own control
    outweighs it, and how doubtful a gain is.
    """
    min_purchases: int = 0
    """The offer is for customers who have bought on at least so many days, returned purchases left aside; default 0.
    """


@dataclass(frozen=True, slots=True, kw_only=False)
class Channel(Shown):
    """A way to reach a customer."""

    name: str
    """Its name, as contacts in the log have it."""
    cost: float = 0.0
    """What one contact costs; default 0."""
    strength: float = 1.0
    """How well a contact works here compared with what offers say, times; default 1."""
    capacity: int | None = None
    """How many contacts it can carry on the day of the decision, over all customers; default: any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Shown):
    """What a contact says."""

    key: MessageKey
    """What is said."""
    locale: str
    """In which language."""
    text: str
    """The words; parameters are not escaped for HTML."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Message:
        return cls(
            key=d["key"],
            locale=d["locale"],
            text=d["text"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning(Shown):
    """Why a decision came out as it did."""

    candidates: tuple[Candidate, ...]
    """The best contact of every offer, best first; the first is what was proposed or would be."""
    runner_up: Candidate | None
    """The best contact that differs from the first in its day only."""
    evidence: tuple[Evidence, ...]
    """What speaks for a contact and what against it."""
    binding: Binding | None
    """What keeps a better contact from being made, and what that costs."""
    would_change: tuple[Change, ...]
    """What would have to be different for the decision to change."""
    words: str
    """The decision and its reasons in plain words, in the policy's language for the customer (English or Chinese)."""
    gain_by_day: tuple[float, ...]
    """The gain of the first candidate on each day from that of the decision, limits left aside: the value of waiting.
    """
    closed_days: tuple[ClosedDay, ...]
    """The days of `gain_by_day` on which limits close the first candidate's channel to the customer, in order."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Reasoning:
        return cls(
            candidates=tuple(Candidate._of(v) for v in d["candidates"]),
            runner_up=None if d["runner_up"] is None else Candidate._of(d["runner_up"]),
            evidence=tuple(Evidence._of(v) for v in d["evidence"]),
            binding=None if d["binding"] is None else Binding._of(d["binding"]),
            would_change=tuple(Change._of(v) for v in d["would_change"]),
            words=d["words"],
            gain_by_day=tuple(d["gain_by_day"]),
            closed_days=tuple(ClosedDay._of(v) for v in d["closed_days"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Shown):
    """A contact that was weighed."""

    item: Id | None
    """What it is about."""
    offer: str
    """The offer, by name."""
    channel: str
    """The channel, by name."""
    in_days: int
    """On which day, counted from that of the decision."""
    expected_margin: float
    """What it is expected to gain over none."""
    margin_low: float
    """The lower end of what it may gain, at the policy's confidence: the effect and the customer's own chance are not
    known exactly.
    """
    margin_high: float
    """The upper end."""
    parts: Parts
    """Of what the gain is made."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Candidate:
        return cls(
            item=d["item"],
            offer=d["offer"],
            channel=d["channel"],
            in_days=d["in_days"],
            expected_margin=d["expected_margin"],
            margin_low=d["margin_low"],
            margin_high=d["margin_high"],
            parts=Parts._of(d["parts"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Shown):
    """What a contact is expected to gain over none, and of what this is made. In the currency of the orders; costs
    are negative.
    """

    win_back: float
    """Margin of purchases that would not have come without the contact."""
    cannibalised: float
    """Discount given to those who would have bought anyway."""
    ignored: float
    """Annoyance of a contact that is ignored."""
    lost: float
    """What is lost when an ignored contact drives the customer away."""
    timing: float
    """Annoyance of a contact that comes too early, and the cost of days too early or too late."""
    contact: float
    """The contact itself: its channel's cost, and a person's time."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Parts:
        return cls(
            win_back=d["win_back"],
            cannibalised=d["cannibalised"],
            ignored=d["ignored"],
            lost=d["lost"],
            timing=d["timing"],
            contact=d["contact"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Shown):
    """One thing that speaks for a contact or against it."""

    kind: EvidenceKind
    """What it is."""
    is_for: bool
    """Whether it speaks for a contact."""
    value: float
    """Its number: see `EvidenceKind`."""
    n: int
    """On how many observations it rests."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Evidence:
        return cls(
            kind=d["kind"],
            is_for=d["is_for"],
            value=d["value"],
            n=d["n"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding(Shown):
    """What keeps a better contact from being made."""

    limit: Limit
    """The limit."""
    costs: float
    """What the contact would gain without it, beyond what it gains with it."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Binding:
        return cls(
            limit=d["limit"],
            costs=d["costs"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Shown):
    """A number that would change the decision."""

    of: ChangeOf
    """Which number."""
    value: float
    """What it is."""
    threshold: float
    """At which value the decision turns."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Change:
        return cls(
            of=d["of"],
            value=d["value"],
            threshold=d["threshold"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay(Shown):
    """A day on which limits close a channel to a customer."""

    in_days: int
    """Which day, counted from that of the decision."""
    limit: Limit
    """Why."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ClosedDay:
        return cls(
            in_days=d["in_days"],
            limit=d["limit"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Shown):
    """Contact the customer."""

    action: ClassVar[Literal["contact"]] = "contact"
    """Which of its union this is."""
    item: Id | None
    """What it is about: the item bought last; `None` for a need without an item."""
    next_item: Id | None
    """The item to propose instead, when the customer moves on to another stage."""
    offer: str
    """The offer, by its name in the policy."""
    discount_share: float
    """Its discount, a share of the price."""
    channel: str
    """The channel, by its name in the policy."""
    contact_at: datetime
    """When to send, within the allowed hours of the day of the decision."""
    expected_margin: float
    """What the contact is expected to gain over none, in the currency of the orders."""
    route: Route
    """Who sends it: the machine, or a person after a look."""
    propensity: float
    """The probability with which this action was drawn, for whoever learns from the log; 1 without exploration and
    holdout.
    """
    effect: EffectSource
    """On what the effect rests."""
    message: Message | None
    """The words, where the policy has a template for them."""
    reasoning: Reasoning
    """Why."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Contact:
        return cls(
            item=d["item"],
            next_item=d["next_item"],
            offer=d["offer"],
            discount_share=d["discount_share"],
            channel=d["channel"],
            contact_at=_instant(d["contact_at"]),
            expected_margin=d["expected_margin"],
            route=d["route"],
            propensity=d["propensity"],
            effect=d["effect"],
            message=None if d["message"] is None else Message._of(d["message"]),
            reasoning=Reasoning._of(d["reasoning"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Shown):
    """A later contact is worth more."""

    action: ClassVar[Literal["wait"]] = "wait"
    """Which of its union this is."""
    until_at: datetime
    """When to decide again: the day that now seems best, or the end of what is planned ahead."""
    item: Id | None
    """What the contact would be about."""
    offer: str
    """The offer that would then be best."""
    channel: str
    """The channel that would then be best."""
    expected_margin: float
    """What that contact is expected to gain over none."""
    reasoning: Reasoning
    """Why."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Wait:
        return cls(
            until_at=_instant(d["until_at"]),
            item=d["item"],
            offer=d["offer"],
            channel=d["channel"],
            expected_margin=d["expected_margin"],
            reasoning=Reasoning._of(d["reasoning"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstain(Shown):
    """Do not contact."""

    action: ClassVar[Literal["abstain"]] = "abstain"
    """Which of its union this is."""
    because: AbstainReason
    """Why not."""
    propensity: float | None
    """For a holdout: the probability with which this came to be; log it with the `held_out` row, and the first
    candidate's offer.
    """
    missing: tuple[str, ...]
    """What was missing for a decision, in plain words; often nothing."""
    reasoning: Reasoning
    """Why, in full."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Abstain:
        return cls(
            because=d["because"],
            propensity=d["propensity"],
            missing=tuple(d["missing"]),
            reasoning=Reasoning._of(d["reasoning"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(Shown):
    """Let a person decide."""

    action: ClassVar[Literal["hand_off"]] = "hand_off"
    """Which of its union this is."""
    to: str
    """To whom: the policy's word."""
    because: HandOffReason
    """Why a person."""
    item: Id | None
    """What it is about."""
    offer: str
    """The offer that the machine would make."""
    channel: str
    """The channel that it would use."""
    expected_margin: float
    """What that contact is expected to gain over none."""
    message: Message | None
    """The words the machine would use."""
    reasoning: Reasoning
    """Why, in full."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> HandOff:
        return cls(
            to=d["to"],
            because=d["because"],
            item=d["item"],
            offer=d["offer"],
            channel=d["channel"],
            expected_margin=d["expected_margin"],
            message=None if d["message"] is None else Message._of(d["message"]),
            reasoning=Reasoning._of(d["reasoning"]),
        )


@dataclass(frozen=True, slots=True, kw_only=False)
class HelpTerms(Shown):
    """What is known of the help that a customer gets whose use has fallen."""

    alarm_days: float = 14.0
    """Alarms raised within so many days before the decision are acted on, above 0 and up to 366. Default 14."""
    falls_per_year: float = 0.2
    """The share of customers whose use truly falls within a year, 0 to 1. Default .2: it says how many alarms are
    real.
    """
    prob_recovers: float = 0.0
    """P(the use recovers without help), 0 to 1. Default 0: what is not stated is not assumed."""
    n_tips: int = 3
    """How many tips the message speaks of, at least 1. Default 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineDecision(Shown):
    """What to do about one customer whose use has fallen."""

    decline: UsageDecline
    """The fall: since when, how deep, in which modules."""
    decision: Decision
    """What to do. A contact is never the machine's alone: its route is `approve`."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> DeclineDecision:
        return cls(
            decline=UsageDecline._of(d["decline"]),
            decision=_decision_of(d["decision"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDecline(Shown):
    """One customer's use has fallen."""

    customer: Id
    """Who."""
    alarm_at: datetime
    """When the alarm was raised: the end of the period whose count raised it."""
    since_at: datetime
    """Since when: the beginning of the first fallen period, the most likely …"""
    since_earliest_at: datetime
    """… and the ends of a 90 % interval."""
    since_latest_at: datetime
    """The later end of that interval."""
    depth: float
    """The share of the level that was lost, 0 to 1; the most likely …"""
    depth_min: float
    """… and the ends of a 90 % interval."""
    depth_max: float
    """The upper end of that interval."""
    level_before: float
    """The level before the fall, counts per period."""
    level_after: float
    """The level since, counts per period."""
    false_alarms_per_year: float
    """The share of healthy customers that show as much evidence in a year, 0 to the stated rate: how sure the alarm
    is.
    """
    modules: tuple[ModuleFinding, ...]
    """The items (modules, features) that fell, or that the customer uses less than similar customers do."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> UsageDecline:
        return cls(
            customer=d["customer"],
            alarm_at=_instant(d["alarm_at"]),
            since_at=_instant(d["since_at"]),
            since_earliest_at=_instant(d["since_earliest_at"]),
            since_latest_at=_instant(d["since_latest_at"]),
            depth=d["depth"],
            depth_min=d["depth_min"],
            depth_max=d["depth_max"],
            level_before=d["level_before"],
            level_after=d["level_after"],
            false_alarms_per_year=d["false_alarms_per_year"],
            modules=tuple(ModuleFinding._of(v) for v in d["modules"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFinding(Shown):
    """A module that an alarm names."""

    module: Id
    """The module."""
    reason: ModuleReason
    """Why it is named."""
    per_period: float
    """Counts per period since the fall (`fell`), or in all periods seen (`used_little`)."""
    expected_per_period: float
    """Counts per period expected instead: by the customer's own earlier use (`fell`), or by the use of others who use
    the product as much (`used_little`).
    """
    prob_below: float
    """P(the module's level truly lies below what was expected), 0 to 1."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ModuleFinding:
        return cls(
            module=d["module"],
            reason=d["reason"],
            per_period=d["per_period"],
            expected_per_period=d["expected_per_period"],
            prob_below=d["prob_below"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineStep(Shown):
    """What became of one customer's new periods."""

    state: str
    """Where the customer stands now: give it back with the next counts."""
    next_period: int
    """The period whose count comes next."""
    level_per_period: float
    """The level expected if nothing has fallen: counts per period of an average period."""
    alarms: tuple[Alarm, ...]
    """The alarms that the new counts raised."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> DeclineStep:
        return cls(
            state=d["state"],
            next_period=d["next_period"],
            level_per_period=d["level_per_period"],
            alarms=tuple(Alarm._of(v) for v in d["alarms"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Shown):
    """One customer's level has fallen.

    Levels are counts per period of an average period; pauses are not counted in.
    """

    period: int
    """The period whose count raised the alarm."""
    since_period: int
    """The first fallen period, the most likely …"""
    since_earliest: int
    """… and the ends of a 90 % interval."""
    since_latest: int
    """The latest period of that interval."""
    depth: float
    """The share of the level that was lost, 0 to 1; the most likely …"""
    depth_min: float
    """… and the ends of a 90 % interval."""
    depth_max: float
    """The upper end of that interval."""
    level_before: float
    """The level before the fall, counts per period."""
    level_after: float
    """The level since, counts per period."""
    false_alarms_per_year: float
    """The share of healthy customers that show as much evidence in a year, 0 to the stated rate: how sure the alarm
    is. Under `TwoFallsRunning`, the share that alarms by that rule.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Alarm:
        return cls(
            period=d["period"],
            since_period=d["since_period"],
            since_earliest=d["since_earliest"],
            since_latest=d["since_latest"],
            depth=d["depth"],
            depth_min=d["depth_min"],
            depth_max=d["depth_max"],
            level_before=d["level_before"],
            level_after=d["level_after"],
            false_alarms_per_year=d["false_alarms_per_year"],
        )


@dataclass(frozen=True, slots=True, kw_only=False)
class ReminderOptions(Shown):
    """What counts as a reminder, and as a right one."""

    tolerance_days: float = 7.0
    """How far the purchase may be from the predicted run-out, in days, both ways; ≥ 0. Default 7: a reminder in the
    right week helps.
    """
    horizon_days: float = 28.0
    """Run-outs up to this many days after `as_of` are reminded of, and purchases up to it count for the recall; > 0.
    Default 28.
    """
    n_points: int = 50
    """Most points of the curve, ≥ 2. Default 50."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ReminderOptions:
        return cls(
            tolerance_days=d["tolerance_days"],
            horizon_days=d["horizon_days"],
            n_points=d["n_points"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest(Shown):
    """What a backtest found. Every forecast came from a model fitted at its cutoff, which knew nothing later."""

    cutoffs: tuple[datetime, ...]
    """The cutoffs, earliest first."""
    horizon_days: float
    """The horizon of the probabilities, days."""
    all: Scores
    """P(buys within the horizon), over all pairs."""
    repeated: Scores | None
    """The same over pairs bought twice or more; `None` when there was none."""
    structure: Scores
    """The same of the structural forecast alone, without the layer."""
    calibration: tuple[CalibrationBin, ...]
    """The calibration curve over all pairs."""
    crps_days: float
    """Mean CRPS of the date of the next purchase, days, up to the follow-up: lower is better."""
    coverage: Coverage | None
    """How often the 80 % interval of the date held the purchase, among those that came within the follow-up."""
    reminders: ReminderCurve | None
    """Precision and recall of reminders; `None` when the log ends too early to judge any."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Backtest:
        return cls(
            cutoffs=tuple(_instant(v) for v in d["cutoffs"]),
            horizon_days=d["horizon_days"],
            all=Scores._of(d["all"]),
            repeated=None if d["repeated"] is None else Scores._of(d["repeated"]),
            structure=Scores._of(d["structure"]),
            calibration=tuple(CalibrationBin._of(v) for v in d["calibration"]),
            crps_days=d["crps_days"],
            coverage=None if d["coverage"] is None else Coverage._of(d["coverage"]),
            reminders=None if d["reminders"] is None else ReminderCurve._of(d["reminders"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores(Shown):
    """How good a set of probability forecasts is, each score with its formula.

    Scores depend on the rows alone, not on their order: equal to the last bit for any permutation.
    """

    n_forecasts: int
    """Forecasts scored, at least 1."""
    n_positive: int
    """Forecasts whose event happened."""
    base_rate: float
    """Share that happened, `n_positive / n_forecasts`, in [0, 1]."""
    mean_prob: float
    """Mean forecast, in [0, 1]. Above `base_rate`: the forecasts promise too much as a whole."""
    log_loss: float
    """Log-loss, see `log_loss`. ≥ 0, lower is better."""
    log_loss_base: float
    """Log-loss of forecasting `base_rate` for every row: the best that knowing nothing about a row can do. It is
    taken from the scored rows themselves, which makes it a slightly harder opponent than a rate learned from the
    past.
    """
    log_loss_skill: float | None
    """`1 − log_loss / log_loss_base`: 0 is no better than the base rate, 1 is perfect, negative is harmful. `None`
    when the outcome is the same in every row.
    """
    brier: float
    """Brier score, see `brier`. In [0, 1], lower is better."""
    brier_skill: float | None
    """`1 − brier / (base_rate · (1 − base_rate))` (Murphy 1973): as `log_loss_skill`, for the Brier score."""
    auc: float | None
    """Area under the ROC curve, see `auc`. `None` when the outcome is the same in every row."""
    ece: float
    """Expected calibration error over 20 equal-count bins, see `ece`. In [0, 1], lower is better."""
    precision_top_1pct: float
    """Share that happened among the 1 % highest forecasts, see `precision_at_top`. In [0, 1], higher is better."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Scores:
        return cls(
            n_forecasts=d["n_forecasts"],
            n_positive=d["n_positive"],
            base_rate=d["base_rate"],
            mean_prob=d["mean_prob"],
            log_loss=d["log_loss"],
            log_loss_base=d["log_loss_base"],
            log_loss_skill=d["log_loss_skill"],
            brier=d["brier"],
            brier_skill=d["brier_skill"],
            auc=d["auc"],
            ece=d["ece"],
            precision_top_1pct=d["precision_top_1pct"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin(Shown):
    """One bin of a calibration curve: forecasts of about the same size, and what became of them."""

    n: int
    """Forecasts in the bin, at least 1."""
    mean_prob: float
    """Mean forecast of the bin, in [0, 1]."""
    share_observed: float
    """Share of the bin that happened, in [0, 1]. Rows of one probability that straddle two bins bring the share of
    all rows of that probability into both.
    """
    observed_low: float
    """Lower end of the 95 % Wilson interval of `share_observed`."""
    observed_high: float
    """Upper end of the 95 % Wilson interval of `share_observed`."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> CalibrationBin:
        return cls(
            n=d["n"],
            mean_prob=d["mean_prob"],
            share_observed=d["share_observed"],
            observed_low=d["observed_low"],
            observed_high=d["observed_high"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage(Shown):
    """How often the central interval of a date forecast held the date."""

    level: float
    """What the interval promises, in (0, 1)."""
    share: float | None
    """What it held, in [0, 1]; well made intervals come close to `level`. `None` when the data cannot tell."""
    share_low: float | None
    """Lower end of the 95 % interval of `share`."""
    share_high: float | None
    """Upper end of the 95 % interval of `share`."""
    share_below: float | None
    """Share of dates below the interval (the purchase came earlier than forecast); meant to be `(1 − level) / 2`."""
    n_forecasts: int
    """Forecasts looked at."""
    n_observed: int
    """Those whose purchase was observed."""
    n_at_upper: int
    """Forecasts still watched at the upper end of the interval: how much the answer there rests on."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Coverage:
        return cls(
            level=d["level"],
            share=d["share"],
            share_low=d["share_low"],
            share_high=d["share_high"],
            share_below=d["share_below"],
            n_forecasts=d["n_forecasts"],
            n_observed=d["n_observed"],
            n_at_upper=d["n_at_upper"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderCurve(Shown):
    """Precision and recall of reminders over the choice of a probability threshold."""

    options: ReminderOptions
    """The definition it was made with."""
    n_judged: int
    """Candidates watched long enough to be judged."""
    n_undecided: int
    """Candidates left out because the log ends before `horizon_days + tolerance_days` after their `as_of`, whether
    they bought or not: to keep only those that bought would flatter the result.
    """
    n_purchases: int
    """Purchases within the horizon by judged candidates: what could have been reminded of."""
    points: tuple[ReminderPoint, ...]
    """From the highest threshold to the lowest; the last point reminds of every run-out within the horizon. Empty
    when no judged candidate runs out within the horizon.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ReminderCurve:
        return cls(
            options=ReminderOptions._of(d["options"]),
            n_judged=d["n_judged"],
            n_undecided=d["n_undecided"],
            n_purchases=d["n_purchases"],
            points=tuple(ReminderPoint._of(v) for v in d["points"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPoint(Shown):
    """One choice of the threshold, and what reminders at or above it are worth."""

    prob_threshold: float
    """Candidates with at least this probability are reminded, in [0, 1]."""
    n_reminders: int
    """Reminders sent."""
    n_right: int
    """Reminders whose purchase fell within the tolerance of the predicted run-out."""
    precision: float
    """`n_right / n_reminders`, in [0, 1]."""
    precision_low: float
    """Lower end of the 95 % Wilson interval of `precision`."""
    precision_high: float
    """Upper end of the 95 % Wilson interval of `precision`."""
    recall: float | None
    """Purchases within the horizon that had a right reminder, over all that could have been reminded of; `None` when
    there was none.
    """

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ReminderPoint:
        return cls(
            prob_threshold=d["prob_threshold"],
            n_reminders=d["n_reminders"],
            n_right=d["n_right"],
            precision=d["precision"],
            precision_low=d["precision_low"],
            precision_high=d["precision_high"],
            recall=d["recall"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Shown):
    """What a log can carry, as data; `Display` gives it in plain words."""

    as_of: datetime
    """The instant of the audit; later events were not looked at."""
    log: LogFacts
    """What the log holds."""
    findings: tuple[Finding, ...]
    """What to look into before trusting any forecast, the most urgent first."""
    scenarios: tuple[ScenarioReadiness, ...]
    """Each scenario with its readiness and the reasons, always all of them, always in this order."""
    _words: str = field(default="", repr=False, compare=False)

    @classmethod
    def _of(cls, d: Mapping[str, Any], words: str = "") -> Audit:
        return cls(
            as_of=_instant(d["as_of"]),
            log=LogFacts._of(d["log"]),
            findings=tuple(Finding._of(v) for v in d["findings"]),
            scenarios=tuple(ScenarioReadiness._of(v) for v in d["scenarios"]),
            _words=words,
        )

    def __str__(self) -> str:
        return self._words or repr(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole(Shown):
    """A stretch of days without any event, longer than chance explains.

    A closed shop looks the same as lost data: forecasts treat both as "nobody bought".
    """

    from_at: datetime
    """First empty day (its beginning)."""
    until_at: datetime
    """First day with events again (its beginning)."""
    n_days: int
    """Length in civil days."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Hole:
        return cls(
            from_at=_instant(d["from_at"]),
            until_at=_instant(d["until_at"]),
            n_days=d["n_days"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump(Shown):
    """A sudden change of the weekly number of visits: a new sales channel, a new way of counting, or data lost in
    part.
    """

    at: datetime
    """Start of the first week at the new level (its beginning)."""
    before_per_week: float
    """Median visits per week in the four weeks before."""
    after_per_week: float
    """Median visits per week in the four weeks after."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Jump:
        return cls(
            at=_instant(d["at"]),
            before_per_week=d["before_per_week"],
            after_per_week=d["after_per_week"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts(Shown):
    """What a log holds. Only events up to `as_of` are counted, in every field.

    A *visit* is a day on which a customer bought anything, a *pair* a customer and an item that customer bought, and
    a pair is *repeated* when it was bought on two or more days. Shares are in [0, 1], and 0 when there is nothing to
    share.
    """

    n_customers: int
    """Customers with an event."""
    n_items: int
    """Items with an event."""
    n_events: int
    """Events."""
    n_events_after: int
    """Events after `as_of`, which were left out."""
    n_visits: int
    """Days on which a customer bought, over all customers."""
    time_zone: str
    """The IANA name of the time zone in which days were counted."""
    first_at: datetime | None
    """The first event; `None` when there is none."""
    last_at: datetime | None
    """The last event; `None` when there is none."""
    span_days: int
    """Civil days from the first to the last event, both included."""
    quiet_days: int
    """Civil days from the last event to `as_of`."""
    n_pairs: int
    """Pairs of customer and item."""
    n_pairs_repeated: int
    """Pairs bought on two or more days."""
    share_pairs_repeated: float
    """`n_pairs_repeated / n_pairs`."""
    n_customers_returning: int
    """Customers with visits on two or more days."""
    share_customers_returning: float
    """`n_customers_returning / n_customers`."""
    share_customers_single_event: float
    """Share of customers with a single event."""
    median_events_per_customer: float
    """Median events per customer."""
    median_cycle_days: float | None
    """Median days between two purchases of one pair; `None` when no pair is repeated."""
    regularity: float | None
    """Regularity of the cycles as the shape k of an Erlang distribution: 1 is pure chance, 2 and more a rhythm.
    `None` with fewer than 100 pairs bought on three days.

    Formula: with M = g₁ / (g₁ + g₂) of the last two gaps of each pair, k = (1 − 4 v) / (8 v), v = mean (M − ½)²
    (Wheat & Morrison 1990).
    """
    n_customers_active: int
    """Customers with an event in the last 84 days before `as_of`."""
    n_customers_weekly: int
    """Customers with an event in at least 8 of the last 12 weeks before `as_of`."""
    n_customers_moved_on: int
    """Customers who moved from one item to another of the same need or category and did not come back to the first.
    """
    has_quantity: bool
    """Whether the log has quantities (some quantity is not 1)."""
    share_events_quantity: float
    """Share of events with a quantity other than 1."""
    share_events_amount: float
    """Share of events with an amount of money."""
    share_events_category: float
    """Share of events whose item has a category."""
    share_events_need: float
    """Share of events whose item has a need."""
    share_events_pack_size: float
    """Share of events whose item has a pack size."""
    n_needs_shared: int
    """Needs that two or more items serve."""
    n_returns: int
    """Purchases returned or cancelled, in full or in part."""
    time_resolution: TimeResolution | None
    """How fine the instants are; `None` without events."""
    n_days_empty: int
    """Days between first and last event on which nobody bought anything."""
    closed_weekdays: tuple[int, ...]
    """Weekdays on which as good as nothing happens, 0 = Monday … 6 = Sunday: taken as closed."""
    holes: tuple[Hole, ...]
    """Stretches without any event, too long to be chance. In order of time."""
    jumps: tuple[Jump, ...]
    """Sudden changes of level. In order of time."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> LogFacts:
        return cls(
            n_customers=d["n_customers"],
            n_items=d["n_items"],
            n_events=d["n_events"],
            n_events_after=d["n_events_after"],
            n_visits=d["n_visits"],
            time_zone=d["time_zone"],
            first_at=None if d["first_at"] is None else _instant(d["first_at"]),
            last_at=None if d["last_at"] is None else _instant(d["last_at"]),
            span_days=d["span_days"],
            quiet_days=d["quiet_days"],
            n_pairs=d["n_pairs"],
            n_pairs_repeated=d["n_pairs_repeated"],
            share_pairs_repeated=d["share_pairs_repeated"],
            n_customers_returning=d["n_customers_returning"],
            share_customers_returning=d["share_customers_returning"],
            share_customers_single_event=d["share_customers_single_event"],
            median_events_per_customer=d["median_events_per_customer"],
            median_cycle_days=d["median_cycle_days"],
            regularity=d["regularity"],
            n_customers_active=d["n_customers_active"],
            n_customers_weekly=d["n_customers_weekly"],
            n_customers_moved_on=d["n_customers_moved_on"],
            has_quantity=d["has_quantity"],
            share_events_quantity=d["share_events_quantity"],
            share_events_amount=d["share_events_amount"],
            share_events_category=d["share_events_category"],
            share_events_need=d["share_events_need"],
            share_events_pack_size=d["share_events_pack_size"],
            n_needs_shared=d["n_needs_shared"],
            n_returns=d["n_returns"],
            time_resolution=d["time_resolution"],
            n_days_empty=d["n_days_empty"],
            closed_weekdays=tuple(d["closed_weekdays"]),
            holes=tuple(Hole._of(v) for v in d["holes"]),
            jumps=tuple(Jump._of(v) for v in d["jumps"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Shown):
    """Something about the log to look into, with what to do."""

    code: FindingCode
    """What it is about."""
    words: str
    """The same in plain words."""
    todo: str
    """What to do."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Finding:
        return cls(
            code=d["code"],
            words=d["words"],
            todo=d["todo"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioReadiness(Shown):
    """A scenario, whether the log can carry it, and why."""

    scenario: Scenario
    """The scenario."""
    readiness: Readiness
    """The lowest readiness of the required checks."""
    checks: tuple[Check, ...]
    """The reasons, required ones first."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> ScenarioReadiness:
        return cls(
            scenario=d["scenario"],
            readiness=d["readiness"],
            checks=tuple(Check._of(v) for v in d["checks"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Shown):
    """One thing a scenario needs, what was found of it, and what to do."""

    code: CheckCode
    """What was looked at."""
    readiness: Readiness
    """How far it carries the scenario."""
    required: bool
    """Whether the scenario depends on it; otherwise it would only improve the answer."""
    found: float | None
    """What was found, in the unit of the code; `None` when it cannot be in an order log."""
    needed: float | None
    """What `ready` asks for, in the same unit: at least this, for `freshness` at most this."""
    words: str
    """The same in plain words."""
    todo: str | None
    """What to do; `None` when there is nothing to do."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Check:
        return cls(
            code=d["code"],
            readiness=d["readiness"],
            required=d["required"],
            found=d["found"],
            needed=d["needed"],
            words=d["words"],
            todo=d["todo"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport(Shown):
    """What became of the rows of an ingest.

    Every row is accounted for: `n_read == n_kept + n_returns + n_contacts + n_refused`.
    """

    n_read: int
    """Rows read."""
    n_kept: int
    """Rows that became events of the history: purchases."""
    n_merged: int
    """Kept rows that unite with an earlier purchase of the same item by the same customer (option `merge_days`)."""
    n_returns: int
    """Returns that undo a purchase, in full or in part."""
    n_contacts: int
    """Rows about contacts: messages sent, opened, clicked or held out, and consent. They lie beside the events."""
    n_contacts_merged: int
    """Rows about contacts that are equal to another one in every field; they are one."""
    n_refused: int
    """Rows left out."""
    n_assumed_one: int
    """Kept rows without a quantity, counted as one unit. Only counted where some other row has a quantity."""
    n_conflicting_items: int
    """Items for which rows name different categories, needs or pack sizes; the earliest one counts."""
    refusals: tuple[Refusal, ...]
    """The rows left out, one entry per reason."""
    _words: str = field(default="", repr=False, compare=False)

    @classmethod
    def _of(cls, d: Mapping[str, Any], words: str = "") -> IngestReport:
        return cls(
            n_read=d["n_read"],
            n_kept=d["n_kept"],
            n_merged=d["n_merged"],
            n_returns=d["n_returns"],
            n_contacts=d["n_contacts"],
            n_contacts_merged=d["n_contacts_merged"],
            n_refused=d["n_refused"],
            n_assumed_one=d["n_assumed_one"],
            n_conflicting_items=d["n_conflicting_items"],
            refusals=tuple(Refusal._of(v) for v in d["refusals"]),
            _words=words,
        )

    def __str__(self) -> str:
        return self._words or repr(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Shown):
    """The rows that were left out for one reason."""

    reason: Reason
    """Why."""
    n_rows: int
    """How many rows."""
    first_row: int
    """The first such row, counted from zero; in CSV the line after the header is row 0."""
    column: str
    """The column of that row that is at fault, by the name the caller gave it."""
    sample: str
    """What stands there, cut to 60 characters."""

    @classmethod
    def _of(cls, d: Mapping[str, Any]) -> Refusal:
        return cls(
            reason=d["reason"],
            n_rows=d["n_rows"],
            first_row=d["first_row"],
            column=d["column"],
            sample=d["sample"],
        )


Decision: TypeAlias = Contact | Wait | Abstain | HandOff
"""What to do about one customer now."""


def _decision_of(d: Mapping[str, Any]) -> Decision:
    match d["action"]:
        case "contact":
            return Contact._of(d)
        case "wait":
            return Wait._of(d)
        case "abstain":
            return Abstain._of(d)
        case "hand_off":
            return HandOff._of(d)
    raise ValueError(d["action"])


__all__ = [
    "Abstain",
    "AbstainReason",
    "Alarm",
    "AlarmRule",
    "Audit",
    "Backtest",
    "Basis",
    "Binding",
    "CalibrationBin",
    "Candidate",
    "Cap",
    "Caution",
    "Change",
    "ChangeOf",
    "Channel",
    "ChannelLimits",
    "Check",
    "CheckCode",
    "ClosedDay",
    "CohortCurve",
    "CohortKind",
    "Contact",
    "ContextEffect",
    "ContextFit",
    "Costs",
    "Coverage",
    "CustomerTerms",
    "Decision",
    "DeclineDecision",
    "DeclineStep",
    "EffectOn",
    "EffectSource",
    "EventKind",
    "Evidence",
    "EvidenceKind",
    "Family",
    "Fatigue",
    "Finding",
    "FindingCode",
    "FitStatus",
    "Forecast",
    "HandOff",
    "HandOffReason",
    "HelpTerms",
    "Hole",
    "Id",
    "IngestReport",
    "InstantLike",
    "ItemTerms",
    "Jump",
    "Ladder",
    "LapseDriver",
    "LapseHorizon",
    "LapseReason",
    "LapseRisk",
    "Learned",
    "LearnedApproval",
    "LearnedEffect",
    "Limit",
    "Limits",
    "LogFacts",
    "Lottery",
    "Message",
    "MessageKey",
    "ModuleFinding",
    "ModuleReason",
    "NextItem",
    "NextItemSource",
    "Offer",
    "OnRefused",
    "Parts",
    "Policy",
    "PurchaseFit",
    "PurchaseParameter",
    "QuietHours",
    "Readiness",
    "Reason",
    "Reasoning",
    "Refusal",
    "ReminderCurve",
    "ReminderOptions",
    "ReminderPoint",
    "RenewalDriver",
    "RenewalDrivers",
    "RenewalFit",
    "Response",
    "Route",
    "RouteRule",
    "Scenario",
    "ScenarioReadiness",
    "Scores",
    "SpendFit",
    "Step",
    "Substitutes",
    "Template",
    "TimeResolution",
    "TimeUnit",
    "UnnamedReturns",
    "UsageDecline",
    "Wait",
    "Weekday",
]
