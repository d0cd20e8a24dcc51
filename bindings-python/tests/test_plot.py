"""Pictures show the numbers they are made of."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import beforehand
import beforehand.plot
import pytest
from conftest import AS_OF

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")
to_number = pytest.importorskip("matplotlib.dates").date2num

NOW = datetime.fromisoformat(AS_OF).replace(tzinfo=UTC)


@pytest.fixture(autouse=True)
def _close() -> Any:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def test(history: beforehand.History) -> beforehand.Backtest:
    return beforehand.backtest(history, as_of=AS_OF)


def _line(ax: Any, label: str) -> Any:
    (line,) = [line for line in ax.get_lines() if str(line.get_label()).startswith(label)]
    return line


def _days(line: Any) -> list[float]:
    return [float(to_number(x)) for x in line.get_xdata()]


def test_calibration_shows_each_bin_with_its_interval(test: beforehand.Backtest) -> None:
    ax = beforehand.plot.calibration(test)
    points = ax.get_lines()[-1]
    assert list(points.get_xdata()) == [b.mean_prob for b in test.calibration]
    assert list(points.get_ydata()) == [b.share_observed for b in test.calibration]
    (bars,) = ax.collections
    for bar, b in zip(bars.get_segments(), test.calibration, strict=True):
        assert bar[:, 0].tolist() == [b.mean_prob] * 2
        assert bar[:, 1].tolist() == pytest.approx([b.observed_low, b.observed_high], abs=1e-12)
    diagonal = _line(ax, "as promised")
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata())
    assert f"{test.all.n_forecasts:,}" in ax.get_title(loc="left")
    assert "28 days" in ax.get_xlabel()
    assert ax.get_xlim() == ax.get_ylim()
    assert all(b.mean_prob <= ax.get_xlim()[1] and b.observed_high <= ax.get_ylim()[1] for b in test.calibration)


def test_reminders_show_precision_and_recall_of_each_threshold(test: beforehand.Backtest) -> None:
    assert test.reminders is not None
    points = test.reminders.points
    ax = beforehand.plot.reminders(test)
    for label, values in (("precision", [p.precision for p in points]), ("recall", [p.recall for p in points])):
        assert list(_line(ax, label).get_xdata()) == [p.prob_threshold for p in points]
        assert list(_line(ax, label).get_ydata()) == values
    (band,) = ax.collections
    corners = {(float(x), float(y)) for x, y in band.get_paths()[0].vertices}
    assert {(p.prob_threshold, p.precision_low) for p in points} <= corners
    assert {(p.prob_threshold, p.precision_high) for p in points} <= corners
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["precision", "recall"]


def test_reminders_say_when_there_is_nothing_to_draw(test: beforehand.Backtest) -> None:
    with pytest.raises(beforehand.EmptyDataError, match="judged no reminder"):
        beforehand.plot.reminders(dataclasses.replace(test, reminders=None))
    assert not plt.get_fignums(), "no empty figure is left behind"


def test_the_timeline_shows_purchases_and_the_curve(model: beforehand.Model, history: beforehand.History) -> None:
    for customer in ("c001", "c077", "c143"):
        ax = beforehand.plot.timeline(model, history, customer, as_of=AS_OF)
        horizons = [float(day) for day in range(1, 365)]
        forecasts = model.forecasts(history, as_of=AS_OF, customer=customer, horizons_days=horizons)
        forecast = max(forecasts, key=lambda f: (dict(f.prob_within)[28.0], f.n_events))
        assert str(forecast.item) in ax.get_title(loc="left")
        bought = history.purchases(customer, forecast.item)
        past = [at for at, _ in bought if at <= NOW]
        filled, *hollow = [line for line in ax.get_lines() if str(line.get_label()).startswith("bought")]
        assert _days(filled) == [float(to_number(at)) for at in past]
        assert [day for line in hollow for day in _days(line)] == [float(to_number(at)) for at, _ in bought if at > NOW]
        curve = _line(ax, "P(bought by then)")
        assert list(curve.get_ydata()) == [0.0, *(p for _, p in forecast.prob_within)]
        assert _days(curve) == [float(to_number(NOW + timedelta(days=day))) for day in (0.0, *horizons)]
        assert _days(_line(ax, "remind")) == [float(to_number(forecast.remind_at))]
        assert _days(_line(ax, "run-out")) == [float(to_number(forecast.run_out_p50_at))] * 2
        assert _days(_line(ax, "as of"))[0] == float(to_number(NOW))


def test_the_fan_holds_the_quantiles(model: beforehand.Model, history: beforehand.History) -> None:
    (forecast,) = [f for f in model.forecasts(history, as_of=AS_OF, customer="c001")][:1]
    ax = beforehand.plot.timeline(model, history, "c001", as_of=AS_OF, item=forecast.item)
    curve = _line(ax, "P(bought by then)")
    again = max(curve.get_ydata())
    spans = []
    for part, share in zip(ax.collections, (0.8, 0.6, 0.4, 0.2), strict=True):
        corners = part.get_paths()[0].vertices
        spans.append((corners[:, 0].min(), corners[:, 0].max()))
        # The heights at the two ends are the shares of the probability to buy again.
        assert corners[:, 1].max() == pytest.approx(again * (1 + share) / 2, abs=0.02)
    assert spans[0] == pytest.approx((to_number(forecast.run_out_p10_at), to_number(forecast.run_out_p90_at)), abs=1e-6)
    assert all(a[0] <= b[0] and b[1] <= a[1] for a, b in itertools.pairwise(spans)), "each holds the next"


@pytest.mark.parametrize("as_of", [NOW, NOW.date(), NOW.replace(tzinfo=None), AS_OF + "T00:00:00Z"])
def test_the_timeline_takes_any_instant(model: beforehand.Model, history: beforehand.History, as_of: Any) -> None:
    ax = beforehand.plot.timeline(model, history, "c001", as_of=as_of)
    assert _days(_line(ax, "as of"))[0] == float(to_number(NOW))


def test_the_timeline_reads_logs_by_the_columns_of_the_model(shop_rows: list[dict[str, str]]) -> None:
    rows = [{"who": r["customer"], "sku": r["item"], "day": r["at"]} for r in shop_rows]
    columns = {"customer": "who", "item": "sku", "time": "day"}
    model = beforehand.fit(rows, as_of=AS_OF, columns=columns)
    ax = beforehand.plot.timeline(model, rows, "c001", as_of=AS_OF)
    again = beforehand.plot.timeline(beforehand.Model.from_bytes(model.to_bytes()), rows, "c001", as_of=AS_OF, columns=columns)
    assert ax.get_title(loc="left") == again.get_title(loc="left") != ""


def test_pictures_name_the_days_of_the_logs_clock(shop_rows: list[dict[str, str]]) -> None:
    """The same days read on another clock are the same picture; only its name is another."""

    def drawn(zone: str) -> list[Any]:
        log = beforehand.History(shop_rows, time_zone=zone)
        model = beforehand.fit(log, as_of=AS_OF)
        policy = dataclasses.replace(POLICY, time_zone=zone)
        pictures = [
            beforehand.plot.timeline(model, log, "c001", as_of=AS_OF),
            # Rows are read on the clock of the model, and an instant is one on every clock.
            beforehand.plot.timeline(model, shop_rows, "c001", as_of=model.as_of),
            beforehand.plot.decision(model, log, "c001", as_of=AS_OF, policy=policy),
            beforehand.plot.decline(log, "c001", as_of=AS_OF),
            beforehand.plot.alive(log, "c001", as_of=AS_OF),
            beforehand.plot.tracking(log, as_of="2025-06-01", until=AS_OF),
        ]
        for ax in pictures:
            assert ax.get_xlabel().endswith(f"({zone})")
        lines = [[(line.get_label(), _days(line), list(line.get_ydata())) for line in ax.get_lines()] for ax in pictures]
        return [ax.get_title(loc="left") for ax in pictures] + lines

    assert drawn("Asia/Shanghai") == drawn("UTC")


def test_the_timeline_says_what_it_cannot_draw(model: beforehand.Model, history: beforehand.History) -> None:
    with pytest.raises(beforehand.UnknownCustomerError, match="nobody"):
        beforehand.plot.timeline(model, history, "nobody", as_of=AS_OF)
    with pytest.raises(beforehand.InvalidOptionsError, match=r"no forecast of item 'caviar'; there are forecasts of '"):
        beforehand.plot.timeline(model, history, "c001", as_of=AS_OF, item="caviar")
    assert not plt.get_fignums()


def test_cycles_show_the_median_and_the_spread_over_customers(model: beforehand.Model, history: beforehand.History) -> None:
    ax = beforehand.plot.cycles(model, history, as_of=AS_OF, n_items=4, item_names={"soap": "Soap bar"})
    due = model.replenishment(history, as_of=AS_OF)
    expected: dict[str, list[float]] = {}
    for item, cycle, n in zip(due["item"], due["cycle_days"], due["n_events"], strict=True):
        if n >= 2:
            expected.setdefault({"soap": "Soap bar"}.get(item, item), []).append(cycle)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert len(labels) == 4
    shown = [label.rpartition(" (")[0] for label in labels]
    assert labels == [f"{item} ({len(expected[item])})" for item in shown]
    assert min(len(expected[i]) for i in shown) >= max(len(expected[i]) for i in set(expected) - set(shown))
    medians = list(_line(ax, "median").get_xdata())
    assert medians == [median(expected[item]) for item in shown] == sorted(medians)
    wide, half = ax.collections
    for item, far, near, middle in zip(shown, wide.get_segments(), half.get_segments(), medians, strict=True):
        ends = [far[0][0], near[0][0], middle, near[1][0], far[1][0]]
        assert ends == sorted(ends)
        inside = sum(far[0][0] <= cycle <= far[1][0] for cycle in expected[item]) / len(expected[item])
        assert inside == pytest.approx(0.8, abs=0.1)


def test_cycles_need_a_repeated_purchase() -> None:
    rows = [{"customer": f"c{n}", "item": "tea", "at": "2025-01-05"} for n in range(20)]
    model = beforehand.fit(rows, as_of="2025-03-01")
    with pytest.raises(beforehand.EmptyDataError, match="no customer bought any item on two days"):
        beforehand.plot.cycles(model, rows, as_of="2025-03-01")
    with pytest.raises(beforehand.InvalidOptionsError, match="n_items is 0"):
        beforehand.plot.cycles(model, rows, as_of="2025-03-01", n_items=0)


def test_pictures_go_on_given_axes_and_follow_the_style(test: beforehand.Backtest, tmp_path: Path) -> None:
    with plt.style.context("dark_background"):
        figure, axes = plt.subplots(1, 2)
        assert beforehand.plot.calibration(test, ax=axes[0]) is axes[0]
        assert beforehand.plot.reminders(test, axes[1]) is axes[1]
        assert plt.get_fignums() == [figure.number]
        assert matplotlib.colors.to_hex(axes[0].get_lines()[0].get_color()) == "#ffffff"
        figure.savefig(tmp_path / "both.png")
    assert (tmp_path / "both.png").stat().st_size > 10_000


def test_without_matplotlib_the_package_works_and_the_message_says_what_to_install() -> None:
    script = """
