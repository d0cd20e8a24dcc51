"""Existing tools, usual rules and beforehand on churn, in one run: who lapses, and whose use has fallen?

Usage (`make peers` runs it as well)
    python benches/peers/churn.py                     # both parts; rewrites nothing
    python benches/peers/churn.py --markdown FILE     # also writes the tables

Lapse: whole customers of the shipped log at five cutoffs, days 196 to 308, bought in the next 56 days or not. Every contender learns from days
up to the cutoff only; those that learn from examples get five earlier cutoffs, 28 days apart, whose labels end by the cutoff.

Decline: made weekly counts, 64 weeks of 8,000 customers whose level is theirs (2 + Gamma(4, 2.5) a week), once Poisson, once with Gamma
noise of variance .15, once with a yearly wave and two holidays. Half stay healthy and are used to set each rule's threshold, such
that 5 % of them alarm in weeks 12 to 63; a quarter stay healthy to measure it; a quarter lose 40 % or 70 % from a week between 25
and 51 on. Caught: the first alarm falls into the first 4 weeks of the fall. beforehand sets its own threshold at 5 %, knowing neither
the scenario nor who is healthy.
"""

import argparse
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import nbinom

import compare
import scores

CUTOFFS, HORIZON, N_TRAINING, STEP = (196, 224, 252, 280, 308), 56, 5, 28
SEED, WARM_UP, WEEKS, RATE = 20251122, 12, 64, 0.05


def predict(task: str, arguments: dict[str, object]) -> None:
    """Runs the project's own program on files, as anybody would."""
    words = [word for name, value in arguments.items() for word in (f"--{name}", str(value))]
    subprocess.run([*compare.PREDICT, task, *words], cwd=compare.ROOT, check=True, stdout=sys.stderr)


def plain(lines: list[list[str]]) -> str:
    """Cells in columns as wide as they need."""
    widths = [max(map(len, column)) + 2 for column in zip(*lines, strict=True)]
    return "\n".join("".join(f"{c:<{w}}" if i == 0 else f"{c:>{w}}" for i, (c, w) in enumerate(zip(line, widths, strict=True))) for line in lines)


# ---- lapse ----


def visits_of(path: Path) -> pl.DataFrame:
    """customer, day (0 is the log's first), amount: one row per day with a purchase."""
    kept = pl.read_parquet(path).filter(
        (pl.col("kind") == "purchase") & (pl.col("quantity") > 0) & (pl.col("amount") > 0), pl.col("customer").is_not_null()
    )
    date = pl.col("at").dt.date()
    days = kept.with_columns(day=(date - date.min()).dt.total_days().cast(pl.Int64))
    return days.group_by("customer", "day").agg(pl.col("amount").sum()).sort("customer", "day")


def customers_at(visits: pl.DataFrame, cutoff: int) -> pl.DataFrame:
    """What is known of each customer at a cutoff, whether they came within the horizon, and on how many days."""
    known = visits.filter(pl.col("day") <= cutoff)
    recent = [(pl.col("day") > cutoff - days).sum().alias(f"visits_{days}") for days in (28, 91)]
    rows = known.group_by("customer").agg(
        pl.len().alias("n"), recency=cutoff - pl.col("day").max(), age=cutoff - pl.col("day").min(),
        mean_gap=(pl.col("day").max() - pl.col("day").min()) / (pl.len() - 1), amount=pl.col("amount").mean(), *recent,
    )  # fmt: skip
    later = visits.filter(pl.col("day").is_between(cutoff, cutoff + HORIZON, closed="right"))
    rows = rows.join(later.group_by("customer").agg(count=pl.len()), on="customer", how="left").sort("customer")
    return rows.with_columns(pl.col("count").fill_null(0), cutoff=pl.lit(cutoff))


def numbers(rows: pl.DataFrame) -> np.ndarray:
    names = ["n", "recency", "age", "mean_gap", "amount", "visits_28", "visits_91"]
    return rows.select(names).cast(pl.Float64).fill_nan(None).fill_null(-1.0).to_numpy()


