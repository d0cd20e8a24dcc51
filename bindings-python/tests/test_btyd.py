"""The BG/NBD family on a log: what is told on request, fits that are kept, traits and calendar."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import beforehand
import pytest

AS_OF = "2025-09-01"
LOG: list[dict[str, Any]] = [
    {
        "customer": f"c{c:02}",
        "item": "coffee",
        "at": date(2025, 1, 1) + timedelta(days=c % 30 + n * (6 + c % 9)),
        "amount": float(10 + c % 5 * 8 + (c * 13 + n * 5) % 7),
    }
    for c in range(40)
    for n in range(1 + (c * 7) % 11)
]


@pytest.fixture(scope="module")
def log() -> beforehand.History:
    """Customers of all sorts."""
    return beforehand.History(LOG)


def test_more_is_told_of_each_customer_on_request(log: beforehand.History) -> None:
    table = beforehand.btyd_customers(
        log,
        as_of=AS_OF,
        family="mbg_nbd",
        horizons_days=[28],
        prob_counts=list(range(40)),
        interval=0.8,
        next_purchase_quantiles=[0.1, 0.5],
        lifetime_days=[364],
        discount_per_year=0.15,
    )
    for row in range(table.n_rows):

        def of(name: str, row: int = row) -> float:
            return float(table[name][row])

        probs = [of(f"prob_count_{n}_in_28_days") for n in range(40)]
        assert sum(probs) == pytest.approx(1.0, abs=1e-6)
        mean = sum(n * p for n, p in enumerate(probs))
        assert of("expected_purchases_28_days") == pytest.approx(mean, abs=1e-6)
        assert of("expected_purchases_low_28_days") <= mean + 1e-9
        assert mean <= of("expected_purchases_high_28_days") + 1e-9
        assert of("purchases_low_28_days") <= of("purchases_high_28_days")
        low, value = of("expected_lifetime_value_low_364_days"), of("expected_lifetime_value_364_days")
        assert 0 < low <= value <= of("expected_lifetime_value_high_364_days")
        assert of("lifetime_value_low_364_days") <= of("lifetime_value_high_364_days")
        soon, late = table["next_purchase_p10_days"][row], table["next_purchase_p50_days"][row]
        assert late is None or math.isnan(late) or soon < late


def test_by_default_nothing_more_is_told(log: beforehand.History) -> None:
    names = beforehand.btyd_customers(log, as_of=AS_OF, horizons_days=[28]).names
    always = ["customer", "n_repeats", "last_days", "observed_days", "prob_alive"]
    assert names == [*always, "prob_active_28_days", "expected_purchases_28_days", "expected_amount"]


def test_what_was_fitted_is_kept_and_used_later(log: beforehand.History) -> None:
    fit = beforehand.btyd(log, as_of=AS_OF, family="bg_nbd")
    assert len(fit.covariance) == 4 and all(len(row) == 4 for row in fit.covariance)
    assert fit.spend is not None and len(fit.spend.standard_errors) == 3
    fresh = beforehand.btyd_customers(log, as_of=AS_OF, family="bg_nbd")
    again = beforehand.btyd_customers(log, as_of=AS_OF, fitted=fit.fitted)
    for name in fresh.names:
        assert list(fresh[name]) == list(again[name]), name
    assert beforehand.btyd_customers(log, as_of="2025-12-01", fitted=fit.fitted).n_rows == fresh.n_rows
    with pytest.raises(beforehand.Error) as earlier:
        beforehand.btyd_alive(log, as_of="2025-02-01", customer="c05", fitted=fit.fitted)
    assert earlier.value.field == "as_of"
    for text in ("", "{}", fit.fitted[:-20], fit.fitted.replace('"k":1', '"k":77')):
        with pytest.raises(beforehand.Error) as damaged:
            beforehand.btyd_customers(log, as_of=AS_OF, fitted=text)
        assert damaged.value.field == "fitted"


def test_daily_buyers_have_a_status() -> None:
    daily = [{"customer": c, "item": "bread", "at": date(2025, 3, 1) + timedelta(days=n)} for c in range(8) for n in range(5 + c)]
    fit = beforehand.btyd(daily, as_of="2025-04-01")
    assert fit.family == "mbg_cnbd"
    assert fit.status in ("converged", "near_boundary", "not_converged")
    assert fit.advice


def test_missing_amounts_are_no_zeros() -> None:
    rows = [{**row, "amount": None if i % 3 == 0 else 20.0} for i, row in enumerate(LOG)]
    fit = beforehand.btyd(rows, as_of=AS_OF)
    assert fit.spend is not None and fit.spend.expected_amount == pytest.approx(20.0, abs=0.01)


def test_traits_and_days_have_effects(log: beforehand.History) -> None:
    customers = [f"c{c:02}" for c in range(40)]
    given: dict[str, Any] = {
        "family": "mbg_nbd",
        "trait_customers": customers,
        "traits": {"is_company": [None if c == 3 else float(c % 9 < 3) for c in range(40)]},
        "special_days": {"sale": ["2025-03-08"]},
    }
    fit = beforehand.btyd_context(log, as_of=AS_OF, **given)
    assert [(e.name, e.on) for e in fit.effects] == [
        ("is_company", "buying"),
        ("is_company", "leaving"),
        ("sale", "calendar"),
    ]
    assert all(e.standard_error is None or e.standard_error > 0 for e in fit.effects)
    table = beforehand.btyd_context_customers(log, as_of=AS_OF, horizons_days=[28], **given)
    assert table.n_rows == fit.n_customers
    assert all(0 <= p <= 1 for p in table["prob_active_28_days"])
    with pytest.raises(beforehand.Error) as unequal:
        beforehand.btyd_context(log, as_of=AS_OF, trait_customers=customers, traits={"is_company": [1.0]})
    assert unequal.value.field == "traits"