import sys
sys.modules["matplotlib"] = None
import beforehand, beforehand.plot
log = [{"customer": f"c{c}", "item": "tea", "at": f"2025-0{m}-05"} for c in range(9) for m in range(1, 9)]
test = beforehand.backtest(log, as_of="2025-09-01")
try:
    beforehand.plot.calibration(test)
except ImportError as e:
    print(e)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "beforehand.plot needs matplotlib: pip install 'beforehand[plot]'\n"


def test_importing_the_package_imports_no_matplotlib() -> None:
    script = "import sys, beforehand; beforehand.plot; print([m for m in sys.modules if 'matplotlib' in m])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_alive_falls_in_silence_and_rises_with_a_purchase(history: beforehand.History) -> None:
    ax = beforehand.plot.alive(history, "c021", as_of=AS_OF)
    table = beforehand.btyd_alive(history, as_of=AS_OF, customer="c021")
    line, bought = ax.get_lines()
    assert list(line.get_ydata()) == table["prob_alive"]
    assert len(bought.get_xdata()) == table["n_purchases"][-1]
    assert "c021" in ax.get_title(loc="left")
    with pytest.raises(beforehand.UnknownCustomerError, match="nobody"):
        beforehand.plot.alive(history, "nobody", as_of=AS_OF)