def buy_till_you_die(kind: str, rows: pl.DataFrame) -> np.ndarray:
    """P(comes within the horizon) by lifetimes; where its fit fails, with a growing penalty."""
    import lifetimes

    fitters = {"BG/NBD": lifetimes.BetaGeoFitter, "MBG/NBD": lifetimes.ModifiedBetaGeoFitter}
    fitter, weeks = fitters[kind], HORIZON / 7
    repeats, last, age = rows["n"].to_numpy() - 1.0, (rows["age"] - rows["recency"]).to_numpy() / 7, rows["age"].to_numpy() / 7
    for penalty in (0.0, 0.001, 0.01, 0.1):
        np.random.seed(0)
        model = fitter(penalizer_coef=penalty)
        try:
            model.fit(repeats, last, age)
            alive = np.asarray(model.conditional_probability_alive(repeats, last, age), float)
        except Exception as failure:  # A tool that cannot be fitted is a result, not an end of the run.
            print(f"  {kind}, penalty {penalty}: {failure}".splitlines()[0], file=sys.stderr)
            continue
        alpha, r = model.params_["alpha"], model.params_["r"]
        prob = alive * (1 - ((alpha + age) / (alpha + age + weeks)) ** (r + repeats))
        if np.isfinite(prob).all():
            return prob
    return np.full(len(rows), np.nan)


def logistic(rows: pl.DataFrame, train: pl.DataFrame) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    logs = lambda of: np.log1p(numbers(of) + 1.0)
    return model.fit(logs(train), train["count"] > 0).predict_proba(logs(rows))[:, 1]


def boosting(rows: pl.DataFrame, train: pl.DataFrame) -> np.ndarray:
    import lightgbm

    settings = {"n_estimators": 200, "learning_rate": 0.03, "num_leaves": 15, "min_child_samples": 100, "random_state": 0}
    model = lightgbm.LGBMClassifier(**settings, verbose=-1, deterministic=True, force_row_wise=True, n_jobs=1)
    return model.fit(numbers(train), train["count"] > 0).predict_proba(numbers(rows))[:, 1]


def ours(visits: pl.DataFrame, rows: pl.DataFrame) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        events, asked, answer = (Path(folder) / name for name in ("events.parquet", "rows.parquet", "out.parquet"))
        visits.rename({"customer": "customer_id"}).write_parquet(events)
        rows.select(customer_id="customer", cutoff="cutoff").write_parquet(asked)
        predict("lapse", {"events": events, "pairs": asked, "horizon": HORIZON, "out": answer})
        return pl.read_parquet(answer)["prob"].to_numpy()


def lapse(log: Path) -> tuple[str, list[list[str]]]:
    visits = visits_of(log)
    parts, probs = [], {}
    for cutoff in CUTOFFS:
        rows = customers_at(visits, cutoff)
        earlier = [cutoff - HORIZON - STEP * j for j in range(N_TRAINING)]
        train = pl.concat([customers_at(visits, at) for at in earlier if at > 0])
        contenders = {
            "base rate": np.full(len(rows), (train["count"] > 0).mean()),
            "BG/NBD (lifetimes)": buy_till_you_die("BG/NBD", rows),
            "MBG/NBD (lifetimes)": buy_till_you_die("MBG/NBD", rows),
            "logistic regression": logistic(rows, train),
            "LightGBM": boosting(rows, train),
        }
        for name, prob in contenders.items():
            probs.setdefault(name, []).append(prob)
        parts.append(rows)
    rows = pl.concat(parts)
    probs = {name: np.concatenate(prob) for name, prob in probs.items()} | {"beforehand": ours(visits, rows)}
    came = (rows["count"] > 0).to_numpy().astype(float)
    lines = [["", "log-loss", "Brier", "AUC", "ECE"]]
    for name, prob in probs.items():
        found = scores.score(came, prob) if np.isfinite(prob).all() else None
        digits = {"log-loss": 5, "Brier": 5, "AUC": 4, "ECE": 4}
        lines.append([name, *(f"{found[s]:.{n}f}" if found else "no result" for s, n in digits.items())])
    return f"{len(rows):,} customers at five cutoffs, {came.mean():.1%} of them came within {HORIZON} days.", lines


# ---- decline ----