def test_the_matrix_shows_each_frequency_and_recency(history: beforehand.History) -> None:
    for show in ("prob_alive", "expected_purchases"):
        ax = beforehand.plot.matrix(history, as_of=AS_OF, show=show, observed_days=200, n_steps=10)
        table = beforehand.btyd_matrix(history, as_of=AS_OF, observed_days=200, n_steps=10)
        shown = ax.get_images()[0].get_array()
        # Five repeats, the last 60 of 200 days after the first purchase: 140 days ago.
        (value,) = [
            v
            for n, last, v in zip(table["n_repeats"], table["last_days"], table[show], strict=True)
            if (n, round(last)) == (5, 60)
        ]
        assert shown[5][7] == pytest.approx(value)
        assert int(shown.mask.sum() if hasattr(shown, "mask") else sum(x != x for row in shown for x in row)) == 20


def test_tracking_compares_what_came_with_what_was_expected(history: beforehand.History) -> None:
    ax = beforehand.plot.tracking(history, as_of="2025-05-28", until=AS_OF)
    table = beforehand.btyd_tracking(history, as_of="2025-05-28", until=AS_OF)
    assert list(_line(ax, "actual").get_ydata()) == table["n_actual"]
    assert list(_line(ax, "expected").get_ydata()) == table["expected"]
    edge = [at for at, fitted in zip(table["at"], table["is_fitted"], strict=True) if fitted][-1]
    assert _days(_line(ax, "as of"))[0] == float(to_number(edge))
    total = beforehand.plot.tracking(history, as_of="2025-05-28", until=AS_OF, cumulative=True)
    assert _line(total, "actual").get_ydata()[-1] == sum(table["n_actual"])
    with pytest.raises(beforehand.InvalidOptionsError, match="until"):
        beforehand.plot.tracking(history, as_of=AS_OF, until="2020-01-01")


def test_a_decline_shows_its_alarm() -> None:
    start = datetime(2025, 1, 6, tzinfo=UTC)
    log = [
        {"customer": team, "item": "reports", "at": start + timedelta(weeks=week, days=day)}
        for team in range(40)
        for week in range(52)
        for day in range(1 if team == 7 and week >= 40 else 3 + (team * week) % 4)
    ]
    ax = beforehand.plot.decline(log, 7, as_of="2026-01-04")
    table = beforehand.decline_history(log, as_of="2026-01-04", customer=7)
    assert list(_line(ax, "used").get_ydata()) == table["n_used"]
    row = table["is_alarm"].index(True)
    alarm = float(to_number(table["at"][row] + timedelta(days=7)))
    assert _days(_line(ax, "alarm"))[0] == alarm
    assert _days(_line(ax, "since the fall"))[0] == float(to_number(table["since_at"][row]))
    assert "down" in ax.get_title(loc="left")
    healthy = beforehand.plot.decline(log, 8, as_of="2026-01-04")
    assert [line.get_label() for line in healthy.get_lines()] == ["used", "expected"]


POLICY = beforehand.Policy(
    margin_share=0.35,
    order_value=30.0,
    offers=[beforehand.Offer("reminder", prob_win_back=0.2), beforehand.Offer("ten_off", 0.45, discount_share=0.1)],
    channels=[beforehand.Channel("app", cost=0.05)],
)