def world(scenario: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts; who is what (0 sets thresholds, 1 healthy, 2 loses 40 %, 3 loses 70 %); since when."""
    random = np.random.default_rng([SEED, len(scenario)])
    group = random.permutation(np.repeat(np.arange(4), (4000, 2000, 1000, 1000)))
    mean = np.repeat(2 + random.gamma(4, 2.5, (len(group), 1)), WEEKS, 1)
    if scenario == "season":
        wave = 1 + 0.25 * np.cos(2 * np.pi * np.arange(WEEKS) / 52)
        wave[[24, 25, 50, 51]] *= 0.6
        mean = mean * wave ** random.uniform(0.5, 1.5, (len(group), 1))
    if scenario == "noisy":
        mean = mean * random.gamma(1 / 0.15, 0.15, mean.shape)
    since = np.where(group >= 2, random.integers(25, 52, len(group)), WEEKS)
    fallen = np.arange(WEEKS)[None, :] >= since[:, None]
    share = np.select([group == 2, group == 3], [0.4, 0.7], 0.0)[:, None]
    return random.poisson(mean * (1 - share * fallen)).astype(float), group, since


def ewma(x: np.ndarray) -> np.ndarray:
    """Exponentially weighted mean of square roots, against the warm-up."""
    root = 2 * np.sqrt(x + 0.375)
    root = (root - root[:, :WARM_UP].mean(1, keepdims=True)) / np.maximum(root[:, :WARM_UP].std(1, ddof=1, keepdims=True), 1)
    out, level = np.full(x.shape, -np.inf), np.zeros(len(x))
    for t in range(WARM_UP, WEEKS):
        level = 0.8 * level + 0.2 * root[:, t]
        out[:, t] = -level
    return out


def tail(x: np.ndarray) -> np.ndarray:
    """How unlikely two weeks are after the customer's past, by Poisson-Gamma."""
    mean = x[:, :WARM_UP].mean(1)
    variance = max(mean.var() - mean.mean() / WARM_UP, 1e-3)
    a, b, past, out = mean.mean() ** 2 / variance, mean.mean() / variance, x.cumsum(1), np.full(x.shape, -np.inf)
    for t in range(WARM_UP, WEEKS):
        seen = b + t - 1
        out[:, t] = -nbinom.logcdf(x[:, t] + x[:, t - 1], a + past[:, t - 2], seen / (seen + 2))
    return out


def months(x: np.ndarray) -> np.ndarray:
    """Four weeks against the four before."""
    sums, out = np.c_[np.zeros(len(x)), x.cumsum(1)], np.full(x.shape, -np.inf)
    for t in range(WARM_UP, WEEKS):
        out[:, t] = 1 - (sums[:, t + 1] - sums[:, t - 3]) / np.maximum(sums[:, t - 3] - sums[:, t - 7], 1e-9)
    return out


def first_alarm(score: np.ndarray, group: np.ndarray) -> np.ndarray:
    top = np.sort(score[group == 0].max(1))[::-1]
    alarm = score > top[int(RATE * len(top))]
    return np.where(alarm.any(1), alarm.argmax(1), WEEKS)


def decline() -> list[list[str]]:
    scenarios = ("steady", "noisy", "season")
    worlds = {name: world(name) for name in scenarios}
    frames = [
        pl.DataFrame({"scenario": np.repeat(name, x.size), "customer": np.repeat(np.arange(len(x)), WEEKS),
                      "week": np.tile(np.arange(WEEKS), len(x)), "count": x.ravel().astype(np.int32)})
        for name, (x, _, _) in worlds.items()
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        series, answer = Path(folder) / "series.parquet", Path(folder) / "out.parquet"
        pl.concat(frames).write_parquet(series)
        predict("decline", {"series": series, "out": answer, "rate": RATE, "min-weeks": WARM_UP})
        found = pl.read_parquet(answer)
    rules = {"4 weeks / 4 weeks before": months, "EWMA of square roots": ewma, "Poisson-Gamma tail": tail, "beforehand": None}
    head = [f"{name}: {what}" for name in scenarios for what in ("false", "-40 %", "-70 %")]
    lines = [["", *head]]
    for rule, score in rules.items():
        cells = []
        for name, (x, group, since) in worlds.items():
            if score is None:
                mine = found.filter(pl.col("scenario") == name).sort("customer")["alarm_week"].fill_null(WEEKS)
                first = np.where(mine.to_numpy() < WARM_UP, WEEKS, mine.to_numpy())
            else:
                first = first_alarm(score(x), group)
            caught = (first >= since) & (first < since + 4)
            cells += [(first[group == 1] < WEEKS).mean(), caught[group == 2].mean(), caught[group == 3].mean()]
        lines.append([rule, *(f"{cell:.1%}" for cell in cells)])
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path, default=compare.ROOT / "examples" / "data" / "online_retail.parquet")
    parser.add_argument("--markdown", type=Path, help="also write the tables to this file")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    np.seterr(all="ignore")  # lifetimes overflows on its way to finite results
    counts, lines = lapse(options.log)
    about = "Lower is better, but for AUC. `churn.py` says what is scored."
    print(f"\nLapse: {counts}\n{plain(lines)}", flush=True)
    document = ["# Churn: existing tools, usual rules and beforehand", "Written by `make peers`; do not edit.", compare.versions() + ".",
                "## Lapse", f"{counts} {about}", compare.markdown(lines)]  # fmt: skip
    lines = decline()
    text = "Share of healthy customers that alarm in a year (every rule is set to 5 %), and of falls caught within 4 weeks."
    print(f"\nDecline: {text}\n{plain(lines)}", flush=True)
    document += ["## Decline", text, compare.markdown(lines)]
    if options.markdown:
        options.markdown.write_text("\n\n".join(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