@pytest.mark.parametrize("holidays", [[], ["2025-08-20", "2025-08-21", "2025-08-24"]])
def test_a_decision_is_drawn_with_what_waiting_is_worth(
    model: beforehand.Model, history: beforehand.History, holidays: list[str]
) -> None:
    policy = dataclasses.replace(POLICY, limits=beforehand.Limits(holidays=holidays), horizon_days=14)
    as_of = NOW + timedelta(hours=9)
    made = model.decide_for(history, as_of=as_of, policy=policy, customer="c000")
    ax = beforehand.plot.decision(model, history, "c000", as_of=as_of, policy=policy, item_names={"milk-2": "Milk"})
    why = made.reasoning
    gains = _line(ax, "gain of a contact")
    assert list(gains.get_ydata()) == list(why.gain_by_day)
    assert _days(gains) == [float(to_number(as_of + timedelta(days=day))) for day in range(14)]
    closed = [day.in_days for day in why.closed_days]
    assert closed == [(datetime.fromisoformat(day).date() - as_of.date()).days for day in holidays]
    waiting = list(_line(ax, "value of waiting").get_ydata())
    for day, value in enumerate(waiting):
        assert value == max([0.0, *(why.gain_by_day[k] for k in range(day + 1, 14) if k not in closed)])
    chosen = _line(ax, "reminder by app")
    assert list(chosen.get_ydata()) == [why.candidates[0].expected_margin]
    said = ax.get_title(loc="left")
    if holidays:
        assert isinstance(made, beforehand.Wait) and said.startswith(
            "c000, Milk: wait until 2025-08-22, then reminder by app gains"
        )
        assert list(_line(ax, "closed to it").get_ydata()) == [why.gain_by_day[day] for day in closed]
        assert [text.get_text() for text in ax.texts] == ["holiday", "holiday"], "one for each run of days"
        assert _days(chosen) == [float(to_number(made.until_at))]
        assert why.gain_by_day[2] >= waiting[2]
    else:
        assert isinstance(made, beforehand.Contact) and said.startswith("c000, Milk: contact 2025-08-20, reminder by app, gains")
        assert not any(line.get_label() == "closed to it" for line in ax.get_lines())
        assert _days(chosen) == [float(to_number(made.contact_at))]
        assert why.gain_by_day[0] >= waiting[0]


def test_what_is_not_done_is_drawn_as_well(model: beforehand.Model, history: beforehand.History) -> None:
    asked = dataclasses.replace(POLICY, routes=[beforehand.RouteRule("human")])
    ax = beforehand.plot.decision(model, history, "c000", as_of=AS_OF, policy=asked)
    assert ax.get_title(loc="left") == "c000, milk-2: for customer_success to decide (rule)"
    held = dataclasses.replace(POLICY, caution=beforehand.Caution(confidence=0.999))
    ax = beforehand.plot.decision(model, history, "c000", as_of=AS_OF, policy=held)
    assert ax.get_title(loc="left") == "c000, milk-2: no contact (doubt)"
    assert _line(ax, "reminder by app: not made")
    plt.close("all")
    with pytest.raises(beforehand.EmptyDataError, match=r"nothing to draw for customer 'c000': what an order is worth"):
        beforehand.plot.decision(model, history, "c000", as_of=AS_OF, policy=dataclasses.replace(POLICY, order_value=None))
    with pytest.raises(beforehand.UnknownCustomerError):
        beforehand.plot.decision(model, history, "nobody", as_of=AS_OF, policy=POLICY)
    assert not plt.get_fignums()
